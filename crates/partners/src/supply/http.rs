//! Price lists over HTTP.

use actix_web::{HttpResponse, get, patch, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Base, Content, Item, ItemId, MOST_ITEMS, MaterialId, MaterialName, Named, NewItem, Quote, Unit, Written};
use super::rules::{self, BadDays};
use super::service::{self, SupplyError};
use kit::auth::{AccountId, Actor, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey, WithVersion};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, Valid, page};
use kit::money::Rupiah;
use market::packs::model::Price;
use people::enterprises::EnterpriseId;

impl From<SupplyError> for Problem {
    fn from(error: SupplyError) -> Self {
        match error {
            SupplyError::NotASupplier => Self::conflict("not_a_supplier"),
            SupplyError::NotTrading => Self::conflict("enterprise_not_trading"),
            SupplyError::ItemExists => Self::conflict("supply_item_exists"),
            SupplyError::TooMany => Self::conflict("too_many_supply_items").arg("most", MOST_ITEMS),
            SupplyError::Days(BadDays::From) => Self::invalid_field("valid_from", "valid_from_out_of_range"),
            SupplyError::Days(BadDays::Until) => Self::invalid_field("valid_until", "from_after_until"),
            SupplyError::Stale => stale(),
            SupplyError::Denied(denied) => denied.into(),
        }
    }
}

/// A price on its way.
#[derive(Serialize, ToSchema)]
pub struct ComingPriceView {
    price: Rupiah,
    #[schema(value_type = String, format = Date)]
    valid_from: NaiveDate,
    #[schema(value_type = Option<String>, format = Date)]
    valid_until: Option<NaiveDate>,
}

/// A unit of a material that a supplier sells.
#[derive(Serialize, ToSchema)]
pub struct SupplyItemView {
    id: ItemId,
    supplier_id: EnterpriseId,
    material_id: MaterialId,
    material: String,
    /// What the material is counted in.
    base: Base,
    unit: Unit,
    /// Base units in one.
    content: i64,
    /// What people read.
    label: String,
    active: bool,
    /// What one costs today; null when no price holds.
    price: Option<Rupiah>,
    /// The next price.
    coming: Option<ComingPriceView>,
}

impl SupplyItemView {
    fn on(today: NaiveDate, Item { row, prices }: Item) -> Self {
        let coming = rules::next_price(&prices, today).map(|next| ComingPriceView {
            price: next.amount,
            valid_from: next.valid_from,
            valid_until: next.valid_until,
        });
        Self {
            id: row.id,
            supplier_id: row.supplier_id,
            material_id: row.material_id,
            label: rules::label(&row.name, row.unit, row.content, row.base),
            material: row.name,
            base: row.base,
            unit: row.unit,
            content: row.content,
            active: row.active,
            price: rules::price_on(&prices, today),
            coming,
        }
    }
}

/// A price with its days.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSupplyPrice {
    price: Price,
    /// Today unless said otherwise.
    #[schema(value_type = Option<String>, format = Date)]
    valid_from: Option<NaiveDate>,
    /// The last day; without one it holds until another price begins.
    #[schema(value_type = Option<String>, format = Date)]
    valid_until: Option<NaiveDate>,
}

impl SetSupplyPrice {
    fn quote(self, today: NaiveDate) -> Quote {
        Quote { price: self.price, valid_from: self.valid_from.unwrap_or(today), valid_until: self.valid_until }
    }
}

/// A unit of a material.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddSupplyItem {
    material: MaterialName,
    base: Base,
    unit: Unit,
    /// Base units in one; kilograms, litres and pieces need none.
    content: Option<Content>,
    price: SetSupplyPrice,
}

/// A change of an item.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditSupplyItem {
    /// Whether it can be ordered.
    active: bool,
}

/// Which page of a price list is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SupplyQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const OLDEST: &str = "supply_items";

/// Lists what a supplier offers, to whoever has an agreement with her or buys of her with others.
#[utoipa::path(tag = "supply", operation_id = "list_supply_items", params(("id" = EnterpriseId, Path), SupplyQuery),
    responses((status = 200, body = Page<SupplyItemView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/supply-items")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<SupplyQuery>,
    db: web::Data<Db>,
) -> Result<Page<SupplyItemView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let after = page::decode(OLDEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::list(conn, actor.who, now, *id, after, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, OLDEST, |item| item.row.id).map(|item| SupplyItemView::on(now.business_date(), item)))
}

