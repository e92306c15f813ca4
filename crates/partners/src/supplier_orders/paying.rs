//! Paying a supplier order, in parts or at once.

use super::model::{Order, Payment, PaymentState, State, SupplierOrderId, SupplierPaymentId, Whole};
use super::receiving::{account, between};
use super::rules::Move;
use super::service::{Hand, Outcome, Side, SupplierOrderError, take};
use super::{payment_store, store};
use crate::agreements::{self, InForce, Terms};
use crate::debts::{self, Method};
use crate::notices::Notice;
use crate::obligations::{self, Kind as Obligation, Owed};
use kit::auth::Identity;
use kit::db::Tx;
use kit::money::Rupiah;
use people::permissions::Denied;

/// Money goes over. The supplier's own word counts at once; the buyer's waits for hers.
///
/// # Errors
/// [`SupplierOrderError::OverPaid`] with what is open.
pub fn pay(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, amount: Rupiah, method: Method) -> Outcome<Whole> {
    let hand = take(tx, who, id, &[Side::Buyer, Side::Supplier], None)?;
    let claimed = payment_store::of(tx, &[id])?.into_iter().filter(|money| money.state == PaymentState::Claimed).map(|money| money.amount);
    let promised = Rupiah::sum(claimed).and_then(|sum| sum.plus(hand.order.paid)).map_err(SupplierOrderError::from)?;
    let open = hand.order.owed.minus(promised).map_err(SupplierOrderError::from)?;
    if amount > open {
        return Err(SupplierOrderError::OverPaid { open: open.max(Rupiah::ZERO) }.into());
    }
    let by = hand.by.person().ok_or(SupplierOrderError::Denied(Denied::Forbidden))?;
    let payment = payment_store::insert(tx, id, (method, amount), by)?;
    match hand.side {
        Side::Supplier => take_in(tx, hand, payment)?,
        Side::Buyer => hand.tell(tx, Notice::SupplierPaymentClaimed)?,
    }
    Ok(store::whole(tx, id)?)
}

/// The supplier has the money that the buyer told of.
///
/// # Errors
/// [`SupplierOrderError::PaymentSettled`], and [`SupplierOrderError::OverPaid`] when less is owed by now.
pub fn confirm(tx: &mut Tx<'_>, who: Identity, payment: SupplierPaymentId) -> Outcome<Whole> {
    let id = payment_store::get(tx, payment)?.order_id;
    let hand = take(tx, who, id, &[Side::Supplier], None)?;
    take_in(tx, hand, payment)?;
    Ok(store::whole(tx, id)?)
}

/// The supplier does not see the money that the buyer told of.
///
/// # Errors
/// [`SupplierOrderError::PaymentSettled`].
pub fn refuse(tx: &mut Tx<'_>, who: Identity, payment: SupplierPaymentId, reason: Option<&str>) -> Outcome<Whole> {
    let id = payment_store::get(tx, payment)?.order_id;
    let hand = take(tx, who, id, &[Side::Supplier], reason)?;
    settle(tx, &hand, payment, PaymentState::Refused)?;
    hand.tell(tx, Notice::SupplierPaymentRefused)?;
    Ok(store::whole(tx, id)?)
}

fn settle(tx: &mut Tx<'_>, hand: &Hand<'_>, payment: SupplierPaymentId, to: PaymentState) -> Outcome<()> {
    let by = hand.by.person().ok_or(SupplierOrderError::Denied(Denied::Forbidden))?;
    if payment_store::settle(tx, payment, to, by)? { Ok(()) } else { Err(SupplierOrderError::PaymentSettled.into()) }
}

fn take_in(tx: &mut Tx<'_>, mut hand: Hand<'_>, payment: SupplierPaymentId) -> Outcome<()> {
    let now = tx.now();
    let money = payment_store::get(tx, payment)?;
    let paid = hand.order.paid.plus(money.amount).map_err(SupplierOrderError::from)?;
    if paid > hand.order.owed {
        let open = hand.order.owed.minus(hand.order.paid).map_err(SupplierOrderError::from)?;
        return Err(SupplierOrderError::OverPaid { open }.into());
    }
    settle(tx, &hand, payment, PaymentState::Confirmed)?;
    store::add_paid(tx, hand.order.id, money.amount)?;
    let entries = debts::settled(between(&hand.order), &format!("{payment}:paid"), money.method, money.amount, now)
        .map_err(SupplierOrderError::from)?;
    account(tx, &hand.order, &entries)?;
    hand.order.paid = paid;
    let owed = hand.order.owed;
    weigh(tx, &mut hand, owed)?;
    hand.tell(tx, Notice::SupplierPaymentConfirmed)
}

/// Judges the payment by what is owed and paid by now, `before` being what was owed before; a billed order that is paid is at its end.
pub(super) fn weigh(tx: &mut Tx<'_>, hand: &mut Hand<'_>, before: Rupiah) -> Outcome<()> {
    let (order, subject) = (&hand.order, hand.order.id.to_string());
    if order.paid < order.owed {
        return if order.owed > before { owe(tx, order) } else { Ok(()) };
    }
    if order.owed == Rupiah::ZERO {
        obligations::parts_released(tx, order.agreement_id, Obligation::Payment, &subject)?;
    } else {
        // The money was paid on the day its payer told of it, whenever it was confirmed.
        let payments = payment_store::of(tx, &[order.id])?;
        let confirmed = payments.iter().filter(|money| money.state == PaymentState::Confirmed);
        let day = confirmed.map(|money| money.created_at.business_date()).max().unwrap_or_else(|| tx.now().business_date());
        obligations::parts_done_on(tx, order.agreement_id, Obligation::Payment, &subject, day)?;
    }
    if hand.order.state == State::Billed {
        hand.order.state = hand.go(tx, Move::Settle)?;
    }
    Ok(())
}

/// From a delivery on it is to be paid: at once, or on credit after the days agreed.
fn owe(tx: &mut Tx<'_>, order: &Order) -> Outcome<()> {
    let terms = agreements::reading::terms_of(tx, order.agreement_id, order.agreement_number)?;
    let days = match (order.payment, &terms) {
        (Payment::Credit, Terms::Supply(supply)) => u64::try_from(supply.payment_days.get()).unwrap_or(0),
        (Payment::Credit | Payment::Cash | Payment::Transfer, _) => 0,
    };
    let under = InForce { agreement: order.agreement_id, number: order.agreement_number, terms: () };
    let (subject, due_on) = (order.id.to_string(), tx.now().business_date() + chrono::Days::new(days));
    let owed = Owed { kind: Obligation::Payment, subject: &subject, by: order.buyer_id, to: order.supplier_id, due_on };
    Ok(obligations::owe_more(tx, &under, owed, order.version)?)
}
