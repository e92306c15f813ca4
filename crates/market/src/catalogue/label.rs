//! What a label must tell, what of it is there, and what else there is to say about it. Nothing here is a wall: a poor
//! family sells without papers, and is told how to get them.
//!
//! The list is that of BPOM regulation 31/2018 for food in packs; P-IRT by BPOM regulation 22/2018.

use chrono::NaiveDate;

use super::badges::pirt_counts;
use super::content::{Content, Storage};
use crate::packs::Unit;
use crate::packs::model::Pack;
use kit::word_enum;

/// Food that is eaten within fewer days than this needs no P-IRT.
const PIRT_FROM_DAYS: i64 = 7;
/// The category of drinks.
const DRINKS: &str = "minuman";

word_enum! {
    /// What belongs on a label.
    LabelItem {
        /// What it is called.
        Name = "name",
        /// What it is made of.
        Ingredients = "ingredients",
        /// How much is in it.
        NetWeight = "net_weight",
        /// Who made it, and where.
        Maker = "maker",
        /// The halal certificate.
        Halal = "halal",
        /// The batch, and when it was made.
        Batch = "batch",
        /// Until when it is good.
        Expiry = "expiry",
        /// The permit's number.
        Permit = "permit",
    }
}

word_enum! {
    /// Whether something is on the label.
    LabelState {
        /// It is.
        Present = "present",
        /// It is not yet.
        Missing = "missing",
        /// It need not be.
        NotNeeded = "not_needed",
    }
}

word_enum! {
    /// Something to look at; it forbids nothing.
    LabelHint {
        /// A number of 12 digits is of the old kind and tells no end.
        PirtLegacy = "pirt_legacy",
        /// The permit was given in another regency than the seller's.
        PirtOtherRegency = "pirt_other_regency",
        /// The permit has ended.
        PirtEnded = "pirt_ended",
        /// P-IRT is not for frozen food.
        PirtNotForFrozen = "pirt_not_for_frozen",
        /// P-IRT is not for drinks of milk, pasteurised drinks or alcohol.
        PirtNotForSomeDrinks = "pirt_not_for_some_drinks",
        /// The halal certificate has ended.
        HalalEnded = "halal_ended",
    }
}

/// What is on the label, item by item. `batched` says whether a batch that has not ended is recorded.
#[must_use]
pub fn completeness(content: &Content, packs: &[Pack], batched: bool, today: NaiveDate) -> Vec<(LabelItem, LabelState)> {
    let weighed = |pack: &Pack| pack.row.net_quantity.is_some() || matches!(pack.row.unit, Unit::Kg | Unit::Litre);
    let state = |item: LabelItem| {
        let there = match item {
            // Every enterprise has a name and a village, and every product a name.
            LabelItem::Name | LabelItem::Maker => true,
            LabelItem::Ingredients => content.ingredients.is_some(),
            LabelItem::NetWeight => packs.iter().filter(|pack| pack.row.active).all(weighed),
            LabelItem::Halal => halal_counts(content, today),
            LabelItem::Batch => batched,
            LabelItem::Expiry => content.shelf_life_days.is_some(),
            LabelItem::Permit if pirt_is_valid(content, today) => true,
            LabelItem::Permit if is_eaten_soon(content) => return LabelState::NotNeeded,
            LabelItem::Permit => false,
        };
        if there { LabelState::Present } else { LabelState::Missing }
    };
    LabelItem::ALL.iter().map(|item| (*item, state(*item))).collect()
}

/// How many of the items that are needed are there, and how many are needed.
#[must_use]
pub fn score(items: &[(LabelItem, LabelState)]) -> (usize, usize) {
    let count = |wanted: LabelState| items.iter().filter(|(_, state)| *state == wanted).count();
    (count(LabelState::Present), items.len() - count(LabelState::NotNeeded))
}

