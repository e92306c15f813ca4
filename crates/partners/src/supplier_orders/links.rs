//! Answering an order by a link, without an account. Who holds the link answers for the supplier; it is hashed, ends, and
//! opens nothing else.

use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Serialize;
use utoipa::ToSchema;

use super::answering;
use super::http::AnswerSupplierOrder;
use super::model::{Answer, SupplierOrderId};
use super::reading;
use super::service::SupplierOrderError;
use super::views::LinkedOrderView;
use kit::auth::token::{digest, random_secret};
use kit::auth::{Actor, Anyone, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Db, Failure};
use kit::http::edge::knock_with_secret;
use kit::http::limits::Gate;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{NoBody, Posted, Problem, Reply, Valid};

/// How long a link can be used.
const LINK_DAYS: i64 = 14;

/// A link to an order.
#[derive(Serialize, ToSchema)]
pub struct SupplierLinkView {
    order_id: SupplierOrderId,
    /// The secret part. Shown here and nowhere else.
    token: String,
    /// Where the order is shown and answered.
    path: String,
    expires_at: Timestamp,
}

/// Makes the link by which the supplier can answer without an account; the one before it ends.
#[utoipa::path(tag = "supply", operation_id = "make_supplier_link", params(("id" = SupplierOrderId, Path), ("Idempotency-Key" = String, Header)), request_body = NoBody,
    responses((status = 200, body = SupplierLinkView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/supplier-orders/{id}/link")]
pub async fn make(
    actor: Actor<SignedIn>,
    id: web::Path<SupplierOrderId>,
    posted: Posted<NoBody>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id) = (actor.who, id.into_inner());
    let token = random_secret().map_err(|_| Problem::new(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR, "internal"))?;
    let reply = posted.once.write(&db, who, move |tx| {
        let expires_at = answering::make_link(tx, who, id, &digest(&token), LINK_DAYS)?;
        let path = format!("/v1/supplier-links/{token}");
        Ok(Reply::ok(&SupplierLinkView { order_id: id, token: token.clone(), path, expires_at }))
    });
    Ok(reply.await?)
}

/// Shows an order to whoever holds its link.
#[utoipa::path(tag = "supply", operation_id = "get_linked_order", params(("token" = String, Path)),
    responses((status = 200, body = LinkedOrderView), Always, OnOne))]
#[get("/supplier-links/{token}")]
pub async fn show(
    _actor: Actor<Anyone>,
    req: HttpRequest,
    token: web::Path<String>,
    db: web::Data<Db>,
    gate: web::Data<Gate>,
) -> Result<web::Json<LinkedOrderView>, Problem> {
    knock_with_secret(&req, &gate)?;
    let (now, secret) = (db.clock().now(), digest(&token));
    let whole = db.read(move |conn| {
        let (id, _) = reading::by_link(conn, &secret, now)?;
        Ok::<_, Failure<SupplierOrderError>>(reading::whole(conn, id)?)
    });
    Ok(web::Json(whole.await?.into()))
}

/// Answers an order by its link; the same answer again changes nothing.
#[utoipa::path(tag = "supply", operation_id = "answer_linked_order", params(("token" = String, Path)), request_body = AnswerSupplierOrder,
    responses((status = 200, body = LinkedOrderView), (status = 409, description = "The state of things forbids it"), Always, OnOne, WithBody))]
#[post("/supplier-links/{token}/answer")]
pub async fn answer(
    _actor: Actor<Anyone>,
    req: HttpRequest,
    token: web::Path<String>,
    body: Valid<AnswerSupplierOrder>,
    db: web::Data<Db>,
    gate: web::Data<Gate>,
) -> Result<HttpResponse, Problem> {
    knock_with_secret(&req, &gate)?;
    let (secret, said) = (digest(&token), Answer::from(body.0));
    let whole = db.write(move |tx| {
        let now = tx.now();
        let (id, made_by) = reading::by_link(tx, &secret, now)?;
        answering::answer_by_link(tx, id, made_by, &said)
    });
    Ok(HttpResponse::Ok().json(LinkedOrderView::from(whole.await?)))
}
