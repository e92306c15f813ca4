//! What comes in: JSON bodies, with every reason to refuse one told in one form.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::strict::Strict;

/// The largest JSON body.
pub const MOST_BODY_BYTES: usize = 256 * 1024;
/// The deepest nesting of a JSON body.
pub const MOST_DEPTH: usize = 32;

type Soon<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// A JSON body that has become a `B`. `B` refuses unknown fields and is made of types that are
/// valid by themselves, so a handler never checks anything again.
pub struct Valid<B>(pub B);

impl<B: DeserializeOwned + 'static> FromRequest for Valid<B> {
    type Error = Problem;
    type Future = Soon<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, mut payload) = (req.clone(), payload.take());
        Box::pin(async move { parse(&json_bytes(&req, &mut payload).await?).map(Self) })
    }
}

/// Reads the body whole, up to [`MOST_BODY_BYTES`].
pub(super) async fn json_bytes(req: &HttpRequest, payload: &mut Payload) -> Result<web::Bytes, Problem> {
    let bytes = body_bytes(req, payload).await?;
    if !bytes.is_empty() && !is(req, "application/json") {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json"));
    }
    Ok(bytes)
}

/// Reads a table of comma-separated values whole, up to [`MOST_BODY_BYTES`].
pub(super) async fn csv_bytes(req: &HttpRequest, payload: &mut Payload) -> Result<web::Bytes, Problem> {
    let bytes = body_bytes(req, payload).await?;
    if is(req, "text/csv") { Ok(bytes) } else { Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_csv")) }
}

async fn body_bytes(req: &HttpRequest, payload: &mut Payload) -> Result<web::Bytes, Problem> {
    web::Payload::from_request(req, payload)
        .await
        .map_err(|_| Problem::bad_request("invalid_json"))?
        .to_bytes_limited(MOST_BODY_BYTES)
        .await
        .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large").arg("limit", MOST_BODY_BYTES / 1024))?
        .map_err(|_| Problem::bad_request("invalid_json"))
}

fn is(req: &HttpRequest, wanted: &str) -> bool {
    let kind = req.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    kind.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case(wanted)
}

/// Reads `bytes` as a `B`. An empty body reads as `{}`, so that acts without input need none.
///
/// # Errors
/// The problem that tells what is wrong with them.
pub fn parse<B: DeserializeOwned>(bytes: &[u8]) -> Result<B, Problem> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    if depth(bytes) > MOST_DEPTH {
        return Err(Problem::bad_request("too_deep").arg("limit", MOST_DEPTH));
    }
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(Problem::bad_request("invalid_json"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(Strict(&mut reader)).map_err(|error| {
        let field = error.path().to_string();
        let inner = error.into_inner();
        let message = inner.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(text, _)| text);
        // What is well written and none of the choices is told by the reader as if it were not.
        let written = || serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
        if inner.is_data() || written() {
            Problem::invalid_field(named(&field, message), message)
        } else {
            Problem::bad_request("invalid_json")
        }
    })?;
    reader.end().map_err(|_| Problem::bad_request("invalid_json"))?;
    Ok(body)
}

/// The parser tells where the object stands that lacks a field, or has it twice; a form wants to know the field.
pub(super) fn named(place: &str, message: &str) -> String {
    let about = ["missing", "unknown", "duplicate"].iter().find_map(|kind| message.strip_prefix(kind)?.strip_prefix(" field `"));
    let Some(name) = about.and_then(|rest| rest.split('`').next()) else { return place.to_owned() };
    match place.strip_suffix(name) {
        Some(before) if before.is_empty() || before.ends_with('.') => place.to_owned(),
        _ if place == "." => name.to_owned(),
        _ => format!("{place}.{name}"),
    }
}

/// A field of a change that can be taken away: missing leaves it, `null` takes it away, a value sets it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Take it away.
    Clear,
    /// This from now on.
    Set(T),
}

impl<T: Clone> Patch<T> {
    /// Changes `field` as it says.
    pub fn apply(&self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value.clone()),
        }
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Patch<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|given| given.map_or(Self::Clear, Self::Set))
    }
}

