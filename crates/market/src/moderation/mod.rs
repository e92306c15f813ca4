//! Moderation: what waits for the village admin, how long, and what was decided.
//!
//! 1. A new product waits once it is submitted. A change of the texts, photos or claims of a product that the public knows
//!    waits beside it, and the public sees the product as it was.
//! 2. One thing waits per product. A waiting change is never overwritten: its seller withdraws it, or waits.
//! 3. A change is kept as its differences, field by field, with what stood before.
//! 4. A seller whom the village trusts confirms her own changes; that is written down too.
//! 5. Whoever turns something down says why. Nobody decides on her own enterprise.
//! 6. The village says within how many hours it means to look; what waits longer is late.
//!
//! | from | event | to |
//! |---|---|---|
//! | `waiting` | confirm, return, reject, withdraw | `confirmed`, `returned`, `rejected`, `withdrawn` |

pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;
pub mod views;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::ModerationId;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::queue)
        .service(http::service_level)
        .service(http::changes)
        .service(http::confirm)
        .service(http::return_for_changes)
        .service(http::reject)
        .service(http::withdraw);
}
