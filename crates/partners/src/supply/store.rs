//! The tables of materials, items and prices.

use chrono::NaiveDate;
use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;

use super::model::{Item, ItemId, ItemRow, MaterialId, Named, NewItem, Quote, Standing, SupplyPriceId, Unit, Written};
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::schema::{materials, supply_items, supply_prices};
use kit::search::normalise;
use people::enterprises::EnterpriseId;
use people::permissions::By;

/// Before every price of the house.
const LONG_AGO: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();

columns!(
    Columns, COLUMNS:
    supply_items::id,
    supply_items::supplier_id,
    supply_items::material_id,
    supply_items::unit,
    supply_items::content,
    supply_items::active,
    supply_items::version,
    materials::name,
    materials::base,
);
columns!(
    PriceColumns, PRICE:
    supply_prices::id,
    supply_prices::item_id,
    supply_prices::amount,
    supply_prices::valid_from,
    supply_prices::valid_until,
);

#[auto_type]
fn named() -> _ {
    let columns: Columns = COLUMNS;
    supply_items::table.inner_join(materials::table).select(columns)
}

/// The material of this name, if the house knows it.
pub(super) fn known(conn: &mut Conn, named: &Named) -> Result<Option<MaterialId>, DbError> {
    let this = materials::table.filter(materials::name_key.eq(normalise(named.name.as_str())).and(materials::base.eq(named.base)));
    Ok(this.select(materials::id).first(conn).optional()?)
}

