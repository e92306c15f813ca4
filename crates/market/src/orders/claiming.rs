//! What a claim about the goods does to the order it is about. The claim itself is `market/claims`.

use super::model::{Line, Order, OrderId, State};
use super::rules::Move;
use super::service::{self, Outcome};
use super::store;
use kit::db::{Conn, DbError, Tx};
use people::permissions::By;

/// The order a claim is about.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn order(conn: &mut Conn, id: OrderId) -> Result<Order, DbError> {
    store::get(conn, id)
}

/// The line of an order that stands at `position`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn line(conn: &mut Conn, id: OrderId, position: i32) -> Result<Option<Line>, DbError> {
    Ok(store::lines(conn, &[id])?.into_iter().find(|line| line.position == position))
}

/// A claim is open: the order waits for its end.
///
/// # Errors
/// [`super::service::OrderError::WrongState`] unless the goods have changed hands and no claim is open.
pub fn open(tx: &mut Tx<'_>, order: &Order, by: By<'_>) -> Outcome<()> {
    service::go(tx, order, Move::OpenClaim, Some(by), by.reason)
}

/// The claim has ended: the order goes on where it was. It is completed again if it `was` so before, or if the time in
/// which it completes by itself has passed meanwhile; in either case only when it is paid.
///
/// # Errors
/// [`super::service::OrderError::WrongState`] unless a claim is open.
pub fn close(tx: &mut Tx<'_>, id: OrderId, was: State, by: Option<By<'_>>) -> Outcome<()> {
    let order = store::get(tx, id)?;
    service::go(tx, &order, Move::CloseClaim, by, None)?;
    let time_is_over = order.complete_at.is_some_and(|at| at <= tx.now());
    if was == State::Completed || time_is_over { service::step_if_done(tx, id, by) } else { Ok(()) }
}
