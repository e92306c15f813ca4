//! Orders: from a cart to goods in a buyer's hands and the income in the seller's books.
//!
//! 1. A cart becomes one order group with one order per seller; nothing is ordered unless all of it is.
//! 2. Stock is reserved in the same transaction, the demand summed per stock item first.
//! 3. Prices and names are the server's; a line keeps what they were. An expected total only refuses.
//! 4. Every move is a guarded UPDATE with its event row, its ledger entry and its outbox rows, in one transaction.
//! 5. An order is completed only when it is paid. One that nobody accepts expires after two days.
//! 6. A seller sees who the buyer is once she has accepted.
//!
//! | from | event | to |
//! |---|---|---|
//! | `placed` | accept, reject, cancel, expire | `accepted`, `rejected`, `cancelled`, `expired` |
//! | `accepted` | prepare, cancel | `preparing`, `cancelled` |
//! | `preparing` | `mark_ready`, cancel | `ready`, `cancelled` |
//! | `ready` | `hand_over`, cancel | `handed_over`, `cancelled` |
//! | `handed_over` | complete | `completed` |
//!
//! A buyer cancels until preparation begins, a seller from acceptance until hand-over.

pub mod http;
pub mod jobs;
pub mod model;
pub mod paying;
pub mod rules;
pub mod service;
mod store;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::OrderId;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::place)
        .service(http::show_group)
        .service(http::bought)
        .service(http::sold)
        .service(http::show)
        .service(http::history)
        .service(http::accept)
        .service(http::reject)
        .service(http::prepare)
        .service(http::mark_ready)
        .service(http::hand_over)
        .service(http::complete)
        .service(http::cancel)
        .service(http::claim_payment)
        .service(http::confirm_payment)
        .service(http::refuse_payment)
        .service(http::send_refund);
}
