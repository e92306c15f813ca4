//! Days at stalls over HTTP.

use actix_web::{get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{StallDay, StallDayId, State};
use super::service::{self, MOST_DAYS_LATE, StallError};
use crate::act;
use crate::kit::auth::{AccountId, Actor, SignedIn};
use crate::kit::clock::Timestamp;
use crate::kit::db::Db;
use crate::kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use crate::kit::http::web;
use crate::kit::http::{Limit, Page, Posted, Problem, Reply, page};
use crate::kit::money::Rupiah;
use crate::market::shops::model::Charge;
use crate::partners::agreements::AgreementId;
use crate::partners::debts::Method;
use crate::people::enterprises::EnterpriseId;

impl From<StallError> for Problem {
    fn from(error: StallError) -> Self {
        match error {
            StallError::NotAgreed => Self::conflict("stall_day_not_agreed"),
            StallError::DayOutOfRange => Self::invalid_field("day", format!("stall_day_out_of_range({MOST_DAYS_LATE})")),
            StallError::AlreadyTold => Self::conflict("stall_day_told"),
            StallError::WrongState { state } => Self::conflict("stall_day_wrong_state").arg("state", state),
            StallError::TooMuch => Self::conflict("sum_out_of_range"),
            StallError::Books(error) => error.into(),
            StallError::Denied(denied) => denied.into(),
        }
    }
}

/// What who joins a stall took on a day.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TellStallDay {
    /// Today or one of the last 30 days, and a day of the stall.
    #[schema(value_type = String, format = Date)]
    day: NaiveDate,
    takings: Charge,
}

/// How the money went over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayStallDay {
    method: Method,
}

/// A day at a stall, and what is owed for it.
#[derive(Serialize, ToSchema)]
pub struct StallDayView {
    id: StallDayId,
    agreement_id: AgreementId,
    /// The version of the agreement by which it was settled.
    number: i32,
    provider_id: EnterpriseId,
    receiver_id: EnterpriseId,
    #[schema(value_type = String, format = Date)]
    day: NaiveDate,
    /// What the receiver took.
    takings: Rupiah,
    /// What of that goes to the provider.
    share: Rupiah,
    /// What of the cost of the stall the receiver bears.
    cost_part: Rupiah,
    state: State,
    recorded_by: AccountId,
    /// The enterprise the village office acted for.
    on_behalf_of: Option<EnterpriseId>,
    recorded_at: Timestamp,
    /// Why it was taken back.
    reason: Option<String>,
    settled_by: Option<AccountId>,
    settled_at: Option<Timestamp>,
}

impl From<StallDay> for StallDayView {
    fn from(told: StallDay) -> Self {
        let state = told.state();
        let StallDay { id, agreement_id, number, provider_id, receiver_id, day, takings, share, cost_part, .. } = told;
        let StallDay { recorded_by, on_behalf_of, recorded_at, reason, settled_by, settled_at, .. } = told;
        Self {
            id,
            agreement_id,
            number,
            provider_id,
            receiver_id,
            day,
            takings,
            share,
            cost_part,
            state,
            recorded_by,
            on_behalf_of,
            recorded_at,
            reason,
            settled_by,
            settled_at,
        }
    }
}

/// Which page of the days is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StallDayQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "stall_days";

/// Tells what who joins a shared stall took on a day; what she owes for it stands in both books from then on.
#[utoipa::path(tag = "agreements", operation_id = "tell_stall_day", params(("id" = AgreementId, Path), ("Idempotency-Key" = String, Header)), request_body = TellStallDay,
    responses((status = 201, body = StallDayView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/agreements/{id}/stall-days")]
pub async fn record(
    actor: Actor<SignedIn>,
    id: web::Path<AgreementId>,
    posted: Posted<TellStallDay>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, TellStallDay { day, takings }) = (actor.who, id.into_inner(), posted.body);
    let place = format!("/v1/agreements/{id}/stall-days");
    let reply = posted.once.write(&db, who, move |tx| {
        service::record(tx, who, id, day, takings.amount()).map(|told| Reply::created(place.clone(), &StallDayView::from(told)))
    });
    Ok(reply.await?)
}

/// Lists the days of a shared stall, the one told last first.
#[utoipa::path(tag = "agreements", operation_id = "list_stall_days", params(("id" = AgreementId, Path), StallDayQuery),
    responses((status = 200, body = Page<StallDayView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/agreements/{id}/stall-days")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<AgreementId>,
    query: web::Query<StallDayQuery>,
    db: web::Data<Db>,
) -> Result<Page<StallDayView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::list(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |told| told.id).map(StallDayView::from))
}

act!(
    /// Says that who holds the stall has what was owed for a day.
    pay, "agreements", "/stall-days/{id}/pay", "pay_stall_day", StallDayId, StallDayView, PayStallDay,
    |tx, who, id, body| service::pay(tx, who, id, body.method).map(|told| Reply::ok(&StallDayView::from(told)))
);
act!(
    /// Takes a day back that was told wrong, by who holds the stall: nothing is owed for it, and it may be told anew.
    withdraw, "agreements", "/stall-days/{id}/withdraw", "withdraw_stall_day", StallDayId, StallDayView,
    |tx, who, id, reason| service::withdraw(tx, who, id, reason.as_str()).map(|told| Reply::ok(&StallDayView::from(told)))
);
