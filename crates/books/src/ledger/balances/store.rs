//! Sums of postings by index, and marks.

use chrono::NaiveDate;
use diesel::dsl::{case_when, sum};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::service::Moved;
use crate::ledger::model::{Account, Balance, Evidence, Place};
use crate::ledger::store::whole;
use kit::clock::Month;
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::{balance_mark_lines as lines, balance_marks as marks, postings};
use people::enterprises::EnterpriseId;

type Sum = Option<bigdecimal::BigDecimal>;

/// A mark that is not there stands before any entry.
fn after(mark: Option<NaiveDate>) -> NaiveDate {
    mark.or_else(|| NaiveDate::from_ymd_opt(1, 1, 1)).unwrap_or_default()
}

/// The day of the last mark at or before `day`.
pub(super) fn mark_before(conn: &mut Conn, enterprise: EnterpriseId, day: NaiveDate) -> Result<Option<NaiveDate>, DbError> {
    let theirs = marks::table.filter(marks::enterprise_id.eq(enterprise).and(marks::day.le(day)));
    Ok(theirs.order(marks::day.desc()).select(marks::day).first(conn).optional()?)
}

pub(super) fn lines(conn: &mut Conn, enterprise: EnterpriseId, day: NaiveDate) -> Result<Vec<Balance>, DbError> {
    let rows: Vec<(Account, Option<EnterpriseId>, Rupiah, Rupiah)> = lines::table
        .filter(lines::enterprise_id.eq(enterprise).and(lines::day.eq(day)))
        .order(lines::position)
        .select((lines::account, lines::partner_id, lines::debit, lines::credit))
        .load(conn)?;
    let balance = |(account, partner, debit, credit)| Balance { place: Place { account, partner }, debit, credit };
    Ok(rows.into_iter().map(balance).collect())
}

pub(super) fn line(conn: &mut Conn, enterprise: EnterpriseId, day: NaiveDate, place: Place) -> Result<Rupiah, DbError> {
    let found = lines(conn, enterprise, day)?.into_iter().find(|balance| balance.place == place);
    match found {
        Some(balance) => balance.debit.minus(balance.credit).map_err(|_| DbError::Violation("sum out of range".to_owned())),
        None => Ok(Rupiah::ZERO),
    }
}

/// Debits and credits after the mark, up to `day`, in the order of their places.
pub(super) fn folded(conn: &mut Conn, enterprise: EnterpriseId, mark: Option<NaiveDate>, day: NaiveDate) -> Result<Vec<Balance>, DbError> {
    let nothing = || Rupiah::ZERO.into_sql::<BigInt>();
    let debits = sum(case_when(postings::amount.gt(Rupiah::ZERO), postings::amount).otherwise(nothing()));
    let credits = sum(case_when(postings::amount.lt(Rupiah::ZERO), postings::amount).otherwise(nothing()));
    let rows: Vec<(Account, Option<EnterpriseId>, Sum, Sum)> = postings::table
        .filter(postings::enterprise_id.eq(enterprise).and(postings::business_date.gt(after(mark))).and(postings::business_date.le(day)))
        .group_by((postings::account, postings::partner_id))
        .select((postings::account, postings::partner_id, debits, credits))
        .load(conn)?;
    let balance = |(account, partner, debit, credit): (Account, Option<EnterpriseId>, Sum, Sum)| {
        Ok(Balance { place: Place { account, partner }, debit: whole(debit)?, credit: whole(credit)?.negated() })
    };
    let mut all: Vec<Balance> = rows.into_iter().map(balance).collect::<Result<_, DbError>>()?;
    all.sort_by_key(|balance| balance.place);
    Ok(all)
}

/// Debits less credits of one place after the mark, up to `day`.
pub(super) fn folded_place(
    conn: &mut Conn,
    enterprise: EnterpriseId,
    place: Place,
    mark: Option<NaiveDate>,
    day: NaiveDate,
) -> Result<Rupiah, DbError> {
    let theirs = postings::table
        .filter(postings::enterprise_id.eq(enterprise).and(postings::account.eq(place.account)))
        .filter(postings::business_date.gt(after(mark)).and(postings::business_date.le(day)));
    let total: Sum = match place.partner {
        Some(partner) => theirs.filter(postings::partner_id.eq(partner)).select(sum(postings::amount)).first(conn)?,
        None => theirs.filter(postings::partner_id.is_null()).select(sum(postings::amount)).first(conn)?,
    };
    whole(total)
}

pub(super) fn moved(conn: &mut Conn, enterprise: EnterpriseId, first: NaiveDate, last: NaiveDate) -> Result<Vec<Moved>, DbError> {
    let rows: Vec<(Account, Option<EnterpriseId>, Evidence, Sum)> = postings::table
        .filter(postings::enterprise_id.eq(enterprise).and(postings::business_date.between(first, last)))
        .group_by((postings::account, postings::partner_id, postings::evidence))
        .select((postings::account, postings::partner_id, postings::evidence, sum(postings::amount)))
        .load(conn)?;
    let moved = |(account, partner, evidence, amount)| Ok(Moved { place: Place { account, partner }, evidence, amount: whole(amount)? });
    let mut all: Vec<Moved> = rows.into_iter().map(moved).collect::<Result<_, DbError>>()?;
    all.sort_by_key(|moved| (moved.place, moved.evidence));
    Ok(all)
}

