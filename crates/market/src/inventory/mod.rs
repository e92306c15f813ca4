//! Stock: how many of a pack there are, whose they are, where they stand, and of which batch.
//!
//! A **shelf** is what one enterprise holds of one pack for one owner. The maker's own is the pack's *home*, from which orders are
//! filled. A shelf at a warung is *consigned* where the goods are still the maker's, and *bought* where they are the warung's own.
//!
//! 1. `0 ≤ reserved ≤ on hand` on every shelf, by guard and by constraint.
//! 2. Nothing changes a shelf but a movement, which is a row that is never changed: the sum of a shelf's movements is what is on it.
//! 3. Goods never change their owner by being moved. Who buys them gets them `received` on a shelf of her own.
//! 4. An order reserves when it is placed, releases when it is called off, and takes when it is handed over.
//! 5. What ends first leaves first. What is of no known batch leaves last. Who reserves touches no batch. What comes back because an
//!    event was put right comes back into the batches from which that event took it.
//! 6. Differences that a stocktake finds are movements with their cause, and what they had cost goes through the books: what is
//!    missing as a loss, what is found again as less of one.

mod counting;
pub mod http;
pub mod model;
pub mod rules;
mod service;
mod store;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{Cause, InventoryError, Lot, Movement, Shelf, ShelfRow, Site, Step, Why};
pub use rules::First;
pub use service::{
    Flow, add, bring_back, consigned, count, drifting, flows, free, give_away, held_of, lose, make_for_order, move_first, move_goods,
    move_reserved, moved_by, on_hand, open, put_back, release, reserve, stood_at, take, take_out,
};

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(http::shelves)
        .service(http::movements)
        .service(http::record)
        .service(http::count)
        .service(http::stocktakes)
        .service(http::stocktake);
}
