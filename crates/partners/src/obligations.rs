//! Obligations: every delivery and every payment that an agreement asks for, with the day it was due and the day it was done.
//!
//! 1. An obligation is written down with the version of the agreement that was in force, and is judged by it alone.
//! 2. One thing is owed once: what it is about is unique among deliveries and among payments. What is owed anew after all was paid
//!    is another thing, `<id>:<number>`.
//! 3. Done on its day or before is met, later is late with its days. What is not done thirty days after its day is missed. What
//!    comes in parts is done with the last of them; what is closed short of it is late if it was late, and missed if not or if
//!    nothing came.
//! 4. Who owes and is owed may be others than the agreement's sides: members of a joint buy under the organiser's agreement. They
//!    see what is theirs, and nothing else of it.
//! 5. What nobody owes any more, because it was called off in time or nothing came that is to be paid, is released and counts for nothing.
//! 6. What is known better later is judged anew: goods that were counted wrong, and money that is confirmed after the day it was paid.
//!
//! | from | to |
//! |---|---|
//! | `open` | `met`, `late`, `missed`, `released` |
//! | `met`, `late`, `missed` | what is known better |

use std::collections::BTreeMap;

use actix_web::get;
use chrono::{Days, NaiveDate};
use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::agreements::reading as agreements;
use super::agreements::service::AgreementError;
use super::agreements::{AgreementId, InForce};
use kit::auth::{Actor, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::columns;
use kit::db::{Conn, Db, DbError, Failure, Never, Tx};
use kit::http::responses::{Always, OnOne, SignedInOnly};
use kit::http::web;
use kit::http::{Limit, Page, Problem, page};
use kit::jobs::{Job, enqueue_at};
use kit::schema::obligations;
use kit::{typed_id, word_enum};
use people::enterprises::EnterpriseId;
use people::permissions::principal;

typed_id!(
    /// Something one side owes the other under an agreement.
    ObligationId, "obl"
);

/// So many days after its day what was not done counts as missed.
pub const MISSED_AFTER_DAYS: u64 = 30;
/// The time for an obligation is over.
pub const TIME_UP: &str = "obligation_time_up";

word_enum! {
    /// What is owed.
    Kind as "ObligationKind" {
        /// Goods by a day.
        Delivery = "delivery",
        /// Money by a day.
        Payment = "payment",
    }
}

word_enum! {
    /// What became of it.
    State as "ObligationState" {
        /// It is still to be done.
        Open = "open",
        /// Done on its day or before.
        Met = "met",
        /// Done later.
        Late = "late",
        /// Not done.
        Missed = "missed",
        /// Called off before it was due.
        Released = "released",
    }
}

/// What is owed, by whom and until when.
#[derive(Clone, Copy, Debug)]
pub struct Owed<'a> {
    pub kind: Kind,
    /// What it is about, in the id it goes by.
    pub subject: &'a str,
    pub by: EnterpriseId,
    pub to: EnterpriseId,
    pub due_on: NaiveDate,
}

/// How an obligation is judged that is done on `day`: its state and how many days late.
#[must_use]
pub fn judged(due_on: NaiveDate, day: NaiveDate) -> (State, i32) {
    let late = (day - due_on).num_days();
    if late <= 0 { (State::Met, 0) } else { (State::Late, i32::try_from(late).unwrap_or(i32::MAX)) }
}

/// What became of goods that were owed, as far as it is known now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// Not all of it is there.
    NotYet,
    /// All of it, the last of it on this day.
    Whole(NaiveDate),
    /// A part, the last of it on this day, and no more is to come.
    Short(NaiveDate),
    /// Nothing, and nothing is to come.
    Never,
}

/// How an obligation stands on `today`, and how many days late.
#[must_use]
pub fn standing(due_on: NaiveDate, came: Came, today: NaiveDate) -> (State, i32) {
    match came {
        Came::NotYet if in_time(due_on, today) => (State::Open, 0),
        Came::NotYet | Came::Never => (State::Missed, 0),
        Came::Whole(day) | Came::Short(day) if !in_time(due_on, day) => (State::Missed, 0),
        Came::Whole(day) => judged(due_on, day),
        Came::Short(day) => match judged(due_on, day) {
            (State::Met, _) => (State::Missed, 0),
            late => late,
        },
    }
}

