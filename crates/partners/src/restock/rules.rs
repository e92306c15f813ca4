//! How a restock moves, what is suggested, and what outright goods do to both books.

use chrono::NaiveDate;

use super::model::State;
use crate::debts::{Between, Mirrored};
use crate::obligations::Came;
use books::ledger::{Account, Entry, Movement};
use kit::clock::Timestamp;
use kit::money::{MoneyError, Rupiah};
use kit::word_enum;

word_enum! {
    /// What can happen to a restock.
    Move {
        /// The maker brings all of it.
        Accept = "accept",
        /// The maker brings some of it.
        AcceptPart = "accept_part",
        /// The maker brings none.
        Decline = "decline",
        /// The warung calls it off.
        Withdraw = "withdraw",
        /// The maker brings it.
        Deliver = "deliver",
        /// The warung has counted it.
        Confirm = "confirm",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Requested, Move::Accept) => Some(State::Accepted),
        (State::Requested, Move::AcceptPart) => Some(State::Partly),
        (State::Requested, Move::Decline) => Some(State::Declined),
        (State::Requested | State::Accepted | State::Partly, Move::Withdraw) => Some(State::Withdrawn),
        (State::Accepted | State::Partly, Move::Deliver) => Some(State::Delivered),
        (State::Delivered, Move::Confirm) => Some(State::Confirmed),
        (
            State::Requested | State::Accepted | State::Partly | State::Declined | State::Withdrawn | State::Delivered | State::Confirmed,
            Move::Accept | Move::AcceptPart | Move::Decline | Move::Withdraw | Move::Deliver | Move::Confirm,
        ) => None,
    }
}

/// How many will be sold in `days_to_go`, if as many are sold per day as in the `days` before: rounded up.
#[must_use]
pub fn needed(sold: i64, days: i64, days_to_go: i64) -> i64 {
    if days <= 0 { 0 } else { (sold.max(0) * days_to_go.max(0) + days - 1) / days }
}

/// The furthest day ahead for which goods are asked.
const MOST_DAYS_AHEAD: i64 = 90;

/// Whether goods can be wanted on `day`: it has not passed and is not too far ahead.
#[must_use]
pub fn can_be_wanted(day: NaiveDate, today: NaiveDate) -> bool {
    (0..=MOST_DAYS_AHEAD).contains(&(day - today).num_days())
}

/// Whether goods of a restock in this state may still come: asked for, promised or on their way, and not counted at the warung.
#[must_use]
pub const fn may_come(state: State) -> bool {
    match state {
        State::Requested | State::Accepted | State::Partly | State::Delivered => true,
        State::Declined | State::Withdrawn | State::Confirmed => false,
    }
}

/// What became of what the maker took on, per line as it was accepted and received, once it was counted on `day`: no more is to come.
#[must_use]
pub fn came(lines: &[(i64, i64)], day: NaiveDate) -> Came {
    if lines.iter().all(|(_, received)| *received == 0) {
        Came::Never
    } else if lines.iter().all(|(accepted, received)| received >= accepted) {
        Came::Whole(day)
    } else {
        Came::Short(day)
    }
}

/// Goods were bought outright: the warung has a cost and a debt, the maker a sale and a claim.
///
/// # Errors
/// [`MoneyError`] for a negative amount.
pub fn bought(between: Between, reference: &str, amount: Rupiah, at: Timestamp) -> Result<Mirrored, MoneyError> {
    let entry = || Entry::new(Movement::Supplied, format!("{reference}:bought"), at);
    let (claim, debt) = between.places();
    Ok((entry().transfer(Account::SalesWarung, claim, amount)?, entry().transfer(debt, Account::CostGoods, amount)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }

    #[test]
    fn goods_are_wanted_from_today_on() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let today = day("2026-11-24");
        assert!(can_be_wanted(today, today) && can_be_wanted(day("2027-02-22"), today));
        assert!(!can_be_wanted(day("2026-11-23"), today) && !can_be_wanted(day("2027-02-23"), today));
    }

    #[test]
    fn goods_came_whole_short_or_never_by_what_was_accepted() {
        let day = "2026-11-25".parse::<NaiveDate>().expect("a day");
        assert_eq!(came(&[(10, 10), (0, 0)], day), Came::Whole(day));
        assert_eq!(came(&[(10, 1)], day), Came::Short(day));
        assert_eq!(came(&[(10, 10), (2, 0)], day), Came::Short(day));
        assert_eq!(came(&[(10, 0), (2, 0)], day), Came::Never);
    }

    #[test]
    fn what_is_needed_is_rounded_up() {
        assert_eq!(needed(24, 7, 7), 24);
        assert_eq!(needed(10, 28, 3), 2, "10 × 3 ÷ 28 is a little more than one");
        assert_eq!(needed(0, 28, 3), 0);
        assert_eq!(needed(5, 0, 3), 0, "no day to go by");
    }
}
