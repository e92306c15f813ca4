//! The error answers operations have in common, for the OpenAPI document.

use std::collections::BTreeMap;

use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::problem::ProblemView;

fn problems(these: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let body = || Content::new(Some(Ref::from_schema_name(ProblemView::name())));
    these
        .iter()
        .map(|(status, text)| {
            let response = ResponseBuilder::new().description(*text).content("application/problem+json", body()).build();
            ((*status).to_owned(), RefOr::T(response))
        })
        .collect()
}

macro_rules! shared {
    ($($(#[$meta:meta])* $name:ident: $($status:literal $text:literal),+;)+) => {$(
        $(#[$meta])*
        pub struct $name;
        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                problems(&[$(($status, $text)),+])
            }
        }
    )+};
}

shared! {
    /// What any operation may answer.
    Always: "400" "The input is not what the operation takes", "429" "Too many requests; see Retry-After", "503" "The house is full; see Retry-After";
    /// What an operation for signed-in people may answer.
    SignedInOnly: "401" "Not signed in, or the session has ended", "403" "Not yours to do";
    /// What an operation on one thing may answer.
    OnOne: "404" "There is no such thing that you may know of";
    /// What an operation that takes a body may answer.
    WithBody: "413" "The body is too large", "415" "The body is not JSON";
    /// What an operation that takes a file may answer.
    WithFile: "413" "The file is too large", "415" "The body is not multipart/form-data";
    /// What an act with an idempotency key may answer.
    WithKey: "409" "The state of things forbids it, or the first request with this key is still running", "422" "The idempotency key was used for another request";
    /// What an edit may answer.
    WithVersion: "409" "The state of things forbids it", "412" "It has changed since you looked", "428" "If-Match is missing";
}
