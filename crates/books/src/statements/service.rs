//! Putting a statement together.

use super::model::Statement;
use super::rules;
use crate::income::rules::Income;
use crate::ledger::balances;
use crate::ledger::service::{closed_through, open_for};
use kit::auth::Identity;
use kit::clock::{Month, Timestamp};
use kit::db::{Conn, Failure, Refusal};
use kit::money::MoneyError;
use people::enterprises::EnterpriseId;
use people::enterprises::model::Enterprise;
use people::permissions::{Action, Denied};

/// What can happen to a person here.
#[derive(Debug)]
pub enum StatementError {
    /// The month has not begun.
    NotBegun,
    /// A sum leaves the range of money.
    TooMuch,
    Denied(Denied),
}
impl Refusal for StatementError {}

impl From<Denied> for StatementError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<MoneyError> for StatementError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

/// The statement of a month, for those whose books they are.
///
/// # Errors
/// [`StatementError`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: EnterpriseId, month: Month) -> Result<Statement, Failure<StatementError>> {
    let opened = open_for(conn, who, now, id, Action::ViewBooks);
    let (enterprise, _) = opened.map_err(|failure| failure.map(StatementError::from))?;
    compose(conn, now, &enterprise, month)
}

/// The statement of a month, for whoever has been let in already.
///
/// # Errors
/// [`StatementError::NotBegun`].
pub fn compose(conn: &mut Conn, now: Timestamp, of: &Enterprise, month: Month) -> Result<Statement, Failure<StatementError>> {
    let today = now.business_date();
    if month.first_day() > today {
        return Err(StatementError::NotBegun.into());
    }
    let as_of = month.last_day().min(today);
    let moved = balances::between(conn, of.id, month.first_day(), as_of)?;
    let income = moved.iter().try_fold(Income::default(), Income::and).map_err(StatementError::from)?;
    let standing = balances::at(conn, of.id, as_of)?;
    let closed = closed_through(conn, of.id)?.is_some_and(|last| month.to_string() <= last);
    Ok(Statement {
        enterprise: of.id,
        name: of.name.clone(),
        month,
        as_of,
        closed,
        evidence_share: income.evidence_share(),
        profit_and_loss: rules::profit_and_loss(&moved).map_err(StatementError::from)?,
        balance_sheet: rules::balance_sheet(&standing).map_err(StatementError::from)?,
    })
}
