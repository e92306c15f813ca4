//! Placing orders and taking them through their steps.

use std::collections::BTreeMap;

use chrono::Duration;

use super::model::{Cart, Event, Order, OrderGroupId, OrderId, State, Whole};
use super::rules::{self, Move};
use super::store::{self, Buyer, Share, Wanted};
use super::{jobs, paying};
use crate::books::ledger::service::LedgerError;
use crate::books::ledger::{self, Entry};
use crate::kit::auth::{AccountId, Identity};
use crate::kit::clock::Timestamp;
use crate::kit::db::{Conn, DbError, Failure, Refusal, Tx};
use crate::kit::money::{MoneyError, Rupiah};
use crate::market::inventory::{self, InventoryError};
use crate::market::packs::model::Channel;
use crate::market::packs::{self, PackId};
use crate::market::{catalogue, payments};
use crate::people::accounts;
use crate::people::enterprises::{self, EnterpriseId};
use crate::people::permissions::{Action, By, Denied, Principal, authorize, principal};

/// An order that its seller has not answered for this long expires.
pub const ANSWER_HOURS: i64 = 48;

/// What can happen to a person here.
#[derive(Debug)]
pub enum OrderError {
    NotForSale { pack: PackId },
    OwnProduct { pack: PackId },
    OtherTotal { total: Rupiah },
    TooMuch,
    WrongState { state: State, wanted: Move },
    NotPaid,
    NotTrading,
    PaymentWrongState { state: payments::State, wanted: payments::Move },
    NoRefundDue,
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

pub(super) fn account(tx: &mut Tx<'_>, seller: EnterpriseId, entry: &Entry) -> Outcome<()> {
    ledger::service::post(tx, seller, entry).map_err(|failure| failure.map(OrderError::Books))?;
    Ok(())
}

/// Orders a cart: one order per seller, all or nothing.
///
/// # Errors
/// [`OrderError::NotForSale`], [`OrderError::OwnProduct`], [`OrderError::Stock`] and
/// [`OrderError::OtherTotal`], each with the figure to show.
pub fn place(tx: &mut Tx<'_>, who: Identity, cart: &Cart) -> Outcome<(OrderGroupId, Rupiah, Vec<Whole>)> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let demand = rules::demand(&cart.lines);
    let ids: Vec<PackId> = demand.keys().copied().collect();
    let offers = packs::service::offers(tx, &ids)?;
    for id in &ids {
        let offer =
            offers.iter().find(|offer| offer.pack.row.id == *id && offer.is_public()).ok_or(OrderError::NotForSale { pack: *id })?;
        if person.acts_for(&catalogue::service::resource(&offer.product)) {
            return Err(OrderError::OwnProduct { pack: *id }.into());
        }
    }
    let mut shares: BTreeMap<EnterpriseId, Share<'_>> = BTreeMap::new();
    let mut total = Rupiah::ZERO;
    for offer in &offers {
        let (product, pack) = (&offer.product, offer.pack.row.id);
        let quantity = demand[&pack];
        let price = packs::rules::price_for(&offer.pack.prices, Channel::Retail, quantity).ok_or(OrderError::NotForSale { pack })?;
        let line_total = price.amount.times(quantity).map_err(OrderError::from)?;
        total = total.plus(line_total).map_err(OrderError::from)?;
        let share = shares.entry(product.enterprise_id).or_insert_with(|| Share {
            number: order_number(),
            village: product.village_id,
            seller: product.enterprise_id,
            total: Rupiah::ZERO,
            lines: Vec::new(),
        });
        share.total = share.total.plus(line_total).map_err(OrderError::from)?;
        share.lines.push(Wanted { offer, price, quantity, total: line_total });
    }
    if cart.expected_total.is_some_and(|expected| expected != total) {
        return Err(OrderError::OtherTotal { total }.into());
    }
    // In the order of their ids, so that two carts that share packs cannot hold each other up.
    for (pack, quantity) in &demand {
        inventory::reserve(tx, *pack, *quantity).map_err(|failure| failure.map(OrderError::Stock))?;
    }
    let buyer = accounts::service::contact(tx, who.account)?;
    let buyer = Buyer { id: who.account, name: buyer.name, phone: buyer.phone };
    let group = store::insert_group(tx, who.account, total)?;
    for share in shares.values() {
        let id = store::insert(tx, group, &buyer, cart, share)?;
        payments::open(tx, id, cart.payment, share.total)?;
        store::record(tx, id, State::Placed, State::Placed, Some(By { actor: who.account, on_behalf_of: None, reason: None }))?;
        jobs::placed(tx, id, now.after(Duration::hours(ANSWER_HOURS)))?;
    }
    Ok((group, total, store::of_group(tx, group)?))
}

/// A short number that people can say on the phone; unique by constraint, not by this function.
fn order_number() -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = uuid::Uuid::new_v4().as_u128();
    let letter = |at: u32| char::from(LETTERS[usize::try_from((bits >> (5 * at)) & 31).unwrap_or(0)]);
    let (left, right): (String, String) = ((0..4).map(letter).collect(), (4..8).map(letter).collect());
    format!("{left}-{right}")
}

