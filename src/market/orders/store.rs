//! The tables of orders, their groups, lines and events.

use diesel::dsl::auto_type;
use diesel::prelude::*;

use super::model::{Cart, Event, Line, ONLINE, Order, OrderGroupId, OrderId, State, Whole};
use crate::columns;
use crate::kit::auth::AccountId;
use crate::kit::db::{Conn, DbError, Tx};
use crate::kit::ids::EventId;
use crate::kit::money::Rupiah;
use crate::kit::phone::Phone;
use crate::market::packs::model::{InForce, Offer};
use crate::market::payments as pay;
use crate::people::enterprises::EnterpriseId;
use crate::people::permissions::By;
use crate::people::villages::VillageId;
use crate::schema::{enterprises, order_events, order_groups, order_lines, orders, payments};

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
    orders::total,
    orders::state,
    orders::version,
    orders::placed_at,
    orders::updated_at,
    enterprises::name,
    enterprises::assisted,
    enterprises::state,
    ; with pay::Columns, pay::COLUMNS
);

#[auto_type]
fn joined() -> _ {
    let columns: Columns = COLUMNS;
    orders::table.inner_join(enterprises::table).inner_join(payments::table).select(columns)
}

/// Who buys, as the orders will remember her.
pub(super) struct Buyer {
    pub id: AccountId,
    pub name: String,
    pub phone: Phone,
}

pub(super) fn insert_group(tx: &mut Tx<'_>, buyer: AccountId, total: Rupiah) -> Result<OrderGroupId, DbError> {
    let (id, now) = (OrderGroupId::new(), tx.now());
    diesel::insert_into(order_groups::table)
        .values((order_groups::id.eq(id), order_groups::buyer_id.eq(buyer), order_groups::total.eq(total), order_groups::placed_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(id)
}

/// What one seller is asked for.
pub(super) struct Share<'a> {
    pub number: String,
    pub village: VillageId,
    pub seller: EnterpriseId,
    pub total: Rupiah,
    pub lines: Vec<Wanted<'a>>,
}

/// One line of it, at the price it has now.
pub(super) struct Wanted<'a> {
    pub offer: &'a Offer,
    pub price: InForce,
    pub quantity: i64,
    pub total: Rupiah,
}

pub(super) fn insert(tx: &mut Tx<'_>, group: OrderGroupId, buyer: &Buyer, cart: &Cart, share: &Share<'_>) -> Result<OrderId, DbError> {
    let (id, now) = (OrderId::new(), tx.now());
    let (fulfilment, address) = cart.delivery.parts();
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
            orders::fulfilment.eq(fulfilment),
            orders::address.eq(address),
            orders::note.eq(&cart.note),
            orders::channel.eq(ONLINE),
            orders::total.eq(share.total),
            orders::state.eq(State::Placed),
            orders::version.eq(1),
            orders::placed_at.eq(now),
            orders::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    for (position, Wanted { offer, price, quantity, total }) in (1_i32..).zip(&share.lines) {
        let (product, pack) = (&offer.product, &offer.pack.row);
        diesel::insert_into(order_lines::table)
            .values((
                order_lines::order_id.eq(id),
                order_lines::position.eq(position),
                order_lines::product_id.eq(product.id),
                order_lines::name.eq(&product.content.name),
                order_lines::unit.eq(pack.unit),
                order_lines::unit_price.eq(price.amount),
                order_lines::quantity.eq(*quantity),
                order_lines::total.eq(*total),
                order_lines::pack_id.eq(pack.id),
                order_lines::pack_label.eq(&pack.label),
                order_lines::price_channel.eq(price.channel),
            ))
            .execute(&mut **tx)?;
    }
    Ok(id)
}

pub(super) fn get(conn: &mut Conn, id: OrderId) -> Result<Order, DbError> {
    Ok(joined().filter(orders::id.eq(id)).first(conn)?)
}

pub(super) fn whole(conn: &mut Conn, id: OrderId) -> Result<Whole, DbError> {
    let order = get(conn, id)?;
    let lines = lines(conn, &[id])?;
    Ok((order, lines))
}

pub(super) fn group(conn: &mut Conn, id: OrderGroupId) -> Result<(AccountId, Rupiah), DbError> {
    Ok(order_groups::table.find(id).select((order_groups::buyer_id, order_groups::total)).first(conn)?)
}

pub(super) fn of_group(conn: &mut Conn, id: OrderGroupId) -> Result<Vec<Whole>, DbError> {
    let rows = joined().filter(orders::group_id.eq(id)).order(orders::id).load(conn)?;
    with_lines(conn, rows)
}

pub(super) fn of_buyer(conn: &mut Conn, buyer: AccountId, before: Option<OrderId>, rows: i64) -> Result<Vec<Whole>, DbError> {
    let mut query = joined().filter(orders::buyer_id.eq(buyer)).order(orders::id.desc()).limit(rows).into_boxed();
    if let Some(before) = before {
        query = query.filter(orders::id.lt(before));
    }
    let rows = query.load(conn)?;
    with_lines(conn, rows)
}

pub(super) fn of_seller(
    conn: &mut Conn,
    seller: EnterpriseId,
    state: Option<State>,
    before: Option<OrderId>,
    rows: i64,
) -> Result<Vec<Whole>, DbError> {
    let mut query = joined().filter(orders::seller_id.eq(seller)).order(orders::id.desc()).limit(rows).into_boxed();
    if let Some(state) = state {
        query = query.filter(orders::state.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(orders::id.lt(before));
    }
    let rows = query.load(conn)?;
    with_lines(conn, rows)
}

fn with_lines(conn: &mut Conn, rows: Vec<Order>) -> Result<Vec<Whole>, DbError> {
    let ids: Vec<OrderId> = rows.iter().map(|order| order.id).collect();
    let mut all = lines(conn, &ids)?;
    let mut page = Vec::with_capacity(rows.len());
    for order in rows {
        let (mine, others) = all.into_iter().partition(|line| line.order_id == order.id);
        all = others;
        page.push((order, mine));
    }
    Ok(page)
}

pub(super) fn lines(conn: &mut Conn, ids: &[OrderId]) -> Result<Vec<Line>, DbError> {
    Ok(order_lines::table.filter(order_lines::order_id.eq_any(ids)).order((order_lines::order_id, order_lines::position)).load(conn)?)
}

/// The only writer of the state; answers whether the order still stood in `from`.
pub(super) fn move_state(tx: &mut Tx<'_>, id: OrderId, from: State, to: State, by: Option<By<'_>>) -> Result<bool, DbError> {
    let now = tx.now();
    let moved = diesel::update(orders::table.filter(orders::id.eq(id).and(orders::state.eq(from))))
        .set((orders::state.eq(to), orders::version.eq(orders::version + 1), orders::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if moved == 1 {
        record(tx, id, from, to, by)?;
    }
    Ok(moved == 1)
}

pub(super) fn record(tx: &mut Tx<'_>, id: OrderId, from: State, to: State, by: Option<By<'_>>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(order_events::table)
        .values((
            order_events::id.eq(EventId::new()),
            order_events::order_id.eq(id),
            order_events::from_state.eq(from),
            order_events::to_state.eq(to),
            order_events::actor_id.eq(by.map(|by| by.actor)),
            order_events::on_behalf_of.eq(by.and_then(|by| by.on_behalf_of)),
            order_events::reason.eq(by.and_then(|by| by.reason)),
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
