//! Lines between two enterprises, and what is said of them.

use crate::ledger::model::ClaimLine;
use kit::money::Rupiah;
use kit::{typed_id, word_enum};

typed_id!(
    /// What one side said of a line.
    VerdictId, "vrd"
);

word_enum! {
    /// What a side says of a line.
    Verdict as "LineVerdict" {
        /// Nothing yet.
        Open = "open",
        /// It is right.
        Confirmed = "confirmed",
        /// It is wrong.
        Disputed = "disputed",
    }
}

/// What a side said last, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub verdict: Verdict,
    pub reason: Option<String>,
}

/// A line with the word of both sides.
#[derive(Clone, Debug)]
pub struct JudgedLine {
    pub line: ClaimLine,
    pub ours: Said,
    pub theirs: Said,
}

/// A page of lines.
#[derive(Clone, Debug)]
pub struct PartnerStatement {
    pub partner_name: String,
    /// What was owed before the first line of the page.
    pub opening: Rupiah,
    /// What is owed at the end of the last month asked for.
    pub closing: Rupiah,
    /// The same by the partner's books, from our side.
    pub closing_by_partner: Rupiah,
    pub lines: Vec<JudgedLine>,
}
