//! What can be done with stock: on a pack's home, and on any shelf.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::model::{Cause, InventoryError, Lot, Movement, Shelf, ShelfRow, Step, Why};
use super::rules::{self, First, Part};
use super::store::{self, Moved};
use crate::batches::BatchId;
use crate::packs::PackId;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Never, Tx};
use people::enterprises::EnterpriseId;

type Outcome<T> = Result<T, Failure<InventoryError>>;

/// Begins the stock of a new pack.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn open(tx: &mut Tx<'_>, pack: PackId, maker: EnterpriseId, on_hand: i64, why: &Why<'_>) -> Result<(), DbError> {
    let home = Shelf::home(pack, maker);
    store::ensure(tx, home)?;
    put(tx, home, Movement::Adjusted, Some(Cause::Opening), &[(None, on_hand)], 0, why)
}

/// Says how many there are at home; answers how many had been expected.
///
/// # Errors
/// [`InventoryError::BelowReserved`] when orders hold more.
pub fn count(tx: &mut Tx<'_>, pack: PackId, counted: i64, why: &Why<'_>) -> Outcome<i64> {
    let home = store::home(tx, pack)?;
    adjust(tx, home, counted, why)
}

/// Brings a shelf to what was counted; answers what had been expected.
pub(super) fn adjust(tx: &mut Tx<'_>, shelf: Shelf, counted: i64, why: &Why<'_>) -> Outcome<i64> {
    let (expected, reserved) = store::standing(tx, shelf)?;
    if counted < reserved {
        return Err(InventoryError::BelowReserved { reserved }.into());
    }
    let difference = counted - expected;
    if difference >= 0 {
        put(tx, shelf, Movement::Adjusted, Some(Cause::Counted), &[(None, difference)], 0, why)?;
    } else {
        draw(tx, shelf, (Movement::Adjusted, Some(Cause::Counted)), First::Ending, (-difference, 0), why)?;
    }
    Ok(expected)
}

/// Adds what was made, of a batch where that is known.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn add(tx: &mut Tx<'_>, pack: PackId, batch: Option<BatchId>, quantity: i64, why: &Why<'_>) -> Result<(), DbError> {
    let home = store::home(tx, pack)?;
    put(tx, home, Movement::Produced, None, &[(batch, quantity)], 0, why)
}

/// Promises `quantity` at home, if so many are free.
///
/// # Errors
/// [`InventoryError::NotEnough`] with what is free.
pub fn reserve(tx: &mut Tx<'_>, pack: PackId, quantity: i64, why: &Why<'_>) -> Outcome<()> {
    let home = store::home(tx, pack)?;
    promise(tx, home, Movement::Reserved, quantity, why)
}

/// Gives back what a called-off order held.
///
/// # Errors
/// [`DbError`] when the database fails; releasing what was not reserved breaks the rule.
pub fn release(tx: &mut Tx<'_>, pack: PackId, quantity: i64, why: &Why<'_>) -> Result<(), Failure<Never>> {
    let home = store::home(tx, pack)?;
    kept(promise(tx, home, Movement::Released, -quantity, why))
}

fn promise(tx: &mut Tx<'_>, shelf: Shelf, movement: Movement, reserved: i64, why: &Why<'_>) -> Outcome<()> {
    if reserved == 0 {
        return Ok(());
    }
    if !store::change(tx, shelf, 0, reserved)? {
        return Err(not_enough(tx, shelf)?.into());
    }
    Ok(store::record(tx, shelf, Moved { movement, cause: None, on_hand: (None, 0), reserved }, why)?)
}

/// How many of a pack nobody holds at home.
///
/// # Errors
/// [`DbError::NotFound`] when there is no such pack.
pub fn free(conn: &mut Conn, pack: PackId) -> Result<i64, DbError> {
    let home = store::home(conn, pack)?;
    store::standing(conn, home).map(|(on_hand, reserved)| on_hand - reserved)
}

/// How many are on a shelf.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn on_hand(conn: &mut Conn, shelf: Shelf) -> Result<i64, DbError> {
    store::standing(conn, shelf).map(|(on_hand, _)| on_hand)
}

/// The consigned shelves of these makers at these warungs, with their batches.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn consigned(conn: &mut Conn, makers: &[EnterpriseId], warungs: &[EnterpriseId]) -> Result<Vec<(ShelfRow, Vec<Lot>)>, DbError> {
    let shelves = store::consigned(conn, makers, warungs)?;
    let packs: Vec<PackId> = shelves.iter().map(|row| row.pack).collect();
    let mut lots = store::lots_of(conn, &packs)?;
    let with_lots = |row: ShelfRow| (lots.remove(&(row.pack, row.owner, row.holder)).unwrap_or_default(), row);
    Ok(shelves.into_iter().map(with_lots).map(|(lots, row)| (row, lots)).collect())
}

