//! Noting, answering and settling what was not kept.

use super::model::{Breach, BreachId, Event, State, Words};
use super::rules::{self, Move};
use super::store;
use crate::agreements::AgreementId;
use crate::agreements::model::Agreement;
use crate::agreements::reading as agreements;
use crate::notices::{Notice, tell};
use crate::obligations::{self, ObligationId};
use crate::parties::{Names, PartyView, acting_for, hand};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, Failure, Refusal, Tx};
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, Principal, Resource, authorize, principal};
use people::villages::VillageId;

/// What can happen to a person here.
#[derive(Debug)]
pub enum BreachError {
    /// The obligation is not one of this agreement.
    OtherObligation,
    /// Nobody has agreed to anything yet.
    NeverInForce,
    WrongState {
        state: State,
        wanted: Move,
    },
    /// The other side has replied.
    AlreadyReplied,
    /// It is the other side's to do.
    OtherSide,
    Denied(Denied),
}
impl Refusal for BreachError {}

impl From<Denied> for BreachError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

type Outcome<T> = Result<T, Failure<BreachError>>;

fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(BreachError::from))
}

/// Between whom it is: who owes and is owed what was not kept, who are others than the agreement's sides in a joint buy; else
/// these.
fn sides(conn: &mut Conn, agreement: &Agreement, about: Option<ObligationId>) -> Outcome<[Enterprise; 2]> {
    let pair = about.map(|about| obligations::pairs(conn, &[about])).transpose()?.and_then(|found| found.into_values().next());
    let [one, other] = pair.unwrap_or([agreement.provider_id, agreement.receiver_id]);
    Ok([enterprises::service::get(conn, one)?, enterprises::service::get(conn, other)?])
}

/// Notes that the other side did not keep something.
///
/// # Errors
/// [`BreachError::NeverInForce`], [`BreachError::OtherObligation`].
pub fn note(tx: &mut Tx<'_>, who: Identity, of: AgreementId, about: Option<ObligationId>, note: &Words) -> Outcome<Breach> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let agreement = agreements::get(tx, of)?;
    // Of another agreement's obligation nothing is told, not even between whom it is.
    let of_this = about.map(|about| obligations::agreement_of(tx, about)).transpose()?.is_none_or(|agreement| agreement == of);
    let [one, two] = sides(tx, &agreement, about.filter(|_| of_this))?;
    let side = acting_for(&person, Action::Agree, &[&one, &two]).map_err(BreachError::from)?;
    let other = if side.id == one.id { &two } else { &one };
    let by = hand(&person, side, other, Some(note.as_str())).map_err(BreachError::from)?;
    if agreement.accepted.is_none() {
        return Err(BreachError::NeverInForce.into());
    }
    if !of_this {
        return Err(BreachError::OtherObligation.into());
    }
    let id = store::insert(tx, (of, agreement.village_id), about, side.id, by)?;
    tell(tx, Notice::BreachMoved, other.id, side.id, State::Noted)?;
    Ok(store::get(tx, id)?)
}

/// Moves a breach: the other side replies, either side or the office brings it before the office, the office settles it, who
/// noted it takes it back.
///
/// # Errors
/// [`BreachError::WrongState`], [`BreachError::AlreadyReplied`], [`BreachError::OtherSide`].
pub fn advance(tx: &mut Tx<'_>, who: Identity, id: BreachId, event: Move, said: Option<&str>) -> Outcome<Breach> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let breach = store::get(tx, id)?;
    let agreement = agreements::get(tx, breach.agreement_id)?;
    let [one, two] = sides(tx, &agreement, breach.obligation_id)?;
    let (noting, answering) = if breach.noted_by == one.id { (&one, &two) } else { (&two, &one) };
    let office = Resource { village: Some(agreement.village_id), ..Resource::default() };
    let by = match event {
        Move::Reply => one_sided(&person, answering, noting, said)?,
        Move::Withdraw => one_sided(&person, noting, answering, said)?,
        Move::Mediate if authorize(&person, Action::RunVillage, &office).is_ok() => {
            By { actor: person.account, on_behalf_of: None, reason: said }
        }
        Move::Mediate => {
            let side = acting_for(&person, Action::Agree, &[noting, answering]).map_err(BreachError::from)?;
            hand(&person, side, if side.id == noting.id { answering } else { noting }, said).map_err(BreachError::from)?
        }
        Move::Settle => {
            // Whoever may see it is told that it is the office's to do.
            acting_for(&person, Action::ViewEnterprise, &[noting, answering]).map_err(BreachError::from)?;
            let of_a_side = person.belongs_to(noting.id) || person.belongs_to(answering.id);
            if of_a_side || authorize(&person, Action::RunVillage, &office).is_err() {
                return Err(BreachError::Denied(Denied::Forbidden).into());
            }
            By { actor: person.account, on_behalf_of: None, reason: said }
        }
    };
    let wrong = || BreachError::WrongState { state: breach.state, wanted: event };
    let to = rules::next(breach.state, event).ok_or_else(wrong)?;
    if event == Move::Reply && breach.reply.is_some() {
        return Err(BreachError::AlreadyReplied.into());
    }
    if !store::move_state(tx, id, breach.state, to, event, by)? {
        return Err(wrong().into());
    }
    tell(tx, Notice::BreachMoved, noting.id, answering.id, to)?;
    tell(tx, Notice::BreachMoved, answering.id, noting.id, to)?;
    Ok(store::get(tx, id)?)
}

