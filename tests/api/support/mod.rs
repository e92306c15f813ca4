//! The harness: the real server on a free port, with a database of its own and a clock to move.
//!
//! When a [`TestApp`] is dropped it proves what must hold whatever the test was about: no job is due
//! or dead, the books of the whole house sum to zero, and every shelf holds what its movements say.

mod database;
pub mod http;
pub mod model;
pub mod people;

use std::net::TcpListener;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use actix_web::dev::ServerHandle;
use books::ledger;
use books::ledger::chain::verify::{Fault, Head, Report, verify};
use chrono::Duration;
use kit::clock::{Clock, Timestamp};
use kit::db::{DbConfig, Failure, Never};
use kit::http::limits::Limits;
use kit::jobs::{self, JobState};
use kit::mail::MailConfig;
use kit::money::Rupiah;
use kit::objects::{ObjectsConfig, S3Config};
use market::inventory;
use pasar_kuliner::app::App;
use pasar_kuliner::config::{AuthConfig, Config, HttpConfig};
use serde_json::Value;

pub use database::{TestDb, engine};
pub use http::{Answer, Client};
pub use people::{Person, Shop, Village};

/// What a test may want otherwise than usual.
#[derive(Default)]
pub struct Wishes {
    pub smtp_url: Option<String>,
    pub limits: Option<Limits>,
    pub cors_origin: Option<String>,
    pub uploads_per_day: Option<i32>,
}

/// A running server.
pub struct TestApp {
    pub app: App,
    pub clock: Clock,
    pub client: Client,
    handle: Option<ServerHandle>,
    thread: Option<std::thread::JoinHandle<()>>,
    db: TestDb,
    runtime: tokio::runtime::Runtime,
    folder: std::path::PathBuf,
    objects: ObjectsConfig,
    wishes: Wishes,
    /// A test that breaks the books itself does not want them proved at its end.
    pub broken: AtomicBool,
}

/// A moment in the village: 24 November 2026, 09:00 in Garut.
pub fn morning() -> Timestamp {
    Timestamp::from_chrono("2026-11-24T02:00:00Z".parse().expect("an instant"))
}

impl TestApp {
    pub fn start() -> Self {
        Self::with(Wishes::default())
    }

    pub fn with(wishes: Wishes) -> Self {
        let db = TestDb::create();
        let clock = Clock::manual(morning());
        let folder = std::env::temp_dir().join(format!("pasar-test-{}", uuid::Uuid::now_v7().simple()));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let objects = runtime.block_on(store(&folder));
        let (app, handle, thread, client) = launch(&db, &clock, &folder, &objects, &wishes);
        let (handle, thread, broken) = (Some(handle), Some(thread), AtomicBool::new(false));
        Self { app, clock, client, handle, thread, db, runtime, folder, objects, wishes, broken }
    }

    /// Stops the server as a signal would and starts another on the same database.
    pub fn restart(&mut self) {
        self.stop();
        let (app, handle, thread, client) = launch(&self.db, &self.clock, &self.folder, &self.objects, &self.wishes);
        (self.app, self.handle, self.thread, self.client) = (app, Some(handle), Some(thread), client);
    }

