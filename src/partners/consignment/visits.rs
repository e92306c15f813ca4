//! A visit: what stands there is counted, what is missing was sold, it is paid for or put on credit, and new goods are left.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, Duration, NaiveDate};

use super::accounting::About;
use super::model::{
    Consignment, ConsignmentId, Event, Goods, NewSale, NewVisit, SaleKind, Side, Visit, VisitCount, VisitId, VisitLine, VisitState,
    WholeVisit,
};
use super::notes::{self, Arriving, Source};
use super::rules::{self, Found, Money, Standing};
use super::service::{
    ConsignmentError, Hand, Outcome, about, counts_at, mirrored, next_visit, on_sale, owe_visit, priced, settling_terms, stock, sums, take,
    visible, visit_subject,
};
use super::visit_store::{self, NewRow};
use super::{costing, sale_store, statement, store};
use crate::books::ledger::Account;
use crate::kit::auth::Identity;
use crate::kit::clock::Timestamp;
use crate::kit::db::{Conn, DbError, Tx};
use crate::kit::money::Rupiah;
use crate::market::inventory::{self, First, Lot, Movement, Shelf, Why};
use crate::market::packs::PackId;
use crate::partners::agreements::InForce;
use crate::partners::agreements::terms::{Consignment as Terms, ReturnRule, Side as TermsSide};
use crate::partners::notices::Notice;
use crate::partners::obligations::{self, Kind as Obligation, Owed};
use crate::partners::parties::Names;
use crate::people::permissions::Action;

/// A device's clock may run ahead by so many minutes.
const MINUTES_AHEAD: i64 = 10;
/// How late a visit may come in.
const MOST_DAYS_LATE: i64 = 60;

/// Writes a visit down. The same visit again, known by the name its device gave it, changes nothing.
///
/// # Errors
/// [`ConsignmentError::TooMany`] with the figures, [`ConsignmentError::NotCounted`], [`ConsignmentError::LaterVisit`],
/// [`ConsignmentError::VisitMissing`], [`ConsignmentError::OverCredit`], [`ConsignmentError::OverPaid`],
/// [`ConsignmentError::ReturnNotAgreed`], [`ConsignmentError::NoAgreement`] where something is topped up.
pub fn record(tx: &mut Tx<'_>, who: Identity, id: ConsignmentId, new: &NewVisit) -> Outcome<WholeVisit> {
    let now = tx.now();
    let hand = take(tx, who, id, &[Side::Maker, Side::Warung], None)?;
    if let Some(known) = visit_store::by_client_id(tx, id, &new.client_id)? {
        return whole(tx, now, known.id);
    }
    let at = held_at(tx, &hand.consignment, new)?;
    let (in_force, agreed) = settling_terms(tx, &hand.consignment, at)?;
    let mut goods = store::goods(tx, id)?;
    let mut lines = settled(tx, &hand.consignment, &goods, &new.lines, (&in_force.terms, agreed), at)?;
    let told = totals(&lines)?;
    let paid = new.paid.map_or(Rupiah::ZERO, |paying| paying.amount.amount());
    let owed_before = sums(hand.consignment.due.minus(hand.consignment.paid))?;
    let owed = sums(owed_before.plus(told.due).and_then(|owed| owed.minus(paid)))?;
    check_payment(owed, paid, in_force.terms.credit_limit.amount())?;

    let next = agreed.then(|| next_visit(&in_force.terms, at.business_date()));
    let counts = counts_at(tx, &hand.consignment, at, now)?;
    let visit = VisitId::new();
    let about = about(&hand.consignment, visit, counts);
    let why = Why::at(visit, Some(hand.by), at).counting(counts);
    move_goods(tx, &hand.consignment, &lines, returned_first(&in_force.terms, at), &why)?;
    let bears = in_force.terms.spoilage_borne_by == TermsSide::Receiver;
    costing::leave(tx, &hand.consignment, &mut goods, &mut lines, &about, bears)?;
    let row = NewRow {
        id: visit,
        consignment: id,
        number: hand.consignment.visits + 1,
        client_id: &new.client_id,
        recorded_by: hand.side,
        under: (in_force.agreement, in_force.number),
        visited_at: at,
        owed_before,
        gross: told.gross,
        share: told.share,
        due: told.due,
        paid,
        due_through: sums(hand.consignment.due.plus(told.due))?,
        next_visit_on: next,
        entered_on: Some(counts.business_date()).filter(|day| *day != at.business_date()),
        note: new.note.as_ref(),
    };
    visit_store::insert(tx, &row, &lines, hand.by)?;
    if !store::set_visited(tx, &hand.consignment, visit, at)? {
        return Err(DbError::Collision.into());
    }
    enter(tx, &hand, &about, &lines, at)?;
    if let Some(paying) = new.paid {
        let entries = sums(about.paid("paid", paying.method, paid))?;
        mirrored(tx, &hand.consignment, &entries)?;
        store::pay(tx, id, Some(visit), (paid, paying.method, counts), hand.by)?;
    }
    oblige(tx, &hand.consignment, visit, &in_force, (at, next, owed))?;
    clear(tx, id)?;
    store::set_terms(tx, id, (in_force.agreement, in_force.number), next)?;
    top_up(tx, &hand, visit, &mut goods, &lines, (&in_force, agreed), at)?;
    hand.tell(tx, Notice::VisitHeld, visit)?;
    whole(tx, now, visit)
}

