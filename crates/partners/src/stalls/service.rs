//! Telling a day at a stall, saying whether it was so, paying for it, and taking it back.

use chrono::NaiveDate;

use super::model::{Event, StallDay, StallDayId, State};
use super::rules::{self, Move};
use super::store;
use crate::agreements::model::Agreement;
use crate::agreements::service::AgreementError;
use crate::agreements::terms::{JointStall, Side};
use crate::agreements::{self, AgreementId, InForce, Terms};
use crate::debts::{self, Method};
use crate::notices::{Notice, tell};
use crate::obligations::{self, Kind as Obligation, Owed};
use crate::parties::{acting_for, hand};
use books::ledger::service::{self as ledger, LedgerError};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, Failure, Refusal, Tx};
use kit::money::{MoneyError, Rupiah};
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, authorize, principal};

/// A day may be told so many days after it.
pub const MOST_DAYS_LATE: i64 = 30;

/// What can happen to a person here.
#[derive(Debug)]
pub enum StallError {
    /// No joint stall of this agreement was in force on that day, or it was none of its days.
    NotAgreed {
        day: NaiveDate,
    },
    /// One of the two may not trade.
    NotTrading,
    /// The day is still to come, or long past.
    DayOutOfRange,
    /// It was told before.
    AlreadyTold {
        day: NaiveDate,
    },
    /// It was paid on a day between the one at the stall and today.
    PaidDay {
        from: NaiveDate,
    },
    WrongState {
        state: State,
        wanted: Move,
    },
    TooMuch,
    Books(LedgerError),
    Agreement(AgreementError),
    Denied(Denied),
}
impl Refusal for StallError {}

impl From<Denied> for StallError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<MoneyError> for StallError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

type Outcome<T> = Result<T, Failure<StallError>>;

fn sums<T>(outcome: Result<T, MoneyError>) -> Outcome<T> {
    Ok(outcome.map_err(StallError::from)?)
}

/// A day in the hands of one of its sides.
struct Hand<'a> {
    told: StallDay,
    side: Side,
    by: By<'a>,
}

impl Hand<'_> {
    fn go(&self, tx: &mut Tx<'_>, event: Move) -> Outcome<()> {
        let wrong = || StallError::WrongState { state: self.told.state, wanted: event };
        let to = rules::next(self.told.state, event).ok_or_else(wrong)?;
        if store::move_state(tx, self.told.id, self.told.state, to, self.by)? { Ok(()) } else { Err(wrong().into()) }
    }

    /// Tells the other side, and answers the day as it stands now.
    fn tell(self, tx: &mut Tx<'_>, notice: Notice) -> Outcome<StallDay> {
        let StallDay { id, provider_id, receiver_id, day, .. } = self.told;
        let (to, from) = if self.side == Side::Provider { (receiver_id, provider_id) } else { (provider_id, receiver_id) };
        let fact = format!("{}, {}", day.format("%d-%m-%Y"), sums(self.told.owed())?);
        tell(tx, notice, to, from, fact)?;
        Ok(store::get(tx, id)?)
    }
}

/// The first of `sides` that someone acts for; who only stands on another is told that it is not hers to do.
fn side_of<'a>(
    tx: &mut Tx<'_>,
    who: Identity,
    (provider, receiver): (EnterpriseId, EnterpriseId),
    sides: &[Side],
    reason: Option<&'a str>,
) -> Outcome<(Side, By<'a>)> {
    let now = tx.now();
    let person = principal(tx, who, now).map_err(|failure| failure.map(StallError::from))?;
    let (provider, receiver) = (enterprises::service::get(tx, provider)?, enterprises::service::get(tx, receiver)?);
    for side in sides {
        let (own, other) = if *side == Side::Provider { (&provider, &receiver) } else { (&receiver, &provider) };
        if authorize(&person, Action::WriteProduct, &own.resource()).is_ok() {
            return Ok((*side, hand(&person, own, other, reason).map_err(StallError::from)?));
        }
    }
    acting_for(&person, Action::ViewEnterprise, &[&provider, &receiver]).map_err(StallError::from)?;
    Err(StallError::Denied(Denied::Forbidden).into())
}

fn take<'a>(tx: &mut Tx<'_>, who: Identity, id: StallDayId, sides: &[Side], reason: Option<&'a str>) -> Outcome<Hand<'a>> {
    let told = store::get(tx, id)?;
    let (side, by) = side_of(tx, who, (told.provider_id, told.receiver_id), sides, reason)?;
    Ok(Hand { told, side, by })
}

