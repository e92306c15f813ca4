//! What the two sides agree on before the goods change hands: what delivery costs, and what the order
//! becomes when the seller cannot make all of it.

use super::model::{ChangeId, ChangeLine, ChangeState, Line, Order, OrderId, Quote, Whole};
use super::rules::{self, Move};
use super::service::{OrderError, Outcome, get, person, whole};
use super::store::{self, Wanted};
use super::{changes_store, jobs, paying};
use crate::inventory::{self, Why};
use crate::packs::model::{Channel as PriceChannel, Offer};
use crate::packs::{self, PackId};
use crate::preorders;
use kit::auth::Identity;
use kit::db::{Failure, Tx};
use kit::money::Rupiah;
use kit::text::Reason;
use people::permissions::{Action, By, authorize};

/// The seller says what delivery of an order costs; she may say it anew until the buyer has agreed.
///
/// # Errors
/// [`OrderError::NoQuote`] when none is asked for, [`OrderError::CannotChange`] once the order has ended.
pub fn quote(tx: &mut Tx<'_>, who: Identity, id: OrderId, fee: Rupiah) -> Outcome<Whole> {
    let order = changeable(tx, who, id, Action::FulfilOrder)?;
    match order.quote {
        Quote::Asked | Quote::Quoted => {}
        Quote::NotNeeded | Quote::Agreed => return Err(OrderError::NoQuote.into()),
    }
    if !store::move_quote(tx, &order, Quote::Quoted, fee)? {
        return Err(OrderError::NoQuote.into());
    }
    jobs::quoted(tx, id)?;
    Ok(whole(tx, id)?)
}

/// The buyer agrees to what delivery costs; `fee` is what she was shown.
///
/// # Errors
/// [`OrderError::NoQuote`], [`OrderError::OtherFee`] when the seller has said something else since,
/// [`OrderError::CannotChange`] once the order has ended.
pub fn accept_quote(tx: &mut Tx<'_>, who: Identity, id: OrderId, fee: Rupiah) -> Outcome<Whole> {
    let order = changeable(tx, who, id, Action::BuyOrder)?;
    let quoted = order.quoted_fee.filter(|_| order.quote == Quote::Quoted).ok_or(OrderError::NoQuote)?;
    if quoted != fee {
        return Err(OrderError::OtherFee { fee: quoted }.into());
    }
    if !store::move_quote(tx, &order, Quote::Agreed, quoted)? {
        return Err(OrderError::NoQuote.into());
    }
    paying::agree_delivery(tx, &order, quoted, By { actor: who.account, on_behalf_of: None, reason: None })?;
    Ok(whole(tx, id)?)
}

fn permitted(tx: &mut Tx<'_>, who: Identity, id: OrderId, action: Action) -> Outcome<Order> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let order = get(tx, id)?;
    authorize(&person, action, &order.resource()).map_err(OrderError::from)?;
    Ok(order)
}

/// An order the caller may act on and whose goods have not changed hands.
fn changeable(tx: &mut Tx<'_>, who: Identity, id: OrderId, action: Action) -> Outcome<Order> {
    let order = permitted(tx, who, id, action)?;
    if rules::may_change(order.state) { Ok(order) } else { Err(OrderError::CannotChange { state: order.state }.into()) }
}

/// What is to become of one line.
#[derive(Clone, Debug)]
pub struct LineChange {
    /// Which line of the order.
    pub position: i32,
    /// How many stay; fewer than there are, or as many.
    pub quantity: i64,
    /// What comes in place of those that do not.
    pub replacement: Option<(PackId, i64)>,
}

