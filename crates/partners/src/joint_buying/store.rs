//! The tables of joint buys, their members, wants and events.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::model::{Event, JointBuy, JointBuyId, Mover, NewJointBuy, State, Want, WantId};
use crate::supply::ItemId;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::schema::{joint_buys, joint_events, joint_members, joint_wants};
use people::enterprises::EnterpriseId;
use people::permissions::By;
use people::villages::VillageId;

columns!(
    Columns, COLUMNS:
    joint_buys::id,
    joint_buys::village_id,
    joint_buys::organiser_id,
    joint_buys::supplier_id,
    joint_buys::state,
    joint_buys::cut_off,
    joint_buys::minimum,
    joint_buys::delivery_cost,
    joint_buys::split,
    joint_buys::extend_days,
    joint_buys::extensions_left,
    joint_buys::note,
    joint_buys::version,
    joint_buys::created_at,
    joint_buys::updated_at,
);

columns!(
    WantColumns, WANT:
    joint_wants::id,
    joint_wants::member_id,
    joint_wants::item_id,
    joint_wants::wanted,
    joint_wants::tolerance,
);

columns!(
    EventColumns, EVENT:
    joint_events::from_state,
    joint_events::to_state,
    joint_events::actor_id,
    joint_events::on_behalf_of,
    joint_events::reason,
    joint_events::hindrance,
    joint_events::at,
);

pub(super) fn get(conn: &mut Conn, id: JointBuyId) -> Result<JointBuy, DbError> {
    Ok(joint_buys::table.find(id).select(COLUMNS).first(conn)?)
}

