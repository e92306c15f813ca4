//! Orders over HTTP: placing, writing down, looking, and the steps. Their money is in `paying_http.rs`.

use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Address, Area, Cart, CartLine, Delivery, Fulfilment, Note, OrderGroupId, OrderId, Sale, SaleLine, State, Whole};
use super::placing;
use super::rules::{self, Move};
use super::service::{self, OrderError};
use super::store::Wish;
use super::views::{OrderGroupView, OrderHistoryView, OrderView, TrackingView};
use crate::payments::Method;
use crate::payments::service::PaymentError;
use crate::shops::ZoneId;
use crate::shops::model::Charge;
use books::ledger::Channel;
use kit::act;
use kit::auth::{Actor, Anyone, Buying, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Db, Failure};
use kit::http::etag::tagged;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::money::Rupiah;
use kit::phone::Phone;
use kit::word_enum;
use people::accounts::PersonName;
use people::enterprises::EnterpriseId;
use people::permissions::Action;

/// The most lines of a cart.
const MOST_LINES: usize = 50;

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NotForSale { pack } => Self::conflict("not_for_sale").arg("pack", pack),
            OrderError::OwnProduct { pack } => Self::conflict("own_product").arg("pack", pack),
            OrderError::OnHoliday { seller, back_on } => Self::conflict("shop_on_holiday").arg("seller", seller).arg("back_on", back_on),
            OrderError::BelowMinimum { seller, minimum, goods } => {
                Self::conflict("below_minimum_order").arg("seller", seller).arg("minimum", minimum).arg("goods", goods)
            }
            OrderError::TooManyWaiting { most } => Self::conflict("too_many_orders_waiting").arg("most", most),
            OrderError::NoSuchZone => Self::invalid_field("zones", "zone_unknown"),
            OrderError::OtherTotal { total } => Self::conflict("other_total").arg("total", total),
            OrderError::TooMuch => Self::conflict("sum_out_of_range"),
            OrderError::WrongState { state, wanted } => Self::conflict("order_wrong_state").arg("state", state).arg("event", wanted),
            OrderError::NotTrading => Self::conflict("enterprise_not_trading"),
            OrderError::NotPaid => Self::conflict("order_not_paid"),
            OrderError::QuoteOpen => Self::conflict("delivery_quote_open"),
            OrderError::NoQuote => Self::conflict("no_delivery_quote"),
            OrderError::OtherFee { fee } => Self::conflict("other_delivery_fee").arg("fee", fee),
            OrderError::ChangeWaits => Self::conflict("order_change_waits"),
            OrderError::NoChange => Self::conflict("no_order_change"),
            OrderError::CannotChange { state } => Self::conflict("order_cannot_change").arg("state", state),
            OrderError::BadChange => Self::invalid_field("lines", "change_takes_nothing"),
            OrderError::PaymentNotDue { state } => Self::conflict("payment_not_due").arg("state", state),
            OrderError::ClaimWaits => Self::conflict("payment_claim_waits"),
            OrderError::NothingToPay => Self::conflict("nothing_to_pay"),
            OrderError::AlreadySentBack => Self::conflict("already_sent_back"),
            OrderError::Involved => Self::conflict("refund_needs_another_admin"),
            OrderError::PhoneNotProven => Self::conflict("phone_not_proven"),
            OrderError::MethodNotTaken { seller } => Self::conflict("payment_method_not_taken").arg("seller", seller),
            OrderError::Payment(error) => error.into(),
            OrderError::Photo(error) => error.problem("proof_media_id"),
            OrderError::Preorder(error) => error.into(),
            OrderError::Stock(error) => error.into(),
            OrderError::Books(_) => Self::conflict("already_in_the_books"),
            OrderError::Denied(denied) => denied.into(),
        }
    }
}

impl From<PaymentError> for Problem {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::WrongState { state, wanted } => Self::conflict("payment_wrong_state").arg("state", state).arg("event", wanted),
            PaymentError::RefundWrongState { state, wanted } => {
                Self::conflict("refund_wrong_state").arg("state", state).arg("event", wanted)
            }
            PaymentError::TooMany { most } => Self::conflict("too_many_payments").arg("most", most),
            PaymentError::WithSeller => Self::conflict("cash_with_seller"),
            PaymentError::CashNotHandedIn => Self::conflict("cash_not_handed_in"),
            PaymentError::TooMuch => Self::conflict("sum_out_of_range"),
        }
    }
}

