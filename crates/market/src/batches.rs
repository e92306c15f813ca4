//! Production batches: what was made on a day, under one code, good until a day.
//!
//! 1. Recording a batch adds its quantity to the stock of its pack, in the same transaction.
//! 2. Its last day is told, or follows from the product's shelf life; without either it is not known.
//! 3. A code is used once per pack. Who gives none gets the day of production.
//! 4. A batch is near its end when a quarter of its life is left, or thirty days, whichever is less.

use actix_web::{get, post};
use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::inventory::{self, Why};
use crate::packs::PackId;
use crate::packs::service::{self as packs, PackError};
use kit::auth::{AccountId, Actor, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Conn, Db, DbError, Failure, Refusal, Tx};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::schema::batches;
use kit::{bounded, columns, plain_text, typed_id};
use people::enterprises::EnterpriseId;
use people::permissions::By;

typed_id!(
    /// What was made on a day under one code.
    BatchId, "bch"
);
plain_text!(
    /// What is printed on the label to tell the batch.
    BatchCode, max 30
);
bounded!(
    /// How many packs were made: 1 to 1,000,000.
    Made, 1..=1_000_000, "made_out_of_range"
);

/// A batch never counts as near its end with more days than this.
const NEAR_DAYS: i64 = 30;
/// How far back a batch may be entered, and how long it may keep.
const LONGEST_DAYS: u64 = 3_650;

/// A batch as it is told.
#[derive(Clone, Debug)]
pub struct NewBatch {
    pub code: Option<BatchCode>,
    pub produced_on: Option<NaiveDate>,
    pub expires_on: Option<NaiveDate>,
    pub quantity: Made,
}

/// A batch.
#[derive(Clone, Debug, Queryable)]
pub struct Batch {
    pub id: BatchId,
    pub pack_id: PackId,
    pub code: String,
    pub produced_on: NaiveDate,
    pub expires_on: Option<NaiveDate>,
    pub quantity: i64,
    pub actor: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub recorded_at: Timestamp,
}

impl Batch {
    /// Days until it ends; less than nothing once it has.
    #[must_use]
    pub fn days_left(&self, today: NaiveDate) -> Option<i64> {
        self.expires_on.map(|day| (day - today).num_days())
    }

    /// Whether it is to be sold first, or no more.
    #[must_use]
    pub fn is_near_its_end(&self, today: NaiveDate) -> bool {
        is_near_the_end(self.produced_on, self.expires_on, today)
    }
}

/// Whether what was made on a day and is good until another is near its end; never where that is not known.
#[must_use]
pub fn is_near_the_end(produced_on: NaiveDate, expires_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    let Some(end) = expires_on else { return false };
    let left = (end - today).num_days();
    left <= NEAR_DAYS && left * 4 <= (end - produced_on).num_days()
}

/// What can happen to a person here.
#[derive(Debug)]
pub enum BatchError {
    /// The day is yet to come, or too long ago.
    ProducedOn,
    /// It would have ended before it was made, or keep for more than ten years.
    ExpiresOn,
    CodeTaken {
        code: String,
    },
    Pack(PackError),
}
impl Refusal for BatchError {}

impl From<BatchError> for Problem {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::ProducedOn => Self::invalid_field("produced_on", "produced_on_out_of_range"),
            BatchError::ExpiresOn => Self::invalid_field("expires_on", "expires_on_out_of_range"),
            BatchError::CodeTaken { code } => Self::conflict("batch_code_taken").arg("code", code),
            BatchError::Pack(error) => error.into(),
        }
    }
}

type Outcome<T> = Result<T, Failure<BatchError>>;

columns!(
    Columns, COLUMNS:
    batches::id,
    batches::pack_id,
    batches::code,
    batches::produced_on,
    batches::expires_on,
    batches::quantity,
    batches::actor_id,
    batches::on_behalf_of,
    batches::recorded_at,
);