pub(super) fn whole(conn: &mut Conn, now: Timestamp, id: VisitId) -> Outcome<WholeVisit> {
    let visit = visit_store::get(conn, id)?;
    let consignment = store::get(conn, visit.consignment_id)?;
    Ok(gathered(conn, now, &consignment, vec![visit])?.pop().ok_or(DbError::NotFound)?)
}

/// Visits of one consignment with what belongs to them; what is to be pulled back is the same for all of them: it is what stands
/// there now.
fn gathered(conn: &mut Conn, now: Timestamp, consignment: &Consignment, visits: Vec<Visit>) -> Outcome<Vec<WholeVisit>> {
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    let names = Names::of(conn, [consignment.maker_id, consignment.warung_id])?;
    let (mut lines, today) = (visit_store::lines(conn, &ids)?, now.business_date());
    let pull_back = statement::pull_back(conn, consignment, today)?;
    let whole = |visit: Visit| WholeVisit {
        lines: lines.remove(&visit.id).unwrap_or_default(),
        consignment: consignment.clone(),
        names: names.clone(),
        pull_back: pull_back.clone(),
        today,
        visit,
    };
    Ok(visits.into_iter().map(whole).collect())
}

/// When the visit was: after the one before it, which must have come in.
fn held_at(tx: &mut Tx<'_>, of: &Consignment, new: &NewVisit) -> Outcome<Timestamp> {
    let now = tx.now();
    let at = new.visited_at.unwrap_or(now);
    if at > now.after(Duration::minutes(MINUTES_AHEAD)) || at < now.after(-Duration::days(MOST_DAYS_LATE)) {
        return Err(ConsignmentError::VisitedAt.into());
    }
    let before = of.last_visit_id.map(|last| visit_store::get(tx, last)).transpose()?;
    if let Some(follows) = &new.follows
        && before.as_ref().is_none_or(|before| before.client_id != follows.as_str())
    {
        return Err(ConsignmentError::VisitMissing.into());
    }
    // Nothing happens later than now, whatever a device's clock says.
    match of.last_visited_at {
        Some(last) if at <= last => Err(ConsignmentError::LaterVisit { at: last }.into()),
        Some(_) | None => Ok(at.min(now)),
    }
}

/// What should stand there of every pack at an instant, before the visit; what moved after it is left out.
fn standing(conn: &mut Conn, of: &Consignment, goods: &BTreeMap<PackId, Goods>, at: Timestamp) -> Outcome<BTreeMap<PackId, Standing>> {
    let (last, packs) = (of.last_visited_at, goods.keys().copied().collect::<Vec<_>>());
    let (delivered, delivered_later) = (store::delivered(conn, of.id, last, Some(at))?, store::delivered(conn, of.id, Some(at), None)?);
    let (at_till, at_till_later) = (sale_store::at_till(conn, of.id, last, Some(at))?, sale_store::at_till(conn, of.id, Some(at), None)?);
    let shelves = inventory::held_of(conn, of.warung_id, &packs)?;
    let count = |these: &BTreeMap<PackId, i64>, pack: &PackId| these.get(pack).copied().unwrap_or(0);
    let one = |goods: &Goods| {
        let pack = goods.pack;
        let on_hand = shelves.iter().find(|row| row.pack == pack && row.owner == of.maker_id).map_or(0, |row| row.on_hand);
        let expected = on_hand + count(&at_till_later, &pack) - count(&delivered_later, &pack);
        let (delivered, at_till) = (count(&delivered, &pack), count(&at_till, &pack));
        (pack, Standing { pack, expected, delivered, at_till, price: goods.price, earned: goods.earned })
    };
    Ok(goods.values().map(one).collect())
}

