//! Supplier orders over HTTP.

use actix_web::{HttpResponse, get, post, put};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::model::{Answer, LineCount, MOST_LINES, NewOrder, Payment, SupplierOrderId, SupplierPaymentId, WantedLine, Whole};
use super::reading;
use super::service::{self, SupplierOrderError};
use super::views::{SupplierOrderHistoryView, SupplierOrderView};
use super::{answering, billing, paying, receiving};
use crate::debts::Method;
use kit::act;
use kit::auth::{Actor, SignedIn};
use kit::db::{Db, Tx};
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey, WithVersion};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, Valid, page};
use kit::text::Reason;
use kit::word_enum;
use market::orders::model::Note;
use market::packs::model::Price;
use people::enterprises::EnterpriseId;

impl From<SupplierOrderError> for Problem {
    fn from(error: SupplierOrderError) -> Self {
        use SupplierOrderError as E;
        match error {
            E::NoAgreement => Self::conflict("no_supply_agreement"),
            E::NotTrading => Self::conflict("partners_not_trading"),
            E::NotForSale { item } => Self::conflict("supply_not_for_sale").arg("item", item),
            E::LineTwice => Self::invalid_field("lines", "item_twice"),
            E::BelowMinimum { minimum } => Self::conflict("below_agreed_minimum").arg("minimum", minimum),
            E::DayNotPossible { earliest } => Self::conflict("day_not_agreed").arg("earliest", earliest),
            E::OverCredit { limit, free } => Self::conflict("over_credit_limit").arg("limit", limit).arg("free", free),
            E::DayOutOfRange => Self::invalid_field("on", "promise_day_out_of_range"),
            E::DayPassed => Self::invalid_field("on", "promise_day_passed"),
            E::NotOverdue { day } => Self::conflict("supplier_order_not_overdue").arg("day", day),
            E::NothingPromised => Self::invalid_field("lines", "nothing_promised"),
            E::PromisedMore { promised } => Self::invalid_field("lines", format!("promised_more({promised})")),
            E::ReceivedDay { from } => Self::invalid_field("on", format!("received_day_out_of_range({from})")),
            E::SoonerByLink => Self::invalid_field("on", "promise_sooner_by_link"),
            E::OtherDayProposed { proposed } => Self::conflict("other_day_proposed").arg("proposed", proposed),
            E::JointShare => Self::conflict("joint_share"),
            E::JointShareInPart => Self::conflict("joint_share_in_part"),
            E::Stale => stale(),
            E::NothingProposed => Self::conflict("no_day_proposed"),
            E::NoSuchLine { position } => Self::invalid_field("lines", format!("no_such_order_line({position})")),
            E::NothingReceived => Self::invalid_field("lines", "nothing_counted"),
            E::TooManyReceived { most } => Self::conflict("received_too_many").arg("most", most),
            E::BilledCountLowered => Self::conflict("billed_count_lowered"),
            E::BilledBelowReceived => Self::conflict("billed_below_received"),
            E::BelowPaid { paid } => Self::conflict("below_paid").arg("paid", paid),
            E::OverPaid { open } => Self::conflict("more_than_open").arg("open", open),
            E::PaymentSettled => Self::conflict("supplier_payment_settled"),
            E::WrongState { state, wanted } => Self::conflict("supplier_order_wrong_state").arg("state", state).arg("event", wanted),
            E::TooMuch => Self::conflict("sum_out_of_range"),
            E::Material(error) => error.into(),
            E::Books(error) => error.into(),
            E::Denied(denied) => denied.into(),
        }
    }
}

/// An order of raw material.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftSupplierOrder {
    supplier_id: EnterpriseId,
    /// 1 to 50 lines, each of another item.
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<WantedLine>,
    payment: Payment,
    /// The first day the agreement allows unless said otherwise.
    #[schema(value_type = Option<String>, format = Date)]
    wanted_on: Option<NaiveDate>,
    note: Option<Note>,
}

impl TryFrom<DraftSupplierOrder> for NewOrder {
    type Error = Problem;

    fn try_from(body: DraftSupplierOrder) -> Result<Self, Problem> {
        let DraftSupplierOrder { supplier_id, lines, payment, wanted_on, note } = body;
        if lines.is_empty() || lines.len() > MOST_LINES {
            return Err(Problem::invalid_field("lines", format!("lines_out_of_range({MOST_LINES})")));
        }
        Ok(Self { supplier: supplier_id, lines, payment, wanted_on, note })
    }
}

word_enum! {
    /// What a supplier says to an order.
    Word as "SupplierAnswer" {
        /// She brings it.
        Accept = "accept",
        /// She does not.
        Reject = "reject",
    }
}

