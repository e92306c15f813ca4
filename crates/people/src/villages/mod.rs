//! Villages: the tenants of the house, told apart by their Kemendagri code.
//!
//! 1. A village has one office, an enterprise of kind `village_office`; its members are the village admins.
//! 2. Only an operator creates villages and appoints the first admins.
//! 3. What a village decides for itself stands in [`settings`].

pub mod settings;

use actix_web::{get, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

pub use self::settings::{Settings, settings, settings_of};
use super::enterprises::{self, EnterpriseName};
use super::permissions::{Action, Denied, Resource, authorize, principal};
use crate::accounts;
use kit::auth::{Actor, Anyone, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Conn, Db, DbError, Failure, Never, Refusal, Tx};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::phone::Phone;
use kit::schema::villages;
use kit::{plain_text, typed_id};

typed_id!(
    /// A village.
    VillageId, "vil"
);
plain_text!(
    /// A place's name.
    PlaceName, max 60
);

/// The code of the Ministry of Home Affairs, `PP.KK.CC.DDDD` (province, regency, district, village).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, pattern = r"^\d{2}\.\d{2}\.\d{2}\.\d{4}$", example = "32.05.20.2007")]
pub struct VillageCode(String);

impl<'de> Deserialize<'de> for VillageCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let shape = |(at, byte): (usize, u8)| if matches!(at, 2 | 5 | 8) { byte == b'.' } else { byte.is_ascii_digit() };
        if text.len() == 13 && text.bytes().enumerate().all(shape) {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom("village_code_invalid"))
        }
    }
}

/// An Indonesian post code of five digits.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, pattern = r"^\d{5}$", example = "44163")]
pub struct PostCode(String);

impl<'de> Deserialize<'de> for PostCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom("post_code_invalid"))
        }
    }
}

/// A village as it is entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVillage {
    code: VillageCode,
    name: PlaceName,
    /// Kecamatan.
    district: PlaceName,
    /// Kabupaten or kota.
    regency: PlaceName,
    province: PlaceName,
    post_code: Option<PostCode>,
}

/// A village.
#[derive(Clone, Debug, Serialize, ToSchema, Queryable)]
pub struct VillageView {
    pub id: VillageId,
    /// Kemendagri code.
    pub code: String,
    pub name: String,
    /// Kecamatan.
    pub district: String,
    /// Kabupaten or kota.
    pub regency: String,
    pub province: String,
    pub post_code: Option<String>,
    pub created_at: Timestamp,
}

/// What can happen to an operator here.
#[derive(Debug)]
pub enum VillageError {
    CodeTaken,
    NoSuchAccount,
    Denied(Denied),
}
impl Refusal for VillageError {}

impl From<Denied> for VillageError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<VillageError> for Problem {
    fn from(error: VillageError) -> Self {
        match error {
            VillageError::CodeTaken => Self::conflict("village_code_taken"),
            VillageError::NoSuchAccount => Self::conflict("no_account_with_phone"),
            VillageError::Denied(denied) => denied.into(),
        }
    }
}

/// Enters a village with its office.
///
/// # Errors
/// [`VillageError::CodeTaken`] when the code is already in the house.
pub fn create(tx: &mut Tx<'_>, new: &NewVillage) -> Result<VillageView, Failure<VillageError>> {
    let village = VillageView {
        id: VillageId::new(),
        code: new.code.0.clone(),
        name: new.name.to_string(),
        district: new.district.to_string(),
        regency: new.regency.to_string(),
        province: new.province.to_string(),
        post_code: new.post_code.as_ref().map(|code| code.0.clone()),
        created_at: tx.now(),
    };
    let inserted = diesel::insert_into(villages::table)
        .values((
            villages::id.eq(village.id),
            villages::code.eq(&village.code),
            villages::name.eq(&village.name),
            villages::district.eq(&village.district),
            villages::regency.eq(&village.regency),
            villages::province.eq(&village.province),
            villages::post_code.eq(&village.post_code),
            villages::created_at.eq(village.created_at),
        ))
        .execute(&mut **tx)
        .map_err(DbError::from);
    match inserted {
        Err(error) if error.violates("uq_villages_code") => return Err(VillageError::CodeTaken.into()),
        other => other?,
    };
    settings::open(tx, village.id)?;
    let name = format!("Kantor Desa {}", village.name).parse::<EnterpriseName>();
    if let Ok(name) = name {
        enterprises::service::open_office(tx, village.id, &name)?;
    }
    Ok(village)
}