/// Takes out what goes to a buyer in place of what was not right, if so many are free.
///
/// # Errors
/// [`InventoryError::NotEnough`] with what is free.
pub fn give_away(tx: &mut Tx<'_>, pack: PackId, quantity: i64, why: &Why<'_>) -> Outcome<()> {
    let home = store::home(tx, pack)?;
    take_out(tx, home, Movement::HandedOver, quantity, why)
}

/// Puts in what was made for an order, promised to it from the start.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn make_for_order(tx: &mut Tx<'_>, pack: PackId, quantity: i64, why: &Why<'_>) -> Result<(), Failure<Never>> {
    let home = store::home(tx, pack)?;
    Ok(put(tx, home, Movement::Produced, None, &[(None, quantity)], quantity, why)?)
}

/// Takes out what an order held: it has left the house.
///
/// # Errors
/// [`DbError`] when the database fails; taking what was not reserved breaks the rule.
pub fn take(tx: &mut Tx<'_>, pack: PackId, quantity: i64, why: &Why<'_>) -> Result<(), Failure<Never>> {
    let home = store::home(tx, pack)?;
    kept(draw(tx, home, (Movement::HandedOver, None), First::Ending, (quantity, -quantity), why).map(drop))
}

/// What an order holds is always there; where it is not, that is a defect and no refusal.
fn kept(outcome: Outcome<()>) -> Result<(), Failure<Never>> {
    outcome.map_err(|failure| match failure {
        Failure::Refused(_) => Failure::Db(DbError::Violation("ck_stock_items_reserved".to_owned())),
        Failure::Db(error) => Failure::Db(error),
    })
}

/// Takes goods that are free off a shelf.
///
/// # Errors
/// [`InventoryError::NotEnough`] with what is free.
pub fn take_out(tx: &mut Tx<'_>, shelf: Shelf, movement: Movement, quantity: i64, why: &Why<'_>) -> Outcome<()> {
    draw(tx, shelf, (movement, None), First::Ending, (quantity, 0), why).map(drop)
}

/// Goods that are free are gone, nobody knows where.
///
/// # Errors
/// [`InventoryError::NotEnough`] with what is free.
pub fn lose(tx: &mut Tx<'_>, shelf: Shelf, quantity: i64, why: &Why<'_>) -> Outcome<()> {
    draw(tx, shelf, (Movement::Adjusted, Some(Cause::Lost)), First::Ending, (quantity, 0), why).map(drop)
}

/// Puts goods on a shelf; of an adjustment it is said that something was put right.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn put_in(tx: &mut Tx<'_>, shelf: Shelf, movement: Movement, quantity: i64, why: &Why<'_>) -> Result<(), DbError> {
    store::ensure(tx, shelf)?;
    put(tx, shelf, movement, None, &[(None, quantity)], 0, why)
}

/// Moves goods that are free from one shelf to another, with their batches. Where the owner is another one then, they leave as
/// handed over and come in as received.
///
/// # Errors
/// [`InventoryError::NotEnough`] with what is free.
pub fn move_goods(tx: &mut Tx<'_>, from: Shelf, to: Shelf, movement: Movement, quantity: i64, why: &Why<'_>) -> Outcome<()> {
    move_first(tx, (from, to), movement, First::Ending, quantity, why)
}

/// The same with goods of a batch that `first` says.
///
/// # Errors
/// [`InventoryError::NotEnough`] with what is free.
pub fn move_first(
    tx: &mut Tx<'_>,
    shelves: (Shelf, Shelf),
    movement: Movement,
    first: First<'_>,
    quantity: i64,
    why: &Why<'_>,
) -> Outcome<()> {
    shift(tx, shelves, movement, first, (quantity, 0), why)
}

/// What one event moved on a shelf: the event's reference, and what follows it after a colon. The last first.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn moved_by(conn: &mut Conn, shelf: Shelf, reference: &str) -> Result<Vec<Step>, DbError> {
    store::moved_by(conn, shelf, reference)
}

/// From which batches an event took `quantity` off a shelf that comes back.
fn taken(conn: &mut Conn, shelf: Shelf, movement: Movement, quantity: i64, reference: &str) -> Result<Vec<Part>, DbError> {
    let steps = store::moved_by(conn, shelf, reference)?.into_iter().filter(|step| step.movement == movement);
    Ok(rules::undone(&steps.map(|step| (step.batch, -step.quantity)).collect::<Vec<_>>(), quantity))
}

/// Puts goods back on a shelf, into the batches from which an event took them.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn put_back(tx: &mut Tx<'_>, shelf: Shelf, movement: Movement, quantity: i64, why: &Why<'_>, of: &str) -> Result<(), DbError> {
    if quantity == 0 {
        return Ok(());
    }
    let parts = taken(tx, shelf, movement, quantity, of)?;
    store::ensure(tx, shelf)?;
    put(tx, shelf, movement, None, &parts, 0, why)
}

/// Moves goods back to the shelf from which an event took them: the same batches, as far as they are there still.
///
/// # Errors
/// [`InventoryError::NotEnough`] with what is free.
pub fn bring_back(tx: &mut Tx<'_>, (from, to): (Shelf, Shelf), movement: Movement, quantity: i64, why: &Why<'_>, of: &str) -> Outcome<()> {
    let parts = taken(tx, to, movement, quantity, of)?;
    move_first(tx, (from, to), movement, First::These(&parts), quantity, why)
}