pub(super) fn insert(tx: &mut Tx<'_>, village: VillageId, organiser: EnterpriseId, new: &NewJointBuy) -> Result<JointBuyId, DbError> {
    let (id, now) = (JointBuyId::new(), tx.now());
    diesel::insert_into(joint_buys::table)
        .values((
            joint_buys::id.eq(id),
            joint_buys::village_id.eq(village),
            joint_buys::organiser_id.eq(organiser),
            joint_buys::supplier_id.eq(new.supplier),
            joint_buys::state.eq(State::Open),
            joint_buys::cut_off.eq(new.cut_off),
            joint_buys::minimum.eq(new.minimum.amount()),
            joint_buys::delivery_cost.eq(new.delivery_cost.amount()),
            joint_buys::split.eq(new.split),
            joint_buys::extend_days.eq(new.extend_days.get()),
            joint_buys::extensions_left.eq(new.extensions.get()),
            joint_buys::note.eq(&new.note),
            joint_buys::version.eq(1),
            joint_buys::created_at.eq(now),
            joint_buys::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    for member in &new.members {
        diesel::insert_into(joint_members::table)
            .values((joint_members::buy_id.eq(id), joint_members::enterprise_id.eq(*member)))
            .execute(&mut **tx)?;
    }
    Ok(id)
}

pub(super) fn members(conn: &mut Conn, id: JointBuyId) -> Result<Vec<EnterpriseId>, DbError> {
    let theirs = joint_members::table.filter(joint_members::buy_id.eq(id)).order(joint_members::enterprise_id);
    Ok(theirs.select(joint_members::enterprise_id).load(conn)?)
}

/// In the order in which they came.
pub(super) fn wants(conn: &mut Conn, id: JointBuyId) -> Result<Vec<Want>, DbError> {
    let theirs = joint_wants::table.filter(joint_wants::buy_id.eq(id)).order(joint_wants::id);
    Ok(theirs.select(WANT).load(conn)?)
}

/// The joint buys an enterprise is a member of, newest first.
pub(super) fn of_member(conn: &mut Conn, of: EnterpriseId, before: Option<JointBuyId>, rows: i64) -> Result<Vec<JointBuy>, DbError> {
    let theirs = joint_buys::table.inner_join(joint_members::table).filter(joint_members::enterprise_id.eq(of));
    let mut query = theirs.order(joint_buys::id.desc()).limit(rows).select(COLUMNS).into_boxed();
    if let Some(before) = before {
        query = query.filter(joint_buys::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// What a member wants of an item so far.
pub(super) fn want_of(conn: &mut Conn, id: JointBuyId, member: EnterpriseId, item: ItemId) -> Result<Option<Want>, DbError> {
    let hers = joint_wants::buy_id.eq(id).and(joint_wants::member_id.eq(member)).and(joint_wants::item_id.eq(item));
    Ok(joint_wants::table.filter(hers).select(WANT).first(conn).optional()?)
}

pub(super) fn insert_want(
    tx: &mut Tx<'_>,
    id: JointBuyId,
    (member, item): (EnterpriseId, ItemId),
    (wanted, tolerance): (i64, i64),
    by: By<'_>,
) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(joint_wants::table)
        .values((
            joint_wants::id.eq(WantId::new()),
            joint_wants::buy_id.eq(id),
            joint_wants::member_id.eq(member),
            joint_wants::item_id.eq(item),
            joint_wants::wanted.eq(wanted),
            joint_wants::tolerance.eq(tolerance),
            joint_wants::actor_id.eq(by.actor),
            joint_wants::on_behalf_of.eq(by.on_behalf_of),
            joint_wants::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Changes what a member wants, from her place to the one she has now.
pub(super) fn change_want(tx: &mut Tx<'_>, from: WantId, to: WantId, (wanted, tolerance): (i64, i64), by: By<'_>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(joint_wants::table.find(from))
        .set((
            joint_wants::id.eq(to),
            joint_wants::wanted.eq(wanted),
            joint_wants::tolerance.eq(tolerance),
            joint_wants::actor_id.eq(by.actor),
            joint_wants::on_behalf_of.eq(by.on_behalf_of),
            joint_wants::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Whether one of `these` fills a joint buy at a supplier.
pub(super) fn any_open(conn: &mut Conn, these: &[EnterpriseId], supplier: EnterpriseId) -> Result<bool, DbError> {
    let theirs = joint_buys::table.inner_join(joint_members::table).filter(joint_members::enterprise_id.eq_any(these));
    let open = theirs.filter(joint_buys::supplier_id.eq(supplier).and(joint_buys::state.eq(State::Open)));
    Ok(diesel::select(exists(open.select(joint_buys::id))).get_result(conn)?)
}

/// The members of open joint buys in which an item is wanted.
pub(super) fn filling(conn: &mut Conn, item: ItemId) -> Result<Vec<EnterpriseId>, DbError> {
    let wanted = joint_wants::table.filter(joint_wants::item_id.eq(item).and(joint_wants::wanted.gt(0).or(joint_wants::tolerance.gt(0))));
    let open = joint_buys::state.eq(State::Open).and(joint_buys::id.eq_any(wanted.select(joint_wants::buy_id)));
    let members = joint_members::table.inner_join(joint_buys::table).filter(open);
    Ok(members.select(joint_members::enterprise_id).distinct().order(joint_members::enterprise_id).load(conn)?)
}

/// The only writer of the state; answers whether it still stood in `from`.
pub(super) fn move_state(tx: &mut Tx<'_>, id: JointBuyId, from: State, to: State, by: Mover<'_>) -> Result<bool, DbError> {
    let now = tx.now();
    let moved = diesel::update(joint_buys::table.filter(joint_buys::id.eq(id).and(joint_buys::state.eq(from))))
        .set((joint_buys::state.eq(to), joint_buys::version.eq(joint_buys::version + 1), joint_buys::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if moved == 1 {
        record(tx, id, from, to, by)?;
    }
    Ok(moved == 1)
}

pub(super) fn record(tx: &mut Tx<'_>, id: JointBuyId, from: State, to: State, by: Mover<'_>) -> Result<(), DbError> {
    let now = tx.now();
    let (by, hindrance) = match by {
        Mover::Person(by) => (Some(by), None),
        Mover::Clock(hindrance) => (None, hindrance),
    };
    diesel::insert_into(joint_events::table)
        .values((
            joint_events::id.eq(EventId::new()),
            joint_events::buy_id.eq(id),
            joint_events::from_state.eq(from),
            joint_events::to_state.eq(to),
            joint_events::actor_id.eq(by.map(|by| by.actor)),
            joint_events::on_behalf_of.eq(by.and_then(|by| by.on_behalf_of)),
            joint_events::reason.eq(by.and_then(|by| by.reason)),
            joint_events::hindrance.eq(hindrance),
            joint_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The moves of a joint buy, oldest first.
pub(super) fn events(conn: &mut Conn, id: JointBuyId) -> Result<Vec<Event>, DbError> {
    let events = joint_events::table.filter(joint_events::buy_id.eq(id)).order(joint_events::id).limit(100);
    Ok(events.select(EVENT).load(conn)?)
}

pub(super) fn last_event(conn: &mut Conn, id: JointBuyId) -> Result<Option<Event>, DbError> {
    let events = joint_events::table.filter(joint_events::buy_id.eq(id)).order(joint_events::id.desc());
    Ok(events.select(EVENT).first(conn).optional()?)
}

pub(super) fn extend(tx: &mut Tx<'_>, id: JointBuyId, cut_off: Timestamp, extensions_left: i64) -> Result<(), DbError> {
    diesel::update(joint_buys::table.find(id))
        .set((joint_buys::cut_off.eq(cut_off), joint_buys::extensions_left.eq(extensions_left)))
        .execute(&mut **tx)?;
    Ok(())
}
