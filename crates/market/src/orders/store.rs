//! The tables of orders, their groups, lines and events. Those of their changes are in `changes_store.rs`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::auto_type;
use diesel::prelude::*;

use super::changes_store;
use super::model::{Address, Event, Fulfilment, Line, Note, Order, OrderGroupId, OrderId, Quote, State, Whole};
use crate::packs::PackId;
use crate::packs::model::{Channel as PriceChannel, Offer};
use crate::payments::{self as pay, Bill};
use crate::preorders::WindowId;
use books::ledger::Channel;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::money::Rupiah;
use kit::phone::Phone;
use kit::schema::{bills, enterprises, order_events, order_groups, order_lines, orders};
use people::enterprises::EnterpriseId;
use people::permissions::By;
use people::villages::VillageId;

columns!(
    Columns, COLUMNS:
    orders::id,
    orders::group_id,
    orders::number,
    orders::village_id,
    orders::seller_id,
    orders::buyer_id,
    orders::buyer_name,
    orders::buyer_phone,
    orders::fulfilment,
    orders::address,
    orders::note,
    orders::channel,
    orders::state,
    orders::version,
    orders::placed_at,
    orders::updated_at,
    orders::area,
    orders::zone,
    orders::quote,
    orders::quoted_fee,
    orders::ready_on,
    orders::answer_by,
    orders::pay_by,
    orders::hand_over_by,
    orders::handed_over_at,
    orders::complete_at,
    enterprises::name,
    enterprises::assisted,
    enterprises::state,
    ; with pay::Columns, pay::COLUMNS
);

