//! Joint buying over HTTP.

use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{
    Event, ExtendDays, Extensions, Hindrance, JointBuy, JointBuyId, MOST_MEMBERS, NewJointBuy, Offered, Split, State, Wanted, Whole,
};
use super::reading;
use super::service::{self, JointBuyError};
use crate::parties::{Names, PartyView};
use crate::supply::model::Unit;
use crate::supply::{self, Base, ItemId};
use kit::act;
use kit::auth::{AccountId, Actor, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::etag::tagged;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::money::Rupiah;
use market::orders::model::Note;
use market::shops::model::Charge;
use people::enterprises::EnterpriseId;

impl From<JointBuyError> for Problem {
    fn from(error: JointBuyError) -> Self {
        match error {
            JointBuyError::NotTrading => Self::conflict("partners_not_trading"),
            JointBuyError::OrganiserHasNone => Self::conflict("joint_no_agreement"),
            JointBuyError::NoAgreement => Self::conflict("no_supply_agreement"),
            JointBuyError::Members => Self::invalid_field("members", "joint_members_invalid"),
            JointBuyError::CutOff => Self::invalid_field("cut_off", "joint_cut_off_out_of_range"),
            JointBuyError::CutOffPassed => Self::conflict("joint_cut_off_passed"),
            JointBuyError::NotForSale { item } => {
                Self::conflict("supply_not_for_sale").arg("item", item.as_deref().unwrap_or("chosen_item"))
            }
            JointBuyError::NotEnough { value, minimum } => Self::conflict("joint_not_enough").arg("value", value).arg("minimum", minimum),
            JointBuyError::WrongState { state, wanted } => Self::conflict("joint_buy_wrong_state").arg("state", state).arg("event", wanted),
            JointBuyError::NotSent { state } => Self::conflict("joint_buy_not_sent").arg("state", state),
            JointBuyError::TooMuch => Self::conflict("sum_out_of_range"),
            JointBuyError::Order(error) => error.into(),
            JointBuyError::Denied(denied) => denied.into(),
        }
    }
}

/// A joint buy in a list.
#[derive(Serialize, ToSchema)]
pub struct JointBuyView {
    id: JointBuyId,
    organiser: PartyView,
    supplier: PartyView,
    state: State,
    /// Until just before then members say what they want.
    cut_off: Timestamp,
    /// What the goods come to at least, beside the agreement's minimum.
    minimum: Rupiah,
    delivery_cost: Rupiah,
    split: Split,
    extensions_left: i64,
    note: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl JointBuyView {
    fn new(buy: JointBuy, names: &Names) -> Self {
        Self {
            id: buy.id,
            organiser: names.party(buy.organiser_id),
            supplier: names.party(buy.supplier_id),
            state: buy.state,
            cut_off: buy.cut_off,
            minimum: buy.minimum,
            delivery_cost: buy.delivery_cost,
            split: buy.split,
            extensions_left: buy.extensions_left,
            note: buy.note,
            created_at: buy.created_at,
            updated_at: buy.updated_at,
        }
    }
}

/// What one member wants of one item, and what she gets as things are.
#[derive(Serialize, ToSchema)]
pub struct JointShareView {
    item_id: ItemId,
    label: String,
    /// In base units, as all quantities here.
    wanted: i64,
    tolerance: i64,
    gets: i64,
    cost: Rupiah,
}

/// One member's part.
#[derive(Serialize, ToSchema)]
pub struct JointPartView {
    member: PartyView,
    shares: Vec<JointShareView>,
    goods: Rupiah,
    delivery: Rupiah,
}

/// How many whole units of an item are filled.
#[derive(Serialize, ToSchema)]
pub struct JointUnitsView {
    item_id: ItemId,
    label: String,
    units: i64,
}

/// A joint buy with what has come together so far.
#[derive(Serialize, ToSchema)]
pub struct JointBuyPlanView {
    joint_buy: JointBuyView,
    items: Vec<JointUnitsView>,
    /// What the goods come to.
    value: Rupiah,
    /// What they must come to for it to be sent; null once it is sent or dropped.
    needed: Option<Rupiah>,
    /// What its organiser said when she called it off.
    reason: Option<String>,
    /// Why it was dropped.
    hindrance: Option<Hindrance>,
    members: Vec<JointPartView>,
}

impl From<Whole> for JointBuyPlanView {
    fn from(whole: Whole) -> Self {
        let part = |member: &EnterpriseId| {
            let got = whole.plan.parts.get(member);
            let shares: Vec<JointShareView> = whole
                .wants
                .iter()
                .filter(|want| want.member == *member)
                .map(|want| {
                    let share = got.and_then(|part| part.shares.iter().find(|share| share.item == want.item));
                    let (gets, cost) = share.map_or((0, Rupiah::ZERO), |share| (share.quantity, share.cost));
                    JointShareView {
                        item_id: want.item,
                        label: whole.label(want.item),
                        wanted: want.wanted,
                        tolerance: want.tolerance,
                        gets,
                        cost,
                    }
                })
                .collect();
            // Parts of a sum that was in range.
            let goods = Rupiah::sum(shares.iter().map(|share| share.cost)).unwrap_or_default();
            JointPartView { member: whole.names.party(*member), shares, goods, delivery: got.map_or(Rupiah::ZERO, |part| part.delivery) }
        };
        let units = |(item, units): (&ItemId, &i64)| JointUnitsView { item_id: *item, label: whole.label(*item), units: *units };
        let (items, members) = (whole.plan.units.iter().map(units).collect(), whole.members.iter().map(part).collect());
        let (reason, hindrance) = whole.ended.map(|event| (event.reason, event.hindrance)).unwrap_or_default();
        let joint_buy = JointBuyView::new(whole.buy, &whole.names);
        Self { items, members, value: whole.plan.value, needed: whole.needed, reason, hindrance, joint_buy }
    }
}

/// One move of a joint buy.
#[derive(Serialize, ToSchema)]
pub struct JointBuyEventView {
    from: State,
    to: State,
    /// Null when it was the clock.
    actor_id: Option<AccountId>,
    /// The enterprise for which the village's office acted.
    on_behalf_of: Option<EnterpriseId>,
    /// What its organiser said when she called it off.
    reason: Option<String>,
    /// Why the clock gave it more time or dropped it.
    hindrance: Option<Hindrance>,
    at: Timestamp,
}

/// The moves of a joint buy, oldest first.
#[derive(Serialize, ToSchema)]
pub struct JointBuyHistoryView {
    items: Vec<JointBuyEventView>,
}

impl From<Vec<Event>> for JointBuyHistoryView {
    fn from(events: Vec<Event>) -> Self {
        let view = |Event { from, to, actor: actor_id, on_behalf_of, reason, hindrance, at }| JointBuyEventView {
            from,
            to,
            actor_id,
            on_behalf_of,
            reason,
            hindrance,
            at,
        };
        Self { items: events.into_iter().map(view).collect() }
    }
}

/// A joint buy to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenJointBuy {
    supplier_id: EnterpriseId,
    /// Enterprises of the same village; the organiser need not be told.
    #[schema(max_items = 50)]
    members: Vec<EnterpriseId>,
    cut_off: Timestamp,
    minimum: Charge,
    delivery_cost: Charge,
    split: Split,
    /// By how many days the cut-off moves when it is not enough.
    extend_days: ExtendDays,
    /// How often it moves before it is dropped.
    extensions: Extensions,
    note: Option<Note>,
}

/// What a member wants.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantInJointBuy {
    member_id: EnterpriseId,
    item_id: ItemId,
    /// In base units; 0 takes it back.
    wanted: Wanted,
    /// How much more she would take to fill a sack.
    tolerance: Wanted,
}

