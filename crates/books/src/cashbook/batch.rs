//! Rows that were drafted offline: sent together, judged one by one.

use actix_web::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::http::CashRowView;
use super::model::NewCashRow;
use super::service::{self, CashError};
use kit::auth::{Actor, Identity, SignedIn};
use kit::db::{Db, Failure, Tx};
use kit::http::input::parse;
use kit::http::problem::ProblemView;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Posted, Problem, Reply};
use kit::i18n::Language;
use kit::word_enum;
use people::enterprises::EnterpriseId;
use people::permissions::Action;

/// The most rows of one batch.
const MOST_ROWS: usize = 100;

/// Rows as a device drafted them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CashBatch {
    /// At most 100, each with a `client_id`, in the order in which they happened.
    #[schema(value_type = Vec<NewCashRow>, max_items = 100)]
    rows: Drafts,
}

/// Rows that are read one by one, so that a wrong one holds up none of the others.
struct Drafts(Vec<serde_json::Value>);

impl<'de> Deserialize<'de> for Drafts {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::deserialize(deserializer)?;
        if (1..=MOST_ROWS).contains(&rows.len()) {
            Ok(Self(rows))
        } else {
            Err(serde::de::Error::custom(format!("rows_out_of_range({MOST_ROWS})")))
        }
    }
}

word_enum! {
    /// What became of a row.
    RowOutcome as "CashRowOutcome" {
        /// It is in the books now.
        Recorded = "recorded",
        /// It was in the books before.
        Already = "already",
        /// It is not in the books; `problem` says why.
        Refused = "refused",
    }
}

/// What became of one row.
#[derive(Serialize, ToSchema)]
pub struct CashRowResultView {
    client_id: Option<String>,
    outcome: RowOutcome,
    /// The row; null where it was refused.
    row: Option<CashRowView>,
    /// Why it was refused; null where it was not.
    problem: Option<ProblemView>,
}

/// What became of each row, in the order in which they were sent.
#[derive(Serialize, ToSchema)]
pub struct CashBatchView {
    results: Vec<CashRowResultView>,
}

/// Writes down rows that were drafted offline: in order, each once, each with its own result.
#[utoipa::path(tag = "cash book", operation_id = "record_cash_batch", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = CashBatch,
    responses((status = 200, body = CashBatchView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/cash-book/batch")]
pub async fn record_batch(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    language: Language,
    posted: Posted<CashBatch>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id) = (actor.who, id.into_inner());
    let drafts: Vec<Draft> = posted.body.rows.0.iter().map(Draft::read).collect();
    let reply = posted.once.write(&db, who, move |tx| {
        let now = tx.now();
        service::may(tx, who, now, id, Action::KeepBooks)?;
        let mut results = Vec::with_capacity(drafts.len());
        for draft in &drafts {
            results.push(land(tx, who, id, draft, language)?);
        }
        Ok::<_, Failure<CashError>>(Reply::ok(&CashBatchView { results }))
    });
    Ok(reply.await?)
}

/// A row as far as it could be read.
struct Draft {
    client_id: Option<String>,
    row: Result<NewCashRow, Problem>,
}

impl Draft {
    fn read(value: &serde_json::Value) -> Self {
        let client_id = value.get("client_id").and_then(serde_json::Value::as_str).map(|text| text.chars().take(64).collect());
        let row = parse::<NewCashRow>(value.to_string().as_bytes()).and_then(|row| {
            // Without a name of its own a row could land twice.
            if row.client_id.is_some() { Ok(row) } else { Err(Problem::invalid_field("client_id", "missing field `client_id`")) }
        });
        Self { client_id, row }
    }
}

/// A refusal is this row's alone; a failing database is everyone's.
fn land(
    tx: &mut Tx<'_>,
    who: Identity,
    id: EnterpriseId,
    draft: &Draft,
    language: Language,
) -> Result<CashRowResultView, Failure<CashError>> {
    let refused = |problem: &Problem| CashRowResultView {
        client_id: draft.client_id.clone(),
        outcome: RowOutcome::Refused,
        row: None,
        problem: Some(problem.told(language)),
    };
    let row = match &draft.row {
        Ok(row) => row,
        Err(problem) => return Ok(refused(problem)),
    };
    match service::record(tx, who, id, row) {
        Ok(recorded) => Ok(CashRowResultView {
            client_id: draft.client_id.clone(),
            outcome: if recorded.already { RowOutcome::Already } else { RowOutcome::Recorded },
            row: Some(recorded.row.into()),
            problem: None,
        }),
        Err(Failure::Refused(refusal)) => Ok(refused(&refusal.into())),
        Err(Failure::Db(error)) => Err(error.into()),
    }
}
