//! Reading what is between two enterprises, and judging it.

use std::collections::BTreeMap;

use super::model::{JudgedLine, PartnerStatement, Said, Verdict};
use super::store;
use crate::ledger::EntryId;
use crate::ledger::model::{Between, ClaimLine, Mark};
use crate::ledger::service::{claim_lines, is_between, open_for, owed};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::text::Reason;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, Denied};

/// What can happen to a person here.
#[derive(Debug)]
pub enum ReconcileError {
    /// There is no such line between the two.
    NoSuchLine,
    /// A dispute needs a reason for the other side to read.
    ReasonNeeded,
    /// A word on a line is one of two.
    NoWord,
    Denied(Denied),
}
impl Refusal for ReconcileError {}

impl From<Denied> for ReconcileError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

type Outcome<T> = Result<T, Failure<ReconcileError>>;

fn nothing_said() -> Said {
    Said { verdict: Verdict::Open, reason: None }
}

/// A page of what is between an enterprise and its partner, oldest first.
///
/// # Errors
/// [`ReconcileError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, of: &Between, after: Option<Mark>, rows: i64) -> Outcome<PartnerStatement> {
    open_for(conn, who, now, of.enterprise, Action::ViewBooks).map_err(|failure| failure.map(ReconcileError::from))?;
    let partner = enterprises::service::get(conn, of.partner)?;
    let (opening, lines) = claim_lines(conn, of, after, rows)?;
    let closing = owed(conn, of.enterprise, of.partner, of.last)?;
    let closing_by_partner = owed(conn, of.partner, of.enterprise, of.last)?.negated();
    let lines = judged(conn, lines)?;
    Ok(PartnerStatement { partner_name: partner.name, opening, closing, closing_by_partner, lines })
}

fn judged(conn: &mut Conn, lines: Vec<ClaimLine>) -> Result<Vec<JudgedLine>, DbError> {
    let entries: Vec<EntryId> = lines.iter().flat_map(|line| [Some(line.entry_id), line.mirror_id]).flatten().collect();
    let said: BTreeMap<EntryId, Said> = store::last(conn, &entries)?;
    let word = |entry: Option<EntryId>| entry.and_then(|entry| said.get(&entry).cloned()).unwrap_or_else(nothing_said);
    Ok(lines.into_iter().map(|line| JudgedLine { ours: word(Some(line.entry_id)), theirs: word(line.mirror_id), line }).collect())
}

/// Whether the last word on an entry, by those in whose books it stands, is that it is right.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn is_confirmed(conn: &mut Conn, entry: EntryId) -> Result<bool, DbError> {
    Ok(store::last(conn, &[entry])?.get(&entry).is_some_and(|said| said.verdict == Verdict::Confirmed))
}

/// Says that a line is right, or that it is not.
///
/// # Errors
/// [`ReconcileError::NoSuchLine`], [`ReconcileError::ReasonNeeded`].
pub fn judge(
    tx: &mut Tx<'_>,
    who: Identity,
    enterprise: EnterpriseId,
    partner: EnterpriseId,
    entry: EntryId,
    verdict: Verdict,
    reason: Option<&Reason>,
) -> Outcome<Said> {
    let now = tx.now();
    let opened = open_for(tx, who, now, enterprise, Action::KeepBooks);
    let (_, on_behalf_of) = opened.map_err(|failure| failure.map(ReconcileError::from))?;
    match (verdict, reason) {
        (Verdict::Open, _) => return Err(ReconcileError::NoWord.into()),
        (Verdict::Disputed, None) => return Err(ReconcileError::ReasonNeeded.into()),
        (Verdict::Confirmed, _) | (Verdict::Disputed, Some(_)) => {}
    }
    if !is_between(tx, enterprise, partner, entry)? {
        return Err(ReconcileError::NoSuchLine.into());
    }
    let said = Said { verdict, reason: reason.map(ToString::to_string) };
    store::insert(tx, enterprise, entry, &said, who.account, on_behalf_of)?;
    Ok(said)
}