/// Records a batch: so many more are there.
///
/// # Errors
/// [`BatchError::ProducedOn`], [`BatchError::ExpiresOn`], [`BatchError::CodeTaken`].
pub fn record(tx: &mut Tx<'_>, who: Identity, pack: PackId, new: &NewBatch) -> Outcome<Batch> {
    let today = tx.now().business_date();
    let (product, pack, by) = packs::tradable(tx, who, pack).map_err(|failure| failure.map(BatchError::Pack))?;
    let produced_on = new.produced_on.unwrap_or(today);
    if produced_on > today || produced_on < today - Days::new(LONGEST_DAYS) {
        return Err(BatchError::ProducedOn.into());
    }
    let shelf_life = product.content.shelf_life_days.and_then(|days| u64::try_from(days.get()).ok());
    let expires_on = new.expires_on.or_else(|| produced_on.checked_add_days(Days::new(shelf_life?)));
    if expires_on.is_some_and(|day| day < produced_on || day > produced_on + Days::new(LONGEST_DAYS)) {
        return Err(BatchError::ExpiresOn.into());
    }
    let code = new.code.as_ref().map_or_else(|| produced_on.format("%Y%m%d").to_string(), ToString::to_string);
    let id = insert(tx, pack.row.id, &code, (produced_on, expires_on), new.quantity, by)?;
    let why = Why::now(tx, id, Some(by));
    inventory::add(tx, pack.row.id, Some(id), new.quantity.get(), &why)?;
    Ok(batches::table.find(id).select(COLUMNS).first(&mut **tx)?)
}

