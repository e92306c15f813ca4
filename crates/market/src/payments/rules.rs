//! How payments and refunds move, and how a bill stands.

use std::collections::BTreeSet;

use super::model::{Bill, Move, Payment, Refund, RefundCause, RefundMove, RefundState, State, Status};
use kit::money::{MoneyError, Rupiah};

/// Transfers are told apart by 1 to 999 rupiah.
pub const MOST_DIGITS: i64 = 999;

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
        (RefundState::Due, RefundMove::Withdraw) | (RefundState::Disputed, RefundMove::FindUnsent) => Some(RefundState::Withdrawn),
        (
            RefundState::Due | RefundState::Sent | RefundState::Acknowledged | RefundState::Disputed | RefundState::Withdrawn,
            RefundMove::Send | RefundMove::Acknowledge | RefundMove::Dispute | RefundMove::Withdraw | RefundMove::FindUnsent,
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

/// The sums that are looked for in a seller's bank: what is still to be paid, and what is said to have been.
///
/// # Errors
/// [`MoneyError`] when a sum leaves the range.
pub fn awaited_sums(bills: &[Bill]) -> Result<BTreeSet<Rupiah>, MoneyError> {
    let mut sums = BTreeSet::new();
    for bill in bills {
        sums.extend([bill.outstanding()?, bill.claimed]);
    }
    Ok(sums)
}

/// The bill with digits that make what is still to be paid a sum that is not `taken`: those it has, where they do, else the
/// first that do from `start` on; none where all are taken.
///
/// # Errors
/// [`MoneyError`] when a sum leaves the range.
pub fn told_apart(bill: Bill, taken: &BTreeSet<Rupiah>, start: i64) -> Result<Bill, MoneyError> {
    let bare = bill.charge()?.minus(bill.digits)?.minus(bill.kept()?)?;
    if !bare.is_positive() {
        return Ok(bill);
    }
    let has = bill.digits.amount();
    let others = (0..MOST_DIGITS).map(|step| (start + step) % MOST_DIGITS + 1);
    for digits in (has > 0).then_some(has).into_iter().chain(others) {
        let digits = Rupiah::new(digits)?;
        if !taken.contains(&bare.plus(digits)?) {
            return Ok(Bill { digits, ..bill });
        }
    }
    Ok(Bill { digits: Rupiah::ZERO, ..bill })
}

/// Which of two causes a refund is told by that has both: more than that too much was paid is told first.
#[must_use]
pub const fn graver(one: RefundCause, other: RefundCause) -> RefundCause {
    match (one, other) {
        (RefundCause::CalledOff, _) | (_, RefundCause::CalledOff) => RefundCause::CalledOff,
        (RefundCause::Claim, _) | (_, RefundCause::Claim) => RefundCause::Claim,
        (RefundCause::Changed, _) | (_, RefundCause::Changed) => RefundCause::Changed,
        (RefundCause::Overpaid, RefundCause::Overpaid) => RefundCause::Overpaid,
    }
}

/// How much of `amount` goes back by bank and not in cash, when it goes back the way it came: the last money first, and out of
/// no till more than came into it and is there. `None` where that is not enough because someone else holds the cash.
///
/// # Errors
/// [`MoneyError`] when a sum leaves the range.
pub fn by_bank(amount: Rupiah, payments: &[Payment], refunds: &[Refund]) -> Result<Option<Rupiah>, MoneyError> {
    let (mut bank, mut cash) = (Rupiah::ZERO, Rupiah::ZERO);
    let hers: Vec<&Payment> = payments.iter().filter(|payment| payment.state == State::Confirmed && payment.is_with_seller()).collect();
    for payment in &hers {
        let till = if payment.method.is_prepaid() { &mut bank } else { &mut cash };
        *till = till.plus(payment.amount)?;
    }
    for refund in refunds.iter().filter(|refund| has_left(refund.state)) {
        bank = bank.minus(refund.by_bank)?;
        cash = cash.minus(refund.amount.minus(refund.by_bank)?)?;
    }
    let (mut left, mut part) = (amount, Rupiah::ZERO);
    for payment in hers.iter().rev() {
        let till = if payment.method.is_prepaid() { &mut bank } else { &mut cash };
        let taken = left.min(payment.amount).min((*till).max(Rupiah::ZERO));
        (*till, left) = (till.minus(taken)?, left.minus(taken)?);
        if payment.method.is_prepaid() {
            part = part.plus(taken)?;
        }
    }
    Ok((left == Rupiah::ZERO).then_some(part))
}

/// Whether the money of a refund in `state` has left the seller.
const fn has_left(state: RefundState) -> bool {
    match state {
        RefundState::Sent | RefundState::Acknowledged | RefundState::Disputed => true,
        RefundState::Due | RefundState::Withdrawn => false,
    }
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

    use super::super::model::{Method, PaymentId, RefundId};
    use super::*;
    use crate::orders::OrderId;
    use books::ledger::Holder;
    use kit::clock::Timestamp;

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    #[test]
    fn the_state_tables_are_as_committed() {
        let payments = kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next);
        let refunds = kit::text::state_table(RefundState::ALL, RefundMove::ALL, RefundState::word, RefundMove::word, next_refund);
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

    #[test]
    fn the_graver_cause_is_told() {
        for one in RefundCause::ALL {
            for other in RefundCause::ALL {
                assert_eq!(graver(*one, *other), graver(*other, *one));
                assert!([*one, *other].contains(&graver(*one, *other)));
            }
            assert_eq!(graver(*one, RefundCause::Overpaid), *one, "that more came hides nothing");
        }
    }

    fn paid(method: Method, amount: i64, holder: Holder) -> Payment {
        let at = Timestamp::from_chrono("2026-11-24T02:00:00Z".parse().expect("an instant"));
        Payment {
            id: PaymentId::new(),
            order_id: OrderId::new(),
            method,
            amount: rp(amount),
            state: State::Confirmed,
            holder,
            proof: None,
            reason: None,
            created_at: at,
            updated_at: at,
        }
    }

    fn sent(amount: i64, by_bank: i64) -> Refund {
        let at = Timestamp::from_chrono("2026-11-24T02:00:00Z".parse().expect("an instant"));
        Refund {
            id: RefundId::new(),
            order_id: OrderId::new(),
            amount: rp(amount),
            cause: RefundCause::Overpaid,
            state: RefundState::Sent,
            proof: None,
            reason: None,
            created_at: at,
            updated_at: at,
            by_bank: rp(by_bank),
        }
    }

    #[test]
    fn the_last_money_goes_back_first_and_none_that_someone_else_holds() {
        let (cash, bank) = (paid(Method::CashAtPickup, 10_000, Holder::Seller), paid(Method::BankTransfer, 15_000, Holder::Seller));
        let courier = paid(Method::CashOnDelivery, 5_000, Holder::Courier);
        let part = |amount, payments: &[Payment], refunds: &[Refund]| by_bank(rp(amount), payments, refunds).expect("in range");
        let both = [cash, bank];
        assert_eq!(part(25_000, &both, &[]), Some(rp(15_000)));
        assert_eq!(part(4_000, &both, &[]), Some(rp(4_000)), "more came by bank, and goes back by bank");
        assert_eq!(part(20_000, &both, &[sent(5_000, 0)]), Some(rp(15_000)));
        assert_eq!(part(10_000, &both, &[sent(15_000, 0)]), Some(rp(10_000)), "the cash is gone already");
        assert_eq!(part(5_000, std::slice::from_ref(&courier), &[]), None);
        assert_eq!(part(1, &[], &[]), None);
    }

    proptest! {
        /// However the money came and went, what goes back the way it came leaves no till below nothing.
        #[test]
        fn what_goes_back_the_way_it_came_was_there(
            payments in proptest::collection::vec((any::<bool>(), 1i64..50_000), 1..6),
            shares in proptest::collection::vec(0i64..=100, 1..6),
        ) {
            let method = |bank: bool| if bank { Method::BankTransfer } else { Method::CashAtPickup };
            let payments: Vec<Payment> = payments.into_iter().map(|(bank, amount)| paid(method(bank), amount, Holder::Seller)).collect();
            let came = |bank: bool| payments.iter().filter(|one| one.method.is_prepaid() == bank).map(|one| one.amount.amount()).sum::<i64>();
            let (mut refunds, mut left): (Vec<Refund>, i64) = (Vec::new(), came(true) + came(false));
            for share in shares {
                let amount = left * share / 100;
                let part = by_bank(rp(amount), &payments, &refunds).expect("in range").expect("she has it").amount();
                refunds.push(sent(amount, part));
                left -= amount;
                let by_bank: i64 = refunds.iter().map(|one| one.by_bank.amount()).sum();
                let all: i64 = refunds.iter().map(|one| one.amount.amount()).sum();
                prop_assert!(by_bank <= came(true) && all - by_bank <= came(false));
            }
        }

        /// No two open transfers of a seller are the same sum, also after one of them has changed.
        #[test]
        fn open_transfers_are_told_apart(goods in proptest::collection::vec(1i64..2_000, 1..60), starts in proptest::collection::vec(0i64..MOST_DIGITS, 60)) {
            let mut bills: Vec<Bill> = Vec::new();
            for (goods, start) in goods.iter().zip(&starts) {
                let bill = Bill::new(Method::BankTransfer, rp(goods * 50), Some(Rupiah::ZERO));
                let told = told_apart(bill, &awaited_sums(&bills).expect("in range"), *start).expect("in range");
                prop_assert!((1..=999).contains(&told.digits.amount()));
                bills.push(told);
            }
            let first = bills.remove(0);
            let less = Bill { goods: rp((first.goods.amount() / 2).max(1)), ..first };
            let told = told_apart(less, &awaited_sums(&bills).expect("in range"), 0).expect("in range");
            bills.push(told);
            let sums: BTreeSet<i64> = bills.iter().map(|bill| bill.outstanding().expect("in range").amount()).collect();
            prop_assert_eq!(sums.len(), bills.len());
        }

        #[test]
        fn a_bill_is_never_short_and_over_at_once(goods in 1i64..1_000_000, delivery in 0i64..50_000, digits in 0i64..1000, paid in 0i64..2_000_000, void: bool) {
            let bill = Bill { digits: rp(digits), received: rp(paid), void, ..Bill::new(Method::BankTransfer, rp(goods), Some(rp(delivery))) };
            let (missing, over) = (bill.outstanding().expect("in range"), bill.surplus().expect("in range"));
            prop_assert!(missing == Rupiah::ZERO || over == Rupiah::ZERO);
            prop_assert_eq!(bill.charge().expect("in range").plus(over), bill.kept().expect("in range").plus(missing));
        }
    }
}
