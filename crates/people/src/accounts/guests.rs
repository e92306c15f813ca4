//! Buying without an account, and proving a number, over HTTP.

use actix_web::{HttpRequest, HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::http::{knock, new_secret};
use super::model::{Device, Guest, PersonName};
use super::service::{self, AccountError};
use crate::villages::VillageId;
use kit::auth::token::{ACCESS_MINUTES, Tokens};
use kit::auth::{AccountId, Actor, Anyone, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Db, Failure, Never};
use kit::http::limits::Gate;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody};
use kit::http::web;
use kit::http::{Problem, Valid};
use kit::i18n::Language;
use kit::phone::Phone;
use kit::word_enum;

/// Who buys without an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenGuest {
    /// Where the seller can reach her.
    phone: Phone,
    name: PersonName,
    language: Option<Language>,
}

/// A tracking token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Track {
    tracking_token: String,
}

/// What lets a guest in.
#[derive(Serialize, ToSchema)]
pub struct GuestView {
    account_id: AccountId,
    /// Goes into `Authorization: Bearer …`.
    access_token: String,
    /// Seconds until the access token runs out; the tracking token gives the next one.
    expires_in: i64,
    /// The only way back to her orders, good for 180 days. Shown here and nowhere else.
    tracking_token: String,
}

fn view(who: Identity, tokens: &Tokens, tracking_token: String) -> Result<GuestView, Problem> {
    let internal = |_| Problem::new(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR, "internal");
    let access_token = tokens.access(who).map_err(internal)?;
    Ok(GuestView { account_id: who.account, access_token, expires_in: ACCESS_MINUTES * 60, tracking_token })
}

/// Lets someone buy with a telephone number and no account.
#[utoipa::path(tag = "accounts", operation_id = "open_guest", request_body = OpenGuest,
    responses((status = 201, body = GuestView), Always, WithBody))]
#[post("/auth/guest")]
pub async fn open(
    _actor: Actor<Anyone>,
    req: HttpRequest,
    body: Valid<OpenGuest>,
    db: web::Data<Db>,
    gate: web::Data<Gate>,
    tokens: web::Data<Tokens>,
) -> Result<HttpResponse, Problem> {
    let OpenGuest { phone, name, language } = body.0;
    knock(&req, &gate, Some(&phone))?;
    let guest = Guest { phone, name, language: language.unwrap_or(Language::Indonesian) };
    let (token, device) = (new_secret()?, new_secret()?);
    let device = Device { id: device.parse().map_err(Problem::bad_request)?, label: "-".to_owned() };
    let secret = token.clone();
    let who = db.write(move |tx| Ok::<_, Failure<Never>>(service::open_guest(tx, &guest, &device, &secret)?)).await?;
    Ok(HttpResponse::Created().json(view(who, &tokens, token)?))
}

/// Gives a guest who comes back with her tracking token the next access token.
#[utoipa::path(tag = "accounts", operation_id = "track", request_body = Track,
    responses((status = 200, body = GuestView), (status = 401, description = "Unknown or ended"), Always, WithBody))]
#[post("/auth/track")]
pub async fn track(
    _actor: Actor<Anyone>,
    req: HttpRequest,
    body: Valid<Track>,
    db: web::Data<Db>,
    gate: web::Data<Gate>,
    tokens: web::Data<Tokens>,
) -> Result<web::Json<GuestView>, Problem> {
    knock(&req, &gate, None)?;
    let (now, token) = (db.clock().now(), body.0.tracking_token);
    let secret = token.clone();
    let found = db.read(move |conn| Ok::<_, Failure<Never>>(service::track(conn, now, &secret)?)).await?;
    let who = found.ok_or_else(|| Problem::unauthorized("tracking_token_unknown"))?;
    Ok(web::Json(view(who, &tokens, token)?))
}

/// Through which village a number is proven.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginProof {
    village_id: VillageId,
}

/// What is to be sent, and where to.
#[derive(Serialize, ToSchema)]
pub struct ProofView {
    /// Six digits, to be sent from the number that is proven.
    code: String,
    /// The village's hotline.
    hotline: Phone,
    /// Opens the message, ready to be sent.
    whatsapp_url: String,
    expires_at: Timestamp,
}

/// Begins to prove the caller's number: she sends the code from it to the village's hotline.
#[utoipa::path(tag = "accounts", operation_id = "begin_phone_proof", request_body = BeginProof,
    responses((status = 201, body = ProofView), (status = 409, description = "The village has no hotline"), Always, SignedInOnly, WithBody), security(("bearer" = [])))]
#[post("/me/phone-proof")]
pub async fn begin_proof(actor: Actor<SignedIn>, body: Valid<BeginProof>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let (who, village) = (actor.who, body.0.village_id);
    let code = six_digits()?;
    let said = code.clone();
    let (hotline, expires_at) = db.write(move |tx| service::begin_proof(tx, who, village, &said)).await?;
    let whatsapp_url = format!("https://wa.me/{}?text=PASAR%20{code}", hotline.as_str().trim_start_matches('+'));
    Ok(HttpResponse::Created().json(ProofView { code, hotline, whatsapp_url, expires_at }))
}

/// Not to be guessed within the attempts there are.
fn six_digits() -> Result<String, Problem> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|_| Problem::new(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR, "internal"))?;
    Ok(format!("{:06}", u64::from_le_bytes(bytes) % 1_000_000))
}

/// A code that came from a number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishProof {
    /// The number the message came from.
    phone: Phone,
    #[schema(pattern = r"^\d{6}$")]
    code: String,
}

word_enum! {
    /// What came of a code.
    Proof as "PhoneProof" {
        /// The number is its holder's.
        Proven = "proven",
    }
}

/// The answer to a right code.
#[derive(Serialize, ToSchema)]
pub struct ProvenView {
    state: Proof,
}

/// The village's office saw a code come from a number: the number is proven.
#[utoipa::path(tag = "accounts", operation_id = "finish_phone_proof", params(("id" = VillageId, Path)), request_body = FinishProof,
    responses((status = 200, body = ProvenView), (status = 409, description = "No such code waits for this number"), Always, SignedInOnly, OnOne, WithBody), security(("bearer" = [])))]
#[post("/villages/{id}/phone-proofs")]
pub async fn finish_proof(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    body: Valid<FinishProof>,
    db: web::Data<Db>,
) -> Result<web::Json<ProvenView>, Problem> {
    let (who, village, FinishProof { phone, code }) = (actor.who, *id, body.0);
    let right = db.write(move |tx| service::finish_proof(tx, who, village, &phone, code.trim())).await?;
    if right { Ok(web::Json(ProvenView { state: Proof::Proven })) } else { Err(AccountError::CodeWrong.into()) }
}
