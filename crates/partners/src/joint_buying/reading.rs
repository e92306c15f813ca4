//! Looking at joint buys: what has come together, what the supplier offers in them, and who may know.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Event, Hindrance, JointBuy, JointBuyId, Offered, State, Whole};
use super::rules::{self, Move, Offer, Part, Plan, Share};
use super::service::{JointBuyError, Outcome, person};
use super::store;
use crate::agreements::terms::Supply;
use crate::agreements::{self, InForce};
use crate::parties::{Names, acting_for};
use crate::supplier_orders::model::{Line, Whole as Order};
use crate::supplier_orders::{reading as orders, service as supplier_orders};
use crate::supply::model::Item;
use crate::supply::{self, ItemId};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError};
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, Principal, authorize};

/// Whoever acts for a member may see it.
pub(super) fn visible(conn: &mut Conn, person: &Principal, buy: &JointBuy) -> Outcome<()> {
    let ids = store::members(conn, buy.id)?;
    let members = enterprises::service::these(conn, &ids)?;
    acting_for(person, Action::ViewEnterprise, &members.iter().collect::<Vec<&Enterprise>>()).map_err(JointBuyError::from)?;
    Ok(())
}

/// The organiser's terms, or why there are none: whoever the village has stopped begins nothing.
pub(super) type Standing = Result<InForce<Supply>, Hindrance>;

pub(super) fn terms(conn: &mut Conn, supplier: EnterpriseId, organiser: EnterpriseId, now: Timestamp) -> Result<Standing, DbError> {
    if !enterprises::service::these(conn, &[supplier, organiser])?.iter().all(Enterprise::is_seller) {
        return Ok(Err(Hindrance::NotTrading));
    }
    Ok(agreements::supply_in_force(conn, supplier, organiser, now)?.ok_or(Hindrance::NoAgreement))
}

/// The organiser's terms, and what of `items` is for sale under them today.
pub(super) fn offers(conn: &mut Conn, buy: &JointBuy, items: &[Item], now: Timestamp) -> Outcome<(Standing, Vec<Offer>)> {
    let in_force = terms(conn, buy.supplier_id, buy.organiser_id, now)?;
    let Ok(InForce { terms, .. }) = &in_force else { return Ok((in_force, Vec::new())) };
    let offer = |item: &Item| {
        let price = supplier_orders::unit_price(terms, item, now.business_date())?;
        Some(Offer { item: item.row.id, content: item.row.content, base: item.row.base, price })
    };
    let offers = items.iter().filter_map(offer).collect();
    Ok((in_force, offers))
}

pub(super) fn gathered(conn: &mut Conn, now: Timestamp, buy: JointBuy) -> Outcome<Whole> {
    let (members, wants) = (store::members(conn, buy.id)?, store::wants(conn, buy.id)?);
    let ids: BTreeSet<ItemId> = wants.iter().map(|want| want.item).collect();
    let items = supply::service::items(conn, &ids.into_iter().collect::<Vec<_>>(), now.business_date())?;
    let shares = match buy.state {
        State::Sent | State::CalledOff => orders::of_joint_buy(conn, buy.id)?,
        State::Open | State::Dropped => Vec::new(),
    };
    let (plan, needed) = if shares.is_empty() {
        let (in_force, offers) = offers(conn, &buy, &items, now)?;
        let needed = in_force.ok().filter(|_| buy.state == State::Open).map(|found| rules::needed(&buy, &found.terms));
        // Sacks are filled without a member whom the village has stopped.
        let trade: BTreeSet<EnterpriseId> =
            enterprises::service::these(conn, &members)?.into_iter().filter(Enterprise::is_seller).map(|member| member.id).collect();
        let wants: Vec<_> = wants.iter().filter(|want| trade.contains(&want.member)).copied().collect();
        (rules::plan(&offers, &wants, buy.delivery_cost, buy.split).map_err(JointBuyError::from)?, needed)
    } else {
        // What was sent stands as it was sent, whatever things cost now.
        (sent(shares, &items)?, None)
    };
    let names = Names::of(conn, members.iter().copied().chain([buy.organiser_id, buy.supplier_id]))?;
    let ended = match buy.state {
        State::Dropped | State::CalledOff => store::last_event(conn, buy.id)?,
        State::Open | State::Sent => None,
    };
    Ok(Whole { buy, members, wants, items, names, plan, needed, ended })
}

