//! Proposing, answering and ending agreements, and what is in force.

use chrono::{Days, NaiveDate};

use super::model::{Agreement, AgreementId, Pair, Period, Proposal, State, Whole};
use super::reading::whole;
use super::rules::{self, Act, Ending};
use super::store::{self, Moving, NewVersion};
use super::terms::Kind;
use super::{jobs, templates, wording};
use crate::notices::{Notice, tell};
use crate::parties::{acting_for, hand};
use crate::supply;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use market::packs;
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, Principal, principal};
use people::villages;

/// How long an agreement may run.
const MOST_YEARS: i32 = 5;

/// What can happen to a person here.
#[derive(Debug)]
pub enum AgreementError {
    /// Enterprises of these kinds do not make such an agreement.
    KindsDoNotFit,
    NotTrading,
    /// The first day has passed, or the last one comes too early or too late.
    StartsOn,
    EndsOn,
    /// Between what runs and what is proposed nothing would be in force.
    LeavesGap {
        until: NaiveDate,
    },
    /// A price is fixed twice, or for something that is not the provider's.
    Prices,
    WrongState {
        state: State,
        wanted: Act,
    },
    /// It is the other side that is to answer.
    NotYourTurn,
    /// Nothing waits for an answer.
    NothingProposed,
    /// Another version is proposed by now than the one she has read.
    OtherVersion {
        proposed: i32,
    },
    /// Something waits for an answer already.
    AlreadyProposed,
    Stale,
    Denied(Denied),
}
impl Refusal for AgreementError {}

impl From<Denied> for AgreementError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

pub(super) type Outcome<T> = Result<T, Failure<AgreementError>>;

pub(super) fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(AgreementError::from))
}

/// The sides of an agreement as they stand now.
pub(super) struct Sides {
    pub provider: Enterprise,
    pub receiver: Enterprise,
}

impl Sides {
    pub fn of(conn: &mut Conn, provider: EnterpriseId, receiver: EnterpriseId) -> Result<Self, DbError> {
        Ok(Self { provider: enterprises::service::get(conn, provider)?, receiver: enterprises::service::get(conn, receiver)? })
    }

    pub fn get(&self, id: EnterpriseId) -> (&Enterprise, &Enterprise) {
        if id == self.provider.id { (&self.provider, &self.receiver) } else { (&self.receiver, &self.provider) }
    }

    fn trade(&self) -> bool {
        self.provider.is_seller() && self.receiver.is_seller()
    }
}

/// Drafts an agreement; nobody else is told of it.
///
/// # Errors
/// [`AgreementError::KindsDoNotFit`], [`AgreementError::NotTrading`], and what is wrong with the proposal.
pub fn draft(tx: &mut Tx<'_>, who: Identity, provider: EnterpriseId, receiver: EnterpriseId, proposal: &Proposal) -> Outcome<Whole> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let sides = Sides::of(tx, provider, receiver)?;
    let side = acting_for(&person, Action::Agree, &[&sides.provider, &sides.receiver]).map_err(AgreementError::from)?;
    let by = hand(&person, side, sides.get(side.id).1, None).map_err(AgreementError::from)?;
    let kind = proposal.terms.kind();
    if provider == receiver || !rules::fits(kind, sides.provider.kind, sides.receiver.kind) {
        return Err(AgreementError::KindsDoNotFit.into());
    }
    if !sides.trade() {
        return Err(AgreementError::NotTrading.into());
    }
    // The village of the home industry stands by: she provides, unless she is supplied.
    let village = if kind == Kind::Supply { sides.receiver.village_id } else { sides.provider.village_id };
    let id = store::insert(tx, Pair { provider, receiver, kind }, side.id, village)?;
    let agreement = store::get(tx, id)?;
    write_version(tx, &agreement, &sides, side.id, 1, proposal)?;
    store::record(tx, id, &Moving { stored: State::Draft, from: State::Draft, to: State::Draft, act: Act::Edit, number: 1, by: Some(by) })?;
    whole(tx, id)
}

