//! Orders as they are shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Change, ChangeId, ChangeLine, Event, Fulfilment, Line, Order, OrderGroupId, OrderId, Quote, State, Whole};
use super::rules::seller_sees_buyer;
use crate::catalogue::ProductId;
use crate::packs::model::Channel as PriceChannel;
use crate::packs::{PackId, Unit};
use crate::payments::model::{self as pay, RefundCause, RefundState, Status};
use crate::payments::rules::status;
use crate::payments::{Bill, Method, Payment, PaymentId, Refund, RefundId};
use crate::preorders::WindowId;
use books::ledger::{Channel, Holder};
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::http::Problem;
use kit::money::{MoneyError, Rupiah};
use kit::phone::Phone;
use people::enterprises::EnterpriseId;
use people::media::MediaId;
use people::villages::VillageId;

/// A line of an order.
#[derive(Serialize, ToSchema)]
pub struct OrderLineView {
    position: i32,
    product_id: ProductId,
    pack_id: PackId,
    /// The name when it was ordered.
    name: String,
    pack_label: String,
    unit: Unit,
    /// The price of one pack when it was ordered.
    unit_price: Rupiah,
    price_channel: PriceChannel,
    /// As it stands now; 0 when the buyer agreed to do without.
    quantity: i64,
    /// As it was ordered.
    ordered: i64,
    total: Rupiah,
    /// The pre-order window it is made for.
    preorder_id: Option<WindowId>,
}

impl From<Line> for OrderLineView {
    fn from(line: Line) -> Self {
        let Line {
            order_id: _,
            position,
            product_id,
            name,
            unit,
            unit_price,
            quantity,
            total,
            pack_id,
            pack_label,
            price_channel,
            ordered,
            preorder_id,
        } = line;
        Self { position, product_id, pack_id, name, pack_label, unit, unit_price, price_channel, quantity, ordered, total, preorder_id }
    }
}

/// Who buys.
#[derive(Serialize, ToSchema)]
pub struct BuyerView {
    /// Null when the seller wrote the order down without it.
    name: Option<String>,
    phone: Option<Phone>,
    /// Where to bring it.
    address: Option<String>,
    note: Option<String>,
}

/// What an order costs and how that stands.
#[derive(Serialize, ToSchema)]
pub struct BillView {
    method: Method,
    status: Status,
    /// The lines together.
    goods: Rupiah,
    /// Null until it is agreed.
    delivery: Option<Rupiah>,
    /// Up to three digits on top, by which a transfer is recognised.
    digits: Rupiah,
    /// What settled claims take off.
    allowance: Rupiah,
    /// All of it together; nothing once the order is called off.
    total: Rupiah,
    /// What has come in.
    received: Rupiah,
    /// What the buyer says she has paid and nobody has confirmed.
    claimed: Rupiah,
    /// What is still to be paid.
    outstanding: Rupiah,
    /// What is owed back to the buyer.
    owed_back: Rupiah,
    /// What has been sent back.
    returned: Rupiah,
}

impl TryFrom<Bill> for BillView {
    type Error = MoneyError;

    fn try_from(bill: Bill) -> Result<Self, MoneyError> {
        let (status, total, outstanding) = (status(&bill)?, bill.charge()?, bill.outstanding()?);
        let Bill { method, goods, delivery, digits, allowance, received, claimed, returned, owed_back, cost: _, earned: _, void: _ } = bill;
        Ok(Self { method, status, goods, delivery, digits, allowance, total, received, claimed, outstanding, owed_back, returned })
    }
}

/// Money that came in, or is said to have.
#[derive(Serialize, ToSchema)]
pub struct PaymentView {
    id: PaymentId,
    method: Method,
    amount: Rupiah,
    state: pay::State,
    /// Who has the cash.
    holder: Holder,
    /// A picture of the transfer.
    proof_media_id: Option<MediaId>,
    /// Why it was refused or reversed.
    reason: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        let Payment { id, order_id: _, method, amount, state, holder, proof, reason, created_at, updated_at } = payment;
        Self { id, method, amount, state, holder, proof_media_id: proof, reason, created_at, updated_at }
    }
}

