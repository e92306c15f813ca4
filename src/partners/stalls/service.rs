//! Telling a day at a stall, paying for it, and taking it back.

use chrono::{Days, NaiveDate};

use super::model::{Outcome as Became, StallDay, StallDayId, State};
use super::rules;
use super::store;
use crate::books::ledger::service::{self as ledger, LedgerError};
use crate::kit::auth::Identity;
use crate::kit::clock::Timestamp;
use crate::kit::db::{Conn, Failure, Refusal, Tx};
use crate::kit::money::{MoneyError, Rupiah};
use crate::partners::agreements::terms::{JointStall, Side};
use crate::partners::agreements::{self, AgreementId, InForce};
use crate::partners::debts::{self, Method};
use crate::partners::notices::{Notice, tell};
use crate::partners::obligations::{self, Kind as Obligation, Owed};
use crate::partners::parties::{acting_for, hand};
use crate::people::enterprises::{self, EnterpriseId};
use crate::people::permissions::{Action, By, Denied, authorize, principal};

/// A day may be told so many days after it.
pub const MOST_DAYS_LATE: i64 = 30;

/// What can happen to a person here.
#[derive(Debug)]
pub enum StallError {
    /// No joint stall of this agreement was in force on that day, or it was none of its days.
    NotAgreed,
    /// The day is still to come, or long past.
    DayOutOfRange,
    /// It was told before.
    AlreadyTold,
    /// It is paid, or taken back.
    WrongState {
        state: State,
    },
    TooMuch,
    Books(LedgerError),
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

/// By whose hand `side` of the two acts; whoever may see one of them is told that it is not hers to do.
fn side<'a>(
    tx: &mut Tx<'_>,
    who: Identity,
    (provider, receiver): (EnterpriseId, EnterpriseId),
    side: Side,
    reason: Option<&'a str>,
) -> Outcome<By<'a>> {
    let now = tx.now();
    let person = principal(tx, who, now).map_err(|failure| failure.map(StallError::from))?;
    let (provider, receiver) = (enterprises::service::get(tx, provider)?, enterprises::service::get(tx, receiver)?);
    let (own, other) = if side == Side::Provider { (&provider, &receiver) } else { (&receiver, &provider) };
    if authorize(&person, Action::WriteProduct, &own.resource()).is_ok() {
        return Ok(hand(&person, own, other, reason).map_err(StallError::from)?);
    }
    acting_for(&person, Action::ViewEnterprise, &[own, other]).map_err(StallError::from)?;
    Err(StallError::Denied(Denied::Forbidden).into())
}

/// The joint stall of this agreement as it was in force on a day.
fn terms_on(conn: &mut Conn, agreement: &agreements::model::Agreement, at: Timestamp) -> Outcome<InForce<JointStall>> {
    let in_force = agreements::joint_stall_in_force(conn, agreement.provider_id, agreement.receiver_id, at)?;
    let day = at.business_date();
    Ok(in_force.filter(|found| found.agreement == agreement.id && found.terms.days.contain(day)).ok_or(StallError::NotAgreed)?)
}

