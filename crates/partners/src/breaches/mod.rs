//! Breaches: what one side says the other did not keep, what the other says to it, and how the village's office settled it.
//!
//! 1. Either side notes one, about an obligation or in words alone; the other side replies once.
//! 2. Either side may ask the village's office to stand between them, and the office may step in itself. That takes nobody's reply
//!    away: who has not replied still may, until it is settled.
//! 3. Only the office settles what is being mediated, and nobody of either side does it for the office.
//! 4. Who noted it may take it back until it is settled.
//!
//! | from | act | to |
//! |---|---|---|
//! | `noted` | reply, mediate, withdraw | `replied`, `mediating`, `withdrawn` |
//! | `replied` | mediate, withdraw | `mediating`, `withdrawn` |
//! | `mediating` | reply, settle, withdraw | `mediating`, `settled`, `withdrawn` |

pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::BreachId;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::enter)
        .service(http::list)
        .service(http::of_village)
        .service(http::show)
        .service(http::answer)
        .service(http::mediate)
        .service(http::settle)
        .service(http::withdraw);
}