/// Whether what is done on `day` still counts.
fn in_time(due_on: NaiveDate, day: NaiveDate) -> bool {
    day <= due_on + Days::new(MISSED_AFTER_DAYS)
}

/// Writes down what is owed under the terms in force.
///
/// # Errors
/// [`DbError`] when the database fails, or this is owed already.
pub fn owe<T>(tx: &mut Tx<'_>, under: &InForce<T>, owed: Owed<'_>) -> Result<ObligationId, DbError> {
    let (id, now) = (ObligationId::new(), tx.now());
    diesel::insert_into(obligations::table)
        .values((
            obligations::id.eq(id),
            obligations::agreement_id.eq(under.agreement),
            obligations::number.eq(under.number),
            obligations::kind.eq(owed.kind),
            obligations::subject.eq(owed.subject),
            obligations::owed_by.eq(owed.by),
            obligations::owed_to.eq(owed.to),
            obligations::due_on.eq(owed.due_on),
            obligations::state.eq(State::Open),
            obligations::days_late.eq(0),
            obligations::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    let time_up = Timestamp::in_village(owed.due_on + Days::new(MISSED_AFTER_DAYS + 1), 0);
    enqueue_at(tx, TIME_UP, json!({ "obligation_id": id }), time_up)?;
    Ok(id)
}

type Subject = (ObligationId, NaiveDate);

fn open_one(conn: &mut Conn, kind: Kind, subject: &str) -> Result<Option<Subject>, DbError> {
    let this = obligations::table.filter(obligations::kind.eq(kind).and(obligations::subject.eq(subject)));
    Ok(this.filter(obligations::state.eq(State::Open)).select((obligations::id, obligations::due_on)).first(conn).optional()?)
}

/// The only writer of the state.
fn write(tx: &mut Tx<'_>, id: ObligationId, (state, days_late): (State, i32), done_on: Option<NaiveDate>) -> Result<(), DbError> {
    diesel::update(obligations::table.find(id))
        .set((obligations::state.eq(state), obligations::done_on.eq(done_on), obligations::days_late.eq(days_late)))
        .execute(&mut **tx)?;
    Ok(())
}

/// What was owed has been done today; does nothing where nothing is open.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn done(tx: &mut Tx<'_>, kind: Kind, subject: &str) -> Result<(), DbError> {
    let today = tx.now().business_date();
    done_on(tx, kind, subject, today)
}

/// What was owed was done on `day`, and is told of now.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn done_on(tx: &mut Tx<'_>, kind: Kind, subject: &str, day: NaiveDate) -> Result<(), DbError> {
    let Some((id, due_on)) = open_one(tx, kind, subject)? else { return Ok(()) };
    write(tx, id, judged(due_on, day), Some(day))
}

/// Judges goods that were owed by what is known now, whatever was thought before; does nothing where nothing was owed.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn came(tx: &mut Tx<'_>, kind: Kind, subject: &str, came: Came) -> Result<(), DbError> {
    let today = tx.now().business_date();
    let this = obligations::table.filter(obligations::kind.eq(kind).and(obligations::subject.eq(subject)));
    let owed = this.filter(obligations::state.ne(State::Released)).select((obligations::id, obligations::due_on));
    let found: Option<Subject> = owed.first(&mut **tx).optional()?;
    let Some((id, due_on)) = found else { return Ok(()) };
    let done_on = match came {
        Came::NotYet | Came::Never => None,
        Came::Whole(day) | Came::Short(day) => Some(day),
    };
    write(tx, id, standing(due_on, came, today), done_on)
}

