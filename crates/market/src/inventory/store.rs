//! The tables of shelves, lots, movements and stocktakes.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel::dsl::{exists, sum};
use diesel::prelude::*;

use super::model::{
    Cause, Lot, Movement, MovementId, MovementRow, Shelf, ShelfRow, Site, Step, StockNote, Stocktake, StocktakeId, StocktakeLine, Why,
};
use super::rules::Part;
use crate::batches::BatchId;
use crate::packs::PackId;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::types::whole;
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::{batches, packs, products, stock_items, stock_lots, stock_movements, stocktake_lines, stocktakes};
use people::enterprises::EnterpriseId;
use people::permissions::By;

columns!(
    ShelfColumns, SHELF:
    stock_items::pack_id,
    stock_items::owner_id,
    stock_items::holder_id,
    stock_items::site,
    stock_items::on_hand,
    stock_items::reserved,
    products::name,
    packs::label,
);
columns!(
    MovementColumns, MOVEMENT:
    stock_movements::id,
    stock_movements::pack_id,
    stock_movements::owner_id,
    stock_movements::holder_id,
    stock_movements::batch_id,
    stock_movements::movement,
    stock_movements::on_hand,
    stock_movements::reserved,
    stock_movements::cause,
    stock_movements::note,
    stock_movements::reference,
    stock_movements::actor_id,
    stock_movements::on_behalf_of,
    stock_movements::happened_at,
    stock_movements::recorded_at,
);
columns!(
    StocktakeColumns, STOCKTAKE:
    stocktakes::id,
    stocktakes::enterprise_id,
    stocktakes::note,
    stocktakes::cost,
    stocktakes::counted_by,
    stocktakes::on_behalf_of,
    stocktakes::counted_at,
);

/// The pack's home.
pub(super) fn home(conn: &mut Conn, pack: PackId) -> Result<Shelf, DbError> {
    let home = stock_items::table.filter(stock_items::pack_id.eq(pack).and(stock_items::site.eq(Site::Home)));
    Ok(Shelf::home(pack, home.select(stock_items::owner_id).first(conn)?))
}

/// What is on a shelf, and what of it is promised; nothing where there is no such shelf.
pub(super) fn standing(conn: &mut Conn, shelf: Shelf) -> Result<(i64, i64), DbError> {
    let this = stock_items::table.find((shelf.pack, shelf.owner, shelf.holder));
    Ok(this.select((stock_items::on_hand, stock_items::reserved)).first(conn).optional()?.unwrap_or_default())
}

