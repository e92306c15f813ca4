//! The journal and its postings. Nothing here updates or deletes.

use diesel::dsl::{exists, sum};
use diesel::prelude::*;

use super::chain;
use super::model::{Account, Between, ClaimLine, ClosedMonth, EntryId, JournalRow, Mark, Place, PostingRow, Span, StatementLine};
use super::rules::{CLAIMS, Claim, Entry};
use kit::auth::AccountId;
use kit::clock::month_of;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::{closed_months, journal_entries, postings};
use people::enterprises::EnterpriseId;
use people::villages::VillageId;

columns!(
    Columns, COLUMNS:
    journal_entries::id,
    journal_entries::reference,
    journal_entries::movement,
    journal_entries::evidence,
    journal_entries::happened_at,
    journal_entries::business_date,
    journal_entries::recorded_at,
    journal_entries::reverses_id,
    journal_entries::mirror_id,
);

pub(super) fn insert(
    tx: &mut Tx<'_>,
    village: VillageId,
    enterprise: EnterpriseId,
    id: EntryId,
    entry: &Entry,
    mirror: Option<EntryId>,
) -> Result<(), DbError> {
    let now = tx.now();
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
            journal_entries::village_id.eq(village),
            journal_entries::evidence.eq(entry.evidence),
            journal_entries::mirror_id.eq(mirror),
        ))
        .execute(&mut **tx)?;
    for (position, (place, amount)) in (0_i32..).zip(entry.postings()) {
        diesel::insert_into(postings::table)
            .values((
                postings::entry_id.eq(id),
                postings::position.eq(position),
                postings::enterprise_id.eq(enterprise),
                postings::account.eq(place.account),
                postings::partner_id.eq(place.partner),
                postings::amount.eq(*amount),
                postings::evidence.eq(entry.evidence),
                postings::business_date.eq(day),
                postings::month.eq(&month),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

pub(super) fn has_reference(conn: &mut Conn, enterprise: EnterpriseId, reference: &str) -> Result<bool, DbError> {
    let this = journal_entries::table.filter(journal_entries::enterprise_id.eq(enterprise).and(journal_entries::reference.eq(reference)));
    Ok(diesel::select(exists(this.select(journal_entries::id))).get_result(conn)?)
}

/// The last closed month of these books.
pub(super) fn closed_through(conn: &mut Conn, enterprise: EnterpriseId) -> Result<Option<String>, DbError> {
    let theirs = closed_months::table.filter(closed_months::enterprise_id.eq(enterprise));
    Ok(theirs.order(closed_months::month.desc()).select(closed_months::month).first(conn).optional()?)
}

pub(super) fn entry(conn: &mut Conn, enterprise: EnterpriseId, id: EntryId) -> Result<Option<JournalRow>, DbError> {
    let this = journal_entries::table.filter(journal_entries::id.eq(id).and(journal_entries::enterprise_id.eq(enterprise)));
    Ok(this.select(COLUMNS).first(conn).optional()?)
}

/// Whose books an entry stands in.
pub(super) fn books_of(conn: &mut Conn, id: EntryId) -> Result<EnterpriseId, DbError> {
    Ok(journal_entries::table.find(id).select(journal_entries::enterprise_id).first(conn)?)
}

pub(super) fn postings_of(conn: &mut Conn, id: EntryId) -> Result<Vec<(Place, Rupiah)>, DbError> {
    let rows = postings::table.filter(postings::entry_id.eq(id)).order(postings::position);
    let rows: Vec<(Account, Option<EnterpriseId>, Rupiah)> =
        rows.select((postings::account, postings::partner_id, postings::amount)).load(conn)?;
    Ok(rows.into_iter().map(|(account, partner, amount)| (Place { account, partner }, amount)).collect())
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
    let entries: Vec<JournalRow> = query.select(COLUMNS).load(conn)?;
    with_sides(conn, entries)
}

pub(super) fn entries(conn: &mut Conn, ids: &[EntryId]) -> Result<Vec<(JournalRow, Vec<PostingRow>)>, DbError> {
    let entries = journal_entries::table.filter(journal_entries::id.eq_any(ids)).order(journal_entries::id.desc());
    let entries: Vec<JournalRow> = entries.select(COLUMNS).load(conn)?;
    with_sides(conn, entries)
}

fn with_sides(conn: &mut Conn, entries: Vec<JournalRow>) -> Result<Vec<(JournalRow, Vec<PostingRow>)>, DbError> {
    let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
    let mut sides: Vec<PostingRow> = postings::table
        .filter(postings::entry_id.eq_any(ids))
        .order((postings::entry_id, postings::position))
        .select((postings::entry_id, postings::position, postings::account, postings::partner_id, postings::amount))
        .load(conn)?;
    let mut page = Vec::with_capacity(entries.len());
    for entry in entries {
        let (mine, others) = sides.into_iter().partition(|side| side.entry_id == entry.id);
        sides = others;
        page.push((entry, mine));
    }
    Ok(page)
}

/// What moved on one place, oldest first.
pub(super) fn lines(conn: &mut Conn, of: &Span, after: Option<Mark>, rows: i64) -> Result<Vec<StatementLine>, DbError> {
    use postings as p;
    let mut query = p::table
        .inner_join(journal_entries::table)
        .filter(p::enterprise_id.eq(of.enterprise).and(p::account.eq(of.place.account)))
        .filter(p::business_date.between(of.first, of.last))
        .order((p::business_date, p::entry_id, p::position))
        .limit(rows)
        .into_boxed();
    query = match of.place.partner {
        Some(partner) => query.filter(p::partner_id.eq(partner)),
        None => query.filter(p::partner_id.is_null()),
    };
    if let Some((day, entry, position)) = after {
        let later = p::business_date.gt(day).or(p::entry_id.gt(entry)).or(p::entry_id.eq(entry).and(p::position.gt(position)));
        query = query.filter(p::business_date.ge(day)).filter(later);
    }
    let columns =
        (p::entry_id, p::position, p::business_date, journal_entries::reference, journal_entries::movement, p::evidence, p::amount);
    Ok(query.select(columns).load(conn)?)
}

/// What moved on one place on the day of a line, up to it and with it.
pub(super) fn carried(conn: &mut Conn, enterprise: EnterpriseId, place: Place, (day, entry, position): Mark) -> Result<Rupiah, DbError> {
    use postings as p;
    let earlier = p::entry_id.lt(entry).or(p::entry_id.eq(entry).and(p::position.le(position)));
    let theirs =
        p::table.filter(p::enterprise_id.eq(enterprise).and(p::account.eq(place.account))).filter(p::business_date.eq(day)).filter(earlier);
    whole(match place.partner {
        Some(partner) => theirs.filter(p::partner_id.eq(partner)).select(sum(p::amount)).first(conn)?,
        None => theirs.filter(p::partner_id.is_null()).select(sum(p::amount)).first(conn)?,
    })
}

/// What moved between two enterprises, oldest first. Each account is read in the order of its index, and the two are laid together here:
/// asked for at once, an engine would sort all there is between the two.
pub(super) fn claim_lines(conn: &mut Conn, of: &Between, after: Option<Mark>, rows: i64) -> Result<Vec<ClaimLine>, DbError> {
    let mut all = Vec::new();
    for account in CLAIMS {
        all.extend(claim_lines_of(conn, of, account, after, rows)?);
    }
    all.sort_by_key(|line| (line.business_date, line.entry_id, line.position));
    all.truncate(usize::try_from(rows).unwrap_or_default());
    Ok(all)
}

fn claim_lines_of(conn: &mut Conn, of: &Between, account: Account, after: Option<Mark>, rows: i64) -> Result<Vec<ClaimLine>, DbError> {
    use postings as p;
    let mut query = p::table
        .inner_join(journal_entries::table)
        .filter(p::enterprise_id.eq(of.enterprise).and(p::account.eq(account)).and(p::partner_id.eq(of.partner)))
        .filter(p::business_date.between(of.first, of.last))
        .order((p::business_date, p::entry_id, p::position))
        .limit(rows)
        .into_boxed();
    if let Some((day, entry, position)) = after {
        let later = p::business_date.gt(day).or(p::entry_id.gt(entry)).or(p::entry_id.eq(entry).and(p::position.gt(position)));
        query = query.filter(p::business_date.ge(day)).filter(later);
    }
    let columns = (
        p::entry_id,
        p::position,
        p::business_date,
        journal_entries::reference,
        journal_entries::movement,
        p::evidence,
        journal_entries::mirror_id,
        p::amount,
    );
    Ok(query.select(columns).load(conn)?)
}

/// What every enterprise's books say that others owe it.
pub(super) fn claims(conn: &mut Conn) -> Result<Vec<Claim>, DbError> {
    let rows: Vec<(EnterpriseId, Option<EnterpriseId>, Option<bigdecimal::BigDecimal>)> = postings::table
        .filter(postings::account.eq_any(CLAIMS))
        .group_by((postings::enterprise_id, postings::partner_id))
        .select((postings::enterprise_id, postings::partner_id, sum(postings::amount)))
        .load(conn)?;
    rows.into_iter().filter_map(|(of, by, total)| by.map(|by| whole(total).map(|amount| (of, by, amount)))).collect()
}

pub(super) fn close(
    tx: &mut Tx<'_>,
    enterprise: EnterpriseId,
    month: &str,
    by: AccountId,
    on_behalf_of: Option<EnterpriseId>,
) -> Result<(), DbError> {
    let now = tx.now();
    let digest = chain::rules::closing(&chain::rules::Closing {
        enterprise: enterprise.uuid().to_string(),
        month: month.to_owned(),
        closed_by: by.uuid().to_string(),
        on_behalf_of: on_behalf_of.map(|id| id.uuid().to_string()).unwrap_or_default(),
        closed_at: now.to_string(),
    });
    diesel::insert_into(closed_months::table)
        .values((
            closed_months::enterprise_id.eq(enterprise),
            closed_months::month.eq(month),
            closed_months::closed_by.eq(by),
            closed_months::on_behalf_of.eq(on_behalf_of),
            closed_months::closed_at.eq(now),
            closed_months::digest.eq(digest),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn closed_months(conn: &mut Conn, enterprise: EnterpriseId) -> Result<Vec<ClosedMonth>, DbError> {
    let theirs = closed_months::table.filter(closed_months::enterprise_id.eq(enterprise)).order(closed_months::month.desc()).limit(120);
    Ok(theirs.select((closed_months::month, closed_months::closed_by, closed_months::on_behalf_of, closed_months::closed_at)).load(conn)?)
}

/// All books together, for the proof that they balance.
pub(super) fn grand_total(conn: &mut Conn) -> Result<Rupiah, DbError> {
    whole(postings::table.select(sum(postings::amount)).first(conn)?)
}

/// A sum as an amount.
pub(super) fn whole(total: Option<bigdecimal::BigDecimal>) -> Result<Rupiah, DbError> {
    use bigdecimal::ToPrimitive as _;
    let amount = total.map_or(Some(0), |total| total.to_i64());
    amount.and_then(|amount| Rupiah::new(amount).ok()).ok_or_else(|| DbError::Violation("sum out of range".to_owned()))
}
