//! The journal and its postings. Nothing here updates or deletes.

use diesel::dsl::sum;
use diesel::prelude::*;

use super::model::{Account, Balance, EntryId, JournalRow, PostingRow};
use super::rules::Entry;
use crate::kit::clock::month_of;
use crate::kit::db::{Conn, DbError, Tx};
use crate::kit::money::Rupiah;
use crate::people::enterprises::EnterpriseId;
use crate::schema::{journal_entries, postings};

pub(super) fn insert(tx: &mut Tx<'_>, enterprise: EnterpriseId, entry: &Entry) -> Result<EntryId, DbError> {
    let (id, now) = (EntryId::new(), tx.now());
    let day = entry.happened_at.business_date();
    let month = month_of(day);
    diesel::insert_into(journal_entries::table)
        .values((
            journal_entries::id.eq(id),
            journal_entries::enterprise_id.eq(enterprise),
            journal_entries::reference.eq(&entry.reference),
            journal_entries::movement.eq(entry.movement),
            journal_entries::happened_at.eq(entry.happened_at),
            journal_entries::business_date.eq(day),
            journal_entries::month.eq(&month),
            journal_entries::recorded_at.eq(now),
            journal_entries::reverses_id.eq(entry.reverses),
        ))
        .execute(&mut **tx)?;
    for (position, (account, amount)) in (0_i32..).zip(entry.postings()) {
        diesel::insert_into(postings::table)
            .values((
                postings::entry_id.eq(id),
                postings::position.eq(position),
                postings::enterprise_id.eq(enterprise),
                postings::account.eq(*account),
                postings::amount.eq(*amount),
                postings::month.eq(&month),
            ))
            .execute(&mut **tx)?;
    }
    Ok(id)
}

pub(super) fn postings_of(conn: &mut Conn, enterprise: EnterpriseId, id: EntryId) -> Result<Vec<(Account, Rupiah)>, DbError> {
    let rows = postings::table.filter(postings::entry_id.eq(id).and(postings::enterprise_id.eq(enterprise))).order(postings::position);
    Ok(rows.select((postings::account, postings::amount)).load(conn)?)
}

pub(super) fn balances(conn: &mut Conn, enterprise: EnterpriseId) -> Result<Vec<Balance>, DbError> {
    let theirs = postings::table.filter(postings::enterprise_id.eq(enterprise)).group_by(postings::account);
    let sums = theirs.select((postings::account, sum(postings::amount)));
    let debits = totals(sums.filter(postings::amount.gt(Rupiah::ZERO)).load(conn)?)?;
    let credits = totals(sums.filter(postings::amount.lt(Rupiah::ZERO)).load(conn)?)?;
    let of =
        |rows: &[(Account, Rupiah)], account: Account| rows.iter().find(|(a, _)| *a == account).map_or(Rupiah::ZERO, |(_, amount)| *amount);
    let used = |account: &&Account| debits.iter().chain(&credits).any(|(a, _)| a == *account);
    let balance = |account: &Account| Balance { account: *account, debit: of(&debits, *account), credit: of(&credits, *account).negated() };
    Ok(Account::ALL.iter().filter(used).map(balance).collect())
}

/// Sales per month and account, newest month first.
pub(super) fn by_month(
    conn: &mut Conn,
    enterprise: EnterpriseId,
    accounts: &[Account],
    from: &str,
    to: &str,
) -> Result<Vec<(String, Account, Rupiah)>, DbError> {
    let rows: Vec<(String, Account, Option<bigdecimal::BigDecimal>)> = postings::table
        .filter(postings::enterprise_id.eq(enterprise).and(postings::account.eq_any(accounts)).and(postings::month.between(from, to)))
        .group_by((postings::month, postings::account))
        .order((postings::month.desc(), postings::account))
        .select((postings::month, postings::account, sum(postings::amount)))
        .load(conn)?;
    rows.into_iter().map(|(month, account, total)| Ok((month, account, whole(total)?))).collect()
}

pub(super) fn journal(
    conn: &mut Conn,
    enterprise: EnterpriseId,
    before: Option<EntryId>,
    rows: i64,
) -> Result<Vec<(JournalRow, Vec<PostingRow>)>, DbError> {
    use journal_entries as j;
    let mut query = j::table.filter(j::enterprise_id.eq(enterprise)).order(j::id.desc()).limit(rows).into_boxed();
    if let Some(before) = before {
        query = query.filter(j::id.lt(before));
    }
    let entries: Vec<JournalRow> =
        query.select((j::id, j::reference, j::movement, j::happened_at, j::business_date, j::recorded_at, j::reverses_id)).load(conn)?;
    let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
    let mut sides: Vec<PostingRow> = postings::table
        .filter(postings::entry_id.eq_any(ids))
        .order((postings::entry_id, postings::position))
        .select((postings::entry_id, postings::position, postings::account, postings::amount))
        .load(conn)?;
    let mut page = Vec::with_capacity(entries.len());
    for entry in entries {
        let (mine, others) = sides.into_iter().partition(|side| side.entry_id == entry.id);
        sides = others;
        page.push((entry, mine));
    }
    Ok(page)
}

/// All books together, for the proof that they balance.
pub(super) fn grand_total(conn: &mut Conn) -> Result<Rupiah, DbError> {
    whole(postings::table.select(sum(postings::amount)).first(conn)?)
}

fn totals(rows: Vec<(Account, Option<bigdecimal::BigDecimal>)>) -> Result<Vec<(Account, Rupiah)>, DbError> {
    rows.into_iter().map(|(account, total)| Ok((account, whole(total)?))).collect()
}

fn whole(total: Option<bigdecimal::BigDecimal>) -> Result<Rupiah, DbError> {
    use bigdecimal::ToPrimitive as _;
    let amount = total.map_or(Some(0), |total| total.to_i64());
    amount.and_then(|amount| Rupiah::new(amount).ok()).ok_or_else(|| DbError::Violation("sum out of range".to_owned()))
}
