//! Income over HTTP.

use actix_web::{get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Baseline, BaselineId, Figure, InternetUses, NewBaseline, Period, Permit, Season, Slice, TaxLine, TurnoverBand};
use super::rules::{self, Compared, Income};
use super::service::{self, IncomeError};
use crate::ledger::http::months;
use crate::ledger::{Channel, Evidence};
use kit::auth::{AccountId, Actor, SignedIn};
use kit::clock::{Month, Timestamp};
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Posted, Problem, Reply};
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;

impl From<IncomeError> for Problem {
    fn from(error: IncomeError) -> Self {
        match error {
            IncomeError::TooMuch => Self::conflict("sum_out_of_range"),
            IncomeError::MonthNotOver => Self::conflict("month_not_over"),
            IncomeError::Denied(denied) => denied.into(),
        }
    }
}

/// Which months are asked for, and how they are cut; this month, by month, unless said otherwise.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncomeQuery {
    /// The first month.
    from: Option<Month>,
    /// The last month.
    to: Option<Month>,
    /// At most 3 months by day, 12 by week, 36 by month or quarter.
    period: Option<Period>,
}

/// What one channel brought.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelView {
    channel: Channel,
    revenue: Figure,
}

/// What was earned and what that cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct EarnedView {
    /// Everything earned: sales, delivery, shares of what was sold for others.
    revenue: Figure,
    channels: Vec<ChannelView>,
    /// Raw material, and what goods sold had cost.
    materials: Figure,
    /// All other costs.
    other_costs: Figure,
    /// What is left.
    net: Figure,
    /// How much of all that was counted an act in this system made, in basis points; null where nothing was counted.
    evidence_share_bp: Option<i64>,
}

impl From<Income> for EarnedView {
    fn from(income: Income) -> Self {
        let evidence_share_bp = income.evidence_share();
        let Income { revenue, channels, materials, other_costs, net } = income;
        let channels = channels.into_iter().map(|(channel, revenue)| ChannelView { channel, revenue }).collect();
        Self { revenue, channels, materials, other_costs, net, evidence_share_bp }
    }
}

/// One piece of time.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodView {
    /// `2026-11-24`, `2026-W48`, `2026-11` or `2026-Q4`.
    #[schema(example = "2026-11")]
    name: String,
    #[schema(value_type = String, format = Date)]
    first_day: NaiveDate,
    #[schema(value_type = String, format = Date)]
    last_day: NaiveDate,
    /// Seasons that move sales.
    seasons: Vec<Season>,
    earned: EarnedView,
}

impl From<(Slice, Income)> for PeriodView {
    fn from((Slice { name, first, last }, income): (Slice, Income)) -> Self {
        Self { name, first_day: first, last_day: last, seasons: rules::seasons_in(first, last), earned: income.into() }
    }
}

/// The income of an enterprise, newest first; pieces of time in which nothing moved are left out.
#[derive(Serialize, ToSchema)]
pub struct IncomeView {
    from: Month,
    to: Month,
    period: Period,
    /// All of it together.
    total: EarnedView,
    periods: Vec<PeriodView>,
}

/// Shows what an enterprise earned, what that cost, and how each figure is known.
#[utoipa::path(tag = "books", operation_id = "get_income", params(("id" = EnterpriseId, Path), IncomeQuery),
    responses((status = 200, body = IncomeView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/income")]
pub async fn show(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<IncomeQuery>,
    db: web::Data<Db>,
) -> Result<web::Json<IncomeView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let (from, to) = months(now, q.from, q.to)?;
    let period = q.period.unwrap_or(Period::Month);
    let most = rules::most_months(period);
    if to.since(from) >= most {
        return Err(Problem::invalid_field("from", format!("too_many_months({most})")));
    }
    let (pieces, all) = db.report(move |conn| service::show(conn, actor.who, now, *id, period, from, to)).await?;
    let periods = pieces.into_iter().map(PeriodView::from).collect();
    Ok(web::Json(IncomeView { from, to, period, total: all.into(), periods }))
}

/// The month that is compared.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GrowthQuery {
    /// This month unless said otherwise.
    month: Option<Month>,
}

/// Months compared with the baseline, and what the comparison rests on.
#[derive(Serialize, ToSchema)]
pub struct ComparedView {
    from: Month,
    to: Month,
    /// What was earned in all of them.
    net: Figure,
    /// The same for one month of those that have figures.
    net_per_month: Option<Rupiah>,
    /// How many of them have figures.
    n: i64,
    /// On how many of their days that are over anything was recorded, in basis points.
    coverage_bp: i64,
    /// How much more than the baseline a month brought, in basis points; null where there is nothing to compare.
    growth_bp: Option<i64>,
    /// Seasons that move sales and fell into these months.
    seasons: Vec<Season>,
}

impl From<Compared> for ComparedView {
    fn from(compared: Compared) -> Self {
        let Compared { first, last, net, per_month, months, coverage, growth: more, seasons } = compared;
        Self { from: first, to: last, net, net_per_month: per_month, n: months, coverage_bp: coverage, growth_bp: more, seasons }
    }
}

/// Growth against the last baseline survey.
#[derive(Serialize, ToSchema)]
pub struct GrowthView {
    /// Null where none was made: then there is no growth either.
    baseline: Option<BaselineView>,
    /// Seasons that move sales and fell into the baseline's month.
    baseline_seasons: Vec<Season>,
    month: ComparedView,
    /// The latest month of the same name as the baseline's.
    same_month: Option<ComparedView>,
    /// The month and the two before it.
    three_months: ComparedView,
}

