//! What follows from an order after its transaction: letters, and what happens when a time runs out.

use serde_json::json;

use super::model::OrderId;
use super::service;
use crate::catalogue;
use kit::clock::Timestamp;
use kit::db::{Db, DbError, Failure, Never, Tx};
use kit::jobs::{Job, enqueue, enqueue_at};

/// The seller is to be told.
pub const PLACED: &str = "order_placed";
/// The buyer is to be told.
pub const ACCEPTED: &str = "order_accepted";
/// The buyer is to be told what delivery costs.
pub const QUOTED: &str = "order_quoted";
/// The buyer is asked to agree to a change.
pub const CHANGE_PROPOSED: &str = "order_change_proposed";
/// The seller is to be told that a change was not agreed to.
pub const CHANGE_DECIDED: &str = "order_change_decided";
/// A time may have run out; whether it has is for the order to say.
pub const TIME_UP: &str = "order_time_up";

fn tell(tx: &mut Tx<'_>, kind: &str, order: OrderId) -> Result<(), DbError> {
    enqueue(tx, kind, json!({ "order_id": order }))
}

pub(super) fn look_at(tx: &mut Tx<'_>, order: OrderId, at: Timestamp) -> Result<(), DbError> {
    enqueue_at(tx, TIME_UP, json!({ "order_id": order }), at)
}

pub(super) fn placed(tx: &mut Tx<'_>, order: OrderId, answer_by: Timestamp) -> Result<(), DbError> {
    tell(tx, PLACED, order)?;
    look_at(tx, order, answer_by)
}

pub(super) fn accepted(tx: &mut Tx<'_>, order: OrderId, pay_by: Option<Timestamp>, hand_over_by: Timestamp) -> Result<(), DbError> {
    tell(tx, ACCEPTED, order)?;
    if let Some(pay_by) = pay_by {
        look_at(tx, order, pay_by)?;
    }
    look_at(tx, order, hand_over_by)
}

pub(super) fn quoted(tx: &mut Tx<'_>, order: OrderId) -> Result<(), DbError> {
    tell(tx, QUOTED, order)
}

pub(super) fn change_proposed(tx: &mut Tx<'_>, order: OrderId) -> Result<(), DbError> {
    tell(tx, CHANGE_PROPOSED, order)
}

pub(super) fn change_decided(tx: &mut Tx<'_>, order: OrderId) -> Result<(), DbError> {
    tell(tx, CHANGE_DECIDED, order)
}

pub(super) fn handed_over(tx: &mut Tx<'_>, order: OrderId, complete_at: Timestamp) -> Result<(), DbError> {
    look_at(tx, order, complete_at)
}

/// Calls off the orders that hold food which is not safe and has not changed hands, each in a transaction of its own.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn recall(db: &Db, job: &Job) -> Result<(), String> {
    let (packs, reason) = catalogue::jobs::recalled(job).ok_or("the job names no packs")?;
    let orders = db.read(move |conn| Ok::<_, Failure<Never>>(service::holding(conn, &packs)?)).await;
    for order in orders.map_err(|failure| format!("{failure:?}"))? {
        let reason = reason.clone();
        db.write(move |tx| service::recall(tx, order, &reason)).await.map_err(|failure| format!("{failure:?}"))?;
    }
    Ok(())
}

/// The order a job is about.
#[must_use]
pub fn order_of(job: &Job) -> Option<OrderId> {
    job.payload.0.get("order_id")?.as_str()?.parse().ok()
}

/// Does what is due if a time has run out.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn time_up(db: &Db, job: &Job) -> Result<(), String> {
    let order = order_of(job).ok_or("the job names no order")?;
    db.write(move |tx| service::time_up(tx, order)).await.map_err(|failure| format!("{failure:?}"))
}
