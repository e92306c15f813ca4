//! The tables of days at stalls.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Event, StallDay, StallDayId, State};
use crate::agreements::AgreementId;
use crate::debts::Method;
use books::ledger::EntryId;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::schema::{stall_day_events, stall_days};
use people::permissions::By;

columns!(
    Columns, COLUMNS:
    stall_days::id,
    stall_days::agreement_id,
    stall_days::agreement_number,
    stall_days::provider_id,
    stall_days::receiver_id,
    stall_days::day,
    stall_days::takings,
    stall_days::share,
    stall_days::cost_part,
    stall_days::state,
    stall_days::entry_id,
    stall_days::due_on,
    stall_days::method,
    stall_days::paid_on,
    stall_days::created_at,
    stall_days::updated_at,
);

pub(super) fn get(conn: &mut Conn, id: StallDayId) -> Result<StallDay, DbError> {
    Ok(stall_days::table.find(id).select(COLUMNS).first(conn)?)
}

/// A page of an agreement's days, the one told last first.
pub(super) fn page(conn: &mut Conn, of: AgreementId, before: Option<StallDayId>, rows: i64) -> Result<Vec<StallDay>, DbError> {
    let theirs = stall_days::table.filter(stall_days::agreement_id.eq(of));
    let mut query = theirs.order(stall_days::id.desc()).limit(rows).select(COLUMNS).into_boxed();
    if let Some(before) = before {
        query = query.filter(stall_days::id.lt(before));
    }
    Ok(query.load(conn)?)
}

pub(super) fn insert(tx: &mut Tx<'_>, day: &StallDay, by: By<'_>) -> Result<(), DbError> {
    diesel::insert_into(stall_days::table)
        .values((
            stall_days::id.eq(day.id),
            stall_days::agreement_id.eq(day.agreement_id),
            stall_days::agreement_number.eq(day.agreement_number),
            stall_days::provider_id.eq(day.provider_id),
            stall_days::receiver_id.eq(day.receiver_id),
            stall_days::day.eq(day.day),
            stall_days::takings.eq(day.takings),
            stall_days::share.eq(day.share),
            stall_days::cost_part.eq(day.cost_part),
            stall_days::state.eq(day.state),
            stall_days::created_at.eq(day.created_at),
            stall_days::updated_at.eq(day.updated_at),
        ))
        .execute(&mut **tx)?;
    record(tx, day.id, day.state, day.state, by)
}

/// The only writer of the state; answers whether the day still stood in `from`.
pub(super) fn move_state(tx: &mut Tx<'_>, id: StallDayId, from: State, to: State, by: By<'_>) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = stall_days::table.filter(stall_days::id.eq(id).and(stall_days::state.eq(from)));
    let moved = diesel::update(standing).set((stall_days::state.eq(to), stall_days::updated_at.eq(now))).execute(&mut **tx)?;
    if moved == 1 {
        record(tx, id, from, to, by)?;
    }
    Ok(moved == 1)
}

fn record(tx: &mut Tx<'_>, id: StallDayId, from: State, to: State, by: By<'_>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(stall_day_events::table)
        .values((
            stall_day_events::id.eq(EventId::new()),
            stall_day_events::stall_day_id.eq(id),
            stall_day_events::from_state.eq(from),
            stall_day_events::to_state.eq(to),
            stall_day_events::actor_id.eq(by.actor),
            stall_day_events::on_behalf_of.eq(by.on_behalf_of),
            stall_day_events::reason.eq(by.reason),
            stall_day_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The latest hundred moves of a day, oldest first.
pub(super) fn events(conn: &mut Conn, id: StallDayId) -> Result<Vec<Event>, DbError> {
    use stall_day_events as e;
    let latest = e::table.filter(e::stall_day_id.eq(id)).order(e::id.desc()).limit(100);
    let mut events: Vec<Event> = latest.select((e::from_state, e::to_state, e::actor_id, e::on_behalf_of, e::reason, e::at)).load(conn)?;
    events.reverse();
    Ok(events)
}

/// It stands in both books and is to be paid by a day.
pub(super) fn owe(tx: &mut Tx<'_>, id: StallDayId, entry: EntryId, due_on: NaiveDate) -> Result<(), DbError> {
    diesel::update(stall_days::table.find(id)).set((stall_days::entry_id.eq(entry), stall_days::due_on.eq(due_on))).execute(&mut **tx)?;
    Ok(())
}

/// How and when it was paid, as it is known last.
pub(super) fn set_payment(tx: &mut Tx<'_>, id: StallDayId, paid: Option<(Method, NaiveDate)>) -> Result<(), DbError> {
    let (method, on) = paid.unzip();
    diesel::update(stall_days::table.find(id)).set((stall_days::method.eq(method), stall_days::paid_on.eq(on))).execute(&mut **tx)?;
    Ok(())
}
