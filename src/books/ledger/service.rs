//! Entering, taking back, and reading the books.

use super::model::{Account, Balance, EntryId, JournalRow, PostingRow};
use super::rules::Entry;
use super::store;
use crate::kit::auth::Identity;
use crate::kit::clock::Timestamp;
use crate::kit::db::{Conn, DbError, Failure, Refusal, Tx};
use crate::kit::money::Rupiah;
use crate::people::enterprises::{self, EnterpriseId};
use crate::people::permissions::{Action, Denied, authorize, principal};

/// Why an entry was not made.
#[derive(Debug, PartialEq, Eq)]
pub enum LedgerError {
    /// The business event has been entered before.
    AlreadyEntered,
    /// The entry has been taken back before.
    AlreadyReversed,
    /// There is no such entry in these books.
    NoSuchEntry,
}
impl Refusal for LedgerError {}

/// Enters `entry` into the books of `enterprise`. An entry that moves nothing is not made.
///
/// # Errors
/// [`LedgerError::AlreadyEntered`] when the reference is taken.
pub fn post(tx: &mut Tx<'_>, enterprise: EnterpriseId, entry: &Entry) -> Result<Option<EntryId>, Failure<LedgerError>> {
    if entry.postings().is_empty() {
        return Ok(None);
    }
    match store::insert(tx, enterprise, entry) {
        Ok(id) => Ok(Some(id)),
        Err(error) if error.violates("uq_journal_entries_enterprise_id_reference") => Err(LedgerError::AlreadyEntered.into()),
        Err(error) if error.violates("uq_journal_entries_reverses_id") => Err(LedgerError::AlreadyReversed.into()),
        Err(error) => Err(error.into()),
    }
}

/// Takes an entry back by entering its opposite, today.
///
/// # Errors
/// [`LedgerError::NoSuchEntry`], [`LedgerError::AlreadyReversed`].
pub fn reverse(tx: &mut Tx<'_>, enterprise: EnterpriseId, id: EntryId) -> Result<EntryId, Failure<LedgerError>> {
    let entered = store::postings_of(tx, enterprise, id)?;
    let opposite = Entry::opposite(id, &entered, tx.now());
    let reversed = post(tx, enterprise, &opposite).map_err(|failure| {
        failure.map(|error| match error {
            LedgerError::AlreadyEntered | LedgerError::AlreadyReversed => LedgerError::AlreadyReversed,
            LedgerError::NoSuchEntry => LedgerError::NoSuchEntry,
        })
    })?;
    reversed.ok_or_else(|| LedgerError::NoSuchEntry.into())
}

fn permitted(conn: &mut Conn, who: Identity, now: Timestamp, enterprise: EnterpriseId) -> Result<(), Failure<Denied>> {
    let person = principal(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, enterprise)?;
    Ok(authorize(&person, Action::ViewBooks, &enterprise.resource())?)
}

/// Every account in use with the sums of its debits and credits.
///
/// # Errors
/// [`Denied`] unless the books are the caller's.
pub fn trial_balance(conn: &mut Conn, who: Identity, now: Timestamp, enterprise: EnterpriseId) -> Result<Vec<Balance>, Failure<Denied>> {
    permitted(conn, who, now, enterprise)?;
    Ok(store::balances(conn, enterprise)?)
}

/// A page of the journal, newest first, with both sides of every movement.
///
/// # Errors
/// [`Denied`] unless the books are the caller's.
pub fn journal(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    enterprise: EnterpriseId,
    before: Option<EntryId>,
    rows: i64,
) -> Result<Vec<(JournalRow, Vec<PostingRow>)>, Failure<Denied>> {
    permitted(conn, who, now, enterprise)?;
    Ok(store::journal(conn, enterprise, before, rows)?)
}

/// The sums of `accounts` by month, newest first, for months `from` to `to` (`2026-01`), both included.
///
/// # Errors
/// [`Denied`] unless the books are the caller's.
pub fn by_month(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    enterprise: EnterpriseId,
    accounts: &[Account],
    from: &str,
    to: &str,
) -> Result<Vec<(String, Account, Rupiah)>, Failure<Denied>> {
    permitted(conn, who, now, enterprise)?;
    Ok(store::by_month(conn, enterprise, accounts, from, to)?)
}

/// The sum of every posting in the house: zero, or the books are broken.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn grand_total(conn: &mut Conn) -> Result<Rupiah, DbError> {
    store::grand_total(conn)
}
