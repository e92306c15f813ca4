//! Answering supplier orders: by account, through the village's office, or by a link.

use chrono::{Days, NaiveDate};

use super::model::{Answer, Doer, Line, LineCount, Order, State, SupplierOrderId, Whole};
use super::rules::{self, Move};
use super::service::{Hand, Outcome, Side, SupplierOrderError, matched, take, trading};
use super::{shares, store};
use crate::agreements::{self, InForce, Terms};
use crate::notices::Notice;
use crate::obligations::{self, Kind as Obligation, Owed};
use kit::auth::{AccountId, Identity};
use kit::clock::Timestamp;
use kit::db::Tx;

/// The supplier answers by her account or through her village's office.
///
/// # Errors
/// [`SupplierOrderError::WrongState`], [`SupplierOrderError::DayPassed`], [`SupplierOrderError::DayOutOfRange`],
/// [`SupplierOrderError::PromisedMore`], [`SupplierOrderError::NothingPromised`], [`SupplierOrderError::NotTrading`],
/// [`SupplierOrderError::NoSuchLine`].
pub fn answer(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, answer: &Answer) -> Outcome<Whole> {
    let reason = answer.reason();
    let hand = take(tx, who, id, &[Side::Supplier], reason)?;
    for share in shares::answered_with(tx, &hand.order, answer)? {
        let hand = take(tx, who, share.id, &[Side::Supplier], reason)?;
        answered(tx, &hand, &answer.for_share())?;
    }
    answered(tx, &hand, answer)?;
    Ok(store::whole(tx, id)?)
}

/// Whoever holds the link answers for the supplier. The same answer again changes nothing.
///
/// # Errors
/// As [`answer`].
pub(super) fn answer_by_link(tx: &mut Tx<'_>, id: SupplierOrderId, made_by: Option<AccountId>, answer: &Answer) -> Outcome<Whole> {
    let order = store::get(tx, id)?;
    let again = match answer {
        Answer::Promise { on, lines, .. } => {
            let day = on.or(order.wanted_on);
            let same_day =
                order.state == State::Promised && order.promised_on == day || order.proposed_on.is_some() && order.proposed_on == day;
            let standing = store::lines(tx, id)?;
            let same = |count: &LineCount| {
                standing.iter().any(|line| line.position == count.position && line.promised == Some(count.quantity.get()))
            };
            same_day && lines.iter().all(same)
        }
        Answer::Reject { .. } => order.state == State::Rejected,
    };
    if again {
        return Ok(store::whole(tx, id)?);
    }
    // The buyer may have made the link. Whoever holds it promises nothing sooner than what the agreement lets the buyer ask for.
    let sooner = match answer {
        Answer::Promise { on, .. } => on.zip(order.wanted_on).is_some_and(|(on, wanted)| on < wanted),
        Answer::Reject { .. } => false,
    };
    if sooner {
        return Err(SupplierOrderError::SoonerByLink.into());
    }
    let hand = |order| Hand { order, side: Side::Supplier, by: Doer::Link { made_by, reason: answer.reason() } };
    for share in shares::answered_with(tx, &order, answer)? {
        answered(tx, &hand(share), &answer.for_share())?;
    }
    answered(tx, &hand(order), answer)?;
    Ok(store::whole(tx, id)?)
}

fn answered(tx: &mut Tx<'_>, hand: &Hand<'_>, answer: &Answer) -> Outcome<()> {
    let (id, today) = (hand.order.id, tx.now().business_date());
    match answer {
        Answer::Reject { .. } => {
            hand.go(tx, Move::Reject)?;
        }
        Answer::Promise { on, lines, .. } => {
            if rules::next(hand.order.state, Move::Promise).is_none() {
                return Err(SupplierOrderError::WrongState { state: hand.order.state, wanted: Move::Promise }.into());
            }
            may_promise(tx, &hand.order)?;
            let wanted = hand.order.wanted_on.unwrap_or(today);
            let day = on.unwrap_or_else(|| hand.order.promised_on.unwrap_or(wanted));
            // A day of last week was promised by telephone. She who is judged by it may write it down now, if she names it.
            let named = on.is_some() && hand.by.person().is_some();
            if day < today && !named {
                return Err(SupplierOrderError::DayPassed.into());
            }
            if day < today - Days::new(7) || day > today + Days::new(366) {
                return Err(SupplierOrderError::DayOutOfRange.into());
            }
            promise_lines(tx, &hand.order, lines)?;
            // Another day than is wanted, or than was promised, waits for the buyer's word, unless it is a sooner one that was agreed on.
            let standing = hand.order.promised_on.unwrap_or(wanted);
            let sooner = day < standing && is_agreed(tx, &hand.order, day)?;
            if day == standing || sooner {
                promised(tx, hand, day)?;
            } else if day < today {
                return Err(SupplierOrderError::DayPassed.into());
            } else {
                store::propose_day(tx, id, day)?;
                store::record(tx, id, (hand.order.state, hand.order.state), Some(day), hand.by)?;
            }
        }
    }
    hand.tell(tx, Notice::SupplierOrderAnswered)
}

