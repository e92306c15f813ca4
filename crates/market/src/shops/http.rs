//! Shops over HTTP.

use actix_web::{HttpResponse, delete, get, patch, post, put};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::{OpeningHours, Week};
use super::model::{AnswerHours, Charge, HandOverDays, Holiday, HolidayNote, NewZone, Shop, Terms, Zone, ZoneChange, ZoneId, ZoneName};
use super::rules;
use super::service::{self, ShopError};
use kit::auth::{Actor, Anyone, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey, WithVersion};
use kit::http::web;
use kit::http::{Posted, Problem, Reply, Valid};
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;

impl From<ShopError> for Problem {
    fn from(error: ShopError) -> Self {
        match error {
            ShopError::NotAShop => Self::conflict("sells_nothing"),
            ShopError::Stale => stale(),
            ShopError::ZoneNameTaken => Self::conflict("zone_name_taken"),
            ShopError::TooManyZones => Self::conflict("too_many_zones").arg("most", super::model::MOST_ZONES),
            ShopError::Denied(denied) => denied.into(),
        }
    }
}

/// A holiday as it stands.
#[derive(Serialize, ToSchema)]
pub struct HolidayView {
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    /// The last day of it.
    #[schema(value_type = String, format = Date)]
    until: NaiveDate,
    note: Option<String>,
}

/// The terms on which an enterprise sells, and whether it is there now.
#[derive(Serialize, ToSchema)]
pub struct ShopView {
    enterprise_id: EnterpriseId,
    /// What the goods of one order come to at least.
    minimum_order: Rupiah,
    answer_hours: i64,
    hand_over_days: i64,
    /// When it is open, in the village's time; null is always.
    #[schema(value_type = Option<OpeningHours>)]
    opening: Option<Week>,
    holiday: Option<HolidayView>,
    open_now: bool,
    /// When it is open next; now, if it is open.
    next_open: Timestamp,
    /// The day after the holiday, if today is one.
    #[schema(value_type = Option<String>, format = Date)]
    back_on: Option<NaiveDate>,
    /// Null as long as these are the usual terms.
    updated_at: Option<Timestamp>,
}

impl ShopView {
    fn at(now: Timestamp, enterprise_id: EnterpriseId, shop: Shop) -> Self {
        let Shop { terms, version: _, updated_at } = shop;
        let (open_now, next_open) = (rules::is_open(&terms, now), rules::next_open(&terms, now));
        let back_on = rules::is_on_holiday(&terms, now.business_date());
        let holiday = terms.holiday.map(|Holiday { from, until, note }| HolidayView { from, until, note });
        let (minimum_order, answer_hours, hand_over_days) = (terms.minimum_order, terms.answer_hours, terms.hand_over_days);
        let opening = terms.opening;
        Self { enterprise_id, minimum_order, answer_hours, hand_over_days, opening, holiday, open_now, next_open, back_on, updated_at }
    }
}

/// A place to which a seller delivers.
#[derive(Serialize, ToSchema)]
pub struct ZoneView {
    id: ZoneId,
    enterprise_id: EnterpriseId,
    name: String,
    /// What delivery there costs.
    fee: Rupiah,
    /// What the goods come to at least to be brought there; 0 where the shop's own minimum is enough.
    minimum_order: Rupiah,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Zone> for ZoneView {
    fn from(zone: Zone) -> Self {
        let Zone { id, enterprise_id, name, fee, minimum_order, version: _, created_at, updated_at } = zone;
        Self { id, enterprise_id, name, fee, minimum_order, created_at, updated_at }
    }
}

/// All places to which a seller delivers, oldest first; at most 50.
#[derive(Serialize, ToSchema)]
pub struct ZonesView {
    items: Vec<ZoneView>,
}

/// The days on which she is away, both included.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetHoliday {
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    until: NaiveDate,
    note: Option<HolidayNote>,
}

/// The terms as a whole: `null` opening hours are always open, a `null` holiday is none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetShopTerms {
    minimum_order: Charge,
    answer_hours: AnswerHours,
    hand_over_days: HandOverDays,
    // Both must be said, so that nobody loses her hours by leaving them out.
    #[schema(value_type = Option<OpeningHours>, required)]
    #[serde(deserialize_with = "Option::deserialize")]
    opening: Option<Week>,
    #[schema(required)]
    #[serde(deserialize_with = "Option::deserialize")]
    holiday: Option<SetHoliday>,
}

impl TryFrom<SetShopTerms> for Terms {
    type Error = Problem;

    fn try_from(body: SetShopTerms) -> Result<Self, Problem> {
        let holiday = body.holiday.map(|holiday| Holiday::new(holiday.from, holiday.until, holiday.note.as_ref())).transpose();
        Ok(Self {
            minimum_order: body.minimum_order.amount(),
            answer_hours: body.answer_hours.get(),
            hand_over_days: body.hand_over_days.get(),
            opening: body.opening,
            holiday: holiday.map_err(|bad| Problem::invalid_field("holiday.until", bad.to_string()))?,
        })
    }
}