/// Makes an empty shelf where there is none.
pub(super) fn ensure(tx: &mut Tx<'_>, shelf: Shelf) -> Result<(), DbError> {
    let this = stock_items::table.find((shelf.pack, shelf.owner, shelf.holder)).select(stock_items::pack_id);
    if diesel::select(exists(this)).get_result(&mut **tx)? {
        return Ok(());
    }
    let now = tx.now();
    diesel::insert_into(stock_items::table)
        .values((
            stock_items::pack_id.eq(shelf.pack),
            stock_items::owner_id.eq(shelf.owner),
            stock_items::holder_id.eq(shelf.holder),
            stock_items::site.eq(shelf.site),
            stock_items::on_hand.eq(0),
            stock_items::reserved.eq(0),
            stock_items::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The only writer of a shelf's figures; answers whether they allowed it.
pub(super) fn change(tx: &mut Tx<'_>, shelf: Shelf, on_hand: i64, reserved: i64) -> Result<bool, DbError> {
    let now = tx.now();
    let this = stock_items::pack_id.eq(shelf.pack).and(stock_items::owner_id.eq(shelf.owner)).and(stock_items::holder_id.eq(shelf.holder));
    let room = (stock_items::on_hand + on_hand).ge(stock_items::reserved + reserved).and((stock_items::reserved + reserved).ge(0));
    let changed = diesel::update(stock_items::table.filter(this.and(room)))
        .set((
            stock_items::on_hand.eq(stock_items::on_hand + on_hand),
            stock_items::reserved.eq(stock_items::reserved + reserved),
            stock_items::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// What of a shelf is of known batches.
pub(super) fn lots(conn: &mut Conn, shelf: Shelf) -> Result<Vec<Lot>, DbError> {
    let this = stock_lots::pack_id.eq(shelf.pack).and(stock_lots::owner_id.eq(shelf.owner)).and(stock_lots::holder_id.eq(shelf.holder));
    let held = stock_lots::table.inner_join(batches::table).filter(this.and(stock_lots::quantity.gt(0)));
    Ok(held
        .order(stock_lots::batch_id)
        .select((batches::id, batches::code, batches::produced_on, batches::expires_on, stock_lots::quantity))
        .load(conn)?)
}

type LotsOfShelf = BTreeMap<(PackId, EnterpriseId, EnterpriseId), Vec<Lot>>;

/// The same for a whole page of packs.
pub(super) fn lots_of(conn: &mut Conn, these: &[PackId]) -> Result<LotsOfShelf, DbError> {
    let held = stock_lots::table.inner_join(batches::table).filter(stock_lots::pack_id.eq_any(these).and(stock_lots::quantity.gt(0)));
    let rows: Vec<((PackId, EnterpriseId, EnterpriseId), Lot)> = held
        .order(stock_lots::batch_id)
        .select((
            (stock_lots::pack_id, stock_lots::owner_id, stock_lots::holder_id),
            (batches::id, batches::code, batches::produced_on, batches::expires_on, stock_lots::quantity),
        ))
        .load(conn)?;
    let mut all = LotsOfShelf::new();
    for (shelf, lot) in rows {
        all.entry(shelf).or_default().push(lot);
    }
    Ok(all)
}

/// More, or fewer, of a batch on a shelf.
pub(super) fn change_lot(tx: &mut Tx<'_>, shelf: Shelf, batch: BatchId, quantity: i64) -> Result<(), DbError> {
    let key = (shelf.pack, shelf.owner, shelf.holder, batch);
    let changed =
        diesel::update(stock_lots::table.find(key)).set(stock_lots::quantity.eq(stock_lots::quantity + quantity)).execute(&mut **tx)?;
    if changed == 0 {
        diesel::insert_into(stock_lots::table)
            .values((
                stock_lots::pack_id.eq(shelf.pack),
                stock_lots::owner_id.eq(shelf.owner),
                stock_lots::holder_id.eq(shelf.holder),
                stock_lots::batch_id.eq(batch),
                stock_lots::quantity.eq(quantity),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// What moved, by how much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    pub movement: Movement,
    pub cause: Option<Cause>,
    pub on_hand: Part,
    pub reserved: i64,
}

/// Writes a movement down.
pub(super) fn record(tx: &mut Tx<'_>, shelf: Shelf, moved: Moved, why: &Why<'_>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(stock_movements::table)
        .values((
            stock_movements::id.eq(MovementId::new()),
            stock_movements::pack_id.eq(shelf.pack),
            stock_movements::owner_id.eq(shelf.owner),
            stock_movements::holder_id.eq(shelf.holder),
            stock_movements::batch_id.eq(moved.on_hand.0),
            stock_movements::movement.eq(moved.movement),
            stock_movements::on_hand.eq(moved.on_hand.1),
            stock_movements::reserved.eq(moved.reserved),
            stock_movements::cause.eq(moved.cause),
            stock_movements::note.eq(why.by.and_then(|by| by.reason)),
            stock_movements::reference.eq(&why.reference),
            stock_movements::actor_id.eq(why.by.map(|by| by.actor)),
            stock_movements::on_behalf_of.eq(why.by.and_then(|by| by.on_behalf_of)),
            stock_movements::happened_at.eq(why.happened_at),
            stock_movements::business_date.eq(why.counts_at.business_date()),
            stock_movements::recorded_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What an enterprise holds, or what is its own, by pack; what has never been there is left out.
pub(super) fn shelves(
    conn: &mut Conn,
    of: EnterpriseId,
    held: bool,
    after: Option<(PackId, EnterpriseId)>,
    rows: i64,
) -> Result<Vec<ShelfRow>, DbError> {
    let columns: ShelfColumns = SHELF;
    let joined = stock_items::table.inner_join(packs::table.inner_join(products::table)).select(columns).limit(rows).into_boxed();
    let page = if held {
        let page = joined.filter(stock_items::holder_id.eq(of)).order((stock_items::pack_id, stock_items::owner_id));
        match after {
            Some((pack, owner)) => {
                page.filter(stock_items::pack_id.gt(pack).or(stock_items::pack_id.eq(pack).and(stock_items::owner_id.gt(owner))))
            }
            None => page,
        }
    } else {
        let page = joined.filter(stock_items::owner_id.eq(of)).order((stock_items::pack_id, stock_items::holder_id));
        match after {
            Some((pack, holder)) => {
                page.filter(stock_items::pack_id.gt(pack).or(stock_items::pack_id.eq(pack).and(stock_items::holder_id.gt(holder))))
            }
            None => page,
        }
    };
    Ok(page.load(conn)?)
}

/// The shelves on which `holder` has goods of `packs`, hers or others'.
pub(super) fn held_of(conn: &mut Conn, holder: EnterpriseId, these: &[PackId]) -> Result<Vec<ShelfRow>, DbError> {
    let held = stock_items::table.inner_join(packs::table.inner_join(products::table));
    let held = held.filter(stock_items::holder_id.eq(holder).and(stock_items::pack_id.eq_any(these)));
    Ok(held.order((stock_items::pack_id, stock_items::owner_id)).select(SHELF).load(conn)?)
}

/// The consigned shelves of these makers at these warungs that are not empty.
pub(super) fn consigned(conn: &mut Conn, makers: &[EnterpriseId], warungs: &[EnterpriseId]) -> Result<Vec<ShelfRow>, DbError> {
    let there = stock_items::table.inner_join(packs::table.inner_join(products::table));
    let theirs = stock_items::owner_id.eq_any(makers).and(stock_items::holder_id.eq_any(warungs));
    let there = there.filter(theirs.and(stock_items::site.eq(Site::Consigned)).and(stock_items::on_hand.gt(0)));
    Ok(there.order((stock_items::holder_id, stock_items::owner_id, stock_items::pack_id)).select(SHELF).load(conn)?)
}

/// The movements of a pack on the shelves that an enterprise owns or holds, newest first.
pub(super) fn movements(
    conn: &mut Conn,
    of: EnterpriseId,
    pack: PackId,
    before: Option<MovementId>,
    rows: i64,
) -> Result<Vec<MovementRow>, DbError> {
    let theirs = stock_movements::owner_id.eq(of).or(stock_movements::holder_id.eq(of));
    let mut query = stock_movements::table.filter(stock_movements::pack_id.eq(pack)).filter(theirs).into_boxed();
    if let Some(before) = before {
        query = query.filter(stock_movements::id.lt(before));
    }
    Ok(query.order(stock_movements::id.desc()).limit(rows).select(MOVEMENT).load(conn)?)
}

/// What an event moved on a shelf, the last first.
pub(super) fn moved_by(conn: &mut Conn, shelf: Shelf, reference: &str) -> Result<Vec<Step>, DbError> {
    use stock_movements as m;
    let this = m::pack_id.eq(shelf.pack).and(m::owner_id.eq(shelf.owner)).and(m::holder_id.eq(shelf.holder));
    let its = m::reference.eq(reference).or(m::reference.like(format!("{reference}:%")));
    let steps = m::table.left_join(batches::table.on(m::batch_id.eq(batches::id.nullable()))).filter(this.and(m::on_hand.ne(0)).and(its));
    Ok(steps.order(m::id.desc()).select((m::movement, m::batch_id, batches::expires_on.nullable(), m::on_hand)).load(conn)?)
}

/// How many have come to a shelf after an instant, less those that have left it.
pub(super) fn moved_after(conn: &mut Conn, shelf: Shelf, at: Timestamp) -> Result<i64, DbError> {
    use stock_movements as m;
    let this = m::pack_id.eq(shelf.pack).and(m::owner_id.eq(shelf.owner)).and(m::holder_id.eq(shelf.holder));
    let moved: Option<BigDecimal> = m::table.filter(this.and(m::happened_at.gt(at))).select(sum(m::on_hand)).first(conn)?;
    Ok(whole(moved))
}

/// What moved of the owner's goods at the holder's, by pack and movement, until a day: the pack, why, how many.
pub(super) fn flows(
    conn: &mut Conn,
    owner: EnterpriseId,
    holder: EnterpriseId,
    (first, last): (Option<NaiveDate>, NaiveDate),
) -> Result<Vec<(PackId, Movement, i64)>, DbError> {
    let from = first.or_else(|| NaiveDate::from_ymd_opt(1970, 1, 1)).unwrap_or(last);
    let theirs = stock_movements::owner_id.eq(owner).and(stock_movements::holder_id.eq(holder));
    let span = stock_movements::business_date.between(from, last);
    let rows: Vec<(PackId, Movement, Option<BigDecimal>)> = stock_movements::table
        .filter(theirs.and(span))
        .group_by((stock_movements::pack_id, stock_movements::movement))
        .select((stock_movements::pack_id, stock_movements::movement, sum(stock_movements::on_hand)))
        .order((stock_movements::pack_id, stock_movements::movement))
        .load(conn)?;
    Ok(rows.into_iter().map(|(pack, movement, sum)| (pack, movement, whole(sum))).collect())
}

pub(super) fn insert_stocktake(tx: &mut Tx<'_>, of: EnterpriseId, note: Option<&StockNote>, by: By<'_>) -> Result<StocktakeId, DbError> {
    let (id, now) = (StocktakeId::new(), tx.now());
    diesel::insert_into(stocktakes::table)
        .values((
            stocktakes::id.eq(id),
            stocktakes::enterprise_id.eq(of),
            stocktakes::note.eq(note),
            stocktakes::cost.eq(Rupiah::ZERO),
            stocktakes::counted_by.eq(by.actor),
            stocktakes::on_behalf_of.eq(by.on_behalf_of),
            stocktakes::counted_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

pub(super) fn insert_stocktake_line(tx: &mut Tx<'_>, position: i32, line: &StocktakeLine) -> Result<(), DbError> {
    diesel::insert_into(stocktake_lines::table)
        .values((
            stocktake_lines::stocktake_id.eq(line.stocktake),
            stocktake_lines::position.eq(position),
            stocktake_lines::pack_id.eq(line.pack),
            stocktake_lines::expected.eq(line.expected),
            stocktake_lines::counted.eq(line.counted),
            stocktake_lines::cost.eq(line.cost),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn set_stocktake_cost(tx: &mut Tx<'_>, id: StocktakeId, cost: Rupiah) -> Result<(), DbError> {
    diesel::update(stocktakes::table.find(id)).set(stocktakes::cost.eq(cost)).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn stocktake(conn: &mut Conn, id: StocktakeId) -> Result<Stocktake, DbError> {
    Ok(stocktakes::table.find(id).select(STOCKTAKE).first(conn)?)
}

pub(super) fn stocktakes(conn: &mut Conn, of: EnterpriseId, before: Option<StocktakeId>, rows: i64) -> Result<Vec<Stocktake>, DbError> {
    let mut query = stocktakes::table.filter(stocktakes::enterprise_id.eq(of)).into_boxed();
    if let Some(before) = before {
        query = query.filter(stocktakes::id.lt(before));
    }
    Ok(query.order(stocktakes::id.desc()).limit(rows).select(STOCKTAKE).load(conn)?)
}

pub(super) fn stocktake_lines(conn: &mut Conn, these: &[StocktakeId]) -> Result<Vec<StocktakeLine>, DbError> {
    use stocktake_lines as l;
    let lines = l::table.filter(l::stocktake_id.eq_any(these)).order((l::stocktake_id, l::position));
    Ok(lines.select((l::stocktake_id, l::pack_id, l::expected, l::counted, l::cost)).load(conn)?)
}

/// Shelves whose movements do not sum to what is on them: none, or something else has written them.
pub(super) fn drifting(conn: &mut Conn) -> Result<Vec<(PackId, EnterpriseId, EnterpriseId)>, DbError> {
    use stock_movements as m;
    type Key = (PackId, EnterpriseId, EnterpriseId);
    let moved: Vec<(Key, Option<BigDecimal>, Option<BigDecimal>)> = m::table
        .group_by((m::pack_id, m::owner_id, m::holder_id))
        .select(((m::pack_id, m::owner_id, m::holder_id), sum(m::on_hand), sum(m::reserved)))
        .load(conn)?;
    let mut sums: BTreeMap<Key, (i64, i64)> =
        moved.into_iter().map(|(key, on_hand, reserved)| (key, (whole(on_hand), whole(reserved)))).collect();
    let standing: Vec<(Key, i64, i64)> = stock_items::table
        .select(((stock_items::pack_id, stock_items::owner_id, stock_items::holder_id), stock_items::on_hand, stock_items::reserved))
        .load(conn)?;
    let wrong = standing.into_iter().filter(|(key, on_hand, reserved)| sums.remove(key).unwrap_or_default() != (*on_hand, *reserved));
    Ok(wrong.map(|(key, ..)| key).collect())
}
