//! Opening windows, changing and ending them, and taking from them.

use chrono::NaiveDate;

use super::model::{Change, Event, MOST_OPEN, NewWindow, Seen, State, Window, WindowId};
use super::rules::{self, BadTimes, Move, NotTaken};
use super::store::{self, Moving};
use crate::catalogue::ProductId;
use crate::catalogue::model::Product;
use crate::catalogue::service as catalogue;
use crate::packs::model::Offer;
use crate::packs::{self, PackId};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::text::Reason;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, Principal, authorize, principal};

/// What can happen to a person here.
#[derive(Debug)]
pub enum PreorderError {
    Times(BadTimes),
    TooManyOpen,
    WrongState { state: State, wanted: Move },
    NotNow { state: State },
    BelowTaken { taken: i64 },
    ReadyOnPromised { ready_on: NaiveDate },
    Stale,
    Denied(Denied),
}
impl Refusal for PreorderError {}
impl Refusal for NotTaken {}

impl From<Denied> for PreorderError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<BadTimes> for PreorderError {
    fn from(bad: BadTimes) -> Self {
        Self::Times(bad)
    }
}

type Outcome<T> = Result<T, Failure<PreorderError>>;

fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(PreorderError::from))
}

fn product(conn: &mut Conn, id: ProductId) -> Result<Product, DbError> {
    catalogue::by_ids(conn, &[id])?.pop().ok_or(DbError::NotFound)
}

fn offer(conn: &mut Conn, id: PackId) -> Result<Offer, DbError> {
    packs::service::offers(conn, &[id])?.pop().ok_or(DbError::NotFound)
}

/// Whether the caller belongs to the seller of `product`; whoever does not sees it only while it is for sale.
fn sees_as_own(conn: &mut Conn, who: Option<Identity>, now: Timestamp, product: &Product) -> Outcome<bool> {
    let own = match who {
        Some(who) => authorize(&person(conn, who, now)?, Action::ViewEnterprise, &catalogue::resource(product)).is_ok(),
        None => false,
    };
    if own || product.is_public() { Ok(own) } else { Err(PreorderError::Denied(Denied::Hidden).into()) }
}

/// The windows of a product's packs that take orders now, first to end first.
///
/// # Errors
/// [`PreorderError::Denied`] when there is nothing to see.
pub fn open_windows(conn: &mut Conn, who: Option<Identity>, now: Timestamp, of: ProductId) -> Outcome<Vec<Seen>> {
    let product = product(conn, of)?;
    let own = sees_as_own(conn, who, now, &product)?;
    Ok(store::open_of(conn, of, now, MOST_OPEN)?.into_iter().map(|window| Seen { window, own }).collect())
}

/// One window in whatever state, for whoever may see its product.
///
/// # Errors
/// [`PreorderError::Denied`] when there is nothing to see.
pub fn show(conn: &mut Conn, who: Option<Identity>, now: Timestamp, id: WindowId) -> Outcome<Seen> {
    let window = store::get(conn, id)?;
    let product = product(conn, window.product_id)?;
    let own = sees_as_own(conn, who, now, &product)?;
    Ok(Seen { window, own })
}

/// An enterprise's windows in every state, newest first.
///
/// # Errors
/// [`PreorderError::Denied`].
pub fn own(conn: &mut Conn, who: Identity, now: Timestamp, of: EnterpriseId, before: Option<WindowId>, rows: i64) -> Outcome<Vec<Window>> {
    let person = person(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, of)?;
    authorize(&person, Action::ViewEnterprise, &enterprise.resource()).map_err(PreorderError::from)?;
    Ok(store::of_enterprise(conn, of, before, rows)?)
}

/// The latest hundred moves of a window, newest first.
///
/// # Errors
/// [`PreorderError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: WindowId) -> Outcome<Vec<Event>> {
    let person = person(conn, who, now)?;
    let window = store::get(conn, id)?;
    let product = product(conn, window.product_id)?;
    authorize(&person, Action::ViewEnterprise, &catalogue::resource(&product)).map_err(PreorderError::from)?;
    Ok(store::events(conn, id)?)
}

