//! Noting, answering and settling what was not kept.

use super::model::{Breach, BreachId, Event, State, Words};
use super::rules::{self, Move};
use super::store;
use crate::kit::auth::Identity;
use crate::kit::clock::Timestamp;
use crate::kit::db::{Conn, Failure, Refusal, Tx};
use crate::partners::agreements::AgreementId;
use crate::partners::agreements::model::Agreement;
use crate::partners::agreements::reading as agreements;
use crate::partners::notices::{Notice, tell};
use crate::partners::obligations::{self, ObligationId};
use crate::partners::parties::{Names, PartyView, acting_for, hand};
use crate::people::enterprises;
use crate::people::enterprises::model::Enterprise;
use crate::people::permissions::{Action, By, Denied, Principal, Resource, authorize, principal};
use crate::people::villages::VillageId;

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

/// Both sides of an agreement, provider first.
fn sides(conn: &mut Conn, agreement: &Agreement) -> Outcome<[Enterprise; 2]> {
    Ok([enterprises::service::get(conn, agreement.provider_id)?, enterprises::service::get(conn, agreement.receiver_id)?])
}

/// Notes that the other side did not keep something.
///
/// # Errors
/// [`BreachError::NeverInForce`], [`BreachError::OtherObligation`].
pub fn note(tx: &mut Tx<'_>, who: Identity, of: AgreementId, about: Option<ObligationId>, note: &Words) -> Outcome<Breach> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let agreement = agreements::get(tx, of)?;
    let [provider, receiver] = sides(tx, &agreement)?;
    let side = acting_for(&person, Action::Agree, &[&provider, &receiver]).map_err(BreachError::from)?;
    let other = if side.id == provider.id { &receiver } else { &provider };
    let by = hand(&person, side, other, Some(note.as_str())).map_err(BreachError::from)?;
    if agreement.accepted.is_none() {
        return Err(BreachError::NeverInForce.into());
    }
    if let Some(about) = about
        && obligations::agreement_of(tx, about)? != of
    {
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
/// [`BreachError::WrongState`], [`BreachError::OtherSide`].
pub fn advance(tx: &mut Tx<'_>, who: Identity, id: BreachId, event: Move, said: Option<&str>) -> Outcome<Breach> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let breach = store::get(tx, id)?;
    let agreement = agreements::get(tx, breach.agreement_id)?;
    let [provider, receiver] = sides(tx, &agreement)?;
    let (noting, answering) = if breach.noted_by == provider.id { (&provider, &receiver) } else { (&receiver, &provider) };
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
    visible(conn, who, now, breach.agreement_id)?;
    let events = store::events(conn, id)?;
    Ok((breach, events))
}

/// The breaches of an agreement, newest first.
///
/// # Errors
/// [`BreachError::Denied`].
pub fn list(conn: &mut Conn, who: Identity, now: Timestamp, of: AgreementId, before: Option<BreachId>, rows: i64) -> Outcome<Vec<Breach>> {
    visible(conn, who, now, of)?;
    Ok(store::of_agreement(conn, of, before, rows)?)
}

/// A breach with both sides of its agreement, provider first.
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
    let names = Names::of(conn, pairs.values().flatten().copied())?;
    let between = |breach: Breach| {
        let sides = pairs.get(&breach.agreement_id).map(|pair| pair.map(|id| names.party(id)));
        Some(Between { sides: sides?, breach })
    };
    Ok(breaches.into_iter().filter_map(between).collect())
}

fn visible(conn: &mut Conn, who: Identity, now: Timestamp, of: AgreementId) -> Outcome<()> {
    let person = person(conn, who, now)?;
    let agreement = agreements::get(conn, of)?;
    let [provider, receiver] = sides(conn, &agreement)?;
    acting_for(&person, Action::ViewEnterprise, &[&provider, &receiver]).map_err(BreachError::from)?;
    Ok(())
}