/// The lines of a visit: everything that is there must be counted, and nothing more than can be there.
fn settled(
    conn: &mut Conn,
    of: &Consignment,
    goods: &BTreeMap<PackId, Goods>,
    counts: &[VisitCount],
    (terms, agreed): (&Terms, bool),
    at: Timestamp,
) -> Outcome<Vec<VisitLine>> {
    let packs: BTreeSet<PackId> = counts.iter().map(|count| count.pack_id).collect();
    if packs.len() < counts.len() {
        return Err(ConsignmentError::LineTwice.into());
    }
    let mut there = standing(conn, of, goods, at)?;
    there.retain(|_, one| one.expected > 0 || one.delivered > 0 || one.at_till > 0);
    if let Some(pack) = there.keys().find(|pack| !packs.contains(pack)) {
        return Err(ConsignmentError::NotCounted { pack: *pack }.into());
    }
    let added = counts.iter().filter(|count| count.topped_up.is_some_and(|more| more.get() > 0)).map(|count| count.pack_id);
    let added: Vec<PackId> = added.collect();
    if !added.is_empty() && !agreed {
        return Err(ConsignmentError::NoAgreement.into());
    }
    let offers = on_sale(conn, of.maker_id, &added)?;
    let returnable = returnable(conn, of, terms, at)?;
    let bears = terms.spoilage_borne_by == TermsSide::Receiver;
    let mut lines = Vec::with_capacity(counts.len());
    for count in counts {
        let pack = count.pack_id;
        let number = |count: Option<crate::market::packs::model::Count>| count.map_or(0, crate::market::packs::model::Count::get);
        let found = Found {
            counted: count.counted.get(),
            returned: number(count.returned),
            spoiled: number(count.spoiled),
            topped_up: number(count.topped_up),
        };
        let offer = offers.get(&pack);
        if found.topped_up > 0 && offer.is_none() {
            return Err(ConsignmentError::NotForSale { pack }.into());
        }
        let known = there.remove(&pack);
        let fresh = match (known, offer, goods.get(&pack)) {
            (Some(standing), _, _) => standing,
            (None, Some(offer), _) => {
                let (price, earned) = priced(terms, offer)?;
                Standing { pack, expected: 0, delivered: 0, at_till: 0, price, earned }
            }
            (None, None, Some(goods)) => Standing { pack, expected: 0, delivered: 0, at_till: 0, price: goods.price, earned: goods.earned },
            (None, None, None) => return Err(ConsignmentError::NotThere { pack }.into()),
        };
        let line = rules::line(&fresh, found, bears).map_err(ConsignmentError::from)?;
        if let Some(most) = returnable(pack, fresh.expected).filter(|most| found.returned > *most) {
            return Err(ConsignmentError::ReturnNotAgreed { pack, most }.into());
        }
        lines.push(line);
    }
    Ok(lines)
}

/// How many of a pack may go back by the terms, of so many that are there; `None` where there is no limit.
fn returnable(
    conn: &mut Conn,
    of: &Consignment,
    terms: &Terms,
    at: Timestamp,
) -> Result<impl Fn(PackId, i64) -> Option<i64> + use<>, DbError> {
    let (rule, day) = (terms.return_rule, lasts_until(terms, at));
    let shelves = if rule == ReturnRule::BeforeExpiry { inventory::consigned(conn, &[of.maker_id], &[of.warung_id])? } else { Vec::new() };
    let too_late = |lot: &&Lot| lot.expires_on.is_some_and(|end| end < day);
    let late: BTreeMap<PackId, i64> =
        shelves.iter().map(|(row, lots)| (row.pack, lots.iter().filter(too_late).map(|lot| lot.quantity).sum())).collect();
    Ok(move |pack, there: i64| match rule {
        ReturnRule::Anytime => None,
        ReturnRule::BeforeExpiry => Some((there - late.get(&pack).copied().unwrap_or(0)).max(0)),
        ReturnRule::Never => Some(0),
    })
}

