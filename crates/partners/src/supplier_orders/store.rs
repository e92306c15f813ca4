//! The tables of supplier orders, their lines, events and links.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::model::{Doer, Event, Line, Money, NewLine, NewOrder, Order, Payment, State, SupplierOrderId, Whole};
use super::payment_store;
use super::rules::{COMING, quarter};
use crate::agreements::AgreementId;
use crate::joint_buying::JointBuyId;
use crate::parties::Names;
use crate::supply::ItemId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::money::Rupiah;
use kit::schema::{supplier_order_events, supplier_order_lines, supplier_order_links, supplier_orders};
use people::enterprises::EnterpriseId;
use people::villages::VillageId;

columns!(
    Columns, COLUMNS:
    supplier_orders::id,
    supplier_orders::village_id,
    supplier_orders::supplier_id,
    supplier_orders::buyer_id,
    supplier_orders::agreement_id,
    supplier_orders::agreement_number,
    supplier_orders::joint_buy_id,
    supplier_orders::payment,
    supplier_orders::state,
    supplier_orders::wanted_on,
    supplier_orders::proposed_on,
    supplier_orders::promised_on,
    supplier_orders::first_promised_on,
    supplier_orders::received_on,
    supplier_orders::in_full,
    supplier_orders::delay_days,
    supplier_orders::delivery_cost,
    supplier_orders::total,
    supplier_orders::owed,
    supplier_orders::paid,
    supplier_orders::note,
    supplier_orders::version,
    supplier_orders::created_at,
    supplier_orders::updated_at,
    supplier_orders::judged,
);
columns!(
    LineColumns, LINE:
    supplier_order_lines::order_id,
    supplier_order_lines::position,
    supplier_order_lines::item_id,
    supplier_order_lines::material_id,
    supplier_order_lines::label,
    supplier_order_lines::content,
    supplier_order_lines::ordered,
    supplier_order_lines::total,
    supplier_order_lines::promised,
    supplier_order_lines::billed,
    supplier_order_lines::received,
);

/// Not sent yet, or done with.
const DONE: [State; 4] = [State::Draft, State::Paid, State::Rejected, State::Cancelled];

pub(super) fn get(conn: &mut Conn, id: SupplierOrderId) -> Result<Order, DbError> {
    Ok(supplier_orders::table.find(id).select(COLUMNS).first(conn)?)
}

pub(super) fn lines(conn: &mut Conn, id: SupplierOrderId) -> Result<Vec<Line>, DbError> {
    let theirs = supplier_order_lines::table.filter(supplier_order_lines::order_id.eq(id));
    Ok(theirs.order(supplier_order_lines::position).select(LINE).load(conn)?)
}

pub(super) fn gathered(conn: &mut Conn, orders: Vec<Order>) -> Result<Vec<Whole>, DbError> {
    let ids: Vec<SupplierOrderId> = orders.iter().map(|order| order.id).collect();
    let names = Names::of(conn, orders.iter().flat_map(|order| [order.supplier_id, order.buyer_id]))?;
    let (mut lines, mut payments): (BTreeMap<_, Vec<Line>>, BTreeMap<_, Vec<Money>>) = (BTreeMap::new(), BTreeMap::new());
    let rows: Vec<Line> = supplier_order_lines::table
        .filter(supplier_order_lines::order_id.eq_any(&ids))
        .order((supplier_order_lines::order_id, supplier_order_lines::position))
        .select(LINE)
        .load(conn)?;
    for line in rows {
        lines.entry(line.order_id).or_default().push(line);
    }
    for money in payment_store::of(conn, &ids)? {
        payments.entry(money.order_id).or_default().push(money);
    }
    let whole = |order: Order| Whole {
        lines: lines.remove(&order.id).unwrap_or_default(),
        payments: payments.remove(&order.id).unwrap_or_default(),
        names: names.clone(),
        order,
    };
    Ok(orders.into_iter().map(whole).collect())
}

