//! What the desk reads.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::claims::ClaimId;
use crate::claims::model::State as ClaimState;
use crate::orders::OrderId;
use crate::orders::model::{ChangeId, Fulfilment, Quote, State};
use crate::packs::{PackId, Unit};
use crate::payments::model::RefundState;
use crate::payments::{Bill, RefundId};
use books::ledger::Holder;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::phone::Phone;

/// An order on which something is to be done.
#[derive(Clone, Debug, Queryable)]
pub struct OpenOrder {
    pub id: OrderId,
    pub number: String,
    pub state: State,
    pub fulfilment: Fulfilment,
    pub area: Option<String>,
    pub buyer_name: Option<String>,
    pub buyer_phone: Option<Phone>,
    pub ready_on: Option<NaiveDate>,
    pub answer_by: Option<Timestamp>,
    pub hand_over_by: Option<Timestamp>,
    pub handed_over_at: Option<Timestamp>,
    pub quote: Quote,
    pub bill: Bill,
}

/// A claim that has not ended.
#[derive(Clone, Debug, Queryable)]
pub struct OpenClaim {
    pub id: ClaimId,
    pub order_id: OrderId,
    pub number: String,
    pub state: ClaimState,
    pub due_at: Option<Timestamp>,
}

/// A change that waits for its buyer.
#[derive(Clone, Debug, Queryable)]
pub struct WaitingChange {
    pub id: ChangeId,
    pub order_id: OrderId,
    pub number: String,
    pub proposed_at: Timestamp,
}

/// Money that is to be sent back, or that was sent and has not come. Whom she owes money a seller may know.
#[derive(Clone, Debug, Queryable)]
pub struct DueRefund {
    pub id: RefundId,
    pub order_id: OrderId,
    pub number: String,
    pub amount: Rupiah,
    pub state: RefundState,
    pub buyer_name: Option<String>,
    pub buyer_phone: Option<Phone>,
    pub since: Timestamp,
}

/// A pack of which few are left.
#[derive(Clone, Debug, Queryable)]
pub struct LowStock {
    pub pack_id: PackId,
    pub product_name: String,
    pub pack_label: String,
    pub available: i64,
}

/// Everything on the desk.
#[derive(Clone, Debug)]
pub struct Desk {
    /// How many orders there are in each state that has some.
    pub counts: Vec<(State, i64)>,
    pub to_answer: Vec<OpenOrder>,
    pub to_prepare: Vec<OpenOrder>,
    pub to_hand_over: Vec<OpenOrder>,
    pub to_collect: Vec<OpenOrder>,
    pub to_check: Vec<OpenOrder>,
    pub claims: Vec<OpenClaim>,
    pub changes: Vec<WaitingChange>,
    pub refunds: Vec<DueRefund>,
    pub low_stock: Vec<LowStock>,
}

/// A line of an order that is to be packed.
#[derive(Clone, Debug, Queryable)]
pub struct ToPack {
    pub pack_id: PackId,
    pub name: String,
    pub pack_label: String,
    pub unit: Unit,
    pub quantity: i64,
    pub ready_on: Option<NaiveDate>,
    pub hand_over_by: Option<Timestamp>,
}

/// A sum and how many things it is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub amount: Rupiah,
    pub count: i64,
}

/// Who owes whom.
#[derive(Clone, Debug)]
pub struct Owed {
    /// For goods that were handed over.
    pub by_buyers: Sum,
    /// For goods that were not yet.
    pub to_come: Sum,
    /// What is owed back.
    pub to_buyers: Sum,
    /// Cash that someone else still holds for her.
    pub held: Vec<(Holder, Sum)>,
}
