//! The catalogue over HTTP.

use actix_web::{HttpResponse, get, patch, post, put, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::badges::{Halal, HalalScheme, PirtNumber, pirt_counts};
use super::model::{
    Badge, Category, CategoryCode, Change, Description, Event, Filter, NewProduct, Price, Product, ProductId, ProductName, Sort, State,
    Unit,
};
use super::rules::Move;
use super::service::{self, ProductError};
use crate::act;
use crate::kit::auth::{AccountId, Actor, Anyone, SignedIn};
use crate::kit::clock::Timestamp;
use crate::kit::db::{Db, Failure, Never, Tx};
use crate::kit::http::etag::{IfMatch, stale, tagged};
use crate::kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey, WithVersion};
use crate::kit::http::{Limit, Page, Posted, Problem, Reply, Valid, page};
use crate::kit::money::Rupiah;
use crate::market::inventory::InventoryError;
use crate::people::enterprises::EnterpriseId;
use crate::people::permissions::Action;
use crate::people::villages::VillageId;

impl From<ProductError> for Problem {
    fn from(error: ProductError) -> Self {
        match error {
            ProductError::NoSuchCategory => Self::invalid_field("category", "no_such_category"),
            ProductError::NotTrading => Self::conflict("enterprise_not_trading"),
            ProductError::WrongState { state, wanted } => Self::conflict("product_wrong_state").arg("state", state).arg("event", wanted),
            ProductError::NotNow { state } => Self::conflict("product_not_editable").arg("state", state),
            ProductError::Stale => stale(),
            ProductError::Stock(error) => error.into(),
            ProductError::Denied(denied) => denied.into(),
        }
    }
}

impl From<InventoryError> for Problem {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::NotEnough { product, available } => {
                Self::conflict("out_of_stock").arg("product", product).arg("available", available)
            }
            InventoryError::BelowReserved { reserved } => Self::conflict("stock_below_reserved").arg("reserved", reserved),
        }
    }
}

/// A category.
#[derive(Serialize, ToSchema)]
pub struct CategoryView {
    code: String,
    name_id: String,
    name_su: String,
    name_en: String,
}

/// All categories in their order.
#[derive(Serialize, ToSchema)]
pub struct CategoriesView {
    items: Vec<CategoryView>,
}

impl From<Vec<Category>> for CategoriesView {
    fn from(categories: Vec<Category>) -> Self {
        let view = |c: Category| CategoryView { code: c.code, name_id: c.name_id, name_su: c.name_su, name_en: c.name_en };
        Self { items: categories.into_iter().map(view).collect() }
    }
}

/// A halal certificate as it stands.
#[derive(Serialize, ToSchema)]
pub struct HalalView {
    number: String,
    scheme: HalalScheme,
    #[schema(value_type = Option<String>, format = Date)]
    until: Option<NaiveDate>,
    /// Whether it has not ended.
    valid: bool,
}

/// A P-IRT permit as it stands.
#[derive(Serialize, ToSchema)]
pub struct PirtView {
    number: String,
    /// The year in which it ends; older numbers do not tell it.
    expires_year: Option<i32>,
    /// Whether it has not ended.
    valid: bool,
}

/// A product.
#[derive(Serialize, ToSchema)]
pub struct ProductView {
    id: ProductId,
    name: String,
    description: String,
    category: String,
    unit: Unit,
    /// For one unit.
    price: Rupiah,
    /// How many can be ordered now.
    available: i64,
    /// How many there are; for the seller alone.
    on_hand: Option<i64>,
    /// How many of those orders hold; for the seller alone.
    reserved: Option<i64>,
    /// Where its photos can be fetched.
    photos: Vec<String>,
    pirt: Option<PirtView>,
    halal: Option<HalalView>,
    state: State,
    seller_id: EnterpriseId,
    seller_name: String,
    village_id: VillageId,
    village_name: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    published_at: Option<Timestamp>,
}

impl ProductView {
    /// With the figures that are the seller's alone.
    fn own(today: NaiveDate, product: Product) -> Self {
        let (on_hand, reserved) = (Some(product.on_hand), Some(product.reserved));
        Self { on_hand, reserved, ..Self::on(today, product) }
    }