/// How deep brackets nest outside of strings.
fn depth(json: &[u8]) -> usize {
    let (mut now, mut most, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' if !quoted => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// A body with nothing in it.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoBody {}

/// A body that says why.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithReason {
    /// For the other side to read.
    pub reason: crate::text::Reason,
}

/// Declares the handler of an act on one thing that needs nothing, a reason, or the body whose type is named after the view's.
/// `Buying` before its name lets guests in too.
#[macro_export]
macro_rules! act {
    ($(#[$meta:meta])* Buying $name:ident, $($rest:tt)+) => {
        $crate::act!(@ $(#[$meta])* $crate::auth::Buying, $name, $($rest)+);
    };
    ($(#[$meta:meta])* $name:ident, $($rest:tt)+) => {
        $crate::act!(@ $(#[$meta])* $crate::auth::SignedIn, $name, $($rest)+);
    };
    (@ $(#[$meta:meta])* $policy:ty, $name:ident, $tag:literal, $path:literal, $operation:literal, $id:ty, $view:ty,
     |$tx:ident, $who:ident, $this:ident| $act:expr) => {
        $crate::act!(@@ $(#[$meta])* $policy, $name, $tag, $path, $operation, $id, $view, $crate::http::NoBody, |body| body, |$tx, $who, $this, _said| $act);
    };
    (@ $(#[$meta:meta])* $policy:ty, $name:ident, $tag:literal, $path:literal, $operation:literal, $id:ty, $view:ty,
     |$tx:ident, $who:ident, $this:ident, $reason:ident| $act:expr) => {
        $crate::act!(@@ $(#[$meta])* $policy, $name, $tag, $path, $operation, $id, $view, $crate::http::input::WithReason, |body| body.reason, |$tx, $who, $this, $reason| $act);
    };
    (@ $(#[$meta:meta])* $policy:ty, $name:ident, $tag:literal, $path:literal, $operation:literal, $id:ty, $view:ty, $body:ty,
     |$tx:ident, $who:ident, $this:ident, $said:ident| $act:expr) => {
        $crate::act!(@@ $(#[$meta])* $policy, $name, $tag, $path, $operation, $id, $view, $body, |body| body, |$tx, $who, $this, $said| $act);
    };
    (@@ $(#[$meta:meta])* $policy:ty, $name:ident, $tag:literal, $path:literal, $operation:literal, $id:ty, $view:ty,
     $body:ty, |$b:ident| $said:expr, |$tx:ident, $who:ident, $this:ident, $reason:ident| $act:expr) => {
        $(#[$meta])*
        #[utoipa::path(tag = $tag, operation_id = $operation, params(("id" = $id, Path), ("Idempotency-Key" = String, Header)), request_body = $body,
            responses((status = 200, body = $view), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
        #[post($path)]
        pub async fn $name(
            actor: Actor<$policy>, id: web::Path<$id>, posted: Posted<$body>, db: web::Data<Db>,
        ) -> Result<Reply, Problem> {
            let ($who, $this, $b) = (actor.who, id.into_inner(), posted.body);
            let said = $said;
            Ok(posted.once.write(&db, $who, move |$tx| {
                let $reason = &said;
                $act
            }).await?)
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[expect(dead_code, reason = "only parsed")]
        quantity: u32,
    }

    #[test]
    fn depth_ignores_brackets_in_strings() {
        assert_eq!(depth(br#"{"a":[1,{"b":"[[[\"[["}]}"#), 3);
        assert_eq!(depth(b"[]"), 1);
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        assert_eq!(parse::<Line>(br#"{"quantity":1,"price":2}"#).map_err(|p| p.code()).err(), Some("invalid_input"));
        assert_eq!(parse::<Line>(br#"{"quantity":-1}"#).map_err(|p| p.code()).err(), Some("invalid_input"));
        assert_eq!(parse::<Line>(br#"{"quantity":1}{}"#).map_err(|p| p.code()).err(), Some("invalid_json"));
        assert_eq!(named(".", "missing field `quantity`"), "quantity");
        assert_eq!(named("lines[0]", "missing field `quantity`"), "lines[0].quantity");
        assert_eq!(named("lines[0].price", "unknown field `price`, expected `quantity`"), "lines[0].price");
        assert_eq!(named("lines[0].unit_price", "duplicate field `price`"), "lines[0].unit_price.price");
        assert_eq!(parse::<Line>(b"{").map_err(|p| p.code()).err(), Some("invalid_json"));
        assert_eq!(
            parse::<serde_json::Value>(format!("{{\"a\":{}", "[".repeat(33)).as_bytes()).map_err(|p| p.code()).err(),
            Some("too_deep")
        );
    }
}
