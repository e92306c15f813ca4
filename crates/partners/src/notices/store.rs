//! The table of notices.

use diesel::prelude::*;

use super::inbox::Kept;
use super::{Message, NoticeId};
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Tx};
use kit::schema::partner_notices;
use people::enterprises::EnterpriseId;

pub(super) fn insert(tx: &mut Tx<'_>, message: &Message) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(partner_notices::table)
        .values((
            partner_notices::id.eq(NoticeId::new()),
            partner_notices::to_id.eq(message.to),
            partner_notices::from_id.eq(message.from),
            partner_notices::notice.eq(message.notice),
            partner_notices::fact.eq(&message.fact),
            partner_notices::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// A page of an enterprise's notices, newest first.
pub(super) fn page(conn: &mut Conn, to: EnterpriseId, unread: bool, before: Option<NoticeId>, rows: i64) -> Result<Vec<Kept>, DbError> {
    use partner_notices as n;
    let columns = (n::id, n::from_id, n::notice, n::fact, n::at, n::read_at);
    let mut query = n::table.filter(n::to_id.eq(to)).order(n::id.desc()).limit(rows).select(columns).into_boxed();
    if unread {
        query = query.filter(n::read_at.is_null());
    }
    if let Some(before) = before {
        query = query.filter(n::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// Removes what was told before a moment.
pub(super) fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize, DbError> {
    Ok(diesel::delete(partner_notices::table.filter(partner_notices::at.lt(before))).execute(&mut **tx)?)
}

/// Everything up to a notice has been read; answers how many had not.
pub(super) fn read(tx: &mut Tx<'_>, to: EnterpriseId, up_to: NoticeId) -> Result<usize, DbError> {
    use partner_notices as n;
    let now = tx.now();
    let unread = n::table.filter(n::to_id.eq(to).and(n::id.le(up_to)).and(n::read_at.is_null()));
    Ok(diesel::update(unread).set(n::read_at.eq(now)).execute(&mut **tx)?)
}
