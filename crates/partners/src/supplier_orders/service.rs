//! Placing supplier orders, and taking them to the day they come.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::model::{Doer, LineCount, NewLine, NewOrder, Order, Payment, State, SupplierOrderId, Whole};
use super::rules::{self, Move};
use super::store::{self, Place};
use crate::agreements::terms::Supply;
use crate::agreements::{self, InForce};
use crate::materials::MaterialError;
use crate::notices::{Notice, tell};
use crate::obligations::{self, Kind as Obligation};
use crate::parties::{acting_for, hand};
use crate::supply::{self, ItemId};
use books::ledger;
use books::ledger::service::LedgerError;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, Failure, Refusal, Tx};
use kit::money::{MoneyError, Rupiah};
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, Principal, authorize, principal};

/// What can happen to a person here.
#[derive(Debug)]
pub enum SupplierOrderError {
    /// No supply agreement is in force.
    NoAgreement,
    /// One of the two may not trade.
    NotTrading,
    /// An item by its name, or by its id where the supplier has none like it.
    NotForSale {
        item: String,
    },
    /// One item stands on two lines.
    LineTwice,
    BelowMinimum {
        minimum: Rupiah,
    },
    DayNotPossible {
        earliest: NaiveDate,
    },
    /// With this order more would be owed than was agreed.
    OverCredit {
        limit: Rupiah,
        free: Rupiah,
    },
    /// A day too far back or ahead to be promised.
    DayOutOfRange,
    /// Nobody promises or agrees to a day of the past.
    DayPassed,
    /// It is promised for a day that is still to come.
    NotOverdue {
        day: NaiveDate,
    },
    /// Nothing of it is brought: that is to decline.
    NothingPromised,
    /// So many are promised already.
    PromisedMore {
        promised: i64,
    },
    /// It came on a day between that on which it was ordered and today.
    ReceivedDay {
        from: NaiveDate,
    },
    /// A link promises the day that is wanted or a later one.
    SoonerByLink,
    /// Another day is proposed by now than the one agreed to.
    OtherDayProposed {
        proposed: NaiveDate,
    },
    /// No later day was proposed.
    NothingProposed,
    /// The order has no such line, or a line is told twice.
    NoSuchLine {
        position: i32,
    },
    NothingReceived,
    /// So much more than was ordered is a slip of the finger.
    TooManyReceived {
        most: i64,
    },
    /// It is billed, and by this count less would be owed.
    BilledCountLowered,
    /// The buyer's bill says less than she received.
    BilledBelowReceived,
    /// Less would be owed than is paid.
    BelowPaid {
        paid: Rupiah,
    },
    /// More than is owed.
    OverPaid {
        open: Rupiah,
    },
    PaymentSettled,
    /// It is a share of a joint buy, which is called off as a whole.
    JointShare,
    /// A share of a joint buy is taken on as a whole.
    JointShareInPart,
    Stale,
    WrongState {
        state: State,
        wanted: Move,
    },
    TooMuch,
    Material(MaterialError),
    Books(LedgerError),
    Denied(Denied),
}
impl Refusal for SupplierOrderError {}

impl From<Denied> for SupplierOrderError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<MoneyError> for SupplierOrderError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

pub(super) type Outcome<T> = Result<T, Failure<SupplierOrderError>>;

pub(super) fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(SupplierOrderError::from))
}

/// Which side of an order acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Buyer,
    Supplier,
}

/// An order in the hands of one of its sides.
pub(super) struct Hand<'a> {
    pub order: Order,
    pub side: Side,
    pub by: Doer<'a>,
}

impl Hand<'_> {
    /// Moves the order.
    pub(super) fn go(&self, tx: &mut Tx<'_>, event: Move) -> Outcome<State> {
        self.go_for(tx, event, None)
    }

    /// Moves the order by a word about a day.
    pub(super) fn go_for(&self, tx: &mut Tx<'_>, event: Move, day: Option<NaiveDate>) -> Outcome<State> {
        let wrong = || SupplierOrderError::WrongState { state: self.order.state, wanted: event };
        let to = rules::next(self.order.state, event).ok_or_else(wrong)?;
        if store::move_state(tx, self.order.id, (self.order.state, to), day, self.by)? { Ok(to) } else { Err(wrong().into()) }
    }

    /// Tells the other side.
    pub(super) fn tell(&self, tx: &mut Tx<'_>, notice: Notice) -> Outcome<()> {
        let (to, from) = match self.side {
            Side::Buyer => (self.order.supplier_id, self.order.buyer_id),
            Side::Supplier => (self.order.buyer_id, self.order.supplier_id),
        };
        Ok(tell(tx, notice, to, from, self.order.id)?)
    }
}

