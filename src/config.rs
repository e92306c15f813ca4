//! Configuration: defaults, then a TOML file, then the environment (`PASAR_…`), then flags.
//!
//! A secret can be given by a file: `PASAR_MAIL_SMTP_URL_FILE=/run/secrets/smtp`. Unknown keys are
//! refused, in the file and in the environment, so that a mistyped name never goes unnoticed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use kit::auth::token::SigningKey;
use kit::db::DbConfig;
use kit::http::limits::Limits;
use kit::mail::MailConfig;
use kit::objects::{ObjectsConfig, S3Config};

/// Everything the binary can be told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the API listens.
    pub bind: SocketAddr,
    /// Where the embedded database and the generated key live.
    pub data_dir: PathBuf,
    pub db: DbConfig,
    pub http: HttpConfig,
    pub auth: AuthConfig,
    pub mail: MailConfig,
    /// Where photos are kept.
    pub objects: ObjectsConfig,
    /// How many photos one account may upload in a day.
    pub uploads_per_day: i32,
    /// Under which address people reach this service, `https://pasar.desa.example`, without a slash at its end; links in messages begin with it.
    pub public_url: String,
}

/// The edge.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Threads that serve requests.
    pub workers: usize,
    /// Web pages from elsewhere that may call the API.
    pub cors_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    pub limits: Limits,
    /// How long requests in flight may take to finish at shutdown.
    pub shutdown_seconds: u64,
}

/// Tokens.
#[derive(Clone, Debug)]
pub struct AuthConfig {
    /// The first signs, all verify; `id:secret` separated by commas in the environment.
    pub keys: Vec<SigningKey>,
}

/// The file, and with upper-case names the environment.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    bind: Option<String>,
    data_dir: Option<PathBuf>,
    database_url: Option<SecretString>,
    database_replica_url: Option<SecretString>,
    database_pool_size: Option<u32>,
    database_queue_depth: Option<usize>,
    http_workers: Option<usize>,
    http_cors_origins: Option<String>,
    http_trusted_proxies: Option<String>,
    http_shutdown_seconds: Option<u64>,
    limit_per_network: Option<NonZeroU32>,
    limit_per_account: Option<NonZeroU32>,
    limit_sign_in_per_network: Option<NonZeroU32>,
    limit_sign_in_per_phone: Option<NonZeroU32>,
    auth_keys: Option<SecretString>,
    mail_smtp_url: Option<SecretString>,
    mail_from: Option<String>,
    objects_folder: Option<PathBuf>,
    objects_s3_bucket: Option<String>,
    objects_s3_region: Option<String>,
    objects_s3_endpoint: Option<String>,
    objects_s3_access_key: Option<SecretString>,
    objects_s3_secret_key: Option<SecretString>,
    media_uploads_per_day: Option<NonZeroU32>,
    public_url: Option<String>,
}

/// What the command line may say over everything else.
#[derive(Debug, Default)]
pub struct Flags {
    pub config: Option<PathBuf>,
    pub bind: Option<SocketAddr>,
    pub data_dir: Option<PathBuf>,
    pub database_url: Option<String>,
}

/// Why the configuration was not understood.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    #[error("{0}")]
    Toml(String),
    #[error("{0} is not understood: {1}")]
    Value(&'static str, String),
}

const PREFIX: &str = "PASAR_";
/// Variables of this prefix that other tools of this project read.
const NOT_OURS: [&str; 1] = ["PASAR_LOG"];

