//! Balances that stay quick, however many postings there are.
//!
//! 1. Nothing keeps a running row: a sale appends its postings and updates nothing, so sales never wait for each other.
//! 2. A mark holds the balances of a set of books as they stood at the end of a day. A balance is the last mark before
//!    it and the postings since, found by an index.
//! 3. Marks are made after the fact ([`service::keep_up`]), so that what must be folded stays small, and are dropped when
//!    an entry is dated into them. They can always be made anew from the postings; `pasar ledger verify` does.

pub mod service;
mod store;

pub use service::{at, between, by_month};
