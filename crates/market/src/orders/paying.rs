//! What happens to the money of an order. Every act changes the bill; the books and the refund that is due
//! follow from the change.

use super::accounting::{self, Act};
use super::model::{ChangeId, Order, OrderId, State, Whole};
use super::rules;
use super::service::{OrderError, Outcome, get, person, step_if_done, whole};
use super::{jobs, store};
use crate::payments::model::{Move, RefundCause, RefundMove, RefundState, RefundWay, State as PaymentState, till};
use crate::payments::rules::without_missing_digits;
use crate::payments::service::{self as payments, Incoming, PaymentError};
use crate::payments::{Bill, Method, Payment, PaymentId, Refund, RefundId};
use books::ledger::{self, Account, Channel, Entry, Holder, Movement};
use kit::auth::Identity;
use kit::db::{Conn, Failure, Tx};
use kit::money::{MoneyError, Rupiah};
use people::media::{self, Attachment, MediaId, Purpose};
use people::permissions::{Action, By, authorize};

/// What an act does to a bill, and how it is told.
struct Doing<'a> {
    movement: Movement,
    reference: String,
    till: Account,
    /// What of the money came into another till.
    part: Option<(Account, Rupiah)>,
    cause: RefundCause,
    by: Option<By<'a>>,
}

/// Changes the bill of an order, with its entry in the books and the refund that follows from it.
fn apply(tx: &mut Tx<'_>, order: &Order, doing: Doing<'_>, change: impl FnOnce(Bill) -> Result<Bill, MoneyError>) -> Outcome<Bill> {
    let before = payments::bill(tx, order.id)?;
    let changed = told_apart(tx, order, &before, change(before).map_err(OrderError::from)?)?;
    let after = Bill { owed_back: changed.surplus().map_err(OrderError::from)?, ..changed };
    let act = Act { movement: doing.movement, reference: doing.reference, till: doing.till, part: doing.part, at: tx.now() };
    let entry = accounting::entry(&before, &after, order.channel, act).map_err(OrderError::from)?;
    post(tx, order, &entry)?;
    payments::settle(tx, order.id, &after, doing.cause, doing.by)?;
    Ok(after)
}

/// What a buyer is asked to transfer is no other buyer's sum, also after it has changed. Her own word that she has sent the
/// old sum leaves it as it is: that is what will be looked for.
fn told_apart(conn: &mut Conn, order: &Order, before: &Bill, after: Bill) -> Outcome<Bill> {
    let (was, is) = (before.outstanding().map_err(OrderError::from)?, after.outstanding().map_err(OrderError::from)?);
    let asked_anew = is.is_positive() && (was != is || before.claimed.is_positive()) && !after.claimed.is_positive();
    if !asked_anew || order.state == State::Placed || !is_told_apart(order) {
        return Ok(after);
    }
    payments::with_digits(conn, order.seller_id, order.id, after).map_err(refused)
}

/// Whether its transfer carries digits: not that of a sale written down, whose buyer was told another sum.
fn is_told_apart(order: &Order) -> bool {
    order.bill.method == Method::BankTransfer && order.channel == Channel::Online
}

fn post(tx: &mut Tx<'_>, order: &Order, entry: &Entry) -> Outcome<()> {
    ledger::service::post(tx, order.seller_id, entry).map_err(|failure| failure.map(OrderError::Books))?;
    Ok(())
}

fn refused(failure: Failure<PaymentError>) -> Failure<OrderError> {
    failure.map(OrderError::Payment)
}

/// Who acts on whose money: the order, with what the event rows keep.
fn acting<'a>(tx: &mut Tx<'_>, who: Identity, id: OrderId, action: Action, reason: Option<&'a str>) -> Outcome<(Order, By<'a>)> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let order = get(tx, id)?;
    let resource = order.resource();
    authorize(&person, action, &resource).map_err(OrderError::from)?;
    let on_behalf_of = person.on_behalf_of(&resource).filter(|_| action == Action::FulfilOrder);
    Ok((order, By { actor: who.account, on_behalf_of, reason }))
}

