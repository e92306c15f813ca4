//! How an order moves, what a cart comes to, and what each step does to the books.

use std::collections::BTreeMap;

use super::model::{CartLine, OrderId, State};
use crate::books::ledger::{Account, Entry, Movement};
use crate::kit::clock::Timestamp;
use crate::kit::money::{MoneyError, Rupiah};
use crate::market::packs::PackId;
use crate::market::payments::{self, Method, Refund};
use crate::word_enum;

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
        /// All is done.
        Complete = "complete",
        /// One side calls it off.
        Cancel = "cancel",
        /// The seller did not answer in time.
        Expire = "expire",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Placed, Move::Accept) => Some(State::Accepted),
        (State::Placed, Move::Reject) => Some(State::Rejected),
        (State::Placed, Move::Expire) => Some(State::Expired),
        (State::Accepted, Move::Prepare) => Some(State::Preparing),
        (State::Preparing, Move::MarkReady) => Some(State::Ready),
        (State::Ready, Move::HandOver) => Some(State::HandedOver),
        (State::HandedOver, Move::Complete) => Some(State::Completed),
        (State::Placed | State::Accepted | State::Preparing | State::Ready, Move::Cancel) => Some(State::Cancelled),
        (
            State::Placed
            | State::Accepted
            | State::Preparing
            | State::Ready
            | State::HandedOver
            | State::Completed
            | State::Rejected
            | State::Cancelled
            | State::Expired,
            Move::Accept | Move::Reject | Move::Prepare | Move::MarkReady | Move::HandOver | Move::Complete | Move::Cancel | Move::Expire,
        ) => None,
    }
}

/// Whether a buyer may still call off an order in `state`: until preparation begins.
#[must_use]
pub const fn buyer_may_cancel(state: State) -> bool {
    match state {
        State::Placed | State::Accepted => true,
        State::Preparing | State::Ready | State::HandedOver | State::Completed | State::Rejected | State::Cancelled | State::Expired => {
            false
        }
    }
}

/// Whether a seller may call off an order in `state`: from acceptance until hand-over; before, she rejects.
#[must_use]
pub const fn seller_may_cancel(state: State) -> bool {
    match state {
        State::Accepted | State::Preparing | State::Ready => true,
        State::Placed | State::HandedOver | State::Completed | State::Rejected | State::Cancelled | State::Expired => false,
    }
}

/// Whether the order has ended without the goods changing hands.
#[must_use]
pub const fn is_called_off(state: State) -> bool {
    match state {
        State::Rejected | State::Cancelled | State::Expired => true,
        State::Placed | State::Accepted | State::Preparing | State::Ready | State::HandedOver | State::Completed => false,
    }
}

/// Whether the seller may see who the buyer is: once she has accepted, and as long as she owes her money.
#[must_use]
pub const fn seller_sees_buyer(state: State, refund: Refund) -> bool {
    match state {
        State::Accepted | State::Preparing | State::Ready | State::HandedOver | State::Completed => true,
        State::Placed | State::Rejected | State::Cancelled | State::Expired => !matches!(refund, Refund::None),
    }
}

/// The demand of a cart per pack: two lines on one pack are one demand.
#[must_use]
pub fn demand(lines: &[CartLine]) -> BTreeMap<PackId, i64> {
    let mut demand = BTreeMap::new();
    for line in lines {
        *demand.entry(line.pack_id).or_insert(0) += line.quantity.units();
    }
    demand
}

/// Where money of this kind is kept.
const fn till(method: Method) -> Account {
    match method {
        Method::CashOnDelivery => Account::CashSeller,
        Method::BankTransfer => Account::Bank,
    }
}

/// The goods change hands: income, owed by the buyer unless she has paid.
///
/// # Errors
/// [`MoneyError`] for a negative total.
pub fn sale(order: OrderId, total: Rupiah, payment: payments::State, at: Timestamp) -> Result<Entry, MoneyError> {
    let against = if payment == payments::State::Confirmed { Account::AdvancesBuyers } else { Account::ReceivableBuyers };
    Entry::new(Movement::Sale, format!("{order}:sale"), at).transfer(Account::SalesOnline, against, total)
}

/// The money has come, for goods handed over or still to be.
///
/// # Errors
/// [`MoneyError`] for a negative amount.
pub fn payment_received(order: OrderId, amount: Rupiah, method: Method, state: State, at: Timestamp) -> Result<Entry, MoneyError> {
    let handed_over = matches!(state, State::HandedOver | State::Completed);
    let against = if handed_over { Account::ReceivableBuyers } else { Account::AdvancesBuyers };
    Entry::new(Movement::PaymentReceived, format!("{order}:payment"), at).transfer(against, till(method), amount)
}

/// Money for an order that was called off is owed back.
///
/// # Errors
/// [`MoneyError`] for a negative amount.
pub fn refund_due(order: OrderId, amount: Rupiah, at: Timestamp) -> Result<Entry, MoneyError> {
    Entry::new(Movement::RefundDue, format!("{order}:refund_due"), at).transfer(Account::RefundsBuyers, Account::AdvancesBuyers, amount)
}

/// The money has gone back.
///
/// # Errors
/// [`MoneyError`] for a negative amount.
pub fn refund_sent(order: OrderId, amount: Rupiah, method: Method, at: Timestamp) -> Result<Entry, MoneyError> {
    Entry::new(Movement::RefundSent, format!("{order}:refund_sent"), at).transfer(till(method), Account::RefundsBuyers, amount)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::books::ledger::Place;

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(crate::kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
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
    fn two_lines_on_one_pack_are_one_demand() {
        let (opak, dodol) = (PackId::new(), PackId::new());
        let line = |pack_id, quantity: i64| CartLine { pack_id, quantity: serde_json::from_value(quantity.into()).expect("a quantity") };
        let demand = demand(&[line(opak, 2), line(dodol, 1), line(opak, 3)]);
        assert_eq!(demand.into_iter().collect::<Vec<_>>(), [(opak, 5), (dodol, 1)]);
    }

    proptest! {
        /// Whatever the order of payment and hand-over, a completed order leaves nothing owed and a
        /// called-off one leaves nothing at all.
        #[test]
        fn the_books_close(total in 1i64..1_000_000_000, paid_first: bool, cash: bool, called_off: bool) {
            let (order, at) = (OrderId::new(), Timestamp::from_chrono("2026-11-24T00:00:00Z".parse().expect("an instant")));
            let total = Rupiah::new(total).expect("in range");
            let method = if cash { Method::CashOnDelivery } else { Method::BankTransfer };
            let entries = if called_off {
                vec![payment_received(order, total, method, State::Accepted, at), refund_due(order, total, at), refund_sent(order, total, method, at)]
            } else if paid_first {
                vec![payment_received(order, total, method, State::Accepted, at), sale(order, total, payments::State::Confirmed, at)]
            } else {
                vec![sale(order, total, payments::State::Awaiting, at), payment_received(order, total, method, State::HandedOver, at)]
            };
            let mut balances: BTreeMap<Place, Rupiah> = BTreeMap::new();
            for entry in entries {
                for (place, amount) in entry.expect("not negative").postings() {
                    let balance = balances.entry(*place).or_default();
                    *balance = balance.plus(*amount).expect("in range");
                }
            }
            balances.retain(|_, balance| *balance != Rupiah::ZERO);
            let expected = if called_off { BTreeMap::new() } else { BTreeMap::from([(till(method).into(), total), (Account::SalesOnline.into(), total.negated())]) };
            prop_assert_eq!(balances, expected);
        }
    }
}