pub(super) fn whole(conn: &mut Conn, id: SupplierOrderId) -> Result<Whole, DbError> {
    let order = get(conn, id)?;
    gathered(conn, vec![order])?.pop().ok_or(DbError::NotFound)
}

/// A page of an enterprise's orders, newest first: what it buys, or what it sells.
pub(super) fn page(
    conn: &mut Conn,
    of: EnterpriseId,
    sells: bool,
    before: Option<SupplierOrderId>,
    rows: i64,
) -> Result<Vec<Whole>, DbError> {
    let mut query = supplier_orders::table.order(supplier_orders::id.desc()).limit(rows).select(COLUMNS).into_boxed();
    query = if sells {
        // A draft is nothing to the supplier yet.
        query.filter(supplier_orders::supplier_id.eq(of).and(supplier_orders::state.ne(State::Draft)))
    } else {
        query.filter(supplier_orders::buyer_id.eq(of))
    };
    if let Some(before) = before {
        query = query.filter(supplier_orders::id.lt(before));
    }
    let orders = query.load(conn)?;
    gathered(conn, orders)
}

/// The orders that a joint buy became.
pub(super) fn shares(conn: &mut Conn, buy: JointBuyId) -> Result<Vec<Order>, DbError> {
    let theirs = supplier_orders::table.filter(supplier_orders::joint_buy_id.eq(buy)).order(supplier_orders::id);
    Ok(theirs.select(COLUMNS).load(conn)?)
}

pub(super) fn of_joint_buy(conn: &mut Conn, buy: JointBuyId) -> Result<Vec<Whole>, DbError> {
    let orders = shares(conn, buy)?;
    gathered(conn, orders)
}

/// Where an order belongs and by what it is judged.
pub(super) struct Place {
    pub village: VillageId,
    pub buyer: EnterpriseId,
    pub agreement: AgreementId,
    pub number: i32,
    pub joint_buy: Option<JointBuyId>,
    pub delivery_cost: Rupiah,
    pub total: Rupiah,
}

