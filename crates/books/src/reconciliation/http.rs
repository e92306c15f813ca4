//! Reconciliation over HTTP.

use actix_web::{get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{JudgedLine, Said, Verdict};
use super::service::{self, ReconcileError};
use crate::ledger::http::months;
use crate::ledger::model::{Between, ClaimLine};
use crate::ledger::{EntryId, Evidence, Movement};
use kit::auth::{Actor, SignedIn};
use kit::clock::Month;
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::money::Rupiah;
use kit::text::Reason;
use people::enterprises::EnterpriseId;

impl From<ReconcileError> for Problem {
    fn from(error: ReconcileError) -> Self {
        match error {
            ReconcileError::NoSuchLine => Self::not_found(),
            ReconcileError::ReasonNeeded => Self::invalid_field("reason", "dispute_reason_needed"),
            ReconcileError::NoWord => Self::invalid_field("verdict", "verdict_not_open"),
            ReconcileError::Denied(denied) => denied.into(),
        }
    }
}

/// Which months are asked for; this month unless said otherwise.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PartnerQuery {
    /// The first month.
    from: Option<Month>,
    /// The last month.
    to: Option<Month>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// What a side says of a line.
#[derive(Serialize, ToSchema)]
pub struct SaidView {
    verdict: Verdict,
    reason: Option<String>,
}

impl From<Said> for SaidView {
    fn from(Said { verdict, reason }: Said) -> Self {
        Self { verdict, reason }
    }
}

/// A line between two enterprises.
#[derive(Serialize, ToSchema)]
pub struct PartnerLineView {
    /// The entry in one's own books; a word on the line names it.
    entry_id: EntryId,
    #[schema(value_type = String, format = Date)]
    business_date: NaiveDate,
    reference: String,
    movement: Movement,
    evidence: Evidence,
    /// Positive where it makes the partner owe more, negative where it makes it owe less.
    amount: Rupiah,
    /// What the partner owes after this line; negative where it is owed.
    balance: Rupiah,
    ours: SaidView,
    theirs: SaidView,
}

/// A page of what is between two enterprises, oldest first.
#[derive(Serialize, ToSchema)]
pub struct PartnerStatementView {
    partner_id: EnterpriseId,
    partner_name: String,
    from: Month,
    to: Month,
    /// What the partner owed before the first line of this page; negative where it was owed.
    opening: Rupiah,
    /// What the partner owes at the end of the last month; negative where it is owed.
    closing: Rupiah,
    /// Whether the partner's books say the same.
    agrees: bool,
    lines: Vec<PartnerLineView>,
    /// Pass as `cursor` to get the next page; null on the last one.
    next_cursor: Option<String>,
}

const OLDEST: &str = "partner";

fn running(opening: Rupiah, lines: Vec<JudgedLine>) -> Result<Vec<PartnerLineView>, Problem> {
    let mut balance = opening;
    let mut views = Vec::with_capacity(lines.len());
    for JudgedLine { line, ours, theirs } in lines {
        let ClaimLine { entry_id, business_date, reference, movement, evidence, amount, position: _, mirror_id: _ } = line;
        balance = balance.plus(amount).map_err(|_| Problem::conflict("sum_out_of_range"))?;
        let (ours, theirs) = (ours.into(), theirs.into());
        views.push(PartnerLineView { entry_id, business_date, reference, movement, evidence, amount, balance, ours, theirs });
    }
    Ok(views)
}

/// Shows what an enterprise and its partner owe each other, line by line, with what each says of it.
#[utoipa::path(tag = "books", operation_id = "get_partner_statement", params(("id" = EnterpriseId, Path), ("partner_id" = EnterpriseId, Path), PartnerQuery),
    responses((status = 200, body = PartnerStatementView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/partner-statements/{partner_id}")]
pub async fn show(
    actor: Actor<SignedIn>,
    path: web::Path<(EnterpriseId, EnterpriseId)>,
    query: web::Query<PartnerQuery>,
    db: web::Data<Db>,
) -> Result<web::Json<PartnerStatementView>, Problem> {
    let (now, (enterprise, partner), q) = (db.clock().now(), path.into_inner(), query.into_inner());
    let (from, to) = months(now, q.from, q.to)?;
    let between = Between { enterprise, partner, first: from.first_day(), last: to.last_day() };
    let after = page::decode(OLDEST, q.cursor.as_deref())?;
    let found = db.read(move |conn| service::show(conn, actor.who, now, &between, after, q.limit.fetch())).await?;
    let page = Page::cut(found.lines, q.limit, OLDEST, |judged| (judged.line.business_date, judged.line.entry_id, judged.line.position));
    Ok(web::Json(PartnerStatementView {
        partner_id: partner,
        partner_name: found.partner_name,
        from,
        to,
        opening: found.opening,
        closing: found.closing,
        agrees: found.closing == found.closing_by_partner,
        lines: running(found.opening, page.items)?,
        next_cursor: page.next_cursor,
    }))
}

/// A word on a line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgeLine {
    entry_id: EntryId,
    /// `confirmed` or `disputed`.
    verdict: Verdict,
    /// For the other side to read; needed to dispute.
    reason: Option<Reason>,
}

/// Confirms or disputes a line; the last word counts.
#[utoipa::path(tag = "books", operation_id = "judge_partner_line", params(("id" = EnterpriseId, Path), ("partner_id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)),
    request_body = JudgeLine, responses((status = 200, body = SaidView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/partner-statements/{partner_id}/verdicts")]
pub async fn judge(
    actor: Actor<SignedIn>,
    path: web::Path<(EnterpriseId, EnterpriseId)>,
    posted: Posted<JudgeLine>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, (enterprise, partner), JudgeLine { entry_id, verdict, reason }) = (actor.who, path.into_inner(), posted.body);
    let reply = posted.once.write(&db, who, move |tx| {
        let said = service::judge(tx, who, enterprise, partner, entry_id, verdict, reason.as_ref());
        said.map(|said| Reply::ok(&SaidView::from(said)))
    });
    Ok(reply.await?)
}