diesel::define_sql_function! {
    /// Lower-case; both engines have it, and only one of them ignores case in `LIKE`.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

#[auto_type]
fn joined() -> _ {
    let columns: Columns = COLUMNS;
    orders::table.inner_join(enterprises::table).inner_join(bills::table).select(columns)
}

/// Who buys, as the orders will remember her.
#[derive(Clone, Default)]
pub(super) struct Buyer {
    pub id: Option<AccountId>,
    pub name: Option<String>,
    pub phone: Option<Phone>,
}

pub(super) fn insert_group(tx: &mut Tx<'_>, buyer: Option<AccountId>) -> Result<OrderGroupId, DbError> {
    let (id, now) = (OrderGroupId::new(), tx.now());
    diesel::insert_into(order_groups::table)
        .values((order_groups::id.eq(id), order_groups::buyer_id.eq(buyer), order_groups::placed_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(id)
}

/// One line of what a seller is asked for.
pub(super) struct Wanted<'a> {
    pub offer: &'a Offer,
    pub price_channel: PriceChannel,
    pub unit_price: Rupiah,
    pub quantity: i64,
    pub total: Rupiah,
    pub preorder: Option<WindowId>,
}

/// What one seller is asked for.
pub(super) struct Share<'a> {
    pub number: String,
    pub village: VillageId,
    pub seller: EnterpriseId,
    pub channel: Channel,
    pub fulfilment: Fulfilment,
    pub address: Option<&'a Address>,
    pub note: Option<&'a Note>,
    pub area: Option<String>,
    pub zone: Option<String>,
    pub quote: Quote,
    pub ready_on: Option<NaiveDate>,
    pub answer_by: Timestamp,
    pub bill: Bill,
    pub lines: Vec<Wanted<'a>>,
}

pub(super) fn insert(tx: &mut Tx<'_>, group: OrderGroupId, buyer: &Buyer, share: &Share<'_>) -> Result<OrderId, DbError> {
    let (id, now) = (OrderId::new(), tx.now());
    diesel::insert_into(orders::table)
        .values((
            orders::id.eq(id),
            orders::group_id.eq(group),
            orders::number.eq(&share.number),
            orders::village_id.eq(share.village),
            orders::seller_id.eq(share.seller),
            orders::buyer_id.eq(buyer.id),
            orders::buyer_name.eq(&buyer.name),
            orders::buyer_phone.eq(&buyer.phone),
            orders::fulfilment.eq(share.fulfilment),
            orders::address.eq(share.address),
            orders::note.eq(share.note),
            orders::channel.eq(share.channel),
            orders::state.eq(State::Placed),
            orders::version.eq(1),
            orders::placed_at.eq(now),
            orders::updated_at.eq(now),
            orders::area.eq(&share.area),
            orders::zone.eq(&share.zone),
            orders::quote.eq(share.quote),
            orders::ready_on.eq(share.ready_on),
            orders::answer_by.eq(share.answer_by),
        ))
        .execute(&mut **tx)?;
    for (position, line) in (1_i32..).zip(&share.lines) {
        insert_line(tx, id, position, line)?;
    }
    Ok(id)
}

pub(super) fn insert_line(tx: &mut Tx<'_>, order: OrderId, position: i32, line: &Wanted<'_>) -> Result<(), DbError> {
    let (product, pack) = (&line.offer.product, &line.offer.pack.row);
    diesel::insert_into(order_lines::table)
        .values((
            order_lines::order_id.eq(order),
            order_lines::position.eq(position),
            order_lines::product_id.eq(product.id),
            order_lines::name.eq(&product.content.name),
            order_lines::unit.eq(pack.unit),
            order_lines::unit_price.eq(line.unit_price),
            order_lines::quantity.eq(line.quantity),
            order_lines::total.eq(line.total),
            order_lines::pack_id.eq(pack.id),
            order_lines::pack_label.eq(&pack.label),
            order_lines::price_channel.eq(line.price_channel),
            order_lines::ordered.eq(line.quantity),
            order_lines::preorder_id.eq(line.preorder),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn get(conn: &mut Conn, id: OrderId) -> Result<Order, DbError> {
    Ok(joined().filter(orders::id.eq(id)).first(conn)?)
}

pub(super) fn by_ids(conn: &mut Conn, ids: &[OrderId]) -> Result<BTreeMap<OrderId, Order>, DbError> {
    let rows: Vec<Order> = joined().filter(orders::id.eq_any(ids)).load(conn)?;
    Ok(rows.into_iter().map(|order| (order.id, order)).collect())
}

pub(super) fn by_number(conn: &mut Conn, number: &str) -> Result<Order, DbError> {
    Ok(joined().filter(orders::number.eq(number)).first(conn)?)
}

pub(super) fn whole(conn: &mut Conn, id: OrderId) -> Result<Whole, DbError> {
    let order = get(conn, id)?;
    wholes(conn, vec![order])?.pop().ok_or(DbError::NotFound)
}

pub(super) fn group_buyer(conn: &mut Conn, id: OrderGroupId) -> Result<Option<AccountId>, DbError> {
    Ok(order_groups::table.find(id).select(order_groups::buyer_id).first(conn)?)
}

pub(super) fn of_group(conn: &mut Conn, id: OrderGroupId) -> Result<Vec<Whole>, DbError> {
    let rows = joined().filter(orders::group_id.eq(id)).order(orders::id).load(conn)?;
    wholes(conn, rows)
}

pub(super) fn of_buyer(conn: &mut Conn, buyer: AccountId, before: Option<OrderId>, rows: i64) -> Result<Vec<Whole>, DbError> {
    let mut query = joined().filter(orders::buyer_id.eq(buyer)).order(orders::id.desc()).limit(rows).into_boxed();
    if let Some(before) = before {
        query = query.filter(orders::id.lt(before));
    }
    let rows = query.load(conn)?;
    wholes(conn, rows)
}

/// How many orders of a buyer wait for their sellers' word.
pub(super) fn waiting_of_buyer(conn: &mut Conn, buyer: AccountId) -> Result<i64, DbError> {
    Ok(orders::table.filter(orders::buyer_id.eq(buyer).and(orders::state.eq(State::Placed))).count().get_result(conn)?)
}

/// Which of a seller's orders are asked for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub state: Option<State>,
    /// A number, or part of a buyer's name where the seller may see it.
    pub text: Option<String>,
    /// The same as part of a buyer's telephone number, where it can be one.
    pub digits: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

pub(super) fn of_seller(
    conn: &mut Conn,
    seller: EnterpriseId,
    wish: &Wish,
    shown: &'static [State],
    before: Option<OrderId>,
    rows: i64,
) -> Result<Vec<Whole>, DbError> {
    let mut query = joined().filter(orders::seller_id.eq(seller)).order(orders::id.desc()).limit(rows).into_boxed();
    if let Some(state) = wish.state {
        query = query.filter(orders::state.eq(state));
    }
    if let Some(from) = wish.from {
        query = query.filter(orders::placed_at.ge(from));
    }
    if let Some(to) = wish.to {
        query = query.filter(orders::placed_at.lt(to));
    }
    if let Some(text) = &wish.text {
        let number = text.to_uppercase();
        // `_` and `%` would be wildcards; a name holds neither.
        let part = format!("%{}%", text.to_lowercase().replace(['%', '_', '\\'], ""));
        // Who buys is looked at only where the seller may see it: a search must not tell what a list hides.
        let visible = orders::state.eq_any(shown).or(bills::owed_back.gt(Rupiah::ZERO)).or(bills::returned.gt(Rupiah::ZERO));
        let named = lower(orders::buyer_name.assume_not_null()).like(part).and(orders::buyer_name.is_not_null());
        let digits = wish.digits.as_ref().map_or_else(String::new, |digits| format!("%{digits}%"));
        let reached = orders::buyer_phone.assume_not_null().like(digits).and(orders::buyer_phone.is_not_null());
        query = query.filter(orders::number.eq(number).or(visible.and(named.or(reached))));
    }
    if let Some(before) = before {
        query = query.filter(orders::id.lt(before));
    }
    let rows = query.load(conn)?;
    wholes(conn, rows)
}

pub(super) fn placed_between(
    conn: &mut Conn,
    seller: EnterpriseId,
    (from, to): (Timestamp, Timestamp),
    most: i64,
) -> Result<Vec<(Order, Vec<Line>)>, DbError> {
    let these = orders::seller_id.eq(seller).and(orders::placed_at.ge(from)).and(orders::placed_at.lt(to));
    let rows: Vec<Order> = joined().filter(these).order(orders::id).limit(most).load(conn)?;
    let last = rows.last().map_or_else(OrderId::new, |order| order.id);
    let lines = order_lines::table
        .inner_join(orders::table)
        .filter(these.and(orders::id.le(last)))
        .order((order_lines::order_id, order_lines::position));
    let mut lines = grouped(lines.select(order_lines::all_columns).load(conn)?, |line: &Line| line.order_id);
    let with_lines = |order: Order| {
        let lines = lines.remove(&order.id).unwrap_or_default();
        (order, lines)
    };
    Ok(rows.into_iter().map(with_lines).collect())
}

/// Puts orders together with their lines, payments, refunds and open changes: a fixed number of queries, however many they are.
fn wholes(conn: &mut Conn, rows: Vec<Order>) -> Result<Vec<Whole>, DbError> {
    let ids: Vec<OrderId> = rows.iter().map(|order| order.id).collect();
    let mut all_lines = grouped(lines(conn, &ids)?, |line| line.order_id);
    let (payments, refunds) = pay::service::of_orders(conn, &ids)?;
    let mut all_payments = grouped(payments, |payment| payment.order_id);
    let mut all_refunds = grouped(refunds, |refund| refund.order_id);
    let mut changes = changes_store::open(conn, &ids)?;
    let whole = |order: Order| {
        let id = order.id;
        let change = changes.iter().position(|(change, _)| change.order_id == id).map(|at| changes.swap_remove(at));
        Whole {
            lines: all_lines.remove(&id).unwrap_or_default(),
            payments: all_payments.remove(&id).unwrap_or_default(),
            refunds: all_refunds.remove(&id).unwrap_or_default(),
            change,
            order,
        }
    };
    Ok(rows.into_iter().map(whole).collect())
}

fn grouped<T>(rows: Vec<T>, key: impl Fn(&T) -> OrderId) -> BTreeMap<OrderId, Vec<T>> {
    let mut groups: BTreeMap<OrderId, Vec<T>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

pub(super) fn lines(conn: &mut Conn, ids: &[OrderId]) -> Result<Vec<Line>, DbError> {
    Ok(order_lines::table.filter(order_lines::order_id.eq_any(ids)).order((order_lines::order_id, order_lines::position)).load(conn)?)
}

pub(super) fn set_quantity(tx: &mut Tx<'_>, line: &Line, quantity: i64, total: Rupiah) -> Result<(), DbError> {
    diesel::update(order_lines::table.find((line.order_id, line.position)))
        .set((order_lines::quantity.eq(quantity), order_lines::total.eq(total)))
        .execute(&mut **tx)?;
    Ok(())
}

/// The orders in one of these states with a line on one of these packs.
pub(super) fn holding(conn: &mut Conn, packs: &[PackId], states: &[State]) -> Result<Vec<OrderId>, DbError> {
    let lines = order_lines::table.inner_join(orders::table);
    let open = order_lines::pack_id.eq_any(packs).and(orders::state.eq_any(states));
    Ok(lines.filter(open).order(orders::id).select(orders::id).distinct().load(conn)?)
}

/// The only writer of the state; answers whether the order still stood in `from`.
pub(super) fn move_state(
    tx: &mut Tx<'_>,
    id: OrderId,
    from: State,
    to: State,
    by: Option<By<'_>>,
    reason: Option<&str>,
) -> Result<bool, DbError> {
    let now = tx.now();
    let moved = diesel::update(orders::table.filter(orders::id.eq(id).and(orders::state.eq(from))))
        .set((orders::state.eq(to), orders::version.eq(orders::version + 1), orders::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if moved == 1 {
        record(tx, id, from, to, by, reason)?;
    }
    Ok(moved == 1)
}

/// The order has changed in something other than its state.
pub(super) fn touch(tx: &mut Tx<'_>, id: OrderId) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(orders::table.find(id)).set((orders::version.eq(orders::version + 1), orders::updated_at.eq(now))).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn set_accepted(tx: &mut Tx<'_>, id: OrderId, pay_by: Option<Timestamp>, hand_over_by: Timestamp) -> Result<(), DbError> {
    let limits = (orders::pay_by.eq(pay_by), orders::hand_over_by.eq(hand_over_by));
    diesel::update(orders::table.find(id)).set(limits).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn set_pay_by(tx: &mut Tx<'_>, id: OrderId, pay_by: Timestamp) -> Result<(), DbError> {
    diesel::update(orders::table.find(id)).set(orders::pay_by.eq(pay_by)).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn set_handed_over(tx: &mut Tx<'_>, id: OrderId, complete_at: Timestamp) -> Result<(), DbError> {
    let now = tx.now();
    let times = (orders::handed_over_at.eq(now), orders::complete_at.eq(complete_at));
    diesel::update(orders::table.find(id)).set(times).execute(&mut **tx)?;
    Ok(())
}

/// Moves the quote on from where the two stand; answers whether they still stood there.
pub(super) fn move_quote(tx: &mut Tx<'_>, order: &Order, to: Quote, fee: Rupiah) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = orders::table.filter(orders::id.eq(order.id).and(orders::quote.eq(order.quote)).and(orders::state.eq(State::Placed)));
    let moved = diesel::update(standing)
        .set((orders::quote.eq(to), orders::quoted_fee.eq(fee), orders::version.eq(orders::version + 1), orders::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(moved == 1)
}

/// Gives orders that were made without an account to `account`; answers how many.
pub(super) fn adopt(tx: &mut Tx<'_>, account: AccountId, guests: &[AccountId], phone: &Phone) -> Result<usize, DbError> {
    let groups: Vec<OrderGroupId> = orders::table
        .filter(
            orders::buyer_id
                .eq_any(guests)
                .assume_not_null()
                .or(orders::buyer_id.is_null().and(orders::buyer_phone.eq(phone).assume_not_null())),
        )
        .select(orders::group_id)
        .load(&mut **tx)?;
    diesel::update(order_groups::table.filter(order_groups::id.eq_any(&groups)))
        .set(order_groups::buyer_id.eq(account))
        .execute(&mut **tx)?;
    let moved = diesel::update(orders::table.filter(orders::group_id.eq_any(&groups)))
        .set((orders::buyer_id.eq(account), orders::version.eq(orders::version + 1)))
        .execute(&mut **tx)?;
    Ok(moved)
}

/// Writes down a move. The reason may be the clock's own, where nobody acted.
pub(super) fn record(
    tx: &mut Tx<'_>,
    id: OrderId,
    from: State,
    to: State,
    by: Option<By<'_>>,
    reason: Option<&str>,
) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(order_events::table)
        .values((
            order_events::id.eq(EventId::new()),
            order_events::order_id.eq(id),
            order_events::from_state.eq(from),
            order_events::to_state.eq(to),
            order_events::actor_id.eq(by.map(|by| by.actor)),
            order_events::on_behalf_of.eq(by.and_then(|by| by.on_behalf_of)),
            order_events::reason.eq(reason),
            order_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn events(conn: &mut Conn, id: OrderId) -> Result<Vec<Event>, DbError> {
    use order_events as e;
    let rows = e::table.filter(e::order_id.eq(id)).order(e::id).limit(100);
    Ok(rows.select((e::from_state, e::to_state, e::actor_id, e::on_behalf_of, e::reason, e::at)).load(conn)?)
}
