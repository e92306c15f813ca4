//! How an order comes to be: a buyer's cart, or a sale its seller writes down.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::model::{Cart, CartLine, Delivery, Fulfilment, OrderGroupId, OrderId, Quantity, Quote, Sale, State, Whole};
use super::rules::{self, Move};
use super::service::{self, OrderError, Outcome, person};
use super::store::{self, Buyer, Share, Wanted};
use super::{jobs, paying};
use crate::catalogue;
use crate::inventory::{self, Why};
use crate::packs::model::{Channel as PriceChannel, Offer, Price};
use crate::packs::{self, PackId};
use crate::payments::{self, Bill};
use crate::preorders::{self, WindowId};
use crate::shops::{self, Terms, Zone};
use books::ledger::{Channel, Holder};
use kit::auth::Identity;
use kit::db::{Failure, Tx};
use kit::money::Rupiah;
use people::accounts;
use people::enterprises::{self, EnterpriseId};
use people::payment_details;
use people::permissions::{Action, By, authorize};

/// The most orders of one buyer that wait for their sellers' word: what waits holds stock back from others.
const MOST_WAITING: i64 = 20;
/// The same for someone without an account.
const MOST_WAITING_OF_GUESTS: i64 = 5;

/// Orders a cart: one order per seller, all or nothing.
///
/// # Errors
/// [`OrderError::NotForSale`], [`OrderError::OwnProduct`], [`OrderError::Stock`], [`OrderError::Preorder`],
/// [`OrderError::OnHoliday`], [`OrderError::BelowMinimum`] and [`OrderError::OtherTotal`], each with what to show.
pub fn place(tx: &mut Tx<'_>, who: Identity, cart: &Cart) -> Outcome<(OrderGroupId, Vec<Whole>)> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let most = if who.guest { MOST_WAITING_OF_GUESTS } else { MOST_WAITING };
    if store::waiting_of_buyer(tx, who.account)? >= most {
        return Err(OrderError::TooManyWaiting { most }.into());
    }
    let demand = rules::demand(&cart.lines);
    let ids: Vec<PackId> = demand.keys().map(|(pack, _)| *pack).collect();
    let offers = packs::service::offers(tx, &ids)?;
    for id in &ids {
        let offer =
            offers.iter().find(|offer| offer.pack.row.id == *id && offer.is_public()).ok_or(OrderError::NotForSale { pack: *id })?;
        if person.acts_for(&catalogue::service::resource(&offer.product)) {
            return Err(OrderError::OwnProduct { pack: *id }.into());
        }
    }
    let by = By { actor: who.account, on_behalf_of: None, reason: None };
    let group = store::insert_group(tx, Some(who.account))?;
    let why = Why::now(tx, group, None);
    let shares = shares(tx, cart, &demand, &offers, &why)?;
    check_total(cart, &shares)?;
    let contact = accounts::service::contact(tx, who.account)?;
    let buyer = Buyer { id: Some(who.account), name: Some(contact.name), phone: Some(contact.phone) };
    for share in shares.values() {
        let id = open(tx, group, &buyer, share, by)?;
        jobs::placed(tx, id, share.answer_by)?;
    }
    Ok((group, store::of_group(tx, group)?))
}

fn open(tx: &mut Tx<'_>, group: OrderGroupId, buyer: &Buyer, share: &Share<'_>, by: By<'_>) -> Outcome<OrderId> {
    let id = store::insert(tx, group, buyer, share)?;
    payments::service::open(tx, id, &share.bill)?;
    store::record(tx, id, State::Placed, State::Placed, Some(by), None)?;
    Ok(id)
}

type Demand = BTreeMap<(PackId, Option<WindowId>), i64>;

