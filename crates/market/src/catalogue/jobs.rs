//! What follows from elsewhere: a seller's new name is found from then on. And what follows elsewhere: orders for food that
//! is not safe are called off.

use serde_json::json;

use super::model::Listing;
use super::service;
use crate::packs::PackId;
use kit::db::{Db, DbError, Failure, Never, Tx};
use kit::jobs::{Job, enqueue};
use kit::text::Reason;
use people::enterprises::EnterpriseId;

/// Refreshes the search texts of a renamed seller's products.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn refresh(db: &Db, job: &Job) -> Result<(), String> {
    let enterprise = job.payload.0.get("enterprise_id").and_then(serde_json::Value::as_str);
    let enterprise: EnterpriseId = enterprise.and_then(|id| id.parse().ok()).ok_or("the job names no enterprise")?;
    let refreshed = db.write(move |tx| Ok::<_, Failure<Never>>(service::refresh_search(tx, enterprise)?));
    refreshed.await.map_err(|failure| format!("{failure:?}"))
}

/// The village has found that a product is not safe: orders that hold it are to be called off.
pub const RECALLED: &str = "product_recalled";

pub(super) fn recall(tx: &mut Tx<'_>, listing: &Listing, reason: &Reason) -> Result<(), DbError> {
    let packs: Vec<PackId> = listing.packs.iter().map(|pack| pack.row.id).collect();
    enqueue(tx, RECALLED, json!({ "pack_ids": packs, "reason": reason }))
}

/// The packs a recall is about, and why.
#[must_use]
pub fn recalled(job: &Job) -> Option<(Vec<PackId>, String)> {
    let packs = serde_json::from_value(job.payload.0.get("pack_ids")?.clone()).ok()?;
    Some((packs, job.payload.0.get("reason")?.as_str()?.to_owned()))
}
