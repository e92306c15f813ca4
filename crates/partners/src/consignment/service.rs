//! What the acts of this feature have in common: what can happen to a person, who acts for whom, and by which terms.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::accounting::About;
use super::model::{Consignment, ConsignmentId, NoteState, Side, VisitId, VisitState};
use super::rules::{Earned, LineError, NoteMove, TooMany, VisitMove};
use super::store;
use crate::agreements::terms::Consignment as Terms;
use crate::agreements::{self, AgreementId, InForce};
use crate::debts::Mirrored;
use crate::notices::{Notice, tell};
use crate::obligations::{self, Kind as Obligation, Owed};
use crate::parties::{acting_for, hand};
use books::ledger::Entry;
use books::ledger::service::{self as ledger, LedgerError};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::money::{MoneyError, Rupiah};
use market::inventory::InventoryError;
use market::packs::model::{Channel, Offer};
use market::packs::{self, PackId};
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, authorize, principal};

/// What can happen to a person here.
#[derive(Debug)]
pub enum ConsignmentError {
    /// Nothing is agreed between the two now.
    NoAgreement,
    NotForSale {
        pack: PackId,
    },
    /// The terms fix prices, but not this one's.
    PriceNotAgreed {
        pack: PackId,
    },
    LineTwice,
    /// More was counted than was offered.
    MoreThanOffered {
        pack: PackId,
        offered: i64,
    },
    /// Something that is there was not counted.
    NotCounted {
        pack: PackId,
    },
    /// Nothing of this pack is there.
    NotThere {
        pack: PackId,
    },
    TooMany(TooMany),
    /// By the terms fewer may go back.
    ReturnNotAgreed {
        pack: PackId,
        most: i64,
    },
    /// The time is to come, or too long ago.
    VisitedAt,
    /// A later visit has been written down.
    LaterVisit {
        at: Timestamp,
    },
    /// The visit it follows has not come in.
    VisitMissing,
    /// Another visit followed that one, and may be the same.
    VisitExists {
        visit: VisitId,
        by: Side,
        at: Timestamp,
    },
    /// Its device has called another visit so.
    OtherVisit {
        visit: VisitId,
    },
    /// Goods came before they were sent, or are to come.
    ReceivedAt,
    /// Not so many stood there when they were sold.
    NotThereThen {
        pack: PackId,
        at: Timestamp,
        there: i64,
        sold: i64,
    },
    /// A visit has settled these goods since.
    SettledSince {
        at: Timestamp,
    },
    /// More would be owed than was agreed.
    OverCredit {
        limit: Rupiah,
        owed: Rupiah,
    },
    /// More than is owed.
    OverPaid {
        owed: Rupiah,
    },
    /// The price of consigned goods is their maker's to set.
    PriceOfMaker {
        price: Rupiah,
    },
    NothingDisputed,
    /// A line, or the money, that nobody disputes.
    NotDisputed {
        pack: Option<PackId>,
    },
    /// A link speaks for the warung alone.
    LinkForWarung,
    /// A later visit has counted these goods again.
    CountedSince {
        pack: PackId,
    },
    /// It is the other side that is to answer.
    NotYourTurn,
    NoteState {
        state: NoteState,
        wanted: NoteMove,
    },
    VisitState {
        state: VisitState,
        wanted: VisitMove,
    },
    TooMuch,
    Stock(InventoryError),
    Books(LedgerError),
    Denied(Denied),
}
impl Refusal for ConsignmentError {}

impl From<Denied> for ConsignmentError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<MoneyError> for ConsignmentError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

impl From<LineError> for ConsignmentError {
    fn from(error: LineError) -> Self {
        match error {
            LineError::TooMany(told) => Self::TooMany(told),
            LineError::Money(_) => Self::TooMuch,
        }
    }
}

pub(super) type Outcome<T> = Result<T, Failure<ConsignmentError>>;

pub(super) fn stock<T>(outcome: Result<T, Failure<InventoryError>>) -> Outcome<T> {
    outcome.map_err(|failure| failure.map(ConsignmentError::Stock))
}