/// How many were on a shelf at an instant, by what has been written down since.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn stood_at(conn: &mut Conn, shelf: Shelf, at: Timestamp) -> Result<i64, DbError> {
    Ok(store::standing(conn, shelf)?.0 - store::moved_after(conn, shelf, at)?)
}

/// The same with goods that were promised.
///
/// # Errors
/// [`InventoryError::NotEnough`] with what is free.
pub fn move_reserved(tx: &mut Tx<'_>, from: Shelf, to: Shelf, movement: Movement, quantity: i64, why: &Why<'_>) -> Outcome<()> {
    shift(tx, (from, to), movement, First::Ending, (quantity, -quantity), why)
}

fn shift(
    tx: &mut Tx<'_>,
    (from, to): (Shelf, Shelf),
    movement: Movement,
    first: First<'_>,
    (quantity, reserved): (i64, i64),
    why: &Why<'_>,
) -> Outcome<()> {
    let (out, into) = if from.owner == to.owner { (movement, movement) } else { (Movement::HandedOver, Movement::Received) };
    let parts = draw(tx, from, (out, None), first, (quantity, reserved), why)?;
    store::ensure(tx, to)?;
    Ok(put(tx, to, into, None, &parts, 0, why)?)
}

fn put(
    tx: &mut Tx<'_>,
    shelf: Shelf,
    movement: Movement,
    cause: Option<Cause>,
    parts: &[Part],
    reserved: i64,
    why: &Why<'_>,
) -> Result<(), DbError> {
    let cause = cause.or((movement == Movement::Adjusted).then_some(Cause::Corrected));
    let quantity = parts.iter().map(|(_, part)| part).sum();
    if quantity == 0 {
        return Ok(());
    }
    store::change(tx, shelf, quantity, reserved)?;
    let mut promised = reserved;
    for (batch, part) in parts {
        if let Some(batch) = batch {
            store::change_lot(tx, shelf, *batch, *part)?;
        }
        let reserved = std::mem::take(&mut promised);
        store::record(tx, shelf, Moved { movement, cause, on_hand: (*batch, *part), reserved }, why)?;
    }
    Ok(())
}

/// Takes `quantity` off a shelf, in the order that `first` says; `reserved` is what is no longer promised with it.
fn draw(
    tx: &mut Tx<'_>,
    shelf: Shelf,
    (movement, cause): (Movement, Option<Cause>),
    first: First<'_>,
    (quantity, reserved): (i64, i64),
    why: &Why<'_>,
) -> Outcome<Vec<Part>> {
    let cause = cause.or((movement == Movement::Adjusted).then_some(Cause::Corrected));
    if quantity == 0 {
        return Ok(Vec::new());
    }
    if !store::change(tx, shelf, -quantity, reserved)? {
        return Err(not_enough(tx, shelf)?.into());
    }
    let there = store::standing(tx, shelf)?.0 + quantity;
    let parts = rules::chosen(first, &store::lots(tx, shelf)?, there, quantity);
    let mut released = reserved;
    for (batch, part) in &parts {
        if let Some(batch) = batch {
            store::change_lot(tx, shelf, *batch, -part)?;
        }
        let reserved = std::mem::take(&mut released);
        store::record(tx, shelf, Moved { movement, cause, on_hand: (*batch, -part), reserved }, why)?;
    }
    Ok(parts)
}

fn not_enough(conn: &mut Conn, shelf: Shelf) -> Result<InventoryError, DbError> {
    let (on_hand, reserved) = store::standing(conn, shelf)?;
    Ok(InventoryError::NotEnough { pack: shelf.pack, available: on_hand - reserved })
}

/// What moved of the owner's goods at the holder's in a span, by pack and reason.
pub type Flow = BTreeMap<PackId, BTreeMap<Movement, i64>>;

/// What moved of the owner's goods at the holder's from `first` (or ever) until `last`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn flows(
    conn: &mut Conn,
    owner: EnterpriseId,
    holder: EnterpriseId,
    first: Option<NaiveDate>,
    last: NaiveDate,
) -> Result<Flow, DbError> {
    let mut all = Flow::new();
    for (pack, movement, quantity) in store::flows(conn, owner, holder, (first, last))? {
        all.entry(pack).or_default().insert(movement, quantity);
    }
    Ok(all)
}

/// The shelves on which `holder` has goods of these packs, hers or others'.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn held_of(conn: &mut Conn, holder: EnterpriseId, packs: &[PackId]) -> Result<Vec<ShelfRow>, DbError> {
    store::held_of(conn, holder, packs)
}

/// Shelves whose movements do not sum to what is on them: none, or something else has written them.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn drifting(conn: &mut Conn) -> Result<Vec<(PackId, EnterpriseId, EnterpriseId)>, DbError> {
    store::drifting(conn)
}
