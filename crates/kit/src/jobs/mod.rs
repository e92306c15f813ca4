//! The outbox: work that follows from an act, written in the act's own transaction and done after it.
//!
//! 1. A job exists if and only if its act was committed.
//! 2. A worker leases a job by a guarded UPDATE, does it outside any transaction, and removes it. If
//!    the worker dies, the lease runs out and another takes the job: a job may run twice, and is
//!    written so that it may.
//! 3. A failing job comes back later and later; after its last attempt it stays, `dead`, to be seen.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use tokio::sync::watch;

use crate::clock::Timestamp;
use crate::db::types::Document;
use crate::db::{Conn, Db, DbError, Failure, Never, Tx};
use crate::schema::jobs;
use crate::{typed_id, word_enum};

typed_id!(
    /// A piece of work waiting to be done.
    JobId, "job"
);

word_enum! {
    /// Whether a job will still be tried.
    JobState {
        /// Waiting for its time or in the hands of a worker.
        Queued = "queued",
        /// Given up after its last attempt; needs a person.
        Dead = "dead",
    }
}

/// How long a worker may take over a batch before another takes it: longer than its letters may hang.
const LEASE: chrono::Duration = chrono::Duration::seconds(120);
/// After this many failures a job is dead.
const MOST_ATTEMPTS: i32 = 8;
/// Jobs taken at a time.
const BATCH: i64 = 4;
/// How long an idle worker sleeps.
const IDLE: Duration = Duration::from_millis(500);

/// A leased job.
#[derive(Debug, Clone, Queryable)]
pub struct Job {
    /// Which one.
    pub id: JobId,
    /// What kind of work; the application knows who does it.
    pub kind: String,
    /// What to do it with.
    pub payload: Document,
    /// How often it has failed.
    pub attempts: i32,
}

/// Does jobs. Answers in words when one failed, so that it is tried again.
pub type Doer = Arc<dyn Fn(Job) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// Adds work to the act in hand, to be done at once.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn enqueue(tx: &mut Tx<'_>, kind: &str, payload: serde_json::Value) -> Result<(), DbError> {
    let now = tx.now();
    enqueue_at(tx, kind, payload, now)
}

/// Adds work to the act in hand, to be done at `run_at`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn enqueue_at(tx: &mut Tx<'_>, kind: &str, payload: serde_json::Value, run_at: Timestamp) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(JobId::new()),
            jobs::kind.eq(kind),
            jobs::payload.eq(Document(payload)),
            jobs::state.eq(JobState::Queued),
            jobs::attempts.eq(0),
            jobs::run_at.eq(run_at),
            jobs::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// How many jobs in `state` are due at `by`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn due(conn: &mut Conn, state: JobState, by: Timestamp) -> Result<i64, DbError> {
    Ok(jobs::table.filter(jobs::state.eq(state).and(jobs::run_at.le(by))).count().get_result(conn)?)
}

/// Takes due jobs; each is this worker's until its lease runs out.
fn lease(tx: &mut Tx<'_>) -> Result<Vec<Job>, DbError> {
    let now = tx.now();
    let due: Vec<Job> = jobs::table
        .filter(jobs::state.eq(JobState::Queued).and(jobs::run_at.le(now)))
        .order((jobs::run_at, jobs::id))
        .limit(BATCH)
        .select((jobs::id, jobs::kind, jobs::payload, jobs::attempts))
        .load(&mut **tx)?;
    let ids: Vec<JobId> = due.iter().map(|job| job.id).collect();
    diesel::update(jobs::table.filter(jobs::id.eq_any(ids))).set(jobs::run_at.eq(now.after(LEASE))).execute(&mut **tx)?;
    Ok(due)
}

fn settle(tx: &mut Tx<'_>, job: &Job, outcome: &Result<(), String>) -> Result<(), DbError> {
    let this = jobs::table.filter(jobs::id.eq(job.id));
    let Err(error) = outcome else {
        diesel::delete(this).execute(&mut **tx)?;
        return Ok(());
    };
    let attempts = job.attempts + 1;
    let state = if attempts >= MOST_ATTEMPTS { JobState::Dead } else { JobState::Queued };
    let run_at = tx.now().after(backoff(attempts));
    diesel::update(this)
        .set((jobs::attempts.eq(attempts), jobs::state.eq(state), jobs::run_at.eq(run_at), jobs::last_error.eq(error)))
        .execute(&mut **tx)?;
    Ok(())
}

/// 10 s, 40 s, 160 s … up to six hours.
fn backoff(attempts: i32) -> chrono::Duration {
    let exponent = u32::try_from(attempts - 1).unwrap_or(0).min(8);
    chrono::Duration::seconds((10_i64 << (2 * exponent)).min(6 * 3600))
}

/// Does what is due now, once; answers how many jobs it did.
///
/// # Errors
/// [`DbError`] when the database fails; a failing job is not an error.
pub async fn run_due(db: &Db, doer: &Doer) -> Result<usize, DbError> {
    let due = db.write(|tx| Ok::<_, Failure<Never>>(lease(tx)?)).await.map_err(only_db)?;
    let taken = due.len();
    for job in due {
        let outcome = doer(job.clone()).await;
        if let Err(error) = &outcome {
            tracing::warn!(job = %job.id, kind = job.kind, attempts = job.attempts + 1, error, "job failed");
        }
        metrics::counter!("pasar_jobs_total", "kind" => job.kind.clone(), "outcome" => if outcome.is_ok() { "done" } else { "failed" })
            .increment(1);
        db.write(move |tx| Ok::<_, Failure<Never>>(settle(tx, &job, &outcome)?)).await.map_err(only_db)?;
    }
    Ok(taken)
}

/// Works until told to stop, then finishes the job in hand.
pub async fn work(db: Db, doer: Doer, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let idle = match run_due(&db, &doer).await {
            Ok(0) => IDLE,
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(%error, "the worker could not reach its queue");
                IDLE * 10
            }
        };
        tokio::select! {
            () = tokio::time::sleep(idle) => {}
            changed = stop.changed() => if changed.is_err() { return; },
        }
    }
}

/// A job's transaction refuses nothing.
fn only_db(failure: Failure<Never>) -> DbError {
    match failure {
        Failure::Refused(never) => match never {},
        Failure::Db(error) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_job_waits_longer_each_time() {
        assert_eq!(backoff(1).num_seconds(), 10);
        assert_eq!(backoff(2).num_seconds(), 40);
        assert_eq!(backoff(MOST_ATTEMPTS).num_seconds(), 6 * 3600);
    }
}
