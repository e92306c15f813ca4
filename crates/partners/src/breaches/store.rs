//! The tables of breaches and their events.

use diesel::prelude::*;

use super::model::{Breach, BreachId, Event, State};
use super::rules::Move;
use crate::agreements::AgreementId;
use crate::obligations::ObligationId;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::schema::{breach_events, breaches, obligations};
use people::enterprises::EnterpriseId;
use people::permissions::By;
use people::villages::VillageId;

columns!(
    Columns, COLUMNS:
    breaches::id,
    breaches::agreement_id,
    breaches::obligation_id,
    breaches::noted_by,
    breaches::note,
    breaches::state,
    breaches::reply,
    breaches::outcome,
    breaches::created_at,
    breaches::updated_at,
);

pub(super) fn get(conn: &mut Conn, id: BreachId) -> Result<Breach, DbError> {
    Ok(breaches::table.find(id).select(COLUMNS).first(conn)?)
}

/// A page of an agreement's breaches, newest first: all, or those about what one of `these` owes or is owed.
pub(super) fn of_agreement(
    conn: &mut Conn,
    of: AgreementId,
    these: Option<Vec<EnterpriseId>>,
    before: Option<BreachId>,
    rows: i64,
) -> Result<Vec<Breach>, DbError> {
    let theirs = breaches::table.filter(breaches::agreement_id.eq(of));
    let mut query = theirs.order(breaches::id.desc()).limit(rows).select(COLUMNS).into_boxed();
    if let Some(these) = these {
        let concern = obligations::owed_by.eq_any(these.clone()).or(obligations::owed_to.eq_any(these));
        query = query.filter(breaches::obligation_id.eq_any(obligations::table.filter(concern).select(obligations::id.nullable())));
    }
    if let Some(before) = before {
        query = query.filter(breaches::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// A page of a village's breaches, newest first.
pub(super) fn of_village(
    conn: &mut Conn,
    village: VillageId,
    state: Option<State>,
    before: Option<BreachId>,
    rows: i64,
) -> Result<Vec<Breach>, DbError> {
    let theirs = breaches::table.filter(breaches::village_id.eq(village));
    let mut query = theirs.order(breaches::id.desc()).limit(rows).select(COLUMNS).into_boxed();
    if let Some(state) = state {
        query = query.filter(breaches::state.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(breaches::id.lt(before));
    }
    Ok(query.load(conn)?)
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    (of, village): (AgreementId, VillageId),
    about: Option<ObligationId>,
    noted_by: EnterpriseId,
    by: By<'_>,
) -> Result<BreachId, DbError> {
    let (id, now) = (BreachId::new(), tx.now());
    diesel::insert_into(breaches::table)
        .values((
            breaches::id.eq(id),
            breaches::agreement_id.eq(of),
            breaches::village_id.eq(village),
            breaches::obligation_id.eq(about),
            breaches::noted_by.eq(noted_by),
            breaches::note.eq(by.reason.unwrap_or_default()),
            breaches::state.eq(State::Noted),
            breaches::version.eq(1),
            breaches::created_at.eq(now),
            breaches::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    record(tx, id, State::Noted, State::Noted, by)?;
    Ok(id)
}

/// The only writer of the state and of what belongs to it; answers whether the breach still stood in `from`.
pub(super) fn move_state(tx: &mut Tx<'_>, id: BreachId, from: State, to: State, event: Move, by: By<'_>) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = breaches::table.filter(breaches::id.eq(id).and(breaches::state.eq(from)));
    let moved = diesel::update(standing)
        .set((breaches::state.eq(to), breaches::version.eq(breaches::version + 1), breaches::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if moved == 0 {
        return Ok(false);
    }
    match event {
        Move::Reply => {
            diesel::update(breaches::table.find(id)).set(breaches::reply.eq(by.reason)).execute(&mut **tx)?;
        }
        Move::Settle => {
            diesel::update(breaches::table.find(id)).set(breaches::outcome.eq(by.reason)).execute(&mut **tx)?;
        }
        Move::Mediate | Move::Withdraw => {}
    }
    record(tx, id, from, to, by)?;
    Ok(true)
}

fn record(tx: &mut Tx<'_>, id: BreachId, from: State, to: State, by: By<'_>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(breach_events::table)
        .values((
            breach_events::id.eq(EventId::new()),
            breach_events::breach_id.eq(id),
            breach_events::from_state.eq(from),
            breach_events::to_state.eq(to),
            breach_events::actor_id.eq(by.actor),
            breach_events::on_behalf_of.eq(by.on_behalf_of),
            breach_events::said.eq(by.reason),
            breach_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn events(conn: &mut Conn, id: BreachId) -> Result<Vec<Event>, DbError> {
    use breach_events as e;
    let rows = e::table.filter(e::breach_id.eq(id)).order(e::id).limit(100);
    Ok(rows.select((e::from_state, e::to_state, e::actor_id, e::on_behalf_of, e::said, e::at)).load(conn)?)
}