/// The agreement, if `who` may know of it.
fn agreement(conn: &mut Conn, who: Identity, now: Timestamp, id: AgreementId) -> Outcome<Agreement> {
    agreements::reading::visible(conn, who, now, id).map_err(|failure| {
        failure.map(|error| match error {
            AgreementError::Denied(denied) => StallError::Denied(denied),
            other => StallError::Agreement(other),
        })
    })
}

/// What was taken on a day. The receiver's word counts at once: what she owes for it stands in both books from then on. The
/// provider's waits for hers.
///
/// # Errors
/// [`StallError::NotAgreed`], [`StallError::NotTrading`], [`StallError::DayOutOfRange`], [`StallError::AlreadyTold`].
pub fn record(tx: &mut Tx<'_>, who: Identity, of: AgreementId, day: NaiveDate, takings: Rupiah) -> Outcome<StallDay> {
    let (now, today) = (tx.now(), tx.now().business_date());
    let agreement = agreement(tx, who, now, of)?;
    let (provider_id, receiver_id) = (agreement.provider_id, agreement.receiver_id);
    let (side, by) = side_of(tx, who, (provider_id, receiver_id), &[Side::Receiver, Side::Provider], None)?;
    if !enterprises::service::these(tx, &[provider_id, receiver_id])?.iter().all(Enterprise::is_seller) {
        return Err(StallError::NotTrading.into());
    }
    if !(0..=MOST_DAYS_LATE).contains(&(today - day).num_days()) {
        return Err(StallError::DayOutOfRange.into());
    }
    let in_force = agreements::joint_stall_in_force(tx, provider_id, receiver_id, rules::end_of(day))?;
    let agreed = in_force.filter(|found| found.agreement == of && found.terms.days.contain(day));
    let InForce { number, terms, .. } = agreed.ok_or(StallError::NotAgreed { day })?;
    let settled = sums(rules::settle(&terms, takings))?;
    let owes = settled.share.is_positive() || settled.cost_part.is_positive();
    let told = StallDay {
        id: StallDayId::new(),
        agreement_id: of,
        agreement_number: number,
        provider_id,
        receiver_id,
        day,
        takings,
        share: settled.share,
        cost_part: settled.cost_part,
        state: match side {
            Side::Provider => State::Proposed,
            Side::Receiver if owes => State::Owed,
            Side::Receiver => State::Settled,
        },
        entry_id: None,
        due_on: None,
        method: None,
        paid_on: None,
        created_at: now,
        updated_at: now,
    };
    match store::insert(tx, &told, by) {
        Err(error) if error.violates("uq_stall_days_provider_id_receiver_id_day") => return Err(StallError::AlreadyTold { day }.into()),
        inserted => inserted?,
    }
    if told.state == State::Owed {
        owe(tx, &told, &terms)?;
    }
    let notice = if side == Side::Receiver { Notice::StallDayTold } else { Notice::StallDayProposed };
    Hand { told, side, by }.tell(tx, notice)
}

/// What is owed for a day goes into both books, and is to be paid.
fn owe(tx: &mut Tx<'_>, told: &StallDay, terms: &JointStall) -> Outcome<()> {
    let (now, today, reference) = (tx.now(), tx.now().business_date(), told.id.to_string());
    let happened = if told.day == today { now } else { Timestamp::in_village(told.day, 12 * 60) };
    let counts = ledger::counts_at(tx, &[told.provider_id, told.receiver_id], happened, now)?;
    let (claim, debt) = sums(rules::entries(told.between(), &reference, sums(told.owed())?, counts))?;
    let entered = ledger::post_mirrored(tx, (told.provider_id, &claim), (told.receiver_id, &debt));
    let (entry, _) = entered.map_err(|failure| failure.map(StallError::Books))?;
    let due_on = rules::due(terms, told.day, today);
    store::owe(tx, told.id, entry, due_on)?;
    let under = InForce { agreement: told.agreement_id, number: told.agreement_number, terms: () };
    let owed = Owed { kind: Obligation::Payment, subject: &reference, by: told.receiver_id, to: told.provider_id, due_on };
    obligations::owe(tx, &under, owed)?;
    Ok(())
}

/// The receiver says that a day was as the provider told it: what she owes for it stands in both books from then on.
///
/// # Errors
/// [`StallError::WrongState`].
pub fn confirm(tx: &mut Tx<'_>, who: Identity, id: StallDayId) -> Outcome<StallDay> {
    let hand = take(tx, who, id, &[Side::Receiver], None)?;
    if sums(hand.told.owed())?.is_positive() {
        hand.go(tx, Move::Confirm)?;
        // A day is told under a joint stall and nothing else.
        if let Terms::JointStall(terms) = agreements::reading::terms_of(tx, hand.told.agreement_id, hand.told.agreement_number)? {
            owe(tx, &hand.told, &terms)?;
        }
    } else {
        hand.go(tx, Move::Settle)?;
    }
    hand.tell(tx, Notice::StallDayConfirmed)
}

