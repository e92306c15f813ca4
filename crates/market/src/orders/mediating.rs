//! What a village does about a refund that its seller says she has sent and its buyer does not see.

use super::model::Order;
use super::paying;
use super::service::{OrderError, Outcome, get, person};
use super::store;
use crate::payments::model::RefundMove;
use crate::payments::service::{self as payments};
use crate::payments::{Refund, RefundId};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, Tx};
use people::permissions::{Action, By, Resource, authorize};
use people::villages::VillageId;

/// The refunds of a village that their buyers do not see, what has waited the longest first, each with its order.
///
/// # Errors
/// [`OrderError::Denied`].
pub fn disputed(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    village: VillageId,
    after: Option<RefundId>,
    rows: i64,
) -> Outcome<Vec<(Order, Refund)>> {
    let person = person(conn, who, now)?;
    let resource = Resource { village: Some(village), ..Resource::default() };
    authorize(&person, Action::MediateClaim, &resource).map_err(OrderError::from)?;
    let refunds = payments::disputed_of(conn, village, after, rows)?;
    let mut orders = store::by_ids(conn, &refunds.iter().map(|refund| refund.order_id).collect::<Vec<_>>())?;
    let with_order = |refund: Refund| orders.remove(&refund.order_id).map(|order| (order, refund));
    Ok(refunds.into_iter().filter_map(with_order).collect())
}

/// The village decides whether a refund was sent: it is settled, or owed anew.
///
/// # Errors
/// [`super::service::OrderError::Payment`] unless it is disputed, [`OrderError::Involved`].
pub fn decide(tx: &mut Tx<'_>, who: Identity, id: RefundId, sent: bool, reason: &str) -> Outcome<(Order, Refund)> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let refund = payments::refund(tx, id)?;
    let order = get(tx, refund.order_id)?;
    authorize(&person, Action::MediateClaim, &order.resource()).map_err(OrderError::from)?;
    let spoke = payments::events(tx, order.id)?
        .iter()
        .any(|event| event.refund == Some(id) && event.actor == Some(who.account) && event.on_behalf_of.is_some());
    if order.buyer_id == Some(who.account) || spoke {
        return Err(OrderError::Involved.into());
    }
    let by = By { actor: who.account, on_behalf_of: None, reason: Some(reason) };
    let event = if sent { RefundMove::Acknowledge } else { RefundMove::FindUnsent };
    payments::mediate_refund(tx, &refund, event, by).map_err(|failure| failure.map(OrderError::Payment))?;
    if !sent {
        paying::unsend(tx, &order, &refund, by)?;
    }
    store::touch(tx, order.id)?;
    Ok((order, payments::refund(tx, id)?))
}
