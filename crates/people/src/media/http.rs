//! Photos over HTTP.

use actix_multipart::form::MultipartForm;
use actix_multipart::form::tempfile::TempFile;
use actix_multipart::form::text::Text;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ETAG, HeaderName, IF_NONE_MATCH, LOCATION};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::Serialize;
use utoipa::ToSchema;

use super::intake::{self, Incoming, IntakeError, Studio, TakenIn};
use super::model::{MediaId, Purpose, Size};
use super::service::{self, AttachError, MediaError};
use kit::auth::{Actor, Anyone, Buying, Identity};
use kit::clock::Timestamp;
use kit::db::{Db, Failure, Never};
use kit::http::Problem;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithFile};
use kit::http::web;
use kit::objects::{Digest, ObjectError};

impl From<IntakeError> for Problem {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Picture(bad) => bad.into(),
            IntakeError::TooManyToday { most } => Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_uploads").arg("limit", most),
            IntakeError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy").retry_after(2),
            IntakeError::StoreDown => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy").retry_after(30),
            IntakeError::Denied(denied) => denied.into(),
        }
    }
}

impl From<MediaError> for Problem {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::InUse => Self::conflict("media_in_use"),
            MediaError::Denied(denied) => denied.into(),
        }
    }
}

impl AttachError {
    /// The refusal, told of the field of the input that named the photo.
    #[must_use]
    pub fn problem(self, field: &str) -> Problem {
        let code = match self {
            Self::NoSuchPhoto => "no_such_media",
            Self::OtherPurpose => "media_for_other_purpose",
            Self::InUse => "media_attached",
        };
        Problem::invalid_field(field, code)
    }
}

/// A photo to upload.
#[derive(MultipartForm)]
#[multipart(deny_unknown_fields, duplicate_field = "deny")]
pub struct UploadForm {
    #[multipart(limit = "8MiB")]
    file: TempFile,
    purpose: Text<Purpose>,
}

/// A photo to upload, as `multipart/form-data`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form for the document; `UploadForm` is what reads it")]
pub struct UploadPhoto {
    /// JPEG or PNG, at most 8 MB and 40 megapixels (a progressive JPEG with colours at full resolution: 33). Its name and type must fit its content.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    purpose: Purpose,
}

/// One of the JPEGs of a photo.
#[derive(Serialize, ToSchema)]
pub struct MediaVariantView {
    /// The width it is made for.
    size: Size,
    /// In pixels; at most `size`.
    width: i32,
    /// In pixels; at most three times `size`.
    height: i32,
    /// In bytes.
    bytes: i64,
    /// Where it can be fetched.
    url: String,
}

/// A photo.
#[derive(Serialize, ToSchema)]
pub struct MediaView {
    id: MediaId,
    purpose: Purpose,
    /// From the smallest to the largest.
    variants: Vec<MediaVariantView>,
    created_at: Timestamp,
}

/// Where one size of a photo lies.
#[derive(Serialize, ToSchema)]
pub struct PhotoUrlView {
    /// The width it is made for.
    size: Size,
    url: String,
}

/// A photo of something, with where it can be fetched.
#[derive(Serialize, ToSchema)]
pub struct PhotoView {
    id: MediaId,
    /// From the smallest to the largest.
    variants: Vec<PhotoUrlView>,
}

impl PhotoView {
    /// The photo of this id, which was uploaded for `purpose`.
    #[must_use]
    pub fn of(id: MediaId, purpose: Purpose) -> Self {
        let variant = |size: &Size| PhotoUrlView { size: *size, url: url(id, purpose, *size) };
        Self { id, variants: Size::ALL.iter().map(variant).collect() }
    }
}

/// Where one size of a photo can be fetched.
#[must_use]
pub fn url(id: MediaId, purpose: Purpose, size: Size) -> String {
    let place = if purpose.is_public() { "media" } else { "private-media" };
    format!("/v1/{place}/{id}/{size}")
}

impl From<TakenIn> for MediaView {
    fn from(taken: TakenIn) -> Self {
        let (id, purpose) = (taken.media.id, taken.media.purpose);
        let view = |v: super::model::Variant| MediaVariantView {
            size: v.size,
            width: v.width,
            height: v.height,
            bytes: v.bytes,
            url: url(id, purpose, v.size),
        };
        Self { id, purpose, variants: taken.variants.into_iter().map(view).collect(), created_at: taken.media.created_at }
    }
}