/// The seller proposes that an order become smaller, or that something else come in a line's place. Nothing
/// changes until the buyer agrees; what would replace a line is not held for it. Where the seller wrote the order down for
/// someone without an account, her word that the buyer agreed is all there is: it changes at once, decided by who proposed it.
///
/// # Errors
/// [`OrderError::CannotChange`], [`OrderError::ChangeWaits`] when one is open, [`OrderError::BadChange`] when it
/// takes nothing away, names no line of the order, or leaves nothing; and what [`accept`] answers where it changes at once.
pub fn propose(tx: &mut Tx<'_>, who: Identity, id: OrderId, wanted: &[LineChange], reason: &Reason) -> Outcome<Whole> {
    let order = changeable(tx, who, id, Action::FulfilOrder)?;
    if !changes_store::open(tx, &[id])?.is_empty() {
        return Err(OrderError::ChangeWaits.into());
    }
    let lines = store::lines(tx, &[id])?;
    let offers = replacements(tx, &order, wanted.iter().filter_map(|change| change.replacement.map(|(pack, _)| pack)))?;
    let mut goods = Rupiah::ZERO;
    for line in &lines {
        let change = wanted.iter().find(|change| change.position == line.position);
        goods = goods.plus(after(line, change, &offers)?).map_err(OrderError::from)?;
    }
    let known = wanted.iter().all(|change| lines.iter().any(|line| line.position == change.position));
    let mut positions: Vec<i32> = wanted.iter().map(|change| change.position).collect();
    positions.sort_unstable();
    positions.dedup();
    if wanted.is_empty() || positions.len() != wanted.len() || !known || !goods.is_positive() {
        return Err(OrderError::BadChange.into());
    }
    let rows: Vec<ChangeLine> = wanted.iter().map(row).collect();
    let change = changes_store::insert(tx, id, goods, &rows, who.account, reason.as_str())?;
    if order.buyer_id.is_none() {
        let now = tx.now();
        let on_behalf_of = person(tx, who, now)?.on_behalf_of(&order.resource());
        let by = By { actor: who.account, on_behalf_of, reason: None };
        return agree(tx, &order, change, by);
    }
    store::touch(tx, id)?;
    jobs::change_proposed(tx, id)?;
    Ok(whole(tx, id)?)
}

fn row(change: &LineChange) -> ChangeLine {
    let (pack, quantity) = change.replacement.map_or((None, 0), |(pack, quantity)| (Some(pack), quantity));
    ChangeLine {
        change_id: ChangeId::new(),
        position: change.position,
        quantity: change.quantity,
        replacement_pack_id: pack,
        replacement_quantity: quantity,
    }
}

/// What may replace a line: packs of the same seller that everyone may order.
fn replacements(tx: &mut Tx<'_>, order: &Order, packs: impl Iterator<Item = PackId>) -> Outcome<Vec<Offer>> {
    let ids: Vec<PackId> = packs.collect();
    let offers = packs::service::offers(tx, &ids)?;
    let fits = |id: &PackId| {
        offers.iter().any(|offer| offer.pack.row.id == *id && offer.is_public() && offer.product.enterprise_id == order.seller_id)
    };
    match ids.iter().find(|id| !fits(id)) {
        Some(pack) => Err(OrderError::NotForSale { pack: *pack }.into()),
        None => Ok(offers),
    }
}

/// What a line comes to after a change; refuses one that takes nothing away.
fn after(line: &Line, change: Option<&LineChange>, offers: &[Offer]) -> Outcome<Rupiah> {
    let Some(change) = change else { return Ok(line.total) };
    if change.quantity < 0 || change.quantity >= line.quantity {
        return Err(OrderError::BadChange.into());
    }
    let stays = line.unit_price.times(change.quantity).map_err(OrderError::from)?;
    let Some((pack, quantity)) = change.replacement else { return Ok(stays) };
    let offer = offers.iter().find(|offer| offer.pack.row.id == pack).ok_or(OrderError::NotForSale { pack })?;
    Ok(stays.plus(replacement(offer, quantity)?.total).map_err(OrderError::from)?)
}

fn replacement(offer: &Offer, quantity: i64) -> Outcome<Wanted<'_>> {
    let pack = offer.pack.row.id;
    let price = packs::rules::price_for(&offer.pack.prices, PriceChannel::Retail, quantity).ok_or(OrderError::NotForSale { pack })?;
    let total = price.amount.times(quantity).map_err(OrderError::from)?;
    Ok(Wanted { offer, price_channel: price.channel, unit_price: price.amount, quantity, total, preorder: None })
}

