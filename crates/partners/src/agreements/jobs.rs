//! What the clock does to agreements.

use serde_json::json;

use super::model::AgreementId;
use super::service;
use kit::clock::Timestamp;
use kit::db::{Db, DbError, Tx};
use kit::jobs::{Job, enqueue_at};

/// An agreement begins or ends by the clock.
pub const CLOCK: &str = "agreement_clock";

pub(super) fn look_again(tx: &mut Tx<'_>, id: AgreementId, at: Timestamp) -> Result<(), DbError> {
    enqueue_at(tx, CLOCK, json!({ "agreement_id": id }), at)
}

/// Writes down what the clock has done to an agreement.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn clock(db: &Db, job: &Job) -> Result<(), String> {
    let id = job.payload.0.get("agreement_id").and_then(serde_json::Value::as_str).and_then(|id| id.parse().ok());
    let id: AgreementId = id.ok_or("the job names no agreement")?;
    db.write(move |tx| service::write_down(tx, id)).await.map_err(|failure| format!("{failure:?}"))
}
