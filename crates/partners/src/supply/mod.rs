//! Materials: what suppliers offer, in which units, at which price from which day on.
//!
//! A material is a word the whole house shares ("Singkong", counted in grams), so that what is bought of one supplier and of
//! another is one stock. An item is a unit of it that a supplier sells: a kilogram, a sack of 50 kg.
//!
//! 1. Quantities are whole base units: grams, millilitres, pieces. A unit holds a whole number of them.
//! 2. A price holds from a day on, until a day if one is told. None is dated back, and none is ever changed: of those that hold
//!    on a day the one that began last counts, and of two that began together the one written last.
//! 3. A price list is for those who have an agreement with the supplier or take part in a joint buy of hers, and for her village's
//!    office.
//! 4. A list is imported whole or not at all; the report says of every row what it would do.
//! 5. Who has ordered an item and not received it, has it in a draft, or fills a joint buy in which it is wanted is told when its
//!    price changes. What was ordered keeps its price.

pub mod http;
pub mod importing;
pub mod model;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{Base, ItemId, MaterialId};

/// The job that follows from a new price: whom it concerns is to be told.
pub const PRICE_CHANGED: &str = "supply_price_changed";

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::list)
        .service(http::add)
        .service(http::edit)
        .service(http::set_price)
        .service(http::price_history)
        .service(importing::import);
}
