//! Looking at supplier orders.

use super::model::{Event, Line, State, SupplierOrderId, Whole};
use super::service::{Outcome, SupplierOrderError, person};
use super::store;
use crate::joint_buying::JointBuyId;
use crate::parties::acting_for;
use kit::auth::{AccountId, Identity};
use kit::clock::Timestamp;
use kit::db::{Conn, DbError};
use people::enterprises::model::Enterprise;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, authorize};

/// An order for both its sides.
///
/// # Errors
/// [`SupplierOrderError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: SupplierOrderId) -> Outcome<Whole> {
    let person = person(conn, who, now)?;
    let order = store::get(conn, id)?;
    let (buyer, supplier) = (enterprises::service::get(conn, order.buyer_id)?, enterprises::service::get(conn, order.supplier_id)?);
    let sides: &[&Enterprise] = if order.state == State::Draft { &[&buyer] } else { &[&buyer, &supplier] };
    acting_for(&person, Action::ViewEnterprise, sides).map_err(SupplierOrderError::from)?;
    Ok(store::whole(conn, id)?)
}

/// The moves of an order, oldest first.
///
/// # Errors
/// [`SupplierOrderError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: SupplierOrderId) -> Outcome<Vec<Event>> {
    show(conn, who, now, id)?;
    Ok(store::events(conn, id)?)
}

/// A page of an enterprise's supplier orders, newest first: what it buys, or what it sells.
///
/// # Errors
/// [`SupplierOrderError::Denied`].
pub fn list(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: EnterpriseId,
    sells: bool,
    before: Option<SupplierOrderId>,
    rows: i64,
) -> Outcome<Vec<Whole>> {
    let person = person(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, of)?;
    authorize(&person, Action::ViewEnterprise, &enterprise.resource()).map_err(SupplierOrderError::from)?;
    Ok(store::page(conn, of, sells, before, rows)?)
}

/// The order a link is about, and who made the link.
///
/// # Errors
/// [`DbError::NotFound`] when the link is wrong or has ended.
pub(super) fn by_link(conn: &mut Conn, digest: &str, now: Timestamp) -> Result<(SupplierOrderId, Option<AccountId>), DbError> {
    store::by_link(conn, digest, now)?.ok_or(DbError::NotFound)
}

/// The order with all that belongs to it.
pub(super) fn whole(conn: &mut Conn, id: SupplierOrderId) -> Result<Whole, DbError> {
    store::whole(conn, id)
}

/// What a buyer has ordered and not received.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn coming(conn: &mut Conn, buyer: EnterpriseId) -> Result<Vec<Line>, DbError> {
    store::coming(conn, buyer)
}

/// Whether one of `these` has a share of a joint buy at a supplier that is not done with.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn has_share(conn: &mut Conn, these: &[EnterpriseId], supplier: EnterpriseId) -> Result<bool, DbError> {
    store::has_share(conn, these, supplier)
}

/// The orders that a joint buy became.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn of_joint_buy(conn: &mut Conn, buy: JointBuyId) -> Result<Vec<Whole>, DbError> {
    store::of_joint_buy(conn, buy)
}
