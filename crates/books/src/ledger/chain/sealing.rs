//! Recording what an entry was, and linking entries into their village's chain.

use super::rules::{self, BEGINNING, Content, Side};
use super::{KeyId, store};
use crate::ledger::model::EntryId;
use crate::ledger::rules::Entry;
use kit::auth::token::random_secret;
use kit::clock::month_of;
use kit::db::{Db, DbError, Failure, Never, Tx};
use people::enterprises::EnterpriseId;
use people::villages::VillageId;

/// How many entries are linked in one transaction.
const BATCH: i64 = 500;

/// Keeps the digest of an entry just entered, and puts it in line for the chain.
pub(in crate::ledger) fn record(
    tx: &mut Tx<'_>,
    village: VillageId,
    enterprise: EnterpriseId,
    id: EntryId,
    entry: &Entry,
    mirror: Option<EntryId>,
) -> Result<(), DbError> {
    let day = entry.happened_at.business_date();
    let (date, month) = (day.to_string(), month_of(day));
    let side = |(position, (place, amount)): (usize, &(crate::ledger::Place, kit::money::Rupiah))| Side {
        position: position.to_string(),
        enterprise: enterprise.uuid().to_string(),
        account: place.account.to_string(),
        partner: place.partner.map(|partner| partner.uuid().to_string()).unwrap_or_default(),
        amount: amount.amount().to_string(),
        evidence: entry.evidence.to_string(),
        business_date: date.clone(),
        month: month.clone(),
    };
    let content = Content {
        entry: id.uuid().to_string(),
        village: village.uuid().to_string(),
        enterprise: enterprise.uuid().to_string(),
        reference: entry.reference.clone(),
        movement: entry.movement.to_string(),
        evidence: entry.evidence.to_string(),
        happened_at: entry.happened_at.to_string(),
        recorded_at: tx.now().to_string(),
        reverses: entry.reverses.map(|id| id.uuid().to_string()).unwrap_or_default(),
        mirror: mirror.map(|id| id.uuid().to_string()).unwrap_or_default(),
        sides: entry.postings().iter().enumerate().map(side).collect(),
        business_date: date,
        month,
    };
    keep(tx, enterprise, id, &content)?;
    store::wait(tx, village, id)
}

fn keep(tx: &mut Tx<'_>, enterprise: EnterpriseId, id: EntryId, content: &Content) -> Result<String, DbError> {
    let (key, secret) = if let Some(key) = store::key_of(tx, enterprise)? {
        key
    } else {
        let fresh = (KeyId::new(), random_secret().map_err(|error| DbError::Unavailable(error.to_string()))?);
        store::insert_key(tx, enterprise, fresh.0, &fresh.1)?;
        fresh
    };
    let commitment = rules::commitment(&secret, content);
    let digest = rules::digest(&key.uuid().to_string(), &commitment, content);
    store::insert_digest(tx, id, key, &commitment, &digest)?;
    Ok(digest)
}

/// Links what has come since into the chains of all villages; answers which books had something in it.
///
/// # Errors
/// [`DbError`] when the database fails.
pub async fn seal_all(db: &Db) -> Result<Vec<EnterpriseId>, Failure<Never>> {
    let mut touched = Vec::new();
    while let Some(village) = db.read(|conn| Ok::<_, Failure<Never>>(store::waiting(conn)?)).await? {
        let sealed = db.write(move |tx| Ok::<_, Failure<Never>>(seal(tx, village)?)).await?;
        // Nothing when another node is at it.
        let Some(books) = sealed else { break };
        touched.extend(books);
    }
    touched.sort_unstable();
    touched.dedup();
    Ok(touched)
}

/// Links the entries of one village that wait, in the order of their ids, up to a batch.
fn seal(tx: &mut Tx<'_>, village: VillageId) -> Result<Option<Vec<EnterpriseId>>, DbError> {
    if !store::hold_chain(tx, village)? {
        return Ok(None);
    }
    let (mut number, mut hash) = store::head(tx, village)?.unwrap_or_else(|| (0, BEGINNING.to_owned()));
    let waiting = store::unsealed(tx, village, BATCH)?;
    let mut touched = Vec::with_capacity(waiting.len());
    for (id, enterprise, digest) in &waiting {
        let digest = if let Some(digest) = digest {
            digest.clone()
        } else {
            // Entered before there was a chain: what it is now is what it is from now on.
            let content = store::content(tx, *id)?;
            keep(tx, *enterprise, *id, &content)?
        };
        number += 1;
        hash = rules::link(&hash, number, &id.uuid().to_string(), &digest);
        store::insert_seal(tx, village, number, *id, &hash)?;
        touched.push(*enterprise);
    }
    let ids: Vec<EntryId> = waiting.into_iter().map(|(id, ..)| id).collect();
    store::no_longer_wait(tx, village, &ids)?;
    Ok(Some(touched))
}

/// Destroys the secrets of a set of books: whose their entries were can no longer be told from the chain.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn destroy_keys(tx: &mut Tx<'_>, enterprise: EnterpriseId) -> Result<usize, DbError> {
    store::delete_keys(tx, enterprise)
}
