//! What waits and what was decided, as it is shown.

use chrono::Duration;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::model::{Moderation, ModerationId, ServiceLevel, State, Subject};
use crate::catalogue::content::Difference;
use crate::catalogue::views::ProductView;
use crate::catalogue::{Listing, ProductId};
use kit::auth::AccountId;
use kit::clock::Timestamp;
use people::enterprises::EnterpriseId;

/// One field before and after.
#[derive(Serialize, ToSchema)]
pub struct DifferenceView {
    /// The field's name in the product.
    #[schema(example = "ingredients")]
    field: String,
    /// Null where nothing stood.
    before: Value,
    /// Null where nothing is to stand.
    after: Value,
}

/// A change of a product's texts, photos or claims, or a new product that waits.
#[derive(Serialize, ToSchema)]
pub struct ModerationView {
    id: ModerationId,
    product_id: ProductId,
    subject: Subject,
    /// Empty for a new product.
    differences: Vec<DifferenceView>,
    state: State,
    asked_by: AccountId,
    /// The enterprise for which the village office asked.
    on_behalf_of: Option<EnterpriseId>,
    asked_at: Timestamp,
    /// Null while it waits, and where a trusted seller confirmed it herself.
    decided_by: Option<AccountId>,
    decided_at: Option<Timestamp>,
    reason: Option<String>,
}

impl From<Moderation> for ModerationView {
    fn from(one: Moderation) -> Self {
        let Moderation {
            id,
            product_id,
            village_id: _,
            subject,
            differences,
            state,
            asked_by,
            on_behalf_of,
            asked_at,
            decided_by,
            decided_at,
            reason,
        } = one;
        let difference = |Difference { field, before, after }| DifferenceView { field, before, after };
        let differences = differences.0.into_iter().map(difference).collect();
        Self { id, product_id, subject, differences, state, asked_by, on_behalf_of, asked_at, decided_by, decided_at, reason }
    }
}

/// The latest hundred changes of a product, newest first.
#[derive(Serialize, ToSchema)]
pub struct ChangesView {
    items: Vec<ModerationView>,
}

impl From<Vec<Moderation>> for ChangesView {
    fn from(changes: Vec<Moderation>) -> Self {
        Self { items: changes.into_iter().map(ModerationView::from).collect() }
    }
}

/// Something in the queue, with its product as it stands.
#[derive(Serialize, ToSchema)]
pub struct WaitingView {
    moderation: ModerationView,
    product: ProductView,
    /// Whole hours since it was asked for.
    hours_waited: i64,
    /// Whether that is longer than the village means to take.
    late: bool,
}

impl WaitingView {
    /// As it stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp, hours: i32, (one, listing): (Moderation, Listing)) -> Self {
        let waited = now.since(one.asked_at);
        Self {
            hours_waited: waited.num_hours(),
            late: waited > Duration::hours(i64::from(hours)),
            moderation: one.into(),
            product: ProductView::own(now.business_date(), listing),
        }
    }
}

/// How well a village keeps to its hours.
#[derive(Serialize, ToSchema)]
pub struct ServiceLevelView {
    /// Within how many hours it means to look: a setting of the village.
    hours: i32,
    /// How many wait.
    waiting: i64,
    /// How many wait for longer than that.
    late: i64,
    /// Since when the first waits.
    oldest_asked_at: Option<Timestamp>,
    /// How many were decided in the last thirty days.
    decided: usize,
    /// Half of those had waited no longer than this.
    median_minutes: Option<i64>,
}

impl From<ServiceLevel> for ServiceLevelView {
    fn from(level: ServiceLevel) -> Self {
        let ServiceLevel { hours, waiting, late, oldest: oldest_asked_at, decided, median_minutes } = level;
        Self { hours, waiting, late, oldest_asked_at, decided, median_minutes }
    }
}
