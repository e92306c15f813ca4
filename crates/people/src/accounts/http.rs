//! Accounts over HTTP.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Account, Device, DeviceId, Email, GivenPassword, Opened, Password, PersonName, Registered, Rotation};
use super::service::{self, AccountError};
use crate::villages::{NewVillage, VillageView};
use kit::auth::password::Passwords;
use kit::auth::token::{ACCESS_MINUTES, Tokens, random_secret};
use kit::auth::{AccountId, Actor, Anyone, Identity, SessionId, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Db, Failure, Never};
use kit::http::edge::{caller_network, knock_with_secret};
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::limits::{Door, Gate};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithVersion};
use kit::http::web;
use kit::http::{Problem, Valid};
use kit::i18n::Language;
use kit::phone::Phone;

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::WrongPhoneOrPassword => Self::unauthorized("wrong_phone_or_password"),
            AccountError::WrongPassword => Self::invalid_field("current", "password_wrong"),
            AccountError::SetUpTokenInvalid => Self::unauthorized("set_up_token_invalid"),
            AccountError::Stale => stale(),
            AccountError::NoSuchSession => Self::not_found(),
            AccountError::NoHotline => Self::conflict("village_without_hotline"),
            AccountError::CodeWrong => Self::conflict("phone_code_wrong"),
            AccountError::Denied(denied) => denied.into(),
            AccountError::Village(error) => error.into(),
        }
    }
}

/// A person as she registers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    phone: Phone,
    name: PersonName,
    password: Password,
    email: Option<Email>,
    language: Option<Language>,
}

impl Register {
    async fn hashed(self, passwords: &Passwords) -> Result<Registered, Problem> {
        let password_hash = passwords.hash(self.password.secret().clone()).await?;
        let language = self.language.unwrap_or(Language::Indonesian);
        Ok(Registered { phone: self.phone, email: self.email, name: self.name, password_hash, language })
    }
}

/// The answer to every registration.
#[derive(Serialize, ToSchema)]
pub struct RegisteredView {
    /// What to do next: always `sign_in`.
    next: &'static str,
}

/// The first operator and the first village.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// The token the server printed when it first started.
    token: String,
    admin: Register,
    village: NewVillage,
}

/// A sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    phone: Phone,
    password: GivenPassword,
    /// What the app on this device calls itself, the same every time; keep it secret.
    device: DeviceId,
    /// How the list of sessions shall name this device.
    label: Option<PersonName>,
}

/// A refresh.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    refresh_token: String,
    device: DeviceId,
}

/// The two tokens of an open session.
#[derive(Serialize, ToSchema)]
pub struct TokensView {
    account_id: AccountId,
    session_id: SessionId,
    /// Goes into `Authorization: Bearer …`.
    access_token: String,
    /// Seconds until the access token runs out.
    expires_in: i64,
    /// Exchanged for the next pair when the access token has run out; works once.
    refresh_token: String,
}

/// The caller's own account.
#[derive(Serialize, ToSchema)]
pub struct MeView {
    id: AccountId,
    phone: Phone,
    /// When the village saw a message from this number; null until then.
    phone_proven_at: Option<Timestamp>,
    email: Option<String>,
    name: String,
    language: Language,
    /// Whether she runs this installation.
    operator: bool,
    created_at: Timestamp,
}

impl From<Account> for MeView {
    fn from(account: Account) -> Self {
        let Account { id, phone, email, name, language, operator, guest: _, phone_proven_at, created_at, version: _ } = account;
        Self { id, phone, phone_proven_at, email, name, language, operator, created_at }
    }
}

/// A change of the caller's own account; what is missing stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditMe {
    name: Option<PersonName>,
    email: Option<Email>,
    language: Option<Language>,
}

/// A new password for the caller.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    current: GivenPassword,
    new: Password,
}

/// One open session.
#[derive(Serialize, ToSchema)]
pub struct SessionView {
    id: SessionId,
    label: String,
    created_at: Timestamp,
    last_seen_at: Timestamp,
    expires_at: Timestamp,
    /// Whether this is the session of the request.
    current: bool,
}

/// All open sessions, newest first; at most 100.
#[derive(Serialize, ToSchema)]
pub struct SessionsView {
    items: Vec<SessionView>,
}

pub(super) fn knock(req: &HttpRequest, gate: &Gate, phone: Option<&Phone>) -> Result<(), Problem> {
    let network = caller_network(req);
    gate.knock(Door::SignInNetwork, &network)?;
    if let Some(phone) = phone {
        gate.knock(Door::SignInPhone, &format!("{} {network}", phone.as_str()))?;
        gate.knock(Door::SignInPhoneAnywhere, phone.as_str())?;
    }
    Ok(())
}