/// Both trade. A share of a joint buy is brought with the others, whomever of the members the village has stopped since.
fn may_promise(tx: &mut Tx<'_>, order: &Order) -> Outcome<()> {
    let buyer = if order.joint_buy_id.is_some() { order.supplier_id } else { order.buyer_id };
    trading(tx, order.supplier_id, buyer)
}

/// Whether the agreement names the day of the week of `day` for deliveries.
fn is_agreed(tx: &mut Tx<'_>, order: &Order, day: NaiveDate) -> Outcome<bool> {
    Ok(match agreements::reading::terms_of(tx, order.agreement_id, order.agreement_number)? {
        Terms::Supply(terms) => terms.delivery_days.contain(day),
        Terms::Consignment(_) | Terms::Purchase(_) | Terms::JointStall(_) => false,
    })
}

fn promise_lines(tx: &mut Tx<'_>, order: &Order, counts: &[LineCount]) -> Outcome<()> {
    let lines = store::lines(tx, order.id)?;
    for (line, count) in matched(&lines, counts)? {
        // What was promised is not taken back by its giver alone.
        if let Some(promised) = line.promised.filter(|promised| order.promised_on.is_some() && count < *promised) {
            return Err(SupplierOrderError::PromisedMore { promised }.into());
        }
        store::set_counts(tx, &Line { promised: Some(count), ..line.clone() })?;
    }
    for line in lines.iter().filter(|line| line.promised.is_none() && !counts.iter().any(|count| count.position == line.position)) {
        store::set_counts(tx, &Line { promised: Some(line.ordered), ..line.clone() })?;
    }
    if store::lines(tx, order.id)?.iter().all(|line| line.promised == Some(0)) {
        return Err(SupplierOrderError::NothingPromised.into());
    }
    Ok(())
}

/// The order is promised for a day: the first promise is what the agreement's obligation is about.
fn promised(tx: &mut Tx<'_>, hand: &Hand<'_>, day: NaiveDate) -> Outcome<()> {
    let order = &hand.order;
    let first = order.first_promised_on.unwrap_or(day);
    // The buyer may have made the link that it was answered by: only the supplier's own word makes her late for the very day.
    let hers = hand.side == Side::Supplier && hand.by.person().is_some();
    let at_once = order.first_promised_on.is_none() && !hers && day <= tx.now().business_date();
    let judged = order.judged && !at_once;
    store::promise(tx, order.id, day, first, judged)?;
    hand.go_for(tx, Move::Promise, Some(day))?;
    if order.first_promised_on.is_none() && judged {
        let under = InForce { agreement: order.agreement_id, number: order.agreement_number, terms: () };
        let subject = order.id.to_string();
        let owed = Owed { kind: Obligation::Delivery, subject: &subject, by: order.supplier_id, to: order.buyer_id, due_on: day };
        obligations::owe(tx, &under, owed)?;
    }
    Ok(())
}

/// The buyer agrees to the day that the supplier proposed.
///
/// # Errors
/// [`SupplierOrderError::NothingProposed`], [`SupplierOrderError::OtherDayProposed`] unless it is `day`, and
/// [`SupplierOrderError::DayPassed`].
pub fn agree(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, day: NaiveDate) -> Outcome<Whole> {
    let hand = take(tx, who, id, &[Side::Buyer], None)?;
    let proposed = hand.order.proposed_on.ok_or(SupplierOrderError::NothingProposed)?;
    if proposed != day {
        return Err(SupplierOrderError::OtherDayProposed { proposed }.into());
    }
    if day < tx.now().business_date() {
        return Err(SupplierOrderError::DayPassed.into());
    }
    promised(tx, &hand, day)?;
    hand.tell(tx, Notice::SupplierOrderAnswered)?;
    Ok(store::whole(tx, id)?)
}

/// Makes the link by which the supplier can answer without an account; the one before it ends.
///
/// # Errors
/// [`SupplierOrderError::WrongState`] unless the order waits for her, [`SupplierOrderError::JointShare`].
pub(super) fn make_link(tx: &mut Tx<'_>, who: Identity, id: SupplierOrderId, digest: &str, days: i64) -> Outcome<Timestamp> {
    let expires_at = tx.now().after(chrono::Duration::days(days));
    let hand = take(tx, who, id, &[Side::Buyer, Side::Supplier], None)?;
    if hand.side == Side::Buyer && !shares::speaks_for_all(tx, &hand.order)? {
        return Err(SupplierOrderError::JointShare.into());
    }
    match hand.order.state {
        State::Sent | State::Promised => {}
        state @ (State::Draft
        | State::Shipped
        | State::ReceivedPart
        | State::ReceivedFull
        | State::Billed
        | State::Paid
        | State::Rejected
        | State::Cancelled) => return Err(SupplierOrderError::WrongState { state, wanted: Move::Promise }.into()),
    }
    store::set_link(tx, id, digest, expires_at, who.account)?;
    Ok(expires_at)
}
