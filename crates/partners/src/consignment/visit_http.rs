//! Visits over HTTP, with an account or by a link.

use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answers::{self, Answer, DisputedPayment};
use super::correcting::{Right, RightLine};
use super::http::fitting;
use super::model::{ClientId, ConsignmentId, NewVisit, Paying, VisitCount, VisitId, VisitNote, WholeVisit};
use super::views::{ConsignmentHistoryView, ConsignmentVisitView, LinkedVisitView};
use super::{looking, visits};
use crate::debts::Method;
use kit::auth::token::{digest, random_secret};
use kit::auth::{Actor, Anyone, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::edge::knock_with_secret;
use kit::http::limits::Gate;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, NoBody, Page, Posted, Problem, Reply, Valid, page};
use kit::text::Reason;
use kit::word_enum;
use market::packs::PackId;
use market::packs::model::Count;
use market::shops::model::Charge;

/// How long a link can be used.
const LINK_DAYS: i64 = 14;

/// A visit, as it was held; it may be sent later, and more than once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordVisit {
    /// What the device calls this visit. The same one again changes nothing.
    client_id: ClientId,
    /// The visit before, by its id, or as this side's device calls it where it has not been sent yet; null for the first. Whoever does
    /// not know of the last visit is told of it, and nothing is counted twice or out of order.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    follows: Option<ClientId>,
    /// Now unless said otherwise; at most 60 days ago.
    visited_at: Option<Timestamp>,
    /// Every pack that is there, and what is added.
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<VisitCount>,
    /// What is paid now; the rest is put on credit. What the warung writes down as paid waits for the maker's word.
    paid: Option<Paying>,
    note: Option<VisitNote>,
}

/// A line that is wrong, why, and what it should say; what is not told stands.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputedLine {
    pack_id: PackId,
    reason: Reason,
    counted: Option<Count>,
    returned: Option<Count>,
    spoiled: Option<Count>,
    topped_up: Option<Count>,
}

/// Why the money is wrong, and how much it was.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputedPaid {
    reason: Reason,
    amount: Option<Charge>,
}

word_enum! {
    /// What the other side says to a visit.
    Word as "VisitAnswer" {
        /// It is right.
        Confirm = "confirm",
        /// A line is wrong.
        Dispute = "dispute",
    }
}

/// What the other side says to a visit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerVisit {
    answer: Word,
    /// The lines that are wrong; to dispute, these or the money.
    #[serde(default)]
    #[schema(max_items = 100)]
    lines: Vec<DisputedLine>,
    /// What is wrong with the money.
    paid: Option<DisputedPaid>,
}

impl From<AnswerVisit> for Answer {
    fn from(AnswerVisit { answer, lines, paid }: AnswerVisit) -> Self {
        let line = |line: DisputedLine| answers::DisputedLine {
            pack: line.pack_id,
            reason: line.reason,
            counted: line.counted.map(Count::get),
            returned: line.returned.map(Count::get),
            spoiled: line.spoiled.map(Count::get),
            topped_up: line.topped_up.map(Count::get),
        };
        let paid = paid.map(|paid| DisputedPayment { reason: paid.reason, amount: paid.amount.map(Charge::amount) });
        match answer {
            Word::Confirm => Self::Confirm,
            Word::Dispute => Self::Dispute(lines.into_iter().map(line).collect(), paid),
        }
    }
}

/// What was there of a pack after all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectedLine {
    pack_id: PackId,
    counted: Count,
    returned: Count,
    spoiled: Count,
    /// As it was unless said otherwise.
    topped_up: Option<Count>,
}

/// What was paid after all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectedPaid {
    amount: Charge,
    method: Method,
}

/// How a dispute goes on: with what was disputed, put right by who wrote the visit down; without, who disputed takes that back. With the
/// figures that the other side had given both agree; others are hers to confirm or to dispute again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleVisit {
    #[serde(default)]
    #[schema(max_items = 100)]
    lines: Vec<CorrectedLine>,
    paid: Option<CorrectedPaid>,
    reason: Option<Reason>,
}

