//! Breaches over HTTP.

use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Breach, BreachId, Event, State, Words};
use super::rules::Move;
use super::service::{self, Between, BreachError};
use crate::agreements::AgreementId;
use crate::obligations::ObligationId;
use crate::parties::PartyView;
use kit::act;
use kit::auth::{AccountId, Actor, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use people::enterprises::EnterpriseId;
use people::villages::VillageId;

impl From<BreachError> for Problem {
    fn from(error: BreachError) -> Self {
        match error {
            BreachError::OtherObligation => Self::invalid_field("obligation_id", "other_obligation"),
            BreachError::NeverInForce => Self::conflict("agreement_never_in_force"),
            BreachError::WrongState { state, wanted } => Self::conflict("breach_wrong_state").arg("state", state).arg("event", wanted),
            BreachError::AlreadyReplied => Self::conflict("breach_replied"),
            BreachError::OtherSide => Self::conflict("other_sides_to_do"),
            BreachError::Denied(denied) => denied.into(),
        }
    }
}

/// Something that was not kept, as one side says.
#[derive(Serialize, ToSchema)]
pub struct BreachView {
    id: BreachId,
    agreement_id: AgreementId,
    obligation_id: Option<ObligationId>,
    noted_by: EnterpriseId,
    note: String,
    state: State,
    /// What the other side says.
    reply: Option<String>,
    /// How the village's office settled it.
    outcome: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Breach> for BreachView {
    fn from(b: Breach) -> Self {
        let Breach { id, agreement_id, obligation_id, noted_by, note, state, reply, outcome, created_at, updated_at } = b;
        Self { id, agreement_id, obligation_id, noted_by, note, state, reply, outcome, created_at, updated_at }
    }
}

/// One move of a breach.
#[derive(Serialize, ToSchema)]
pub struct BreachEventView {
    from: State,
    to: State,
    actor_id: AccountId,
    /// The enterprise for which the village's office acted.
    on_behalf_of: Option<EnterpriseId>,
    said: Option<String>,
    at: Timestamp,
}

/// A breach with its moves, oldest first.
#[derive(Serialize, ToSchema)]
pub struct BreachWithHistoryView {
    breach: BreachView,
    history: Vec<BreachEventView>,
}

impl From<(Breach, Vec<Event>)> for BreachWithHistoryView {
    fn from((breach, events): (Breach, Vec<Event>)) -> Self {
        let view =
            |Event { from, to, actor: actor_id, on_behalf_of, said, at }| BreachEventView { from, to, actor_id, on_behalf_of, said, at };
        Self { breach: breach.into(), history: events.into_iter().map(view).collect() }
    }
}

/// What was not kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteBreach {
    note: Words,
    /// The delivery or payment it is about.
    obligation_id: Option<ObligationId>,
}

/// What someone says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SayOnBreach {
    words: Words,
}

/// Something that was not kept, with those between whom it is.
#[derive(Serialize, ToSchema)]
pub struct VillageBreachView {
    breach: BreachView,
    /// Who owes and is owed it, or both sides of the agreement.
    #[schema(value_type = Vec<PartyView>, min_items = 2, max_items = 2)]
    between: [PartyView; 2],
}

/// Which of a village's breaches are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VillageBreachQuery {
    /// Every state unless one is named; `mediating` waits for the office.
    state: Option<State>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which page of an agreement's breaches is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BreachQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "breaches";

/// Notes that the other side did not keep something.
#[utoipa::path(tag = "agreements", operation_id = "note_breach", params(("id" = AgreementId, Path), ("Idempotency-Key" = String, Header)), request_body = NoteBreach,
    responses((status = 201, body = BreachView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/agreements/{id}/breaches")]
pub async fn enter(
    actor: Actor<SignedIn>,
    id: web::Path<AgreementId>,
    posted: Posted<NoteBreach>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, NoteBreach { note, obligation_id }) = (actor.who, id.into_inner(), posted.body);
    let reply = posted.once.write(&db, who, move |tx| {
        let breach = service::note(tx, who, id, obligation_id, &note)?;
        Ok(Reply::created(format!("/v1/breaches/{}", breach.id), &BreachView::from(breach)))
    });
    Ok(reply.await?)
}

/// Lists the breaches of an agreement, newest first. Members of a joint buy under it see what is about their own shares.
#[utoipa::path(tag = "agreements", operation_id = "list_breaches", params(("id" = AgreementId, Path), BreachQuery),
    responses((status = 200, body = Page<BreachView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/agreements/{id}/breaches")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<AgreementId>,
    query: web::Query<BreachQuery>,
    db: web::Data<Db>,
) -> Result<Page<BreachView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::list(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |breach| breach.id).map(BreachView::from))
}

/// Lists what was not kept under a village's agreements, newest first, for its office.
#[utoipa::path(tag = "agreements", operation_id = "list_village_breaches", params(("id" = VillageId, Path), VillageBreachQuery),
    responses((status = 200, body = Page<VillageBreachView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/villages/{id}/breaches")]
pub async fn of_village(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    query: web::Query<VillageBreachQuery>,
    db: web::Data<Db>,
) -> Result<Page<VillageBreachView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::of_village(conn, actor.who, now, *id, q.state, before, q.limit.fetch())).await?;
    let view = |Between { breach, sides }: Between| VillageBreachView { breach: breach.into(), between: sides };
    Ok(Page::cut(rows, q.limit, NEWEST, |row| row.breach.id).map(view))
}

/// Shows a breach with its moves.
#[utoipa::path(tag = "agreements", operation_id = "get_breach", params(("id" = BreachId, Path)),
    responses((status = 200, body = BreachWithHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/breaches/{id}")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<BreachId>, db: web::Data<Db>) -> Result<web::Json<BreachWithHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::show(conn, actor.who, now, *id)).await?.into()))
}

fn shown(breach: Breach) -> Reply {
    Reply::ok(&BreachView::from(breach))
}

act!(
    /// Says the other side's part, once, until the village's office has settled it.
    answer, "agreements", "/breaches/{id}/reply", "reply_to_breach", BreachId, BreachView, SayOnBreach,
    |tx, who, id, body| service::advance(tx, who, id, Move::Reply, Some(body.words.as_str())).map(shown)
);

act!(
    /// Settles what the village's office mediates, and says how.
    settle, "agreements", "/breaches/{id}/settle", "settle_breach", BreachId, BreachView, SayOnBreach,
    |tx, who, id, body| service::advance(tx, who, id, Move::Settle, Some(body.words.as_str())).map(shown)
);

act!(
    /// Asks the village's office to stand between both sides.
    mediate, "agreements", "/breaches/{id}/mediate", "mediate_breach", BreachId, BreachView,
    |tx, who, id| service::advance(tx, who, id, Move::Mediate, None).map(shown)
);
act!(
    /// Takes back what one noted.
    withdraw, "agreements", "/breaches/{id}/withdraw", "withdraw_breach", BreachId, BreachView,
    |tx, who, id| service::advance(tx, who, id, Move::Withdraw, None).map(shown)
);