    fn on(today: NaiveDate, p: Product) -> Self {
        let available = p.available();
        let pirt = p.pirt_number.map(|number| PirtView {
            number,
            expires_year: p.pirt_expires_year,
            valid: pirt_counts(p.pirt_expires_year, today),
        });
        let halal = p.halal_number.zip(p.halal_scheme).map(|(number, scheme)| {
            let valid = p.halal_until.is_none_or(|until| today <= until);
            HalalView { number, scheme, until: p.halal_until, valid }
        });
        let photos = serde_json::from_value(p.photos.0).unwrap_or_default();
        Self {
            id: p.id,
            name: p.name,
            description: p.description,
            category: p.category,
            unit: p.unit,
            price: p.price,
            available,
            on_hand: None,
            reserved: None,
            photos,
            pirt,
            halal,
            state: p.state,
            seller_id: p.enterprise_id,
            seller_name: p.seller_name,
            village_id: p.village_id,
            village_name: p.village_name,
            created_at: p.created_at,
            updated_at: p.updated_at,
            published_at: p.published_at,
        }
    }
}

/// One move of a product's state.
#[derive(Serialize, ToSchema)]
pub struct ProductEventView {
    from: State,
    to: State,
    actor_id: AccountId,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    reason: Option<String>,
    at: Timestamp,
}

/// The latest hundred moves, newest first.
#[derive(Serialize, ToSchema)]
pub struct ProductHistoryView {
    items: Vec<ProductEventView>,
}

impl From<Vec<Event>> for ProductHistoryView {
    fn from(events: Vec<Event>) -> Self {
        let view = |e: Event| ProductEventView {
            from: e.from,
            to: e.to,
            actor_id: e.actor,
            on_behalf_of: e.on_behalf_of,
            reason: e.reason,
            at: e.at,
        };
        Self { items: events.into_iter().map(view).collect() }
    }
}

/// A number of units, 0 to 1,000,000.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = i64, minimum = 0, maximum = 1_000_000)]
pub struct Count(i64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = i64::deserialize(deserializer)?;
        if (0..=1_000_000).contains(&count) { Ok(Self(count)) } else { Err(serde::de::Error::custom("count_out_of_range")) }
    }
}

/// A product as its maker writes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProduct {
    category: CategoryCode,
    name: ProductName,
    description: Description,
    unit: Unit,
    price: Price,
    /// How many there are.
    stock: Count,
    /// The P-IRT number on the label, if it has one.
    pirt: Option<PirtNumber>,
    halal: Option<Halal>,
}

/// A change; what is missing stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditProduct {
    category: Option<CategoryCode>,
    name: Option<ProductName>,
    description: Option<Description>,
    unit: Option<Unit>,
    price: Option<Price>,
    pirt: Option<PirtNumber>,
    halal: Option<Halal>,
}

/// How many there are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetStock {
    on_hand: Count,
}

/// Which products are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProductQuery {
    /// Words to search for, also misspelt or in Sundanese; the best answers come first and `sort` is not used.
    #[param(max_length = 100)]
    q: Option<String>,
    category: Option<CategoryCode>,
    seller: Option<EnterpriseId>,
    village: Option<VillageId>,
    price_min: Option<Rupiah>,
    price_max: Option<Rupiah>,
    badge: Option<Badge>,
    #[serde(default)]
    in_stock: bool,
    sort: Option<Sort>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which page of a list of products is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProductPageQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which of a village's products are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ModerationQuery {
    /// Those in this state; `submitted` unless said otherwise.
    state: Option<State>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const FOUND: &str = "found";
const OWN: &str = "own_products";
const QUEUE: &str = "moderation";
const LONGEST_QUERY: usize = 100;

/// Lists the categories.
#[utoipa::path(tag = "catalogue", operation_id = "list_categories", responses((status = 200, body = CategoriesView), Always))]
#[get("/categories")]
pub async fn list_categories(_actor: Actor<Anyone>, db: web::Data<Db>) -> Result<web::Json<CategoriesView>, Problem> {
    Ok(web::Json(db.read_public(|conn| Ok::<_, Failure<Never>>(service::categories(conn)?)).await?.into()))
}

