//! Acts that land once, however often they are sent.
//!
//! A POST that moves money, stock or state carries an `Idempotency-Key`. The key, who sent it, the
//! hash of the request and the answer are stored in the transaction of the act itself, so either all
//! of it happened or nothing. The same key again gets the stored answer, byte for byte; with another
//! request it is refused; while the first is still running it is told to wait.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, web};
use chrono::Duration;
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::input::{csv_bytes, json_bytes, parse};
use super::problem::Problem;
use crate::auth::{AccountId, Identity};
use crate::clock::Timestamp;
use crate::db::{Conn, Db, DbError, Failure, Refusal, Tx};
use crate::schema::idempotency_keys;

/// How long an answer is kept.
pub const KEPT_DAYS: i64 = 7;
const LONGEST_KEY: usize = 200;

/// The answer to an act, as it is sent and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    status: i32,
    location: Option<String>,
    version: Option<i32>,
    body: String,
    replayed: bool,
}

impl Reply {
    /// 200 with `body`.
    pub fn ok(body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status: 200, location: None, version: None, body, replayed: false }
    }

    /// 201 with `body`, which stands at `location` from now on.
    pub fn created(location: String, body: &impl Serialize) -> Self {
        Self { status: 201, location: Some(location), ..Self::ok(body) }
    }

    /// Adds the version as `ETag`.
    #[must_use]
    pub const fn version(mut self, version: i32) -> Self {
        self.version = Some(version);
        self
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = u16::try_from(self.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let mut answer = HttpResponse::build(status.unwrap_or(StatusCode::OK));
        answer.insert_header((CONTENT_TYPE, "application/json"));
        if let Some(location) = self.location {
            answer.insert_header((LOCATION, location));
        }
        if let Some(tag) = self.version.and_then(super::etag::value) {
            answer.insert_header((ETAG, tag));
        }
        if self.replayed {
            answer.insert_header(("Idempotency-Replayed", "true"));
        }
        answer.body(self.body)
    }
}

/// What is running now, so that a second copy of a request is told to wait instead of queueing.
#[derive(Clone, Default)]
pub struct InFlight(Arc<Mutex<HashSet<(AccountId, String)>>>);

struct Running {
    all: InFlight,
    this: (AccountId, String),
}

impl InFlight {
    fn enter(&self, account: AccountId, key: &str) -> Option<Running> {
        let this = (account, key.to_owned());
        let fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(this.clone());
        fresh.then(|| Running { all: self.clone(), this })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.this);
    }
}

/// A body together with the key that makes the act land once.
pub struct Posted<B> {
    /// The body.
    pub body: B,
    /// The key, with the fingerprint of the request.
    pub once: Once,
}

/// An idempotency key with what it was first used for.
pub struct Once {
    key: String,
    fingerprint: String,
    in_flight: InFlight,
}

/// Why an act with a key was refused.
#[derive(Debug)]
pub enum OnceRefusal<E> {
    /// The key has been used for another request.
    KeyReused,
    /// The first request with this key has not finished.
    StillRunning,
    /// The act itself was refused.
    Act(E),
}
impl<E: Refusal> Refusal for OnceRefusal<E> {}

impl<E> From<OnceRefusal<E>> for Problem
where
    Self: From<E>,
{
    fn from(refusal: OnceRefusal<E>) -> Self {
        match refusal {
            OnceRefusal::KeyReused => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"),
            OnceRefusal::StillRunning => Self::conflict("still_running").retry_after(1),
            OnceRefusal::Act(refusal) => refusal.into(),
        }
    }
}

impl<B: DeserializeOwned + 'static> FromRequest for Posted<B> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, mut payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let key = key_of(&req)?;
            let bytes = json_bytes(&req, &mut payload).await?;
            let once = Once::new(&req, key, &bytes);
            Ok(Self { body: parse(&bytes)?, once })
        })
    }
}

/// A table of comma-separated values together with the key that makes its import land once.
pub struct PostedText {
    /// The text.
    pub text: String,
    /// The key, with the fingerprint of the request.
    pub once: Once,
}

impl FromRequest for PostedText {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, mut payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let key = key_of(&req)?;
            let bytes = csv_bytes(&req, &mut payload).await?;
            let once = Once::new(&req, key, &bytes);
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| Problem::bad_request("csv_not_utf8"))?;
            Ok(Self { text, once })
        })
    }
}

