//! `pasar doctor`: how this machine and its database are doing.

use std::io::Write as _;
use std::time::{Duration, Instant};

use diesel::prelude::*;

use super::CliError;
use crate::app::App;
use crate::config::Config;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Engine, Failure, Never, types};
use kit::jobs::{self, JobState};
use market::inventory;

pub(super) async fn doctor(config: &Config, app: &App) -> Result<(), CliError> {
    let now = app.db.clock().now();
    let seen = app.db.read(move |conn| Ok::<_, Failure<Never>>(look(conn, now)?)).await;
    let seen = seen.map_err(|failure| CliError::Other(format!("{failure:?}")))?;
    println!("pasar          {}", env!("CARGO_PKG_VERSION"));
    println!("engine         {:?} {}", app.db.engine(), seen.version);
    println!("clock          {now} here, {} in the database ({} ms apart)", seen.clock, seen.clock.since(now).num_milliseconds().abs());
    println!("jobs           {} due, {} dead", seen.due, seen.dead);
    println!("stock          {} shelves hold something else than their movements say", seen.drifting);
    println!("data folder    {}", config.data_dir.display());
    println!("fsync          {:.0} per second", fsyncs_per_second(config)?);
    let disk = rustix::fs::statvfs(&config.data_dir).map_err(std::io::Error::from)?;
    let gib = |blocks: u64| blocks.saturating_mul(disk.f_frsize) / (1 << 30);
    println!("disk           {} GiB free of {} GiB", gib(disk.f_bavail), gib(disk.f_blocks));
    Ok(())
}

struct Seen {
    version: String,
    clock: Timestamp,
    due: i64,
    dead: i64,
    drifting: usize,
}

fn look(conn: &mut Conn, now: Timestamp) -> Result<Seen, DbError> {
    let clock = match conn.engine() {
        Engine::Sqlite => "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')",
        Engine::Postgres => "clock_timestamp()",
    };
    Ok(Seen {
        version: conn.version()?,
        clock: diesel::select(diesel::dsl::sql::<types::Utc>(clock)).get_result(conn)?,
        due: jobs::due(conn, JobState::Queued, now)?,
        dead: jobs::due(conn, JobState::Dead, now.after(chrono::Duration::days(36_500)))?,
        drifting: inventory::drifting(conn)?.len(),
    })
}

/// How often a second the disk under the data folder can promise that a page is written: the ceiling
/// for single writes on SQLite.
fn fsyncs_per_second(config: &Config) -> Result<f64, CliError> {
    let path = config.data_dir.join("fsync.probe");
    let mut file = std::fs::File::create(&path)?;
    let (began, mut done) = (Instant::now(), 0_u32);
    while began.elapsed() < Duration::from_secs(1) {
        file.write_all(&[0_u8; 4096])?;
        file.sync_data()?;
        done += 1;
    }
    let rate = f64::from(done) / began.elapsed().as_secs_f64();
    drop(file);
    std::fs::remove_file(path)?;
    Ok(rate)
}