/// Takes an order in hand for one of `sides`, the first that fits; who only stands on another is told that it is not hers to do.
pub(super) fn take<'a>(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, sides: &[Side], reason: Option<&'a str>) -> Outcome<Hand<'a>> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let order = store::get(tx, id)?;
    let (buyer, supplier) = (enterprises::service::get(tx, order.buyer_id)?, enterprises::service::get(tx, order.supplier_id)?);
    let one = |side: Side| if side == Side::Buyer { &buyer } else { &supplier };
    // For the supplier a draft does not exist.
    for side in sides.iter().filter(|side| **side == Side::Buyer || order.state != State::Draft) {
        if authorize(&person, Action::WriteProduct, &one(*side).resource()).is_ok() {
            let other = one(if *side == Side::Buyer { Side::Supplier } else { Side::Buyer });
            let by = hand(&person, one(*side), other, reason).map_err(SupplierOrderError::from)?;
            return Ok(Hand { order, side: *side, by: Doer::Person(by) });
        }
    }
    let seen: &[&Enterprise] = if order.state == State::Draft { &[&buyer] } else { &[&buyer, &supplier] };
    acting_for(&person, Action::ViewEnterprise, seen).map_err(SupplierOrderError::from)?;
    Err(SupplierOrderError::Denied(Denied::Forbidden).into())
}

/// Whether both may trade. What is ordered and promised comes and is paid all the same.
pub(super) fn trading(conn: &mut Conn, supplier: EnterpriseId, buyer: EnterpriseId) -> Outcome<()> {
    let trade = enterprises::service::get(conn, supplier)?.is_seller() && enterprises::service::get(conn, buyer)?.is_seller();
    if trade { Ok(()) } else { Err(SupplierOrderError::NotTrading.into()) }
}

fn terms(conn: &mut Conn, supplier: EnterpriseId, buyer: EnterpriseId, now: Timestamp) -> Outcome<InForce<Supply>> {
    trading(conn, supplier, buyer)?;
    Ok(agreements::supply_in_force(conn, supplier, buyer, now)?.ok_or(SupplierOrderError::NoAgreement)?)
}

/// What one of an item costs today under these terms; `None` where it is not for sale.
#[must_use]
pub fn unit_price(terms: &Supply, item: &supply::model::Item, today: NaiveDate) -> Option<Rupiah> {
    let agreed = terms.prices.iter().find(|price| price.item_id == item.row.id).map(|price| price.price.amount());
    agreed.or_else(|| supply::rules::price_on(&item.prices, today)).filter(|_| item.row.active)
}

/// Writes an order down; the supplier is not told yet.
///
/// # Errors
/// [`SupplierOrderError::NoAgreement`], [`SupplierOrderError::NotTrading`], [`SupplierOrderError::NotForSale`],
/// [`SupplierOrderError::LineTwice`].
pub fn draft(tx: &mut Tx<'_>, who: Identity, buyer: EnterpriseId, new: &NewOrder) -> Outcome<Whole> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let enterprise = enterprises::service::get(tx, buyer)?;
    authorize(&person, Action::WriteProduct, &enterprise.resource()).map_err(SupplierOrderError::from)?;
    let (place, lines) = priced(tx, &enterprise, new)?;
    let id = store::insert(tx, &place, new, &lines)?;
    let by = By { actor: who.account, on_behalf_of: person.on_behalf_of(&enterprise.resource()), reason: None };
    store::record(tx, id, (State::Draft, State::Draft), None, Doer::Person(by))?;
    Ok(store::whole(tx, id)?)
}

