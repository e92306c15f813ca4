//! Pre-order windows and the values they are made of.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::catalogue::ProductId;
use crate::packs::PackId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::{bounded, typed_id, word_enum};
use people::enterprises::EnterpriseId;
use people::moves::Moved;

typed_id!(
    /// A time in which something can be ordered before it is made.
    WindowId, "pre"
);
bounded!(
    /// How many units can be ordered in a window.
    Capacity, 1 ..= 1_000_000, "capacity_out_of_range"
);

/// The most windows of one product, in whatever packs, that are open at a time.
pub const MOST_OPEN: i64 = 20;

word_enum! {
    /// How far a window has come.
    State as "PreorderState" {
        /// It takes orders until its cut-off.
        Open = "open",
        /// It takes no more; what was ordered is being made.
        Closed = "closed",
        /// It will not be made.
        CalledOff = "called_off",
    }
}

/// A window with the name of what is made.
#[derive(Clone, Debug, Queryable)]
pub struct Window {
    pub id: WindowId,
    pub pack_id: PackId,
    pub enterprise_id: EnterpriseId,
    pub cut_off: Timestamp,
    pub ready_on: NaiveDate,
    pub capacity: i64,
    pub taken: i64,
    /// As it is stored: an open one may have passed its cut-off. [`super::rules::state_at`] tells.
    pub state: State,
    pub reason: Option<String>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub product_id: ProductId,
    pub product_name: String,
    pub pack_label: String,
}

impl Window {
    /// What can still be ordered, as long as it is open.
    #[must_use]
    pub const fn free(&self) -> i64 {
        self.capacity - self.taken
    }
}

/// A window as someone sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub window: Window,
    /// Whether she belongs to its seller or administers the village.
    pub own: bool,
}

/// A window as it is opened.
#[derive(Clone, Copy, Debug)]
pub struct NewWindow {
    pub cut_off: Timestamp,
    pub ready_on: NaiveDate,
    pub capacity: Capacity,
}

/// A change; what is `None` stays.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub cut_off: Option<Timestamp>,
    pub ready_on: Option<NaiveDate>,
    pub capacity: Option<Capacity>,
}

/// One move of a window.
pub type Event = Moved<State, AccountId>;
