//! What consigned goods do to the books: the maker's, the warung's, or both alike.

use crate::debts::{self, Between, Method, Mirrored};
use books::ledger::{Account, Entry, Movement};
use kit::clock::Timestamp;
use kit::money::{MoneyError, Rupiah};
use people::enterprises::EnterpriseId;

use super::rules::Money;

/// Who deals with whom, when it counts, and how the event is called.
#[derive(Clone, Debug)]
pub struct About {
    pub maker: EnterpriseId,
    pub warung: EnterpriseId,
    pub reference: String,
    pub at: Timestamp,
}

impl About {
    fn entry(&self, movement: Movement, part: &str) -> Entry {
        Entry::new(movement, format!("{}:{part}", self.reference), self.at)
    }

    const fn between(&self) -> Between {
        Between { seller: self.maker, buyer: self.warung }
    }

    /// Goods were sold: the warung has the money, keeps her share and owes the rest.
    ///
    /// # Errors
    /// [`MoneyError`] for a negative amount.
    pub fn sold(&self, part: &str, money: Money, purse: Account) -> Result<Mirrored, MoneyError> {
        let (claim, debt) = self.between().places();
        let maker = self.entry(Movement::ConsignmentSold, part).transfer(Account::SalesConsignment, claim, money.due)?.transfer(
            Account::SalesConsignment,
            Account::CostConsignment,
            money.share,
        )?;
        let warung = self.entry(Movement::ConsignmentSold, part).transfer(debt, purse, money.due)?.transfer(
            Account::IncomeConsignment,
            purse,
            money.share,
        )?;
        Ok((maker, warung))
    }

    /// Goods went bad that the warung bears: she owes for them as if they were sold.
    ///
    /// # Errors
    /// [`MoneyError`] for a negative amount.
    pub fn spoiled_by_warung(&self, part: &str, due: Rupiah) -> Result<Mirrored, MoneyError> {
        let (claim, debt) = self.between().places();
        let maker = self.entry(Movement::ConsignmentSold, part).transfer(Account::SalesConsignment, claim, due)?;
        let warung = self.entry(Movement::ConsignmentSold, part).transfer(debt, Account::CostSpoilage, due)?;
        Ok((maker, warung))
    }

    /// The warung pays.
    ///
    /// # Errors
    /// [`MoneyError`] for a negative amount.
    pub fn paid(&self, part: &str, method: Method, amount: Rupiah) -> Result<Mirrored, MoneyError> {
        debts::settled(self.between(), &format!("{}:{part}", self.reference), method, amount, self.at)
    }

    /// Goods at cost go from one of the maker's accounts to another.
    ///
    /// # Errors
    /// [`MoneyError`] for a negative amount.
    pub fn at_cost(&self, part: &str, what: AtCost, cost: Rupiah) -> Result<Entry, MoneyError> {
        let there = Account::StockConsigned.with(self.warung);
        match what {
            AtCost::Left => self.entry(Movement::Consigned, part).transfer(Account::Stock, there, cost),
            AtCost::CameBack => self.entry(Movement::ConsignmentReturned, part).transfer(there, Account::Stock, cost),
            AtCost::WentBad => self.entry(Movement::Spoilage, part).transfer(there, Account::CostSpoilage, cost),
            AtCost::Sold => self.entry(Movement::CostOfGoods, part).transfer(there, Account::CostGoods, cost),
        }
    }
}

/// What happened to goods whose cost is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtCost {
    Left,
    CameBack,
    WentBad,
    Sold,
}
