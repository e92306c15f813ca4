//! Asking for goods, answering, bringing and counting them.

use std::collections::{BTreeMap, BTreeSet};

use super::levels::coming;
use super::model::{AskedAs, Basis, Event, NewRestock, Payment, Restock, RestockId, State, Whole};
use super::paying::{buy, within_credit};
use super::rules::{self, Move};
use super::store::{self, Place};
use crate::agreements::terms::{Days, Purchase};
use crate::agreements::{self, AgreementId, InForce, Terms};
use crate::consignment::model::{PackCount, Side};
use crate::consignment::service::{ConsignmentError, on_sale, side_of};
use crate::consignment::{notes, rules as consigned};
use crate::notices::{Notice, tell};
use crate::obligations::{self, Kind as Obligation, Owed};
use crate::parties::acting_for;
use books::ledger::service::LedgerError;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, Failure, Refusal, Tx};
use kit::money::{MoneyError, Rupiah};
use market::inventory::{self, InventoryError, Why};
use market::packs::model::{Channel, Offer};
use market::packs::{self, PackId};
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, principal};

/// What can happen to a person here.
#[derive(Debug)]
pub enum RestockError {
    /// Nothing is agreed between the two on this basis.
    NoAgreement,
    NotForSale {
        pack: PackId,
    },
    LineTwice,
    /// The day has passed, or is too far ahead.
    WantedOn,
    /// Nothing was asked for before, or nothing is missing.
    NothingToAsk,
    /// Outright goods need a way to pay, consigned ones have none.
    PaymentDoesNotFit,
    /// Less was asked for than was agreed.
    BelowMinimum {
        minimum: Rupiah,
    },
    /// More would be owed than was agreed.
    OverCredit {
        limit: Rupiah,
        free: Rupiah,
    },
    /// More than is owed.
    OverPaid {
        owed: Rupiah,
    },
    /// More than was asked for, or than was accepted.
    MoreThanAsked {
        pack: PackId,
        most: i64,
    },
    /// Nothing of it is brought: that is to decline.
    NothingAccepted,
    WrongState {
        state: State,
        wanted: Move,
    },
    TooMuch,
    Stock(InventoryError),
    Books(LedgerError),
    Consigned(ConsignmentError),
    Denied(Denied),
}
impl Refusal for RestockError {}

impl From<Denied> for RestockError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<MoneyError> for RestockError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

pub(super) type Outcome<T> = Result<T, Failure<RestockError>>;

fn consignment<T>(outcome: Result<T, Failure<ConsignmentError>>) -> Outcome<T> {
    outcome.map_err(|failure| {
        failure.map(|error| match error {
            ConsignmentError::Denied(denied) => RestockError::Denied(denied),
            other => RestockError::Consigned(other),
        })
    })
}

pub(super) fn sums<T>(outcome: Result<T, MoneyError>) -> Outcome<T> {
    Ok(outcome.map_err(RestockError::from)?)
}

/// What a restock goes by: the agreement, what one pack costs, and when goods are brought.
struct Deal {
    under: Option<(AgreementId, i32)>,
    prices: BTreeMap<PackId, Rupiah>,
    days: Option<Days>,
    minimum: Rupiah,
    limit: Rupiah,
}

