//! What waits for a decision, and the values it is made of.

use diesel::prelude::*;

use crate::catalogue::ProductId;
use crate::catalogue::content::Difference;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::db::types::Document;
use kit::{typed_id, word_enum};
use people::enterprises::EnterpriseId;
use people::villages::VillageId;

typed_id!(
    /// Something that waits for the village admin, or has waited.
    ModerationId, "mod"
);

word_enum! {
    /// What is to be looked at.
    Subject as "ModerationSubject" {
        /// A new product.
        Product = "product",
        /// A change of one that the public knows.
        Change = "change",
    }
}

word_enum! {
    /// How far it has come.
    State as "ModerationState" {
        /// The village admin is to look at it.
        Waiting = "waiting",
        /// It was let through.
        Confirmed = "confirmed",
        /// It was sent back with a reason, to be changed.
        Returned = "returned",
        /// It was turned down.
        Rejected = "rejected",
        /// Its seller took it back.
        Withdrawn = "withdrawn",
    }
}

/// Something that waits, or has waited.
#[derive(Clone, Debug, Queryable)]
pub struct Moderation {
    pub id: ModerationId,
    pub product_id: ProductId,
    pub village_id: VillageId,
    pub subject: Subject,
    #[diesel(deserialize_as = Document)]
    pub differences: Differences,
    pub state: State,
    pub asked_by: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub asked_at: Timestamp,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<Timestamp>,
    pub reason: Option<String>,
}

/// What a change changes, field by field.
#[derive(Clone, Debug, Default)]
pub struct Differences(pub Vec<Difference>);

impl From<Document> for Differences {
    fn from(kept: Document) -> Self {
        Self(serde_json::from_value(kept.0).unwrap_or_default())
    }
}

/// How well a village keeps to its hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceLevel {
    /// Within how many hours it means to look.
    pub hours: i32,
    pub waiting: i64,
    /// How many wait for longer than that.
    pub late: i64,
    pub oldest: Option<Timestamp>,
    /// How many were decided in the last thirty days.
    pub decided: usize,
    /// Half of those had waited no longer than this.
    pub median_minutes: Option<i64>,
}
