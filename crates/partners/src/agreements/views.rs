//! Agreements as they are shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{AgreementId, Event, State, Version, Whole};
use super::rules::{Act, Ending};
use super::terms::{Kind, Terms};
use crate::parties::PartyView;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use people::enterprises::EnterpriseId;
use people::villages::VillageId;

/// A version of an agreement; it never changes.
#[derive(Serialize, ToSchema)]
pub struct AgreementVersionView {
    number: i32,
    proposed_by: EnterpriseId,
    #[schema(value_type = String, format = Date)]
    starts_on: NaiveDate,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    ends_on: NaiveDate,
    /// Days before it ends by notice.
    notice_days: i64,
    terms: Terms,
    /// The text both sides read.
    wording: String,
    /// SHA-256 over the text and the terms.
    digest: String,
    /// Null while the other side has not agreed.
    accepted_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl From<Version> for AgreementVersionView {
    fn from(Version { row, terms }: Version) -> Self {
        Self {
            number: row.number,
            proposed_by: row.proposed_by,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            notice_days: row.notice_days,
            terms,
            wording: row.wording,
            digest: row.digest,
            accepted_at: row.accepted_at,
            created_at: row.created_at,
        }
    }
}

/// An agreement.
#[derive(Serialize, ToSchema)]
pub struct AgreementView {
    id: AgreementId,
    /// The village that stands by.
    village_id: VillageId,
    kind: Kind,
    provider: PartyView,
    receiver: PartyView,
    state: State,
    /// Who is to answer; null when nothing is proposed.
    turn: Option<EnterpriseId>,
    /// What waits for an answer.
    proposed: Option<AgreementVersionView>,
    /// What was agreed last.
    accepted: Option<AgreementVersionView>,
    in_force_from: Option<Timestamp>,
    /// Until just before then it is in force.
    in_force_until: Option<Timestamp>,
    /// What ends it then.
    ends_by: Option<Ending>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Whole> for AgreementView {
    fn from(whole: Whole) -> Self {
        let Whole { agreement: a, state, names, proposed, accepted } = whole;
        let (provider, receiver) = (names.party(a.provider_id), names.party(a.receiver_id));
        let turn = proposed.as_ref().map(|version| match state {
            State::Draft => version.row.proposed_by,
            State::Offered
            | State::Countered
            | State::Accepted
            | State::Active
            | State::Declined
            | State::Withdrawn
            | State::Expired
            | State::Terminated
            | State::Superseded => a.other(version.row.proposed_by),
        });
        Self {
            id: a.id,
            village_id: a.village_id,
            kind: a.kind,
            provider,
            receiver,
            state,
            turn,
            proposed: proposed.map(AgreementVersionView::from),
            accepted: accepted.map(AgreementVersionView::from),
            in_force_from: a.in_force_from,
            in_force_until: a.in_force_until,
            ends_by: a.in_force_until.map(|_| a.ends_by),
            created_at: a.created_at,
            updated_at: a.updated_at,
        }
    }
}

/// Every version of an agreement, newest first; at most a hundred.
#[derive(Serialize, ToSchema)]
pub struct AgreementVersionsView {
    pub items: Vec<AgreementVersionView>,
}

/// One act on an agreement.
#[derive(Serialize, ToSchema)]
pub struct AgreementEventView {
    act: Act,
    from: State,
    to: State,
    /// The version it was about.
    number: i32,
    /// Null when it was the clock.
    actor_id: Option<AccountId>,
    /// The enterprise for which the village's office acted as its witness.
    on_behalf_of: Option<EnterpriseId>,
    reason: Option<String>,
    at: Timestamp,
}

/// The latest hundred acts, newest first.
#[derive(Serialize, ToSchema)]
pub struct AgreementHistoryView {
    items: Vec<AgreementEventView>,
}

impl From<Vec<Event>> for AgreementHistoryView {
    fn from(events: Vec<Event>) -> Self {
        let view = |Event { act, from, to, number, actor: actor_id, on_behalf_of, reason, at }| AgreementEventView {
            act,
            from,
            to,
            number,
            actor_id,
            on_behalf_of,
            reason,
            at,
        };
        Self { items: events.into_iter().map(view).collect() }
    }
}
