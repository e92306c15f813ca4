//! The tables of products, their events and categories.

use chrono::NaiveDate;
use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;

use super::badges::{HalalScheme, PirtNumber};
use super::content::{Content, Ingredients, Storage};
use super::model::{Badge, Category, CategoryCode, Description, Event, Filter, NewProduct, Product, ProductId, ProductName, Sort, State};
use crate::inventory::Site;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::types::Document;
use kit::db::{Conn, DbError, MultiBackend, Tx};
use kit::ids::EventId;
use kit::money::Rupiah;
use kit::schema::{categories, enterprises, packs, product_events, products, stock_items, villages};
use people::enterprises::{EnterpriseId, State as Standing};
use people::permissions::By;
use people::villages::VillageId;

columns!(
    Columns, COLUMNS:
    products::id,
    products::village_id,
    products::enterprise_id,
    products::price_from,
    products::state,
    products::search_name,
    products::search_rest,
    products::version,
    products::created_at,
    products::updated_at,
    products::published_at,
    enterprises::name,
    enterprises::state,
    enterprises::assisted,
    enterprises::trusted,
    villages::name,
    villages::code,
    ; with ContentColumns, CONTENT
);
columns!(
    ContentColumns, CONTENT:
    products::category_code,
    products::name,
    products::description,
    products::ingredients,
    products::allergens,
    products::storage,
    products::shelf_life_days,
    products::photos,
    products::pirt_number,
    products::halal_number,
    products::halal_scheme,
    products::halal_until,
);

#[auto_type]
fn joined() -> _ {
    let columns: Columns = COLUMNS;
    products::table.inner_join(enterprises::table).inner_join(villages::table).select(columns)
}

/// A query for products that can still be narrowed.
pub(super) type Boxed<'a> = diesel::dsl::IntoBoxed<'a, joined, MultiBackend>;

pub(super) fn only_public() -> Boxed<'static> {
    joined().filter(products::state.eq(State::Published)).filter(enterprises::state.eq(Standing::Approved)).into_boxed()
}

pub(super) fn where_it_fits<'a>(mut query: Boxed<'a>, filter: &Filter, now: Timestamp) -> Boxed<'a> {
    let today = now.business_date();
    if let Some(category) = &filter.category {
        query = query.filter(products::category_code.eq(category.as_str().to_owned()));
    }
    if let Some(seller) = filter.seller {
        query = query.filter(products::enterprise_id.eq(seller));
    }
    if let Some(village) = filter.village {
        query = query.filter(products::village_id.eq(village));
    }
    if let Some(least) = filter.price_min {
        query = query.filter(products::price_from.ge(least));
    }
    if let Some(most) = filter.price_max {
        query = query.filter(products::price_from.le(most));
    }
    match filter.badge {
        Some(Badge::Pirt) => {
            let year = chrono::Datelike::year(&today);
            query = query.filter(products::pirt_number.is_not_null());
            query = query.filter(products::pirt_expires_year.is_null().or(products::pirt_expires_year.ge(year)));
        }
        Some(Badge::Halal) => {
            query = query.filter(products::halal_number.is_not_null());
            query = query.filter(products::halal_until.is_null().or(products::halal_until.ge(today)));
        }
        None => {}
    }
    if filter.in_stock {
        let free = packs::product_id.eq(products::id).and(packs::active.eq(true)).and(stock_items::on_hand.gt(stock_items::reserved));
        let free = free.and(stock_items::site.eq(Site::Home));
        query = query.filter(exists(packs::table.inner_join(stock_items::table).filter(free).select(packs::id)));
    }
    query
}