/// Which page of a list is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JointBuyQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "joint_buys";

fn shown(whole: Whole) -> Reply {
    let version = whole.buy.version;
    Reply::ok(&JointBuyPlanView::from(whole)).version(version)
}

/// Opens a joint buy for a list of enterprises.
#[utoipa::path(tag = "supply", operation_id = "open_joint_buy", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = OpenJointBuy,
    responses((status = 201, body = JointBuyPlanView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/joint-buys")]
pub async fn open(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<OpenJointBuy>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let OpenJointBuy { supplier_id: supplier, members, cut_off, minimum, delivery_cost, split, extend_days, extensions, note } =
        posted.body;
    if members.len() > MOST_MEMBERS {
        return Err(Problem::invalid_field("members", "joint_members_invalid"));
    }
    let new = NewJointBuy { supplier, members, cut_off, minimum, delivery_cost, split, extend_days, extensions, note };
    let (who, organiser) = (actor.who, id.into_inner());
    let reply = posted.once.write(&db, who, move |tx| {
        let whole = service::open(tx, who, organiser, &new)?;
        let (id, version) = (whole.buy.id, whole.buy.version);
        Ok(Reply::created(format!("/v1/joint-buys/{id}"), &JointBuyPlanView::from(whole)).version(version))
    });
    Ok(reply.await?)
}

/// Lists the joint buys an enterprise takes part in, newest first.
#[utoipa::path(tag = "supply", operation_id = "list_joint_buys", params(("id" = EnterpriseId, Path), JointBuyQuery),
    responses((status = 200, body = Page<JointBuyView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/joint-buys")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<JointBuyQuery>,
    db: web::Data<Db>,
) -> Result<Page<JointBuyView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let (buys, names) = db.read(move |conn| reading::list(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(buys, q.limit, NEWEST, |buy| buy.id).map(|buy| JointBuyView::new(buy, &names)))
}

/// Shows a joint buy to its members, with what it comes to as things are.
#[utoipa::path(tag = "supply", operation_id = "get_joint_buy", params(("id" = JointBuyId, Path)),
    responses((status = 200, body = JointBuyPlanView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/joint-buys/{id}")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<JointBuyId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    let whole = db.read(move |conn| reading::show(conn, actor.who, now, *id)).await?;
    Ok(tagged(whole.buy.version, &JointBuyPlanView::from(whole)))
}

/// Lists the moves of a joint buy, for its members.
#[utoipa::path(tag = "supply", operation_id = "list_joint_buy_history", params(("id" = JointBuyId, Path)),
    responses((status = 200, body = JointBuyHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/joint-buys/{id}/history")]
pub async fn history(
    actor: Actor<SignedIn>,
    id: web::Path<JointBuyId>,
    db: web::Data<Db>,
) -> Result<web::Json<JointBuyHistoryView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| reading::history(conn, actor.who, now, *id)).await?.into()))
}

/// What the supplier offers in a joint buy, and what one costs in it today.
#[derive(Serialize, ToSchema)]
pub struct JointOfferView {
    item_id: ItemId,
    label: String,
    material: String,
    /// What the material is counted in.
    base: Base,
    unit: Unit,
    /// Base units in one; only whole ones are bought.
    content: i64,
    /// By the organiser's agreement, or else by the supplier's list; null where it is not for sale.
    price: Option<Rupiah>,
}

impl From<Offered> for JointOfferView {
    fn from(Offered { row, price }: Offered) -> Self {
        let label = supply::rules::label(&row.name, row.unit, row.content, row.base);
        Self { item_id: row.id, label, material: row.name, base: row.base, unit: row.unit, content: row.content, price }
    }
}

const OLDEST: &str = "joint_offers";

/// Lists what the supplier offers in a joint buy and at which price, for its members while it is open.
#[utoipa::path(tag = "supply", operation_id = "list_joint_offers", params(("id" = JointBuyId, Path), JointBuyQuery),
    responses((status = 200, body = Page<JointOfferView>), (status = 409, description = "It is not open any more"), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/joint-buys/{id}/offers")]
pub async fn offered(
    actor: Actor<SignedIn>,
    id: web::Path<JointBuyId>,
    query: web::Query<JointBuyQuery>,
    db: web::Data<Db>,
) -> Result<Page<JointOfferView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let after = page::decode(OLDEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| reading::offered(conn, actor.who, now, *id, after, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, OLDEST, |offered| offered.row.id).map(JointOfferView::from))
}

/// Says what a member wants and how much more she would take. Who wants more goes to the end of the line; less keeps one's place, and
/// is taken also of what is not for sale any more.
#[utoipa::path(tag = "supply", operation_id = "want_in_joint_buy", params(("id" = JointBuyId, Path), ("Idempotency-Key" = String, Header)), request_body = WantInJointBuy,
    responses((status = 200, body = JointBuyPlanView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/joint-buys/{id}/wants")]
pub async fn say_what(
    actor: Actor<SignedIn>,
    id: web::Path<JointBuyId>,
    posted: Posted<WantInJointBuy>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, WantInJointBuy { member_id, item_id, wanted, tolerance }) = (actor.who, id.into_inner(), posted.body);
    let reply = posted.once.write(&db, who, move |tx| service::want(tx, who, id, member_id, item_id, wanted, tolerance).map(shown));
    Ok(reply.await?)
}

act!(
    /// Sends it before the cut-off, if it is enough.
    send_now, "supply", "/joint-buys/{id}/send", "send_joint_buy", JointBuyId, JointBuyPlanView,
    |tx, who, id| service::send_now(tx, who, id).map(shown)
);
act!(
    /// Calls it off; everyone is told. What was sent is called off with all shares, until one of them is on its way.
    call_off, "supply", "/joint-buys/{id}/call-off", "call_off_joint_buy", JointBuyId, JointBuyPlanView,
    |tx, who, id, reason| service::call_off(tx, who, id, reason.as_str()).map(shown)
);
