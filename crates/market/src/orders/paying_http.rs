//! The money of orders over HTTP.

use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::http::shown;
use super::model::{Order, OrderId};
use super::paying::{self, Received};
use super::views::{OrderView, RefundView};
use super::{mediating, service};
use crate::payments::model::{RefundMove, RefundWay};
use crate::payments::{Method, PaymentId, Refund, RefundId};
use books::ledger::Holder;
use kit::act;
use kit::auth::{Actor, Buying, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::money::{Amount, Rupiah};
use kit::text::Reason;
use people::enterprises::EnterpriseId;
use people::media::MediaId;
use people::payment_details::http::PaymentInstructionsView;
use people::villages::VillageId;

/// How much a buyer pays, by when and to where.
#[derive(Serialize, ToSchema)]
pub struct PayOrderView {
    method: Method,
    /// What is still to be paid; to be transferred to the last digit, which tells it from other transfers.
    amount: Rupiah,
    /// By then, or the order ends.
    pay_by: Option<Timestamp>,
    to: PaymentInstructionsView,
}

/// Tells a buyer how to pay her order.
#[utoipa::path(tag = "payments", operation_id = "get_payment_instructions", params(("id" = OrderId, Path)),
    responses((status = 200, body = PayOrderView), (status = 409, description = "It is not time to pay, or nothing is left to pay"), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/orders/{id}/payment-instructions")]
pub async fn instructions(actor: Actor<Buying>, id: web::Path<OrderId>, db: web::Data<Db>) -> Result<web::Json<PayOrderView>, Problem> {
    let (now, who) = (db.clock().now(), actor.who);
    let (order, to) = db.read(move |conn| service::instructions(conn, who, now, *id)).await?;
    let amount = order.bill.outstanding().map_err(|_| Problem::conflict("sum_out_of_range"))?;
    Ok(web::Json(PayOrderView { method: order.bill.method, amount, pay_by: order.pay_by, to: to.into() }))
}

/// What the buyer says she has paid.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimPayment {
    /// All that is outstanding, unless said otherwise.
    amount: Option<Amount>,
    /// A picture of the transfer, uploaded before.
    proof_media_id: Option<MediaId>,
}

/// The buyer says that she has paid. The order is paid once the seller has the money.
#[utoipa::path(tag = "payments", operation_id = "claim_payment", params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), request_body = ClaimPayment,
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/orders/{id}/payments/claim")]
pub async fn claim(
    actor: Actor<Buying>,
    id: web::Path<OrderId>,
    posted: Posted<ClaimPayment>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, ClaimPayment { amount, proof_media_id }) = (actor.who, *id, posted.body);
    let reply = posted.once.write(&db, who, move |tx| shown(who, paying::claim(tx, who, id, amount.map(Amount::rupiah), proof_media_id)?));
    Ok(reply.await?)
}

/// Money the seller has, or that was collected for her.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivePayment {
    /// All that is outstanding, unless said otherwise.
    amount: Option<Amount>,
    /// As the order is to be paid, unless said otherwise.
    method: Option<Method>,
    /// Who has the cash: the seller, unless said otherwise.
    holder: Option<Holder>,
}

/// The seller writes down money that is there and that nobody had claimed.
#[utoipa::path(tag = "payments", operation_id = "receive_payment", params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), request_body = ReceivePayment,
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/orders/{id}/payments/receive")]
pub async fn receive(
    actor: Actor<SignedIn>,
    id: web::Path<OrderId>,
    posted: Posted<ReceivePayment>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, ReceivePayment { amount, method, holder }) = (actor.who, *id, posted.body);
    let received = Received { amount: amount.map(Amount::rupiah), method, holder: holder.unwrap_or(Holder::Seller) };
    let reply = posted.once.write(&db, who, move |tx| shown(who, paying::receive(tx, who, id, received)?));
    Ok(reply.await?)
}

/// What really came in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmPayment {
    /// What was claimed, unless said otherwise.
    amount: Option<Amount>,
    /// Who has the cash: the seller, unless said otherwise.
    holder: Option<Holder>,
}

/// The seller has the money that was claimed.
#[utoipa::path(tag = "payments", operation_id = "confirm_payment", params(("id" = PaymentId, Path), ("Idempotency-Key" = String, Header)), request_body = ConfirmPayment,
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/payments/{id}/confirm")]
pub async fn confirm(
    actor: Actor<SignedIn>,
    id: web::Path<PaymentId>,
    posted: Posted<ConfirmPayment>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, ConfirmPayment { amount, holder }) = (actor.who, *id, posted.body);
    let holder = holder.unwrap_or(Holder::Seller);
    let reply = posted.once.write(&db, who, move |tx| shown(who, paying::confirm(tx, who, id, amount.map(Amount::rupiah), holder)?));
    Ok(reply.await?)
}