/// The orders of one cart, for its buyer.
///
/// # Errors
/// [`OrderError::Denied`].
pub fn show_group(conn: &mut Conn, who: Identity, now: Timestamp, id: OrderGroupId) -> Outcome<(Rupiah, Vec<Whole>)> {
    person(conn, who, now)?;
    let (buyer, total) = store::group(conn, id)?;
    if buyer != who.account {
        return Err(OrderError::Denied(Denied::Hidden).into());
    }
    Ok((total, store::of_group(conn, id)?))
}

/// An order for its buyer or its seller.
///
/// # Errors
/// [`OrderError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: OrderId) -> Outcome<Whole> {
    let person = person(conn, who, now)?;
    let whole = store::whole(conn, id)?;
    authorize(&person, Action::ViewOrder, &whole.0.resource()).map_err(OrderError::from)?;
    Ok(whole)
}

/// The moves of an order and those of its payment, oldest first.
///
/// # Errors
/// [`OrderError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: OrderId) -> Outcome<(Vec<Event>, Vec<payments::Event>)> {
    show(conn, who, now, id)?;
    Ok((store::events(conn, id)?, payments::events(conn, id)?))
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
    state: Option<State>,
    before: Option<OrderId>,
    rows: i64,
) -> Outcome<Vec<Whole>> {
    let person = person(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, seller)?;
    authorize(&person, Action::FulfilOrder, &enterprise.resource()).map_err(OrderError::from)?;
    Ok(store::of_seller(conn, seller, state, before, rows)?)
}

/// Takes an order one step further, with all that follows from it.
///
/// # Errors
/// [`OrderError::WrongState`] when `event` cannot happen now, [`OrderError::NotPaid`].
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
    let on_behalf_of = person.on_behalf_of(&resource);
    go(tx, &order, event, Some(By { actor: who.account, on_behalf_of, reason }))?;
    Ok(store::whole(tx, id)?)
}

fn may_cancel(order: &Order, who: AccountId) -> bool {
    if order.buyer_id == who { rules::buyer_may_cancel(order.state) } else { rules::seller_may_cancel(order.state) }
}

/// Ends an order that nobody has answered; does nothing to one that has been.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn expire(tx: &mut Tx<'_>, id: OrderId) -> Outcome<()> {
    let order = store::get(tx, id)?;
    if rules::next(order.state, Move::Expire).is_none() {
        return Ok(());
    }
    go(tx, &order, Move::Expire, None)
}

fn go(tx: &mut Tx<'_>, order: &Order, event: Move, by: Option<By<'_>>) -> Outcome<()> {
    let wrong = || OrderError::WrongState { state: order.state, wanted: event };
    let to = rules::next(order.state, event).ok_or_else(wrong)?;
    if event == Move::Complete && order.payment.state != payments::State::Confirmed {
        return Err(OrderError::NotPaid.into());
    }
    if !store::move_state(tx, order.id, order.state, to, by)? {
        return Err(wrong().into());
    }
    match event {
        Move::Accept => jobs::accepted(tx, order.id)?,
        Move::HandOver => hand_over(tx, order)?,
        Move::Reject | Move::Cancel | Move::Expire => {
            each_line(tx, order.id, inventory::release)?;
            paying::call_off(tx, order, by)?;
        }
        Move::Prepare | Move::MarkReady | Move::Complete => {}
    }
    Ok(())
}

fn hand_over(tx: &mut Tx<'_>, order: &Order) -> Outcome<()> {
    each_line(tx, order.id, inventory::take)?;
    let entry = rules::sale(order.id, order.total, order.payment.state, tx.now()).map_err(OrderError::from)?;
    account(tx, order.seller_id, &entry)
}

fn each_line(tx: &mut Tx<'_>, id: OrderId, act: fn(&mut Tx<'_>, PackId, i64) -> Result<(), Failure<crate::kit::db::Never>>) -> Outcome<()> {
    for line in store::lines(tx, &[id])? {
        act(tx, line.pack_id, line.quantity).map_err(Failure::widen)?;
    }
    Ok(())
}

/// The order with this id, for the acts of [`paying`].
pub(super) fn get(conn: &mut Conn, id: OrderId) -> Result<Order, DbError> {
    store::get(conn, id)
}

/// The order with its lines, for the acts of [`paying`].
pub(super) fn whole(conn: &mut Conn, id: OrderId) -> Result<Whole, DbError> {
    store::whole(conn, id)
}
