//! Looking at orders and taking them through their steps.

use chrono::{Duration, NaiveDate};

use super::model::{ChangeState, Event, Line, Order, OrderGroupId, OrderId, Quote, State, Whole};
use super::rules::{self, Move, Overdue};
use super::store::{self, Wish};
use super::{changes_store, jobs, paying};
use crate::costs;
use crate::inventory::{self, InventoryError, Why};
use crate::packs::PackId;
use crate::payments::service::PaymentError;
use crate::payments::{self};
use crate::preorders::rules::NotTaken;
use crate::{preorders, shops};
use books::ledger::service::LedgerError;
use kit::auth::{AccountId, Identity};
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::i18n::{Language, say};
use kit::money::{MoneyError, Rupiah};
use people::enterprises::{self, EnterpriseId};
use people::media::service::AttachError;
use people::payment_details::{self, model::ForBuyer};
use people::permissions::{Action, By, Denied, Principal, authorize, principal};
use people::{accounts, media, villages};

/// What can happen to a person here.
#[derive(Debug)]
pub enum OrderError {
    NotForSale {
        pack: PackId,
    },
    OwnProduct {
        pack: PackId,
    },
    OnHoliday {
        seller: EnterpriseId,
        back_on: NaiveDate,
    },
    BelowMinimum {
        seller: EnterpriseId,
        minimum: Rupiah,
        goods: Rupiah,
    },
    TooManyWaiting {
        most: i64,
    },
    OtherTotal {
        total: Rupiah,
    },
    TooMuch,
    WrongState {
        state: State,
        wanted: Move,
    },
    NotPaid,
    NotTrading,
    QuoteOpen,
    NoQuote,
    OtherFee {
        fee: Rupiah,
    },
    ChangeWaits,
    NoChange,
    CannotChange {
        state: State,
    },
    BadChange,
    PaymentNotDue {
        state: State,
    },
    NothingToPay,
    ClaimWaits,
    AlreadySentBack,
    /// She bought the goods, or sent the money for the seller: another admin decides.
    Involved,
    NoSuchZone,
    PhoneNotProven,
    MethodNotTaken {
        seller: EnterpriseId,
    },
    Payment(PaymentError),
    Photo(AttachError),
    Preorder(NotTaken),
    Stock(InventoryError),
    Books(LedgerError),
    Denied(Denied),
}
impl Refusal for OrderError {}

impl From<Denied> for OrderError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<MoneyError> for OrderError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

pub(super) type Outcome<T> = Result<T, Failure<OrderError>>;

pub(super) fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(OrderError::from))
}

/// The orders of one cart, for its buyer.
///
/// # Errors
/// [`OrderError::Denied`].
pub fn show_group(conn: &mut Conn, who: Identity, now: Timestamp, id: OrderGroupId) -> Outcome<Vec<Whole>> {
    person(conn, who, now)?;
    if store::group_buyer(conn, id)? != Some(who.account) {
        return Err(OrderError::Denied(Denied::Hidden).into());
    }
    Ok(store::of_group(conn, id)?)
}

/// An order for its buyer or its seller.
///
/// # Errors
/// [`OrderError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: OrderId) -> Outcome<Whole> {
    let person = person(conn, who, now)?;
    let whole = store::whole(conn, id)?;
    authorize(&person, Action::ViewOrder, &whole.order.resource()).map_err(OrderError::from)?;
    Ok(whole)
}

/// The order of a number, for whoever has the number: nothing in it says who buys.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn track(conn: &mut Conn, number: &str) -> Result<Order, DbError> {
    store::by_number(conn, number)
}

