//! Claims and the values they are made of.

use diesel::prelude::*;

use crate::batches::{BatchCode, BatchId};
use crate::orders::OrderId;
use crate::orders::model::State as OrderState;
use crate::packs::PackId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::db::types::Document;
use kit::money::{MoneyError, Rupiah};
use kit::phone::Phone;
use kit::{plain_text, typed_id, word_enum};
use people::enterprises::EnterpriseId;
use people::media::MediaId;
use people::permissions::Resource;
use people::villages::VillageId;

typed_id!(
    /// What a buyer says is wrong with goods she was handed.
    ClaimId, "clm"
);
plain_text!(
    /// What is wrong, in the buyer's own words.
    ClaimText, max 1000, lines true
);

/// The most photos of one claim.
pub const MOST_PHOTOS: usize = 4;

word_enum! {
    /// How far a claim has come.
    State as "ClaimState" {
        /// The seller is to answer.
        Open = "open",
        /// The seller offers something; the buyer is to answer.
        Offered = "offered",
        /// The seller declines; the buyer may ask the village.
        Refused = "refused",
        /// The village is to decide.
        Mediation = "mediation",
        /// The buyer gets something for it.
        Settled = "settled",
        /// The buyer gets nothing for it.
        Dismissed = "dismissed",
        /// The buyer took it back.
        Withdrawn = "withdrawn",
    }
}

word_enum! {
    /// What the buyer would like.
    Wish as "ClaimWish" {
        /// What the packs cost.
        RefundFull = "refund_full",
        /// Part of it.
        RefundPart = "refund_part",
        /// Others in their place.
        Replacement = "replacement",
    }
}

word_enum! {
    /// What makes up for goods that were not right.
    RemedyKind as "ClaimRemedy" {
        /// Money.
        Refund = "refund",
        /// As many others of the same pack.
        Replacement = "replacement",
    }
}

/// What makes up for goods that were not right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    Refund(Rupiah),
    Replacement,
}

impl Remedy {
    /// Which of the two.
    #[must_use]
    pub const fn kind(self) -> RemedyKind {
        match self {
            Self::Refund(_) => RemedyKind::Refund,
            Self::Replacement => RemedyKind::Replacement,
        }
    }

    /// How much money, where it is money.
    #[must_use]
    pub const fn amount(self) -> Option<Rupiah> {
        match self {
            Self::Refund(amount) => Some(amount),
            Self::Replacement => None,
        }
    }

    /// The remedy that is kept as these two columns.
    #[must_use]
    pub fn of(kind: Option<RemedyKind>, amount: Option<Rupiah>) -> Option<Self> {
        match kind? {
            RemedyKind::Refund => amount.map(Self::Refund),
            RemedyKind::Replacement => Some(Self::Replacement),
        }
    }
}

/// A claim as its buyer makes it.
#[derive(Clone, Debug)]
pub struct NewClaim {
    /// The line of the order.
    pub position: i32,
    /// How many of its packs.
    pub quantity: i64,
    /// What is printed on the label, where she can read it.
    pub batch: Option<BatchCode>,
    pub text: ClaimText,
    pub photos: Vec<MediaId>,
    pub wish: Wish,
    /// With part of a refund, and with nothing else.
    pub wished_amount: Option<Rupiah>,
}

/// What a claim is about, as its order has it.
#[derive(Clone, Debug, Queryable)]
pub struct Context {
    pub order_number: String,
    pub order_state: OrderState,
    pub buyer_id: Option<AccountId>,
    pub buyer_name: Option<String>,
    pub buyer_phone: Option<Phone>,
    pub product_name: String,
    pub pack_label: String,
    pub pack_id: PackId,
    /// What one pack cost.
    pub unit_price: Rupiah,
    pub seller_name: String,
    pub seller_assisted: bool,
}

/// A claim with what it is about.
#[derive(Clone, Debug, Queryable)]
pub struct Claim {
    pub id: ClaimId,
    pub order_id: OrderId,
    pub village_id: VillageId,
    pub seller_id: EnterpriseId,
    pub position: i32,
    pub quantity: i64,
    pub batch_id: Option<BatchId>,
    pub batch_code: Option<String>,
    pub text: String,
    photos: Document,
    pub wish: Wish,
    pub wished_amount: Option<Rupiah>,
    pub state: State,
    remedy: Option<RemedyKind>,
    amount: Option<Rupiah>,
    /// Why the seller refused, or why the village decided so.
    pub reason: Option<String>,
    /// How far the order had come when it was made.
    pub order_was: OrderState,
    /// When silence counts as an answer.
    pub due_at: Option<Timestamp>,
    pub mediation_since: Option<Timestamp>,
    pub version: i32,
    pub opened_at: Timestamp,
    pub updated_at: Timestamp,
    pub about: Context,
}

impl Claim {
    /// The claim as permission sees it.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource {
            village: Some(self.village_id),
            enterprise: Some(self.seller_id),
            buyer: self.about.buyer_id,
            assisted: self.about.seller_assisted,
        }
    }

    /// What is offered, or was decided.
    #[must_use]
    pub fn remedy(&self) -> Option<Remedy> {
        Remedy::of(self.remedy, self.amount)
    }

    /// Its photos in their order.
    #[must_use]
    pub fn photos(&self) -> Vec<MediaId> {
        serde_json::from_value(self.photos.0.clone()).unwrap_or_default()
    }

    /// What the claimed packs cost, and so the most that is paid back for them.
    ///
    /// # Errors
    /// [`MoneyError`] when the sum leaves the range.
    pub fn value(&self) -> Result<Rupiah, MoneyError> {
        self.about.unit_price.times(self.quantity)
    }
}

/// One move of a claim; without an actor it was the clock.
#[derive(Clone, Debug, Queryable)]
pub struct Event {
    pub from: State,
    pub to: State,
    pub remedy: Option<RemedyKind>,
    pub amount: Option<Rupiah>,
    pub actor: Option<AccountId>,
    pub on_behalf_of: Option<EnterpriseId>,
    pub reason: Option<String>,
    pub at: Timestamp,
}
