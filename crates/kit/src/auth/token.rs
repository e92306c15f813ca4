//! Access tokens (JWT, 15 minutes) and refresh tokens (opaque, stored hashed, rotated).

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{AccountId, Identity, SessionId};
use crate::clock::Clock;

/// How long an access token is good for.
pub const ACCESS_MINUTES: i64 = 15;
const ISSUER: &str = "pasar-kuliner";
const AUDIENCE: &str = "pasar-kuliner-api";
const ALGORITHM: Algorithm = Algorithm::HS256;

/// A signing secret with the id that tokens name it by.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// Goes into the token's header.
    pub id: String,
    /// At least 32 bytes.
    pub secret: SecretString,
}

/// Makes and reads tokens. The first key signs; all of them verify, so a key is rotated by putting a
/// new one in front and taking the old one out a quarter of an hour later.
#[derive(Clone)]
pub struct Tokens {
    keys: Arc<[Key]>,
    clock: Clock,
}

struct Key {
    id: String,
    sign: EncodingKey,
    verify: DecodingKey,
    refresh: SecretString,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: AccountId,
    sid: SessionId,
    #[serde(default)]
    gst: bool,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Tokens {
    /// `None` without keys.
    #[must_use]
    pub fn new(keys: &[SigningKey], clock: Clock) -> Option<Self> {
        let key = |key: &SigningKey| {
            let secret = key.secret.expose_secret().as_bytes();
            Key {
                id: key.id.clone(),
                sign: EncodingKey::from_secret(secret),
                verify: DecodingKey::from_secret(secret),
                refresh: key.secret.clone(),
            }
        };
        let keys: Arc<[Key]> = keys.iter().map(key).collect();
        (!keys.is_empty()).then_some(Self { keys, clock })
    }

    /// An access token for `identity`.
    ///
    /// # Errors
    /// When the signature cannot be computed.
    pub fn access(&self, identity: Identity) -> Result<String, jsonwebtoken::errors::Error> {
        let now = self.clock.now();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: identity.account,
            sid: identity.session,
            gst: identity.guest,
            iat: now.unix_seconds(),
            nbf: now.unix_seconds(),
            exp: now.after(Duration::minutes(ACCESS_MINUTES)).unix_seconds(),
        };
        let key = &self.keys[0];
        let header = Header { kid: Some(key.id.clone()), ..Header::new(ALGORITHM) };
        jsonwebtoken::encode(&header, &claims, &key.sign)
    }

    /// Who `token` names, if one of the keys signed it and its time has come and not gone.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<Identity> {
        let id = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = self.keys.iter().find(|key| key.id == id)?;
        let mut rules = Validation::new(ALGORITHM);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        // The library would ask the system's clock; ours is asked below.
        rules.validate_exp = false;
        rules.validate_nbf = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.verify, &rules).ok()?.claims;
        let now = self.clock.now().unix_seconds();
        (claims.nbf <= now && now < claims.exp).then_some(Identity { account: claims.sub, session: claims.sid, guest: claims.gst })
    }

    /// The one token that may follow `token`. Computed, not stored: when the answer was lost on the
    /// way the same successor can be given again, and a stolen table holds nothing usable.
    #[must_use]
    pub fn successor(&self, token: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.keys[0].refresh.expose_secret().as_bytes()).unwrap_or_else(|_| unreachable_key());
        mac.update(b"pasar refresh token\n");
        mac.update(token.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

/// HMAC takes a key of any length.
fn unreachable_key() -> Hmac<Sha256> {
    unreachable!("HMAC takes keys of any length")
}

/// A new secret of 256 bits for a person or a program to keep.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn random_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored in place of a secret of 256 bits. A plain hash is enough: there is nothing to guess.
#[must_use]
pub fn digest(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn key(id: &str) -> SigningKey {
        SigningKey { id: id.to_owned(), secret: SecretString::from(format!("a secret of more than 32 bytes for {id}")) }
    }

    #[test]
    fn a_token_lives_fifteen_minutes_and_survives_a_rotation() {
        let clock = Clock::manual(Timestamp::from_chrono("2026-11-24T00:00:00Z".parse().expect("an instant")));
        let who = Identity { account: AccountId::new(), session: SessionId::new(), guest: false };
        let old = Tokens::new(&[key("a")], clock.clone()).expect("a key");
        let token = old.access(who).expect("signed");
        let rotated = Tokens::new(&[key("b"), key("a")], clock.clone()).expect("keys");
        assert_eq!(rotated.read(&token), Some(who));
        assert_eq!(Tokens::new(&[key("b")], clock.clone()).expect("a key").read(&token), None, "its key is gone");
        clock.advance(Duration::minutes(ACCESS_MINUTES) - Duration::seconds(1));
        assert_eq!(old.read(&token), Some(who));
        clock.advance(Duration::seconds(1));
        assert_eq!(old.read(&token), None);
    }

    #[test]
    fn a_token_of_another_algorithm_or_without_key_id_is_refused() {
        let tokens = Tokens::new(&[key("a")], Clock::System).expect("a key");
        assert_eq!(tokens.read("eyJhbGciOiJub25lIn0.e30."), None);
        assert_eq!(tokens.read("nonsense"), None);
    }

    #[test]
    fn the_successor_is_always_the_same_and_never_its_parent() {
        let tokens = Tokens::new(&[key("a")], Clock::System).expect("a key");
        assert_eq!(tokens.successor("t"), tokens.successor("t"));
        assert_ne!(tokens.successor("t"), tokens.successor("u"));
    }
}
