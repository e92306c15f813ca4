//! Paying a supplier order, in parts or at once.

use super::model::{PaymentState, State, SupplierOrderId, SupplierPaymentId, Whole};
use super::receiving::{account, between};
use super::rules::Move;
use super::service::{Hand, Outcome, Side, SupplierOrderError, take};
use super::store;
use crate::kit::auth::Identity;
use crate::kit::db::Tx;
use crate::kit::money::Rupiah;
use crate::partners::debts;
use crate::partners::debts::Method;
use crate::partners::notices::Notice;
use crate::partners::obligations::{self, Kind as Obligation};
use crate::people::permissions::Denied;

/// Money goes over. The supplier's own word counts at once; the buyer's waits for hers.
///
/// # Errors
/// [`SupplierOrderError::OverPaid`] with what is open.
pub fn pay(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, amount: Rupiah, method: Method) -> Outcome<Whole> {
    let hand = take(tx, who, id, &[Side::Buyer, Side::Supplier], None)?;
    let claimed = store::payments(tx, id)?.into_iter().filter(|money| money.state == PaymentState::Claimed).map(|money| money.amount);
    let promised = Rupiah::sum(claimed).and_then(|sum| sum.plus(hand.order.paid)).map_err(SupplierOrderError::from)?;
    let open = hand.order.owed.minus(promised).map_err(SupplierOrderError::from)?;
    if amount > open {
        return Err(SupplierOrderError::OverPaid { open: open.max(Rupiah::ZERO) }.into());
    }
    let by = hand.by.person().ok_or(SupplierOrderError::Denied(Denied::Forbidden))?;
    let payment = store::insert_payment(tx, id, (method, amount), by)?;
    match hand.side {
        Side::Supplier => take_in(tx, hand, payment)?,
        Side::Buyer => hand.tell(tx, Notice::SupplierPaymentClaimed)?,
    }
    Ok(store::whole(tx, id)?)
}

/// The supplier has the money, or does not see it.
///
/// # Errors
/// [`SupplierOrderError::PaymentSettled`], and [`SupplierOrderError::OverPaid`] when less is owed by now.
pub fn answer_payment(tx: &mut Tx<'_>, who: Identity, payment: SupplierPaymentId, confirmed: bool) -> Outcome<Whole> {
    let id = store::money(tx, payment)?.order_id;
    let hand = take(tx, who, id, &[Side::Supplier], None)?;
    if confirmed {
        take_in(tx, hand, payment)?;
    } else if store::settle_payment(tx, payment, PaymentState::Refused)? {
        hand.tell(tx, Notice::SupplierPaymentRefused)?;
    } else {
        return Err(SupplierOrderError::PaymentSettled.into());
    }
    Ok(store::whole(tx, id)?)
}

fn take_in(tx: &mut Tx<'_>, mut hand: Hand<'_>, payment: SupplierPaymentId) -> Outcome<()> {
    let now = tx.now();
    let money = store::money(tx, payment)?;
    let paid = hand.order.paid.plus(money.amount).map_err(SupplierOrderError::from)?;
    if paid > hand.order.owed {
        let open = hand.order.owed.minus(hand.order.paid).map_err(SupplierOrderError::from)?;
        return Err(SupplierOrderError::OverPaid { open }.into());
    }
    if !store::settle_payment(tx, payment, PaymentState::Confirmed)? {
        return Err(SupplierOrderError::PaymentSettled.into());
    }
    store::add_paid(tx, hand.order.id, money.amount)?;
    let entries = debts::settled(between(&hand.order), &format!("{payment}:paid"), money.method, money.amount, now)
        .map_err(SupplierOrderError::from)?;
    account(tx, &hand.order, &entries)?;
    hand.order.paid = paid;
    settle(tx, &mut hand)?;
    hand.tell(tx, Notice::SupplierPaymentConfirmed)
}

/// Once all that is owed is paid the agreement's obligation is done, and a billed order is at its end.
pub(super) fn settle(tx: &mut Tx<'_>, hand: &mut Hand<'_>) -> Outcome<()> {
    if hand.order.paid < hand.order.owed {
        return Ok(());
    }
    obligations::done(tx, Obligation::Payment, &hand.order.id.to_string())?;
    if hand.order.state == State::Billed {
        hand.order.state = hand.go(tx, Move::Settle)?;
    }
    Ok(())
}
