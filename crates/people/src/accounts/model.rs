//! Accounts, sessions, and the values they are made of.

use diesel::prelude::*;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kit::auth::{AccountId, SessionId};
use kit::clock::Timestamp;
use kit::i18n::Language;
use kit::phone::Phone;
use kit::plain_text;

plain_text!(
    /// How a person wants to be called.
    PersonName, max 80
);
/// What the app on a device calls itself; a secret between it and this service, 8 to 128 characters.
#[derive(Clone, ToSchema)]
#[schema(value_type = String, min_length = 8, max_length = 128)]
pub struct DeviceId(SecretString);

impl DeviceId {
    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        secrecy::ExposeSecret::expose_secret(&self.0)
    }
}

impl std::str::FromStr for DeviceId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.chars().count() {
            0..8 => Err("device_too_short"),
            8..=128 => Ok(Self(text.to_owned().into())),
            _ => Err("text_too_long(128)"),
        }
    }
}

impl<'de> Deserialize<'de> for DeviceId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An e-mail address that a letter can be sent to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = Email)]
pub struct Email(pub(super) String);

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let usable = text.len() <= 254 && text.parse::<lettre::Address>().is_ok();
        if usable { Ok(Self(text)) } else { Err(serde::de::Error::custom("email_invalid")) }
    }
}

/// A password of 8 to 128 characters; nothing else is asked of it (NIST SP 800-63B).
#[derive(Clone, ToSchema)]
#[schema(value_type = String, min_length = 8, max_length = 128, format = Password)]
pub struct Password(pub(super) SecretString);

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.chars().count() {
            0..8 => Err(serde::de::Error::custom("password_too_short")),
            8..=128 => Ok(Self(text.into())),
            _ => Err(serde::de::Error::custom("text_too_long(128)")),
        }
    }
}

/// A password as it is given at sign-in: whatever it is, it is right or wrong, not too short.
#[derive(Clone, ToSchema)]
#[schema(value_type = String, max_length = 1024, format = Password)]
pub struct GivenPassword(SecretString);

impl GivenPassword {
    /// The secret itself.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl<'de> Deserialize<'de> for GivenPassword {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() <= 1024 { Ok(Self(text.into())) } else { Err(serde::de::Error::custom("text_too_long(1024)")) }
    }
}

impl Password {
    /// The secret itself.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// A person as she registers, with her password already hashed.
#[derive(Clone, Debug)]
pub struct Registered {
    pub phone: Phone,
    pub email: Option<Email>,
    pub name: PersonName,
    pub password_hash: String,
    pub language: Language,
}

/// Someone who buys without an account.
#[derive(Clone, Debug)]
pub struct Guest {
    pub phone: Phone,
    pub name: PersonName,
    pub language: Language,
}

/// An account without its password.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = kit::schema::accounts)]
pub struct Account {
    pub id: AccountId,
    pub phone: Phone,
    pub email: Option<String>,
    pub name: String,
    pub language: Language,
    pub operator: bool,
    /// Known by her number and a tracking token only.
    pub guest: bool,
    /// When the village saw a message from her number.
    pub phone_proven_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub version: i32,
}

/// A sign-in on one device.
#[derive(Clone, Debug, Queryable)]
pub struct Session {
    pub id: SessionId,
    pub label: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A device that signs in.
#[derive(Clone)]
pub struct Device {
    pub id: DeviceId,
    pub label: String,
}

/// A session with the refresh token that continues it.
#[derive(Clone, Debug)]
pub struct Opened {
    pub account: AccountId,
    pub session: SessionId,
    pub refresh_token: String,
}

/// What became of a refresh token.
#[derive(Clone, Debug)]
pub enum Rotation {
    /// The session goes on.
    Continued(Opened),
    /// The token is unknown, the session over or the device another one.
    Refused,
    /// The token had been used before: the session has been ended, since one of two holders is a thief.
    Reused,
}
