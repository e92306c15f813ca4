//! Opening books, over HTTP.

use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Grant, GrantBooks, GrantId, Use, UseId};
use super::service::{self, AccessError};
use crate::statements::http::{FormQuery, StatementView, formed};
use kit::act;
use kit::auth::{AccountId, Actor, SignedIn};
use kit::clock::{Month, Timestamp};
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::i18n::Language;
use people::enterprises::EnterpriseId;

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::NotAPartner => Self::invalid_field("reader_id", "not_a_partner"),
            AccessError::BadMonths => Self::invalid_field("to", format!("grant_months({})", service::MOST_MONTHS)),
            AccessError::ReaderStopped => Self::conflict("reader_stopped"),
            AccessError::Withdrawn => Self::conflict("grant_withdrawn"),
            AccessError::OtherMonth => Self::invalid_field("month", "month_not_granted"),
            AccessError::Statement(error) => error.into(),
            AccessError::Denied(denied) => denied.into(),
        }
    }
}

/// Months of books that were opened to a partner.
#[derive(Serialize, ToSchema)]
pub struct BookGrantView {
    id: GrantId,
    enterprise_id: EnterpriseId,
    enterprise_name: String,
    reader_id: EnterpriseId,
    reader_name: String,
    #[schema(example = "2026-09")]
    from: String,
    #[schema(example = "2026-11")]
    to: String,
    purpose: String,
    granted_by: AccountId,
    /// The enterprise the village office acted for.
    on_behalf_of: Option<EnterpriseId>,
    granted_at: Timestamp,
    /// Null while it holds.
    withdrawn_at: Option<Timestamp>,
    times_read: i64,
    last_read_at: Option<Timestamp>,
}

impl From<Grant> for BookGrantView {
    fn from(grant: Grant) -> Self {
        let Grant {
            id,
            enterprise_id,
            enterprise_name,
            reader_id,
            reader_name,
            first_month,
            last_month,
            purpose,
            granted_by,
            on_behalf_of,
            granted_at,
            withdrawn_at,
            times_read,
            last_read_at,
        } = grant;
        Self {
            id,
            enterprise_id,
            enterprise_name,
            reader_id,
            reader_name,
            from: first_month,
            to: last_month,
            purpose,
            granted_by,
            on_behalf_of,
            granted_at,
            withdrawn_at,
            times_read,
            last_read_at,
        }
    }
}

/// Opens chosen months of the books to a cooperative, a bank or another partner.
#[utoipa::path(tag = "book access", operation_id = "grant_books", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = GrantBooks,
    responses((status = 201, body = BookGrantView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/book-grants")]
pub async fn open_books(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<GrantBooks>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, new) = (actor.who, id.into_inner(), posted.body);
    let place = format!("/v1/enterprises/{id}/book-grants");
    let reply = posted
        .once
        .write(&db, who, move |tx| service::grant(tx, who, id, &new).map(|made| Reply::created(place.clone(), &BookGrantView::from(made))));
    Ok(reply.await?)
}

/// Which page is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GrantQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const GIVEN: &str = "grants";
const RECEIVED: &str = "received_grants";
const USES: &str = "grant_uses";

/// Lists what an enterprise has opened to others, newest first, with how often it was read.
#[utoipa::path(tag = "book access", operation_id = "list_book_grants", params(("id" = EnterpriseId, Path), GrantQuery),
    responses((status = 200, body = Page<BookGrantView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/book-grants")]
pub async fn given(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<GrantQuery>,
    db: web::Data<Db>,
) -> Result<Page<BookGrantView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(GIVEN, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::given(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, GIVEN, |row| row.id).map(BookGrantView::from))
}

/// Lists what was opened to a partner, newest first; for the partner's people.
#[utoipa::path(tag = "book access", operation_id = "list_received_book_grants", params(("id" = EnterpriseId, Path), GrantQuery),
    responses((status = 200, body = Page<BookGrantView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/received-book-grants")]
pub async fn received(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<GrantQuery>,
    db: web::Data<Db>,
) -> Result<Page<BookGrantView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(RECEIVED, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::received(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, RECEIVED, |row| row.id).map(BookGrantView::from))
}

/// One reading.
#[derive(Serialize, ToSchema)]
pub struct BookGrantUseView {
    /// Who of the partner's people.
    account_id: AccountId,
    #[schema(example = "2026-11")]
    month: String,
    used_at: Timestamp,
}

/// Lists when a grant was used, newest first.
#[utoipa::path(tag = "book access", operation_id = "list_book_grant_uses", params(("id" = GrantId, Path), GrantQuery),
    responses((status = 200, body = Page<BookGrantUseView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/book-grants/{id}/uses")]
pub async fn uses(
    actor: Actor<SignedIn>,
    id: web::Path<GrantId>,
    query: web::Query<GrantQuery>,
    db: web::Data<Db>,
) -> Result<Page<BookGrantUseView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before: Option<UseId> = page::decode(USES, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::uses(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    let view = |Use { id: _, account_id, month, used_at }| BookGrantUseView { account_id, month, used_at };
    Ok(Page::cut(rows, q.limit, USES, |row| row.id).map(view))
}

act!(
    /// Closes the books to the partner again.
    withdraw, "book access", "/book-grants/{id}/withdraw", "withdraw_book_grant", GrantId, BookGrantView,
    |tx, who, id| service::withdraw(tx, who, id).map(|grant| Reply::ok(&BookGrantView::from(grant)))
);

/// Reads the statement of a month that was opened; the owner sees that it was read.
#[utoipa::path(tag = "book access", operation_id = "read_granted_statement", params(("id" = GrantId, Path), ("month" = Month, Path), FormQuery),
    responses((status = 200, content((StatementView = "application/json"), (String = "text/html"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 409, body = kit::http::problem::ProblemView, description = "It was withdrawn"), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/book-grants/{id}/statements/{month}")]
pub async fn read(
    actor: Actor<SignedIn>,
    path: web::Path<(GrantId, Month)>,
    query: web::Query<FormQuery>,
    language: Language,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let (now, (id, month)) = (db.clock().now(), path.into_inner());
    let statement = db.write(move |tx| service::read(tx, actor.who, id, month)).await?;
    formed(statement, query.into_inner(), language, now)
}
