//! What the other side says to a visit: that it is right, or which line is wrong; and how both agree again.

use super::accounting::About;
use super::model::{Consignment, NewSale, SaleKind, Side, Visit, VisitId, VisitLine, VisitState, WholeVisit};
use super::rules::{self, Found, Money, Standing, VisitMove};
use super::service::{ConsignmentError, Hand, Outcome, about, mirrored, other, stock, sums, take, terms_of};
use super::visits::{clear, spoilage, whole};
use super::{costing, notes, sale_store, store, visit_store};
use crate::books::ledger::Account;
use crate::kit::auth::Identity;
use crate::kit::clock::Timestamp;
use crate::kit::db::{Conn, Failure, Tx};
use crate::kit::money::Rupiah;
use crate::kit::text::Reason;
use crate::market::inventory::{self, Movement, Shelf, Why};
use crate::market::packs::PackId;
use crate::partners::agreements::terms::Side as TermsSide;
use crate::partners::debts::Mirrored;
use crate::partners::notices::{Notice, tell};
use crate::people::permissions::{By, Denied};

/// What the other side says.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It is right.
    Confirm,
    /// These lines are wrong, and why.
    Dispute(Vec<(PackId, Reason)>),
}

/// What both agree was there of a pack.
#[derive(Clone, Copy, Debug)]
pub struct Correction {
    pub pack: PackId,
    pub counted: i64,
    pub returned: i64,
    pub spoiled: i64,
}

fn in_hand<'a>(tx: &mut Tx<'_>, who: Identity, id: VisitId, reason: Option<&'a str>) -> Outcome<(Visit, Hand<'a>)> {
    let visit = visit_store::get(tx, id)?;
    let first = other(visit.recorded_by);
    let hand = take(tx, who, visit.consignment_id, &[first, visit.recorded_by], reason)?;
    Ok((visit, hand))
}

fn go(tx: &mut Tx<'_>, visit: &Visit, event: VisitMove, by: Option<By<'_>>) -> Outcome<()> {
    let wrong = || ConsignmentError::VisitState { state: visit.state, wanted: event };
    let to = rules::next_visit(visit.state, event).ok_or_else(wrong)?;
    if visit_store::move_state(tx, visit.id, visit.state, to, by)? { Ok(()) } else { Err(wrong().into()) }
}

/// The side that did not write the visit down answers it by her account.
///
/// # Errors
/// [`ConsignmentError::NotYourTurn`], [`ConsignmentError::VisitState`], [`ConsignmentError::NotThere`].
pub fn answer(tx: &mut Tx<'_>, who: Identity, id: VisitId, answer: &Answer) -> Outcome<WholeVisit> {
    let (visit, hand) = in_hand(tx, who, id, None)?;
    if hand.side == visit.recorded_by {
        return Err(ConsignmentError::NotYourTurn.into());
    }
    given(tx, &visit, answer, Some(hand.by))
}

/// Whoever holds a visit's link answers it; the same answer again changes nothing.
///
/// # Errors
/// [`ConsignmentError::VisitState`], [`ConsignmentError::NotThere`].
pub fn answer_by_link(tx: &mut Tx<'_>, id: VisitId, answer: &Answer) -> Outcome<WholeVisit> {
    let visit = visit_store::get(tx, id)?;
    let same = match answer {
        Answer::Confirm => visit.state == VisitState::Confirmed,
        Answer::Dispute(_) => visit.state == VisitState::Disputed,
    };
    let now = tx.now();
    if same { whole(tx, now, id) } else { given(tx, &visit, answer, None) }
}

fn given(tx: &mut Tx<'_>, visit: &Visit, answer: &Answer, by: Option<By<'_>>) -> Outcome<WholeVisit> {
    match answer {
        Answer::Confirm => go(tx, visit, VisitMove::Confirm, by)?,
        Answer::Dispute(lines) => {
            go(tx, visit, VisitMove::Dispute, by)?;
            if lines.is_empty() {
                return Err(ConsignmentError::NothingDisputed.into());
            }
            for (pack, said) in lines {
                if !visit_store::dispute_line(tx, visit.id, *pack, said.as_str())? {
                    return Err(ConsignmentError::NotThere { pack: *pack }.into());
                }
            }
        }
    }
    let consignment = store::get(tx, visit.consignment_id)?;
    let (to, from) = (consignment.enterprise(visit.recorded_by), consignment.enterprise(other(visit.recorded_by)));
    let now = tx.now();
    tell(tx, Notice::VisitAnswered, to, from, visit.id)?;
    whole(tx, now, visit.id)
}