/// What is open of a thing that is owed in parts, or was missed and may turn out not to be.
fn unsettled(conn: &mut Conn, under: AgreementId, kind: Kind, subject: &str) -> Result<Vec<(ObligationId, NaiveDate, State)>, DbError> {
    let theirs = obligations::table.filter(obligations::agreement_id.eq(under).and(obligations::kind.eq(kind)));
    let parts = theirs.filter(obligations::subject.eq(subject).or(obligations::subject.like(format!("{subject}:%"))));
    let unsettled = parts.filter(obligations::state.eq_any([State::Open, State::Missed]));
    Ok(unsettled.order(obligations::id).select((obligations::id, obligations::due_on, obligations::state)).load(conn)?)
}

/// Writes down what is owed, unless it is owed already: where it once was and is no more, it is another part, `number`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn owe_more<T>(tx: &mut Tx<'_>, under: &InForce<T>, owed: Owed<'_>, number: i32) -> Result<(), DbError> {
    if unsettled(tx, under.agreement, owed.kind, owed.subject)?.iter().any(|(.., state)| *state == State::Open) {
        return Ok(());
    }
    let this = obligations::table.filter(obligations::kind.eq(owed.kind).and(obligations::subject.eq(owed.subject)));
    if diesel::select(exists(this.select(obligations::id))).get_result(&mut **tx)? {
        owe(tx, under, Owed { subject: &format!("{}:{number}", owed.subject), ..owed })?;
    } else {
        owe(tx, under, owed)?;
    }
    Ok(())
}

/// All parts were done by `day`, and it is told of now: also what was thought missed meanwhile.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn parts_done_on(tx: &mut Tx<'_>, under: AgreementId, kind: Kind, subject: &str, day: NaiveDate) -> Result<(), DbError> {
    for (id, due_on, state) in unsettled(tx, under, kind, subject)? {
        if state == State::Open || in_time(due_on, day) {
            write(tx, id, judged(due_on, day), Some(day))?;
        }
    }
    Ok(())
}

/// It turns out that nothing was owed.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn parts_released(tx: &mut Tx<'_>, under: AgreementId, kind: Kind, subject: &str) -> Result<(), DbError> {
    for (id, ..) in unsettled(tx, under, kind, subject)? {
        write(tx, id, (State::Released, 0), None)?;
    }
    Ok(())
}

/// Nobody owes it any more: released until its day, missed after.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn called_off(tx: &mut Tx<'_>, kind: Kind, subject: &str) -> Result<(), DbError> {
    let today = tx.now().business_date();
    let Some((id, due_on)) = open_one(tx, kind, subject)? else { return Ok(()) };
    write(tx, id, (if today <= due_on { State::Released } else { State::Missed }, 0), None)
}

/// What is not done now was missed.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn time_up(db: &Db, job: &Job) -> Result<(), String> {
    let id = job.payload.0.get("obligation_id").and_then(serde_json::Value::as_str).and_then(|id| id.parse().ok());
    let id: ObligationId = id.ok_or("the job names no obligation")?;
    let ended = db.write(move |tx| {
        let open = obligations::table.filter(obligations::id.eq(id).and(obligations::state.eq(State::Open)));
        if diesel::select(exists(open.select(obligations::id))).get_result(&mut **tx).map_err(DbError::from)? {
            write(tx, id, (State::Missed, 0), None)?;
        }
        Ok::<_, Failure<Never>>(())
    });
    ended.await.map_err(|failure| format!("{failure:?}"))
}

/// An obligation as it stands.
#[derive(Clone, Debug, Queryable, Serialize, ToSchema)]
pub struct ObligationView {
    pub id: ObligationId,
    /// The version of the agreement it is judged by.
    pub version: i32,
    pub kind: Kind,
    /// What it is about; `<id>:<number>` where it is owed anew after all was paid.
    pub subject: String,
    pub owed_by: EnterpriseId,
    pub owed_to: EnterpriseId,
    #[schema(value_type = String, format = Date)]
    pub due_on: NaiveDate,
    pub state: State,
    #[schema(value_type = Option<String>, format = Date)]
    pub done_on: Option<NaiveDate>,
    pub days_late: i32,
}

columns!(
    Columns, COLUMNS:
    obligations::id,
    obligations::number,
    obligations::kind,
    obligations::subject,
    obligations::owed_by,
    obligations::owed_to,
    obligations::due_on,
    obligations::state,
    obligations::done_on,
    obligations::days_late,
);

