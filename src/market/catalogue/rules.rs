//! How a product moves from state to state, and what may be changed meanwhile.

use super::model::State;
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

/// Whether texts and claims may be changed while the product is in `state`: only while nobody is looking at them and
/// the public has not seen them.
#[must_use]
pub const fn texts_are_open(state: State) -> bool {
    match state {
        State::Draft | State::Returned => true,
        State::Submitted | State::Published | State::Paused | State::Rejected | State::Suspended => false,
    }
}

/// Whether packs and prices may be changed while the product is in `state`: as long as it is or may come on sale.
#[must_use]
pub const fn trade_is_open(state: State) -> bool {
    match state {
        State::Draft | State::Returned | State::Submitted | State::Published | State::Paused => true,
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
        assert!(trade_is_open(State::Published) && !texts_are_open(State::Published));
        assert!(texts_are_open(State::Returned) && !trade_is_open(State::Rejected));
        for state in State::ALL {
            assert!(trade_is_open(*state) || !texts_are_open(*state), "who may write may price: {state}");
        }
    }
}