/// Which visits are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VisitQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// A link to a visit.
#[derive(Serialize, ToSchema)]
pub struct VisitLinkView {
    visit_id: VisitId,
    /// The secret part. Shown here and nowhere else.
    token: String,
    /// Where the visit is shown and answered.
    path: String,
    expires_at: Timestamp,
}

const NEWEST: &str = "consignment_visits";

fn shown(whole: WholeVisit) -> Reply {
    let version = whole.visit.version;
    Reply::ok(&ConsignmentVisitView::from(whole)).version(version)
}

/// Writes a visit down: counted, settled, paid or put on credit, and topped up in one act.
#[utoipa::path(tag = "consignment", operation_id = "record_visit", params(("id" = ConsignmentId, Path), ("Idempotency-Key" = String, Header)), request_body = RecordVisit,
    responses((status = 201, body = ConsignmentVisitView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/consignments/{id}/visits")]
pub async fn record(
    actor: Actor<SignedIn>,
    id: web::Path<ConsignmentId>,
    posted: Posted<RecordVisit>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let RecordVisit { client_id, follows, visited_at, lines, paid, note } = posted.body;
    let new = NewVisit { client_id, follows, visited_at, lines: fitting(lines)?, paid, note };
    let (who, id) = (actor.who, id.into_inner());
    let reply = posted.once.write(&db, who, move |tx| {
        let whole = visits::record(tx, who, id, &new)?;
        let (place, version) = (format!("/v1/consignment-visits/{}", whole.visit.id), whole.visit.version);
        Ok(Reply::created(place, &ConsignmentVisitView::from(whole)).version(version))
    });
    Ok(reply.await?)
}

/// Lists the visits of a consignment, newest first.
#[utoipa::path(tag = "consignment", operation_id = "list_visits", params(("id" = ConsignmentId, Path), VisitQuery),
    responses((status = 200, body = Page<ConsignmentVisitView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/consignments/{id}/visits")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<ConsignmentId>,
    query: web::Query<VisitQuery>,
    db: web::Data<Db>,
) -> Result<Page<ConsignmentVisitView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| looking::list(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |whole| whole.visit.number).map(ConsignmentVisitView::from))
}

/// Shows a visit to both sides.
#[utoipa::path(tag = "consignment", operation_id = "get_visit", params(("id" = VisitId, Path)),
    responses((status = 200, body = ConsignmentVisitView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/consignment-visits/{id}")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<VisitId>, db: web::Data<Db>) -> Result<web::Json<ConsignmentVisitView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| looking::show(conn, actor.who, now, *id)).await?.into()))
}

/// Lists the moves of a visit.
#[utoipa::path(tag = "consignment", operation_id = "list_visit_history", params(("id" = VisitId, Path)),
    responses((status = 200, body = ConsignmentHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/consignment-visits/{id}/history")]
pub async fn history(
    actor: Actor<SignedIn>,
    id: web::Path<VisitId>,
    db: web::Data<Db>,
) -> Result<web::Json<ConsignmentHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| looking::history(conn, actor.who, now, *id)).await?.into()))
}

