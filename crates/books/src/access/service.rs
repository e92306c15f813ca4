//! Letting in, reading, withdrawing.

use super::model::{Grant, GrantBooks, GrantId, Use, UseId};
use super::store::{self, Which};
use crate::ledger::service::open_for;
use crate::statements::model::Statement;
use crate::statements::service::{StatementError, compose};
use kit::auth::Identity;
use kit::clock::{Month, Timestamp};
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId, Kind, State};
use people::permissions::{Action, Denied};

/// The most months of one grant.
pub const MOST_MONTHS: i32 = 36;

/// What can happen to a person here.
#[derive(Debug)]
pub enum AccessError {
    /// Only a partner that was approved can be let in.
    NotAPartner,
    /// The last month comes before the first, or there are too many.
    BadMonths,
    /// The village has stopped the partner.
    ReaderStopped,
    /// It has been withdrawn.
    Withdrawn,
    /// This month is not among those that were opened.
    OtherMonth,
    Statement(StatementError),
    Denied(Denied),
}
impl Refusal for AccessError {}

impl From<Denied> for AccessError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

type Outcome<T> = Result<T, Failure<AccessError>>;

fn opened(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    enterprise: EnterpriseId,
    action: Action,
) -> Outcome<(Enterprise, Option<EnterpriseId>)> {
    open_for(conn, who, now, enterprise, action).map_err(|failure| failure.map(AccessError::from))
}

fn may(conn: &mut Conn, who: Identity, now: Timestamp, enterprise: EnterpriseId, action: Action) -> Outcome<Option<EnterpriseId>> {
    Ok(opened(conn, who, now, enterprise, action)?.1)
}

/// Opens months of the books to a partner.
///
/// # Errors
/// [`AccessError::NotAPartner`], [`AccessError::BadMonths`].
pub fn grant(tx: &mut Tx<'_>, who: Identity, enterprise: EnterpriseId, new: &GrantBooks) -> Outcome<Grant> {
    let now = tx.now();
    let on_behalf_of = may(tx, who, now, enterprise, Action::KeepBooks)?;
    if !(0..MOST_MONTHS).contains(&new.to.since(new.from)) {
        return Err(AccessError::BadMonths.into());
    }
    match enterprises::service::get(tx, new.reader_id) {
        Ok(reader) if reader.kind == Kind::Partner && reader.state == State::Approved => {}
        Ok(_) | Err(DbError::NotFound) => return Err(AccessError::NotAPartner.into()),
        Err(error) => return Err(error.into()),
    }
    let id = store::insert(tx, enterprise, new, who.account, on_behalf_of)?;
    Ok(store::get(tx, id)?)
}

/// What an enterprise has opened, newest first.
///
/// # Errors
/// [`AccessError::Denied`].
pub fn given(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    enterprise: EnterpriseId,
    before: Option<GrantId>,
    rows: i64,
) -> Outcome<Vec<Grant>> {
    may(conn, who, now, enterprise, Action::ViewBooks)?;
    Ok(store::list(conn, Which::Given(enterprise), before, rows)?)
}

/// What was opened to a partner, newest first.
///
/// # Errors
/// [`AccessError::Denied`].
pub fn received(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    reader: EnterpriseId,
    before: Option<GrantId>,
    rows: i64,
) -> Outcome<Vec<Grant>> {
    may(conn, who, now, reader, Action::ReadOpenedBooks)?;
    Ok(store::list(conn, Which::Received(reader), before, rows)?)
}

/// When a grant was used, and by whom, newest first.
///
/// # Errors
/// [`AccessError::Denied`].
pub fn uses(conn: &mut Conn, who: Identity, now: Timestamp, id: GrantId, before: Option<UseId>, rows: i64) -> Outcome<Vec<Use>> {
    let grant = store::get(conn, id)?;
    may(conn, who, now, grant.enterprise_id, Action::ViewBooks)?;
    Ok(store::uses(conn, id, before, rows)?)
}

/// Closes the books to the partner again.
///
/// # Errors
/// [`AccessError::Withdrawn`] when they are closed already.
pub fn withdraw(tx: &mut Tx<'_>, who: Identity, id: GrantId) -> Outcome<Grant> {
    let now = tx.now();
    let grant = store::get(tx, id)?;
    may(tx, who, now, grant.enterprise_id, Action::KeepBooks)?;
    if !store::withdraw(tx, id, who.account)? {
        return Err(AccessError::Withdrawn.into());
    }
    Ok(store::get(tx, id)?)
}

/// Reads the statement of a month that was opened, and notes that it was read.
///
/// # Errors
/// [`AccessError::ReaderStopped`], [`AccessError::Withdrawn`], [`AccessError::OtherMonth`].
pub fn read(tx: &mut Tx<'_>, who: Identity, id: GrantId, month: Month) -> Outcome<Statement> {
    let now = tx.now();
    let grant = store::get(tx, id)?;
    let (reader, _) = opened(tx, who, now, grant.reader_id, Action::ReadOpenedBooks)?;
    if reader.state != State::Approved {
        return Err(AccessError::ReaderStopped.into());
    }
    if grant.withdrawn_at.is_some() {
        return Err(AccessError::Withdrawn.into());
    }
    let wanted = month.to_string();
    if wanted < grant.first_month || wanted > grant.last_month {
        return Err(AccessError::OtherMonth.into());
    }
    let enterprise = enterprises::service::get(tx, grant.enterprise_id)?;
    let statement = compose(tx, now, &enterprise, month).map_err(|failure| failure.map(AccessError::Statement))?;
    store::note_use(tx, id, who.account, month)?;
    Ok(statement)
}
