//! A fresh database for each test, copied from a migrated template.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use kit::clock::Clock;
use kit::db::{Db, DbConfig, Engine};

/// The engine this run is about.
pub fn engine() -> Engine {
    match std::env::var("TEST_ENGINE").as_deref() {
        Ok("postgres") => Engine::Postgres,
        Ok("sqlite") | Err(_) => Engine::Sqlite,
        Ok(other) => panic!("TEST_ENGINE is `sqlite` or `postgres`, not `{other}`"),
    }
}

/// A database that goes when its test ends.
pub enum TestDb {
    Sqlite(PathBuf),
    Postgres { server: &'static str, name: String },
}

impl TestDb {
    pub fn create() -> Self {
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        match engine() {
            Engine::Sqlite => {
                let path = std::env::temp_dir().join(format!("pasar-{name}.db"));
                std::fs::copy(sqlite_template(), &path).expect("the template is copied");
                Self::Sqlite(path)
            }
            Engine::Postgres => {
                let server = postgres_server();
                psql(server, &format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
                Self::Postgres { server, name }
            }
        }
    }

    /// A database without any table, for the tests of migrations.
    pub fn empty() -> Self {
        let name = format!("empty_{}", uuid::Uuid::now_v7().simple());
        match engine() {
            Engine::Sqlite => Self::Sqlite(std::env::temp_dir().join(format!("pasar-{name}.db"))),
            Engine::Postgres => {
                let server = postgres_server();
                psql(server, &format!("CREATE DATABASE {name}"));
                Self::Postgres { server, name }
            }
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres { server, name } => format!("{server}/{name}"),
        }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        match self {
            Self::Sqlite(path) => {
                for suffix in ["", "-wal", "-shm"] {
                    // A test that never wrote has no WAL.
                    let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
                }
            }
            Self::Postgres { server, name } => psql(server, &format!("DROP DATABASE {name} WITH (FORCE)")),
        }
    }
}

const TEMPLATE: &str = "pasar_template";

fn migrate(url: &str) {
    let config = DbConfig { url: url.to_owned(), replica_url: None, pool_size: 1, queue_depth: 1 };
    Db::open(&config, Clock::System).and_then(|db| db.migrate()).expect("the template is migrated");
}

fn sqlite_template() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let path = std::env::temp_dir().join(format!("pasar-template-{}.db", uuid::Uuid::now_v7().simple()));
        migrate(&format!("sqlite:{}", path.display()));
        // The writer thread closes the file in its own time; the copy needs all of it in one file.
        let mut conn =
            <diesel::SqliteConnection as diesel::Connection>::establish(&path.display().to_string()).expect("the template opens");
        diesel::connection::SimpleConnection::batch_execute(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)").expect("checkpointed");
        path
    })
}

/// The server named by `TEST_DATABASE_URL` (without a database), which `./test` starts before the
/// suite: every test process shares one cluster and one template.
fn postgres_server() -> &'static str {
    static SERVER: OnceLock<String> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL names a PostgreSQL server; tests/postgres starts one");
        let server = server.trim_end_matches('/').to_owned();
        make_template(&server);
        server
    })
}

/// Test processes run side by side: whoever holds the lock makes the template, the others wait for it.
fn make_template(server: &str) {
    let have = format!("SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}' AND datistemplate");
    let lock = std::env::temp_dir().join("pasar-template.lock");
    let file = std::fs::File::create(&lock).expect("the lock file");
    file.lock().expect("the lock");
    if ask(server, &have) != "1" {
        psql(server, &format!("DROP DATABASE IF EXISTS {TEMPLATE}"));
        psql(server, &format!("CREATE DATABASE {TEMPLATE}"));
        migrate(&format!("{server}/{TEMPLATE}"));
        wait_until_left(server);
        psql(server, &format!("ALTER DATABASE {TEMPLATE} WITH IS_TEMPLATE true"));
    }
}

/// A template in use cannot be copied; a pool's threads close their connections in their own time.
fn wait_until_left(server: &str) {
    let inside = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{TEMPLATE}'");
    for _ in 0..200 {
        if ask(server, &inside) == "0" {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("somebody stays connected to {TEMPLATE}");
}

fn psql(server: &str, sql: &str) {
    ask(server, sql);
}

fn ask(server: &str, sql: &str) -> String {
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--command", sql])
        .arg(format!("{server}/postgres"))
        .stdin(Stdio::null())
        .output()
        .expect("psql runs");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
