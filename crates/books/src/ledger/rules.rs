//! Entries that cannot be out of balance, and pairs of them that cannot tell two stories.

use std::collections::BTreeMap;

use super::model::{Account, EntryId, Evidence, Movement, Place};
use kit::clock::Timestamp;
use kit::money::{MoneyError, Rupiah};
use people::enterprises::EnterpriseId;

/// An entry on its way into the books.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Names the business event; entered once in these books.
    pub reference: String,
    /// Why.
    pub movement: Movement,
    /// When it counts.
    pub happened_at: Timestamp,
    /// How it is known.
    pub evidence: Evidence,
    /// The entry this one takes back.
    pub reverses: Option<EntryId>,
    postings: Vec<(Place, Rupiah)>,
}

impl Entry {
    /// An entry without movements yet, made by an act in this system.
    #[must_use]
    pub fn new(movement: Movement, reference: String, happened_at: Timestamp) -> Self {
        Self { reference, movement, happened_at, evidence: Evidence::System, reverses: None, postings: Vec::with_capacity(2) }
    }

    /// Says how it is known.
    #[must_use]
    pub fn known(self, evidence: Evidence) -> Self {
        Self { evidence, ..self }
    }

    /// Moves `amount` from one account to another: a debit of `to` and a credit of `from`. Moving
    /// nothing adds nothing.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] for a negative amount.
    pub fn transfer(mut self, from: impl Into<Place>, to: impl Into<Place>, amount: Rupiah) -> Result<Self, MoneyError> {
        if amount < Rupiah::ZERO {
            return Err(MoneyError::OutOfRange);
        }
        if amount.is_positive() {
            self.postings.push((to.into(), amount));
            self.postings.push((from.into(), amount.negated()));
        }
        Ok(self)
    }

    /// The opposite of postings already entered.
    #[must_use]
    pub fn opposite(id: EntryId, entered: &[(Place, Rupiah)], evidence: Evidence, happened_at: Timestamp) -> Self {
        let postings = entered.iter().map(|(place, amount)| (*place, amount.negated())).collect();
        Self { reference: format!("reversal:{id}"), movement: Movement::Reversal, happened_at, evidence, reverses: Some(id), postings }
    }

    /// The same the other way round: what was debited is credited.
    #[must_use]
    pub fn turned(self) -> Self {
        let postings = self.postings.into_iter().map(|(place, amount)| (place, amount.negated())).collect();
        Self { postings, ..self }
    }

    /// Debits positive, credits negative; they sum to zero.
    #[must_use]
    pub fn postings(&self) -> &[(Place, Rupiah)] {
        &self.postings
    }

    /// Whether it says what one enterprise of the house owes another, which both of their books must say.
    #[must_use]
    pub fn needs_mirror(&self) -> bool {
        self.postings.iter().any(|(place, _)| is_claim(place.account))
    }
}

/// The accounts that hold what enterprises of the house owe each other.
pub const CLAIMS: [Account; 2] = [Account::ReceivablePartner, Account::PayablePartner];

const fn is_claim(account: Account) -> bool {
    matches!(account, Account::ReceivablePartner | Account::PayablePartner)
}

/// Whether two entries say the same of what their enterprises owe each other: what one calls receivable the other calls
/// payable, and neither speaks of a third.
///
/// # Errors
/// [`MoneyError`] when a sum leaves the range.
pub fn mirrors(one: EnterpriseId, of_one: &Entry, other: EnterpriseId, of_other: &Entry) -> Result<bool, MoneyError> {
    let claims = |entry: &Entry, partner: EnterpriseId| -> Result<Option<BTreeMap<Account, Rupiah>>, MoneyError> {
        let mut sums = BTreeMap::from([(Account::ReceivablePartner, Rupiah::ZERO), (Account::PayablePartner, Rupiah::ZERO)]);
        for (place, amount) in entry.postings().iter().filter(|(place, _)| is_claim(place.account)) {
            if place.partner != Some(partner) {
                return Ok(None);
            }
            let sum = sums.entry(place.account).or_default();
            *sum = sum.plus(*amount)?;
        }
        Ok(Some(sums))
    };
    let (Some(mine), Some(theirs)) = (claims(of_one, other)?, claims(of_other, one)?) else { return Ok(false) };
    Ok(mine[&Account::ReceivablePartner] == theirs[&Account::PayablePartner].negated()
        && mine[&Account::PayablePartner] == theirs[&Account::ReceivablePartner].negated())
}

