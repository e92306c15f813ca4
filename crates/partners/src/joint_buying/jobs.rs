//! What happens at the cut-off.

use serde_json::json;

use super::model::JointBuyId;
use super::service;
use kit::clock::Timestamp;
use kit::db::{Db, DbError, Tx};
use kit::jobs::{Job, enqueue_at};

/// The time for saying what one wants is over.
pub const CUT_OFF: &str = "joint_buy_cut_off";

pub(super) fn at_cut_off(tx: &mut Tx<'_>, id: JointBuyId, at: Timestamp) -> Result<(), DbError> {
    enqueue_at(tx, CUT_OFF, json!({ "joint_buy_id": id }), at)
}

/// Sends, extends or drops a joint buy whose time has come.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn cut_off(db: &Db, job: &Job) -> Result<(), String> {
    let id = job.payload.0.get("joint_buy_id").and_then(serde_json::Value::as_str).and_then(|id| id.parse().ok());
    let id: JointBuyId = id.ok_or("the job names no joint buy")?;
    db.write(move |tx| service::cut_off(tx, id)).await.map_err(|failure| format!("{failure:?}"))
}
