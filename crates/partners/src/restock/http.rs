//! Restocks over HTTP.

use actix_web::{get, post, put};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::model::{AskedAs, Basis, MOST_LINES, NewRestock, Payment, RestockId, TemplateId, Whole};
use super::service::{self, RestockError};
use super::views::{ParLevelsView, RestockHistoryView, RestockRunView, RestockSuggestionView, RestockTemplateView, RestockView};
use super::{levels, paying, standing, suggesting};
use crate::agreements::terms::Days;
use crate::consignment::model::PackCount;
use crate::debts::Method;
use kit::act;
use kit::auth::{Actor, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, Valid, page};
use kit::text::Reason;
use kit::word_enum;
use market::orders::model::Note;
use market::packs::model::Price;
use people::enterprises::EnterpriseId;

impl From<RestockError> for Problem {
    fn from(error: RestockError) -> Self {
        use RestockError as E;
        match error {
            E::NoAgreement => Self::conflict("no_restock_agreement"),
            E::NotForSale { pack } => Self::conflict("pack_not_for_sale").arg("pack", pack),
            E::LineTwice => Self::invalid_field("lines", "pack_twice"),
            E::WantedOn => Self::invalid_field("wanted_on", "wanted_on_out_of_range"),
            E::NothingToAsk => Self::conflict("nothing_to_ask"),
            E::PaymentDoesNotFit => Self::invalid_field("payment", "restock_payment_does_not_fit"),
            E::BelowMinimum { minimum } => Self::conflict("below_agreed_minimum").arg("minimum", minimum),
            E::OverPaid { owed } => Self::conflict("more_than_owed").arg("owed", owed),
            E::OverCredit { limit, free } => Self::conflict("over_credit_limit").arg("limit", limit).arg("free", free),
            E::MoreThanAsked { pack, most } => Self::conflict("more_than_asked").arg("pack", pack).arg("most", most),
            E::NothingAccepted => Self::invalid_field("lines", "nothing_counted"),
            E::WrongState { state, wanted } => Self::conflict("restock_wrong_state").arg("state", state).arg("event", wanted),
            E::TooMuch => Self::conflict("sum_out_of_range"),
            E::Stock(error) => error.into(),
            E::Books(error) => error.into(),
            E::Consigned(error) => error.into(),
            E::Denied(denied) => denied.into(),
        }
    }
}

word_enum! {
    /// How goods are asked for.
    Ask as "RestockAsk" {
        /// With a list.
        List = "list",
        /// The same as the last time.
        SameAsLastTime = "same_as_last_time",
        /// What is missing to what should stand there.
        ParLevels = "par_levels",
    }
}

/// A warung asks for goods.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRestock {
    maker_id: EnterpriseId,
    basis: Basis,
    ask: Ask,
    /// With a list: 1 to 50 packs.
    #[serde(default)]
    #[schema(max_items = 50)]
    lines: Vec<PackCount>,
    /// How outright goods are paid; nothing on consignment.
    payment: Option<Payment>,
    /// From today to 90 days ahead; it is to be brought on the first agreed day from then on.
    #[schema(value_type = Option<String>, format = Date)]
    wanted_on: Option<NaiveDate>,
    note: Option<Note>,
}

impl TryFrom<AskRestock> for NewRestock {
    type Error = Problem;

    fn try_from(body: AskRestock) -> Result<Self, Problem> {
        let AskRestock { maker_id, basis, ask, lines, payment, wanted_on, note } = body;
        let asked_as = match ask {
            Ask::List => AskedAs::List,
            Ask::SameAsLastTime => AskedAs::SameAsLastTime,
            Ask::ParLevels => AskedAs::ParLevels,
        };
        if (ask == Ask::List) == lines.is_empty() || !fits(&lines) {
            return Err(Problem::invalid_field("lines", format!("lines_out_of_range({MOST_LINES})")));
        }
        Ok(Self { maker: maker_id, basis, payment, asked_as, lines, wanted_on, note })
    }
}

/// Not too many lines, and something of each.
fn fits(lines: &[PackCount]) -> bool {
    lines.len() <= MOST_LINES && lines.iter().all(|line| line.quantity.get() > 0)
}

word_enum! {
    /// What the maker says.
    Word as "RestockAnswer" {
        /// She brings it, or some of it.
        Accept = "accept",
        /// She does not.
        Decline = "decline",
    }
}

/// What the maker says to a restock.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerRestock {
    answer: Word,
    /// Where she brings less than was asked for.
    #[serde(default)]
    #[schema(max_items = 50)]
    lines: Vec<PackCount>,
    reason: Option<Reason>,
}

/// What the warung counted; what is not named has come as it was accepted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRestock {
    #[serde(default)]
    #[schema(max_items = 50)]
    lines: Vec<PackCount>,
    /// When it came; now unless said otherwise, and not before it was accepted.
    received_at: Option<Timestamp>,
}

/// Money of a warung for outright goods.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayRestock {
    amount: Price,
    method: Method,
}

/// What should always stand there; 0 takes a level away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetParLevels {
    #[schema(max_items = 50)]
    lines: Vec<PackCount>,
}

