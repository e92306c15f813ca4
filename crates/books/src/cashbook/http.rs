//! The cash book over HTTP.

use actix_web::{get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{CashCount, CashCountId, CashRow, CashRowId, Kind, NewCashRow, NewCount, Paid, Source};
use super::rules::BadRow;
use super::service::{self, CashError, Preview, Recorded};
use crate::ledger::{Account, Channel, EntryId, Evidence, Holder, Movement, Place};
use kit::act;
use kit::auth::{AccountId, Actor, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, Valid, page};
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;
use people::media::Purpose;
use people::media::http::PhotoView;

impl From<CashError> for Problem {
    fn from(error: CashError) -> Self {
        match error {
            CashError::BadRow(BadRow(field, code)) => Self::invalid_field(field, code),
            CashError::NoSuchPartner => Self::invalid_field("partner_id", "no_such_partner"),
            CashError::MoreThanOwed { owed } => Self::conflict("more_than_owed_by_hand").arg("owed", owed),
            CashError::AlreadyReversed => Self::conflict("already_reversed"),
            CashError::ReasonNeeded { expected } => Self::conflict("count_reason_needed").arg("expected", expected),
            CashError::NameTaken => Self::conflict("template_name_taken"),
            CashError::TooManyTemplates => Self::conflict("too_many_templates").arg("most", service::MOST_TEMPLATES),
            CashError::MoreThanWritten { owed } => Self::conflict("more_than_written_down").arg("owed", owed),
            CashError::PartnerConfirmed => Self::conflict("confirmed_by_partner"),
            CashError::DebtCollected => Self::conflict("debt_collected_already"),
            CashError::NotTrading => Self::conflict("enterprise_not_trading"),
            CashError::Photo(error) => error.problem("photo_media_id"),
            CashError::TooMuch => Self::conflict("sum_out_of_range"),
            CashError::Books(error) => error.into(),
            CashError::Denied(denied) => denied.into(),
        }
    }
}

/// How a row was taken back.
#[derive(Serialize, ToSchema)]
pub struct TakenBackView {
    /// The entry that takes it back.
    entry_id: EntryId,
    by: Option<AccountId>,
    reason: Option<String>,
}

/// A row of the cash book.
#[derive(Serialize, ToSchema)]
pub struct CashRowView {
    id: CashRowId,
    enterprise_id: EnterpriseId,
    /// Its entry in the ledger.
    entry_id: EntryId,
    client_id: Option<String>,
    kind: Kind,
    amount: Rupiah,
    paid: Paid,
    channel: Option<Channel>,
    source: Option<Source>,
    partner_id: Option<EnterpriseId>,
    /// The day in the village on which it counts.
    #[schema(value_type = String, format = Date)]
    day: NaiveDate,
    note: Option<String>,
    /// A picture of the slip or of the page.
    photo: Option<PhotoView>,
    evidence: Evidence,
    recorded_by: AccountId,
    /// The enterprise the village office acted for.
    on_behalf_of: Option<EnterpriseId>,
    recorded_at: Timestamp,
    /// Null while it stands.
    taken_back: Option<TakenBackView>,
}

impl From<CashRow> for CashRowView {
    fn from(row: CashRow) -> Self {
        let CashRow {
            id,
            enterprise_id,
            entry_id,
            client_id,
            kind,
            amount,
            paid,
            channel,
            source,
            partner_id,
            day,
            note,
            evidence,
            recorded_by,
            on_behalf_of,
            recorded_at,
            reversal_id,
            reversed_by,
            reversal_reason,
            photo,
        } = row;
        let taken_back = reversal_id.map(|entry_id| TakenBackView { entry_id, by: reversed_by, reason: reversal_reason });
        Self {
            id,
            enterprise_id,
            entry_id,
            client_id,
            kind,
            amount,
            paid,
            channel,
            source,
            partner_id,
            day,
            note,
            photo: photo.map(|id| PhotoView::of(id, Purpose::CashBook)),
            evidence,
            recorded_by,
            on_behalf_of,
            recorded_at,
            taken_back,
        }
    }
}

/// 201 for a new row, 200 for one that stood there before.
pub(super) fn answered(recorded: Recorded) -> Reply {
    let Recorded { row, already } = recorded;
    let place = format!("/v1/enterprises/{}/cash-book", row.enterprise_id);
    let view = CashRowView::from(row);
    if already { Reply::ok(&view) } else { Reply::created(place, &view) }
}

/// Writes down a sale, a purchase, an expense, a draw, money that came in, or a debt that was paid.
#[utoipa::path(tag = "cash book", operation_id = "record_cash_row", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = NewCashRow,
    responses((status = 201, body = CashRowView), (status = 200, body = CashRowView, description = "It stood there before, by its client_id"),
        Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/cash-book")]
pub async fn record(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<NewCashRow>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, new) = (actor.who, id.into_inner(), posted.body);
    let reply = posted.once.write(&db, who, move |tx| service::record(tx, who, id, &new).map(answered));
    Ok(reply.await?)
}

/// One side of the entry a row would make, with the balance before and after.
#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    account: Account,
    partner_id: Option<EnterpriseId>,
    before: Rupiah,
    after: Rupiah,
}

