//! What should always stand at a warung, and what may still come to it.

use std::collections::{BTreeMap, BTreeSet};

use super::service::{Outcome, RestockError, seen_by};
use super::store;
use crate::consignment::model::PackCount;
use crate::consignment::notes;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, Tx};
use market::packs::{self, PackId};
use people::enterprises::EnterpriseId;
use people::permissions::Action;

/// What should always stand at a warung; nothing of a pack takes its level away.
///
/// # Errors
/// [`RestockError::Denied`].
pub fn set_par_levels(tx: &mut Tx<'_>, who: Identity, warung: EnterpriseId, levels: &[PackCount]) -> Outcome<Vec<(PackId, i64)>> {
    let now = tx.now();
    seen_by(tx, who, now, &[warung], Action::WriteProduct)?;
    let packs: Vec<PackId> = levels.iter().map(|level| level.pack_id).collect();
    let known: BTreeSet<PackId> = packs::service::offers(tx, &packs)?.iter().map(|offer| offer.pack.row.id).collect();
    for level in levels {
        if !known.contains(&level.pack_id) {
            return Err(RestockError::NotForSale { pack: level.pack_id }.into());
        }
        store::set_par_level(tx, warung, level.pack_id, level.quantity.get())?;
    }
    Ok(store::par_levels(tx, warung)?)
}

/// What should always stand at a warung, for its own people.
///
/// # Errors
/// [`RestockError::Denied`].
pub fn par_levels(conn: &mut Conn, who: Identity, now: Timestamp, warung: EnterpriseId) -> Outcome<Vec<(PackId, i64)>> {
    seen_by(conn, who, now, &[warung], Action::ViewEnterprise)?;
    Ok(store::par_levels(conn, warung)?)
}

/// What may still come to a warung of a maker's goods: asked for or promised to it, or offered by her.
pub(super) fn coming(conn: &mut Conn, maker: EnterpriseId, warung: EnterpriseId) -> Outcome<BTreeMap<PackId, i64>> {
    let mut all = store::coming(conn, maker, warung)?;
    for (pack, offered) in notes::offered_to(conn, maker, warung)? {
        *all.entry(pack).or_default() += offered;
    }
    Ok(all)
}
