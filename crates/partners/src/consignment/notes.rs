//! Leaving goods at a warung: offered, counted, and standing there.

use std::collections::{BTreeMap, BTreeSet};

use super::accounting::AtCost;
use super::costing;
use super::model::{Consignment, ConsignmentId, Event, Goods, Missing, Note, NoteId, NoteLine, NoteState, PackCount, Side, WholeNote};
use super::rules::{self, Earned, NoteMove};
use super::service::{
    ConsignmentError, Hand, Outcome, about, after_visit, counts_at, next_visit, on_sale, owe_visit, post, priced, side_of, stock, sums,
    take, terms, terms_of, visible,
};
use super::store::{self, NewNote};
use crate::agreements::AgreementId;
use crate::notices::{Notice, tell};
use books::ledger::{Account, Entry, Movement as LedgerMovement};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, Failure, Tx};
use kit::money::Rupiah;
use market::costs::{self, Known};
use market::inventory::{self, Movement, Shelf, Why};
use market::packs::PackId;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By};

/// The business of a pair, which begins with its first note.
fn of_pair(tx: &mut Tx<'_>, maker: EnterpriseId, warung: EnterpriseId, under: (AgreementId, i32)) -> Outcome<Consignment> {
    if let Some(known) = store::of_pair(tx, maker, warung)? {
        return Ok(known);
    }
    let village = enterprises::service::get(tx, maker)?.village_id;
    let id = store::insert(tx, village, (maker, warung), under)?;
    Ok(store::get(tx, id)?)
}

/// The maker offers goods: they are promised to the warung until she has counted them.
///
/// # Errors
/// [`ConsignmentError::NoAgreement`], [`ConsignmentError::NotForSale`], [`ConsignmentError::PriceNotAgreed`],
/// [`ConsignmentError::LineTwice`], [`ConsignmentError::Stock`].
pub fn offer(tx: &mut Tx<'_>, who: Identity, maker: EnterpriseId, warung: EnterpriseId, lines: &[PackCount]) -> Outcome<WholeNote> {
    let now = tx.now();
    let (_, by) = side_of(tx, who, (maker, warung), &[Side::Maker], None)?;
    let in_force = terms(tx, maker, warung, now)?;
    let under = (in_force.agreement, in_force.number);
    let consignment = of_pair(tx, maker, warung, under)?;
    let packs: BTreeSet<PackId> = lines.iter().map(|line| line.pack_id).collect();
    if packs.len() < lines.len() {
        return Err(ConsignmentError::LineTwice.into());
    }
    let offers = on_sale(tx, maker, &packs.into_iter().collect::<Vec<_>>())?;
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let offer = offers.get(&line.pack_id).ok_or(ConsignmentError::NotForSale { pack: line.pack_id })?;
        rows.push((line.pack_id, priced(&in_force.terms, offer)?.0, line.quantity.get()));
    }
    let id = store::insert_note(tx, &NewNote { consignment: consignment.id, under, origin: None, lines: &rows })?;
    store::record_note(tx, id, NoteState::Offered, NoteState::Offered, Some(by))?;
    let why = Why::now(tx, id, Some(by));
    for (pack, _, quantity) in &rows {
        stock(inventory::reserve(tx, *pack, *quantity, &why))?;
    }
    tell(tx, Notice::ConsignmentOffered, warung, maker, id)?;
    whole(tx, id)
}

fn whole(tx: &mut Tx<'_>, id: NoteId) -> Outcome<WholeNote> {
    let note = store::note(tx, id)?;
    let consignment = store::get(tx, note.consignment_id)?;
    Ok(store::whole_notes(tx, &consignment, vec![note])?.pop().ok_or(kit::db::DbError::NotFound)?)
}

fn in_hand<'a>(tx: &mut Tx<'_>, who: Identity, id: NoteId, side: Side, reason: Option<&'a str>) -> Outcome<(Note, Hand<'a>)> {
    let note = store::note(tx, id)?;
    let hand = take(tx, who, note.consignment_id, &[side], reason)?;
    Ok((note, hand))
}

fn go(tx: &mut Tx<'_>, note: &Note, event: NoteMove, by: Option<By<'_>>) -> Outcome<()> {
    let wrong = || ConsignmentError::NoteState { state: note.state, wanted: event };
    let to = rules::next_note(note.state, event).ok_or_else(wrong)?;
    if store::move_note(tx, note.id, note.state, to, by)? { Ok(()) } else { Err(wrong().into()) }
}

