//! What the other side says to a visit: that it is right, or what is wrong; and how both agree again.

use super::correcting::{Right, correct};
use super::looking::whole;
use super::model::{Side, Visit, VisitId, VisitState, WholeVisit};
use super::rules::{self, Found, VisitMove};
use super::service::{ConsignmentError, Hand, Outcome, about, counts_at, mirrored, other, sums, take};
use super::visits::clear;
use super::{store, visit_store};
use crate::debts::Method;
use crate::notices::{Notice, tell};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, Failure, Tx};
use kit::money::Rupiah;
use kit::text::Reason;
use market::packs::PackId;
use people::permissions::{By, Denied};

/// What the other side says.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It is right.
    Confirm,
    /// These lines are wrong, or the money is.
    Dispute(Vec<DisputedLine>, Option<DisputedPayment>),
}

/// A line that is wrong, why, and what it should say; what is not told stands.
#[derive(Clone, Debug)]
pub struct DisputedLine {
    pub pack: PackId,
    pub reason: Reason,
    pub counted: Option<i64>,
    pub returned: Option<i64>,
    pub spoiled: Option<i64>,
    pub topped_up: Option<i64>,
}

impl DisputedLine {
    /// What the other side says was there, if she says anything.
    fn said(&self, was: Found) -> Option<Found> {
        let told = [self.counted, self.returned, self.spoiled, self.topped_up];
        told.iter().any(Option::is_some).then(|| Found {
            counted: self.counted.unwrap_or(was.counted),
            returned: self.returned.unwrap_or(was.returned),
            spoiled: self.spoiled.unwrap_or(was.spoiled),
            topped_up: self.topped_up.unwrap_or(was.topped_up),
        })
    }
}

/// Why the money is wrong, and how much it was.
#[derive(Clone, Debug)]
pub struct DisputedPayment {
    pub reason: Reason,
    pub amount: Option<Rupiah>,
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
        Answer::Dispute(..) => visit.state == VisitState::Disputed,
    };
    let now = tx.now();
    if same { whole(tx, now, id) } else { given(tx, &visit, answer, None) }
}

fn given(tx: &mut Tx<'_>, visit: &Visit, answer: &Answer, by: Option<By<'_>>) -> Outcome<WholeVisit> {
    match answer {
        Answer::Confirm => {
            go(tx, visit, VisitMove::Confirm, by)?;
            take_in(tx, visit, by)?;
        }
        Answer::Dispute(lines, paid) => {
            go(tx, visit, VisitMove::Dispute, by)?;
            dispute(tx, visit, lines, paid.as_ref())?;
        }
    }
    let consignment = store::get(tx, visit.consignment_id)?;
    let (to, from) = (consignment.enterprise(visit.recorded_by), consignment.enterprise(other(visit.recorded_by)));
    let now = tx.now();
    tell(tx, Notice::VisitAnswered, to, from, visit.id)?;
    whole(tx, now, visit.id)
}

fn dispute(tx: &mut Tx<'_>, visit: &Visit, lines: &[DisputedLine], paid: Option<&DisputedPayment>) -> Outcome<()> {
    if lines.is_empty() && paid.is_none() {
        return Err(ConsignmentError::NothingDisputed.into());
    }
    let known = visit_store::lines(tx, &[visit.id])?.remove(&visit.id).unwrap_or_default();
    for line in lines {
        let was = known.iter().find(|(known, ..)| known.pack_id == line.pack).ok_or(ConsignmentError::NotThere { pack: line.pack })?;
        visit_store::dispute_line(tx, visit.id, line.pack, line.reason.as_str(), line.said(was.0.found()))?;
    }
    if let Some(paid) = paid {
        visit_store::dispute_paid(tx, visit.id, paid.reason.as_str(), paid.amount)?;
    }
    Ok(())
}

