//! The tables of bills, payments, refunds and their events.

use diesel::prelude::*;

use super::model::{Bill, Event, Method, Payment, PaymentId, Refund, RefundCause, RefundId, RefundState, State};
use crate::orders::OrderId;
use crate::orders::model::State::Placed;
use books::ledger::Holder;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::money::Rupiah;
use kit::schema::{bills, orders, payment_events, payments, refunds};
use people::enterprises::EnterpriseId;
use people::media::MediaId;
use people::permissions::By;
use people::villages::VillageId;

columns!(
    pub Columns, COLUMNS:
    bills::method,
    bills::goods,
    bills::delivery,
    bills::digits,
    bills::allowance,
    bills::received,
    bills::claimed,
    bills::returned,
    bills::owed_back,
    bills::cost,
    bills::earned,
    bills::void,
);

pub(super) fn insert(tx: &mut Tx<'_>, order: OrderId, bill: &Bill) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(bills::table)
        .values((
            bills::order_id.eq(order),
            bills::method.eq(bill.method),
            bills::goods.eq(bill.goods),
            bills::delivery.eq(bill.delivery),
            bills::digits.eq(bill.digits),
            bills::allowance.eq(bill.allowance),
            bills::received.eq(bill.received),
            bills::claimed.eq(bill.claimed),
            bills::returned.eq(bill.returned),
            bills::owed_back.eq(bill.owed_back),
            bills::cost.eq(bill.cost),
            bills::earned.eq(bill.earned),
            bills::void.eq(bill.void),
            bills::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn bill(conn: &mut Conn, order: OrderId) -> Result<Bill, DbError> {
    Ok(bills::table.find(order).select(COLUMNS).first(conn)?)
}

pub(super) fn save(tx: &mut Tx<'_>, order: OrderId, bill: &Bill) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(bills::table.find(order))
        .set((
            bills::goods.eq(bill.goods),
            bills::delivery.eq(bill.delivery),
            bills::digits.eq(bill.digits),
            bills::allowance.eq(bill.allowance),
            bills::received.eq(bill.received),
            bills::claimed.eq(bill.claimed),
            bills::returned.eq(bill.returned),
            bills::owed_back.eq(bill.owed_back),
            bills::cost.eq(bill.cost),
            bills::earned.eq(bill.earned),
            bills::void.eq(bill.void),
            bills::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The bills of `seller`, all but this order's, by which a transfer is still to come or said to have come.
pub(super) fn awaited_transfers(conn: &mut Conn, seller: EnterpriseId, but: OrderId) -> Result<Vec<Bill>, DbError> {
    let charge = bills::goods + bills::digits + bills::delivery.assume_not_null() - bills::allowance;
    let missing = bills::delivery.is_not_null().and(charge.gt(bills::received - bills::returned)).assume_not_null();
    let asked = bills::void.eq(false).and(orders::state.ne(Placed)).and(missing);
    let theirs = orders::seller_id.eq(seller).and(bills::order_id.ne(but)).and(bills::method.eq(Method::BankTransfer));
    let awaited = bills::table.inner_join(orders::table).filter(theirs.and(asked.or(bills::claimed.gt(Rupiah::ZERO))));
    Ok(awaited.select(COLUMNS).load(conn)?)
}

pub(super) struct New<'a> {
    pub order: OrderId,
    pub method: Method,
    pub amount: Rupiah,
    pub state: State,
    pub holder: Holder,
    pub proof: Option<MediaId>,
    pub by: Option<By<'a>>,
}

pub(super) fn insert_payment(tx: &mut Tx<'_>, new: &New<'_>) -> Result<PaymentId, DbError> {
    let (id, now) = (PaymentId::new(), tx.now());
    diesel::insert_into(payments::table)
        .values((
            payments::id.eq(id),
            payments::order_id.eq(new.order),
            payments::method.eq(new.method),
            payments::amount.eq(new.amount),
            payments::state.eq(new.state),
            payments::holder.eq(new.holder),
            payments::proof_media_id.eq(new.proof),
            payments::created_at.eq(now),
            payments::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    let moved =
        Moved { order: new.order, payment: Some(id), refund: None, from: new.state.word(), to: new.state.word(), amount: new.amount };
    record(tx, &moved, new.by)?;
    Ok(id)
}

type PaymentColumns = (
    payments::id,
    payments::order_id,
    payments::method,
    payments::amount,
    payments::state,
    payments::holder,
    payments::proof_media_id,
    payments::reason,
    payments::created_at,
    payments::updated_at,
);
const PAYMENT: PaymentColumns = (
    payments::id,
    payments::order_id,
    payments::method,
    payments::amount,
    payments::state,
    payments::holder,
    payments::proof_media_id,
    payments::reason,
    payments::created_at,
    payments::updated_at,
);

pub(super) fn payment(conn: &mut Conn, id: PaymentId) -> Result<Payment, DbError> {
    Ok(payments::table.find(id).select(PAYMENT).first(conn)?)
}

pub(super) fn payments_of(conn: &mut Conn, orders: &[OrderId]) -> Result<Vec<Payment>, DbError> {
    Ok(payments::table.filter(payments::order_id.eq_any(orders)).order(payments::id).select(PAYMENT).load(conn)?)
}

pub(super) fn count_payments(conn: &mut Conn, order: OrderId) -> Result<i64, DbError> {
    Ok(payments::table.filter(payments::order_id.eq(order)).count().get_result(conn)?)
}

/// Moves a payment; the only writer of its state. Answers whether it still stood there.
pub(super) fn move_payment(
    tx: &mut Tx<'_>,
    was: &Payment,
    to: State,
    amount: Rupiah,
    holder: Holder,
    by: Option<By<'_>>,
) -> Result<bool, DbError> {
    let now = tx.now();
    let reason = by.and_then(|by| by.reason);
    let standing = payments::table.filter(payments::id.eq(was.id).and(payments::state.eq(was.state)));
    let moved = diesel::update(standing)
        .set((
            payments::state.eq(to),
            payments::amount.eq(amount),
            payments::holder.eq(holder),
            payments::reason.eq(reason),
            payments::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if moved == 1 {
        let moved = Moved { order: was.order_id, payment: Some(was.id), refund: None, from: was.state.word(), to: to.word(), amount };
        record(tx, &moved, by)?;
    }
    Ok(moved == 1)
}

/// The cash of a payment goes from one holder to another; answers whether it was still with the first.
pub(super) fn move_cash(tx: &mut Tx<'_>, was: &Payment, to: Holder, by: Option<By<'_>>) -> Result<bool, DbError> {
    let now = tx.now();
    let standing =
        payments::table.filter(payments::id.eq(was.id).and(payments::state.eq(State::Confirmed)).and(payments::holder.eq(was.holder)));
    let moved = diesel::update(standing).set((payments::holder.eq(to), payments::updated_at.eq(now))).execute(&mut **tx)?;
    if moved == 1 {
        let (from, to) = (was.holder.word(), to.word());
        record(tx, &Moved { order: was.order_id, payment: Some(was.id), refund: None, from, to, amount: was.amount }, by)?;
    }
    Ok(moved == 1)
}

pub(super) fn insert_refund(
    tx: &mut Tx<'_>,
    order: OrderId,
    amount: Rupiah,
    cause: RefundCause,
    by: Option<By<'_>>,
) -> Result<(), DbError> {
    let (id, now) = (RefundId::new(), tx.now());
    diesel::insert_into(refunds::table)
        .values((
            refunds::id.eq(id),
            refunds::order_id.eq(order),
            refunds::amount.eq(amount),
            refunds::cause.eq(cause),
            refunds::state.eq(RefundState::Due),
            refunds::by_bank.eq(Rupiah::ZERO),
            refunds::created_at.eq(now),
            refunds::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    let due = RefundState::Due.word();
    record(tx, &Moved { order, payment: None, refund: Some(id), from: due, to: due, amount }, by)
}

type RefundColumns = (
    refunds::id,
    refunds::order_id,
    refunds::amount,
    refunds::cause,
    refunds::state,
    refunds::proof_media_id,
    refunds::reason,
    refunds::created_at,
    refunds::updated_at,
    refunds::by_bank,
);
const REFUND: RefundColumns = (
    refunds::id,
    refunds::order_id,
    refunds::amount,
    refunds::cause,
    refunds::state,
    refunds::proof_media_id,
    refunds::reason,
    refunds::created_at,
    refunds::updated_at,
    refunds::by_bank,
);

pub(super) fn refund(conn: &mut Conn, id: RefundId) -> Result<Refund, DbError> {
    Ok(refunds::table.find(id).select(REFUND).first(conn)?)
}

pub(super) fn refund_due(conn: &mut Conn, order: OrderId) -> Result<Option<Refund>, DbError> {
    let due = refunds::table.filter(refunds::order_id.eq(order).and(refunds::state.eq(RefundState::Due)));
    Ok(due.select(REFUND).first(conn).optional()?)
}

pub(super) fn refunds_of(conn: &mut Conn, orders: &[OrderId]) -> Result<Vec<Refund>, DbError> {
    Ok(refunds::table.filter(refunds::order_id.eq_any(orders)).order(refunds::id).select(REFUND).load(conn)?)
}

/// A village's refunds that their buyers do not see, oldest first.
pub(super) fn disputed_of(conn: &mut Conn, village: VillageId, after: Option<RefundId>, rows: i64) -> Result<Vec<Refund>, DbError> {
    let here = orders::village_id.eq(village).and(refunds::state.eq(RefundState::Disputed));
    let mut query = refunds::table.inner_join(orders::table).filter(here).order(refunds::id).limit(rows).select(REFUND).into_boxed();
    if let Some(after) = after {
        query = query.filter(refunds::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// What becomes of a refund.
pub(super) struct RefundChange {
    pub to: RefundState,
    pub amount: Rupiah,
    pub cause: RefundCause,
    pub by_bank: Rupiah,
    pub proof: Option<MediaId>,
}

/// Moves a refund; the only writer of its state and amount. Answers whether it still stood there.
pub(super) fn move_refund(tx: &mut Tx<'_>, was: &Refund, change: &RefundChange, by: Option<By<'_>>) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = refunds::table.filter(refunds::id.eq(was.id).and(refunds::state.eq(was.state)).and(refunds::amount.eq(was.amount)));
    let moved = diesel::update(standing)
        .set((
            refunds::state.eq(change.to),
            refunds::amount.eq(change.amount),
            refunds::cause.eq(change.cause),
            refunds::by_bank.eq(change.by_bank),
            refunds::proof_media_id.eq(change.proof),
            refunds::reason.eq(by.and_then(|by| by.reason)),
            refunds::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if moved == 1 {
        let (from, to) = (was.state.word(), change.to.word());
        record(tx, &Moved { order: was.order_id, payment: None, refund: Some(was.id), from, to, amount: change.amount }, by)?;
    }
    Ok(moved == 1)
}

struct Moved {
    order: OrderId,
    payment: Option<PaymentId>,
    refund: Option<RefundId>,
    from: &'static str,
    to: &'static str,
    amount: Rupiah,
}

fn record(tx: &mut Tx<'_>, moved: &Moved, by: Option<By<'_>>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(payment_events::table)
        .values((
            payment_events::id.eq(EventId::new()),
            payment_events::order_id.eq(moved.order),
            payment_events::payment_id.eq(moved.payment),
            payment_events::refund_id.eq(moved.refund),
            payment_events::from_state.eq(moved.from),
            payment_events::to_state.eq(moved.to),
            payment_events::amount.eq(moved.amount),
            payment_events::actor_id.eq(by.map(|by| by.actor)),
            payment_events::on_behalf_of.eq(by.and_then(|by| by.on_behalf_of)),
            payment_events::reason.eq(by.and_then(|by| by.reason)),
            payment_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn events(conn: &mut Conn, order: OrderId) -> Result<Vec<Event>, DbError> {
    use payment_events as e;
    let rows = e::table.filter(e::order_id.eq(order)).order(e::id).limit(200);
    let columns =
        (e::order_id, e::payment_id, e::refund_id, e::from_state, e::to_state, e::amount, e::actor_id, e::on_behalf_of, e::reason, e::at);
    Ok(rows.select(columns).load(conn)?)
}
