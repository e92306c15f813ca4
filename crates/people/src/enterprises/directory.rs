//! What everyone may know: the pages of those who trade, and the cooperatives and banks there are.

use std::collections::BTreeSet;

use actix_web::get;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Enterprise, EnterpriseId, Kind};
use super::service;
use crate::payment_details::Method;
use crate::villages::VillageId;
use kit::auth::{Actor, Anyone, SignedIn};
use kit::db::{Db, Failure, Never};
use kit::http::responses::{Always, OnOne, SignedInOnly};
use kit::http::web;
use kit::http::{Limit, Page, Problem, page};
use kit::phone::Phone;

/// The public page of one who trades. Nothing of the household behind her stands here.
#[derive(Serialize, ToSchema)]
pub struct SellerView {
    id: EnterpriseId,
    village_id: VillageId,
    kind: Kind,
    name: String,
    about: Option<String>,
    /// Only if she agreed to show it.
    phone: Option<Phone>,
    /// The ways to pay she accepts.
    payment_methods: BTreeSet<Method>,
}

impl From<(Enterprise, BTreeSet<Method>)> for SellerView {
    fn from((e, payment_methods): (Enterprise, BTreeSet<Method>)) -> Self {
        let phone = e.phone.filter(|_| e.phone_public);
        Self { id: e.id, village_id: e.village_id, kind: e.kind, name: e.name, about: e.about, phone, payment_methods }
    }
}

/// Which public pages are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SellerQuery {
    village: Option<VillageId>,
    kind: Option<Kind>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which page of the partners is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PartnerQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// A cooperative or bank, as those see it who may let it into their books.
#[derive(Serialize, ToSchema)]
pub struct PartnerView {
    id: EnterpriseId,
    name: String,
    village_id: VillageId,
}

const BY_ID: &str = "enterprise";

/// Lists those who trade.
#[utoipa::path(tag = "sellers", operation_id = "list_sellers", params(SellerQuery), responses((status = 200, body = Page<SellerView>), Always))]
#[get("/sellers")]
pub async fn list_sellers(_actor: Actor<Anyone>, query: web::Query<SellerQuery>, db: web::Data<Db>) -> Result<Page<SellerView>, Problem> {
    let q = query.into_inner();
    let after = page::decode(BY_ID, q.cursor.as_deref())?;
    let rows =
        db.read_public(move |conn| Ok::<_, Failure<Never>>(service::sellers(conn, q.village, q.kind, after, q.limit.fetch())?)).await?;
    Ok(Page::cut(rows, q.limit, BY_ID, |(e, _)| e.id).map(SellerView::from))
}

/// Shows the public page of one who trades.
#[utoipa::path(tag = "sellers", operation_id = "get_seller", params(("id" = EnterpriseId, Path)), responses((status = 200, body = SellerView), Always, OnOne))]
#[get("/sellers/{id}")]
pub async fn show_seller(_actor: Actor<Anyone>, id: web::Path<EnterpriseId>, db: web::Data<Db>) -> Result<web::Json<SellerView>, Problem> {
    let enterprise = db.read_public(move |conn| Ok::<_, Failure<Never>>(service::seller(conn, *id)?)).await?;
    Ok(web::Json(enterprise.into()))
}

/// Lists the cooperatives and banks that an owner can let into her books.
#[utoipa::path(tag = "enterprises", operation_id = "list_partners", params(PartnerQuery),
    responses((status = 200, body = Page<PartnerView>), Always, SignedInOnly), security(("bearer" = [])))]
#[get("/partners")]
pub async fn list_partners(
    _actor: Actor<SignedIn>,
    query: web::Query<PartnerQuery>,
    db: web::Data<Db>,
) -> Result<Page<PartnerView>, Problem> {
    let q = query.into_inner();
    let after = page::decode(BY_ID, q.cursor.as_deref())?;
    let rows = db.read(move |conn| Ok::<_, Failure<Never>>(service::partners(conn, after, q.limit.fetch())?)).await?;
    let view = |e: Enterprise| PartnerView { id: e.id, name: e.name, village_id: e.village_id };
    Ok(Page::cut(rows, q.limit, BY_ID, |e| e.id).map(view))
}
