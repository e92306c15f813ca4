//! Queries over the tables of orders and what belongs to them. Nothing is written here.

use bigdecimal::BigDecimal;
use diesel::dsl::{count_star, sum};
use diesel::prelude::*;

use super::model::{DueRefund, LowStock, OpenClaim, OpenOrder, Owed, Sum, ToPack, WaitingChange};
use super::rules::{Task, task};
use crate::catalogue::model::State as ProductState;
use crate::claims::model::State as ClaimState;
use crate::inventory::Site;
use crate::orders::model::{ChangeState, State};
use crate::payments::model::{RefundState, State as PaymentState};
use crate::payments::{self as pay, Method};
use books::ledger::Holder;
use kit::columns;
use kit::db::{Conn, DbError};
use kit::money::Rupiah;
use kit::schema::{bills, claims, order_changes, order_lines, orders, packs, payments, products, refunds, stock_items};
use people::enterprises::EnterpriseId;

/// The most of one kind that the desk lists.
const MOST: i64 = 500;
/// The most lines a packing list is made of.
const MOST_LINES: i64 = 10_000;

columns!(
    OrderColumns, ORDER:
    orders::id,
    orders::number,
    orders::state,
    orders::fulfilment,
    orders::area,
    orders::buyer_name,
    orders::buyer_phone,
    orders::ready_on,
    orders::answer_by,
    orders::hand_over_by,
    orders::handed_over_at,
    orders::quote,
    ; with pay::Columns, pay::COLUMNS
);

/// What `ix_bills_unpaid` holds, in the words of that index.
macro_rules! unpaid {
    () => {{
        let charge = bills::goods + bills::digits + bills::delivery.assume_not_null() - bills::allowance;
        bills::delivery.is_not_null().and(charge.gt(bills::received - bills::returned))
    }};
}

pub(super) fn counts(conn: &mut Conn, seller: EnterpriseId) -> Result<Vec<(State, i64)>, DbError> {
    let theirs = orders::table.filter(orders::seller_id.eq(seller)).group_by(orders::state);
    Ok(theirs.select((orders::state, count_star())).load(conn)?)
}

/// The orders with which `wanted` is to be done, the most urgent first; where there is no deadline, the longest out first.
pub(super) fn to_do(conn: &mut Conn, seller: EnterpriseId, wanted: Task) -> Result<Vec<OpenOrder>, DbError> {
    let theirs = orders::table.inner_join(bills::table).filter(orders::seller_id.eq(seller)).limit(MOST).select(ORDER);
    let states = State::ALL.iter().copied().filter(|state| task(*state) == Some(wanted));
    let theirs = theirs.filter(orders::state.eq_any(states.collect::<Vec<_>>()));
    Ok(match wanted {
        Task::Answer => theirs.order((orders::answer_by, orders::id)).load(conn)?,
        Task::Prepare | Task::HandOver => theirs.order((orders::hand_over_by, orders::id)).load(conn)?,
        Task::Collect => theirs.filter(unpaid!()).order((orders::handed_over_at, orders::id)).load(conn)?,
    })
}

/// The orders whose buyers say that they have paid, oldest first.
pub(super) fn to_check(conn: &mut Conn, seller: EnterpriseId) -> Result<Vec<OpenOrder>, DbError> {
    let theirs = orders::table.inner_join(bills::table).filter(orders::seller_id.eq(seller).and(bills::claimed.gt(Rupiah::ZERO)));
    Ok(theirs.order(orders::id).limit(MOST).select(ORDER).load(conn)?)
}

pub(super) fn open_claims(conn: &mut Conn, seller: EnterpriseId) -> Result<Vec<OpenClaim>, DbError> {
    let open = [ClaimState::Open, ClaimState::Offered, ClaimState::Refused, ClaimState::Mediation];
    let theirs = claims::table.inner_join(orders::table).filter(claims::seller_id.eq(seller).and(claims::state.eq_any(open)));
    let columns = (claims::id, claims::order_id, orders::number, claims::state, claims::due_at);
    Ok(theirs.order(claims::id).limit(MOST).select(columns).load(conn)?)
}

pub(super) fn waiting_changes(conn: &mut Conn, seller: EnterpriseId) -> Result<Vec<WaitingChange>, DbError> {
    let waiting = orders::seller_id.eq(seller).and(order_changes::state.eq(ChangeState::Proposed));
    let columns = (order_changes::id, order_changes::order_id, orders::number, order_changes::proposed_at);
    let theirs = order_changes::table.inner_join(orders::table).filter(waiting);
    Ok(theirs.order(order_changes::id).limit(MOST).select(columns).load(conn)?)
}

