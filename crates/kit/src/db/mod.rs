//! The way to the database. All access goes through [`Db::read`] and [`Db::write`].
//!
//! A write is `BEGIN IMMEDIATE` on SQLite, sent to the one writer, and `SERIALIZABLE` with bounded
//! retry on PostgreSQL, so that code has one meaning on both: as if every write ran alone.
//!
//! 1. The closure of a write may run more than once: nothing leaves the process from inside it.
//! 2. Inside a write, time stands still: [`Tx::now`].
//! 3. A read sees one snapshot.

mod engine;
mod error;
pub mod types;
mod writer;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use diesel::r2d2::{Pool, PooledConnection};
use tokio::sync::Semaphore;

use self::engine::{Asked, Begin, Manager};
use self::writer::Writer;

pub use self::engine::{Conn, Engine, MultiBackend};
pub use self::error::{DbError, Failure, Never, Refusal};
use super::clock::{Clock, Timestamp};

/// How often PostgreSQL may refuse to put a write in order before the caller is told to come back.
const MOST_RETRIES: u32 = 5;
/// How long a request waits for a connection before it is told that the house is full.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How to reach the database and how much of it to use.
#[derive(Clone, Debug)]
pub struct DbConfig {
    /// `sqlite:path` or `postgres://…`.
    pub url: String,
    /// A streaming replica for reads (PostgreSQL only).
    pub replica_url: Option<String>,
    /// Connections per pool.
    pub pool_size: u32,
    /// SQLite writes that may wait in line.
    pub queue_depth: usize,
}

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    clock: Clock,
}

struct Inner {
    url: String,
    writes: Writes,
    reads: Pooled,
    replica: Option<Pooled>,
    asked: Asked,
}

enum Writes {
    Queue(Writer),
    Pool(Pooled),
}

/// A pool with a waiting room: requests wait without holding a thread, and not for ever.
#[derive(Clone)]
struct Pooled {
    pool: Pool<Manager>,
    seats: Arc<Semaphore>,
}

/// A transaction that may write. Only [`Db::write`] makes one.
pub struct Tx<'a> {
    conn: &'a mut Conn,
    now: Timestamp,
}

impl Tx<'_> {
    /// The instant at which this act happens, the same throughout.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }
}

impl Deref for Tx<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}

impl Pooled {
    fn new(url: &str, size: u32, read_only: bool, asked: &Asked) -> Result<Self, DbError> {
        let manager = Manager { url: url.to_owned(), read_only, asked: asked.clone() };
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .test_on_check_out(matches!(Engine::of(url)?, Engine::Postgres))
            .connection_timeout(LONGEST_WAIT)
            .build(manager)
            .map_err(|error| DbError::Unavailable(error.to_string()))?;
        Ok(Self { pool, seats: Arc::new(Semaphore::new(size as usize)) })
    }

    /// Runs `act` on a blocking thread with a connection of its own.
    async fn run<T, E>(
        &self,
        act: impl FnOnce(&mut PooledConnection<Manager>) -> Result<T, Failure<E>> + Send + 'static,
    ) -> Result<T, Failure<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let seat = tokio::time::timeout(LONGEST_WAIT, Arc::clone(&self.seats).acquire_owned()).await;
        let Ok(Ok(seat)) = seat else { return Err(DbError::Busy.into()) };
        let pool = self.pool.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            let mut conn = pool.get().map_err(|error| DbError::Unavailable(error.to_string()))?;
            act(&mut conn)
        });
        done.await.unwrap_or_else(|_| Err(DbError::Panicked.into()))
    }
}

impl Db {
    /// Opens the database named by the URL.
    ///
    /// # Errors
    /// [`DbError`] when the URL is not understood or the engine cannot be reached.
    pub fn open(config: &DbConfig, clock: Clock) -> Result<Self, DbError> {
        let engine = Engine::of(&config.url)?;
        if let (Engine::Sqlite, Some(_)) = (engine, &config.replica_url) {
            return Err(DbError::Unavailable("a replica needs PostgreSQL".to_owned()));
        }
        let asked = Asked::default();
        let writes = match engine {
            Engine::Sqlite => Writes::Queue(Writer::start(&config.url, config.queue_depth)?),
            Engine::Postgres => Writes::Pool(Pooled::new(&config.url, config.pool_size, false, &asked)?),
        };
        let reads = match &writes {
            Writes::Pool(primary) => primary.clone(),
            Writes::Queue(_) => Pooled::new(&config.url, config.pool_size, true, &asked)?,
        };
        let replica = config.replica_url.as_deref().map(|url| Pooled::new(url, config.pool_size, true, &asked)).transpose()?;
        let inner = Inner { url: config.url.clone(), writes, reads, replica, asked };
        Ok(Self { inner: Arc::new(inner), clock })
    }

