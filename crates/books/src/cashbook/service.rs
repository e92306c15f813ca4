//! Writing down, taking back, counting.

use super::model::{CashCount, CashCountId, CashRow, CashRowId, CashTemplateId, Kind, NewCashRow, NewCount, Template, TemplateName};
use super::rules::{self, BadRow};
use super::store;
use crate::ledger::service::{LedgerError, open_for};
use crate::ledger::{self, Account, Entry, Evidence, Holder, balances};
use crate::reconciliation;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::money::{MoneyError, Rupiah};
use kit::text::Reason;
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId};
use people::media::service::AttachError;
use people::media::{self, Attachment, Purpose};
use people::permissions::{Action, Denied};

/// The most templates of one enterprise.
pub const MOST_TEMPLATES: u8 = 50;

/// What can happen to a person here.
#[derive(Debug)]
pub enum CashError {
    /// A field makes no sense with the others.
    BadRow(BadRow),
    /// The partner does not exist or does not trade.
    NoSuchPartner,
    /// By what was written down by hand the partner owes less than was collected. What it owes for a document is paid there.
    MoreThanOwed {
        owed: Rupiah,
    },
    /// By the books less is owed than was paid or collected.
    MoreThanWritten {
        owed: Rupiah,
    },
    /// The row has been taken back.
    AlreadyReversed,
    /// The partner has said that the row is right; only she takes it back.
    PartnerConfirmed,
    /// Part of the debt has been collected.
    DebtCollected,
    /// The count differs from the books, and nobody said why.
    ReasonNeeded {
        expected: Rupiah,
    },
    /// What concerns another enterprise is written by one that trades.
    NotTrading,
    /// The photo cannot go with the row.
    Photo(AttachError),
    /// A template has this name.
    NameTaken,
    /// There are as many templates as there may be.
    TooManyTemplates,
    /// A sum leaves the range of money.
    TooMuch,
    Books(LedgerError),
    Denied(Denied),
}
impl Refusal for CashError {}

impl From<Denied> for CashError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<BadRow> for CashError {
    fn from(bad: BadRow) -> Self {
        Self::BadRow(bad)
    }
}

impl From<MoneyError> for CashError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

pub(super) type Outcome<T> = Result<T, Failure<CashError>>;

fn books(failure: Failure<LedgerError>) -> Failure<CashError> {
    failure.map(CashError::Books)
}

pub(super) fn may(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    enterprise: EnterpriseId,
    action: Action,
) -> Outcome<(Enterprise, Option<EnterpriseId>)> {
    open_for(conn, who, now, enterprise, action).map_err(|failure| failure.map(CashError::from))
}

/// A row, and whether it stood there before.
#[derive(Debug)]
pub struct Recorded {
    pub row: CashRow,
    pub already: bool,
}

/// Writes a row down and enters it into the books. A row that its device sent before is not entered again.
///
/// Whatever is refused is refused before anything is written, so that a batch can go on after it.
///
/// # Errors
/// [`CashError`].
pub fn record(tx: &mut Tx<'_>, who: Identity, enterprise: EnterpriseId, new: &NewCashRow) -> Outcome<Recorded> {
    let now = tx.now();
    let (_, on_behalf_of) = may(tx, who, now, enterprise, Action::KeepBooks)?;
    if let Some(client_id) = &new.client_id
        && let Some(row) = store::by_client_id(tx, enterprise, client_id.as_str())?
    {
        if row.kind != new.kind || row.amount != new.amount.rupiah() {
            return Err(CashError::BadRow(BadRow("client_id", "client_id_of_another_row")).into());
        }
        return Ok(Recorded { row, already: true });
    }
    let id = CashRowId::new();
    let subject = id.to_string();
    let (row, entry, theirs) = drafted(tx, enterprise, new, &subject, now)?;
    // Before anything is posted: in a batch, a refused row must have left nothing behind.
    if let Some(photo) = new.photo_media_id {
        media::service::attachable(tx, who.account, photo, Purpose::CashBook).map_err(|failure| failure.map(CashError::Photo))?;
    }
    let entry_id = match &theirs {
        Some((partner, their_entry)) => {
            ledger::service::post_mirrored(tx, (enterprise, &entry), (*partner, their_entry)).map(|ids| Some(ids.0))
        }
        None => ledger::service::post(tx, enterprise, &entry),
    };
    // An amount is never nought, so there is always an entry.
    let entry_id = entry_id.map_err(books)?.ok_or(DbError::NotFound)?;
    let row = CashRow {
        id,
        enterprise_id: enterprise,
        entry_id,
        client_id: new.client_id.as_ref().map(ToString::to_string),
        kind: new.kind,
        amount: new.amount.rupiah(),
        paid: row.paid,
        channel: row.channel,
        source: row.source,
        partner_id: new.partner_id,
        day: entry.happened_at.business_date(),
        note: new.note.as_ref().map(ToString::to_string),
        evidence: entry.evidence,
        recorded_by: who.account,
        on_behalf_of,
        recorded_at: now,
        reversal_id: None,
        reversed_by: None,
        reversal_reason: None,
        photo: new.photo_media_id,
    };
    store::insert(tx, &row)?;
    if let Some(photo) = new.photo_media_id {
        let to = Attachment { subject: &subject, enterprise, buyer: None };
        media::service::attach(tx, who.account, photo, Purpose::CashBook, &to).map_err(|failure| failure.map(CashError::Photo))?;
    }
    Ok(Recorded { row, already: false })
}