/// Opens a window for a pack.
///
/// # Errors
/// [`PreorderError::Times`], [`PreorderError::TooManyOpen`].
pub fn open(tx: &mut Tx<'_>, who: Identity, of: PackId, new: &NewWindow) -> Outcome<Window> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let product = offer(tx, of)?.product;
    let resource = catalogue::resource(&product);
    authorize(&person, Action::WriteProduct, &resource).map_err(PreorderError::from)?;
    rules::check_times(new.cut_off, new.ready_on, now).map_err(PreorderError::from)?;
    if store::count_open(tx, product.id, now)? >= MOST_OPEN {
        return Err(PreorderError::TooManyOpen.into());
    }
    let id = store::insert(tx, product.enterprise_id, of, new)?;
    let by = By { actor: who.account, on_behalf_of: person.on_behalf_of(&resource), reason: None };
    store::record(tx, id, &Moving { stored: State::Open, from: State::Open, to: State::Open, by })?;
    Ok(store::get(tx, id)?)
}

/// Changes an open window: its cut-off, its capacity, and as long as nothing is taken the day on which it is ready.
///
/// # Errors
/// [`PreorderError::NotNow`], [`PreorderError::ReadyOnPromised`], [`PreorderError::BelowTaken`],
/// [`PreorderError::Times`], and [`PreorderError::Stale`] when it has changed since `version`.
pub fn edit(tx: &mut Tx<'_>, who: Identity, id: WindowId, version: i32, change: &Change) -> Outcome<Window> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let mut window = store::get(tx, id)?;
    let product = product(tx, window.product_id)?;
    authorize(&person, Action::WriteProduct, &catalogue::resource(&product)).map_err(PreorderError::from)?;
    match rules::state_at(window.state, window.cut_off, now) {
        State::Open => {}
        state @ (State::Closed | State::CalledOff) => return Err(PreorderError::NotNow { state }.into()),
    }
    if window.version != version {
        return Err(PreorderError::Stale.into());
    }
    if window.taken > 0 && change.ready_on.is_some_and(|day| day != window.ready_on) {
        return Err(PreorderError::ReadyOnPromised { ready_on: window.ready_on }.into());
    }
    window.cut_off = change.cut_off.unwrap_or(window.cut_off);
    window.ready_on = change.ready_on.unwrap_or(window.ready_on);
    window.capacity = change.capacity.map_or(window.capacity, super::model::Capacity::get);
    if window.capacity < window.taken {
        return Err(PreorderError::BelowTaken { taken: window.taken }.into());
    }
    rules::check_times(window.cut_off, window.ready_on, now).map_err(PreorderError::from)?;
    if !store::update(tx, &window, version)? {
        return Err(PreorderError::Stale.into());
    }
    Ok(store::get(tx, id)?)
}

/// Ends a window; the reason is for those who ordered to read.
///
/// # Errors
/// [`PreorderError::WrongState`] when `event` cannot happen now.
pub fn advance(tx: &mut Tx<'_>, who: Identity, id: WindowId, event: Move, reason: Option<&Reason>) -> Outcome<Window> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let window = store::get(tx, id)?;
    let product = product(tx, window.product_id)?;
    let resource = catalogue::resource(&product);
    authorize(&person, Action::WriteProduct, &resource).map_err(PreorderError::from)?;
    let from = rules::state_at(window.state, window.cut_off, now);
    let wrong = || PreorderError::WrongState { state: from, wanted: event };
    let to = rules::next(from, event).ok_or_else(wrong)?;
    let by = By { actor: who.account, on_behalf_of: person.on_behalf_of(&resource), reason: reason.map(Reason::as_str) };
    if !store::move_state(tx, id, &Moving { stored: window.state, from, to, by })? {
        return Err(wrong().into());
    }
    Ok(store::get(tx, id)?)
}

/// Takes `quantity` of `pack` for an order placed now; answers the day on which it is ready.
///
/// # Errors
/// [`NotTaken`] with what to show.
pub fn take(tx: &mut Tx<'_>, id: WindowId, pack: PackId, quantity: i64) -> Result<NaiveDate, Failure<NotTaken>> {
    let now = tx.now();
    let taken = store::take(tx, id, pack, quantity)?;
    match store::get(tx, id) {
        Ok(window) if taken => Ok(window.ready_on),
        Ok(window) => Err(rules::why_not(&window, pack, now).into()),
        Err(DbError::NotFound) => Err(NotTaken::NoSuchWindow.into()),
        Err(error) => Err(error.into()),
    }
}

/// Gives back what a called-off order had taken, in whatever state the window is.
///
/// # Errors
/// [`DbError`] when the database fails; giving back what was not taken breaks the constraint.
pub fn give_back(tx: &mut Tx<'_>, id: WindowId, quantity: i64) -> Result<(), DbError> {
    store::give_back(tx, id, quantity)
}
