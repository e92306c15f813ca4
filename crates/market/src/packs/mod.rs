//! Packs: what of a product is sold and counted, and what it costs in which channel.
//!
//! 1. A product is the thing with its texts and claims; a pack is one size of it. Stock, prices and order lines are of packs.
//! 2. A pack's label is made of its unit and content, so it holds no text that a moderator would have to read; no two packs of
//!    a product are labelled alike. Whoever changes the content adds another pack: what was ordered stays what it was.
//! 3. A price is a row with the time from and until which it held; the one in force has no end. So the history is the table itself.
//! 4. Prices apply at once. A warung pays no more than a buyer, and wholesale is cheaper the more is taken.
//! 5. A product on sale has a pack on sale: the last one is not withdrawn, the product is paused instead.
//! 6. Every change of packs or prices counts the product's version up and keeps its lowest retail price with it.

pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;
pub mod views;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{PackId, Unit};

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(http::add).service(http::edit).service(http::set_prices).service(http::price_history).service(http::set_stock);
}