/// Money that goes back.
#[derive(Serialize, ToSchema)]
pub struct RefundView {
    id: RefundId,
    amount: Rupiah,
    cause: RefundCause,
    state: RefundState,
    /// How much of it was sent by bank; the rest was given in cash.
    by_bank: Rupiah,
    /// A picture of the transfer.
    proof_media_id: Option<MediaId>,
    reason: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Refund> for RefundView {
    fn from(refund: Refund) -> Self {
        let Refund { id, order_id: _, amount, cause, state, proof, reason, created_at, updated_at, by_bank } = refund;
        Self { id, amount, cause, state, by_bank, proof_media_id: proof, reason, created_at, updated_at }
    }
}

/// One line of a proposed change.
#[derive(Serialize, ToSchema)]
pub struct ChangeLineView {
    /// The line of the order.
    position: i32,
    /// How many stay.
    quantity: i64,
    replacement_pack_id: Option<PackId>,
    replacement_quantity: i64,
}

/// A change that waits for the buyer's word.
#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    id: ChangeId,
    reason: String,
    /// What the goods would come to.
    goods: Rupiah,
    lines: Vec<ChangeLineView>,
    proposed_at: Timestamp,
}

impl From<(Change, Vec<ChangeLine>)> for ChangeView {
    fn from((change, lines): (Change, Vec<ChangeLine>)) -> Self {
        let Change { id, order_id: _, state: _, reason, goods, proposed_at } = change;
        let line = |line: ChangeLine| ChangeLineView {
            position: line.position,
            quantity: line.quantity,
            replacement_pack_id: line.replacement_pack_id,
            replacement_quantity: line.replacement_quantity,
        };
        Self { id, reason, goods, lines: lines.into_iter().map(line).collect(), proposed_at }
    }
}

/// How the two stand about what delivery costs.
#[derive(Serialize, ToSchema)]
pub struct QuoteView {
    state: Quote,
    /// What the seller has said.
    fee: Option<Rupiah>,
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
    channel: Channel,
    /// Null for the seller until she has accepted.
    buyer: Option<BuyerView>,
    fulfilment: Fulfilment,
    /// Where about it is to be brought; the seller sees it before she accepts.
    area: Option<String>,
    /// The seller's delivery zone.
    zone: Option<String>,
    quote: QuoteView,
    lines: Vec<OrderLineView>,
    /// What all of it costs now.
    total: Rupiah,
    state: State,
    bill: BillView,
    /// Oldest first.
    payments: Vec<PaymentView>,
    /// Oldest first.
    refunds: Vec<RefundView>,
    /// What the seller proposes to change, while it waits for the buyer.
    change: Option<ChangeView>,
    /// When pre-ordered goods will be ready.
    ready_on: Option<NaiveDate>,
    /// The seller answers by then, or the order ends.
    answer_by: Option<Timestamp>,
    /// It is paid by then, or the order ends.
    pay_by: Option<Timestamp>,
    /// It is handed over by then, or the order ends.
    hand_over_by: Option<Timestamp>,
    handed_over_at: Option<Timestamp>,
    /// It completes by itself then, once it is paid.
    complete_at: Option<Timestamp>,
    placed_at: Timestamp,
    updated_at: Timestamp,
}

/// Whether `viewer` may see who the buyer of `order` is: the buyer herself, and the seller where it is time.
fn shows_buyer(order: &Order, viewer: AccountId) -> bool {
    order.buyer_id == Some(viewer) || seller_sees_buyer(order.state, order.bill.owed_back, order.bill.returned)
}

impl OrderView {
    /// The order as `viewer` may see it.
    ///
    /// # Errors
    /// A problem when its sums leave the range of money.
    pub fn seen_by(viewer: AccountId, whole: Whole) -> Result<Self, Problem> {
        let Whole { order, lines, payments, refunds, change } = whole;
        let shown = shows_buyer(&order, viewer);
        let Order { bill, buyer_name, buyer_phone, address, note, state, .. } = order;
        let buyer = shown.then_some(BuyerView { name: buyer_name, phone: buyer_phone, address, note });
        let bill = BillView::try_from(bill).map_err(|_| Problem::conflict("sum_out_of_range"))?;
        Ok(Self {
            id: order.id,
            group_id: order.group_id,
            number: order.number,
            village_id: order.village_id,
            seller_id: order.seller_id,
            seller_name: order.seller_name,
            channel: order.channel,
            buyer,
            fulfilment: order.fulfilment,
            area: order.area,
            zone: order.zone,
            quote: QuoteView { state: order.quote, fee: order.quoted_fee },
            lines: lines.into_iter().map(OrderLineView::from).collect(),
            total: bill.total,
            state,
            bill,
            payments: payments.into_iter().map(PaymentView::from).collect(),
            refunds: refunds.into_iter().map(RefundView::from).collect(),
            change: change.map(ChangeView::from),
            ready_on: order.ready_on,
            answer_by: order.answer_by,
            pay_by: order.pay_by,
            hand_over_by: order.hand_over_by,
            handed_over_at: order.handed_over_at,
            complete_at: order.complete_at,
            placed_at: order.placed_at,
            updated_at: order.updated_at,
        })
    }
}

