//! What can be done with an enterprise.

use std::collections::BTreeSet;

use chrono::Duration;

use super::model::{Enterprise, EnterpriseId, EnterpriseName, Event, Kind, Member, NewEnterprise, Role, State};
use super::rules::{Move, may_edit, next};
use super::{RENAMED, store};
use crate::accounts;
use crate::payment_details::{self, Method};
use crate::permissions::{Action, By, Denied, Principal, Resource, authorize, principal};
use crate::villages::{self, VillageId};
use kit::auth::token::digest;
use kit::auth::{AccountId, Identity};
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::jobs;
use kit::phone::Phone;
use kit::text::Reason;

/// How long an invitation can be used.
const INVITATION_DAYS: i64 = 30;

/// What can happen to a person here.
#[derive(Debug)]
pub enum EnterpriseError {
    NoSuchVillage,
    KindNotByHand,
    NotTrading,
    OfficeNotByHand,
    Officer,
    WrongState { state: State, wanted: Move },
    InvitationInvalid,
    NotAssisted,
    NoSuchAccount,
    AlreadyMember,
    NotNow { state: State },
    LastOwner,
    Stale,
    Denied(Denied),
}
impl Refusal for EnterpriseError {}

impl From<Denied> for EnterpriseError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

type Outcome<T> = Result<T, Failure<EnterpriseError>>;

fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(EnterpriseError::from))
}

/// The enterprise, if `who` may do `action` with it.
fn permitted(conn: &mut Conn, who: Identity, now: Timestamp, id: EnterpriseId, action: Action) -> Outcome<Enterprise> {
    let person = person(conn, who, now)?;
    let enterprise = store::get(conn, id)?;
    authorize(&person, action, &enterprise.resource()).map_err(EnterpriseError::from)?;
    Ok(enterprise)
}

/// The enterprise with this id, for other features.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn get(conn: &mut Conn, id: EnterpriseId) -> Result<Enterprise, DbError> {
    store::get(conn, id)
}

/// The enterprises with these ids; what there is not is left out.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn these(conn: &mut Conn, ids: &[EnterpriseId]) -> Result<Vec<Enterprise>, DbError> {
    store::these(conn, ids)
}

/// The office of a new village.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn open_office(tx: &mut Tx<'_>, village: VillageId, name: &EnterpriseName) -> Result<EnterpriseId, DbError> {
    let new = NewEnterprise { village, kind: Kind::VillageOffice, name: name.clone(), about: None, phone: None, phone_public: false };
    store::insert(tx, &new, State::Approved, false)
}

/// Makes `account` an admin of the village.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn join_office(tx: &mut Tx<'_>, village: VillageId, account: AccountId) -> Result<(), DbError> {
    let office = store::office_of(tx, village)?;
    store::add_member(tx, office, account, Role::Owner)?;
    Ok(())
}

/// Opens an enterprise for its owner herself.
///
/// # Errors
/// [`EnterpriseError::NoSuchVillage`], [`EnterpriseError::OfficeNotByHand`].
pub fn open(tx: &mut Tx<'_>, who: Identity, new: &NewEnterprise) -> Outcome<Enterprise> {
    let now = tx.now();
    person(tx, who, now)?;
    check_new(tx, new)?;
    let id = store::insert(tx, new, State::Onboarding, false)?;
    store::add_member(tx, id, who.account, Role::Owner)?;
    store::record(tx, id, State::Onboarding, State::Onboarding, By { actor: who.account, on_behalf_of: None, reason: None })?;
    Ok(store::get(tx, id)?)
}

/// Opens an enterprise for someone else: `assisted`, led by the village office until she joins.
///
/// # Errors
/// [`EnterpriseError::Denied`] unless the caller administers the village.
pub fn open_assisted(tx: &mut Tx<'_>, who: Identity, new: &NewEnterprise) -> Outcome<Enterprise> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    check_new(tx, new)?;
    let resource = Resource { village: Some(new.village), ..Resource::default() };
    authorize(&person, Action::ReviewEnterprise, &resource).map_err(EnterpriseError::from)?;
    let id = store::insert(tx, new, State::Pending, true)?;
    store::record(tx, id, State::Pending, State::Pending, By { actor: who.account, on_behalf_of: Some(id), reason: None })?;
    Ok(store::get(tx, id)?)
}

fn check_new(conn: &mut Conn, new: &NewEnterprise) -> Outcome<()> {
    match villages::get(conn, new.village) {
        Err(DbError::NotFound) => return Err(EnterpriseError::NoSuchVillage.into()),
        other => other?,
    };
    if new.kind == Kind::VillageOffice { Err(EnterpriseError::KindNotByHand.into()) } else { Ok(()) }
}

/// The enterprise for those who belong to it or administer its village.
///
/// # Errors
/// [`EnterpriseError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: EnterpriseId) -> Outcome<Enterprise> {
    permitted(conn, who, now, id, Action::ViewEnterprise)
}