/// The material of this name, entered if it is new.
pub(super) fn material(tx: &mut Tx<'_>, named: &Named) -> Result<MaterialId, DbError> {
    if let Some(id) = known(tx, named)? {
        return Ok(id);
    }
    let (id, now) = (MaterialId::new(), tx.now());
    diesel::insert_into(materials::table)
        .values((
            materials::id.eq(id),
            materials::name.eq(&named.name),
            materials::name_key.eq(normalise(named.name.as_str())),
            materials::base.eq(named.base),
            materials::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

fn with_prices(conn: &mut Conn, rows: Vec<ItemRow>, today: NaiveDate) -> Result<Vec<Item>, DbError> {
    let ids: Vec<ItemId> = rows.iter().map(|row| row.id).collect();
    let lasting = supply_prices::valid_until.is_null().or(supply_prices::valid_until.ge(today));
    let standing = supply_prices::item_id.eq_any(ids).and(supply_prices::replaced.eq(false)).and(lasting);
    let mut all: Vec<Standing> =
        supply_prices::table.filter(standing).order((supply_prices::item_id, supply_prices::id)).select(PRICE).load(conn)?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let (prices, others) = all.into_iter().partition(|price| price.item_id == row.id);
        all = others;
        items.push(Item { row, prices });
    }
    Ok(items)
}

pub(super) fn get(conn: &mut Conn, id: ItemId, today: NaiveDate) -> Result<Item, DbError> {
    by_ids(conn, &[id], today)?.pop().ok_or(DbError::NotFound)
}

/// Items without their prices.
pub(super) fn rows(conn: &mut Conn, ids: &[ItemId]) -> Result<Vec<ItemRow>, DbError> {
    Ok(named().filter(supply_items::id.eq_any(ids)).order(supply_items::id).load(conn)?)
}

pub(super) fn by_ids(conn: &mut Conn, ids: &[ItemId], today: NaiveDate) -> Result<Vec<Item>, DbError> {
    let rows = named().filter(supply_items::id.eq_any(ids)).order(supply_items::id).load(conn)?;
    with_prices(conn, rows, today)
}

pub(super) fn of_supplier(
    conn: &mut Conn,
    of: EnterpriseId,
    today: NaiveDate,
    after: Option<ItemId>,
    rows: i64,
) -> Result<Vec<Item>, DbError> {
    let mut query = named().filter(supply_items::supplier_id.eq(of)).order(supply_items::id).limit(rows).into_boxed();
    if let Some(after) = after {
        query = query.filter(supply_items::id.gt(after));
    }
    let rows = query.load(conn)?;
    with_prices(conn, rows, today)
}

pub(super) fn count(conn: &mut Conn, of: EnterpriseId) -> Result<i64, DbError> {
    Ok(supply_items::table.filter(supply_items::supplier_id.eq(of)).select(count_star()).first(conn)?)
}

/// The item of this material and unit, if the supplier has it.
pub(super) fn find(
    conn: &mut Conn,
    of: EnterpriseId,
    today: NaiveDate,
    material: MaterialId,
    (unit, content): (Unit, i64),
) -> Result<Option<Item>, DbError> {
    let this = supply_items::supplier_id.eq(of).and(supply_items::material_id.eq(material));
    let row = named().filter(this.and(supply_items::unit.eq(unit)).and(supply_items::content.eq(content))).first(conn).optional()?;
    Ok(with_prices(conn, row.into_iter().collect(), today)?.pop())
}

pub(super) fn insert(tx: &mut Tx<'_>, of: EnterpriseId, material: MaterialId, new: &NewItem) -> Result<ItemId, DbError> {
    let (id, now) = (ItemId::new(), tx.now());
    diesel::insert_into(supply_items::table)
        .values((
            supply_items::id.eq(id),
            supply_items::supplier_id.eq(of),
            supply_items::material_id.eq(material),
            supply_items::unit.eq(new.unit),
            supply_items::content.eq(new.content),
            supply_items::active.eq(true),
            supply_items::version.eq(1),
            supply_items::created_at.eq(now),
            supply_items::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

pub(super) fn set_active(tx: &mut Tx<'_>, id: ItemId, active: bool, version: i32) -> Result<bool, DbError> {
    let now = tx.now();
    let seen = supply_items::table.filter(supply_items::id.eq(id).and(supply_items::version.eq(version)));
    let changed = diesel::update(seen)
        .set((supply_items::active.eq(active), supply_items::version.eq(version.saturating_add(1)), supply_items::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Writes a price. One without an end replaces what begins on the same day, and if that is today whatever began before.
pub(super) fn begin_price(tx: &mut Tx<'_>, item: ItemId, quote: &Quote, by: By<'_>) -> Result<(), DbError> {
    let (now, today) = (tx.now(), tx.now().business_date());
    let standing = supply_prices::item_id.eq(item).and(supply_prices::replaced.eq(false));
    if quote.valid_until.is_none() {
        let first = if quote.valid_from == today { LONG_AGO } else { quote.valid_from };
        let gone = supply_prices::table.filter(standing.and(supply_prices::valid_from.between(first, quote.valid_from)));
        diesel::update(gone).set(supply_prices::replaced.eq(true)).execute(&mut **tx)?;
    }
    diesel::insert_into(supply_prices::table)
        .values((
            supply_prices::id.eq(SupplyPriceId::new()),
            supply_prices::item_id.eq(item),
            supply_prices::amount.eq(quote.price.amount()),
            supply_prices::valid_from.eq(quote.valid_from),
            supply_prices::valid_until.eq(quote.valid_until),
            supply_prices::replaced.eq(false),
            supply_prices::actor_id.eq(by.actor),
            supply_prices::on_behalf_of.eq(by.on_behalf_of),
            supply_prices::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    diesel::update(supply_items::table.find(item))
        .set((supply_items::active.eq(true), supply_items::version.eq(supply_items::version + 1), supply_items::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn price_history(conn: &mut Conn, item: ItemId) -> Result<Vec<Written>, DbError> {
    use supply_prices as p;
    let rows = p::table.filter(p::item_id.eq(item)).order(p::id.desc()).limit(100);
    Ok(rows.select((p::amount, p::valid_from, p::valid_until, p::actor_id, p::on_behalf_of, p::created_at)).load(conn)?)
}