/// The buyer says that she has paid: all that is outstanding unless she names an amount.
///
/// # Errors
/// [`OrderError::PaymentNotDue`] before the seller has taken the order on, [`OrderError::NothingToPay`].
pub fn claim(tx: &mut Tx<'_>, who: Identity, id: OrderId, amount: Option<Rupiah>, proof: Option<MediaId>) -> Outcome<Whole> {
    let (order, by) = acting(tx, who, id, Action::BuyOrder, None)?;
    if !rules::may_claim_payment(order.state) {
        return Err(OrderError::PaymentNotDue { state: order.state }.into());
    }
    let unclaimed = order.bill.outstanding().and_then(|missing| missing.minus(order.bill.claimed)).map_err(OrderError::from)?;
    let amount = amount.unwrap_or(unclaimed);
    if !amount.is_positive() {
        return Err(OrderError::NothingToPay.into());
    }
    attach(tx, who, &order, proof)?;
    let incoming = Incoming { method: order.bill.method, amount, holder: Holder::Seller, proof };
    payments::take_in(tx, id, incoming, PaymentState::Claimed, Some(by)).map_err(refused)?;
    let claimed = order.bill.claimed.plus(amount).map_err(OrderError::from)?;
    payments::settle(tx, id, &Bill { claimed, ..order.bill }, RefundCause::Overpaid, Some(by))?;
    store::touch(tx, id)?;
    Ok(whole(tx, id)?)
}

/// A picture belongs to the order from now on: its two sides may see it, and nobody else.
fn attach(tx: &mut Tx<'_>, who: Identity, order: &Order, proof: Option<MediaId>) -> Outcome<()> {
    let Some(media) = proof else { return Ok(()) };
    let subject = order.id.to_string();
    let to = Attachment { subject: &subject, enterprise: order.seller_id, buyer: order.buyer_id };
    media::service::attach(tx, who.account, media, Purpose::PaymentProof, &to).map_err(|failure| failure.map(OrderError::Photo))
}

/// Money is there that nobody had claimed: cash, or a transfer the seller found.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    /// All that is outstanding, unless said otherwise.
    pub amount: Option<Rupiah>,
    /// As the order is to be paid, unless said otherwise.
    pub method: Option<Method>,
    pub holder: Holder,
}

/// The seller has received money; she, or the courier or warung that collected it for her.
///
/// # Errors
/// [`OrderError::PaymentNotDue`] for an order she never took on: who buys it is not hers to know.
/// [`OrderError::ClaimWaits`] when no amount is named and the buyer says she has paid: that is to be confirmed or refused.
/// [`OrderError::NothingToPay`] when nothing is outstanding and no amount is named.
pub fn receive(tx: &mut Tx<'_>, who: Identity, id: OrderId, received: Received) -> Outcome<Whole> {
    let (order, by) = acting(tx, who, id, Action::FulfilOrder, None)?;
    if order.hand_over_by.is_none() {
        return Err(OrderError::PaymentNotDue { state: order.state }.into());
    }
    // What the buyer says she has sent is most likely the same money.
    if received.amount.is_none() && order.bill.claimed.is_positive() {
        return Err(OrderError::ClaimWaits.into());
    }
    take_in(tx, &order, received, by)?;
    done(tx, id, by)
}

/// All that is outstanding is there, for a sale its seller writes down.
pub(super) fn receive_all(tx: &mut Tx<'_>, id: OrderId, holder: Holder, by: By<'_>) -> Outcome<()> {
    let order = get(tx, id)?;
    take_in(tx, &order, Received { amount: None, method: None, holder }, by)
}

fn take_in(tx: &mut Tx<'_>, order: &Order, received: Received, by: By<'_>) -> Outcome<()> {
    let outstanding = order.bill.outstanding().map_err(OrderError::from)?;
    let amount = received.amount.unwrap_or(outstanding);
    if !amount.is_positive() {
        return Err(OrderError::NothingToPay.into());
    }
    let method = received.method.unwrap_or(order.bill.method);
    let incoming = Incoming { method, amount, holder: received.holder, proof: None };
    let payment = payments::take_in(tx, order.id, incoming, PaymentState::Confirmed, Some(by)).map_err(refused)?;
    came_in(tx, order, payment, till(method, received.holder), amount, Rupiah::ZERO, by)
}