impl Config {
    /// Puts the configuration together.
    ///
    /// # Errors
    /// [`ConfigError`] names the key and what is wrong with it.
    pub fn load(flags: Flags, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let file = match &flags.config {
            Some(path) => std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable(path.clone(), error))?,
            None => String::new(),
        };
        let mut table: toml::Table = file.parse().map_err(|error: toml::de::Error| ConfigError::Toml(error.to_string()))?;
        for (key, value) in from_environment(environment)? {
            table.insert(key, value);
        }
        let raw: Raw = table.try_into().map_err(|error: toml::de::Error| ConfigError::Toml(error.to_string()))?;
        Self::from_raw(raw, flags)
    }

    fn from_raw(mut raw: Raw, flags: Flags) -> Result<Self, ConfigError> {
        let bind = match (flags.bind, raw.bind.take()) {
            (Some(bind), _) => bind,
            (None, Some(text)) => text.parse().map_err(|_| ConfigError::Value("bind", "write it like 127.0.0.1:8080".to_owned()))?,
            (None, None) => SocketAddr::from(([127, 0, 0, 1], 8080)),
        };
        let data_dir = flags.data_dir.or(raw.data_dir.take()).unwrap_or_else(|| PathBuf::from("./data"));
        let objects = objects(&mut raw, &data_dir)?;
        let public_url = match raw.public_url.take() {
            Some(url) => public_url(&url)?,
            None => format!("http://{bind}"),
        };
        let url = flags.database_url.or_else(|| raw.database_url.map(|url| url.expose_secret().to_owned()));
        let url = url.unwrap_or_else(|| format!("sqlite:{}", data_dir.join("pasar.db").display()));
        let words = |text: Option<String>| -> Vec<String> {
            text.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let proxy = |text: &String| text.parse().map_err(|_| ConfigError::Value("http_trusted_proxies", text.clone()));
        let per_minute = |given: Option<NonZeroU32>, usual: u32| given.unwrap_or(NonZeroU32::new(usual).unwrap_or(NonZeroU32::MIN));
        Ok(Self {
            bind,
            data_dir,
            db: DbConfig {
                url,
                replica_url: raw.database_replica_url.map(|url| url.expose_secret().to_owned()),
                pool_size: raw.database_pool_size.unwrap_or(10).max(1),
                queue_depth: raw.database_queue_depth.unwrap_or(256).max(1),
            },
            http: HttpConfig {
                workers: raw.http_workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, std::num::NonZero::get)).max(1),
                cors_origins: words(raw.http_cors_origins),
                trusted_proxies: words(raw.http_trusted_proxies).iter().map(proxy).collect::<Result<_, _>>()?,
                limits: Limits {
                    per_network: per_minute(raw.limit_per_network, 1200),
                    per_account: per_minute(raw.limit_per_account, 600),
                    sign_in_per_network: per_minute(raw.limit_sign_in_per_network, 60),
                    sign_in_per_phone: per_minute(raw.limit_sign_in_per_phone, 10),
                },
                shutdown_seconds: raw.http_shutdown_seconds.unwrap_or(30),
            },
            auth: AuthConfig { keys: raw.auth_keys.map_or_else(|| Ok(Vec::new()), |keys| signing_keys(&keys))? },
            mail: MailConfig {
                smtp_url: raw.mail_smtp_url,
                from: raw.mail_from.unwrap_or_else(|| "Pasar Kuliner <pasar@localhost>".to_owned()),
            },
            objects,
            uploads_per_day: raw.media_uploads_per_day.map_or(200, |most| i32::try_from(most.get()).unwrap_or(i32::MAX)),
            public_url,
        })
    }

    /// The configuration without its secrets, for the log.
    #[must_use]
    pub fn redacted(&self) -> String {
        let mut text = String::new();
        let url = self.db.url.split_once('@').map_or_else(|| self.db.url.clone(), |(_, host)| format!("postgres://…@{host}"));
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "bind={} data_dir={} database={url} replica={} pool={} workers={} cors={:?} keys={} mail={}",
            self.bind,
            self.data_dir.display(),
            self.db.replica_url.is_some(),
            self.db.pool_size,
            self.http.workers,
            self.http.cors_origins,
            self.auth.keys.len(),
            self.mail.smtp_url.is_some(),
        );
        text
    }
}

/// A bucket where one is named, a folder otherwise.
fn objects(raw: &mut Raw, data_dir: &Path) -> Result<ObjectsConfig, ConfigError> {
    let Some(bucket) = raw.objects_s3_bucket.take() else {
        return Ok(ObjectsConfig::Folder(raw.objects_folder.take().unwrap_or_else(|| data_dir.join("objects"))));
    };
    let needed = |key: &'static str| ConfigError::Value(key, "a bucket needs it".to_owned());
    let access_key = raw.objects_s3_access_key.take().ok_or_else(|| needed("objects_s3_access_key"))?;
    Ok(ObjectsConfig::S3(S3Config {
        bucket,
        region: raw.objects_s3_region.take().unwrap_or_else(|| "us-east-1".to_owned()),
        endpoint: raw.objects_s3_endpoint.take(),
        access_key: access_key.expose_secret().to_owned(),
        secret_key: raw.objects_s3_secret_key.take().ok_or_else(|| needed("objects_s3_secret_key"))?,
    }))
}

