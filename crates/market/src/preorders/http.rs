//! Pre-orders over HTTP.

use actix_web::{HttpResponse, get, patch, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Capacity, Change, MOST_OPEN, NewWindow, Seen, State, Window, WindowId};
use super::rules::{self, BadTimes, Move, NotTaken};
use super::service::{self, PreorderError};
use crate::catalogue::ProductId;
use crate::packs::PackId;
use kit::act;
use kit::auth::{AccountId, Actor, Anyone, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Db, Tx};
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey, WithVersion};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, Valid, page};
use people::enterprises::EnterpriseId;
use people::moves_view;

impl From<PreorderError> for Problem {
    fn from(error: PreorderError) -> Self {
        match error {
            PreorderError::Times(BadTimes::CutOffPassed) => Self::invalid_field("cut_off", "cut_off_passed"),
            PreorderError::Times(BadTimes::ReadyBeforeCutOff) => Self::invalid_field("ready_on", "ready_before_cut_off"),
            PreorderError::Times(BadTimes::CutOffTooFar) => Self::invalid_field("cut_off", "day_too_far"),
            PreorderError::Times(BadTimes::ReadyTooFar) => Self::invalid_field("ready_on", "day_too_far"),
            PreorderError::TooManyOpen => Self::conflict("too_many_preorders").arg("most", MOST_OPEN),
            PreorderError::WrongState { state, wanted } => Self::conflict("preorder_wrong_state").arg("state", state).arg("event", wanted),
            PreorderError::NotNow { state } => Self::conflict("preorder_not_editable").arg("state", state),
            PreorderError::BelowTaken { taken } => Self::conflict("preorder_below_taken").arg("taken", taken),
            PreorderError::ReadyOnPromised { ready_on } => Self::conflict("preorder_day_promised").arg("ready_on", ready_on),
            PreorderError::Stale => stale(),
            PreorderError::Denied(denied) => denied.into(),
        }
    }
}

impl From<NotTaken> for Problem {
    fn from(not: NotTaken) -> Self {
        match not {
            NotTaken::NoSuchWindow => Self::conflict("no_such_preorder"),
            NotTaken::NotOpen { state } => Self::conflict("preorder_not_open").arg("state", state),
            NotTaken::NotEnough { free } => Self::conflict("preorder_full").arg("free", free),
        }
    }
}

/// A pre-order window.
#[derive(Serialize, ToSchema)]
pub struct PreorderWindowView {
    id: WindowId,
    product_id: ProductId,
    product_name: String,
    pack_id: PackId,
    /// Which size of the product it is.
    pack_label: String,
    seller_id: EnterpriseId,
    state: State,
    /// Until just before then it takes orders.
    cut_off: Timestamp,
    /// The day in the village on which it is ready.
    #[schema(value_type = String, format = Date)]
    ready_on: NaiveDate,
    /// How many can be ordered now; 0 unless it is open.
    free: i64,
    /// How many can be ordered in all; for the seller alone.
    capacity: Option<i64>,
    /// How many are ordered; for the seller alone.
    taken: Option<i64>,
    /// Why it was called off.
    reason: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl PreorderWindowView {
    /// With the figures that are the seller's alone.
    fn own(now: Timestamp, window: Window) -> Self {
        Self::seen(now, Seen { window, own: true })
    }

    fn seen(now: Timestamp, Seen { window: w, own }: Seen) -> Self {
        let (state, free) = (rules::state_at(w.state, w.cut_off, now), w.free());
        Self {
            id: w.id,
            product_id: w.product_id,
            product_name: w.product_name,
            pack_id: w.pack_id,
            pack_label: w.pack_label,
            seller_id: w.enterprise_id,
            state,
            cut_off: w.cut_off,
            ready_on: w.ready_on,
            free: if state == State::Open { free } else { 0 },
            capacity: Some(w.capacity).filter(|_| own),
            taken: Some(w.taken).filter(|_| own),
            reason: w.reason,
            created_at: w.created_at,
            updated_at: w.updated_at,
        }
    }
}

/// The windows of a product that take orders now, first to end first; at most 20.
#[derive(Serialize, ToSchema)]
pub struct PreorderWindowsView {
    items: Vec<PreorderWindowView>,
}

moves_view!(
    /// One move of a window's state.
    PreorderEventView { State, AccountId }
    /// The latest hundred moves, newest first.
    PreorderHistoryView
);

/// A window to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenPreorder {
    /// Until just before then it takes orders.
    cut_off: Timestamp,
    /// The day in the village on which it is ready: that of the cut-off or a later one.
    #[schema(value_type = String, format = Date)]
    ready_on: NaiveDate,
    capacity: Capacity,
}

/// A change; what is missing stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditPreorder {
    cut_off: Option<Timestamp>,
    /// Only as long as nothing is ordered.
    #[schema(value_type = Option<String>, format = Date)]
    ready_on: Option<NaiveDate>,
    /// Not less than what is ordered.
    capacity: Option<Capacity>,
}

/// Which page of an enterprise's windows is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreorderQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const OWN: &str = "own_preorders";

