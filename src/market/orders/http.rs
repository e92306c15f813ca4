//! Orders over HTTP.

use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::model::{Address, Cart, CartLine, Delivery, Fulfilment, Note, OrderGroupId, OrderId, State, Whole};
use super::paying;
use super::rules::Move;
use super::service::{self, OrderError};
use super::views::{OrderGroupView, OrderHistoryView, OrderView};
use crate::act;
use crate::kit::auth::{Actor, Buying, Identity, SignedIn};
use crate::kit::db::Db;
use crate::kit::http::etag::tagged;
use crate::kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use crate::kit::http::{Limit, Page, Posted, Problem, Reply, page};
use crate::kit::money::Rupiah;
use crate::market::payments::{Method, Move as PaymentMove};
use crate::people::enterprises::EnterpriseId;
use crate::people::permissions::Action;

/// The most lines of a cart.
const MOST_LINES: usize = 50;

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NotForSale { pack } => Self::conflict("not_for_sale").arg("pack", pack),
            OrderError::OwnProduct { pack } => Self::conflict("own_product").arg("pack", pack),
            OrderError::OtherTotal { total } => Self::conflict("other_total").arg("total", total),
            OrderError::TooMuch => Self::conflict("sum_out_of_range"),
            OrderError::WrongState { state, wanted } => Self::conflict("order_wrong_state").arg("state", state).arg("event", wanted),
            OrderError::NotTrading => Self::conflict("enterprise_not_trading"),
            OrderError::NotPaid => Self::conflict("order_not_paid"),
            OrderError::PaymentWrongState { state, wanted } => {
                Self::conflict("payment_wrong_state").arg("state", state).arg("event", wanted)
            }
            OrderError::NoRefundDue => Self::conflict("no_refund_due"),
            OrderError::Stock(error) => error.into(),
            OrderError::Books(error) => error.into(),
            OrderError::Denied(denied) => denied.into(),
        }
    }
}

/// A cart.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// 1 to 50 lines, of any sellers.
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<CartLine>,
    fulfilment: Fulfilment,
    /// Needed when the seller brings it.
    address: Option<Address>,
    note: Option<Note>,
    payment: Method,
    /// What the buyer was shown; if the prices say otherwise now, nothing is ordered.
    expected_total: Option<Rupiah>,
}

impl TryFrom<PlaceOrder> for Cart {
    type Error = Problem;

    fn try_from(body: PlaceOrder) -> Result<Self, Problem> {
        let PlaceOrder { lines, fulfilment, address, note, payment, expected_total } = body;
        if lines.is_empty() || lines.len() > MOST_LINES {
            return Err(Problem::invalid_field("lines", format!("lines_out_of_range({MOST_LINES})")));
        }
        let delivery = match (fulfilment, address) {
            (Fulfilment::Pickup, None) => Delivery::Pickup,
            (Fulfilment::Pickup, Some(_)) => return Err(Problem::invalid_field("address", "address_not_for_pickup")),
            (Fulfilment::SellerDelivery, Some(address)) => Delivery::BySeller(address),
            (Fulfilment::SellerDelivery, None) => return Err(Problem::invalid_field("address", "address_needed")),
        };
        Ok(Self { lines, delivery, note, payment, expected_total })
    }
}

/// Which of an enterprise's orders are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SoldQuery {
    state: Option<State>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which page of the caller's orders is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoughtQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "orders";

fn shown(who: Identity, whole: Whole) -> Reply {
    let version = whole.0.version;
    Reply::ok(&OrderView::seen_by(who.account, whole)).version(version)
}

/// Orders a cart: one order per seller, all or nothing.
#[utoipa::path(tag = "orders", operation_id = "place_order", params(("Idempotency-Key" = String, Header)), request_body = PlaceOrder,
    responses((status = 201, body = OrderGroupView), Always, SignedInOnly, WithBody, WithKey), security(("bearer" = [])))]
#[post("/order-groups")]
pub async fn place(actor: Actor<Buying>, posted: Posted<PlaceOrder>, db: web::Data<Db>) -> Result<Reply, Problem> {
    let (who, cart) = (actor.who, Cart::try_from(posted.body)?);
    let reply = posted.once.write(&db, who, move |tx| {
        let (id, total, orders) = service::place(tx, who, &cart)?;
        let orders = orders.into_iter().map(|whole| OrderView::seen_by(who.account, whole)).collect();
        Ok(Reply::created(format!("/v1/order-groups/{id}"), &OrderGroupView { id, total, orders }))
    });
    Ok(reply.await?)
}

/// Shows the orders of one cart to its buyer.
#[utoipa::path(tag = "orders", operation_id = "get_order_group", params(("id" = OrderGroupId, Path)),
    responses((status = 200, body = OrderGroupView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/order-groups/{id}")]
pub async fn show_group(
    actor: Actor<Buying>,
    id: web::Path<OrderGroupId>,
    db: web::Data<Db>,
) -> Result<web::Json<OrderGroupView>, Problem> {
    let (now, id, who) = (db.clock().now(), id.into_inner(), actor.who);
    let (total, orders) = db.read(move |conn| service::show_group(conn, who, now, id)).await?;
    let orders = orders.into_iter().map(|whole| OrderView::seen_by(who.account, whole)).collect();
    Ok(web::Json(OrderGroupView { id, total, orders }))
}

/// Lists what the caller has bought, newest first.
#[utoipa::path(tag = "orders", operation_id = "list_my_orders", params(BoughtQuery),
    responses((status = 200, body = Page<OrderView>), Always, SignedInOnly), security(("bearer" = [])))]
