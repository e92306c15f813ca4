//! The catalogue over HTTP.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, get, patch, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::badges::{Halal, PirtNumber};
use super::content::{Allergen, Change, Content, Ingredients, Photos, ShelfLifeDays, Storage};
use super::model::{Badge, CategoryCode, Description, Filter, Listing, NewProduct, ProductId, ProductName, Sort, State};
use super::rules::Move;
use super::service::{self, ProductError};
use super::views::{CategoriesView, LabelView, ProductHistoryView, ProductView, own_tagged};
use crate::packs::model::{Count, Net, NewPack, Price, Tier, Unit};
use crate::packs::rules::PriceList;
use kit::act;
use kit::auth::{Actor, Anyone, SignedIn};
use kit::db::{Db, Failure, Never, Tx};
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey, WithVersion};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reader, Reply, Valid, page};
use kit::money::Rupiah;
use kit::text::Reason;
use people::enterprises::EnterpriseId;
use people::permissions::Action;
use people::villages::VillageId;

impl From<ProductError> for Problem {
    fn from(error: ProductError) -> Self {
        match error {
            ProductError::NoSuchCategory => Self::invalid_field("category", "no_such_category"),
            ProductError::NotTrading => Self::conflict("enterprise_not_trading"),
            ProductError::WrongState { state, wanted } => Self::conflict("product_wrong_state").arg("state", state).arg("event", wanted),
            ProductError::NotNow { state } => Self::conflict("product_not_editable").arg("state", state),
            ProductError::Stale => stale(),
            ProductError::Photo(error) => error.problem("photos"),
            ProductError::ChangeWaits => Self::conflict("change_waits"),
            ProductError::Denied(denied) => denied.into(),
        }
    }
}

/// A product as its maker writes it, with the first pack it is sold in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProduct {
    category: CategoryCode,
    name: ProductName,
    description: Description,
    unit: Unit,
    /// What is in a pack.
    net: Option<Net>,
    /// What one pack costs.
    price: Price,
    /// What one costs a warung that sells on.
    warung_price: Option<Price>,
    /// What one costs from a quantity on: at most 5, rising in quantity, falling in price, all below `price`.
    #[serde(default)]
    wholesale: Vec<Tier>,
    /// How many packs there are.
    stock: Count,
    /// What it is made of, the most first.
    ingredients: Option<Ingredients>,
    #[serde(default)]
    allergens: BTreeSet<Allergen>,
    storage: Option<Storage>,
    shelf_life_days: Option<ShelfLifeDays>,
    /// The P-IRT number on the label, if it has one.
    pirt: Option<PirtNumber>,
    halal: Option<Halal>,
    #[serde(default)]
    photos: Photos,
}

impl TryFrom<CreateProduct> for NewProduct {
    type Error = Problem;

    fn try_from(body: CreateProduct) -> Result<Self, Problem> {
        let CreateProduct { category, name, description, unit, net, price, warung_price, wholesale, stock, .. } = body;
        let CreateProduct { ingredients, allergens, storage, shelf_life_days, pirt, halal, photos, .. } = body;
        let pack = NewPack { unit, net, prices: PriceList::new(price, warung_price, &wholesale)?, on_hand: stock };
        let content = Content { category, name, description, ingredients, allergens, storage, shelf_life_days, pirt, halal, photos };
        Ok(Self { content, pack })
    }
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
        Page::cut(rows, limit, sort.word(), |l| (l.product.price_from, l.product.id))
    };
    let today = now.business_date();
    Ok(page.map(|listing| ProductView::public(today, listing)))
}

