//! Orders as they are shown.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Event, Fulfilment, Line, Order, OrderGroupId, OrderId, State, Whole};
use super::rules::seller_sees_buyer;
use crate::kit::auth::AccountId;
use crate::kit::clock::Timestamp;
use crate::kit::money::Rupiah;
use crate::kit::phone::Phone;
use crate::market::catalogue::ProductId;
use crate::market::packs::model::Channel;
use crate::market::packs::{PackId, Unit};
use crate::market::payments::{self, Method, Payment, Refund, State as PaymentState};
use crate::people::enterprises::EnterpriseId;
use crate::people::villages::VillageId;

/// A line of an order.
#[derive(Serialize, ToSchema)]
pub struct OrderLineView {
    product_id: ProductId,
    pack_id: PackId,
    /// The product's name when it was ordered.
    name: String,
    /// The pack's label when it was ordered.
    pack_label: String,
    unit: Unit,
    /// The price of one when it was ordered.
    unit_price: Rupiah,
    /// Which price that was.
    price_channel: Channel,
    quantity: i64,
    total: Rupiah,
}

impl From<Line> for OrderLineView {
    fn from(line: Line) -> Self {
        let Line { order_id: _, position: _, product_id, name, unit, unit_price, quantity, total, pack_id, pack_label, price_channel } =
            line;
        Self { product_id, pack_id, name, pack_label, unit, unit_price, price_channel, quantity, total }
    }
}

/// Who buys.
#[derive(Serialize, ToSchema)]
pub struct BuyerView {
    name: String,
    phone: Phone,
    /// Where to bring it.
    address: Option<String>,
    note: Option<String>,
}

/// How an order is paid.
#[derive(Serialize, ToSchema)]
pub struct PaymentView {
    method: Method,
    amount: Rupiah,
    state: PaymentState,
    /// What is owed back to the buyer.
    refund: Refund,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        let Payment { method, amount, state, refund } = payment;
        Self { method, amount, state, refund }
    }
}

/// An order.
#[derive(Serialize, ToSchema)]
pub struct OrderView {
    id: OrderId,
    group_id: OrderGroupId,
    /// To be said on the phone.
    #[schema(example = "7K3M-Q2XA")]
    number: String,
    village_id: VillageId,
    seller_id: EnterpriseId,
    seller_name: String,
    /// Null for the seller until she has accepted.
    buyer: Option<BuyerView>,
    fulfilment: Fulfilment,
    lines: Vec<OrderLineView>,
    total: Rupiah,
    state: State,
    payment: PaymentView,
    placed_at: Timestamp,
    updated_at: Timestamp,
}

impl OrderView {
    /// The order as `viewer` may see it.
    pub fn seen_by(viewer: AccountId, (order, lines): Whole) -> Self {
        let Order {
            id,
            group_id,
            number,
            village_id,
            seller_id,
            buyer_id,
            buyer_name,
            buyer_phone,
            fulfilment,
            address,
            note,
            total,
            state,
            version: _,
            placed_at,
            updated_at,
            seller_name,
            seller_assisted: _,
            seller_state: _,
            payment,
        } = order;
        let shown = viewer == buyer_id || seller_sees_buyer(state, payment.refund);
        let buyer = shown.then_some(BuyerView { name: buyer_name, phone: buyer_phone, address, note });
        let lines = lines.into_iter().map(OrderLineView::from).collect();
        let payment = payment.into();
        Self {
            id,
            group_id,
            number,
            village_id,
            seller_id,
            seller_name,
            buyer,
            fulfilment,
            lines,
            total,
            state,
            payment,
            placed_at,
            updated_at,
        }
    }
}

/// The orders of one cart.
#[derive(Serialize, ToSchema)]
pub struct OrderGroupView {
    pub id: OrderGroupId,
    /// All orders together.
    pub total: Rupiah,
    pub orders: Vec<OrderView>,
}

/// One move of an order.
#[derive(Serialize, ToSchema)]
pub struct OrderEventView {
    from: State,
    to: State,
    /// Null when it was the clock.
    actor_id: Option<AccountId>,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    reason: Option<String>,
    at: Timestamp,
}

/// One move of an order's payment.
#[derive(Serialize, ToSchema)]
pub struct PaymentEventView {
    from: PaymentState,
    to: PaymentState,
    /// Null when it was the clock.
    actor_id: Option<AccountId>,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    /// Why a claimed payment was refused.
    reason: Option<String>,
    at: Timestamp,
}

/// The moves of an order and of its payment, oldest first.
#[derive(Serialize, ToSchema)]
pub struct OrderHistoryView {
    items: Vec<OrderEventView>,
    payment: Vec<PaymentEventView>,
}

impl From<(Vec<Event>, Vec<payments::Event>)> for OrderHistoryView {
    fn from((moves, payment): (Vec<Event>, Vec<payments::Event>)) -> Self {
        let order =
            |Event { from, to, actor: actor_id, on_behalf_of, reason, at }| OrderEventView { from, to, actor_id, on_behalf_of, reason, at };
        let paid = |payments::Event { from, to, actor: actor_id, on_behalf_of, reason, at }| PaymentEventView {
            from,
            to,
            actor_id,
            on_behalf_of,
            reason,
            at,
        };
        Self { items: moves.into_iter().map(order).collect(), payment: payment.into_iter().map(paid).collect() }
    }
}
