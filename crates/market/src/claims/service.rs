//! Making a claim, answering it, deciding on it.

use chrono::Duration;

use super::jobs;
use super::model::{Claim, ClaimId, Event, NewClaim, Remedy, State};
use super::rules::{self, Move};
use super::store::{self, Moving};
use crate::costs;
use crate::inventory::{self, InventoryError, Why};
use crate::orders::OrderId;
use crate::orders::model::{Line, Order};
use crate::orders::rules as order_rules;
use crate::orders::service::OrderError;
use crate::orders::{claiming, paying};
use crate::{batches, orders};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::money::Rupiah;
use people::enterprises::{self, EnterpriseId};
use people::media::service::AttachError;
use people::media::{self, Attachment, Purpose};
use people::permissions::{Action, By, Denied, Principal, Resource, authorize, principal};
use people::villages::{self, VillageId};

/// The most claims of one order, however they end.
const MOST: usize = 10;

/// What can happen to a person here.
#[derive(Debug)]
pub enum ClaimError {
    /// The village's days have passed.
    TooLate {
        days: i32,
    },
    /// The order has no such line.
    NoSuchLine,
    /// Not so many packs of the line are left to claim.
    TooManyPacks {
        left: i64,
    },
    /// No batch of this pack has the code.
    NoSuchBatch,
    /// The wish and its amount do not fit, or it is more than the packs cost.
    WishDoesNotFit,
    /// The amount is nothing, or more than the packs cost.
    RefundDoesNotFit {
        most: Rupiah,
    },
    /// The order has had its claims.
    TooMany {
        most: usize,
    },
    WrongState {
        state: State,
        wanted: Move,
    },
    /// She bought the goods, or spoke for the seller: another admin decides.
    Involved,
    Photo(AttachError),
    Stock(InventoryError),
    Order(OrderError),
    Denied(Denied),
}
impl Refusal for ClaimError {}

impl From<Denied> for ClaimError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

type Outcome<T> = Result<T, Failure<ClaimError>>;

fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(ClaimError::from))
}

fn of_order<T>(outcome: Result<T, Failure<OrderError>>) -> Outcome<T> {
    outcome.map_err(|failure| failure.map(ClaimError::Order))
}

fn days(conn: &mut Conn, village: VillageId) -> Result<i32, DbError> {
    Ok(villages::settings::settings(conn, village)?.days_to_complete.count())
}

/// The buyer says that something is wrong with goods she was handed.
///
/// # Errors
/// [`ClaimError::Order`] unless they have changed hands and no claim is open, [`ClaimError::TooLate`],
/// [`ClaimError::NoSuchLine`], [`ClaimError::TooManyPacks`], [`ClaimError::NoSuchBatch`], [`ClaimError::WishDoesNotFit`],
/// [`ClaimError::Photo`], [`ClaimError::TooMany`].
pub fn open(tx: &mut Tx<'_>, who: Identity, id: OrderId, new: &NewClaim) -> Outcome<Claim> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let order = claiming::order(tx, id)?;
    authorize(&person, Action::BuyOrder, &order.resource()).map_err(ClaimError::from)?;
    let wanted = order_rules::Move::OpenClaim;
    if order_rules::next(order.state, wanted).is_none() {
        return Err(ClaimError::Order(OrderError::WrongState { state: order.state, wanted }).into());
    }
    let days = days(tx, order.village_id)?;
    if order.handed_over_at.is_none_or(|at| rules::open_until(at, days) <= now) {
        return Err(ClaimError::TooLate { days }.into());
    }
    let line = claimable(tx, &order, new)?;
    let batch = match &new.batch {
        Some(code) => Some(batches::of_code(tx, line.pack_id, code)?.ok_or(ClaimError::NoSuchBatch)?),
        None => None,
    };
    let by = By { actor: who.account, on_behalf_of: None, reason: None };
    of_order(claiming::open(tx, &order, by))?;
    let due_at = now.after(Duration::days(days.into()));
    let claim = store::insert(tx, &order, new, batch, due_at, by)?;
    attach(tx, who, &order, claim, new)?;
    let claim = store::get(tx, claim)?;
    jobs::tell(tx, jobs::OPENED, &claim)?;
    jobs::look_at(tx, claim.id, due_at)?;
    Ok(claim)
}

