//! A visit: what stands there is counted, what is missing was sold, it is paid for or put on credit, and new goods are left.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};

use super::accounting::About;
use super::counting::{Returns, settled, warung_bears_spoilage};
use super::looking::whole;
use super::model::{Consignment, ConsignmentId, Goods, NewSale, NewVisit, SaleKind, Side, VisitId, VisitLine, WholeVisit};
use super::notes::{self, Arriving, Source};
use super::rules::{self, Money};
use super::service::{
    ConsignmentError, Hand, Outcome, about, counts_at, mirrored, next_visit, on_sale, owe_visit, priced, settling_terms, stock, sums, take,
    visit_subject,
};
use super::visit_store::{self, NewRow};
use super::{costing, sale_store, store};
use crate::agreements::InForce;
use crate::agreements::terms::Consignment as Terms;
use crate::notices::Notice;
use crate::obligations::{self, Kind as Obligation, Owed};
use books::ledger::Account;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{DbError, Tx};
use kit::money::Rupiah;
use market::inventory::{self, First, Movement, Shelf, Why};
use market::packs::PackId;

/// How late a visit may come in.
const MOST_DAYS_LATE: i64 = 60;

/// Writes a visit down. The same visit again, known by the name its device gave it, changes nothing.
///
/// # Errors
/// [`ConsignmentError::TooMany`] with the figures, [`ConsignmentError::NotCounted`], [`ConsignmentError::LaterVisit`],
/// [`ConsignmentError::VisitMissing`], [`ConsignmentError::VisitExists`], [`ConsignmentError::OtherVisit`],
/// [`ConsignmentError::OverCredit`], [`ConsignmentError::OverPaid`], [`ConsignmentError::ReturnNotAgreed`],
/// [`ConsignmentError::NoAgreement`] where something is topped up.
pub fn record(tx: &mut Tx<'_>, who: Identity, id: ConsignmentId, new: &NewVisit) -> Outcome<WholeVisit> {
    let now = tx.now();
    let hand = take(tx, who, id, &[Side::Maker, Side::Warung], None)?;
    let of = &hand.consignment;
    let content = new.told();
    if let Some(known) = visit_store::by_client_id(tx, id, hand.side, &new.client_id)? {
        let same = known.told.is_none_or(|told| told == content);
        return if same { whole(tx, now, known.id) } else { Err(ConsignmentError::OtherVisit { visit: known.id }.into()) };
    }
    let at = held_at(tx, &hand, new)?;
    let (in_force, agreed) = settling_terms(tx, of, at)?;
    let terms = &in_force.terms;
    let mut goods = store::goods(tx, id)?;
    let mut lines = settled(tx, of, &goods, &new.lines, (terms, agreed), at)?;
    let told = totals(&lines)?;
    let owed_before = sums(of.due.minus(of.paid))?;
    let (paid, claimed) = money(new, hand.side);
    check_payment(owed_before, told.due, paid.max(claimed), terms.credit_limit.amount())?;

    let next = agreed.then(|| next_visit(terms, at.business_date()));
    let counts = counts_at(tx, of, at, now)?;
    let visit = VisitId::new();
    let about = about(of, visit, counts);
    let why = Why::at(visit, Some(hand.by), at).counting(counts);
    let first = Returns::at(tx, of, terms, at)?.first();
    move_goods(tx, of, &lines, first, &why)?;
    costing::leave(tx, of, &mut goods, &mut lines, &about, warung_bears_spoilage(terms))?;
    let row = NewRow {
        id: visit,
        consignment: id,
        number: of.visits + 1,
        client_id: &new.client_id,
        recorded_by: hand.side,
        under: (in_force.agreement, in_force.number),
        visited_at: at,
        owed_before,
        money: told,
        paid,
        claimed,
        method: new.paid.map(|paying| paying.method),
        due_through: sums(of.due.plus(told.due))?,
        next_visit_on: next,
        entered_on: Some(counts.business_date()).filter(|day| *day != at.business_date()),
        note: new.note.as_ref(),
        told: &content,
    };
    visit_store::insert(tx, &row, &lines, hand.by)?;
    if !store::set_visited(tx, of, visit, at)? {
        return Err(DbError::Collision.into());
    }
    enter(tx, &hand, &about, &lines, at)?;
    if let Some(paying) = new.paid.filter(|_| paid.is_positive()) {
        let entries = sums(about.paid("paid", paying.method, paid))?;
        mirrored(tx, of, &entries)?;
        store::pay(tx, id, Some(visit), (paid, paying.method, counts), hand.by)?;
    }
    let owed = sums(owed_before.plus(told.due).and_then(|owed| owed.minus(paid)))?;
    oblige(tx, of, visit, &in_force, (at, next, owed))?;
    clear(tx, id, at.business_date())?;
    store::set_terms(tx, id, (in_force.agreement, in_force.number), next)?;
    top_up(tx, &hand, visit, &mut goods, &lines, (&in_force, agreed), at)?;
    hand.tell(tx, Notice::VisitHeld, visit)?;
    whole(tx, now, visit)
}

