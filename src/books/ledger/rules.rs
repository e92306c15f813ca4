//! Entries that cannot be out of balance.

use super::model::{Account, EntryId, Movement};
use crate::kit::clock::Timestamp;
use crate::kit::money::{MoneyError, Rupiah};

/// An entry on its way into the books.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Names the business event; entered once in these books.
    pub reference: String,
    /// Why.
    pub movement: Movement,
    /// When it counts.
    pub happened_at: Timestamp,
    /// The entry this one takes back.
    pub reverses: Option<EntryId>,
    postings: Vec<(Account, Rupiah)>,
}

impl Entry {
    /// An entry without movements yet.
    #[must_use]
    pub fn new(movement: Movement, reference: String, happened_at: Timestamp) -> Self {
        Self { reference, movement, happened_at, reverses: None, postings: Vec::with_capacity(2) }
    }

    /// Moves `amount` from one account to another: a debit of `to` and a credit of `from`. Moving
    /// nothing adds nothing.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] for a negative amount.
    pub fn transfer(mut self, from: Account, to: Account, amount: Rupiah) -> Result<Self, MoneyError> {
        if amount < Rupiah::ZERO {
            return Err(MoneyError::OutOfRange);
        }
        if amount.is_positive() {
            self.postings.push((to, amount));
            self.postings.push((from, amount.negated()));
        }
        Ok(self)
    }

    /// The opposite of postings already entered.
    #[must_use]
    pub fn opposite(id: EntryId, entered: &[(Account, Rupiah)], happened_at: Timestamp) -> Self {
        let postings = entered.iter().map(|(account, amount)| (*account, amount.negated())).collect();
        Self { reference: format!("reversal:{id}"), movement: Movement::Reversal, happened_at, reverses: Some(id), postings }
    }

    /// Debits positive, credits negative; they sum to zero.
    #[must_use]
    pub fn postings(&self) -> &[(Account, Rupiah)] {
        &self.postings
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at() -> Timestamp {
        Timestamp::from_chrono("2026-11-24T00:00:00Z".parse().expect("an instant"))
    }

    proptest! {
        #[test]
        fn every_entry_and_its_opposite_balance(moves in proptest::collection::vec((0usize..6, 0usize..6, 0i64..1_000_000_000), 0..20)) {
            let mut entry = Entry::new(Movement::Sale, "test".to_owned(), at());
            for (from, to, amount) in moves {
                entry = entry.transfer(Account::ALL[from], Account::ALL[to], Rupiah::new(amount).expect("in range")).expect("not negative");
            }
            let sum = |entry: &Entry| Rupiah::sum(entry.postings().iter().map(|(_, amount)| *amount)).expect("in range");
            prop_assert_eq!(sum(&entry), Rupiah::ZERO);
            let opposite = Entry::opposite(EntryId::new(), entry.postings(), at());
            prop_assert_eq!(sum(&opposite), Rupiah::ZERO);
            for account in Account::ALL {
                let of = |entry: &Entry| Rupiah::sum(entry.postings().iter().filter(|(a, _)| a == account).map(|(_, amount)| *amount)).expect("in range");
                prop_assert_eq!(of(&entry).plus(of(&opposite)), Ok(Rupiah::ZERO));
            }
        }
    }

    #[test]
    fn moving_nothing_enters_nothing_and_less_is_refused() {
        let entry = || Entry::new(Movement::Sale, "test".to_owned(), at());
        assert!(entry().transfer(Account::SalesOnline, Account::Cash, Rupiah::ZERO).expect("nothing").postings().is_empty());
        let less = Rupiah::new(-1).expect("in range");
        assert!(entry().transfer(Account::SalesOnline, Account::Cash, less).is_err());
    }
}