/// The line a claim is about, if so many of its packs can be claimed.
fn claimable(conn: &mut Conn, order: &Order, new: &NewClaim) -> Outcome<Line> {
    let line = claiming::line(conn, order.id, new.position)?.ok_or(ClaimError::NoSuchLine)?;
    let earlier = store::of_order(conn, order.id)?;
    if earlier.len() >= MOST {
        return Err(ClaimError::TooMany { most: MOST }.into());
    }
    let settled = earlier.iter().filter(|claim| claim.position == line.position && claim.state == State::Settled);
    let left = line.quantity - settled.map(|claim| claim.quantity).sum::<i64>();
    if new.quantity > left {
        return Err(ClaimError::TooManyPacks { left }.into());
    }
    let value = line.unit_price.times(new.quantity).map_err(|_| ClaimError::TooManyPacks { left })?;
    if rules::wish_fits(new.wish, new.wished_amount, value) { Ok(line) } else { Err(ClaimError::WishDoesNotFit.into()) }
}

fn attach(tx: &mut Tx<'_>, who: Identity, order: &Order, claim: ClaimId, new: &NewClaim) -> Outcome<()> {
    let subject = claim.to_string();
    let to = Attachment { subject: &subject, enterprise: order.seller_id, buyer: order.buyer_id };
    for photo in &new.photos {
        let attached = media::service::attach(tx, who.account, *photo, Purpose::ClaimPhoto, &to);
        attached.map_err(|failure| failure.map(ClaimError::Photo))?;
    }
    Ok(())
}

/// Moves a claim by the hand of one of its sides; `brought` is what she offers.
///
/// # Errors
/// [`ClaimError::WrongState`] when `event` cannot happen now, [`ClaimError::RefundDoesNotFit`], and
/// [`ClaimError::Stock`] when what was to replace the goods is gone.
pub fn advance(
    tx: &mut Tx<'_>,
    who: Identity,
    id: ClaimId,
    event: Move,
    action: Action,
    brought: Option<Remedy>,
    reason: Option<&str>,
) -> Outcome<Claim> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let claim = store::get(tx, id)?;
    let resource = claim.resource();
    authorize(&person, action, &resource).map_err(ClaimError::from)?;
    let on_behalf_of = person.on_behalf_of(&resource).filter(|_| action == Action::FulfilOrder);
    go(tx, &claim, event, brought, Some(By { actor: who.account, on_behalf_of, reason }))?;
    Ok(store::get(tx, id)?)
}

/// The village decides: with a remedy the claim is settled, without one dismissed.
///
/// # Errors
/// [`ClaimError::WrongState`] unless it is the village's to decide, [`ClaimError::Involved`].
pub fn decide(tx: &mut Tx<'_>, who: Identity, id: ClaimId, remedy: Option<Remedy>, reason: &str) -> Outcome<Claim> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let claim = store::get(tx, id)?;
    authorize(&person, Action::MediateClaim, &claim.resource()).map_err(ClaimError::from)?;
    if claim.about.buyer_id == Some(who.account) || store::spoke_for_seller(tx, id, who.account)? {
        return Err(ClaimError::Involved.into());
    }
    let event = if remedy.is_some() { Move::Settle } else { Move::Dismiss };
    let by = By { actor: who.account, on_behalf_of: None, reason: Some(reason) };
    go(tx, &claim, event, remedy, Some(by))?;
    jobs::tell(tx, jobs::DECIDED, &claim)?;
    Ok(store::get(tx, id)?)
}

/// Does what silence has come to mean, if it has; does nothing to a claim that was answered in time.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn time_up(tx: &mut Tx<'_>, id: ClaimId) -> Outcome<()> {
    let claim = store::get(tx, id)?;
    if claim.due_at.is_none_or(|due| due > tx.now()) {
        return Ok(());
    }
    let gone = claim.remedy() == Some(Remedy::Replacement) && inventory::free(tx, claim.about.pack_id)? < claim.quantity;
    let event = if claim.state == State::Offered && gone { Move::RunOut } else { Move::TimeUp };
    go(tx, &claim, event, None, None)?;
    let ended = rules::next(claim.state, event).is_some_and(|to| to != State::Mediation);
    if ended {
        jobs::tell(tx, jobs::DECIDED, &claim)?;
    }
    Ok(())
}

