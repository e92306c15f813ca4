//! Enterprises over HTTP.

use actix_web::{HttpResponse, delete, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{About, Enterprise, EnterpriseId, EnterpriseName, Event, Kind, Member, NewEnterprise, Role, State};
use super::rules::Move;
use super::service::{self, EnterpriseError};
use crate::permissions::Action;
use crate::villages::VillageId;
use kit::act;
use kit::auth::token::random_secret;
use kit::auth::{AccountId, Actor, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey, WithVersion};
use kit::http::web;
use kit::http::{Limit, NoBody, Page, Posted, Problem, Reply, Valid, page};
use kit::phone::Phone;

impl From<EnterpriseError> for Problem {
    fn from(error: EnterpriseError) -> Self {
        match error {
            EnterpriseError::NoSuchVillage => Self::invalid_field("village_id", "no_such_village"),
            EnterpriseError::NotTrading => Self::conflict("enterprise_not_trading"),
            EnterpriseError::KindNotByHand => Self::invalid_field("kind", "kind_not_by_hand"),
            EnterpriseError::Officer => Self::conflict("officer_not_by_hand"),
            EnterpriseError::OfficeNotByHand => Self::conflict("office_not_by_hand"),
            EnterpriseError::WrongState { state, wanted } => {
                Self::conflict("enterprise_wrong_state").arg("state", state).arg("event", wanted)
            }
            EnterpriseError::NotAssisted => Self::conflict("enterprise_not_assisted"),
            EnterpriseError::InvitationInvalid => Self::conflict("invitation_invalid"),
            EnterpriseError::NoSuchAccount => Self::conflict("no_account_with_phone"),
            EnterpriseError::NotNow { state } => Self::conflict("enterprise_not_editable").arg("state", state),
            EnterpriseError::AlreadyMember => Self::conflict("already_member"),
            EnterpriseError::LastOwner => Self::conflict("last_owner"),
            EnterpriseError::Stale => stale(),
            EnterpriseError::Denied(denied) => denied.into(),
        }
    }
}

/// An enterprise as its members and its village office see it.
#[derive(Serialize, ToSchema)]
pub struct EnterpriseView {
    id: EnterpriseId,
    village_id: VillageId,
    kind: Kind,
    name: String,
    about: Option<String>,
    phone: Option<Phone>,
    /// Whether the number may stand on the public page.
    phone_public: bool,
    /// Whether the village office leads it for someone without a phone.
    assisted: bool,
    state: State,
    /// Whether she confirms changes of her products herself.
    trusted: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Enterprise> for EnterpriseView {
    fn from(e: Enterprise) -> Self {
        let Enterprise {
            id,
            village_id,
            kind,
            name,
            about,
            phone,
            phone_public,
            assisted,
            state,
            version: _,
            created_at,
            updated_at,
            trusted,
        } = e;
        Self { id, village_id, kind, name, about, phone, phone_public, assisted, state, trusted, created_at, updated_at }
    }
}

/// An enterprise the caller belongs to.
#[derive(Serialize, ToSchema)]
pub struct MyEnterpriseView {
    #[serde(flatten)]
    enterprise: EnterpriseView,
    /// The caller's role in it.
    role: Role,
}

/// All enterprises the caller belongs to; at most 100.
#[derive(Serialize, ToSchema)]
pub struct MyEnterprisesView {
    items: Vec<MyEnterpriseView>,
}

/// A member.
#[derive(Serialize, ToSchema)]
pub struct MemberView {
    account_id: AccountId,
    name: String,
    role: Role,
    since: Timestamp,
}

/// The members; at most 100.
#[derive(Serialize, ToSchema)]
pub struct MembersView {
    items: Vec<MemberView>,
}

impl From<Vec<Member>> for MembersView {
    fn from(list: Vec<Member>) -> Self {
        let view = |m: Member| MemberView { account_id: m.account, name: m.name, role: m.role, since: m.since };
        Self { items: list.into_iter().map(view).collect() }
    }
}

/// One move of an enterprise's state.
#[derive(Serialize, ToSchema)]
pub struct EnterpriseEventView {
    from: State,
    to: State,
    actor_id: AccountId,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    reason: Option<String>,
    at: Timestamp,
    /// What it made of the village's trust; null if it was not about that.
    trusted: Option<bool>,
}

/// The latest hundred moves, newest first.
#[derive(Serialize, ToSchema)]
pub struct EnterpriseHistoryView {
    items: Vec<EnterpriseEventView>,
}

impl From<Vec<Event>> for EnterpriseHistoryView {
    fn from(events: Vec<Event>) -> Self {
        let view = |e: Event| EnterpriseEventView {
            from: e.from,
            to: e.to,
            actor_id: e.actor,
            on_behalf_of: e.on_behalf_of,
            reason: e.reason,
            at: e.at,
            trusted: e.trusted,
        };
        Self { items: events.into_iter().map(view).collect() }
    }
}

/// An enterprise as it is entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenEnterprise {
    village_id: VillageId,
    kind: Kind,
    name: EnterpriseName,
    about: Option<About>,
    phone: Option<Phone>,
    /// Whether the number may stand on the public page; false unless said.
    #[serde(default)]
    phone_public: bool,
}

impl From<OpenEnterprise> for NewEnterprise {
    fn from(body: OpenEnterprise) -> Self {
        let OpenEnterprise { village_id: village, kind, name, about, phone, phone_public } = body;
        Self { village, kind, name, about, phone, phone_public }
    }
}

/// An assisted enterprise as the village office enters it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAssisted {
    kind: Kind,
    name: EnterpriseName,
    about: Option<About>,
}