/// What the warung said that she paid is in both books, once the maker has said so too. It was paid on the day of the visit.
fn take_in(tx: &mut Tx<'_>, visit: &Visit, by: Option<By<'_>>) -> Outcome<()> {
    let (true, Some(by)) = (visit.claimed.is_positive(), by) else { return Ok(()) };
    let (now, of) = (tx.now(), store::get(tx, visit.consignment_id)?);
    let owed = sums(of.due.minus(of.paid))?;
    if visit.claimed > owed {
        return Err(ConsignmentError::OverPaid { owed: owed.max(Rupiah::ZERO) }.into());
    }
    let (method, counts) = (visit.method.unwrap_or(Method::Cash), counts_at(tx, &of, visit.visited_at, now)?);
    let entries = sums(about(&of, visit.id, counts).paid("paid", method, visit.claimed))?;
    mirrored(tx, &of, &entries)?;
    store::pay(tx, of.id, Some(visit.id), (visit.claimed, method, counts), by)?;
    visit_store::set_totals(tx, &Visit { paid: visit.claimed, claimed: Rupiah::ZERO, ..visit.clone() })?;
    clear(tx, of.id, visit.visited_at.business_date())
}

/// A dispute goes on: who wrote the visit down puts right what was disputed, or who disputed takes that back. With the figures that
/// the other side had given it ends; with others it is hers again to confirm or to dispute.
///
/// # Errors
/// [`ConsignmentError::NotYourTurn`], [`ConsignmentError::VisitState`], [`ConsignmentError::NotDisputed`],
/// [`ConsignmentError::TooMany`] with the figures, [`ConsignmentError::ReturnNotAgreed`], [`ConsignmentError::CountedSince`],
/// [`ConsignmentError::Stock`] where goods that would go back are there no more.
pub fn settle(tx: &mut Tx<'_>, who: Identity, id: VisitId, right: &Right, reason: Option<&str>) -> Outcome<WholeVisit> {
    let now = tx.now();
    let visit = visit_store::get(tx, id)?;
    let side = if right.is_empty() { other(visit.recorded_by) } else { visit.recorded_by };
    let (_, acting) = in_hand(tx, who, id, reason)?;
    // Someone who belongs to both sides stands on the one that is to act.
    let hand = match take(tx, who, visit.consignment_id, &[side], reason) {
        Ok(hand) => hand,
        Err(Failure::Refused(ConsignmentError::Denied(Denied::Forbidden))) if acting.side != side => {
            return Err(ConsignmentError::NotYourTurn.into());
        }
        Err(failure) => return Err(failure),
    };
    if rules::next_visit(visit.state, VisitMove::Settle).is_none() {
        return Err(ConsignmentError::VisitState { state: visit.state, wanted: VisitMove::Settle }.into());
    }
    if right.is_empty() || correct(tx, &hand, &visit, right)? {
        go(tx, &visit, VisitMove::Settle, Some(hand.by))?;
        let visit = visit_store::get(tx, id)?;
        take_in(tx, &visit, Some(hand.by))?;
    } else {
        go(tx, &visit, VisitMove::Correct, Some(hand.by))?;
        visit_store::forget_dispute(tx, id)?;
    }
    hand.tell(tx, Notice::VisitAnswered, id)?;
    whole(tx, now, id)
}

/// Makes the link by which the other side can answer without an account; the one before it ends.
///
/// # Errors
/// [`ConsignmentError::VisitState`] unless the visit waits for her, [`ConsignmentError::LinkForWarung`].
pub(super) fn make_link(tx: &mut Tx<'_>, who: Identity, id: VisitId, digest: &str, days: i64) -> Outcome<Timestamp> {
    let expires_at = tx.now().after(chrono::Duration::days(days));
    let visit = visit_store::get(tx, id)?;
    // Who answers by a link is the other side: whoever wrote the visit down hands it over. A maker answers by her account, because
    // her word is money.
    take(tx, who, visit.consignment_id, &[visit.recorded_by], None)?;
    if visit.recorded_by == Side::Warung {
        return Err(ConsignmentError::LinkForWarung.into());
    }
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
