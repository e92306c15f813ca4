//! Which batch leaves first.

use super::model::Lot;
use crate::market::batches::BatchId;

/// So many of one batch, or of none that is known.
pub type Part = (Option<BatchId>, i64);

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
