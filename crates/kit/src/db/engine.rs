//! One connection type over both engines, and how each connection is set up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::{AnsiTransactionManager, Instrumentation, InstrumentationEvent, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::sqlite::SqliteConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::error::DbError;

pub const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
pub const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Before this version a checkpoint and a writer could race so that a WAL reset lost committed
/// pages (<https://sqlite.org/releaselog/3_51_3.html>).
const OLDEST_SAFE_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// The application's own advisory lock, so that nodes that start together migrate one after the other.
const MIGRATION_LOCK: i64 = 0x70_6173_6172;

/// A connection to whichever engine the URL names.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Which engine, told by the scheme of the URL alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// How a transaction begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Begin {
    /// A snapshot that cannot write.
    Read,
    /// A long report: on a PostgreSQL primary it waits for a snapshot that no anomaly can touch.
    Report { replica: bool },
    /// The only way to write.
    Write,
}

impl Engine {
    /// # Errors
    /// [`DbError::BadUrl`] when the scheme is neither `sqlite:` nor `postgres://`.
    pub fn of(url: &str) -> Result<Self, DbError> {
        if url.starts_with("sqlite:") {
            Ok(Self::Sqlite)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgres)
        } else {
            Err(DbError::BadUrl)
        }
    }
}

/// The file behind `sqlite:path` or `sqlite://path`.
pub(super) fn sqlite_path(url: &str) -> &str {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    path.strip_prefix("//").unwrap_or(path)
}

impl Conn {
    /// Opens and prepares a connection.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the engine cannot be reached, [`DbError::OldSqlite`] when the
    /// linked SQLite is too old to trust.
    pub(super) fn open(url: &str, read_only: bool) -> Result<Self, DbError> {
        let unavailable = |error: diesel::ConnectionError| DbError::Unavailable(error.to_string());
        match Engine::of(url)? {
            Engine::Sqlite => {
                let mut conn = SqliteConnection::establish(sqlite_path(url)).map_err(unavailable)?;
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;",
                )?;
                if read_only {
                    conn.batch_execute("PRAGMA query_only = ON;")?;
                }
                let mut conn = Self::Sqlite(conn);
                refuse_unsafe_sqlite(&conn.version()?)?;
                Ok(conn)
            }
            Engine::Postgres => {
                let mut conn = PgConnection::establish(url).map_err(unavailable)?;
                conn.batch_execute("SET TIME ZONE 'UTC'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s';")?;
                Ok(Self::Postgres(conn))
            }
        }
    }

    /// Which engine this is.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// The engine's own version, as it writes it.
    ///
    /// # Errors
    /// [`DbError`] when the engine does not answer.
    pub fn version(&mut self) -> Result<String, DbError> {
        use diesel::sql_types::Text;
        let sql = match self.engine() {
            Engine::Sqlite => "sqlite_version()",
            Engine::Postgres => "current_setting('server_version')",
        };
        Ok(diesel::select(diesel::dsl::sql::<Text>(sql)).get_result(self)?)
    }

    pub(super) fn begin(&mut self, how: Begin) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => {
                let sql = match how {
                    Begin::Read | Begin::Report { .. } => "BEGIN",
                    Begin::Write => "BEGIN IMMEDIATE",
                };
                AnsiTransactionManager::begin_transaction_sql(conn, sql)
            }
            Self::Postgres(conn) => {
                let sql = match how {
                    Begin::Read | Begin::Report { replica: true } => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                    Begin::Report { replica: false } => "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE",
                    Begin::Write => "BEGIN ISOLATION LEVEL SERIALIZABLE",
                };
                AnsiTransactionManager::begin_transaction_sql(conn, sql)
            }
        }
    }

    pub(super) fn commit(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::commit_transaction(conn),
            Self::Postgres(conn) => AnsiTransactionManager::commit_transaction(conn),
        }
    }

    pub(super) fn rollback(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn),
            Self::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn),
        }
    }

    /// Lets SQLite count what its tables hold by now, for it chooses between indexes by that
    /// (<https://sqlite.org/lang_analyze.html#pragopt>). PostgreSQL does so by itself.
    pub(super) fn tune(&mut self) -> QueryResult<()> {
        match self {
            // All tables that have grown much, and not only those this connection has read.
            Self::Sqlite(conn) => conn.batch_execute("PRAGMA optimize = 0x10002"),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Applies what is missing and answers the names of what it applied.
    pub(super) fn migrate(&mut self) -> Result<Vec<String>, DbError> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| DbError::Migration(error.to_string());
        let names = |done: Vec<diesel::migration::MigrationVersion<'_>>| done.iter().map(ToString::to_string).collect();
        match self {
            Self::Sqlite(conn) => {
                // A table is changed by making it anew (<https://sqlite.org/lang_altertable.html#otheralter>), which
                // the references to it would forbid; they are checked as a whole instead.
                conn.batch_execute("PRAGMA foreign_keys = OFF")?;
                let done = conn.run_pending_migrations(SQLITE_MIGRATIONS).map(names).map_err(failed)?;
                let dangling: i64 =
                    diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT count(*) FROM pragma_foreign_key_check").get_result(conn)?;
                conn.batch_execute("PRAGMA foreign_keys = ON")?;
                if dangling == 0 { Ok(done) } else { Err(DbError::Migration(format!("{dangling} rows refer to nothing"))) }
            }
            Self::Postgres(conn) => {
                conn.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
                let done = conn.run_pending_migrations(POSTGRES_MIGRATIONS).map(names).map_err(failed);
                conn.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
                done
            }
        }
    }
}

