//! How a claim moves, until when it can be made, and how much it may bring.

use chrono::Duration;

use super::model::{Remedy, State, Wish};
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::word_enum;

word_enum! {
    /// What can happen to a claim.
    Move as "ClaimMove" {
        /// The seller offers something for it.
        Offer = "offer",
        /// The seller declines.
        Refuse = "refuse",
        /// The buyer agrees to the offer.
        Accept = "accept",
        /// The buyer does not agree to the offer.
        Decline = "decline",
        /// The buyer asks the village, since the seller declined.
        AskVillage = "ask_village",
        /// The buyer takes it back.
        Withdraw = "withdraw",
        /// The village decides that the buyer gets something.
        Settle = "settle",
        /// The village decides that she gets nothing.
        Dismiss = "dismiss",
        /// Whoever was to answer has not.
        TimeUp = "time_up",
        /// What was offered in place of the goods is gone.
        RunOut = "run_out",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Open, Move::Offer) => Some(State::Offered),
        (State::Open, Move::Refuse) => Some(State::Refused),
        (State::Offered, Move::Accept | Move::TimeUp) => Some(State::Settled),
        (State::Offered, Move::Decline | Move::RunOut) => Some(State::Mediation),
        (State::Refused, Move::AskVillage) => Some(State::Mediation),
        (State::Refused, Move::TimeUp) => Some(State::Dismissed),
        (State::Open, Move::TimeUp) => Some(State::Mediation),
        (State::Open | State::Offered | State::Refused, Move::Withdraw) => Some(State::Withdrawn),
        (State::Mediation, Move::Settle) => Some(State::Settled),
        (State::Mediation, Move::Dismiss) => Some(State::Dismissed),
        (
            State::Open | State::Offered | State::Refused | State::Mediation | State::Settled | State::Dismissed | State::Withdrawn,
            Move::Offer
            | Move::Refuse
            | Move::Accept
            | Move::Decline
            | Move::AskVillage
            | Move::Withdraw
            | Move::Settle
            | Move::Dismiss
            | Move::TimeUp
            | Move::RunOut,
        ) => None,
    }
}

/// What of a claim's remedy stands after `event`, where `stood` stood before: an offer or a decision brings its own, and
/// whoever says no leaves none.
#[must_use]
pub const fn remedy_after(event: Move, stood: Option<Remedy>, brought: Option<Remedy>) -> Option<Remedy> {
    match event {
        Move::Offer | Move::Settle => brought,
        Move::Refuse | Move::Dismiss => None,
        Move::Accept | Move::Decline | Move::AskVillage | Move::Withdraw | Move::TimeUp | Move::RunOut => stood,
    }
}

/// Whether the reason of `event` stands with the claim from then on: that of who refuses it or decides on it. Others are
/// kept in its history.
#[must_use]
pub const fn gives_reason(event: Move) -> bool {
    match event {
        Move::Refuse | Move::Settle | Move::Dismiss => true,
        Move::Offer | Move::Accept | Move::Decline | Move::AskVillage | Move::Withdraw | Move::TimeUp | Move::RunOut => false,
    }
}

/// Whether silence in `state` comes to count as an answer.
#[must_use]
pub const fn is_awaited(state: State) -> bool {
    next(state, Move::TimeUp).is_some()
}

/// Until when goods handed over at `handed_over_at` can be claimed, where the village gives `days`.
#[must_use]
pub fn open_until(handed_over_at: Timestamp, days: i32) -> Timestamp {
    handed_over_at.after(Duration::days(days.into()))
}

/// Whether `wish` and its amount fit together: an amount goes with part of a refund and with nothing else, is more than
/// nothing, and not more than the packs cost.
#[must_use]
pub fn wish_fits(wish: Wish, amount: Option<Rupiah>, value: Rupiah) -> bool {
    match (wish, amount) {
        (Wish::RefundPart, Some(amount)) => amount.is_positive() && amount <= value,
        (Wish::RefundFull | Wish::Replacement, None) => true,
        (Wish::RefundPart, None) | (Wish::RefundFull | Wish::Replacement, Some(_)) => false,
    }
}

/// Whether `remedy` is more than nothing and not more than the packs cost.
#[must_use]
pub fn remedy_fits(remedy: Remedy, value: Rupiah) -> bool {
    match remedy {
        Remedy::Refund(amount) => amount.is_positive() && amount <= value,
        Remedy::Replacement => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }

    #[test]
    fn every_open_claim_has_a_way_to_its_end() {
        for state in State::ALL {
            let ends = matches!(state, State::Settled | State::Dismissed | State::Withdrawn);
            assert_eq!(Move::ALL.iter().all(|event| next(*state, *event).is_none()), ends, "{state}");
            assert_eq!(is_awaited(*state), matches!(state, State::Open | State::Offered | State::Refused), "{state}");
        }
    }

    #[test]
    fn no_remedy_is_more_than_the_goods_cost() {
        let value = rp(25_000);
        assert!(wish_fits(Wish::RefundPart, Some(value), value) && wish_fits(Wish::RefundFull, None, value));
        assert!(!wish_fits(Wish::RefundPart, None, value) && !wish_fits(Wish::RefundFull, Some(rp(1)), value));
        for (amount, fits) in [(0, false), (-1, false), (1, true), (25_000, true), (25_001, false)] {
            assert_eq!(remedy_fits(Remedy::Refund(rp(amount)), value), fits, "{amount}");
            assert_eq!(wish_fits(Wish::RefundPart, Some(rp(amount)), value), fits, "{amount}");
        }
    }

    #[test]
    fn who_says_no_leaves_no_remedy() {
        let half = Some(Remedy::Refund(rp(12_500)));
        assert_eq!(remedy_after(Move::Settle, half, Some(Remedy::Replacement)), Some(Remedy::Replacement));
        assert_eq!(remedy_after(Move::Decline, half, None), half, "the village sees what was offered");
        assert_eq!(remedy_after(Move::Dismiss, half, None), None);
    }
}
