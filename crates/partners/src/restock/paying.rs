//! Outright goods and their money: what they cost, how much may be owed, and what is paid.

use std::collections::BTreeMap;

use super::model::{Payment, Restock, RestockId, Whole};
use super::rules;
use super::service::{Hand, Outcome, RestockError, sums, take};
use super::store;
use crate::agreements::{self, InForce, Terms};
use crate::consignment::model::Side;
use crate::debts::{self, Between, Method, Mirrored};
use crate::notices::{Notice, tell};
use crate::obligations::{self, Kind as Obligation, Owed};
use books::ledger::service as ledger;
use books::ledger::{Account, Entry, Movement as LedgerMovement};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::Tx;
use kit::money::Rupiah;
use market::costs;
use market::inventory::{self, Movement, Shelf, Why};
use market::packs::PackId;
use people::enterprises::EnterpriseId;

/// Whether so much more may be owed for outright goods on credit. What is unpaid of goods that came counts, and what was asked for
/// and may still come: two restocks together never exceed the limit. What both books say is paid, by whatever act, is not owed; what
/// the maker owes for something else pays nothing.
///
/// # Errors
/// [`RestockError::OverCredit`] with what is free.
pub(super) fn within_credit(tx: &mut Tx<'_>, maker: EnterpriseId, warung: EnterpriseId, (limit, more): (Rupiah, Rupiah)) -> Outcome<()> {
    let mut owed = Rupiah::ZERO;
    for (owed_for, paid) in store::unpaid(tx, maker, warung)? {
        owed = sums(owed_for.minus(paid).and_then(|open| owed.plus(open)))?;
    }
    let today = tx.now().business_date();
    owed = owed.min(ledger::claimed(tx, maker, warung, today)?.max(Rupiah::ZERO));
    for (price, quantity) in store::coming_on_credit(tx, maker, warung)? {
        owed = sums(price.times(quantity).and_then(|worth| owed.plus(worth)))?;
    }
    let free = sums(limit.minus(owed))?.max(Rupiah::ZERO);
    if more > free { Err(RestockError::OverCredit { limit, free }.into()) } else { Ok(()) }
}

/// The goods are the warung's own from the time they came. They are owed for, until the maker says that she has the money.
pub(super) fn buy(tx: &mut Tx<'_>, hand: &Hand<'_>, whole: &Whole, received: &BTreeMap<PackId, i64>, at: Timestamp) -> Outcome<()> {
    let (now, restock) = (tx.now(), &hand.restock);
    let (maker, warung, reference) = (restock.maker_id, restock.warung_id, restock.id.to_string());
    let counts = ledger::counts_at(tx, &[maker, warung], at, now)?;
    let why = Why::at(&reference, Some(hand.by), at).counting(counts);
    let (mut total, mut cost) = (Rupiah::ZERO, Rupiah::ZERO);
    for line in &whole.lines {
        let (pack, came) = (line.pack_id, received[&line.pack_id]);
        let moved = inventory::move_reserved(tx, Shelf::home(pack, maker), Shelf::bought(pack, warung), Movement::Received, came, &why);
        moved.map_err(|failure| failure.map(RestockError::Stock))?;
        cost = sums(cost.plus(costs::take(tx, pack, came)?))?;
        total = sums(line.price.times(came).and_then(|worth| total.plus(worth)))?;
    }
    let goods = Entry::new(LedgerMovement::CostOfGoods, format!("{reference}:cost"), counts);
    let goods = sums(goods.transfer(Account::Stock, Account::CostGoods, cost))?;
    ledger::post(tx, maker, &goods).map_err(|failure| failure.map(RestockError::Books))?;
    if !total.is_positive() {
        return Ok(());
    }
    let bought = sums(rules::bought(between(restock), &reference, total, counts))?;
    enter(tx, restock, &bought)?;
    store::owe(tx, restock.id, total)?;
    owe_payment(tx, restock, at)
}

const fn between(restock: &Restock) -> Between {
    Between { seller: restock.maker_id, buyer: restock.warung_id }
}

fn enter(tx: &mut Tx<'_>, restock: &Restock, (of_maker, of_warung): &Mirrored) -> Outcome<()> {
    let entered = ledger::post_mirrored(tx, (restock.maker_id, of_maker), (restock.warung_id, of_warung));
    entered.map_err(|failure| failure.map(RestockError::Books))?;
    Ok(())
}

/// Under an agreement goods are to be paid by a day: on credit after the days agreed, else on the day when they were counted, before
/// which no money for them can be written down.
fn owe_payment(tx: &mut Tx<'_>, restock: &Restock, at: Timestamp) -> Outcome<()> {
    let Some((agreement, number)) = restock.under() else { return Ok(()) };
    let due_on = match (restock.payment, agreements::reading::terms_of(tx, agreement, number)?) {
        (Some(Payment::Credit), Terms::Purchase(terms)) => {
            at.business_date() + chrono::Days::new(u64::try_from(terms.payment_days.get()).unwrap_or(0))
        }
        (Some(Payment::Credit | Payment::Cash | Payment::Transfer) | None, _) => tx.now().business_date(),
    };
    let subject = restock.id.to_string();
    let owed = Owed { kind: Obligation::Payment, subject: &subject, by: restock.warung_id, to: restock.maker_id, due_on };
    obligations::owe(tx, &InForce { agreement, number, terms: () }, owed)?;
    Ok(())
}

/// The warung pays for outright goods, in parts or at once. Money is hers who says that she has it, so the maker's side writes it
/// down.
///
/// # Errors
/// [`RestockError::OverPaid`] with what is owed.
pub fn pay(tx: &mut Tx<'_>, who: Identity, id: RestockId, amount: Rupiah, method: Method) -> Outcome<Whole> {
    let hand = take(tx, who, id, Side::Maker, None)?;
    let owed = sums(hand.restock.owed.minus(hand.restock.paid))?;
    if amount > owed {
        return Err(RestockError::OverPaid { owed }.into());
    }
    take_in(tx, &hand, amount, method)?;
    if amount == owed {
        obligations::done(tx, Obligation::Payment, &id.to_string())?;
    }
    tell(tx, Notice::RestockPaid, hand.restock.warung_id, hand.restock.maker_id, amount)?;
    Ok(store::whole(tx, id)?)
}

fn take_in(tx: &mut Tx<'_>, hand: &Hand<'_>, amount: Rupiah, method: Method) -> Outcome<()> {
    let (now, restock) = (tx.now(), &hand.restock);
    let payment = store::pay(tx, restock.id, (amount, method), hand.by)?;
    let settled = sums(debts::settled(between(restock), &format!("{payment}:paid"), method, amount, now))?;
    enter(tx, restock, &settled)
}
