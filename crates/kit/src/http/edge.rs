//! What every request passes: an id, the network's rate limit, the reader's language, security
//! headers, one log line without a word about the person, and a measurement.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, web};

use super::limits::{Door, Gate, RateLimit, network};
use super::problem::Problem;
use crate::i18n::Language;

/// Proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Arc<[IpAddr]>);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The middleware around everything.
///
/// # Errors
/// What a middleware further in could not answer itself.
pub async fn edge(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let language = Language::accepted(req.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()));
    let id = uuid::Uuid::now_v7().simple().to_string();
    let trace = trace_id(&req).unwrap_or_default();

    let probe = req.method() == Method::GET && matches!(req.path(), "/healthz" | "/readyz" | "/metrics");
    let (mut answered, quota) = match (probe, knock(&req)) {
        (false, Err(problem)) => (req.into_response(problem.respond(language)), None),
        (_, quota) => (in_language(next.call(req).await?, language), quota.ok()),
    };

    let path = answered.request().path();
    let (is_api, is_docs) = (path.starts_with("/v1"), path.starts_with("/docs"));
    let headers = answered.headers_mut();
    // An account's empty bucket has already told its own figures.
    for (name, value) in quota.map(RateLimit::headers).into_iter().flatten() {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    harden(headers, is_api, is_docs);
    measure(&answered, began, &id, &trace);
    Ok(answered)
}

impl FromRequest for Language {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::accepted(req.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))))
    }
}

/// A problem told in the reader's language; anything else as it is.
fn in_language(response: ServiceResponse<impl MessageBody + 'static>, language: Language) -> ServiceResponse<BoxBody> {
    let problem = response.response().error().map(|error| to_problem(error, response.status()));
    match problem {
        Some(problem) => response.into_response(problem.respond(language)),
        None => response.map_into_boxed_body(),
    }
}

fn harden(headers: &mut HeaderMap, is_api: bool, is_docs: bool) {
    // The documentation's scripts and styles come out of this binary; the API answers nothing a browser should run.
    let policy = if is_docs {
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    } else {
        "default-src 'none'; frame-ancestors 'none'"
    };
    let fixed = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", policy),
    ];
    for (name, value) in fixed {
        // A page to be printed brings a policy of its own that lets in its style and nothing else.
        if name != "content-security-policy" || !headers.contains_key(CONTENT_SECURITY_POLICY) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    // A public photo says of itself that pages from anywhere may show it.
    if !headers.contains_key("cross-origin-resource-policy") {
        headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-site"));
    }
    if is_api && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn measure(answered: &ServiceResponse<BoxBody>, began: Instant, id: &str, trace: &str) {
    let (status, took) = (answered.status().as_u16(), began.elapsed());
    // A method is whatever a caller writes; only those of the API are worth a series or a line of their own.
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
    let method = known.iter().find(|known| *known == answered.request().method()).map_or("OTHER", Method::as_str);
    let route = answered.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(target: "pasar::http", request_id = id, trace_id = trace, method, route, status, took_us, "request");
    let labels = [("method", method.to_string()), ("route", route), ("status", status.to_string())];
    metrics::counter!("pasar_http_requests_total", &labels).increment(1);
    metrics::histogram!("pasar_http_request_seconds", &labels[..2]).record(took.as_secs_f64());
}

/// Ours as it is; the framework's own by its status.
fn to_problem(error: &Error, status: StatusCode) -> Problem {
    error.as_error::<Problem>().cloned().unwrap_or_else(|| match status {
        StatusCode::NOT_FOUND => Problem::new(status, "no_such_path"),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(status, "too_large").arg("limit", super::input::MOST_BODY_BYTES / 1024),
        // Of the extractors that are not ours, only that of forms with files minds the type.
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(status, "not_multipart"),
        _ if status.is_client_error() => Problem::new(status, "invalid_request"),
        _ => {
            tracing::error!(%error, "request failed");
            Problem::new(status, "internal")
        }
    })
}

fn knock(req: &ServiceRequest) -> Result<RateLimit, Problem> {
    let unknown = || Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal");
    let gate = req.app_data::<web::Data<Gate>>().ok_or_else(unknown)?;
    gate.knock(Door::Network, &caller_network(req.request()))
}

/// Takes a token for an attempt to come in by a secret alone: a guesser has as few tries as one who guesses passwords.
///
/// # Errors
/// 429 when the caller's network has none left.
pub fn knock_with_secret(req: &HttpRequest, gate: &Gate) -> Result<(), Problem> {
    gate.knock(Door::SignInNetwork, &caller_network(req)).map(drop)
}

/// The network a request comes from. `X-Forwarded-For` counts only from a proxy we trust, and then
/// its last entry that is not itself such a proxy: earlier ones are whatever the caller wrote.
#[must_use]
pub fn caller_network(req: &HttpRequest) -> String {
    let Some(peer) = req.peer_addr().map(|peer| peer.ip().to_canonical()) else { return "unknown".to_owned() };
    let trusted = req.app_data::<web::Data<TrustedProxies>>().map(|data| data.0.clone()).unwrap_or_default();
    if !trusted.contains(&peer) {
        return network(peer);
    }
    let forwarded = req.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    for hop in hops.into_iter().rev() {
        // What a proxy of ours did not write in a form we know is as good as unwritten.
        let Some(address) = hop_address(hop) else { break };
        nearest = address;
        if !trusted.contains(&address) {
            break;
        }
    }
    network(nearest)
}

/// `203.0.113.7`, `203.0.113.7:4711` or `[2001:db8::1]:4711`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let address = hop.parse().or_else(|_| hop.parse::<SocketAddr>().map(|with_port| with_port.ip())).ok()?;
    Some(IpAddr::to_canonical(&address))
}

/// The trace id of a W3C `traceparent`, if it has the right shape.
fn trace_id(req: &ServiceRequest) -> Option<String> {
    let value = req.headers().get("traceparent")?.to_str().ok()?;
    let id = value.split('-').nth(1)?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| id.to_owned())
}

/// A path this service does not have, or a method the path does not take.
#[derive(Clone)]
pub struct KnownPaths(pub Arc<[(actix_web::dev::ResourceDef, Vec<String>)]>);

/// The answer to any other method on a probe.
///
/// # Errors
/// Always: 405.
pub async fn only_get() -> Result<HttpResponse, Problem> {
    Err(wrong_method(HeaderValue::from_static("GET")))
}

fn wrong_method(allow: HeaderValue) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method").header(ALLOW, allow)
}

/// The answer for everything no route took.
///
/// # Errors
/// Always: 405 where another method would do, else 404.
pub async fn unrouted(req: HttpRequest, known: web::Data<KnownPaths>) -> Result<HttpResponse, Problem> {
    let methods = known.0.iter().find(|(path, _)| path.is_match(req.path())).map(|(_, methods)| methods.join(", "));
    match methods.and_then(|methods| HeaderValue::from_str(&methods).ok()) {
        Some(allow) => Err(wrong_method(allow)),
        None => Err(Problem::new(StatusCode::NOT_FOUND, "no_such_path")),
    }
}