pub(super) fn sums<T>(outcome: Result<T, MoneyError>) -> Outcome<T> {
    Ok(outcome.map_err(ConsignmentError::from)?)
}

/// A consignment in the hands of one of its sides.
pub(super) struct Hand<'a> {
    pub consignment: Consignment,
    pub side: Side,
    pub by: By<'a>,
}

impl Hand<'_> {
    /// Tells the other side.
    pub(super) fn tell(&self, tx: &mut Tx<'_>, notice: Notice, fact: impl ToString) -> Outcome<()> {
        Ok(tell(tx, notice, self.consignment.enterprise(other(self.side)), self.consignment.enterprise(self.side), fact)?)
    }
}

pub(super) const fn other(side: Side) -> Side {
    match side {
        Side::Maker => Side::Warung,
        Side::Warung => Side::Maker,
    }
}

/// Takes a consignment in hand for one of `sides`, the first that fits.
pub(super) fn take<'a>(tx: &mut Tx<'_>, who: Identity, id: ConsignmentId, sides: &[Side], reason: Option<&'a str>) -> Outcome<Hand<'a>> {
    let consignment = store::get(tx, id)?;
    let (side, by) = side_of(tx, who, (consignment.maker_id, consignment.warung_id), sides, reason)?;
    Ok(Hand { consignment, side, by })
}

/// For which side of a pair `who` acts, and by whose hand.
pub(crate) fn side_of<'a>(
    tx: &mut Tx<'_>,
    who: Identity,
    (maker, warung): (EnterpriseId, EnterpriseId),
    sides: &[Side],
    reason: Option<&'a str>,
) -> Outcome<(Side, By<'a>)> {
    let now = tx.now();
    let person = principal(tx, who, now).map_err(|failure| failure.map(ConsignmentError::from))?;
    let (maker, warung) = (enterprises::service::get(tx, maker)?, enterprises::service::get(tx, warung)?);
    let one = |side: Side| if side == Side::Maker { &maker } else { &warung };
    for side in sides {
        if authorize(&person, Action::WriteProduct, &one(*side).resource()).is_ok() {
            let by = hand(&person, one(*side), one(other(*side)), reason).map_err(ConsignmentError::from)?;
            return Ok((*side, by));
        }
    }
    let seen: &[&Enterprise] = &[&maker, &warung];
    acting_for(&person, Action::ViewEnterprise, seen).map_err(ConsignmentError::from)?;
    Err(ConsignmentError::Denied(Denied::Forbidden).into())
}

/// The consignment with this id, if `who` may see one of its sides.
pub(super) fn visible(conn: &mut Conn, who: Identity, now: Timestamp, id: ConsignmentId, action: Action) -> Outcome<Consignment> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(ConsignmentError::from))?;
    let consignment = store::get(conn, id)?;
    let (maker, warung) = (enterprises::service::get(conn, consignment.maker_id)?, enterprises::service::get(conn, consignment.warung_id)?);
    acting_for(&person, action, &[&maker, &warung]).map_err(ConsignmentError::from)?;
    Ok(consignment)
}

/// The terms on which goods are left at a warung at an instant.
pub(super) fn terms(conn: &mut Conn, maker: EnterpriseId, warung: EnterpriseId, at: Timestamp) -> Outcome<InForce<Terms>> {
    Ok(agreements::consignment_in_force(conn, maker, warung, at)?.ok_or(ConsignmentError::NoAgreement)?)
}

/// The terms a consignment is settled by: those in force, or those it went by last when the agreement has ended.
pub(super) fn settling_terms(conn: &mut Conn, of: &Consignment, at: Timestamp) -> Outcome<(InForce<Terms>, bool)> {
    if let Some(in_force) = agreements::consignment_in_force(conn, of.maker_id, of.warung_id, at)? {
        return Ok((in_force, true));
    }
    let terms = terms_of(conn, (of.agreement_id, of.agreement_number))?;
    Ok((InForce { agreement: of.agreement_id, number: of.agreement_number, terms }, false))
}