pub(super) fn due_refunds(conn: &mut Conn, seller: EnterpriseId) -> Result<Vec<DueRefund>, DbError> {
    let due = orders::seller_id.eq(seller).and(refunds::state.eq_any([RefundState::Due, RefundState::Disputed]));
    let columns = (
        refunds::id,
        refunds::order_id,
        orders::number,
        refunds::amount,
        refunds::state,
        orders::buyer_name,
        orders::buyer_phone,
        refunds::created_at,
    );
    let theirs = refunds::table.inner_join(orders::table).filter(due);
    Ok(theirs.order(refunds::id).limit(MOST).select(columns).load(conn)?)
}

/// Packs on sale of which at most `few` are free, the fewest first.
pub(super) fn low_stock(conn: &mut Conn, seller: EnterpriseId, few: i64) -> Result<Vec<LowStock>, DbError> {
    let free = stock_items::on_hand - stock_items::reserved;
    let on_sale = products::enterprise_id.eq(seller).and(products::state.eq(ProductState::Published)).and(packs::active.eq(true));
    let theirs = stock_items::table
        .inner_join(packs::table.inner_join(products::table))
        .filter(on_sale.and(stock_items::site.eq(Site::Home)).and(free.le(few)));
    let columns = (packs::id, products::name, packs::label, free);
    Ok(theirs.order((free, packs::id)).limit(MOST).select(columns).load(conn)?)
}

pub(super) fn to_pack(conn: &mut Conn, seller: EnterpriseId) -> Result<Vec<ToPack>, DbError> {
    let open = orders::seller_id.eq(seller).and(orders::state.eq_any([State::Accepted, State::Preparing]));
    let columns = (
        order_lines::pack_id,
        order_lines::name,
        order_lines::pack_label,
        order_lines::unit,
        order_lines::quantity,
        orders::ready_on,
        orders::hand_over_by,
    );
    let lines = order_lines::table.inner_join(orders::table).filter(open.and(order_lines::quantity.gt(0)));
    Ok(lines.order((orders::id, order_lines::position)).limit(MOST_LINES).select(columns).load(conn)?)
}

pub(super) fn owed(conn: &mut Conn, seller: EnterpriseId) -> Result<Owed, DbError> {
    let theirs = || bills::table.inner_join(orders::table).filter(orders::seller_id.eq(seller));
    let left = bills::goods + bills::digits + bills::delivery.assume_not_null() - bills::allowance - bills::received + bills::returned;
    let agreed = orders::state.ne(State::Placed).and(bills::void.eq(false));
    let unpaid: Vec<(bool, Option<BigDecimal>, i64)> =
        theirs().filter(agreed).filter(unpaid!()).group_by(bills::earned).select((bills::earned, sum(left), count_star())).load(conn)?;
    let (mut by_buyers, mut to_come) = (Sum::default(), Sum::default());
    for (earned, amount, count) in unpaid {
        *(if earned { &mut by_buyers } else { &mut to_come }) = Sum { amount: whole(amount)?, count };
    }
    let back = theirs().filter(bills::owed_back.gt(Rupiah::ZERO)).select((sum(bills::owed_back), count_star()));
    let (amount, count): (Option<BigDecimal>, i64) = back.first(conn)?;
    Ok(Owed { by_buyers, to_come, to_buyers: Sum { amount: whole(amount)?, count }, held: held(conn, seller)? })
}

fn held(conn: &mut Conn, seller: EnterpriseId) -> Result<Vec<(Holder, Sum)>, DbError> {
    let cash: Vec<Method> = Method::ALL.iter().copied().filter(|method| !method.is_prepaid()).collect();
    let with_others = payments::holder.ne(Holder::Seller).and(payments::method.eq_any(cash));
    let rows: Vec<(Holder, Option<BigDecimal>, i64)> = payments::table
        .inner_join(orders::table)
        .filter(orders::seller_id.eq(seller).and(payments::state.eq(PaymentState::Confirmed)).and(with_others))
        .group_by(payments::holder)
        .select((payments::holder, sum(payments::amount), count_star()))
        .load(conn)?;
    rows.into_iter().map(|(holder, amount, count)| Ok((holder, Sum { amount: whole(amount)?, count }))).collect()
}

fn whole(total: Option<BigDecimal>) -> Result<Rupiah, DbError> {
    use bigdecimal::ToPrimitive as _;
    let amount = total.map_or(Some(0), |total| total.to_i64());
    amount.and_then(|amount| Rupiah::new(amount).ok()).ok_or_else(|| DbError::Violation("sum out of range".to_owned()))
}
