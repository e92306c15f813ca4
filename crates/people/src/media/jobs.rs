//! Photos that nobody needs any more go, and their objects with them.

use serde_json::json;

use super::model::MediaId;
use super::store;
use kit::db::{Db, Failure, Never};
use kit::jobs::{Job, enqueue};
use kit::objects::{Digest, Objects};

/// A photo goes, unless it is attached to something.
pub const DISCARD: &str = "media_discard";
/// An object goes, unless a photo uses it.
pub const FORGET: &str = "media_forget";

fn text<'a>(job: &'a Job, field: &str) -> Option<&'a str> {
    job.payload.0.get(field).and_then(serde_json::Value::as_str)
}

/// Removes a photo's rows, and lets its objects be looked at one by one.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn discard(db: &Db, job: &Job) -> Result<(), String> {
    let id: MediaId = text(job, "media_id").and_then(|id| id.parse().ok()).ok_or("the job names no photo")?;
    let done = db.write(move |tx| {
        for digest in store::remove(tx, id)? {
            enqueue(tx, FORGET, json!({ "digest": digest.as_str() }))?;
        }
        Ok::<_, Failure<Never>>(())
    });
    done.await.map_err(|failure| format!("{failure:?}"))
}

/// Removes an object that no photo uses. That it is being removed is written down first, so that a photo which would use it waits until it
/// is gone and stores it anew.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn forget(db: &Db, objects: &Objects, job: &Job) -> Result<(), String> {
    let digest: Digest = text(job, "digest").and_then(|digest| digest.parse().ok()).ok_or("the job names no object")?;
    let this = digest.clone();
    let begun = db.write(move |tx| {
        let used = store::is_used(tx, &this)?;
        if !used {
            store::begin_removal(tx, &this)?;
        }
        Ok::<_, Failure<Never>>(!used)
    });
    if !begun.await.map_err(|failure| format!("{failure:?}"))? {
        return Ok(());
    }
    objects.remove(&digest).await.map_err(|error| error.to_string())?;
    let ended = db.write(move |tx| Ok::<_, Failure<Never>>(store::end_removal(tx, &digest)?));
    ended.await.map_err(|failure| format!("{failure:?}"))
}