/// A place to which she delivers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddZone {
    name: ZoneName,
    fee: Charge,
    /// None unless said.
    minimum_order: Option<Charge>,
}

/// A change; what is missing stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditZone {
    name: Option<ZoneName>,
    fee: Option<Charge>,
    minimum_order: Option<Charge>,
}

/// Shows the terms on which an enterprise sells.
#[utoipa::path(tag = "shops", operation_id = "get_shop", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = ShopView), Always, OnOne), security((), ("bearer" = [])))]
#[get("/enterprises/{id}/shop")]
pub async fn show(actor: Actor<Anyone>, id: web::Path<EnterpriseId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let (now, id) = (db.clock().now(), id.into_inner());
    let shop = db.read(move |conn| service::show(conn, actor.who, now, id)).await?;
    Ok(tagged(shop.version, &ShopView::at(now, id, shop)))
}

/// Says on what terms an enterprise sells, for orders yet to come.
#[utoipa::path(tag = "shops", operation_id = "set_shop_terms", params(("id" = EnterpriseId, Path), ("If-Match" = String, Header)), request_body = SetShopTerms,
    responses((status = 200, body = ShopView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[put("/enterprises/{id}/shop")]
pub async fn set_terms(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    version: IfMatch,
    body: Valid<SetShopTerms>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let (id, terms) = (id.into_inner(), Terms::try_from(body.0)?);
    let shop = db.write(move |tx| service::set_terms(tx, actor.who, id, version.0, &terms)).await?;
    Ok(tagged(shop.version, &ShopView::at(db.clock().now(), id, shop)))
}

/// Lists where a seller delivers, and for what fee.
#[utoipa::path(tag = "shops", operation_id = "list_delivery_zones", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = ZonesView), Always, OnOne), security((), ("bearer" = [])))]
#[get("/enterprises/{id}/delivery-zones")]
pub async fn list_zones(actor: Actor<Anyone>, id: web::Path<EnterpriseId>, db: web::Data<Db>) -> Result<web::Json<ZonesView>, Problem> {
    let now = db.clock().now();
    let zones = db.read(move |conn| service::zones(conn, actor.who, now, *id)).await?;
    Ok(web::Json(ZonesView { items: zones.into_iter().map(ZoneView::from).collect() }))
}

/// Shows a place to which a seller delivers.
#[utoipa::path(tag = "shops", operation_id = "get_delivery_zone", params(("id" = ZoneId, Path)),
    responses((status = 200, body = ZoneView), Always, OnOne), security((), ("bearer" = [])))]
#[get("/delivery-zones/{id}")]
pub async fn show_zone(actor: Actor<Anyone>, id: web::Path<ZoneId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    let zone = db.read(move |conn| service::show_zone(conn, actor.who, now, *id)).await?;
    Ok(tagged(zone.version, &ZoneView::from(zone)))
}

/// Adds a place to which a seller delivers.
#[utoipa::path(tag = "shops", operation_id = "add_delivery_zone", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = AddZone,
    responses((status = 201, body = ZoneView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/delivery-zones")]
pub async fn add_zone(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<AddZone>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let AddZone { name, fee, minimum_order } = posted.body;
    let new = NewZone { name, fee, minimum_order: minimum_order.unwrap_or(Charge::NONE) };
    let (who, id) = (actor.who, id.into_inner());
    let reply = posted.once.write(&db, who, move |tx| {
        let zone = service::add_zone(tx, who, id, &new)?;
        let version = zone.version;
        Ok(Reply::created(format!("/v1/delivery-zones/{}", zone.id), &ZoneView::from(zone)).version(version))
    });
    Ok(reply.await?)
}

/// Changes a place to which a seller delivers, for orders yet to come.
#[utoipa::path(tag = "shops", operation_id = "edit_delivery_zone", params(("id" = ZoneId, Path), ("If-Match" = String, Header)), request_body = EditZone,
    responses((status = 200, body = ZoneView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[patch("/delivery-zones/{id}")]
pub async fn edit_zone(
    actor: Actor<SignedIn>,
    id: web::Path<ZoneId>,
    version: IfMatch,
    body: Valid<EditZone>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let EditZone { name, fee, minimum_order } = body.0;
    let change = ZoneChange { name, fee, minimum_order };
    let zone = db.write(move |tx| service::edit_zone(tx, actor.who, *id, version.0, &change)).await?;
    Ok(tagged(zone.version, &ZoneView::from(zone)))
}

/// Takes a place away; orders that go there stay as they are.
#[utoipa::path(tag = "shops", operation_id = "remove_delivery_zone", params(("id" = ZoneId, Path)),
    responses((status = 204), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[delete("/delivery-zones/{id}")]
pub async fn remove_zone(actor: Actor<SignedIn>, id: web::Path<ZoneId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    db.write(move |tx| service::remove_zone(tx, actor.who, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
