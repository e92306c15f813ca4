//! Claims over HTTP.

use actix_web::{HttpResponse, get, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::model::{Claim, ClaimId, ClaimText, MOST_PHOTOS, NewClaim, Remedy, RemedyKind, State, Wish};
use super::rules::Move;
use super::service::{self, ClaimError};
use super::views::{ClaimHistoryView, ClaimView, OrderClaimsView};
use crate::batches::BatchCode;
use crate::orders::OrderId;
use crate::orders::model::Quantity;
use crate::orders::service::OrderError;
use kit::act;
use kit::auth::{Actor, Buying, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Db, Failure};
use kit::http::etag::tagged;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::money::{MoneyError, Rupiah};
use kit::text::Reason;
use people::enterprises::EnterpriseId;
use people::media::MediaId;
use people::permissions::Action;
use people::villages::VillageId;

impl From<ClaimError> for Problem {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::TooLate { days } => Self::conflict("claim_too_late").arg("days", days),
            ClaimError::NoSuchLine => Self::invalid_field("position", "no_such_line"),
            ClaimError::TooManyPacks { left } => Self::invalid_field("quantity", format!("claim_too_many_packs({left})")),
            ClaimError::NoSuchBatch => Self::invalid_field("batch_code", "batch_code_unknown"),
            ClaimError::WishDoesNotFit => Self::invalid_field("wished_amount", "wish_does_not_fit"),
            ClaimError::RefundDoesNotFit { most } => Self::invalid_field("amount", format!("refund_does_not_fit({most})")),
            ClaimError::TooMany { most } => Self::conflict("too_many_claims").arg("most", most),
            ClaimError::WrongState { state, wanted } => Self::conflict("claim_wrong_state").arg("state", state).arg("event", wanted),
            ClaimError::Involved => Self::conflict("claim_needs_another_admin"),
            ClaimError::Photo(error) => error.problem("photos"),
            ClaimError::Stock(error) => error.into(),
            ClaimError::Order(error) => error.into(),
            ClaimError::Denied(denied) => denied.into(),
        }
    }
}

/// What is wrong with goods that were handed over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenClaim {
    /// The line of the order.
    position: i32,
    /// How many of its packs.
    quantity: Quantity,
    /// What is printed on the label, where it can be read.
    batch_code: Option<BatchCode>,
    text: ClaimText,
    /// Uploaded before, with the purpose `claim_photo`.
    #[serde(default)]
    #[schema(max_items = 4)]
    photos: Vec<MediaId>,
    wish: Wish,
    /// With `refund_part`, and with nothing else.
    wished_amount: Option<Rupiah>,
}

impl TryFrom<OpenClaim> for NewClaim {
    type Error = Problem;

    fn try_from(body: OpenClaim) -> Result<Self, Problem> {
        let OpenClaim { position, quantity, batch_code, text, photos, wish, wished_amount } = body;
        if photos.len() > MOST_PHOTOS {
            return Err(Problem::invalid_field("photos", format!("claim_too_many_photos({MOST_PHOTOS})")));
        }
        Ok(Self { position, quantity: quantity.units(), batch: batch_code, text, photos, wish, wished_amount })
    }
}

/// The remedy that two fields name; an amount goes with a refund and with nothing else.
fn remedy(kind: RemedyKind, amount: Option<Rupiah>) -> Result<Remedy, Problem> {
    match (kind, amount) {
        (RemedyKind::Refund, Some(amount)) => Ok(Remedy::Refund(amount)),
        (RemedyKind::Replacement, None) => Ok(Remedy::Replacement),
        (RemedyKind::Refund, None) | (RemedyKind::Replacement, Some(_)) => Err(Problem::invalid_field("amount", "amount_goes_with_refund")),
    }
}

/// What the seller offers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferRemedy {
    remedy: RemedyKind,
    /// With a refund: at most what the claimed packs cost.
    amount: Option<Rupiah>,
}

/// What the village decides.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideClaim {
    /// Null when the buyer gets nothing.
    remedy: Option<RemedyKind>,
    /// With a refund: at most what the claimed packs cost.
    amount: Option<Rupiah>,
    /// For both sides to read.
    reason: Reason,
}

