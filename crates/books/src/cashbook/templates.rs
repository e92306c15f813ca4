//! Rows that come again and again: kept once, written down with one tap.

use actix_web::{HttpResponse, delete, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::http::{CashRowView, answered};
use super::model::{CashNote, CashTemplateId, ClientId, NewCashRow, Template, TemplateName};
use super::service;
use kit::auth::{Actor, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Posted, Problem, Reply};
use kit::money::Amount;
use people::enterprises::EnterpriseId;
use people::media::MediaId;

/// A row to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepTemplate {
    name: TemplateName,
    /// Without `day` and `client_id`: those are different each time.
    row: NewCashRow,
}

/// A row that comes again and again.
#[derive(Serialize, ToSchema)]
pub struct CashTemplateView {
    id: CashTemplateId,
    name: String,
    row: NewCashRow,
    made_at: Timestamp,
}

impl From<Template> for CashTemplateView {
    fn from(template: Template) -> Self {
        let Template { id, enterprise_id: _, name, row, made_at } = template;
        Self { id, name, row, made_at }
    }
}

/// The templates of an enterprise, by name.
#[derive(Serialize, ToSchema)]
pub struct CashTemplatesView {
    templates: Vec<CashTemplateView>,
}

/// Keeps a row to be written down again and again.
#[utoipa::path(tag = "cash book", operation_id = "keep_cash_template", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = KeepTemplate,
    responses((status = 201, body = CashTemplateView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/cash-templates")]
pub async fn keep(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<KeepTemplate>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, KeepTemplate { name, row }) = (actor.who, id.into_inner(), posted.body);
    let place = format!("/v1/enterprises/{id}/cash-templates");
    let reply = posted.once.write(&db, who, move |tx| {
        let kept = service::keep_template(tx, who, id, &name, &row);
        kept.map(|template| Reply::created(place.clone(), &CashTemplateView::from(template)))
    });
    Ok(reply.await?)
}

/// Lists the templates of an enterprise, by name.
#[utoipa::path(tag = "cash book", operation_id = "list_cash_templates", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = CashTemplatesView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/cash-templates")]
pub async fn list(actor: Actor<SignedIn>, id: web::Path<EnterpriseId>, db: web::Data<Db>) -> Result<web::Json<CashTemplatesView>, Problem> {
    let now = db.clock().now();
    let templates = db.read(move |conn| service::templates(conn, actor.who, now, *id)).await?;
    Ok(web::Json(CashTemplatesView { templates: templates.into_iter().map(CashTemplateView::from).collect() }))
}

/// What is different this time; the rest is as the template says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyTemplate {
    amount: Option<Amount>,
    /// The day in the village on which it happened: today, unless said otherwise.
    #[schema(value_type = Option<String>, format = Date)]
    day: Option<NaiveDate>,
    note: Option<CashNote>,
    /// A picture of the slip or of the page, uploaded before with the purpose `cash_book`.
    photo_media_id: Option<MediaId>,
    client_id: Option<ClientId>,
}

/// Writes down a template's row.
#[utoipa::path(tag = "cash book", operation_id = "apply_cash_template", params(("id" = CashTemplateId, Path), ("Idempotency-Key" = String, Header)), request_body = ApplyTemplate,
    responses((status = 201, body = CashRowView), (status = 200, body = CashRowView, description = "It stood there before, by its client_id"),
        Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/cash-templates/{id}/apply")]
pub async fn apply(
    actor: Actor<SignedIn>,
    id: web::Path<CashTemplateId>,
    posted: Posted<ApplyTemplate>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, new) = (actor.who, id.into_inner(), posted.body);
    let reply = posted.once.write(&db, who, move |tx| {
        let change = |row: &mut NewCashRow| {
            row.amount = new.amount.unwrap_or(row.amount);
            row.day = new.day;
            row.note = new.note.clone().or_else(|| row.note.take());
            row.photo_media_id = new.photo_media_id;
            row.client_id.clone_from(&new.client_id);
        };
        service::apply_template(tx, who, id, change).map(answered)
    });
    Ok(reply.await?)
}

/// Forgets a template; what was written down by it stays.
#[utoipa::path(tag = "cash book", operation_id = "remove_cash_template", params(("id" = CashTemplateId, Path)),
    responses((status = 204), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[delete("/cash-templates/{id}")]
pub async fn remove(actor: Actor<SignedIn>, id: web::Path<CashTemplateId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    db.write(move |tx| service::remove_template(tx, actor.who, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