/// What a supplier says to an order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerSupplierOrder {
    answer: Word,
    /// The day she brings it; the one that is wanted unless said otherwise, today or later. A later one than is wanted waits for the
    /// buyer's word, and so does a sooner one that is none of the days agreed. By her account she may name a day of the last week, which
    /// she promised by telephone.
    #[schema(value_type = Option<String>, format = Date)]
    on: Option<NaiveDate>,
    /// Where she takes on less than was ordered.
    #[serde(default)]
    #[schema(max_items = 50)]
    lines: Vec<LineCount>,
    /// For the buyer to read.
    reason: Option<Reason>,
}

impl From<AnswerSupplierOrder> for Answer {
    fn from(AnswerSupplierOrder { answer, on, lines, reason }: AnswerSupplierOrder) -> Self {
        match answer {
            Word::Accept => Self::Promise { on, lines, reason },
            Word::Reject => Self::Reject { reason },
        }
    }
}

/// Counts per line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountLines {
    #[schema(max_items = 50)]
    lines: Vec<LineCount>,
}

/// What has come, per line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveLines {
    #[schema(max_items = 50)]
    lines: Vec<LineCount>,
    /// The day it came: today unless said otherwise, not before it was ordered.
    #[schema(value_type = Option<String>, format = Date)]
    on: Option<NaiveDate>,
}

/// The day the buyer agrees to: the one that is proposed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreeToDay {
    #[schema(value_type = String, format = Date)]
    on: NaiveDate,
}

/// Money for an order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaySupplierOrder {
    amount: Price,
    method: Method,
}

/// Why the money is not there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefuseSupplierPayment {
    /// For the buyer to read.
    reason: Option<Reason>,
}

word_enum! {
    /// Which side of orders is asked for.
    Direction as "SupplierOrderDirection" {
        /// What the enterprise orders.
        Bought = "bought",
        /// What is ordered of it.
        Sold = "sold",
    }
}

/// Which of an enterprise's supplier orders are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SupplierOrderQuery {
    /// What it bought unless said otherwise.
    direction: Option<Direction>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "supplier_orders";

fn shown(tx: &Tx<'_>, whole: Whole) -> Reply {
    let version = whole.order.version;
    Reply::ok(&SupplierOrderView::on(tx.now().business_date(), whole)).version(version)
}

/// Writes down an order of raw material; the supplier is told when it is sent.
#[utoipa::path(tag = "supply", operation_id = "draft_supplier_order", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = DraftSupplierOrder,
    responses((status = 201, body = SupplierOrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/supplier-orders")]
pub async fn draft(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<DraftSupplierOrder>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, buyer, new) = (actor.who, id.into_inner(), NewOrder::try_from(posted.body)?);
    let reply = posted.once.write(&db, who, move |tx| {
        let whole = service::draft(tx, who, buyer, &new)?;
        let (id, version) = (whole.order.id, whole.order.version);
        let view = SupplierOrderView::on(tx.now().business_date(), whole);
        Ok(Reply::created(format!("/v1/supplier-orders/{id}"), &view).version(version))
    });
    Ok(reply.await?)
}

/// Lists an enterprise's supplier orders, newest first.
#[utoipa::path(tag = "supply", operation_id = "list_supplier_orders", params(("id" = EnterpriseId, Path), SupplierOrderQuery),
    responses((status = 200, body = Page<SupplierOrderView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/supplier-orders")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<SupplierOrderQuery>,
    db: web::Data<Db>,
) -> Result<Page<SupplierOrderView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let sells = q.direction == Some(Direction::Sold);
    let rows = db.read(move |conn| reading::list(conn, actor.who, now, *id, sells, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |whole| whole.order.id).map(|whole| SupplierOrderView::on(now.business_date(), whole)))
}

/// Shows a supplier order to both its sides.
#[utoipa::path(tag = "supply", operation_id = "get_supplier_order", params(("id" = SupplierOrderId, Path)),
    responses((status = 200, body = SupplierOrderView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/supplier-orders/{id}")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<SupplierOrderId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    let whole = db.read(move |conn| reading::show(conn, actor.who, now, *id)).await?;
    Ok(tagged(whole.order.version, &SupplierOrderView::on(now.business_date(), whole)))
}

/// Lists the moves of a supplier order.
#[utoipa::path(tag = "supply", operation_id = "list_supplier_order_history", params(("id" = SupplierOrderId, Path)),
    responses((status = 200, body = SupplierOrderHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/supplier-orders/{id}/history")]
pub async fn history(
    actor: Actor<SignedIn>,
    id: web::Path<SupplierOrderId>,
    db: web::Data<Db>,
) -> Result<web::Json<SupplierOrderHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| reading::history(conn, actor.who, now, *id)).await?.into()))
}

