//! What packs in stock cost to make, as far as it is known.
//!
//! 1. What is made by a recipe brings its cost; what is only written into the stock brings none.
//! 2. What leaves takes the average cost along; the last of it takes the last rupiah.
//! 3. Of goods of which only some have a known cost, those leave first.
//! 4. What a stocktake finds beyond what was expected comes back at the average cost: it had been written off too early.
//! 5. Only this file writes the table. The account `stock` holds the same value.

use diesel::prelude::*;

use crate::packs::PackId;
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::pack_costs;

/// Packs whose cost is known, with all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Queryable)]
pub struct Known {
    pub quantity: i64,
    pub cost: Rupiah,
}

/// How many of `quantity` have a known cost, and what it is: their part of the whole, rounded down, and all of it with the last.
#[must_use]
pub fn part(known: Known, quantity: i64) -> Known {
    if quantity >= known.quantity {
        return known;
    }
    // Less than the whole, which is in range.
    Known { quantity: quantity.max(0), cost: at_average(known, quantity.max(0)).unwrap_or(known.cost) }
}

/// What `quantity` come to at the average cost, rounded down; `None` beyond the range of money, or where there is no average.
fn at_average(known: Known, quantity: i64) -> Option<Rupiah> {
    let cost = (i128::from(known.cost.amount()) * i128::from(quantity)).checked_div(i128::from(known.quantity))?;
    Rupiah::new(i64::try_from(cost).ok()?).ok()
}

/// The packs of this size at home whose cost is known.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn known(conn: &mut Conn, pack: PackId) -> Result<Option<Known>, DbError> {
    Ok(pack_costs::table.find(pack).select((pack_costs::quantity, pack_costs::cost)).first(conn).optional()?)
}

fn out_of_range() -> DbError {
    DbError::Violation("cost out of range".to_owned())
}

/// So many packs were made for so much.
///
/// # Errors
/// [`DbError`] when the database fails, or the sum leaves the range of money.
pub fn add(tx: &mut Tx<'_>, pack: PackId, made: Known) -> Result<(), DbError> {
    let now = tx.now();
    let Some(before) = known(tx, pack)? else {
        diesel::insert_into(pack_costs::table)
            .values((
                pack_costs::pack_id.eq(pack),
                pack_costs::quantity.eq(made.quantity),
                pack_costs::cost.eq(made.cost),
                pack_costs::updated_at.eq(now),
            ))
            .execute(&mut **tx)?;
        return Ok(());
    };
    let cost = before.cost.plus(made.cost).map_err(|_| out_of_range())?;
    diesel::update(pack_costs::table.find(pack))
        .set((pack_costs::quantity.eq(pack_costs::quantity + made.quantity), pack_costs::cost.eq(cost), pack_costs::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// So many packs leave; answers what they had cost, nothing where that is not known. The books are the caller's.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn take(tx: &mut Tx<'_>, pack: PackId, quantity: i64) -> Result<Rupiah, DbError> {
    Ok(take_known(tx, pack, quantity)?.cost)
}

/// The same, with how many of them had a known cost, for goods whose cost is kept on elsewhere.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn take_known(tx: &mut Tx<'_>, pack: PackId, quantity: i64) -> Result<Known, DbError> {
    let now = tx.now();
    let Some(before) = known(tx, pack)?.filter(|known| known.quantity > 0) else { return Ok(Known::default()) };
    let gone = part(before, quantity);
    let cost = before.cost.minus(gone.cost).map_err(|_| out_of_range())?;
    diesel::update(pack_costs::table.find(pack))
        .set((pack_costs::quantity.eq(before.quantity - gone.quantity), pack_costs::cost.eq(cost), pack_costs::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(gone)
}

/// So many more were found than were expected; answers what they come to, nothing where no cost is known. The books are the caller's.
///
/// # Errors
/// [`DbError`] when the database fails, or the sum leaves the range of money.
pub fn find_again(tx: &mut Tx<'_>, pack: PackId, quantity: i64) -> Result<Rupiah, DbError> {
    let Some(rest) = known(tx, pack)?.filter(|known| known.quantity > 0) else { return Ok(Rupiah::ZERO) };
    let cost = at_average(rest, quantity).ok_or_else(out_of_range)?;
    add(tx, pack, Known { quantity, cost })?;
    Ok(cost)
}

/// What one pack cost to make, rounded down; `None` where it is not known.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn cost_per_pack(conn: &mut Conn, pack: PackId) -> Result<Option<Rupiah>, DbError> {
    Ok(known(conn, pack)?.filter(|known| known.quantity > 0).map(|known| part(known, 1).cost))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_leaves_in_parts_had_cost_what_the_whole_did(quantity in 1i64..100_000, cost in 0i64..1_000_000_000, parts in proptest::collection::vec(0i64..5_000, 0..20)) {
            let mut left = Known { quantity, cost: Rupiah::new(cost).expect("in range") };
            let mut gone = 0;
            for each in parts.into_iter().chain([i64::MAX]) {
                let out = part(left, each);
                gone += out.cost.amount();
                left = Known { quantity: left.quantity - out.quantity, cost: left.cost.minus(out.cost).expect("in range") };
            }
            prop_assert_eq!((left.quantity, left.cost, gone), (0, Rupiah::ZERO, cost));
        }
    }
}
