//! Edits that cannot overwrite what their author has not seen: `ETag` out, `If-Match` in.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderValue, IF_MATCH};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;

use super::problem::Problem;

/// The version the editor saw, from `If-Match`. Missing is 428, another version than the present one is 412.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(pub i32);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = req.headers().get(IF_MATCH) else {
            return ready(Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "if_match_missing")));
        };
        let version = value.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        ready(version.map(Self).ok_or_else(stale))
    }
}

/// The thing has changed since the editor looked.
#[must_use]
pub const fn stale() -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, "stale")
}

/// `body` with its version as `ETag`.
pub fn tagged(version: i32, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((ETAG, format!("\"{version}\""))).json(body)
}

/// The header value for a version.
#[must_use]
pub fn value(version: i32) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{version}\"")).ok()
}
