//! The tables of claims and their events.

use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;

use super::model::{Claim, ClaimId, Event, NewClaim, Remedy, State};
use crate::batches::BatchId;
use crate::orders::OrderId;
use crate::orders::model::Order;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::types::Document;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::schema::{claim_events, claims, enterprises, order_lines, orders};
use people::enterprises::EnterpriseId;
use people::permissions::By;
use people::villages::VillageId;

columns!(
    ContextColumns, CONTEXT:
    orders::number,
    orders::state,
    orders::buyer_id,
    orders::buyer_name,
    orders::buyer_phone,
    order_lines::name,
    order_lines::pack_label,
    order_lines::pack_id,
    order_lines::unit_price,
    enterprises::name,
    enterprises::assisted,
);

columns!(
    Columns, COLUMNS:
    claims::id,
    claims::order_id,
    claims::village_id,
    claims::seller_id,
    claims::position,
    claims::quantity,
    claims::batch_id,
    claims::batch_code,
    claims::text,
    claims::photos,
    claims::wish,
    claims::wished_amount,
    claims::state,
    claims::remedy,
    claims::amount,
    claims::reason,
    claims::order_was,
    claims::due_at,
    claims::mediation_since,
    claims::version,
    claims::opened_at,
    claims::updated_at,
    ; with ContextColumns, CONTEXT
);

#[auto_type]
fn joined() -> _ {
    let columns: Columns = COLUMNS;
    let line = order_lines::order_id.eq(claims::order_id).and(order_lines::position.eq(claims::position));
    claims::table.inner_join(orders::table.inner_join(enterprises::table)).inner_join(order_lines::table.on(line)).select(columns)
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    order: &Order,
    new: &NewClaim,
    batch: Option<BatchId>,
    due_at: Timestamp,
    by: By<'_>,
) -> Result<ClaimId, DbError> {
    let (id, now) = (ClaimId::new(), tx.now());
    diesel::insert_into(claims::table)
        .values((
            claims::id.eq(id),
            claims::order_id.eq(order.id),
            claims::village_id.eq(order.village_id),
            claims::seller_id.eq(order.seller_id),
            claims::position.eq(new.position),
            claims::quantity.eq(new.quantity),
            claims::batch_id.eq(batch),
            claims::batch_code.eq(&new.batch),
            claims::text.eq(&new.text),
            claims::photos.eq(Document(serde_json::json!(new.photos))),
            claims::wish.eq(new.wish),
            claims::wished_amount.eq(new.wished_amount),
            claims::state.eq(State::Open),
            claims::order_was.eq(order.state),
            claims::due_at.eq(due_at),
            claims::version.eq(1),
            claims::opened_at.eq(now),
            claims::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    record(tx, id, State::Open, State::Open, None, Some(by))?;
    Ok(id)
}

pub(super) fn get(conn: &mut Conn, id: ClaimId) -> Result<Claim, DbError> {
    Ok(joined().filter(claims::id.eq(id)).first(conn)?)
}

/// An order's claims, oldest first.
pub(super) fn of_order(conn: &mut Conn, order: OrderId) -> Result<Vec<Claim>, DbError> {
    Ok(joined().filter(claims::order_id.eq(order)).order(claims::id).load(conn)?)
}

pub(super) fn of_seller(
    conn: &mut Conn,
    seller: EnterpriseId,
    state: Option<State>,
    before: Option<ClaimId>,
    rows: i64,
) -> Result<Vec<Claim>, DbError> {
    let mut query = joined().filter(claims::seller_id.eq(seller)).order(claims::id.desc()).limit(rows).into_boxed();
    if let Some(state) = state {
        query = query.filter(claims::state.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(claims::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// What a village is to decide, what waits the longest first.
pub(super) fn in_mediation(
    conn: &mut Conn,
    village: VillageId,
    after: Option<(Timestamp, ClaimId)>,
    rows: i64,
) -> Result<Vec<Claim>, DbError> {
    let since = claims::mediation_since.assume_not_null();
    let here = claims::village_id.eq(village).and(claims::state.eq(State::Mediation));
    let mut query = joined().filter(here).order((claims::mediation_since, claims::id)).limit(rows).into_boxed();
    if let Some((at, id)) = after {
        query = query.filter(since.gt(at).or(since.eq(at).and(claims::id.gt(id))));
    }
    Ok(query.load(conn)?)
}

/// What of a claim changes with a move.
pub(super) struct Moving<'a> {
    pub to: State,
    pub remedy: Option<Remedy>,
    /// The reason that stands with it from now on.
    pub reason: Option<&'a str>,
    pub due_at: Option<Timestamp>,
    pub by: Option<By<'a>>,
}

/// The only writer of the state; answers whether the claim still stood where it was read.
pub(super) fn move_state(tx: &mut Tx<'_>, claim: &Claim, moving: &Moving<'_>) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = claims::table.filter(claims::id.eq(claim.id).and(claims::state.eq(claim.state)));
    let since = if moving.to == State::Mediation { Some(now) } else { claim.mediation_since };
    let moved = diesel::update(standing)
        .set((
            claims::state.eq(moving.to),
            claims::remedy.eq(moving.remedy.map(Remedy::kind)),
            claims::amount.eq(moving.remedy.and_then(Remedy::amount)),
            claims::reason.eq(moving.reason),
            claims::due_at.eq(moving.due_at),
            claims::mediation_since.eq(since),
            claims::version.eq(claims::version + 1),
            claims::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if moved == 1 {
        record(tx, claim.id, claim.state, moving.to, moving.remedy, moving.by)?;
    }
    Ok(moved == 1)
}

fn record(tx: &mut Tx<'_>, id: ClaimId, from: State, to: State, remedy: Option<Remedy>, by: Option<By<'_>>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(claim_events::table)
        .values((
            claim_events::id.eq(EventId::new()),
            claim_events::claim_id.eq(id),
            claim_events::from_state.eq(from),
            claim_events::to_state.eq(to),
            claim_events::remedy.eq(remedy.map(Remedy::kind)),
            claim_events::amount.eq(remedy.and_then(Remedy::amount)),
            claim_events::actor_id.eq(by.map(|by| by.actor)),
            claim_events::on_behalf_of.eq(by.and_then(|by| by.on_behalf_of)),
            claim_events::reason.eq(by.and_then(|by| by.reason)),
            claim_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The moves of a claim, oldest first; there are few by its rules.
pub(super) fn events(conn: &mut Conn, id: ClaimId) -> Result<Vec<Event>, DbError> {
    use claim_events as e;
    let rows = e::table.filter(e::claim_id.eq(id)).order(e::id).limit(100);
    Ok(rows.select((e::from_state, e::to_state, e::remedy, e::amount, e::actor_id, e::on_behalf_of, e::reason, e::at)).load(conn)?)
}

/// Whether this account has spoken for the seller in this claim, as the village's office.
pub(super) fn spoke_for_seller(conn: &mut Conn, id: ClaimId, account: AccountId) -> Result<bool, DbError> {
    use claim_events as e;
    let spoke = e::table.filter(e::claim_id.eq(id).and(e::actor_id.eq(account)).and(e::on_behalf_of.is_not_null())).select(e::id);
    Ok(diesel::select(exists(spoke)).get_result(conn)?)
}
