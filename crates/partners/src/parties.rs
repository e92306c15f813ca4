//! The two sides of a dealing: who of them someone acts for, and what they are called.
//!
//! 1. Someone acts for an enterprise she belongs to, or as the village's office for one that has no phone.
//! 2. Who acts for someone else does not sit on the other side too: nobody is witness against her own.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use kit::db::{Conn, DbError};
use kit::schema::enterprises;
use people::enterprises::EnterpriseId;
use people::enterprises::model::Enterprise;
use people::permissions::{Action, By, Denied, Principal, authorize};

/// One side of a dealing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartyView {
    pub id: EnterpriseId,
    pub name: String,
}

/// Names of enterprises, for a whole page at once.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<EnterpriseId, String>);

impl Names {
    /// The names of `these`.
    ///
    /// # Errors
    /// [`DbError`] when the database fails.
    pub fn of(conn: &mut Conn, these: impl IntoIterator<Item = EnterpriseId>) -> Result<Self, DbError> {
        let ids: Vec<EnterpriseId> = these.into_iter().collect();
        let rows: Vec<(EnterpriseId, String)> =
            enterprises::table.filter(enterprises::id.eq_any(ids)).select((enterprises::id, enterprises::name)).load(conn)?;
        Ok(Self(rows.into_iter().collect()))
    }

    /// How an enterprise is shown; every id that was asked for has its name.
    #[must_use]
    pub fn party(&self, id: EnterpriseId) -> PartyView {
        PartyView { id, name: self.0.get(&id).cloned().unwrap_or_default() }
    }
}

/// The first of `these` that `person` may do `action` for.
///
/// # Errors
/// [`Denied::Forbidden`] when she stands to one of them but not close enough, else [`Denied::Hidden`].
pub fn acting_for<'a>(person: &Principal, action: Action, these: &[&'a Enterprise]) -> Result<&'a Enterprise, Denied> {
    let mut denied = Denied::Hidden;
    for enterprise in these {
        match authorize(person, action, &enterprise.resource()) {
            Ok(()) => return Ok(enterprise),
            Err(Denied::Forbidden) => denied = Denied::Forbidden,
            Err(Denied::Hidden | Denied::SessionEnded) => {}
        }
    }
    Err(denied)
}

/// By whose hand `side` acts towards `other`.
///
/// # Errors
/// [`Denied::Forbidden`] when the village's office acts for `side` and who does it belongs to `other`.
pub fn hand<'a>(person: &Principal, side: &Enterprise, other: &Enterprise, reason: Option<&'a str>) -> Result<By<'a>, Denied> {
    let on_behalf_of = person.on_behalf_of(&side.resource());
    if on_behalf_of.is_some() && person.belongs_to(other.id) {
        return Err(Denied::Forbidden);
    }
    Ok(By { actor: person.account, on_behalf_of, reason })
}
