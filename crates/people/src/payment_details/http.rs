//! Payment details over HTTP.

use std::collections::BTreeSet;

use actix_multipart::form::MultipartForm;
use actix_multipart::form::tempfile::TempFile;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{BankAccount, Details, Event, ForBuyer, Method, PaymentDetails};
use super::rules::Incomplete;
use super::service::{self, DetailsError};
use crate::enterprises::EnterpriseId;
use crate::permissions::{Denied, principal};
use kit::auth::{AccountId, Actor, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithFile, WithVersion};
use kit::http::upload::declared;
use kit::http::web;
use kit::http::{Problem, Valid};
use kit::pictures::{self, Darkroom};
use kit::qris::{BadQris, Qris};

impl From<DetailsError> for Problem {
    fn from(error: DetailsError) -> Self {
        match error {
            DetailsError::Incomplete(Incomplete::NoMethod) => Self::invalid_field("methods", "method_needed"),
            DetailsError::Incomplete(Incomplete::NoAccount) => Self::invalid_field("bank", "bank_account_needed"),
            DetailsError::Incomplete(Incomplete::NoCode) => Self::invalid_field("qris", "qris_needed"),
            DetailsError::Incomplete(Incomplete::CodeNotStatic) => Self::invalid_field("qris", "qris_not_static"),
            DetailsError::Stale => stale(),
            DetailsError::Denied(denied) => denied.into(),
        }
    }
}

/// A QRIS code with what a person checks it by.
#[derive(Serialize, ToSchema)]
pub struct QrisView {
    /// The code as text; what `qris` of the payment details takes.
    code: Qris,
    /// The name registered with the bank. Is it hers?
    merchant_name: String,
    merchant_city: String,
    /// The national merchant id, as printed under the code.
    nmid: String,
    /// The code as a picture to scan, in SVG.
    svg: String,
    /// Whether it asks for the amount by itself; else whoever pays types it.
    asks_for_amount: bool,
}

impl From<Qris> for QrisView {
    fn from(code: Qris) -> Self {
        Self {
            merchant_name: code.merchant_name().to_owned(),
            merchant_city: code.merchant_city().to_owned(),
            nmid: code.nmid().to_owned(),
            svg: code.svg().unwrap_or_default(),
            asks_for_amount: !code.is_static(),
            code,
        }
    }
}

/// How an enterprise takes money, as those who may change it see it.
#[derive(Serialize, ToSchema)]
pub struct PaymentDetailsView {
    /// The ways it accepts.
    methods: BTreeSet<Method>,
    bank: Option<BankAccount>,
    qris: Option<QrisView>,
    /// `null` where nothing has been said yet.
    updated_at: Option<Timestamp>,
}

impl From<PaymentDetails> for PaymentDetailsView {
    fn from(stands: PaymentDetails) -> Self {
        let Details { methods, bank, qris } = stands.details;
        Self { methods, bank, qris: qris.map(QrisView::from), updated_at: stands.updated_at }
    }
}

/// How a buyer pays her order: what the way she chose takes.
#[derive(Serialize, ToSchema)]
pub struct PaymentInstructionsView {
    /// For a transfer. Where the seller has none yet, ask her.
    bank: Option<BankAccount>,
    /// For QRIS.
    qris: Option<QrisView>,
}

impl From<ForBuyer> for PaymentInstructionsView {
    fn from(shown: ForBuyer) -> Self {
        Self { bank: shown.bank, qris: shown.code.map(QrisView::from) }
    }
}

/// How the enterprise takes money from now on; all of it, what is left out is gone.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPaymentDetails {
    /// The ways it accepts; at least one.
    methods: BTreeSet<Method>,
    /// Needed for `bank_transfer`.
    bank: Option<BankAccount>,
    /// The text of its printed code, needed for `qris`; `POST /v1/qris/read` reads it off a photo.
    qris: Option<Qris>,
}

/// One change of the details: as they were from then on.
#[derive(Serialize, ToSchema)]
pub struct PaymentDetailsEventView {
    methods: BTreeSet<Method>,
    bank: Option<BankAccount>,
    qris: Option<Qris>,
    actor_id: AccountId,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    at: Timestamp,
}

/// The latest hundred changes, newest first.
#[derive(Serialize, ToSchema)]
pub struct PaymentDetailsHistoryView {
    items: Vec<PaymentDetailsEventView>,
}