/// A reorder for days of the week.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepRestockTemplate {
    maker_id: EnterpriseId,
    basis: Basis,
    payment: Option<Payment>,
    days: Days,
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<PackCount>,
}

word_enum! {
    /// Which side of restocks is asked for.
    Direction as "RestockDirection" {
        /// What the enterprise asks for.
        Asking = "asking",
        /// What it is asked for.
        Asked = "asked",
    }
}

/// Which restocks are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RestockQuery {
    /// What it asks for unless said otherwise.
    direction: Option<Direction>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which standing reorders are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RestockTemplateQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which days of a standing reorder are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RestockRunQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "restocks";
const TEMPLATES: &str = "restock_templates";
const RUNS: &str = "restock_runs";

fn shown(whole: Whole) -> Reply {
    let version = whole.restock.version;
    Reply::ok(&RestockView::from(whole)).version(version)
}

/// Asks a maker for goods, with a list, the same as last time, or by par levels.
#[utoipa::path(tag = "restock", operation_id = "ask_restock", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = AskRestock,
    responses((status = 201, body = RestockView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/restocks")]
pub async fn request(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<AskRestock>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, warung, new) = (actor.who, id.into_inner(), NewRestock::try_from(posted.body)?);
    let reply = posted.once.write(&db, who, move |tx| {
        let whole = service::ask(tx, who, warung, &new)?;
        let (place, version) = (format!("/v1/restocks/{}", whole.restock.id), whole.restock.version);
        Ok(Reply::created(place, &RestockView::from(whole)).version(version))
    });
    Ok(reply.await?)
}

/// Lists what an enterprise asks for, or is asked for, newest first.
#[utoipa::path(tag = "restock", operation_id = "list_restocks", params(("id" = EnterpriseId, Path), RestockQuery),
    responses((status = 200, body = Page<RestockView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/restocks")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<RestockQuery>,
    db: web::Data<Db>,
) -> Result<Page<RestockView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let of = (*id, q.direction == Some(Direction::Asked));
    let rows = db.read(move |conn| service::list(conn, actor.who, now, of, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |whole| whole.restock.id).map(RestockView::from))
}

/// Shows a restock to both its sides.
#[utoipa::path(tag = "restock", operation_id = "get_restock", params(("id" = RestockId, Path)),
    responses((status = 200, body = RestockView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/restocks/{id}")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<RestockId>, db: web::Data<Db>) -> Result<web::Json<RestockView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::show(conn, actor.who, now, *id)).await?.into()))
}

/// Lists the moves of a restock.
#[utoipa::path(tag = "restock", operation_id = "list_restock_history", params(("id" = RestockId, Path)),
    responses((status = 200, body = RestockHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/restocks/{id}/history")]
pub async fn history(
    actor: Actor<SignedIn>,
    id: web::Path<RestockId>,
    db: web::Data<Db>,
) -> Result<web::Json<RestockHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::history(conn, actor.who, now, *id)).await?.into()))
}

/// The maker's answer: all of it, some of it, or none.
#[utoipa::path(tag = "restock", operation_id = "answer_restock", params(("id" = RestockId, Path), ("Idempotency-Key" = String, Header)), request_body = AnswerRestock,
    responses((status = 200, body = RestockView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/restocks/{id}/answer")]
pub async fn give_answer(
    actor: Actor<SignedIn>,
    id: web::Path<RestockId>,
    posted: Posted<AnswerRestock>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, AnswerRestock { answer, lines, reason }) = (actor.who, id.into_inner(), posted.body);
    let reply = posted.once.write(&db, who, move |tx| match answer {
        Word::Accept => service::accept(tx, who, id, &lines).map(shown),
        Word::Decline => service::decline(tx, who, id, reason.as_ref().map(Reason::as_str)).map(shown),
    });
    Ok(reply.await?)
}

/// The warung counts what came: from now on it is hers, or stands there on consignment.
#[utoipa::path(tag = "restock", operation_id = "confirm_restock", params(("id" = RestockId, Path), ("Idempotency-Key" = String, Header)), request_body = ConfirmRestock,
    responses((status = 200, body = RestockView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/restocks/{id}/confirm")]
pub async fn confirm(
    actor: Actor<SignedIn>,
    id: web::Path<RestockId>,
    posted: Posted<ConfirmRestock>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, ConfirmRestock { lines, received_at }) = (actor.who, id.into_inner(), posted.body);
    let reply = posted.once.write(&db, who, move |tx| service::confirm(tx, who, id, &lines, received_at).map(shown));
    Ok(reply.await?)
}

act!(
    /// The maker has brought it, or it is on its way.
    deliver, "restock", "/restocks/{id}/deliver", "deliver_restock", RestockId, RestockView,
    |tx, who, id| service::deliver(tx, who, id).map(shown)
);
act!(
    /// The warung calls it off until it is brought.
    withdraw, "restock", "/restocks/{id}/withdraw", "withdraw_restock", RestockId, RestockView,
    |tx, who, id, reason| service::withdraw(tx, who, id, reason.as_str()).map(shown)
);
act!(
    /// The warung wants a standing reorder no more.
    stop_template, "restock", "/restock-templates/{id}/stop", "stop_restock_template", TemplateId, RestockTemplateView,
    |tx, who, id| standing::stop(tx, who, id).map(|template| Reply::ok(&RestockTemplateView::from(template)))
);

act!(
    /// The maker writes down what the warung paid for outright goods, when they came or later, in parts or at once.
    pay, "restock", "/restocks/{id}/payments", "pay_restock", RestockId, RestockView, PayRestock,
    |tx, who, id, body| paying::pay(tx, who, id, body.amount.amount(), body.method).map(shown)
);

/// Sets what should always stand at a warung; packs that are not named keep their level.
#[utoipa::path(tag = "restock", operation_id = "set_par_levels", params(("id" = EnterpriseId, Path)), request_body = SetParLevels,
    responses((status = 200, body = ParLevelsView), (status = 409, description = "The state of things forbids it"), Always, SignedInOnly, OnOne, WithBody), security(("bearer" = [])))]
