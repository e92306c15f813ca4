//! Enterprises: home industries, warungs, suppliers and village offices, with their members.
//!
//! 1. An enterprise belongs to one village for ever.
//! 2. It trades only while `approved`.
//! 3. Every move of its state is an event row with its actor and, where someone is turned down, a reason.
//! 4. Its village may let it confirm changes of its products itself; that is an event row too.
//! 5. Its public page holds nothing about the household behind it, and its number only by consent.
//!
//! | from | event | to |
//! |---|---|---|
//! | `pending` | invite, submit | `invited`, `ready_for_review` |
//! | `invited` | invite, join, submit | `invited`, `onboarding`, `ready_for_review` |
//! | `onboarding` | submit | `ready_for_review` |
//! | `ready_for_review` | approve, reject, return | `approved`, `rejected`, `onboarding` |
//! | `approved` | suspend | `suspended` |
//! | `suspended` | reinstate | `approved` |

pub mod directory;
pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;
pub mod trust;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{Enterprise, EnterpriseId, EnterpriseName, Kind, Role, State};

/// The job that follows from a new name: whatever was written down under the old one is to be refreshed.
pub const RENAMED: &str = "enterprise_renamed";

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(directory::list_sellers)
        .service(directory::list_partners)
        .service(directory::show_seller)
        .service(http::open)
        .service(http::list_mine)
        .service(http::show)
        .service(http::edit)
        .service(http::history)
        .service(http::members)
        .service(http::add_member)
        .service(http::remove_member)
        .service(http::review_queue)
        .service(http::open_assisted)
        .service(http::invite)
        .service(http::join)
        .service(http::submit)
        .service(http::approve)
        .service(http::return_for_changes)
        .service(http::reject)
        .service(http::suspend)
        .service(http::reinstate)
        .service(trust::trust)
        .service(trust::distrust);
}