/// Writes a draft anew.
///
/// # Errors
/// As [`draft`], [`SupplierOrderError::Stale`], and [`SupplierOrderError::WrongState`] once it is sent.
pub fn edit(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, version: i32, new: &NewOrder) -> Outcome<Whole> {
    let hand = take(tx, who, id, &[Side::Buyer], None)?;
    if hand.order.state != State::Draft {
        return Err(SupplierOrderError::WrongState { state: hand.order.state, wanted: Move::Send }.into());
    }
    let enterprise = enterprises::service::get(tx, hand.order.buyer_id)?;
    let (place, lines) = priced(tx, &enterprise, new)?;
    if !store::rewrite(tx, id, version, &place, new, &lines)? {
        return Err(SupplierOrderError::Stale.into());
    }
    Ok(store::whole(tx, id)?)
}

/// An order's lines at today's prices, and the terms it goes by.
fn priced(tx: &mut Tx<'_>, buyer: &Enterprise, new: &NewOrder) -> Outcome<(Place, Vec<NewLine>)> {
    let now = tx.now();
    let in_force = terms(tx, new.supplier, buyer.id, now)?;
    let ids: Vec<ItemId> = new.lines.iter().map(|line| line.item_id).collect();
    let items = supply::service::items(tx, &ids, now.business_date())?;
    if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
        return Err(SupplierOrderError::LineTwice.into());
    }
    let mut lines = Vec::with_capacity(ids.len());
    for wanted in &new.lines {
        let item = items.iter().find(|item| item.row.id == wanted.item_id && item.row.supplier_id == new.supplier);
        let item = item.ok_or_else(|| SupplierOrderError::NotForSale { item: wanted.item_id.to_string() })?;
        let row = &item.row;
        let label = supply::rules::label(&row.name, row.unit, row.content, row.base);
        let price = unit_price(&in_force.terms, item, now.business_date());
        let price = price.ok_or_else(|| SupplierOrderError::NotForSale { item: label.clone() })?;
        lines.push(NewLine {
            item_id: row.id,
            material_id: row.material_id,
            label,
            content: row.content,
            ordered: wanted.quantity.units(),
            total: price.times(wanted.quantity.units()).map_err(SupplierOrderError::from)?,
        });
    }
    let total = Rupiah::sum(lines.iter().map(|line| line.total)).map_err(SupplierOrderError::from)?;
    let place = Place {
        village: buyer.village_id,
        buyer: buyer.id,
        agreement: in_force.agreement,
        number: in_force.number,
        joint_buy: None,
        delivery_cost: Rupiah::ZERO,
        total,
    };
    Ok((place, lines))
}

/// Sends an order at today's prices and the terms in force.
///
/// # Errors
/// [`SupplierOrderError::NoAgreement`], [`SupplierOrderError::NotTrading`], [`SupplierOrderError::BelowMinimum`], [`SupplierOrderError::DayNotPossible`],
/// [`SupplierOrderError::OverCredit`], [`SupplierOrderError::NotForSale`].
pub fn send(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId) -> Outcome<Whole> {
    let (now, today) = (tx.now(), tx.now().business_date());
    let hand = take(tx, who, id, &[Side::Buyer], None)?;
    let order = &hand.order;
    let in_force = terms(tx, order.supplier_id, order.buyer_id, now)?;
    let lines = store::lines(tx, id)?;
    let ids: Vec<ItemId> = lines.iter().map(|line| line.item_id).collect();
    let items = supply::service::items(tx, &ids, today)?;
    let mut totals = Vec::with_capacity(lines.len());
    for line in &lines {
        let missing = || SupplierOrderError::NotForSale { item: line.label.clone() };
        let item = items.iter().find(|item| item.row.id == line.item_id).ok_or_else(missing)?;
        let price = unit_price(&in_force.terms, item, today).ok_or_else(missing)?;
        totals.push((line.position, price.times(line.ordered).map_err(SupplierOrderError::from)?));
    }
    let total = Rupiah::sum(totals.iter().map(|(_, total)| *total)).map_err(SupplierOrderError::from)?;
    let minimum = in_force.terms.minimum.amount();
    if total < minimum {
        return Err(SupplierOrderError::BelowMinimum { minimum }.into());
    }
    let wanted = rules::day_for(&in_force.terms, today, order.wanted_on);
    let wanted = wanted.map_err(|earliest| SupplierOrderError::DayNotPossible { earliest })?;
    if order.payment == Payment::Credit {
        within_credit(tx, order, in_force.terms.credit_limit.amount(), total)?;
    }
    store::price(tx, id, (in_force.agreement, in_force.number), wanted, &totals, total)?;
    hand.go(tx, Move::Send)?;
    hand.tell(tx, Notice::SupplierOrderSent)?;
    Ok(store::whole(tx, id)?)
}

