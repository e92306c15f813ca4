//! RFC 9457 problem details: the only form in which this service says no.
//!
//! A [`Problem`] carries a stable English `code`; its title and detail come from the message
//! catalogue (`problem.<code>.title`, `.detail`) in the reader's language when the answer leaves
//! the house ([`super::edge`]). The detail says what a person can do next.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::{DbError, Failure, Never, Refusal};
use crate::i18n::{Language, find, say, say_field};

/// A refusal or failure on its way to a person.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    args: Vec<(&'static str, String)>,
    errors: Vec<(String, String)>,
    retry_after_seconds: Option<u64>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The body of every error answer (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct ProblemView {
    /// A name for this kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:pasar:problem:out_of_stock")]
    kind: String,
    /// What happened, in the reader's language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened and what to do next, in the reader's language.
    detail: String,
    /// The stable name of the problem for programs.
    #[schema(example = "out_of_stock")]
    code: &'static str,
    /// What is wrong with which value of the input; empty for other problems.
    errors: Vec<FieldErrorView>,
}

/// One value of the input that was refused.
#[derive(Serialize, ToSchema)]
pub struct FieldErrorView {
    /// Where the value stands in the input.
    #[schema(example = "lines[0].quantity")]
    field: String,
    /// What is wrong with it, in the reader's language.
    detail: String,
}

impl Problem {
    /// A problem of this status and code.
    #[must_use]
    pub const fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, args: Vec::new(), errors: Vec::new(), retry_after_seconds: None, headers: Vec::new() }
    }

    /// The input is not what the operation takes.
    #[must_use]
    pub const fn bad_request(code: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code)
    }

    /// The state of things forbids the act.
    #[must_use]
    pub const fn conflict(code: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code)
    }

    /// There is no such thing, or the caller may not know of it.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    /// The caller may know of the thing but not do this with it.
    #[must_use]
    pub const fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden")
    }

    /// The caller is not signed in.
    #[must_use]
    pub fn unauthorized(code: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code).header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// The input is well formed but one value breaks a rule.
    #[must_use]
    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut problem = Self::bad_request("invalid_input");
        problem.errors.push((field.into(), message.into()));
        problem
    }

    /// Fills a placeholder of the detail.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Tells when to come back.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What it says in `language`, for an answer that holds several results.
    #[must_use]
    pub fn told(&self, language: Language) -> ProblemView {
        // A state or an event is told in the reader's words; `code` stays for programs.
        let spoken = |value: &String| find(language, &format!("word.{value}"), &[]).unwrap_or_else(|| value.clone());
        let values: Vec<(&str, String)> = self.args.iter().map(|(name, value)| (*name, spoken(value))).collect();
        let args: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ProblemView {
            kind: format!("urn:pasar:problem:{}", self.code),
            title: say(language, &format!("problem.{}.title", self.code), &args),
            status: self.status.as_u16(),
            detail: say(language, &format!("problem.{}.detail", self.code), &args),
            code: self.code,
            errors: self
                .errors
                .iter()
                .map(|(field, message)| FieldErrorView { field: field.clone(), detail: say_field(language, message) })
                .collect(),
        }
    }

    /// The answer in `language`.
    #[must_use]
    pub fn respond(&self, language: Language) -> HttpResponse {
        let view = self.told(language);
        let mut answer = HttpResponse::build(self.status);
        for (name, value) in &self.headers {
            answer.insert_header((name.clone(), value.clone()));
        }
        if let Some(seconds) = self.retry_after_seconds {
            answer.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        answer.insert_header((CONTENT_TYPE, "application/problem+json"));
        answer.insert_header((CONTENT_LANGUAGE, language.word()));
        answer.body(serde_json::to_vec(&view).unwrap_or_default())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        self.respond(Language::Indonesian)
    }
}

impl From<Never> for Problem {
    fn from(never: Never) -> Self {
        match never {}
    }
}

impl<E: Refusal> From<Failure<E>> for Problem
where
    Self: From<E>,
{
    fn from(failure: Failure<E>) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Db(error) => error.into(),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NotFound => Self::not_found(),
            DbError::Busy | DbError::Collision | DbError::Unavailable(_) => {
                tracing::warn!(%error, "database not available");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy").retry_after(1)
            }
            DbError::Violation(_)
            | DbError::BadUrl
            | DbError::OldSqlite(_)
            | DbError::Migration(_)
            | DbError::Broken(_)
            | DbError::Panicked => {
                tracing::error!(%error, "database failure");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_told_in_the_readers_words() {
        let problem = Problem::conflict("order_wrong_state").arg("state", "handed_over").arg("event", "cancel");
        let told = |language| {
            let body = actix_web::body::MessageBody::try_into_bytes(problem.respond(language).into_body()).expect("a body in memory");
            String::from_utf8(body.to_vec()).expect("UTF-8")
        };
        assert!(told(Language::Indonesian).contains("sudah diserahkan"));
        assert!(told(Language::English).contains("handed over"));
    }
}