fn deal(conn: &mut Conn, warung: EnterpriseId, new: &NewRestock, packs: &[PackId], now: Timestamp) -> Outcome<Deal> {
    let offers = on_sale(conn, new.maker, packs)?;
    if let Some(pack) = packs.iter().find(|pack| !offers.contains_key(pack)) {
        return Err(RestockError::NotForSale { pack: *pack }.into());
    }
    match new.basis {
        Basis::Consignment => {
            if new.payment.is_some() {
                return Err(RestockError::PaymentDoesNotFit.into());
            }
            let in_force = agreements::consignment_in_force(conn, new.maker, warung, now)?.ok_or(RestockError::NoAgreement)?;
            let mut prices = BTreeMap::new();
            for (pack, offer) in &offers {
                let missing = || RestockError::NotForSale { pack: *pack };
                let retail = packs::rules::price_for(&offer.pack.prices, Channel::Retail, 1).ok_or_else(missing)?;
                let earned = consigned::Earned::by(&in_force.terms, *pack).ok_or_else(missing)?;
                prices.insert(*pack, earned.selling_price(retail.amount));
            }
            let under = Some((in_force.agreement, in_force.number));
            Ok(Deal { under, prices, days: Some(in_force.terms.visit_days), minimum: Rupiah::ZERO, limit: Rupiah::ZERO })
        }
        Basis::Outright => {
            let payment = new.payment.ok_or(RestockError::PaymentDoesNotFit)?;
            let in_force = agreements::purchase_in_force(conn, new.maker, warung, now)?;
            let known = in_force.is_some() || (payment != Payment::Credit && agreements::are_partners(conn, new.maker, warung, now)?);
            if !known {
                return Err(RestockError::NoAgreement.into());
            }
            let mut prices = BTreeMap::new();
            for (pack, offer) in &offers {
                prices.insert(*pack, outright_price(in_force.as_ref(), offer).ok_or(RestockError::NotForSale { pack: *pack })?);
            }
            Ok(Deal {
                under: in_force.as_ref().map(|one| (one.agreement, one.number)),
                prices,
                minimum: in_force.as_ref().map_or(Rupiah::ZERO, |one| one.terms.minimum.amount()),
                limit: in_force.as_ref().map_or(Rupiah::ZERO, |one| one.terms.credit_limit.amount()),
                days: in_force.map(|one| one.terms.delivery_days),
            })
        }
    }
}

/// The agreed price of a pack, or else the maker's for warungs.
fn outright_price(in_force: Option<&InForce<Purchase>>, offer: &Offer) -> Option<Rupiah> {
    let agreed = in_force.and_then(|one| one.terms.prices.iter().find(|price| price.pack_id == offer.pack.row.id));
    let listed = || packs::rules::price_for(&offer.pack.prices, Channel::Warung, 1).map(|price| price.amount);
    agreed.map(|price| price.price.amount()).or_else(listed)
}

/// The warung asks for goods with one call.
///
/// # Errors
/// [`RestockError::NoAgreement`], [`RestockError::NotForSale`], [`RestockError::NothingToAsk`], [`RestockError::BelowMinimum`],
/// [`RestockError::OverCredit`].
pub fn ask(tx: &mut Tx<'_>, who: Identity, warung: EnterpriseId, new: &NewRestock) -> Outcome<Whole> {
    let (_, by) = consignment(side_of(tx, who, (new.maker, warung), &[Side::Warung], None))?;
    let lines = wanted(tx, warung, new)?;
    let id = request(tx, warung, new, &lines, Some(by))?;
    Ok(store::whole(tx, id)?)
}

/// What is asked for: a list, what was asked for last, or what is missing.
fn wanted(tx: &mut Tx<'_>, warung: EnterpriseId, new: &NewRestock) -> Outcome<Vec<(PackId, i64)>> {
    match new.asked_as {
        AskedAs::List | AskedAs::Standing => Ok(new.lines.iter().map(|line| (line.pack_id, line.quantity.get())).collect()),
        AskedAs::SameAsLastTime => {
            let last = store::last_of_pair(tx, new.maker, warung, new.basis)?.ok_or(RestockError::NothingToAsk)?;
            Ok(store::lines(tx, &[last])?.iter().map(|line| (line.pack_id, line.asked)).collect())
        }
        AskedAs::ParLevels => {
            let levels = store::par_levels(tx, warung)?;
            let packs: Vec<PackId> = levels.iter().map(|(pack, _)| *pack).collect();
            let hers = on_sale(tx, new.maker, &packs)?;
            let held = inventory::held_of(tx, warung, &packs)?;
            let there = |pack: PackId| held.iter().filter(|row| row.pack == pack).map(|row| row.on_hand).sum::<i64>();
            let coming = coming(tx, new.maker, warung)?;
            let open = |pack: PackId| there(pack) + coming.get(&pack).copied().unwrap_or(0);
            let missing = levels.into_iter().filter(|(pack, _)| hers.contains_key(pack)).map(|(pack, level)| (pack, level - open(pack)));
            Ok(missing.filter(|(_, quantity)| *quantity > 0).collect())
        }
    }
}

