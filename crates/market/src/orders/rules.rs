//! How an order moves, who may end it when, and what a cart asks for.

use std::collections::BTreeMap;

use chrono::Duration;

use super::model::{CartLine, Fulfilment, Order, Quote, State};
use crate::packs::PackId;
use crate::payments::Method;
use crate::preorders::WindowId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::word_enum;

word_enum! {
    /// What can happen to an order.
    Move {
        /// The seller will make it.
        Accept = "accept",
        /// The seller declines.
        Reject = "reject",
        /// The seller begins.
        Prepare = "prepare",
        /// It can be handed over.
        MarkReady = "mark_ready",
        /// It changes hands.
        HandOver = "hand_over",
        /// The buyer says that something is wrong with the goods.
        OpenClaim = "open_claim",
        /// What was wrong is settled.
        CloseClaim = "close_claim",
        /// All is done.
        Complete = "complete",
        /// One side, or the village, calls it off.
        Cancel = "cancel",
        /// It was not answered, or not paid, in time.
        Expire = "expire",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Placed, Move::Accept) => Some(State::Accepted),
        (State::Placed, Move::Reject) => Some(State::Rejected),
        (State::Placed | State::Accepted, Move::Expire) => Some(State::Expired),
        (State::Accepted, Move::Prepare) => Some(State::Preparing),
        (State::Preparing, Move::MarkReady) => Some(State::Ready),
        (State::Ready, Move::HandOver) => Some(State::HandedOver),
        (State::HandedOver | State::Completed, Move::OpenClaim) => Some(State::ClaimOpen),
        (State::ClaimOpen, Move::CloseClaim) => Some(State::HandedOver),
        (State::HandedOver, Move::Complete) => Some(State::Completed),
        (State::Placed | State::Accepted | State::Preparing | State::Ready, Move::Cancel) => Some(State::Cancelled),
        (
            State::Placed
            | State::Accepted
            | State::Preparing
            | State::Ready
            | State::HandedOver
            | State::ClaimOpen
            | State::Completed
            | State::Rejected
            | State::Cancelled
            | State::Expired,
            Move::Accept
            | Move::Reject
            | Move::Prepare
            | Move::MarkReady
            | Move::HandOver
            | Move::OpenClaim
            | Move::CloseClaim
            | Move::Complete
            | Move::Cancel
            | Move::Expire,
        ) => None,
    }
}

/// Whether a buyer may still call off an order in `state`: until preparation begins.
#[must_use]
pub const fn buyer_may_cancel(state: State) -> bool {
    match state {
        State::Placed | State::Accepted => true,
        State::Preparing
        | State::Ready
        | State::HandedOver
        | State::ClaimOpen
        | State::Completed
        | State::Rejected
        | State::Cancelled
        | State::Expired => false,
    }
}

/// Whether a seller may call off an order in `state`: from acceptance until hand-over; before, she rejects.
#[must_use]
pub const fn seller_may_cancel(state: State) -> bool {
    match state {
        State::Accepted | State::Preparing | State::Ready => true,
        State::Placed | State::HandedOver | State::ClaimOpen | State::Completed | State::Rejected | State::Cancelled | State::Expired => {
            false
        }
    }
}

/// Whether the order has ended without the goods changing hands.
#[must_use]
pub const fn is_called_off(state: State) -> bool {
    match state {
        State::Rejected | State::Cancelled | State::Expired => true,
        State::Placed | State::Accepted | State::Preparing | State::Ready | State::HandedOver | State::ClaimOpen | State::Completed => {
            false
        }
    }
}

/// Whether the lines of the order can still change: until the goods have changed hands.
#[must_use]
pub const fn may_change(state: State) -> bool {
    match state {
        State::Placed | State::Accepted | State::Preparing | State::Ready => true,
        State::HandedOver | State::ClaimOpen | State::Completed | State::Rejected | State::Cancelled | State::Expired => false,
    }
}

/// Whether a buyer may say that she has paid: once the seller has taken the order on, and also where a payment of a completed order
/// turned out not to be there.
#[must_use]
pub const fn may_claim_payment(state: State) -> bool {
    match state {
        State::Accepted | State::Preparing | State::Ready | State::HandedOver | State::ClaimOpen | State::Completed => true,
        State::Placed | State::Rejected | State::Cancelled | State::Expired => false,
    }
}

/// The states in which the seller sees who the buyer is: once she has accepted.
pub const SHOW_BUYER: &[State] = &[State::Accepted, State::Preparing, State::Ready, State::HandedOver, State::ClaimOpen, State::Completed];

/// Whether the seller may see who the buyer is: once she has accepted, and as long as she owes her money.
#[must_use]
pub fn seller_sees_buyer(state: State, owed_back: Rupiah, returned: Rupiah) -> bool {
    SHOW_BUYER.contains(&state) || owed_back.is_positive() || returned.is_positive()
}

/// Whether what delivery costs is settled, so that the order can be taken on.
#[must_use]
pub const fn is_quote_settled(quote: Quote) -> bool {
    match quote {
        Quote::NotNeeded | Quote::Agreed => true,
        Quote::Asked | Quote::Quoted => false,
    }
}

