//! Opening joint buys, saying what one wants, and what comes of it.

use std::collections::BTreeSet;

use chrono::Duration;

use super::model::{Hindrance, JointBuy, JointBuyId, Mover, NewJointBuy, State, WantId, Wanted, Whole};
use super::reading::{self, Standing, gathered, visible};
use super::rules::{self, Move};
use super::{jobs, store};
use crate::agreements::InForce;
use crate::agreements::terms::Supply;
use crate::notices::{Notice, tell};
use crate::supplier_orders::model::{NewLine, NewOrder, Payment};
use crate::supplier_orders::service::SupplierOrderError;
use crate::supplier_orders::shares;
use crate::supply::{self, ItemId};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, Failure, Refusal, Tx};
use kit::money::{MoneyError, Rupiah};
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, Principal, authorize, principal};

/// How far ahead a cut-off may lie.
const MOST_DAYS: i64 = 60;

/// What can happen to a person here.
#[derive(Debug)]
pub enum JointBuyError {
    /// The organiser has no agreement with the supplier.
    NoAgreement,
    /// The same, told to a member, who needs none of her own.
    OrganiserHasNone,
    /// The village has stopped the supplier, the organiser, or who wants more.
    NotTrading,
    /// A member does not trade, or is of another village.
    Members,
    CutOff,
    CutOffPassed,
    /// The supplier does not sell it; it has a name where it is hers.
    NotForSale {
        item: Option<String>,
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
/// [`JointBuyError::NotTrading`], [`JointBuyError::NoAgreement`], [`JointBuyError::Members`], [`JointBuyError::CutOff`].
pub fn open(tx: &mut Tx<'_>, who: Identity, organiser: EnterpriseId, new: &NewJointBuy) -> Outcome<Whole> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let by = acts(tx, &person, organiser)?;
    match reading::terms(tx, new.supplier, organiser, now)? {
        Err(Hindrance::NotTrading) => return Err(JointBuyError::NotTrading.into()),
        Err(Hindrance::NoAgreement | Hindrance::NotEnough) => return Err(JointBuyError::NoAgreement.into()),
        Ok(_) => {}
    }
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
    store::record(tx, id, State::Open, State::Open, Mover::Person(by))?;
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
/// the line; to want less is free to everyone.
///
/// # Errors
/// [`JointBuyError::CutOffPassed`], [`JointBuyError::WrongState`], and for more than before [`JointBuyError::NotTrading`],
/// [`JointBuyError::OrganiserHasNone`], [`JointBuyError::NotForSale`].
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
    let (before, now_wanted) = (store::want_of(tx, id, member, item)?, (wanted.get(), tolerance.get()));
    match before {
        Some(before) if rules::keeps_place((before.wanted, before.tolerance), now_wanted) => {
            store::change_want(tx, before.id, before.id, now_wanted, by)?;
        }
        Some(before) => {
            may_want(tx, &buy, member, item, now)?;
            store::change_want(tx, before.id, WantId::new(), now_wanted, by)?;
        }
        None => {
            may_want(tx, &buy, member, item, now)?;
            store::insert_want(tx, id, (member, item), now_wanted, by)?;
        }
    }
    gathered(tx, now, buy)
}

/// Whether a member may want more of an item: she trades, and it is for sale under the organiser's terms.
fn may_want(conn: &mut Conn, buy: &JointBuy, member: EnterpriseId, item: ItemId, now: Timestamp) -> Outcome<()> {
    let items = supply::service::items(conn, &[item], now.business_date())?;
    let hers = items.iter().find(|found| found.row.supplier_id == buy.supplier_id).map(|found| &found.row);
    let (in_force, offers) = reading::offers(conn, buy, &items, now)?;
    let trades = enterprises::service::get(conn, member)?.is_seller();
    match in_force {
        Err(Hindrance::NoAgreement | Hindrance::NotEnough) => Err(JointBuyError::OrganiserHasNone.into()),
        Ok(_) if trades && hers.is_some() && !offers.is_empty() => Ok(()),
        Ok(_) if trades => {
            let item = hers.map(|row| supply::rules::label(&row.name, row.unit, row.content, row.base));
            Err(JointBuyError::NotForSale { item }.into())
        }
        Ok(_) | Err(Hindrance::NotTrading) => Err(JointBuyError::NotTrading.into()),
    }
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
/// [`JointBuyError::NotEnough`] with the figures, [`JointBuyError::NotTrading`], [`JointBuyError::NoAgreement`],
/// [`JointBuyError::WrongState`].
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
        Ok(in_force) => send(tx, &whole, &in_force, Mover::Person(by))?,
        Err(Hindrance::NotTrading) => return Err(JointBuyError::NotTrading.into()),
        Err(Hindrance::NoAgreement) => return Err(JointBuyError::NoAgreement.into()),
        Err(Hindrance::NotEnough) => {
            let minimum = whole.needed.unwrap_or(whole.buy.minimum);
            return Err(JointBuyError::NotEnough { value: whole.plan.value, minimum }.into());
        }
    }
    let buy = store::get(tx, id)?;
    gathered(tx, now, buy)
}

/// The terms it would be sent under, or what stands in the way.
fn enough(conn: &mut Conn, whole: &Whole, now: Timestamp) -> Outcome<Standing> {
    let (buy, value) = (&whole.buy, whole.plan.value);
    let comes_to_it = |found: &InForce<Supply>| value.is_positive() && value >= rules::needed(buy, &found.terms);
    let in_force = reading::terms(conn, buy.supplier_id, buy.organiser_id, now)?;
    Ok(in_force.and_then(|found| if comes_to_it(&found) { Ok(found) } else { Err(Hindrance::NotEnough) }))
}

/// Makes each member's share her order. Who has none is told so.
fn send(tx: &mut Tx<'_>, whole: &Whole, in_force: &InForce<Supply>, by: Mover<'_>) -> Outcome<()> {
    let (now, buy) = (tx.now(), &whole.buy);
    if !store::move_state(tx, buy.id, State::Open, State::Sent, by)? {
        return Err(JointBuyError::WrongState { state: buy.state, wanted: Move::Send }.into());
    }
    let wanted_on = crate::supplier_orders::rules::earliest(&in_force.terms, now.business_date());
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
    for member in &whole.members {
        let notice = if whole.plan.parts.contains_key(member) { Notice::JointBuySent } else { Notice::JointBuyNoShare };
        tell(tx, notice, *member, buy.organiser_id, buy.id)?;
    }
    Ok(())
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
    let hindrance = match enough(tx, &whole, now)? {
        Ok(in_force) => return send(tx, &whole, &in_force, Mover::Clock(None)),
        Err(hindrance) => hindrance,
    };
    let clock = Mover::Clock(Some(hindrance));
    if buy.extensions_left > 0 {
        let later = buy.cut_off.after(Duration::days(buy.extend_days));
        store::extend(tx, id, later, buy.extensions_left - 1)?;
        store::move_state(tx, id, State::Open, State::Open, clock)?;
        jobs::at_cut_off(tx, id, later)?;
        return tell_members(tx, buy, Notice::JointBuyExtended);
    }
    store::move_state(tx, id, State::Open, State::Dropped, clock)?;
    let notice = match hindrance {
        Hindrance::NotEnough => Notice::JointBuyDropped,
        Hindrance::NoAgreement | Hindrance::NotTrading => Notice::JointBuyHindered,
    };
    tell_members(tx, buy, notice)
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
    if !store::move_state(tx, id, buy.state, to, Mover::Person(by))? {
        return Err(wrong().into());
    }
    shares::call_off(tx, id, by).map_err(|failure| failure.map(JointBuyError::Order))?;
    tell_members(tx, &buy, Notice::JointBuyCalledOff)?;
    let buy = store::get(tx, id)?;
    gathered(tx, now, buy)
}
