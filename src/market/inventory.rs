//! Stock: how many of a pack there are, and how many of those are promised to orders.
//!
//! 1. `0 ≤ reserved ≤ on hand`, by guard and by constraint.
//! 2. An order reserves when it is placed, releases when it is called off, and takes when it is handed over.
//!    What replaces goods that were not right is given away from what is free.
//! 3. Only this file writes the table; packs are read together with it.

use diesel::prelude::*;

use crate::kit::db::{Conn, DbError, Failure, Never, Refusal, Tx};
use crate::market::packs::PackId;
use crate::schema::stock_items;

/// Why stock did not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InventoryError {
    /// Not so many are free.
    NotEnough { pack: PackId, available: i64 },
    /// Fewer were counted than orders hold.
    BelowReserved { reserved: i64 },
}
impl Refusal for InventoryError {}

/// Begins the stock of a new pack.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn open(tx: &mut Tx<'_>, pack: PackId, on_hand: i64) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(stock_items::table)
        .values((
            stock_items::pack_id.eq(pack),
            stock_items::on_hand.eq(on_hand),
            stock_items::reserved.eq(0),
            stock_items::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Says how many there are.
///
/// # Errors
/// [`InventoryError::BelowReserved`] when orders hold more.
pub fn count(tx: &mut Tx<'_>, pack: PackId, on_hand: i64) -> Result<(), Failure<InventoryError>> {
    let now = tx.now();
    let enough = stock_items::table.filter(stock_items::pack_id.eq(pack).and(stock_items::reserved.le(on_hand)));
    let changed = diesel::update(enough).set((stock_items::on_hand.eq(on_hand), stock_items::updated_at.eq(now))).execute(&mut **tx)?;
    if changed == 1 {
        return Ok(());
    }
    let reserved = stock_items::table.find(pack).select(stock_items::reserved).first(&mut **tx)?;
    Err(InventoryError::BelowReserved { reserved }.into())
}

/// Adds what was made or has come back.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn add(tx: &mut Tx<'_>, pack: PackId, quantity: i64) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(stock_items::table.find(pack))
        .set((stock_items::on_hand.eq(stock_items::on_hand + quantity), stock_items::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Promises `quantity` to an order, if so many are free.
///
/// # Errors
/// [`InventoryError::NotEnough`] with what is free.
pub fn reserve(tx: &mut Tx<'_>, pack: PackId, quantity: i64) -> Result<(), Failure<InventoryError>> {
    let now = tx.now();
    let enough = stock_items::pack_id.eq(pack).and((stock_items::on_hand - stock_items::reserved).ge(quantity));
    let changed = diesel::update(stock_items::table.filter(enough))
        .set((stock_items::reserved.eq(stock_items::reserved + quantity), stock_items::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if changed == 1 {
        return Ok(());
    }
    let available = free(tx, pack)?;
    Err(InventoryError::NotEnough { pack, available }.into())
}

/// How many of a pack nobody holds.
///
/// # Errors
/// [`DbError::NotFound`] when there is no such pack.
pub fn free(conn: &mut Conn, pack: PackId) -> Result<i64, DbError> {
    Ok(stock_items::table.find(pack).select(stock_items::on_hand - stock_items::reserved).first(conn)?)
}

/// Takes out what goes to a buyer in place of what was not right, if so many are free.
///
/// # Errors
/// [`InventoryError::NotEnough`] with what is free.
pub fn give_away(tx: &mut Tx<'_>, pack: PackId, quantity: i64) -> Result<(), Failure<InventoryError>> {
    let now = tx.now();
    let enough = stock_items::pack_id.eq(pack).and((stock_items::on_hand - stock_items::reserved).ge(quantity));
    let changed = diesel::update(stock_items::table.filter(enough))
        .set((stock_items::on_hand.eq(stock_items::on_hand - quantity), stock_items::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if changed == 1 {
        return Ok(());
    }
    let available = free(tx, pack)?;
    Err(InventoryError::NotEnough { pack, available }.into())
}

/// Gives back what a called-off order held.
///
/// # Errors
/// [`DbError`] when the database fails; releasing what was not reserved breaks the constraint.
pub fn release(tx: &mut Tx<'_>, pack: PackId, quantity: i64) -> Result<(), Failure<Never>> {
    let now = tx.now();
    diesel::update(stock_items::table.find(pack))
        .set((stock_items::reserved.eq(stock_items::reserved - quantity), stock_items::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Puts in what was made for an order, promised to it from the start.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn make_for_order(tx: &mut Tx<'_>, pack: PackId, quantity: i64) -> Result<(), Failure<Never>> {
    let now = tx.now();
    diesel::update(stock_items::table.find(pack))
        .set((
            stock_items::on_hand.eq(stock_items::on_hand + quantity),
            stock_items::reserved.eq(stock_items::reserved + quantity),
            stock_items::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes out what an order held: it has left the house.
///
/// # Errors
/// [`DbError`] when the database fails; taking what was not reserved breaks the constraint.
pub fn take(tx: &mut Tx<'_>, pack: PackId, quantity: i64) -> Result<(), Failure<Never>> {
    let now = tx.now();
    diesel::update(stock_items::table.find(pack))
        .set((
            stock_items::on_hand.eq(stock_items::on_hand - quantity),
            stock_items::reserved.eq(stock_items::reserved - quantity),
            stock_items::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
