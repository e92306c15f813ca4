//! What was earned, and against what it is compared.

use chrono::NaiveDate;

use super::model::{Baseline, Figure, NewBaseline, Period, Slice, TaxLine};
use super::rules::{self, Compared, Income};
use super::store;
use crate::ledger::balances::service::Moved;
use crate::ledger::service::open_for;
use crate::ledger::{Account, Class, balances};
use kit::auth::Identity;
use kit::clock::{Month, Timestamp};
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::money::MoneyError;
use people::enterprises::EnterpriseId;
use people::permissions::{Action, Denied};

/// How many surveys are shown.
const MOST_BASELINES: i64 = 20;

/// What can happen to a person here.
#[derive(Debug)]
pub enum IncomeError {
    /// A sum is too large to tell.
    TooMuch,
    /// The baseline is about a month that is not over.
    MonthNotOver,
    Denied(Denied),
}
impl Refusal for IncomeError {}

impl From<Denied> for IncomeError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<MoneyError> for IncomeError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

type Outcome<T> = Result<T, Failure<IncomeError>>;

fn may(conn: &mut Conn, who: Identity, now: Timestamp, enterprise: EnterpriseId, action: Action) -> Outcome<Option<EnterpriseId>> {
    let opened = open_for(conn, who, now, enterprise, action).map_err(|failure| failure.map(IncomeError::from))?;
    Ok(opened.1)
}

/// What was earned from `first` to `last`, cut by `period`, newest first; and all of it together.
///
/// # Errors
/// [`IncomeError::Denied`] unless the books are the caller's.
pub fn show(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    enterprise: EnterpriseId,
    period: Period,
    first: Month,
    last: Month,
) -> Outcome<(Vec<(Slice, Income)>, Income)> {
    may(conn, who, now, enterprise, Action::ViewBooks)?;
    let moved = match period {
        Period::Day | Period::Week => daily(conn, enterprise, first, last)?,
        Period::Month | Period::Quarter => {
            let months = balances::by_month(conn, enterprise, &rules::accounts(), first, last)?;
            months.into_iter().map(|(month, moved)| (month.first_day(), moved)).collect()
        }
    };
    let all = moved.iter().try_fold(Income::default(), |income, (_, moved)| income.and(moved)).map_err(IncomeError::from)?;
    Ok((rules::cut(period, &moved).map_err(IncomeError::from)?, all))
}

fn daily(conn: &mut Conn, enterprise: EnterpriseId, first: Month, last: Month) -> Result<Vec<(NaiveDate, Moved)>, DbError> {
    balances::service::by_day(conn, enterprise, &rules::accounts(), first.first_day(), last.last_day())
}

/// Growth against the last baseline.
#[derive(Debug)]
pub struct Growth {
    /// The last survey of a month before the one that is asked for.
    pub baseline: Option<Baseline>,
    /// The month itself.
    pub month: Compared,
    /// The latest month of the same name as the baseline's: the same season, unless it moved. Nothing in the first year.
    pub same_month: Option<Compared>,
    /// The month and the two before it, as far as they come after the baseline's.
    pub three_months: Compared,
}

/// Compares `month` and the months around it with the last baseline from before it: what a survey says of its own month is not
/// compared with what the books say of that.
///
/// # Errors
/// [`IncomeError::Denied`] unless the books are the caller's.
pub fn growth(conn: &mut Conn, who: Identity, now: Timestamp, enterprise: EnterpriseId, month: Month) -> Outcome<Growth> {
    may(conn, who, now, enterprise, Action::ViewBooks)?;
    let baseline = store::all(conn, enterprise, MOST_BASELINES)?
        .into_iter()
        .rev()
        .filter(|baseline| baseline.month < month)
        .max_by_key(|baseline| baseline.month);
    let before = baseline.as_ref().map(|baseline| baseline.net).unwrap_or_default();
    let since = baseline.as_ref().map(|baseline| baseline.month);
    let first = since.map_or(month.later(-2), |since| since.later(1).max(month.later(-2)));
    let same = since.map(|since| month.later(-month.since(since).rem_euclid(12))).filter(|same| since.is_some_and(|since| *same > since));
    let recent = daily(conn, enterprise, first, month)?;
    let today = now.business_date();
    let compared = |first, last, moved: &[(NaiveDate, Moved)]| rules::compare(before, first, last, today, moved).map_err(IncomeError::from);
    let same_month = match same {
        Some(same) => Some(compared(same, same, &daily(conn, enterprise, same, same)?)?),
        None => None,
    };
    Ok(Growth { month: compared(month, month, &recent)?, same_month, three_months: compared(first, month, &recent)?, baseline })
}

/// What was turned over in a year, and how near that is to the line.
///
/// # Errors
/// [`IncomeError::Denied`] unless the books are the caller's.
pub fn turnover(conn: &mut Conn, who: Identity, now: Timestamp, enterprise: EnterpriseId, first: Month) -> Outcome<(Figure, TaxLine, i64)> {
    may(conn, who, now, enterprise, Action::ViewBooks)?;
    let earned: Vec<Account> = Account::ALL.iter().copied().filter(|account| account.class() == Class::Income).collect();
    let moved = balances::by_month(conn, enterprise, &earned, first, first.later(11))?;
    let income = moved.iter().try_fold(Income::default(), |income, (_, moved)| income.and(moved)).map_err(IncomeError::from)?;
    let (line, share) = rules::tax_line(income.revenue.amount);
    Ok((income.revenue, line, share))
}

/// Keeps a baseline survey beside those before it; the last one counts.
///
/// # Errors
/// [`IncomeError::MonthNotOver`].
pub fn survey(tx: &mut Tx<'_>, who: Identity, enterprise: EnterpriseId, new: &NewBaseline) -> Outcome<Vec<Baseline>> {
    let now = tx.now();
    let on_behalf_of = may(tx, who, now, enterprise, Action::KeepBooks)?;
    if new.month >= Month::of(now.business_date()) {
        return Err(IncomeError::MonthNotOver.into());
    }
    store::insert(tx, enterprise, new, who.account, on_behalf_of)?;
    Ok(store::all(tx, enterprise, MOST_BASELINES)?)
}

/// The surveys, newest first.
///
/// # Errors
/// [`IncomeError::Denied`] unless the books are the caller's.
pub fn baselines(conn: &mut Conn, who: Identity, now: Timestamp, enterprise: EnterpriseId) -> Outcome<Vec<Baseline>> {
    may(conn, who, now, enterprise, Action::ViewBooks)?;
    Ok(store::all(conn, enterprise, MOST_BASELINES)?)
}