/// The maker calls a note off before it was counted.
///
/// # Errors
/// [`ConsignmentError::NoteState`].
pub fn withdraw(tx: &mut Tx<'_>, who: Identity, id: NoteId, reason: &str) -> Outcome<WholeNote> {
    let (note, hand) = in_hand(tx, who, id, Side::Maker, Some(reason))?;
    go(tx, &note, NoteMove::Withdraw, Some(hand.by))?;
    let why = Why::now(tx, id, Some(hand.by));
    for line in store::note_lines(tx, &[id])? {
        inventory::release(tx, line.pack_id, line.offered, &why).map_err(Failure::widen)?;
    }
    hand.tell(tx, Notice::ConsignmentWithdrawn, id)?;
    whole(tx, id)
}

/// The warung counts what has come, now or earlier. What is missing stays promised until the maker says what became of it. The goods
/// sell by the terms under which they were offered.
///
/// # Errors
/// [`ConsignmentError::NotCounted`], [`ConsignmentError::MoreThanOffered`], [`ConsignmentError::NoteState`],
/// [`ConsignmentError::ReceivedAt`], [`ConsignmentError::SettledSince`].
pub fn receive(tx: &mut Tx<'_>, who: Identity, id: NoteId, counts: &[PackCount], received_at: Option<Timestamp>) -> Outcome<WholeNote> {
    let (note, hand) = in_hand(tx, who, id, Side::Warung, None)?;
    let at = came_at(&hand.consignment, received_at, note.created_at, tx.now())?;
    let lines = store::note_lines(tx, &[id])?;
    let counted = matched(&lines, counts)?;
    let all_came = lines.iter().all(|line| counted.get(&line.pack_id) == Some(&line.offered));
    go(tx, &note, if all_came { NoteMove::Activate } else { NoteMove::Receive }, Some(hand.by))?;
    let priced: Vec<(PackId, Rupiah, i64)> = lines.iter().map(|line| (line.pack_id, line.price, counted[&line.pack_id])).collect();
    let came = by_terms(tx, (note.agreement_id, note.agreement_number), &priced)?;
    arrive(tx, &hand.consignment, &note, &came, Source::Promised, (Some(hand.by), at))?;
    hand.tell(tx, Notice::ConsignmentReceived, id)?;
    whole(tx, id)
}

/// When goods came: as the warung says, but not before they were sent, and not before a visit that has counted without them.
fn came_at(of: &Consignment, told: Option<Timestamp>, sent_at: Timestamp, now: Timestamp) -> Result<Timestamp, ConsignmentError> {
    let Some(at) = told else { return Ok(after_visit(of, now)) };
    if !rules::can_be(at, sent_at, now) {
        return Err(ConsignmentError::ReceivedAt);
    }
    match of.last_visited_at {
        Some(last) if at <= last => Err(ConsignmentError::SettledSince { at: last }),
        Some(_) | None => Ok(at.min(now)),
    }
}

/// Goods with the price they were promised at, and what the same terms say of who earns what.
fn by_terms(conn: &mut Conn, under: (AgreementId, i32), came: &[(PackId, Rupiah, i64)]) -> Outcome<Vec<Arriving>> {
    let terms = terms_of(conn, under)?;
    let one = |(pack, price, quantity): &(PackId, Rupiah, i64)| {
        let earned = Earned::by(&terms, *pack).ok_or(ConsignmentError::PriceNotAgreed { pack: *pack })?;
        Ok(Arriving { pack: *pack, price: *price, earned, quantity: *quantity })
    };
    came.iter().map(one).collect()
}

fn matched(lines: &[NoteLine], counts: &[PackCount]) -> Outcome<BTreeMap<PackId, i64>> {
    let counted: BTreeMap<PackId, i64> = counts.iter().map(|count| (count.pack_id, count.quantity.get())).collect();
    if counted.len() < counts.len() {
        return Err(ConsignmentError::LineTwice.into());
    }
    for pack in counted.keys() {
        if !lines.iter().any(|line| line.pack_id == *pack) {
            return Err(ConsignmentError::NotThere { pack: *pack }.into());
        }
    }
    for line in lines {
        let pack = line.pack_id;
        let count = *counted.get(&pack).ok_or(ConsignmentError::NotCounted { pack })?;
        if count > line.offered {
            return Err(ConsignmentError::MoreThanOffered { pack, offered: line.offered }.into());
        }
    }
    Ok(counted)
}

/// Goods on their way to a shelf at the warung, with their price and who earns what of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arriving {
    pub pack: PackId,
    pub price: Rupiah,
    pub earned: Earned,
    pub quantity: i64,
}

/// Where goods come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// What the maker had promised.
    Promised,
    /// What is free at hers.
    Free,
}

