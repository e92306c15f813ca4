//! Agreements over HTTP.

use actix_web::{HttpResponse, get, post, put};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::model::{AgreementId, Proposal, Whole};
use super::reading;
use super::rules::Act;
use super::service::{self, AgreementError};
use super::terms::{NoticeDays, Terms};
use super::views::{AgreementHistoryView, AgreementVersionView, AgreementVersionsView, AgreementView};
use kit::act;
use kit::auth::{Actor, SignedIn};
use kit::db::Db;
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey, WithVersion};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, Valid, page};
use people::enterprises::EnterpriseId;

impl From<AgreementError> for Problem {
    fn from(error: AgreementError) -> Self {
        match error {
            AgreementError::KindsDoNotFit => Self::conflict("agreement_kinds_do_not_fit"),
            AgreementError::NotTrading => Self::conflict("partners_not_trading"),
            AgreementError::StartsOn => Self::invalid_field("starts_on", "starts_on_out_of_range"),
            AgreementError::EndsOn => Self::invalid_field("ends_on", "ends_on_out_of_range"),
            AgreementError::LeavesGap { until } => Self::conflict("amendment_leaves_gap").arg("until", until),
            AgreementError::Prices => Self::invalid_field("terms", "agreed_prices_invalid"),
            AgreementError::WrongState { state, wanted } => {
                Self::conflict("agreement_wrong_state").arg("state", state).arg("event", wanted)
            }
            AgreementError::NotYourTurn => Self::conflict("not_your_turn"),
            AgreementError::NothingProposed => Self::conflict("nothing_proposed"),
            AgreementError::OtherVersion { proposed } => Self::conflict("other_version_proposed").arg("number", proposed),
            AgreementError::AlreadyProposed => Self::conflict("already_proposed"),
            AgreementError::Stale => stale(),
            AgreementError::Denied(denied) => denied.into(),
        }
    }
}

/// What someone proposes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeTerms {
    /// Today or a later day.
    #[schema(value_type = String, format = Date)]
    starts_on: NaiveDate,
    /// The last day, within five years.
    #[schema(value_type = String, format = Date)]
    ends_on: NaiveDate,
    notice_days: NoticeDays,
    #[serde(deserialize_with = "kit::http::strict::object")]
    terms: Terms,
}

impl From<ProposeTerms> for Proposal {
    fn from(ProposeTerms { starts_on, ends_on, notice_days, terms }: ProposeTerms) -> Self {
        Self { starts_on, ends_on, notice_days, terms }
    }
}

/// A new agreement.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftAgreement {
    /// Who gives the goods, or holds the stall.
    provider_id: EnterpriseId,
    /// Who takes them, or joins it.
    receiver_id: EnterpriseId,
    proposal: ProposeTerms,
}

/// What is agreed to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptAgreement {
    /// The number of the version that was read, as `proposed` shows it.
    number: i32,
}

/// Which page of an enterprise's agreements is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AgreementQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "agreements";

fn shown(whole: Whole) -> Reply {
    let version = whole.agreement.version;
    Reply::ok(&AgreementView::from(whole)).version(version)
}