fn came_in(tx: &mut Tx<'_>, order: &Order, payment: PaymentId, till: Account, amount: Rupiah, claimed: Rupiah, by: By<'_>) -> Outcome<()> {
    let reference = format!("{payment}:confirmed");
    let cause = if order.bill.void { RefundCause::CalledOff } else { RefundCause::Overpaid };
    let doing = Doing { movement: Movement::PaymentReceived, reference, till, part: None, cause, by: Some(by) };
    apply(tx, order, doing, |bill| {
        let received = bill.received.plus(amount)?;
        without_missing_digits(Bill { received, claimed: bill.claimed.minus(claimed)?, ..bill })
    })?;
    Ok(())
}

/// An order that was only waiting for its money is completed when the time for claims is over.
fn done(tx: &mut Tx<'_>, id: OrderId, by: By<'_>) -> Outcome<Whole> {
    let order = get(tx, id)?;
    if order.complete_at.is_some_and(|at| at <= tx.now()) {
        step_if_done(tx, id, Some(by))?;
    }
    shown(tx, id)
}

/// The order after an act on its money.
fn shown(tx: &mut Tx<'_>, id: OrderId) -> Outcome<Whole> {
    store::touch(tx, id)?;
    look_again(tx, id)?;
    Ok(whole(tx, id)?)
}

/// The look at the end of the time to pay leaves alone what the buyer says she has paid. Where that turns out not to be so,
/// she gets some time more, and the order is looked at again.
pub(super) fn look_again(tx: &mut Tx<'_>, id: OrderId) -> Outcome<()> {
    let order = get(tx, id)?;
    if let Some(later) = rules::pay_again_by(&order, tx.now()) {
        store::set_pay_by(tx, id, later)?;
        jobs::look_at(tx, id, later)?;
    }
    Ok(())
}

/// The seller has the money that was claimed; `amount` is what really came.
///
/// # Errors
/// [`PaymentError::WrongState`] unless it is claimed.
pub fn confirm(tx: &mut Tx<'_>, who: Identity, id: PaymentId, amount: Option<Rupiah>, holder: Holder) -> Outcome<Whole> {
    let payment = payments::payment(tx, id)?;
    let (order, by) = acting(tx, who, payment.order_id, Action::FulfilOrder, None)?;
    let amount = amount.unwrap_or(payment.amount);
    if !amount.is_positive() {
        return Err(OrderError::NothingToPay.into());
    }
    payments::advance(tx, &payment, Move::Confirm, amount, holder, Some(by)).map_err(refused)?;
    came_in(tx, &order, id, till(payment.method, holder), amount, payment.amount, by)?;
    done(tx, order.id, by)
}

/// The seller does not see the money that was claimed.
///
/// # Errors
/// [`PaymentError::WrongState`] unless it is claimed.
pub fn refuse(tx: &mut Tx<'_>, who: Identity, id: PaymentId, reason: &str) -> Outcome<Whole> {
    let payment = payments::payment(tx, id)?;
    let (order, by) = acting(tx, who, payment.order_id, Action::FulfilOrder, Some(reason))?;
    payments::advance(tx, &payment, Move::Refuse, payment.amount, payment.holder, Some(by)).map_err(refused)?;
    let doing = quiet(Movement::PaymentReversed, format!("{id}:refused"), &order, RefundCause::Overpaid, Some(by));
    apply(tx, &order, doing, |bill| Ok(Bill { claimed: bill.claimed.minus(payment.amount)?, ..bill }))?;
    shown(tx, order.id)
}

/// Money that was confirmed is not there after all.
///
/// # Errors
/// [`PaymentError::WrongState`] unless it is confirmed, [`OrderError::AlreadySentBack`] when it has been paid back.
pub fn reverse(tx: &mut Tx<'_>, who: Identity, id: PaymentId, reason: &str) -> Outcome<Whole> {
    let payment = payments::payment(tx, id)?;
    let (order, by) = acting(tx, who, payment.order_id, Action::FulfilOrder, Some(reason))?;
    payments::advance(tx, &payment, Move::Reverse, payment.amount, payment.holder, Some(by)).map_err(refused)?;
    let left = order.bill.received.minus(payment.amount).map_err(OrderError::from)?;
    if left < order.bill.returned {
        return Err(OrderError::AlreadySentBack.into());
    }
    let till = till(payment.method, payment.holder);
    let doing = Doing {
        movement: Movement::PaymentReversed,
        reference: format!("{id}:reversed"),
        till,
        part: None,
        cause: RefundCause::Overpaid,
        by: Some(by),
    };
    apply(tx, &order, doing, |bill| Ok(Bill { received: left, ..bill }))?;
    shown(tx, order.id)
}

