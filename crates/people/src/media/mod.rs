//! Photos: what products look like, and pictures that prove something.
//!
//! A photo is taken in first and attached afterwards: whoever uploads it gets an id, and names the id where the photo belongs. The feature
//! it belongs to calls [`service::attach`] in its own transaction.
//!
//! 1. Nothing of the file that was uploaded is kept: three JPEGs are made of it, without EXIF and position ([`kit::pictures`]).
//! 2. Photos of products are public to whoever knows their address. All others are seen by who uploaded them and, once they are
//!    attached, by those whom the thing concerns.
//! 3. A photo belongs to one thing at a time, and only who uploaded it attaches it.
//! 4. What is attached to nothing is removed a day after it came; what is detached, at once.
//! 5. Equal variants are one object in the store. It goes when the last photo that uses it has gone, and never while one does.
//! 6. The same file again, from the same account and for the same purpose, is the same photo, as long as it is attached to nothing.

pub mod http;
pub mod intake;
pub mod jobs;
pub mod model;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{Attachment, MediaId, Purpose, Size};

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(http::upload).service(http::show_photo).service(http::show_private).service(http::remove);
}