/// Shows a product that is for sale, or one of the caller's own.
#[utoipa::path(tag = "catalogue", operation_id = "get_product", params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductView), Always, OnOne), security((), ("bearer" = [])))]
#[get("/products/{id}")]
pub async fn get_product(actor: Actor<Anyone>, id: web::Path<ProductId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    let seen = db.read(move |conn| service::show(conn, actor.who, now, *id)).await?;
    Ok(tagged(seen.listing.product.version, &ProductView::seen(now.business_date(), seen)))
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
    let (who, id, new) = (actor.who, id.into_inner(), NewProduct::try_from(posted.body)?);
    let reply = posted.once.write(&db, who, move |tx| {
        let (listing, today) = (service::create(tx, who, id, &new)?, tx.now().business_date());
        let (id, version) = (listing.product.id, listing.product.version);
        Ok(Reply::created(format!("/v1/products/{id}"), &ProductView::own(today, listing)).version(version))
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
    Ok(Page::cut(rows, q.limit, OWN, |l| l.product.id).map(|listing| ProductView::own(now.business_date(), listing)))
}

/// Changes a product's texts, photos and claims. Once the public knows it, the change waits for the village admin, unless the
/// village trusts the seller; `waiting` shows it.
#[utoipa::path(tag = "catalogue", operation_id = "edit_product", params(("id" = ProductId, Path), ("If-Match" = String, Header)), request_body = Change,
    responses((status = 200, body = ProductView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[patch("/products/{id}")]
pub async fn edit_product(
    actor: Actor<SignedIn>,
    id: web::Path<ProductId>,
    version: IfMatch,
    body: Valid<Change>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let change = body.0;
    let listing = db.write(move |tx| service::edit(tx, actor.who, *id, version.0, &change)).await?;
    Ok(own_tagged(db.clock().now(), listing))
}

/// Looks a product's label over: what is there, what is missing, and how to get help. Nothing of it is a condition.
#[utoipa::path(tag = "catalogue", operation_id = "get_product_label", params(("id" = ProductId, Path)),
    responses((status = 200, body = LabelView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/products/{id}/label")]
pub async fn product_label(
    actor: Actor<SignedIn>,
    reader: Reader,
    id: web::Path<ProductId>,
    db: web::Data<Db>,
) -> Result<web::Json<LabelView>, Problem> {
    let now = db.clock().now();
    let label = db.read(move |conn| service::label(conn, actor.who, now, *id)).await?;
    Ok(web::Json(LabelView::told(reader.0, now.business_date(), label)))
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
    Ok(Page::cut(rows, q.limit, QUEUE, |l| l.product.id).map(|listing| ProductView::own(now.business_date(), listing)))
}

fn moved(tx: &Tx<'_>, listing: Listing) -> Reply {
    let version = listing.product.version;
    Reply::ok(&ProductView::own(tx.now().business_date(), listing)).version(version)
}

act!(
    /// Asks the village admin to look at a product.
    submit, "catalogue", "/products/{id}/submit", "submit_product", ProductId, ProductView,
    |tx, who, id| service::advance(tx, who, id, Move::Submit, Action::WriteProduct, None).map(|listing| moved(tx, listing))
);
act!(
    /// Puts a product on sale.
    publish, "catalogue", "/products/{id}/publish", "publish_product", ProductId, ProductView,
    |tx, who, id| service::advance(tx, who, id, Move::Publish, Action::ModerateProduct, None).map(|listing| moved(tx, listing))
);
act!(
    /// Asks the maker for changes.
    return_for_changes, "catalogue", "/products/{id}/return", "return_product", ProductId, ProductView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Return, Action::ModerateProduct, Some(reason)).map(|listing| moved(tx, listing))
);
act!(
    /// Turns a product down.
    reject, "catalogue", "/products/{id}/reject", "reject_product", ProductId, ProductView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Reject, Action::ModerateProduct, Some(reason)).map(|listing| moved(tx, listing))
);
act!(
    /// Takes a product off sale for now.
    pause, "catalogue", "/products/{id}/pause", "pause_product", ProductId, ProductView,
    |tx, who, id| service::advance(tx, who, id, Move::Pause, Action::WriteProduct, None).map(|listing| moved(tx, listing))
);
act!(
    /// Puts a paused product on sale again.
    resume, "catalogue", "/products/{id}/resume", "resume_product", ProductId, ProductView,
    |tx, who, id| service::advance(tx, who, id, Move::Resume, Action::WriteProduct, None).map(|listing| moved(tx, listing))
);
/// Why a product goes off sale.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendProduct {
    /// For the seller to read; where the food is not safe, for buyers too.
    reason: Reason,
    /// Whether the food is not safe. Then the orders that hold it and have not changed hands are called off, their stock and
    /// money put back; otherwise orders already placed go on.
    #[serde(default)]
    food_is_unsafe: bool,
}

/// Takes a product off sale. Orders already placed go on, unless the food is not safe.
#[utoipa::path(tag = "catalogue", operation_id = "suspend_product", params(("id" = ProductId, Path), ("Idempotency-Key" = String, Header)), request_body = SuspendProduct,
    responses((status = 200, body = ProductView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/products/{id}/suspend")]
pub async fn suspend(
    actor: Actor<SignedIn>,
    id: web::Path<ProductId>,
    posted: Posted<SuspendProduct>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, SuspendProduct { reason, food_is_unsafe }) = (actor.who, id.into_inner(), posted.body);
    let reply =
        posted.once.write(&db, who, move |tx| service::suspend(tx, who, id, &reason, food_is_unsafe).map(|listing| moved(tx, listing)));
    Ok(reply.await?)
}

act!(
    /// Lets a suspended product be sold again.
    reinstate, "catalogue", "/products/{id}/reinstate", "reinstate_product", ProductId, ProductView,
    |tx, who, id| service::advance(tx, who, id, Move::Reinstate, Action::ModerateProduct, None).map(|listing| moved(tx, listing))
);