/// A change; what is missing stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditEnterprise {
    name: Option<EnterpriseName>,
    about: Option<About>,
    phone: Option<Phone>,
    phone_public: Option<bool>,
}

/// Whom to take in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddMember {
    /// The number of an existing account.
    phone: Phone,
    role: Role,
}

/// The code of an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinEnterprise {
    code: String,
}

/// An invitation, to be handed to the owner.
#[derive(Serialize, ToSchema)]
pub struct InvitationView {
    enterprise_id: EnterpriseId,
    /// Shown only now; good for 30 days.
    code: String,
}

/// Which of a village's enterprises are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueQuery {
    state: Option<State>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const BY_ID: &str = "enterprise";

/// Opens an enterprise; the caller becomes its owner.
#[utoipa::path(tag = "enterprises", operation_id = "open_enterprise", params(("Idempotency-Key" = String, Header)), request_body = OpenEnterprise,
    responses((status = 201, body = EnterpriseView), Always, SignedInOnly, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises")]
pub async fn open(actor: Actor<SignedIn>, posted: Posted<OpenEnterprise>, db: web::Data<Db>) -> Result<Reply, Problem> {
    let (who, new) = (actor.who, NewEnterprise::from(posted.body));
    Ok(posted.once.write(&db, who, move |tx| service::open(tx, who, &new).map(created)).await?)
}

fn created(enterprise: Enterprise) -> Reply {
    let version = enterprise.version;
    Reply::created(format!("/v1/enterprises/{}", enterprise.id), &EnterpriseView::from(enterprise)).version(version)
}

pub(super) fn moved(enterprise: Enterprise) -> Reply {
    let version = enterprise.version;
    Reply::ok(&EnterpriseView::from(enterprise)).version(version)
}

/// Lists the enterprises the caller belongs to.
#[utoipa::path(tag = "enterprises", operation_id = "list_my_enterprises", responses((status = 200, body = MyEnterprisesView), Always, SignedInOnly), security(("bearer" = [])))]
#[get("/me/enterprises")]
pub async fn list_mine(actor: Actor<SignedIn>, db: web::Data<Db>) -> Result<web::Json<MyEnterprisesView>, Problem> {
    let now = db.clock().now();
    let rows = db.read(move |conn| service::mine(conn, actor.who, now)).await?;
    let items = rows.into_iter().map(|(enterprise, role)| MyEnterpriseView { enterprise: enterprise.into(), role });
    Ok(web::Json(MyEnterprisesView { items: items.collect() }))
}

/// Shows an enterprise to its members and its village office.
#[utoipa::path(tag = "enterprises", operation_id = "get_enterprise", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = EnterpriseView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<EnterpriseId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    let enterprise = db.read(move |conn| service::show(conn, actor.who, now, *id)).await?;
    Ok(tagged(enterprise.version, &EnterpriseView::from(enterprise)))
}

