//! Reconciliation: what two enterprises owe each other, line by line, and what each says of it.
//!
//! 1. The lines are the ledger's postings about the partner. A positive amount is owed by the partner, a negative one to it.
//! 2. Both sides see the same lines, each with the other's word on it: `open`, `confirmed` or `disputed`. The last word counts.
//! 3. A dispute moves no money. It is settled by people; a wrong entry is then taken back, in both sets of books.
//! 4. The partner's books are asked too: `agrees` says whether they come to the same.

pub mod http;
pub mod model;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(http::show).service(http::judge);
}
