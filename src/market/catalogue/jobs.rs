//! What follows from elsewhere: a seller's new name is found from then on.

use super::service;
use crate::kit::db::{Db, Failure, Never};
use crate::kit::jobs::Job;
use crate::people::enterprises::EnterpriseId;

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