/// Whether `more` may be owed too: what the books say is owed for whatever it was, and what is ordered on credit and still to come, counts.
/// What the supplier owes frees nothing: it was not lent under this agreement.
fn within_credit(tx: &mut Tx<'_>, order: &Order, limit: Rupiah, more: Rupiah) -> Outcome<()> {
    let today = tx.now().business_date();
    let mut owed = ledger::service::claimed(tx, order.supplier_id, order.buyer_id, today)?.max(Rupiah::ZERO);
    for Whole { order: other, lines, .. } in store::coming_on_credit(tx, order.supplier_id, order.buyer_id)? {
        let rest = rules::may_be_owed(&lines, other.delivery_cost);
        owed = rest.and_then(|rest| owed.plus(rest)).map_err(SupplierOrderError::from)?;
    }
    let free = limit.minus(owed).map_err(SupplierOrderError::from)?.max(Rupiah::ZERO);
    if more > free { Err(SupplierOrderError::OverCredit { limit, free }.into()) } else { Ok(()) }
}

/// The lines that are told of, each once, with their counts.
pub(super) fn matched<'a>(lines: &'a [super::model::Line], counts: &[LineCount]) -> Outcome<Vec<(&'a super::model::Line, i64)>> {
    let mut all = Vec::with_capacity(counts.len());
    for count in counts {
        let line = lines.iter().find(|line| line.position == count.position);
        let told_before = all.iter().any(|(line, _): &(&super::model::Line, i64)| line.position == count.position);
        let line = line.filter(|_| !told_before).ok_or(SupplierOrderError::NoSuchLine { position: count.position })?;
        all.push((line, count.quantity.get()));
    }
    Ok(all)
}

/// The supplier says that it is on its way.
///
/// # Errors
/// [`SupplierOrderError::WrongState`].
pub fn ship(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId) -> Outcome<Whole> {
    let hand = take(tx, who, id, &[Side::Supplier], None)?;
    hand.go(tx, Move::Ship)?;
    hand.tell(tx, Notice::SupplierOrderShipped)?;
    Ok(store::whole(tx, id)?)
}

/// The buyer calls it off until it is on its way, and either side what did not come by its day: then it was missed.
///
/// # Errors
/// [`SupplierOrderError::WrongState`], [`SupplierOrderError::NotOverdue`], [`SupplierOrderError::JointShare`].
pub fn cancel(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, reason: &str) -> Outcome<Whole> {
    let today = tx.now().business_date();
    let hand = take(tx, who, id, &[Side::Buyer, Side::Supplier], Some(reason))?;
    if hand.order.joint_buy_id.is_some() && !rules::is_overdue(hand.order.promised_on, today) {
        return Err(SupplierOrderError::JointShare.into());
    }
    cancelled(tx, &hand)?;
    Ok(store::whole(tx, id)?)
}

pub(super) fn cancelled(tx: &mut Tx<'_>, hand: &Hand<'_>) -> Outcome<()> {
    let (order, today) = (&hand.order, tx.now().business_date());
    let id = order.id;
    let possible = rules::next(order.state, Move::Cancel).is_some();
    if possible && !rules::may_call_off(order.state, hand.side == Side::Buyer, order.promised_on, today) {
        let forbidden = SupplierOrderError::Denied(Denied::Forbidden);
        return Err(order.promised_on.map_or(forbidden, |day| SupplierOrderError::NotOverdue { day }).into());
    }
    hand.go(tx, Move::Cancel)?;
    let unanswered = order.state == State::Sent && order.proposed_on.is_none();
    let day = order.first_promised_on.or(order.wanted_on.filter(|_| unanswered));
    if day.is_some_and(|day| day < today) {
        store::never_came(tx, id)?;
    }
    obligations::called_off(tx, Obligation::Delivery, &id.to_string())?;
    if hand.order.state != State::Draft {
        hand.tell(tx, Notice::SupplierOrderCancelled)?;
    }
    Ok(())
}
