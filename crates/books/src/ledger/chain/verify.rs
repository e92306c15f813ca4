//! Proving the books on a live database.

use std::fmt;

use super::rules::{self, BEGINNING};
use super::store::{self, Link};
use crate::ledger::model::EntryId;
use crate::ledger::{balances, service};
use kit::db::{Conn, DbError};
use people::villages::VillageId;

/// How many links are looked at in one step.
const STEP: i64 = 500;
/// After this many faults the rest is not told.
pub const MOST_FAULTS: usize = 100;
/// The number of a seal that was kept elsewhere, with its hash.
pub type Head = (String, i64, String);

/// What is wrong, and with which entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The entry, by its id; what else there is where it is not about one.
    pub of: String,
    pub what: What,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The entry is in the chain and no longer in the journal.
    Gone,
    /// It is not what was recorded.
    Altered,
    /// What was recorded of it is gone.
    Unproved,
    /// It says whose it is, and the commitment says otherwise.
    Foreign,
    /// Its postings do not sum to zero.
    Unbalanced,
    /// It was not entered by this program: it is in no chain.
    Stray,
    /// Postings without an entry.
    Orphan,
    /// Its seal does not follow from the one before.
    Broken,
    /// A seal is missing before it.
    Gap,
    /// A seal is not the one that was written down elsewhere.
    OtherHead,
    /// A stored balance is not the sum of its postings.
    OtherBalance,
    /// Two sets of books do not say the same of what they owe each other.
    Drifting,
    /// The database file is damaged.
    Damaged,
    /// A value that no reader can make sense of.
    Unreadable,
    /// A closed month is not the one that was closed.
    OtherClosing,
    /// A secret that no entry knows: its name, or what was recorded under it, was altered.
    StrayKey,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Gone => "is in the chain but no longer in the journal",
            What::Altered => "is not what was recorded",
            What::Unproved => "has lost its digest",
            What::Foreign => "is not in the books, or with the partner, it was recorded for",
            What::Unbalanced => "does not balance",
            What::Stray => "is in the journal but in no chain",
            What::Orphan => "has postings but is not in the journal",
            What::Broken => "has a seal that does not follow from the one before",
            What::Gap => "has a seal whose forerunner is missing",
            What::OtherHead => "is not the seal that was written down",
            What::OtherBalance => "is a stored balance that is not the sum of its postings",
            What::Drifting => "do not agree on what they owe each other",
            What::Damaged => "(the database file is damaged)",
            What::Unreadable => "(a value among the balances cannot be read)",
            What::OtherClosing => "is not the month that was closed",
            What::StrayKey => "is a secret of books that no entry was recorded with",
        };
        write!(f, "{} {what}", self.of)
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Per village: its code, how many entries its chain has, and the hash of the last.
    pub chains: Vec<Head>,
    /// Entries that are recorded and wait for the chain.
    pub waiting: usize,
    /// Entries whose books have had their secrets destroyed.
    pub anonymous: usize,
    /// Stored balances that were folded anew.
    pub balances: usize,
    pub faults: Vec<Fault>,
}

impl Report {
    fn fault(&mut self, of: impl Into<String>, what: What) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { of: of.into(), what });
        }
    }
}

