//! How payments and refunds move, and how a bill stands.

use super::model::{Bill, Move, RefundMove, RefundState, State, Status};
use crate::kit::money::{MoneyError, Rupiah};

/// The payment's state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Claimed, Move::Confirm) => Some(State::Confirmed),
        (State::Claimed, Move::Refuse) => Some(State::Refused),
        (State::Confirmed, Move::Reverse) => Some(State::Reversed),
        (State::Claimed | State::Confirmed | State::Refused | State::Reversed, Move::Confirm | Move::Refuse | Move::Reverse) => None,
    }
}

/// The refund's state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next_refund(state: RefundState, event: RefundMove) -> Option<RefundState> {
    match (state, event) {
        (RefundState::Due | RefundState::Disputed, RefundMove::Send) => Some(RefundState::Sent),
        (RefundState::Sent | RefundState::Disputed, RefundMove::Acknowledge) => Some(RefundState::Acknowledged),
        (RefundState::Sent, RefundMove::Dispute) => Some(RefundState::Disputed),
        (RefundState::Due, RefundMove::Withdraw) => Some(RefundState::Withdrawn),
        (
            RefundState::Due | RefundState::Sent | RefundState::Acknowledged | RefundState::Disputed | RefundState::Withdrawn,
            RefundMove::Send | RefundMove::Acknowledge | RefundMove::Dispute | RefundMove::Withdraw,
        ) => None,
    }
}

/// How `bill` stands.
///
/// # Errors
/// [`MoneyError`] when a sum leaves the range.
pub fn status(bill: &Bill) -> Result<Status, MoneyError> {
    Ok(if bill.void {
        Status::Void
    } else if bill.delivery.is_none() {
        Status::NotDue
    } else if bill.outstanding()? == Rupiah::ZERO {
        Status::Paid
    } else if bill.claimed.is_positive() {
        Status::Claimed
    } else if bill.kept()?.is_positive() {
        Status::PartPaid
    } else {
        Status::Awaiting
    })
}

/// Lets go of the digits that told a transfer from others where exactly they were left off: they were
/// asked for to find the money, not to earn it.
///
/// # Errors
/// [`MoneyError`] when a sum leaves the range.
pub fn without_missing_digits(bill: Bill) -> Result<Bill, MoneyError> {
    let missing = bill.outstanding()?;
    if missing.is_positive() && missing <= bill.digits && bill.kept()?.is_positive() {
        return Ok(Bill { digits: bill.digits.minus(missing)?, ..bill });
    }
    Ok(bill)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::model::Method;
    use super::*;

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    #[test]
    fn the_state_tables_are_as_committed() {
        let payments = crate::kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next);
        let refunds = crate::kit::text::state_table(RefundState::ALL, RefundMove::ALL, RefundState::word, RefundMove::word, next_refund);
        insta::assert_snapshot!(format!("{payments}\n{refunds}"));
    }

    #[test]
    fn digits_left_off_are_let_go_and_nothing_else_is() {
        let bill = Bill { digits: rp(321), ..Bill::new(Method::BankTransfer, rp(50_000), Some(rp(10_000))) };
        let paid = |received: i64| without_missing_digits(Bill { received: rp(received), ..bill }).expect("in range");
        assert_eq!(status(&paid(60_000)), Ok(Status::Paid));
        assert_eq!(status(&paid(60_321)), Ok(Status::Paid));
        assert_eq!(paid(60_100).charge(), Ok(rp(60_100)));
        assert_eq!(status(&paid(59_999)), Ok(Status::PartPaid));
        assert_eq!(status(&paid(0)), Ok(Status::Awaiting));
    }

    proptest! {
        #[test]
        fn a_bill_is_never_short_and_over_at_once(goods in 1i64..1_000_000, delivery in 0i64..50_000, digits in 0i64..1000, paid in 0i64..2_000_000, void: bool) {
            let bill = Bill { digits: rp(digits), received: rp(paid), void, ..Bill::new(Method::BankTransfer, rp(goods), Some(rp(delivery))) };
            let (missing, over) = (bill.outstanding().expect("in range"), bill.surplus().expect("in range"));
            prop_assert!(missing == Rupiah::ZERO || over == Rupiah::ZERO);
            prop_assert_eq!(bill.charge().expect("in range").plus(over), bill.kept().expect("in range").plus(missing));
        }
    }
}
