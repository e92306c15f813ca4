//! Standing reorders, on their days.

use super::standing;
use kit::db::{Db, Failure, Never};
use kit::jobs::Job;

/// A standing reorder's day has come.
pub const STANDING: &str = "standing_restock";

/// Makes the reorder of a day.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn standing(db: &Db, job: &Job) -> Result<(), String> {
    let text = |field: &str| job.payload.0.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
    let id = text("template_id").and_then(|id| id.parse().ok()).ok_or("the job names no standing reorder")?;
    let day = text("day").and_then(|day| day.parse().ok()).ok_or("the job names no day")?;
    let made = db.write(move |tx| Ok::<_, Failure<Never>>(standing::run(tx, id, day)?));
    made.await.map_err(|failure| format!("{failure:?}"))
}