/// The side that did not write a visit down confirms or disputes it.
#[utoipa::path(tag = "consignment", operation_id = "answer_visit", params(("id" = VisitId, Path), ("Idempotency-Key" = String, Header)), request_body = AnswerVisit,
    responses((status = 200, body = ConsignmentVisitView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/consignment-visits/{id}/answer")]
pub async fn give_answer(
    actor: Actor<SignedIn>,
    id: web::Path<VisitId>,
    posted: Posted<AnswerVisit>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, said) = (actor.who, id.into_inner(), Answer::from(posted.body));
    let reply = posted.once.write(&db, who, move |tx| answers::answer(tx, who, id, &said).map(shown));
    Ok(reply.await?)
}

/// Puts right what was disputed, or takes the dispute back.
#[utoipa::path(tag = "consignment", operation_id = "settle_visit", params(("id" = VisitId, Path), ("Idempotency-Key" = String, Header)), request_body = SettleVisit,
    responses((status = 200, body = ConsignmentVisitView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/consignment-visits/{id}/settle")]
pub async fn settle(
    actor: Actor<SignedIn>,
    id: web::Path<VisitId>,
    posted: Posted<SettleVisit>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, SettleVisit { lines, paid, reason }) = (actor.who, id.into_inner(), posted.body);
    let line = |line: &CorrectedLine| RightLine {
        pack: line.pack_id,
        counted: line.counted.get(),
        returned: line.returned.get(),
        spoiled: line.spoiled.get(),
        topped_up: line.topped_up.map(Count::get),
    };
    let right = Right { lines: lines.iter().map(line).collect(), paid: paid.map(|paid| (paid.amount.amount(), paid.method)) };
    let reply = posted.once.write(&db, who, move |tx| answers::settle(tx, who, id, &right, reason.as_ref().map(Reason::as_str)).map(shown));
    Ok(reply.await?)
}

/// Makes the link by which the warung can answer the maker's visit without an account; the one before it ends.
#[utoipa::path(tag = "consignment", operation_id = "make_visit_link", params(("id" = VisitId, Path), ("Idempotency-Key" = String, Header)), request_body = NoBody,
    responses((status = 200, body = VisitLinkView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/consignment-visits/{id}/link")]
pub async fn make_link(
    actor: Actor<SignedIn>,
    id: web::Path<VisitId>,
    posted: Posted<NoBody>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id) = (actor.who, id.into_inner());
    let token = random_secret().map_err(|_| Problem::new(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR, "internal"))?;
    let reply = posted.once.write(&db, who, move |tx| {
        let expires_at = answers::make_link(tx, who, id, &digest(&token), LINK_DAYS)?;
        let path = format!("/v1/visit-links/{token}");
        Ok(Reply::ok(&VisitLinkView { visit_id: id, token: token.clone(), path, expires_at }))
    });
    Ok(reply.await?)
}

/// Shows a visit to whoever holds its link.
#[utoipa::path(tag = "consignment", operation_id = "get_linked_visit", params(("token" = String, Path)),
    responses((status = 200, body = LinkedVisitView), Always, OnOne))]
#[get("/visit-links/{token}")]
pub async fn show_linked(
    _actor: Actor<Anyone>,
    req: HttpRequest,
    token: web::Path<String>,
    db: web::Data<Db>,
    gate: web::Data<Gate>,
) -> Result<web::Json<LinkedVisitView>, Problem> {
    knock_with_secret(&req, &gate)?;
    let (now, secret) = (db.clock().now(), digest(&token));
    let whole = db.read(move |conn| {
        let id = answers::by_link(conn, &secret, now)?;
        looking::whole(conn, now, id)
    });
    Ok(web::Json(whole.await?.into()))
}

/// Answers a visit by its link; the same answer again changes nothing.
#[utoipa::path(tag = "consignment", operation_id = "answer_linked_visit", params(("token" = String, Path)), request_body = AnswerVisit,
    responses((status = 200, body = LinkedVisitView), (status = 409, description = "The state of things forbids it"), Always, OnOne, WithBody))]
#[post("/visit-links/{token}/answer")]
pub async fn answer_linked(
    _actor: Actor<Anyone>,
    req: HttpRequest,
    token: web::Path<String>,
    body: Valid<AnswerVisit>,
    db: web::Data<Db>,
    gate: web::Data<Gate>,
) -> Result<HttpResponse, Problem> {
    knock_with_secret(&req, &gate)?;
    let (secret, said) = (digest(&token), Answer::from(body.0));
    let whole = db.write(move |tx| {
        let now = tx.now();
        let id = answers::by_link(tx, &secret, now)?;
        answers::answer_by_link(tx, id, &said)
    });
    Ok(HttpResponse::Ok().json(LinkedVisitView::from(whole.await?)))
}