/// Which of an enterprise's claims are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SellerClaimQuery {
    state: Option<State>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which page of a village's claims is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MediationQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "claims";
const LONGEST: &str = "claims_in_mediation";

fn too_much(_: MoneyError) -> ClaimError {
    ClaimError::Order(OrderError::TooMuch)
}

/// A claim after an act on it.
fn shown(who: Identity, now: Timestamp, claim: Claim) -> Result<Reply, Failure<ClaimError>> {
    let version = claim.version;
    let view = ClaimView::seen_by(who.account, now, claim).map_err(too_much)?;
    Ok(Reply::ok(&view).version(version))
}

fn view(who: Identity, now: Timestamp, claim: Claim) -> Result<ClaimView, Problem> {
    ClaimView::seen_by(who.account, now, claim).map_err(|error| too_much(error).into())
}

/// Says what is wrong with goods that were handed over, within the days the village gives.
#[utoipa::path(tag = "claims", operation_id = "open_claim", params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), request_body = OpenClaim,
    responses((status = 201, body = ClaimView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/orders/{id}/claims")]
pub async fn open(actor: Actor<Buying>, id: web::Path<OrderId>, posted: Posted<OpenClaim>, db: web::Data<Db>) -> Result<Reply, Problem> {
    let (who, order, new) = (actor.who, *id, NewClaim::try_from(posted.body)?);
    let reply = posted.once.write(&db, who, move |tx| {
        let claim = service::open(tx, who, order, &new)?;
        let (id, version) = (claim.id, claim.version);
        let view = ClaimView::seen_by(who.account, tx.now(), claim).map_err(too_much)?;
        Ok(Reply::created(format!("/v1/claims/{id}"), &view).version(version))
    });
    Ok(reply.await?)
}

/// Lists an order's claims, oldest first.
#[utoipa::path(tag = "claims", operation_id = "list_order_claims", params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderClaimsView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/orders/{id}/claims")]
pub async fn of_order(actor: Actor<Buying>, id: web::Path<OrderId>, db: web::Data<Db>) -> Result<web::Json<OrderClaimsView>, Problem> {
    let (now, who) = (db.clock().now(), actor.who);
    let claims = db.read(move |conn| service::about(conn, who, now, *id)).await?;
    let items = claims.into_iter().map(|claim| view(who, now, claim)).collect::<Result<_, _>>()?;
    Ok(web::Json(OrderClaimsView { items }))
}

/// Lists the claims about what an enterprise sold, newest first.
#[utoipa::path(tag = "claims", operation_id = "list_enterprise_claims", params(("id" = EnterpriseId, Path), SellerClaimQuery),
    responses((status = 200, body = Page<ClaimView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/claims")]
pub async fn of_seller(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<SellerClaimQuery>,
    db: web::Data<Db>,
) -> Result<Page<ClaimView>, Problem> {
    let (now, q, who) = (db.clock().now(), query.into_inner(), actor.who);
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::of_seller(conn, who, now, *id, q.state, before, q.limit.fetch())).await?;
    Page::cut(rows, q.limit, NEWEST, |claim| claim.id).try_map(|claim| view(who, now, claim))
}

/// Lists the claims a village is to decide, what waits the longest first.
#[utoipa::path(tag = "claims", operation_id = "list_village_claims", params(("id" = VillageId, Path), MediationQuery),
    responses((status = 200, body = Page<ClaimView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/villages/{id}/claims")]
pub async fn in_mediation(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    query: web::Query<MediationQuery>,
    db: web::Data<Db>,
) -> Result<Page<ClaimView>, Problem> {
    let (now, q, who) = (db.clock().now(), query.into_inner(), actor.who);
    let after = page::decode(LONGEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::in_mediation(conn, who, now, *id, after, q.limit.fetch())).await?;
    Page::cut(rows, q.limit, LONGEST, |claim| (claim.mediation_since, claim.id)).try_map(|claim| view(who, now, claim))
}

/// Shows a claim to its buyer, its seller and their village.
#[utoipa::path(tag = "claims", operation_id = "get_claim", params(("id" = ClaimId, Path)),
    responses((status = 200, body = ClaimView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/claims/{id}")]
pub async fn show(actor: Actor<Buying>, id: web::Path<ClaimId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let (now, who) = (db.clock().now(), actor.who);
    let claim = db.read(move |conn| service::show(conn, who, now, *id)).await?;
    Ok(tagged(claim.version, &view(who, now, claim)?))
}

/// Lists the moves of a claim, oldest first.
#[utoipa::path(tag = "claims", operation_id = "list_claim_history", params(("id" = ClaimId, Path)),
    responses((status = 200, body = ClaimHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/claims/{id}/history")]
pub async fn history(actor: Actor<Buying>, id: web::Path<ClaimId>, db: web::Data<Db>) -> Result<web::Json<ClaimHistoryView>, Problem> {
    let (now, who) = (db.clock().now(), actor.who);
    Ok(web::Json(db.read(move |conn| service::history(conn, who, now, *id)).await?.into()))
}

/// The seller offers a refund or a replacement. If the buyer says nothing in time, she agrees.
#[utoipa::path(tag = "claims", operation_id = "offer_claim_remedy", params(("id" = ClaimId, Path), ("Idempotency-Key" = String, Header)), request_body = OfferRemedy,
    responses((status = 200, body = ClaimView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/claims/{id}/offer")]
pub async fn offer(
    actor: Actor<SignedIn>,
    id: web::Path<ClaimId>,
    posted: Posted<OfferRemedy>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, offered) = (actor.who, *id, remedy(posted.body.remedy, posted.body.amount)?);
    let reply = posted.once.write(&db, who, move |tx| {
        let claim = service::advance(tx, who, id, Move::Offer, Action::FulfilOrder, Some(offered), None)?;
        shown(who, tx.now(), claim)
    });
    Ok(reply.await?)
}

/// The village decides what the two sides could not settle.
#[utoipa::path(tag = "claims", operation_id = "decide_claim", params(("id" = ClaimId, Path), ("Idempotency-Key" = String, Header)), request_body = DecideClaim,
    responses((status = 200, body = ClaimView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/claims/{id}/decide")]
pub async fn decide(
    actor: Actor<SignedIn>,
    id: web::Path<ClaimId>,
    posted: Posted<DecideClaim>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, DecideClaim { remedy: kind, amount, reason }) = (actor.who, *id, posted.body);
    let decided = match (kind, amount) {
        (Some(kind), amount) => Some(remedy(kind, amount)?),
        (None, None) => None,
        (None, Some(_)) => return Err(Problem::invalid_field("amount", "amount_goes_with_refund")),
    };
    let reply = posted.once.write(&db, who, move |tx| {
        let claim = service::decide(tx, who, id, decided, reason.as_str())?;
        shown(who, tx.now(), claim)
    });
    Ok(reply.await?)
}

act!(
    /// The seller declines, with the reason. If the buyer says nothing in time, she leaves it at that.
    refuse, "claims", "/claims/{id}/refuse", "refuse_claim", ClaimId, ClaimView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Refuse, Action::FulfilOrder, None, Some(reason.as_str())).and_then(|claim| shown(who, tx.now(), claim))
);
act!(
    /// The buyer agrees to what is offered.
    Buying accept, "claims", "/claims/{id}/accept", "accept_claim_offer", ClaimId, ClaimView,
    |tx, who, id| service::advance(tx, who, id, Move::Accept, Action::BuyOrder, None, None).and_then(|claim| shown(who, tx.now(), claim))
);
act!(
    /// The buyer does not agree; the village decides.
    Buying decline, "claims", "/claims/{id}/decline", "decline_claim_offer", ClaimId, ClaimView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Decline, Action::BuyOrder, None, Some(reason.as_str())).and_then(|claim| shown(who, tx.now(), claim))
);
act!(
    /// The buyer asks the village to decide, since the seller declined.
    Buying ask_village, "claims", "/claims/{id}/mediate", "ask_village_about_claim", ClaimId, ClaimView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::AskVillage, Action::BuyOrder, None, Some(reason.as_str())).and_then(|claim| shown(who, tx.now(), claim))
);
act!(
    /// The buyer takes the claim back.
    Buying withdraw, "claims", "/claims/{id}/withdraw", "withdraw_claim", ClaimId, ClaimView,
    |tx, who, id| service::advance(tx, who, id, Move::Withdraw, Action::BuyOrder, None, None).and_then(|claim| shown(who, tx.now(), claim))
);
