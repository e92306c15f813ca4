//! Rows, counts and templates of the cash book.

use bigdecimal::BigDecimal;
use diesel::dsl::sum;
use diesel::prelude::*;

use super::model::{CashCount, CashCountId, CashRow, CashRowId, CashTemplateId, Kind, NewCashRow, Template};
use crate::ledger::EntryId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::types::{Document, whole};
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::{cash_counts, cash_rows, cash_templates};
use people::enterprises::EnterpriseId;

columns!(
    Columns, COLUMNS:
    cash_rows::id,
    cash_rows::enterprise_id,
    cash_rows::entry_id,
    cash_rows::client_id,
    cash_rows::kind,
    cash_rows::amount,
    cash_rows::paid,
    cash_rows::channel,
    cash_rows::source,
    cash_rows::partner_id,
    cash_rows::day,
    cash_rows::note,
    cash_rows::evidence,
    cash_rows::recorded_by,
    cash_rows::on_behalf_of,
    cash_rows::recorded_at,
    cash_rows::reversal_id,
    cash_rows::reversed_by,
    cash_rows::reversal_reason,
    cash_rows::photo_media_id,
);

/// What `debtor` owes `creditor` by what was written down by hand: purchases on credit, less what was collected.
pub(super) fn owed(conn: &mut Conn, creditor: EnterpriseId, debtor: EnterpriseId) -> Result<Rupiah, DbError> {
    let mut told = |of: EnterpriseId, with: EnterpriseId, kind: Kind| {
        let rows = cash_rows::table.filter(cash_rows::enterprise_id.eq(of).and(cash_rows::partner_id.eq(with)));
        let standing = rows.filter(cash_rows::kind.eq(kind).and(cash_rows::reversal_id.is_null()));
        let total: Option<BigDecimal> = standing.select(sum(cash_rows::amount)).first(conn)?;
        Rupiah::new(whole(total)).map_err(|_| DbError::Violation("sum out of range".to_owned()))
    };
    let (bought, collected) = (told(debtor, creditor, Kind::Purchase)?, told(creditor, debtor, Kind::DebtCollected)?);
    bought.minus(collected).map_err(|_| DbError::Violation("sum out of range".to_owned()))
}