type Drafted = (rules::Row, Entry, Option<(EnterpriseId, Entry)>);

fn drafted(conn: &mut Conn, enterprise: EnterpriseId, new: &NewCashRow, reference: &str, now: Timestamp) -> Outcome<Drafted> {
    let row = rules::read(enterprise, new).map_err(CashError::from)?;
    let at = rules::happened(new.day, now).map_err(CashError::from)?;
    match new.partner_id {
        Some(partner) => check_partner(conn, enterprise, partner, new)?,
        None => check_debt(conn, enterprise, new, now)?,
    }
    let evidence = if new.estimate { Evidence::Estimate } else { Evidence::Recorded };
    let (entry, theirs) = rules::entries(enterprise, &row, new.amount.rupiah(), reference, evidence, at).map_err(CashError::from)?;
    Ok((row, entry, theirs))
}

fn check_partner(conn: &mut Conn, enterprise: EnterpriseId, partner: EnterpriseId, new: &NewCashRow) -> Outcome<()> {
    // Whoever writes into another's books must be known to the village herself.
    if enterprises::service::get(conn, enterprise)?.state != enterprises::State::Approved {
        return Err(CashError::NotTrading.into());
    }
    match enterprises::service::get(conn, partner) {
        Ok(found) if found.kind == enterprises::Kind::VillageOffice => return Err(CashError::NoSuchPartner.into()),
        Ok(found) if found.state == enterprises::State::Approved => {}
        Ok(_) | Err(DbError::NotFound) => return Err(CashError::NoSuchPartner.into()),
        Err(error) => return Err(error.into()),
    }
    if new.kind == Kind::DebtCollected {
        let owed = store::owed(conn, enterprise, partner)?;
        if new.amount.rupiah() > owed {
            return Err(CashError::MoreThanOwed { owed: owed.max(Rupiah::ZERO) }.into());
        }
    }
    Ok(())
}

/// A debt from before the books is written down first: a payment of what nobody owed would stand in the statement as a debt below nought.
fn check_debt(conn: &mut Conn, enterprise: EnterpriseId, new: &NewCashRow, now: Timestamp) -> Outcome<()> {
    let place = match new.kind {
        Kind::DebtPaid => Account::PayableOthers,
        Kind::DebtCollected => Account::ReceivableOthers,
        Kind::Sale | Kind::Purchase | Kind::Expense | Kind::Draw | Kind::CashIn | Kind::LoanRepaid => return Ok(()),
    };
    let balance = balances::service::of(conn, enterprise, place.into(), now.business_date())?;
    let owed = if place == Account::PayableOthers { balance.negated() } else { balance };
    if new.amount.rupiah() > owed {
        return Err(CashError::MoreThanWritten { owed: owed.max(Rupiah::ZERO) }.into());
    }
    Ok(())
}

/// What a row would do: its entry, and the balance of each place it touches, before and after.
pub type Preview = (Entry, Vec<ledger::service::Change>);