/// Checks a proposal and writes it down as a version with its text and hash.
fn write_version(tx: &mut Tx<'_>, agreement: &Agreement, sides: &Sides, by: EnterpriseId, number: i32, proposal: &Proposal) -> Outcome<()> {
    let today = tx.now().business_date();
    check_days(proposal, today)?;
    if !proposal.terms.prices_fit() {
        return Err(AgreementError::Prices.into());
    }
    let wanted: Vec<_> = proposal.terms.pack_prices().iter().map(|price| price.pack_id).collect();
    let offers = packs::service::offers(tx, &wanted)?;
    let own = offers.iter().filter(|offer| offer.product.enterprise_id == agreement.provider_id);
    let packs: std::collections::BTreeMap<_, _> =
        own.map(|offer| (offer.pack.row.id, format!("{}, {}", offer.product.content.name, offer.pack.row.label))).collect();
    let listed: Vec<_> = proposal.terms.item_prices().iter().map(|price| price.item_id).collect();
    let items = supply::service::item_names(tx, agreement.provider_id, &listed)?;
    if packs.len() != wanted.len() || items.len() != listed.len() {
        return Err(AgreementError::Prices.into());
    }
    let village = villages::get(tx, agreement.village_id)?;
    let facts = wording::Facts {
        id: agreement.id,
        number,
        provider: sides.provider.name.clone(),
        receiver: sides.receiver.name.clone(),
        village: village.name,
        district: village.district,
        regency: village.regency,
        packs,
        items,
    };
    let template = templates::in_use(tx, agreement.village_id, agreement.kind)?.0;
    let text = wording::written(&template, proposal, &facts);
    let parties = [agreement.provider_id.to_string(), agreement.receiver_id.to_string()];
    let canonical = wording::canonical(agreement.id, number, proposal, [&parties[0], &parties[1]], &text);
    let digest = wording::digest(&canonical);
    store::insert_version(tx, &NewVersion { agreement: agreement.id, number, proposed_by: by, proposal, wording: &text, digest: &digest })?;
    Ok(())
}

fn check_days(proposal: &Proposal, today: NaiveDate) -> Outcome<()> {
    let horizon = today + chrono::Months::new(MOST_YEARS.unsigned_abs() * 12);
    if proposal.starts_on < today || proposal.starts_on > horizon {
        return Err(AgreementError::StartsOn.into());
    }
    if proposal.ends_on < proposal.starts_on || proposal.ends_on > horizon {
        return Err(AgreementError::EndsOn.into());
    }
    Ok(())
}

/// An agreement that someone is about to act on.
struct Hand<'a> {
    agreement: Agreement,
    sides: Sides,
    /// The side she acts for.
    side: EnterpriseId,
    /// How far the agreement has come.
    state: State,
    by: By<'a>,
}

impl Hand<'_> {
    fn moving(&self, to: State, act: Act, number: i32) -> Moving<'_> {
        Moving { stored: self.agreement.state, from: self.state, to, act, number, by: Some(self.by) }
    }

    /// How it runs with a version of these days; what is agreed to today begins now.
    fn with(&self, number: i32, starts_on: NaiveDate, ends_on: NaiveDate, now: Timestamp) -> Outcome<(Period, rules::Run)> {
        let begins_at = Timestamp::in_village(starts_on, 0).max(now);
        let ends_at = Timestamp::in_village(ends_on + Days::new(1), 0);
        if ends_at <= begins_at {
            return Err(AgreementError::EndsOn.into());
        }
        let period = Period { begins_at, ends_at, agreement_id: self.agreement.id, number };
        let run = rules::runs_with(self.agreement.span(), &period);
        Ok((period, run.map_err(|until| AgreementError::LeavesGap { until: until.business_date() })?))
    }

    const fn pair(&self) -> Pair {
        Pair { provider: self.agreement.provider_id, receiver: self.agreement.receiver_id, kind: self.agreement.kind }
    }

    fn other(&self) -> EnterpriseId {
        self.agreement.other(self.side)
    }
}

/// Takes an agreement in hand for `act`. Where someone acts for both sides she acts for the one whose turn it is.
fn take<'a>(tx: &mut Tx<'_>, who: Identity, id: AgreementId, act: Act, reason: Option<&'a str>) -> Outcome<Hand<'a>> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let agreement = store::get(tx, id)?;
    let author = match agreement.proposed {
        Some(number) => Some(store::version(tx, id, number)?.row.proposed_by),
        None => None,
    };
    let sides = Sides::of(tx, agreement.provider_id, agreement.receiver_id)?;
    let answers = matches!(act, Act::Counter | Act::Accept | Act::Decline);
    let first = author.map_or(agreement.provider_id, |author| if answers { agreement.other(author) } else { author });
    let (first, second) = sides.get(first);
    // For the other side a draft does not exist.
    let (drafter, both) = ([sides.get(agreement.drafted_by).0], [first, second]);
    let these: &[&Enterprise] = if agreement.state == State::Draft { &drafter } else { &both };
    let acting = acting_for(&person, Action::Agree, these).map_err(AgreementError::from)?;
    let (side, by) = (acting.id, hand(&person, acting, sides.get(acting.id).1, reason).map_err(AgreementError::from)?);
    let state = rules::state_at(agreement.state, agreement.span(), agreement.ends_by, now);
    if rules::next(state, act).is_none() {
        return Err(AgreementError::WrongState { state, wanted: act }.into());
    }
    if answers || act == Act::Withdraw {
        let author = author.ok_or(AgreementError::NothingProposed)?;
        if (author == side) == answers {
            return Err(AgreementError::NotYourTurn.into());
        }
    }
    Ok(Hand { agreement, sides, side, state, by })
}