/// Which agreement an obligation is about.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn agreement_of(conn: &mut Conn, id: ObligationId) -> Result<AgreementId, DbError> {
    Ok(obligations::table.find(id).select(obligations::agreement_id).first(conn)?)
}

/// Who owes what to whom: those who owe first. Of a share in a joint buy that is not both sides of the agreement.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn pairs(conn: &mut Conn, these: &[ObligationId]) -> Result<BTreeMap<ObligationId, [EnterpriseId; 2]>, DbError> {
    let rows: Vec<(ObligationId, EnterpriseId, EnterpriseId)> = obligations::table
        .filter(obligations::id.eq_any(these))
        .select((obligations::id, obligations::owed_by, obligations::owed_to))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, by, to)| (id, [by, to])).collect())
}

/// Whether one of `these` owes or is owed anything under an agreement.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn any_of(conn: &mut Conn, agreement: AgreementId, these: &[EnterpriseId]) -> Result<bool, DbError> {
    let theirs = obligations::owed_by.eq_any(these).or(obligations::owed_to.eq_any(these));
    let some = obligations::table.filter(obligations::agreement_id.eq(agreement).and(theirs));
    Ok(diesel::select(exists(some.select(obligations::id))).get_result(conn)?)
}

/// Who may read the obligations of an agreement: whoever may read the agreement all of them, and whoever owes or is owed
/// something under it without being one of its sides (a member of a joint buy) what is hers: then her enterprises.
fn reader(conn: &mut Conn, who: Identity, now: Timestamp, of: AgreementId) -> Result<Option<Vec<EnterpriseId>>, Failure<AgreementError>> {
    let denied = match agreements::show(conn, who, now, of) {
        Err(Failure::Refused(AgreementError::Denied(denied))) => denied,
        other => return other.map(|_| None),
    };
    let person = principal(conn, who, now).map_err(|failure| failure.map(AgreementError::from))?;
    let hers: Vec<EnterpriseId> = person.enterprises().collect();
    if any_of(conn, of, &hers)? { Ok(Some(hers)) } else { Err(AgreementError::Denied(denied).into()) }
}

/// Which page of an agreement's obligations is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ObligationQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "obligations";

/// Lists what was owed under an agreement and what became of it, newest first. Members of a joint buy under it see what is theirs.
#[utoipa::path(tag = "agreements", operation_id = "list_obligations", params(("id" = AgreementId, Path), ObligationQuery),
    responses((status = 200, body = Page<ObligationView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/agreements/{id}/obligations")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<AgreementId>,
    query: web::Query<ObligationQuery>,
    db: web::Data<Db>,
) -> Result<Page<ObligationView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before: Option<ObligationId> = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| {
        let reader = reader(conn, actor.who, now, *id)?;
        let theirs = obligations::table.filter(obligations::agreement_id.eq(*id));
        let mut query = theirs.order(obligations::id.desc()).limit(q.limit.fetch()).select(COLUMNS).into_boxed();
        if let Some(hers) = reader {
            query = query.filter(obligations::owed_by.eq_any(hers.clone()).or(obligations::owed_to.eq_any(hers)));
        }
        if let Some(before) = before {
            query = query.filter(obligations::id.lt(before));
        }
        Ok::<Vec<ObligationView>, Failure<AgreementError>>(query.load(conn)?)
    });
    Ok(Page::cut(rows.await?, q.limit, NEWEST, |row| row.id))
}

/// How one side has kept one kind of obligation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeptView {
    owed_by: EnterpriseId,
    kind: Kind,
    open: i64,
    met: i64,
    late: i64,
    missed: i64,
    /// The days late of all that was late, together.
    days_late: i64,
}

/// How both sides have kept an agreement. What was released counts for nothing.
#[derive(Serialize, ToSchema)]
pub struct AgreementRecordView {
    items: Vec<KeptView>,
}

type Counted = (EnterpriseId, Kind, State, i32, i64);

