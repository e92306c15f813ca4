//! Opening joint buys, saying what one wants, and what comes of it.

use std::collections::BTreeSet;

use chrono::Duration;

use super::model::{JointBuy, JointBuyId, NewJointBuy, State, WantId, Wanted, Whole};
use super::reading::{self, gathered, visible};
use super::rules::{self, Move, Plan};
use super::{jobs, store};
use crate::kit::auth::Identity;
use crate::kit::clock::Timestamp;
use crate::kit::db::{Conn, Failure, Refusal, Tx};
use crate::kit::money::{MoneyError, Rupiah};
use crate::partners::agreements::terms::Supply;
use crate::partners::agreements::{self, InForce};
use crate::partners::notices::{Notice, tell};
use crate::partners::supplier_orders::model::{NewLine, NewOrder, Payment};
use crate::partners::supplier_orders::service::SupplierOrderError;
use crate::partners::supplier_orders::shares;
use crate::partners::supply::{self, ItemId};
use crate::people::enterprises::model::Enterprise;
use crate::people::enterprises::{self, EnterpriseId};
use crate::people::permissions::{Action, By, Denied, Principal, authorize, principal};

/// How far ahead a cut-off may lie.
const MOST_DAYS: i64 = 60;

/// What can happen to a person here.
#[derive(Debug)]
pub enum JointBuyError {
    /// The organiser has no agreement with the supplier.
    NoAgreement,
    /// A member does not trade, or is of another village.
    Members,
    CutOff,
    CutOffPassed,
    NotForSale {
        item: ItemId,
    },
    /// It does not come to the minimum.
    NotEnough {
        value: Rupiah,
        minimum: Rupiah,
    },
    WrongState {
        state: State,
        wanted: Move,
    },
    /// It has no receipts until it is sent.
    NotSent {
        state: State,
    },
    TooMuch,
    Order(SupplierOrderError),
    Denied(Denied),
}
impl Refusal for JointBuyError {}

impl From<Denied> for JointBuyError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<MoneyError> for JointBuyError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

pub(super) type Outcome<T> = Result<T, Failure<JointBuyError>>;

pub(super) fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(JointBuyError::from))
}

/// By whose hand `enterprise` acts.
fn acts(conn: &mut Conn, person: &Principal, enterprise: EnterpriseId) -> Outcome<By<'static>> {
    let enterprise = enterprises::service::get(conn, enterprise)?;
    authorize(person, Action::WriteProduct, &enterprise.resource()).map_err(JointBuyError::from)?;
    Ok(By { actor: person.account, on_behalf_of: person.on_behalf_of(&enterprise.resource()), reason: None })
}

/// Opens a joint buy; the organiser is one of its members.
///
/// # Errors
/// [`JointBuyError::NoAgreement`], [`JointBuyError::Members`], [`JointBuyError::CutOff`].
pub fn open(tx: &mut Tx<'_>, who: Identity, organiser: EnterpriseId, new: &NewJointBuy) -> Outcome<Whole> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let by = acts(tx, &person, organiser)?;
    agreements::supply_in_force(tx, new.supplier, organiser, now)?.ok_or(JointBuyError::NoAgreement)?;
    if new.cut_off <= now || new.cut_off > now.after(Duration::days(MOST_DAYS)) {
        return Err(JointBuyError::CutOff.into());
    }
    let village = enterprises::service::get(tx, organiser)?.village_id;
    let members: BTreeSet<EnterpriseId> = new.members.iter().copied().chain([organiser]).collect();
    let members: Vec<EnterpriseId> = members.into_iter().collect();
    let found = enterprises::service::these(tx, &members)?;
    let may_join = |one: &Enterprise| one.is_seller() && one.village_id == village && one.id != new.supplier;
    if found.len() < members.len() || !found.iter().all(may_join) {
        return Err(JointBuyError::Members.into());
    }
    let new = NewJointBuy { members, ..new.clone() };
    let id = store::insert(tx, village, organiser, &new)?;
    store::record(tx, id, State::Open, State::Open, Some(by))?;
    jobs::at_cut_off(tx, id, new.cut_off)?;
    let buy = store::get(tx, id)?;
    tell_members(tx, &buy, Notice::JointBuyOpened)?;
    gathered(tx, now, buy)
}