/// Whether goods can be paid for this way when they reach the buyer that way.
#[must_use]
pub const fn fits(method: Method, fulfilment: Fulfilment) -> bool {
    match (method, fulfilment) {
        (Method::CashAtPickup, Fulfilment::SellerDelivery) => false,
        (Method::CashAtPickup, Fulfilment::Pickup)
        | (Method::CashOnDelivery | Method::BankTransfer | Method::Qris, Fulfilment::Pickup | Fulfilment::SellerDelivery) => true,
    }
}

/// Which time has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// The seller has not answered.
    Answer,
    /// The buyer has not paid.
    Payment,
    /// The seller has not handed over.
    HandOver,
    /// The buyer has said nothing against it.
    Completion,
}

impl Overdue {
    /// What follows from it.
    #[must_use]
    pub const fn event(self) -> Move {
        match self {
            Self::Answer | Self::Payment => Move::Expire,
            Self::HandOver => Move::Cancel,
            Self::Completion => Move::Complete,
        }
    }
}

/// Whether a time has run out for `order` at `now`, and which. An order with an open claim of payment does
/// not expire: the buyer's money may be on its way.
#[must_use]
pub fn overdue(order: &Order, now: Timestamp) -> Option<Overdue> {
    let over = |limit: Option<Timestamp>| limit.is_some_and(|limit| limit <= now);
    let unpaid = order.bill.outstanding().is_ok_and(Rupiah::is_positive) && !order.bill.claimed.is_positive();
    match order.state {
        State::Placed if over(order.answer_by) => Some(Overdue::Answer),
        State::Accepted if over(order.pay_by) && unpaid => Some(Overdue::Payment),
        State::Accepted | State::Preparing | State::Ready if over(order.hand_over_by) => Some(Overdue::HandOver),
        State::HandedOver if over(order.complete_at) && is_paid(order) => Some(Overdue::Completion),
        State::Placed
        | State::Accepted
        | State::Preparing
        | State::Ready
        | State::HandedOver
        | State::ClaimOpen
        | State::Completed
        | State::Rejected
        | State::Cancelled
        | State::Expired => None,
    }
}

/// How long a buyer has at least to pay what turned out not to be paid.
const HOURS_TO_PAY_AGAIN: i64 = 12;

/// Until when an order that is to be paid beforehand can be paid now, where its time is nearly over or past and nothing is
/// said to be paid any more; `None` where the time it has is enough, or does not matter.
#[must_use]
pub fn pay_again_by(order: &Order, now: Timestamp) -> Option<Timestamp> {
    let later = now.after(Duration::hours(HOURS_TO_PAY_AGAIN));
    let missing = order.bill.outstanding().is_ok_and(Rupiah::is_positive) && !order.bill.claimed.is_positive();
    let waits = order.state == State::Accepted && missing && order.pay_by.is_some_and(|pay_by| pay_by < later);
    waits.then_some(later)
}

/// Whether all of the order's money is there.
#[must_use]
pub fn is_paid(order: &Order) -> bool {
    order.bill.delivery.is_some() && order.bill.outstanding() == Ok(Rupiah::ZERO)
}

/// The digits of a part of a telephone number as people write it, without the zero or the country code that a
/// number may begin with; `None` for fewer than three, or where it is no number.
#[must_use]
pub fn dialled(text: &str) -> Option<String> {
    if text.chars().any(|c| !(c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '.'))) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix("62").or_else(|| digits.strip_prefix('0')).unwrap_or(&digits);
    (national.len() >= 3).then(|| national.to_owned())
}

/// The demand of a cart per stock item: two lines on one pack are one demand. Pre-orders ask the window, not the stock.
#[must_use]
pub fn demand(lines: &[CartLine]) -> BTreeMap<(PackId, Option<WindowId>), i64> {
    let mut demand = BTreeMap::new();
    for line in lines {
        *demand.entry((line.pack_id, line.preorder_id)).or_insert(0) += line.quantity.units();
    }
    demand
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }

    #[test]
    fn whoever_may_cancel_finds_a_state_that_can_be_cancelled() {
        for state in State::ALL {
            if buyer_may_cancel(*state) || seller_may_cancel(*state) {
                assert_eq!(next(*state, Move::Cancel), Some(State::Cancelled));
            }
        }
    }

    #[test]
    fn a_number_is_found_as_people_write_it() {
        assert_eq!(dialled("0812-3456").as_deref(), Some("8123456"));
        assert_eq!(dialled("+62 812 3456").as_deref(), Some("8123456"));
        assert_eq!(dialled("3456").as_deref(), Some("3456"));
        assert_eq!((dialled("12"), dialled("Siti 3"), dialled("7K3M-Q2XA")), (None, None, None));
    }

    #[test]
    fn two_lines_on_one_pack_are_one_demand() {
        let (opak, dodol) = (PackId::new(), PackId::new());
        let line = |pack_id, quantity: i64| CartLine {
            pack_id,
            quantity: serde_json::from_value(quantity.into()).expect("a quantity"),
            preorder_id: None,
        };
        let demand = demand(&[line(opak, 2), line(dodol, 1), line(opak, 3)]);
        assert_eq!(demand.into_iter().collect::<Vec<_>>(), [((opak, None), 5), ((dodol, None), 1)]);
    }
}