fn refuse_unsafe_sqlite(version: &str) -> Result<(), DbError> {
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SAFE_SQLITE {
        return Err(DbError::OldSqlite(version.to_owned()));
    }
    Ok(())
}

/// Counts what is asked of the database, so that a list that asks once per row is found out.
#[derive(Clone, Default)]
pub(super) struct Asked(Arc<AtomicU64>);

impl Asked {
    pub(super) fn so_far(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Instrumentation for Asked {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { .. } = event {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Makes connections for a pool. Written here because the derived `establish` tries one engine
/// after the other: it would hide PostgreSQL's own error and create an empty file for a mistyped path.
pub(super) struct Manager {
    pub url: String,
    pub read_only: bool,
    pub asked: Asked,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = DbError;

    fn connect(&self) -> Result<Conn, DbError> {
        let mut conn = Conn::open(&self.url, self.read_only)?;
        conn.set_instrumentation(self.asked.clone());
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), DbError> {
        Ok(conn.ping()?)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_alone_names_the_engine() {
        assert_eq!(Engine::of("sqlite:data/pasar.db").ok(), Some(Engine::Sqlite));
        assert_eq!(Engine::of("postgres://localhost/pasar").ok(), Some(Engine::Postgres));
        assert!(Engine::of("mysql://localhost/pasar").is_err());
        assert!(Engine::of("pasar.db").is_err(), "a bare path is not guessed at");
    }

    #[test]
    fn sqlite_knows_which_index_holds_the_few_once_it_has_counted() {
        #[derive(QueryableByName)]
        struct Step {
            #[diesel(sql_type = diesel::sql_types::Text)]
            detail: String,
        }
        let mut conn = Conn::open("sqlite::memory:", false).expect("a database");
        let made = "CREATE TABLE orders (id TEXT NOT NULL PRIMARY KEY, seller INTEGER NOT NULL);
            CREATE TABLE bills (id TEXT NOT NULL PRIMARY KEY, due INTEGER NOT NULL);
            CREATE INDEX ix_orders_seller ON orders (seller, id);
            CREATE INDEX ix_bills_due ON bills (id) WHERE due > 0;
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO bills SELECT printf('%05d', i), i % 50 = 0 FROM n;
            INSERT INTO orders SELECT id, rowid % 5 FROM bills;";
        conn.batch_execute(made).expect("filled");
        let by = |conn: &mut Conn| {
            let asked = diesel::sql_query("EXPLAIN QUERY PLAN SELECT due FROM orders JOIN bills USING (id) WHERE seller = 1 AND due > 0");
            asked.load::<Step>(conn).expect("a plan").into_iter().map(|step| step.detail).collect::<String>()
        };
        assert!(by(&mut conn).contains("sqlite_autoindex_bills_1"));
        conn.tune().expect("tuned");
        let by = by(&mut conn);
        assert!(by.contains("ix_bills_due"), "{by}");
    }

    #[test]
    fn an_old_sqlite_is_refused() {
        assert!(refuse_unsafe_sqlite("3.40.1").is_err());
        assert!(refuse_unsafe_sqlite("3.51.2").is_err());
        assert!(refuse_unsafe_sqlite("3.51.3").is_ok());
        assert!(refuse_unsafe_sqlite("4.0").is_ok());
    }
}