/// Changes what an enterprise says about itself.
#[utoipa::path(tag = "enterprises", operation_id = "edit_enterprise", params(("id" = EnterpriseId, Path), ("If-Match" = String, Header)), request_body = EditEnterprise,
    responses((status = 200, body = EnterpriseView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[patch("/enterprises/{id}")]
pub async fn edit(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    version: IfMatch,
    body: Valid<EditEnterprise>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let change = body.0;
    let edited = db.write(move |tx| {
        service::edit(tx, actor.who, *id, version.0, |enterprise| {
            if let Some(name) = &change.name {
                enterprise.name = name.to_string();
            }
            if let Some(about) = &change.about {
                enterprise.about = Some(about.to_string());
            }
            if let Some(phone) = &change.phone {
                enterprise.phone = Some(phone.clone());
            }
            enterprise.phone_public = change.phone_public.unwrap_or(enterprise.phone_public);
        })
    });
    let enterprise = edited.await?;
    Ok(tagged(enterprise.version, &EnterpriseView::from(enterprise)))
}

/// Lists the moves of an enterprise's state, with their reasons.
#[utoipa::path(tag = "enterprises", operation_id = "list_enterprise_history", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = EnterpriseHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/history")]
pub async fn history(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    db: web::Data<Db>,
) -> Result<web::Json<EnterpriseHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::history(conn, actor.who, now, *id)).await?.into()))
}

/// Lists the members of an enterprise.
#[utoipa::path(tag = "enterprises", operation_id = "list_members", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = MembersView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/members")]
pub async fn members(actor: Actor<SignedIn>, id: web::Path<EnterpriseId>, db: web::Data<Db>) -> Result<web::Json<MembersView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::members(conn, actor.who, now, *id)).await?.into()))
}