fn go(tx: &mut Tx<'_>, hand: &Hand<'_>, act: Act, number: i32) -> Outcome<()> {
    let wrong = || AgreementError::WrongState { state: hand.state, wanted: act };
    let to = rules::next(hand.state, act).ok_or_else(wrong)?;
    if store::move_state(tx, hand.agreement.id, &hand.moving(to, act, number))? { Ok(()) } else { Err(wrong().into()) }
}

/// Writes a draft anew.
///
/// # Errors
/// [`AgreementError::Stale`], [`AgreementError::WrongState`], and what is wrong with the proposal.
pub fn edit(tx: &mut Tx<'_>, who: Identity, id: AgreementId, version: i32, proposal: &Proposal) -> Outcome<Whole> {
    let hand = take(tx, who, id, Act::Edit, None)?;
    if hand.agreement.version != version {
        return Err(AgreementError::Stale.into());
    }
    if proposal.terms.kind() != hand.agreement.kind {
        return Err(AgreementError::KindsDoNotFit.into());
    }
    store::remove_draft(tx, id)?;
    write_version(tx, &hand.agreement, &hand.sides, hand.side, 1, proposal)?;
    go(tx, &hand, Act::Edit, 1)?;
    whole(tx, id)
}

/// Sends a draft to the other side.
///
/// # Errors
/// [`AgreementError::WrongState`], [`AgreementError::NotTrading`].
pub fn offer(tx: &mut Tx<'_>, who: Identity, id: AgreementId) -> Outcome<Whole> {
    let hand = take(tx, who, id, Act::Offer, None)?;
    if !hand.sides.trade() {
        return Err(AgreementError::NotTrading.into());
    }
    go(tx, &hand, Act::Offer, 1)?;
    tell(tx, Notice::AgreementProposed, hand.other(), hand.side, id)?;
    whole(tx, id)
}

/// Answers with other terms, or while the agreement runs proposes other terms for the time to come.
///
/// # Errors
/// [`AgreementError::NotYourTurn`], [`AgreementError::AlreadyProposed`], [`AgreementError::LeavesGap`], [`AgreementError::WrongState`].
pub fn propose(tx: &mut Tx<'_>, who: Identity, id: AgreementId, act: Act, proposal: &Proposal) -> Outcome<Whole> {
    let hand = take(tx, who, id, act, None)?;
    if act == Act::Amend && hand.agreement.proposed.is_some() {
        return Err(AgreementError::AlreadyProposed.into());
    }
    if proposal.terms.kind() != hand.agreement.kind {
        return Err(AgreementError::KindsDoNotFit.into());
    }
    let number = store::versions(tx, id)?.first().map_or(0, |version| version.row.number) + 1;
    write_version(tx, &hand.agreement, &hand.sides, hand.side, number, proposal)?;
    hand.with(number, proposal.starts_on, proposal.ends_on, tx.now())?;
    go(tx, &hand, act, number)?;
    store::propose(tx, id, Some(number))?;
    tell(tx, Notice::AgreementProposed, hand.other(), hand.side, id)?;
    whole(tx, id)
}

/// Turns down or takes back what is proposed.
///
/// # Errors
/// [`AgreementError::NotYourTurn`], [`AgreementError::NothingProposed`], [`AgreementError::WrongState`].
pub fn drop_proposal(tx: &mut Tx<'_>, who: Identity, id: AgreementId, act: Act, reason: Option<&str>) -> Outcome<Whole> {
    let hand = take(tx, who, id, act, reason)?;
    let number = hand.agreement.proposed.ok_or(AgreementError::NothingProposed)?;
    go(tx, &hand, act, number)?;
    store::propose(tx, id, None)?;
    if hand.agreement.state != State::Draft {
        tell(tx, Notice::AgreementDeclined, hand.other(), hand.side, id)?;
    }
    whole(tx, id)
}