/// What the lines come to; what the warung bears of what went bad is due too, and is no sale.
pub(super) fn totals(lines: &[VisitLine]) -> Outcome<Money> {
    let gross = sums(Rupiah::sum(lines.iter().map(|line| line.gross)))?;
    let share = sums(Rupiah::sum(lines.iter().map(|line| line.share)))?;
    let due = sums(Rupiah::sum(lines.iter().flat_map(|line| [line.due, line.spoilage_due])))?;
    Ok(Money { gross, share, due })
}

/// No more than is owed is paid, and no more is left owed than was agreed.
fn check_payment(owed: Rupiah, paid: Rupiah, limit: Rupiah) -> Outcome<()> {
    if owed < Rupiah::ZERO && paid.is_positive() {
        let owed = sums(owed.plus(paid))?.max(Rupiah::ZERO);
        return Err(ConsignmentError::OverPaid { owed }.into());
    }
    if owed > limit { Err(ConsignmentError::OverCredit { limit, owed }.into()) } else { Ok(()) }
}

/// Which goods go back first: what ends first, but where only what lasts may go back, that.
fn returned_first(terms: &Terms, at: Timestamp) -> First {
    match terms.return_rule {
        ReturnRule::Anytime | ReturnRule::Never => First::Ending,
        ReturnRule::BeforeExpiry => First::Lasting(lasts_until(terms, at)),
    }
}

/// The day until which goods must last to go back before their expiry.
fn lasts_until(terms: &Terms, at: Timestamp) -> NaiveDate {
    at.business_date() + Days::new(u64::try_from(terms.return_days.get()).unwrap_or(0))
}

/// Goods go back, are thrown away, and turn out to have been sold.
fn move_goods(tx: &mut Tx<'_>, of: &Consignment, lines: &[VisitLine], first: First, why: &Why<'_>) -> Outcome<()> {
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

fn added(a: Money, b: Money) -> Result<Money, crate::kit::money::MoneyError> {
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

/// Visits up to which everything is paid are cleared, and what was owed for them is done.
pub(super) fn clear(tx: &mut Tx<'_>, id: ConsignmentId) -> Outcome<()> {
    let paid = store::get(tx, id)?.paid;
    for visit in visit_store::clear(tx, id, paid)? {
        obligations::done(tx, Obligation::Payment, &visit.to_string())?;
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
        came.push(Arriving { pack: line.pack_id, price, quantity: line.topped_up });
    }
    let of = store::get(tx, of.id)?;
    notes::deliver(tx, &of, (in_force.agreement, in_force.number), &visit.to_string(), &came, Source::Free, (Some(hand.by), at))
}

/// A visit, for both sides and the village's office.
///
/// # Errors
/// [`ConsignmentError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: VisitId) -> Outcome<WholeVisit> {
    let visit = visit_store::get(conn, id)?;
    visible(conn, who, now, visit.consignment_id, Action::ViewEnterprise)?;
    whole(conn, now, id)
}

/// The visits of a consignment, newest first.
///
/// # Errors
/// [`ConsignmentError::Denied`].
pub fn list(conn: &mut Conn, who: Identity, now: Timestamp, of: ConsignmentId, before: Option<i32>, rows: i64) -> Outcome<Vec<WholeVisit>> {
    let consignment = visible(conn, who, now, of, Action::ViewEnterprise)?;
    let visits = visit_store::page(conn, of, before, rows)?;
    gathered(conn, now, &consignment, visits)
}

/// The moves of a visit, oldest first.
///
/// # Errors
/// [`ConsignmentError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: VisitId) -> Outcome<Vec<Event<VisitState>>> {
    let visit = visit_store::get(conn, id)?;
    visible(conn, who, now, visit.consignment_id, Action::ViewEnterprise)?;
    Ok(visit_store::events(conn, id)?)
}
