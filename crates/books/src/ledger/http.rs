//! The books over HTTP.

use actix_web::{get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Account, Balance, ClosedMonth, EntryId, Evidence, JournalRow, Movement, Place, PostingRow, Span, StatementLine};
use super::service::{self, BooksError, LedgerError};
use kit::auth::{AccountId, Actor, SignedIn};
use kit::clock::{Month, Timestamp};
use kit::db::{Db, Failure};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;

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

impl From<BooksError> for Problem {
    fn from(error: BooksError) -> Self {
        match error {
            BooksError::MonthNotOver => Self::conflict("month_not_over"),
            BooksError::Ledger(error) => error.into(),
            BooksError::Denied(denied) => denied.into(),
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

/// Which account is asked for, and of which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementQuery {
    account: Account,
    /// The partner, where the account is kept per partner.
    partner_id: Option<EnterpriseId>,
    /// The first month; this month unless said otherwise.
    from: Option<Month>,
    /// The last month.
    to: Option<Month>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// A posting with the balance after it.
#[derive(Serialize, ToSchema)]
pub struct StatementLineView {
    entry_id: EntryId,
    #[schema(value_type = String, format = Date)]
    business_date: NaiveDate,
    reference: String,
    movement: Movement,
    evidence: Evidence,
    /// Debits positive, credits negative.
    amount: Rupiah,
    /// What the account holds after this line.
    balance: Rupiah,
}

/// A page of what moved on one account, oldest first.
#[derive(Serialize, ToSchema)]
pub struct AccountStatementView {
    account: Account,
    partner_id: Option<EnterpriseId>,
    from: Month,
    to: Month,
    /// What the account held before the first line of this page.
    opening: Rupiah,
    lines: Vec<StatementLineView>,
    /// Pass as `cursor` to get the next page; null on the last one.
    next_cursor: Option<String>,
}

const OLDEST: &str = "account";

fn running(opening: Rupiah, lines: Vec<StatementLine>) -> Result<Vec<StatementLineView>, Problem> {
    let mut balance = opening;
    let mut views = Vec::with_capacity(lines.len());
    for line in lines {
        let StatementLine { entry_id, business_date, reference, movement, evidence, amount, position: _ } = line;
        balance = balance.plus(amount).map_err(|_| Problem::conflict("sum_out_of_range"))?;
        views.push(StatementLineView { entry_id, business_date, reference, movement, evidence, amount, balance });
    }
    Ok(views)
}

/// Lists what moved on one account, with the balance after each line.
#[utoipa::path(tag = "books", operation_id = "get_account_statement", params(("id" = EnterpriseId, Path), StatementQuery),
    responses((status = 200, body = AccountStatementView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/account-statement")]
pub async fn account_statement(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<StatementQuery>,
    db: web::Data<Db>,
) -> Result<web::Json<AccountStatementView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let (from, to) = months(now, q.from, q.to)?;
    let place = Place { account: q.account, partner: q.partner_id };
    if place.account.per_partner() != place.partner.is_some() {
        return Err(Problem::invalid_field("partner_id", "partner_with_account"));
    }
    let span = Span { enterprise: *id, place, first: from.first_day(), last: to.last_day() };
    let after = page::decode(OLDEST, q.cursor.as_deref())?;
    let (opening, lines) = db.read(move |conn| service::statement(conn, actor.who, now, &span, after, q.limit.fetch())).await?;
    let page = Page::cut(lines, q.limit, OLDEST, |line| (line.business_date, line.entry_id, line.position));
    let lines = running(opening, page.items)?;
    let (account, partner_id, next_cursor) = (place.account, place.partner, page.next_cursor);
    Ok(web::Json(AccountStatementView { account, partner_id, from, to, opening, lines, next_cursor }))
}

/// The months asked for; this month unless said otherwise.
///
/// # Errors
/// `from_after_to`.
pub fn months(now: Timestamp, from: Option<Month>, to: Option<Month>) -> Result<(Month, Month), Problem> {
    let this = Month::of(now.business_date());
    let to = to.unwrap_or(this);
    let from = from.unwrap_or_else(|| this.min(to));
    if from > to { Err(Problem::invalid_field("from", "from_after_to")) } else { Ok((from, to)) }
}

/// The month to close.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseMonth {
    month: Month,
}

/// A month that was closed, and every month before it.
#[derive(Serialize, ToSchema)]
pub struct ClosedMonthView {
    #[schema(example = "2026-11")]
    month: String,
    closed_by: AccountId,
    /// The enterprise the village office acted for.
    on_behalf_of: Option<EnterpriseId>,
    closed_at: Timestamp,
}

/// The closed months, newest first.
#[derive(Serialize, ToSchema)]
pub struct ClosedMonthsView {
    months: Vec<ClosedMonthView>,
}

fn shown(months: Vec<ClosedMonth>) -> ClosedMonthsView {
    let view = |ClosedMonth { month, closed_by, on_behalf_of, closed_at }| ClosedMonthView { month, closed_by, on_behalf_of, closed_at };
    ClosedMonthsView { months: months.into_iter().map(view).collect() }
}

/// Closes a month that is over, and every month before it: nothing can be dated into them any more.
#[utoipa::path(tag = "books", operation_id = "close_month", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = CloseMonth,
    responses((status = 200, body = ClosedMonthsView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/closed-months")]
pub async fn close_month(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<CloseMonth>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, month) = (actor.who, id.into_inner(), posted.body.month);
    let reply = posted.once.write(&db, who, move |tx| {
        let now = tx.now();
        service::close_month(tx, who, id, month)?;
        let months = service::closed_months(tx, who, now, id).map_err(|failure| failure.map(BooksError::from))?;
        Ok::<_, Failure<BooksError>>(Reply::ok(&shown(months)))
    });
    Ok(reply.await?)
}

/// Lists the months that were closed.
#[utoipa::path(tag = "books", operation_id = "list_closed_months", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = ClosedMonthsView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/closed-months")]
pub async fn closed_months(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    db: web::Data<Db>,
) -> Result<web::Json<ClosedMonthsView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(shown(db.read(move |conn| service::closed_months(conn, actor.who, now, *id)).await?)))
}
