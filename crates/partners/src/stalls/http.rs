//! Days at stalls over HTTP.

use actix_web::{get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{StallDay, StallDayId, State};
use super::service::{self, MOST_DAYS_LATE, StallError};
use crate::agreements::AgreementId;
use crate::debts::Method;
use kit::act;
use kit::auth::{AccountId, Actor, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::money::Rupiah;
use market::shops::model::Charge;
use people::enterprises::EnterpriseId;
use people::moves_view;

impl From<StallError> for Problem {
    fn from(error: StallError) -> Self {
        match error {
            StallError::NotAgreed { day } => Self::conflict("stall_day_not_agreed").arg("day", day),
            StallError::NotTrading => Self::conflict("partners_not_trading"),
            StallError::DayOutOfRange => Self::invalid_field("day", format!("stall_day_out_of_range({MOST_DAYS_LATE})")),
            StallError::AlreadyTold { day } => Self::conflict("stall_day_told").arg("day", day),
            StallError::PaidDay { from } => Self::invalid_field("on", format!("paid_day_out_of_range({from})")),
            StallError::WrongState { state, wanted } => Self::conflict("stall_day_wrong_state").arg("state", state).arg("event", wanted),
            StallError::TooMuch => Self::conflict("sum_out_of_range"),
            StallError::Books(error) => error.into(),
            StallError::Agreement(error) => error.into(),
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
    /// The day it was paid: today unless said otherwise, not before the day at the stall. What the receiver said stands.
    #[schema(value_type = Option<String>, format = Date)]
    on: Option<NaiveDate>,
}

/// A day at a stall, and what is owed for it.
#[derive(Serialize, ToSchema)]
pub struct StallDayView {
    id: StallDayId,
    agreement_id: AgreementId,
    /// The version of the agreement by which it is settled.
    agreement_version: i32,
    /// Who holds the stall.
    provider_id: EnterpriseId,
    /// Who joins it.
    receiver_id: EnterpriseId,
    #[schema(value_type = String, format = Date)]
    day: NaiveDate,
    /// What the receiver took.
    takings: Rupiah,
    /// What of that goes to the provider.
    share: Rupiah,
    /// What of the cost of the stall the receiver bears.
    cost_part: Rupiah,
    /// Both together.
    owed: Rupiah,
    state: State,
    /// By when it is to be paid.
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<NaiveDate>,
    /// How it was paid, as it was said last.
    method: Option<Method>,
    #[schema(value_type = Option<String>, format = Date)]
    paid_on: Option<NaiveDate>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<StallDay> for StallDayView {
    fn from(told: StallDay) -> Self {
        // What was summed when it was told can be summed again.
        let owed = told.owed().unwrap_or_default();
        let StallDay { id, agreement_id, agreement_number, provider_id, receiver_id, day, takings, share, cost_part, state, .. } = told;
        let StallDay { due_on, method, paid_on, created_at, updated_at, .. } = told;
        Self {
            id,
            agreement_id,
            agreement_version: agreement_number,
            provider_id,
            receiver_id,
            day,
            takings,
            share,
            cost_part,
            owed,
            state,
            due_on,
            method,
            paid_on,
            created_at,
            updated_at,
        }
    }
}

moves_view!(
    /// One move of a day at a stall.
    StallDayEventView { State, AccountId }
    /// The moves of a day at a stall, oldest first.
    StallDayHistoryView
);

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

/// Tells what who joins a shared stall took on a day. Told by herself, what she owes for it stands in both books from then on; told by
/// who holds the stall, it waits for her word.
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

/// Shows a day at a shared stall.
#[utoipa::path(tag = "agreements", operation_id = "get_stall_day", params(("id" = StallDayId, Path)),
    responses((status = 200, body = StallDayView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/stall-days/{id}")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<StallDayId>, db: web::Data<Db>) -> Result<web::Json<StallDayView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::show(conn, actor.who, now, *id)).await?.into()))
}

/// Lists the moves of a day at a shared stall.
#[utoipa::path(tag = "agreements", operation_id = "list_stall_day_history", params(("id" = StallDayId, Path)),
    responses((status = 200, body = StallDayHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/stall-days/{id}/history")]
pub async fn history(
    actor: Actor<SignedIn>,
    id: web::Path<StallDayId>,
    db: web::Data<Db>,
) -> Result<web::Json<StallDayHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::history(conn, actor.who, now, *id)).await?.into()))
}

act!(
    /// Who joins the stall says that a day was as its holder told it: what she owes for it stands in both books from then on.
    confirm, "agreements", "/stall-days/{id}/confirm", "confirm_stall_day", StallDayId, StallDayView,
    |tx, who, id| service::confirm(tx, who, id).map(|told| Reply::ok(&StallDayView::from(told)))
);
act!(
    /// Who joins the stall says that a day was not as its holder told it. It may be told anew.
    refuse, "agreements", "/stall-days/{id}/refuse", "refuse_stall_day", StallDayId, StallDayView,
    |tx, who, id, reason| service::refuse(tx, who, id, reason.as_str()).map(|told| Reply::ok(&StallDayView::from(told)))
);
act!(
    /// What was owed for a day was paid: the word of who holds the stall counts at once, that of who joins it waits for hers.
    pay, "agreements", "/stall-days/{id}/pay", "pay_stall_day", StallDayId, StallDayView, PayStallDay,
    |tx, who, id, body| service::pay(tx, who, id, body.method, body.on).map(|told| Reply::ok(&StallDayView::from(told)))
);
act!(
    /// Who holds the stall does not have the money that the other says she paid.
    refuse_payment, "agreements", "/stall-days/{id}/refuse-payment", "refuse_stall_payment", StallDayId, StallDayView,
    |tx, who, id, reason| service::refuse_payment(tx, who, id, reason.as_str()).map(|told| Reply::ok(&StallDayView::from(told)))
);
act!(
    /// Takes a day back that was told wrong, by who holds the stall: nothing was owed for it, and it may be told anew.
    withdraw, "agreements", "/stall-days/{id}/withdraw", "withdraw_stall_day", StallDayId, StallDayView,
    |tx, who, id, reason| service::withdraw(tx, who, id, reason.as_str()).map(|told| Reply::ok(&StallDayView::from(told)))
);
