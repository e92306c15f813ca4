//! WhatsApp: for an order or a product, the link that opens a chat with the message already written.
//!
//! 1. Nothing is sent from here. A link is opened by whoever taps it, and the order is recorded whether or not she does.
//! 2. A link publishes a telephone number. It is the seller's only if she agreed to show hers; else the village's hotline; else there is no
//!    link, and the answer says why.
//! 3. What a message says is the village's template, or ours in the village's language where it has none. A template is refused when it
//!    does not work, so that a link always does.
//! 4. A template sees the values of its message and nothing else: no loops over what it was not given, no files, no functions.

pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use http::{LinkView, PublicUrl};
pub use model::{Contact, Link, MessageLine, NoLink, OrderMessage, ProductMessage, Voice};
pub use rules::{buyer_link, order_link, product_link};
pub use service::{about_product, voice, voices};

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(http::product_chat).service(http::show).service(http::put).service(http::preview);
}
