//! The seller's desk: what is to be done today, what is to be packed, who owes whom, and a month of orders as a table.
//!
//! 1. It only reads; it has no table of its own.
//! 2. Each of its answers costs the same number of queries however much there is to tell.
//! 3. It tells who buys exactly where the order itself would (`orders/rules.rs`), in the table too.
//! 4. What it lists is bounded, each list by itself; the counts beside the lists tell of all.

pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;
mod table;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(http::desk).service(http::packing_list).service(http::owed).service(http::orders_csv);
}
