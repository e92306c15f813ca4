//! Entering, taking back, and reading the books.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::model::{Account, Balance, Between, ClaimLine, ClosedMonth, EntryId, JournalRow, Mark, Place, PostingRow, Span, Statement};
use super::rules::{self, Entry};
use super::{balances, chain, store};
use kit::auth::Identity;
use kit::clock::{Month, Timestamp, month_of};
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::money::{MoneyError, Rupiah};
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, Denied, authorize, principal};

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
    check(tx, enterprise, entry)?;
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
    check(tx, one, of_one)?;
    check(tx, other, of_other)?;
    enter_both(tx, (one, of_one), (other, of_other))
}

fn enter_both(tx: &mut Tx<'_>, one: (EnterpriseId, &Entry), other: (EnterpriseId, &Entry)) -> Outcome<(EntryId, EntryId)> {
    let ids = (EntryId::new(), EntryId::new());
    enter(tx, one.0, ids.0, one.1, Some(ids.1))?;
    enter(tx, other.0, ids.1, other.1, Some(ids.0))?;
    Ok(ids)
}

/// Takes an entry back by entering its opposite: on its own day where that month is open, else today. What
/// was entered into two books is taken back in both.
///
/// # Errors
/// [`LedgerError::NoSuchEntry`], [`LedgerError::AlreadyReversed`].
pub fn reverse(tx: &mut Tx<'_>, enterprise: EnterpriseId, id: EntryId) -> Outcome<EntryId> {
    let now = tx.now();
    match opposites(tx, enterprise, id, now)? {
        (opposite, None) => enter(tx, enterprise, EntryId::new(), &opposite, None),
        (opposite, Some((partner, theirs))) => Ok(enter_both(tx, (enterprise, &opposite), (partner, &theirs))?.0),
    }
}

/// The entry that takes one back, with what stands in the partner's books for it.
type Opposites = (Entry, Option<(EnterpriseId, Entry)>);

fn opposites(conn: &mut Conn, enterprise: EnterpriseId, id: EntryId, now: Timestamp) -> Outcome<Opposites> {
    let entered = store::entry(conn, enterprise, id)?.ok_or(LedgerError::NoSuchEntry)?;
    let own_day = is_open(conn, enterprise, &entered)?;
    let Some(mirror) = entered.mirror_id else { return Ok((opposite(conn, &entered, own_day, now)?, None)) };
    let partner = store::books_of(conn, mirror)?;
    let theirs = store::entry(conn, partner, mirror)?.ok_or(LedgerError::NoSuchEntry)?;
    // Both halves count on one day, or the two books would differ in between.
    let own_day = own_day && is_open(conn, partner, &theirs)?;
    Ok((opposite(conn, &entered, own_day, now)?, Some((partner, opposite(conn, &theirs, own_day, now)?))))
}

/// Whether the month of an entry is open in its books.
fn is_open(conn: &mut Conn, enterprise: EnterpriseId, entered: &JournalRow) -> Result<bool, DbError> {
    Ok(store::closed_through(conn, enterprise)?.is_none_or(|month| month_of(entered.business_date) > month))
}

fn opposite(conn: &mut Conn, entered: &JournalRow, own_day: bool, now: Timestamp) -> Outcome<Entry> {
    let postings = store::postings_of(conn, entered.id)?;
    let at = if own_day { entered.happened_at } else { now };
    Ok(Entry::opposite(entered.id, &postings, entered.evidence, at))
}

/// Writes an entry that has been looked at.
fn enter(tx: &mut Tx<'_>, enterprise: EnterpriseId, id: EntryId, entry: &Entry, mirror: Option<EntryId>) -> Outcome<EntryId> {
    let village = enterprises::service::get(tx, enterprise)?.village_id;
    match store::insert(tx, village, enterprise, id, entry, mirror) {
        Err(error) if error.violates("uq_journal_entries_enterprise_id_reference") => {
            let again = if entry.reverses.is_some() { LedgerError::AlreadyReversed } else { LedgerError::AlreadyEntered };
            return Err(again.into());
        }
        Err(error) if error.violates("uq_journal_entries_reverses_id") => return Err(LedgerError::AlreadyReversed.into()),
        other => other?,
    }
    balances::service::drop_from(tx, enterprise, entry.happened_at.business_date())?;
    chain::sealing::record(tx, village, enterprise, id, entry, mirror)?;
    Ok(id)
}

/// What must hold before anything is written, so that a refusal leaves nothing behind even where its transaction goes on.
///
/// The reference is not looked up here but left to its constraint: on PostgreSQL, looking for what is not there would make every two
/// sales of one seller collide.
fn check(conn: &mut Conn, enterprise: EnterpriseId, entry: &Entry) -> Outcome<()> {
    let month = month_of(entry.happened_at.business_date());
    match store::closed_through(conn, enterprise)? {
        Some(closed) if month <= closed => Err(LedgerError::MonthClosed { month: closed }.into()),
        Some(_) | None => Ok(()),
    }
}