/// A cart.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// 1 to 50 lines, of any sellers.
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<CartLine>,
    fulfilment: Fulfilment,
    /// Needed when the seller brings it; she sees it once she has accepted.
    address: Option<Address>,
    /// Where about that is, for sellers who must say first what delivery costs.
    area: Option<Area>,
    /// The delivery zones of those sellers who have one for the address.
    #[serde(default)]
    zones: Vec<ZoneId>,
    note: Option<Note>,
    payment: Method,
    /// What the buyer was shown; if the prices say otherwise now, nothing is ordered.
    expected_total: Option<Rupiah>,
}

impl TryFrom<PlaceOrder> for Cart {
    type Error = Problem;

    fn try_from(body: PlaceOrder) -> Result<Self, Problem> {
        let PlaceOrder { lines, fulfilment, address, area, zones, note, payment, expected_total } = body;
        check_lines(lines.len())?;
        if !rules::fits(payment, fulfilment) {
            return Err(Problem::invalid_field("payment", "payment_not_for_delivery"));
        }
        let delivery = match (fulfilment, address) {
            (Fulfilment::Pickup, None) => Delivery::Pickup,
            (Fulfilment::Pickup, Some(_)) => return Err(Problem::invalid_field("address", "address_not_for_pickup")),
            (Fulfilment::SellerDelivery, Some(address)) if zones.len() <= MOST_LINES => Delivery::BySeller { address, area, zones },
            (Fulfilment::SellerDelivery, Some(_)) => return Err(Problem::invalid_field("zones", "zone_unknown")),
            (Fulfilment::SellerDelivery, None) => return Err(Problem::invalid_field("address", "address_needed")),
        };
        Ok(Self { lines, delivery, note, payment, expected_total })
    }
}

pub(super) fn check_lines(lines: usize) -> Result<(), Problem> {
    if (1..=MOST_LINES).contains(&lines) {
        Ok(())
    } else {
        Err(Problem::invalid_field("lines", format!("lines_out_of_range({MOST_LINES})")))
    }
}

word_enum! {
    /// Where a sale was made that its seller writes down.
    SaleChannel {
        /// By messenger.
        Chat = "chat",
        /// By telephone.
        Phone = "phone",
        /// At the door or on the way.
        InPerson = "in_person",
    }
}

/// A sale made by chat, by telephone or in person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteDownSale {
    channel: SaleChannel,
    /// 1 to 50 lines of her own packs.
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<SaleLine>,
    buyer_name: Option<PersonName>,
    /// With it the buyer can take the order over later.
    buyer_phone: Option<Phone>,
    /// Where to bring it; without it the buyer fetches it.
    address: Option<Address>,
    /// What was agreed for delivery.
    delivery_fee: Option<Charge>,
    note: Option<Note>,
    payment: Method,
    /// Whether the goods have changed hands.
    handed_over: bool,
    /// Whether all the money is there.
    paid: bool,
}

impl TryFrom<WriteDownSale> for Sale {
    type Error = Problem;

    fn try_from(body: WriteDownSale) -> Result<Self, Problem> {
        check_lines(body.lines.len())?;
        let delivery_fee = body.delivery_fee.unwrap_or(Charge::NONE).amount();
        if delivery_fee.is_positive() && body.address.is_none() {
            return Err(Problem::invalid_field("delivery_fee", "fee_without_address"));
        }
        Ok(Self {
            channel: match body.channel {
                SaleChannel::Chat => Channel::Chat,
                SaleChannel::Phone => Channel::Phone,
                SaleChannel::InPerson => Channel::InPerson,
            },
            lines: body.lines,
            buyer_name: body.buyer_name,
            buyer_phone: body.buyer_phone,
            address: body.address,
            delivery_fee,
            note: body.note,
            payment: body.payment,
            handed_over: body.handed_over,
            paid: body.paid,
        })
    }
}

/// Which of an enterprise's orders are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SoldQuery {
    state: Option<State>,
    /// A number, or part of the name or telephone number of a buyer the seller may see.
    #[param(max_length = 60)]
    q: Option<String>,
    /// Placed on this day or later.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<NaiveDate>,
    /// Placed on this day or earlier.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<NaiveDate>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which page of the caller's orders is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoughtQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "orders";

/// An order after an act on it. A view that cannot be made leaves nothing done.
pub(super) fn shown(who: Identity, whole: Whole) -> Result<Reply, Failure<OrderError>> {
    let version = whole.order.version;
    let view = OrderView::seen_by(who.account, whole).map_err(|_| OrderError::TooMuch)?;
    Ok(Reply::ok(&view).version(version))
}

