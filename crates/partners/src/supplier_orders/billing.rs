//! The supplier says what she charges, and puts it right.

use super::model::{Line, LineCount, State, SupplierOrderId, Whole};
use super::receiving::{account, between, came, owe_less};
use super::rules::{self, Less, Move};
use super::service::{Hand, Outcome, Side, SupplierOrderError, matched, take};
use super::store;
use crate::materials::{self, Holding, Movement, Why};
use crate::notices::Notice;
use kit::auth::Identity;
use kit::db::Tx;
use kit::money::Rupiah;

/// What the supplier charges, per line: by herself, or by the buyer from the paper that came along. Nothing more comes after it. Until
/// all is paid the supplier may put her bill right.
///
/// # Errors
/// [`SupplierOrderError::BilledBelowReceived`] from the buyer, [`SupplierOrderError::BelowPaid`], [`SupplierOrderError::NoSuchLine`],
/// [`SupplierOrderError::WrongState`], also for the buyer once it is billed.
pub fn bill(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, counts: &[LineCount]) -> Outcome<Whole> {
    let mut hand = take(tx, who, id, &[Side::Supplier, Side::Buyer], None)?;
    let billed = hand.order.state == State::Billed;
    if billed && hand.side == Side::Buyer {
        return Err(SupplierOrderError::WrongState { state: State::Billed, wanted: Move::Bill }.into());
    }
    let before = store::lines(tx, id)?;
    let told = matched(&before, counts)?;
    // A line that the bill does not speak of is charged as it was received, or as it was billed before.
    let charged = |line: &Line| told.iter().find(|(other, _)| other.position == line.position).map(|(_, count)| *count);
    let after: Vec<Line> =
        before.iter().map(|line| Line { billed: charged(line).or(line.billed).or(Some(line.received)), ..line.clone() }).collect();
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
    let reference = if billed { format!("{id}:billed:{}", hand.order.version) } else { format!("{id}:billed") };
    charge(tx, &hand, &before, &after, &reference)?;
    let on = hand.order.received_on;
    came(tx, &mut hand, &after, on, owed)?;
    hand.tell(tx, Notice::SupplierOrderBilled)?;
    Ok(store::whole(tx, id)?)
}

/// Brings the worth of what is in stock, debt and both books from what was charged `before` to what is charged `after`.
fn charge(tx: &mut Tx<'_>, hand: &Hand<'_>, before: &[Line], after: &[Line], reference: &str) -> Outcome<()> {
    let (now, order) = (tx.now(), &hand.order);
    let (mut less, mut goods, mut worth) = (Less::default(), Rupiah::ZERO, Rupiah::ZERO);
    for (old, new) in before.iter().zip(after) {
        let (was, is) = (rules::amount(old, rules::payable(old)), rules::amount(new, rules::payable(new)));
        let change = is.and_then(|is| is.minus(was?)).map_err(SupplierOrderError::from)?;
        let quantity = new.content.checked_mul(new.received).ok_or(SupplierOrderError::TooMuch)?;
        let why = Why { kind: Movement::Adjusted, reference, by: hand.by.person() };
        let revalued = materials::revalue(tx, order.buyer_id, new.material_id, Holding { quantity, cost: change }, why)
            .map_err(|failure| failure.map(SupplierOrderError::Material))?;
        if change.is_positive() {
            goods = goods.plus(change).map_err(SupplierOrderError::from)?;
            worth = worth.plus(revalued).map_err(SupplierOrderError::from)?;
        } else {
            less.goods = less.goods.minus(change).map_err(SupplierOrderError::from)?;
            less.materials = less.materials.minus(revalued).map_err(SupplierOrderError::from)?;
        }
    }
    owe_less(tx, order, reference, less)?;
    if goods.is_positive() {
        let entries =
            rules::more_owed(between(order), &format!("{reference}:more"), goods, worth, now).map_err(SupplierOrderError::from)?;
        account(tx, order, &entries)?;
    }
    Ok(())
}
