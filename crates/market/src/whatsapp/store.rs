//! The table of templates.

use diesel::prelude::*;

use super::model::Kind;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Tx};
use kit::schema::message_templates;
use people::villages::VillageId;

/// A village's own text, if it has one, with its version.
pub(super) type Row = (Option<String>, i32, Timestamp);

pub(super) fn get(conn: &mut Conn, village: VillageId, kind: Kind) -> Result<Option<Row>, DbError> {
    use message_templates as t;
    Ok(t::table.find((village, kind)).select((t::text, t::version, t::updated_at)).first(conn).optional()?)
}

/// The own texts of several villages.
pub(super) fn own(conn: &mut Conn, villages: &[VillageId]) -> Result<Vec<(VillageId, Kind, String)>, DbError> {
    use message_templates as t;
    let rows = t::table.filter(t::village_id.eq_any(villages).and(t::text.is_not_null()));
    Ok(rows.select((t::village_id, t::kind, t::text.assume_not_null())).load(conn)?)
}

/// Writes a village's text, if nobody has changed it since `version`; 0 is never written.
pub(super) fn put(tx: &mut Tx<'_>, village: VillageId, kind: Kind, text: Option<&str>, version: i32) -> Result<bool, DbError> {
    use message_templates as t;
    let now = tx.now();
    let values = (t::text.eq(text), t::version.eq(version.saturating_add(1)), t::updated_at.eq(now));
    if version > 0 {
        let seen = message_templates::table.filter(t::village_id.eq(village).and(t::kind.eq(kind)).and(t::version.eq(version)));
        return Ok(diesel::update(seen).set(values).execute(&mut **tx)? == 1);
    }
    if get(tx, village, kind)?.is_some() {
        return Ok(false);
    }
    diesel::insert_into(message_templates::table).values((t::village_id.eq(village), t::kind.eq(kind), values)).execute(&mut **tx)?;
    Ok(true)
}