/// Lists or searches what is for sale, across all villages.
#[utoipa::path(tag = "catalogue", operation_id = "list_products", params(ProductQuery), responses((status = 200, body = Page<ProductView>), Always))]
#[get("/products")]
pub async fn list_products(
    _actor: Actor<Anyone>,
    query: web::Query<ProductQuery>,
    db: web::Data<Db>,
) -> Result<Page<ProductView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let filter = Filter {
        category: q.category,
        seller: q.seller,
        village: q.village,
        price_min: q.price_min,
        price_max: q.price_max,
        badge: q.badge,
        in_stock: q.in_stock,
    };
    let limit = q.limit;
    let page = if let Some(text) = q.q.filter(|text| !text.trim().is_empty()) {
        if text.chars().count() > LONGEST_QUERY {
            return Err(Problem::invalid_field("q", format!("text_too_long({LONGEST_QUERY})")));
        }
        let skip = page::decode(FOUND, q.cursor.as_deref())?.unwrap_or(0_usize);
        let rows = db
            .read_public(move |conn| Ok::<_, Failure<Never>>(service::search(conn, &text, &filter, skip, limit.rows() + 1, now)?))
            .await?;
        Page::cut(rows, limit, FOUND, |_| skip + limit.rows())
    } else {
        let sort = q.sort.unwrap_or(Sort::Newest);
        let after = page::decode(sort.word(), q.cursor.as_deref())?;
        let rows =
            db.read_public(move |conn| Ok::<_, Failure<Never>>(service::list(conn, &filter, sort, after, limit.fetch(), now)?)).await?;
        Page::cut(rows, limit, sort.word(), |p| (p.price, p.id))
    };
    let today = now.business_date();
    Ok(page.map(|product| ProductView::on(today, product)))
}

/// Shows a product that is for sale, or one of the caller's own.
#[utoipa::path(tag = "catalogue", operation_id = "get_product", params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductView), Always, OnOne), security((), ("bearer" = [])))]
#[get("/products/{id}")]
pub async fn get_product(actor: Actor<Anyone>, id: web::Path<ProductId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    let product = db.read(move |conn| service::show(conn, actor.who, now, *id)).await?;
    Ok(tagged(product.version, &ProductView::on(now.business_date(), product)))
}

/// Writes a product, as a draft.
#[utoipa::path(tag = "catalogue", operation_id = "create_product", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = CreateProduct,
    responses((status = 201, body = ProductView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/products")]
pub async fn create_product(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<CreateProduct>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let CreateProduct { category, name, description, unit, price, stock, pirt, halal } = posted.body;
    let (who, id, new) = (actor.who, id.into_inner(), NewProduct { category, name, description, unit, price, pirt, halal });
    let reply = posted.once.write(&db, who, move |tx| {
        let (product, today) = (service::create(tx, who, id, &new, stock.0)?, tx.now().business_date());
        let (id, version) = (product.id, product.version);
        Ok(Reply::created(format!("/v1/products/{id}"), &ProductView::own(today, product)).version(version))
    });
    Ok(reply.await?)
}

/// Lists an enterprise's own products in every state, newest first.
#[utoipa::path(tag = "catalogue", operation_id = "list_own_products", params(("id" = EnterpriseId, Path), ProductPageQuery),
    responses((status = 200, body = Page<ProductView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/products")]
pub async fn list_own_products(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<ProductPageQuery>,
    db: web::Data<Db>,
) -> Result<Page<ProductView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(OWN, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::own(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, OWN, |p| p.id).map(|product| ProductView::own(now.business_date(), product)))
}

/// Changes a product: its price at any time, the rest only as a draft or when it was returned.
#[utoipa::path(tag = "catalogue", operation_id = "edit_product", params(("id" = ProductId, Path), ("If-Match" = String, Header)), request_body = EditProduct,
    responses((status = 200, body = ProductView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[patch("/products/{id}")]
pub async fn edit_product(
    actor: Actor<SignedIn>,
    id: web::Path<ProductId>,
    version: IfMatch,
    body: Valid<EditProduct>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let EditProduct { category, name, description, unit, price, pirt, halal } = body.0;
    let change = Change { category, name, description, unit, price, pirt, halal };
    let product = db.write(move |tx| service::edit(tx, actor.who, *id, version.0, &change)).await?;
    Ok(tagged(product.version, &ProductView::own(db.clock().now().business_date(), product)))
}

/// Says how many there are; what orders hold stays theirs.
#[utoipa::path(tag = "catalogue", operation_id = "set_stock", params(("id" = ProductId, Path)), request_body = SetStock,
    responses((status = 200, body = ProductView), (status = 409, description = "Orders hold more"), Always, SignedInOnly, OnOne, WithBody), security(("bearer" = [])))]
#[put("/products/{id}/stock")]
pub async fn set_stock(
    actor: Actor<SignedIn>,
    id: web::Path<ProductId>,
    body: Valid<SetStock>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let on_hand = body.0.on_hand.0;
    let product = db.write(move |tx| service::set_stock(tx, actor.who, *id, on_hand)).await?;
    Ok(tagged(product.version, &ProductView::own(db.clock().now().business_date(), product)))
}

/// Lists the moves of a product's state, with their reasons.
#[utoipa::path(tag = "catalogue", operation_id = "list_product_history", params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/products/{id}/history")]
pub async fn product_history(
    actor: Actor<SignedIn>,
    id: web::Path<ProductId>,
    db: web::Data<Db>,
) -> Result<web::Json<ProductHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::history(conn, actor.who, now, *id)).await?.into()))
}

