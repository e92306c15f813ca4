//! Accounts: who can sign in, by telephone number, and on which devices she is signed in.
//!
//! 1. No answer of this feature tells whether a number has an account: registering a known number
//!    answers as registering a new one, and a wrong number costs the same work as a wrong password.
//!    Who registers a number and then cannot sign in does learn it.
//! 2. A refresh token works once. Used again within 30 seconds on the same device it gives the same
//!    successor (the first answer may have been lost on the way); otherwise the whole session ends.
//! 3. A guest buys with a number and a secret tracking token. She can do what buyers do with their own
//!    orders and nothing else; whoever proves the number can take her orders over.
//! 4. A number is proven by a code sent from it to the village's hotline, where the office reads it.
//! 5. There are no default credentials. A fresh installation prints a set-up token, once.

pub mod guests;
pub mod http;
pub mod model;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{Guest, PersonName, Registered};

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::set_up)
        .service(http::register)
        .service(http::sign_in)
        .service(http::refresh)
        .service(http::sign_out)
        .service(guests::open)
        .service(guests::track)
        .service(guests::begin_proof)
        .service(guests::finish_proof)
        .service(http::me)
        .service(http::edit_me)
        .service(http::change_password)
        .service(http::list_sessions)
        .service(http::revoke_session);
}
