//! What the two sides agree on before the goods change hands, over HTTP.

use actix_web::post;
use serde::Deserialize;
use utoipa::ToSchema;

use super::changes::{self, LineChange};
use super::http::{check_lines, shown};
use super::model::{ChangeId, ChangeState, OrderId, Quantity};
use super::views::OrderView;
use crate::packs::PackId;
use crate::shops::model::Charge;
use kit::auth::{Actor, Buying, SignedIn};
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Posted, Problem, Reply};
use kit::text::Reason;

/// What delivery of an order costs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryFee {
    fee: Charge,
}

/// The seller says what delivery costs.
#[utoipa::path(tag = "orders", operation_id = "quote_delivery", params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), request_body = DeliveryFee,
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/orders/{id}/quote")]
pub async fn quote(
    actor: Actor<SignedIn>,
    id: web::Path<OrderId>,
    posted: Posted<DeliveryFee>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, fee) = (actor.who, *id, posted.body.fee.amount());
    let reply = posted.once.write(&db, who, move |tx| shown(who, changes::quote(tx, who, id, fee)?));
    Ok(reply.await?)
}

/// The buyer agrees to what delivery costs, as it was shown to her.
#[utoipa::path(tag = "orders", operation_id = "accept_delivery_quote", params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), request_body = DeliveryFee,
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/orders/{id}/quote/accept")]
pub async fn accept_quote(
    actor: Actor<Buying>,
    id: web::Path<OrderId>,
    posted: Posted<DeliveryFee>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, fee) = (actor.who, *id, posted.body.fee.amount());
    let reply = posted.once.write(&db, who, move |tx| shown(who, changes::accept_quote(tx, who, id, fee)?));
    Ok(reply.await?)
}

/// What comes in a line's place.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    pack_id: PackId,
    quantity: Quantity,
}

/// What is to become of one line.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeLine {
    /// The line of the order.
    position: i32,
    /// How many stay; fewer than there are, 0 to leave it out.
    #[schema(minimum = 0)]
    quantity: i64,
    replacement: Option<Replacement>,
}

/// A smaller order, or one with something else in it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeChange {
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<ProposeLine>,
    /// For the buyer to read.
    reason: Reason,
}

/// The seller proposes a smaller order, or a replacement; nothing changes until the buyer agrees.
#[utoipa::path(tag = "orders", operation_id = "propose_order_change", params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), request_body = ProposeChange,
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/orders/{id}/changes")]
pub async fn propose_change(
    actor: Actor<SignedIn>,
    id: web::Path<OrderId>,
    posted: Posted<ProposeChange>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, ProposeChange { lines, reason }) = (actor.who, *id, posted.body);
    check_lines(lines.len())?;
    let line = |line: ProposeLine| LineChange {
        position: line.position,
        quantity: line.quantity,
        replacement: line.replacement.map(|with| (with.pack_id, with.quantity.units())),
    };
    let wanted: Vec<LineChange> = lines.into_iter().map(line).collect();
    let reply = posted.once.write(&db, who, move |tx| shown(who, changes::propose(tx, who, id, &wanted, &reason)?));
    Ok(reply.await?)
}

/// Which change is meant: the one the caller was shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThatChange {
    change_id: ChangeId,
}

/// The buyer agrees to the change she was shown.
#[utoipa::path(tag = "orders", operation_id = "accept_order_change", params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), request_body = ThatChange,
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/orders/{id}/changes/accept")]
pub async fn accept_change(
    actor: Actor<Buying>,
    id: web::Path<OrderId>,
    posted: Posted<ThatChange>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, change) = (actor.who, *id, posted.body.change_id);
    let reply = posted.once.write(&db, who, move |tx| shown(who, changes::accept(tx, who, id, change)?));
    Ok(reply.await?)
}

/// The buyer does not agree; the order stays as it is.
#[utoipa::path(tag = "orders", operation_id = "decline_order_change", params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), request_body = ThatChange,
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/orders/{id}/changes/decline")]
pub async fn decline_change(
    actor: Actor<Buying>,
    id: web::Path<OrderId>,
    posted: Posted<ThatChange>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, change) = (actor.who, *id, posted.body.change_id);
    let reply = posted.once.write(&db, who, move |tx| shown(who, changes::drop_change(tx, who, id, change, ChangeState::Declined)?));
    Ok(reply.await?)
}

/// The seller takes her proposal back.
#[utoipa::path(tag = "orders", operation_id = "withdraw_order_change", params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), request_body = ThatChange,
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/orders/{id}/changes/withdraw")]
pub async fn withdraw_change(
    actor: Actor<SignedIn>,
    id: web::Path<OrderId>,
    posted: Posted<ThatChange>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, change) = (actor.who, *id, posted.body.change_id);
    let reply = posted.once.write(&db, who, move |tx| shown(who, changes::drop_change(tx, who, id, change, ChangeState::Withdrawn)?));
    Ok(reply.await?)
}
