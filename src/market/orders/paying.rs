//! How an order is paid, and how its money goes back when it is called off.

use super::model::{Order, OrderId, Whole};
use super::rules;
use super::service::{OrderError, Outcome, account, get, person, whole};
use crate::kit::auth::Identity;
use crate::kit::db::Tx;
use crate::market::payments::{self, Move, Refund, State};
use crate::people::permissions::{Action, By, authorize};

/// Moves the payment of an order: the buyer claims, the seller confirms or refuses.
///
/// # Errors
/// [`OrderError::PaymentWrongState`] when `event` cannot happen now.
pub fn advance(tx: &mut Tx<'_>, who: Identity, id: OrderId, event: Move, action: Action, reason: Option<&str>) -> Outcome<Whole> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let order = get(tx, id)?;
    let resource = order.resource();
    authorize(&person, action, &resource).map_err(OrderError::from)?;
    let on_behalf_of = person.on_behalf_of(&resource).filter(|_| action == Action::FulfilOrder);
    go(tx, &order, event, Some(By { actor: who.account, on_behalf_of, reason }))?;
    if event == Move::Confirm {
        let payment = &order.payment;
        let entry = rules::payment_received(id, payment.amount, payment.method, order.state, now).map_err(OrderError::from)?;
        account(tx, order.seller_id, &entry)?;
        if rules::is_called_off(order.state) {
            owe_back(tx, &order)?;
        }
    }
    Ok(whole(tx, id)?)
}

fn go(tx: &mut Tx<'_>, order: &Order, event: Move, by: Option<By<'_>>) -> Outcome<()> {
    let from = order.payment.state;
    let wrong = || OrderError::PaymentWrongState { state: from, wanted: event };
    let to = payments::next(from, event).ok_or_else(wrong)?;
    if payments::move_state(tx, order.id, from, to, by)? { Ok(()) } else { Err(wrong().into()) }
}

/// What calling off an order does to its payment: money that came is owed back, a claim stays open,
/// anything else is void.
pub(super) fn call_off(tx: &mut Tx<'_>, order: &Order, by: Option<By<'_>>) -> Outcome<()> {
    match order.payment.state {
        State::Confirmed => owe_back(tx, order),
        State::Awaiting | State::Refused => go(tx, order, Move::Void, by),
        State::Claimed | State::Void => Ok(()),
    }
}

fn owe_back(tx: &mut Tx<'_>, order: &Order) -> Outcome<()> {
    payments::move_refund(tx, order.id, Refund::None, Refund::Due)?;
    let entry = rules::refund_due(order.id, order.payment.amount, tx.now()).map_err(OrderError::from)?;
    account(tx, order.seller_id, &entry)
}

/// The seller has sent the money back.
///
/// # Errors
/// [`OrderError::NoRefundDue`].
pub fn send_refund(tx: &mut Tx<'_>, who: Identity, id: OrderId) -> Outcome<Whole> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let order = get(tx, id)?;
    authorize(&person, Action::FulfilOrder, &order.resource()).map_err(OrderError::from)?;
    if !payments::move_refund(tx, id, Refund::Due, Refund::Sent)? {
        return Err(OrderError::NoRefundDue.into());
    }
    let entry = rules::refund_sent(id, order.payment.amount, order.payment.method, now).map_err(OrderError::from)?;
    account(tx, order.seller_id, &entry)?;
    Ok(whole(tx, id)?)
}
