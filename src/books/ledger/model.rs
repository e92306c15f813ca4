//! Accounts, movements and entries as they are read.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::kit::clock::Timestamp;
use crate::kit::money::Rupiah;
use crate::{typed_id, word_enum};

typed_id!(
    /// A journal entry.
    EntryId, "jrn"
);

word_enum! {
    /// An account in an enterprise's books.
    Account as "LedgerAccount" {
        /// Cash in hand.
        Cash = "cash",
        /// The bank account.
        Bank = "bank",
        /// Owed by buyers for what they have.
        ReceivableBuyers = "receivable:buyers",
        /// Paid by buyers for what they do not have yet.
        AdvancesBuyers = "advances:buyers",
        /// Owed back to buyers.
        RefundsBuyers = "refunds:buyers",
        /// Sales through orders placed here.
        SalesOnline = "sales:online",
    }
}

word_enum! {
    /// Why money or goods moved.
    Movement {
        /// Goods were handed over to a buyer.
        Sale = "sale",
        /// A buyer paid.
        PaymentReceived = "payment_received",
        /// An order that had been paid was called off.
        RefundDue = "refund_due",
        /// Money went back to a buyer.
        RefundSent = "refund_sent",
        /// An entry was wrong; its opposite was entered.
        Reversal = "reversal",
    }
}

/// An entry as it stands in the journal.
#[derive(Clone, Debug, Queryable)]
pub struct JournalRow {
    pub id: EntryId,
    pub reference: String,
    pub movement: Movement,
    pub happened_at: Timestamp,
    pub business_date: NaiveDate,
    pub recorded_at: Timestamp,
    pub reverses_id: Option<EntryId>,
}

/// One side of a movement.
#[derive(Clone, Debug, Queryable)]
pub struct PostingRow {
    pub entry_id: EntryId,
    pub position: i32,
    pub account: Account,
    pub amount: Rupiah,
}

/// What an account's postings sum to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    pub account: Account,
    /// Sum of debits, positive.
    pub debit: Rupiah,
    /// Sum of credits, positive.
    pub credit: Rupiah,
}
