//! Supplier orders: raw material ordered under an agreement, promised for a day, received as counted, billed and paid.
//!
//! 1. An order is sent only while a supply agreement is in force, at its prices or else at the list's of that day, not below
//!    its minimum, for a day it allows, and on credit only within its limit.
//! 2. The supplier answers by her account, by the village's office, or by a link that needs no account: she takes it on for the
//!    day it is wanted or a sooner one that was agreed on, proposes another (which the buyer agrees to by naming it), takes on less, or
//!    declines; what she says to it is kept with her answer. What is promised is for today or later, and is not taken back; by her account she may name a day of the last week, for only she is judged by it.
//!    A link promises nothing sooner than was wanted, for the buyer may have made it, and nobody is late by what it promised for the very day.
//! 3. Three quantities stand beside each other on every line: ordered, billed, received, each as it is known last. What is owed is
//!    what was received, or billed where that is less; more than was ordered may come, up to twice as much, and is owed even beyond the limit.
//!    Until the bill the buyer may count again. After it she may count more, but owes no less by it: the supplier puts her bill right,
//!    until all is paid and not below what is paid.
//! 4. What is received raises the buyer's stock of material, her debt and the supplier's claim in one transaction, alike in both books.
//! 5. Money is hers who says that she has it: a payment the buyer tells waits for the supplier's word.
//! 6. Lateness is computed from the first promise and the day the last of what was promised came, which is the day the buyer says. A part
//!    is not the whole: the delivery is open until the rest comes, or until the bill closes it, and then it is not met. A payment is judged by
//!    the day its payer told of it, once the supplier has it.
//! 7. What did not come by its day either side may call off; it was missed. What nobody answered by the day it was wanted for is
//!    counted beside.
//! 8. Shares of a joint buy are answered alike, all of each; they are called off together, or one of them once its day has passed.
//! 9. Both enterprises must be approved for a draft, an order or a promise, and the supplier alone to promise shares of a joint buy; what
//!    is under way comes and is paid without.
//!
//! | from | event | to |
//! |---|---|---|
//! | `draft` | send, cancel | `sent`, `cancelled` |
//! | `sent` | promise, reject, cancel | `promised`, `rejected`, `cancelled` |
//! | `promised` | promise, ship, `receive_part`, `receive_full`, cancel | `promised`, `shipped`, `received_part`, `received_full`, `cancelled` |
//! | `shipped` | `receive_part`, `receive_full`, cancel | `received_part`, `received_full`, `cancelled` |
//! | `received_part`, `received_full` | `receive_part`, `receive_full`, `receive_none`, bill | `received_part`, `received_full`, `promised`, `billed` |
//! | `billed` | bill, recount, settle | `billed`, `billed`, `paid` |

pub mod answering;
pub mod billing;
pub mod http;
pub mod jobs;
pub mod links;
pub mod model;
pub mod on_time;
mod on_time_store;
pub mod paying;
mod payment_store;
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