/// The supplier's answer: the day, what she takes on, or that she declines. To one share of a joint buy she answers for all.
#[utoipa::path(tag = "supply", operation_id = "answer_supplier_order", params(("id" = SupplierOrderId, Path), ("Idempotency-Key" = String, Header)), request_body = AnswerSupplierOrder,
    responses((status = 200, body = SupplierOrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/supplier-orders/{id}/answer")]
pub async fn give_answer(
    actor: Actor<SignedIn>,
    id: web::Path<SupplierOrderId>,
    posted: Posted<AnswerSupplierOrder>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, answer) = (actor.who, id.into_inner(), Answer::from(posted.body));
    let reply = posted.once.write(&db, who, move |tx| answering::answer(tx, who, id, &answer).map(|whole| shown(tx, whole)));
    Ok(reply.await?)
}

act!(
    /// The buyer counts what has come.
    receive, "supply", "/supplier-orders/{id}/receive", "receive_supplier_order", SupplierOrderId, SupplierOrderView, ReceiveLines,
    |tx, who, id, body| receiving::receive(tx, who, id, &body.lines, body.on).map(|whole| shown(tx, whole))
);

act!(
    /// What the supplier charges; a line that is left out is charged as it was received, or billed before. Until all is paid the
    /// supplier may bill again what she billed wrong.
    bill, "supply", "/supplier-orders/{id}/bill", "bill_supplier_order", SupplierOrderId, SupplierOrderView, CountLines,
    |tx, who, id, body| billing::bill(tx, who, id, &body.lines).map(|whole| shown(tx, whole))
);

act!(
    /// The buyer counts again what has come so far: what was keyed wrong is put right in stock, debt and both books. Once it is
    /// billed she owes no less by it: the supplier puts the bill right.
    recount, "supply", "/supplier-orders/{id}/recount", "recount_supplier_order", SupplierOrderId, SupplierOrderView, CountLines,
    |tx, who, id, body| receiving::recount(tx, who, id, &body.lines).map(|whole| shown(tx, whole))
);

act!(
    /// Agrees to the day that the supplier proposed.
    agree, "supply", "/supplier-orders/{id}/agree", "agree_to_supplier_day", SupplierOrderId, SupplierOrderView, AgreeToDay,
    |tx, who, id, body| answering::agree(tx, who, id, body.on).map(|whole| shown(tx, whole))
);

/// Writes a draft anew.
#[utoipa::path(tag = "supply", operation_id = "edit_supplier_order_draft", params(("id" = SupplierOrderId, Path), ("If-Match" = String, Header)), request_body = DraftSupplierOrder,
    responses((status = 200, body = SupplierOrderView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[put("/supplier-orders/{id}/draft")]
pub async fn edit(
    actor: Actor<SignedIn>,
    id: web::Path<SupplierOrderId>,
    version: IfMatch,
    body: Valid<DraftSupplierOrder>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let (today, order) = (db.clock().now().business_date(), NewOrder::try_from(body.0)?);
    let whole = db.write(move |tx| service::edit(tx, actor.who, *id, version.0, &order)).await?;
    Ok(tagged(whole.order.version, &SupplierOrderView::on(today, whole)))
}

act!(
    /// Money goes over: the supplier's word counts at once, the buyer's waits for hers.
    pay, "supply", "/supplier-orders/{id}/payments", "pay_supplier_order", SupplierOrderId, SupplierOrderView, PaySupplierOrder,
    |tx, who, id, body| paying::pay(tx, who, id, body.amount.amount(), body.method).map(|whole| shown(tx, whole))
);

act!(
    /// Sends an order to the supplier at today's prices.
    send, "supply", "/supplier-orders/{id}/send", "send_supplier_order", SupplierOrderId, SupplierOrderView,
    |tx, who, id| service::send(tx, who, id).map(|whole| shown(tx, whole))
);
act!(
    /// The supplier says that it is on its way.
    ship, "supply", "/supplier-orders/{id}/ship", "ship_supplier_order", SupplierOrderId, SupplierOrderView,
    |tx, who, id| service::ship(tx, who, id).map(|whole| shown(tx, whole))
);
act!(
    /// Calls it off: the buyer until it is on its way, either side what did not come by the day it was promised for. A share of a joint buy
    /// is called off with the others, by who organises it, unless that day has passed.
    cancel, "supply", "/supplier-orders/{id}/cancel", "cancel_supplier_order", SupplierOrderId, SupplierOrderView,
    |tx, who, id, reason| service::cancel(tx, who, id, reason.as_str()).map(|whole| shown(tx, whole))
);
act!(
    /// The supplier has the money that the buyer told of.
    confirm_payment, "supply", "/supplier-payments/{id}/confirm", "confirm_supplier_payment", SupplierPaymentId, SupplierOrderView,
    |tx, who, id| paying::confirm(tx, who, id).map(|whole| shown(tx, whole))
);
act!(
    /// The supplier does not see the money that the buyer told of.
    refuse_payment, "supply", "/supplier-payments/{id}/refuse", "refuse_supplier_payment", SupplierPaymentId, SupplierOrderView, RefuseSupplierPayment,
    |tx, who, id, body| paying::refuse(tx, who, id, body.reason.as_ref().map(Reason::as_str)).map(|whole| shown(tx, whole))
);
