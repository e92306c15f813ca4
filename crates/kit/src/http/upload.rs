//! Files that come in as `multipart/form-data`: on disk and never in memory, with hard limits, every reason to refuse one told as a problem.

use actix_multipart::MultipartError;
use actix_multipart::form::MultipartFormConfig;
use actix_multipart::form::tempfile::TempFile;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;

use super::problem::Problem;
use crate::pictures::{BadPicture, Declared, MOST_BYTES};

/// What the fields beside a file may take together, with the lines between them.
const MOST_BESIDE: usize = 16 * 1024;

/// Limits for every form with a file, and its refusals.
#[must_use]
pub fn upload_config() -> MultipartFormConfig {
    MultipartFormConfig::default()
        .total_limit(MOST_BYTES + MOST_BESIDE)
        .memory_limit(MOST_BESIDE)
        .error_handler(|error, _| refusal(&error).into())
}

/// What the sender says of a file beside its content.
#[must_use]
pub fn declared(file: &TempFile) -> Declared<'_> {
    let media_type = file.content_type.as_ref().map(actix_web::mime::Mime::essence_str);
    Declared { file_name: file.file_name.as_deref(), media_type }
}

fn refusal(error: &MultipartError) -> Problem {
    match error {
        MultipartError::Payload(PayloadError::Overflow) => too_large(),
        MultipartError::MissingField(name) => Problem::invalid_field(name, format!("missing field `{name}`")),
        MultipartError::UnknownField(name) => Problem::invalid_field(name, format!("unknown field `{name}`")),
        MultipartError::DuplicateField(name) => Problem::invalid_field(name, "given_twice"),
        MultipartError::Field { name, source } => {
            if source.as_response_error().status_code().is_server_error() {
                tracing::error!(%source, "an upload could not be written");
                return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy").retry_after(5);
            }
            let message = source.to_string();
            Problem::invalid_field(name, message.strip_prefix("Plain text deserialize error: ").unwrap_or(&message))
        }
        // The library may add reasons; all of them are about the form of what was sent.
        _ => Problem::bad_request("invalid_multipart"),
    }
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large").arg("limit", MOST_BYTES / 1024)
}

impl From<BadPicture> for Problem {
    fn from(bad: BadPicture) -> Self {
        match bad {
            BadPicture::TooLarge => too_large(),
            BadPicture::Empty
            | BadPicture::OtherKind
            | BadPicture::Misnamed
            | BadPicture::Broken
            | BadPicture::TooManyPixels
            | BadPicture::UnknownForm
            | BadPicture::Implausible
            | BadPicture::CarriesMore => Self::invalid_field("file", bad.to_string()),
        }
    }
}
