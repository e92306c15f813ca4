//! Claims as they are shown.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Claim, ClaimId, Event, Remedy, RemedyKind, State, Wish};
use crate::orders::OrderId;
use crate::orders::rules::seller_sees_buyer;
use crate::packs::PackId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::{MoneyError, Rupiah};
use kit::phone::Phone;
use people::enterprises::EnterpriseId;
use people::media::http::PhotoView;
use people::media::{MediaId, Purpose};

/// Who made a claim.
#[derive(Serialize, ToSchema)]
pub struct ClaimantView {
    name: Option<String>,
    phone: Option<Phone>,
}

/// A claim.
#[derive(Serialize, ToSchema)]
pub struct ClaimView {
    id: ClaimId,
    order_id: OrderId,
    /// The order's number, to be said on the phone.
    order_number: String,
    seller_id: EnterpriseId,
    seller_name: String,
    /// Who bought the goods; where an order would show it.
    buyer: Option<ClaimantView>,
    /// The line of the order.
    position: i32,
    product_name: String,
    pack_id: PackId,
    pack_label: String,
    /// How many of its packs.
    quantity: i64,
    /// What those cost: the most that is paid back.
    value: Rupiah,
    /// What is printed on the label.
    batch_code: Option<String>,
    text: String,
    photos: Vec<PhotoView>,
    wish: Wish,
    wished_amount: Option<Rupiah>,
    state: State,
    /// What is offered, or was decided.
    remedy: Option<RemedyKind>,
    /// How much money that is.
    amount: Option<Rupiah>,
    /// Why the seller refused, or why the village decided so.
    reason: Option<String>,
    /// When silence counts as an answer.
    due_at: Option<Timestamp>,
    mediation_since: Option<Timestamp>,
    /// How many full hours the village has had it to decide; null when it has not.
    waiting_hours: Option<i64>,
    opened_at: Timestamp,
    updated_at: Timestamp,
}

impl ClaimView {
    /// The claim as `viewer` may see it at `now`.
    ///
    /// # Errors
    /// [`MoneyError`] when its sums leave the range.
    pub fn seen_by(viewer: AccountId, now: Timestamp, claim: Claim) -> Result<Self, MoneyError> {
        let (value, remedy, photos) = (claim.value()?, claim.remedy(), claim.photos());
        let about = claim.about;
        let shown = about.buyer_id == Some(viewer) || seller_sees_buyer(about.order_state, Rupiah::ZERO, Rupiah::ZERO);
        let waiting_since = claim.mediation_since.filter(|_| claim.state == State::Mediation);
        Ok(Self {
            id: claim.id,
            order_id: claim.order_id,
            order_number: about.order_number,
            seller_id: claim.seller_id,
            seller_name: about.seller_name,
            buyer: shown.then_some(ClaimantView { name: about.buyer_name, phone: about.buyer_phone }),
            position: claim.position,
            product_name: about.product_name,
            pack_id: about.pack_id,
            pack_label: about.pack_label,
            quantity: claim.quantity,
            value,
            batch_code: claim.batch_code,
            text: claim.text,
            photos: photos.into_iter().map(|id: MediaId| PhotoView::of(id, Purpose::ClaimPhoto)).collect(),
            wish: claim.wish,
            wished_amount: claim.wished_amount,
            state: claim.state,
            remedy: remedy.map(Remedy::kind),
            amount: remedy.and_then(Remedy::amount),
            reason: claim.reason,
            due_at: claim.due_at,
            mediation_since: claim.mediation_since,
            waiting_hours: waiting_since.map(|since| now.since(since).num_hours()),
            opened_at: claim.opened_at,
            updated_at: claim.updated_at,
        })
    }
}

/// The claims of one order, oldest first.
#[derive(Serialize, ToSchema)]
pub struct OrderClaimsView {
    pub items: Vec<ClaimView>,
}

/// One move of a claim.
#[derive(Serialize, ToSchema)]
pub struct ClaimEventView {
    from: State,
    to: State,
    remedy: Option<RemedyKind>,
    amount: Option<Rupiah>,
    /// Null when it was the clock.
    actor_id: Option<AccountId>,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    reason: Option<String>,
    at: Timestamp,
}

/// The moves of a claim, oldest first.
#[derive(Serialize, ToSchema)]
pub struct ClaimHistoryView {
    items: Vec<ClaimEventView>,
}

impl From<Vec<Event>> for ClaimHistoryView {
    fn from(events: Vec<Event>) -> Self {
        let view = |Event { from, to, remedy, amount, actor: actor_id, on_behalf_of, reason, at }| ClaimEventView {
            from,
            to,
            remedy,
            amount,
            actor_id,
            on_behalf_of,
            reason,
            at,
        };
        Self { items: events.into_iter().map(view).collect() }
    }
}
