//! Agreements: what two enterprises settle between them, in plain words that both keep, and that the system then goes by.
//!
//! A consignment, a supply, a purchase or a joint stall is offered, answered with other terms any number of times, and
//! accepted. From its first day on, prices, shares, days, minimums and limits are read from it. Without one neither of two
//! enterprises orders of the other, leaves goods with her or sees anything of hers, and when it ends that ends too.
//!
//! 1. Both sides agree to every version. Who proposed it has; the other accepts. Someone without a phone is represented by her
//!    village's office, which is written down beside the act, and nobody represents one side while she belongs to the other.
//! 2. A version is never changed. Its text and its terms are hashed when it is proposed.
//! 3. At every instant at most one version is in force between a pair for a kind: a timeline of periods, keyed by their
//!    beginning, of which the one that began last counts. What was in force in the past stays so.
//! 4. Beginning and ending happen by the clock alone; the job only writes it down.
//! 5. A new agreement of the same pair and kind takes the place of the old one on its first day.
//! 6. A notice ends an agreement when the days have passed that the version in force says. It is about that agreement alone: what
//!    was to follow it follows, and what it was to follow ends on the day that was agreed for that.
//! 7. While an agreement is active one of its versions is in force: an amendment begins no later than the day what runs ends.
//!
//! | from | act | to |
//! |---|---|---|
//! | `draft` | edit, offer, withdraw | `draft`, `offered`, `withdrawn` |
//! | `offered`, `countered` | counter, accept, decline, withdraw | `countered`, `accepted`, `declined`, `withdrawn` |
//! | `accepted` | begin, `give_notice`, terminate, supersede | `active`, `accepted`, `terminated`, `superseded` |
//! | `active` | amend and its answers, `give_notice` | `active` |
//! | `active` | expire, terminate, supersede | `expired`, `terminated`, `superseded` |

pub mod http;
pub mod jobs;
pub mod model;
pub mod print;
pub mod reading;
pub mod rules;
pub mod service;
mod store;
pub mod templates;
pub mod terms;
mod views;
mod wording;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{AgreementId, InForce};
pub use reading::{are_partners, consignment_in_force, in_force, joint_stall_in_force, purchase_in_force, supply_in_force};
pub use terms::{Kind, Side, Terms};

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::draft)
        .service(http::list)
        .service(http::show)
        .service(http::versions)
        .service(http::history)
        .service(http::edit)
        .service(http::offer)
        .service(http::counter)
        .service(http::accept)
        .service(http::decline)
        .service(http::withdraw)
        .service(http::amend)
        .service(http::terminate)
        .service(print::print)
        .service(templates::show)
        .service(templates::set);
}
