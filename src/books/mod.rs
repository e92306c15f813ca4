//! The books: what was earned, how, and where the money is.

pub mod ledger;
pub mod cashbook;
pub mod income;
