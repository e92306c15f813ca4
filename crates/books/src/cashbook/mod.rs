//! The cash book: what the owner writes down by hand, in one short call each.
//!
//! 1. A row is a few words (`{"kind": "sale", "amount": 15000}`) and becomes one entry of the ledger, in the same transaction.
//! 2. A row may be dated back, as far as the months are open, and never ahead.
//! 3. A row sent twice with the same `client_id` is one row. What was drafted offline comes in a batch: in order, each row with a result
//!    of its own, and none held up by another.
//! 4. A row is never changed. A wrong one is taken back, once, with a reason.
//! 5. Who writes down a debt to another enterprise is who owes it, and who writes down its payment is who got the money: each tells
//!    what is against herself, and both sets of books have it. Only a debt that was written down here is collected here: what is
//!    owed for a supplier order, a visit or a restock is paid there, so that nothing is settled twice. Its writer takes such a row back until
//!    the other side has relied on it; then only the other side may. Nor is more paid to others, or collected from them, than was written down.
//! 6. Cash that is counted differently from the books is entered as a difference, with a reason.
//!
//! Notes may name people; they stay here, outside the ledger and its chain.
//!
//! | row | from | to |
//! |---|---|---|
//! | `sale` | `sales:<channel>` | cash, bank, or `receivable:others` |
//! | `purchase` | cash, bank, `payable:others`, or `payable:partner` | `cost:materials` |
//! | `expense` | cash, bank, or `payable:others` | `cost:other` |
//! | `draw` | cash or bank | `draws` |
//! | `cash_in` | `capital`, `grants`, `loans` or `income:other` | cash or bank |
//! | `debt_paid` | cash or bank | `payable:others` |
//! | `debt_collected` | `receivable:others` or `receivable:partner` | cash or bank |
//! | `loan_repaid` | cash or bank | `loans` |

pub mod batch;
pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;
pub mod templates;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::record)
        .service(http::preview)
        .service(http::preview_reverse)
        .service(http::list)
        .service(http::reverse)
        .service(http::count_cash)
        .service(http::list_counts)
        .service(batch::record_batch)
        .service(templates::keep)
        .service(templates::list)
        .service(templates::apply)
        .service(templates::remove);
}
