//! Goods come and are counted, and the supplier says what she charges.

use super::model::{Line, LineCount, Order, Payment, SupplierOrderId, Whole};
use super::paying;
use super::rules::{self, Between, Mirrored, Move};
use super::service::{Hand, Outcome, Side, SupplierOrderError, matched, take};
use super::store::{self, Arrived};
use crate::books::ledger;
use crate::kit::auth::Identity;
use crate::kit::db::Tx;
use crate::kit::money::Rupiah;
use crate::partners::agreements::{self, InForce, Terms};
use crate::partners::materials::{self, Holding, Movement, Why};
use crate::partners::notices::Notice;
use crate::partners::obligations::{self, Kind as Obligation, Owed};

pub(super) const fn between(order: &Order) -> Between {
    Between { buyer: order.buyer_id, supplier: order.supplier_id }
}

/// Enters what both sides say into both books.
pub(super) fn account(tx: &mut Tx<'_>, order: &Order, (buyer, supplier): &Mirrored) -> Outcome<()> {
    ledger::service::post_mirrored(tx, (order.buyer_id, buyer), (order.supplier_id, supplier))
        .map_err(|failure| failure.map(SupplierOrderError::Books))?;
    Ok(())
}

/// The buyer counts what has come: it is added to what came before.
///
/// # Errors
/// [`SupplierOrderError::NothingReceived`], [`SupplierOrderError::NoSuchLine`], [`SupplierOrderError::WrongState`].
pub fn receive(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, counts: &[LineCount]) -> Outcome<Whole> {
    let (now, today) = (tx.now(), tx.now().business_date());
    let hand = take(tx, who, id, &[Side::Buyer], None)?;
    let order = &hand.order;
    let before = store::lines(tx, id)?;
    let came: Vec<(Line, i64)> =
        matched(&before, counts)?.into_iter().filter(|(_, count)| *count > 0).map(|(line, count)| (line.clone(), count)).collect();
    if came.is_empty() {
        return Err(SupplierOrderError::NothingReceived.into());
    }
    let first = before.iter().all(|line| line.received == 0);
    let after: Vec<Line> = before
        .iter()
        .map(|line| {
            let more = came.iter().find(|(other, _)| other.position == line.position).map_or(0, |(_, count)| *count);
            Line { received: line.received + more, ..line.clone() }
        })
        .collect();
    if let Some(line) = after.iter().find(|line| line.received > rules::most_received(line)) {
        return Err(SupplierOrderError::TooManyReceived { most: rules::most_received(line) }.into());
    }
    let in_full = rules::in_full(&after);
    hand.go(tx, if in_full { Move::ReceiveFull } else { Move::ReceivePart })?;

    let delivery = if first { order.delivery_cost } else { Rupiah::ZERO };
    let mut goods = Vec::with_capacity(came.len());
    for (line, count) in &came {
        let whole = rules::amount(line, line.received + count).map_err(SupplierOrderError::from)?;
        goods.push(whole.minus(rules::amount(line, line.received).map_err(SupplierOrderError::from)?).map_err(SupplierOrderError::from)?);
    }
    let reference = format!("{id}:received:{}", order.version);
    let why = Why { kind: Movement::Received, reference: &reference, by: hand.by };
    let landed = rules::landed(&goods, delivery).map_err(SupplierOrderError::from)?;
    for ((line, count), cost) in came.iter().zip(landed) {
        let quantity = line.content.checked_mul(*count).ok_or(SupplierOrderError::TooMuch)?;
        materials::put_in(tx, order.buyer_id, line.material_id, Holding { quantity, cost }, why)
            .map_err(|failure| failure.map(SupplierOrderError::Material))?;
        store::set_counts(tx, &Line { received: line.received + count, ..line.clone() })?;
    }
    let sum = Rupiah::sum(goods).map_err(SupplierOrderError::from)?;
    let entries = rules::received(between(order), &reference, sum, delivery, now).map_err(SupplierOrderError::from)?;
    if sum.plus(delivery).map_err(SupplierOrderError::from)?.is_positive() {
        account(tx, order, &entries)?;
    }
    let owed = rules::owed(&after, order.delivery_cost).map_err(SupplierOrderError::from)?;
    let delay = order.first_promised_on.map(|day| i32::try_from((today - day).num_days()).unwrap_or(i32::MAX));
    store::arrived(tx, id, owed, &Arrived { on: today, in_full, delay_days: delay })?;
    if first {
        obligations::done(tx, Obligation::Delivery, &id.to_string())?;
        owe_payment(tx, order)?;
    } else {
        obligations::rest_done(tx, Obligation::Delivery, &id.to_string())?;
    }
    hand.tell(tx, Notice::SupplierOrderReceived)?;
    Ok(store::whole(tx, id)?)
}