/// What was paid by the word of who got it, and what is only claimed by who says that she paid.
fn money(new: &NewVisit, recorded_by: Side) -> (Rupiah, Rupiah) {
    let told = new.paid.map_or(Rupiah::ZERO, |paying| paying.amount.amount());
    if rules::counts_at_once(recorded_by) { (told, Rupiah::ZERO) } else { (Rupiah::ZERO, told) }
}

/// When the visit was: after the one it follows, which must have come in and be the last. Whoever does not know of the last visit may
/// be writing the same one down again.
fn held_at(tx: &mut Tx<'_>, hand: &Hand<'_>, new: &NewVisit) -> Outcome<Timestamp> {
    let (now, of) = (tx.now(), &hand.consignment);
    let at = new.visited_at.unwrap_or(now);
    if !rules::can_be(at, now.after(-Duration::days(MOST_DAYS_LATE)), now) {
        return Err(ConsignmentError::VisitedAt.into());
    }
    let before = match &new.follows {
        Some(name) => visit_store::named(tx, of.id, hand.side, name)?.ok_or(ConsignmentError::VisitMissing)?.number,
        None => 0,
    };
    if let Some(next) = visit_store::numbered(tx, of.id, before + 1)? {
        return Err(ConsignmentError::VisitExists { visit: next.id, by: next.recorded_by, at: next.visited_at }.into());
    }
    // Nothing happens later than now, whatever a device's clock says.
    let at = at.min(now);
    match of.last_visited_at {
        Some(last) if at <= last => Err(ConsignmentError::LaterVisit { at: last }.into()),
        Some(_) | None => Ok(at),
    }
}

/// What the lines come to; what the warung bears of what went bad is due too, and is no sale.
pub(super) fn totals(lines: &[VisitLine]) -> Outcome<Money> {
    let gross = sums(Rupiah::sum(lines.iter().map(|line| line.gross)))?;
    let share = sums(Rupiah::sum(lines.iter().map(|line| line.share)))?;
    let due = sums(Rupiah::sum(lines.iter().flat_map(|line| [line.due, line.spoilage_due])))?;
    Ok(Money { gross, share, due })
}

/// No more than is owed is paid, and nothing is put on credit beyond what was agreed. Who pays all that comes due, or more, may always
/// do so, however much is owed: the till sells on credit too, and is never refused.
fn check_payment(owed_before: Rupiah, due: Rupiah, paid: Rupiah, limit: Rupiah) -> Outcome<()> {
    let all = sums(owed_before.plus(due))?;
    if paid.is_positive() && paid > all {
        return Err(ConsignmentError::OverPaid { owed: all.max(Rupiah::ZERO) }.into());
    }
    let owed = sums(all.minus(paid))?;
    if due > paid && owed > limit { Err(ConsignmentError::OverCredit { limit, owed }.into()) } else { Ok(()) }
}

/// Goods go back, are thrown away, and turn out to have been sold.
fn move_goods(tx: &mut Tx<'_>, of: &Consignment, lines: &[VisitLine], first: First<'_>, why: &Why<'_>) -> Outcome<()> {
    for line in lines {
        let pack = line.pack_id;
        let (there, home) = (Shelf::consigned(pack, of.maker_id, of.warung_id), Shelf::home(pack, of.maker_id));
        let now_sold = line.sold - line.at_till;
        stock(inventory::move_first(tx, (there, home), Movement::Returned, first, line.returned, why))?;
        stock(inventory::take_out(tx, there, Movement::Spoiled, line.spoiled, why))?;
        stock(inventory::take_out(tx, there, Movement::HandedOver, now_sold, why))?;
        notes::depart(tx, of.id, pack, line.returned + line.spoiled + now_sold)?;
    }
    Ok(())
}