pub(super) fn list(
    conn: &mut Conn,
    filter: &Filter,
    sort: Sort,
    after: Option<(Rupiah, ProductId)>,
    rows: i64,
    now: Timestamp,
) -> Result<Vec<Product>, DbError> {
    let mut query = where_it_fits(only_public(), filter, now);
    query = match sort {
        Sort::Newest => query.order(products::id.desc()),
        Sort::PriceUp => query.order((products::price_from.asc(), products::id.asc())),
        Sort::PriceDown => query.order((products::price_from.desc(), products::id.desc())),
    };
    if let Some((price, id)) = after {
        query = match sort {
            Sort::Newest => query.filter(products::id.lt(id)),
            Sort::PriceUp => query.filter(products::price_from.gt(price).or(products::price_from.eq(price).and(products::id.gt(id)))),
            Sort::PriceDown => query.filter(products::price_from.lt(price).or(products::price_from.eq(price).and(products::id.lt(id)))),
        };
    }
    Ok(query.limit(rows).load(conn)?)
}

pub(super) fn get(conn: &mut Conn, id: ProductId) -> Result<Product, DbError> {
    Ok(joined().filter(products::id.eq(id)).first(conn)?)
}

pub(super) fn by_ids(conn: &mut Conn, ids: &[ProductId]) -> Result<Vec<Product>, DbError> {
    Ok(joined().filter(products::id.eq_any(ids)).order(products::id).load(conn)?)
}

pub(super) fn of_enterprise(
    conn: &mut Conn,
    enterprise: EnterpriseId,
    before: Option<ProductId>,
    rows: i64,
) -> Result<Vec<Product>, DbError> {
    let mut query = joined().filter(products::enterprise_id.eq(enterprise)).order(products::id.desc()).limit(rows).into_boxed();
    if let Some(before) = before {
        query = query.filter(products::id.lt(before));
    }
    Ok(query.load(conn)?)
}

