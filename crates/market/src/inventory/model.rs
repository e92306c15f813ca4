//! Shelves, lots and movements.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::batches::{BatchId, is_near_the_end};
use crate::packs::PackId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::db::{Refusal, Tx};
use kit::money::Rupiah;
use kit::{plain_text, typed_id, word_enum};
use people::enterprises::EnterpriseId;
use people::permissions::By;

typed_id!(
    /// One change of a shelf.
    MovementId, "smv"
);
typed_id!(
    /// A count of what an enterprise holds of its own.
    StocktakeId, "stk"
);
plain_text!(
    /// Why stock was counted differently, or how it went bad.
    StockNote, max 200
);

/// The most packs of one stocktake.
pub const MOST_COUNTED: usize = 100;

word_enum! {
    /// Why goods moved.
    Movement as "StockMovement" {
        /// They were made.
        Produced = "produced",
        /// They came from another enterprise and are the holder's own now.
        Received = "received",
        /// They are promised.
        Reserved = "reserved",
        /// They are promised no more.
        Released = "released",
        /// They went to who bought them.
        HandedOver = "handed_over",
        /// They went from one holder to another and kept their owner.
        Moved = "moved",
        /// They came back.
        Returned = "returned",
        /// They went bad or broke.
        Spoiled = "spoiled",
        /// They were given to taste.
        Sampled = "sampled",
        /// The figure was wrong.
        Adjusted = "adjusted",
    }
}

word_enum! {
    /// What was wrong with a figure.
    Cause as "StockCause" {
        /// It was the first.
        Opening = "opening",
        /// Another number was counted.
        Counted = "counted",
        /// What had been written down was put right.
        Corrected = "corrected",
        /// They are gone.
        Lost = "lost",
    }
}

word_enum! {
    /// What a shelf is to its pack.
    Site as "StockSite" {
        /// The maker's own, at hers.
        Home = "home",
        /// The maker's, at another's.
        Consigned = "consigned",
        /// Bought by who holds it.
        Bought = "bought",
    }
}

/// What one enterprise holds of one pack for one owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shelf {
    pub pack: PackId,
    pub owner: EnterpriseId,
    pub holder: EnterpriseId,
    pub site: Site,
}

impl Shelf {
    /// The maker's own.
    #[must_use]
    pub const fn home(pack: PackId, maker: EnterpriseId) -> Self {
        Self { pack, owner: maker, holder: maker, site: Site::Home }
    }

    /// The maker's goods at a warung.
    #[must_use]
    pub const fn consigned(pack: PackId, maker: EnterpriseId, warung: EnterpriseId) -> Self {
        Self { pack, owner: maker, holder: warung, site: Site::Consigned }
    }

    /// What someone bought of another's pack.
    #[must_use]
    pub const fn bought(pack: PackId, buyer: EnterpriseId) -> Self {
        Self { pack, owner: buyer, holder: buyer, site: Site::Bought }
    }
}

/// What a movement belongs to, by whom, when it happened, and when it counts in the statements.
#[derive(Clone, Debug)]
pub struct Why<'a> {
    /// The id of the order, visit or count.
    pub reference: String,
    pub by: Option<By<'a>>,
    pub happened_at: Timestamp,
    pub counts_at: Timestamp,
}

impl<'a> Why<'a> {
    /// It happens now.
    #[must_use]
    pub fn now(tx: &Tx<'_>, reference: impl ToString, by: Option<By<'a>>) -> Self {
        Self::at(reference, by, tx.now())
    }

    /// It happened at `at` and is written down now.
    #[must_use]
    pub fn at(reference: impl ToString, by: Option<By<'a>>, at: Timestamp) -> Self {
        Self { reference: reference.to_string(), by, happened_at: at, counts_at: at }
    }

    /// It counts at another time than it happened, because its month was closed.
    #[must_use]
    pub fn counting(self, at: Timestamp) -> Self {
        Self { counts_at: at, ..self }
    }
}

/// Why stock did not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InventoryError {
    /// Not so many are free.
    NotEnough { pack: PackId, available: i64 },
    /// Fewer were counted than orders hold.
    BelowReserved { reserved: i64 },
}
impl Refusal for InventoryError {}

/// A shelf as it stands in its table.
#[derive(Clone, Debug, Queryable)]
pub struct ShelfRow {
    pub pack: PackId,
    pub owner: EnterpriseId,
    pub holder: EnterpriseId,
    pub site: Site,
    pub on_hand: i64,
    pub reserved: i64,
    pub product_name: String,
    pub pack_label: String,
}

/// So many of one batch on a shelf.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Lot {
    pub batch: BatchId,
    pub code: String,
    pub produced_on: NaiveDate,
    pub expires_on: Option<NaiveDate>,
    pub quantity: i64,
}

impl Lot {
    /// Whether it is to be sold first, or no more.
    #[must_use]
    pub fn is_near_its_end(&self, today: NaiveDate) -> bool {
        is_near_the_end(self.produced_on, self.expires_on, today)
    }
}

/// A movement as it is read.
#[derive(Clone, Debug, Queryable)]
pub struct MovementRow {
    pub id: MovementId,
    pub pack: PackId,
    pub owner: EnterpriseId,
    pub holder: EnterpriseId,
    pub batch: Option<BatchId>,
    pub movement: Movement,
    pub on_hand: i64,
    pub reserved: i64,
    pub cause: Option<Cause>,
    pub note: Option<String>,
    pub reference: String,
    pub actor: Option<AccountId>,
    pub on_behalf_of: Option<EnterpriseId>,
    pub happened_at: Timestamp,
    pub recorded_at: Timestamp,
}

/// What an event moved of one batch on a shelf.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct Step {
    pub movement: Movement,
    pub batch: Option<BatchId>,
    pub expires_on: Option<NaiveDate>,
    pub quantity: i64,
}

/// What was counted of one pack.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    pub pack: PackId,
    pub counted: i64,
}

/// A stocktake.
#[derive(Clone, Debug, Queryable)]
pub struct Stocktake {
    pub id: StocktakeId,
    pub enterprise_id: EnterpriseId,
    pub note: Option<String>,
    /// What the goods that were missing had cost, less what was found again, as far as it is known.
    pub cost: Rupiah,
    pub counted_by: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub counted_at: Timestamp,
}

/// A line of a stocktake.
#[derive(Clone, Debug, Queryable)]
pub struct StocktakeLine {
    pub stocktake: StocktakeId,
    pub pack: PackId,
    pub expected: i64,
    pub counted: i64,
    pub cost: Rupiah,
}
