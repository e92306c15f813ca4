//! Orders and the values they are made of.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::ProductId;
use crate::packs::model::{Channel as PriceChannel, Price};
use crate::packs::{PackId, Unit};
use crate::payments::{Bill, Method, Payment, Refund};
use crate::preorders::WindowId;
use crate::shops::ZoneId;
use books::ledger::Channel;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::phone::Phone;
use kit::{plain_text, typed_id, word_enum};
use people::accounts::PersonName;
use people::enterprises::{self, EnterpriseId};
use people::moves::Moved;
use people::permissions::{By, Resource};
use people::villages::VillageId;

typed_id!(
    /// What one buyer orders from one seller.
    OrderId, "ord"
);
typed_id!(
    /// The orders of one cart.
    OrderGroupId, "grp"
);
typed_id!(
    /// A change of an order that its seller proposes.
    ChangeId, "chg"
);
plain_text!(
    /// Where to bring it.
    Address, max 300, lines true
);
plain_text!(
    /// The village, district or town to bring it to: enough to say what that costs.
    Area, max 100
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
        /// The buyer says that something is wrong with the goods.
        ClaimOpen = "claim_open",
        /// Handed over and paid.
        Completed = "completed",
        /// The seller declined.
        Rejected = "rejected",
        /// Called off.
        Cancelled = "cancelled",
        /// It was not answered, or not paid, in time.
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

word_enum! {
    /// How far the two have come about what delivery costs.
    Quote as "DeliveryQuote" {
        /// There is nothing to agree: the fee is known, or there is none.
        NotNeeded = "not_needed",
        /// The seller is to say what it costs.
        Asked = "asked",
        /// The seller has said it; the buyer is to agree.
        Quoted = "quoted",
        /// The buyer has agreed.
        Agreed = "agreed",
    }
}

word_enum! {
    /// How far a proposed change has come.
    ChangeState as "OrderChangeState" {
        /// The buyer is to agree.
        Proposed = "proposed",
        /// She agreed; the order is changed.
        Agreed = "agreed",
        /// She did not; the order stays as it is.
        Declined = "declined",
        /// The seller took it back, or the order was called off.
        Withdrawn = "withdrawn",
    }
}

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
    /// Orders from a pre-order window instead of from stock.
    pub preorder_id: Option<WindowId>,
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
    BySeller {
        address: Address,
        /// What the seller may know before she accepts.
        area: Option<Area>,
        /// At most one of each seller's; who has none here is asked for a quote.
        zones: Vec<ZoneId>,
    },
}

/// A line of a sale that the seller writes down.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleLine {
    pub pack_id: PackId,
    pub quantity: Quantity,
    /// What was agreed for one pack; the retail price unless said otherwise.
    pub unit_price: Option<Price>,
}

/// A sale made outside this system, as its seller writes it down.
#[derive(Clone, Debug)]
pub struct Sale {
    pub channel: Channel,
    pub lines: Vec<SaleLine>,
    pub buyer_name: Option<PersonName>,
    pub buyer_phone: Option<Phone>,
    pub address: Option<Address>,
    pub delivery_fee: Rupiah,
    pub note: Option<Note>,
    pub payment: Method,
    /// Whether the goods have changed hands.
    pub handed_over: bool,
    /// Whether the money is there.
    pub paid: bool,
}

/// An order with its seller's name and its bill.
#[derive(Clone, Debug, Queryable)]
pub struct Order {
    pub id: OrderId,
    pub group_id: OrderGroupId,
    pub number: String,
    pub village_id: VillageId,
    pub seller_id: EnterpriseId,
    /// Null when the seller wrote it down for someone without an account.
    pub buyer_id: Option<AccountId>,
    pub buyer_name: Option<String>,
    pub buyer_phone: Option<Phone>,
    pub fulfilment: Fulfilment,
    pub address: Option<String>,
    pub note: Option<String>,
    pub channel: Channel,
    pub state: State,
    pub version: i32,
    pub placed_at: Timestamp,
    pub updated_at: Timestamp,
    pub area: Option<String>,
    pub zone: Option<String>,
    pub quote: Quote,
    pub quoted_fee: Option<Rupiah>,
    /// When pre-ordered goods will be ready.
    pub ready_on: Option<NaiveDate>,
    pub answer_by: Option<Timestamp>,
    pub pay_by: Option<Timestamp>,
    pub hand_over_by: Option<Timestamp>,
    pub handed_over_at: Option<Timestamp>,
    pub complete_at: Option<Timestamp>,
    pub seller_name: String,
    pub seller_assisted: bool,
    pub seller_state: enterprises::State,
    pub bill: Bill,
}

impl Order {
    /// The order as permission sees it.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource { village: Some(self.village_id), enterprise: Some(self.seller_id), buyer: self.buyer_id, assisted: self.seller_assisted }
    }

    /// What the seller's stock remembers of who acted: her own side. Who buys, and what she says, stands with the order.
    #[must_use]
    pub fn by_seller<'a>(&self, by: Option<By<'a>>) -> Option<By<'a>> {
        by.filter(|by| self.buyer_id != Some(by.actor))
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
    /// As it stands now.
    pub quantity: i64,
    pub total: Rupiah,
    pub pack_id: PackId,
    pub pack_label: String,
    pub price_channel: PriceChannel,
    /// As it was ordered, before any change the buyer agreed to.
    pub ordered: i64,
    pub preorder_id: Option<WindowId>,
}

/// What a line of a proposed change says: fewer, or another pack in its place.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct ChangeLine {
    pub change_id: ChangeId,
    /// The line of the order it is about.
    pub position: i32,
    /// How many stay.
    pub quantity: i64,
    pub replacement_pack_id: Option<PackId>,
    pub replacement_quantity: i64,
}

/// A change its seller proposes.
#[derive(Clone, Debug, Queryable)]
pub struct Change {
    pub id: ChangeId,
    pub order_id: OrderId,
    pub state: ChangeState,
    pub reason: String,
    /// What the goods would come to.
    pub goods: Rupiah,
    pub proposed_at: Timestamp,
}

/// An order with everything that is shown with it.
#[derive(Clone, Debug)]
pub struct Whole {
    pub order: Order,
    pub lines: Vec<Line>,
    pub payments: Vec<Payment>,
    pub refunds: Vec<Refund>,
    /// The change that waits for the buyer's word.
    pub change: Option<(Change, Vec<ChangeLine>)>,
}

/// One move of an order; without an actor it was the clock.
pub type Event = Moved<State, Option<AccountId>>;
