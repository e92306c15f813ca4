//! Claims: what a buyer says is wrong with goods she was handed, and what is made of it. Food is not sent back; it is paid
//! back in full or in part, or replaced.
//!
//! 1. A claim is about one line of an order that was handed over, so many of its packs, within the village's days. One is
//!    open per order at a time; the order waits for its end.
//! 2. What is given back for a line is never more than it cost: packs of an earlier claim that was settled cannot be
//!    claimed again, and no refund is more than what the claimed packs cost.
//! 3. A refund comes off the bill (`orders/paying.rs`); income, books and the refund that is due follow from it by
//!    themselves. A replacement comes out of the free stock.
//! 4. Silence has an end, after the village's days: a silent seller hands the claim to the village; a silent buyer agrees
//!    to an offer, or leaves it at a refusal.
//! 5. The village admin decides what the two could not settle: not who belongs to the seller, bought the goods, or spoke
//!    for the seller in this claim.
//! 6. Every move is a guarded UPDATE with its event row, what follows for money, stock and order, and its jobs, in one
//!    transaction.
//!
//! | from | event | to |
//! |---|---|---|
//! | `open` | offer, refuse, withdraw, `time_up` | `offered`, `refused`, `withdrawn`, `mediation` |
//! | `offered` | accept, decline, withdraw, `time_up`, `run_out` | `settled`, `mediation`, `withdrawn`, `settled`, `mediation` |
//! | `refused` | `ask_village`, withdraw, `time_up` | `mediation`, `withdrawn`, `dismissed` |
//! | `mediation` | settle, dismiss | `settled`, `dismissed` |

pub mod http;
pub mod jobs;
pub mod model;
pub mod rules;
pub mod service;
mod store;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::ClaimId;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::open)
        .service(http::of_order)
        .service(http::of_seller)
        .service(http::in_mediation)
        .service(http::show)
        .service(http::history)
        .service(http::offer)
        .service(http::refuse)
        .service(http::accept)
        .service(http::decline)
        .service(http::ask_village)
        .service(http::withdraw)
        .service(http::decide);
}
