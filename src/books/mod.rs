//! The books: what was earned, how, and where the money is.

pub mod income;
pub mod ledger;
