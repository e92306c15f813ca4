//! Complaints: what buyers report about a product, and what the village made of it.
//!
//! 1. Whoever is signed in may report a product that is for sale, and a guest with her tracking token; one report of hers on it
//!    is open at a time.
//! 2. The village admin resolves a report with an outcome; whoever made it sees the outcome.
//! 3. The seller does not learn who reported her.

use actix_web::{get, post};
use diesel::dsl::exists;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::catalogue::ProductId;
use crate::catalogue::service as catalogue;
use kit::auth::{AccountId, Actor, Buying, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Conn, Db, DbError, Failure, Refusal, Tx};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::schema::{complaints, products};
use kit::{columns, plain_text, typed_id, word_enum};
use people::permissions::{Action, Denied, Principal, Resource, authorize, principal};
use people::villages::VillageId;

typed_id!(
    /// A report about a product.
    ComplaintId, "cmp"
);
plain_text!(
    /// What is wrong, or what was done about it, in someone's own words.
    ComplaintText, max 500, lines true
);

word_enum! {
    /// What is wrong with a product.
    Cause as "ComplaintCause" {
        /// It made someone ill, or has gone bad.
        Unsafe = "unsafe",
        /// It is not what its text or photos say.
        Misleading = "misleading",
        /// A permit or certificate is not its own.
        Claims = "claims",
        /// It must not be sold here.
        Forbidden = "forbidden",
        /// Something else; the text says what.
        Other = "other",
    }
}

word_enum! {
    /// Whether a report was looked at.
    State as "ComplaintState" {
        /// The village admin is to look at it.
        Open = "open",
        /// It has an outcome.
        Resolved = "resolved",
    }
}

word_enum! {
    /// What the village made of a report.
    Outcome as "ComplaintOutcome" {
        /// Nothing was wrong.
        NothingFound = "nothing_found",
        /// The seller was advised.
        SellerAdvised = "seller_advised",
        /// The product was put right.
        ProductCorrected = "product_corrected",
        /// The product was taken off sale.
        ProductSuspended = "product_suspended",
    }
}

/// A report with the name of its product.
#[derive(Clone, Debug, Queryable)]
pub struct Complaint {
    pub id: ComplaintId,
    pub product_id: ProductId,
    pub village_id: VillageId,
    pub account: AccountId,
    pub cause: Cause,
    pub text: Option<String>,
    pub state: State,
    pub outcome: Option<Outcome>,
    pub note: Option<String>,
    pub made_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub product_name: String,
}

/// What can happen to a person here.
#[derive(Debug)]
pub enum ComplaintError {
    /// She has an open report on this product.
    AlreadyOpen,
    /// It has an outcome already.
    Resolved,
    Denied(Denied),
}
impl Refusal for ComplaintError {}

impl From<Denied> for ComplaintError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<ComplaintError> for Problem {
    fn from(error: ComplaintError) -> Self {
        match error {
            ComplaintError::AlreadyOpen => Self::conflict("complaint_open"),
            ComplaintError::Resolved => Self::conflict("complaint_resolved"),
            ComplaintError::Denied(denied) => denied.into(),
        }
    }
}

type Checked<T> = Result<T, Failure<ComplaintError>>;

columns!(
    Columns, COLUMNS:
    complaints::id,
    complaints::product_id,
    complaints::village_id,
    complaints::account_id,
    complaints::cause,
    complaints::text,
    complaints::state,
    complaints::outcome,
    complaints::note,
    complaints::made_at,
    complaints::resolved_at,
    products::name,
);

fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Checked<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(ComplaintError::from))
}

fn get(conn: &mut Conn, id: ComplaintId) -> Result<Complaint, DbError> {
    Ok(complaints::table.inner_join(products::table).filter(complaints::id.eq(id)).select(COLUMNS).first(conn)?)
}