/// Cash that a courier or a warung held comes into the seller's hand.
///
/// # Errors
/// [`PaymentError::WithSeller`] unless someone else holds it.
pub fn hand_in(tx: &mut Tx<'_>, who: Identity, id: PaymentId) -> Outcome<Whole> {
    let payment: Payment = payments::payment(tx, id)?;
    let (order, by) = acting(tx, who, payment.order_id, Action::FulfilOrder, None)?;
    payments::hand_in(tx, &payment, Holder::Seller, Some(by)).map_err(refused)?;
    let entry = Entry::new(Movement::CashMoved, format!("{id}:handed_in"), tx.now());
    let entry = entry.transfer(till(payment.method, payment.holder), till(payment.method, Holder::Seller), payment.amount);
    post(tx, &order, &entry.map_err(OrderError::from)?)?;
    store::touch(tx, order.id)?;
    Ok(whole(tx, order.id)?)
}

/// The seller sends back what is owed, or shows again that she has; the way the money came unless she says another.
///
/// # Errors
/// [`PaymentError::RefundWrongState`], [`PaymentError::CashNotHandedIn`] when part of it came as cash that someone else
/// holds and she does not say how it goes back.
pub fn send_refund(tx: &mut Tx<'_>, who: Identity, id: RefundId, proof: Option<MediaId>, way: Option<RefundWay>) -> Outcome<Whole> {
    let refund: Refund = payments::refund(tx, id)?;
    let (order, by) = acting(tx, who, refund.order_id, Action::FulfilOrder, None)?;
    attach(tx, who, &order, proof)?;
    let by_bank = if refund.state == RefundState::Due { payments::by_bank(tx, &refund, way).map_err(refused)? } else { refund.by_bank };
    let sending = Refund { by_bank, ..refund };
    payments::advance_refund(tx, &sending, RefundMove::Send, proof, Some(by)).map_err(refused)?;
    if sending.state == RefundState::Due {
        let doing = Doing {
            movement: Movement::RefundSent,
            reference: format!("{id}:sent"),
            till: Account::cash(Holder::Seller),
            part: Some((Account::Bank, by_bank.negated())),
            cause: sending.cause,
            by: Some(by),
        };
        apply(tx, &order, doing, |bill| Ok(Bill { returned: bill.returned.plus(sending.amount)?, ..bill }))?;
    }
    store::touch(tx, order.id)?;
    Ok(whole(tx, order.id)?)
}

/// What was said to be sent back was not: it is where it was, and owed as before.
pub(super) fn unsend(tx: &mut Tx<'_>, order: &Order, refund: &Refund, by: By<'_>) -> Outcome<()> {
    let doing = Doing {
        movement: Movement::RefundDue,
        reference: format!("{}:not_sent", refund.id),
        till: Account::cash(Holder::Seller),
        part: Some((Account::Bank, refund.by_bank)),
        cause: refund.cause,
        by: Some(by),
    };
    apply(tx, order, doing, |bill| Ok(Bill { returned: bill.returned.minus(refund.amount)?, ..bill })).map(drop)
}

/// The buyer has the money, or does not see it.
///
/// # Errors
/// [`PaymentError::RefundWrongState`].
pub fn answer_refund(tx: &mut Tx<'_>, who: Identity, id: RefundId, event: RefundMove, reason: Option<&str>) -> Outcome<Whole> {
    let refund = payments::refund(tx, id)?;
    let (order, by) = acting(tx, who, refund.order_id, Action::BuyOrder, reason)?;
    payments::advance_refund(tx, &refund, event, None, Some(by)).map_err(refused)?;
    store::touch(tx, order.id)?;
    Ok(whole(tx, order.id)?)
}

