//! The tables of changes that sellers propose.

use diesel::prelude::*;

use super::model::{Change, ChangeId, ChangeLine, ChangeState, OrderId};
use kit::auth::AccountId;
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::{order_change_lines, order_changes};

type ChangeColumns = (
    order_changes::id,
    order_changes::order_id,
    order_changes::state,
    order_changes::reason,
    order_changes::goods,
    order_changes::proposed_at,
);
const CHANGE: ChangeColumns = (
    order_changes::id,
    order_changes::order_id,
    order_changes::state,
    order_changes::reason,
    order_changes::goods,
    order_changes::proposed_at,
);

pub(super) fn open(conn: &mut Conn, ids: &[OrderId]) -> Result<Vec<(Change, Vec<ChangeLine>)>, DbError> {
    let open = order_changes::table.filter(order_changes::order_id.eq_any(ids).and(order_changes::state.eq(ChangeState::Proposed)));
    let rows: Vec<Change> = open.select(CHANGE).load(conn)?;
    let of: Vec<ChangeId> = rows.iter().map(|change| change.id).collect();
    let lines: Vec<ChangeLine> = order_change_lines::table
        .filter(order_change_lines::change_id.eq_any(&of))
        .order((order_change_lines::change_id, order_change_lines::position))
        .load(conn)?;
    let with_lines = |change: Change| {
        let mine = lines.iter().filter(|line| line.change_id == change.id).cloned().collect();
        (change, mine)
    };
    Ok(rows.into_iter().map(with_lines).collect())
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    order: OrderId,
    goods: Rupiah,
    lines: &[ChangeLine],
    by: AccountId,
    reason: &str,
) -> Result<ChangeId, DbError> {
    let (id, now) = (ChangeId::new(), tx.now());
    diesel::insert_into(order_changes::table)
        .values((
            order_changes::id.eq(id),
            order_changes::order_id.eq(order),
            order_changes::state.eq(ChangeState::Proposed),
            order_changes::reason.eq(reason),
            order_changes::goods.eq(goods),
            order_changes::proposed_by.eq(by),
            order_changes::proposed_at.eq(now),
        ))
        .execute(&mut **tx)?;
    for line in lines {
        diesel::insert_into(order_change_lines::table)
            .values((
                order_change_lines::change_id.eq(id),
                order_change_lines::position.eq(line.position),
                order_change_lines::quantity.eq(line.quantity),
                order_change_lines::replacement_pack_id.eq(line.replacement_pack_id),
                order_change_lines::replacement_quantity.eq(line.replacement_quantity),
            ))
            .execute(&mut **tx)?;
    }
    Ok(id)
}

/// The only writer of a change's state; answers whether it was still open.
pub(super) fn decide(tx: &mut Tx<'_>, id: ChangeId, to: ChangeState, by: Option<AccountId>) -> Result<bool, DbError> {
    let now = tx.now();
    let open = order_changes::table.filter(order_changes::id.eq(id).and(order_changes::state.eq(ChangeState::Proposed)));
    let moved = diesel::update(open)
        .set((order_changes::state.eq(to), order_changes::decided_by.eq(by), order_changes::decided_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(moved == 1)
}