/// Compares a month with the baseline: itself, the latest month of the baseline's name, and three months together.
#[utoipa::path(tag = "books", operation_id = "get_income_growth", params(("id" = EnterpriseId, Path), GrowthQuery),
    responses((status = 200, body = GrowthView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/income/growth")]
pub async fn growth(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<GrowthQuery>,
    db: web::Data<Db>,
) -> Result<web::Json<GrowthView>, Problem> {
    let now = db.clock().now();
    let month = query.into_inner().month.unwrap_or_else(|| Month::of(now.business_date()));
    let found = db.report(move |conn| service::growth(conn, actor.who, now, *id, month)).await?;
    let seasons = |baseline: &Baseline| rules::seasons_in(baseline.month.first_day(), baseline.month.last_day());
    Ok(web::Json(GrowthView {
        baseline_seasons: found.baseline.as_ref().map(seasons).unwrap_or_default(),
        baseline: found.baseline.map(BaselineView::from),
        month: found.month.into(),
        same_month: found.same_month.map(ComparedView::from),
        three_months: found.three_months.into(),
    }))
}

/// A year of the calendar.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TurnoverQuery {
    /// 2000 to 2099; this year unless said otherwise.
    #[param(minimum = 2000, maximum = 2099)]
    year: Option<i32>,
}

/// A year's turnover beside the line above which a small enterprise pays tax.
#[derive(Serialize, ToSchema)]
pub struct TurnoverView {
    year: i32,
    turnover: Figure,
    /// The line: Rp500.000.000 a year.
    line: i64,
    /// How much of the line is reached, in basis points.
    share_bp: i64,
    /// `near` from four fifths of it.
    state: TaxLine,
}

/// Counts a year's turnover towards the tax line.
#[utoipa::path(tag = "books", operation_id = "get_turnover", params(("id" = EnterpriseId, Path), TurnoverQuery),
    responses((status = 200, body = TurnoverView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/turnover")]
pub async fn turnover(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<TurnoverQuery>,
    db: web::Data<Db>,
) -> Result<web::Json<TurnoverView>, Problem> {
    let now = db.clock().now();
    let year = query.year.unwrap_or_else(|| chrono::Datelike::year(&now.business_date()));
    let january = NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| (2000..=2099).contains(&year));
    let january = Month::of(january.ok_or_else(|| Problem::invalid_field("year", "day_out_of_range"))?);
    let (turnover, state, share_bp) = db.report(move |conn| service::turnover(conn, actor.who, now, *id, january)).await?;
    Ok(web::Json(TurnoverView { year, turnover, line: rules::TAX_LINE, share_bp, state }))
}

/// What a family earned before, by the questions of Regsosek 2022.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveyBaseline {
    /// The month the figures are about; it is over.
    month: Month,
    /// What was left of that month's business, in rupiah.
    #[schema(minimum = 0)]
    net: u32,
    /// Question 425.
    turnover_band: TurnoverBand,
    /// Question 424; none of them is an empty list.
    #[serde(default)]
    permits: Vec<Permit>,
    /// Question 426.
    internet_uses: InternetUses,
    /// Whether the income was guessed rather than read off notes.
    #[serde(default)]
    estimate: bool,
}

impl From<SurveyBaseline> for NewBaseline {
    fn from(body: SurveyBaseline) -> Self {
        let SurveyBaseline { month, net, turnover_band, mut permits, internet_uses, estimate } = body;
        permits.sort_unstable();
        permits.dedup();
        let evidence = if estimate { Evidence::Estimate } else { Evidence::Recorded };
        Self { month, net: Rupiah::from(net), turnover_band, permits, internet_uses, evidence }
    }
}

/// A baseline survey.
#[derive(Serialize, ToSchema)]
pub struct BaselineView {
    id: BaselineId,
    month: Month,
    net: Rupiah,
    turnover_band: TurnoverBand,
    permits: Vec<Permit>,
    internet_uses: InternetUses,
    evidence: Evidence,
    surveyed_by: AccountId,
    /// The enterprise the village office acted for.
    on_behalf_of: Option<EnterpriseId>,
    surveyed_at: Timestamp,
}

impl From<Baseline> for BaselineView {
    fn from(baseline: Baseline) -> Self {
        let Baseline { id, month, net, turnover_band, permits, internet_uses, evidence, surveyed_by, on_behalf_of, surveyed_at } = baseline;
        Self { id, month, net, turnover_band, permits, internet_uses, evidence, surveyed_by, on_behalf_of, surveyed_at }
    }
}

/// The surveys of an enterprise, newest first; the first of them counts.
#[derive(Serialize, ToSchema)]
pub struct BaselinesView {
    baselines: Vec<BaselineView>,
}

fn listed(all: Vec<Baseline>) -> BaselinesView {
    BaselinesView { baselines: all.into_iter().map(BaselineView::from).collect() }
}

/// Keeps a baseline survey; the last one counts.
#[utoipa::path(tag = "books", operation_id = "survey_baseline", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = SurveyBaseline,
    responses((status = 201, body = BaselinesView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/baselines")]
pub async fn survey(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<SurveyBaseline>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, new) = (actor.who, id.into_inner(), NewBaseline::from(posted.body));
    let place = format!("/v1/enterprises/{id}/baselines");
    let reply =
        posted.once.write(&db, who, move |tx| service::survey(tx, who, id, &new).map(|all| Reply::created(place.clone(), &listed(all))));
    Ok(reply.await?)
}

/// Lists the baseline surveys.
#[utoipa::path(tag = "books", operation_id = "list_baselines", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = BaselinesView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/baselines")]
pub async fn baselines(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    db: web::Data<Db>,
) -> Result<web::Json<BaselinesView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(listed(db.read(move |conn| service::baselines(conn, actor.who, now, *id)).await?)))
}