pub(super) fn insert(tx: &mut Tx<'_>, row: &CashRow) -> Result<(), DbError> {
    diesel::insert_into(cash_rows::table)
        .values((
            cash_rows::id.eq(row.id),
            cash_rows::enterprise_id.eq(row.enterprise_id),
            cash_rows::entry_id.eq(row.entry_id),
            cash_rows::client_id.eq(&row.client_id),
            cash_rows::kind.eq(row.kind),
            cash_rows::amount.eq(row.amount),
            cash_rows::paid.eq(row.paid),
            cash_rows::channel.eq(row.channel),
            cash_rows::source.eq(row.source),
            cash_rows::partner_id.eq(row.partner_id),
            cash_rows::day.eq(row.day),
            cash_rows::note.eq(&row.note),
            cash_rows::evidence.eq(row.evidence),
            cash_rows::recorded_by.eq(row.recorded_by),
            cash_rows::on_behalf_of.eq(row.on_behalf_of),
            cash_rows::recorded_at.eq(row.recorded_at),
            cash_rows::photo_media_id.eq(row.photo),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn get(conn: &mut Conn, id: CashRowId) -> Result<CashRow, DbError> {
    Ok(cash_rows::table.find(id).select(COLUMNS).first(conn)?)
}

pub(super) fn by_client_id(conn: &mut Conn, enterprise: EnterpriseId, client_id: &str) -> Result<Option<CashRow>, DbError> {
    let this = cash_rows::table.filter(cash_rows::enterprise_id.eq(enterprise).and(cash_rows::client_id.eq(client_id)));
    Ok(this.select(COLUMNS).first(conn).optional()?)
}

pub(super) fn list(conn: &mut Conn, enterprise: EnterpriseId, before: Option<CashRowId>, rows: i64) -> Result<Vec<CashRow>, DbError> {
    let mut query = cash_rows::table.filter(cash_rows::enterprise_id.eq(enterprise)).order(cash_rows::id.desc()).limit(rows).into_boxed();
    if let Some(before) = before {
        query = query.filter(cash_rows::id.lt(before));
    }
    Ok(query.select(COLUMNS).load(conn)?)
}

/// Notes that a row was taken back; answers whether it still stood.
pub(super) fn take_back(tx: &mut Tx<'_>, id: CashRowId, reversal: EntryId, by: AccountId, reason: &str) -> Result<bool, DbError> {
    let standing = cash_rows::table.filter(cash_rows::id.eq(id).and(cash_rows::reversal_id.is_null()));
    let changed = diesel::update(standing)
        .set((cash_rows::reversal_id.eq(reversal), cash_rows::reversed_by.eq(by), cash_rows::reversal_reason.eq(reason)))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

pub(super) fn insert_count(tx: &mut Tx<'_>, enterprise: EnterpriseId, count: &CashCount) -> Result<(), DbError> {
    diesel::insert_into(cash_counts::table)
        .values((
            cash_counts::id.eq(count.id),
            cash_counts::enterprise_id.eq(enterprise),
            cash_counts::holder.eq(count.holder),
            cash_counts::counted.eq(count.counted),
            cash_counts::expected.eq(count.expected),
            cash_counts::entry_id.eq(count.entry_id),
            cash_counts::reason.eq(&count.reason),
            cash_counts::counted_by.eq(count.counted_by),
            cash_counts::on_behalf_of.eq(count.on_behalf_of),
            cash_counts::counted_at.eq(count.counted_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn counts(conn: &mut Conn, enterprise: EnterpriseId, before: Option<CashCountId>, rows: i64) -> Result<Vec<CashCount>, DbError> {
    use cash_counts as c;
    let mut query = c::table.filter(c::enterprise_id.eq(enterprise)).order(c::id.desc()).limit(rows).into_boxed();
    if let Some(before) = before {
        query = query.filter(c::id.lt(before));
    }
    let columns = (c::id, c::holder, c::counted, c::expected, c::entry_id, c::reason, c::counted_by, c::on_behalf_of, c::counted_at);
    Ok(query.select(columns).load(conn)?)
}

pub(super) fn insert_template(tx: &mut Tx<'_>, enterprise: EnterpriseId, name: &str, row: &NewCashRow) -> Result<CashTemplateId, DbError> {
    let (id, now) = (CashTemplateId::new(), tx.now());
    diesel::insert_into(cash_templates::table)
        .values((
            cash_templates::id.eq(id),
            cash_templates::enterprise_id.eq(enterprise),
            cash_templates::name.eq(name),
            cash_templates::cash_row.eq(Document(serde_json::to_value(row).unwrap_or_default())),
            cash_templates::made_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

type TemplateRow = (CashTemplateId, EnterpriseId, String, Document, Timestamp);

fn template((id, enterprise_id, name, row, made_at): TemplateRow) -> Result<Template, DbError> {
    let row = serde_json::from_value(row.0).map_err(|_| DbError::Violation(format!("template {id} cannot be read")))?;
    Ok(Template { id, enterprise_id, name, row, made_at })
}

pub(super) fn get_template(conn: &mut Conn, id: CashTemplateId) -> Result<Template, DbError> {
    template(cash_templates::table.find(id).first(conn)?)
}

/// The templates of an enterprise, by name.
pub(super) fn templates(conn: &mut Conn, enterprise: EnterpriseId, rows: i64) -> Result<Vec<Template>, DbError> {
    let theirs = cash_templates::table.filter(cash_templates::enterprise_id.eq(enterprise)).order(cash_templates::name).limit(rows);
    theirs.load::<TemplateRow>(conn)?.into_iter().map(template).collect()
}

pub(super) fn delete_template(tx: &mut Tx<'_>, id: CashTemplateId) -> Result<(), DbError> {
    diesel::delete(cash_templates::table.find(id)).execute(&mut **tx)?;
    Ok(())
}