/// The enterprises the caller belongs to, with her role.
///
/// # Errors
/// [`EnterpriseError::Denied`] when her session has ended.
pub fn mine(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Vec<(Enterprise, Role)>> {
    person(conn, who, now)?;
    Ok(store::of_account(conn, who.account)?)
}

/// Changes what an enterprise says about itself.
///
/// # Errors
/// [`EnterpriseError::Stale`] when it has changed since `version`.
pub fn edit(tx: &mut Tx<'_>, who: Identity, id: EnterpriseId, version: i32, change: impl Fn(&mut Enterprise)) -> Outcome<Enterprise> {
    let now = tx.now();
    let mut enterprise = permitted(tx, who, now, id, Action::EditEnterprise)?;
    if !may_edit(enterprise.state) {
        return Err(EnterpriseError::NotNow { state: enterprise.state }.into());
    }
    let name = enterprise.name.clone();
    change(&mut enterprise);
    if !store::update(tx, &enterprise, version)? {
        return Err(EnterpriseError::Stale.into());
    }
    if enterprise.name != name {
        jobs::enqueue(tx, RENAMED, serde_json::json!({ "enterprise_id": id }))?;
    }
    Ok(store::get(tx, id)?)
}

/// The latest hundred moves of an enterprise, newest first.
///
/// # Errors
/// [`EnterpriseError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: EnterpriseId) -> Outcome<Vec<Event>> {
    permitted(conn, who, now, id, Action::ViewEnterprise)?;
    Ok(store::events(conn, id)?)
}

/// The members of an enterprise.
///
/// # Errors
/// [`EnterpriseError::Denied`].
pub fn members(conn: &mut Conn, who: Identity, now: Timestamp, id: EnterpriseId) -> Outcome<Vec<Member>> {
    permitted(conn, who, now, id, Action::ViewEnterprise)?;
    Ok(store::members(conn, id)?)
}

/// Takes the account of a number into an enterprise.
///
/// # Errors
/// [`EnterpriseError::NoSuchAccount`], [`EnterpriseError::AlreadyMember`], [`EnterpriseError::Officer`], and [`EnterpriseError::NotTrading`]
/// until the village office has approved the enterprise.
pub fn add_member(tx: &mut Tx<'_>, who: Identity, id: EnterpriseId, phone: &Phone, role: Role) -> Outcome<Vec<Member>> {
    let now = tx.now();
    let enterprise = permitted(tx, who, now, id, Action::ManageMembers)?;
    if enterprise.kind == Kind::VillageOffice {
        return Err(EnterpriseError::OfficeNotByHand.into());
    }
    // Only who has been reviewed may look for people by their number: the answer tells their names.
    if enterprise.state != State::Approved && !enterprise.assisted {
        return Err(EnterpriseError::NotTrading.into());
    }
    let account = accounts::service::find_by_phone(tx, phone)?.ok_or(EnterpriseError::NoSuchAccount)?;
    // Members do not judge their own enterprise: an officer could be made unable to by being taken in.
    if store::is_officer(tx, account)? {
        return Err(EnterpriseError::Officer.into());
    }
    if !store::add_member(tx, id, account, role)? {
        return Err(EnterpriseError::AlreadyMember.into());
    }
    Ok(store::members(tx, id)?)
}

/// Lets a member go.
///
/// # Errors
/// [`EnterpriseError::LastOwner`] when nobody would be left to lead it.
pub fn remove_member(tx: &mut Tx<'_>, who: Identity, id: EnterpriseId, account: AccountId) -> Outcome<()> {
    let now = tx.now();
    // Whoever is in may go; anyone else she can only be sent away by who leads.
    if account != who.account {
        permitted(tx, who, now, id, Action::ManageMembers)?;
    }
    let role = store::role(tx, id, account)?;
    store::remove_member(tx, id, account)?;
    if role == Role::Owner && !store::has_owner(tx, id)? { Err(EnterpriseError::LastOwner.into()) } else { Ok(()) }
}

/// A village's enterprises, by state: the village admin's queue.
///
/// # Errors
/// [`EnterpriseError::Denied`].
pub fn queue(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    village: VillageId,
    state: Option<State>,
    after: Option<EnterpriseId>,
    rows: i64,
) -> Outcome<Vec<Enterprise>> {
    let person = person(conn, who, now)?;
    let resource = Resource { village: Some(village), ..Resource::default() };
    authorize(&person, Action::ReviewEnterprise, &resource).map_err(EnterpriseError::from)?;
    Ok(store::in_village(conn, village, state, after, rows)?)
}

/// Public pages of those who trade, with the ways to pay they accept.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn sellers(
    conn: &mut Conn,
    village: Option<VillageId>,
    kind: Option<Kind>,
    after: Option<EnterpriseId>,
    rows: i64,
) -> Result<Vec<(Enterprise, BTreeSet<Method>)>, DbError> {
    let sellers = store::trading(conn, village, kind, after, rows)?;
    let ids: Vec<EnterpriseId> = sellers.iter().map(|seller| seller.id).collect();
    let mut methods = payment_details::methods_of(conn, &ids)?;
    let with_methods = |seller: Enterprise| {
        let accepted = methods.remove(&seller.id).unwrap_or_default();
        (seller, accepted)
    };
    Ok(sellers.into_iter().map(with_methods).collect())
}

