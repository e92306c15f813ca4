//! When a window takes orders, and what of it may still be changed.

use chrono::{Duration, NaiveDate};

use super::model::{State, Window};
use crate::packs::PackId;
use kit::clock::Timestamp;
use kit::word_enum;

/// How far ahead something may be promised.
const MOST_DAYS_AHEAD: i64 = 366;

word_enum! {
    /// What can happen to a window.
    Move {
        /// The seller takes no more orders.
        Close = "close",
        /// The seller will not make it.
        CallOff = "call_off",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Open, Move::Close) => Some(State::Closed),
        (State::Open | State::Closed, Move::CallOff) => Some(State::CalledOff),
        (State::Closed | State::CalledOff, Move::Close) => None,
        (State::CalledOff, Move::CallOff) => None,
    }
}

/// How far a window stored as `state` has come at `now`: its cut-off closes it.
#[must_use]
pub fn state_at(state: State, cut_off: Timestamp, now: Timestamp) -> State {
    match state {
        State::Open if now >= cut_off => State::Closed,
        State::Open | State::Closed | State::CalledOff => state,
    }
}

/// Why the times of a window do not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadTimes {
    /// Nobody could order any more.
    CutOffPassed,
    /// It would be ready before it is known how much is wanted.
    ReadyBeforeCutOff,
    /// The cut-off is more than a year ahead.
    CutOffTooFar,
    /// It would be ready in more than a year.
    ReadyTooFar,
}

/// Judges when a window ends and when it is ready; ready on the day of the cut-off will do.
///
/// # Errors
/// [`BadTimes`] says which rule they break.
pub fn check_times(cut_off: Timestamp, ready_on: NaiveDate, now: Timestamp) -> Result<(), BadTimes> {
    let horizon = now.after(Duration::days(MOST_DAYS_AHEAD));
    if cut_off <= now {
        Err(BadTimes::CutOffPassed)
    } else if cut_off > horizon {
        Err(BadTimes::CutOffTooFar)
    } else if ready_on > horizon.business_date() {
        Err(BadTimes::ReadyTooFar)
    } else if ready_on < cut_off.business_date() {
        Err(BadTimes::ReadyBeforeCutOff)
    } else {
        Ok(())
    }
}

/// Why an order took nothing from a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// There is no such window for this pack.
    NoSuchWindow,
    /// It takes no orders.
    NotOpen { state: State },
    /// Not so many are free.
    NotEnough { free: i64 },
}

/// Tells why an order for this pack placed at `now` took nothing from a window.
#[must_use]
pub fn why_not(window: &Window, pack: PackId, now: Timestamp) -> NotTaken {
    match state_at(window.state, window.cut_off, now) {
        _ if window.pack_id != pack => NotTaken::NoSuchWindow,
        State::Open => NotTaken::NotEnough { free: window.free() },
        state @ (State::Closed | State::CalledOff) => NotTaken::NotOpen { state },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::model::WindowId;
    use super::*;
    use crate::catalogue::ProductId;
    use people::enterprises::EnterpriseId;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_chrono(text.parse().expect("an instant"))
    }

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }

    #[test]
    fn the_cut_off_closes_what_is_open() {
        let cut_off = at("2026-11-26T10:00:00Z");
        assert_eq!(state_at(State::Open, cut_off, at("2026-11-26T09:59:59Z")), State::Open);
        assert_eq!(state_at(State::Open, cut_off, cut_off), State::Closed);
        assert_eq!(state_at(State::CalledOff, cut_off, cut_off), State::CalledOff);
    }

    #[test]
    fn what_is_ready_is_ready_after_the_cut_off_and_within_a_year() {
        let (now, cut_off) = (at("2026-11-24T02:00:00Z"), at("2026-11-26T10:00:00Z"));
        let day = |text: &str| text.parse().expect("a day");
        assert_eq!(check_times(cut_off, day("2026-11-26"), now), Ok(()));
        assert_eq!(check_times(cut_off, day("2026-11-25"), now), Err(BadTimes::ReadyBeforeCutOff));
        assert_eq!(check_times(at("2026-11-26T17:00:00Z"), day("2026-11-26"), now), Err(BadTimes::ReadyBeforeCutOff), "midnight in Garut");
        assert_eq!(check_times(now, day("2026-11-26"), now), Err(BadTimes::CutOffPassed));
        assert_eq!(check_times(cut_off, day("2062-11-26"), now), Err(BadTimes::ReadyTooFar));
        assert_eq!(
            check_times(at("+262142-12-31T23:59:59Z"), day("2026-11-26"), now),
            Err(BadTimes::CutOffTooFar),
            "the end of the calendar"
        );
    }

    #[test]
    fn whoever_gets_nothing_is_told_why() {
        let now = at("2026-11-24T02:00:00Z");
        let open = Window {
            id: WindowId::new(),
            pack_id: PackId::new(),
            enterprise_id: EnterpriseId::new(),
            cut_off: now.after(Duration::hours(1)),
            ready_on: now.business_date(),
            capacity: 10,
            taken: 8,
            state: State::Open,
            reason: None,
            version: 1,
            created_at: now,
            updated_at: now,
            product_id: ProductId::new(),
            product_name: "Dodol".to_owned(),
            pack_label: "Bungkus 250 g".to_owned(),
        };
        let called_off = Window { state: State::CalledOff, ..open.clone() };
        assert_eq!(why_not(&open, open.pack_id, now), NotTaken::NotEnough { free: 2 });
        assert_eq!(why_not(&open, PackId::new(), now), NotTaken::NoSuchWindow);
        assert_eq!(why_not(&open, open.pack_id, open.cut_off), NotTaken::NotOpen { state: State::Closed });
        assert_eq!(why_not(&called_off, open.pack_id, now), NotTaken::NotOpen { state: State::CalledOff });
    }

    proptest! {
        /// Whatever the times: a window that passes takes orders now, and is ready on a day after they end.
        #[test]
        fn times_that_pass_leave_time_to_order_and_to_make(hours in -50i64..10_000, days in -50i64..500) {
            let now = at("2026-11-24T02:00:00Z");
            let (cut_off, ready_on) = (now.after(Duration::hours(hours)), now.after(Duration::days(days)).business_date());
            if check_times(cut_off, ready_on, now).is_ok() {
                prop_assert_eq!(state_at(State::Open, cut_off, now), State::Open);
                prop_assert!(Timestamp::in_village(ready_on, 24 * 60) > cut_off);
                prop_assert!(days <= MOST_DAYS_AHEAD);
            }
        }
    }
}
