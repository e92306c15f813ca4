//! Rows, counts and templates.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ledger::{Channel, EntryId, Evidence, Holder};
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::{Amount, Rupiah};
use kit::text::Reason;
use kit::{plain_text, typed_id, word_enum};
use people::enterprises::EnterpriseId;
use people::media::MediaId;

typed_id!(
    /// A row of the cash book.
    CashRowId, "csh"
);
typed_id!(
    /// A count of the cash.
    CashCountId, "cnt"
);
typed_id!(
    /// A row that comes again and again.
    CashTemplateId, "tpl"
);
plain_text!(
    /// A word to remember it by.
    CashNote, max 200
);
plain_text!(
    /// What a template is called.
    TemplateName, max 60
);
plain_text!(
    /// The name a device gave to a row before it was sent: unique in its books.
    ClientId, max 64
);

word_enum! {
    /// What a row is about.
    Kind as "CashRowKind" {
        /// Something was sold.
        Sale = "sale",
        /// Raw material was bought.
        Purchase = "purchase",
        /// Something else was paid for.
        Expense = "expense",
        /// Money was taken out for the household.
        Draw = "draw",
        /// Money came in that was not earned by selling.
        CashIn = "cash_in",
        /// A debt was paid.
        DebtPaid = "debt_paid",
        /// Somebody paid her debt.
        DebtCollected = "debt_collected",
        /// Borrowed money was paid back.
        LoanRepaid = "loan_repaid",
    }
}

word_enum! {
    /// How it was paid.
    Paid as "CashRowPaid" {
        /// In cash.
        Cash = "cash",
        /// Through the bank.
        Bank = "bank",
        /// Not yet.
        Credit = "credit",
    }
}

word_enum! {
    /// Where money that came in is from.
    Source as "CashSource" {
        /// The owner's own.
        Own = "own",
        /// Given for good.
        Grant = "grant",
        /// Borrowed.
        Loan = "loan",
        /// Earned in another way.
        Other = "other",
    }
}

/// A row as it is written: what and how much; the rest only where it is not as usual.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCashRow {
    pub kind: Kind,
    pub amount: Amount,
    /// How it was paid: in cash, unless said otherwise.
    pub paid: Option<Paid>,
    /// The way it was sold, for sales: in person, unless said otherwise.
    pub channel: Option<Channel>,
    /// Where the money is from, for `cash_in`: the owner's own, unless said otherwise.
    pub source: Option<Source>,
    /// The enterprise it was bought from on credit, or that paid its debt.
    pub partner_id: Option<EnterpriseId>,
    /// The day in the village on which it happened: today, unless said otherwise.
    #[schema(value_type = Option<String>, format = Date)]
    pub day: Option<NaiveDate>,
    pub note: Option<CashNote>,
    /// A picture of the slip or of the page, uploaded before with the purpose `cash_book`.
    pub photo_media_id: Option<MediaId>,
    /// The name the device gave it: the same again is the same row.
    pub client_id: Option<ClientId>,
    /// Whether the amount is a guess.
    #[serde(default)]
    pub estimate: bool,
}

/// A row as it stands.
#[derive(Clone, Debug, Queryable)]
pub struct CashRow {
    pub id: CashRowId,
    pub enterprise_id: EnterpriseId,
    pub entry_id: EntryId,
    pub client_id: Option<String>,
    pub kind: Kind,
    pub amount: Rupiah,
    pub paid: Paid,
    pub channel: Option<Channel>,
    pub source: Option<Source>,
    pub partner_id: Option<EnterpriseId>,
    pub day: NaiveDate,
    pub note: Option<String>,
    pub evidence: Evidence,
    pub recorded_by: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub recorded_at: Timestamp,
    pub reversal_id: Option<EntryId>,
    pub reversed_by: Option<AccountId>,
    pub reversal_reason: Option<String>,
    pub photo: Option<MediaId>,
}

/// The cash as somebody counted it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCount {
    /// What is there, in rupiah.
    pub counted: u32,
    /// Who has it: the owner, unless said otherwise.
    pub holder: Option<Holder>,
    /// Why it is not what the books say; needed where it is not.
    pub reason: Option<Reason>,
}

/// A count as it stands.
#[derive(Clone, Debug, Queryable)]
pub struct CashCount {
    pub id: CashCountId,
    pub holder: Holder,
    pub counted: Rupiah,
    pub expected: Rupiah,
    pub entry_id: Option<EntryId>,
    pub reason: Option<String>,
    pub counted_by: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub counted_at: Timestamp,
}

/// A template as it stands.
#[derive(Clone, Debug)]
pub struct Template {
    pub id: CashTemplateId,
    pub enterprise_id: EnterpriseId,
    pub name: String,
    pub row: NewCashRow,
    pub made_at: Timestamp,
}
