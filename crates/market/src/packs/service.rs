//! What can be done with packs and their prices.

use std::collections::BTreeMap;

use super::model::{Change, Count, Held, NewPack, Offer, Pack, PackId};
use super::rules::{self, MOST_PACKS, PriceList};
use super::store;
use crate::catalogue::model::Product;
use crate::catalogue::service::{self as catalogue, ProductError};
use crate::catalogue::{Listing, ProductId};
use crate::costs;
use crate::inventory::{self, InventoryError, Why};
use books::ledger::service::LedgerError;
use books::ledger::{self, Account, Entry, Movement};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::ids::EventId;
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;
use people::permissions::By;

/// What can happen to a person here.
#[derive(Debug)]
pub enum PackError {
    /// Another pack of the product is labelled so.
    LabelTaken {
        label: String,
    },
    TooMany,
    /// Nothing of the product would be left to sell.
    LastPack,
    Stock(InventoryError),
    Books(LedgerError),
    Product(ProductError),
}
impl Refusal for PackError {}

type Outcome<T> = Result<T, Failure<PackError>>;

fn of_product<T>(outcome: Result<T, Failure<ProductError>>) -> Outcome<T> {
    outcome.map_err(|failure| failure.map(PackError::Product))
}

/// The packs of products, each product's in their order.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn of_products(conn: &mut Conn, products: &[ProductId]) -> Result<BTreeMap<ProductId, Vec<Pack>>, DbError> {
    store::of_products(conn, products)
}

/// The packs with these ids and their products, for an order; what there is not is left out.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn offers(conn: &mut Conn, ids: &[PackId]) -> Result<Vec<Offer>, DbError> {
    let packs = store::by_ids(conn, ids)?;
    let products: Vec<ProductId> = packs.iter().map(|pack| pack.row.product_id).collect();
    let products = catalogue::by_ids(conn, &products)?;
    let of = |pack: Pack| {
        let product = products.iter().find(|product| product.id == pack.row.product_id)?;
        Some(Offer { product: product.clone(), pack })
    };
    Ok(packs.into_iter().filter_map(of).collect())
}

/// The first pack of a product that is being written.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn open(
    tx: &mut Tx<'_>,
    (product, maker): (ProductId, EnterpriseId),
    position: i32,
    new: &NewPack,
    by: By<'_>,
) -> Result<PackId, DbError> {
    let id = store::insert(tx, product, position, new)?;
    for quote in new.prices.quotes() {
        store::begin(tx, id, *quote, by)?;
    }
    let why = Why::now(tx, id, Some(by));
    inventory::open(tx, id, maker, new.on_hand.get(), &why)?;
    Ok(id)
}

/// Offers the product in another pack too.
///
/// # Errors
/// [`PackError::LabelTaken`], [`PackError::TooMany`], [`ProductError::NotNow`] inside.
pub fn add(tx: &mut Tx<'_>, who: Identity, product: ProductId, new: &NewPack) -> Outcome<Listing> {
    let (product, by) = of_product(catalogue::tradable(tx, who, product))?;
    let packs = of_one(tx, product.id)?;
    if packs.len() >= MOST_PACKS {
        return Err(PackError::TooMany.into());
    }
    let label = new.label();
    if packs.iter().any(|pack| pack.row.label == label) {
        return Err(PackError::LabelTaken { label }.into());
    }
    let position = packs.iter().map(|pack| pack.row.position).max().unwrap_or(0) + 1;
    open(tx, (product.id, product.enterprise_id), position, new, by)?;
    priced(tx, &product, product.version)
}

fn of_one(conn: &mut Conn, product: ProductId) -> Result<Vec<Pack>, DbError> {
    Ok(store::of_products(conn, &[product])?.remove(&product).unwrap_or_default())
}

/// Writes the lowest price onto the product, whose version was `version`.
fn priced(tx: &mut Tx<'_>, product: &Product, version: i32) -> Outcome<Listing> {
    let lowest: Rupiah = store::lowest_retail(tx, product.id)?;
    of_product(catalogue::priced(tx, product.id, version, lowest))
}

