//! The tables of pre-order windows and their events.

use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;

use super::model::{Event, NewWindow, State, Window, WindowId};
use crate::catalogue::ProductId;
use crate::packs::PackId;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::schema::{packs, preorder_events, preorder_windows, products};
use people::enterprises::EnterpriseId;
use people::permissions::By;

columns!(
    Columns, COLUMNS:
    preorder_windows::id,
    preorder_windows::pack_id,
    preorder_windows::enterprise_id,
    preorder_windows::cut_off,
    preorder_windows::ready_on,
    preorder_windows::capacity,
    preorder_windows::taken,
    preorder_windows::state,
    preorder_windows::reason,
    preorder_windows::version,
    preorder_windows::created_at,
    preorder_windows::updated_at,
    products::id,
    products::name,
    packs::label,
);

#[auto_type]
fn named() -> _ {
    let columns: Columns = COLUMNS;
    preorder_windows::table.inner_join(packs::table.inner_join(products::table)).select(columns)
}

pub(super) fn get(conn: &mut Conn, id: WindowId) -> Result<Window, DbError> {
    Ok(named().filter(preorder_windows::id.eq(id)).first(conn)?)
}

/// The windows of what is on sale of a product that take orders at `now`, first to end first.
pub(super) fn open_of(conn: &mut Conn, product: ProductId, now: Timestamp, most: i64) -> Result<Vec<Window>, DbError> {
    let open = preorder_windows::state.eq(State::Open).and(preorder_windows::cut_off.gt(now));
    let theirs = named().filter(packs::product_id.eq(product).and(packs::active.eq(true))).filter(open);
    Ok(theirs.order((preorder_windows::cut_off, preorder_windows::id)).limit(most).load(conn)?)
}

pub(super) fn count_open(conn: &mut Conn, product: ProductId, now: Timestamp) -> Result<i64, DbError> {
    let open = preorder_windows::state.eq(State::Open).and(preorder_windows::cut_off.gt(now));
    let theirs = preorder_windows::table.inner_join(packs::table).filter(packs::product_id.eq(product));
    Ok(theirs.filter(open).select(count_star()).first(conn)?)
}

/// An enterprise's windows in every state, newest first.
pub(super) fn of_enterprise(conn: &mut Conn, of: EnterpriseId, before: Option<WindowId>, rows: i64) -> Result<Vec<Window>, DbError> {
    let theirs = named().filter(preorder_windows::enterprise_id.eq(of));
    let mut query = theirs.order(preorder_windows::id.desc()).limit(rows).into_boxed();
    if let Some(before) = before {
        query = query.filter(preorder_windows::id.lt(before));
    }
    Ok(query.load(conn)?)
}

pub(super) fn insert(tx: &mut Tx<'_>, of: EnterpriseId, pack: PackId, new: &NewWindow) -> Result<WindowId, DbError> {
    let (id, now) = (WindowId::new(), tx.now());
    diesel::insert_into(preorder_windows::table)
        .values((
            preorder_windows::id.eq(id),
            preorder_windows::pack_id.eq(pack),
            preorder_windows::enterprise_id.eq(of),
            preorder_windows::cut_off.eq(new.cut_off),
            preorder_windows::ready_on.eq(new.ready_on),
            preorder_windows::capacity.eq(new.capacity.get()),
            preorder_windows::taken.eq(0),
            preorder_windows::state.eq(State::Open),
            preorder_windows::version.eq(1),
            preorder_windows::created_at.eq(now),
            preorder_windows::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Writes the times and the capacity of an open window, if nobody has changed it since `version` and no more is taken.
pub(super) fn update(tx: &mut Tx<'_>, window: &Window, version: i32) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = preorder_windows::id.eq(window.id).and(preorder_windows::version.eq(version));
    let fits = preorder_windows::state.eq(State::Open).and(preorder_windows::taken.le(window.capacity));
    let changed = diesel::update(preorder_windows::table.filter(standing.and(fits)))
        .set((
            preorder_windows::cut_off.eq(window.cut_off),
            preorder_windows::ready_on.eq(window.ready_on),
            preorder_windows::capacity.eq(window.capacity),
            preorder_windows::version.eq(version.saturating_add(1)),
            preorder_windows::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Takes `quantity` if the window is for `pack`, is open at `now` and has so many free; answers whether it did.
pub(super) fn take(tx: &mut Tx<'_>, id: WindowId, pack: PackId, quantity: i64) -> Result<bool, DbError> {
    let now = tx.now();
    let open = preorder_windows::state.eq(State::Open).and(preorder_windows::cut_off.gt(now));
    let free = (preorder_windows::capacity - preorder_windows::taken).ge(quantity);
    let this = preorder_windows::id.eq(id).and(preorder_windows::pack_id.eq(pack));
    let taken = diesel::update(preorder_windows::table.filter(this.and(open).and(free)))
        .set((preorder_windows::taken.eq(preorder_windows::taken + quantity), preorder_windows::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(taken == 1)
}

/// Gives back what was taken; giving back more breaks the constraint.
pub(super) fn give_back(tx: &mut Tx<'_>, id: WindowId, quantity: i64) -> Result<(), DbError> {
    let now = tx.now();
    let given = diesel::update(preorder_windows::table.find(id))
        .set((preorder_windows::taken.eq(preorder_windows::taken - quantity), preorder_windows::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if given == 1 { Ok(()) } else { Err(DbError::NotFound) }
}

/// One move of a window. Its cut-off may have closed it already: `from` is how far it has come, `stored` what is written down.
pub(super) struct Moving<'a> {
    pub stored: State,
    pub from: State,
    pub to: State,
    pub by: By<'a>,
}

/// The only writer of the state; answers whether the window still stood where the move begins.
pub(super) fn move_state(tx: &mut Tx<'_>, id: WindowId, this: &Moving<'_>) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = preorder_windows::table.filter(preorder_windows::id.eq(id).and(preorder_windows::state.eq(this.stored)));
    let moved = diesel::update(standing)
        .set((
            preorder_windows::state.eq(this.to),
            preorder_windows::reason.eq(this.by.reason),
            preorder_windows::version.eq(preorder_windows::version + 1),
            preorder_windows::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if moved == 1 {
        record(tx, id, this)?;
    }
    Ok(moved == 1)
}

pub(super) fn record(tx: &mut Tx<'_>, id: WindowId, this: &Moving<'_>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(preorder_events::table)
        .values((
            preorder_events::id.eq(EventId::new()),
            preorder_events::window_id.eq(id),
            preorder_events::from_state.eq(this.from),
            preorder_events::to_state.eq(this.to),
            preorder_events::actor_id.eq(this.by.actor),
            preorder_events::on_behalf_of.eq(this.by.on_behalf_of),
            preorder_events::reason.eq(this.by.reason),
            preorder_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn events(conn: &mut Conn, id: WindowId) -> Result<Vec<Event>, DbError> {
    use preorder_events as e;
    let rows = e::table.filter(e::window_id.eq(id)).order(e::id.desc()).limit(100);
    Ok(rows.select((e::from_state, e::to_state, e::actor_id, e::on_behalf_of, e::reason, e::at)).load(conn)?)
}
