//! Moderation over HTTP.

use actix_web::{get, post};
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{Moderation, ModerationId};
use super::rules::Move;
use super::service::{self, ModerationError};
use super::views::{ChangesView, ModerationView, ServiceLevelView, WaitingView};
use crate::catalogue::{Listing, ProductId};
use kit::act;
use kit::auth::{Actor, SignedIn};
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use people::villages::VillageId;

impl From<ModerationError> for Problem {
    fn from(error: ModerationError) -> Self {
        match error {
            ModerationError::WrongState { state, wanted } => {
                Self::conflict("moderation_wrong_state").arg("state", state).arg("event", wanted)
            }
            ModerationError::Product(error) => error.into(),
            ModerationError::Denied(denied) => denied.into(),
        }
    }
}

/// Which page of the queue is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaitingQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const OLDEST: &str = "waiting";

/// Lists what waits for a village's admin, new products and changes, the longest first.
#[utoipa::path(tag = "moderation", operation_id = "list_waiting", params(("id" = VillageId, Path), WaitingQuery),
    responses((status = 200, body = Page<WaitingView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/villages/{id}/moderations")]
pub async fn queue(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    query: web::Query<WaitingQuery>,
    db: web::Data<Db>,
) -> Result<Page<WaitingView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let after = page::decode(OLDEST, q.cursor.as_deref())?;
    let (hours, rows) = db.read(move |conn| service::queue(conn, actor.who, now, *id, after, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, OLDEST, |(one, _)| (one.asked_at, one.id)).map(|waiting| WaitingView::at(now, hours, waiting)))
}

/// Tells how well a village keeps to its hours.
#[utoipa::path(tag = "moderation", operation_id = "get_moderation_service_level", params(("id" = VillageId, Path)),
    responses((status = 200, body = ServiceLevelView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/villages/{id}/moderation-service-level")]
pub async fn service_level(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    db: web::Data<Db>,
) -> Result<web::Json<ServiceLevelView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::service_level(conn, actor.who, now, *id)).await?.into()))
}

/// Lists the changes asked for of a product, with what became of them.
#[utoipa::path(tag = "moderation", operation_id = "list_product_changes", params(("id" = ProductId, Path)),
    responses((status = 200, body = ChangesView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/products/{id}/changes")]
pub async fn changes(actor: Actor<SignedIn>, id: web::Path<ProductId>, db: web::Data<Db>) -> Result<web::Json<ChangesView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::changes(conn, actor.who, now, *id)).await?.into()))
}

fn decided((one, _): (Moderation, Listing)) -> Reply {
    Reply::ok(&ModerationView::from(one))
}

act!(
    /// Lets it through: a product is on sale, a change is made.
    confirm, "moderation", "/moderations/{id}/confirm", "confirm_moderation", ModerationId, ModerationView,
    |tx, who, id| service::decide(tx, who, id, Move::Confirm, None).map(decided)
);
act!(
    /// Asks for changes; the product stays as the public knows it.
    return_for_changes, "moderation", "/moderations/{id}/return", "return_moderation", ModerationId, ModerationView,
    |tx, who, id, reason| service::decide(tx, who, id, Move::Return, Some(reason.as_str())).map(decided)
);
act!(
    /// Turns it down; a product that is on sale stays as it was.
    reject, "moderation", "/moderations/{id}/reject", "reject_moderation", ModerationId, ModerationView,
    |tx, who, id, reason| service::decide(tx, who, id, Move::Reject, Some(reason.as_str())).map(decided)
);
act!(
    /// Takes a change back before it is decided.
    withdraw, "moderation", "/moderations/{id}/withdraw", "withdraw_change", ModerationId, ModerationView,
    |tx, who, id| service::decide(tx, who, id, Move::Withdraw, None).map(decided)
);
