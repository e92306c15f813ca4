//! The tables of packs and their prices.

use std::collections::BTreeMap;

use diesel::dsl::auto_type;
use diesel::prelude::*;

use super::model::{Channel, Held, InForce, NewPack, Pack, PackId, PriceId, Row};
use super::rules::Quote;
use crate::catalogue::ProductId;
use crate::inventory::Site;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::{packs, prices, stock_items};
use people::permissions::By;

columns!(
    RowColumns, ROW:
    packs::id,
    packs::product_id,
    packs::position,
    packs::label,
    packs::unit,
    packs::net_quantity,
    packs::net_unit,
    packs::active,
    stock_items::on_hand,
    stock_items::reserved,
);
columns!(
    PriceColumns, PRICE:
    prices::id,
    prices::channel,
    prices::min_quantity,
    prices::amount,
);

#[auto_type]
fn joined() -> _ {
    let (row, price): (RowColumns, PriceColumns) = (ROW, PRICE);
    let at_home: Site = Site::Home;
    let home = stock_items::pack_id.eq(packs::id).and(stock_items::site.eq(at_home));
    let in_force = prices::pack_id.eq(packs::id).and(prices::valid_until.is_null());
    packs::table.inner_join(stock_items::table.on(home)).left_join(prices::table.on(in_force)).select((row, price.nullable()))
}

/// Packs with their prices, from one row per price.
fn gathered(rows: Vec<(Row, Option<InForce>)>) -> Vec<Pack> {
    let mut packs: Vec<Pack> = Vec::new();
    for (row, price) in rows {
        if packs.last().is_none_or(|last| last.row.id != row.id) {
            packs.push(Pack { row, prices: Vec::new() });
        }
        if let Some(last) = packs.last_mut() {
            last.prices.extend(price);
        }
    }
    packs
}

pub(super) fn of_products(conn: &mut Conn, products: &[ProductId]) -> Result<BTreeMap<ProductId, Vec<Pack>>, DbError> {
    let rows = joined()
        .filter(packs::product_id.eq_any(products))
        .order((packs::product_id, packs::position, packs::id, prices::channel, prices::min_quantity))
        .load(conn)?;
    let mut all: BTreeMap<ProductId, Vec<Pack>> = BTreeMap::new();
    for pack in gathered(rows) {
        all.entry(pack.row.product_id).or_default().push(pack);
    }
    Ok(all)
}

pub(super) fn by_ids(conn: &mut Conn, ids: &[PackId]) -> Result<Vec<Pack>, DbError> {
    let rows = joined().filter(packs::id.eq_any(ids)).order((packs::id, prices::channel, prices::min_quantity)).load(conn)?;
    Ok(gathered(rows))
}

pub(super) fn get(conn: &mut Conn, id: PackId) -> Result<Pack, DbError> {
    by_ids(conn, &[id])?.pop().ok_or(DbError::NotFound)
}

pub(super) fn insert(tx: &mut Tx<'_>, product: ProductId, position: i32, new: &NewPack) -> Result<PackId, DbError> {
    let (id, now) = (PackId::new(), tx.now());
    diesel::insert_into(packs::table)
        .values((
            packs::id.eq(id),
            packs::product_id.eq(product),
            packs::position.eq(position),
            packs::label.eq(new.label()),
            packs::unit.eq(new.unit),
            packs::net_quantity.eq(new.net.map(|net| net.quantity.get())),
            packs::net_unit.eq(new.net.map(|net| net.unit)),
            packs::active.eq(true),
            packs::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

pub(super) fn update(tx: &mut Tx<'_>, id: PackId, active: bool, position: i32) -> Result<(), DbError> {
    diesel::update(packs::table.find(id)).set((packs::active.eq(active), packs::position.eq(position))).execute(&mut **tx)?;
    Ok(())
}

/// Begins a price.
pub(super) fn begin(tx: &mut Tx<'_>, pack: PackId, quote: Quote, by: By<'_>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(prices::table)
        .values((
            prices::id.eq(PriceId::new()),
            prices::pack_id.eq(pack),
            prices::channel.eq(quote.channel),
            prices::min_quantity.eq(quote.min_quantity),
            prices::amount.eq(quote.amount),
            prices::valid_from.eq(now),
            prices::actor_id.eq(by.actor),
            prices::on_behalf_of.eq(by.on_behalf_of),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Ends prices.
pub(super) fn end(tx: &mut Tx<'_>, these: &[PriceId]) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(prices::table.filter(prices::id.eq_any(these))).set(prices::valid_until.eq(now)).execute(&mut **tx)?;
    Ok(())
}

/// The lowest retail price among a product's packs on sale.
pub(super) fn lowest_retail(conn: &mut Conn, product: ProductId) -> Result<Rupiah, DbError> {
    let of_product = packs::product_id.eq(product).and(packs::active.eq(true));
    let in_force = prices::channel.eq(Channel::Retail).and(prices::valid_until.is_null());
    let lowest: Option<Rupiah> =
        prices::table.inner_join(packs::table).filter(of_product.and(in_force)).select(diesel::dsl::min(prices::amount)).first(conn)?;
    lowest.ok_or(DbError::NotFound)
}

pub(super) fn history(conn: &mut Conn, pack: PackId) -> Result<Vec<Held>, DbError> {
    use prices as p;
    let rows = p::table.filter(p::pack_id.eq(pack)).order(p::id.desc()).limit(100);
    Ok(rows.select((p::channel, p::min_quantity, p::amount, p::valid_from, p::valid_until, p::actor_id, p::on_behalf_of)).load(conn)?)
}
