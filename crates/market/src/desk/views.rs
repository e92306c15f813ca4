//! The desk as it is shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Desk, DueRefund, LowStock, OpenClaim, OpenOrder, Owed, Sum, WaitingChange};
use super::rules::{Packing, deadline};
use crate::claims::ClaimId;
use crate::claims::model::State as ClaimState;
use crate::orders::OrderId;
use crate::orders::model::{ChangeId, Fulfilment, Quote, State};
use crate::orders::rules::seller_sees_buyer;
use crate::packs::{PackId, Unit};
use crate::payments::RefundId;
use crate::payments::model::RefundState;
use books::ledger::Holder;
use kit::clock::Timestamp;
use kit::money::{MoneyError, Rupiah};
use kit::phone::Phone;

/// Who buys.
#[derive(Serialize, ToSchema)]
pub struct DeskBuyerView {
    name: Option<String>,
    phone: Option<Phone>,
}

/// An order on which something is to be done.
#[derive(Serialize, ToSchema)]
pub struct DeskOrderView {
    id: OrderId,
    number: String,
    state: State,
    fulfilment: Fulfilment,
    /// Where about it is to be brought.
    area: Option<String>,
    /// Null until she has accepted.
    buyer: Option<DeskBuyerView>,
    total: Rupiah,
    /// What is still to be paid, also what is to be collected at hand-over.
    outstanding: Rupiah,
    /// When pre-ordered goods will be ready.
    ready_on: Option<NaiveDate>,
    /// By when; the order ends otherwise.
    deadline: Option<Timestamp>,
    handed_over_at: Option<Timestamp>,
    /// What the buyer says she has paid and nobody has confirmed.
    claimed: Rupiah,
    /// `asked` waits for the seller to say what delivery costs.
    quote: Quote,
}

impl TryFrom<OpenOrder> for DeskOrderView {
    type Error = MoneyError;

    fn try_from(order: OpenOrder) -> Result<Self, MoneyError> {
        let shown = seller_sees_buyer(order.state, order.bill.owed_back, order.bill.returned);
        Ok(Self {
            deadline: deadline(&order),
            total: order.bill.charge()?,
            outstanding: order.bill.outstanding()?,
            buyer: shown.then_some(DeskBuyerView { name: order.buyer_name, phone: order.buyer_phone }),
            id: order.id,
            number: order.number,
            state: order.state,
            fulfilment: order.fulfilment,
            area: order.area,
            ready_on: order.ready_on,
            handed_over_at: order.handed_over_at,
            claimed: order.bill.claimed,
            quote: order.quote,
        })
    }
}

/// How many orders are in one state.
#[derive(Serialize, ToSchema)]
pub struct StateCountView {
    state: State,
    count: i64,
}

/// A claim that has not ended.
#[derive(Serialize, ToSchema)]
pub struct DeskClaimView {
    id: ClaimId,
    order_id: OrderId,
    order_number: String,
    /// `open` waits for the seller's answer.
    state: ClaimState,
    /// When silence counts as an answer.
    due_at: Option<Timestamp>,
}

impl From<OpenClaim> for DeskClaimView {
    fn from(OpenClaim { id, order_id, number: order_number, state, due_at }: OpenClaim) -> Self {
        Self { id, order_id, order_number, state, due_at }
    }
}

/// A change that waits for its buyer.
#[derive(Serialize, ToSchema)]
pub struct DeskChangeView {
    id: ChangeId,
    order_id: OrderId,
    order_number: String,
    proposed_at: Timestamp,
}

impl From<WaitingChange> for DeskChangeView {
    fn from(WaitingChange { id, order_id, number: order_number, proposed_at }: WaitingChange) -> Self {
        Self { id, order_id, order_number, proposed_at }
    }
}

/// Money that is to be sent back.
#[derive(Serialize, ToSchema)]
pub struct DeskRefundView {
    id: RefundId,
    order_id: OrderId,
    order_number: String,
    amount: Rupiah,
    /// `due`, or `disputed` where the buyer does not see it.
    state: RefundState,
    buyer: DeskBuyerView,
    since: Timestamp,
}

impl From<DueRefund> for DeskRefundView {
    fn from(
        DueRefund { id, order_id, number: order_number, amount, state, buyer_name: name, buyer_phone: phone, since }: DueRefund,
    ) -> Self {
        Self { id, order_id, order_number, amount, state, buyer: DeskBuyerView { name, phone }, since }
    }
}

/// A pack of which few are left.
#[derive(Serialize, ToSchema)]
pub struct LowStockView {
    pack_id: PackId,
    product_name: String,
    pack_label: String,
    /// How many can still be ordered.
    available: i64,
}