pub(super) fn insert(tx: &mut Tx<'_>, place: &Place, new: &NewOrder, lines: &[NewLine]) -> Result<SupplierOrderId, DbError> {
    let (id, now) = (SupplierOrderId::new(), tx.now());
    diesel::insert_into(supplier_orders::table)
        .values((
            supplier_orders::id.eq(id),
            supplier_orders::village_id.eq(place.village),
            supplier_orders::supplier_id.eq(new.supplier),
            supplier_orders::buyer_id.eq(place.buyer),
            supplier_orders::agreement_id.eq(place.agreement),
            supplier_orders::agreement_number.eq(place.number),
            supplier_orders::joint_buy_id.eq(place.joint_buy),
            supplier_orders::payment.eq(new.payment),
            supplier_orders::state.eq(State::Draft),
            supplier_orders::wanted_on.eq(new.wanted_on),
            supplier_orders::delivery_cost.eq(place.delivery_cost),
            supplier_orders::total.eq(place.total),
            supplier_orders::owed.eq(Rupiah::ZERO),
            supplier_orders::paid.eq(Rupiah::ZERO),
            supplier_orders::note.eq(&new.note),
            supplier_orders::version.eq(1),
            supplier_orders::judged.eq(true),
            supplier_orders::created_at.eq(now),
            supplier_orders::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    insert_lines(tx, id, lines)?;
    Ok(id)
}

fn insert_lines(tx: &mut Tx<'_>, id: SupplierOrderId, lines: &[NewLine]) -> Result<(), DbError> {
    for (position, line) in (1_i32..).zip(lines) {
        diesel::insert_into(supplier_order_lines::table)
            .values((
                supplier_order_lines::order_id.eq(id),
                supplier_order_lines::position.eq(position),
                supplier_order_lines::item_id.eq(line.item_id),
                supplier_order_lines::material_id.eq(line.material_id),
                supplier_order_lines::label.eq(&line.label),
                supplier_order_lines::content.eq(line.content),
                supplier_order_lines::ordered.eq(line.ordered),
                supplier_order_lines::total.eq(line.total),
                supplier_order_lines::received.eq(0),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Writes a draft anew; answers whether it still was one and of that version.
pub(super) fn rewrite(
    tx: &mut Tx<'_>,
    id: SupplierOrderId,
    version: i32,
    place: &Place,
    new: &NewOrder,
    lines: &[NewLine],
) -> Result<bool, DbError> {
    let now = tx.now();
    let read = supplier_orders::id.eq(id).and(supplier_orders::state.eq(State::Draft)).and(supplier_orders::version.eq(version));
    let written = diesel::update(supplier_orders::table.filter(read))
        .set((
            supplier_orders::supplier_id.eq(new.supplier),
            supplier_orders::agreement_id.eq(place.agreement),
            supplier_orders::agreement_number.eq(place.number),
            supplier_orders::payment.eq(new.payment),
            supplier_orders::wanted_on.eq(new.wanted_on),
            supplier_orders::total.eq(place.total),
            supplier_orders::note.eq(&new.note),
            supplier_orders::version.eq(supplier_orders::version + 1),
            supplier_orders::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if written == 1 {
        diesel::delete(supplier_order_lines::table.filter(supplier_order_lines::order_id.eq(id))).execute(&mut **tx)?;
        insert_lines(tx, id, lines)?;
    }
    Ok(written == 1)
}

/// What an order is sent at: the terms in force, the day, and the prices of today.
pub(super) fn price(
    tx: &mut Tx<'_>,
    id: SupplierOrderId,
    (agreement, number): (AgreementId, i32),
    wanted_on: NaiveDate,
    totals: &[(i32, Rupiah)],
    total: Rupiah,
) -> Result<(), DbError> {
    diesel::update(supplier_orders::table.find(id))
        .set((
            supplier_orders::agreement_id.eq(agreement),
            supplier_orders::agreement_number.eq(number),
            supplier_orders::wanted_on.eq(wanted_on),
            supplier_orders::total.eq(total),
        ))
        .execute(&mut **tx)?;
    for (position, total) in totals {
        diesel::update(supplier_order_lines::table.find((id, position))).set(supplier_order_lines::total.eq(*total)).execute(&mut **tx)?;
    }
    Ok(())
}

/// The only writer of the state; answers whether the order still stood in `from`.
pub(super) fn move_state(
    tx: &mut Tx<'_>,
    id: SupplierOrderId,
    (from, to): (State, State),
    day: Option<NaiveDate>,
    by: Doer<'_>,
) -> Result<bool, DbError> {
    let now = tx.now();
    let moved = diesel::update(supplier_orders::table.filter(supplier_orders::id.eq(id).and(supplier_orders::state.eq(from))))
        .set((
            supplier_orders::state.eq(to),
            supplier_orders::version.eq(supplier_orders::version + 1),
            supplier_orders::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if moved == 1 {
        record(tx, id, (from, to), day, by)?;
    }
    Ok(moved == 1)
}

/// Writes down a move, with the day it is about.
pub(super) fn record(
    tx: &mut Tx<'_>,
    id: SupplierOrderId,
    (from, to): (State, State),
    day: Option<NaiveDate>,
    by: Doer<'_>,
) -> Result<(), DbError> {
    let (now, person) = (tx.now(), by.person());
    diesel::insert_into(supplier_order_events::table)
        .values((
            supplier_order_events::id.eq(EventId::new()),
            supplier_order_events::order_id.eq(id),
            supplier_order_events::from_state.eq(from),
            supplier_order_events::to_state.eq(to),
            supplier_order_events::actor_id.eq(person.map(|by| by.actor)),
            supplier_order_events::on_behalf_of.eq(person.and_then(|by| by.on_behalf_of)),
            supplier_order_events::reason.eq(by.reason()),
            supplier_order_events::link_made_by.eq(by.link_made_by()),
            supplier_order_events::day.eq(day),
            supplier_order_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The latest hundred moves of an order, oldest first.
pub(super) fn events(conn: &mut Conn, id: SupplierOrderId) -> Result<Vec<Event>, DbError> {
    use supplier_order_events as e;
    let latest = e::table.filter(e::order_id.eq(id)).order(e::id.desc()).limit(100);
    let columns = (e::from_state, e::to_state, e::actor_id, e::on_behalf_of, e::reason, e::link_made_by, e::day, e::at);
    let mut events: Vec<Event> = latest.select(columns).load(conn)?;
    events.reverse();
    Ok(events)
}

pub(super) fn propose_day(tx: &mut Tx<'_>, id: SupplierOrderId, day: NaiveDate) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(supplier_orders::table.find(id))
        .set((
            supplier_orders::proposed_on.eq(day),
            supplier_orders::version.eq(supplier_orders::version + 1),
            supplier_orders::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Writes the promised day; the first one stays what lateness is counted from, where it is.
pub(super) fn promise(tx: &mut Tx<'_>, id: SupplierOrderId, day: NaiveDate, first: NaiveDate, judged: bool) -> Result<(), DbError> {
    diesel::update(supplier_orders::table.find(id))
        .set((
            supplier_orders::promised_on.eq(day),
            supplier_orders::first_promised_on.eq(first),
            supplier_orders::quarter.eq(quarter(first)),
            supplier_orders::proposed_on.eq(None::<NaiveDate>),
            supplier_orders::judged.eq(judged),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn set_counts(tx: &mut Tx<'_>, line: &Line) -> Result<(), DbError> {
    diesel::update(supplier_order_lines::table.find((line.order_id, line.position)))
        .set((
            supplier_order_lines::promised.eq(line.promised),
            supplier_order_lines::billed.eq(line.billed),
            supplier_order_lines::received.eq(line.received),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What is known of an order after goods have come; nothing where nothing has come after all.
pub(super) struct Arrived {
    pub on: Option<NaiveDate>,
    pub in_full: Option<bool>,
    /// Once nothing more is to come.
    pub delay_days: Option<i32>,
}

pub(super) fn arrived(tx: &mut Tx<'_>, id: SupplierOrderId, owed: Rupiah, arrived: &Arrived) -> Result<(), DbError> {
    diesel::update(supplier_orders::table.find(id))
        .set((
            supplier_orders::owed.eq(owed),
            supplier_orders::received_on.eq(arrived.on),
            supplier_orders::in_full.eq(arrived.in_full),
            supplier_orders::delay_days.eq(arrived.delay_days),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// It was called off after the day it was promised or, without any answer, wanted for: the supplier did not keep it.
pub(super) fn never_came(tx: &mut Tx<'_>, id: SupplierOrderId) -> Result<(), DbError> {
    diesel::update(supplier_orders::table.find(id)).set(supplier_orders::in_full.eq(false)).execute(&mut **tx)?;
    Ok(())
}

/// Adds to what is paid; paying more than is owed breaks the constraint.
pub(super) fn add_paid(tx: &mut Tx<'_>, id: SupplierOrderId, amount: Rupiah) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(supplier_orders::table.find(id))
        .set((
            supplier_orders::paid.eq(supplier_orders::paid + amount.amount()),
            supplier_orders::version.eq(supplier_orders::version + 1),
            supplier_orders::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The orders on credit between a pair of which something is still to come.
pub(super) fn coming_on_credit(conn: &mut Conn, supplier: EnterpriseId, buyer: EnterpriseId) -> Result<Vec<Whole>, DbError> {
    let between = supplier_orders::supplier_id.eq(supplier).and(supplier_orders::buyer_id.eq(buyer));
    let coming = supplier_orders::table.filter(between.and(supplier_orders::state.eq_any(COMING)));
    let on_credit = coming.filter(supplier_orders::payment.eq(Payment::Credit)).order(supplier_orders::id);
    let orders = on_credit.select(COLUMNS).load(conn)?;
    gathered(conn, orders)
}

/// The day an order went to the supplier.
pub(super) fn sent_on(conn: &mut Conn, id: SupplierOrderId) -> Result<Option<NaiveDate>, DbError> {
    use supplier_order_events as e;
    let sent = e::table.filter(e::order_id.eq(id).and(e::to_state.eq(State::Sent))).order(e::id);
    let at: Option<Timestamp> = sent.select(e::at).first(conn).optional()?;
    Ok(at.map(Timestamp::business_date))
}

/// Whether one of `these` has a share of a joint buy at a supplier that is not done with.
pub(super) fn has_share(conn: &mut Conn, these: &[EnterpriseId], supplier: EnterpriseId) -> Result<bool, DbError> {
    let shares = supplier_orders::buyer_id.eq_any(these).and(supplier_orders::supplier_id.eq(supplier));
    let standing = shares.and(supplier_orders::joint_buy_id.is_not_null()).and(supplier_orders::state.ne_all(DONE));
    Ok(diesel::select(exists(supplier_orders::table.filter(standing).select(supplier_orders::id))).get_result(conn)?)
}

/// Who has ordered an item and not received all of it, or has it in a draft.
pub(super) fn waiting_for(conn: &mut Conn, item: ItemId) -> Result<Vec<EnterpriseId>, DbError> {
    let missing = supplier_order_lines::received.lt(supplier_order_lines::ordered);
    let standing = supplier_orders::state.eq(State::Draft).or(supplier_orders::state.eq_any(COMING));
    let waiting = supplier_orders::table
        .inner_join(supplier_order_lines::table)
        .filter(supplier_order_lines::item_id.eq(item).and(missing).and(standing));
    Ok(waiting.select(supplier_orders::buyer_id).distinct().order(supplier_orders::buyer_id).load(conn)?)
}

/// The lines of what a buyer has ordered and not received whole.
pub(super) fn coming(conn: &mut Conn, buyer: EnterpriseId) -> Result<Vec<Line>, DbError> {
    let coming = supplier_orders::table
        .inner_join(supplier_order_lines::table)
        .filter(supplier_orders::buyer_id.eq(buyer).and(supplier_orders::state.eq_any(COMING)));
    Ok(coming.order((supplier_order_lines::order_id, supplier_order_lines::position)).select(LINE).load(conn)?)
}

/// One link per order: a new one takes the place of the one before.
pub(super) fn set_link(
    tx: &mut Tx<'_>,
    id: SupplierOrderId,
    digest: &str,
    expires_at: Timestamp,
    made_by: AccountId,
) -> Result<(), DbError> {
    let now = tx.now();
    diesel::delete(supplier_order_links::table.filter(supplier_order_links::order_id.eq(id))).execute(&mut **tx)?;
    diesel::insert_into(supplier_order_links::table)
        .values((
            supplier_order_links::digest.eq(digest),
            supplier_order_links::order_id.eq(id),
            supplier_order_links::made_by.eq(made_by),
            supplier_order_links::created_at.eq(now),
            supplier_order_links::expires_at.eq(expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The order a link is about, and who made the link.
pub(super) fn by_link(conn: &mut Conn, digest: &str, now: Timestamp) -> Result<Option<(SupplierOrderId, Option<AccountId>)>, DbError> {
    let good = supplier_order_links::table.filter(supplier_order_links::digest.eq(digest).and(supplier_order_links::expires_at.gt(now)));
    Ok(good.select((supplier_order_links::order_id, supplier_order_links::made_by)).first(conn).optional()?)
}