pub(super) fn in_village(
    conn: &mut Conn,
    village: VillageId,
    state: State,
    after: Option<ProductId>,
    rows: i64,
) -> Result<Vec<Product>, DbError> {
    let here = products::village_id.eq(village).and(products::state.eq(state));
    let mut query = joined().filter(here).order(products::id).limit(rows).into_boxed();
    if let Some(after) = after {
        query = query.filter(products::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// The words a product is searched by besides its name.
#[derive(Clone, Debug)]
pub(super) struct SearchText {
    pub name: String,
    pub rest: String,
}

/// The content as it is written into its columns.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = products, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Stored<'a> {
    category_code: &'a CategoryCode,
    name: &'a ProductName,
    description: &'a Description,
    ingredients: Option<Ingredients>,
    allergens: Document,
    storage: Option<Storage>,
    shelf_life_days: Option<i32>,
    photos: Document,
    pirt_number: Option<String>,
    pirt_expires_year: Option<i32>,
    halal_number: Option<String>,
    halal_scheme: Option<HalalScheme>,
    halal_until: Option<NaiveDate>,
}

impl<'a> From<&'a Content> for Stored<'a> {
    fn from(content: &'a Content) -> Self {
        let Content { category, name, description, ingredients, allergens, storage, shelf_life_days, pirt, halal, photos } = content;
        Self {
            category_code: category,
            name,
            description,
            ingredients: ingredients.clone(),
            allergens: Document(serde_json::json!(allergens)),
            storage: *storage,
            shelf_life_days: shelf_life_days.and_then(|days| i32::try_from(days.get()).ok()),
            photos: Document(serde_json::json!(photos)),
            pirt_number: pirt.as_ref().map(PirtNumber::to_string),
            pirt_expires_year: pirt.as_ref().and_then(PirtNumber::expires_year),
            halal_number: halal.as_ref().map(|halal| halal.number.as_str().to_owned()),
            halal_scheme: halal.as_ref().map(|halal| halal.scheme),
            halal_until: halal.as_ref().and_then(|halal| halal.until),
        }
    }
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    village: VillageId,
    enterprise: EnterpriseId,
    new: &NewProduct,
    search: &SearchText,
) -> Result<ProductId, DbError> {
    let (id, now) = (ProductId::new(), tx.now());
    diesel::insert_into(products::table)
        .values((
            products::id.eq(id),
            products::village_id.eq(village),
            products::enterprise_id.eq(enterprise),
            Stored::from(&new.content),
            products::price_from.eq(new.pack.prices.retail()),
            products::state.eq(State::Draft),
            products::search_name.eq(&search.name),
            products::search_rest.eq(&search.rest),
            products::version.eq(1),
            products::created_at.eq(now),
            products::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Writes the product as it is now, if nobody has changed it since `version`.
pub(super) fn update(tx: &mut Tx<'_>, product: &Product, version: i32) -> Result<bool, DbError> {
    let now = tx.now();
    let changed = diesel::update(products::table.filter(products::id.eq(product.id).and(products::version.eq(version))))
        .set((
            Stored::from(&product.content),
            products::search_name.eq(&product.search_name),
            products::search_rest.eq(&product.search_rest),
            products::version.eq(version.saturating_add(1)),
            products::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Keeps the lowest retail price with the product, if nobody has changed it since `version`.
pub(super) fn reprice(tx: &mut Tx<'_>, id: ProductId, version: i32, lowest: Rupiah) -> Result<bool, DbError> {
    let now = tx.now();
    let changed = diesel::update(products::table.filter(products::id.eq(id).and(products::version.eq(version))))
        .set((products::price_from.eq(lowest), products::version.eq(version.saturating_add(1)), products::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Counts the version up, if nobody has changed the product since `version`.
pub(super) fn touch(tx: &mut Tx<'_>, id: ProductId, version: i32) -> Result<bool, DbError> {
    let now = tx.now();
    let changed = diesel::update(products::table.filter(products::id.eq(id).and(products::version.eq(version))))
        .set((products::version.eq(version.saturating_add(1)), products::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

pub(super) fn descriptions(conn: &mut Conn, enterprise: EnterpriseId) -> Result<Vec<(ProductId, String)>, DbError> {
    let theirs = products::table.filter(products::enterprise_id.eq(enterprise)).order(products::id);
    Ok(theirs.select((products::id, products::description)).load(conn)?)
}

pub(super) fn set_search_rest(tx: &mut Tx<'_>, id: ProductId, rest: &str) -> Result<(), DbError> {
    diesel::update(products::table.find(id)).set(products::search_rest.eq(rest)).execute(&mut **tx)?;
    Ok(())
}

/// One move of a product's state, with who made it and why.
pub(super) struct Moving<'a> {
    pub from: State,
    pub to: State,
    pub by: By<'a>,
}

/// The only writer of the state; answers whether the product still stood where the move begins.
pub(super) fn move_state(tx: &mut Tx<'_>, id: ProductId, this: &Moving<'_>) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = products::table.filter(products::id.eq(id).and(products::state.eq(this.from)));
    let moved = diesel::update(standing)
        .set((products::state.eq(this.to), products::version.eq(products::version + 1), products::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if moved == 0 {
        return Ok(false);
    }
    if this.to == State::Published {
        let first_time = products::table.filter(products::id.eq(id).and(products::published_at.is_null()));
        diesel::update(first_time).set(products::published_at.eq(now)).execute(&mut **tx)?;
    }
    diesel::insert_into(product_events::table)
        .values((
            product_events::id.eq(EventId::new()),
            product_events::product_id.eq(id),
            product_events::from_state.eq(this.from),
            product_events::to_state.eq(this.to),
            product_events::actor_id.eq(this.by.actor),
            product_events::on_behalf_of.eq(this.by.on_behalf_of),
            product_events::reason.eq(this.by.reason),
            product_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(true)
}

pub(super) fn events(conn: &mut Conn, id: ProductId) -> Result<Vec<Event>, DbError> {
    use product_events as e;
    let rows = e::table.filter(e::product_id.eq(id)).order(e::id.desc()).limit(100);
    Ok(rows.select((e::from_state, e::to_state, e::actor_id, e::on_behalf_of, e::reason, e::at)).load(conn)?)
}

pub(super) fn categories(conn: &mut Conn) -> Result<Vec<Category>, DbError> {
    Ok(categories::table.order((categories::position, categories::code)).limit(100).load(conn)?)
}

pub(super) fn category_exists(conn: &mut Conn, code: &str) -> Result<bool, DbError> {
    Ok(diesel::select(exists(categories::table.filter(categories::code.eq(code)))).get_result(conn)?)
}