/// The orders of one cart.
#[derive(Serialize, ToSchema)]
pub struct OrderGroupView {
    id: OrderGroupId,
    /// All orders together, as far as their delivery is agreed.
    total: Rupiah,
    orders: Vec<OrderView>,
}

impl OrderGroupView {
    /// The orders as `viewer` may see them.
    ///
    /// # Errors
    /// A problem when their sums leave the range of money.
    pub fn seen_by(viewer: AccountId, id: OrderGroupId, orders: Vec<Whole>) -> Result<Self, Problem> {
        let orders = orders.into_iter().map(|whole| OrderView::seen_by(viewer, whole)).collect::<Result<Vec<_>, _>>()?;
        let total = Rupiah::sum(orders.iter().map(|order| order.total)).map_err(|_| Problem::conflict("sum_out_of_range"))?;
        Ok(Self { id, total, orders })
    }
}

/// What anyone who has an order's number may know of it.
#[derive(Serialize, ToSchema)]
pub struct TrackingView {
    number: String,
    seller_id: EnterpriseId,
    seller_name: String,
    state: State,
    payment: Status,
    fulfilment: Fulfilment,
    ready_on: Option<NaiveDate>,
    placed_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<Order> for TrackingView {
    type Error = Problem;

    fn try_from(order: Order) -> Result<Self, Problem> {
        let payment = status(&order.bill).map_err(|_| Problem::conflict("sum_out_of_range"))?;
        let Order { number, seller_id, seller_name, state, fulfilment, ready_on, placed_at, updated_at, .. } = order;
        Ok(Self { number, seller_id, seller_name, state, payment, fulfilment, ready_on, placed_at, updated_at })
    }
}

/// One move of an order.
#[derive(Serialize, ToSchema)]
pub struct OrderEventView {
    from: State,
    to: State,
    /// Null when it was the clock, or the buyer where the seller may not see who she is.
    actor_id: Option<AccountId>,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    /// Why it was rejected, called off or ended.
    reason: Option<String>,
    at: Timestamp,
}

/// One move of an order's money.
#[derive(Serialize, ToSchema)]
pub struct PaymentEventView {
    /// The payment that moved.
    payment_id: Option<PaymentId>,
    /// The refund that moved.
    refund_id: Option<RefundId>,
    from: String,
    to: String,
    amount: Rupiah,
    /// Null when it followed from something else, or where the seller may not see who the buyer is.
    actor_id: Option<AccountId>,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    /// Why a claimed payment was refused, or a refund disputed.
    reason: Option<String>,
    at: Timestamp,
}

/// The moves of an order and of its money, oldest first.
#[derive(Serialize, ToSchema)]
pub struct OrderHistoryView {
    items: Vec<OrderEventView>,
    payment: Vec<PaymentEventView>,
}

impl OrderHistoryView {
    /// The moves as `viewer` may see them.
    #[must_use]
    pub fn seen_by(viewer: AccountId, (order, moves, money): (Order, Vec<Event>, Vec<pay::Event>)) -> Self {
        // Who placed it may have taken it over with another account since.
        let placed_by = moves.first().filter(|_| order.channel == Channel::Online).and_then(|first| first.actor);
        let shown = shows_buyer(&order, viewer);
        let seen = |actor: Option<AccountId>| actor.filter(|_| shown || (actor != order.buyer_id && actor != placed_by));
        let order = |Event { from, to, actor, on_behalf_of, reason, at }| {
            let actor_id = seen(actor);
            OrderEventView { from, to, actor_id, on_behalf_of, reason, at }
        };
        let paid = |event: pay::Event| PaymentEventView {
            payment_id: event.payment,
            refund_id: event.refund,
            from: event.from,
            to: event.to,
            amount: event.amount,
            actor_id: seen(event.actor),
            on_behalf_of: event.on_behalf_of,
            reason: event.reason,
            at: event.at,
        };
        Self { items: moves.into_iter().map(order).collect(), payment: money.into_iter().map(paid).collect() }
    }
}
