//! What can be done with a price list.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::model::{Item, ItemId, MOST_ITEMS, MaterialId, Named, NewItem, Quote, RawRow, Written};
use super::rules::{self, BadDays};
use super::{PRICE_CHANGED, store};
use crate::joint_buying;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::jobs;
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId, Kind};
use people::permissions::{Action, By, Denied, Principal, authorize, principal};

/// What can happen to a person here.
#[derive(Debug)]
pub enum SupplyError {
    NotASupplier,
    NotTrading,
    /// The supplier has this unit of the material already.
    ItemExists,
    TooMany,
    Days(BadDays),
    Stale,
    Denied(Denied),
}
impl Refusal for SupplyError {}

impl From<Denied> for SupplyError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

type Outcome<T> = Result<T, Failure<SupplyError>>;

fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(SupplyError::from))
}

/// The supplier, if `who` may write her price list.
fn writable(tx: &mut Tx<'_>, who: Identity, supplier: EnterpriseId) -> Outcome<(Enterprise, By<'static>)> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let enterprise = enterprises::service::get(tx, supplier)?;
    authorize(&person, Action::WriteProduct, &enterprise.resource()).map_err(SupplyError::from)?;
    if enterprise.kind != Kind::Supplier {
        return Err(SupplyError::NotASupplier.into());
    }
    if !enterprise.is_seller() {
        return Err(SupplyError::NotTrading.into());
    }
    let on_behalf_of = person.on_behalf_of(&enterprise.resource());
    Ok((enterprise, By { actor: who.account, on_behalf_of, reason: None }))
}

/// A page of a price list, for the supplier's house, her village's office, and whoever deals with her.
///
/// # Errors
/// [`SupplyError::Denied`].
pub fn list(conn: &mut Conn, who: Identity, now: Timestamp, of: EnterpriseId, after: Option<ItemId>, rows: i64) -> Outcome<Vec<Item>> {
    let person = person(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, of)?;
    if let Err(denied) = authorize(&person, Action::ViewEnterprise, &enterprise.resource())
        && !joint_buying::reading::deals_with(conn, &person, of, now)?
    {
        return Err(SupplyError::Denied(denied).into());
    }
    Ok(store::of_supplier(conn, of, now.business_date(), after, rows)?)
}

/// Offers a unit of a material.
///
/// # Errors
/// [`SupplyError::ItemExists`], [`SupplyError::TooMany`], [`SupplyError::Days`], [`SupplyError::NotASupplier`].
pub fn add(tx: &mut Tx<'_>, who: Identity, supplier: EnterpriseId, new: &NewItem) -> Outcome<Item> {
    let today = tx.now().business_date();
    let (_, by) = writable(tx, who, supplier)?;
    rules::check_days(&new.quote, today).map_err(SupplyError::Days)?;
    let material = store::material(tx, &new.material)?;
    if store::find(tx, supplier, today, material, (new.unit, new.content))?.is_some() {
        return Err(SupplyError::ItemExists.into());
    }
    if store::count(tx, supplier)? >= MOST_ITEMS {
        return Err(SupplyError::TooMany.into());
    }
    let id = store::insert(tx, supplier, material, new)?;
    store::begin_price(tx, id, &new.quote, by)?;
    Ok(store::get(tx, id, today)?)
}

/// Takes an item out of the list, or puts it back.
///
/// # Errors
/// [`SupplyError::Stale`] when it has changed since `version`.
pub fn edit(tx: &mut Tx<'_>, who: Identity, id: ItemId, version: i32, active: bool) -> Outcome<Item> {
    let today = tx.now().business_date();
    let item = store::get(tx, id, today)?;
    writable(tx, who, item.row.supplier_id)?;
    if !store::set_active(tx, id, active, version)? {
        return Err(SupplyError::Stale.into());
    }
    Ok(store::get(tx, id, today)?)
}

/// Says what an item costs from a day on; whom it concerns is told.
///
/// # Errors
/// [`SupplyError::Days`].
pub fn set_price(tx: &mut Tx<'_>, who: Identity, id: ItemId, quote: &Quote) -> Outcome<Item> {
    let today = tx.now().business_date();
    let item = store::get(tx, id, today)?;
    let (_, by) = writable(tx, who, item.row.supplier_id)?;
    rules::check_days(quote, today).map_err(SupplyError::Days)?;
    change_price(tx, &item, quote, by)?;
    Ok(store::get(tx, id, today)?)
}

fn change_price(tx: &mut Tx<'_>, item: &Item, quote: &Quote, by: By<'_>) -> Result<(), DbError> {
    store::begin_price(tx, item.row.id, quote, by)?;
    let label = rules::label(&item.row.name, item.row.unit, item.row.content, item.row.base);
    let fact = format!("{label}: {} ({})", quote.price.amount(), quote.valid_from);
    jobs::enqueue(tx, PRICE_CHANGED, json!({ "item_id": item.row.id, "supplier_id": item.row.supplier_id, "fact": fact }))
}