/// Looks at every entry, every link and every stored balance, on one snapshot. `heads` are seals that were written down
/// before.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn verify(conn: &mut Conn, heads: &[Head]) -> Result<Report, DbError> {
    let mut report = Report::default();
    for damage in store::damage(conn)? {
        report.fault(damage, What::Damaged);
    }
    for (village, code) in store::villages(conn)? {
        walk(conn, village, &code, heads, &mut report)?;
    }
    for (code, number, hash) in heads {
        // A head beyond the end of its chain, or of a village that has none.
        let reached = report.chains.iter().any(|(village, last, _)| village == code && last >= number);
        if !reached {
            report.fault(format!("{code}:{number}:{hash}"), What::OtherHead);
        }
    }
    for id in store::strays(conn, STEP)? {
        report.fault(named(&id), What::Stray);
    }
    for id in store::orphans(conn, STEP)? {
        report.fault(named(&id), What::Orphan);
    }
    for key in store::stray_keys(conn, STEP)? {
        report.fault(key, What::StrayKey);
    }
    for found in store::closings(conn)? {
        if !found.digest.is_empty() && rules::closing(&found.closing) != found.digest {
            report.fault(format!("{} of {}", found.closing.month, found.closing.enterprise), What::OtherClosing);
        }
    }
    if let Some((looked_at, wrong)) = readable(balances::service::prove(conn), &mut report)? {
        report.balances = looked_at;
        for mark in wrong {
            report.fault(mark, What::OtherBalance);
        }
    }
    for (one, other) in readable(service::drifting(conn), &mut report)?.unwrap_or_default() {
        report.fault(format!("{one} and {other}"), What::Drifting);
    }
    Ok(report)
}

/// A sum over values that one altered byte can make unreadable: that is a finding, and must not lose the others.
fn readable<T>(found: Result<T, DbError>, report: &mut Report) -> Result<Option<T>, DbError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(DbError::Broken(diesel::result::Error::DeserializationError(error))) => {
            report.fault(error.to_string(), What::Unreadable);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

fn walk(conn: &mut Conn, village: VillageId, code: &str, heads: &[Head], report: &mut Report) -> Result<(), DbError> {
    let (mut number, mut hash) = (0, BEGINNING.to_owned());
    loop {
        let links = store::links(conn, village, number, STEP)?;
        let Some(last) = links.last() else { break };
        let (last_number, last_hash) = (last.number, last.hash.clone());
        for link in &links {
            prove(link, report);
            let digest = link.kept.as_ref().map(|kept| kept.digest.as_str()).unwrap_or_default();
            if link.number != number + 1 {
                report.fault(named(&link.entry), What::Gap);
            } else if rules::link(&hash, link.number, &link.entry, digest) != link.hash {
                report.fault(named(&link.entry), What::Broken);
            }
            if heads.iter().any(|(of, at, kept)| of == code && *at == link.number && *kept != link.hash) {
                report.fault(named(&link.entry), What::OtherHead);
            }
            (number, hash) = (link.number, link.hash.clone());
        }
        (number, hash) = (last_number, last_hash);
    }
    report.chains.push((code.to_owned(), number, hash));
    let mut after = None;
    loop {
        let loose = store::loose(conn, village, after, STEP)?;
        let Some((last, _)) = loose.last() else { return Ok(()) };
        after = Some(*last);
        report.waiting += loose.len();
        for (_, link) in loose {
            prove(&link, report);
        }
    }
}

/// Whether an entry is what was recorded of it.
fn prove(link: &Link, report: &mut Report) {
    let name = named(&link.entry);
    let Some(content) = &link.content else { return report.fault(name, What::Gone) };
    if !rules::balances(content) {
        report.fault(name.clone(), What::Unbalanced);
    }
    let Some(kept) = &link.kept else {
        // Older than the chain, and not linked yet: there is nothing to hold against it.
        if link.number > 0 {
            report.fault(name, What::Unproved);
        }
        return;
    };
    match &kept.secret {
        None => report.anonymous += 1,
        Some((secret, of)) => {
            if *of != content.enterprise || rules::commitment(secret, content) != kept.commitment {
                report.fault(name.clone(), What::Foreign);
            }
        }
    }
    if rules::digest(&kept.key, &kept.commitment, content) != kept.digest {
        report.fault(name, What::Altered);
    }
}

/// An entry's id as the API shows it; as it stands where it is none.
fn named(raw: &str) -> String {
    uuid::Uuid::try_parse(raw).map_or_else(|_| raw.to_owned(), |id| format!("{}_{}", EntryId::PREFIX, id.simple()))
}
