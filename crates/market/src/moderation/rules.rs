//! How something that waits is decided, and how long it took.

use super::model::State;
use kit::clock::Timestamp;
use kit::word_enum;

word_enum! {
    /// What can happen to something that waits.
    Move {
        /// The village admin lets it through.
        Confirm = "confirm",
        /// The village admin asks for changes.
        Return = "return",
        /// The village admin turns it down.
        Reject = "reject",
        /// Its seller takes it back.
        Withdraw = "withdraw",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Waiting, Move::Confirm) => Some(State::Confirmed),
        (State::Waiting, Move::Return) => Some(State::Returned),
        (State::Waiting, Move::Reject) => Some(State::Rejected),
        (State::Waiting, Move::Withdraw) => Some(State::Withdrawn),
        (
            State::Confirmed | State::Returned | State::Rejected | State::Withdrawn,
            Move::Confirm | Move::Return | Move::Reject | Move::Withdraw,
        ) => None,
    }
}

/// The middle of how long these waited, in whole minutes; of two in the middle, the shorter.
#[must_use]
pub fn median_minutes(waits: &[(Timestamp, Timestamp)]) -> Option<i64> {
    let mut minutes: Vec<i64> = waits.iter().map(|(asked, decided)| decided.since(*asked).num_minutes()).collect();
    minutes.sort_unstable();
    minutes.get(minutes.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }

    #[test]
    fn half_waited_no_longer_than_the_median() {
        let asked = Timestamp::from_chrono("2026-11-24T00:00:00Z".parse().expect("an instant"));
        let waits = |minutes: &[i64]| minutes.iter().map(|m| (asked, asked.after(Duration::minutes(*m)))).collect::<Vec<_>>();
        assert_eq!(median_minutes(&[]), None);
        assert_eq!(median_minutes(&waits(&[90])), Some(90));
        assert_eq!(median_minutes(&waits(&[600, 30, 60])), Some(60));
        assert_eq!(median_minutes(&waits(&[600, 30, 60, 120])), Some(60));
    }
}
