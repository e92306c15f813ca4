//! Pre-orders: what a seller makes once enough of it is ordered. A window is for one pack, open until its cut-off, takes so
//! many units, and says on which day they are ready.
//!
//! 1. `0 ≤ taken ≤ capacity`, by guard and by constraint. The last unit is taken once, whoever asks at the same time.
//! 2. A unit is taken when an order is placed and given back when it is called off; after the cut-off nothing is taken.
//! 3. The cut-off closes a window by the clock alone: no job has to run for it.
//! 4. The day on which it is ready stays as it was once something is taken, and the capacity is not less than what is taken.
//! 5. Every move is an event row. Calling a window off tells why; its orders are left to the seller, who cancels them.
//!
//! | from | event | to |
//! |---|---|---|
//! | `open` | close, `call_off`, its cut-off | `closed`, `called_off`, `closed` |
//! | `closed` | `call_off` | `called_off` |

pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::WindowId;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::list_open)
        .service(http::open)
        .service(http::list_own)
        .service(http::show)
        .service(http::edit)
        .service(http::history)
        .service(http::close)
        .service(http::call_off);
}