/// Where the caller's money for an order goes, and how much of it.
///
/// # Errors
/// [`OrderError::PaymentNotDue`] before the seller has taken the order on, [`OrderError::NothingToPay`].
pub fn instructions(conn: &mut Conn, who: Identity, now: Timestamp, id: OrderId) -> Outcome<(Order, ForBuyer)> {
    let person = person(conn, who, now)?;
    let order = store::get(conn, id)?;
    authorize(&person, Action::BuyOrder, &order.resource()).map_err(OrderError::from)?;
    if !rules::may_claim_payment(order.state) {
        return Err(OrderError::PaymentNotDue { state: order.state }.into());
    }
    let amount = order.bill.outstanding().map_err(OrderError::from)?;
    if !amount.is_positive() {
        return Err(OrderError::NothingToPay.into());
    }
    let shown = payment_details::service::for_buyer(conn, order.seller_id, order.bill.method, amount)?;
    Ok((order, shown))
}

/// An order with its moves and those of its money, oldest first.
///
/// # Errors
/// [`OrderError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: OrderId) -> Outcome<(Order, Vec<Event>, Vec<payments::model::Event>)> {
    let Whole { order, .. } = show(conn, who, now, id)?;
    Ok((order, store::events(conn, id)?, payments::service::events(conn, id)?))
}

/// What the caller has bought, newest first.
///
/// # Errors
/// [`OrderError::Denied`] when her session has ended.
pub fn bought(conn: &mut Conn, who: Identity, now: Timestamp, before: Option<OrderId>, rows: i64) -> Outcome<Vec<Whole>> {
    person(conn, who, now)?;
    Ok(store::of_buyer(conn, who.account, before, rows)?)
}

/// What an enterprise has sold, newest first.
///
/// # Errors
/// [`OrderError::Denied`].
pub fn sold(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    seller: EnterpriseId,
    wish: &Wish,
    before: Option<OrderId>,
    rows: i64,
) -> Outcome<Vec<Whole>> {
    let person = person(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, seller)?;
    authorize(&person, Action::FulfilOrder, &enterprise.resource()).map_err(OrderError::from)?;
    Ok(store::of_seller(conn, seller, wish, rules::SHOW_BUYER, before, rows)?)
}

/// A seller's orders placed from one instant until before another, with their lines, oldest first; `most` of them at most, in
/// two queries. Whoever asks has judged who may see them.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn placed_between(
    conn: &mut Conn,
    seller: EnterpriseId,
    span: (Timestamp, Timestamp),
    most: i64,
) -> Result<Vec<(Order, Vec<Line>)>, DbError> {
    store::placed_between(conn, seller, span, most)
}

/// Takes over the orders that were made with the caller's number and no account; answers how many.
///
/// # Errors
/// [`OrderError::PhoneNotProven`] until the number is proven.
pub fn adopt(tx: &mut Tx<'_>, who: Identity) -> Outcome<usize> {
    let now = tx.now();
    person(tx, who, now)?;
    let account = accounts::service::contact(tx, who.account)?;
    if account.phone_proven_at.is_none() {
        return Err(OrderError::PhoneNotProven.into());
    }
    let guests = accounts::service::take_over_guests(tx, &account.phone)?;
    media::service::adopt(tx, &guests, account.id)?;
    Ok(store::adopt(tx, account.id, &guests, &account.phone)?)
}

/// Takes an order one step further, with all that follows from it.
///
/// # Errors
/// [`OrderError::WrongState`] when `event` cannot happen now, [`OrderError::NotPaid`], [`OrderError::QuoteOpen`],
/// [`OrderError::ChangeWaits`].
pub fn advance(tx: &mut Tx<'_>, who: Identity, id: OrderId, event: Move, action: Action, reason: Option<&str>) -> Outcome<Whole> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let order = store::get(tx, id)?;
    let resource = order.resource();
    authorize(&person, action, &resource).map_err(OrderError::from)?;
    if event == Move::Accept && order.seller_state != enterprises::State::Approved {
        return Err(OrderError::NotTrading.into());
    }
    if event == Move::Cancel && !may_cancel(&order, who.account) {
        return Err(OrderError::WrongState { state: order.state, wanted: event }.into());
    }
    let on_behalf_of = person.on_behalf_of(&resource).filter(|_| order.buyer_id != Some(who.account));
    go(tx, &order, event, Some(By { actor: who.account, on_behalf_of, reason }), reason)?;
    Ok(store::whole(tx, id)?)
}