/// Lists when a product can be ordered before it is made, in which packs, and how many are free.
#[utoipa::path(tag = "preorders", operation_id = "list_open_preorders", params(("id" = ProductId, Path)),
    responses((status = 200, body = PreorderWindowsView), Always, OnOne), security((), ("bearer" = [])))]
#[get("/products/{id}/preorders")]
pub async fn list_open(
    actor: Actor<Anyone>,
    id: web::Path<ProductId>,
    db: web::Data<Db>,
) -> Result<web::Json<PreorderWindowsView>, Problem> {
    let now = db.clock().now();
    let windows = db.read(move |conn| service::open_windows(conn, actor.who, now, *id)).await?;
    Ok(web::Json(PreorderWindowsView { items: windows.into_iter().map(|seen| PreorderWindowView::seen(now, seen)).collect() }))
}

/// Opens a window in which a pack can be ordered before it is made.
#[utoipa::path(tag = "preorders", operation_id = "open_preorder", params(("id" = PackId, Path), ("Idempotency-Key" = String, Header)), request_body = OpenPreorder,
    responses((status = 201, body = PreorderWindowView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/packs/{id}/preorders")]
pub async fn open(
    actor: Actor<SignedIn>,
    id: web::Path<PackId>,
    posted: Posted<OpenPreorder>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let OpenPreorder { cut_off, ready_on, capacity } = posted.body;
    let (who, id, new) = (actor.who, id.into_inner(), NewWindow { cut_off, ready_on, capacity });
    let reply = posted.once.write(&db, who, move |tx| {
        let window = service::open(tx, who, id, &new)?;
        let (id, version) = (window.id, window.version);
        Ok(Reply::created(format!("/v1/preorders/{id}"), &PreorderWindowView::own(tx.now(), window)).version(version))
    });
    Ok(reply.await?)
}

/// Lists an enterprise's pre-order windows in every state, newest first.
#[utoipa::path(tag = "preorders", operation_id = "list_own_preorders", params(("id" = EnterpriseId, Path), PreorderQuery),
    responses((status = 200, body = Page<PreorderWindowView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/preorders")]
pub async fn list_own(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<PreorderQuery>,
    db: web::Data<Db>,
) -> Result<Page<PreorderWindowView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(OWN, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::own(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, OWN, |window| window.id).map(|window| PreorderWindowView::own(now, window)))
}

/// Shows a pre-order window, in whatever state.
#[utoipa::path(tag = "preorders", operation_id = "get_preorder", params(("id" = WindowId, Path)),
    responses((status = 200, body = PreorderWindowView), Always, OnOne), security((), ("bearer" = [])))]
#[get("/preorders/{id}")]
pub async fn show(actor: Actor<Anyone>, id: web::Path<WindowId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    let seen = db.read(move |conn| service::show(conn, actor.who, now, *id)).await?;
    Ok(tagged(seen.window.version, &PreorderWindowView::seen(now, seen)))
}

/// Changes an open window: its cut-off, its capacity, and as long as nothing is ordered the day on which it is ready.
#[utoipa::path(tag = "preorders", operation_id = "edit_preorder", params(("id" = WindowId, Path), ("If-Match" = String, Header)), request_body = EditPreorder,
    responses((status = 200, body = PreorderWindowView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[patch("/preorders/{id}")]
pub async fn edit(
    actor: Actor<SignedIn>,
    id: web::Path<WindowId>,
    version: IfMatch,
    body: Valid<EditPreorder>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let EditPreorder { cut_off, ready_on, capacity } = body.0;
    let change = Change { cut_off, ready_on, capacity };
    let window = db.write(move |tx| service::edit(tx, actor.who, *id, version.0, &change)).await?;
    Ok(tagged(window.version, &PreorderWindowView::own(db.clock().now(), window)))
}

/// Lists the moves of a window's state, with their reasons.
#[utoipa::path(tag = "preorders", operation_id = "list_preorder_history", params(("id" = WindowId, Path)),
    responses((status = 200, body = PreorderHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/preorders/{id}/history")]
pub async fn history(
    actor: Actor<SignedIn>,
    id: web::Path<WindowId>,
    db: web::Data<Db>,
) -> Result<web::Json<PreorderHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::history(conn, actor.who, now, *id)).await?.into()))
}

fn moved(tx: &Tx<'_>, window: Window) -> Reply {
    let version = window.version;
    Reply::ok(&PreorderWindowView::own(tx.now(), window)).version(version)
}

act!(
    /// Takes no more orders, before the cut-off.
    close, "preorders", "/preorders/{id}/close", "close_preorder", WindowId, PreorderWindowView,
    |tx, who, id| service::advance(tx, who, id, Move::Close, None).map(|window| moved(tx, window))
);
act!(
    /// Will not make it, and tells why; the orders for it are left to the seller to cancel.
    call_off, "preorders", "/preorders/{id}/call-off", "call_off_preorder", WindowId, PreorderWindowView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::CallOff, Some(reason)).map(|window| moved(tx, window))
);
