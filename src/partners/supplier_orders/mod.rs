//! Supplier orders: raw material ordered under an agreement, promised for a day, received as counted, billed and paid.
//!
//! 1. An order is sent only while a supply agreement is in force, at its prices or else at the list's of that day, not below
//!    its minimum, for a day it allows, and on credit only within its limit.
//! 2. The supplier answers by her account, by the village's office, or by a link that needs no account: she takes it on for the
//!    day it is wanted, proposes a later one (which the buyer agrees to by naming it), takes on less, or declines. A link promises
//!    nothing sooner than was wanted, for the buyer may have made it.
//! 3. Three quantities stand beside each other on every line: ordered, billed, received, each as it is known last: until the bill
//!    the buyer may count again. What is owed is what was received, or billed where that is less; more than was ordered may come,
//!    up to twice as much.
//! 4. What is received raises the buyer's stock of material, her debt and the supplier's claim in one transaction, alike in both books.
//! 5. Money is hers who says that she has it: a payment the buyer tells waits for the supplier's word.
//! 6. Lateness is computed from the first promise and the day of receipt, and counted with the agreement's obligations.
//! 7. Shares of a joint buy are answered alike, all of each; they are called off together, or one of them once its day has passed.
//!
//! | from | event | to |
//! |---|---|---|
//! | `draft` | send, cancel | `sent`, `cancelled` |
//! | `sent` | promise, reject, cancel | `promised`, `rejected`, `cancelled` |
//! | `promised` | promise, ship, `receive_part`, `receive_full`, cancel | `promised`, `shipped`, `received_part`, `received_full`, `cancelled` |
//! | `shipped` | `receive_part`, `receive_full` | `received_part`, `received_full` |
//! | `received_part`, `received_full` | `receive_part`, `receive_full`, bill | `received_part`, `received_full`, `billed` |
//! | `billed` | settle | `paid` |

pub mod http;
pub mod jobs;
pub mod links;
pub mod model;
pub mod on_time;
pub mod paying;
pub mod reading;
pub mod receiving;
pub mod rules;
pub mod service;
pub mod shares;
mod store;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::SupplierOrderId;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::draft)
        .service(http::edit)
        .service(http::list)
        .service(http::show)
        .service(http::history)
        .service(http::send)
        .service(http::give_answer)
        .service(http::agree)
        .service(http::ship)
        .service(http::cancel)
        .service(http::receive)
        .service(http::recount)
        .service(http::bill)
        .service(http::pay)
        .service(http::confirm_payment)
        .service(http::refuse_payment)
        .service(links::make)
        .service(links::show)
        .service(links::answer)
        .service(on_time::show);
}
