//! Links in answers, and the templates of a village over HTTP.

use actix_web::{HttpResponse, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Kind, Link, NoLink, Recipient, Template, TemplateText};
use super::rules::BadTemplate;
use super::service::{self, TemplateError};
use crate::catalogue::ProductId;
use kit::auth::{Actor, Anyone, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithVersion};
use kit::http::web;
use kit::http::{Problem, Valid};
use people::villages::VillageId;

/// Under which address people reach this service, without a slash at its end.
#[derive(Clone, Debug)]
pub struct PublicUrl(pub String);

impl PublicUrl {
    /// The whole address of `path`, which begins with a slash.
    #[must_use]
    pub fn of(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl From<TemplateError> for Problem {
    fn from(error: TemplateError) -> Self {
        let text = |message: String| Self::invalid_field("text", message);
        match error {
            TemplateError::Bad(BadTemplate::Unreadable { line }) => text(format!("template_unreadable({line})")),
            TemplateError::Bad(BadTemplate::UnknownName(name)) => text(format!("template_name_unknown({name})")),
            TemplateError::Bad(BadTemplate::TooMuch) => text("template_too_much".to_owned()),
            TemplateError::Stale => stale(),
            TemplateError::Denied(denied) => denied.into(),
        }
    }
}

/// A chat to open, with the message already written.
#[derive(Serialize, ToSchema)]
pub struct LinkView {
    /// `https://wa.me/…`; `null` where no number may be shown.
    url: Option<String>,
    /// Whose number it is.
    recipient: Option<Recipient>,
    /// Why there is no link.
    reason: Option<NoLink>,
}

impl From<Link> for LinkView {
    fn from(link: Link) -> Self {
        match link {
            Link::To { recipient, url } => Self { url: Some(url), recipient: Some(recipient), reason: None },
            Link::None(why) => Self { url: None, recipient: None, reason: Some(why) },
        }
    }
}

/// The template of a village's messages.
#[derive(Serialize, ToSchema)]
pub struct TemplateView {
    kind: Kind,
    /// What counts.
    text: String,
    /// Whether the village wrote it itself.
    own: bool,
    /// The names it may use, as `{{ name }}`.
    variables: Vec<&'static str>,
    /// `null` where the village has never changed it.
    updated_at: Option<Timestamp>,
}

fn shown(kind: Kind, template: Template) -> HttpResponse {
    let Template { own, usual, version, updated_at } = template;
    let view = TemplateView {
        kind,
        own: own.is_some(),
        text: own.unwrap_or_else(|| usual.to_owned()),
        variables: kind.variables().to_vec(),
        updated_at,
    };
    tagged(version, &view)
}

/// A template as a village writes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutTemplate {
    /// `null` brings back the one of this service, in the village's language.
    text: Option<TemplateText>,
}

/// A template to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryTemplate {
    text: TemplateText,
}

/// What a template would say.
#[derive(Serialize, ToSchema)]
pub struct TemplatePreviewView {
    message: String,
}

/// Gives the link that opens a chat about a product that is for sale: with its seller if she shows her number, else with her village.
#[utoipa::path(tag = "catalogue", operation_id = "get_product_chat", params(("id" = ProductId, Path)), responses((status = 200, body = LinkView), Always, OnOne))]
#[get("/products/{id}/whatsapp")]
pub async fn product_chat(
    _actor: Actor<Anyone>,
    id: web::Path<ProductId>,
    public_url: web::Data<PublicUrl>,
    db: web::Data<Db>,
) -> Result<web::Json<LinkView>, Problem> {
    let (now, url) = (db.clock().now(), public_url.of(&format!("/v1/products/{}", *id)));
    let link = db.read_public(move |conn| service::for_product(conn, now, *id, url)).await?;
    Ok(web::Json(link.into()))
}

/// Shows the template of a village's WhatsApp messages to its admins. Before they have changed it, its version is 0.
#[utoipa::path(tag = "villages", operation_id = "get_message_template", params(("id" = VillageId, Path), ("kind" = Kind, Path)),
    responses((status = 200, body = TemplateView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/villages/{id}/message-templates/{kind}")]
pub async fn show(actor: Actor<SignedIn>, path: web::Path<(VillageId, Kind)>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let (village, kind) = path.into_inner();
    let now = db.clock().now();
    let template = db.read(move |conn| service::show(conn, actor.who, now, village, kind)).await?;
    Ok(shown(kind, template))
}

/// Gives a village its own template, or ours again. One that does not work is refused.
#[utoipa::path(tag = "villages", operation_id = "put_message_template", params(("id" = VillageId, Path), ("kind" = Kind, Path), ("If-Match" = String, Header)), request_body = PutTemplate,
    responses((status = 200, body = TemplateView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[put("/villages/{id}/message-templates/{kind}")]
pub async fn put(
    actor: Actor<SignedIn>,
    path: web::Path<(VillageId, Kind)>,
    version: IfMatch,
    body: Valid<PutTemplate>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let (village, kind) = path.into_inner();
    let template = db.write(move |tx| service::put(tx, actor.who, village, kind, version.0, body.0.text.as_ref())).await?;
    Ok(shown(kind, template))
}

/// Fills a template with a sample, without keeping it.
#[utoipa::path(tag = "villages", operation_id = "preview_message_template", params(("id" = VillageId, Path), ("kind" = Kind, Path)), request_body = TryTemplate,
    responses((status = 200, body = TemplatePreviewView), Always, SignedInOnly, OnOne, WithBody), security(("bearer" = [])))]
#[post("/villages/{id}/message-templates/{kind}/preview")]
pub async fn preview(
    actor: Actor<SignedIn>,
    path: web::Path<(VillageId, Kind)>,
    body: Valid<TryTemplate>,
    db: web::Data<Db>,
) -> Result<web::Json<TemplatePreviewView>, Problem> {
    let (village, kind) = path.into_inner();
    let now = db.clock().now();
    let message = db.read(move |conn| service::preview(conn, actor.who, now, village, kind, &body.0.text)).await?;
    Ok(web::Json(TemplatePreviewView { message }))
}
