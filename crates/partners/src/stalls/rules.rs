//! How a day at a stall moves, what it comes to, and what it does to both books.

use chrono::{Days, NaiveDate};

use super::model::State;
use crate::agreements::terms::{JointStall, ShareBp};
use crate::debts::{Between, Mirrored};
use books::ledger::{Account, Entry, Evidence, Movement};
use kit::clock::Timestamp;
use kit::money::{BasisPoints, MoneyError, Rupiah};
use kit::word_enum;

word_enum! {
    /// What can happen to a day.
    Move {
        /// The receiver says that it was so, and owes for it.
        Confirm = "confirm",
        /// The receiver says that it was so, and owes nothing.
        Settle = "settle",
        /// The receiver says that it was not so.
        Refuse = "refuse",
        /// The receiver says that she paid.
        Claim = "claim",
        /// The provider does not have the money.
        RefusePayment = "refuse_payment",
        /// The provider has the money.
        Pay = "pay",
        /// The provider takes the day back.
        Withdraw = "withdraw",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Proposed, Move::Confirm) | (State::Claimed, Move::RefusePayment) => Some(State::Owed),
        (State::Proposed, Move::Settle) => Some(State::Settled),
        (State::Proposed, Move::Refuse) => Some(State::Refused),
        (State::Owed, Move::Claim) => Some(State::Claimed),
        (State::Owed | State::Claimed, Move::Pay) => Some(State::Paid),
        (State::Proposed | State::Owed | State::Settled, Move::Withdraw) => Some(State::Withdrawn),
        (
            State::Proposed | State::Owed | State::Claimed | State::Paid | State::Settled | State::Refused | State::Withdrawn,
            Move::Confirm | Move::Settle | Move::Refuse | Move::Claim | Move::RefusePayment | Move::Pay | Move::Withdraw,
        ) => None,
    }
}

/// The last instant of a day in the village. By the terms in force then it is settled, whenever it is told.
#[must_use]
pub fn end_of(day: NaiveDate) -> Timestamp {
    Timestamp::in_village(day + Days::new(1), 0).after(-chrono::Duration::microseconds(1))
}

/// By when a day is to be paid that is told on `today`: by the next day of the stall.
#[must_use]
pub fn due(terms: &JointStall, day: NaiveDate, today: NaiveDate) -> NaiveDate {
    terms.days.next_from(day.max(today) + Days::new(1))
}

/// What is owed to the provider for a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Of what the receiver took.
    pub share: Rupiah,
    /// Of what the stall costs: all that the provider does not bear.
    pub cost_part: Rupiah,
}

/// Settles a day by the terms.
///
/// # Errors
/// [`MoneyError`] for negative takings.
pub fn settle(terms: &JointStall, takings: Rupiah) -> Result<Settled, MoneyError> {
    let part = |of: Rupiah, bp: ShareBp| of.share(BasisPoints::new(u16::try_from(bp.get()).map_err(|_| MoneyError::OutOfRange)?)?);
    let cost = terms.stall_cost.amount();
    Ok(Settled { share: part(takings, terms.provider_share)?, cost_part: cost.minus(part(cost, terms.provider_bears)?)? })
}

/// What is owed is an income of the provider beside her sales, and a cost of the receiver.
///
/// # Errors
/// [`MoneyError`] for a negative amount.
pub fn entries(between: Between, reference: &str, owed: Rupiah, at: Timestamp) -> Result<Mirrored, MoneyError> {
    let entry = || Entry::new(Movement::StallShared, reference.to_owned(), at).known(Evidence::Recorded);
    let (claim, debt) = between.places();
    Ok((entry().transfer(Account::IncomeOther, claim, owed)?, entry().transfer(debt, Account::CostOther, owed)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use books::ledger::rules::mirrors;
    use people::enterprises::EnterpriseId;

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    fn terms(cost: i64, bears: u32, share: u32) -> JointStall {
        let text =
            format!(r#"{{"place":"Alun-alun","days":["sunday"],"stall_cost":{cost},"provider_bears":{bears},"provider_share":{share}}}"#);
        serde_json::from_str(&text).expect("terms")
    }

    #[test]
    fn a_day_is_settled_to_the_rupiah() {
        assert_eq!(settle(&terms(20_000, 5_000, 1_000), rp(155_555)), Ok(Settled { share: rp(15_555), cost_part: rp(10_000) }));
        assert_eq!(settle(&terms(0, 0, 0), rp(155_555)), Ok(Settled { share: rp(0), cost_part: rp(0) }));
        assert!(settle(&terms(0, 0, 1), rp(-1)).is_err());
    }

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }

    #[test]
    fn it_is_paid_by_the_next_day_of_the_stall_after_it_was_told() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let sundays = terms(0, 0, 0);
        assert_eq!(due(&sundays, day("2026-11-22"), day("2026-11-22")), day("2026-11-29"));
        assert_eq!(due(&sundays, day("2026-11-22"), day("2026-11-28")), day("2026-11-29"));
        assert_eq!(due(&sundays, day("2026-11-22"), day("2026-11-29")), day("2026-12-06"), "told a week late");
        assert_eq!(end_of(day("2026-11-22")).business_date(), day("2026-11-22"));
        assert!(end_of(day("2026-11-22")).after(chrono::Duration::microseconds(1)).business_date() == day("2026-11-23"));
    }

    proptest! {
        /// The cost is parted without a rest, and both books say the same of what is owed.
        #[test]
        fn both_books_say_the_same(cost in 0i64..1_000_000, bears in 0u32..=10_000, share in 0u32..=10_000, takings in 0i64..100_000_000) {
            let settled = settle(&terms(cost, bears, share), rp(takings)).expect("in range");
            prop_assert!(settled.cost_part <= rp(cost) && settled.share <= rp(takings));
            let owed = settled.share.plus(settled.cost_part).expect("in range");
            let between = Between { seller: EnterpriseId::new(), buyer: EnterpriseId::new() };
            let at = Timestamp::from_chrono("2026-11-24T00:00:00Z".parse().expect("an instant"));
            let (provider, receiver) = entries(between, "test", owed, at).expect("not negative");
            prop_assert_eq!(mirrors(between.seller, &provider, between.buyer, &receiver), Ok(true));
            let claimed: Vec<Rupiah> = provider.postings().iter().filter(|(_, amount)| amount.is_positive()).map(|(_, amount)| *amount).collect();
            prop_assert_eq!(Rupiah::sum(claimed), Ok(owed));
        }
    }
}
