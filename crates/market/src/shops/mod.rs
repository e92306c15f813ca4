//! Shops: the terms on which an enterprise sells. How little may be ordered, how soon she answers and hands over,
//! when she is open and when on holiday, and where she brings things for what fee.
//!
//! 1. Whoever has said nothing sells on the usual terms: no minimum, 48 hours to answer, seven days to hand over, always open.
//! 2. Times of day and days are the village's (Asia/Jakarta). Opening hours that are given are open at least once a week.
//! 3. Time to answer runs only from when she is open: not over a night she is closed, and not over a holiday that had begun.
//! 4. A change of terms is for orders yet to come: an order keeps the fee and the times it was placed with.
//! 5. A delivery zone that is taken away keeps its row; nobody sees it or can order into it.

pub mod hours;
pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{Terms, Zone, ZoneId};

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::show)
        .service(http::set_terms)
        .service(http::list_zones)
        .service(http::show_zone)
        .service(http::add_zone)
        .service(http::edit_zone)
        .service(http::remove_zone);
}