/// Writes a restock down at today's prices, once all is checked.
pub(super) fn request(
    tx: &mut Tx<'_>,
    warung: EnterpriseId,
    new: &NewRestock,
    lines: &[(PackId, i64)],
    by: Option<By<'_>>,
) -> Outcome<RestockId> {
    let now = tx.now();
    if lines.is_empty() {
        return Err(RestockError::NothingToAsk.into());
    }
    let day = new.wanted_on.unwrap_or_else(|| now.business_date());
    if !rules::can_be_wanted(day, now.business_date()) {
        return Err(RestockError::WantedOn.into());
    }
    let packs: BTreeSet<PackId> = lines.iter().map(|(pack, _)| *pack).collect();
    if packs.len() < lines.len() {
        return Err(RestockError::LineTwice.into());
    }
    let deal = deal(tx, warung, new, &packs.into_iter().collect::<Vec<_>>(), now)?;
    let mut rows = Vec::with_capacity(lines.len());
    let mut total = Rupiah::ZERO;
    for (pack, quantity) in lines {
        let price = *deal.prices.get(pack).ok_or(RestockError::NotForSale { pack: *pack })?;
        total = sums(price.times(*quantity).and_then(|worth| total.plus(worth)))?;
        rows.push((*pack, price, *quantity));
    }
    if total < deal.minimum {
        return Err(RestockError::BelowMinimum { minimum: deal.minimum }.into());
    }
    if new.payment == Some(Payment::Credit) {
        within_credit(tx, new.maker, warung, (deal.limit, total))?;
    }
    let village = enterprises::service::get(tx, new.maker)?.village_id;
    let due_on = deal.days.map(|days| days.next_from(day));
    let id = store::insert(tx, &Place { village, warung, under: deal.under, total, due_on }, new, &rows)?;
    store::record(tx, id, State::Requested, State::Requested, by)?;
    tell(tx, Notice::RestockAsked, new.maker, warung, id)?;
    Ok(id)
}

/// The maker owes what she has accepted, by the agreed day on which it is to be brought; whoever accepts later brings it on the next.
fn owe_delivery(tx: &mut Tx<'_>, restock: &Restock) -> Outcome<()> {
    let (Some((agreement, number)), Some(mut due_on)) = (restock.under(), restock.due_on) else { return Ok(()) };
    let today = tx.now().business_date();
    if due_on < today {
        due_on = match agreements::reading::terms_of(tx, agreement, number)? {
            Terms::Consignment(terms) => terms.visit_days.next_from(today),
            Terms::Purchase(terms) => terms.delivery_days.next_from(today),
            Terms::Supply(_) | Terms::JointStall(_) => today,
        };
        store::set_due_on(tx, restock.id, due_on)?;
    }
    let subject = restock.id.to_string();
    let owed = Owed { kind: Obligation::Delivery, subject: &subject, by: restock.maker_id, to: restock.warung_id, due_on };
    obligations::owe(tx, &InForce { agreement, number, terms: () }, owed)?;
    Ok(())
}

/// A restock in the hands of one of its sides.
pub(super) struct Hand<'a> {
    pub restock: Restock,
    side: Side,
    pub by: By<'a>,
}

impl Hand<'_> {
    fn go(&self, tx: &mut Tx<'_>, event: Move) -> Outcome<()> {
        let wrong = || RestockError::WrongState { state: self.restock.state, wanted: event };
        let to = rules::next(self.restock.state, event).ok_or_else(wrong)?;
        if store::move_state(tx, self.restock.id, self.restock.state, to, Some(self.by))? { Ok(()) } else { Err(wrong().into()) }
    }

    fn tell(&self, tx: &mut Tx<'_>, notice: Notice) -> Outcome<()> {
        let (to, from) = match self.side {
            Side::Maker => (self.restock.warung_id, self.restock.maker_id),
            Side::Warung => (self.restock.maker_id, self.restock.warung_id),
        };
        Ok(tell(tx, notice, to, from, self.restock.id)?)
    }
}

pub(super) fn take<'a>(tx: &mut Tx<'_>, who: Identity, id: RestockId, side: Side, reason: Option<&'a str>) -> Outcome<Hand<'a>> {
    let restock = store::get(tx, id)?;
    let (side, by) = consignment(side_of(tx, who, (restock.maker_id, restock.warung_id), &[side], reason))?;
    Ok(Hand { restock, side, by })
}