/// Orders a cart: one order per seller, all or nothing.
#[utoipa::path(tag = "orders", operation_id = "place_order", params(("Idempotency-Key" = String, Header)), request_body = PlaceOrder,
    responses((status = 201, body = OrderGroupView), Always, SignedInOnly, WithBody, WithKey), security(("bearer" = [])))]
#[post("/order-groups")]
pub async fn place(actor: Actor<Buying>, posted: Posted<PlaceOrder>, db: web::Data<Db>) -> Result<Reply, Problem> {
    let (who, cart) = (actor.who, Cart::try_from(posted.body)?);
    let reply = posted.once.write(&db, who, move |tx| {
        let (id, orders) = placing::place(tx, who, &cart)?;
        let view = OrderGroupView::seen_by(who.account, id, orders).map_err(|_| OrderError::TooMuch)?;
        Ok(Reply::created(format!("/v1/order-groups/{id}"), &view))
    });
    Ok(reply.await?)
}

/// Writes down a sale made by chat, by telephone or in person, so that income is complete.
#[utoipa::path(tag = "orders", operation_id = "write_down_sale", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = WriteDownSale,
    responses((status = 201, body = OrderView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/orders")]
pub async fn write_down(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<WriteDownSale>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, seller, sale) = (actor.who, *id, Sale::try_from(posted.body)?);
    let reply = posted.once.write(&db, who, move |tx| {
        let whole = placing::write_down(tx, who, seller, &sale)?;
        let (order, version) = (whole.order.id, whole.order.version);
        let view = OrderView::seen_by(who.account, whole).map_err(|_| OrderError::TooMuch)?;
        Ok(Reply::created(format!("/v1/orders/{order}"), &view).version(version))
    });
    Ok(reply.await?)
}

/// Shows the orders of one cart to its buyer.
#[utoipa::path(tag = "orders", operation_id = "get_order_group", params(("id" = OrderGroupId, Path)),
    responses((status = 200, body = OrderGroupView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/order-groups/{id}")]
pub async fn show_group(
    actor: Actor<Buying>,
    id: web::Path<OrderGroupId>,
    db: web::Data<Db>,
) -> Result<web::Json<OrderGroupView>, Problem> {
    let (now, id, who) = (db.clock().now(), id.into_inner(), actor.who);
    let orders = db.read(move |conn| service::show_group(conn, who, now, id)).await?;
    Ok(web::Json(OrderGroupView::seen_by(who.account, id, orders)?))
}

/// Lists what the caller has bought, newest first.
#[utoipa::path(tag = "orders", operation_id = "list_my_orders", params(BoughtQuery),
    responses((status = 200, body = Page<OrderView>), Always, SignedInOnly), security(("bearer" = [])))]
#[get("/me/orders")]
pub async fn bought(actor: Actor<Buying>, query: web::Query<BoughtQuery>, db: web::Data<Db>) -> Result<Page<OrderView>, Problem> {
    let (now, q, who) = (db.clock().now(), query.into_inner(), actor.who);
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::bought(conn, who, now, before, q.limit.fetch())).await?;
    Page::cut(rows, q.limit, NEWEST, |whole| whole.order.id).try_map(|whole| OrderView::seen_by(who.account, whole))
}

/// How many orders were taken over.
#[derive(Serialize, ToSchema)]
pub struct AdoptedView {
    adopted: usize,
}

/// Takes over the orders made with the caller's proven number and no account.
#[utoipa::path(tag = "orders", operation_id = "adopt_orders", params(("Idempotency-Key" = String, Header)), request_body = kit::http::NoBody,
    responses((status = 200, body = AdoptedView), Always, SignedInOnly, WithBody, WithKey), security(("bearer" = [])))]
#[post("/me/orders/adopt")]
pub async fn adopt(actor: Actor<SignedIn>, posted: Posted<kit::http::NoBody>, db: web::Data<Db>) -> Result<Reply, Problem> {
    let who = actor.who;
    let reply = posted.once.write(&db, who, move |tx| Ok(Reply::ok(&AdoptedView { adopted: service::adopt(tx, who)? })));
    Ok(reply.await?)
}

