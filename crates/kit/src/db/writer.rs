//! SQLite's one writer: a thread with the only writing connection, behind a fair, bounded queue.
//!
//! SQLite lets one transaction write at a time. Competing writers would poll the lock, unfairly and
//! for seconds; here they stand in line, and a line that is too long is told so at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use super::engine::Conn;
use super::error::DbError;

type Job = Box<dyn FnOnce(&mut Conn) + Send>;

#[derive(Clone)]
pub(super) struct Writer {
    queue: SyncSender<Job>,
}

impl Writer {
    /// Starts the thread; it ends when the last `Writer` is dropped, after what is queued.
    pub(super) fn start(url: &str, depth: usize) -> Result<Self, DbError> {
        let conn = Conn::open(url, false)?;
        let (queue, jobs) = sync_channel::<Job>(depth);
        let url = url.to_owned();
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || work(conn, &url, &jobs))
            .map_err(|error| DbError::Unavailable(error.to_string()))?;
        Ok(Self { queue })
    }

    /// Queues `act` and waits for its answer.
    pub(super) async fn run<T: Send + 'static>(&self, act: impl FnOnce(&mut Conn) -> T + Send + 'static) -> Result<T, DbError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let job: Job = Box::new(move |conn| {
            // Whoever asked may have gone; the act is done all the same.
            let _ = answer.send(act(conn));
        });
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => DbError::Busy,
            TrySendError::Disconnected(_) => DbError::Unavailable("the writer has stopped".to_owned()),
        })?;
        answered.await.map_err(|_| DbError::Panicked)
    }
}

fn work(mut conn: Conn, url: &str, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        if catch_unwind(AssertUnwindSafe(|| job(&mut conn))).is_err() {
            tracing::error!("a write panicked; the writer opens a new connection");
            match Conn::open(url, false) {
                Ok(fresh) => conn = fresh,
                Err(error) => tracing::error!(%error, "the writer could not reopen the database"),
            }
        }
    }
}