/// The terms of one version.
pub(super) fn terms_of(conn: &mut Conn, (agreement, number): (AgreementId, i32)) -> Outcome<Terms> {
    match agreements::reading::terms_of(conn, agreement, number)? {
        agreements::Terms::Consignment(terms) => Ok(terms),
        agreements::Terms::Supply(_) | agreements::Terms::Purchase(_) | agreements::Terms::JointStall(_) => {
            Err(ConsignmentError::NoAgreement.into())
        }
    }
}

/// The maker's packs that are on sale, by their id.
pub(crate) fn on_sale(conn: &mut Conn, maker: EnterpriseId, these: &[PackId]) -> Result<BTreeMap<PackId, Offer>, DbError> {
    let offers = packs::service::offers(conn, these)?;
    let hers = offers.into_iter().filter(|offer| offer.product.enterprise_id == maker && offer.is_public());
    Ok(hers.map(|offer| (offer.pack.row.id, offer)).collect())
}

/// What a pack sells for, and who gets what of it.
pub(super) fn priced(terms: &Terms, offer: &Offer) -> Outcome<(Rupiah, Earned)> {
    let pack = offer.pack.row.id;
    let retail = packs::rules::price_for(&offer.pack.prices, Channel::Retail, 1).ok_or(ConsignmentError::NotForSale { pack })?;
    let earned = Earned::by(terms, pack).ok_or(ConsignmentError::PriceNotAgreed { pack })?;
    Ok((earned.selling_price(retail.amount), earned))
}

/// When something counts in the books: when it happened, or today where one of them has closed that month.
pub(super) fn counts_at(conn: &mut Conn, of: &Consignment, at: Timestamp, now: Timestamp) -> Result<Timestamp, DbError> {
    ledger::counts_at(conn, &[of.maker_id, of.warung_id], at, now)
}

/// What an event of a consignment is called in both books.
pub(super) fn about(of: &Consignment, reference: impl ToString, at: Timestamp) -> About {
    About { maker: of.maker_id, warung: of.warung_id, reference: reference.to_string(), at }
}

/// Enters what both sides say into both books, where it moves anything.
pub(super) fn mirrored(tx: &mut Tx<'_>, of: &Consignment, (maker, warung): &Mirrored) -> Outcome<()> {
    if maker.postings().is_empty() {
        return Ok(());
    }
    ledger::post_mirrored(tx, (of.maker_id, maker), (of.warung_id, warung)).map_err(|failure| failure.map(ConsignmentError::Books))?;
    Ok(())
}

pub(super) fn post(tx: &mut Tx<'_>, of: EnterpriseId, entry: &Entry) -> Outcome<()> {
    ledger::post(tx, of, entry).map_err(|failure| failure.map(ConsignmentError::Books))?;
    Ok(())
}

/// The next day on which the maker comes.
pub(super) fn next_visit(terms: &Terms, after: NaiveDate) -> NaiveDate {
    terms.visit_days.next_from(after + Days::new(1))
}

/// Now, which is after the last visit whatever the clock's grain.
pub(super) fn after_visit(of: &Consignment, now: Timestamp) -> Timestamp {
    match of.last_visited_at {
        Some(last) if now <= last => last.after(chrono::Duration::microseconds(1)),
        Some(_) | None => now,
    }
}

/// The maker owes the next visit.
pub(super) fn owe_visit(tx: &mut Tx<'_>, of: &Consignment, under: (AgreementId, i32), number: i32, due_on: NaiveDate) -> Outcome<()> {
    let subject = visit_subject(of.id, number);
    let under = InForce { agreement: under.0, number: under.1, terms: () };
    let owed = Owed { kind: Obligation::Delivery, subject: &subject, by: of.maker_id, to: of.warung_id, due_on };
    obligations::owe(tx, &under, owed)?;
    Ok(())
}

/// What the obligation to hold a visit is called.
pub(super) fn visit_subject(of: ConsignmentId, number: i32) -> String {
    format!("{of}:{number}")
}