#[get("/me/orders")]
pub async fn bought(actor: Actor<Buying>, query: web::Query<BoughtQuery>, db: web::Data<Db>) -> Result<Page<OrderView>, Problem> {
    let (now, q, who) = (db.clock().now(), query.into_inner(), actor.who);
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::bought(conn, who, now, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |(order, _)| order.id).map(|whole| OrderView::seen_by(who.account, whole)))
}

/// Lists an enterprise's orders, newest first.
#[utoipa::path(tag = "orders", operation_id = "list_enterprise_orders", params(("id" = EnterpriseId, Path), SoldQuery),
    responses((status = 200, body = Page<OrderView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/orders")]
pub async fn sold(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<SoldQuery>,
    db: web::Data<Db>,
) -> Result<Page<OrderView>, Problem> {
    let (now, q, who) = (db.clock().now(), query.into_inner(), actor.who);
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::sold(conn, who, now, *id, q.state, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |(order, _)| order.id).map(|whole| OrderView::seen_by(who.account, whole)))
}

/// Shows an order to its buyer or its seller.
#[utoipa::path(tag = "orders", operation_id = "get_order", params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/orders/{id}")]
pub async fn show(actor: Actor<Buying>, id: web::Path<OrderId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let (now, who) = (db.clock().now(), actor.who);
    let whole = db.read(move |conn| service::show(conn, who, now, *id)).await?;
    Ok(tagged(whole.0.version, &OrderView::seen_by(who.account, whole)))
}

/// Lists the moves of an order and of its payment, oldest first.
#[utoipa::path(tag = "orders", operation_id = "list_order_history", params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/orders/{id}/history")]
pub async fn history(actor: Actor<Buying>, id: web::Path<OrderId>, db: web::Data<Db>) -> Result<web::Json<OrderHistoryView>, Problem> {
    let (now, who) = (db.clock().now(), actor.who);
    Ok(web::Json(db.read(move |conn| service::history(conn, who, now, *id)).await?.into()))
}

act!(
    /// Takes an order on.
    accept, "orders", "/orders/{id}/accept", "accept_order", OrderId, OrderView,
    |tx, who, id| service::advance(tx, who, id, Move::Accept, Action::FulfilOrder, None).map(|whole| shown(who, whole))
);
act!(
    /// Declines an order; what was reserved is free again.
    reject, "orders", "/orders/{id}/reject", "reject_order", OrderId, OrderView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Reject, Action::FulfilOrder, Some(reason.as_str())).map(|whole| shown(who, whole))
);
act!(
    /// Begins to make or pack it.
    prepare, "orders", "/orders/{id}/prepare", "prepare_order", OrderId, OrderView,
    |tx, who, id| service::advance(tx, who, id, Move::Prepare, Action::FulfilOrder, None).map(|whole| shown(who, whole))
);
act!(
    /// Says that it can be handed over.
    mark_ready, "orders", "/orders/{id}/ready", "mark_order_ready", OrderId, OrderView,
    |tx, who, id| service::advance(tx, who, id, Move::MarkReady, Action::FulfilOrder, None).map(|whole| shown(who, whole))
);
act!(
    /// Hands it over: the stock leaves, the income stands in the books.
    hand_over, "orders", "/orders/{id}/hand-over", "hand_over_order", OrderId, OrderView,
    |tx, who, id| service::advance(tx, who, id, Move::HandOver, Action::FulfilOrder, None).map(|whole| shown(who, whole))
);
act!(
    /// Says that all is done; only a paid order can be completed.
    complete, "orders", "/orders/{id}/complete", "complete_order", OrderId, OrderView,
    |tx, who, id| service::advance(tx, who, id, Move::Complete, Action::EndOrder, None).map(|whole| shown(who, whole))
);
act!(
    /// Calls it off: the buyer until preparation begins, the seller until hand-over.
    Buying cancel, "orders", "/orders/{id}/cancel", "cancel_order", OrderId, OrderView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Cancel, Action::EndOrder, Some(reason.as_str())).map(|whole| shown(who, whole))
);
act!(
    /// The buyer says that she has paid.
    Buying claim_payment, "payments", "/orders/{id}/payment/claim", "claim_payment", OrderId, OrderView,
    |tx, who, id| paying::advance(tx, who, id, PaymentMove::Claim, Action::ClaimPayment, None).map(|whole| shown(who, whole))
);
act!(
    /// The seller has the money.
    confirm_payment, "payments", "/orders/{id}/payment/confirm", "confirm_payment", OrderId, OrderView,
    |tx, who, id| paying::advance(tx, who, id, PaymentMove::Confirm, Action::FulfilOrder, None).map(|whole| shown(who, whole))
);
act!(
    /// The seller does not see the money that was claimed.
    refuse_payment, "payments", "/orders/{id}/payment/refuse", "refuse_payment", OrderId, OrderView,
    |tx, who, id, reason| paying::advance(tx, who, id, PaymentMove::Refuse, Action::FulfilOrder, Some(reason.as_str())).map(|whole| shown(who, whole))
);
act!(
    /// The seller has sent back what was owed.
    send_refund, "payments", "/orders/{id}/refund/send", "send_refund", OrderId, OrderView,
    |tx, who, id| paying::send_refund(tx, who, id).map(|whole| shown(who, whole))
);