/// The pack with its product, if `who` may change what it is sold for.
///
/// # Errors
/// [`ProductError::Denied`] and [`ProductError::NotNow`] inside.
pub fn tradable(tx: &mut Tx<'_>, who: Identity, id: PackId) -> Outcome<(Product, Pack, By<'static>)> {
    let pack = store::get(tx, id)?;
    let (product, by) = of_product(catalogue::tradable(tx, who, pack.row.product_id))?;
    Ok((product, pack, by))
}

/// Withdraws a pack, offers it again, or moves it among the others.
///
/// # Errors
/// [`PackError::LastPack`], [`ProductError::Stale`] inside when the product has changed since `version`.
pub fn edit(tx: &mut Tx<'_>, who: Identity, id: PackId, version: i32, change: Change) -> Outcome<Listing> {
    let (product, pack, _) = tradable(tx, who, id)?;
    let active = change.active.unwrap_or(pack.row.active);
    if !active && !of_one(tx, product.id)?.iter().any(|other| other.row.active && other.row.id != id) {
        return Err(PackError::LastPack.into());
    }
    let position = change.position.map_or(pack.row.position, |position| i32::try_from(position.get()).unwrap_or(i32::MAX));
    store::update(tx, id, active, position)?;
    priced(tx, &product, version)
}

/// Sets what a pack costs from now on, in every channel.
///
/// # Errors
/// [`ProductError::Stale`] inside when the product has changed since `version`.
pub fn set_prices(tx: &mut Tx<'_>, who: Identity, id: PackId, version: i32, wanted: &PriceList) -> Outcome<Listing> {
    let (product, pack, by) = tradable(tx, who, id)?;
    let (ended, begun) = rules::changes(&pack.prices, wanted);
    if ended.is_empty() && begun.is_empty() && product.version == version {
        return Ok(catalogue::listing(tx, product.id)?);
    }
    store::end(tx, &ended)?;
    for quote in begun {
        store::begin(tx, id, quote, by)?;
    }
    priced(tx, &product, version)
}

/// The latest hundred prices of a pack, newest first, for those it belongs to.
///
/// # Errors
/// [`ProductError::Denied`] inside.
pub fn price_history(conn: &mut Conn, who: Identity, now: Timestamp, id: PackId) -> Outcome<Vec<Held>> {
    visible_to_its_house(conn, who, now, id)?;
    Ok(store::history(conn, id)?)
}

/// The pack with its product, for those who belong to it or administer its village.
///
/// # Errors
/// [`ProductError::Denied`] inside.
pub fn visible_to_its_house(conn: &mut Conn, who: Identity, now: Timestamp, id: PackId) -> Outcome<(Product, Pack)> {
    let pack = store::get(conn, id)?;
    let product = of_product(catalogue::visible_to_its_house(conn, who, now, pack.row.product_id))?;
    Ok((product, pack))
}

/// Says how many there are; what is reserved for orders stays reserved. What is missing of goods whose cost is known is a loss.
///
/// # Errors
/// [`PackError::Stock`] when fewer are counted than orders hold, [`PackError::Books`].
pub fn set_stock(tx: &mut Tx<'_>, who: Identity, id: PackId, on_hand: Count) -> Outcome<Listing> {
    let pack = store::get(tx, id)?;
    let (product, by) = of_product(catalogue::writable(tx, who, pack.row.product_id))?;
    let why = Why::now(tx, id, Some(by));
    let expected = inventory::count(tx, id, on_hand.get(), &why).map_err(|failure| failure.map(PackError::Stock))?;
    let lost = costs::take(tx, id, (expected - on_hand.get()).max(0))?;
    if lost.is_positive() {
        write_off(tx, product.enterprise_id, lost)?;
    }
    Ok(catalogue::listing(tx, pack.row.product_id)?)
}

fn write_off(tx: &mut Tx<'_>, of: EnterpriseId, lost: Rupiah) -> Outcome<()> {
    let entry = Entry::new(Movement::StockCounted, format!("{}:counted", EventId::new()), tx.now());
    let entry = entry.transfer(Account::Stock, Account::CostSpoilage, lost).map_err(|error| PackError::Books(error.into()))?;
    ledger::service::post(tx, of, &entry).map_err(|failure| failure.map(PackError::Books))?;
    Ok(())
}
