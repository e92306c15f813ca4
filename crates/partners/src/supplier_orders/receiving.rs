//! Goods come and are counted.

use chrono::NaiveDate;

use super::model::{Line, LineCount, Order, State, SupplierOrderId, Whole};
use super::paying;
use super::rules::{self, Less, Move};
use super::service::{Hand, Outcome, Side, SupplierOrderError, matched, take};
use super::store::{self, Arrived};
use crate::debts::{Between, Mirrored};
use crate::materials::{self, Holding, Movement, Why};
use crate::notices::Notice;
use crate::obligations::{self, Came, Kind as Obligation};
use books::ledger;
use kit::auth::Identity;
use kit::db::Tx;
use kit::money::Rupiah;

pub(super) const fn between(order: &Order) -> Between {
    Between { seller: order.supplier_id, buyer: order.buyer_id }
}

/// Enters what both sides say into both books; what is the buyer's own affair, into hers.
pub(super) fn account(tx: &mut Tx<'_>, order: &Order, (supplier, buyer): &Mirrored) -> Outcome<()> {
    let entered = if supplier.postings().is_empty() {
        ledger::service::post(tx, order.buyer_id, buyer).map(|_| ())
    } else {
        ledger::service::post_mirrored(tx, (order.buyer_id, buyer), (order.supplier_id, supplier)).map(|_| ())
    };
    entered.map_err(|failure| failure.map(SupplierOrderError::Books))
}

/// The buyer counts what has come: it is added to what came before. It came today, or on the day she says.
///
/// # Errors
/// [`SupplierOrderError::NothingReceived`], [`SupplierOrderError::TooManyReceived`], [`SupplierOrderError::ReceivedDay`],
/// [`SupplierOrderError::NoSuchLine`], [`SupplierOrderError::WrongState`].
pub fn receive(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, counts: &[LineCount], on: Option<NaiveDate>) -> Outcome<Whole> {
    let today = tx.now().business_date();
    let hand = take(tx, who, id, &[Side::Buyer], None)?;
    let before = store::lines(tx, id)?;
    let came = matched(&before, counts)?;
    if came.iter().all(|(_, count)| *count == 0) {
        return Err(SupplierOrderError::NothingReceived.into());
    }
    if hand.order.state == State::Billed {
        return Err(SupplierOrderError::WrongState { state: State::Billed, wanted: Move::ReceivePart }.into());
    }
    let on = on.unwrap_or(today);
    let sent_on = store::sent_on(tx, id)?.unwrap_or(today);
    if on < sent_on || on > today {
        return Err(SupplierOrderError::ReceivedDay { from: sent_on }.into());
    }
    let after =
        counted(&before, |line| line.received + came.iter().find(|(other, _)| other.position == line.position).map_or(0, |(_, n)| *n));
    // What comes on top of a whole order makes nobody late, and of two parts the later one counts, whichever is entered first.
    let last = hand.order.received_on;
    let on = if rules::complete(&before) { last.unwrap_or(on) } else { last.map_or(on, |last| last.max(on)) };
    take_in(tx, hand, &before, &after, on)
}

/// The buyer counts again what has come so far. When it came stays as it was told; where nothing came after all, it is still to come.
///
/// # Errors
/// [`SupplierOrderError::NothingReceived`] when nothing differs, [`SupplierOrderError::BelowPaid`],
/// [`SupplierOrderError::BilledCountLowered`] when it is billed and less would be owed, [`SupplierOrderError::Material`] when what is too much
/// has been used, [`SupplierOrderError::TooManyReceived`], [`SupplierOrderError::NoSuchLine`], [`SupplierOrderError::WrongState`] before
/// anything has come and once all is paid.
pub fn recount(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, counts: &[LineCount]) -> Outcome<Whole> {
    let hand = take(tx, who, id, &[Side::Buyer], None)?;
    let Some(on) = hand.order.received_on else {
        return Err(SupplierOrderError::WrongState { state: hand.order.state, wanted: Move::Recount }.into());
    };
    let before = store::lines(tx, id)?;
    let told = matched(&before, counts)?;
    let after = counted(&before, |line| told.iter().find(|(other, _)| other.position == line.position).map_or(line.received, |(_, n)| *n));
    if after == before {
        return Err(SupplierOrderError::NothingReceived.into());
    }
    take_in(tx, hand, &before, &after, on)
}

