//! Supplier orders as they are shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Event, Line, Money, Order, Payment, PaymentState, State, SupplierOrderId, SupplierPaymentId, Whole};
use super::rules;
use crate::agreements::AgreementId;
use crate::debts::Method;
use crate::joint_buying::JointBuyId;
use crate::parties::PartyView;
use crate::supply::{ItemId, MaterialId};
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;

/// A line with its three quantities, each as it is known last.
#[derive(Serialize, ToSchema)]
pub struct SupplierOrderLineView {
    position: i32,
    item_id: ItemId,
    material_id: MaterialId,
    label: String,
    /// Base units in one.
    content: i64,
    ordered: i64,
    /// What all that was ordered costs.
    total: Rupiah,
    /// What the supplier takes on.
    promised: Option<i64>,
    billed: Option<i64>,
    received: i64,
    /// What is owed for it now.
    owed: Rupiah,
}

impl From<Line> for SupplierOrderLineView {
    fn from(line: Line) -> Self {
        // What was summed when goods came can be summed again.
        let owed = rules::amount(&line, rules::payable(&line)).unwrap_or_default();
        let Line { order_id: _, position, item_id, material_id, label, content, ordered, total, promised, billed, received } = line;
        Self { position, item_id, material_id, label, content, ordered, total, promised, billed, received, owed }
    }
}

/// Money for an order.
#[derive(Serialize, ToSchema)]
pub struct SupplierPaymentView {
    id: SupplierPaymentId,
    method: Method,
    amount: Rupiah,
    state: PaymentState,
    created_at: Timestamp,
    /// When the supplier said whether she has it.
    settled_at: Option<Timestamp>,
    settled_by: Option<AccountId>,
    /// The enterprise for which the village's office said it.
    settled_for: Option<EnterpriseId>,
    /// Why she does not.
    reason: Option<String>,
}

impl From<Money> for SupplierPaymentView {
    fn from(money: Money) -> Self {
        let Money { id, order_id: _, method, amount, state, created_at, settled_at, settled_by, settled_for, reason } = money;
        Self { id, method, amount, state, created_at, settled_at, settled_by, settled_for, reason }
    }
}

/// An order of raw material.
#[derive(Serialize, ToSchema)]
pub struct SupplierOrderView {
    id: SupplierOrderId,
    supplier: PartyView,
    buyer: PartyView,
    /// The agreement it goes by, and the version.
    agreement_id: AgreementId,
    agreement_version: i32,
    joint_buy_id: Option<JointBuyId>,
    payment: Payment,
    state: State,
    lines: Vec<SupplierOrderLineView>,
    /// What the goods ordered cost.
    total: Rupiah,
    delivery_cost: Rupiah,
    /// What is owed for what has come.
    owed: Rupiah,
    paid: Rupiah,
    payments: Vec<SupplierPaymentView>,
    #[schema(value_type = Option<String>, format = Date)]
    wanted_on: Option<NaiveDate>,
    /// Another day than was wanted; waits for the buyer's word.
    #[schema(value_type = Option<String>, format = Date)]
    proposed_on: Option<NaiveDate>,
    #[schema(value_type = Option<String>, format = Date)]
    promised_on: Option<NaiveDate>,
    /// Lateness is counted from here.
    #[schema(value_type = Option<String>, format = Date)]
    first_promised_on: Option<NaiveDate>,
    #[schema(value_type = Option<String>, format = Date)]
    received_on: Option<NaiveDate>,
    in_full: Option<bool>,
    /// Days after the first promise until today, or until all of it came or nothing more was to come; less than nothing if it came
    /// before.
    delay_days: Option<i32>,
    note: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// The day that waits for the buyer's word, while it can still be agreed to.
fn open_day(order: &Order) -> Option<NaiveDate> {
    order.proposed_on.filter(|_| rules::next(order.state, rules::Move::Promise).is_some())
}

impl SupplierOrderView {
    pub(super) fn on(today: NaiveDate, Whole { order: o, lines, payments, names }: Whole) -> Self {
        let overdue = o.first_promised_on.filter(|_| rules::is_coming(o.state));
        let overdue = overdue.map(|day| i32::try_from((today - day).num_days()).unwrap_or(i32::MAX)).filter(|days| *days > 0);
        Self {
            id: o.id,
            supplier: names.party(o.supplier_id),
            buyer: names.party(o.buyer_id),
            agreement_id: o.agreement_id,
            agreement_version: o.agreement_number,
            joint_buy_id: o.joint_buy_id,
            payment: o.payment,
            state: o.state,
            lines: lines.into_iter().map(SupplierOrderLineView::from).collect(),
            total: o.total,
            delivery_cost: o.delivery_cost,
            owed: o.owed,
            paid: o.paid,
            payments: payments.into_iter().map(SupplierPaymentView::from).collect(),
            wanted_on: o.wanted_on,
            proposed_on: open_day(&o),
            promised_on: o.promised_on,
            first_promised_on: o.first_promised_on,
            received_on: o.received_on,
            in_full: o.in_full,
            delay_days: o.delay_days.or(overdue),
            note: o.note,
            created_at: o.created_at,
            updated_at: o.updated_at,
        }
    }
}

/// One move of a supplier order.
#[derive(Serialize, ToSchema)]
pub struct SupplierOrderEventView {
    from: State,
    to: State,
    /// Null when it was by a link, or when a joint buy was sent by the clock.
    actor_id: Option<AccountId>,
    /// Who made the link it was done by.
    link_made_by: Option<AccountId>,
    /// The enterprise for which the village's office acted.
    on_behalf_of: Option<EnterpriseId>,
    reason: Option<String>,
    /// The day that was promised, or proposed where the state stayed as it was.
    #[schema(value_type = Option<String>, format = Date)]
    day: Option<NaiveDate>,
    at: Timestamp,
}

/// The moves of a supplier order, oldest first: the latest hundred.
#[derive(Serialize, ToSchema)]
pub struct SupplierOrderHistoryView {
    items: Vec<SupplierOrderEventView>,
}

impl From<Vec<Event>> for SupplierOrderHistoryView {
    fn from(events: Vec<Event>) -> Self {
        let view = |Event { from, to, actor: actor_id, on_behalf_of, reason, link_made_by, day, at }| SupplierOrderEventView {
            from,
            to,
            actor_id,
            link_made_by,
            on_behalf_of,
            reason,
            day,
            at,
        };
        Self { items: events.into_iter().map(view).collect() }
    }
}

/// An order as whoever holds its link sees it.
#[derive(Serialize, ToSchema)]
pub struct LinkedOrderView {
    buyer: String,
    state: State,
    lines: Vec<SupplierOrderLineView>,
    total: Rupiah,
    #[schema(value_type = Option<String>, format = Date)]
    wanted_on: Option<NaiveDate>,
    #[schema(value_type = Option<String>, format = Date)]
    proposed_on: Option<NaiveDate>,
    #[schema(value_type = Option<String>, format = Date)]
    promised_on: Option<NaiveDate>,
    note: Option<String>,
}

impl From<Whole> for LinkedOrderView {
    fn from(Whole { order: o, lines, payments: _, names }: Whole) -> Self {
        Self {
            buyer: names.party(o.buyer_id).name,
            state: o.state,
            lines: lines.into_iter().map(SupplierOrderLineView::from).collect(),
            total: o.total,
            wanted_on: o.wanted_on,
            proposed_on: open_day(&o),
            promised_on: o.promised_on,
            note: o.note,
        }
    }
}
