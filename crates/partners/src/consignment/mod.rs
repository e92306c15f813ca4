//! Consignment: goods that stand at a warung and stay their maker's until they are sold, counted and settled at each visit.
//!
//! A **note** is goods that a maker leaves. A **visit** is what happens every few days: opening + delivered − counted − returned −
//! spoiled = sold; of that the warung keeps her share and owes the rest, which she pays at once or puts on credit; and new goods
//! are left. What her own till sells in between is settled at once and known at the visit.
//!
//! 1. Goods are left only while a consignment agreement is in force, and by its terms: who earns what, what may go back, who bears
//!    what goes bad, how much may be owed. The accepted agreement is the record of these terms; there is no other.
//! 2. Goods at a warung never lose their owner. Every unit is on a shelf of the maker's there, and moves by a movement.
//! 3. From one visit to the next a pack sells at one price and by one share, which are kept with it: a new price or new terms hold
//!    from the next visit on. What is on its way comes by the terms under which it was sent, whatever holds when it comes.
//! 4. A visit counts everything that is there. More than can be there is refused, with the figures.
//! 5. A visit, a receipt or a till sale may come in late. It counts for the time when it happened; a visit lands once by its device's
//!    name for it, and visits land in their order or not at all.
//! 6. A visit says which one it follows. Whoever does not know of the last visit is shown it: what both sides write down of one visit
//!    counts once.
//! 7. What is against oneself counts at once, what is in one's favour needs the other's word. What a warung says that she paid is
//!    owed until the maker says that she has it, and was paid on the day of the visit then.
//! 8. What is sold and what is paid is entered into both books in the transaction of the act, alike. In a closed month it counts today.
//! 9. The side that did not write a visit down confirms it, or disputes lines of it or the money, and may say what is right. A dispute
//!    moves nothing. It ends by being taken back, or by the other side putting right what was disputed as she said; put right in
//!    another way, the visit is hers to confirm or dispute again. Putting right moves goods, back into their batches, debt, money and
//!    both books. It keeps to the terms as a visit does. What a later visit has counted again is not put right here.
//! 10. A visit puts nothing on credit beyond the limit. The till does: goods that are sold are sold. A visit at which all that comes due
//!     is paid is never refused for what is owed.
//! 11. What is missing from a note stays promised until the maker says whether she has it still.
//!
//! | note | event | to |
//! |---|---|---|
//! | `offered` | withdraw, receive, activate | `withdrawn`, `received`, `active` |
//! | `received` | activate | `active` |
//! | `active` | close | `closed` |
//!
//! | visit | event | to |
//! |---|---|---|
//! | `submitted` | confirm, dispute | `confirmed`, `disputed` |
//! | `disputed` | correct, settle | `submitted`, `settled` |

pub mod accounting;
pub mod answers;
pub mod correcting;
mod costing;
mod counting;
pub mod http;
pub mod looking;
pub mod model;
pub mod notes;
pub mod rules;
mod sale_store;
pub mod selling;
pub mod service;
pub mod statement;
mod statement_store;
mod statement_views;
mod store;
mod views;
pub mod visit_http;
mod visit_store;
pub mod visits;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{ConsignmentId, NoteId, Side, VisitId};

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::offer)
        .service(http::receive)
        .service(http::account_for_missing)
        .service(http::withdraw)
        .service(http::show_note)
        .service(http::note_history)
        .service(http::list_notes)
        .service(http::list)
        .service(http::show)
        .service(http::show_statement)
        .service(http::pay)
        .service(visit_http::record)
        .service(visit_http::list)
        .service(visit_http::show)
        .service(visit_http::history)
        .service(visit_http::give_answer)
        .service(visit_http::settle)
        .service(visit_http::make_link)
        .service(visit_http::show_linked)
        .service(visit_http::answer_linked);
}