    /// Which engine this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.inner.writes {
            Writes::Queue(_) => Engine::Sqlite,
            Writes::Pool(_) => Engine::Postgres,
        }
    }

    /// How many statements the pools have sent since the database was opened. A screen must cost the same
    /// number of them however many rows it shows; tests prove it with this.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.inner.asked.so_far()
    }

    /// Where the time comes from.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Applies missing migrations, one node at a time; answers what it applied.
    ///
    /// # Errors
    /// [`DbError::Migration`] with the engine's own words.
    pub fn migrate(&self) -> Result<Vec<String>, DbError> {
        Conn::open(&self.inner.url, false)?.migrate()
    }

    /// Keeps lists fast while tables grow.
    ///
    /// # Errors
    /// [`DbError`] when the database fails.
    pub async fn tune(&self) -> Result<(), DbError> {
        match &self.inner.writes {
            Writes::Queue(writer) => Ok(writer.run(Conn::tune).await??),
            Writes::Pool(_) => Ok(()),
        }
    }

    fn stale_reads(&self) -> &Pooled {
        self.inner.replica.as_ref().unwrap_or(&self.inner.reads)
    }

    /// Like [`Db::read`] for what everyone may see: goes to the replica where there is one, and so may
    /// answer as things were a moment ago. Who reads her own writes reads with [`Db::read`].
    ///
    /// # Errors
    /// What `look` answers, or [`Failure::Db`].
    pub async fn read_public<T, E>(&self, look: impl FnOnce(&mut Conn) -> Result<T, Failure<E>> + Send + 'static) -> Result<T, Failure<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.stale_reads().run(move |conn| bracket(conn, Begin::Read, look)).await
    }

    /// Runs `look` on one snapshot. It cannot write.
    ///
    /// # Errors
    /// What `look` answers, or [`Failure::Db`].
    pub async fn read<T, E>(&self, look: impl FnOnce(&mut Conn) -> Result<T, Failure<E>> + Send + 'static) -> Result<T, Failure<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.inner.reads.run(move |conn| bracket(conn, Begin::Read, look)).await
    }

    /// Like [`Db::read`] for a long report: waits for a snapshot that later writes cannot disturb.
    ///
    /// # Errors
    /// What `look` answers, or [`Failure::Db`].
    pub async fn report<T, E>(&self, look: impl FnOnce(&mut Conn) -> Result<T, Failure<E>> + Send + 'static) -> Result<T, Failure<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let begin = Begin::Report { replica: self.inner.replica.is_some() };
        self.stale_reads().run(move |conn| bracket(conn, begin, look)).await
    }

    /// Runs `act` as if it were the only writer. It may run several times; its last answer counts.
    ///
    /// # Errors
    /// What `act` answers (then nothing is written), or [`Failure::Db`]; [`DbError::Busy`] when the
    /// queue is full or the retries are used up.
    pub async fn write<T, E>(&self, mut act: impl FnMut(&mut Tx<'_>) -> Result<T, Failure<E>> + Send + 'static) -> Result<T, Failure<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let clock = self.clock.clone();
        let mut once = move |conn: &mut Conn| {
            let now = clock.now();
            bracket(conn, Begin::Write, |conn| act(&mut Tx { conn, now }))
        };
        match &self.inner.writes {
            Writes::Queue(writer) => writer.run(move |conn| once(conn)).await?,
            Writes::Pool(pool) => pool.run(move |conn| with_retries(conn, &mut once)).await,
        }
    }
}

/// Names the columns a row struct is read from once, as the type and as the value that diesel wants.
/// What stands after `with` is another such pair, nested at the end.
#[macro_export]
macro_rules! columns {
    ($vis:vis $kind:ident, $value:ident: $($column:path),+ $(,)? $(; with $inner_kind:path, $inner_value:path)?) => {
        $vis type $kind = ($($column,)+ $($inner_kind)?);
        $vis const $value: $kind = ($($column,)+ $($inner_value)?);
    };
}

fn bracket<T, E>(conn: &mut Conn, begin: Begin, act: impl FnOnce(&mut Conn) -> Result<T, Failure<E>>) -> Result<T, Failure<E>> {
    conn.begin(begin)?;
    match act(conn) {
        Ok(done) => {
            conn.commit()?;
            Ok(done)
        }
        Err(failure) => {
            // The failure is what the caller must hear; a connection that cannot roll back is dropped by the pool.
            if let Err(error) = conn.rollback() {
                tracing::warn!(%error, "rollback failed");
            }
            Err(failure)
        }
    }
}

fn with_retries<T, E>(conn: &mut Conn, once: &mut impl FnMut(&mut Conn) -> Result<T, Failure<E>>) -> Result<T, Failure<E>> {
    for attempt in 0..=MOST_RETRIES {
        match once(conn) {
            Err(failure) if failure.is_collision() => {
                metrics::counter!("pasar_db_collisions_total").increment(1);
                std::thread::sleep(pause(attempt));
            }
            settled => return settled,
        }
    }
    Err(DbError::Busy.into())
}

/// Full jitter: anything up to 2, 4, 8 … milliseconds, so that those who collided do not meet again.
fn pause(attempt: u32) -> Duration {
    let ceiling = 2_000_u64 << attempt;
    Duration::from_micros(getrandom::u64().unwrap_or(ceiling) % ceiling)
}