/// What a row would do.
#[derive(Serialize, ToSchema)]
pub struct CashPreviewView {
    movement: Movement,
    evidence: Evidence,
    #[schema(value_type = String, format = Date)]
    business_date: NaiveDate,
    changes: Vec<ChangeView>,
}

impl From<Preview> for CashPreviewView {
    fn from((entry, changes): Preview) -> Self {
        let change = |(Place { account, partner }, before, after)| ChangeView { account, partner_id: partner, before, after };
        Self {
            movement: entry.movement,
            evidence: entry.evidence,
            business_date: entry.happened_at.business_date(),
            changes: changes.into_iter().map(change).collect(),
        }
    }
}

/// Says what a row would do to the books, and writes nothing.
#[utoipa::path(tag = "cash book", operation_id = "preview_cash_row", params(("id" = EnterpriseId, Path)), request_body = NewCashRow,
    responses((status = 200, body = CashPreviewView), (status = 409, body = kit::http::problem::ProblemView, description = "It would be refused"),
        Always, SignedInOnly, OnOne, WithBody), security(("bearer" = [])))]
#[post("/enterprises/{id}/cash-book/preview")]
pub async fn preview(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    body: Valid<NewCashRow>,
    db: web::Data<Db>,
) -> Result<web::Json<CashPreviewView>, Problem> {
    let (now, new) = (db.clock().now(), body.0);
    Ok(web::Json(db.read(move |conn| service::preview(conn, actor.who, now, *id, &new)).await?.into()))
}

/// Which page is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CashBookQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "cash_book";
const NEWEST_COUNT: &str = "cash_counts";

/// Lists the rows of the cash book, newest first.
#[utoipa::path(tag = "cash book", operation_id = "list_cash_book", params(("id" = EnterpriseId, Path), CashBookQuery),
    responses((status = 200, body = Page<CashRowView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/cash-book")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<CashBookQuery>,
    db: web::Data<Db>,
) -> Result<Page<CashRowView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::list(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |row| row.id).map(CashRowView::from))
}

/// Says what taking a row back would do to the books of whoever asks, and writes nothing.
#[utoipa::path(tag = "cash book", operation_id = "preview_reverse_cash_row", params(("id" = CashRowId, Path)),
    responses((status = 200, body = CashPreviewView), (status = 409, body = kit::http::problem::ProblemView, description = "It would be refused"),
        Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/cash-book/{id}/reverse/preview")]
pub async fn preview_reverse(
    actor: Actor<SignedIn>,
    id: web::Path<CashRowId>,
    db: web::Data<Db>,
) -> Result<web::Json<CashPreviewView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::preview_reverse(conn, actor.who, now, *id)).await?.into()))
}

act!(
    /// Takes a wrong row back: on its own day where that month is open, else today. The partner it names may too.
    reverse, "cash book", "/cash-book/{id}/reverse", "reverse_cash_row", CashRowId, CashRowView,
    |tx, who, id, reason| service::reverse(tx, who, id, reason).map(|row| Reply::ok(&CashRowView::from(row)))
);

/// A count of the cash.
#[derive(Serialize, ToSchema)]
pub struct CashCountView {
    id: CashCountId,
    holder: Holder,
    counted: Rupiah,
    /// What the books said.
    expected: Rupiah,
    /// The entry of the difference; null where there was none.
    entry_id: Option<EntryId>,
    reason: Option<String>,
    counted_by: AccountId,
    /// The enterprise the village office acted for.
    on_behalf_of: Option<EnterpriseId>,
    counted_at: Timestamp,
}

impl From<CashCount> for CashCountView {
    fn from(count: CashCount) -> Self {
        let CashCount { id, holder, counted, expected, entry_id, reason, counted_by, on_behalf_of, counted_at } = count;
        Self { id, holder, counted, expected, entry_id, reason, counted_by, on_behalf_of, counted_at }
    }
}

/// Keeps what was counted in the till, and enters the difference to the books.
#[utoipa::path(tag = "cash book", operation_id = "count_cash", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = NewCount,
    responses((status = 201, body = CashCountView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/cash-counts")]
pub async fn count_cash(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<NewCount>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, new) = (actor.who, id.into_inner(), posted.body);
    let place = format!("/v1/enterprises/{id}/cash-counts");
    let reply = posted.once.write(&db, who, move |tx| {
        service::count(tx, who, id, &new).map(|count| Reply::created(place.clone(), &CashCountView::from(count)))
    });
    Ok(reply.await?)
}

/// Lists the counts of the cash, newest first.
#[utoipa::path(tag = "cash book", operation_id = "list_cash_counts", params(("id" = EnterpriseId, Path), CashBookQuery),
    responses((status = 200, body = Page<CashCountView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/cash-counts")]
pub async fn list_counts(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<CashBookQuery>,
    db: web::Data<Db>,
) -> Result<Page<CashCountView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST_COUNT, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::counts(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST_COUNT, |count| count.id).map(CashCountView::from))
}
