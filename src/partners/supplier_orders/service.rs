//! Placing supplier orders, answering them, and taking them to the day they come.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::model::{Answer, Doer, LineCount, NewLine, NewOrder, Order, Payment, State, SupplierOrderId, Whole};
use super::rules::{self, Move};
use super::shares;
use super::store::{self, Place};
use crate::books::ledger;
use crate::books::ledger::service::LedgerError;
use crate::kit::auth::{AccountId, Identity};
use crate::kit::clock::Timestamp;
use crate::kit::db::{Conn, Failure, Refusal, Tx};
use crate::kit::money::{MoneyError, Rupiah};
use crate::partners::agreements::terms::Supply;
use crate::partners::agreements::{self, InForce};
use crate::partners::materials::MaterialError;
use crate::partners::notices::{Notice, tell};
use crate::partners::obligations::{self, Kind as Obligation, Owed};
use crate::partners::parties::{acting_for, hand};
use crate::partners::supply::{self, ItemId};
use crate::people::enterprises::model::Enterprise;
use crate::people::enterprises::{self, EnterpriseId};
use crate::people::permissions::{Action, By, Denied, Principal, authorize, principal};

/// What can happen to a person here.
#[derive(Debug)]
pub enum SupplierOrderError {
    /// No supply agreement is in force.
    NoAgreement,
    /// One of the two may not trade.
    NotTrading,
    NotForSale {
        item: ItemId,
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
        let wrong = || SupplierOrderError::WrongState { state: self.order.state, wanted: event };
        let to = rules::next(self.order.state, event).ok_or_else(wrong)?;
        if store::move_state(tx, self.order.id, self.order.state, to, self.by)? { Ok(to) } else { Err(wrong().into()) }
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
fn trading(conn: &mut Conn, supplier: EnterpriseId, buyer: EnterpriseId) -> Outcome<()> {
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
    store::record(tx, id, State::Draft, State::Draft, Doer::Person(by))?;
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
        let missing = || SupplierOrderError::NotForSale { item: wanted.item_id };
        let item = item.ok_or_else(missing)?;
        let price = unit_price(&in_force.terms, item, now.business_date()).ok_or_else(missing)?;
        let row = &item.row;
        lines.push(NewLine {
            item_id: row.id,
            material_id: row.material_id,
            label: supply::rules::label(&row.name, row.unit, row.content, row.base),
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
        let missing = || SupplierOrderError::NotForSale { item: line.item_id };
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
fn within_credit(tx: &mut Tx<'_>, order: &Order, limit: Rupiah, more: Rupiah) -> Outcome<()> {
    let today = tx.now().business_date();
    let mut owed = ledger::service::owed(tx, order.supplier_id, order.buyer_id, today)?.max(Rupiah::ZERO);
    for Whole { order: other, lines, .. } in store::coming_on_credit(tx, order.supplier_id, order.buyer_id)? {
        let rest = rules::may_be_owed(&lines, other.delivery_cost);
        owed = rest.and_then(|rest| owed.plus(rest)).map_err(SupplierOrderError::from)?;
    }
    let free = limit.minus(owed).map_err(SupplierOrderError::from)?.max(Rupiah::ZERO);
    if more > free { Err(SupplierOrderError::OverCredit { limit, free }.into()) } else { Ok(()) }
}

/// The supplier answers by her account or through her village's office.
///
/// # Errors
/// [`SupplierOrderError::WrongState`], [`SupplierOrderError::DayPassed`], [`SupplierOrderError::DayOutOfRange`],
/// [`SupplierOrderError::PromisedMore`], [`SupplierOrderError::NotTrading`], [`SupplierOrderError::NoSuchLine`].
pub fn answer(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, answer: &Answer) -> Outcome<Whole> {
    let reason = match answer {
        Answer::Reject { reason } => reason.as_ref().map(crate::kit::text::Reason::as_str),
        Answer::Promise { .. } => None,
    };
    let hand = take(tx, who, id, &[Side::Supplier], reason)?;
    for share in shares::answered_with(tx, &hand.order, answer)? {
        let hand = take(tx, who, share.id, &[Side::Supplier], reason)?;
        answered(tx, &hand, &answer.for_share())?;
    }
    answered(tx, &hand, answer)?;
    Ok(store::whole(tx, id)?)
}

/// Whoever holds the link answers for the supplier. The same answer again changes nothing.
///
/// # Errors
/// As [`answer`].
pub(super) fn answer_by_link(tx: &mut Tx<'_>, id: SupplierOrderId, made_by: Option<AccountId>, answer: &Answer) -> Outcome<Whole> {
    let order = store::get(tx, id)?;
    let again = match answer {
        Answer::Promise { on, lines } => {
            let day = on.or(order.wanted_on);
            let same_day =
                order.state == State::Promised && order.promised_on == day || order.proposed_on.is_some() && order.proposed_on == day;
            let standing = store::lines(tx, id)?;
            let same = |count: &LineCount| {
                standing.iter().any(|line| line.position == count.position && line.promised == Some(count.quantity.get()))
            };
            same_day && lines.iter().all(same)
        }
        Answer::Reject { .. } => order.state == State::Rejected,
    };
    if again {
        return Ok(store::whole(tx, id)?);
    }
    // The buyer may have made the link. Whoever holds it promises nothing sooner than what the agreement lets the buyer ask for.
    let sooner = match answer {
        Answer::Promise { on, .. } => on.zip(order.wanted_on).is_some_and(|(on, wanted)| on < wanted),
        Answer::Reject { .. } => false,
    };
    if sooner {
        return Err(SupplierOrderError::SoonerByLink.into());
    }
    let hand = |order| Hand { order, side: Side::Supplier, by: Doer::Link { made_by } };
    for share in shares::answered_with(tx, &order, answer)? {
        answered(tx, &hand(share), &answer.for_share())?;
    }
    answered(tx, &hand(order), answer)?;
    Ok(store::whole(tx, id)?)
}

fn answered(tx: &mut Tx<'_>, hand: &Hand<'_>, answer: &Answer) -> Outcome<()> {
    let (id, today) = (hand.order.id, tx.now().business_date());
    match answer {
        Answer::Reject { .. } => {
            hand.go(tx, Move::Reject)?;
        }
        Answer::Promise { on, lines } => {
            if rules::next(hand.order.state, Move::Promise).is_none() {
                return Err(SupplierOrderError::WrongState { state: hand.order.state, wanted: Move::Promise }.into());
            }
            trading(tx, hand.order.supplier_id, hand.order.buyer_id)?;
            let wanted = hand.order.wanted_on.unwrap_or(today);
            let day = on.unwrap_or_else(|| hand.order.promised_on.unwrap_or(wanted));
            // A day of last week was promised by telephone. She who is judged by it may write it down now, if she names it.
            let named = on.is_some() && hand.by.person().is_some();
            if day < today && !named {
                return Err(SupplierOrderError::DayPassed.into());
            }
            if day < today - Days::new(7) || day > today + Days::new(366) {
                return Err(SupplierOrderError::DayOutOfRange.into());
            }
            promise_lines(tx, &hand.order, lines)?;
            // A later day than is wanted, or than was promised, waits for the buyer's word.
            if day > hand.order.promised_on.unwrap_or(wanted) {
                store::propose_day(tx, id, Some(day))?;
            } else {
                promised(tx, hand, day)?;
            }
        }
    }
    hand.tell(tx, Notice::SupplierOrderAnswered)
}

fn promise_lines(tx: &mut Tx<'_>, order: &Order, counts: &[LineCount]) -> Outcome<()> {
    let lines = store::lines(tx, order.id)?;
    for (line, count) in matched(&lines, counts)? {
        // What was promised is not taken back by its giver alone.
        if let Some(promised) = line.promised.filter(|promised| order.promised_on.is_some() && count < *promised) {
            return Err(SupplierOrderError::PromisedMore { promised }.into());
        }
        store::set_counts(tx, &super::model::Line { promised: Some(count), ..line.clone() })?;
    }
    for line in lines.iter().filter(|line| line.promised.is_none() && !counts.iter().any(|count| count.position == line.position)) {
        store::set_counts(tx, &super::model::Line { promised: Some(line.ordered), ..line.clone() })?;
    }
    Ok(())
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

/// The order is promised for a day: the first promise is what the agreement's obligation is about.
fn promised(tx: &mut Tx<'_>, hand: &Hand<'_>, day: NaiveDate) -> Outcome<()> {
    let order = &hand.order;
    let first = order.first_promised_on.unwrap_or(day);
    // The buyer may have made the link that it was answered by: only the supplier's own word makes her late for the very day.
    let hers = hand.side == Side::Supplier && hand.by.person().is_some();
    let at_once = order.first_promised_on.is_none() && !hers && day <= tx.now().business_date();
    let judged = order.judged && !at_once;
    store::promise(tx, order.id, day, first, judged)?;
    hand.go(tx, Move::Promise)?;
    if order.first_promised_on.is_none() && judged {
        let under = InForce { agreement: order.agreement_id, number: order.agreement_number, terms: () };
        let subject = order.id.to_string();
        let owed = Owed { kind: Obligation::Delivery, subject: &subject, by: order.supplier_id, to: order.buyer_id, due_on: day };
        obligations::owe(tx, &under, owed)?;
    }
    Ok(())
}

/// The buyer agrees to the later day that the supplier proposed.
///
/// # Errors
/// [`SupplierOrderError::NothingProposed`], [`SupplierOrderError::OtherDayProposed`] unless it is `day`, and
/// [`SupplierOrderError::DayPassed`].
pub fn agree(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, day: NaiveDate) -> Outcome<Whole> {
    let hand = take(tx, who, id, &[Side::Buyer], None)?;
    let proposed = hand.order.proposed_on.ok_or(SupplierOrderError::NothingProposed)?;
    if proposed != day {
        return Err(SupplierOrderError::OtherDayProposed { proposed }.into());
    }
    if day < tx.now().business_date() {
        return Err(SupplierOrderError::DayPassed.into());
    }
    promised(tx, &hand, day)?;
    hand.tell(tx, Notice::SupplierOrderAnswered)?;
    Ok(store::whole(tx, id)?)
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

/// Makes the link by which the supplier can answer without an account; the one before it ends.
///
/// # Errors
/// [`SupplierOrderError::WrongState`] unless the order waits for her, [`SupplierOrderError::JointShare`].
pub(super) fn make_link(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, digest: &str, days: i64) -> Outcome<Timestamp> {
    let expires_at = tx.now().after(chrono::Duration::days(days));
    let hand = take(tx, who, id, &[Side::Buyer, Side::Supplier], None)?;
    if hand.side == Side::Buyer && !shares::speaks_for_all(tx, &hand.order)? {
        return Err(SupplierOrderError::JointShare.into());
    }
    match hand.order.state {
        State::Sent | State::Promised => {}
        state @ (State::Draft
        | State::Shipped
        | State::ReceivedPart
        | State::ReceivedFull
        | State::Billed
        | State::Paid
        | State::Rejected
        | State::Cancelled) => return Err(SupplierOrderError::WrongState { state, wanted: Move::Promise }.into()),
    }
    store::set_link(tx, id, digest, expires_at, who.account)?;
    Ok(expires_at)
}