/// The village with this id.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn get(conn: &mut Conn, id: VillageId) -> Result<VillageView, DbError> {
    Ok(villages::table.find(id).first(conn)?)
}

/// Which villages are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VillageQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Lists the villages by code.
#[utoipa::path(tag = "villages", operation_id = "list_villages", params(VillageQuery), responses((status = 200, body = Page<VillageView>), Always))]
#[get("/villages")]
pub async fn list(_actor: Actor<Anyone>, query: web::Query<VillageQuery>, db: web::Data<Db>) -> Result<Page<VillageView>, Problem> {
    let query = query.into_inner();
    let after: Option<VillageCode> = page::decode("code", query.cursor.as_deref())?;
    let rows = db
        .read_public(move |conn| {
            let from = after.map(|code| code.0).unwrap_or_default();
            let rows = villages::table.filter(villages::code.gt(from)).order(villages::code).limit(query.limit.fetch());
            Ok::<Vec<VillageView>, Failure<Never>>(rows.load(conn)?)
        })
        .await?;
    Ok(Page::cut(rows, query.limit, "code", |village| village.code.clone()))
}

/// Shows a village.
#[utoipa::path(tag = "villages", operation_id = "get_village", params(("id" = VillageId, Path)), responses((status = 200, body = VillageView), Always, OnOne))]
#[get("/villages/{id}")]
pub async fn show(_actor: Actor<Anyone>, id: web::Path<VillageId>, db: web::Data<Db>) -> Result<web::Json<VillageView>, Problem> {
    Ok(web::Json(db.read_public(move |conn| Ok::<_, Failure<Never>>(get(conn, *id)?)).await?))
}

/// Enters a village; for operators.
#[utoipa::path(tag = "villages", operation_id = "create_village", params(("Idempotency-Key" = String, Header)), request_body = NewVillage,
    responses((status = 201, body = VillageView), Always, SignedInOnly, WithBody, WithKey), security(("bearer" = [])))]
#[post("/villages")]
pub async fn add(actor: Actor<SignedIn>, posted: Posted<NewVillage>, db: web::Data<Db>) -> Result<Reply, Problem> {
    let (who, new) = (actor.who, posted.body);
    let reply = posted.once.write(&db, who, move |tx| {
        let now = tx.now();
        let person = principal(tx, who, now).map_err(|failure| failure.map(VillageError::from))?;
        authorize(&person, Action::ManageVillages, &Resource::default()).map_err(VillageError::from)?;
        let village = create(tx, &new)?;
        Ok(Reply::created(format!("/v1/villages/{}", village.id), &village))
    });
    Ok(reply.await?)
}

/// Who shall administer a village.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppointAdmin {
    /// The number of an existing account.
    phone: Phone,
}

/// Makes an account an admin of the village; for operators.
#[utoipa::path(tag = "villages", operation_id = "appoint_village_admin", params(("id" = VillageId, Path), ("Idempotency-Key" = String, Header)), request_body = AppointAdmin,
    responses((status = 200, body = VillageView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/villages/{id}/admins")]
pub async fn appoint(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    posted: Posted<AppointAdmin>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, phone) = (actor.who, id.into_inner(), posted.body.phone);
    let reply = posted.once.write(&db, who, move |tx| {
        let now = tx.now();
        let person = principal(tx, who, now).map_err(|failure| failure.map(VillageError::from))?;
        authorize(&person, Action::ManageVillages, &Resource::default()).map_err(VillageError::from)?;
        let village = get(tx, id)?;
        let account = accounts::service::find_by_phone(tx, &phone)?.ok_or(VillageError::NoSuchAccount)?;
        enterprises::service::join_office(tx, village.id, account)?;
        Ok(Reply::ok(&village))
    });
    Ok(reply.await?)
}

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(show).service(add).service(appoint).service(settings::show_settings).service(settings::edit_settings);
}
