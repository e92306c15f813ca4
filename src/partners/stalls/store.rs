//! The table of days at stalls.

use diesel::prelude::*;

use super::model::{Outcome, StallDay, StallDayId};
use crate::columns;
use crate::kit::db::{Conn, DbError, Tx};
use crate::partners::agreements::AgreementId;
use crate::people::permissions::By;
use crate::schema::stall_days;

columns!(
    Columns, COLUMNS:
    stall_days::id,
    stall_days::agreement_id,
    stall_days::number,
    stall_days::provider_id,
    stall_days::receiver_id,
    stall_days::day,
    stall_days::takings,
    stall_days::share,
    stall_days::cost_part,
    stall_days::entry_id,
    stall_days::recorded_by,
    stall_days::on_behalf_of,
    stall_days::recorded_at,
    stall_days::outcome,
    stall_days::reason,
    stall_days::settled_by,
    stall_days::settled_for,
    stall_days::settled_at,
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

pub(super) fn insert(tx: &mut Tx<'_>, day: &StallDay) -> Result<(), DbError> {
    diesel::insert_into(stall_days::table)
        .values((
            stall_days::id.eq(day.id),
            stall_days::agreement_id.eq(day.agreement_id),
            stall_days::number.eq(day.number),
            stall_days::provider_id.eq(day.provider_id),
            stall_days::receiver_id.eq(day.receiver_id),
            stall_days::day.eq(day.day),
            stall_days::takings.eq(day.takings),
            stall_days::share.eq(day.share),
            stall_days::cost_part.eq(day.cost_part),
            stall_days::entry_id.eq(day.entry_id),
            stall_days::recorded_by.eq(day.recorded_by),
            stall_days::on_behalf_of.eq(day.on_behalf_of),
            stall_days::recorded_at.eq(day.recorded_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Writes down what became of a day; answers whether nothing had yet.
pub(super) fn settle(tx: &mut Tx<'_>, id: StallDayId, outcome: Outcome, by: By<'_>) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = stall_days::table.filter(stall_days::id.eq(id).and(stall_days::outcome.is_null()));
    let changed = diesel::update(standing)
        .set((
            stall_days::outcome.eq(outcome),
            stall_days::reason.eq(by.reason),
            stall_days::settled_by.eq(by.actor),
            stall_days::settled_for.eq(by.on_behalf_of),
            stall_days::settled_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}
