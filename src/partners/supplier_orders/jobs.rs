//! What follows from a new price.

use super::service;
use crate::kit::db::{Db, Failure, Never};
use crate::kit::jobs::Job;

/// Tells who has ordered an item that its price changes.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn price_changed(db: &Db, job: &Job) -> Result<(), String> {
    let text = |field: &str| job.payload.0.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
    let item = text("item_id").and_then(|id| id.parse().ok()).ok_or("the job names no item")?;
    let supplier = text("supplier_id").and_then(|id| id.parse().ok()).ok_or("the job names no supplier")?;
    let fact = text("fact").ok_or("the job tells no price")?;
    let told = db.write(move |tx| Ok::<_, Failure<Never>>(service::tell_price(tx, item, supplier, &fact)?));
    told.await.map_err(|failure| format!("{failure:?}"))
}
