//! What follows from an order after its transaction: letters, and its end if nobody answers.

use serde_json::json;

use super::model::OrderId;
use super::service;
use crate::kit::clock::Timestamp;
use crate::kit::db::{Db, DbError, Tx};
use crate::kit::jobs::{Job, enqueue, enqueue_at};

/// The seller is to be told.
pub const PLACED: &str = "order_placed";
/// The buyer is to be told.
pub const ACCEPTED: &str = "order_accepted";
/// The time for an answer is over.
pub const EXPIRE: &str = "order_expire";

pub(super) fn placed(tx: &mut Tx<'_>, order: OrderId, answer_until: Timestamp) -> Result<(), DbError> {
    enqueue(tx, PLACED, json!({ "order_id": order }))?;
    enqueue_at(tx, EXPIRE, json!({ "order_id": order }), answer_until)
}

pub(super) fn accepted(tx: &mut Tx<'_>, order: OrderId) -> Result<(), DbError> {
    enqueue(tx, ACCEPTED, json!({ "order_id": order }))
}

/// The order a job is about.
#[must_use]
pub fn order_of(job: &Job) -> Option<OrderId> {
    job.payload.0.get("order_id")?.as_str()?.parse().ok()
}

/// Ends an order that nobody has answered.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn expire(db: &Db, job: &Job) -> Result<(), String> {
    let order = order_of(job).ok_or("the job names no order")?;
    db.write(move |tx| service::expire(tx, order)).await.map_err(|failure| format!("{failure:?}"))
}
