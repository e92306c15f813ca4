//! Statements: a month's profit and loss, and what there is and what is owed at its end.
//!
//! 1. The lines are those of SAK EMKM, as far as a small enterprise has them, and the figures are the ledger's.
//! 2. What she has equals what she owes and what is hers, always: the ledger balances by construction.
//! 3. A statement says how much of it this system knows itself, and whether its month is closed. One of a month that is open may still change.
//! 4. It comes as JSON, as a page to print, as CSV for either kind of spreadsheet, and as XLSX. Nothing in a cell is ever a formula.

pub mod files;
pub mod http;
pub mod model;
pub mod rules;
pub mod service;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(http::show);
}
