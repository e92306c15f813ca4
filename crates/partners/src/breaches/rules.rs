//! How a breach moves, and who moves it.

use super::model::State;
use kit::word_enum;

word_enum! {
    /// What can happen to a breach.
    Move {
        /// The other side answers.
        Reply = "reply",
        /// The village's office is to stand between them.
        Mediate = "mediate",
        /// The office settles it.
        Settle = "settle",
        /// Who noted it takes it back.
        Withdraw = "withdraw",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Noted, Move::Reply) => Some(State::Replied),
        (State::Noted | State::Replied, Move::Mediate) | (State::Mediating, Move::Reply) => Some(State::Mediating),
        (State::Mediating, Move::Settle) => Some(State::Settled),
        (State::Noted | State::Replied | State::Mediating, Move::Withdraw) => Some(State::Withdrawn),
        (
            State::Noted | State::Replied | State::Mediating | State::Settled | State::Withdrawn,
            Move::Reply | Move::Mediate | Move::Settle | Move::Withdraw,
        ) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }
}