/// What each seller is asked for, with the stock reserved and the windows taken from.
fn shares<'a>(
    tx: &mut Tx<'_>,
    cart: &'a Cart,
    demand: &Demand,
    offers: &'a [Offer],
    why: &Why<'_>,
) -> Outcome<BTreeMap<EnterpriseId, Share<'a>>> {
    let now = tx.now();
    let sellers: Vec<EnterpriseId> = offers.iter().map(|offer| offer.product.enterprise_id).collect();
    let terms = shops::service::terms_of(tx, &sellers)?;
    for (seller, methods) in payment_details::service::methods_of(tx, &sellers)? {
        if !methods.contains(&cart.payment) {
            return Err(OrderError::MethodNotTaken { seller }.into());
        }
    }
    let zones = zones(tx, cart)?;
    let mut shares: BTreeMap<EnterpriseId, Share<'a>> = BTreeMap::new();
    // In the order of their ids, so that two carts that share packs cannot hold each other up.
    for ((pack, preorder), quantity) in demand {
        let offer = offers.iter().find(|offer| offer.pack.row.id == *pack).ok_or(OrderError::NotForSale { pack: *pack })?;
        let ready_on = hold(tx, *pack, *preorder, *quantity, why)?;
        let seller = offer.product.enterprise_id;
        let terms = terms.get(&seller).cloned().unwrap_or_default();
        if let Some(back_on) = shops::rules::is_on_holiday(&terms, now.business_date()) {
            return Err(OrderError::OnHoliday { seller, back_on }.into());
        }
        let price =
            packs::rules::price_for(&offer.pack.prices, PriceChannel::Retail, *quantity).ok_or(OrderError::NotForSale { pack: *pack })?;
        let total = price.amount.times(*quantity).map_err(OrderError::from)?;
        let zone = zones.iter().find(|zone| zone.enterprise_id == seller);
        let share = shares.entry(seller).or_insert_with(|| begin(cart, offer, zone, shops::rules::answer_by(&terms, now)));
        share.bill.goods = share.bill.goods.plus(total).map_err(OrderError::from)?;
        share.ready_on = share.ready_on.max(ready_on);
        share.lines.push(Wanted {
            offer,
            price_channel: price.channel,
            unit_price: price.amount,
            quantity: *quantity,
            total,
            preorder: *preorder,
        });
    }
    check_minimums(&shares, &terms, &zones)?;
    Ok(shares)
}

/// Holds what is asked for: from a window where one is named, else from stock.
fn hold(tx: &mut Tx<'_>, pack: PackId, preorder: Option<WindowId>, quantity: i64, why: &Why<'_>) -> Outcome<Option<NaiveDate>> {
    let Some(window) = preorder else {
        inventory::reserve(tx, pack, quantity, why).map_err(|failure| failure.map(OrderError::Stock))?;
        return Ok(None);
    };
    let taken = preorders::service::take(tx, window, pack, quantity);
    taken.map(Some).map_err(|failure| failure.map(OrderError::Preorder))
}

fn zones(tx: &mut Tx<'_>, cart: &Cart) -> Outcome<Vec<Zone>> {
    let Delivery::BySeller { zones, .. } = &cart.delivery else { return Ok(Vec::new()) };
    let found = shops::service::zones_by_ids(tx, zones)?;
    if found.len() == zones.len() { Ok(found) } else { Err(OrderError::NoSuchZone.into()) }
}

/// One seller's part of a cart before its first line.
fn begin<'a>(cart: &'a Cart, offer: &Offer, zone: Option<&Zone>, answer_by: kit::clock::Timestamp) -> Share<'a> {
    let (fulfilment, address, area) = match &cart.delivery {
        Delivery::Pickup => (Fulfilment::Pickup, None, None),
        Delivery::BySeller { address, area, .. } => (Fulfilment::SellerDelivery, Some(address), area.as_ref()),
    };
    let (delivery, quote) = match (fulfilment, zone) {
        (Fulfilment::Pickup, _) => (Some(Rupiah::ZERO), Quote::NotNeeded),
        (Fulfilment::SellerDelivery, Some(zone)) => (Some(zone.fee), Quote::NotNeeded),
        (Fulfilment::SellerDelivery, None) => (None, Quote::Asked),
    };
    Share {
        number: order_number(),
        village: offer.product.village_id,
        seller: offer.product.enterprise_id,
        channel: Channel::Online,
        fulfilment,
        address,
        note: cart.note.as_ref(),
        area: area.map(ToString::to_string),
        zone: zone.map(|zone| zone.name.clone()),
        quote,
        ready_on: None,
        answer_by,
        bill: Bill::new(cart.payment, Rupiah::ZERO, delivery),
        lines: Vec::new(),
    }
}

fn check_minimums(shares: &BTreeMap<EnterpriseId, Share<'_>>, terms: &BTreeMap<EnterpriseId, Terms>, zones: &[Zone]) -> Outcome<()> {
    for (seller, share) in shares {
        let zone = zones.iter().find(|zone| zone.enterprise_id == *seller);
        let minimum = terms.get(seller).map_or(Rupiah::ZERO, |terms| shops::rules::minimum_order(terms, zone));
        if share.bill.goods < minimum {
            return Err(OrderError::BelowMinimum { seller: *seller, minimum, goods: share.bill.goods }.into());
        }
    }
    Ok(())
}

/// What the buyer was shown, if she said so: the goods and every delivery whose fee is known.
fn check_total(cart: &Cart, shares: &BTreeMap<EnterpriseId, Share<'_>>) -> Outcome<()> {
    let charges = shares.values().map(|share| share.bill.charge()).collect::<Result<Vec<_>, _>>().map_err(OrderError::from)?;
    let total = Rupiah::sum(charges).map_err(OrderError::from)?;
    if cart.expected_total.is_some_and(|expected| expected != total) {
        return Err(OrderError::OtherTotal { total }.into());
    }
    Ok(())
}

