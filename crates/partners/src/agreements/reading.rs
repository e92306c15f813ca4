//! What there is to read of agreements, and what is in force between whom.

use std::collections::BTreeMap;

use super::model::{Agreement, AgreementId, Event, InForce, Pair, Period, State, Version, Whole};
use super::rules;
use super::service::{AgreementError, Outcome, Sides, person};
use super::store;
use super::terms::{Consignment, JointStall, Kind, Purchase, Supply, Terms};
use crate::parties::{Names, acting_for};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Tx};
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, Principal, Resource, authorize};

/// The agreement with what its readers need.
pub(super) fn whole(conn: &mut Tx<'_>, id: AgreementId) -> Outcome<Whole> {
    let now = conn.now();
    let agreement = store::get(conn, id)?;
    gathered(conn, now, vec![agreement])?.pop().ok_or_else(|| DbError::NotFound.into())
}

fn gathered(conn: &mut Conn, now: Timestamp, these: Vec<Agreement>) -> Outcome<Vec<Whole>> {
    let names = Names::of(conn, these.iter().flat_map(|agreement| [agreement.provider_id, agreement.receiver_id]))?;
    let mut versions = store::current(conn, &these)?;
    let whole = |agreement: Agreement| {
        let mut version = |number: Option<i32>| versions.remove(&(agreement.id, number?));
        let (proposed, accepted) = (version(agreement.proposed), version(agreement.accepted));
        let state = rules::state_at(agreement.state, agreement.span(), agreement.ends_by, now);
        Whole { agreement, state, names: names.clone(), proposed, accepted }
    };
    Ok(these.into_iter().map(whole).collect())
}

/// The agreement with this id, if `who` belongs to one of its sides or to the village's office that stands by.
///
/// # Errors
/// [`AgreementError::Denied`].
pub fn visible(conn: &mut Conn, who: Identity, now: Timestamp, id: AgreementId) -> Outcome<Agreement> {
    let person = person(conn, who, now)?;
    let agreement = store::get(conn, id)?;
    let sides = Sides::of(conn, agreement.provider_id, agreement.receiver_id)?;
    let (drafter, both) = ([sides.get(agreement.drafted_by).0], [&sides.provider, &sides.receiver]);
    let these: &[&Enterprise] = if agreement.state == State::Draft { &drafter } else { &both };
    acting_for(&person, Action::ViewEnterprise, these).map_err(AgreementError::from)?;
    Ok(agreement)
}

/// An agreement, for both sides and the village's office.
///
/// # Errors
/// [`AgreementError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: AgreementId) -> Outcome<Whole> {
    let agreement = visible(conn, who, now, id)?;
    gathered(conn, now, vec![agreement])?.pop().ok_or_else(|| DbError::NotFound.into())
}

/// Between whom agreements are: the provider first.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn pairs(conn: &mut Conn, these: impl IntoIterator<Item = AgreementId>) -> Result<BTreeMap<AgreementId, [EnterpriseId; 2]>, DbError> {
    store::pairs(conn, &these.into_iter().collect::<Vec<_>>())
}

/// Every version of an agreement, newest first.
///
/// # Errors
/// [`AgreementError::Denied`].
pub fn versions(conn: &mut Conn, who: Identity, now: Timestamp, id: AgreementId) -> Outcome<Vec<Version>> {
    visible(conn, who, now, id)?;
    Ok(store::versions(conn, id)?)
}

/// One version of an agreement.
///
/// # Errors
/// [`AgreementError::Denied`].
pub fn version(conn: &mut Conn, who: Identity, now: Timestamp, id: AgreementId, number: i32) -> Outcome<(Agreement, Version)> {
    let agreement = visible(conn, who, now, id)?;
    let version = store::version(conn, id, number)?;
    Ok((agreement, version))
}

/// The latest hundred acts on an agreement, newest first.
///
/// # Errors
/// [`AgreementError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: AgreementId) -> Outcome<Vec<Event>> {
    visible(conn, who, now, id)?;
    Ok(store::events(conn, id)?)
}

/// The agreements of an enterprise, newest first; drafts of others are not among them.
///
/// # Errors
/// [`AgreementError::Denied`].
pub fn list(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: EnterpriseId,
    before: Option<AgreementId>,
    rows: i64,
) -> Outcome<Vec<Whole>> {
    let person = person(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, of)?;
    authorize(&person, Action::ViewEnterprise, &enterprise.resource()).map_err(AgreementError::from)?;
    let agreements = store::of_enterprise(conn, of, before, rows)?;
    gathered(conn, now, agreements)
}

/// The agreement with this id, for other features.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn get(conn: &mut Conn, id: AgreementId) -> Result<Agreement, DbError> {
    store::get(conn, id)
}

/// The terms of one version, for what was begun under it.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn terms_of(conn: &mut Conn, id: AgreementId, number: i32) -> Result<Terms, DbError> {
    Ok(store::version(conn, id, number)?.terms)
}

/// The terms in force between two enterprises at an instant: one version or none.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn in_force(
    conn: &mut Conn,
    kind: Kind,
    provider: EnterpriseId,
    receiver: EnterpriseId,
    at: Timestamp,
) -> Result<Option<InForce<Terms>>, DbError> {
    let last = store::begun_last(conn, Pair { provider, receiver, kind }, at)?;
    let Some(Period { agreement_id, number, .. }) = last.filter(|period| at < period.ends_at) else { return Ok(None) };
    let terms = store::version(conn, agreement_id, number)?.terms;
    Ok(Some(InForce { agreement: agreement_id, number, terms }))
}

macro_rules! typed {
    ($(#[$meta:meta])* $name:ident, $kind:ident) => {
        $(#[$meta])*
        ///
        /// # Errors
        /// [`DbError`] when the database fails.
        pub fn $name(
            conn: &mut Conn,
            provider: EnterpriseId,
            receiver: EnterpriseId,
            at: Timestamp,
        ) -> Result<Option<InForce<$kind>>, DbError> {
            Ok(in_force(conn, Kind::$kind, provider, receiver, at)?.and_then(|InForce { agreement, number, terms }| {
                let Terms::$kind(terms) = terms else { return None };
                Some(InForce { agreement, number, terms })
            }))
        }
    };
}
typed!(
    /// The terms on which `receiver` holds goods of `provider`.
    consignment_in_force, Consignment
);
typed!(
    /// The terms on which `provider` supplies `receiver`.
    supply_in_force, Supply
);
typed!(
    /// The terms on which `receiver` buys of `provider`.
    purchase_in_force, Purchase
);
typed!(
    /// The terms on which `receiver` joins a stall of `provider`.
    joint_stall_in_force, JointStall
);

/// Whether `a` and `b` have any business with each other at `now`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn are_partners(conn: &mut Conn, a: EnterpriseId, b: EnterpriseId, now: Timestamp) -> Result<bool, DbError> {
    store::any_in_force(conn, &[a], b, now)
}

/// Whether `who` belongs to an enterprise that has any business with `other` at `now`, or as the village's office acts for one.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn is_partner(conn: &mut Conn, who: &Principal, other: EnterpriseId, now: Timestamp) -> Result<bool, DbError> {
    let hers: Vec<EnterpriseId> = who.enterprises().collect();
    if store::any_in_force(conn, &hers, other, now)? {
        return Ok(true);
    }
    let assisted = store::assisted_partners(conn, other, now)?;
    let resource = |(id, village)| Resource { village: Some(village), enterprise: Some(id), buyer: None, assisted: true };
    Ok(assisted.into_iter().any(|partner| who.acts_for(&resource(partner))))
}