/// Reports a product that is for sale.
///
/// # Errors
/// [`ComplaintError::AlreadyOpen`] while an earlier report of hers is.
pub fn make(tx: &mut Tx<'_>, who: Identity, product: ProductId, cause: Cause, text: Option<&ComplaintText>) -> Checked<Complaint> {
    let (id, now) = (ComplaintId::new(), tx.now());
    let person = person(tx, who, now)?;
    let product = catalogue::get(tx, product)?;
    if !product.is_public() {
        return Err(ComplaintError::Denied(Denied::Hidden).into());
    }
    let hers = complaints::account_id.eq(person.account).and(complaints::product_id.eq(product.id));
    let open = complaints::table.filter(hers.and(complaints::state.eq(State::Open))).select(complaints::id);
    if diesel::select(exists(open)).get_result(&mut **tx)? {
        return Err(ComplaintError::AlreadyOpen.into());
    }
    diesel::insert_into(complaints::table)
        .values((
            complaints::id.eq(id),
            complaints::product_id.eq(product.id),
            complaints::village_id.eq(product.village_id),
            complaints::account_id.eq(person.account),
            complaints::cause.eq(cause),
            complaints::text.eq(text),
            complaints::state.eq(State::Open),
            complaints::made_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(get(tx, id)?)
}

/// Gives a report its outcome.
///
/// # Errors
/// [`ComplaintError::Resolved`] when it has one.
pub fn resolve(tx: &mut Tx<'_>, who: Identity, id: ComplaintId, outcome: Outcome, note: Option<&ComplaintText>) -> Checked<Complaint> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let complaint = get(tx, id)?;
    let product = catalogue::get(tx, complaint.product_id)?;
    authorize(&person, Action::ModerateProduct, &catalogue::resource(&product)).map_err(ComplaintError::from)?;
    let open = complaints::table.filter(complaints::id.eq(id).and(complaints::state.eq(State::Open)));
    let resolved = diesel::update(open)
        .set((
            complaints::state.eq(State::Resolved),
            complaints::outcome.eq(outcome),
            complaints::note.eq(note),
            complaints::resolved_by.eq(who.account),
            complaints::resolved_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if resolved == 1 { Ok(get(tx, id)?) } else { Err(ComplaintError::Resolved.into()) }
}

/// A village's reports in `state`, oldest first.
///
/// # Errors
/// [`ComplaintError::Denied`].
pub fn of_village(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    village: VillageId,
    state: State,
    after: Option<ComplaintId>,
    rows: i64,
) -> Checked<Vec<Complaint>> {
    let person = person(conn, who, now)?;
    let resource = Resource { village: Some(village), ..Resource::default() };
    authorize(&person, Action::ModerateProduct, &resource).map_err(ComplaintError::from)?;
    let here = complaints::village_id.eq(village).and(complaints::state.eq(state));
    let all = complaints::table.inner_join(products::table).filter(here).order(complaints::id);
    let mut query = all.limit(rows).select(COLUMNS).into_boxed();
    if let Some(after) = after {
        query = query.filter(complaints::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// What the caller has reported, newest first.
///
/// # Errors
/// [`ComplaintError::Denied`] when her session has ended.
pub fn mine(conn: &mut Conn, who: Identity, now: Timestamp, before: Option<ComplaintId>, rows: i64) -> Checked<Vec<Complaint>> {
    let person = person(conn, who, now)?;
    let hers = complaints::table.inner_join(products::table).filter(complaints::account_id.eq(person.account));
    let mut query = hers.order(complaints::id.desc()).limit(rows).select(COLUMNS).into_boxed();
    if let Some(before) = before {
        query = query.filter(complaints::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// A report about a product.
#[derive(Serialize, ToSchema)]
pub struct ComplaintView {
    id: ComplaintId,
    product_id: ProductId,
    product_name: String,
    cause: Cause,
    text: Option<String>,
    state: State,
    /// Null while it is open.
    outcome: Option<Outcome>,
    /// What was done, in the admin's words.
    note: Option<String>,
    made_at: Timestamp,
    resolved_at: Option<Timestamp>,
}

impl From<Complaint> for ComplaintView {
    fn from(complaint: Complaint) -> Self {
        let Complaint { id, product_id, village_id: _, account: _, cause, text, state, outcome, note, made_at, resolved_at, product_name } =
            complaint;
        Self { id, product_id, product_name, cause, text, state, outcome, note, made_at, resolved_at }
    }
}

/// What is wrong with a product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportProduct {
    cause: Cause,
    text: Option<ComplaintText>,
}

/// What the village made of a report.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveComplaint {
    outcome: Outcome,
    /// For whoever made the report to read.
    note: Option<ComplaintText>,
}

/// Which of a village's reports are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ComplaintQuery {
    /// Those in this state; `open` unless said otherwise.
    state: Option<State>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which page of the caller's reports is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MyComplaintQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const OLDEST: &str = "complaints";
const NEWEST: &str = "my_complaints";

/// Reports a product to its village.
#[utoipa::path(tag = "moderation", operation_id = "report_product", params(("id" = ProductId, Path), ("Idempotency-Key" = String, Header)), request_body = ReportProduct,
    responses((status = 201, body = ComplaintView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/products/{id}/complaints")]
pub async fn report(
    actor: Actor<Buying>,
    id: web::Path<ProductId>,
    posted: Posted<ReportProduct>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, ReportProduct { cause, text }) = (actor.who, id.into_inner(), posted.body);
    let reply = posted.once.write(&db, who, move |tx| {
        let made = make(tx, who, id, cause, text.as_ref())?;
        Ok(Reply::created("/v1/me/complaints".to_owned(), &ComplaintView::from(made)))
    });
    Ok(reply.await?)
}

/// Lists what the caller has reported, with what came of it.
#[utoipa::path(tag = "moderation", operation_id = "list_my_complaints", params(MyComplaintQuery),
    responses((status = 200, body = Page<ComplaintView>), Always, SignedInOnly), security(("bearer" = [])))]
#[get("/me/complaints")]
pub async fn list_mine(
    actor: Actor<Buying>,
    query: web::Query<MyComplaintQuery>,
    db: web::Data<Db>,
) -> Result<Page<ComplaintView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| mine(conn, actor.who, now, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |complaint| complaint.id).map(ComplaintView::from))
}

/// Lists what was reported about a village's products, oldest first.
#[utoipa::path(tag = "moderation", operation_id = "list_complaints", params(("id" = VillageId, Path), ComplaintQuery),
    responses((status = 200, body = Page<ComplaintView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/villages/{id}/complaints")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    query: web::Query<ComplaintQuery>,
    db: web::Data<Db>,
) -> Result<Page<ComplaintView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let (after, state) = (page::decode(OLDEST, q.cursor.as_deref())?, q.state.unwrap_or(State::Open));
    let rows = db.read(move |conn| of_village(conn, actor.who, now, *id, state, after, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, OLDEST, |complaint| complaint.id).map(ComplaintView::from))
}

/// Gives a report its outcome.
#[utoipa::path(tag = "moderation", operation_id = "resolve_complaint", params(("id" = ComplaintId, Path), ("Idempotency-Key" = String, Header)), request_body = ResolveComplaint,
    responses((status = 200, body = ComplaintView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/complaints/{id}/resolve")]
pub async fn settle(
    actor: Actor<SignedIn>,
    id: web::Path<ComplaintId>,
    posted: Posted<ResolveComplaint>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, ResolveComplaint { outcome, note }) = (actor.who, id.into_inner(), posted.body);
    let reply = posted.once.write(&db, who, move |tx| {
        resolve(tx, who, id, outcome, note.as_ref()).map(|complaint| Reply::ok(&ComplaintView::from(complaint)))
    });
    Ok(reply.await?)
}

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(report).service(list_mine).service(list).service(settle);
}
