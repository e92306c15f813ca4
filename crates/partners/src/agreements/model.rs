//! Agreements, their versions, and what was in force when.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::rules::{Act, Ending};
use super::terms::{Kind, NoticeDays, Terms};
use crate::parties::Names;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::db::types::Document;
use kit::{typed_id, word_enum};
use people::enterprises::EnterpriseId;
use people::villages::VillageId;

typed_id!(
    /// What two enterprises agree on.
    AgreementId, "agr"
);

word_enum! {
    /// How far an agreement has come.
    State as "AgreementState" {
        /// Its author is writing it.
        Draft = "draft",
        /// The other side is to answer.
        Offered = "offered",
        /// It was answered with other terms.
        Countered = "countered",
        /// Both agree; its first day is to come.
        Accepted = "accepted",
        /// It is in force.
        Active = "active",
        /// It was turned down.
        Declined = "declined",
        /// It was taken back.
        Withdrawn = "withdrawn",
        /// Its last day has passed.
        Expired = "expired",
        /// It was ended by notice.
        Terminated = "terminated",
        /// Another took its place.
        Superseded = "superseded",
    }
}

/// An agreement.
#[derive(Clone, Debug, Queryable)]
pub struct Agreement {
    pub id: AgreementId,
    pub village_id: VillageId,
    pub kind: Kind,
    pub provider_id: EnterpriseId,
    pub receiver_id: EnterpriseId,
    /// Who wrote the first version; until it is offered nobody else knows of it.
    pub drafted_by: EnterpriseId,
    /// As it is stored; [`super::rules::state_at`] tells how far the clock has brought it.
    pub state: State,
    /// The version that waits for an answer.
    pub proposed: Option<i32>,
    /// The version accepted last.
    pub accepted: Option<i32>,
    pub in_force_from: Option<Timestamp>,
    pub in_force_until: Option<Timestamp>,
    pub ends_by: Ending,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Agreement {
    /// From when until when it is in force, once it is accepted.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.in_force_from.zip(self.in_force_until)
    }

    /// The side across from `side`.
    #[must_use]
    pub fn other(&self, side: EnterpriseId) -> EnterpriseId {
        if side == self.provider_id { self.receiver_id } else { self.provider_id }
    }
}

/// What someone proposes.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub notice_days: NoticeDays,
    pub terms: Terms,
}

/// A version as it is stored.
#[derive(Clone, Debug, Queryable)]
pub struct VersionRow {
    pub agreement_id: AgreementId,
    pub number: i32,
    pub proposed_by: EnterpriseId,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub notice_days: i64,
    pub terms: Document,
    pub wording: String,
    pub digest: String,
    pub accepted_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// A version with its terms.
#[derive(Clone, Debug)]
pub struct Version {
    pub row: VersionRow,
    pub terms: Terms,
}

/// A time in which one version is in force between two enterprises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Period {
    pub begins_at: Timestamp,
    pub ends_at: Timestamp,
    pub agreement_id: AgreementId,
    pub number: i32,
}

/// Between whom and about what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub provider: EnterpriseId,
    pub receiver: EnterpriseId,
    pub kind: Kind,
}

/// The terms in force, for whoever acts by them; the version is what the act is checked against later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce<T> {
    pub agreement: AgreementId,
    pub number: i32,
    pub terms: T,
}

/// An agreement with what its readers need.
#[derive(Clone, Debug)]
pub struct Whole {
    pub agreement: Agreement,
    /// How far it has come now.
    pub state: State,
    pub names: Names,
    pub proposed: Option<Version>,
    pub accepted: Option<Version>,
}

/// One act; without an actor it was the clock.
#[derive(Clone, Debug, Queryable)]
pub struct Event {
    pub act: Act,
    pub from: State,
    pub to: State,
    pub number: i32,
    pub actor: Option<AccountId>,
    pub on_behalf_of: Option<EnterpriseId>,
    pub reason: Option<String>,
    pub at: Timestamp,
}