/// The latest hundred prices of an item, for its supplier's house and her village's office.
///
/// # Errors
/// [`SupplyError::Denied`].
pub fn price_history(conn: &mut Conn, who: Identity, now: Timestamp, id: ItemId) -> Outcome<Vec<Written>> {
    let person = person(conn, who, now)?;
    let item = store::get(conn, id, now.business_date())?;
    let enterprise = enterprises::service::get(conn, item.row.supplier_id)?;
    authorize(&person, Action::ViewEnterprise, &enterprise.resource()).map_err(SupplyError::from)?;
    Ok(store::price_history(conn, id)?)
}

/// What a row of a list would do, or why it cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// A unit the supplier did not have.
    Added,
    /// Another price.
    Changed,
    /// The price it has anyway.
    Unchanged,
    Refused {
        column: &'static str,
        code: String,
    },
}

/// Imports a list: all of it, or nothing where a row is refused. Answers what became of each row.
///
/// # Errors
/// [`SupplyError::TooMany`], [`SupplyError::NotASupplier`].
pub fn import(tx: &mut Tx<'_>, who: Identity, supplier: EnterpriseId, rows: &[Result<RawRow, String>]) -> Outcome<Vec<RowOutcome>> {
    let today = tx.now().business_date();
    let (_, by) = writable(tx, who, supplier)?;
    let read = understood(rows, today);
    if read.iter().any(Result::is_err) {
        return Ok(read.into_iter().map(|row| row.map_or_else(|refused| refused, |new| would(tx, supplier, &new, today))).collect());
    }
    let mut outcomes = Vec::with_capacity(read.len());
    for new in read.into_iter().flatten() {
        let material = store::material(tx, &new.material)?;
        let found = store::find(tx, supplier, today, material, (new.unit, new.content))?;
        let outcome = judged(found.as_ref(), &new.quote);
        match (&outcome, found) {
            (RowOutcome::Added, _) => {
                let id = store::insert(tx, supplier, material, &new)?;
                store::begin_price(tx, id, &new.quote, by)?;
            }
            (RowOutcome::Changed, Some(item)) => change_price(tx, &item, &new.quote, by)?,
            (RowOutcome::Changed | RowOutcome::Unchanged | RowOutcome::Refused { .. }, _) => {}
        }
        outcomes.push(outcome);
    }
    if store::count(tx, supplier)? > MOST_ITEMS {
        return Err(SupplyError::TooMany.into());
    }
    Ok(outcomes)
}

/// Each row by itself, and no two of them about one item on one day.
fn understood(rows: &[Result<RawRow, String>], today: NaiveDate) -> Vec<Result<NewItem, RowOutcome>> {
    let mut seen = std::collections::BTreeSet::new();
    let refused = |column, code: &str| Err(RowOutcome::Refused { column, code: code.to_owned() });
    rows.iter()
        .map(|row| {
            let Ok(raw) = row else { return refused("row", "row_unreadable") };
            match rules::understood(raw, today) {
                Err((column, code)) => refused(column, &code),
                Ok(new) => {
                    let key = (
                        kit::search::normalise(new.material.name.as_str()),
                        new.material.base,
                        new.unit,
                        new.content,
                        new.quote.valid_from,
                    );
                    if seen.insert(key) { Ok(new) } else { refused("material", "row_twice") }
                }
            }
        })
        .collect()
}

/// What a good row among bad ones would have done.
fn would(tx: &mut Tx<'_>, supplier: EnterpriseId, new: &NewItem, today: NaiveDate) -> RowOutcome {
    let found = store::known(tx, &new.material).ok().flatten();
    let found = found.and_then(|material| store::find(tx, supplier, today, material, (new.unit, new.content)).ok().flatten());
    judged(found.as_ref(), &new.quote)
}

fn judged(found: Option<&Item>, quote: &Quote) -> RowOutcome {
    let Some(item) = found else { return RowOutcome::Added };
    let same = |price: &super::model::Standing| price.amount == quote.price.amount() && price.valid_until == quote.valid_until;
    let standing = item.prices.iter().filter(|price| price.valid_from <= quote.valid_from).max_by_key(|price| (price.valid_from, price.id));
    if item.row.active && standing.is_some_and(same) { RowOutcome::Unchanged } else { RowOutcome::Changed }
}

/// What items of a supplier are called; what is not hers is left out.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn item_names(conn: &mut Conn, supplier: EnterpriseId, ids: &[ItemId]) -> Result<BTreeMap<ItemId, String>, DbError> {
    let rows = store::rows(conn, ids)?.into_iter().filter(|row| row.supplier_id == supplier);
    Ok(rows.map(|row| (row.id, rules::label(&row.name, row.unit, row.content, row.base))).collect())
}

/// A page of what a supplier offers, for other features.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn of_supplier(conn: &mut Conn, of: EnterpriseId, today: NaiveDate, after: Option<ItemId>, rows: i64) -> Result<Vec<Item>, DbError> {
    store::of_supplier(conn, of, today, after, rows)
}

/// The items with these ids, for an order; what there is not is left out.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn items(conn: &mut Conn, ids: &[ItemId], today: NaiveDate) -> Result<Vec<Item>, DbError> {
    store::by_ids(conn, ids, today)
}

/// The material of this name, entered if it is new.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn material(tx: &mut Tx<'_>, named: &Named) -> Result<MaterialId, DbError> {
    store::material(tx, named)
}