/// Counts by pack; a line that is not named counts as `otherwise` says.
fn counted(whole: &Whole, counts: &[PackCount], most: impl Fn(&super::model::Line) -> i64) -> Outcome<BTreeMap<PackId, i64>> {
    let told: BTreeMap<PackId, i64> = counts.iter().map(|count| (count.pack_id, count.quantity.get())).collect();
    if told.len() < counts.len() {
        return Err(RestockError::LineTwice.into());
    }
    let mut all = BTreeMap::new();
    for line in &whole.lines {
        let (pack, most) = (line.pack_id, most(line));
        let count = told.get(&pack).copied().unwrap_or(most);
        if count > most {
            return Err(RestockError::MoreThanAsked { pack, most }.into());
        }
        all.insert(pack, count);
    }
    match told.keys().find(|pack| !all.contains_key(pack)) {
        Some(pack) => Err(RestockError::MoreThanAsked { pack: *pack, most: 0 }.into()),
        None => Ok(all),
    }
}

/// The maker takes on what she brings: all of a line that she says nothing of. It is promised from now on.
///
/// # Errors
/// [`RestockError::MoreThanAsked`], [`RestockError::NothingAccepted`], [`RestockError::Stock`], [`RestockError::WrongState`].
pub fn accept(tx: &mut Tx<'_>, who: Identity, id: RestockId, counts: &[PackCount]) -> Outcome<Whole> {
    let hand = take(tx, who, id, Side::Maker, None)?;
    let whole = store::whole(tx, id)?;
    let accepted = counted(&whole, counts, |line| line.asked)?;
    if accepted.values().all(|quantity| *quantity == 0) {
        return Err(RestockError::NothingAccepted.into());
    }
    let all = whole.lines.iter().all(|line| accepted[&line.pack_id] == line.asked);
    hand.go(tx, if all { Move::Accept } else { Move::AcceptPart })?;
    let why = Why::now(tx, id, Some(hand.by));
    for line in &whole.lines {
        let quantity = accepted[&line.pack_id];
        inventory::reserve(tx, line.pack_id, quantity, &why).map_err(|failure| failure.map(RestockError::Stock))?;
        store::set_accepted(tx, id, line.pack_id, quantity)?;
    }
    owe_delivery(tx, &hand.restock)?;
    hand.tell(tx, Notice::RestockAnswered)?;
    Ok(store::whole(tx, id)?)
}

/// The maker brings none.
///
/// # Errors
/// [`RestockError::WrongState`].
pub fn decline(tx: &mut Tx<'_>, who: Identity, id: RestockId, reason: Option<&str>) -> Outcome<Whole> {
    let hand = take(tx, who, id, Side::Maker, reason)?;
    hand.go(tx, Move::Decline)?;
    obligations::called_off(tx, Obligation::Delivery, &id.to_string())?;
    hand.tell(tx, Notice::RestockAnswered)?;
    Ok(store::whole(tx, id)?)
}

/// The warung calls it off until it is brought; what was promised is free again.
///
/// # Errors
/// [`RestockError::WrongState`].
pub fn withdraw(tx: &mut Tx<'_>, who: Identity, id: RestockId, reason: &str) -> Outcome<Whole> {
    let hand = take(tx, who, id, Side::Warung, Some(reason))?;
    hand.go(tx, Move::Withdraw)?;
    let why = Why::now(tx, id, Some(hand.by));
    for line in store::lines(tx, &[id])? {
        inventory::release(tx, line.pack_id, line.accepted.unwrap_or(0), &why).map_err(Failure::widen)?;
    }
    obligations::called_off(tx, Obligation::Delivery, &id.to_string())?;
    hand.tell(tx, Notice::RestockWithdrawn)?;
    Ok(store::whole(tx, id)?)
}

/// The maker has brought it, or it is on its way. Whether it came in time is the warung's to say.
///
/// # Errors
/// [`RestockError::WrongState`].
pub fn deliver(tx: &mut Tx<'_>, who: Identity, id: RestockId) -> Outcome<Whole> {
    let hand = take(tx, who, id, Side::Maker, None)?;
    hand.go(tx, Move::Deliver)?;
    hand.tell(tx, Notice::RestockDelivered)?;
    Ok(store::whole(tx, id)?)
}