impl From<Vec<Event>> for PaymentDetailsHistoryView {
    fn from(events: Vec<Event>) -> Self {
        let view = |e: Event| {
            let Details { methods, bank, qris } = serde_json::from_value(e.details.0).ok()?;
            Some(PaymentDetailsEventView { methods, bank, qris, actor_id: e.actor, on_behalf_of: e.on_behalf_of, at: e.at })
        };
        Self { items: events.into_iter().filter_map(view).collect() }
    }
}

/// Shows how an enterprise takes money, to those who may change it. Before anything has been said, its version is 0.
#[utoipa::path(tag = "payment details", operation_id = "get_payment_details", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = PaymentDetailsView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/payment-details")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<EnterpriseId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    let details = db.read(move |conn| service::show(conn, actor.who, now, *id)).await?;
    Ok(tagged(details.version, &PaymentDetailsView::from(details)))
}

/// Says how an enterprise takes money. When the account or the code is another, all its owners get a letter.
#[utoipa::path(tag = "payment details", operation_id = "put_payment_details", params(("id" = EnterpriseId, Path), ("If-Match" = String, Header)), request_body = PutPaymentDetails,
    responses((status = 200, body = PaymentDetailsView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[put("/enterprises/{id}/payment-details")]
pub async fn put(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    version: IfMatch,
    body: Valid<PutPaymentDetails>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let PutPaymentDetails { methods, bank, qris } = body.0;
    let new = Details { methods, bank, qris };
    let details = db.write(move |tx| service::put(tx, actor.who, *id, version.0, &new)).await?;
    Ok(tagged(details.version, &PaymentDetailsView::from(details)))
}

/// Shows who changed the payment details, when, and to what.
#[utoipa::path(tag = "payment details", operation_id = "list_payment_details_history", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = PaymentDetailsHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/payment-details/history")]
pub async fn history(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    db: web::Data<Db>,
) -> Result<web::Json<PaymentDetailsHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::history(conn, actor.who, now, *id)).await?.into()))
}

/// A photo of a printed QRIS code.
#[derive(MultipartForm)]
#[multipart(deny_unknown_fields, duplicate_field = "deny")]
pub struct CodeForm {
    #[multipart(limit = "8MiB")]
    file: TempFile,
}

/// A photo of a printed QRIS code, as `multipart/form-data`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form for the document; `CodeForm` is what reads it")]
pub struct ReadQris {
    /// JPEG or PNG, at most 8 MB and 40 megapixels.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Reads a QRIS code off a photo, so that its owner can check name and number before she takes it over. Nothing is kept.
#[utoipa::path(tag = "payment details", operation_id = "read_qris", request_body(content = ReadQris, content_type = "multipart/form-data"),
    responses((status = 200, body = QrisView), Always, SignedInOnly, WithFile), security(("bearer" = [])))]
#[post("/qris/read")]
pub async fn read_code(
    actor: Actor<SignedIn>,
    form: MultipartForm<CodeForm>,
    darkroom: web::Data<Darkroom>,
    db: web::Data<Db>,
) -> Result<web::Json<QrisView>, Problem> {
    let now = db.clock().now();
    db.read(move |conn| principal(conn, actor.who, now).map_err(|failure| failure.map(Denied::from))).await?;
    let file = form.into_inner().file;
    let seen = darkroom.work(move || {
        let bytes = std::fs::read(file.file.path()).map_err(|_| pictures::BadPicture::Broken)?;
        pictures::read_codes(pictures::inspect(&bytes, declared(&file))?)
    });
    let texts = seen.await.map_err(|pictures::Full| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy").retry_after(2))??;
    Ok(web::Json(chosen(&texts).map_err(|code| Problem::invalid_field("file", code))?.into()))
}

/// The printed QRIS code among those in a photo; without one, why the first that was seen is none.
fn chosen(texts: &[String]) -> Result<Qris, String> {
    let read: Vec<Result<Qris, BadQris>> = texts.iter().map(|text| text.parse()).collect();
    let refusal = match read.first() {
        None => "qris_not_found".to_owned(),
        Some(Err(bad)) => bad.to_string(),
        Some(Ok(_)) => "qris_not_static".to_owned(),
    };
    read.into_iter().flatten().find(Qris::is_static).ok_or(refusal)
}