/// The goods have changed hands: what is asked for them is earned, and `cost` is what they had cost to make.
pub(super) fn earn(tx: &mut Tx<'_>, order: &Order, cost: Rupiah, by: Option<By<'_>>) -> Outcome<()> {
    let doing = quiet(Movement::Sale, format!("{}:sale", order.id), order, RefundCause::Overpaid, by);
    apply(tx, order, doing, |bill| Ok(Bill { earned: true, cost: bill.cost.plus(cost)?, ..bill })).map(drop)
}

/// Other goods went to the buyer in place of what was not right; `cost` is what they had cost to make.
///
/// # Errors
/// [`OrderError::TooMuch`] when the sum leaves the range.
pub fn replace(tx: &mut Tx<'_>, order: &Order, reference: String, cost: Rupiah, by: Option<By<'_>>) -> Outcome<()> {
    let doing = quiet(Movement::CostOfGoods, reference, order, RefundCause::Claim, by);
    apply(tx, order, doing, |bill| Ok(Bill { cost: bill.cost.plus(cost)?, ..bill })).map(drop)
}

/// The order is called off: what was paid is owed back; a claim stays open, the buyer's money may be on its way.
pub(super) fn call_off(tx: &mut Tx<'_>, order: &Order, by: Option<By<'_>>) -> Outcome<()> {
    let doing = quiet(Movement::RefundDue, format!("{}:called_off", order.id), order, RefundCause::CalledOff, by);
    apply(tx, order, doing, |bill| Ok(Bill { void: true, ..bill })).map(drop)
}

/// What delivery costs is agreed.
pub(super) fn agree_delivery(tx: &mut Tx<'_>, order: &Order, fee: Rupiah, by: By<'_>) -> Outcome<()> {
    let doing = quiet(Movement::DeliveryFee, format!("{}:delivery", order.id), order, RefundCause::Overpaid, Some(by));
    apply(tx, order, doing, |bill| Ok(Bill { delivery: Some(fee), ..bill })).map(drop)
}

/// The lines have changed with the buyer's consent.
pub(super) fn change_goods(tx: &mut Tx<'_>, order: &Order, change: ChangeId, goods: Rupiah, by: By<'_>) -> Outcome<()> {
    let doing = quiet(Movement::RefundDue, change.to_string(), order, RefundCause::Changed, Some(by));
    apply(tx, order, doing, |bill| Ok(Bill { goods, ..bill })).map(drop)
}

/// A claim about the goods is settled with `amount` off the bill.
///
/// # Errors
/// [`OrderError::NothingToPay`] when that is more than the bill comes to.
pub fn allow(tx: &mut Tx<'_>, order: &Order, reference: String, amount: Rupiah, by: Option<By<'_>>) -> Outcome<()> {
    if amount > order.bill.charge().map_err(OrderError::from)? {
        return Err(OrderError::NothingToPay.into());
    }
    let doing = quiet(Movement::ClaimSettled, reference, order, RefundCause::Claim, by);
    apply(tx, order, doing, |bill| {
        let less = Bill { allowance: bill.allowance.plus(amount)?, ..bill };
        let only_digits = less.charge()? == less.digits && less.kept()? == Rupiah::ZERO;
        // Digits tell money apart; where none is to come any more, they are asked for by nobody.
        Ok(if only_digits { Bill { digits: Rupiah::ZERO, ..less } } else { less })
    })
    .map(drop)
}

/// An act in which no money comes in or goes out.
fn quiet<'a>(movement: Movement, reference: String, order: &Order, cause: RefundCause, by: Option<By<'a>>) -> Doing<'a> {
    Doing { movement, reference, till: till(order.bill.method, Holder::Seller), part: None, cause, by }
}

/// A transfer is asked for with digits that tell it from the seller's others.
pub(super) fn choose_digits(tx: &mut Tx<'_>, order: &Order) -> Outcome<()> {
    if !is_told_apart(order) {
        return Ok(());
    }
    let asked = payments::with_digits(tx, order.seller_id, order.id, order.bill).map_err(refused)?;
    payments::settle(tx, order.id, &asked, RefundCause::Overpaid, None)?;
    Ok(())
}
