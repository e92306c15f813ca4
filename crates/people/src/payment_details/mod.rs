//! How an enterprise takes money: which ways it accepts, its bank account, its QRIS code.
//!
//! 1. Its owners change it, and the village office for an enterprise it assists; nobody else does or sees it. A buyer sees what she needs to
//!    pay her own order; the public page names the accepted ways alone.
//! 2. A way is accepted only with what it takes: a transfer with an account, QRIS with a code.
//! 3. Whoever changes where money goes can steal it. Each change is an event row with the details as they were from then on, and when the
//!    account or the code is another, all owners get a letter.
//! 4. An enterprise that has said nothing takes cash.

pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{BankAccount, Method, PaymentDetails};
pub use service::{for_buyer, methods_of, of};

/// The job that follows when money is to go elsewhere: the owners are told.
pub const CHANGED: &str = "payment_details_changed";

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(http::show).service(http::put).service(http::history).service(http::read_code);
}
