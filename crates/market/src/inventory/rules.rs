//! Which batch leaves first.

use chrono::NaiveDate;

use super::model::Lot;
use crate::batches::BatchId;

/// So many of one batch, or of none that is known.
pub type Part = (Option<BatchId>, i64);

/// Which batches leave before the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First<'a> {
    /// What ends first.
    Ending,
    /// What lasts until a day or longer, and of it what ends first; what is of no known batch next; what ends sooner last.
    Lasting(NaiveDate),
    /// These, as far as they are there; then what ends first.
    These(&'a [Part]),
}

/// From which batches `quantity` is taken of the `there` that are on a shelf.
#[must_use]
pub fn chosen(first: First<'_>, lots: &[Lot], there: i64, quantity: i64) -> Vec<Part> {
    match first {
        First::Ending => first_to_end(lots, quantity),
        First::Lasting(day) => {
            let (ending, lasting): (Vec<Lot>, Vec<Lot>) = lots.iter().cloned().partition(|lot| lot.expires_on.is_some_and(|end| end < day));
            let at_last = ending.iter().map(|lot| lot.quantity).sum::<i64>();
            let before = quantity.min((there - at_last).max(0));
            let mut parts = first_to_end(&lasting, before);
            parts.extend(first_to_end(&ending, quantity - before));
            parts
        }
        First::These(wanted) => {
            let mut rest = lots.to_vec();
            let mut unknown = (there - lots.iter().map(|lot| lot.quantity).sum::<i64>()).max(0);
            let (mut left, mut parts) = (quantity, Vec::new());
            for (batch, part) in wanted {
                let there = match batch {
                    Some(batch) => rest.iter_mut().find(|lot| lot.batch == *batch).map(|lot| &mut lot.quantity),
                    None => Some(&mut unknown),
                };
                let Some(there) = there else { continue };
                let part = (*part).min(*there).min(left);
                if part > 0 {
                    parts.push((*batch, part));
                    (*there, left) = (*there - part, left - part);
                }
            }
            parts.extend(first_to_end(&rest, left));
            parts
        }
    }
}

/// From which batches `quantity` was taken that comes back: of what was taken (the last first), less what came back already.
#[must_use]
pub fn undone(taken: &[Part], quantity: i64) -> Vec<Part> {
    let mut net: Vec<Part> = Vec::new();
    for (batch, part) in taken {
        match net.iter_mut().find(|(known, _)| known == batch) {
            Some((_, sum)) => *sum += part,
            None => net.push((*batch, *part)),
        }
    }
    let (mut left, mut parts) = (quantity, Vec::new());
    for (batch, there) in net {
        let part = there.min(left);
        if part > 0 {
            parts.push((batch, part));
            left -= part;
        }
    }
    if left > 0 {
        parts.push((None, left));
    }
    parts
}

/// From which batches `quantity` is taken: from those that end first, then from those without an end, then from what is of no
/// known batch.
#[must_use]
pub fn first_to_end(lots: &[Lot], quantity: i64) -> Vec<Part> {
    let mut lots: Vec<&Lot> = lots.iter().filter(|lot| lot.quantity > 0).collect();
    lots.sort_by_key(|lot| (lot.expires_on.is_none(), lot.expires_on, lot.batch));
    let (mut left, mut parts) = (quantity, Vec::new());
    for lot in lots {
        let part = lot.quantity.min(left);
        if part > 0 {
            parts.push((Some(lot.batch), part));
            left -= part;
        }
    }
    if left > 0 {
        parts.push((None, left));
    }
    parts
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use proptest::prelude::*;

    use super::*;

    fn lot(days: Option<u64>, quantity: i64) -> Lot {
        let start = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day");
        let expires_on = days.map(|days| start + Days::new(days));
        Lot { batch: BatchId::new(), code: String::new(), produced_on: start, expires_on, quantity }
    }

    #[test]
    fn what_lasts_goes_before_what_is_of_no_batch_and_what_ends_soon_goes_last() {
        let (soon, edge, long) = (lot(Some(2), 5), lot(Some(3), 4), lot(None, 3));
        let lots = [soon.clone(), long.clone(), edge.clone()];
        let lasting = First::Lasting(soon.produced_on + Days::new(3));
        let part = |lot: &Lot, quantity| (Some(lot.batch), quantity);
        assert_eq!(chosen(lasting, &lots, 14, 6), [part(&edge, 4), part(&long, 2)], "the day itself lasts");
        assert_eq!(chosen(lasting, &lots, 14, 9), [part(&edge, 4), part(&long, 3), (None, 2)]);
        assert_eq!(chosen(lasting, &lots, 14, 11), [part(&edge, 4), part(&long, 3), (None, 2), part(&soon, 2)]);
        assert_eq!(chosen(First::Ending, &lots, 14, 6), [part(&soon, 5), part(&edge, 1)]);
        let wanted = [part(&long, 2), (None, 1), part(&soon, 9)];
        assert_eq!(chosen(First::These(&wanted), &lots, 14, 9), [part(&long, 2), (None, 1), part(&soon, 5), part(&edge, 1)]);
    }

    #[test]
    fn what_was_taken_last_comes_back_first_and_never_twice() {
        let (a, b) = (BatchId::new(), BatchId::new());
        let taken = [(Some(b), 3), (Some(a), 5)];
        assert_eq!(undone(&taken, 4), [(Some(b), 3), (Some(a), 1)]);
        assert_eq!(undone(&[(Some(b), -2), (Some(b), 3), (Some(a), 5)], 4), [(Some(b), 1), (Some(a), 3)], "two have come back");
        assert_eq!(undone(&taken, 9), [(Some(b), 3), (Some(a), 5), (None, 1)]);
    }

    proptest! {
        #[test]
        fn what_is_taken_is_all_of_it_and_never_more_than_a_lot_has(
            lots in proptest::collection::vec((proptest::option::of(0u64..100), 0i64..50), 0..8), quantity in 0i64..300,
        ) {
            let lots: Vec<Lot> = lots.into_iter().map(|(days, quantity)| lot(days, quantity)).collect();
            let parts = first_to_end(&lots, quantity);
            prop_assert_eq!(parts.iter().map(|(_, part)| part).sum::<i64>(), quantity);
            for (batch, part) in &parts {
                prop_assert!(*part > 0);
                if let Some(batch) = batch {
                    let lot = lots.iter().find(|lot| lot.batch == *batch).expect("a lot");
                    prop_assert!(*part <= lot.quantity);
                    let earlier = lots.iter().filter(|other| other.expires_on.is_some() && other.expires_on < lot.expires_on);
                    for other in earlier {
                        let taken = parts.iter().filter(|(batch, _)| *batch == Some(other.batch)).map(|(_, part)| part).sum::<i64>();
                        prop_assert_eq!(taken, other.quantity, "what ends earlier is gone first");
                    }
                }
            }
        }
    }
}