/// What was sold goes into both books, and what the warung bears of what went bad.
fn enter(tx: &mut Tx<'_>, hand: &Hand<'_>, about: &About, lines: &[VisitLine], at: Timestamp) -> Outcome<()> {
    let of = &hand.consignment;
    let (mut all, mut spoiled) = (Money { gross: Rupiah::ZERO, share: Rupiah::ZERO, due: Rupiah::ZERO }, Rupiah::ZERO);
    for line in lines {
        let sold = Money { gross: line.gross, share: line.share, due: line.due };
        all = sums(added(all, sold))?;
        spoiled = sums(spoiled.plus(line.spoilage_due))?;
        let sale = NewSale {
            pack: line.pack_id,
            kind: SaleKind::Visit,
            quantity: line.sold - line.at_till,
            gross: sold.gross,
            share: sold.share,
            due: sold.due,
            happened_at: at,
            counts_at: about.at,
        };
        if sale.quantity > 0 {
            sale_store::insert_sale(tx, of.id, &sale)?;
        }
        if line.spoilage_due.is_positive() {
            sale_store::insert_sale(tx, of.id, &spoilage(line.pack_id, line.spoilage_due, (at, about.at)))?;
        }
    }
    let entries = sums(about.sold("sold", all, Account::CashSeller))?;
    mirrored(tx, of, &entries)?;
    let entries = sums(about.spoiled_by_warung("spoiled", spoiled))?;
    mirrored(tx, of, &entries)?;
    Ok(store::add_due(tx, of.id, sums(all.due.plus(spoiled))?)?)
}

fn added(a: Money, b: Money) -> Result<Money, kit::money::MoneyError> {
    Ok(Money { gross: a.gross.plus(b.gross)?, share: a.share.plus(b.share)?, due: a.due.plus(b.due)? })
}

/// What a warung owes for goods that went bad: due, and all of it the maker's.
pub(super) const fn spoilage(pack: PackId, due: Rupiah, (happened_at, counts_at): (Timestamp, Timestamp)) -> NewSale {
    NewSale { pack, kind: SaleKind::Spoilage, quantity: 0, gross: due, share: Rupiah::ZERO, due, happened_at, counts_at }
}

/// The visit that was owed is done and the next one is owed; what is not paid is owed until then.
fn oblige(
    tx: &mut Tx<'_>,
    of: &Consignment,
    visit: VisitId,
    under: &InForce<Terms>,
    (at, next, owed): (Timestamp, Option<NaiveDate>, Rupiah),
) -> Outcome<()> {
    obligations::done_on(tx, Obligation::Delivery, &visit_subject(of.id, of.visits + 1), at.business_date())?;
    let Some(next) = next else { return Ok(()) };
    owe_visit(tx, of, (under.agreement, under.number), of.visits + 2, next)?;
    if owed.is_positive() {
        let subject = visit.to_string();
        let owed = Owed { kind: Obligation::Payment, subject: &subject, by: of.warung_id, to: of.maker_id, due_on: next };
        obligations::owe(tx, under, owed)?;
    }
    Ok(())
}

/// Visits up to which everything is paid are cleared, and what was owed for them was done on `day`.
pub(super) fn clear(tx: &mut Tx<'_>, id: ConsignmentId, day: NaiveDate) -> Outcome<()> {
    let paid = store::get(tx, id)?.paid;
    for visit in visit_store::clear(tx, id, paid)? {
        obligations::done_on(tx, Obligation::Payment, &visit.to_string(), day)?;
    }
    Ok(())
}

/// New goods are left, and from now on everything sells at today's price and by the terms in force.
fn top_up(
    tx: &mut Tx<'_>,
    hand: &Hand<'_>,
    visit: VisitId,
    goods: &mut BTreeMap<PackId, Goods>,
    lines: &[VisitLine],
    (in_force, agreed): (&InForce<Terms>, bool),
    at: Timestamp,
) -> Outcome<()> {
    if !agreed {
        return Ok(());
    }
    let of = &hand.consignment;
    let packs: Vec<PackId> = lines.iter().map(|line| line.pack_id).collect();
    let offers = on_sale(tx, of.maker_id, &packs)?;
    let mut came = Vec::new();
    for line in lines {
        let Some(offer) = offers.get(&line.pack_id) else { continue };
        // New terms may say nothing of goods that stand here on older ones: those keep theirs until they are topped up.
        let (price, earned) = match priced(&in_force.terms, offer) {
            Err(_) if line.topped_up == 0 => continue,
            agreed => agreed?,
        };
        if let Some(goods) = goods.get_mut(&line.pack_id) {
            (goods.price, goods.earned) = (price, earned);
            store::keep_goods(tx, of.id, goods)?;
        }
        came.push(Arriving { pack: line.pack_id, price, earned, quantity: line.topped_up });
    }
    let of = store::get(tx, of.id)?;
    notes::deliver(tx, &of, (in_force.agreement, in_force.number), &visit.to_string(), &came, Source::Free, (Some(hand.by), at))
}
