//! What packs in stock cost to make, as far as it is known.
//!
//! 1. What is made by a recipe brings its cost; what is only counted into the stock brings none.
//! 2. What leaves takes the average cost along; the last of it takes the last rupiah.
//! 3. Only this file writes the table. The account `stock` holds the same value.

use diesel::prelude::*;

use crate::kit::db::{Conn, DbError, Tx};
use crate::kit::money::Rupiah;
use crate::market::packs::PackId;
use crate::schema::pack_costs;

/// Packs whose cost is known, with all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
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
    let cost = i128::from(known.cost.amount()) * i128::from(quantity.max(0)) / i128::from(known.quantity);
    let cost = i64::try_from(cost).ok().and_then(|cost| Rupiah::new(cost).ok()).unwrap_or(known.cost);
    Known { quantity: quantity.max(0), cost }
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
    let now = tx.now();
    let Some(before) = known(tx, pack)?.filter(|known| known.quantity > 0) else { return Ok(Rupiah::ZERO) };
    let gone = part(before, quantity);
    let cost = before.cost.minus(gone.cost).map_err(|_| out_of_range())?;
    diesel::update(pack_costs::table.find(pack))
        .set((pack_costs::quantity.eq(before.quantity - gone.quantity), pack_costs::cost.eq(cost), pack_costs::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(gone.cost)
}

/// So many were counted: no more packs have a known cost than there are. Answers what the missing ones had cost; the books are
/// the caller's.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn keep_at_most(tx: &mut Tx<'_>, pack: PackId, counted: i64) -> Result<Rupiah, DbError> {
    let missing = known(tx, pack)?.map_or(0, |known| known.quantity - counted);
    if missing > 0 { take(tx, pack, missing) } else { Ok(Rupiah::ZERO) }
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