#[put("/enterprises/{id}/par-levels")]
pub async fn set_par_levels(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    body: Valid<SetParLevels>,
    db: web::Data<Db>,
) -> Result<web::Json<ParLevelsView>, Problem> {
    let lines = body.0.lines;
    if lines.len() > MOST_LINES {
        return Err(Problem::invalid_field("lines", format!("lines_out_of_range({MOST_LINES})")));
    }
    let set = db.write(move |tx| levels::set_par_levels(tx, actor.who, *id, &lines)).await?;
    Ok(web::Json(set.into()))
}

/// Shows what should always stand at a warung.
#[utoipa::path(tag = "restock", operation_id = "list_par_levels", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = ParLevelsView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/par-levels")]
pub async fn par_levels(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    db: web::Data<Db>,
) -> Result<web::Json<ParLevelsView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| levels::par_levels(conn, actor.who, now, *id)).await?.into()))
}

/// Suggests what a warung will need of a maker's goods until she comes, and tells what that is based on.
#[utoipa::path(tag = "restock", operation_id = "suggest_restock", params(("id" = EnterpriseId, Path), ("partner_id" = EnterpriseId, Path)),
    responses((status = 200, body = RestockSuggestionView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/restock-suggestions/{partner_id}")]
pub async fn suggest(
    actor: Actor<SignedIn>,
    path: web::Path<(EnterpriseId, EnterpriseId)>,
    db: web::Data<Db>,
) -> Result<web::Json<RestockSuggestionView>, Problem> {
    let (now, (warung, maker)) = (db.clock().now(), path.into_inner());
    Ok(web::Json(db.read(move |conn| suggesting::suggest(conn, actor.who, now, warung, maker)).await?.into()))
}

/// Keeps a reorder that is made by itself on days of the week.
#[utoipa::path(tag = "restock", operation_id = "keep_restock_template", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = KeepRestockTemplate,
    responses((status = 201, body = RestockTemplateView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/restock-templates")]
pub async fn keep_template(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<KeepRestockTemplate>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let KeepRestockTemplate { maker_id, basis, payment, days, lines } = posted.body;
    if lines.is_empty() || !fits(&lines) {
        return Err(Problem::invalid_field("lines", format!("lines_out_of_range({MOST_LINES})")));
    }
    let new = NewRestock { maker: maker_id, basis, payment, asked_as: AskedAs::Standing, lines, wanted_on: None, note: None };
    let (who, warung) = (actor.who, id.into_inner());
    let reply = posted.once.write(&db, who, move |tx| {
        let template = standing::keep(tx, who, warung, &new, &days)?;
        Ok(Reply::created(format!("/v1/restock-templates/{}/runs", template.id), &RestockTemplateView::from(template)))
    });
    Ok(reply.await?)
}

/// Lists the standing reorders an enterprise has a part in, newest first.
#[utoipa::path(tag = "restock", operation_id = "list_restock_templates", params(("id" = EnterpriseId, Path), RestockTemplateQuery),
    responses((status = 200, body = Page<RestockTemplateView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/restock-templates")]
pub async fn templates(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<RestockTemplateQuery>,
    db: web::Data<Db>,
) -> Result<Page<RestockTemplateView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(TEMPLATES, q.cursor.as_deref())?;
    let rows = db.read(move |conn| standing::templates(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, TEMPLATES, |template| template.id).map(RestockTemplateView::from))
}

/// Lists what became of a standing reorder on its days, the latest first.
#[utoipa::path(tag = "restock", operation_id = "list_restock_runs", params(("id" = TemplateId, Path), RestockRunQuery),
    responses((status = 200, body = Page<RestockRunView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/restock-templates/{id}/runs")]
pub async fn runs(
    actor: Actor<SignedIn>,
    id: web::Path<TemplateId>,
    query: web::Query<RestockRunQuery>,
    db: web::Data<Db>,
) -> Result<Page<RestockRunView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(RUNS, q.cursor.as_deref())?;
    let rows = db.read(move |conn| standing::runs(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, RUNS, |run| run.day).map(RestockRunView::from))
}
