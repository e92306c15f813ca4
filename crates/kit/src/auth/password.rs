//! Passwords: Argon2id with 19 MiB, two passes, one lane (OWASP's minimum), a few at a time and
//! never on a thread that serves requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::http::Problem;

/// How many may be computed at once; each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// How many may wait; more than this is an attack or a fair, and both are better told to come back.
const MOST_WAITING: usize = 64;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    inner: Arc<Inner>,
}

struct Inner {
    argon2: Argon2<'static>,
    seats: Semaphore,
    waiting: AtomicUsize,
    computed: AtomicU64,
    nobody: String,
}

impl Passwords {
    /// # Errors
    /// When the parameters are refused, which they are not.
    pub fn new() -> Result<Self, String> {
        let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| error.to_string())?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = argon2.hash_password(b"an account that does not exist").map_err(|error| error.to_string())?.to_string();
        let inner = Inner { argon2, seats: Semaphore::new(AT_ONCE), waiting: AtomicUsize::new(0), computed: AtomicU64::new(0), nobody };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The hash of `password` with a salt of its own, in PHC form.
    ///
    /// # Errors
    /// 503 when too many wait.
    pub async fn hash(&self, password: SecretString) -> Result<String, Problem> {
        self.compute(move |inner| inner.argon2.hash_password(password.expose_secret().as_bytes()).map(|hash| hash.to_string()).ok())
            .await?
            .ok_or_else(|| Problem::new(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR, "internal"))
    }

    /// Whether `password` is the one behind `hash`. Without a hash the same work is done against an
    /// account that does not exist, so that the time tells nothing.
    ///
    /// # Errors
    /// 503 when too many wait.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Problem> {
        self.compute(move |inner| {
            let known = hash.is_some();
            let hash = hash.as_deref().unwrap_or(&inner.nobody);
            let matches =
                PasswordHash::new(hash).is_ok_and(|hash| inner.argon2.verify_password(password.expose_secret().as_bytes(), &hash).is_ok());
            known && matches
        })
        .await
    }

    /// How many hashes this process has computed; tests prove with it that every sign-in costs one.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.inner.computed.load(Ordering::SeqCst)
    }

    async fn compute<T: Send + 'static>(&self, work: impl FnOnce(&Inner) -> T + Send + 'static) -> Result<T, Problem> {
        let busy = || Problem::new(actix_web::http::StatusCode::SERVICE_UNAVAILABLE, "busy").retry_after(2);
        if self.inner.waiting.fetch_add(1, Ordering::SeqCst) >= MOST_WAITING {
            self.inner.waiting.fetch_sub(1, Ordering::SeqCst);
            return Err(busy());
        }
        let seat = self.inner.seats.acquire().await;
        self.inner.waiting.fetch_sub(1, Ordering::SeqCst);
        let Ok(seat) = seat else { return Err(busy()) };
        let inner = Arc::clone(&self.inner);
        inner.computed.fetch_add(1, Ordering::SeqCst);
        let done = tokio::task::spawn_blocking(move || work(&inner)).await;
        drop(seat);
        done.map_err(|_| busy())
    }
}
