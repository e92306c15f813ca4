//! Stalls that two share: what came of a day at one, settled as the two have agreed.
//!
//! The **provider** holds the stall and pays for it; the **receiver** joins it and sells there. What the receiver sells goes into her
//! own books, through the channel `market_stall`; here it is only told, for her part of the cost and the provider's share of it.
//!
//! 1. A day is settled by the terms of the joint-stall agreement that were in force when it ended, and only on a day of the week that
//!    they name.
//! 2. What the receiver says that she took is against herself: it counts at once, in both books alike. What the provider says of it
//!    waits for the receiver's word.
//! 3. Between the two a day is told once. What was refused or taken back leaves it free.
//! 4. What is owed for a day is to be paid by the next day of the stall, or by the next after it was told, and is counted with the
//!    agreement's obligations. A day that was told wrong was never owed.
//! 5. Money is hers who says that she has it: a payment that the receiver tells waits for the provider's word, and was paid on the day
//!    the receiver said. It is paid at once, not in parts.
//! 6. Both enterprises must be approved for a day to be told; what is owed is paid, or taken back, without.
//!
//! | from | act | to |
//! |---|---|---|
//! | `proposed` | confirm, settle, refuse, withdraw | `owed`, `settled`, `refused`, `withdrawn` |
//! | `owed` | claim, pay, withdraw | `claimed`, `paid`, `withdrawn` |
//! | `claimed` | pay, `refuse_payment` | `paid`, `owed` |
//! | `settled` | withdraw | `withdrawn` |

pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::record)
        .service(http::list)
        .service(http::show)
        .service(http::history)
        .service(http::confirm)
        .service(http::refuse)
        .service(http::pay)
        .service(http::refuse_payment)
        .service(http::withdraw);
}
