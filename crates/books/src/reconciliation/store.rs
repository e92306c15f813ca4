//! What was said of lines.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::model::{Said, Verdict, VerdictId};
use crate::ledger::EntryId;
use kit::auth::AccountId;
use kit::db::{Conn, DbError, Tx};
use kit::schema::partner_verdicts as t;
use people::enterprises::EnterpriseId;

pub(super) fn insert(
    tx: &mut Tx<'_>,
    enterprise: EnterpriseId,
    entry: EntryId,
    said: &Said,
    by: AccountId,
    on_behalf_of: Option<EnterpriseId>,
) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(t::table)
        .values((
            t::id.eq(VerdictId::new()),
            t::enterprise_id.eq(enterprise),
            t::entry_id.eq(entry),
            t::verdict.eq(said.verdict),
            t::reason.eq(&said.reason),
            t::actor_id.eq(by),
            t::on_behalf_of.eq(on_behalf_of),
            t::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The last word on each of these entries.
pub(super) fn last(conn: &mut Conn, entries: &[EntryId]) -> Result<BTreeMap<EntryId, Said>, DbError> {
    let rows: Vec<(EntryId, Verdict, Option<String>)> =
        t::table.filter(t::entry_id.eq_any(entries)).order(t::id).select((t::entry_id, t::verdict, t::reason)).load(conn)?;
    // A later word takes the place of an earlier one.
    Ok(rows.into_iter().map(|(entry, verdict, reason)| (entry, Said { verdict, reason })).collect())
}