impl From<LowStock> for LowStockView {
    fn from(LowStock { pack_id, product_name, pack_label, available }: LowStock) -> Self {
        Self { pack_id, product_name, pack_label, available }
    }
}

/// What is to be done. Each list holds 500 at most; the counts tell of all orders.
#[derive(Serialize, ToSchema)]
pub struct DeskView {
    /// States without orders are left out.
    counts: Vec<StateCountView>,
    /// The most urgent first, as in the lists after it.
    to_answer: Vec<DeskOrderView>,
    to_prepare: Vec<DeskOrderView>,
    to_hand_over: Vec<DeskOrderView>,
    /// Handed over and not all paid, the longest out first.
    to_collect: Vec<DeskOrderView>,
    /// Said to be paid: to be looked for in the bank, and confirmed or refused.
    to_check: Vec<DeskOrderView>,
    claims: Vec<DeskClaimView>,
    /// Changes that wait for their buyers.
    changes: Vec<DeskChangeView>,
    /// To be sent, or sent and not arrived.
    refunds_due: Vec<DeskRefundView>,
    /// Packs on sale of which five or fewer can still be ordered.
    low_stock: Vec<LowStockView>,
}

impl TryFrom<Desk> for DeskView {
    type Error = MoneyError;

    fn try_from(desk: Desk) -> Result<Self, MoneyError> {
        let these = |orders: Vec<OpenOrder>| orders.into_iter().map(DeskOrderView::try_from).collect::<Result<Vec<_>, _>>();
        let mut counts = desk.counts;
        counts.sort();
        Ok(Self {
            counts: counts.into_iter().map(|(state, count)| StateCountView { state, count }).collect(),
            to_answer: these(desk.to_answer)?,
            to_prepare: these(desk.to_prepare)?,
            to_hand_over: these(desk.to_hand_over)?,
            to_collect: these(desk.to_collect)?,
            to_check: these(desk.to_check)?,
            claims: desk.claims.into_iter().map(DeskClaimView::from).collect(),
            changes: desk.changes.into_iter().map(DeskChangeView::from).collect(),
            refunds_due: desk.refunds.into_iter().map(DeskRefundView::from).collect(),
            low_stock: desk.low_stock.into_iter().map(LowStockView::from).collect(),
        })
    }
}

/// How many are needed by one day.
#[derive(Serialize, ToSchema)]
pub struct PackingDayView {
    /// The day they are promised for, else the last day to hand them over.
    day: Option<NaiveDate>,
    quantity: i64,
}

/// How many of a pack are to be packed.
#[derive(Serialize, ToSchema)]
pub struct PackingView {
    pack_id: PackId,
    product_name: String,
    pack_label: String,
    unit: Unit,
    total: i64,
    /// The first day first.
    days: Vec<PackingDayView>,
}

/// What is to be packed for the orders she has taken on, by the names of the products.
#[derive(Serialize, ToSchema)]
pub struct PackingListView {
    items: Vec<PackingView>,
}

impl From<Vec<Packing>> for PackingListView {
    fn from(list: Vec<Packing>) -> Self {
        let view = |Packing { pack_id, name: product_name, pack_label, unit, total, days }| PackingView {
            pack_id,
            product_name,
            pack_label,
            unit,
            total,
            days: days.into_iter().map(|(day, quantity)| PackingDayView { day, quantity }).collect(),
        };
        Self { items: list.into_iter().map(view).collect() }
    }
}

/// A sum and how many things it is of.
#[derive(Serialize, ToSchema)]
pub struct SumView {
    amount: Rupiah,
    count: i64,
}

impl From<Sum> for SumView {
    fn from(Sum { amount, count }: Sum) -> Self {
        Self { amount, count }
    }
}

/// Cash that someone else still holds.
#[derive(Serialize, ToSchema)]
pub struct HeldCashView {
    holder: Holder,
    amount: Rupiah,
    /// Of how many payments.
    count: i64,
}

/// Who owes whom.
#[derive(Serialize, ToSchema)]
pub struct OwedView {
    /// What buyers owe for goods they have, over so many orders.
    by_buyers: SumView,
    /// What is to be paid for orders accepted and not yet handed over.
    to_come: SumView,
    /// What is owed back to buyers.
    to_buyers: SumView,
    /// Cash that couriers and warungs hold for her.
    held: Vec<HeldCashView>,
}

impl From<Owed> for OwedView {
    fn from(Owed { by_buyers, to_come, to_buyers, held }: Owed) -> Self {
        let cash = |(holder, Sum { amount, count })| HeldCashView { holder, amount, count };
        Self {
            by_buyers: by_buyers.into(),
            to_come: to_come.into(),
            to_buyers: to_buyers.into(),
            held: held.into_iter().map(cash).collect(),
        }
    }
}
