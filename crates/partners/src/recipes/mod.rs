//! Recipes: which material a pack is made of, so that making it uses what is in stock and a batch knows what it cost.
//!
//! 1. A recipe says how much of each material makes so many packs, in whole base units.
//! 2. A production takes the material out, adds the packs as a batch, and moves the cost from material to stock in the books,
//!    all in one transaction. What there is not enough of is told with what is there.
//! 3. What is used of a material is rounded up to the next base unit.
//! 4. What can be made and what must be ordered follows from orders and restocks in hand, goods that are on their way to warungs, the
//!    packs and the material there are, and what suppliers are still to bring.

pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(http::show).service(http::set).service(http::produce).service(http::productions).service(http::plan);
}
