//! The catalogue: what home industries, warungs and suppliers offer, moderated by the village admin.
//!
//! 1. Only published products of enterprises that trade are public.
//! 2. Texts and claims (P-IRT, halal) are looked at before the public sees them; packs, prices and stock
//!    ([`crate::packs`]) apply at once. What the public knows changes after a look ([`crate::moderation`]).
//! 3. Suspending a product stops new orders. Those already placed go on, unless the village says that the food is not safe:
//!    then they are called off by the job [`jobs::RECALLED`].
//! 4. Every move of its state is an event row; a return or rejection carries a reason.
//! 5. What is found depends on [`kit::search`] alone, so both engines answer the same.
//!
//! | from | event | to |
//! |---|---|---|
//! | `draft`, `returned` | submit | `submitted` |
//! | `submitted` | publish, return, reject | `published`, `returned`, `rejected` |
//! | `published` | pause, suspend | `paused`, `suspended` |
//! | `paused` | resume, suspend | `published`, `suspended` |
//! | `suspended` | reinstate | `published` |

pub mod badges;
pub mod content;
pub mod http;
pub mod jobs;
pub mod label;
pub mod lapses;
pub mod model;
pub mod photos;
pub mod rules;
mod search;
pub mod service;
mod store;
pub mod views;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{Listing, ProductId};

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::list_categories)
        .service(http::list_products)
        .service(http::get_product)
        .service(http::create_product)
        .service(http::list_own_products)
        .service(http::edit_product)
        .service(http::product_label)
        .service(http::product_history)
        .service(http::moderation_queue)
        .service(http::submit)
        .service(http::publish)
        .service(http::return_for_changes)
        .service(http::reject)
        .service(http::pause)
        .service(http::resume)
        .service(http::suspend)
        .service(http::reinstate);
}