/// The plan that a joint buy's orders are.
fn sent(orders: Vec<Order>, items: &[Item]) -> Outcome<Plan> {
    let mut parts = BTreeMap::new();
    for whole in orders {
        let share = |line: &Line| Share { item: line.item_id, quantity: line.ordered * line.content, cost: line.total };
        let part = Part { shares: whole.lines.iter().map(share).collect(), delivery: whole.order.delivery_cost };
        parts.insert(whole.order.buyer_id, part);
    }
    let content = |item: ItemId| items.iter().find(|found| found.row.id == item).map_or(1, |found| found.row.content);
    Ok(rules::as_sent(parts, content).map_err(JointBuyError::from)?)
}

/// A joint buy for its members.
///
/// # Errors
/// [`JointBuyError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: JointBuyId) -> Outcome<Whole> {
    let person = person(conn, who, now)?;
    let buy = store::get(conn, id)?;
    visible(conn, &person, &buy)?;
    gathered(conn, now, buy)
}

/// The moves of a joint buy for its members, oldest first.
///
/// # Errors
/// [`JointBuyError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: JointBuyId) -> Outcome<Vec<Event>> {
    let person = person(conn, who, now)?;
    let buy = store::get(conn, id)?;
    visible(conn, &person, &buy)?;
    Ok(store::events(conn, id)?)
}

/// A page of what the supplier offers in a joint buy, at the organiser's prices, for its members while they may want something.
///
/// # Errors
/// [`JointBuyError::Denied`], [`JointBuyError::WrongState`].
pub fn offered(conn: &mut Conn, who: Identity, now: Timestamp, id: JointBuyId, after: Option<ItemId>, rows: i64) -> Outcome<Vec<Offered>> {
    let person = person(conn, who, now)?;
    let buy = store::get(conn, id)?;
    visible(conn, &person, &buy)?;
    if buy.state != State::Open {
        return Err(JointBuyError::WrongState { state: buy.state, wanted: Move::Send }.into());
    }
    let items = supply::service::of_supplier(conn, buy.supplier_id, now.business_date(), after, rows)?;
    let (_, offers) = offers(conn, &buy, &items, now)?;
    let priced =
        |item: Item| Offered { price: offers.iter().find(|offer| offer.item == item.row.id).map(|offer| offer.price), row: item.row };
    Ok(items.into_iter().map(priced).collect())
}

/// The joint buys an enterprise takes part in, newest first.
///
/// # Errors
/// [`JointBuyError::Denied`].
pub fn list(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: EnterpriseId,
    before: Option<JointBuyId>,
    rows: i64,
) -> Outcome<(Vec<JointBuy>, Names)> {
    let person = person(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, of)?;
    authorize(&person, Action::ViewEnterprise, &enterprise.resource()).map_err(JointBuyError::from)?;
    let buys = store::of_member(conn, of, before, rows)?;
    let names = Names::of(conn, buys.iter().flat_map(|buy| [buy.organiser_id, buy.supplier_id]))?;
    Ok((buys, names))
}

/// Whether `who` belongs to an enterprise that deals with a supplier: it has an agreement with her, fills a joint buy with others,
/// or its share of one is not done with.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn deals_with(conn: &mut Conn, who: &Principal, supplier: EnterpriseId, now: Timestamp) -> Result<bool, DbError> {
    let hers: Vec<EnterpriseId> = who.enterprises().collect();
    Ok(agreements::reading::is_partner(conn, who, supplier, now)?
        || store::any_open(conn, &hers, supplier)?
        || orders::has_share(conn, &hers, supplier)?)
}

/// Who fills a joint buy in which an item is wanted.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn filling(conn: &mut Conn, item: ItemId) -> Result<Vec<EnterpriseId>, DbError> {
    store::filling(conn, item)
}