/// The buyer agrees to the change she was shown: lines, stock, bill and refund follow.
///
/// # Errors
/// [`OrderError::NoChange`] unless `change` is open, [`OrderError::OtherTotal`] when the replacement costs something
/// else by now, [`OrderError::Stock`] when there is not enough of it.
pub fn accept(tx: &mut Tx<'_>, who: Identity, id: OrderId, change: ChangeId) -> Outcome<Whole> {
    let order = permitted(tx, who, id, Action::BuyOrder)?;
    agree(tx, &order, change, By { actor: who.account, on_behalf_of: None, reason: None })
}

fn agree(tx: &mut Tx<'_>, order: &Order, change: ChangeId, by: By<'_>) -> Outcome<Whole> {
    let id = order.id;
    let (open, wanted) = changes_store::open(tx, &[id])?.pop().filter(|(open, _)| open.id == change).ok_or(OrderError::NoChange)?;
    if !changes_store::decide(tx, change, ChangeState::Agreed, Some(by.actor))? {
        return Err(OrderError::NoChange.into());
    }
    let lines = store::lines(tx, &[id])?;
    let offers = replacements(tx, order, wanted.iter().filter_map(|line| line.replacement_pack_id))?;
    let mut last = lines.iter().map(|line| line.position).max().unwrap_or(0);
    for wish in &wanted {
        let line = lines.iter().find(|line| line.position == wish.position).ok_or(OrderError::NoChange)?;
        reduce(tx, order, line, wish.quantity)?;
        if let Some(pack) = wish.replacement_pack_id {
            let offer = offers.iter().find(|offer| offer.pack.row.id == pack).ok_or(OrderError::NotForSale { pack })?;
            let why = Why::now(tx, id, order.by_seller(Some(by)));
            inventory::reserve(tx, pack, wish.replacement_quantity, &why).map_err(|failure| failure.map(OrderError::Stock))?;
            last += 1;
            store::insert_line(tx, id, last, &replacement(offer, wish.replacement_quantity)?)?;
        }
    }
    let goods = Rupiah::sum(store::lines(tx, &[id])?.iter().map(|line| line.total)).map_err(OrderError::from)?;
    if goods != open.goods {
        return Err(OrderError::OtherTotal { total: goods }.into());
    }
    store::touch(tx, id)?;
    paying::change_goods(tx, order, change, goods, by)?;
    paying::look_again(tx, id)?;
    Ok(whole(tx, id)?)
}

/// Fewer of a line: what it held beyond that is free again.
fn reduce(tx: &mut Tx<'_>, order: &Order, line: &Line, quantity: i64) -> Outcome<()> {
    let total = line.unit_price.times(quantity).map_err(OrderError::from)?;
    let freed = line.quantity - quantity;
    if let Some(window) = line.preorder_id.filter(|_| rules::next(order.state, Move::HandOver).is_none()) {
        preorders::service::give_back(tx, window, freed)?;
    } else {
        let why = Why::now(tx, order.id, None);
        inventory::release(tx, line.pack_id, freed, &why).map_err(Failure::widen)?;
    }
    store::set_quantity(tx, line, quantity, total)?;
    Ok(())
}

/// The buyer does not agree, or the seller takes her proposal back: the order stays as it is.
///
/// # Errors
/// [`OrderError::NoChange`] unless `change` is open.
pub fn drop_change(tx: &mut Tx<'_>, who: Identity, id: OrderId, change: ChangeId, to: ChangeState) -> Outcome<Whole> {
    let action = if to == ChangeState::Declined { Action::BuyOrder } else { Action::FulfilOrder };
    permitted(tx, who, id, action)?;
    let open = changes_store::open(tx, &[id])?.iter().any(|(open, _)| open.id == change);
    if !open || !changes_store::decide(tx, change, to, Some(who.account))? {
        return Err(OrderError::NoChange.into());
    }
    store::touch(tx, id)?;
    jobs::change_decided(tx, id)?;
    Ok(whole(tx, id)?)
}
