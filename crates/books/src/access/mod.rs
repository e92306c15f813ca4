//! Access: an owner shows chosen months of her books to a cooperative or a bank, and sees when they were read.
//!
//! 1. Only a `partner` can be let in, only to whole months, and only by whoever keeps the books.
//! 2. What it reads are the statements of those months, and nothing else.
//! 3. Every reading is a row: who of the partner's people, which month, when.
//! 4. It can be withdrawn at any time. What was read was read; nothing more is.

pub mod http;
pub mod model;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::open_books)
        .service(http::given)
        .service(http::uses)
        .service(http::withdraw)
        .service(http::received)
        .service(http::read);
}