/// By whose hand `side` alone may act; the other side is told that it is not hers to do.
fn one_sided<'a>(person: &Principal, side: &Enterprise, other: &Enterprise, said: Option<&'a str>) -> Outcome<By<'a>> {
    let acting = acting_for(person, Action::Agree, &[side, other]).map_err(BreachError::from)?;
    if acting.id != side.id {
        return Err(BreachError::OtherSide.into());
    }
    Ok(hand(person, side, other, said).map_err(BreachError::from)?)
}

/// A breach with its moves, for both sides and the village's office.
///
/// # Errors
/// [`BreachError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: BreachId) -> Outcome<(Breach, Vec<Event>)> {
    let breach = store::get(conn, id)?;
    visible(conn, who, now, breach.agreement_id, breach.obligation_id)?;
    let events = store::events(conn, id)?;
    Ok((breach, events))
}

/// The breaches of an agreement, newest first; for whoever is not one of its sides those about what she owes or is owed.
///
/// # Errors
/// [`BreachError::Denied`].
pub fn list(conn: &mut Conn, who: Identity, now: Timestamp, of: AgreementId, before: Option<BreachId>, rows: i64) -> Outcome<Vec<Breach>> {
    let hers = match visible(conn, who, now, of, None) {
        Ok(()) => None,
        Err(Failure::Refused(BreachError::Denied(denied))) => {
            let hers: Vec<EnterpriseId> = person(conn, who, now)?.enterprises().collect();
            if !obligations::any_of(conn, of, &hers)? {
                return Err(BreachError::Denied(denied).into());
            }
            Some(hers)
        }
        Err(other) => return Err(other),
    };
    Ok(store::of_agreement(conn, of, hers, before, rows)?)
}

/// A breach with those between whom it is.
pub struct Between {
    pub breach: Breach,
    pub sides: [PartyView; 2],
}

/// A page of what was not kept under a village's agreements, newest first, for its office.
///
/// # Errors
/// [`BreachError::Denied`].
pub fn of_village(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    village: VillageId,
    state: Option<State>,
    before: Option<BreachId>,
    rows: i64,
) -> Outcome<Vec<Between>> {
    let person = person(conn, who, now)?;
    let office = Resource { village: Some(village), ..Resource::default() };
    authorize(&person, Action::RunVillage, &office).map_err(BreachError::from)?;
    let breaches = store::of_village(conn, village, state, before, rows)?;
    let pairs = agreements::pairs(conn, breaches.iter().map(|breach| breach.agreement_id))?;
    let about = obligations::pairs(conn, &breaches.iter().filter_map(|breach| breach.obligation_id).collect::<Vec<_>>())?;
    let names = Names::of(conn, pairs.values().chain(about.values()).flatten().copied())?;
    let between = |breach: Breach| {
        let pair = breach.obligation_id.and_then(|about_id| about.get(&about_id)).or_else(|| pairs.get(&breach.agreement_id));
        let sides = pair.map(|pair| pair.map(|id| names.party(id)));
        Some(Between { sides: sides?, breach })
    };
    Ok(breaches.into_iter().filter_map(between).collect())
}

/// The agreement's sides see what was not kept under it, and those between whom it is.
fn visible(conn: &mut Conn, who: Identity, now: Timestamp, of: AgreementId, about: Option<ObligationId>) -> Outcome<()> {
    let person = person(conn, who, now)?;
    let agreement = agreements::get(conn, of)?;
    let ([provider, receiver], [one, two]) = (sides(conn, &agreement, None)?, sides(conn, &agreement, about)?);
    acting_for(&person, Action::ViewEnterprise, &[&provider, &receiver, &one, &two]).map_err(BreachError::from)?;
    Ok(())
}
