//! Lists: never unlimited, always in the order of a unique key, continued by an opaque cursor.

use actix_web::body::BoxBody;
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, Responder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Problem;

/// The longest page.
pub const MOST_ROWS: u8 = 100;
const USUAL_ROWS: u8 = 20;

/// How many rows a page may hold: 1 to 100, by default 20.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = u8, minimum = 1, maximum = 100, default = 20)]
pub struct Limit(u8);

impl Default for Limit {
    fn default() -> Self {
        Self(USUAL_ROWS)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = u8::deserialize(deserializer)?;
        if (1..=MOST_ROWS).contains(&rows) { Ok(Self(rows)) } else { Err(serde::de::Error::custom("limit_out_of_range")) }
    }
}

impl Limit {
    /// One row more than the page holds, to learn whether another page follows.
    #[must_use]
    pub const fn fetch(self) -> i64 {
        self.0 as i64 + 1
    }

    /// The rows of the page.
    #[must_use]
    pub const fn rows(self) -> usize {
        self.0 as usize
    }
}

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// Pass as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts rows fetched with [`Limit::fetch`] to a page; `key` is what the list is ordered by, in the order `sort`.
    pub fn cut<K: Serialize>(mut rows: Vec<T>, limit: Limit, sort: &str, key: impl FnOnce(&T) -> K) -> Self {
        let more = rows.len() > limit.rows();
        rows.truncate(limit.rows());
        let next_cursor = rows.last().filter(|_| more).map(|last| encode(sort, &key(last)));
        Self { items: rows, next_cursor }
    }

    /// The same page in another form.
    pub fn map<U>(self, into: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(into).collect(), next_cursor: self.next_cursor }
    }

    /// The same page in another form, if every row has one.
    ///
    /// # Errors
    /// What `into` answers first.
    pub fn try_map<U, E>(self, into: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(into).collect::<Result<Vec<_>, E>>()?;
        Ok(Page { items, next_cursor: self.next_cursor })
    }
}

/// Writes the place after which the next page begins.
pub fn encode<K: Serialize>(sort: &str, key: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(sort, key)).unwrap_or_default())
}

/// Reads a cursor of a list in the order `sort`.
///
/// # Errors
/// `invalid_cursor` when it was not made by such a list.
pub fn decode<K: DeserializeOwned>(sort: &str, cursor: Option<&str>) -> Result<Option<K>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let invalid = || Problem::bad_request("invalid_cursor");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
    let (made_for, key): (String, K) = serde_json::from_slice(&bytes).map_err(|_| invalid())?;
    if made_for == sort { Ok(Some(key)) } else { Err(invalid()) }
}

impl<T: Serialize> Responder for Page<T> {
    type Body = BoxBody;

    fn respond_to(self, req: &HttpRequest) -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        if let Some(cursor) = &self.next_cursor {
            let mut query: Vec<&str> = req.query_string().split('&').filter(|p| !p.is_empty() && !p.starts_with("cursor=")).collect();
            let next = format!("cursor={cursor}");
            query.push(&next);
            answer.insert_header((LINK, format!("<{}?{}>; rel=\"next\"", req.path(), query.join("&"))));
        }
        answer.json(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_whether_another_follows() {
        let limit: Limit = serde_json::from_str("2").expect("a limit");
        let page = Page::cut(vec![1, 2, 3], limit, "n", |n| *n);
        assert_eq!(page.items, [1, 2]);
        let cursor = page.next_cursor.expect("a third row waits");
        assert_eq!(decode::<i32>("n", Some(&cursor)).ok().flatten(), Some(2));
        assert!(decode::<i32>("price", Some(&cursor)).is_err(), "a cursor belongs to its order");
        assert!(decode::<i32>("n", Some("%%")).is_err());
        assert!(Page::cut(vec![1, 2], limit, "n", |n| *n).next_cursor.is_none());
        assert!(serde_json::from_str::<Limit>("0").is_err() && serde_json::from_str::<Limit>("101").is_err());
    }
}