/// Says what a row would do, and writes nothing.
///
/// # Errors
/// Every refusal of [`record`].
pub fn preview(conn: &mut Conn, who: Identity, now: Timestamp, enterprise: EnterpriseId, new: &NewCashRow) -> Outcome<Preview> {
    may(conn, who, now, enterprise, Action::KeepBooks)?;
    let (_, entry, theirs) = drafted(conn, enterprise, new, "", now)?;
    if let Some(photo) = new.photo_media_id {
        media::service::attachable(conn, who.account, photo, Purpose::CashBook).map_err(|failure| failure.map(CashError::Photo))?;
    }
    let changes = match &theirs {
        Some((partner, their_entry)) => ledger::service::dry_run_mirrored(conn, (enterprise, &entry), (*partner, their_entry)),
        None => ledger::service::dry_run(conn, enterprise, &entry),
    };
    Ok((entry, changes.map_err(books)?))
}

/// Says what taking a row back would do to the books of whoever asks, and writes nothing.
///
/// # Errors
/// Every refusal of [`reverse`].
pub fn preview_reverse(conn: &mut Conn, who: Identity, now: Timestamp, id: CashRowId) -> Outcome<Preview> {
    let row = store::get(conn, id)?;
    let by_partner = taken_back_by_partner(conn, who, now, &row)?;
    let (books, entry) = match (by_partner, row.partner_id, mirror_of(conn, &row)?) {
        (true, Some(partner), Some(mirror)) => (partner, mirror),
        _ => (row.enterprise_id, row.entry_id),
    };
    ledger::service::dry_reverse(conn, books, entry, now).map_err(not_again)
}

/// A page of the cash book, newest first.
///
/// # Errors
/// [`CashError::Denied`].
pub fn list(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    enterprise: EnterpriseId,
    before: Option<CashRowId>,
    rows: i64,
) -> Outcome<Vec<CashRow>> {
    may(conn, who, now, enterprise, Action::ViewBooks)?;
    Ok(store::list(conn, enterprise, before, rows)?)
}

/// Takes a row back: on its own day where that month is open, else today.
///
/// # Errors
/// [`CashError::AlreadyReversed`], [`CashError::PartnerConfirmed`], [`CashError::DebtCollected`].
pub fn reverse(tx: &mut Tx<'_>, who: Identity, id: CashRowId, reason: &Reason) -> Outcome<CashRow> {
    let now = tx.now();
    let row = store::get(tx, id)?;
    let by_partner = taken_back_by_partner(tx, who, now, &row)?;
    let reversal = ledger::service::reverse(tx, row.enterprise_id, row.entry_id).map_err(not_again)?;
    if !store::take_back(tx, id, reversal, who.account, reason.as_str())? {
        return Err(CashError::AlreadyReversed.into());
    }
    let row = store::get(tx, id)?;
    Ok(if by_partner { CashRow { note: None, photo: None, ..row } } else { row })
}

/// Where the row stands in the partner's books.
fn mirror_of(conn: &mut Conn, row: &CashRow) -> Result<Option<ledger::EntryId>, DbError> {
    Ok(ledger::service::entries(conn, &[row.entry_id])?.pop().and_then(|(entry, _)| entry.mirror_id))
}

fn not_again(failure: Failure<LedgerError>) -> Failure<CashError> {
    failure.map(|error| if error == LedgerError::AlreadyReversed { CashError::AlreadyReversed } else { CashError::Books(error) })
}

/// Whether it is the partner who takes the row back. It stands in her books too, and she did not write it.
fn taken_back_by_partner(conn: &mut Conn, who: Identity, now: Timestamp, row: &CashRow) -> Outcome<bool> {
    match (may(conn, who, now, row.enterprise_id, Action::KeepBooks), row.partner_id) {
        (Ok(_), None) => Ok(false),
        (Ok(_), Some(partner)) => may_take_back(conn, row, partner).map(|()| false),
        (Err(_), Some(partner)) => may(conn, who, now, partner, Action::KeepBooks).map(|_| true),
        (Err(failure), None) => Err(failure),
    }
}

/// Each tells what is against herself. Taking that back is for herself, so it ends where the other side has relied on it.
fn may_take_back(conn: &mut Conn, row: &CashRow, partner: EnterpriseId) -> Outcome<()> {
    if row.reversal_id.is_some() {
        return Err(CashError::AlreadyReversed.into());
    }
    if let Some(mirror) = mirror_of(conn, row)?
        && reconciliation::service::is_confirmed(conn, mirror)?
    {
        return Err(CashError::PartnerConfirmed.into());
    }
    if row.kind == Kind::Purchase && row.amount > store::owed(conn, partner, row.enterprise_id)? {
        return Err(CashError::DebtCollected.into());
    }
    Ok(())
}