/// Takes someone into an enterprise.
#[utoipa::path(tag = "enterprises", operation_id = "add_member", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = AddMember,
    responses((status = 200, body = MembersView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/members")]
pub async fn add_member(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<AddMember>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, new) = (actor.who, id.into_inner(), posted.body);
    let act = move |tx: &mut kit::db::Tx<'_>| Ok(Reply::ok(&MembersView::from(service::add_member(tx, who, id, &new.phone, new.role)?)));
    Ok(posted.once.write(&db, who, act).await?)
}

/// Lets a member go.
#[utoipa::path(tag = "enterprises", operation_id = "remove_member", params(("id" = EnterpriseId, Path), ("account_id" = AccountId, Path)),
    responses((status = 204), (status = 409, description = "She is the last owner"), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[delete("/enterprises/{id}/members/{account_id}")]
pub async fn remove_member(
    actor: Actor<SignedIn>,
    path: web::Path<(EnterpriseId, AccountId)>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let (id, account) = path.into_inner();
    db.write(move |tx| service::remove_member(tx, actor.who, id, account)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lists a village's enterprises; with `state=ready_for_review`, the admin's queue.
#[utoipa::path(tag = "enterprises", operation_id = "list_village_enterprises", params(("id" = VillageId, Path), QueueQuery),
    responses((status = 200, body = Page<EnterpriseView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/villages/{id}/enterprises")]
pub async fn review_queue(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    query: web::Query<QueueQuery>,
    db: web::Data<Db>,
) -> Result<Page<EnterpriseView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let after = page::decode(BY_ID, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::queue(conn, actor.who, now, *id, q.state, after, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, BY_ID, |e| e.id).map(EnterpriseView::from))
}

/// Opens an enterprise for someone without a phone; the village office leads it until she joins.
#[utoipa::path(tag = "enterprises", operation_id = "open_assisted_enterprise", params(("id" = VillageId, Path), ("Idempotency-Key" = String, Header)), request_body = OpenAssisted,
    responses((status = 201, body = EnterpriseView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/villages/{id}/enterprises")]
pub async fn open_assisted(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    posted: Posted<OpenAssisted>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let OpenAssisted { kind, name, about } = posted.body;
    let (who, new) = (actor.who, NewEnterprise { village: *id, kind, name, about, phone: None, phone_public: false });
    Ok(posted.once.write(&db, who, move |tx| service::open_assisted(tx, who, &new).map(created)).await?)
}

/// Makes an invitation for the owner of an assisted enterprise; an earlier one no longer works.
#[utoipa::path(tag = "enterprises", operation_id = "invite_owner", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = NoBody,
    responses((status = 200, body = InvitationView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/invite")]
pub async fn invite(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<NoBody>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id) = (actor.who, id.into_inner());
    let code = random_secret().map_err(|_| Problem::new(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR, "internal"))?;
    let reply = posted.once.write(&db, who, move |tx| {
        let enterprise = service::invite(tx, who, id, &code)?;
        Ok(Reply::ok(&InvitationView { enterprise_id: enterprise.id, code: code.clone() }))
    });
    Ok(reply.await?)
}

/// Uses an invitation: the caller becomes the owner.
#[utoipa::path(tag = "enterprises", operation_id = "join_enterprise", params(("Idempotency-Key" = String, Header)), request_body = JoinEnterprise,
    responses((status = 200, body = EnterpriseView), Always, SignedInOnly, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/join")]
pub async fn join(actor: Actor<SignedIn>, posted: Posted<JoinEnterprise>, db: web::Data<Db>) -> Result<Reply, Problem> {
    let (who, code) = (actor.who, posted.body.code);
    Ok(posted.once.write(&db, who, move |tx| service::join(tx, who, &code).map(moved)).await?)
}

act!(
    /// Asks the village office for a review.
    submit, "enterprises", "/enterprises/{id}/submit", "submit_enterprise", EnterpriseId, EnterpriseView,
    |tx, who, id| service::advance(tx, who, id, Move::Submit, Action::EditEnterprise, None).map(moved)
);
act!(
    /// Lets an enterprise trade.
    approve, "enterprises", "/enterprises/{id}/approve", "approve_enterprise", EnterpriseId, EnterpriseView,
    |tx, who, id| service::advance(tx, who, id, Move::Approve, Action::ReviewEnterprise, None).map(moved)
);
act!(
    /// Asks the owner for changes.
    return_for_changes, "enterprises", "/enterprises/{id}/return", "return_enterprise", EnterpriseId, EnterpriseView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Return, Action::ReviewEnterprise, Some(reason)).map(moved)
);
act!(
    /// Turns an enterprise down.
    reject, "enterprises", "/enterprises/{id}/reject", "reject_enterprise", EnterpriseId, EnterpriseView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Reject, Action::ReviewEnterprise, Some(reason)).map(moved)
);
act!(
    /// Stops an enterprise's trade. Orders it has accepted go on to their end; those that wait for its word can be rejected and not
    /// accepted, and expire when its time to answer is over, with stock and money put back. It gets no new ones.
    suspend, "enterprises", "/enterprises/{id}/suspend", "suspend_enterprise", EnterpriseId, EnterpriseView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Suspend, Action::ReviewEnterprise, Some(reason)).map(moved)
);
act!(
    /// Lets a suspended enterprise trade again.
    reinstate, "enterprises", "/enterprises/{id}/reinstate", "reinstate_enterprise", EnterpriseId, EnterpriseView,
    |tx, who, id| service::advance(tx, who, id, Move::Reinstate, Action::ReviewEnterprise, None).map(moved)
);
