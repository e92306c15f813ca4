//! Writing down, taking back, counting.

use super::model::{CashCount, CashCountId, CashRow, CashRowId, CashTemplateId, Kind, NewCashRow, NewCount, Template, TemplateName};
use super::rules::{self, BadRow};
use super::store;
use crate::books::ledger::service::{LedgerError, open_for};
use crate::books::ledger::{self, Account, Entry, Evidence, Holder, Place, balances};
use crate::kit::auth::Identity;
use crate::kit::clock::Timestamp;
use crate::kit::db::{Conn, DbError, Failure, Refusal, Tx};
use crate::kit::money::{MoneyError, Rupiah};
use crate::kit::text::Reason;
use crate::people::enterprises::model::Enterprise;
use crate::people::enterprises::{self, EnterpriseId};
use crate::people::media::service::AttachError;
use crate::people::media::{self, Attachment, Purpose};
use crate::people::permissions::{Action, Denied};

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
    /// The row has been taken back.
    AlreadyReversed,
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
    if let Some(partner) = new.partner_id {
        check_partner(conn, enterprise, partner, new)?;
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

/// What a row would do: its entry, and the balance of each place it touches, before and after.
pub type Preview = (Entry, Vec<(Place, Rupiah, Rupiah)>);

/// Says what a row would do, and writes nothing.
///
/// # Errors
/// Every refusal of [`record`].
pub fn preview(conn: &mut Conn, who: Identity, now: Timestamp, enterprise: EnterpriseId, new: &NewCashRow) -> Outcome<Preview> {
    may(conn, who, now, enterprise, Action::KeepBooks)?;
    let (_, entry, theirs) = drafted(conn, enterprise, new, "", now)?;
    if let Some((partner, entry)) = &theirs {
        ledger::service::dry_run(conn, *partner, entry).map_err(books)?;
    }
    let changes = ledger::service::dry_run(conn, enterprise, &entry).map_err(books)?;
    Ok((entry, changes))
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
/// [`CashError::AlreadyReversed`].
pub fn reverse(tx: &mut Tx<'_>, who: Identity, id: CashRowId, reason: &Reason) -> Outcome<CashRow> {
    let now = tx.now();
    let row = store::get(tx, id)?;
    let own = may(tx, who, now, row.enterprise_id, Action::KeepBooks);
    let by_partner = match (own, row.partner_id) {
        (Ok(_), _) => false,
        // It stands in her books too, and she did not write it.
        (Err(_), Some(partner)) => may(tx, who, now, partner, Action::KeepBooks).map(|_| true)?,
        (Err(failure), None) => return Err(failure),
    };
    let reversal = ledger::service::reverse(tx, row.enterprise_id, row.entry_id).map_err(|failure| {
        failure.map(|error| if error == LedgerError::AlreadyReversed { CashError::AlreadyReversed } else { CashError::Books(error) })
    })?;
    if !store::take_back(tx, id, reversal, who.account, reason.as_str())? {
        return Err(CashError::AlreadyReversed.into());
    }
    let row = store::get(tx, id)?;
    Ok(if by_partner { CashRow { note: None, photo: None, ..row } } else { row })
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
