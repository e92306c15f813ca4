//! Consigned goods between visits: sold at the warung's till, and paid for.

use super::accounting::AtCost;
use super::model::{Consignment, ConsignmentId, NewSale, SaleKind, Side};
use super::rules;
use super::service::{ConsignmentError, Outcome, about, after_visit, counts_at, mirrored, stock, sums, take};
use super::visits::clear;
use super::{costing, notes, sale_store, store};
use crate::debts::Method;
use crate::notices::Notice;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{DbError, Tx};
use kit::money::Rupiah;
use market::inventory::{self, Movement, Shelf, Why};
use market::packs::PackId;
use people::enterprises::EnterpriseId;
use people::permissions::By;

/// What is sold at a till of one pack that belongs to `maker`.
#[derive(Clone, Copy, Debug)]
pub struct AtTill<'a> {
    pub maker: EnterpriseId,
    pub warung: EnterpriseId,
    pub pack: PackId,
    pub quantity: i64,
    /// What the till asks for one, where it says so: it must be the maker's price.
    pub price: Option<Rupiah>,
    pub method: Method,
    /// The sale, and the line of it.
    pub reference: &'a str,
    pub sold_at: Option<Timestamp>,
}

/// Sells goods at the warung's till that are their maker's: they leave her shelf there, and both books say so at once. Answers the price.
///
/// # Errors
/// [`ConsignmentError::SettledSince`], [`ConsignmentError::NotThereThen`], [`ConsignmentError::PriceOfMaker`], [`ConsignmentError::Stock`].
pub fn sell(tx: &mut Tx<'_>, sale: AtTill<'_>, by: By<'_>) -> Outcome<Rupiah> {
    let now = tx.now();
    let of = store::of_pair(tx, sale.maker, sale.warung)?.ok_or(DbError::NotFound)?;
    let at = sale.sold_at.unwrap_or_else(|| after_visit(&of, now));
    if let Some(last) = of.last_visited_at.filter(|last| at <= *last) {
        return Err(ConsignmentError::SettledSince { at: last }.into());
    }
    let shelf = Shelf::consigned(sale.pack, sale.maker, sale.warung);
    let there = inventory::stood_at(tx, shelf, at)?;
    if there < sale.quantity {
        return Err(ConsignmentError::NotThereThen { pack: sale.pack, at, there, sold: sale.quantity }.into());
    }
    let mut goods = store::goods(tx, of.id)?.remove(&sale.pack).ok_or(ConsignmentError::NotThere { pack: sale.pack })?;
    if sale.price.is_some_and(|price| price != goods.price) {
        return Err(ConsignmentError::PriceOfMaker { price: goods.price }.into());
    }
    let about = about(&of, sale.reference, counts_at(tx, &of, at, now)?);
    let why = Why::at(sale.reference, Some(by), at).counting(about.at);
    stock(inventory::take_out(tx, shelf, Movement::HandedOver, sale.quantity, &why))?;
    notes::depart(tx, of.id, sale.pack, sale.quantity)?;
    let cost = costing::part_with(&mut goods, sale.quantity)?.cost;
    store::keep_goods(tx, of.id, &goods)?;
    let money = sums(rules::money(goods.earned, goods.price, sale.quantity))?;
    costing::enter(tx, &about, AtCost::Sold, cost)?;
    let entries = sums(about.sold("sold", money, sale.method.purse()))?;
    mirrored(tx, &of, &entries)?;
    let row = NewSale {
        pack: sale.pack,
        kind: SaleKind::Till,
        quantity: sale.quantity,
        gross: money.gross,
        share: money.share,
        due: money.due,
        happened_at: at,
        counts_at: about.at,
    };
    sale_store::insert_sale(tx, of.id, &row)?;
    store::add_due(tx, of.id, money.due)?;
    Ok(goods.price)
}

/// The warung pays between visits. Money is hers who says that she has it, so the maker's side writes it down.
///
/// # Errors
/// [`ConsignmentError::OverPaid`] with what is owed.
pub fn pay(tx: &mut Tx<'_>, who: Identity, id: ConsignmentId, amount: Rupiah, method: Method) -> Outcome<Consignment> {
    let now = tx.now();
    let hand = take(tx, who, id, &[Side::Maker], None)?;
    let of = &hand.consignment;
    let owed = sums(of.due.minus(of.paid))?;
    if amount > owed {
        return Err(ConsignmentError::OverPaid { owed: owed.max(Rupiah::ZERO) }.into());
    }
    let payment = store::pay(tx, id, None, (amount, method, now), hand.by)?;
    let entries = sums(about(of, payment, now).paid("paid", method, amount))?;
    mirrored(tx, of, &entries)?;
    clear(tx, id, now.business_date())?;
    hand.tell(tx, Notice::ConsignmentPaid, amount)?;
    Ok(store::get(tx, id)?)
}
