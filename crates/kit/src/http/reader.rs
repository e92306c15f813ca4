//! In which language an answer's own words are written.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{Error, FromRequest, HttpRequest};

use crate::i18n::Language;

/// The reader's language, by `Accept-Language`; Indonesian when nothing fits.
#[derive(Clone, Copy, Debug)]
pub struct Reader(pub Language);

impl FromRequest for Reader {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = req.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        ready(Ok(Self(Language::accepted(header))))
    }
}
