//! What handlers take from actix, with paths and queries that tell which value of theirs cannot be read.

use std::ops::Deref;

use actix_web::dev::Payload;
pub use actix_web::web::{Bytes, Data, Json};
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::input::named;
use super::problem::Problem;

/// What a path says.
pub struct Path<T>(T);

/// What stands behind the question mark.
pub struct Query<T>(T);

/// A value, or where reading it failed and why.
struct Read<T>(Result<T, (String, String)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Read<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = serde_path_to_error::deserialize(deserializer);
        Ok(Self(read.map_err(|error| (error.path().to_string(), error.into_inner().to_string()))))
    }
}

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = actix_web::web::Path::<Read<T>>::from_request(req, payload).into_inner();
        let wrong = |(place, message): (String, String)| {
            // One value has no place, several are counted: `[1]`.
            let nth = place.trim_matches(['[', ']']).parse().unwrap_or(0);
            let name = req.match_info().iter().nth(nth).map_or("path", |(name, _)| name);
            Problem::invalid_field(name, message.rsplit(": ").next().unwrap_or(""))
        };
        let read =
            read.map_err(|error| Problem::invalid_field("path", error.to_string())).and_then(|read| read.into_inner().0.map_err(wrong));
        std::future::ready(read.map(Self))
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = actix_web::web::Query::<Read<T>>::from_query(req.query_string());
        let wrong = |(place, message): (String, String)| Problem::invalid_field(named(&place, &message), message);
        let read =
            read.map_err(|error| Problem::invalid_field("query", error.to_string())).and_then(|read| read.into_inner().0.map_err(wrong));
        std::future::ready(read.map(Self))
    }
}

impl<T> Path<T> {
    /// What it says.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Query<T> {
    /// What it asks.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
