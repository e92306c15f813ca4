//! Reading balances, and keeping marks.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::store;
use crate::ledger::model::{Account, Balance, Evidence, Place};
use kit::clock::Month;
use kit::db::{Conn, Db, DbError, Failure, Never, Tx};
use kit::money::{MoneyError, Rupiah};
use people::enterprises::EnterpriseId;

/// When more postings than this have come since the last mark, another is made.
const MOST_OPEN: i64 = 500;

/// What moved on a place within a span, told by how it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub place: Place,
    pub evidence: Evidence,
    /// Debits less credits.
    pub amount: Rupiah,
}

/// The balance of every place in use, as it stood at the end of `day`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn at(conn: &mut Conn, enterprise: EnterpriseId, day: NaiveDate) -> Result<Vec<Balance>, DbError> {
    let mark = store::mark_before(conn, enterprise, day)?;
    let mut all = match mark {
        Some(mark) => store::lines(conn, enterprise, mark)?,
        None => Vec::new(),
    };
    let since = store::folded(conn, enterprise, mark, day)?;
    add(&mut all, since)?;
    Ok(all)
}

fn add(all: &mut Vec<Balance>, more: Vec<Balance>) -> Result<(), DbError> {
    let mut sums: BTreeMap<Place, Balance> = std::mem::take(all).into_iter().map(|balance| (balance.place, balance)).collect();
    for balance in more {
        let nothing = Balance { place: balance.place, debit: Rupiah::ZERO, credit: Rupiah::ZERO };
        let sum = sums.entry(balance.place).or_insert(nothing);
        sum.debit = sum.debit.plus(balance.debit).map_err(out_of_range)?;
        sum.credit = sum.credit.plus(balance.credit).map_err(out_of_range)?;
    }
    all.extend(sums.into_values());
    Ok(())
}

fn out_of_range(_: MoneyError) -> DbError {
    DbError::Violation("sum out of range".to_owned())
}

/// The balance of one place at the end of `day`: debits less credits.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn of(conn: &mut Conn, enterprise: EnterpriseId, place: Place, day: NaiveDate) -> Result<Rupiah, DbError> {
    let mark = store::mark_before(conn, enterprise, day)?;
    let marked = match mark {
        Some(mark) => store::line(conn, enterprise, mark, place)?,
        None => Rupiah::ZERO,
    };
    marked.plus(store::folded_place(conn, enterprise, place, mark, day)?).map_err(out_of_range)
}

/// What moved from `first` to `last`, both included.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn between(conn: &mut Conn, enterprise: EnterpriseId, first: NaiveDate, last: NaiveDate) -> Result<Vec<Moved>, DbError> {
    store::moved(conn, enterprise, first, last)
}

/// What moved on `accounts` by day, from `first` to `last`, both included, oldest first.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn by_day(
    conn: &mut Conn,
    enterprise: EnterpriseId,
    accounts: &[Account],
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<(NaiveDate, Moved)>, DbError> {
    store::by_day(conn, enterprise, accounts, first, last)
}

/// What moved on `accounts` by month, from `first` to `last`, both included, oldest first.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn by_month(
    conn: &mut Conn,
    enterprise: EnterpriseId,
    accounts: &[Account],
    first: Month,
    last: Month,
) -> Result<Vec<(Month, Moved)>, DbError> {
    store::by_month(conn, enterprise, accounts, first, last)
}

/// Drops the marks that an entry dated on `day` would make wrong.
pub(in crate::ledger) fn drop_from(tx: &mut Tx<'_>, enterprise: EnterpriseId, day: NaiveDate) -> Result<(), DbError> {
    store::drop_from(tx, enterprise, day)
}

/// Makes the marks that `books` lack: at the end of each month, and wherever much has come since the last. Books whose marks
/// fail hold up none of the others.
///
/// # Errors
/// The first failure, when all books have had their turn.
pub async fn keep_up(db: &Db, books: Vec<EnterpriseId>) -> Result<usize, Failure<Never>> {
    let (mut made, mut failed) = (0, None);
    for enterprise in books {
        loop {
            match db.write(move |tx| Ok::<_, Failure<Never>>(mark_next(tx, enterprise)?)).await {
                Ok(true) => made += 1,
                Ok(false) => break,
                Err(failure) => {
                    tracing::error!(%enterprise, ?failure, "no balance mark for these books");
                    failed.get_or_insert(failure);
                    break;
                }
            }
        }
    }
    failed.map_or(Ok(made), Err)
}

/// Makes the earliest mark that is due; answers whether there was one. Today is not over, so it is never marked.
fn mark_next(tx: &mut Tx<'_>, enterprise: EnterpriseId) -> Result<bool, DbError> {
    let Some(yesterday) = tx.now().business_date().checked_sub_days(Days::new(1)) else { return Ok(false) };
    let mark = store::mark_before(tx, enterprise, yesterday)?;
    let Some(first) = store::first_after(tx, enterprise, mark)? else { return Ok(false) };
    let month_end = Month::of(first).last_day();
    let day = if month_end <= yesterday {
        month_end
    } else if first <= yesterday && store::count_after(tx, enterprise, mark, MOST_OPEN + 1)? > MOST_OPEN {
        yesterday
    } else {
        return Ok(false);
    };
    let balances = at(tx, enterprise, day)?;
    store::insert_mark(tx, enterprise, day, &balances)?;
    Ok(true)
}

/// Folds every mark anew from the one before; answers how many there are, and which are wrong.
pub(in crate::ledger) fn prove(conn: &mut Conn) -> Result<(usize, Vec<String>), DbError> {
    let (mut wrong, mut looked_at, mut before) = (Vec::new(), 0, None);
    let mut sums: Vec<Balance> = Vec::new();
    let mut after = None;
    loop {
        let marks = store::marks(conn, after)?;
        let Some(last) = marks.last() else { return Ok((looked_at, wrong)) };
        after = Some(*last);
        for (enterprise, day) in marks {
            let since = match before {
                Some((of, previous)) if of == enterprise => Some(previous),
                Some(_) | None => {
                    sums.clear();
                    None
                }
            };
            add(&mut sums, store::folded(conn, enterprise, since, day)?)?;
            if store::lines(conn, enterprise, day)? != sums {
                wrong.push(format!("{enterprise} at {day}"));
            }
            looked_at += 1;
            before = Some((enterprise, day));
        }
    }
}
