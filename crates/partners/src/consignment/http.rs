//! Consignments and their notes over HTTP.

use actix_web::http::header::{HeaderValue, LINK};
use actix_web::{get, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::model::{ConsignmentId, MOST_LINES, Missing, NoteId, PackCount, Side, VisitId, WholeNote};
use super::service::ConsignmentError;
use super::statement_views::ConsignmentStatementView;
use super::views::{ConsignmentHistoryView, ConsignmentNoteView, ConsignmentView};
use super::{notes, selling, statement};
use crate::debts::Method;
use books::ledger::http::months;
use kit::act;
use kit::auth::{Actor, SignedIn};
use kit::clock::{Month, Timestamp};
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use market::packs::model::Price;
use people::enterprises::EnterpriseId;

impl From<ConsignmentError> for Problem {
    fn from(error: ConsignmentError) -> Self {
        use ConsignmentError as E;
        match error {
            E::NoAgreement => Self::conflict("no_consignment_agreement"),
            E::NotForSale { pack } => Self::conflict("pack_not_for_sale").arg("pack", pack),
            E::PriceNotAgreed { pack } => Self::conflict("price_not_agreed").arg("pack", pack),
            E::LineTwice => Self::invalid_field("lines", "pack_twice"),
            E::MoreThanOffered { pack, offered } => Self::conflict("more_than_offered").arg("pack", pack).arg("offered", offered),
            E::NotCounted { pack } => Self::conflict("pack_not_counted").arg("pack", pack),
            E::NotThere { pack } => Self::conflict("pack_not_there").arg("pack", pack),
            E::TooMany(told) => Self::conflict("counted_too_many")
                .arg("pack", told.pack)
                .arg("opening", told.opening)
                .arg("delivered", told.delivered)
                .arg("at_till", told.at_till)
                .arg("most", told.opening + told.delivered - told.at_till)
                .arg("found", told.found),
            E::ReturnNotAgreed { pack, most } => Self::conflict("return_not_agreed").arg("pack", pack).arg("most", most),
            E::VisitedAt => Self::invalid_field("visited_at", "visited_at_out_of_range"),
            E::LaterVisit { at } => Self::conflict("later_visit").arg("at", at),
            E::VisitMissing => Self::conflict("visit_missing"),
            E::VisitExists { visit, by, at } => visit_there("visit_exists", visit).arg("by", by).arg("at", at),
            E::OtherVisit { visit } => visit_there("client_id_taken", visit),
            E::ReceivedAt => Self::invalid_field("received_at", "received_at_out_of_range"),
            E::NotThereThen { pack, at, there, sold } => {
                Self::conflict("not_there_then").arg("pack", pack).arg("at", at).arg("there", there).arg("sold", sold)
            }
            E::SettledSince { at } => Self::conflict("settled_since").arg("at", at),
            E::OverCredit { limit, owed } => Self::conflict("over_consignment_credit").arg("limit", limit).arg("owed", owed),
            E::OverPaid { owed } => Self::conflict("more_than_owed").arg("owed", owed),
            E::PriceOfMaker { price } => Self::conflict("price_of_maker").arg("price", price),
            E::NotDisputed { pack: Some(pack) } => Self::conflict("line_not_disputed").arg("pack", pack),
            E::NotDisputed { pack: None } => Self::conflict("payment_not_disputed"),
            E::LinkForWarung => Self::conflict("link_for_warung"),
            E::NothingDisputed => Self::invalid_field("lines", "nothing_disputed"),
            E::CountedSince { pack } => Self::conflict("counted_since").arg("pack", pack),
            E::NotYourTurn => Self::conflict("visit_not_your_turn"),
            E::NoteState { state, wanted } => Self::conflict("consignment_note_wrong_state").arg("state", state).arg("event", wanted),
            E::VisitState { state, wanted } => Self::conflict("visit_wrong_state").arg("state", state).arg("event", wanted),
            E::TooMuch => Self::conflict("sum_out_of_range"),
            E::Stock(error) => error.into(),
            E::Books(error) => error.into(),
            E::Denied(denied) => denied.into(),
        }
    }
}

/// The visit that is there, by its id and for a program to follow.
fn visit_there(code: &'static str, visit: VisitId) -> Problem {
    let problem = Problem::conflict(code).arg("visit", visit);
    match HeaderValue::from_str(&format!("</v1/consignment-visits/{visit}>; rel=\"related\"")) {
        Ok(link) => problem.header(LINK, link),
        Err(_) => problem,
    }
}

/// Goods that a maker offers to a warung.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferConsignment {
    warung_id: EnterpriseId,
    /// 1 to 100 lines, each of another pack and of at least one.
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<PackCount>,
}

