//! Entering, taking back, and reading the books.

use super::model::{Account, Balance, EntryId, JournalRow, PostingRow};
use super::rules::{self, Entry};
use super::store;
use crate::kit::auth::Identity;
use crate::kit::clock::{Timestamp, month_of};
use crate::kit::db::{Conn, DbError, Failure, Refusal, Tx};
use crate::kit::money::{MoneyError, Rupiah};
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
    /// The books are closed up to `month`; what is dated into it comes too late.
    MonthClosed { month: String },
    /// It says what two enterprises owe each other, and not both books would say the same.
    OneSided,
    /// An amount leaves the range of money.
    TooMuch,
}
impl Refusal for LedgerError {}

impl From<MoneyError> for LedgerError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

type Outcome<T> = Result<T, Failure<LedgerError>>;

/// Enters `entry` into the books of `enterprise`. An entry that moves nothing is not made.
///
/// # Errors
/// [`LedgerError::AlreadyEntered`] when the reference is taken, [`LedgerError::MonthClosed`],
/// [`LedgerError::OneSided`] when it needs [`post_mirrored`].
pub fn post(tx: &mut Tx<'_>, enterprise: EnterpriseId, entry: &Entry) -> Outcome<Option<EntryId>> {
    if entry.needs_mirror() {
        return Err(LedgerError::OneSided.into());
    }
    if entry.postings().is_empty() {
        return Ok(None);
    }
    enter(tx, enterprise, EntryId::new(), entry, None).map(Some)
}

/// Enters what two enterprises owe each other into both of their books, or into neither.
///
/// # Errors
/// [`LedgerError::OneSided`] unless what one calls receivable the other calls payable; else as [`post`].
pub fn post_mirrored(
    tx: &mut Tx<'_>,
    (one, of_one): (EnterpriseId, &Entry),
    (other, of_other): (EnterpriseId, &Entry),
) -> Outcome<(EntryId, EntryId)> {
    if one == other || !rules::mirrors(one, of_one, other, of_other).map_err(LedgerError::from)? {
        return Err(LedgerError::OneSided.into());
    }
    let ids = (EntryId::new(), EntryId::new());
    enter(tx, one, ids.0, of_one, Some(ids.1))?;
    enter(tx, other, ids.1, of_other, Some(ids.0))?;
    Ok(ids)
}

/// Takes an entry back by entering its opposite: on its own day where that month is open, else today. What
/// was entered into two books is taken back in both.
///
/// # Errors
/// [`LedgerError::NoSuchEntry`], [`LedgerError::AlreadyReversed`].
pub fn reverse(tx: &mut Tx<'_>, enterprise: EnterpriseId, id: EntryId) -> Outcome<EntryId> {
    let entered = store::entry(tx, enterprise, id)?.ok_or(LedgerError::NoSuchEntry)?;
    let opposite = opposite(tx, enterprise, &entered)?;
    let Some(mirror) = entered.mirror_id else {
        return enter(tx, enterprise, EntryId::new(), &opposite, None);
    };
    let partner = store::books_of(tx, mirror)?;
    let theirs = store::entry(tx, partner, mirror)?.ok_or(LedgerError::NoSuchEntry)?;
    let their_opposite = self::opposite(tx, partner, &theirs)?;
    let ids = (EntryId::new(), EntryId::new());
    enter(tx, enterprise, ids.0, &opposite, Some(ids.1))?;
    enter(tx, partner, ids.1, &their_opposite, Some(ids.0))?;
    Ok(ids.0)
}

fn opposite(tx: &mut Tx<'_>, enterprise: EnterpriseId, entered: &JournalRow) -> Outcome<Entry> {
    let postings = store::postings_of(tx, entered.id)?;
    let open = store::closed_through(tx, enterprise)?.is_none_or(|month| month_of(entered.business_date) > month);
    let at = if open { entered.happened_at } else { tx.now() };
    Ok(Entry::opposite(entered.id, &postings, entered.evidence, at))
}

/// Writes an entry after all that must hold has been looked at, so that a refusal leaves nothing behind.
fn enter(tx: &mut Tx<'_>, enterprise: EnterpriseId, id: EntryId, entry: &Entry, mirror: Option<EntryId>) -> Outcome<EntryId> {
    check(tx, enterprise, entry)?;
    let village = enterprises::service::get(tx, enterprise)?.village_id;
    match store::insert(tx, village, enterprise, id, entry, mirror) {
        Ok(()) => Ok(id),
        Err(error) if error.violates("uq_journal_entries_enterprise_id_reference") => Err(LedgerError::AlreadyEntered.into()),
        Err(error) if error.violates("uq_journal_entries_reverses_id") => Err(LedgerError::AlreadyReversed.into()),
        Err(error) => Err(error.into()),
    }
}

fn check(conn: &mut Conn, enterprise: EnterpriseId, entry: &Entry) -> Outcome<()> {
    if store::has_reference(conn, enterprise, &entry.reference)? {
        let again = if entry.reverses.is_some() { LedgerError::AlreadyReversed } else { LedgerError::AlreadyEntered };
        return Err(again.into());
    }
    let month = month_of(entry.happened_at.business_date());
    match store::closed_through(conn, enterprise)? {
        Some(closed) if month <= closed => Err(LedgerError::MonthClosed { month: closed }.into()),
        Some(_) | None => Ok(()),
    }
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
