//! The table of what waits for a decision.

use diesel::prelude::*;
use serde_json::json;

use super::model::{Moderation, ModerationId, State, Subject};
use crate::catalogue::ProductId;
use crate::catalogue::content::Difference;
use crate::catalogue::model::Product;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::types::Document;
use kit::db::{Conn, DbError, Tx};
use kit::schema::moderations;
use people::permissions::By;
use people::villages::VillageId;

columns!(
    Columns, COLUMNS:
    moderations::id,
    moderations::product_id,
    moderations::village_id,
    moderations::subject,
    moderations::differences,
    moderations::state,
    moderations::asked_by,
    moderations::on_behalf_of,
    moderations::asked_at,
    moderations::decided_by,
    moderations::decided_at,
    moderations::reason,
);

/// Writes down what is asked for; `state` is [`State::Waiting`], or [`State::Confirmed`] where nobody need look.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    product: &Product,
    subject: Subject,
    differences: &[Difference],
    state: State,
    by: By<'_>,
) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(moderations::table)
        .values((
            moderations::id.eq(ModerationId::new()),
            moderations::product_id.eq(product.id),
            moderations::village_id.eq(product.village_id),
            moderations::subject.eq(subject),
            moderations::differences.eq(Document(json!(differences))),
            moderations::state.eq(state),
            moderations::asked_by.eq(by.actor),
            moderations::on_behalf_of.eq(by.on_behalf_of),
            moderations::asked_at.eq(now),
            moderations::decided_at.eq((state != State::Waiting).then_some(now)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn get(conn: &mut Conn, id: ModerationId) -> Result<Moderation, DbError> {
    Ok(moderations::table.find(id).select(COLUMNS).first(conn)?)
}

/// What waits of these products.
pub(super) fn waiting(conn: &mut Conn, products: &[ProductId]) -> Result<Vec<Moderation>, DbError> {
    let these = moderations::product_id.eq_any(products).and(moderations::state.eq(State::Waiting));
    Ok(moderations::table.filter(these).order(moderations::id).select(COLUMNS).load(conn)?)
}

/// The only writer of the state; answers whether it still waited.
pub(super) fn decide(tx: &mut Tx<'_>, id: ModerationId, to: State, by: By<'_>) -> Result<bool, DbError> {
    let now = tx.now();
    let waiting = moderations::table.filter(moderations::id.eq(id).and(moderations::state.eq(State::Waiting)));
    let decided = diesel::update(waiting)
        .set((
            moderations::state.eq(to),
            moderations::decided_by.eq(by.actor),
            moderations::decided_at.eq(now),
            moderations::reason.eq(by.reason),
        ))
        .execute(&mut **tx)?;
    Ok(decided == 1)
}

/// The latest hundred changes of a product, newest first.
pub(super) fn changes(conn: &mut Conn, product: ProductId) -> Result<Vec<Moderation>, DbError> {
    let of_product = moderations::product_id.eq(product).and(moderations::subject.eq(Subject::Change));
    Ok(moderations::table.filter(of_product).order(moderations::id.desc()).limit(100).select(COLUMNS).load(conn)?)
}

/// What waits in a village, the longest first.
pub(super) fn queue(
    conn: &mut Conn,
    village: VillageId,
    after: Option<(Timestamp, ModerationId)>,
    rows: i64,
) -> Result<Vec<Moderation>, DbError> {
    let here = moderations::village_id.eq(village).and(moderations::state.eq(State::Waiting));
    let mut query =
        moderations::table.filter(here).order((moderations::asked_at, moderations::id)).limit(rows).select(COLUMNS).into_boxed();
    if let Some((asked_at, id)) = after {
        query = query.filter(moderations::asked_at.gt(asked_at).or(moderations::asked_at.eq(asked_at).and(moderations::id.gt(id))));
    }
    Ok(query.load(conn)?)
}

/// How many wait in a village that were asked for before `until`.
pub(super) fn count(conn: &mut Conn, village: VillageId, until: Timestamp) -> Result<i64, DbError> {
    let here = moderations::village_id.eq(village).and(moderations::state.eq(State::Waiting)).and(moderations::asked_at.lt(until));
    Ok(moderations::table.filter(here).count().get_result(conn)?)
}

/// When the latest thousand that an admin decided since `since` were asked and decided.
pub(super) fn decided(conn: &mut Conn, village: VillageId, since: Timestamp) -> Result<Vec<(Timestamp, Timestamp)>, DbError> {
    let here = moderations::village_id.eq(village).and(moderations::decided_at.ge(since));
    let by_admin = moderations::decided_by.is_not_null().and(moderations::state.ne(State::Withdrawn));
    let rows = moderations::table.filter(here).filter(by_admin).order(moderations::decided_at.desc()).limit(1000);
    Ok(rows.select((moderations::asked_at, moderations::decided_at.assume_not_null())).load(conn)?)
}
