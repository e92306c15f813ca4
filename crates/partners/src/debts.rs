//! Debts: what one enterprise owes another, entered into both books alike.
//!
//! 1. What the seller calls a claim the buyer calls a debt; neither book says it without the other.
//! 2. Money that goes over takes as much off both, by whatever it is paid for.

use books::ledger::{Account, Entry, Movement, Place};
use kit::clock::Timestamp;
use kit::money::{MoneyError, Rupiah};
use kit::word_enum;
use people::enterprises::EnterpriseId;

/// Two entries that say the same from both sides: of the one who sells and has a claim, and of the one who buys and has a debt.
pub type Mirrored = (Entry, Entry);

/// Who sells, and who buys.
#[derive(Clone, Copy, Debug)]
pub struct Between {
    pub seller: EnterpriseId,
    pub buyer: EnterpriseId,
}

impl Between {
    /// What the buyer owes, in the books of the seller and in her own.
    #[must_use]
    pub fn places(self) -> (Place, Place) {
        (Account::ReceivablePartner.with(self.buyer), Account::PayablePartner.with(self.seller))
    }
}

word_enum! {
    /// How money went over.
    Method as "PartnerPaymentMethod" {
        /// In cash.
        Cash = "cash",
        /// From bank to bank.
        Transfer = "transfer",
    }
}

impl Method {
    /// Where it comes from and goes to.
    #[must_use]
    pub const fn purse(self) -> Account {
        match self {
            Self::Cash => Account::CashSeller,
            Self::Transfer => Account::Bank,
        }
    }
}

/// Money goes over: claim and debt go down by it.
///
/// # Errors
/// [`MoneyError`] for a negative amount.
pub fn settled(between: Between, reference: &str, method: Method, amount: Rupiah, at: Timestamp) -> Result<Mirrored, MoneyError> {
    let purse = method.purse();
    let entry = || Entry::new(Movement::DebtSettled, reference.to_owned(), at);
    let (claim, debt) = between.places();
    Ok((entry().transfer(claim, purse, amount)?, entry().transfer(purse, debt, amount)?))
}
