//! What a production uses, and what can be made of what there is.

use super::model::Line;

/// What making `quantity` packs uses of a material, of which `per` is for `makes` packs: rounded up. `None` beyond the range.
#[must_use]
pub fn used(per: i64, makes: i64, quantity: i64) -> Option<i64> {
    let (per, makes, quantity) = (i128::from(per), i128::from(makes), i128::from(quantity));
    i64::try_from((per * quantity + makes - 1) / makes).ok()
}

/// How many packs can be made of what `have` tells of each material.
#[must_use]
pub fn can_make(lines: &[Line], makes: i64, have: impl Fn(&Line) -> i64) -> i64 {
    let of_one = |line: &Line| i64::try_from(i128::from(have(line)) * i128::from(makes) / i128::from(line.quantity)).unwrap_or(i64::MAX);
    lines.iter().map(of_one).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::supply::{Base, MaterialId};
    use market::packs::PackId;

    proptest! {
        /// As many as can be made use no more than there is, and one more would.
        #[test]
        fn what_can_be_made_is_what_there_is_enough_for(makes in 1i64..500, stock in proptest::collection::vec((1i64..50_000, 0i64..5_000_000), 1..6)) {
            let line = |quantity| Line { pack_id: PackId::new(), material_id: MaterialId::new(), name: String::new(), base: Base::Gram, quantity };
            let lines: Vec<Line> = stock.iter().map(|(quantity, _)| line(*quantity)).collect();
            let have = |of: &Line| lines.iter().zip(&stock).find(|(line, _)| line.material_id == of.material_id).map_or(0, |(_, (_, have))| *have);
            let most = can_make(&lines, makes, have);
            prop_assert!(lines.iter().all(|line| used(line.quantity, makes, most).is_some_and(|used| used <= have(line))));
            prop_assert!(lines.iter().any(|line| used(line.quantity, makes, most + 1).is_some_and(|used| used > have(line))));
        }
    }
}
