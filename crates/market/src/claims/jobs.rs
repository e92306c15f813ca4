//! What follows from a claim after its transaction: letters, and what silence comes to mean.

use serde_json::json;

use super::model::{Claim, ClaimId};
use super::service;
use kit::clock::Timestamp;
use kit::db::{Db, DbError, Tx};
use kit::jobs::{Job, enqueue, enqueue_at};

/// The seller is to be told.
pub const OPENED: &str = "claim_opened";
/// The buyer is to be told what is offered.
pub const OFFERED: &str = "claim_offered";
/// The buyer is to be told that the seller declines.
pub const REFUSED: &str = "claim_refused";
/// The buyer is to be told how it ended.
pub const DECIDED: &str = "claim_decided";
/// Someone may have been silent too long; whether she has is for the claim to say.
pub const TIME_UP: &str = "claim_time_up";

pub(super) fn tell(tx: &mut Tx<'_>, kind: &str, claim: &Claim) -> Result<(), DbError> {
    enqueue(tx, kind, json!({ "order_id": claim.order_id }))
}

pub(super) fn look_at(tx: &mut Tx<'_>, claim: ClaimId, at: Timestamp) -> Result<(), DbError> {
    enqueue_at(tx, TIME_UP, json!({ "claim_id": claim }), at)
}

/// Does what is due if a claim was not answered in time.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn time_up(db: &Db, job: &Job) -> Result<(), String> {
    let id = job.payload.0.get("claim_id").and_then(serde_json::Value::as_str).and_then(|id| id.parse().ok());
    let claim: ClaimId = id.ok_or("the job names no claim")?;
    db.write(move |tx| service::time_up(tx, claim)).await.map_err(|failure| format!("{failure:?}"))
}
