//! Payments: what an order costs, what has come in for it, and what goes back.
//!
//! 1. Every order has one bill: goods, delivery, and for a transfer up to three digits that make the sum one that its
//!    seller waits for from nobody else. Its figures are the only place where they stand.
//! 2. What comes in is a payment of its own; a bill may take several. Only whoever received the money
//!    confirms it: a claim, with or without a picture, is never payment.
//! 3. What a buyer has paid beyond what she owes is owed back to her: at most one refund is due per order,
//!    and its amount is always `paid − owed`, whether the order was called off, grew smaller or was paid twice. It is told
//!    by its gravest cause. It goes back the way the money came, or as the seller says.
//! 4. Whether a bill is paid is derived from its figures, never set.
//! 5. Cash has a holder. What a courier or a warung collected is not in the seller's hand until it is handed in.
//!
//! | payment | event | to |
//! |---|---|---|
//! | `claimed` | confirm, refuse | `confirmed`, `refused` |
//! | `confirmed` | reverse | `reversed` |
//!
//! | refund | event | to |
//! |---|---|---|
//! | `due` | send, withdraw | `sent`, `withdrawn` |
//! | `sent` | acknowledge, dispute | `acknowledged`, `disputed` |
//! | `disputed` | send, acknowledge, `find_unsent` | `sent`, `acknowledged`, `withdrawn` |
//!
//! What the village finds unsent is owed anew, as another refund.
//!
//! The acts on them belong to orders, which know who may do what; see `market/orders/paying.rs`.

pub mod model;
pub mod rules;
pub mod service;
mod store;

pub use model::{Bill, Method, Payment, PaymentId, Refund, RefundId};
pub use store::{COLUMNS, Columns};