    pub fn stop(&mut self) {
        if let Some(handle) = self.handle.take() {
            self.runtime.block_on(handle.stop(true));
        }
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server's thread");
        }
    }

    /// How many objects lie in the store.
    pub fn objects(&self) -> usize {
        if let ObjectsConfig::S3(bucket) = &self.objects {
            let url = format!("{}/{}?list-type=2", bucket.endpoint.as_deref().unwrap_or_default(), bucket.bucket);
            let listed = self.wait(async { reqwest::get(url).await?.error_for_status()?.text().await });
            return listed.expect("the bucket").matches("<Key>").count();
        }
        let folders = std::fs::read_dir(self.folder.join("objects")).expect("the store");
        folders.map(|folder| std::fs::read_dir(folder.expect("a folder").path()).expect("a folder").count()).sum()
    }

    /// Sends two requests at the same moment, each coming back as often as the house says it is full; answers their statuses.
    pub fn at_once(&self, calls: [(&Person, impl Into<String>, Value); 2]) -> Vec<u16> {
        let start = Arc::new(tokio::sync::Barrier::new(2));
        let calls = calls.map(|(who, path, body)| {
            let (start, client, path, body) = (Arc::clone(&start), who.client.clone(), path.into(), body.to_string());
            async move {
                start.wait().await;
                let key = http::fresh_key();
                loop {
                    let headers = [("Idempotency-Key", key.as_str()), ("Content-Type", "application/json")];
                    let answer = client.call("POST", &path, Some(body.clone()), &headers).await;
                    if answer.status != 503 {
                        return answer.status;
                    }
                }
            }
        });
        self.client.all(calls.into_iter().collect())
    }

    /// Does what is due, until nothing is.
    pub fn run_jobs(&self) -> usize {
        let mut done = 0;
        loop {
            match self.wait(jobs::run_due(&self.app.db, &self.app.doer())).expect("the queue answers") {
                0 => return done,
                some => done += some,
            }
        }
    }

    pub fn url(&self) -> String {
        self.db.url()
    }

    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Links what has come into the books, and tells what is wrong with them.
    pub fn faults(&self) -> Vec<Fault> {
        self.wait(self.app.tend_books()).expect("the books are tended");
        self.proved(&[]).faults
    }

    pub fn proved(&self, heads: &[Head]) -> Report {
        let heads = heads.to_vec();
        self.wait(self.app.db.report(move |conn| Ok::<_, Failure<Never>>(verify(conn, &heads)?))).expect("the database answers")
    }

    fn settled(&self) -> (i64, i64, Rupiah) {
        let now = self.clock.now();
        let look = self.app.db.read(move |conn| {
            let due = jobs::due(conn, JobState::Queued, now)?;
            let dead = jobs::due(conn, JobState::Dead, now.after(Duration::days(36_500)))?;
            Ok::<_, Failure<Never>>((due, dead, ledger::service::grand_total(conn)?))
        });
        self.wait(look).expect("the database answers")
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.run_jobs();
            assert!(
                self.broken.load(Ordering::SeqCst) || self.faults().is_empty(),
                "{:?} is what `pasar ledger verify` would tell",
                self.faults()
            );
            if !self.broken.load(Ordering::SeqCst) {
                let drifting = self.app.db.read(|conn| Ok::<_, Failure<Never>>(inventory::drifting(conn)?));
                assert_eq!(
                    self.wait(drifting).expect("the database answers"),
                    [],
                    "shelves that hold something else than their movements say"
                );
            }
            let (due, dead, sum) = self.settled();
            let sum = if self.broken.load(Ordering::SeqCst) { Rupiah::ZERO } else { sum };
            assert_eq!((due, dead, sum), (0, 0, Rupiah::ZERO), "jobs due, jobs dead, sum of all books");
        }
        self.stop();
        // What the system clears away anyway may already be gone.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Where the photos of one test lie: a folder, or a bucket of the server that `TEST_S3_URL` names (see `tests/s3`).
async fn store(folder: &std::path::Path) -> ObjectsConfig {
    let Ok(endpoint) = std::env::var("TEST_S3_URL") else { return ObjectsConfig::Folder(folder.join("objects")) };
    let bucket = folder.file_name().and_then(std::ffi::OsStr::to_str).expect("a name").to_owned();
    let made = reqwest::Client::new().put(format!("{endpoint}/{bucket}")).send().await.and_then(reqwest::Response::error_for_status);
    made.expect("a bucket");
    let (region, access_key, secret_key) = ("us-east-1".to_owned(), "test".to_owned(), "test".to_owned().into());
    ObjectsConfig::S3(S3Config { bucket, region, endpoint: Some(endpoint), access_key, secret_key })
}

fn launch(
    db: &TestDb,
    clock: &Clock,
    folder: &std::path::Path,
    objects: &ObjectsConfig,
    wishes: &Wishes,
) -> (App, ServerHandle, std::thread::JoinHandle<()>, Client) {
    let many = NonZeroU32::new(1_000_000).expect("not zero");
    let plenty = Limits { per_network: many, per_account: many, sign_in_per_network: many, sign_in_per_phone: many };
    let config = Config {
        bind: ([127, 0, 0, 1], 0).into(),
        data_dir: folder.to_owned(),
        db: DbConfig { url: db.url(), replica_url: None, pool_size: 8, queue_depth: 512 },
        http: HttpConfig {
            workers: 2,
            cors_origins: wishes.cors_origin.iter().cloned().collect(),
            trusted_proxies: Vec::new(),
            limits: wishes.limits.unwrap_or(plenty),
            shutdown_seconds: 10,
        },
        auth: AuthConfig { keys: Vec::new() },
        mail: MailConfig { smtp_url: wishes.smtp_url.clone().map(Into::into), from: "Pasar Kuliner <pasar@desa.example>".to_owned() },
        objects: objects.clone(),
        uploads_per_day: wishes.uploads_per_day.unwrap_or(10_000),
        public_url: "https://pasar.desa.example".to_owned(),
    };
    let app = App::new(config, clock.clone()).unwrap_or_else(|error| panic!("the app does not start: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let (tell, told) = mpsc::channel();
    let served = app.clone();
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let running = served.server(listener).expect("a server");
            tell.send(running.handle()).expect("the test waits");
            running.await.expect("served to its end");
        });
    });
    let handle = told.recv().expect("the server starts");
    (app, handle, thread, Client::new(format!("http://{address}")))
}
