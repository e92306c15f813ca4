//! What a seller says about how she sells, and what orders ask of it.

use std::collections::BTreeMap;

use super::model::{MOST_ZONES, NewZone, Shop, Terms, Zone, ZoneChange, ZoneId};
use super::store;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, Denied, Principal, authorize, principal};

/// What can happen to a person here.
#[derive(Debug)]
pub enum ShopError {
    /// It is of a kind that sells nothing, like an office.
    NotAShop,
    Stale,
    ZoneNameTaken,
    TooManyZones,
    Denied(Denied),
}
impl Refusal for ShopError {}

impl From<Denied> for ShopError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

type Outcome<T> = Result<T, Failure<ShopError>>;

fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(ShopError::from))
}

/// Whether the caller may look at the shop: everyone, if it trades; otherwise those who belong to it.
fn visible(conn: &mut Conn, who: Option<Identity>, now: Timestamp, id: EnterpriseId) -> Outcome<()> {
    let enterprise = enterprises::service::get(conn, id)?;
    if enterprise.is_seller() {
        return Ok(());
    }
    let who = who.ok_or(ShopError::Denied(Denied::Hidden))?;
    let person = person(conn, who, now)?;
    authorize(&person, Action::ViewEnterprise, &enterprise.resource()).map_err(ShopError::from)?;
    Ok(())
}

/// Whether the caller may say how this enterprise sells.
fn writable(tx: &mut Tx<'_>, who: Identity, id: EnterpriseId) -> Outcome<()> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let enterprise = enterprises::service::get(tx, id)?;
    authorize(&person, Action::EditEnterprise, &enterprise.resource()).map_err(ShopError::from)?;
    if enterprise.sells() { Ok(()) } else { Err(ShopError::NotAShop.into()) }
}

fn shop(conn: &mut Conn, id: EnterpriseId) -> Result<Shop, DbError> {
    Ok(store::shops(conn, &[id])?.pop().map(|(_, shop)| shop).unwrap_or_default())
}

/// The terms of these enterprises, in one query; the usual ones where an enterprise has said nothing.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn terms_of(conn: &mut Conn, of: &[EnterpriseId]) -> Result<BTreeMap<EnterpriseId, Terms>, DbError> {
    let mut terms: BTreeMap<EnterpriseId, Terms> = of.iter().map(|id| (*id, Terms::default())).collect();
    terms.extend(store::shops(conn, of)?.into_iter().map(|(id, shop)| (id, shop.terms)));
    Ok(terms)
}

/// The terms of a shop that trades; for those who belong to it, also of one that does not.
///
/// # Errors
/// [`ShopError::Denied`] when there is nothing to see.
pub fn show(conn: &mut Conn, who: Option<Identity>, now: Timestamp, id: EnterpriseId) -> Outcome<Shop> {
    visible(conn, who, now, id)?;
    Ok(shop(conn, id)?)
}

/// Says on what terms an enterprise sells from now on.
///
/// # Errors
/// [`ShopError::Stale`] when they have changed since `version`, [`ShopError::NotAShop`].
pub fn set_terms(tx: &mut Tx<'_>, who: Identity, id: EnterpriseId, version: i32, terms: &Terms) -> Outcome<Shop> {
    writable(tx, who, id)?;
    if shop(tx, id)?.version != version || !store::set_terms(tx, id, version, terms)? {
        return Err(ShopError::Stale.into());
    }
    Ok(shop(tx, id)?)
}

/// Where a seller delivers, oldest first.
///
/// # Errors
/// [`ShopError::Denied`] when there is nothing to see.
pub fn zones(conn: &mut Conn, who: Option<Identity>, now: Timestamp, of: EnterpriseId) -> Outcome<Vec<Zone>> {
    visible(conn, who, now, of)?;
    Ok(store::zones(conn, of, MOST_ZONES)?)
}

/// One zone, for whoever may see its shop.
///
/// # Errors
/// [`ShopError::Denied`] when there is nothing to see.
pub fn show_zone(conn: &mut Conn, who: Option<Identity>, now: Timestamp, id: ZoneId) -> Outcome<Zone> {
    let zone = store::zone(conn, id)?;
    visible(conn, who, now, zone.enterprise_id)?;
    Ok(zone)
}

/// The zone with this id, for an order from `seller`: `None` if she does not deliver there.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn zone(conn: &mut Conn, seller: EnterpriseId, id: ZoneId) -> Result<Option<Zone>, DbError> {
    match store::zone(conn, id) {
        Ok(zone) => Ok(Some(zone).filter(|zone| zone.enterprise_id == seller)),
        Err(DbError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The zones with these ids; those that are gone are left out.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn zones_by_ids(conn: &mut Conn, ids: &[ZoneId]) -> Result<Vec<Zone>, DbError> {
    store::zones_by_ids(conn, ids)
}

/// Two zones of one seller may not go by one name.
fn unless_named_alike(error: DbError) -> Failure<ShopError> {
    if error.violates("uq_delivery_zones_enterprise_id_name") { ShopError::ZoneNameTaken.into() } else { error.into() }
}

/// Adds a place to which a seller delivers.
///
/// # Errors
/// [`ShopError::TooManyZones`], [`ShopError::ZoneNameTaken`].
pub fn add_zone(tx: &mut Tx<'_>, who: Identity, of: EnterpriseId, new: &NewZone) -> Outcome<Zone> {
    writable(tx, who, of)?;
    if store::count_zones(tx, of)? >= MOST_ZONES {
        return Err(ShopError::TooManyZones.into());
    }
    let id = store::insert_zone(tx, of, new).map_err(unless_named_alike)?;
    Ok(store::zone(tx, id)?)
}

/// Changes a zone, for orders yet to come.
///
/// # Errors
/// [`ShopError::Stale`] when it has changed since `version`, [`ShopError::ZoneNameTaken`].
pub fn edit_zone(tx: &mut Tx<'_>, who: Identity, id: ZoneId, version: i32, change: &ZoneChange) -> Outcome<Zone> {
    let mut zone = store::zone(tx, id)?;
    writable(tx, who, zone.enterprise_id)?;
    if let Some(name) = &change.name {
        zone.name = name.to_string();
    }
    zone.fee = change.fee.map_or(zone.fee, super::model::Charge::amount);
    zone.minimum_order = change.minimum_order.map_or(zone.minimum_order, super::model::Charge::amount);
    if !store::update_zone(tx, &zone, version).map_err(unless_named_alike)? {
        return Err(ShopError::Stale.into());
    }
    Ok(store::zone(tx, id)?)
}

/// Takes a zone away; orders that go there stay as they are.
///
/// # Errors
/// [`ShopError::Denied`].
pub fn remove_zone(tx: &mut Tx<'_>, who: Identity, id: ZoneId) -> Outcome<()> {
    let zone = store::zone(tx, id)?;
    writable(tx, who, zone.enterprise_id)?;
    Ok(store::deactivate_zone(tx, id)?)
}
