//! Days at a stall.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::agreements::AgreementId;
use crate::debts::{Between, Method};
use books::ledger::EntryId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::{MoneyError, Rupiah};
use kit::{typed_id, word_enum};
use people::enterprises::EnterpriseId;
use people::moves::Moved;

typed_id!(
    /// A day at a stall that two share.
    StallDayId, "std"
);

word_enum! {
    /// Where a day stands.
    State as "StallDayState" {
        /// The provider has told it; it waits for the receiver's word.
        Proposed = "proposed",
        /// The receiver owes for it.
        Owed = "owed",
        /// The receiver says that she paid.
        Claimed = "claimed",
        /// The provider has the money.
        Paid = "paid",
        /// Nothing came of it that is owed.
        Settled = "settled",
        /// The receiver says that it was not so.
        Refused = "refused",
        /// The provider took it back.
        Withdrawn = "withdrawn",
    }
}

/// A day at a stall.
#[derive(Clone, Debug, Queryable)]
pub struct StallDay {
    pub id: StallDayId,
    pub agreement_id: AgreementId,
    /// The version of the agreement by which it is settled.
    pub agreement_number: i32,
    pub provider_id: EnterpriseId,
    pub receiver_id: EnterpriseId,
    pub day: NaiveDate,
    /// What the receiver took.
    pub takings: Rupiah,
    /// What of that goes to the provider.
    pub share: Rupiah,
    /// What of the cost of the stall the receiver bears.
    pub cost_part: Rupiah,
    pub state: State,
    /// The entry in the provider's books.
    pub entry_id: Option<EntryId>,
    /// By when what is owed is to be paid.
    pub due_on: Option<NaiveDate>,
    pub method: Option<Method>,
    /// The day the receiver says that she paid, or the provider that she has it.
    pub paid_on: Option<NaiveDate>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl StallDay {
    /// What the receiver owes for it.
    ///
    /// # Errors
    /// [`MoneyError`] when the sum leaves the range.
    pub fn owed(&self) -> Result<Rupiah, MoneyError> {
        self.share.plus(self.cost_part)
    }

    /// Who has the claim, and who the debt.
    #[must_use]
    pub const fn between(&self) -> Between {
        Between { seller: self.provider_id, buyer: self.receiver_id }
    }
}

/// One move of a day.
pub type Event = Moved<State, AccountId>;