/// A dispute ends: who wrote the visit down puts lines right, or who disputed takes that back.
///
/// # Errors
/// [`ConsignmentError::NotYourTurn`], [`ConsignmentError::VisitState`], [`ConsignmentError::TooMany`] with the figures,
/// [`ConsignmentError::CountedSince`], [`ConsignmentError::Stock`] where goods that would go back are there no more.
pub fn settle(tx: &mut Tx<'_>, who: Identity, id: VisitId, corrections: &[Correction], reason: Option<&str>) -> Outcome<WholeVisit> {
    let now = tx.now();
    let visit = visit_store::get(tx, id)?;
    let side = if corrections.is_empty() { other(visit.recorded_by) } else { visit.recorded_by };
    let (_, acting) = in_hand(tx, who, id, reason)?;
    // Someone who belongs to both sides stands on the one that is to act.
    let hand = match take(tx, who, visit.consignment_id, &[side], reason) {
        Ok(hand) => hand,
        Err(Failure::Refused(ConsignmentError::Denied(Denied::Forbidden))) if acting.side != side => {
            return Err(ConsignmentError::NotYourTurn.into());
        }
        Err(failure) => return Err(failure),
    };
    go(tx, &visit, VisitMove::Settle, Some(hand.by))?;
    if !corrections.is_empty() {
        correct(tx, &hand, &visit, corrections, now)?;
    }
    hand.tell(tx, Notice::VisitAnswered, id)?;
    whole(tx, now, id)
}

/// Puts lines of a visit right: the goods, the figures, the money and both books.
fn correct(tx: &mut Tx<'_>, hand: &Hand<'_>, visit: &Visit, corrections: &[Correction], now: Timestamp) -> Outcome<()> {
    let of = &hand.consignment;
    let is_last = of.last_visit_id == Some(visit.id);
    let terms = terms_of(tx, (visit.agreement_id, visit.agreement_number))?;
    let bears = terms.spoilage_borne_by == TermsSide::Receiver;
    let lines = visit_store::lines(tx, &[visit.id])?.remove(&visit.id).unwrap_or_default();
    let about = about(of, format!("{}:{}", visit.id, visit.postings + 1), now);
    let why = Why::now(tx, visit.id, Some(hand.by));
    let mut beside = Vec::with_capacity(corrections.len());
    for (at, one) in corrections.iter().enumerate() {
        let pack = one.pack;
        if corrections[..at].iter().any(|other| other.pack == pack) {
            return Err(ConsignmentError::LineTwice.into());
        }
        let (line, ..) = lines.iter().find(|(line, ..)| line.pack_id == pack).ok_or(ConsignmentError::NotThere { pack })?;
        if one.counted != line.counted && !is_last {
            return Err(ConsignmentError::CountedSince { pack }.into());
        }
        let right = again(line, *one, bears)?;
        shift_goods(tx, of, line, &right, &why, hand.by)?;
        beside.push((line.clone(), right));
    }
    costing::shift(tx, of, &mut beside, &about, bears)?;
    for (_, right) in &beside {
        visit_store::correct_line(tx, visit.id, right)?;
    }
    enter(tx, hand, visit, &beside, &about)
}

/// The line as it would have been settled with the right figures.
fn again(line: &VisitLine, one: Correction, bears: bool) -> Outcome<VisitLine> {
    let standing = Standing {
        pack: line.pack_id,
        expected: line.opening + line.delivered - line.at_till,
        delivered: line.delivered,
        at_till: line.at_till,
        price: line.price,
        earned: line.earned,
    };
    let found = Found { counted: one.counted, returned: one.returned, spoiled: one.spoiled, topped_up: line.topped_up };
    Ok(rules::line(&standing, found, bears).map_err(ConsignmentError::from)?)
}

/// Moves goods to where the right figures say they are: first all that comes back to the shelf, then all that leaves it.
fn shift_goods(tx: &mut Tx<'_>, of: &Consignment, was: &VisitLine, is: &VisitLine, why: &Why<'_>, by: By<'_>) -> Outcome<()> {
    let pack = was.pack_id;
    let (there, home) = (Shelf::consigned(pack, of.maker_id, of.warung_id), Shelf::home(pack, of.maker_id));
    let (sold, spoiled, returned) = (is.sold - was.sold, is.spoiled - was.spoiled, is.returned - was.returned);
    inventory::put_in(tx, there, Movement::HandedOver, (-sold).max(0), why)?;
    inventory::put_in(tx, there, Movement::Spoiled, (-spoiled).max(0), why)?;
    stock(inventory::move_goods(tx, home, there, Movement::Returned, (-returned).max(0), why))?;
    stock(inventory::move_goods(tx, there, home, Movement::Returned, returned.max(0), why))?;
    stock(inventory::take_out(tx, there, Movement::Spoiled, spoiled.max(0), why))?;
    stock(inventory::take_out(tx, there, Movement::HandedOver, sold.max(0), why))?;
    let more = is.counted - was.counted;
    if more > 0 {
        notes::found_again(tx, of, why.reference.as_str(), (pack, was.price, more), by)
    } else {
        notes::depart(tx, of.id, pack, -more)
    }
}