fn may_cancel(order: &Order, who: AccountId) -> bool {
    if order.buyer_id == Some(who) { rules::buyer_may_cancel(order.state) } else { rules::seller_may_cancel(order.state) }
}

/// One step of an order its seller writes down.
pub(super) fn step(tx: &mut Tx<'_>, id: OrderId, event: Move, by: By<'_>) -> Outcome<()> {
    let order = store::get(tx, id)?;
    go(tx, &order, event, Some(by), by.reason)
}

/// Completes an order that is handed over and paid; leaves any other as it is.
pub(super) fn step_if_done(tx: &mut Tx<'_>, id: OrderId, by: Option<By<'_>>) -> Outcome<()> {
    let order = store::get(tx, id)?;
    let done = rules::next(order.state, Move::Complete).is_some() && rules::is_paid(&order);
    if done { go(tx, &order, Move::Complete, by, None) } else { Ok(()) }
}

/// Does what is due when a time has run out, if one has; does nothing to an order that moved on in time.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn time_up(tx: &mut Tx<'_>, id: OrderId) -> Outcome<()> {
    let order = store::get(tx, id)?;
    let Some(overdue) = rules::overdue(&order, tx.now()) else { return Ok(()) };
    let language = villages::settings::settings(tx, order.village_id)?.language;
    go(tx, &order, overdue.event(), None, why(&order, overdue, language).as_deref())
}

/// Why the clock ended an order, for both sides to read.
fn why(order: &Order, overdue: Overdue, language: Language) -> Option<String> {
    match overdue {
        Overdue::Answer if order.quote == Quote::Quoted => Some(say(language, "reason.quote_not_agreed", &[])),
        Overdue::Answer => Some(say(language, "reason.not_answered", &[])),
        Overdue::Payment => Some(say(language, "reason.not_paid", &[])),
        Overdue::HandOver => Some(say(language, "reason.not_handed_over", &[])),
        Overdue::Completion => None,
    }
}

/// The orders that hold one of these packs and have not changed hands.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn holding(conn: &mut Conn, packs: &[PackId]) -> Result<Vec<OrderId>, DbError> {
    let open: Vec<State> = State::ALL.iter().copied().filter(|state| rules::next(*state, Move::Cancel).is_some()).collect();
    store::holding(conn, packs, &open)
}

/// The village stops an order because its food is not safe; does nothing to one that has changed hands or ended.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn recall(tx: &mut Tx<'_>, id: OrderId, reason: &str) -> Outcome<()> {
    let order = store::get(tx, id)?;
    if rules::next(order.state, Move::Cancel).is_none() {
        return Ok(());
    }
    go(tx, &order, Move::Cancel, None, Some(reason))
}

pub(super) fn go(tx: &mut Tx<'_>, order: &Order, event: Move, by: Option<By<'_>>, reason: Option<&str>) -> Outcome<()> {
    let wrong = || OrderError::WrongState { state: order.state, wanted: event };
    let to = rules::next(order.state, event).ok_or_else(wrong)?;
    may_go(tx, order, event)?;
    if !store::move_state(tx, order.id, order.state, to, by, reason)? {
        return Err(wrong().into());
    }
    match event {
        Move::Accept => accept(tx, order),
        Move::HandOver => hand_over(tx, order, by),
        Move::Reject | Move::Cancel | Move::Expire => call_off(tx, order, by),
        Move::MarkReady => made(tx, order, by),
        Move::Prepare | Move::Complete | Move::OpenClaim | Move::CloseClaim => Ok(()),
    }
}

/// What must be settled before a step, beyond the state itself.
fn may_go(conn: &mut Conn, order: &Order, event: Move) -> Outcome<()> {
    match event {
        Move::Accept if !rules::is_quote_settled(order.quote) => Err(OrderError::QuoteOpen.into()),
        Move::HandOver if !changes_store::open(conn, &[order.id])?.is_empty() => Err(OrderError::ChangeWaits.into()),
        Move::Complete if !rules::is_paid(order) => Err(OrderError::NotPaid.into()),
        Move::Accept
        | Move::HandOver
        | Move::Complete
        | Move::Reject
        | Move::Prepare
        | Move::MarkReady
        | Move::OpenClaim
        | Move::CloseClaim
        | Move::Cancel
        | Move::Expire => Ok(()),
    }
}

