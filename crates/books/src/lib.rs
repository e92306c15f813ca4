//! The books: what was earned, how, where the money is, and who may see it.

pub mod ledger;
pub mod cashbook;
pub mod income;
pub mod statements;
pub mod access;
pub mod reconciliation;
