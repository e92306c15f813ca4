//! Days at a stall.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::books::ledger::EntryId;
use crate::kit::auth::AccountId;
use crate::kit::clock::Timestamp;
use crate::kit::money::{MoneyError, Rupiah};
use crate::partners::agreements::AgreementId;
use crate::partners::debts::{Between, Method};
use crate::people::enterprises::EnterpriseId;
use crate::{typed_id, word_enum};

typed_id!(
    /// A day at a stall that two share.
    StallDayId, "std"
);

word_enum! {
    /// What became of a day.
    Outcome as "StallDayOutcome" {
        /// What was owed was paid in cash.
        Cash = "cash",
        /// It was paid from bank to bank.
        Transfer = "transfer",
        /// It was told wrong and taken back.
        Withdrawn = "withdrawn",
    }
}

impl From<Method> for Outcome {
    fn from(method: Method) -> Self {
        match method {
            Method::Cash => Self::Cash,
            Method::Transfer => Self::Transfer,
        }
    }
}

word_enum! {
    /// Where a day stands.
    State as "StallDayState" {
        /// Something of it is owed.
        Owed = "owed",
        /// Nothing of it is owed any more.
        Paid = "paid",
        /// It counts for nothing.
        Withdrawn = "withdrawn",
    }
}

/// A day at a stall.
#[derive(Clone, Debug, Queryable)]
pub struct StallDay {
    pub id: StallDayId,
    pub agreement_id: AgreementId,
    /// The version of the agreement by which it was settled.
    pub number: i32,
    pub provider_id: EnterpriseId,
    pub receiver_id: EnterpriseId,
    pub day: NaiveDate,
    /// What the receiver took.
    pub takings: Rupiah,
    /// What of that goes to the provider.
    pub share: Rupiah,
    /// What of the cost of the stall the receiver bears.
    pub cost_part: Rupiah,
    /// The entry in the provider's books; nothing where nothing is owed.
    pub entry_id: Option<EntryId>,
    pub recorded_by: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub recorded_at: Timestamp,
    pub outcome: Option<Outcome>,
    pub reason: Option<String>,
    pub settled_by: Option<AccountId>,
    pub settled_for: Option<EnterpriseId>,
    pub settled_at: Option<Timestamp>,
}

impl StallDay {
    /// What the receiver owes for it.
    ///
    /// # Errors
    /// [`MoneyError`] when the sum leaves the range.
    pub fn owed(&self) -> Result<Rupiah, MoneyError> {
        self.share.plus(self.cost_part)
    }

    #[must_use]
    pub fn state(&self) -> State {
        match self.outcome {
            Some(Outcome::Withdrawn) => State::Withdrawn,
            Some(Outcome::Cash | Outcome::Transfer) => State::Paid,
            None if self.share.is_positive() || self.cost_part.is_positive() => State::Owed,
            None => State::Paid,
        }
    }

    /// Who has the claim, and who the debt.
    #[must_use]
    pub const fn between(&self) -> Between {
        Between { seller: self.provider_id, buyer: self.receiver_id }
    }
}
