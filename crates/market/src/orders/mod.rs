//! Orders: from a cart to goods in a buyer's hands and the income in the seller's books.
//!
//! 1. A cart becomes one order group with one order per seller; nothing is ordered unless all of it is. A
//!    sale made elsewhere is written down by its seller as the same kind of order, with its channel.
//! 2. Stock is held in the same transaction, the demand summed per stock item first; what is pre-ordered is
//!    taken from its window instead, and becomes stock when it is ready.
//! 3. Prices and names are the server's; a line keeps what they were. An expected total only refuses.
//! 4. Every move is a guarded UPDATE with its event row, its ledger entry and its outbox rows, in one transaction.
//! 5. What an order is in the books is a function of its bill (`accounting.rs`): every act posts the difference.
//! 6. Delivery to where the seller has no zone is quoted by her and agreed by the buyer before she takes the order on.
//! 7. An order grows smaller, or gets something else in it, only with the buyer's consent; for a buyer who is not here, its
//!    seller's word that she agreed stands for it.
//! 8. An order is completed only when it is paid. One that is not answered, paid or handed over in time ends by
//!    the clock, with stock and money put back; one handed over and paid completes by itself.
//! 9. A seller sees who the buyer is once she has accepted; her lists, searches and histories tell no more, and her stock
//!    remembers no buyer at all.
//! 10. What a buyer is asked to transfer is told from every other transfer the seller waits for (`paying.rs`).
//!
//! | from | event | to |
//! |---|---|---|
//! | `placed` | accept, reject, cancel, expire | `accepted`, `rejected`, `cancelled`, `expired` |
//! | `accepted` | prepare, cancel, expire | `preparing`, `cancelled`, `expired` |
//! | `preparing` | `mark_ready`, cancel | `ready`, `cancelled` |
//! | `ready` | `hand_over`, cancel | `handed_over`, `cancelled` |
//! | `handed_over` | complete, `open_claim` | `completed`, `claim_open` |
//! | `completed` | `open_claim` | `claim_open` |
//! | `claim_open` | `close_claim` | `handed_over` |
//!
//! A buyer cancels until preparation begins, a seller from acceptance until hand-over.

pub mod accounting;
pub mod changes;
pub mod changes_http;
mod changes_store;
pub mod chat;
pub mod claiming;
pub mod http;
pub mod jobs;
pub mod mediating;
pub mod model;
pub mod paying;
pub mod paying_http;
pub mod placing;
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
        .service(http::write_down)
        .service(http::show_group)
        .service(http::bought)
        .service(http::adopt)
        .service(http::sold)
        .service(http::show)
        .service(http::track_order)
        .service(http::history)
        .service(chat::order_chat)
        .service(changes_http::quote)
        .service(changes_http::accept_quote)
        .service(changes_http::propose_change)
        .service(changes_http::accept_change)
        .service(changes_http::decline_change)
        .service(changes_http::withdraw_change)
        .service(http::accept)
        .service(http::reject)
        .service(http::prepare)
        .service(http::mark_ready)
        .service(http::hand_over)
        .service(http::complete)
        .service(http::cancel)
        .service(paying_http::instructions)
        .service(paying_http::claim)
        .service(paying_http::receive)
        .service(paying_http::confirm)
        .service(paying_http::refuse)
        .service(paying_http::reverse)
        .service(paying_http::hand_in)
        .service(paying_http::send_refund)
        .service(paying_http::acknowledge_refund)
        .service(paying_http::dispute_refund)
        .service(paying_http::disputed_refunds)
        .service(paying_http::decide_refund);
}