/// Agrees to what the other side proposed: it is in force from its first day on, and takes the place of what was. She names the
/// version she has read, so that none is put under her hand meanwhile.
///
/// # Errors
/// [`AgreementError::NotYourTurn`], [`AgreementError::NothingProposed`], [`AgreementError::OtherVersion`], [`AgreementError::NotTrading`], and
/// [`AgreementError::EndsOn`] when its last day has passed meanwhile, or [`AgreementError::LeavesGap`] when what ran ends before it.
pub fn accept(tx: &mut Tx<'_>, who: Identity, id: AgreementId, read: i32) -> Outcome<Whole> {
    let now = tx.now();
    let hand = take(tx, who, id, Act::Accept, None)?;
    let number = hand.agreement.proposed.ok_or(AgreementError::NothingProposed)?;
    if number != read {
        return Err(AgreementError::OtherVersion { proposed: number }.into());
    }
    if !hand.sides.trade() {
        return Err(AgreementError::NotTrading.into());
    }
    let row = store::version(tx, id, number)?.row;
    let (period, (span, ends_by)) = hand.with(number, row.starts_on, row.ends_on, now)?;
    go(tx, &hand, Act::Accept, number)?;
    store::accept_version(tx, id, number)?;
    store::propose(tx, id, None)?;

    let before = store::timeline(tx, hand.pair())?;
    store::replace_timeline(tx, hand.pair(), &before, &rules::laid(&before, period))?;
    for other in rules::displaced(&before, &period) {
        make_way(tx, other, period.begins_at)?;
    }
    store::set_span(tx, id, number, span, ends_by)?;
    if period.begins_at > now {
        jobs::look_again(tx, id, period.begins_at)?;
    }
    jobs::look_again(tx, id, period.ends_at)?;
    write_down(tx, id)?;
    tell(tx, Notice::AgreementAccepted, hand.other(), hand.side, id)?;
    whole(tx, id)
}

/// Another agreement of the pair takes over at `at`.
fn make_way(tx: &mut Tx<'_>, id: AgreementId, at: Timestamp) -> Outcome<()> {
    let old = store::get(tx, id)?;
    let (Some(accepted), Some(span)) = (old.accepted, old.span()) else { return Ok(()) };
    let (span, ends_by) = rules::runs_until((span, old.ends_by), at, Ending::Supersede);
    store::set_span(tx, id, accepted, span, ends_by)?;
    if at > tx.now() {
        jobs::look_again(tx, id, at)?;
    }
    write_down(tx, id)
}

/// Says that an agreement ends, when the days agreed for a notice have passed.
///
/// # Errors
/// [`AgreementError::WrongState`].
pub fn terminate(tx: &mut Tx<'_>, who: Identity, id: AgreementId, reason: &str) -> Outcome<Whole> {
    let now = tx.now();
    let hand = take(tx, who, id, Act::GiveNotice, Some(reason))?;
    let missing = || AgreementError::WrongState { state: hand.state, wanted: Act::GiveNotice };
    let (accepted, span) = hand.agreement.accepted.zip(hand.agreement.span()).ok_or_else(missing)?;
    let before = store::timeline(tx, hand.pair())?;
    // The days for a notice are those of the version in force; of the one to come while none is.
    let number = rules::in_force(&before, now).filter(|period| period.agreement_id == id).map_or(accepted, |period| period.number);
    let notice = u64::try_from(store::version(tx, id, number)?.row.notice_days).unwrap_or(0);
    let at = Timestamp::in_village(now.business_date() + Days::new(notice + 1), 0).min(span.1);
    go(tx, &hand, Act::GiveNotice, number)?;
    store::replace_timeline(tx, hand.pair(), &before, &rules::ended(&before, id, at))?;
    let (span, ends_by) = rules::runs_until((span, hand.agreement.ends_by), at, Ending::Terminate);
    store::set_span(tx, id, accepted, span, ends_by)?;
    jobs::look_again(tx, id, at)?;
    tell(tx, Notice::AgreementEnding, hand.other(), hand.side, at.business_date())?;
    whole(tx, id)
}

/// Writes down what the clock has done to an agreement; does nothing where it has done nothing.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn write_down(tx: &mut Tx<'_>, id: AgreementId) -> Outcome<()> {
    let now = tx.now();
    let agreement = store::get(tx, id)?;
    let number = agreement.accepted.unwrap_or(1);
    let mut state = agreement.state;
    for act in rules::passed(state, agreement.span(), agreement.ends_by, now) {
        let Some(to) = rules::next(state, act) else { break };
        store::move_state(tx, id, &Moving { stored: state, from: state, to, act, number, by: None })?;
        state = to;
    }
    // What was proposed for an agreement that has ended is nothing to answer any more.
    if rules::next(state, Act::Accept).is_none() && agreement.proposed.is_some() {
        store::propose(tx, id, None)?;
    }
    Ok(())
}