/// Lists an enterprise's orders, newest first.
#[utoipa::path(tag = "orders", operation_id = "list_enterprise_orders", params(("id" = EnterpriseId, Path), SoldQuery),
    responses((status = 200, body = Page<OrderView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/orders")]
pub async fn sold(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<SoldQuery>,
    db: web::Data<Db>,
) -> Result<Page<OrderView>, Problem> {
    let (now, q, who) = (db.clock().now(), query.into_inner(), actor.who);
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let text = q.q.map(|text| text.trim().chars().take(60).collect()).filter(|text: &String| text.chars().any(char::is_alphanumeric));
    let wish = Wish {
        state: q.state,
        digits: text.as_deref().and_then(rules::dialled),
        text,
        from: q.from.map(|day| Timestamp::in_village(day, 0)),
        to: q.to.and_then(|day| day.succ_opt()).map(|day| Timestamp::in_village(day, 0)),
    };
    let rows = db.read(move |conn| service::sold(conn, who, now, *id, &wish, before, q.limit.fetch())).await?;
    Page::cut(rows, q.limit, NEWEST, |whole| whole.order.id).try_map(|whole| OrderView::seen_by(who.account, whole))
}

/// Shows an order to its buyer or its seller.
#[utoipa::path(tag = "orders", operation_id = "get_order", params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/orders/{id}")]
pub async fn show(actor: Actor<Buying>, id: web::Path<OrderId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let (now, who) = (db.clock().now(), actor.who);
    let whole = db.read(move |conn| service::show(conn, who, now, *id)).await?;
    Ok(tagged(whole.order.version, &OrderView::seen_by(who.account, whole)?))
}

/// Tells anyone who has an order's number how far it has come; nothing of who bought it.
#[utoipa::path(tag = "orders", operation_id = "track_order", params(("number" = String, Path)),
    responses((status = 200, body = TrackingView), Always, OnOne))]
#[get("/tracking/{number}")]
pub async fn track_order(_actor: Actor<Anyone>, number: web::Path<String>, db: web::Data<Db>) -> Result<web::Json<TrackingView>, Problem> {
    let number = number.into_inner().to_uppercase();
    let order = db.read_public(move |conn| Ok::<_, Failure<kit::db::Never>>(service::track(conn, &number)?)).await?;
    Ok(web::Json(order.try_into()?))
}

/// Lists the moves of an order and of its money, oldest first.
#[utoipa::path(tag = "orders", operation_id = "list_order_history", params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderHistoryView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/orders/{id}/history")]
pub async fn history(actor: Actor<Buying>, id: web::Path<OrderId>, db: web::Data<Db>) -> Result<web::Json<OrderHistoryView>, Problem> {
    let (now, who) = (db.clock().now(), actor.who);
    let history = db.read(move |conn| service::history(conn, who, now, *id)).await?;
    Ok(web::Json(OrderHistoryView::seen_by(who.account, history)))
}

act!(
    /// Takes an order on.
    accept, "orders", "/orders/{id}/accept", "accept_order", OrderId, OrderView,
    |tx, who, id| service::advance(tx, who, id, Move::Accept, Action::FulfilOrder, None).and_then(|whole| shown(who, whole))
);
act!(
    /// Declines an order; what was reserved is free again.
    reject, "orders", "/orders/{id}/reject", "reject_order", OrderId, OrderView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Reject, Action::FulfilOrder, Some(reason.as_str())).and_then(|whole| shown(who, whole))
);
act!(
    /// Begins to make or pack it.
    prepare, "orders", "/orders/{id}/prepare", "prepare_order", OrderId, OrderView,
    |tx, who, id| service::advance(tx, who, id, Move::Prepare, Action::FulfilOrder, None).and_then(|whole| shown(who, whole))
);
act!(
    /// Says that it can be handed over.
    mark_ready, "orders", "/orders/{id}/ready", "mark_order_ready", OrderId, OrderView,
    |tx, who, id| service::advance(tx, who, id, Move::MarkReady, Action::FulfilOrder, None).and_then(|whole| shown(who, whole))
);
act!(
    /// Hands it over: the stock leaves, the income stands in the books.
    hand_over, "orders", "/orders/{id}/hand-over", "hand_over_order", OrderId, OrderView,
    |tx, who, id| service::advance(tx, who, id, Move::HandOver, Action::FulfilOrder, None).and_then(|whole| shown(who, whole))
);
act!(
    /// Says that all is done; only a paid order can be completed.
    Buying complete, "orders", "/orders/{id}/complete", "complete_order", OrderId, OrderView,
    |tx, who, id| service::advance(tx, who, id, Move::Complete, Action::EndOrder, None).and_then(|whole| shown(who, whole))
);
act!(
    /// Calls it off: the buyer until preparation begins, the seller until hand-over.
    Buying cancel, "orders", "/orders/{id}/cancel", "cancel_order", OrderId, OrderView,
    |tx, who, id, reason| service::advance(tx, who, id, Move::Cancel, Action::EndOrder, Some(reason.as_str())).and_then(|whole| shown(who, whole))
);