/// The enterprise whose books `who` may do `action` with, and for whom she acts when it is not her own.
///
/// # Errors
/// [`Denied`].
pub fn open_for(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    enterprise: EnterpriseId,
    action: Action,
) -> Result<(Enterprise, Option<EnterpriseId>), Failure<Denied>> {
    let person = principal(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, enterprise)?;
    let resource = enterprise.resource();
    authorize(&person, action, &resource)?;
    Ok((enterprise, person.on_behalf_of(&resource)))
}

/// The balance of a place an entry touches, before and after it.
pub type Change = (Place, Rupiah, Rupiah);

/// What an entry would do, without doing it.
///
/// # Errors
/// Every refusal of [`post`].
pub fn dry_run(conn: &mut Conn, enterprise: EnterpriseId, entry: &Entry) -> Outcome<Vec<Change>> {
    if entry.needs_mirror() {
        return Err(LedgerError::OneSided.into());
    }
    changes(conn, enterprise, entry)
}

/// What a pair of entries would do in the books of the first of the two, without doing it.
///
/// # Errors
/// Every refusal of [`post_mirrored`].
pub fn dry_run_mirrored(
    conn: &mut Conn,
    (one, of_one): (EnterpriseId, &Entry),
    (other, of_other): (EnterpriseId, &Entry),
) -> Outcome<Vec<Change>> {
    if one == other || !rules::mirrors(one, of_one, other, of_other).map_err(LedgerError::from)? {
        return Err(LedgerError::OneSided.into());
    }
    changes(conn, other, of_other)?;
    changes(conn, one, of_one)
}

/// The entry that would take one back, and what it would do, without doing it.
///
/// # Errors
/// Every refusal of [`reverse`].
pub fn dry_reverse(conn: &mut Conn, enterprise: EnterpriseId, id: EntryId, now: Timestamp) -> Outcome<(Entry, Vec<Change>)> {
    let (opposite, _) = opposites(conn, enterprise, id, now)?;
    if store::has_reference(conn, enterprise, &opposite.reference)? {
        return Err(LedgerError::AlreadyReversed.into());
    }
    let changes = changes(conn, enterprise, &opposite)?;
    Ok((opposite, changes))
}

fn changes(conn: &mut Conn, enterprise: EnterpriseId, entry: &Entry) -> Outcome<Vec<Change>> {
    check(conn, enterprise, entry)?;
    if store::has_reference(conn, enterprise, &entry.reference)? {
        return Err(LedgerError::AlreadyEntered.into());
    }
    let day = entry.happened_at.business_date();
    let mut moved: BTreeMap<Place, Rupiah> = BTreeMap::new();
    for (place, amount) in entry.postings() {
        let sum = moved.entry(*place).or_default();
        *sum = sum.plus(*amount).map_err(LedgerError::from)?;
    }
    let mut all = Vec::with_capacity(moved.len());
    for (place, amount) in moved {
        let before = balances::service::of(conn, enterprise, place, day)?;
        all.push((place, before, before.plus(amount).map_err(LedgerError::from)?));
    }
    Ok(all)
}

/// What can happen to a person at the books.
#[derive(Debug)]
pub enum BooksError {
    /// The month is not over.
    MonthNotOver,
    Ledger(LedgerError),
    Denied(Denied),
}
impl Refusal for BooksError {}

impl From<Denied> for BooksError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

/// Closes a month that is over, and with it every month before: nothing is dated into them any more.
///
/// # Errors
/// [`BooksError::MonthNotOver`]; [`LedgerError::MonthClosed`] when it is closed already.
pub fn close_month(tx: &mut Tx<'_>, who: Identity, enterprise: EnterpriseId, month: Month) -> Result<(), Failure<BooksError>> {
    let now = tx.now();
    let opened = open_for(tx, who, now, enterprise, Action::KeepBooks);
    let (_, on_behalf_of) = opened.map_err(|failure| failure.map(BooksError::from))?;
    if month >= Month::of(now.business_date()) {
        return Err(BooksError::MonthNotOver.into());
    }
    let month = month.to_string();
    match store::closed_through(tx, enterprise)? {
        Some(closed) if month <= closed => Err(BooksError::Ledger(LedgerError::MonthClosed { month: closed }).into()),
        Some(_) | None => Ok(store::close(tx, enterprise, &month, who.account, on_behalf_of)?),
    }
}

/// The months that were closed by hand, newest first.
///
/// # Errors
/// [`Denied`] unless the books are the caller's.
pub fn closed_months(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    enterprise: EnterpriseId,
) -> Result<Vec<ClosedMonth>, Failure<Denied>> {
    open_for(conn, who, now, enterprise, Action::ViewBooks)?;
    Ok(store::closed_months(conn, enterprise)?)
}

/// The last month that nothing can be dated into.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn closed_through(conn: &mut Conn, enterprise: EnterpriseId) -> Result<Option<String>, DbError> {
    store::closed_through(conn, enterprise)
}

/// When something counts in the books of all of `these`: when it happened, or at `now` where one of them has closed that month.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn counts_at(conn: &mut Conn, these: &[EnterpriseId], at: Timestamp, now: Timestamp) -> Result<Timestamp, DbError> {
    let month = month_of(at.business_date());
    for enterprise in these {
        if store::closed_through(conn, *enterprise)?.is_some_and(|closed| month <= closed) {
            return Ok(now);
        }
    }
    Ok(at)
}