fn view(opened: Opened, tokens: &Tokens) -> Result<web::Json<TokensView>, Problem> {
    let identity = Identity { account: opened.account, session: opened.session, guest: false };
    let internal = |_| Problem::new(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR, "internal");
    let access_token = tokens.access(identity).map_err(internal)?;
    Ok(web::Json(TokensView {
        account_id: opened.account,
        session_id: opened.session,
        access_token,
        expires_in: ACCESS_MINUTES * 60,
        refresh_token: opened.refresh_token,
    }))
}

/// Opens a fresh installation with the token the server printed: the first operator, the first village.
#[utoipa::path(tag = "accounts", operation_id = "set_up", request_body = SetUp,
    responses((status = 201, body = VillageView), (status = 401, description = "The token is unknown or used"), Always, WithBody))]
#[post("/setup")]
pub async fn set_up(
    _actor: Actor<Anyone>,
    req: HttpRequest,
    body: Valid<SetUp>,
    db: web::Data<Db>,
    gate: web::Data<Gate>,
    passwords: web::Data<Passwords>,
) -> Result<HttpResponse, Problem> {
    knock(&req, &gate, None)?;
    let SetUp { token, admin, village } = body.0;
    let admin = admin.hashed(&passwords).await?;
    let village = db.write(move |tx| service::set_up(tx, &token, &admin, &village)).await?;
    Ok(HttpResponse::Created().json(village))
}

/// Registers a person by telephone number. The answer is the same whether or not the number has an account.
#[utoipa::path(tag = "accounts", operation_id = "register", request_body = Register, responses((status = 202, body = RegisteredView), Always, WithBody))]
#[post("/auth/register")]
pub async fn register(
    _actor: Actor<Anyone>,
    req: HttpRequest,
    body: Valid<Register>,
    db: web::Data<Db>,
    gate: web::Data<Gate>,
    passwords: web::Data<Passwords>,
) -> Result<HttpResponse, Problem> {
    knock(&req, &gate, Some(&body.0.phone))?;
    let person = body.0.hashed(&passwords).await?;
    db.write(move |tx| Ok::<_, Failure<Never>>(service::register(tx, &person)?)).await?;
    Ok(HttpResponse::Accepted().json(RegisteredView { next: "sign_in" }))
}

/// Signs in with telephone number and password.
#[utoipa::path(tag = "accounts", operation_id = "sign_in", request_body = SignIn,
    responses((status = 200, body = TokensView), (status = 401, description = "Wrong number or password"), Always, WithBody))]
#[post("/auth/sign-in")]
pub async fn sign_in(
    _actor: Actor<Anyone>,
    req: HttpRequest,
    body: Valid<SignIn>,
    db: web::Data<Db>,
    gate: web::Data<Gate>,
    passwords: web::Data<Passwords>,
    tokens: web::Data<Tokens>,
) -> Result<web::Json<TokensView>, Problem> {
    let SignIn { phone, password, device, label } = body.0;
    knock(&req, &gate, Some(&phone))?;
    let known = db.read(move |conn| Ok::<_, Failure<Never>>(service::credentials(conn, &phone)?)).await?;
    let (account, hash) = known.map_or((None, None), |(account, hash)| (Some(account), Some(hash)));
    let right = passwords.verify(password.secret().clone(), hash).await?;
    let Some(account) = account.filter(|_| right) else { return Err(AccountError::WrongPhoneOrPassword.into()) };
    let refresh_token = new_secret()?;
    let device = Device { label: label.map_or_else(|| "-".to_owned(), |label| label.to_string()), id: device };
    let opened = db.write(move |tx| Ok::<_, Failure<Never>>(service::open_session(tx, account, &device, &refresh_token)?)).await?;
    view(opened, &tokens)
}

pub(super) fn new_secret() -> Result<String, Problem> {
    random_secret().map_err(|_| Problem::new(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR, "internal"))
}

/// Exchanges a refresh token for the next pair of tokens.
#[utoipa::path(tag = "accounts", operation_id = "refresh", request_body = Refresh,
    responses((status = 200, body = TokensView), (status = 401, description = "Unknown, used or ended"), Always, WithBody))]
