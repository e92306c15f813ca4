//! What is to be done with an order, and what is to be packed by when.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::model::{OpenOrder, ToPack};
use crate::orders::model::State;
use crate::packs::{PackId, Unit};
use kit::clock::Timestamp;

/// From how few free packs on a pack is told as nearly gone.
pub const LOW_STOCK: i64 = 5;

/// What a seller is to do with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    Answer,
    Prepare,
    HandOver,
    /// The goods are out and the money is not all there.
    Collect,
}

/// What is to be done with an order in `state`.
#[must_use]
pub const fn task(state: State) -> Option<Task> {
    match state {
        State::Placed => Some(Task::Answer),
        State::Accepted | State::Preparing => Some(Task::Prepare),
        State::Ready => Some(Task::HandOver),
        State::HandedOver | State::ClaimOpen | State::Completed => Some(Task::Collect),
        State::Rejected | State::Cancelled | State::Expired => None,
    }
}

/// By when: the order ends otherwise. Money has no deadline of its own.
#[must_use]
pub fn deadline(order: &OpenOrder) -> Option<Timestamp> {
    match task(order.state)? {
        Task::Answer => order.answer_by,
        Task::Prepare | Task::HandOver => order.hand_over_by,
        Task::Collect => None,
    }
}

/// How many of a pack are to be packed, by day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packing {
    pub pack_id: PackId,
    pub name: String,
    pub pack_label: String,
    pub unit: Unit,
    pub total: i64,
    /// By when they are needed: the day they are promised for, else the last day to hand them over.
    pub days: BTreeMap<Option<NaiveDate>, i64>,
}

/// Adds the lines up per pack, in the order of their names.
#[must_use]
pub fn packing(lines: Vec<ToPack>) -> Vec<Packing> {
    let mut packs: BTreeMap<PackId, Packing> = BTreeMap::new();
    for ToPack { pack_id, name, pack_label, unit, quantity, ready_on, hand_over_by } in lines {
        let pack = packs.entry(pack_id).or_insert_with(|| Packing { pack_id, name, pack_label, unit, total: 0, days: BTreeMap::new() });
        pack.total += quantity;
        *pack.days.entry(ready_on.or(hand_over_by.map(Timestamp::business_date))).or_insert(0) += quantity;
    }
    let mut list: Vec<Packing> = packs.into_values().collect();
    list.sort_by(|a, b| (&a.name, &a.pack_label, a.pack_id).cmp(&(&b.name, &b.pack_label, b.pack_id)));
    list
}

/// A cell of a table that no spreadsheet takes for a formula.
#[must_use]
pub fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_pack_are_added_up_by_day() {
        let (opak, dodol) = (PackId::new(), PackId::new());
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let line = |pack_id, name: &str, quantity, ready_on: Option<NaiveDate>| ToPack {
            pack_id,
            name: name.to_owned(),
            pack_label: "Bungkus".to_owned(),
            unit: Unit::Pack,
            quantity,
            ready_on,
            hand_over_by: Some(Timestamp::in_village(day("2026-11-30").expect("a day"), 60)),
        };
        let list = packing(vec![line(opak, "Opak", 2, None), line(dodol, "Dodol", 1, day("2026-11-28")), line(opak, "Opak", 3, None)]);
        let told: Vec<_> = list.iter().map(|pack| (pack.name.as_str(), pack.total, pack.days.clone())).collect();
        let days = |day, quantity| BTreeMap::from([(day, quantity)]);
        assert_eq!(told, [("Dodol", 1, days(day("2026-11-28"), 1)), ("Opak", 5, days(day("2026-11-30"), 5))]);
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (text, safe) in [
            ("=1+1", "'=1+1"),
            ("+62812", "'+62812"),
            ("-1", "'-1"),
            ("@a", "'@a"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(cell(text), safe);
        }
    }
}
