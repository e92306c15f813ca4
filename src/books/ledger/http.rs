//! The books over HTTP.

use actix_web::{get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Account, Balance, EntryId, Evidence, JournalRow, Movement, PostingRow};
use super::service::{self, LedgerError};
use crate::kit::auth::{Actor, SignedIn};
use crate::kit::clock::Timestamp;
use crate::kit::db::Db;
use crate::kit::http::responses::{Always, OnOne, SignedInOnly};
use crate::kit::http::{Limit, Page, Problem, page};
use crate::kit::money::Rupiah;
use crate::people::enterprises::EnterpriseId;

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::AlreadyEntered => Self::conflict("already_in_the_books"),
            LedgerError::AlreadyReversed => Self::conflict("already_reversed"),
            LedgerError::NoSuchEntry => Self::not_found(),
            LedgerError::MonthClosed { month } => Self::conflict("month_closed").arg("month", month),
            LedgerError::OneSided => Self::conflict("one_sided"),
            LedgerError::TooMuch => Self::conflict("sum_out_of_range"),
        }
    }
}

/// One account's sums.
#[derive(Serialize, ToSchema)]
pub struct BalanceView {
    account: Account,
    /// The enterprise it is about, where the account is kept per partner.
    partner_id: Option<EnterpriseId>,
    debit: Rupiah,
    credit: Rupiah,
}

/// All accounts; debits and credits sum to the same.
#[derive(Serialize, ToSchema)]
pub struct TrialBalanceView {
    accounts: Vec<BalanceView>,
    debit: Rupiah,
    credit: Rupiah,
    /// Debits less credits: zero in books that are right.
    difference: Rupiah,
}

/// One side of a movement: debits positive, credits negative.
#[derive(Serialize, ToSchema)]
pub struct PostingView {
    account: Account,
    /// The enterprise it is about, where the account is kept per partner.
    partner_id: Option<EnterpriseId>,
    amount: Rupiah,
}

/// An entry of the journal.
#[derive(Serialize, ToSchema)]
pub struct EntryView {
    id: EntryId,
    /// The business event it stands for.
    reference: String,
    movement: Movement,
    /// How it is known.
    evidence: Evidence,
    /// When it counts.
    happened_at: Timestamp,
    /// The day in the village on which it counts.
    #[schema(value_type = String, format = Date)]
    business_date: NaiveDate,
    /// When it was recorded.
    recorded_at: Timestamp,
    /// The entry it takes back.
    reverses_id: Option<EntryId>,
    /// The entry in the partner's books that says the same.
    mirror_id: Option<EntryId>,
    postings: Vec<PostingView>,
}

impl From<(JournalRow, Vec<PostingRow>)> for EntryView {
    fn from((row, sides): (JournalRow, Vec<PostingRow>)) -> Self {
        let JournalRow { id, reference, movement, evidence, happened_at, business_date, recorded_at, reverses_id, mirror_id } = row;
        let side = |side: PostingRow| PostingView { account: side.account, partner_id: side.partner, amount: side.amount };
        let postings = sides.into_iter().map(side).collect();
        Self { id, reference, movement, evidence, happened_at, business_date, recorded_at, reverses_id, mirror_id, postings }
    }
}

/// Which page of the journal is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JournalQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "journal";

/// Shows the trial balance of an enterprise's books.
#[utoipa::path(tag = "books", operation_id = "get_trial_balance", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = TrialBalanceView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/trial-balance")]
pub async fn trial_balance(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    db: web::Data<Db>,
) -> Result<web::Json<TrialBalanceView>, Problem> {
    let now = db.clock().now();
    let balances = db.report(move |conn| service::trial_balance(conn, actor.who, now, *id)).await?;
    let total = |side: fn(&Balance) -> Rupiah| Rupiah::sum(balances.iter().map(side)).map_err(|_| Problem::conflict("sum_out_of_range"));
    let (debit, credit) = (total(|b| b.debit)?, total(|b| b.credit)?);
    let difference = debit.minus(credit).map_err(|_| Problem::conflict("sum_out_of_range"))?;
    let shown = |b: &Balance| BalanceView { account: b.place.account, partner_id: b.place.partner, debit: b.debit, credit: b.credit };
    let accounts = balances.iter().map(shown).collect();
    Ok(web::Json(TrialBalanceView { accounts, debit, credit, difference }))
}

/// Lists the entries of an enterprise's books, newest first.
#[utoipa::path(tag = "books", operation_id = "list_journal", params(("id" = EnterpriseId, Path), JournalQuery),
    responses((status = 200, body = Page<EntryView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/journal")]
pub async fn journal(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<JournalQuery>,
    db: web::Data<Db>,
) -> Result<Page<EntryView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::journal(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |(row, _)| row.id).map(EntryView::from))
}