/// Offers a unit of a material.
#[utoipa::path(tag = "supply", operation_id = "add_supply_item", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = AddSupplyItem,
    responses((status = 201, body = SupplyItemView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/supply-items")]
pub async fn add(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<AddSupplyItem>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let AddSupplyItem { material, base, unit, content, price } = posted.body;
    let content = rules::content(unit, base, content).ok_or_else(|| Problem::invalid_field("content", "content_does_not_fit"))?;
    let (who, id, quote) = (actor.who, id.into_inner(), price.quote(db.clock().now().business_date()));
    let new = NewItem { material: Named { name: material, base }, unit, content, quote };
    let reply = posted.once.write(&db, who, move |tx| {
        let item = service::add(tx, who, id, &new)?;
        let (place, version) = (format!("/v1/enterprises/{id}/supply-items"), item.row.version);
        Ok(Reply::created(place, &SupplyItemView::on(tx.now().business_date(), item)).version(version))
    });
    Ok(reply.await?)
}

/// Takes an item out of the list, or puts it back.
#[utoipa::path(tag = "supply", operation_id = "edit_supply_item", params(("id" = ItemId, Path), ("If-Match" = String, Header)), request_body = EditSupplyItem,
    responses((status = 200, body = SupplyItemView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[patch("/supply-items/{id}")]
pub async fn edit(
    actor: Actor<SignedIn>,
    id: web::Path<ItemId>,
    version: IfMatch,
    body: Valid<EditSupplyItem>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let item = db.write(move |tx| service::edit(tx, actor.who, *id, version.0, body.0.active)).await?;
    Ok(tagged(item.row.version, &SupplyItemView::on(db.clock().now().business_date(), item)))
}

/// Says what an item costs from a day on; who waits for it, or is about to order it, is told.
#[utoipa::path(tag = "supply", operation_id = "set_supply_price", params(("id" = ItemId, Path), ("Idempotency-Key" = String, Header)), request_body = SetSupplyPrice,
    responses((status = 200, body = SupplyItemView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/supply-items/{id}/prices")]
pub async fn set_price(
    actor: Actor<SignedIn>,
    id: web::Path<ItemId>,
    posted: Posted<SetSupplyPrice>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, quote) = (actor.who, id.into_inner(), posted.body.quote(db.clock().now().business_date()));
    let reply = posted.once.write(&db, who, move |tx| {
        let item = service::set_price(tx, who, id, &quote)?;
        let version = item.row.version;
        Ok(Reply::ok(&SupplyItemView::on(tx.now().business_date(), item)).version(version))
    });
    Ok(reply.await?)
}

/// A price as it was written.
#[derive(Serialize, ToSchema)]
pub struct WrittenPriceView {
    price: Rupiah,
    #[schema(value_type = String, format = Date)]
    valid_from: NaiveDate,
    #[schema(value_type = Option<String>, format = Date)]
    valid_until: Option<NaiveDate>,
    actor_id: AccountId,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    at: Timestamp,
}

/// The latest hundred prices of an item, newest first.
#[derive(Serialize, ToSchema)]
pub struct SupplyPricesView {
    items: Vec<WrittenPriceView>,
}

impl From<Vec<Written>> for SupplyPricesView {
    fn from(prices: Vec<Written>) -> Self {
        let view = |Written { amount: price, valid_from, valid_until, actor: actor_id, on_behalf_of, at }| WrittenPriceView {
            price,
            valid_from,
            valid_until,
            actor_id,
            on_behalf_of,
            at,
        };
        Self { items: prices.into_iter().map(view).collect() }
    }
}

/// Lists the prices an item had, has and will have.
#[utoipa::path(tag = "supply", operation_id = "list_supply_prices", params(("id" = ItemId, Path)),
    responses((status = 200, body = SupplyPricesView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/supply-items/{id}/prices")]
pub async fn price_history(
    actor: Actor<SignedIn>,
    id: web::Path<ItemId>,
    db: web::Data<Db>,
) -> Result<web::Json<SupplyPricesView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::price_history(conn, actor.who, now, *id)).await?.into()))
}