/// The cooperatives and banks that can be let into the books.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn partners(conn: &mut Conn, after: Option<EnterpriseId>, rows: i64) -> Result<Vec<Enterprise>, DbError> {
    store::partners(conn, after, rows)
}

/// The public page of one who trades, with the ways to pay she accepts.
///
/// # Errors
/// [`DbError::NotFound`] when she does not trade.
pub fn seller(conn: &mut Conn, id: EnterpriseId) -> Result<(Enterprise, BTreeSet<Method>), DbError> {
    let enterprise = store::get(conn, id)?;
    if !enterprise.is_seller() {
        return Err(DbError::NotFound);
    }
    let methods = payment_details::of(conn, id)?.details.methods;
    Ok((enterprise, methods))
}

/// Hands out a code with which the owner of an assisted enterprise joins, whatever state it is in; an
/// earlier code no longer works.
///
/// # Errors
/// [`EnterpriseError::NotAssisted`] when somebody leads it already.
pub fn invite(tx: &mut Tx<'_>, who: Identity, id: EnterpriseId, code: &str) -> Outcome<Enterprise> {
    let now = tx.now();
    let enterprise = permitted(tx, who, now, id, Action::ReviewEnterprise)?;
    if !enterprise.assisted {
        return Err(EnterpriseError::NotAssisted.into());
    }
    store::add_invitation(tx, id, &digest(code), now.after(Duration::days(INVITATION_DAYS)))?;
    let by = By { actor: who.account, on_behalf_of: None, reason: None };
    if next(enterprise.state, Move::Invite).is_some() { go(tx, &enterprise, Move::Invite, by) } else { Ok(enterprise) }
}

/// Uses an invitation: the caller becomes the owner, and the village office leads it no longer.
///
/// # Errors
/// [`EnterpriseError::InvitationInvalid`] when the code is unknown, used or too old.
pub fn join(tx: &mut Tx<'_>, who: Identity, code: &str) -> Outcome<Enterprise> {
    let now = tx.now();
    person(tx, who, now)?;
    let id = store::use_invitation(tx, &digest(code))?.ok_or(EnterpriseError::InvitationInvalid)?;
    if !store::add_member(tx, id, who.account, Role::Owner)? {
        store::set_role(tx, id, who.account, Role::Owner)?;
    }
    store::end_assistance(tx, id)?;
    let enterprise = store::get(tx, id)?;
    let by = By { actor: who.account, on_behalf_of: None, reason: None };
    if next(enterprise.state, Move::Join).is_some() { go(tx, &enterprise, Move::Join, by) } else { Ok(enterprise) }
}

/// Says whether a seller confirms changes of her products herself. What is so already stays, without another event.
///
/// # Errors
/// [`EnterpriseError::NotTrading`] until she is approved.
pub fn trust(tx: &mut Tx<'_>, who: Identity, id: EnterpriseId, trusted: bool, reason: &Reason) -> Outcome<Enterprise> {
    let now = tx.now();
    let enterprise = permitted(tx, who, now, id, Action::ReviewEnterprise)?;
    if enterprise.kind == Kind::VillageOffice {
        return Err(EnterpriseError::OfficeNotByHand.into());
    }
    if trusted && enterprise.state != State::Approved {
        return Err(EnterpriseError::NotTrading.into());
    }
    if enterprise.trusted != trusted {
        store::set_trusted(tx, &enterprise, trusted, By { actor: who.account, on_behalf_of: None, reason: Some(reason.as_str()) })?;
    }
    Ok(store::get(tx, id)?)
}

/// Moves an enterprise; the reason is kept for its owner to read.
///
/// # Errors
/// [`EnterpriseError::WrongState`] when `event` cannot happen now.
pub fn advance(
    tx: &mut Tx<'_>,
    who: Identity,
    id: EnterpriseId,
    event: Move,
    action: Action,
    reason: Option<&Reason>,
) -> Outcome<Enterprise> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let enterprise = store::get(tx, id)?;
    let resource = enterprise.resource();
    authorize(&person, action, &resource).map_err(EnterpriseError::from)?;
    if enterprise.kind == Kind::VillageOffice {
        return Err(EnterpriseError::OfficeNotByHand.into());
    }
    let on_behalf_of = person.on_behalf_of(&resource).filter(|_| action == Action::EditEnterprise);
    go(tx, &enterprise, event, By { actor: who.account, on_behalf_of, reason: reason.map(Reason::as_str) })
}

fn go(tx: &mut Tx<'_>, enterprise: &Enterprise, event: Move, by: By<'_>) -> Outcome<Enterprise> {
    let wrong = EnterpriseError::WrongState { state: enterprise.state, wanted: event };
    let from = enterprise.state;
    let Some(to) = next(from, event) else { return Err(wrong.into()) };
    if !store::move_state(tx, enterprise.id, from, to, by)? {
        return Err(wrong.into());
    }
    Ok(store::get(tx, enterprise.id)?)
}