/// Adds up what became of obligations, by side and kind.
fn tallied(rows: Vec<Counted>) -> Vec<KeptView> {
    let mut kept: Vec<KeptView> = Vec::new();
    for (owed_by, kind, state, days_late, count) in rows {
        if kept.last().is_none_or(|last| (last.owed_by, last.kind) != (owed_by, kind)) {
            kept.push(KeptView { owed_by, kind, open: 0, met: 0, late: 0, missed: 0, days_late: 0 });
        }
        let Some(row) = kept.last_mut() else { continue };
        match state {
            State::Open => row.open += count,
            State::Met => row.met += count,
            State::Late => {
                row.late += count;
                row.days_late += i64::from(days_late) * count;
            }
            State::Missed => row.missed += count,
            State::Released => {}
        }
    }
    kept
}

/// Counts what each side of an agreement has kept, was late with, or missed.
#[utoipa::path(tag = "agreements", operation_id = "get_agreement_record", params(("id" = AgreementId, Path)),
    responses((status = 200, body = AgreementRecordView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/agreements/{id}/record")]
pub async fn record(
    actor: Actor<SignedIn>,
    id: web::Path<AgreementId>,
    db: web::Data<Db>,
) -> Result<web::Json<AgreementRecordView>, Problem> {
    let now = db.clock().now();
    let rows = db.read(move |conn| {
        agreements::show(conn, actor.who, now, *id)?;
        let by = (obligations::owed_by, obligations::kind, obligations::state, obligations::days_late);
        let theirs =
            obligations::table.filter(obligations::agreement_id.eq(*id)).group_by(by).order((obligations::owed_by, obligations::kind));
        let columns = (obligations::owed_by, obligations::kind, obligations::state, obligations::days_late, count_star());
        Ok::<Vec<Counted>, Failure<AgreementError>>(theirs.select(columns).load(conn)?)
    });
    Ok(web::Json(AgreementRecordView { items: tallied(rows.await?) }))
}

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(record);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_too_late_is_late_by_a_day() {
        let date = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let friday = date("2026-11-27");
        assert_eq!(judged(friday, friday), (State::Met, 0));
        assert_eq!(judged(friday, date("2026-11-26")), (State::Met, 0));
        assert_eq!(judged(friday, date("2026-11-28")), (State::Late, 1));
    }

    #[test]
    fn only_the_whole_is_met() {
        let date = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let [friday, saturday] = ["2026-11-27", "2026-11-28"].map(date);
        let stands = |came| standing(friday, came, saturday);
        assert_eq!([Came::Whole(friday), Came::Whole(saturday)].map(stands), [(State::Met, 0), (State::Late, 1)]);
        assert_eq!([Came::Short(friday), Came::Short(saturday)].map(stands), [(State::Missed, 0), (State::Late, 1)]);
        assert_eq!([Came::NotYet, Came::Never].map(stands), [(State::Open, 0), (State::Missed, 0)]);
        assert_eq!(standing(friday, Came::NotYet, date("2026-12-27")), (State::Open, 0));
        assert_eq!(standing(friday, Came::NotYet, date("2026-12-28")), (State::Missed, 0));
        assert_eq!(standing(friday, Came::Whole(date("2026-12-28")), date("2026-12-28")), (State::Missed, 0));
    }

    #[test]
    fn what_became_of_obligations_is_counted_by_side_and_kind() {
        let (supplier, buyer) = (EnterpriseId::new(), EnterpriseId::new());
        let kept = tallied(vec![
            (supplier, Kind::Delivery, State::Met, 0, 4),
            (supplier, Kind::Delivery, State::Late, 2, 3),
            (supplier, Kind::Delivery, State::Late, 5, 1),
            (supplier, Kind::Delivery, State::Released, 0, 9),
            (buyer, Kind::Payment, State::Missed, 0, 1),
        ]);
        let row =
            |owed_by, kind, [open, met, late, missed, days_late]: [i64; 5]| KeptView { owed_by, kind, open, met, late, missed, days_late };
        assert_eq!(kept, [row(supplier, Kind::Delivery, [0, 4, 4, 0, 11]), row(buyer, Kind::Payment, [0, 0, 0, 1, 0])]);
    }
}
