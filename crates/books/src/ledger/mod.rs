//! The ledger: double entry, one set of books per enterprise, only ever added to.
//!
//! 1. An entry is made of movements from one account to another, so it balances by construction and
//!    so does every sum of entries.
//! 2. A business event is entered once: its reference is unique in its books.
//! 3. Nothing is updated or deleted; triggers on both engines refuse it. A mistake is corrected by
//!    [`service::reverse`], which enters the opposite, once.
//! 4. What two enterprises owe each other is entered into both of their books or into neither
//!    ([`service::post_mirrored`]): what one calls receivable the other calls payable, always.
//! 5. Nothing is dated into a closed month, or into one before it.
//! 6. An entry says when it counts (`happened_at`, its business day and month) and when it was recorded.
//!
//! Amounts are signed: debits are positive, credits negative. An account's balance is the sum of its
//! postings; all accounts of an enterprise sum to zero.

pub mod balances;
pub mod chain;
pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{Account, Channel, Class, EntryId, Evidence, Holder, Movement, Place};
pub use rules::Entry;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::trial_balance)
        .service(http::journal)
        .service(http::account_statement)
        .service(http::close_month)
        .service(http::closed_months);
}