/// Goods stand at the warung from now on, with their price, their terms and what they had cost.
fn arrive(
    tx: &mut Tx<'_>,
    of: &Consignment,
    note: &Note,
    came: &[Arriving],
    source: Source,
    (by, at): (Option<By<'_>>, Timestamp),
) -> Outcome<()> {
    let now = tx.now();
    let mut goods = store::goods(tx, of.id)?;
    let counts = counts_at(tx, of, at, now)?;
    let why = Why::at(&note.origin, by, at).counting(counts);
    let mut cost = Rupiah::ZERO;
    for line in came {
        store::set_received(tx, note.id, line.pack, line.quantity)?;
        let (home, there) = (Shelf::home(line.pack, of.maker_id), Shelf::consigned(line.pack, of.maker_id, of.warung_id));
        let stood = inventory::on_hand(tx, there)?;
        stock(match source {
            Source::Promised => inventory::move_reserved(tx, home, there, Movement::Moved, line.quantity, &why),
            Source::Free => inventory::move_goods(tx, home, there, Movement::Moved, line.quantity, &why),
        })?;
        let Arriving { pack, price, earned, quantity: _ } = *line;
        // From one visit to the next the price stands: what is there already keeps it, and what comes shares it.
        let mut kept = match goods.remove(&pack) {
            Some(kept) if stood > 0 => kept,
            Some(kept) => Goods { price, earned, ..kept },
            None => Goods { pack, price, earned, cost: Known::default() },
        };
        cost = sums(cost.plus(costing::bring(tx, &mut kept, line.quantity)?))?;
        store::keep_goods(tx, of.id, &kept)?;
    }
    store::set_received_at(tx, note.id, at)?;
    costing::enter(tx, &about(of, note.id, counts), AtCost::Left, cost)?;
    if of.next_visit_on.is_none() {
        let under = (note.agreement_id, note.agreement_number);
        let next = next_visit(&terms_of(tx, under)?, at.business_date());
        store::set_terms(tx, of.id, under, Some(next))?;
        owe_visit(tx, of, under, of.visits + 1, next)?;
    }
    Ok(())
}

/// Goods that come with another act, a visit or a restock: both sides have counted them there.
pub(super) fn deliver(
    tx: &mut Tx<'_>,
    of: &Consignment,
    under: (AgreementId, i32),
    origin: &str,
    came: &[Arriving],
    source: Source,
    (by, at): (Option<By<'_>>, Timestamp),
) -> Outcome<()> {
    let rows: Vec<(PackId, Rupiah, i64)> =
        came.iter().filter(|line| line.quantity > 0).map(|line| (line.pack, line.price, line.quantity)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let id = store::insert_note(tx, &NewNote { consignment: of.id, under, origin: Some(origin), lines: &rows })?;
    let note = store::note(tx, id)?;
    go(tx, &note, NoteMove::Activate, by)?;
    let came: Vec<Arriving> = came.iter().copied().filter(|line| line.quantity > 0).collect();
    arrive(tx, of, &note, &came, source, (by, at))
}

/// What had been written down as gone stands there after all.
pub(super) fn found_again(
    tx: &mut Tx<'_>,
    of: &Consignment,
    origin: &str,
    (pack, price, quantity): (PackId, Rupiah, i64),
    by: By<'_>,
) -> Outcome<()> {
    let now = tx.now();
    let under = (of.agreement_id, of.agreement_number);
    let id = store::insert_note(tx, &NewNote { consignment: of.id, under, origin: Some(origin), lines: &[(pack, price, quantity)] })?;
    let note = store::note(tx, id)?;
    go(tx, &note, NoteMove::Activate, Some(by))?;
    store::set_received(tx, id, pack, quantity)?;
    Ok(store::set_received_at(tx, id, now)?)
}

/// Goods have left the warung: what came first left first, and a note of which nothing is left is closed.
pub(super) fn depart(tx: &mut Tx<'_>, of: ConsignmentId, pack: PackId, quantity: i64) -> Outcome<()> {
    let left = store::remaining(tx, of, pack)?;
    let there: Vec<i64> = left.iter().map(|(_, there)| *there).collect();
    for ((id, _), part) in left.iter().zip(rules::oldest_first(&there, quantity)) {
        if part > 0 && !store::take_remaining(tx, *id, pack, part)? {
            let note = store::note(tx, *id)?;
            if rules::next_note(note.state, NoteMove::Close).is_some() {
                go(tx, &note, NoteMove::Close, None)?;
            }
        }
    }
    Ok(())
}

/// The maker says what became of goods that did not come: she has them still, or they are gone.
///
/// # Errors
/// [`ConsignmentError::NoteState`].
pub fn account_for_missing(tx: &mut Tx<'_>, who: Identity, id: NoteId, missing: Missing) -> Outcome<WholeNote> {
    let (note, hand) = in_hand(tx, who, id, Side::Maker, None)?;
    if note.state != NoteState::Received {
        return Err(ConsignmentError::NoteState { state: note.state, wanted: NoteMove::Activate }.into());
    }
    go(tx, &note, NoteMove::Activate, Some(hand.by))?;
    store::set_missing(tx, id, missing)?;
    let why = Why::now(tx, id, Some(hand.by));
    let mut cost = Rupiah::ZERO;
    let lines = store::note_lines(tx, &[id])?;
    for line in &lines {
        let gone = line.offered - line.received.unwrap_or(0);
        inventory::release(tx, line.pack_id, gone, &why).map_err(Failure::widen)?;
        if missing == Missing::Lost {
            stock(inventory::lose(tx, Shelf::home(line.pack_id, hand.consignment.maker_id), gone, &why))?;
            cost = sums(cost.plus(costs::take(tx, line.pack_id, gone)?))?;
        }
    }
    let entry = Entry::new(LedgerMovement::Spoilage, format!("{id}:lost"), tx.now());
    post(tx, hand.consignment.maker_id, &sums(entry.transfer(Account::Stock, Account::CostSpoilage, cost))?)?;
    let now_active = store::note(tx, id)?;
    if lines.iter().all(|line| line.remaining == 0) {
        go(tx, &now_active, NoteMove::Close, None)?;
    }
    whole(tx, id)
}

/// How many of each of a maker's packs are promised on notes and have not come.
///
/// # Errors
/// [`kit::db::DbError`] when the database fails.
pub fn on_the_way(conn: &mut Conn, maker: EnterpriseId) -> Result<BTreeMap<PackId, i64>, kit::db::DbError> {
    store::on_the_way(conn, maker)
}

/// How many of each of a maker's packs are offered to one warung, which has not counted them.
///
/// # Errors
/// [`kit::db::DbError`] when the database fails.
pub fn offered_to(conn: &mut Conn, maker: EnterpriseId, warung: EnterpriseId) -> Result<BTreeMap<PackId, i64>, kit::db::DbError> {
    store::offered_to(conn, maker, warung)
}

/// A note, for both sides and the village's office.
///
/// # Errors
/// [`ConsignmentError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: NoteId) -> Outcome<WholeNote> {
    let note = store::note(conn, id)?;
    let consignment = visible(conn, who, now, note.consignment_id, Action::ViewEnterprise)?;
    Ok(store::whole_notes(conn, &consignment, vec![note])?.pop().ok_or(kit::db::DbError::NotFound)?)
}

/// The notes of a consignment, newest first.
///
/// # Errors
/// [`ConsignmentError::Denied`].
pub fn list(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: ConsignmentId,
    before: Option<NoteId>,
    rows: i64,
) -> Outcome<Vec<WholeNote>> {
    let consignment = visible(conn, who, now, of, Action::ViewEnterprise)?;
    let notes = store::notes(conn, of, before, rows)?;
    Ok(store::whole_notes(conn, &consignment, notes)?)
}

/// The moves of a note, oldest first.
///
/// # Errors
/// [`ConsignmentError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: NoteId) -> Outcome<Vec<Event<NoteState>>> {
    let note = store::note(conn, id)?;
    visible(conn, who, now, note.consignment_id, Action::ViewEnterprise)?;
    Ok(store::note_events(conn, id)?)
}

/// Goods that a restock brought stand at the warung on consignment, by the terms under which it was asked for, whether or not those are
/// in force still; answers when they came.
///
/// # Errors
/// [`ConsignmentError::ReceivedAt`], [`ConsignmentError::SettledSince`].
pub fn restocked(
    tx: &mut Tx<'_>,
    (maker, warung): (EnterpriseId, EnterpriseId),
    under: (AgreementId, i32),
    origin: &str,
    came: &[(PackId, Rupiah, i64)],
    (by, sent_at, received_at): (By<'_>, Timestamp, Option<Timestamp>),
) -> Outcome<Timestamp> {
    let of = of_pair(tx, maker, warung, under)?;
    let at = came_at(&of, received_at, sent_at, tx.now())?;
    let came = by_terms(tx, under, came)?;
    deliver(tx, &of, under, origin, &came, Source::Promised, (Some(by), at))?;
    Ok(at)
}