#[post("/auth/refresh")]
pub async fn refresh(
    _actor: Actor<Anyone>,
    req: HttpRequest,
    body: Valid<Refresh>,
    db: web::Data<Db>,
    gate: web::Data<Gate>,
    tokens: web::Data<Tokens>,
) -> Result<web::Json<TokensView>, Problem> {
    knock_with_secret(&req, &gate)?;
    let (body, signer) = (body.0, tokens.as_ref().clone());
    let rotation =
        db.write(move |tx| Ok::<_, Failure<Never>>(service::rotate(tx, &signer, &body.refresh_token, body.device.expose())?)).await?;
    match rotation {
        Rotation::Continued(opened) => view(opened, &tokens),
        Rotation::Refused | Rotation::Reused => Err(Problem::unauthorized("session_ended")),
    }
}

/// Ends the session of this request.
#[utoipa::path(tag = "accounts", operation_id = "sign_out", responses((status = 204), Always, SignedInOnly), security(("bearer" = [])))]
#[post("/auth/sign-out")]
pub async fn sign_out(actor: Actor<SignedIn>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let who = actor.who;
    db.write(move |tx| service::revoke(tx, who, who.session)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Shows the caller's own account.
#[utoipa::path(tag = "accounts", operation_id = "get_me", responses((status = 200, body = MeView), Always, SignedInOnly), security(("bearer" = [])))]
#[get("/me")]
pub async fn me(actor: Actor<SignedIn>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    let account = db.read(move |conn| service::me(conn, actor.who, now)).await?;
    Ok(tagged(account.version, &MeView::from(account)))
}

/// Changes the caller's own account.
#[utoipa::path(tag = "accounts", operation_id = "edit_me", request_body = EditMe, params(("If-Match" = String, Header)),
    responses((status = 200, body = MeView), Always, SignedInOnly, WithBody, WithVersion), security(("bearer" = [])))]
#[patch("/me")]
pub async fn edit_me(actor: Actor<SignedIn>, version: IfMatch, body: Valid<EditMe>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let change = body.0;
    let edited = db.write(move |tx| {
        service::edit(tx, actor.who, version.0, |account| {
            if let Some(name) = &change.name {
                account.name = name.to_string();
            }
            if let Some(email) = &change.email {
                account.email = Some(email.0.clone());
            }
            account.language = change.language.unwrap_or(account.language);
        })
    });
    let account = edited.await?;
    Ok(tagged(account.version, &MeView::from(account)))
}

/// Changes the caller's password and ends her sessions on other devices.
#[utoipa::path(tag = "accounts", operation_id = "change_password", request_body = ChangePassword,
    responses((status = 204), Always, SignedInOnly, WithBody), security(("bearer" = [])))]
#[put("/me/password")]
pub async fn change_password(
    actor: Actor<SignedIn>,
    body: Valid<ChangePassword>,
    db: web::Data<Db>,
    gate: web::Data<Gate>,
    passwords: web::Data<Passwords>,
) -> Result<HttpResponse, Problem> {
    let (who, now) = (actor.who, db.clock().now());
    gate.knock(Door::SignInPhone, &who.account.to_string())?;
    let hash = db.read(move |conn| service::password_hash(conn, who, now)).await?;
    if !passwords.verify(body.0.current.secret().clone(), Some(hash)).await? {
        return Err(AccountError::WrongPassword.into());
    }
    let new = passwords.hash(body.0.new.secret().clone()).await?;
    db.write(move |tx| service::change_password(tx, who, &new)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lists the caller's open sessions.
#[utoipa::path(tag = "accounts", operation_id = "list_my_sessions", responses((status = 200, body = SessionsView), Always, SignedInOnly), security(("bearer" = [])))]
#[get("/me/sessions")]
pub async fn list_sessions(actor: Actor<SignedIn>, db: web::Data<Db>) -> Result<web::Json<SessionsView>, Problem> {
    let (now, who) = (db.clock().now(), actor.who);
    let sessions = db.read(move |conn| service::sessions(conn, who, now)).await?;
    let items = sessions.into_iter().map(|s| SessionView {
        id: s.id,
        label: s.label,
        created_at: s.created_at,
        last_seen_at: s.last_seen_at,
        expires_at: s.expires_at,
        current: s.id == who.session,
    });
    Ok(web::Json(SessionsView { items: items.collect() }))
}

/// Ends one of the caller's sessions.
#[utoipa::path(tag = "accounts", operation_id = "revoke_my_session", params(("id" = SessionId, Path)),
    responses((status = 204), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[delete("/me/sessions/{id}")]
pub async fn revoke_session(actor: Actor<SignedIn>, id: web::Path<SessionId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    db.write(move |tx| service::revoke(tx, actor.who, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