/// Who joined the stall tells what she took on a day. What she owes for it stands in both books from then on.
///
/// # Errors
/// [`StallError::NotAgreed`], [`StallError::DayOutOfRange`], [`StallError::AlreadyTold`].
pub fn record(tx: &mut Tx<'_>, who: Identity, of: AgreementId, day: NaiveDate, takings: Rupiah) -> Outcome<StallDay> {
    let now = tx.now();
    let agreement = agreements::reading::get(tx, of)?;
    let pair = (agreement.provider_id, agreement.receiver_id);
    let by = side(tx, who, pair, Side::Receiver, None)?;
    let today = now.business_date();
    if !(0..=MOST_DAYS_LATE).contains(&(today - day).num_days()) {
        return Err(StallError::DayOutOfRange.into());
    }
    let at = if day == today { now } else { Timestamp::in_village(day, 12 * 60) };
    let in_force = terms_on(tx, &agreement, at)?;
    let settled = rules::settle(&in_force.terms, takings).map_err(StallError::from)?;
    let mut told = StallDay {
        id: StallDayId::new(),
        agreement_id: of,
        number: in_force.number,
        provider_id: pair.0,
        receiver_id: pair.1,
        day,
        takings,
        share: settled.share,
        cost_part: settled.cost_part,
        entry_id: None,
        recorded_by: by.actor,
        on_behalf_of: by.on_behalf_of,
        recorded_at: now,
        outcome: None,
        reason: None,
        settled_by: None,
        settled_for: None,
        settled_at: None,
    };
    if told.state() == State::Owed {
        let counts = ledger::counts_at(tx, &[pair.0, pair.1], at, now)?;
        let (claim, debt) = rules::entries(told.between(), &told.id.to_string(), settled, counts).map_err(StallError::from)?;
        let entered = ledger::post_mirrored(tx, (pair.0, &claim), (pair.1, &debt)).map_err(|failure| failure.map(StallError::Books))?;
        told.entry_id = Some(entered.0);
    }
    match store::insert(tx, &told) {
        Err(error) if error.violates("uq_stall_days_agreement_id_day") => return Err(StallError::AlreadyTold.into()),
        inserted => inserted?,
    }
    if told.state() == State::Owed {
        let (subject, due_on) = (told.id.to_string(), in_force.terms.days.next_from(day + Days::new(1)));
        let owed = Owed { kind: Obligation::Payment, subject: &subject, by: told.receiver_id, to: told.provider_id, due_on };
        obligations::owe(tx, &in_force, owed)?;
    }
    tell(tx, Notice::StallDayTold, told.provider_id, told.receiver_id, day)?;
    Ok(told)
}

/// The days of an agreement, the one told last first, for both sides.
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
    let person = principal(conn, who, now).map_err(|failure| failure.map(StallError::from))?;
    let agreement = agreements::reading::get(conn, of)?;
    let (one, other) = (enterprises::service::get(conn, agreement.provider_id)?, enterprises::service::get(conn, agreement.receiver_id)?);
    acting_for(&person, Action::ViewEnterprise, &[&one, &other]).map_err(StallError::from)?;
    Ok(store::page(conn, of, before, rows)?)
}

/// Who holds the stall has what was owed for a day.
///
/// # Errors
/// [`StallError::WrongState`].
pub fn pay(tx: &mut Tx<'_>, who: Identity, id: StallDayId, method: Method) -> Outcome<StallDay> {
    let (told, by) = owed(tx, who, id, None)?;
    let (now, amount) = (tx.now(), told.owed().map_err(StallError::from)?);
    let settled = debts::settled(told.between(), &format!("{id}:paid"), method, amount, now).map_err(StallError::from)?;
    let entered = ledger::post_mirrored(tx, (told.provider_id, &settled.0), (told.receiver_id, &settled.1));
    entered.map_err(|failure| failure.map(StallError::Books))?;
    obligations::done(tx, Obligation::Payment, &id.to_string())?;
    became(tx, &told, method.into(), by)
}

/// Who holds the stall takes a day back that was told wrong: nothing is owed for it, and it may be told anew.
///
/// # Errors
/// [`StallError::WrongState`].
pub fn withdraw(tx: &mut Tx<'_>, who: Identity, id: StallDayId, reason: &str) -> Outcome<StallDay> {
    let (told, by) = owed(tx, who, id, Some(reason))?;
    if let Some(entry) = told.entry_id {
        ledger::reverse(tx, told.provider_id, entry).map_err(|failure| failure.map(StallError::Books))?;
    }
    obligations::called_off(tx, Obligation::Payment, &id.to_string())?;
    became(tx, &told, Became::Withdrawn, by)
}

/// A day that is owed for, and the hand of who holds the stall.
fn owed<'a>(tx: &mut Tx<'_>, who: Identity, id: StallDayId, reason: Option<&'a str>) -> Outcome<(StallDay, By<'a>)> {
    let told = store::get(tx, id)?;
    let by = side(tx, who, (told.provider_id, told.receiver_id), Side::Provider, reason)?;
    match told.state() {
        State::Owed => Ok((told, by)),
        state @ (State::Paid | State::Withdrawn) => Err(StallError::WrongState { state }.into()),
    }
}

fn became(tx: &mut Tx<'_>, told: &StallDay, outcome: Became, by: By<'_>) -> Outcome<StallDay> {
    if !store::settle(tx, told.id, outcome, by)? {
        return Err(StallError::WrongState { state: told.state() }.into());
    }
    tell(tx, Notice::StallDaySettled, told.receiver_id, told.provider_id, told.day)?;
    Ok(store::get(tx, told.id)?)
}