/// Drafts an agreement between two enterprises, one of them the caller's.
#[utoipa::path(tag = "agreements", operation_id = "draft_agreement", params(("Idempotency-Key" = String, Header)), request_body = DraftAgreement,
    responses((status = 201, body = AgreementView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/agreements")]
pub async fn draft(actor: Actor<SignedIn>, posted: Posted<DraftAgreement>, db: web::Data<Db>) -> Result<Reply, Problem> {
    let DraftAgreement { provider_id, receiver_id, proposal } = posted.body;
    let (who, proposal) = (actor.who, Proposal::from(proposal));
    let reply = posted.once.write(&db, who, move |tx| {
        let whole = service::draft(tx, who, provider_id, receiver_id, &proposal)?;
        let (id, version) = (whole.agreement.id, whole.agreement.version);
        Ok(Reply::created(format!("/v1/agreements/{id}"), &AgreementView::from(whole)).version(version))
    });
    Ok(reply.await?)
}

/// Lists an enterprise's agreements, newest first.
#[utoipa::path(tag = "agreements", operation_id = "list_agreements", params(("id" = EnterpriseId, Path), AgreementQuery),
    responses((status = 200, body = Page<AgreementView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/agreements")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<AgreementQuery>,
    db: web::Data<Db>,
) -> Result<Page<AgreementView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| reading::list(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |whole| whole.agreement.id).map(AgreementView::from))
}

/// Shows an agreement to its sides and to the village's office.
#[utoipa::path(tag = "agreements", operation_id = "get_agreement", params(("id" = AgreementId, Path)),
    responses((status = 200, body = AgreementView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/agreements/{id}")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<AgreementId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    let whole = db.read(move |conn| reading::show(conn, actor.who, now, *id)).await?;
    Ok(tagged(whole.agreement.version, &AgreementView::from(whole)))
}

/// Lists the versions of an agreement, newest first.
#[utoipa::path(tag = "agreements", operation_id = "list_agreement_versions", params(("id" = AgreementId, Path)),
    responses((status = 200, body = AgreementVersionsView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/agreements/{id}/versions")]
pub async fn versions(
    actor: Actor<SignedIn>,
    id: web::Path<AgreementId>,
    db: web::Data<Db>,
) -> Result<web::Json<AgreementVersionsView>, Problem> {
    let now = db.clock().now();
    let versions = db.read(move |conn| reading::versions(conn, actor.who, now, *id)).await?;
    Ok(web::Json(AgreementVersionsView { items: versions.into_iter().map(AgreementVersionView::from).collect() }))
}

/// Lists the acts on an agreement, with their reasons and who stood witness.
#[utoipa::path(tag = "agreements", operation_id = "list_agreement_history", params(("id" = AgreementId, Path)),
    responses((status = 200, body = AgreementHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/agreements/{id}/history")]
pub async fn history(
    actor: Actor<SignedIn>,
    id: web::Path<AgreementId>,
    db: web::Data<Db>,
) -> Result<web::Json<AgreementHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| reading::history(conn, actor.who, now, *id)).await?.into()))
}

/// Writes a draft anew.
#[utoipa::path(tag = "agreements", operation_id = "edit_agreement_draft", params(("id" = AgreementId, Path), ("If-Match" = String, Header)), request_body = ProposeTerms,
    responses((status = 200, body = AgreementView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[put("/agreements/{id}/draft")]
pub async fn edit(
    actor: Actor<SignedIn>,
    id: web::Path<AgreementId>,
    version: IfMatch,
    body: Valid<ProposeTerms>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let proposal = Proposal::from(body.0);
    let whole = db.write(move |tx| service::edit(tx, actor.who, *id, version.0, &proposal)).await?;
    Ok(tagged(whole.agreement.version, &AgreementView::from(whole)))
}

/// Answers with other terms.
#[utoipa::path(tag = "agreements", operation_id = "counter_agreement", params(("id" = AgreementId, Path), ("Idempotency-Key" = String, Header)), request_body = ProposeTerms,
    responses((status = 200, body = AgreementView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/agreements/{id}/counter")]
pub async fn counter(
    actor: Actor<SignedIn>,
    id: web::Path<AgreementId>,
    posted: Posted<ProposeTerms>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, proposal) = (actor.who, id.into_inner(), Proposal::from(posted.body));
    Ok(posted.once.write(&db, who, move |tx| service::propose(tx, who, id, Act::Counter, &proposal).map(shown)).await?)
}

/// Proposes other terms for an agreement that runs; it runs on as it is until the other side agrees.
#[utoipa::path(tag = "agreements", operation_id = "amend_agreement", params(("id" = AgreementId, Path), ("Idempotency-Key" = String, Header)), request_body = ProposeTerms,
    responses((status = 200, body = AgreementView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/agreements/{id}/amend")]
pub async fn amend(
    actor: Actor<SignedIn>,
    id: web::Path<AgreementId>,
    posted: Posted<ProposeTerms>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, proposal) = (actor.who, id.into_inner(), Proposal::from(posted.body));
    Ok(posted.once.write(&db, who, move |tx| service::propose(tx, who, id, Act::Amend, &proposal).map(shown)).await?)
}

act!(
    /// Agrees to what the other side proposed.
    accept, "agreements", "/agreements/{id}/accept", "accept_agreement", AgreementId, AgreementView, AcceptAgreement,
    |tx, who, id, body| service::accept(tx, who, id, body.number).map(shown)
);

act!(
    /// Sends a draft to the other side.
    offer, "agreements", "/agreements/{id}/offer", "offer_agreement", AgreementId, AgreementView,
    |tx, who, id| service::offer(tx, who, id).map(shown)
);
act!(
    /// Turns down what the other side proposed.
    decline, "agreements", "/agreements/{id}/decline", "decline_agreement", AgreementId, AgreementView,
    |tx, who, id, reason| service::drop_proposal(tx, who, id, Act::Decline, Some(reason.as_str())).map(shown)
);
act!(
    /// Takes back one's own proposal.
    withdraw, "agreements", "/agreements/{id}/withdraw", "withdraw_agreement", AgreementId, AgreementView,
    |tx, who, id| service::drop_proposal(tx, who, id, Act::Withdraw, None).map(shown)
);
act!(
    /// Gives notice: the agreement ends when the days agreed for it have passed.
    terminate, "agreements", "/agreements/{id}/terminate", "terminate_agreement", AgreementId, AgreementView,
    |tx, who, id, reason| service::terminate(tx, who, id, reason.as_str()).map(shown)
);
