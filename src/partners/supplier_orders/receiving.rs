//! Goods come and are counted, and the supplier says what she charges.

use super::model::{Line, LineCount, Order, Payment, SupplierOrderId, Whole};
use super::paying;
use super::rules::{self, Less, Move};
use super::service::{Hand, Outcome, Side, SupplierOrderError, matched, take};
use super::store::{self, Arrived};
use crate::books::ledger;
use crate::kit::auth::Identity;
use crate::kit::db::Tx;
use crate::kit::money::Rupiah;
use crate::partners::agreements::{self, InForce, Terms};
use crate::partners::debts::{Between, Mirrored};
use crate::partners::materials::{self, Holding, Movement, Why};
use crate::partners::notices::Notice;
use crate::partners::obligations::{self, Kind as Obligation, Owed};

pub(super) const fn between(order: &Order) -> Between {
    Between { seller: order.supplier_id, buyer: order.buyer_id }
}

/// Enters what both sides say into both books.
pub(super) fn account(tx: &mut Tx<'_>, order: &Order, (supplier, buyer): &Mirrored) -> Outcome<()> {
    ledger::service::post_mirrored(tx, (order.buyer_id, buyer), (order.supplier_id, supplier))
        .map_err(|failure| failure.map(SupplierOrderError::Books))?;
    Ok(())
}

/// The buyer counts what has come: it is added to what came before.
///
/// # Errors
/// [`SupplierOrderError::NothingReceived`], [`SupplierOrderError::TooManyReceived`], [`SupplierOrderError::NoSuchLine`],
/// [`SupplierOrderError::WrongState`].
pub fn receive(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, counts: &[LineCount]) -> Outcome<Whole> {
    let today = tx.now().business_date();
    let hand = take(tx, who, id, &[Side::Buyer], None)?;
    let order = &hand.order;
    let before = store::lines(tx, id)?;
    let came = matched(&before, counts)?;
    if came.iter().all(|(_, count)| *count == 0) {
        return Err(SupplierOrderError::NothingReceived.into());
    }
    let after =
        counted(&before, |line| line.received + came.iter().find(|(other, _)| other.position == line.position).map_or(0, |(_, n)| *n));
    let delay = order.first_promised_on.map(|day| i32::try_from((today - day).num_days()).unwrap_or(i32::MAX));
    // What comes on top of a whole order makes nobody late.
    let (on, delay) = if order.in_full == Some(true) { (order.received_on.unwrap_or(today), order.delay_days) } else { (today, delay) };
    take_in(tx, &hand, &before, &after, &Arrived { on, in_full: rules::in_full(&after), delay_days: delay })?;
    if order.received_on.is_none() {
        obligations::done(tx, Obligation::Delivery, &id.to_string())?;
        owe_payment(tx, order)?;
    } else if order.in_full != Some(true) {
        obligations::rest_done(tx, Obligation::Delivery, &id.to_string())?;
    }
    hand.tell(tx, Notice::SupplierOrderReceived)?;
    Ok(store::whole(tx, id)?)
}

/// The buyer counts again what has come so far. When it came stays as it was told.
///
/// # Errors
/// [`SupplierOrderError::NothingReceived`] when nothing differs, [`SupplierOrderError::BelowPaid`], [`SupplierOrderError::Material`] when
/// what is too much has been used, [`SupplierOrderError::TooManyReceived`], [`SupplierOrderError::NoSuchLine`],
/// [`SupplierOrderError::WrongState`] before anything has come and once it is billed.
pub fn recount(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, counts: &[LineCount]) -> Outcome<Whole> {
    let hand = take(tx, who, id, &[Side::Buyer], None)?;
    let order = &hand.order;
    let Some(on) = order.received_on else {
        return Err(SupplierOrderError::WrongState { state: order.state, wanted: Move::ReceivePart }.into());
    };
    let before = store::lines(tx, id)?;
    let told = matched(&before, counts)?;
    let after = counted(&before, |line| told.iter().find(|(other, _)| other.position == line.position).map_or(line.received, |(_, n)| *n));
    if after == before {
        return Err(SupplierOrderError::NothingReceived.into());
    }
    take_in(tx, &hand, &before, &after, &Arrived { on, in_full: rules::in_full(&after), delay_days: order.delay_days })?;
    hand.tell(tx, Notice::SupplierOrderReceived)?;
    Ok(store::whole(tx, id)?)
}

fn counted(lines: &[Line], received: impl Fn(&Line) -> i64) -> Vec<Line> {
    lines.iter().map(|line| Line { received: received(line), ..line.clone() }).collect()
}

