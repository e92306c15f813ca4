//! Packs and prices over HTTP.

use actix_web::{HttpResponse, get, patch, post, put};
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::{Change, Count, Net, NewPack, PackId, Position, Price, Tier, Unit};
use super::rules::{BadPrices, MOST_PACKS, MOST_TIERS, PriceList};
use super::service::{self, PackError};
use super::views::PriceHistoryView;
use crate::catalogue::ProductId;
use crate::catalogue::views::{ProductView, own_tagged};
use kit::auth::{Actor, SignedIn};
use kit::db::Db;
use kit::http::etag::IfMatch;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey, WithVersion};
use kit::http::web;
use kit::http::{Posted, Problem, Reply, Valid};

impl From<PackError> for Problem {
    fn from(error: PackError) -> Self {
        match error {
            PackError::LabelTaken { label } => Self::conflict("pack_label_taken").arg("label", label),
            PackError::TooMany => Self::conflict("too_many_packs").arg("limit", MOST_PACKS),
            PackError::LastPack => Self::conflict("last_pack"),
            PackError::Stock(error) => error.into(),
            PackError::Books(error) => error.into(),
            PackError::Product(error) => error.into(),
        }
    }
}

impl From<BadPrices> for Problem {
    fn from(bad: BadPrices) -> Self {
        match bad {
            BadPrices::WarungAboveRetail => Self::invalid_field("warung_price", "warung_above_retail"),
            BadPrices::TooManyTiers => Self::invalid_field("wholesale", format!("too_many_tiers({MOST_TIERS})")),
            BadPrices::TiersOutOfOrder => Self::invalid_field("wholesale", "tiers_out_of_order"),
        }
    }
}

/// Another pack of a product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPack {
    unit: Unit,
    /// What is in it.
    net: Option<Net>,
    /// What one costs.
    price: Price,
    /// What one costs a warung that sells on.
    warung_price: Option<Price>,
    /// What one costs from a quantity on: at most 5, rising in quantity, falling in price, all below `price`.
    #[serde(default)]
    wholesale: Vec<Tier>,
    /// How many there are.
    stock: Count,
}

impl TryFrom<AddPack> for NewPack {
    type Error = Problem;

    fn try_from(body: AddPack) -> Result<Self, Problem> {
        let AddPack { unit, net, price, warung_price, wholesale, stock } = body;
        Ok(Self { unit, net, prices: PriceList::new(price, warung_price, &wholesale)?, on_hand: stock })
    }
}

/// A change; what is missing stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditPack {
    /// Whether it is on sale.
    active: Option<bool>,
    /// Where it stands among the product's packs.
    position: Option<Position>,
}

/// What a pack costs from now on; what is not named has no price of its own any more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPrices {
    /// What one costs.
    price: Price,
    /// What one costs a warung that sells on.
    warung_price: Option<Price>,
    /// What one costs from a quantity on: at most 5, rising in quantity, falling in price, all below `price`.
    #[serde(default)]
    wholesale: Vec<Tier>,
}

/// How many there are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetStock {
    on_hand: Count,
}

/// Offers a product in another pack too.
#[utoipa::path(tag = "packs", operation_id = "add_pack", params(("id" = ProductId, Path), ("Idempotency-Key" = String, Header)), request_body = AddPack,
    responses((status = 201, body = ProductView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/products/{id}/packs")]
pub async fn add(actor: Actor<SignedIn>, id: web::Path<ProductId>, posted: Posted<AddPack>, db: web::Data<Db>) -> Result<Reply, Problem> {
    let (who, id, new) = (actor.who, id.into_inner(), NewPack::try_from(posted.body)?);
    let reply = posted.once.write(&db, who, move |tx| {
        let (listing, today) = (service::add(tx, who, id, &new)?, tx.now().business_date());
        let version = listing.product.version;
        Ok(Reply::created(format!("/v1/products/{id}"), &ProductView::own(today, listing)).version(version))
    });
    Ok(reply.await?)
}

/// Withdraws a pack, offers it again, or moves it among the others. The version is its product's.
#[utoipa::path(tag = "packs", operation_id = "edit_pack", params(("id" = PackId, Path), ("If-Match" = String, Header)), request_body = EditPack,
    responses((status = 200, body = ProductView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[patch("/packs/{id}")]
pub async fn edit(
    actor: Actor<SignedIn>,
    id: web::Path<PackId>,
    version: IfMatch,
    body: Valid<EditPack>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let change = Change { active: body.0.active, position: body.0.position };
    let listing = db.write(move |tx| service::edit(tx, actor.who, *id, version.0, change)).await?;
    Ok(own_tagged(db.clock().now(), listing))
}

/// Sets what a pack costs from now on, in every channel. The version is its product's.
#[utoipa::path(tag = "packs", operation_id = "set_prices", params(("id" = PackId, Path), ("If-Match" = String, Header)), request_body = SetPrices,
    responses((status = 200, body = ProductView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[put("/packs/{id}/prices")]
pub async fn set_prices(
    actor: Actor<SignedIn>,
    id: web::Path<PackId>,
    version: IfMatch,
    body: Valid<SetPrices>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let SetPrices { price, warung_price, wholesale } = body.0;
    let wanted = PriceList::new(price, warung_price, &wholesale)?;
    let listing = db.write(move |tx| service::set_prices(tx, actor.who, *id, version.0, &wanted)).await?;
    Ok(own_tagged(db.clock().now(), listing))
}

/// Lists what a pack costs and has cost, for those it belongs to.
#[utoipa::path(tag = "packs", operation_id = "list_price_history", params(("id" = PackId, Path)),
    responses((status = 200, body = PriceHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/packs/{id}/prices")]
pub async fn price_history(
    actor: Actor<SignedIn>,
    id: web::Path<PackId>,
    db: web::Data<Db>,
) -> Result<web::Json<PriceHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::price_history(conn, actor.who, now, *id)).await?.into()))
}

/// Says how many there are; what orders hold stays theirs.
#[utoipa::path(tag = "packs", operation_id = "set_stock", params(("id" = PackId, Path)), request_body = SetStock,
    responses((status = 200, body = ProductView), (status = 409, description = "Orders hold more"), Always, SignedInOnly, OnOne, WithBody), security(("bearer" = [])))]
#[put("/packs/{id}/stock")]
pub async fn set_stock(
    actor: Actor<SignedIn>,
    id: web::Path<PackId>,
    body: Valid<SetStock>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let on_hand = body.0.on_hand;
    let listing = db.write(move |tx| service::set_stock(tx, actor.who, *id, on_hand)).await?;
    Ok(own_tagged(db.clock().now(), listing))
}
