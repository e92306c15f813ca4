//! Accounts: who can sign in, by telephone number, and on which devices she is signed in.
//!
//! 1. No answer of this feature tells whether a number has an account: registering a known number
//!    answers as registering a new one, and a wrong number costs the same work as a wrong password.
//!    Numbers are not proven by a message yet, so who registers one and then cannot sign in does learn it.
//! 2. A refresh token works once. Used again within 30 seconds on the same device it gives the same
//!    successor (the first answer may have been lost on the way); otherwise the whole session ends.
//! 3. There are no default credentials. A fresh installation prints a set-up token, once.

pub mod http;
pub mod model;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{PersonName, Registered};

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::set_up)
        .service(http::register)
        .service(http::sign_in)
        .service(http::refresh)
        .service(http::sign_out)
        .service(http::me)
        .service(http::edit_me)
        .service(http::change_password)
        .service(http::list_sessions)
        .service(http::revoke_session);
}
