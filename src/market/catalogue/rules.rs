//! How a product moves from state to state, and what may be changed meanwhile.

use super::model::{Change, State};
use crate::word_enum;

word_enum! {
    /// What can happen to a product.
    Move {
        /// Its seller asks for it to be looked at.
        Submit = "submit",
        /// The village admin agrees.
        Publish = "publish",
        /// The village admin asks for changes.
        Return = "return",
        /// The village admin turns it down.
        Reject = "reject",
        /// Its seller takes it off sale for now.
        Pause = "pause",
        /// Its seller puts it on sale again.
        Resume = "resume",
        /// The village admin takes it off sale.
        Suspend = "suspend",
        /// The village admin lets it be sold again.
        Reinstate = "reinstate",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Draft | State::Returned, Move::Submit) => Some(State::Submitted),
        (State::Submitted, Move::Publish) => Some(State::Published),
        (State::Submitted, Move::Return) => Some(State::Returned),
        (State::Submitted, Move::Reject) => Some(State::Rejected),
        (State::Published, Move::Pause) => Some(State::Paused),
        (State::Paused, Move::Resume) => Some(State::Published),
        (State::Published | State::Paused, Move::Suspend) => Some(State::Suspended),
        (State::Suspended, Move::Reinstate) => Some(State::Published),
        (
            State::Draft | State::Submitted | State::Published | State::Returned | State::Rejected | State::Paused | State::Suspended,
            Move::Submit | Move::Publish | Move::Return | Move::Reject | Move::Pause | Move::Resume | Move::Suspend | Move::Reinstate,
        ) => None,
    }
}

/// Whether `change` may be made while the product is in `state`: the price always, texts and claims
/// only while nobody is looking at them and the public has not seen them.
#[must_use]
pub const fn may_change(state: State, change: &Change) -> bool {
    match state {
        State::Draft | State::Returned => true,
        State::Submitted | State::Published | State::Paused => !change.touches_text_or_claims(),
        State::Rejected | State::Suspended => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(crate::kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }

    #[test]
    fn published_text_stays_and_prices_move() {
        let price = Change { price: serde_json::from_str("5000").ok(), ..Change::default() };
        let text = Change { name: "Opak".parse().ok(), ..Change::default() };
        assert!(may_change(State::Published, &price) && !may_change(State::Published, &text));
        assert!(may_change(State::Returned, &text));
        assert!(!may_change(State::Rejected, &price));
    }
}