/// The receiver says that a day was not as the provider told it. It may be told anew.
///
/// # Errors
/// [`StallError::WrongState`].
pub fn refuse(tx: &mut Tx<'_>, who: Identity, id: StallDayId, reason: &str) -> Outcome<StallDay> {
    let hand = take(tx, who, id, &[Side::Receiver], Some(reason))?;
    hand.go(tx, Move::Refuse)?;
    hand.tell(tx, Notice::StallDayRefused)
}

/// Money goes over for a day. The provider's word counts at once, the receiver's waits for hers; it was paid on the day the receiver
/// said, where she said one.
///
/// # Errors
/// [`StallError::WrongState`], [`StallError::PaidDay`].
pub fn pay(tx: &mut Tx<'_>, who: Identity, id: StallDayId, method: Method, on: Option<NaiveDate>) -> Outcome<StallDay> {
    let (now, today) = (tx.now(), tx.now().business_date());
    let hand = take(tx, who, id, &[Side::Provider, Side::Receiver], None)?;
    let told = &hand.told;
    if on.is_some_and(|on| on < told.day || on > today) {
        return Err(StallError::PaidDay { from: told.day }.into());
    }
    let paid_on = told.paid_on.or(on).unwrap_or(today);
    if hand.side == Side::Receiver {
        hand.go(tx, Move::Claim)?;
        store::set_payment(tx, id, Some((method, paid_on)))?;
        return hand.tell(tx, Notice::StallPaymentClaimed);
    }
    hand.go(tx, Move::Pay)?;
    store::set_payment(tx, id, Some((method, paid_on)))?;
    let amount = sums(told.owed())?;
    let settled = sums(debts::settled(told.between(), &format!("{id}:paid"), method, amount, now))?;
    let entered = ledger::post_mirrored(tx, (told.provider_id, &settled.0), (told.receiver_id, &settled.1));
    entered.map_err(|failure| failure.map(StallError::Books))?;
    obligations::parts_done_on(tx, told.agreement_id, Obligation::Payment, &id.to_string(), paid_on)?;
    hand.tell(tx, Notice::StallDayPaid)
}

/// The provider does not have the money that the receiver says she paid.
///
/// # Errors
/// [`StallError::WrongState`].
pub fn refuse_payment(tx: &mut Tx<'_>, who: Identity, id: StallDayId, reason: &str) -> Outcome<StallDay> {
    let hand = take(tx, who, id, &[Side::Provider], Some(reason))?;
    hand.go(tx, Move::RefusePayment)?;
    store::set_payment(tx, id, None)?;
    hand.tell(tx, Notice::StallPaymentRefused)
}

/// The provider takes a day back that was told wrong: nothing was owed for it, and it may be told anew.
///
/// # Errors
/// [`StallError::WrongState`].
pub fn withdraw(tx: &mut Tx<'_>, who: Identity, id: StallDayId, reason: &str) -> Outcome<StallDay> {
    let hand = take(tx, who, id, &[Side::Provider], Some(reason))?;
    hand.go(tx, Move::Withdraw)?;
    if let Some(entry) = hand.told.entry_id {
        ledger::reverse(tx, hand.told.provider_id, entry).map_err(|failure| failure.map(StallError::Books))?;
        obligations::parts_released(tx, hand.told.agreement_id, Obligation::Payment, &id.to_string())?;
    }
    hand.tell(tx, Notice::StallDayWithdrawn)
}

/// The days of an agreement, the one told last first, for both sides and the village's office.
///
/// # Errors
/// [`StallError::Denied`].
pub fn list(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: AgreementId,
    before: Option<StallDayId>,
    rows: i64,
) -> Outcome<Vec<StallDay>> {
    agreement(conn, who, now, of)?;
    Ok(store::page(conn, of, before, rows)?)
}

/// A day, for both sides and the village's office.
///
/// # Errors
/// [`StallError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: StallDayId) -> Outcome<StallDay> {
    let told = store::get(conn, id)?;
    agreement(conn, who, now, told.agreement_id)?;
    Ok(told)
}

/// The moves of a day, oldest first.
///
/// # Errors
/// [`StallError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: StallDayId) -> Outcome<Vec<Event>> {
    show(conn, who, now, id)?;
    Ok(store::events(conn, id)?)
}