/// The difference goes into both books and into what is owed.
fn enter(tx: &mut Tx<'_>, hand: &Hand<'_>, visit: &Visit, lines: &[(VisitLine, VisitLine)], about: &About) -> Outcome<()> {
    let (of, now) = (&hand.consignment, about.at);
    let mut due = Rupiah::ZERO;
    let (mut totals, mut spoiled) = ([Rupiah::ZERO; 3], Rupiah::ZERO);
    for (was, is) in lines {
        let money =
            Money { gross: sums(is.gross.minus(was.gross))?, share: sums(is.share.minus(was.share))?, due: sums(is.due.minus(was.due))? };
        if is.sold != was.sold {
            let sale = NewSale {
                pack: is.pack_id,
                kind: SaleKind::Correction,
                quantity: is.sold - was.sold,
                gross: money.gross,
                share: money.share,
                due: money.due,
                happened_at: now,
                counts_at: now,
            };
            sale_store::insert_sale(tx, of.id, &sale)?;
        }
        let bad = sums(is.spoilage_due.minus(was.spoilage_due))?;
        if bad != Rupiah::ZERO {
            sale_store::insert_sale(tx, of.id, &spoilage(is.pack_id, bad, (now, now)))?;
        }
        for (total, more) in totals.iter_mut().zip([money.gross, money.share, money.due]) {
            *total = sums(total.plus(more))?;
        }
        spoiled = sums(spoiled.plus(bad))?;
        // Lines may go opposite ways, so each is entered for itself.
        let part = format!("sold:{}", is.pack_id);
        mirrored(tx, of, &either_way(about, &part, money)?)?;
        let part = format!("spoiled:{}", is.pack_id);
        let entries = sums(about.spoiled_by_warung(&part, Rupiah::new(bad.amount().abs()).unwrap_or_default()))?;
        mirrored(tx, of, &if bad < Rupiah::ZERO { opposite(entries) } else { entries })?;
        due = sums(due.plus(money.due).and_then(|sum| sum.plus(bad)))?;
    }
    let visit = Visit {
        gross: sums(visit.gross.plus(totals[0]))?,
        share: sums(visit.share.plus(totals[1]))?,
        due: sums(visit.due.plus(due))?,
        postings: visit.postings + 1,
        ..visit.clone()
    };
    visit_store::set_totals(tx, &visit)?;
    visit_store::shift_due_through(tx, of.id, visit.number, due)?;
    store::add_due(tx, of.id, due)?;
    clear(tx, of.id)
}

/// What was sold more, or less, as entries of amounts above nothing.
fn either_way(about: &About, part: &str, money: Money) -> Outcome<Mirrored> {
    if money.gross >= Rupiah::ZERO {
        return sums(about.sold(part, money, Account::CashSeller));
    }
    let less = Money { gross: money.gross.negated(), share: money.share.negated(), due: money.due.negated() };
    sums(about.sold(part, less, Account::CashSeller)).map(opposite)
}

fn opposite((maker, warung): Mirrored) -> Mirrored {
    (maker.turned(), warung.turned())
}

/// Makes the link by which the other side can answer without an account; the one before it ends.
///
/// # Errors
/// [`ConsignmentError::VisitState`] unless the visit waits for her.
pub(super) fn make_link(tx: &mut Tx<'_>, who: Identity, id: VisitId, digest: &str, days: i64) -> Outcome<Timestamp> {
    let expires_at = tx.now().after(chrono::Duration::days(days));
    let visit = visit_store::get(tx, id)?;
    // Who answers by a link is the other side: whoever wrote the visit down hands it over.
    take(tx, who, visit.consignment_id, &[visit.recorded_by], None)?;
    if visit.state != VisitState::Submitted {
        return Err(ConsignmentError::VisitState { state: visit.state, wanted: VisitMove::Confirm }.into());
    }
    visit_store::set_link(tx, id, digest, expires_at)?;
    Ok(expires_at)
}

/// The visit a link opens.
///
/// # Errors
/// [`Denied::Hidden`] inside, when there is none or its time is over.
pub(super) fn by_link(conn: &mut Conn, digest: &str, now: Timestamp) -> Outcome<VisitId> {
    Ok(visit_store::by_link(conn, digest, now)?.ok_or(ConsignmentError::Denied(Denied::Hidden))?)
}

/// The side a link speaks for.
#[must_use]
pub const fn speaks_for(visit: &Visit) -> Side {
    other(visit.recorded_by)
}
