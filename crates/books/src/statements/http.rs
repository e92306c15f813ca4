//! Statements over HTTP.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_LANGUAGE, CONTENT_TYPE};
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::files::{self, label};
use super::model::{Form, Line, Row, Separator, Statement};
use super::service::{self, StatementError};
use kit::auth::{Actor, SignedIn};
use kit::clock::{Month, Timestamp};
use kit::db::Db;
use kit::http::Problem;
use kit::http::responses::{Always, OnOne, SignedInOnly};
use kit::http::web;
use kit::i18n::Language;
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;

impl From<StatementError> for Problem {
    fn from(error: StatementError) -> Self {
        match error {
            StatementError::NotBegun => Self::invalid_field("month", "month_not_begun"),
            StatementError::TooMuch => Self::conflict("sum_out_of_range"),
            StatementError::Denied(denied) => denied.into(),
        }
    }
}

/// The form of a statement; JSON unless said otherwise.
#[derive(Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FormQuery {
    form: Option<Form>,
    /// Between the cells of a CSV file: a comma, unless said otherwise.
    separator: Option<Separator>,
    /// Whether a CSV file begins with a byte order mark, by which Excel knows that it is UTF-8.
    bom: Option<bool>,
}

/// A figure of a statement.
#[derive(Serialize, ToSchema)]
pub struct FigureLineView {
    line: Line,
    /// What it is called, in the reader's language.
    label: String,
    amount: Rupiah,
    /// Whether it sums up lines before it.
    total: bool,
}

/// A statement of one month.
#[derive(Serialize, ToSchema)]
pub struct StatementView {
    enterprise_id: EnterpriseId,
    name: String,
    month: Month,
    /// The day of the balance sheet: the month's last, or today while it lasts.
    #[schema(value_type = String, format = Date)]
    as_of: NaiveDate,
    /// Whether the month is closed, so that nothing in it can change.
    closed: bool,
    /// How much of what was counted an act in this system made, in basis points; null where nothing was counted.
    evidence_share_bp: Option<i64>,
    profit_and_loss: Vec<FigureLineView>,
    balance_sheet: Vec<FigureLineView>,
}

fn view(statement: Statement, language: Language) -> StatementView {
    let line = |(line, amount): Row| FigureLineView { line, label: label(language, line), amount, total: line.is_total() };
    let Statement { enterprise, name, month, as_of, closed, evidence_share, profit_and_loss, balance_sheet } = statement;
    StatementView {
        enterprise_id: enterprise,
        name,
        month,
        as_of,
        closed,
        evidence_share_bp: evidence_share,
        profit_and_loss: profit_and_loss.into_iter().map(line).collect(),
        balance_sheet: balance_sheet.into_iter().map(line).collect(),
    }
}

/// A statement in the form that is asked for: JSON as it is, anything else to be kept as a file.
///
/// # Errors
/// A 500 when a file cannot be made.
pub fn formed(statement: Statement, asked: FormQuery, language: Language, now: Timestamp) -> Result<HttpResponse, Problem> {
    let form = asked.form.unwrap_or(Form::Json);
    let failed = |error: String| {
        tracing::error!(error, "a statement could not be made");
        Problem::new(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR, "internal")
    };
    let name = format!("{}-{}.{form}", statement.enterprise, statement.month);
    let (kind, bytes) = match form {
        Form::Json => return Ok(HttpResponse::Ok().json(view(statement, language))),
        Form::Html => {
            let page = files::html(&statement, language, now).map_err(|error| failed(error.to_string()))?;
            ("text/html; charset=utf-8", page.into_bytes())
        }
        Form::Csv => {
            let (separator, bom) = (asked.separator.unwrap_or(Separator::Comma), asked.bom.unwrap_or(false));
            let file = files::csv(&statement, language, separator, bom).map_err(|error| failed(error.to_string()))?;
            ("text/csv; charset=utf-8", file)
        }
        Form::Xlsx => {
            let book = files::xlsx(&statement, language, now).map_err(|error| failed(error.to_string()))?;
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", book)
        }
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_LANGUAGE, language.word()))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes))
}

/// Shows the statement of a month: profit and loss, and the balance sheet at its end.
#[utoipa::path(tag = "books", operation_id = "get_statement", params(("id" = EnterpriseId, Path), ("month" = Month, Path), FormQuery),
    responses((status = 200, content((StatementView = "application/json"), (String = "text/html"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/statements/{month}")]
pub async fn show(
    actor: Actor<SignedIn>,
    path: web::Path<(EnterpriseId, Month)>,
    query: web::Query<FormQuery>,
    language: Language,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let (now, (id, month)) = (db.clock().now(), path.into_inner());
    let statement = db.report(move |conn| service::show(conn, actor.who, now, id, month)).await?;
    formed(statement, query.into_inner(), language, now)
}
