//! Grants and their uses.

use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use super::model::{Grant, GrantBooks, GrantId, Use, UseId};
use kit::auth::AccountId;
use kit::clock::{Month, Timestamp};
use kit::db::{Conn, DbError, Tx};
use kit::schema::{book_grant_uses as uses, book_grants as grants, enterprises};
use people::enterprises::EnterpriseId;

pub(super) fn insert(
    tx: &mut Tx<'_>,
    enterprise: EnterpriseId,
    new: &GrantBooks,
    by: AccountId,
    on_behalf_of: Option<EnterpriseId>,
) -> Result<GrantId, DbError> {
    let (id, now) = (GrantId::new(), tx.now());
    diesel::insert_into(grants::table)
        .values((
            grants::id.eq(id),
            grants::enterprise_id.eq(enterprise),
            grants::reader_id.eq(new.reader_id),
            grants::first_month.eq(new.from.to_string()),
            grants::last_month.eq(new.to.to_string()),
            grants::purpose.eq(&new.purpose),
            grants::granted_by.eq(by),
            grants::on_behalf_of.eq(on_behalf_of),
            grants::granted_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Which grants are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    One(GrantId),
    Given(EnterpriseId),
    Received(EnterpriseId),
}

/// Grants, newest first, with how often they were used.
pub(super) fn list(conn: &mut Conn, which: Which, before: Option<GrantId>, rows: i64) -> Result<Vec<Grant>, DbError> {
    type Row = (
        GrantId,
        EnterpriseId,
        String,
        EnterpriseId,
        String,
        String,
        String,
        AccountId,
        Option<EnterpriseId>,
        Timestamp,
        Option<Timestamp>,
    );
    let mut query = grants::table.inner_join(enterprises::table.on(enterprises::id.eq(grants::enterprise_id))).into_boxed();
    query = match which {
        Which::One(id) => query.filter(grants::id.eq(id)),
        Which::Given(enterprise) => query.filter(grants::enterprise_id.eq(enterprise)),
        Which::Received(reader) => query.filter(grants::reader_id.eq(reader)),
    };
    if let Some(before) = before {
        query = query.filter(grants::id.lt(before));
    }
    let columns = (
        grants::id,
        grants::enterprise_id,
        enterprises::name,
        grants::reader_id,
        grants::first_month,
        grants::last_month,
        grants::purpose,
        grants::granted_by,
        grants::on_behalf_of,
        grants::granted_at,
        grants::withdrawn_at,
    );
    let found: Vec<Row> = query.order(grants::id.desc()).limit(rows).select(columns).load(conn)?;
    let ids: Vec<GrantId> = found.iter().map(|row| row.0).collect();
    let readers: Vec<EnterpriseId> = found.iter().map(|row| row.3).collect();
    let names: Vec<(EnterpriseId, String)> =
        enterprises::table.filter(enterprises::id.eq_any(readers)).select((enterprises::id, enterprises::name)).load(conn)?;
    let used: Vec<(GrantId, i64, Option<Timestamp>)> = uses::table
        .filter(uses::grant_id.eq_any(ids))
        .group_by(uses::grant_id)
        .select((uses::grant_id, count_star(), max(uses::used_at)))
        .load(conn)?;
    let grant = |row: Row| {
        let (
            id,
            enterprise_id,
            enterprise_name,
            reader_id,
            first_month,
            last_month,
            purpose,
            granted_by,
            on_behalf_of,
            granted_at,
            withdrawn_at,
        ) = row;
        let reader_name = names.iter().find(|(of, _)| *of == reader_id).map(|(_, name)| name.clone()).unwrap_or_default();
        let (times_read, last_read_at) = used.iter().find(|(of, ..)| *of == id).map_or((0, None), |(_, times, last)| (*times, *last));
        Grant {
            id,
            enterprise_id,
            enterprise_name,
            reader_id,
            reader_name,
            first_month,
            last_month,
            purpose,
            granted_by,
            on_behalf_of,
            granted_at,
            withdrawn_at,
            times_read,
            last_read_at,
        }
    };
    Ok(found.into_iter().map(grant).collect())
}

pub(super) fn get(conn: &mut Conn, id: GrantId) -> Result<Grant, DbError> {
    list(conn, Which::One(id), None, 1)?.pop().ok_or(DbError::NotFound)
}

/// Withdraws a grant; answers whether it stood until now.
pub(super) fn withdraw(tx: &mut Tx<'_>, id: GrantId, by: AccountId) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = grants::table.filter(grants::id.eq(id).and(grants::withdrawn_at.is_null()));
    let changed = diesel::update(standing).set((grants::withdrawn_at.eq(now), grants::withdrawn_by.eq(by))).execute(&mut **tx)?;
    Ok(changed == 1)
}

pub(super) fn note_use(tx: &mut Tx<'_>, id: GrantId, by: AccountId, month: Month) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(uses::table)
        .values((
            uses::id.eq(UseId::new()),
            uses::grant_id.eq(id),
            uses::account_id.eq(by),
            uses::month.eq(month.to_string()),
            uses::used_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The readings of a grant, newest first.
pub(super) fn uses(conn: &mut Conn, id: GrantId, before: Option<UseId>, rows: i64) -> Result<Vec<Use>, DbError> {
    let mut query = uses::table.filter(uses::grant_id.eq(id)).order(uses::id.desc()).limit(rows).into_boxed();
    if let Some(before) = before {
        query = query.filter(uses::id.lt(before));
    }
    Ok(query.select((uses::id, uses::account_id, uses::month, uses::used_at)).load(conn)?)
}