/// Keeps what was counted, and enters the difference.
///
/// # Errors
/// [`CashError::ReasonNeeded`] with what the books say.
pub fn count(tx: &mut Tx<'_>, who: Identity, enterprise: EnterpriseId, new: &NewCount) -> Outcome<CashCount> {
    let now = tx.now();
    let (_, on_behalf_of) = may(tx, who, now, enterprise, Action::KeepBooks)?;
    let (id, holder) = (CashCountId::new(), new.holder.unwrap_or(Holder::Seller));
    let cash = Account::cash(holder);
    let expected = balances::service::of(tx, enterprise, cash.into(), now.business_date())?;
    let counted = Rupiah::from(new.counted);
    if counted != expected && new.reason.is_none() {
        return Err(CashError::ReasonNeeded { expected }.into());
    }
    let entry = rules::difference(cash, expected, counted, id.to_string(), now).map_err(CashError::from)?;
    let entry_id = ledger::service::post(tx, enterprise, &entry).map_err(books)?;
    let reason = new.reason.as_ref().map(ToString::to_string);
    let count = CashCount { id, holder, counted, expected, entry_id, reason, counted_by: who.account, on_behalf_of, counted_at: now };
    store::insert_count(tx, enterprise, &count)?;
    Ok(count)
}

/// A page of the counts, newest first.
///
/// # Errors
/// [`CashError::Denied`].
pub fn counts(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    enterprise: EnterpriseId,
    before: Option<CashCountId>,
    rows: i64,
) -> Outcome<Vec<CashCount>> {
    may(conn, who, now, enterprise, Action::ViewBooks)?;
    Ok(store::counts(conn, enterprise, before, rows)?)
}

/// Keeps a row to be written down again and again.
///
/// # Errors
/// [`CashError::NameTaken`], [`CashError::TooManyTemplates`], [`CashError::BadRow`].
pub fn keep_template(tx: &mut Tx<'_>, who: Identity, enterprise: EnterpriseId, name: &TemplateName, row: &NewCashRow) -> Outcome<Template> {
    let now = tx.now();
    may(tx, who, now, enterprise, Action::KeepBooks)?;
    rules::read(enterprise, row).map_err(CashError::from)?;
    if row.day.is_some() || row.client_id.is_some() || row.photo_media_id.is_some() {
        return Err(CashError::BadRow(BadRow("row", "template_undated")).into());
    }
    let there = store::templates(tx, enterprise, i64::from(MOST_TEMPLATES))?;
    if there.iter().any(|template| template.name == name.as_str()) {
        return Err(CashError::NameTaken.into());
    }
    if there.len() >= usize::from(MOST_TEMPLATES) {
        return Err(CashError::TooManyTemplates.into());
    }
    let id = store::insert_template(tx, enterprise, name.as_str(), row)?;
    Ok(store::get_template(tx, id)?)
}

/// The templates of an enterprise, by name.
///
/// # Errors
/// [`CashError::Denied`].
pub fn templates(conn: &mut Conn, who: Identity, now: Timestamp, enterprise: EnterpriseId) -> Outcome<Vec<Template>> {
    may(conn, who, now, enterprise, Action::ViewBooks)?;
    Ok(store::templates(conn, enterprise, i64::from(MOST_TEMPLATES))?)
}

/// Writes down a template's row, with what is different this time.
///
/// # Errors
/// [`CashError`].
pub fn apply_template(tx: &mut Tx<'_>, who: Identity, id: CashTemplateId, change: impl Fn(&mut NewCashRow)) -> Outcome<Recorded> {
    let template = store::get_template(tx, id)?;
    let mut row = template.row;
    change(&mut row);
    record(tx, who, template.enterprise_id, &row)
}

/// Forgets a template. What was written down by it stays.
///
/// # Errors
/// [`CashError::Denied`].
pub fn remove_template(tx: &mut Tx<'_>, who: Identity, id: CashTemplateId) -> Outcome<()> {
    let now = tx.now();
    let template = store::get_template(tx, id)?;
    may(tx, who, now, template.enterprise_id, Action::KeepBooks)?;
    Ok(store::delete_template(tx, id)?)
}