/// The warung counts what came, now or earlier: it is hers, or it stands there on consignment. What did not come is free at the maker's
/// again.
///
/// # Errors
/// [`RestockError::MoreThanAsked`], [`RestockError::WrongState`], [`ConsignmentError::ReceivedAt`] and
/// [`ConsignmentError::SettledSince`] inside.
pub fn confirm(tx: &mut Tx<'_>, who: Identity, id: RestockId, counts: &[PackCount], received_at: Option<Timestamp>) -> Outcome<Whole> {
    let hand = take(tx, who, id, Side::Warung, None)?;
    let whole = store::whole(tx, id)?;
    let received = counted(&whole, counts, |line| line.accepted.unwrap_or(0))?;
    hand.go(tx, Move::Confirm)?;
    let why = Why::now(tx, id, Some(hand.by));
    for line in &whole.lines {
        let came = received[&line.pack_id];
        store::set_received(tx, id, line.pack_id, came)?;
        inventory::release(tx, line.pack_id, line.accepted.unwrap_or(0) - came, &why).map_err(Failure::widen)?;
    }
    let accepted_at = store::accepted_at(tx, id)?;
    let at = match (hand.restock.basis, hand.restock.under()) {
        (Basis::Consignment, Some(under)) => {
            let came: Vec<(PackId, Rupiah, i64)> =
                whole.lines.iter().map(|line| (line.pack_id, line.price, received[&line.pack_id])).collect();
            let pair = (hand.restock.maker_id, hand.restock.warung_id);
            consignment(notes::restocked(tx, pair, under, &id.to_string(), &came, (hand.by, accepted_at, received_at)))?
        }
        (Basis::Consignment, None) => return Err(RestockError::NoAgreement.into()),
        (Basis::Outright, _) => {
            let now = tx.now();
            let at = received_at.unwrap_or(now);
            if !consigned::can_be(at, accepted_at, now) {
                return Err(RestockError::Consigned(ConsignmentError::ReceivedAt).into());
            }
            buy(tx, &hand, &whole, &received, at.min(now))?;
            at
        }
    };
    let lines: Vec<(i64, i64)> = whole.lines.iter().map(|line| (line.accepted.unwrap_or(0), received[&line.pack_id])).collect();
    obligations::came(tx, Obligation::Delivery, &id.to_string(), rules::came(&lines, at.business_date()))?;
    hand.tell(tx, Notice::RestockConfirmed)?;
    Ok(store::whole(tx, id)?)
}

/// Whether `who` stands close enough to one of `these`.
pub(super) fn seen_by(conn: &mut Conn, who: Identity, now: Timestamp, these: &[EnterpriseId], action: Action) -> Outcome<()> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(RestockError::from))?;
    let mut found = Vec::with_capacity(these.len());
    for id in these {
        found.push(enterprises::service::get(conn, *id)?);
    }
    acting_for(&person, action, &found.iter().collect::<Vec<_>>()).map_err(RestockError::from)?;
    Ok(())
}

/// A restock, for both sides and the village's office.
///
/// # Errors
/// [`RestockError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: RestockId) -> Outcome<Whole> {
    let restock = store::get(conn, id)?;
    seen_by(conn, who, now, &[restock.maker_id, restock.warung_id], Action::ViewEnterprise)?;
    Ok(store::whole(conn, id)?)
}

/// The moves of a restock, oldest first.
///
/// # Errors
/// [`RestockError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: RestockId) -> Outcome<Vec<Event>> {
    let restock = store::get(conn, id)?;
    seen_by(conn, who, now, &[restock.maker_id, restock.warung_id], Action::ViewEnterprise)?;
    Ok(store::events(conn, id)?)
}

/// How many of each of a maker's packs warungs have asked for and not counted yet.
///
/// # Errors
/// [`kit::db::DbError`] when the database fails.
pub fn in_hand(conn: &mut Conn, maker: EnterpriseId) -> Result<BTreeMap<PackId, i64>, kit::db::DbError> {
    store::in_hand(conn, maker)
}

/// What an enterprise asks for, or is asked for, newest first.
///
/// # Errors
/// [`RestockError::Denied`].
pub fn list(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    (of, asked): (EnterpriseId, bool),
    before: Option<RestockId>,
    rows: i64,
) -> Outcome<Vec<Whole>> {
    seen_by(conn, who, now, &[of], Action::ViewEnterprise)?;
    Ok(store::page(conn, of, asked, before, rows)?)
}
