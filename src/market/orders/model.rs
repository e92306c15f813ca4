//! Orders and the values they are made of.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kit::auth::AccountId;
use crate::kit::clock::Timestamp;
use crate::kit::money::Rupiah;
use crate::kit::phone::Phone;
use crate::market::catalogue::ProductId;
use crate::market::packs::model::Channel;
use crate::market::packs::{PackId, Unit};
use crate::market::payments::{Method, Payment};
use crate::people::enterprises::{self, EnterpriseId};
use crate::people::permissions::Resource;
use crate::people::villages::VillageId;
use crate::{plain_text, typed_id, word_enum};

typed_id!(
    /// What one buyer orders from one seller.
    OrderId, "ord"
);
typed_id!(
    /// The orders of one cart.
    OrderGroupId, "grp"
);
plain_text!(
    /// Where to bring it.
    Address, max 300, lines true
);
plain_text!(
    /// A word to the seller.
    Note, max 300, lines true
);

word_enum! {
    /// How far an order has come.
    State as "OrderState" {
        /// Waiting for the seller's word.
        Placed = "placed",
        /// The seller will make it.
        Accepted = "accepted",
        /// Being made or packed.
        Preparing = "preparing",
        /// Ready to be handed over.
        Ready = "ready",
        /// In the buyer's hands.
        HandedOver = "handed_over",
        /// Handed over and paid.
        Completed = "completed",
        /// The seller declined.
        Rejected = "rejected",
        /// Called off.
        Cancelled = "cancelled",
        /// The seller did not answer in time.
        Expired = "expired",
    }
}

word_enum! {
    /// How the goods reach the buyer.
    Fulfilment {
        /// She fetches them.
        Pickup = "pickup",
        /// The seller brings them.
        SellerDelivery = "seller_delivery",
    }
}

/// The only channel so far: ordered here.
pub const ONLINE: &str = "online";

/// How many packs one line orders: 1 to 10,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, minimum = 1, maximum = 10_000)]
pub struct Quantity(i64);

impl Quantity {
    /// The number of packs.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let units = i64::deserialize(deserializer)?;
        if (1..=10_000).contains(&units) { Ok(Self(units)) } else { Err(serde::de::Error::custom("quantity_out_of_range")) }
    }
}

/// A line of a cart.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartLine {
    pub pack_id: PackId,
    pub quantity: Quantity,
}

/// A cart, ready to be ordered.
#[derive(Clone, Debug)]
pub struct Cart {
    pub lines: Vec<CartLine>,
    pub delivery: Delivery,
    pub note: Option<Note>,
    pub payment: Method,
    pub expected_total: Option<Rupiah>,
}

/// How the goods reach the buyer; an address goes with delivery and with nothing else.
#[derive(Clone, Debug)]
pub enum Delivery {
    Pickup,
    BySeller(Address),
}

impl Delivery {
    /// The word and the address, as they are stored.
    #[must_use]
    pub const fn parts(&self) -> (Fulfilment, Option<&Address>) {
        match self {
            Self::Pickup => (Fulfilment::Pickup, None),
            Self::BySeller(address) => (Fulfilment::SellerDelivery, Some(address)),
        }
    }
}

/// An order with its seller's name and its payment.
#[derive(Clone, Debug, Queryable)]
pub struct Order {
    pub id: OrderId,
    pub group_id: OrderGroupId,
    pub number: String,
    pub village_id: VillageId,
    pub seller_id: EnterpriseId,
    pub buyer_id: AccountId,
    pub buyer_name: String,
    pub buyer_phone: Phone,
    pub fulfilment: Fulfilment,
    pub address: Option<String>,
    pub note: Option<String>,
    pub total: Rupiah,
    pub state: State,
    pub version: i32,
    pub placed_at: Timestamp,
    pub updated_at: Timestamp,
    pub seller_name: String,
    pub seller_assisted: bool,
    pub seller_state: enterprises::State,
    pub payment: Payment,
}

impl Order {
    /// The order as permission sees it.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource {
            village: Some(self.village_id),
            enterprise: Some(self.seller_id),
            buyer: Some(self.buyer_id),
            assisted: self.seller_assisted,
        }
    }
}

/// A line with the name and price it was ordered at.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Line {
    pub order_id: OrderId,
    pub position: i32,
    pub product_id: ProductId,
    pub name: String,
    pub unit: Unit,
    pub unit_price: Rupiah,
    pub quantity: i64,
    pub total: Rupiah,
    pub pack_id: PackId,
    pub pack_label: String,
    pub price_channel: Channel,
}

/// An order with its lines.
pub type Whole = (Order, Vec<Line>);

/// One move of an order's state; without an actor it was the clock.
#[derive(Clone, Debug, Queryable)]
pub struct Event {
    pub from: State,
    pub to: State,
    pub actor: Option<AccountId>,
    pub on_behalf_of: Option<EnterpriseId>,
    pub reason: Option<String>,
    pub at: Timestamp,
}
