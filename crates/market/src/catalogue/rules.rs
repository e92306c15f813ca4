//! How a product moves from state to state, and what may be changed meanwhile.

use super::model::State;
use kit::word_enum;

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

/// How texts, photos and claims are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Editing {
    /// At once: the public does not know them.
    AtOnce,
    /// Once the village admin has looked at the change.
    AfterALook,
}

/// How texts, photos and claims may be changed while the product is in `state`, or `None` where they may not.
#[must_use]
pub const fn editing(state: State) -> Option<Editing> {
    match state {
        State::Draft | State::Returned => Some(Editing::AtOnce),
        State::Published | State::Paused => Some(Editing::AfterALook),
        State::Submitted | State::Rejected | State::Suspended => None,
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
        insta::assert_snapshot!(kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }

    #[test]
    fn what_the_public_knows_changes_after_a_look_and_prices_at_once() {
        assert_eq!((editing(State::Published), trade_is_open(State::Published)), (Some(Editing::AfterALook), true));
        assert_eq!((editing(State::Returned), trade_is_open(State::Rejected)), (Some(Editing::AtOnce), false));
        for state in State::ALL {
            assert!(trade_is_open(*state) || editing(*state).is_none(), "who may write may price: {state}");
        }
    }
}