/// Takes in what came with a form, for every handler that takes photos.
///
/// # Errors
/// What [`intake::take_in`] refuses, as a problem.
pub async fn receive(db: &Db, studio: &Studio, who: Identity, purpose: Purpose, file: &TempFile) -> Result<TakenIn, Problem> {
    let incoming = Incoming {
        path: file.file.path().to_owned(),
        file_name: file.file_name.clone(),
        media_type: file.content_type.as_ref().map(|kind| kind.essence_str().to_owned()),
    };
    Ok(intake::take_in(db, studio, who, purpose, incoming).await?)
}

/// Uploads a photo. Name its id where it belongs within 24 hours, or it is removed.
///
/// Three JPEGs of at most 320, 640 and 1080 pixels in width are made of it, upright, without position and other notes; the file itself is not
/// kept. To send the same file again does no harm: as long as the photo is attached to nothing, the answer is 200 with the same photo.
#[utoipa::path(tag = "media", operation_id = "upload_photo", request_body(content = UploadPhoto, content_type = "multipart/form-data"),
    responses((status = 200, body = MediaView, description = "It was here already"), (status = 201, body = MediaView), Always, SignedInOnly, WithFile),
    security(("bearer" = [])))]
#[post("/media")]
pub async fn upload(
    actor: Actor<Buying>,
    form: MultipartForm<UploadForm>,
    studio: web::Data<Studio>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let taken = receive(&db, &studio, actor.who, form.purpose.into_inner(), &form.file).await?;
    let place = url(taken.media.id, taken.media.purpose, Size::Large);
    let mut answer = if taken.new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.insert_header((LOCATION, place)).json(MediaView::from(taken)))
}

/// Removes a photo one has uploaded, as long as it is attached to nothing.
#[utoipa::path(tag = "media", operation_id = "remove_photo", params(("id" = MediaId, Path)),
    responses((status = 204), Always, SignedInOnly, OnOne, (status = 409, body = kit::http::problem::ProblemView, content_type = "application/problem+json", description = "It belongs to something")),
    security(("bearer" = [])))]
#[delete("/media/{id}")]
pub async fn remove(actor: Actor<Buying>, id: web::Path<MediaId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    db.write(move |tx| service::discard(tx, actor.who, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Shows a public photo: one of a product. What stands at an address never changes.
#[utoipa::path(tag = "media", operation_id = "get_photo", params(("id" = MediaId, Path), ("size" = Size, Path)),
    responses((status = 200, content_type = "image/jpeg", description = "The JPEG"), (status = 304, description = "You have it already"), Always, OnOne))]
#[get("/media/{id}/{size}")]
pub async fn show_photo(
    _actor: Actor<Anyone>,
    path: web::Path<(MediaId, Size)>,
    req: HttpRequest,
    studio: web::Data<Studio>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let (id, size) = path.into_inner();
    let digest = db.read_public(move |conn| Ok::<_, Failure<Never>>(service::public(conn, id, size)?)).await?;
    let tag = format!("\"{digest}\"");
    let had = req.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let had = had.is_some_and(|had| had == "*" || had.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut answer = if had { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((ETAG, tag));
    answer.insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"));
    answer.insert_header((HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"));
    if had {
        return Ok(answer.finish());
    }
    Ok(answer.content_type("image/jpeg").body(fetch(&studio, &digest).await?))
}

/// Shows a photo that not everyone may see: to who uploaded it, and to those whom it concerns.
#[utoipa::path(tag = "media", operation_id = "get_private_photo", params(("id" = MediaId, Path), ("size" = Size, Path)),
    responses((status = 200, content_type = "image/jpeg", description = "The JPEG"), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/private-media/{id}/{size}")]
pub async fn show_private(
    actor: Actor<Buying>,
    path: web::Path<(MediaId, Size)>,
    studio: web::Data<Studio>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let (id, size) = path.into_inner();
    let now = db.clock().now();
    let digest = db.read(move |conn| service::private(conn, actor.who, now, id, size)).await?;
    in_confidence(&studio, &digest).await
}

/// A photo for the one who asked, to be kept by nobody on the way.
///
/// # Errors
/// 503 when the store does not answer.
pub async fn in_confidence(studio: &Studio, digest: &Digest) -> Result<HttpResponse, Problem> {
    let jpeg = fetch(studio, digest).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "private, no-store")).content_type("image/jpeg").body(jpeg))
}

async fn fetch(studio: &Studio, digest: &Digest) -> Result<web::Bytes, Problem> {
    studio.objects.get(digest).await.map_err(|error| match error {
        // Its rows are there before it is.
        ObjectError::Missing => Problem::not_found(),
        ObjectError::Unavailable(_) => {
            tracing::error!(%error, "a photo could not be fetched");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy").retry_after(5)
        }
    })
}
