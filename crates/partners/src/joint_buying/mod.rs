//! Joint buying: home industries fill a supplier's sacks and her minimum together, and each has her own share, debt and books.
//!
//! A member says how much she wants and how much more she would take so that a sack is filled. Until the cut-off everyone sees
//! what that makes. Then it is sent, extended, or dropped, and everyone is told which, and why.
//!
//! 1. Only whole units are bought. One more is bought if what is wanted beyond whole ones and all tolerances fill it.
//! 2. Who came first is served first: wanted quantities in the order in which members came, then tolerances in that order. Who
//!    wants more, or would take more, goes to the end of the line for that item; less keeps one's place.
//! 3. Shares sum to what is bought, and their prices and parts of the delivery to what it costs, to the rupiah.
//! 4. What was sent stands as it was sent, whatever things cost later; each member has her receipt of it.
//! 5. After that no member leaves alone: the supplier answers all shares alike, and the organiser calls all of them off, until one
//!    is on its way. So sacks stay whole, and each part of the delivery has who bears it.
//! 6. Members need no agreement of their own: the organiser's lets them see what is offered and at which price while it is open, the
//!    supplier's list and how she kept her promises until their shares are done with, and what they themselves owe or are owed under it.
//! 7. Whoever the village has stopped begins nothing: neither opens nor sends one, and wants no more. Sacks are filled without her.
//! 8. It is sent when it comes to the minimum of the organiser's agreement and her own, each share as its member's order.
//!
//! | from | event | to |
//! |---|---|---|
//! | `open` | send, drop, `call_off` | `sent`, `dropped`, `called_off` |
//! | `open` | extend | `open` |
//! | `sent` | `call_off` | `called_off` |

pub mod http;
pub mod jobs;
pub mod model;
pub mod reading;
pub mod receipts;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::JointBuyId;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::open)
        .service(http::list)
        .service(http::show)
        .service(http::history)
        .service(http::offered)
        .service(http::say_what)
        .service(http::send_now)
        .service(http::call_off)
        .service(receipts::show);
}
