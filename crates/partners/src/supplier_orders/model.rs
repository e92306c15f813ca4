//! Supplier orders, their lines and payments.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::agreements::AgreementId;
use crate::debts::Method;
use crate::joint_buying::JointBuyId;
use crate::parties::Names;
use crate::supply::{ItemId, MaterialId};
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::text::Reason;
use kit::{bounded, typed_id, word_enum};
use market::orders::model::{Note, Quantity};
use people::enterprises::EnterpriseId;
use people::permissions::By;
use people::villages::VillageId;

typed_id!(
    /// What one enterprise orders of a supplier.
    SupplierOrderId, "sod"
);
typed_id!(
    /// Money for a supplier order.
    SupplierPaymentId, "spy"
);

bounded!(
    /// How many of a line: 0 to 1,000,000,000.
    Units, 0 ..= 1_000_000_000, "units_out_of_range"
);

/// The most lines of an order.
pub const MOST_LINES: usize = 50;

word_enum! {
    /// How far an order has come.
    State as "SupplierOrderState" {
        /// The buyer is writing it.
        Draft = "draft",
        /// Waiting for the supplier's word.
        Sent = "sent",
        /// The supplier brings it on a day.
        Promised = "promised",
        /// It is on its way.
        Shipped = "shipped",
        /// Some of it is there.
        ReceivedPart = "received_part",
        /// All that was promised is there, or more.
        ReceivedFull = "received_full",
        /// The supplier has said what she charges.
        Billed = "billed",
        /// Everything is paid.
        Paid = "paid",
        /// The supplier declined.
        Rejected = "rejected",
        /// It was called off.
        Cancelled = "cancelled",
    }
}

word_enum! {
    /// How it will be paid.
    Payment as "SupplierOrderPayment" {
        /// In cash when it comes.
        Cash = "cash",
        /// To the supplier's bank account when it comes.
        Transfer = "transfer",
        /// Later, within the limit of the agreement.
        Credit = "credit",
    }
}

word_enum! {
    /// Whether the money is there.
    PaymentState as "SupplierPaymentState" {
        /// The buyer says that she paid.
        Claimed = "claimed",
        /// The supplier has it.
        Confirmed = "confirmed",
        /// The supplier does not see it.
        Refused = "refused",
    }
}

/// A line of an order as it is placed.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedLine {
    pub item_id: ItemId,
    pub quantity: Quantity,
}

/// An order as it is placed.
#[derive(Clone, Debug)]
pub struct NewOrder {
    pub supplier: EnterpriseId,
    pub lines: Vec<WantedLine>,
    pub payment: Payment,
    pub wanted_on: Option<NaiveDate>,
    pub note: Option<Note>,
}

/// How many of one line.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineCount {
    pub position: i32,
    pub quantity: Units,
}

/// What the supplier says to an order.
#[derive(Clone, Debug)]
pub enum Answer {
    /// She brings it on a day, perhaps less than was ordered.
    Promise {
        on: Option<NaiveDate>,
        lines: Vec<LineCount>,
        reason: Option<Reason>,
    },
    Reject {
        reason: Option<Reason>,
    },
}

impl Answer {
    /// The same answer for another share of the joint buy.
    #[must_use]
    pub fn for_share(&self) -> Self {
        match self {
            Self::Promise { on, lines: _, reason } => Self::Promise { on: *on, lines: Vec::new(), reason: reason.clone() },
            Self::Reject { reason } => Self::Reject { reason: reason.clone() },
        }
    }

    /// What she says to it, for the buyer to read.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Promise { reason, .. } | Self::Reject { reason } => reason.as_ref().map(Reason::as_str),
        }
    }
}

/// An order.
#[derive(Clone, Debug, Queryable)]
pub struct Order {
    pub id: SupplierOrderId,
    pub village_id: VillageId,
    pub supplier_id: EnterpriseId,
    pub buyer_id: EnterpriseId,
    pub agreement_id: AgreementId,
    pub agreement_number: i32,
    pub joint_buy_id: Option<JointBuyId>,
    pub payment: Payment,
    pub state: State,
    pub wanted_on: Option<NaiveDate>,
    /// Another day than was wanted, which the buyer has not agreed to.
    pub proposed_on: Option<NaiveDate>,
    pub promised_on: Option<NaiveDate>,
    /// What lateness is counted from.
    pub first_promised_on: Option<NaiveDate>,
    pub received_on: Option<NaiveDate>,
    pub in_full: Option<bool>,
    pub delay_days: Option<i32>,
    pub delivery_cost: Rupiah,
    pub total: Rupiah,
    pub owed: Rupiah,
    pub paid: Rupiah,
    pub note: Option<String>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Whether the supplier is judged by what she promised.
    pub judged: bool,
}

/// A line with its three quantities.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Line {
    pub order_id: SupplierOrderId,
    pub position: i32,
    pub item_id: ItemId,
    pub material_id: MaterialId,
    pub label: String,
    /// Base units in one.
    pub content: i64,
    pub ordered: i64,
    /// What all that was ordered costs.
    pub total: Rupiah,
    pub promised: Option<i64>,
    pub billed: Option<i64>,
    pub received: i64,
}

/// A line on its way into the table.
#[derive(Clone, Debug)]
pub struct NewLine {
    pub item_id: ItemId,
    pub material_id: MaterialId,
    pub label: String,
    pub content: i64,
    pub ordered: i64,
    pub total: Rupiah,
}

/// Money for an order.
#[derive(Clone, Debug, Queryable)]
pub struct Money {
    pub id: SupplierPaymentId,
    pub order_id: SupplierOrderId,
    pub method: Method,
    pub amount: Rupiah,
    pub state: PaymentState,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
    /// Who said whether the money is there.
    pub settled_by: Option<AccountId>,
    pub settled_for: Option<EnterpriseId>,
    /// Why it was refused.
    pub reason: Option<String>,
}

/// An order with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Whole {
    pub order: Order,
    pub lines: Vec<Line>,
    pub payments: Vec<Money>,
    pub names: Names,
}

/// By whose hand an order moves.
#[derive(Clone, Copy, Debug)]
pub enum Doer<'a> {
    /// Someone of one of its sides.
    Person(By<'a>),
    /// Whoever holds the link that someone made; who made one before that was written down is not known.
    Link { made_by: Option<AccountId>, reason: Option<&'a str> },
    /// The cut-off of a joint buy.
    Clock,
}

impl<'a> Doer<'a> {
    /// The person, where it is one who is known.
    #[must_use]
    pub const fn person(self) -> Option<By<'a>> {
        match self {
            Self::Person(by) => Some(by),
            Self::Link { .. } | Self::Clock => None,
        }
    }

    /// Why, where something was said.
    #[must_use]
    pub const fn reason(self) -> Option<&'a str> {
        match self {
            Self::Person(by) => by.reason,
            Self::Link { reason, .. } => reason,
            Self::Clock => None,
        }
    }

    /// Who made the link it was done by.
    #[must_use]
    pub const fn link_made_by(self) -> Option<AccountId> {
        match self {
            Self::Link { made_by, .. } => made_by,
            Self::Person(_) | Self::Clock => None,
        }
    }
}

/// One move of an order; without an actor it was by a link or by the clock.
#[derive(Clone, Debug, Queryable)]
pub struct Event {
    pub from: State,
    pub to: State,
    pub actor: Option<AccountId>,
    pub on_behalf_of: Option<EnterpriseId>,
    pub reason: Option<String>,
    pub link_made_by: Option<AccountId>,
    /// The day that was promised or proposed.
    pub day: Option<NaiveDate>,
    pub at: Timestamp,
}