/// Every account in use with the sums of its debits and credits.
///
/// # Errors
/// [`Denied`] unless the books are the caller's.
pub fn trial_balance(conn: &mut Conn, who: Identity, now: Timestamp, enterprise: EnterpriseId) -> Result<Vec<Balance>, Failure<Denied>> {
    open_for(conn, who, now, enterprise, Action::ViewBooks)?;
    Ok(balances::at(conn, enterprise, now.business_date())?)
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
    open_for(conn, who, now, enterprise, Action::ViewBooks)?;
    Ok(store::journal(conn, enterprise, before, rows)?)
}

/// A page of what moved on one place in a span, oldest first, with the balance before its first line.
///
/// # Errors
/// [`Denied`] unless the books are the caller's.
pub fn statement(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: &Span,
    after: Option<Mark>,
    rows: i64,
) -> Result<Statement, Failure<Denied>> {
    open_for(conn, who, now, of.enterprise, Action::ViewBooks)?;
    Ok(page(conn, of, after, rows)?)
}

/// The same for whoever has been let in already.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn page(conn: &mut Conn, of: &Span, after: Option<Mark>, rows: i64) -> Result<Statement, DbError> {
    let lines = store::lines(conn, of, after, rows)?;
    Ok((balance_before(conn, of.enterprise, of.place, of.first, after)?, lines))
}

/// What a place held before the first line of a page: at the end of the day before, and what moved since on the day of the cursor.
/// However far a reader has come, it costs no more than the first page.
fn balance_before(
    conn: &mut Conn,
    enterprise: EnterpriseId,
    place: Place,
    first: NaiveDate,
    after: Option<Mark>,
) -> Result<Rupiah, DbError> {
    let day = after.map_or(first, |(day, ..)| day.max(first));
    let before = match day.pred_opt() {
        Some(eve) => balances::service::of(conn, enterprise, place, eve)?,
        None => Rupiah::ZERO,
    };
    match after {
        Some(mark) if mark.0 == day => before.plus(store::carried(conn, enterprise, place, mark)?).map_err(out_of_range),
        Some(_) | None => Ok(before),
    }
}

/// Entries with both sides of every movement, for features that keep something of their own about them.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn entries(conn: &mut Conn, ids: &[EntryId]) -> Result<Vec<(JournalRow, Vec<PostingRow>)>, DbError> {
    store::entries(conn, ids)
}

/// A page of what moved between two enterprises in a span, oldest first, with what was owed before its first line.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn claim_lines(conn: &mut Conn, of: &Between, after: Option<Mark>, rows: i64) -> Result<(Rupiah, Vec<ClaimLine>), DbError> {
    let lines = store::claim_lines(conn, of, after, rows)?;
    let mut opening = Rupiah::ZERO;
    for account in rules::CLAIMS {
        let before = balance_before(conn, of.enterprise, account.with(of.partner), of.first, after)?;
        opening = opening.plus(before).map_err(out_of_range)?;
    }
    Ok((opening, lines))
}

fn out_of_range(_: MoneyError) -> DbError {
    DbError::Violation("sum out of range".to_owned())
}

/// What the partner owes by these books at the end of `day`; negative where it is owed.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn owed(conn: &mut Conn, enterprise: EnterpriseId, partner: EnterpriseId, day: NaiveDate) -> Result<Rupiah, DbError> {
    let mut sum = Rupiah::ZERO;
    for account in rules::CLAIMS {
        sum = sum.plus(balances::service::of(conn, enterprise, account.with(partner), day)?).map_err(out_of_range)?;
    }
    Ok(sum)
}

/// What the partner owes by these books at the end of `day`, whatever she is owed for something else.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn claimed(conn: &mut Conn, enterprise: EnterpriseId, partner: EnterpriseId, day: NaiveDate) -> Result<Rupiah, DbError> {
    balances::service::of(conn, enterprise, Account::ReceivablePartner.with(partner), day)
}

/// Whether an entry of these books is about what is owed to or by the partner.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn is_between(conn: &mut Conn, enterprise: EnterpriseId, partner: EnterpriseId, id: EntryId) -> Result<bool, DbError> {
    if store::entry(conn, enterprise, id)?.is_none() {
        return Ok(false);
    }
    let postings = store::postings_of(conn, id)?;
    Ok(postings.iter().any(|(place, _)| place.partner == Some(partner) && rules::CLAIMS.contains(&place.account)))
}

/// Pairs of enterprises whose books do not say the same of what they owe each other: none, or the books are broken.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn drifting(conn: &mut Conn) -> Result<Vec<(EnterpriseId, EnterpriseId)>, DbError> {
    Ok(rules::drifting(&store::claims(conn)?))
}

/// The sum of every posting in the house: zero, or the books are broken.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn grand_total(conn: &mut Conn) -> Result<Rupiah, DbError> {
    store::grand_total(conn)
}