/// Lists a village's products waiting for its admin, oldest first.
#[utoipa::path(tag = "catalogue", operation_id = "list_moderation_queue", params(("id" = VillageId, Path), ModerationQuery),
    responses((status = 200, body = Page<ProductView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/villages/{id}/products")]
pub async fn moderation_queue(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    query: web::Query<ModerationQuery>,
    db: web::Data<Db>,
) -> Result<Page<ProductView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let (after, state) = (page::decode(QUEUE, q.cursor.as_deref())?, q.state.unwrap_or(State::Submitted));
    let rows = db.read(move |conn| service::queue(conn, actor.who, now, *id, state, after, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, QUEUE, |p| p.id).map(|product| ProductView::on(now.business_date(), product)))
}

fn moved(tx: &Tx<'_>, product: Product) -> Reply {
    let version = product.version;
    Reply::ok(&ProductView::own(tx.now().business_date(), product)).version(version)
}

act!(
    /// Asks the village admin to look at a product.
    submit, "catalogue", "/products/{id}/submit", "submit_product", ProductId, ProductView,
    |tx, who, id| service::advance(tx, who, id, Move::Submit, Action::WriteProduct, None).map(|product| moved(tx, product))
);
act!(
    /// Puts a product on sale.
    publish, "catalogue", "/products/{id}/publish", "publish_product", ProductId, ProductView,
    |tx, who, id| service::advance(tx, who, id, Move::Publish, Action::ModerateProduct, None).map(|product| moved(tx, product))
);
act!(
    /// Asks the maker for changes.
    return_for_changes, "catalogue", "/products/{id}/return", "return_product", ProductId, ProductView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Return, Action::ModerateProduct, Some(reason)).map(|product| moved(tx, product))
);
act!(
    /// Turns a product down.
    reject, "catalogue", "/products/{id}/reject", "reject_product", ProductId, ProductView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Reject, Action::ModerateProduct, Some(reason)).map(|product| moved(tx, product))
);
act!(
    /// Takes a product off sale for now.
    pause, "catalogue", "/products/{id}/pause", "pause_product", ProductId, ProductView,
    |tx, who, id| service::advance(tx, who, id, Move::Pause, Action::WriteProduct, None).map(|product| moved(tx, product))
);
act!(
    /// Puts a paused product on sale again.
    resume, "catalogue", "/products/{id}/resume", "resume_product", ProductId, ProductView,
    |tx, who, id| service::advance(tx, who, id, Move::Resume, Action::WriteProduct, None).map(|product| moved(tx, product))
);
act!(
    /// Takes a product off sale; open orders stay as they are.
    suspend, "catalogue", "/products/{id}/suspend", "suspend_product", ProductId, ProductView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Suspend, Action::ModerateProduct, Some(reason)).map(|product| moved(tx, product))
);
act!(
    /// Lets a suspended product be sold again.
    reinstate, "catalogue", "/products/{id}/reinstate", "reinstate_product", ProductId, ProductView,
    |tx, who, id| service::advance(tx, who, id, Move::Reinstate, Action::ModerateProduct, None).map(|product| moved(tx, product))
);