/// From the first delivery on it is to be paid: at once, or on credit after the days agreed.
fn owe_payment(tx: &mut Tx<'_>, order: &Order) -> Outcome<()> {
    let terms = agreements::reading::terms_of(tx, order.agreement_id, order.agreement_number)?;
    let days = match (order.payment, &terms) {
        (Payment::Credit, Terms::Supply(supply)) => u64::try_from(supply.payment_days.get()).unwrap_or(0),
        (Payment::Credit | Payment::Cash | Payment::Transfer, _) => 0,
    };
    let under = InForce { agreement: order.agreement_id, number: order.agreement_number, terms: () };
    let (subject, due_on) = (order.id.to_string(), tx.now().business_date() + chrono::Days::new(days));
    let owed = Owed { kind: Obligation::Payment, subject: &subject, by: order.buyer_id, to: order.supplier_id, due_on };
    obligations::owe(tx, &under, owed)?;
    Ok(())
}

/// What the supplier charges, per line: by herself, or by the buyer from the paper that came along. Nothing more comes after it.
///
/// # Errors
/// [`SupplierOrderError::BilledBelowReceived`] from the buyer, [`SupplierOrderError::BilledBelowPaid`], [`SupplierOrderError::NoSuchLine`], [`SupplierOrderError::WrongState`].
pub fn bill(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, counts: &[LineCount]) -> Outcome<Whole> {
    let now = tx.now();
    let mut hand: Hand<'_> = take(tx, who, id, &[Side::Supplier, Side::Buyer], None)?;
    let before = store::lines(tx, id)?;
    let told = matched(&before, counts)?;
    // A line that the bill does not speak of is charged as it was received.
    let after: Vec<Line> = before
        .iter()
        .map(|line| {
            let billed = told.iter().find(|(other, _)| other.position == line.position).map_or(line.received, |(_, count)| *count);
            Line { billed: Some(billed), ..line.clone() }
        })
        .collect();
    // The buyer may write down the paper that came along; what she has and does not want to pay is for the supplier to let go.
    if hand.side == Side::Buyer && after.iter().any(|line| line.billed.is_some_and(|billed| billed < line.received)) {
        return Err(SupplierOrderError::BilledBelowReceived.into());
    }
    let owed = rules::owed(&after, hand.order.delivery_cost).map_err(SupplierOrderError::from)?;
    if owed < hand.order.paid {
        return Err(SupplierOrderError::BilledBelowPaid { paid: hand.order.paid }.into());
    }
    hand.order.state = hand.go(tx, Move::Bill)?;
    for line in &after {
        store::set_counts(tx, line)?;
    }
    let less = hand.order.owed.minus(owed).map_err(SupplierOrderError::from)?;
    if less.is_positive() {
        let entries = rules::billed_less(between(&hand.order), &format!("{id}:billed"), less, now).map_err(SupplierOrderError::from)?;
        account(tx, &hand.order, &entries)?;
    }
    store::set_owed(tx, id, owed)?;
    hand.order.owed = owed;
    paying::settle(tx, &mut hand)?;
    hand.tell(tx, Notice::SupplierOrderBilled)?;
    Ok(store::whole(tx, id)?)
}