/// What one enterprise's books say that another owes it; negative where it owes the other.
pub type Claim = (EnterpriseId, EnterpriseId, Rupiah);

/// The pairs that do not say the same of what they owe each other.
#[must_use]
pub fn drifting(claims: &[Claim]) -> Vec<(EnterpriseId, EnterpriseId)> {
    let told: BTreeMap<(EnterpriseId, EnterpriseId), Rupiah> = claims.iter().map(|(of, by, amount)| ((*of, *by), *amount)).collect();
    let other = |of: &EnterpriseId, by: &EnterpriseId| told.get(&(*by, *of)).copied().unwrap_or_default().negated();
    told.iter().filter(|((of, by), amount)| other(of, by) != **amount).map(|(pair, _)| *pair).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at() -> Timestamp {
        Timestamp::from_chrono("2026-11-24T00:00:00Z".parse().expect("an instant"))
    }

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    proptest! {
        #[test]
        fn every_entry_and_its_opposite_balance(moves in proptest::collection::vec((0usize..6, 0usize..6, 0i64..1_000_000_000), 0..20)) {
            let mut entry = Entry::new(Movement::Sale, "test".to_owned(), at());
            for (from, to, amount) in moves {
                entry = entry.transfer(Account::ALL[from], Account::ALL[to], rp(amount)).expect("not negative");
            }
            let sum = |entry: &Entry| Rupiah::sum(entry.postings().iter().map(|(_, amount)| *amount)).expect("in range");
            prop_assert_eq!(sum(&entry), Rupiah::ZERO);
            let opposite = Entry::opposite(EntryId::new(), entry.postings(), entry.evidence, at());
            prop_assert_eq!(sum(&opposite), Rupiah::ZERO);
            for account in Account::ALL {
                let of = |entry: &Entry| Rupiah::sum(entry.postings().iter().filter(|(p, _)| p.account == *account).map(|(_, amount)| *amount)).expect("in range");
                prop_assert_eq!(of(&entry).plus(of(&opposite)), Ok(Rupiah::ZERO));
            }
        }

        #[test]
        fn a_pair_mirrors_only_when_both_tell_the_same_debt(owed in 1i64..1_000_000, told in 1i64..1_000_000) {
            let (warung, maker, third) = (EnterpriseId::new(), EnterpriseId::new(), EnterpriseId::new());
            let entry = || Entry::new(Movement::Supplied, "test".to_owned(), at());
            let buys = entry().transfer(Account::PayablePartner.with(maker), Account::CostMaterials, rp(owed)).expect("positive");
            let sells = |to: EnterpriseId, amount| entry().transfer(Account::SalesWarung, Account::ReceivablePartner.with(to), rp(amount)).expect("positive");
            prop_assert_eq!(mirrors(warung, &buys, maker, &sells(warung, told)), Ok(owed == told));
            prop_assert_eq!(mirrors(warung, &buys, maker, &sells(third, owed)), Ok(false));
            prop_assert_eq!(mirrors(warung, &buys, maker, &entry()), Ok(false));
            let opposite = |entry: &Entry| Entry::opposite(EntryId::new(), entry.postings(), entry.evidence, at());
            prop_assert_eq!(mirrors(maker, &opposite(&sells(warung, owed)), warung, &opposite(&buys)), Ok(true));
        }
    }

    #[test]
    fn a_pair_that_drifts_is_named() {
        let (a, b, c) = (EnterpriseId::new(), EnterpriseId::new(), EnterpriseId::new());
        assert_eq!(drifting(&[(a, b, rp(5)), (b, a, rp(-5)), (a, c, rp(0))]), []);
        assert_eq!(drifting(&[(a, b, rp(5)), (b, a, rp(-4))]).len(), 2);
        assert_eq!(drifting(&[(a, c, rp(1))]), [(a, c)]);
    }

    #[test]
    fn moving_nothing_enters_nothing_and_less_is_refused() {
        let entry = || Entry::new(Movement::Sale, "test".to_owned(), at());
        assert!(entry().transfer(Account::SalesOnline, Account::CashSeller, Rupiah::ZERO).expect("nothing").postings().is_empty());
        assert!(entry().transfer(Account::SalesOnline, Account::CashSeller, rp(-1)).is_err());
        assert!(!entry().transfer(Account::SalesOnline, Account::CashSeller, rp(1)).expect("positive").needs_mirror());
    }
}