/// Writes down a sale made by chat, by telephone or in person, so that income is complete: the same order
/// as any other, taken as far as the seller says it has come.
///
/// # Errors
/// [`OrderError::NotForSale`] unless every pack is hers and may be sold, [`OrderError::Stock`], and what
/// the steps of an order answer.
pub fn write_down(tx: &mut Tx<'_>, who: Identity, seller: EnterpriseId, sale: &Sale) -> Outcome<Whole> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let enterprise = enterprises::service::get(tx, seller)?;
    let resource = enterprise.resource();
    authorize(&person, Action::FulfilOrder, &resource).map_err(OrderError::from)?;
    if !enterprise.is_seller() {
        return Err(OrderError::NotTrading.into());
    }
    let lines: Vec<CartLine> =
        sale.lines.iter().map(|line| CartLine { pack_id: line.pack_id, quantity: line.quantity, preorder_id: None }).collect();
    let demand = rules::demand(&lines);
    let ids: Vec<PackId> = demand.keys().map(|(pack, _)| *pack).collect();
    let offers = packs::service::offers(tx, &ids)?;
    let mut share = sold(sale, &enterprise, now);
    for line in &sale.lines {
        let wanted = sale_line(&offers, seller, line.pack_id, line.quantity, line.unit_price)?;
        share.bill.goods = share.bill.goods.plus(wanted.total).map_err(OrderError::from)?;
        share.lines.push(wanted);
    }
    let by = By { actor: who.account, on_behalf_of: person.on_behalf_of(&resource), reason: None };
    let group = store::insert_group(tx, None)?;
    let why = Why::now(tx, group, Some(by));
    for ((pack, _), quantity) in &demand {
        inventory::reserve(tx, *pack, *quantity, &why).map_err(|failure| failure.map(OrderError::Stock))?;
    }
    let buyer = Buyer { id: None, name: sale.buyer_name.as_ref().map(ToString::to_string), phone: sale.buyer_phone.clone() };
    let id = open(tx, group, &buyer, &share, by)?;
    let steps: &[Move] = if sale.handed_over { &[Move::Accept, Move::Prepare, Move::MarkReady, Move::HandOver] } else { &[Move::Accept] };
    for step in steps {
        service::step(tx, id, *step, by)?;
    }
    if sale.paid {
        paying::receive_all(tx, id, Holder::Seller, by)?;
    }
    service::step_if_done(tx, id, Some(by))?;
    Ok(store::whole(tx, id)?)
}

fn sold<'a>(sale: &'a Sale, enterprise: &enterprises::Enterprise, now: kit::clock::Timestamp) -> Share<'a> {
    let fulfilment = if sale.address.is_some() { Fulfilment::SellerDelivery } else { Fulfilment::Pickup };
    Share {
        number: order_number(),
        village: enterprise.village_id,
        seller: enterprise.id,
        channel: sale.channel,
        fulfilment,
        address: sale.address.as_ref(),
        note: sale.note.as_ref(),
        area: None,
        zone: None,
        quote: Quote::NotNeeded,
        ready_on: None,
        answer_by: now,
        bill: Bill::new(sale.payment, Rupiah::ZERO, Some(sale.delivery_fee)),
        lines: Vec::new(),
    }
}

fn sale_line(
    offers: &[Offer],
    seller: EnterpriseId,
    pack: PackId,
    quantity: Quantity,
    agreed: Option<Price>,
) -> Result<Wanted<'_>, Failure<OrderError>> {
    let mine = |offer: &&Offer| offer.pack.row.id == pack && offer.product.enterprise_id == seller && offer.product.may_be_sold();
    let offer = offers.iter().find(mine).ok_or(OrderError::NotForSale { pack })?;
    let price = packs::rules::price_for(&offer.pack.prices, PriceChannel::Retail, quantity.units());
    let price = price.ok_or(OrderError::NotForSale { pack })?;
    let unit_price = agreed.map_or(price.amount, Price::amount);
    let total = unit_price.times(quantity.units()).map_err(OrderError::from)?;
    Ok(Wanted { offer, price_channel: price.channel, unit_price, quantity: quantity.units(), total, preorder: None })
}

/// A short number that people can say on the phone; unique by constraint, not by this function.
fn order_number() -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = uuid::Uuid::new_v4().as_u128();
    let letter = |at: u32| char::from(LETTERS[usize::try_from((bits >> (5 * at)) & 31).unwrap_or(0)]);
    let (left, right): (String, String) = ((0..4).map(letter).collect(), (4..8).map(letter).collect());
    format!("{left}-{right}")
}
