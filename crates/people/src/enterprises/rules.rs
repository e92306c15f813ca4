//! How an enterprise moves from state to state.

use super::model::State;
use kit::word_enum;

word_enum! {
    /// What can happen to an enterprise.
    Move {
        /// The village office hands its owner a code.
        Invite = "invite",
        /// The owner uses the code.
        Join = "join",
        /// The owner asks for a review.
        Submit = "submit",
        /// The village office agrees.
        Approve = "approve",
        /// The village office asks for changes.
        Return = "return",
        /// The village office turns it down.
        Reject = "reject",
        /// The village office stops its trade.
        Suspend = "suspend",
        /// The village office lets it trade again.
        Reinstate = "reinstate",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Pending | State::Invited, Move::Invite) => Some(State::Invited),
        (State::Invited, Move::Join) => Some(State::Onboarding),
        // The office submits an assisted enterprise as it stands; its owner may never have a phone to join with.
        (State::Pending | State::Invited | State::Onboarding, Move::Submit) => Some(State::ReadyForReview),
        (State::ReadyForReview, Move::Approve) => Some(State::Approved),
        (State::ReadyForReview, Move::Return) => Some(State::Onboarding),
        (State::ReadyForReview, Move::Reject) => Some(State::Rejected),
        (State::Approved, Move::Suspend) => Some(State::Suspended),
        (State::Suspended, Move::Reinstate) => Some(State::Approved),
        (
            State::Pending
            | State::Invited
            | State::Onboarding
            | State::ReadyForReview
            | State::Approved
            | State::Rejected
            | State::Suspended,
            Move::Invite | Move::Join | Move::Submit | Move::Approve | Move::Return | Move::Reject | Move::Suspend | Move::Reinstate,
        ) => None,
    }
}

/// Whether an enterprise in `state` may change what it says about itself: not while it is being looked at,
/// and not once its trade was refused or stopped.
#[must_use]
pub const fn may_edit(state: State) -> bool {
    match state {
        State::Pending | State::Invited | State::Onboarding | State::Approved => true,
        State::ReadyForReview | State::Rejected | State::Suspended => false,
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