/// What else there is to say. `village` is the seller's, by its code `PP.KK.CC.DDDD`.
#[must_use]
pub fn hints(content: &Content, village: &str, today: NaiveDate) -> Vec<LabelHint> {
    let regency: String = village.chars().filter(char::is_ascii_digit).take(4).collect();
    let pirt = content.pirt.as_ref();
    let said = |hint: LabelHint| match hint {
        LabelHint::PirtLegacy => pirt.is_some_and(|number| number.expires_year().is_none()),
        LabelHint::PirtOtherRegency => pirt.is_some_and(|number| number.region() != regency),
        LabelHint::PirtEnded => pirt.is_some_and(|number| !pirt_counts(number.expires_year(), today)),
        LabelHint::PirtNotForFrozen => content.storage == Some(Storage::Frozen),
        LabelHint::PirtNotForSomeDrinks => content.category.as_str() == DRINKS,
        LabelHint::HalalEnded => content.halal.is_some() && !halal_counts(content, today),
    };
    LabelHint::ALL.iter().copied().filter(|hint| said(*hint)).collect()
}

fn halal_counts(content: &Content, today: NaiveDate) -> bool {
    content.halal.as_ref().is_some_and(|halal| halal.until.is_none_or(|until| today <= until))
}

fn pirt_is_valid(content: &Content, today: NaiveDate) -> bool {
    content.pirt.as_ref().is_some_and(|number| pirt_counts(number.expires_year(), today))
}

fn is_eaten_soon(content: &Content) -> bool {
    content.shelf_life_days.is_some_and(|days| days.get() < PIRT_FROM_DAYS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::content::{Change, bandrek};
    use super::*;

    const GARUT: &str = "32.05.20.2007";

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn with(change: serde_json::Value) -> Content {
        bandrek().after(&serde_json::from_value::<Change>(change).expect("a change"))
    }

    fn missing(content: &Content, batched: bool) -> Vec<LabelItem> {
        let items = completeness(content, &[], batched, day("2026-11-24"));
        items.into_iter().filter(|(_, state)| *state == LabelState::Missing).map(|(item, _)| item).collect()
    }

    #[test]
    fn what_is_missing_is_told_and_what_is_not_needed_does_not_count() {
        assert_eq!(missing(&bandrek(), false), [LabelItem::Ingredients, LabelItem::Halal, LabelItem::Batch, LabelItem::Expiry]);
        let whole = with(json!({
            "ingredients": "Jahe, gula", "shelf_life_days": 90, "halal": { "number": "ID32110000123456789", "scheme": "self_declare" },
        }));
        let items = completeness(&whole, &[], true, day("2026-11-24"));
        assert_eq!((missing(&whole, true), score(&items)), (vec![], (8, 8)));
        let fresh = with(json!({ "pirt": null, "shelf_life_days": 6 }));
        let items = completeness(&fresh, &[], true, day("2026-11-24"));
        assert_eq!(items.last(), Some(&(LabelItem::Permit, LabelState::NotNeeded)));
        assert_eq!(score(&items), (5, 7));
        assert!(missing(&with(json!({ "pirt": null, "shelf_life_days": 7 })), true).contains(&LabelItem::Permit));
        assert_eq!(completeness(&bandrek(), &[], true, day("2030-01-01")).last(), Some(&(LabelItem::Permit, LabelState::Missing)), "ended");
    }

    #[test]
    fn a_permit_from_elsewhere_or_of_the_old_kind_is_a_hint() {
        let today = day("2026-11-24");
        let of = |change, village| hints(&with(change), village, today);
        assert_eq!(of(json!({ "category": "kue_kering" }), GARUT), []);
        assert_eq!(of(json!({ "category": "kue_kering" }), "32.04.01.2001"), [LabelHint::PirtOtherRegency]);
        assert_eq!(of(json!({ "pirt": "206320501001" }), GARUT), [LabelHint::PirtLegacy, LabelHint::PirtNotForSomeDrinks]);
        assert_eq!(of(json!({ "category": "kue_kering", "pirt": "2063205010001-25" }), GARUT), [LabelHint::PirtEnded]);
        let frozen = json!({ "category": "kue_kering", "pirt": null, "storage": "frozen", "halal": { "number": "ID1", "scheme": "regular", "until": "2026-11-23" } });
        assert_eq!(of(frozen, GARUT), [LabelHint::PirtNotForFrozen, LabelHint::HalalEnded]);
    }
}