fn tell_members(tx: &mut Tx<'_>, buy: &JointBuy, notice: Notice) -> Outcome<()> {
    for member in store::members(tx, buy.id)? {
        tell(tx, notice, member, buy.organiser_id, buy.id)?;
    }
    Ok(())
}

/// Says what a member wants of an item, and how much more she would take to fill a sack. Who raises either goes to the end of
/// the line.
///
/// # Errors
/// [`JointBuyError::CutOffPassed`], [`JointBuyError::NotForSale`], [`JointBuyError::WrongState`].
pub fn want(
    tx: &mut Tx<'_>,
    who: Identity,
    id: JointBuyId,
    member: EnterpriseId,
    item: ItemId,
    wanted: Wanted,
    tolerance: Wanted,
) -> Outcome<Whole> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let buy = store::get(tx, id)?;
    visible(tx, &person, &buy)?;
    let by = acts(tx, &person, member)?;
    if !store::members(tx, id)?.contains(&member) {
        return Err(JointBuyError::Members.into());
    }
    if buy.state != State::Open {
        return Err(JointBuyError::WrongState { state: buy.state, wanted: Move::Send }.into());
    }
    if now >= buy.cut_off {
        return Err(JointBuyError::CutOffPassed.into());
    }
    let items = supply::service::items(tx, &[item], now.business_date())?;
    let (_, offers) = reading::offers(tx, &buy, &items, now)?;
    if items.iter().all(|found| found.row.supplier_id != buy.supplier_id) || offers.is_empty() {
        return Err(JointBuyError::NotForSale { item }.into());
    }
    let (before, now_wanted) = (store::want_of(tx, id, member, item)?, (wanted.get(), tolerance.get()));
    match before {
        Some(before) if rules::keeps_place((before.wanted, before.tolerance), now_wanted) => {
            store::change_want(tx, before.id, before.id, now_wanted, by)?;
        }
        Some(before) => store::change_want(tx, before.id, WantId::new(), now_wanted, by)?,
        None => store::insert_want(tx, id, (member, item), now_wanted, by)?,
    }
    gathered(tx, now, buy)
}

/// By whose hand the organiser acts; to other members it is told that it is not theirs to do.
fn organises(conn: &mut Conn, person: &Principal, buy: &JointBuy) -> Outcome<By<'static>> {
    visible(conn, person, buy)?;
    acts(conn, person, buy.organiser_id).map_err(|failure| match failure {
        Failure::Refused(JointBuyError::Denied(Denied::Hidden)) => JointBuyError::Denied(Denied::Forbidden).into(),
        other => other,
    })
}

/// The organiser sends it before the cut-off, as soon as it is enough.
///
/// # Errors
/// [`JointBuyError::NotEnough`] with the figures, [`JointBuyError::WrongState`].
pub fn send_now(tx: &mut Tx<'_>, who: Identity, id: JointBuyId) -> Outcome<Whole> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let buy = store::get(tx, id)?;
    let by = organises(tx, &person, &buy)?;
    if buy.state != State::Open {
        return Err(JointBuyError::WrongState { state: buy.state, wanted: Move::Send }.into());
    }
    let whole = gathered(tx, now, buy)?;
    match enough(tx, &whole, now)? {
        Ok(in_force) => send(tx, &whole, &in_force, Some(by))?,
        Err((value, minimum)) => return Err(JointBuyError::NotEnough { value, minimum }.into()),
    }
    let buy = store::get(tx, id)?;
    gathered(tx, now, buy)
}