fn insert(
    tx: &mut Tx<'_>,
    pack: PackId,
    code: &str,
    (produced_on, expires_on): (NaiveDate, Option<NaiveDate>),
    quantity: Made,
    by: By<'_>,
) -> Outcome<BatchId> {
    let (id, now) = (BatchId::new(), tx.now());
    let taken = batches::table.filter(batches::pack_id.eq(pack).and(batches::code.eq(code))).select(batches::id);
    if diesel::select(diesel::dsl::exists(taken)).get_result(&mut **tx)? {
        return Err(BatchError::CodeTaken { code: code.to_owned() }.into());
    }
    diesel::insert_into(batches::table)
        .values((
            batches::id.eq(id),
            batches::pack_id.eq(pack),
            batches::code.eq(code),
            batches::produced_on.eq(produced_on),
            batches::expires_on.eq(expires_on),
            batches::quantity.eq(quantity.get()),
            batches::actor_id.eq(by.actor),
            batches::on_behalf_of.eq(by.on_behalf_of),
            batches::recorded_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// A pack's batches, newest first; with `until`, only those that end by then.
///
/// # Errors
/// [`BatchError::Pack`] when it is not hers to see.
pub fn of_pack(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    pack: PackId,
    until: Option<NaiveDate>,
    before: Option<BatchId>,
    rows: i64,
) -> Outcome<Vec<Batch>> {
    packs::visible_to_its_house(conn, who, now, pack).map_err(|failure| failure.map(BatchError::Pack))?;
    let mut query = batches::table.filter(batches::pack_id.eq(pack)).order(batches::id.desc()).limit(rows).select(COLUMNS).into_boxed();
    if let Some(until) = until {
        query = query.filter(batches::expires_on.le(until));
    }
    if let Some(before) = before {
        query = query.filter(batches::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// Whether there is such a batch of this pack, for who names one.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn is_of_pack(conn: &mut Conn, batch: BatchId, pack: PackId) -> Result<bool, DbError> {
    let this = batches::table.filter(batches::id.eq(batch).and(batches::pack_id.eq(pack))).select(batches::id);
    Ok(diesel::select(diesel::dsl::exists(this)).get_result(conn)?)
}

/// The batch of a pack that has this code on its label.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn of_code(conn: &mut Conn, pack: PackId, code: &BatchCode) -> Result<Option<BatchId>, DbError> {
    let this = batches::table.filter(batches::pack_id.eq(pack).and(batches::code.eq(code.as_str())));
    Ok(this.select(batches::id).first(conn).optional()?)
}

/// The batches of these packs that have not ended by `today`, those that end first before the others; at most 500.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn good(conn: &mut Conn, packs: &[PackId], today: NaiveDate) -> Result<Vec<Batch>, DbError> {
    let good = batches::expires_on.ge(today).or(batches::expires_on.is_null());
    let these = batches::table.filter(batches::pack_id.eq_any(packs)).filter(good);
    Ok(these.order((batches::expires_on, batches::id)).limit(500).select(COLUMNS).load(conn)?)
}

/// A batch.
#[derive(Serialize, ToSchema)]
pub struct BatchView {
    id: BatchId,
    pack_id: PackId,
    /// What is printed on the label.
    code: String,
    #[schema(value_type = String, format = Date)]
    produced_on: NaiveDate,
    /// The last day on which it is good; null where it is not known.
    #[schema(value_type = Option<String>, format = Date)]
    expires_on: Option<NaiveDate>,
    /// Days until then; less than nothing once it has passed.
    days_left: Option<i64>,
    /// Whether it is to be sold first, or no more.
    near_expiry: bool,
    /// How many packs were made.
    quantity: i64,
    actor_id: AccountId,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    recorded_at: Timestamp,
}

impl BatchView {
    fn on(today: NaiveDate, batch: Batch) -> Self {
        let (days_left, near_expiry) = (batch.days_left(today), batch.is_near_its_end(today));
        let Batch { id, pack_id, code, produced_on, expires_on, quantity, actor: actor_id, on_behalf_of, recorded_at } = batch;
        Self { id, pack_id, code, produced_on, expires_on, days_left, near_expiry, quantity, actor_id, on_behalf_of, recorded_at }
    }
}

/// A batch as it is told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordBatch {
    /// How many packs were made.
    quantity: Made,
    /// What is printed on the label; the day of production unless said otherwise.
    code: Option<BatchCode>,
    /// Today unless said otherwise.
    #[schema(value_type = Option<String>, format = Date)]
    produced_on: Option<NaiveDate>,
    /// The last day on which it is good; from the product's shelf life unless said otherwise.
    #[schema(value_type = Option<String>, format = Date)]
    expires_on: Option<NaiveDate>,
}

/// Which batches are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    /// Those that end on this day or before.
    #[param(value_type = Option<String>, format = Date)]
    expires_by: Option<NaiveDate>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "batches";

/// Records what was made; it is in stock from now on.
#[utoipa::path(tag = "packs", operation_id = "record_batch", params(("id" = PackId, Path), ("Idempotency-Key" = String, Header)), request_body = RecordBatch,
    responses((status = 201, body = BatchView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/packs/{id}/batches")]
pub async fn add(actor: Actor<SignedIn>, id: web::Path<PackId>, posted: Posted<RecordBatch>, db: web::Data<Db>) -> Result<Reply, Problem> {
    let RecordBatch { quantity, code, produced_on, expires_on } = posted.body;
    let (who, id, new) = (actor.who, id.into_inner(), NewBatch { code, produced_on, expires_on, quantity });
    let reply = posted.once.write(&db, who, move |tx| {
        let (batch, today) = (record(tx, who, id, &new)?, tx.now().business_date());
        Ok(Reply::created(format!("/v1/packs/{id}/batches"), &BatchView::on(today, batch)))
    });
    Ok(reply.await?)
}

/// Lists what was made of a pack, newest first.
#[utoipa::path(tag = "packs", operation_id = "list_batches", params(("id" = PackId, Path), BatchQuery),
    responses((status = 200, body = Page<BatchView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/packs/{id}/batches")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<PackId>,
    query: web::Query<BatchQuery>,
    db: web::Data<Db>,
) -> Result<Page<BatchView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| of_pack(conn, actor.who, now, *id, q.expires_by, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |batch| batch.id).map(|batch| BatchView::on(now.business_date(), batch)))
}

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(add).service(list);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_a_life_or_thirty_days_is_near_the_end() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let batch = |produced: &str, expires: Option<&str>| Batch {
            id: BatchId::new(),
            pack_id: PackId::new(),
            code: String::new(),
            produced_on: day(produced),
            expires_on: expires.map(day),
            quantity: 1,
            actor: AccountId::new(),
            on_behalf_of: None,
            recorded_at: Timestamp::from_chrono("2026-11-24T00:00:00Z".parse().expect("an instant")),
        };
        let fresh = batch("2026-11-20", Some("2026-11-28"));
        assert!(!fresh.is_near_its_end(day("2026-11-25")) && fresh.is_near_its_end(day("2026-11-26")));
        let lasting = batch("2026-01-01", Some("2026-12-31"));
        assert!(!lasting.is_near_its_end(day("2026-11-30")) && lasting.is_near_its_end(day("2026-12-01")));
        assert_eq!(lasting.days_left(day("2027-01-01")), Some(-1));
        assert!(!batch("2026-01-01", None).is_near_its_end(day("2030-01-01")), "not known");
    }
}
