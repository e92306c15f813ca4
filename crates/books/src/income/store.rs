//! Baseline surveys. A survey is never changed: a later one stands beside it.

use diesel::prelude::*;

use super::model::{Baseline, BaselineId, InternetUses, NewBaseline, TurnoverBand};
use crate::ledger::Evidence;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::db::types::Document;
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::income_baselines as t;
use people::enterprises::EnterpriseId;

pub(super) fn insert(
    tx: &mut Tx<'_>,
    enterprise: EnterpriseId,
    new: &NewBaseline,
    by: AccountId,
    on_behalf_of: Option<EnterpriseId>,
) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(t::table)
        .values((
            t::id.eq(BaselineId::new()),
            t::enterprise_id.eq(enterprise),
            t::month.eq(new.month.to_string()),
            t::net.eq(new.net),
            t::turnover_band.eq(new.turnover_band.0),
            t::permits.eq(Document(serde_json::to_value(&new.permits).unwrap_or_default())),
            t::internet_uses.eq(new.internet_uses.0),
            t::evidence.eq(new.evidence),
            t::surveyed_by.eq(by),
            t::on_behalf_of.eq(on_behalf_of),
            t::surveyed_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

type Row = (BaselineId, String, Rupiah, i32, Document, i32, Evidence, AccountId, Option<EnterpriseId>, Timestamp);

/// The surveys of an enterprise, newest first.
pub(super) fn all(conn: &mut Conn, enterprise: EnterpriseId, rows: i64) -> Result<Vec<Baseline>, DbError> {
    let rows: Vec<Row> = t::table
        .filter(t::enterprise_id.eq(enterprise))
        .order(t::id.desc())
        .limit(rows)
        .select((
            t::id,
            t::month,
            t::net,
            t::turnover_band,
            t::permits,
            t::internet_uses,
            t::evidence,
            t::surveyed_by,
            t::on_behalf_of,
            t::surveyed_at,
        ))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Baseline, DbError> {
    let (id, month, net, band, permits, uses, evidence, surveyed_by, on_behalf_of, surveyed_at) = row;
    let unreadable = || DbError::Violation(format!("baseline {id} cannot be read"));
    Ok(Baseline {
        id,
        month: month.parse().map_err(|_| unreadable())?,
        net,
        turnover_band: TurnoverBand(band),
        permits: serde_json::from_value(permits.0).map_err(|_| unreadable())?,
        internet_uses: InternetUses(uses),
        evidence,
        surveyed_by,
        on_behalf_of,
        surveyed_at,
    })
}
