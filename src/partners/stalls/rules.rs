//! What a day at a stall comes to, and what it does to both books.

use crate::books::ledger::{Account, Entry, Movement};
use crate::kit::clock::Timestamp;
use crate::kit::money::{BasisPoints, MoneyError, Rupiah};
use crate::partners::agreements::terms::{JointStall, ShareBp};
use crate::partners::debts::{Between, Mirrored};

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

/// The share is an income of the provider and a cost of the receiver; her part of the stall takes off the provider's cost.
///
/// # Errors
/// [`MoneyError`] for a negative amount.
pub fn entries(between: Between, reference: &str, settled: Settled, at: Timestamp) -> Result<Mirrored, MoneyError> {
    let entry = || Entry::new(Movement::StallShared, reference.to_owned(), at);
    let (claim, debt) = between.places();
    let Settled { share, cost_part } = settled;
    let provider = entry().transfer(Account::IncomeOther, claim, share)?.transfer(Account::CostOther, claim, cost_part)?;
    let receiver = entry().transfer(debt, Account::CostOther, share)?.transfer(debt, Account::CostOther, cost_part)?;
    Ok((provider, receiver))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::books::ledger::rules::mirrors;
    use crate::people::enterprises::EnterpriseId;

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

    proptest! {
        /// The cost is parted without a rest, and both books say the same of what is owed.
        #[test]
        fn both_books_say_the_same(cost in 0i64..1_000_000, bears in 0u32..=10_000, share in 0u32..=10_000, takings in 0i64..100_000_000) {
            let settled = settle(&terms(cost, bears, share), rp(takings)).expect("in range");
            prop_assert!(settled.cost_part <= rp(cost) && settled.share <= rp(takings));
            let between = Between { seller: EnterpriseId::new(), buyer: EnterpriseId::new() };
            let at = Timestamp::from_chrono("2026-11-24T00:00:00Z".parse().expect("an instant"));
            let (provider, receiver) = entries(between, "test", settled, at).expect("not negative");
            prop_assert_eq!(mirrors(between.seller, &provider, between.buyer, &receiver), Ok(true));
            let owed: Vec<Rupiah> = provider.postings().iter().filter(|(_, amount)| amount.is_positive()).map(|(_, amount)| *amount).collect();
            prop_assert_eq!(Rupiah::sum(owed), settled.share.plus(settled.cost_part));
        }
    }
}