fn counted(lines: &[Line], received: impl Fn(&Line) -> i64) -> Vec<Line> {
    lines.iter().map(|line| Line { received: received(line), ..line.clone() }).collect()
}

/// Brings stock, debt and both books from what was counted `before` to what is counted `after`, and judges the delivery by it.
fn take_in(tx: &mut Tx<'_>, mut hand: Hand<'_>, before: &[Line], after: &[Line], on: NaiveDate) -> Outcome<Whole> {
    let order = &hand.order;
    if let Some(line) = after.iter().find(|line| line.received > rules::most_received(line)) {
        return Err(SupplierOrderError::TooManyReceived { most: rules::most_received(line) }.into());
    }
    let owed = rules::owed(after, order.delivery_cost).map_err(SupplierOrderError::from)?;
    let (none, billed) = (after.iter().all(|line| line.received == 0), order.state == State::Billed);
    if billed && owed < order.owed {
        return Err(SupplierOrderError::BilledCountLowered.into());
    }
    if owed < order.paid {
        return Err(SupplierOrderError::BelowPaid { paid: order.paid }.into());
    }
    let event = match (billed, none, rules::complete(after)) {
        (true, ..) => Move::Recount,
        (false, true, _) => Move::ReceiveNone,
        (false, false, true) => Move::ReceiveFull,
        (false, false, false) => Move::ReceivePart,
    };
    hand.order.state = hand.go(tx, event)?;
    let (less, reference) = stocked(tx, &hand, before, after)?;
    owe_less(tx, &hand.order, &format!("{reference}:less"), less)?;
    came(tx, &mut hand, after, (!none).then_some(on), owed)?;
    hand.tell(tx, Notice::SupplierOrderReceived)?;
    Ok(store::whole(tx, hand.order.id)?)
}

/// Writes down what is known by now of what came and what is owed, and judges delivery and payment by it.
pub(super) fn came(tx: &mut Tx<'_>, hand: &mut Hand<'_>, lines: &[Line], on: Option<NaiveDate>, owed: Rupiah) -> Outcome<()> {
    let (order, closed) = (&hand.order, matches!(hand.order.state, State::Billed | State::Paid));
    let whole = on.filter(|_| rules::complete(lines));
    let done = whole.or(on.filter(|_| closed));
    let delay_days = done.zip(order.first_promised_on).map(|(on, day)| i32::try_from((on - day).num_days()).unwrap_or(i32::MAX));
    store::arrived(tx, order.id, owed, &Arrived { on, in_full: on.map(|_| rules::in_full(lines)), delay_days })?;
    let judged = match (whole, done) {
        (Some(on), _) => Came::Whole(on),
        (None, Some(on)) => Came::Short(on),
        (None, None) => Came::NotYet,
    };
    obligations::came(tx, Obligation::Delivery, &order.id.to_string(), judged)?;
    let before = std::mem::replace(&mut hand.order.owed, owed);
    paying::weigh(tx, hand, before)
}

/// Brings the stock from what was counted `before` to what is counted `after`, and enters what is owed more into both books. Answers
/// what is owed less, and by what name the books know it.
fn stocked(tx: &mut Tx<'_>, hand: &Hand<'_>, before: &[Line], after: &[Line]) -> Outcome<(Less, String)> {
    let (now, order) = (tx.now(), &hand.order);
    let (was, is) = (rules::delivery(before, order.delivery_cost), rules::delivery(after, order.delivery_cost));
    let delivery = is.minus(was).map_err(SupplierOrderError::from)?.max(Rupiah::ZERO);
    let mut less = Less { delivery: was.minus(is).map_err(SupplierOrderError::from)?.max(Rupiah::ZERO), ..Less::default() };
    let reference = format!("{}:received:{}", order.id, order.version);
    let why = |kind| Why { kind, reference: &reference, by: hand.by.person() };
    let (mut more, mut goods) = (Vec::new(), Vec::new());
    for (old, new) in before.iter().zip(after).filter(|(old, new)| old.received != new.received) {
        let worth = |line: &Line| rules::amount(line, rules::payable(line));
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
    Ok((less, reference))
}

pub(super) fn owe_less(tx: &mut Tx<'_>, order: &Order, reference: &str, less: Less) -> Outcome<()> {
    if less == Less::default() {
        return Ok(());
    }
    let entries = rules::less_owed(between(order), reference, less, tx.now()).map_err(SupplierOrderError::from)?;
    account(tx, order, &entries)
}