fn key_of(req: &HttpRequest) -> Result<String, Problem> {
    let key = req.headers().get("Idempotency-Key").ok_or_else(|| Problem::bad_request("idempotency_key_missing"))?;
    let usable = |key: &&str| (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    Ok(key.to_str().ok().filter(usable).ok_or_else(|| Problem::bad_request("idempotency_key_invalid"))?.to_owned())
}

impl Once {
    fn new(req: &HttpRequest, key: String, bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for part in [req.method().as_str().as_bytes(), b"\n", req.path().as_bytes(), b"\n", bytes] {
            hash.update(part);
        }
        let in_flight = req.app_data::<web::Data<InFlight>>().map(|data| data.as_ref().clone()).unwrap_or_default();
        Self { key, fingerprint: hex(&hash.finalize()), in_flight }
    }

    /// Runs `act` in a write unless this key has already been answered for `who`.
    ///
    /// # Errors
    /// What `act` answers; [`OnceRefusal::KeyReused`] and [`OnceRefusal::StillRunning`].
    pub async fn write<E: Refusal>(
        self,
        db: &Db,
        who: Identity,
        mut act: impl FnMut(&mut Tx<'_>) -> Result<Reply, Failure<E>> + Send + 'static,
    ) -> Result<Reply, Failure<OnceRefusal<E>>> {
        let account = who.account;
        let _running = self.in_flight.enter(account, &self.key).ok_or(OnceRefusal::StillRunning)?;
        db.write(move |tx| {
            if !lock(tx, account, &self.key)? {
                return Err(OnceRefusal::StillRunning.into());
            }
            if let Some((fingerprint, reply)) = find(tx, account, &self.key)? {
                return if fingerprint == self.fingerprint { Ok(reply) } else { Err(OnceRefusal::KeyReused.into()) };
            }
            let reply = act(tx).map_err(|failure| failure.map(OnceRefusal::Act))?;
            keep(tx, account, &self, &reply)?;
            Ok(reply)
        })
        .await
    }
}

/// On PostgreSQL another node may be running the same key; its lock ends with its transaction.
fn lock(conn: &mut Conn, account: AccountId, key: &str) -> Result<bool, DbError> {
    use diesel::sql_types::{Bool, Text};
    if matches!(conn, Conn::Sqlite(_)) {
        return Ok(true);
    }
    let free =
        diesel::dsl::sql::<Bool>("pg_try_advisory_xact_lock(hashtextextended(").bind::<Text, _>(format!("{account}/{key}")).sql(", 0))");
    Ok(diesel::select(free).get_result(conn)?)
}

fn find(conn: &mut Conn, account: AccountId, key: &str) -> Result<Option<(String, Reply)>, DbError> {
    use idempotency_keys as t;
    type Row = (String, i32, Option<String>, Option<i32>, String);
    let row: Option<Row> = t::table
        .filter(t::account_id.eq(account).and(t::key.eq(key)))
        .select((t::fingerprint, t::status, t::location, t::version, t::body))
        .first(conn)
        .optional()?;
    Ok(row.map(|(fingerprint, status, location, version, body)| (fingerprint, Reply { status, location, version, body, replayed: true })))
}

fn keep(tx: &mut Tx<'_>, account: AccountId, once: &Once, reply: &Reply) -> Result<(), DbError> {
    use idempotency_keys as t;
    let now = tx.now();
    diesel::insert_into(t::table)
        .values((
            t::account_id.eq(account),
            t::key.eq(&once.key),
            t::fingerprint.eq(&once.fingerprint),
            t::status.eq(reply.status),
            t::location.eq(&reply.location),
            t::version.eq(reply.version),
            t::body.eq(&reply.body),
            t::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Forgets the answers older than [`KEPT_DAYS`].
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn sweep(conn: &mut Conn, now: Timestamp) -> Result<usize, DbError> {
    use idempotency_keys as t;
    Ok(diesel::delete(t::table.filter(t::created_at.lt(now.after(Duration::days(-KEPT_DAYS))))).execute(conn)?)
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_cannot_run_twice_at_once() {
        let all = InFlight::default();
        let (sari, rahma) = (AccountId::new(), AccountId::new());
        let first = all.enter(sari, "k").expect("nothing runs yet");
        assert!(all.enter(sari, "k").is_none());
        assert!(all.enter(rahma, "k").is_some(), "a key belongs to who sent it");
        drop(first);
        assert!(all.enter(sari, "k").is_some());
    }
}