/// What the warung counted of a note: every line of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveConsignment {
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<PackCount>,
    /// When it came; now unless said otherwise, and not before it was offered.
    received_at: Option<Timestamp>,
}

/// What became of what did not come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountForMissing {
    missing: Missing,
}

/// Money of the warung that the maker has.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayConsignment {
    amount: Price,
    method: Method,
}

/// Which consignments are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsignmentQuery {
    /// Where its own goods are (`maker`) unless said otherwise; or whose goods it holds (`warung`).
    side: Option<Side>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which notes are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsignmentNoteQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which months are asked for, this month unless said otherwise; and which page of their visits.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementQuery {
    from: Option<Month>,
    to: Option<Month>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const BY_AGE: &str = "consignments";
const STATEMENT_VISITS: &str = "consignment_statement_visits";
const NOTES: &str = "consignment_notes";

/// Refuses too few or too many lines.
pub(super) fn fitting<T>(lines: Vec<T>) -> Result<Vec<T>, Problem> {
    if lines.is_empty() || lines.len() > MOST_LINES {
        return Err(Problem::invalid_field("lines", format!("lines_out_of_range({MOST_LINES})")));
    }
    Ok(lines)
}

fn shown(whole: WholeNote) -> Reply {
    let version = whole.note.version;
    Reply::ok(&ConsignmentNoteView::from(whole)).version(version)
}

/// Offers goods to a warung, by the agreement in force; they are promised to it until it has counted them.
#[utoipa::path(tag = "consignment", operation_id = "offer_consignment", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = OfferConsignment,
    responses((status = 201, body = ConsignmentNoteView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/consignment-notes")]
pub async fn offer(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<OfferConsignment>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let OfferConsignment { warung_id, lines } = posted.body;
    let (who, maker, lines) = (actor.who, id.into_inner(), fitting(lines)?);
    if lines.iter().any(|line| line.quantity.get() == 0) {
        return Err(Problem::invalid_field("lines", "nothing_counted"));
    }
    let reply = posted.once.write(&db, who, move |tx| {
        let whole = notes::offer(tx, who, maker, warung_id, &lines)?;
        let place = format!("/v1/consignment-notes/{}", whole.note.id);
        Ok(Reply::created(place, &ConsignmentNoteView::from(whole)).version(1))
    });
    Ok(reply.await?)
}

/// The warung counts what has come. What is missing is kept beside what was offered.
#[utoipa::path(tag = "consignment", operation_id = "receive_consignment", params(("id" = NoteId, Path), ("Idempotency-Key" = String, Header)), request_body = ReceiveConsignment,
    responses((status = 200, body = ConsignmentNoteView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/consignment-notes/{id}/receive")]
pub async fn receive(
    actor: Actor<SignedIn>,
    id: web::Path<NoteId>,
    posted: Posted<ReceiveConsignment>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let ReceiveConsignment { lines, received_at } = posted.body;
    let (who, id, lines) = (actor.who, id.into_inner(), fitting(lines)?);
    let reply = posted.once.write(&db, who, move |tx| notes::receive(tx, who, id, &lines, received_at).map(shown));
    Ok(reply.await?)
}

/// The maker says what became of goods that did not come.
#[utoipa::path(tag = "consignment", operation_id = "account_for_missing", params(("id" = NoteId, Path), ("Idempotency-Key" = String, Header)), request_body = AccountForMissing,
    responses((status = 200, body = ConsignmentNoteView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/consignment-notes/{id}/missing")]
pub async fn account_for_missing(
    actor: Actor<SignedIn>,
    id: web::Path<NoteId>,
    posted: Posted<AccountForMissing>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, missing) = (actor.who, id.into_inner(), posted.body.missing);
    let reply = posted.once.write(&db, who, move |tx| notes::account_for_missing(tx, who, id, missing).map(shown));
    Ok(reply.await?)
}

act!(
    /// The maker calls a note off before it was counted.
    withdraw, "consignment", "/consignment-notes/{id}/withdraw", "withdraw_consignment", NoteId, ConsignmentNoteView,
    |tx, who, id, reason| notes::withdraw(tx, who, id, reason.as_str()).map(shown)
);

/// Shows a note to both its sides.
#[utoipa::path(tag = "consignment", operation_id = "get_consignment_note", params(("id" = NoteId, Path)),
    responses((status = 200, body = ConsignmentNoteView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/consignment-notes/{id}")]
pub async fn show_note(
    actor: Actor<SignedIn>,
    id: web::Path<NoteId>,
    db: web::Data<Db>,
) -> Result<web::Json<ConsignmentNoteView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| notes::show(conn, actor.who, now, *id)).await?.into()))
}

/// Lists the moves of a note.
#[utoipa::path(tag = "consignment", operation_id = "list_consignment_note_history", params(("id" = NoteId, Path)),
    responses((status = 200, body = ConsignmentHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/consignment-notes/{id}/history")]
pub async fn note_history(
    actor: Actor<SignedIn>,
    id: web::Path<NoteId>,
    db: web::Data<Db>,
) -> Result<web::Json<ConsignmentHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| notes::history(conn, actor.who, now, *id)).await?.into()))
}

/// Lists the notes of a consignment, newest first.
#[utoipa::path(tag = "consignment", operation_id = "list_consignment_notes", params(("id" = ConsignmentId, Path), ConsignmentNoteQuery),
    responses((status = 200, body = Page<ConsignmentNoteView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/consignments/{id}/notes")]
pub async fn list_notes(
    actor: Actor<SignedIn>,
    id: web::Path<ConsignmentId>,
    query: web::Query<ConsignmentNoteQuery>,
    db: web::Data<Db>,
) -> Result<Page<ConsignmentNoteView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NOTES, q.cursor.as_deref())?;
    let rows = db.read(move |conn| notes::list(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NOTES, |whole| whole.note.id).map(ConsignmentNoteView::from))
}

/// Lists where an enterprise's goods are, or whose goods it holds: what stands there, what ends soon, and what is owed.
#[utoipa::path(tag = "consignment", operation_id = "list_consignments", params(("id" = EnterpriseId, Path), ConsignmentQuery),
    responses((status = 200, body = Page<ConsignmentView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/consignments")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<ConsignmentQuery>,
    db: web::Data<Db>,
) -> Result<Page<ConsignmentView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let after = page::decode(BY_AGE, q.cursor.as_deref())?;
    let of = (*id, q.side.unwrap_or(Side::Maker));
    let rows = db.read(move |conn| statement::list(conn, actor.who, now, of, after, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, BY_AGE, |one| one.consignment.id).map(|one| ConsignmentView::on(now.business_date(), one)))
}

/// Shows what stands at a warung of one maker, what ends soon, and what is owed.
#[utoipa::path(tag = "consignment", operation_id = "get_consignment", params(("id" = ConsignmentId, Path)),
    responses((status = 200, body = ConsignmentView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/consignments/{id}")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<ConsignmentId>, db: web::Data<Db>) -> Result<web::Json<ConsignmentView>, Problem> {
    let now = db.clock().now();
    let found = db.read(move |conn| statement::show(conn, actor.who, now, *id)).await?;
    Ok(web::Json(ConsignmentView::on(now.business_date(), found)))
}

/// What came in, was sold, went bad and went back in a span of months, and what that came to; with its visits, line by line, which are
/// confirmed or disputed by their ids.
#[utoipa::path(tag = "consignment", operation_id = "get_consignment_statement", params(("id" = ConsignmentId, Path), StatementQuery),
    responses((status = 200, body = ConsignmentStatementView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/consignments/{id}/statement")]
pub async fn show_statement(
    actor: Actor<SignedIn>,
    id: web::Path<ConsignmentId>,
    query: web::Query<StatementQuery>,
    db: web::Data<Db>,
) -> Result<web::Json<ConsignmentStatementView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let (from, to) = months(now, q.from, q.to)?;
    let span = (from.first_day(), to.last_day());
    let page = (page::decode(STATEMENT_VISITS, q.cursor.as_deref())?, q.limit.fetch());
    let mut found = db.read(move |conn| statement::statement(conn, actor.who, now, *id, span, page)).await?;
    let visits = Page::cut(std::mem::take(&mut found.visits), q.limit, STATEMENT_VISITS, |(visit, _)| visit.number);
    Ok(web::Json(ConsignmentStatementView::over(from, to, found, visits)))
}

/// The maker writes down money that the warung paid between visits.
#[utoipa::path(tag = "consignment", operation_id = "pay_consignment", params(("id" = ConsignmentId, Path), ("Idempotency-Key" = String, Header)), request_body = PayConsignment,
    responses((status = 200, body = ConsignmentView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/consignments/{id}/payments")]
pub async fn pay(
    actor: Actor<SignedIn>,
    id: web::Path<ConsignmentId>,
    posted: Posted<PayConsignment>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, PayConsignment { amount, method }) = (actor.who, id.into_inner(), posted.body);
    let reply = posted.once.write(&db, who, move |tx| {
        selling::pay(tx, who, id, amount.amount(), method)?;
        let now = tx.now();
        statement::show(tx, who, now, id).map(|found| Reply::ok(&ConsignmentView::on(now.business_date(), found)))
    });
    Ok(reply.await?)
}