/// One move, with all that follows from it.
fn go(tx: &mut Tx<'_>, claim: &Claim, event: Move, brought: Option<Remedy>, by: Option<By<'_>>) -> Outcome<()> {
    let wrong = || ClaimError::WrongState { state: claim.state, wanted: event };
    let to = rules::next(claim.state, event).ok_or_else(wrong)?;
    let value = claim.value().map_err(|_| ClaimError::WishDoesNotFit)?;
    if brought.is_some_and(|remedy| !rules::remedy_fits(remedy, value)) {
        return Err(ClaimError::RefundDoesNotFit { most: value }.into());
    }
    let remedy = rules::remedy_after(event, claim.remedy(), brought);
    let due_at = if rules::is_awaited(to) {
        let days = days(tx, claim.village_id)?;
        Some(tx.now().after(Duration::days(days.into())))
    } else {
        None
    };
    let said = by.and_then(|by| by.reason);
    let reason = if rules::gives_reason(event) { said } else { claim.reason.as_deref() };
    if !store::move_state(tx, claim, &Moving { to, remedy, reason, due_at, by })? {
        return Err(wrong().into());
    }
    if let Some(due_at) = due_at {
        jobs::look_at(tx, claim.id, due_at)?;
    }
    match to {
        State::Offered => Ok(jobs::tell(tx, jobs::OFFERED, claim)?),
        State::Refused => Ok(jobs::tell(tx, jobs::REFUSED, claim)?),
        State::Settled => {
            make_up(tx, claim, remedy, by)?;
            of_order(claiming::close(tx, claim.order_id, claim.order_was, by))
        }
        State::Dismissed | State::Withdrawn => of_order(claiming::close(tx, claim.order_id, claim.order_was, by)),
        State::Open | State::Mediation => Ok(()),
    }
}

/// Money comes off the bill, or other goods out of the stock.
fn make_up(tx: &mut Tx<'_>, claim: &Claim, remedy: Option<Remedy>, by: Option<By<'_>>) -> Outcome<()> {
    match remedy {
        Some(Remedy::Refund(amount)) => {
            let order = claiming::order(tx, claim.order_id)?;
            of_order(paying::allow(tx, &order, format!("{}:settled", claim.id), amount, by))
        }
        Some(Remedy::Replacement) => {
            let given = inventory::give_away(tx, claim.about.pack_id, claim.quantity, &Why::now(tx, claim.id, by));
            given.map_err(|failure| failure.map(ClaimError::Stock))?;
            let cost = costs::take(tx, claim.about.pack_id, claim.quantity)?;
            let order = claiming::order(tx, claim.order_id)?;
            of_order(paying::replace(tx, &order, format!("{}:settled", claim.id), cost, by))
        }
        None => Ok(()),
    }
}

/// A claim for its buyer, its seller and their village.
///
/// # Errors
/// [`ClaimError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: ClaimId) -> Outcome<Claim> {
    let person = person(conn, who, now)?;
    let claim = store::get(conn, id)?;
    authorize(&person, Action::ViewEvidence, &claim.resource()).map_err(ClaimError::from)?;
    Ok(claim)
}

/// The moves of a claim, oldest first.
///
/// # Errors
/// [`ClaimError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: ClaimId) -> Outcome<Vec<Event>> {
    show(conn, who, now, id)?;
    Ok(store::events(conn, id)?)
}

/// An order's claims, oldest first, for its buyer and its seller.
///
/// # Errors
/// [`ClaimError::Order`] when the order is not hers to see.
pub fn about(conn: &mut Conn, who: Identity, now: Timestamp, order: OrderId) -> Outcome<Vec<Claim>> {
    of_order(orders::service::show(conn, who, now, order))?;
    Ok(store::of_order(conn, order)?)
}

/// The claims about what an enterprise sold, newest first.
///
/// # Errors
/// [`ClaimError::Denied`].
pub fn of_seller(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    seller: EnterpriseId,
    state: Option<State>,
    before: Option<ClaimId>,
    rows: i64,
) -> Outcome<Vec<Claim>> {
    let person = person(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, seller)?;
    authorize(&person, Action::FulfilOrder, &enterprise.resource()).map_err(ClaimError::from)?;
    Ok(store::of_seller(conn, seller, state, before, rows)?)
}

/// What a village is to decide, what waits the longest first.
///
/// # Errors
/// [`ClaimError::Denied`].
pub fn in_mediation(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    village: VillageId,
    after: Option<(Timestamp, ClaimId)>,
    rows: i64,
) -> Outcome<Vec<Claim>> {
    let person = person(conn, who, now)?;
    let resource = Resource { village: Some(village), ..Resource::default() };
    authorize(&person, Action::MediateClaim, &resource).map_err(ClaimError::from)?;
    Ok(store::in_mediation(conn, village, after, rows)?)
}