fn public_url(text: &str) -> Result<String, ConfigError> {
    let url = text.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or("");
    let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]/_~".contains(&byte));
    if host.is_empty() || !plain {
        Err(ConfigError::Value("public_url", "write it like https://pasar.desa.example".to_owned()))
    } else {
        Ok(url.to_owned())
    }
}

fn signing_keys(text: &SecretString) -> Result<Vec<SigningKey>, ConfigError> {
    let one = |pair: &str| {
        let (id, secret) =
            pair.trim().split_once(':').ok_or_else(|| ConfigError::Value("auth_keys", "write it like id:secret,id:secret".to_owned()))?;
        if secret.len() < 32 {
            return Err(ConfigError::Value("auth_keys", format!("the secret of `{id}` is shorter than 32 characters")));
        }
        Ok(SigningKey { id: id.to_owned(), secret: secret.to_owned().into() })
    };
    text.expose_secret().split(',').filter(|pair| !pair.trim().is_empty()).map(one).collect()
}

/// `PASAR_HTTP_WORKERS=4` is `http_workers = 4`; `…_FILE` names a file that holds the value.
fn from_environment(environment: impl Iterator<Item = (String, String)>) -> Result<BTreeMap<String, toml::Value>, ConfigError> {
    let mut values = BTreeMap::new();
    for (name, value) in environment.filter(|(name, _)| name.starts_with(PREFIX) && !NOT_OURS.contains(&name.as_str())) {
        let key = name[PREFIX.len()..].to_ascii_lowercase();
        let (key, text) = match key.strip_suffix("_file") {
            Some(key) => (key.to_owned(), read(Path::new(&value))?),
            None => (key, value),
        };
        let value = text.parse::<i64>().map_or(toml::Value::String(text), toml::Value::Integer);
        values.insert(key, value);
    }
    Ok(values)
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable(path.to_owned(), error))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(flags: Flags, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(flags, environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn flags_win_over_the_environment_over_the_file_over_defaults() {
        let file = std::env::temp_dir().join(format!("pasar-config-{}.toml", std::process::id()));
        std::fs::write(&file, "bind = \"127.0.0.1:1\"\nhttp_workers = 3\ndatabase_pool_size = 7").expect("written");
        let flags = Flags { config: Some(file.clone()), bind: "127.0.0.1:3".parse().ok(), ..Flags::default() };
        let config = load(flags, &[("PASAR_BIND", "127.0.0.1:2"), ("PASAR_HTTP_WORKERS", "5"), ("OTHER", "x")]).expect("understood");
        assert_eq!((config.bind.port(), config.http.workers, config.db.pool_size), (3, 5, 7));
        assert_eq!(load(Flags::default(), &[]).expect("defaults").bind.port(), 8080);
        std::fs::remove_file(file).expect("removed");
    }

    #[test]
    fn unknown_names_and_short_secrets_are_refused() {
        assert!(load(Flags::default(), &[("PASAR_BINDD", "127.0.0.1:2")]).is_err());
        assert!(load(Flags::default(), &[("PASAR_AUTH_KEYS", "a:short")]).is_err());
    }

    #[test]
    fn a_secret_may_stand_in_a_file_and_is_never_printed() {
        let file = std::env::temp_dir().join(format!("pasar-secret-{}", std::process::id()));
        std::fs::write(&file, "a:0123456789abcdef0123456789abcdef\n").expect("written");
        let path = file.display().to_string();
        let database = "postgres://pasar:geheim@db/pasar";
        let config = load(Flags::default(), &[("PASAR_AUTH_KEYS_FILE", &path), ("PASAR_DATABASE_URL", database)]).expect("understood");
        assert_eq!(config.auth.keys.len(), 1);
        assert!(!config.redacted().contains("geheim") && !config.redacted().contains("0123456789"));
        std::fs::remove_file(file).expect("removed");
    }
}
