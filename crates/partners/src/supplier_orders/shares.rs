//! Shares of a joint buy: each is one member's order, and they are sent, answered and called off together, so that sacks stay
//! whole and the delivery is borne by those among whom it was parted.

use super::model::{Answer, Doer, NewLine, NewOrder, Order, State, SupplierOrderId};
use super::rules::{self, Move};
use super::service::{Hand, Outcome, Side, SupplierOrderError, cancelled};
use super::store::{self, Place};
use crate::agreements;
use crate::joint_buying::JointBuyId;
use crate::notices::{Notice, tell};
use kit::db::{Conn, Tx};
use kit::money::Rupiah;
use people::enterprises::{self, EnterpriseId};
use people::permissions::By;

/// What a group of buyers has filled together, as one member's order: sent at once, its part of the delivery with it.
///
/// # Errors
/// [`SupplierOrderError::TooMuch`].
pub fn send_share(
    tx: &mut Tx<'_>,
    buyer: EnterpriseId,
    new: &NewOrder,
    under: (agreements::AgreementId, i32),
    lines: &[NewLine],
    (joint_buy, delivery_cost): (JointBuyId, Rupiah),
) -> Outcome<SupplierOrderId> {
    let village = enterprises::service::get(tx, buyer)?.village_id;
    let total = Rupiah::sum(lines.iter().map(|line| line.total)).map_err(SupplierOrderError::from)?;
    let place = Place { village, buyer, agreement: under.0, number: under.1, joint_buy: Some(joint_buy), delivery_cost, total };
    let id = store::insert(tx, &place, new, lines)?;
    store::move_state(tx, id, (State::Draft, State::Sent), None, Doer::Clock)?;
    tell(tx, Notice::SupplierOrderSent, new.supplier, buyer, id)?;
    Ok(id)
}

/// The other shares that the supplier's answer to one is about: what she promises counts for all that she has not sent off, and
/// she declines all or none. None for an order that is no share.
///
/// # Errors
/// [`SupplierOrderError::JointShareInPart`] when she would take on less of it.
pub(super) fn answered_with(conn: &mut Conn, order: &Order, answer: &Answer) -> Outcome<Vec<Order>> {
    let Some(buy) = order.joint_buy_id else { return Ok(Vec::new()) };
    let concerned: fn(&Order) -> bool = match answer {
        Answer::Promise { lines, .. } => {
            let standing = store::lines(conn, order.id)?;
            let less = |line: &super::model::Line| {
                lines.iter().any(|count| count.position == line.position && count.quantity.get() != line.ordered)
            };
            if standing.iter().any(less) {
                return Err(SupplierOrderError::JointShareInPart.into());
            }
            |other| rules::next(other.state, Move::Promise).is_some()
        }
        Answer::Reject { .. } => |other| !ENDED.contains(&other.state),
    };
    let others = store::shares(conn, buy)?.into_iter().filter(|other| other.id != order.id && concerned(other));
    Ok(others.collect())
}

/// Without goods or money, for good.
const ENDED: [State; 2] = [State::Rejected, State::Cancelled];

/// Whether the buyer of an order speaks for everyone whose goods come with it: an order of her own, or a share of the joint buy
/// that she organises, which goes by her agreement.
pub(super) fn speaks_for_all(conn: &mut Conn, order: &Order) -> Outcome<bool> {
    Ok(order.joint_buy_id.is_none() || agreements::reading::get(conn, order.agreement_id)?.receiver_id == order.buyer_id)
}

/// The organiser calls all shares off, until one of them is on its way.
///
/// # Errors
/// [`SupplierOrderError::WrongState`].
pub fn call_off(tx: &mut Tx<'_>, buy: JointBuyId, by: By<'_>) -> Outcome<()> {
    for order in store::shares(tx, buy)?.into_iter().filter(|order| !ENDED.contains(&order.state)) {
        cancelled(tx, &Hand { order, side: Side::Buyer, by: Doer::Person(by) })?;
    }
    Ok(())
}