pub(super) fn by_day(
    conn: &mut Conn,
    enterprise: EnterpriseId,
    accounts: &[Account],
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<(NaiveDate, Moved)>, DbError> {
    let rows: Vec<(NaiveDate, Account, Evidence, Sum)> = postings::table
        .filter(postings::enterprise_id.eq(enterprise).and(postings::business_date.between(first, last)))
        .filter(postings::account.eq_any(accounts))
        .group_by((postings::business_date, postings::account, postings::evidence))
        .order((postings::business_date, postings::account, postings::evidence))
        .select((postings::business_date, postings::account, postings::evidence, sum(postings::amount)))
        .load(conn)?;
    rows.into_iter()
        .map(|(day, account, evidence, amount)| Ok((day, Moved { place: account.into(), evidence, amount: whole(amount)? })))
        .collect()
}

pub(super) fn by_month(
    conn: &mut Conn,
    enterprise: EnterpriseId,
    accounts: &[Account],
    first: Month,
    last: Month,
) -> Result<Vec<(Month, Moved)>, DbError> {
    let rows: Vec<(String, Account, Evidence, Sum)> = postings::table
        .filter(postings::enterprise_id.eq(enterprise).and(postings::month.between(first.to_string(), last.to_string())))
        .filter(postings::account.eq_any(accounts))
        .group_by((postings::month, postings::account, postings::evidence))
        .order((postings::month, postings::account, postings::evidence))
        .select((postings::month, postings::account, postings::evidence, sum(postings::amount)))
        .load(conn)?;
    rows.into_iter()
        .map(|(month, account, evidence, amount)| {
            let month = month.parse().map_err(|_| DbError::Violation(format!("{month} is no month")))?;
            Ok((month, Moved { place: account.into(), evidence, amount: whole(amount)? }))
        })
        .collect()
}

/// The day of the first posting after the mark.
pub(super) fn first_after(conn: &mut Conn, enterprise: EnterpriseId, mark: Option<NaiveDate>) -> Result<Option<NaiveDate>, DbError> {
    let theirs = postings::table.filter(postings::enterprise_id.eq(enterprise).and(postings::business_date.gt(after(mark))));
    Ok(theirs.order(postings::business_date).select(postings::business_date).first(conn).optional()?)
}

/// How many postings there are after the mark; counts no further than `most`.
pub(super) fn count_after(conn: &mut Conn, enterprise: EnterpriseId, mark: Option<NaiveDate>, most: i64) -> Result<i64, DbError> {
    let theirs = postings::table.filter(postings::enterprise_id.eq(enterprise).and(postings::business_date.gt(after(mark))));
    let days: Vec<NaiveDate> = theirs.select(postings::business_date).limit(most).load(conn)?;
    Ok(i64::try_from(days.len()).unwrap_or(most))
}

pub(super) fn insert_mark(tx: &mut Tx<'_>, enterprise: EnterpriseId, day: NaiveDate, balances: &[Balance]) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(marks::table)
        .values((marks::enterprise_id.eq(enterprise), marks::day.eq(day), marks::marked_at.eq(now)))
        .execute(&mut **tx)?;
    for (position, balance) in (0_i32..).zip(balances) {
        diesel::insert_into(lines::table)
            .values((
                lines::enterprise_id.eq(enterprise),
                lines::day.eq(day),
                lines::position.eq(position),
                lines::account.eq(balance.place.account),
                lines::partner_id.eq(balance.place.partner),
                lines::debit.eq(balance.debit),
                lines::credit.eq(balance.credit),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// The lines of a mark go with it.
pub(super) fn drop_from(tx: &mut Tx<'_>, enterprise: EnterpriseId, day: NaiveDate) -> Result<(), DbError> {
    diesel::delete(marks::table.filter(marks::enterprise_id.eq(enterprise).and(marks::day.ge(day)))).execute(&mut **tx)?;
    Ok(())
}

/// The marks after this one, in the order of their books and days.
pub(super) fn marks(conn: &mut Conn, after: Option<(EnterpriseId, NaiveDate)>) -> Result<Vec<(EnterpriseId, NaiveDate)>, DbError> {
    let mut these = marks::table.order((marks::enterprise_id, marks::day)).limit(500).into_boxed();
    if let Some((enterprise, day)) = after {
        let next = marks::enterprise_id.gt(enterprise).or(marks::enterprise_id.eq(enterprise).and(marks::day.gt(day)));
        these = these.filter(next);
    }
    Ok(these.select((marks::enterprise_id, marks::day)).load(conn)?)
}
