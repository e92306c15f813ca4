//! Where large things lie, by the hash of their content: in a folder, or in an S3-compatible store.
//!
//! 1. An object's name is its SHA-256, so what is stored once is never stored twice and never changes.
//! 2. Nothing here knows who uses an object; whoever puts one in counts its uses and takes it out.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use actix_web::web::Bytes;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutPayload};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

use super::http::idempotency::hex;

/// The SHA-256 of an object, in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Digest(String);

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Two levels, so that no folder grows too long to list.
    fn path(&self) -> Path {
        Path::from_iter([&self.0[..2], self.0.as_str()])
    }
}

/// Not a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256")]
pub struct BadDigest;

impl FromStr for Digest {
    type Err = BadDigest;

    fn from_str(text: &str) -> Result<Self, BadDigest> {
        let digits = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if digits { Ok(Self(text.to_owned())) } else { Err(BadDigest) }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<DB: Backend> ToSql<Text, DB> for Digest
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_str().to_sql(out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Digest
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(String::from_sql(bytes)?.parse()?)
    }
}

/// Where objects are kept.
#[derive(Clone, Debug)]
pub enum ObjectsConfig {
    /// In this folder.
    Folder(PathBuf),
    /// In a bucket; needs the cargo feature `s3`.
    S3(S3Config),
}

/// A bucket and the way to it.
#[derive(Clone, Debug)]
pub struct S3Config {
    pub bucket: String,
    pub region: String,
    /// `https://…` of a store that is not Amazon's.
    pub endpoint: Option<String>,
    pub access_key: String,
    pub secret_key: SecretString,
}

/// Why an object could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// It is not there.
    #[error("no such object")]
    Missing,
    /// The store does not answer as it should.
    #[error("the object store cannot be used: {0}")]
    Unavailable(Error),
}

impl From<Error> for ObjectError {
    fn from(error: Error) -> Self {
        if matches!(error, Error::NotFound { .. }) { Self::Missing } else { Self::Unavailable(error) }
    }
}

/// A handle on the store; cheap to clone.
#[derive(Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
}

impl Objects {
    /// Opens the store; a folder is made if it is missing.
    ///
    /// # Errors
    /// In words an operator can act on.
    pub fn open(config: &ObjectsConfig) -> Result<Self, String> {
        let store: Arc<dyn ObjectStore> = match config {
            ObjectsConfig::Folder(folder) => {
                // An answer that says a photo is kept shall be true after a power cut too.
                let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| format!("objects: {error}"))?.with_fsync(true);
                Arc::new(store)
            }
            ObjectsConfig::S3(bucket) => s3(bucket)?,
        };
        Ok(Self { store })
    }

    /// Stores `bytes` under their digest; storing what is there already changes nothing.
    ///
    /// # Errors
    /// [`ObjectError::Unavailable`].
    pub async fn put(&self, digest: &Digest, bytes: Vec<u8>) -> Result<(), ObjectError> {
        self.store.put(&digest.path(), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// The object with this digest.
    ///
    /// # Errors
    /// [`ObjectError::Missing`], [`ObjectError::Unavailable`].
    pub async fn get(&self, digest: &Digest) -> Result<Bytes, ObjectError> {
        Ok(self.store.get(&digest.path()).await?.bytes().await?)
    }

    /// Takes an object out; one that is not there is out already.
    ///
    /// # Errors
    /// [`ObjectError::Unavailable`].
    pub async fn remove(&self, digest: &Digest) -> Result<(), ObjectError> {
        match self.store.delete(&digest.path()).await.map_err(ObjectError::from) {
            Ok(()) | Err(ObjectError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(feature = "s3")]
fn s3(config: &S3Config) -> Result<Arc<dyn ObjectStore>, String> {
    use secrecy::ExposeSecret as _;
    let mut builder = object_store::aws::AmazonS3Builder::new()
        .with_bucket_name(&config.bucket)
        .with_region(&config.region)
        .with_access_key_id(&config.access_key)
        .with_secret_access_key(config.secret_key.expose_secret());
    if let Some(endpoint) = &config.endpoint {
        // A store beside the program, on the same machine or network, may speak plainly.
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    Ok(Arc::new(builder.build().map_err(|error| format!("objects: {error}"))?))
}

#[cfg(not(feature = "s3"))]
fn s3(_: &S3Config) -> Result<Arc<dyn ObjectStore>, String> {
    Err("objects: this program was built without S3; build it with `--features s3` or leave `objects_s3_bucket` out".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_object_is_found_by_its_content_until_it_is_taken_out() {
        let folder = std::env::temp_dir().join(format!("pasar-objects-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let objects = Objects::open(&ObjectsConfig::Folder(folder.clone())).expect("opened");
        let (bytes, digest) = (b"opak".to_vec(), Digest::of(b"opak"));
        assert!(matches!(objects.get(&digest).await, Err(ObjectError::Missing)));
        objects.put(&digest, bytes.clone()).await.expect("stored");
        objects.put(&digest, bytes.clone()).await.expect("stored again");
        assert_eq!(objects.get(&digest).await.expect("there"), bytes);
        objects.remove(&digest).await.expect("out");
        objects.remove(&digest).await.expect("out already");
        assert!(matches!(objects.get(&digest).await, Err(ObjectError::Missing)));
        std::fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn only_a_digest_is_a_digest() {
        assert_eq!(Digest::of(b"").to_string().parse(), Ok(Digest::of(b"")));
        for text in ["", "../../etc/passwd", &"A".repeat(64), &"g".repeat(64)] {
            assert_eq!(text.parse::<Digest>(), Err(BadDigest));
        }
    }
}
