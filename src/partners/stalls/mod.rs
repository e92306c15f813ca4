//! Stalls that two share: what came of a day at one, settled as the two have agreed.
//!
//! The **provider** holds the stall and pays for it; the **receiver** joins it and sells there. What the receiver sells goes into her
//! own books, through the channel `market_stall`; here it is only told, for her part of the cost and the provider's share of it.
//!
//! 1. A day is settled by the terms of the joint-stall agreement that were in force on it, and only on a day of the week that they name.
//! 2. Who joins says what she took: it is against herself, so it counts at once, in both books alike. Who holds the stall says that she has
//!    the money, or takes a day back that was told wrong.
//! 3. A day is told once. What was taken back leaves it free.
//! 4. What is owed for a day is to be paid by the next day of the stall, and is counted with the agreement's obligations.
//!
//! | from | act | to |
//! |---|---|---|
//! | `owed` | pay, withdraw | `paid`, `withdrawn` |

pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(http::record).service(http::list).service(http::pay).service(http::withdraw);
}