act!(
    /// The seller does not see the money that was claimed.
    refuse, "payments", "/payments/{id}/refuse", "refuse_payment", PaymentId, OrderView,
    |tx, who, id, reason| paying::refuse(tx, who, id, reason.as_str()).and_then(|whole| shown(who, whole))
);
act!(
    /// Money that was confirmed is not there after all.
    reverse, "payments", "/payments/{id}/reverse", "reverse_payment", PaymentId, OrderView,
    |tx, who, id, reason| paying::reverse(tx, who, id, reason.as_str()).and_then(|whole| shown(who, whole))
);
act!(
    /// Cash that a courier or a warung held comes into the seller's hand.
    hand_in, "payments", "/payments/{id}/hand-in", "hand_in_cash", PaymentId, OrderView,
    |tx, who, id| paying::hand_in(tx, who, id).and_then(|whole| shown(who, whole))
);

/// A refund on its way.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendRefund {
    /// A picture of the transfer, uploaded before.
    proof_media_id: Option<MediaId>,
    /// How it goes back. As the money came unless said otherwise: the last first, and by both ways where it came by both.
    method: Option<RefundWay>,
}

/// The seller has sent back what was owed, or shows again that she has.
#[utoipa::path(tag = "payments", operation_id = "send_refund", params(("id" = RefundId, Path), ("Idempotency-Key" = String, Header)), request_body = SendRefund,
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/refunds/{id}/send")]
pub async fn send_refund(
    actor: Actor<SignedIn>,
    id: web::Path<RefundId>,
    posted: Posted<SendRefund>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, SendRefund { proof_media_id: proof, method }) = (actor.who, *id, posted.body);
    let reply = posted.once.write(&db, who, move |tx| shown(who, paying::send_refund(tx, who, id, proof, method)?));
    Ok(reply.await?)
}

act!(
    /// The buyer has the money that was sent back.
    Buying acknowledge_refund, "payments", "/refunds/{id}/acknowledge", "acknowledge_refund", RefundId, OrderView,
    |tx, who, id| paying::answer_refund(tx, who, id, RefundMove::Acknowledge, None).and_then(|whole| shown(who, whole))
);
act!(
    /// The buyer does not see the money that was sent back.
    Buying dispute_refund, "payments", "/refunds/{id}/dispute", "dispute_refund", RefundId, OrderView,
    |tx, who, id, reason| paying::answer_refund(tx, who, id, RefundMove::Dispute, Some(reason.as_str())).and_then(|whole| shown(who, whole))
);

/// A refund that its buyer does not see, as the village sees it.
#[derive(Serialize, ToSchema)]
pub struct RefundCaseView {
    order_id: OrderId,
    order_number: String,
    seller_id: EnterpriseId,
    seller_name: String,
    refund: RefundView,
}

impl From<(Order, Refund)> for RefundCaseView {
    fn from((order, refund): (Order, Refund)) -> Self {
        let Order { id: order_id, number: order_number, seller_id, seller_name, .. } = order;
        Self { order_id, order_number, seller_id, seller_name, refund: refund.into() }
    }
}

/// Which page of a village's disputed refunds is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DisputedRefundQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const OLDEST: &str = "disputed_refunds";

/// Lists the refunds a village is to decide on: said to be sent, and not seen by their buyers. Oldest first.
#[utoipa::path(tag = "payments", operation_id = "list_disputed_refunds", params(("id" = VillageId, Path), DisputedRefundQuery),
    responses((status = 200, body = Page<RefundCaseView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/villages/{id}/disputed-refunds")]
pub async fn disputed_refunds(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    query: web::Query<DisputedRefundQuery>,
    db: web::Data<Db>,
) -> Result<Page<RefundCaseView>, Problem> {
    let (now, q, who) = (db.clock().now(), query.into_inner(), actor.who);
    let after = page::decode(OLDEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| mediating::disputed(conn, who, now, *id, after, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, OLDEST, |(_, refund)| refund.id).map(RefundCaseView::from))
}

/// What the village finds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRefund {
    /// Whether the money was sent. Where it was not, it is owed anew, as another refund.
    sent: bool,
    /// For both sides to read.
    reason: Reason,
}

/// The village decides whether a refund that the buyer does not see was sent.
#[utoipa::path(tag = "payments", operation_id = "decide_refund", params(("id" = RefundId, Path), ("Idempotency-Key" = String, Header)), request_body = DecideRefund,
    responses((status = 200, body = RefundCaseView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/refunds/{id}/decide")]
pub async fn decide_refund(
    actor: Actor<SignedIn>,
    id: web::Path<RefundId>,
    posted: Posted<DecideRefund>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, DecideRefund { sent, reason }) = (actor.who, *id, posted.body);
    let reply = posted.once.write(&db, who, move |tx| {
        let decided = mediating::decide(tx, who, id, sent, reason.as_str())?;
        Ok(Reply::ok(&RefundCaseView::from(decided)))
    });
    Ok(reply.await?)
}