/// Brings stock, debt and both books from what was counted `before` to what is counted `after`.
fn take_in(tx: &mut Tx<'_>, hand: &Hand<'_>, before: &[Line], after: &[Line], arrived: &Arrived) -> Outcome<()> {
    let (now, order) = (tx.now(), &hand.order);
    if let Some(line) = after.iter().find(|line| line.received > rules::most_received(line)) {
        return Err(SupplierOrderError::TooManyReceived { most: rules::most_received(line) }.into());
    }
    let owed = rules::owed(after, order.delivery_cost).map_err(SupplierOrderError::from)?;
    if owed < order.paid {
        return Err(SupplierOrderError::BelowPaid { paid: order.paid }.into());
    }
    hand.go(tx, if arrived.in_full { Move::ReceiveFull } else { Move::ReceivePart })?;
    let (was, is) = (rules::delivery(before, order.delivery_cost), rules::delivery(after, order.delivery_cost));
    let delivery = is.minus(was).map_err(SupplierOrderError::from)?.max(Rupiah::ZERO);
    let mut less = Less { delivery: was.minus(is).map_err(SupplierOrderError::from)?.max(Rupiah::ZERO), ..Less::default() };
    let reference = format!("{}:received:{}", order.id, order.version);
    let why = |kind| Why { kind, reference: &reference, by: hand.by.person() };
    let (mut more, mut goods) = (Vec::new(), Vec::new());
    for (old, new) in before.iter().zip(after).filter(|(old, new)| old.received != new.received) {
        let worth = |line: &Line| rules::amount(line, line.received);
        let quantity = new.content.checked_mul((new.received - old.received).abs()).ok_or(SupplierOrderError::TooMuch)?;
        let value = worth(new).and_then(|is| is.minus(worth(old)?)).map_err(SupplierOrderError::from)?;
        if new.received > old.received {
            more.push((new.material_id, quantity));
            goods.push(value);
        } else {
            let taken = materials::take_out(tx, order.buyer_id, new.material_id, quantity, why(Movement::Adjusted))
                .map_err(|failure| failure.map(SupplierOrderError::Material))?;
            less.goods = less.goods.minus(value).map_err(SupplierOrderError::from)?;
            less.materials = less.materials.plus(taken).map_err(SupplierOrderError::from)?;
        }
        store::set_counts(tx, new)?;
    }
    let landed = rules::landed(&goods, delivery).map_err(SupplierOrderError::from)?;
    for ((material, quantity), cost) in more.into_iter().zip(landed) {
        materials::put_in(tx, order.buyer_id, material, Holding { quantity, cost }, why(Movement::Received))
            .map_err(|failure| failure.map(SupplierOrderError::Material))?;
    }
    let sum = Rupiah::sum(goods).map_err(SupplierOrderError::from)?;
    if sum.plus(delivery).map_err(SupplierOrderError::from)?.is_positive() {
        account(tx, order, &rules::received(between(order), &reference, sum, delivery, now).map_err(SupplierOrderError::from)?)?;
    }
    owe_less(tx, order, &format!("{reference}:less"), less)?;
    Ok(store::arrived(tx, order.id, owed, arrived)?)
}

fn owe_less(tx: &mut Tx<'_>, order: &Order, reference: &str, less: Less) -> Outcome<()> {
    if less == Less::default() {
        return Ok(());
    }
    let entries = rules::less_owed(between(order), reference, less, tx.now()).map_err(SupplierOrderError::from)?;
    account(tx, order, &entries)
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
/// [`SupplierOrderError::BilledBelowReceived`] from the buyer, [`SupplierOrderError::BelowPaid`], [`SupplierOrderError::NoSuchLine`], [`SupplierOrderError::WrongState`].
pub fn bill(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, counts: &[LineCount]) -> Outcome<Whole> {
    let mut hand = take(tx, who, id, &[Side::Supplier, Side::Buyer], None)?;
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
        return Err(SupplierOrderError::BelowPaid { paid: hand.order.paid }.into());
    }
    hand.order.state = hand.go(tx, Move::Bill)?;
    for line in &after {
        store::set_counts(tx, line)?;
    }
    let mut less = Less::default();
    let reference = format!("{id}:billed");
    for line in &after {
        let (came, charged) = (rules::amount(line, line.received), rules::amount(line, rules::payable(line)));
        let cheaper = came.and_then(|came| came.minus(charged?)).map_err(SupplierOrderError::from)?;
        let quantity = line.content.checked_mul(line.received).ok_or(SupplierOrderError::TooMuch)?;
        let why = Why { kind: Movement::Adjusted, reference: &reference, by: hand.by.person() };
        let lowered = materials::cheapen(tx, hand.order.buyer_id, line.material_id, Holding { quantity, cost: cheaper }, why)
            .map_err(|failure| failure.map(SupplierOrderError::Material))?;
        less.goods = less.goods.plus(cheaper).map_err(SupplierOrderError::from)?;
        less.materials = less.materials.plus(lowered).map_err(SupplierOrderError::from)?;
    }
    owe_less(tx, &hand.order, &reference, less)?;
    store::set_owed(tx, id, owed)?;
    hand.order.owed = owed;
    paying::settle(tx, &mut hand)?;
    hand.tell(tx, Notice::SupplierOrderBilled)?;
    Ok(store::whole(tx, id)?)
}