/// The seller takes it on: from now it is to be paid, where it is paid beforehand, and to be handed over.
fn accept(tx: &mut Tx<'_>, order: &Order) -> Outcome<()> {
    let now = tx.now();
    let terms = shops::service::terms_of(tx, &[order.seller_id])?.remove(&order.seller_id).unwrap_or_default();
    let pay_by = if order.bill.method.is_prepaid() {
        let hours = villages::settings::settings(tx, order.village_id)?.hours_to_pay.count();
        Some(now.after(Duration::hours(hours.into())))
    } else {
        None
    };
    let hand_over_by = shops::rules::hand_over_by(&terms, now);
    let hand_over_by =
        order.ready_on.map_or(hand_over_by, |day| hand_over_by.max(shops::rules::hand_over_by(&terms, Timestamp::in_village(day, 0))));
    store::set_accepted(tx, order.id, pay_by, hand_over_by)?;
    paying::choose_digits(tx, order)?;
    jobs::accepted(tx, order.id, pay_by, hand_over_by)?;
    Ok(())
}

/// Pre-ordered goods come to be when they are ready; from then on they are stock that this order holds.
fn made(tx: &mut Tx<'_>, order: &Order, by: Option<By<'_>>) -> Outcome<()> {
    for line in store::lines(tx, &[order.id])?.iter().filter(|line| line.preorder_id.is_some() && line.quantity > 0) {
        let why = Why::now(tx, order.id, by);
        inventory::make_for_order(tx, line.pack_id, line.quantity, &why).map_err(Failure::widen)?;
    }
    Ok(())
}

fn hand_over(tx: &mut Tx<'_>, order: &Order, by: Option<By<'_>>) -> Outcome<()> {
    let mut cost = Rupiah::ZERO;
    for line in store::lines(tx, &[order.id])?.iter().filter(|line| line.quantity > 0) {
        let why = Why::now(tx, order.id, by);
        inventory::take(tx, line.pack_id, line.quantity, &why).map_err(Failure::widen)?;
        cost = cost.plus(costs::take(tx, line.pack_id, line.quantity)?).map_err(OrderError::from)?;
    }
    let days = villages::settings::settings(tx, order.village_id)?.days_to_complete.count();
    let complete_at = tx.now().after(Duration::days(days.into()));
    store::set_handed_over(tx, order.id, complete_at)?;
    jobs::handed_over(tx, order.id, complete_at)?;
    paying::earn(tx, order, cost, by)
}

fn call_off(tx: &mut Tx<'_>, order: &Order, by: Option<By<'_>>) -> Outcome<()> {
    for line in store::lines(tx, &[order.id])?.iter().filter(|line| line.quantity > 0) {
        if let Some(window) = line.preorder_id.filter(|_| order.state != State::Ready) {
            preorders::service::give_back(tx, window, line.quantity)?;
        } else {
            let why = Why::now(tx, order.id, order.by_seller(by));
            inventory::release(tx, line.pack_id, line.quantity, &why).map_err(Failure::widen)?;
        }
    }
    for (change, _) in changes_store::open(tx, &[order.id])? {
        changes_store::decide(tx, change.id, ChangeState::Withdrawn, by.map(|by| by.actor))?;
    }
    paying::call_off(tx, order, by)
}

/// The order with this id, for the other acts of this feature.
pub(super) fn get(conn: &mut Conn, id: OrderId) -> Result<Order, DbError> {
    store::get(conn, id)
}

/// The order with all that is shown with it, for the other acts of this feature.
pub(super) fn whole(conn: &mut Conn, id: OrderId) -> Result<Whole, DbError> {
    store::whole(conn, id)
}
