//! Restock: a warung asks a maker for goods, and gets them outright or on consignment.
//!
//! She asks with a list, with "the same as last time", by what should always stand there (par levels), or has it asked for her on
//! fixed days of the week. The maker accepts, accepts in part, or declines; brings it; and the warung counts what came.
//!
//! 1. Outright goods are sold at the agreed price, or else at the maker's price for warungs, and are the warung's own from then on.
//!    Goods on consignment come by a note and stay their maker's.
//! 2. Outright goods on credit need a purchase agreement and its limit, in which what may still come counts too; they are to be paid
//!    after the days agreed, in parts or at once. Other outright goods are paid when they come; under an agreement they are owed on
//!    the day when the warung counts them.
//! 3. Money is hers who says that she has it. Until the maker has written it down, what the warung paid is claimed and owed.
//! 4. What is accepted is promised; what did not come is free again, and both figures stay.
//! 5. What is accepted is owed on an agreed day, the wanted one or the next. It came when the warung says that it did, and as much of
//!    it as she counts: less than was accepted keeps no promise.
//! 6. What may still come is asked for once: par levels and suggestions leave it out.
//! 7. A standing reorder is made exactly once for each of its days. Where none was made, the day says why.
//! 8. A suggestion is what was sold per day, times the days until the maker comes, less what is there or coming; it tells what it is
//!    based on.
//!
//! | from | event | to |
//! |---|---|---|
//! | `requested` | accept, `accept_part`, decline, withdraw | `accepted`, `partly`, `declined`, `withdrawn` |
//! | `accepted`, `partly` | deliver, withdraw | `delivered`, `withdrawn` |
//! | `delivered` | confirm | `confirmed` |

pub mod http;
pub mod jobs;
pub mod levels;
pub mod model;
pub mod paying;
pub mod rules;
pub mod service;
pub mod standing;
mod store;
pub mod suggesting;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{RestockId, TemplateId};
pub use service::in_hand;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::request)
        .service(http::list)
        .service(http::show)
        .service(http::history)
        .service(http::give_answer)
        .service(http::deliver)
        .service(http::confirm)
        .service(http::withdraw)
        .service(http::pay)
        .service(http::set_par_levels)
        .service(http::par_levels)
        .service(http::suggest)
        .service(http::keep_template)
        .service(http::templates)
        .service(http::stop_template)
        .service(http::runs);
}