/// The terms it would be sent under, or what it comes to and should come to.
fn enough(conn: &mut Conn, whole: &Whole, now: Timestamp) -> Outcome<Result<InForce<Supply>, (Rupiah, Rupiah)>> {
    let Plan { value, .. } = whole.plan;
    let Some(in_force) = reading::terms(conn, &whole.buy, now)? else {
        return Ok(Err((value, whole.buy.minimum)));
    };
    let minimum = rules::needed(&whole.buy, &in_force.terms);
    Ok(if value.is_positive() && value >= minimum { Ok(in_force) } else { Err((value, minimum)) })
}

/// Makes each member's share her order.
fn send(tx: &mut Tx<'_>, whole: &Whole, in_force: &InForce<Supply>, by: Option<By<'_>>) -> Outcome<()> {
    let (now, buy) = (tx.now(), &whole.buy);
    if !store::move_state(tx, buy.id, State::Open, State::Sent, by)? {
        return Err(JointBuyError::WrongState { state: buy.state, wanted: Move::Send }.into());
    }
    let wanted_on = crate::partners::supplier_orders::rules::earliest(&in_force.terms, now.business_date());
    for (member, part) in &whole.plan.parts {
        let lines: Vec<NewLine> = part
            .shares
            .iter()
            .filter_map(|share| {
                let row = &whole.items.iter().find(|item| item.row.id == share.item)?.row;
                let label = format!("{}, {}", row.name, supply::rules::measured(share.quantity, row.base));
                // A share is counted in base units: it is not a whole sack.
                Some(NewLine {
                    item_id: row.id,
                    material_id: row.material_id,
                    label,
                    content: 1,
                    ordered: share.quantity,
                    total: share.cost,
                })
            })
            .collect();
        let new = NewOrder { supplier: buy.supplier_id, lines: Vec::new(), payment: Payment::Cash, wanted_on: Some(wanted_on), note: None };
        let under = (in_force.agreement, in_force.number);
        shares::send_share(tx, *member, &new, under, &lines, (buy.id, part.delivery))
            .map_err(|failure| failure.map(JointBuyError::Order))?;
    }
    tell_members(tx, buy, Notice::JointBuySent)
}

/// At the cut-off: sent if it is enough, else extended as often as was said, else dropped. Everyone is told.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn cut_off(tx: &mut Tx<'_>, id: JointBuyId) -> Outcome<()> {
    let now = tx.now();
    let buy = store::get(tx, id)?;
    if buy.state != State::Open || now < buy.cut_off {
        return Ok(());
    }
    let whole = gathered(tx, now, buy)?;
    let buy = &whole.buy;
    if let Ok(in_force) = enough(tx, &whole, now)? {
        return send(tx, &whole, &in_force, None);
    }
    if buy.extensions_left > 0 {
        let later = buy.cut_off.after(Duration::days(buy.extend_days));
        store::extend(tx, id, later, buy.extensions_left - 1)?;
        store::move_state(tx, id, State::Open, State::Open, None)?;
        jobs::at_cut_off(tx, id, later)?;
        return tell_members(tx, buy, Notice::JointBuyExtended);
    }
    store::move_state(tx, id, State::Open, State::Dropped, None)?;
    tell_members(tx, buy, Notice::JointBuyDropped)
}

/// The organiser calls it off; what was sent with all its shares, until one of them is on its way.
///
/// # Errors
/// [`JointBuyError::WrongState`], [`JointBuyError::Order`].
pub fn call_off(tx: &mut Tx<'_>, who: Identity, id: JointBuyId, reason: &str) -> Outcome<Whole> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let buy = store::get(tx, id)?;
    let by = By { reason: Some(reason), ..organises(tx, &person, &buy)? };
    let wrong = || JointBuyError::WrongState { state: buy.state, wanted: Move::CallOff };
    let to = rules::next(buy.state, Move::CallOff).ok_or_else(wrong)?;
    if !store::move_state(tx, id, buy.state, to, Some(by))? {
        return Err(wrong().into());
    }
    shares::call_off(tx, id, by).map_err(|failure| failure.map(JointBuyError::Order))?;
    tell_members(tx, &buy, Notice::JointBuyDropped)?;
    let buy = store::get(tx, id)?;
    gathered(tx, now, buy)
}
