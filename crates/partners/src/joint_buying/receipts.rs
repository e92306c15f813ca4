//! A member's receipt: what she wanted and gets, her part of the price and of the delivery, and how that was parted.

use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{JointBuyId, Split, State, Whole};
use super::reading;
use super::rules::{self, Part};
use super::service::{JointBuyError, Outcome};
use crate::parties::PartyView;
use crate::supplier_orders::model::{State as OrderState, Whole as Order};
use crate::supplier_orders::{self, SupplierOrderId};
use crate::supply::{Base, ItemId};
use kit::auth::{Actor, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Conn, Db};
use kit::http::Problem;
use kit::http::responses::{Always, OnOne, SignedInOnly};
use kit::http::web;
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;

/// What one member has of a joint buy that was sent.
struct Receipt {
    whole: Whole,
    member: EnterpriseId,
    /// Nothing where she gets nothing.
    order: Option<Order>,
}

/// The receipt of a member, for all members.
///
/// # Errors
/// [`JointBuyError::NotSent`], [`JointBuyError::Members`] for one who is none.
fn receipt(conn: &mut Conn, who: Identity, now: Timestamp, id: JointBuyId, member: EnterpriseId) -> Outcome<Receipt> {
    let whole = reading::show(conn, who, now, id)?;
    if !whole.members.contains(&member) {
        return Err(JointBuyError::Members.into());
    }
    if whole.buy.state != State::Sent {
        return Err(JointBuyError::NotSent { state: whole.buy.state }.into());
    }
    let orders = supplier_orders::reading::of_joint_buy(conn, id)?;
    let order = orders.into_iter().find(|order| order.order.buyer_id == member);
    Ok(Receipt { whole, member, order })
}

/// One item of a receipt, in base units.
#[derive(Serialize, ToSchema)]
pub struct JointReceiptLineView {
    item_id: ItemId,
    label: String,
    /// What she wanted.
    wanted: i64,
    /// How much more she would have taken.
    tolerance: i64,
    /// Her share of what was bought.
    gets: i64,
    /// What of it she has counted so far.
    received: i64,
    /// What she pays for it.
    cost: Rupiah,
    /// What was bought for all members together.
    bought: i64,
    /// What all of that costs; each pays for it by her share.
    bought_cost: Rupiah,
}

/// What one member wanted and gets of a joint buy, what she pays, and how it was parted.
#[derive(Serialize, ToSchema)]
pub struct JointReceiptView {
    joint_buy_id: JointBuyId,
    organiser: PartyView,
    supplier: PartyView,
    member: PartyView,
    sent_at: Timestamp,
    /// Her own order at the supplier; null where she gets nothing.
    order_id: Option<SupplierOrderId>,
    order_state: Option<OrderState>,
    lines: Vec<JointReceiptLineView>,
    /// What her goods cost.
    goods: Rupiah,
    /// Her part of the delivery.
    delivery: Rupiah,
    total: Rupiah,
    /// What the delivery of all costs, and how it was parted.
    delivery_cost: Rupiah,
    split: Split,
    /// Her weight in that: grams and millilitres, rupiah, or 1.
    split_part: i64,
    /// The weight of all members together.
    split_of: i64,
    /// What is owed for what has come so far.
    owed: Rupiah,
    paid: Rupiah,
}

impl From<Receipt> for JointReceiptView {
    fn from(Receipt { whole, member, order }: Receipt) -> Self {
        let plan = &whole.plan;
        let base = |item: ItemId| whole.items.iter().find(|found| found.row.id == item).map(|found| found.row.base);
        let weights = rules::weights(plan, whole.buy.split, |item| base(item).is_some_and(|base| base != Base::Piece));
        let line = |want: &super::model::Want| {
            let of_item = |part: &Part| part.shares.iter().find(|share| share.item == want.item).copied();
            let all: Vec<rules::Share> = plan.parts.values().filter_map(of_item).collect();
            let hers = plan.parts.get(&member).and_then(of_item);
            let ordered = order.as_ref().and_then(|order| order.lines.iter().find(|line| line.item_id == want.item));
            JointReceiptLineView {
                item_id: want.item,
                label: whole.label(want.item),
                wanted: want.wanted,
                tolerance: want.tolerance,
                gets: hers.map_or(0, |share| share.quantity),
                received: ordered.map_or(0, |line| line.received * line.content),
                cost: hers.map_or(Rupiah::ZERO, |share| share.cost),
                bought: all.iter().map(|share| share.quantity).sum(),
                // Parts of a sum that was in range.
                bought_cost: Rupiah::sum(all.iter().map(|share| share.cost)).unwrap_or_default(),
            }
        };
        let lines: Vec<JointReceiptLineView> = whole.wants.iter().filter(|want| want.member == member).map(line).collect();
        let goods = Rupiah::sum(lines.iter().map(|line| line.cost)).unwrap_or_default();
        let delivery = plan.parts.get(&member).map_or(Rupiah::ZERO, |part| part.delivery);
        Self {
            joint_buy_id: whole.buy.id,
            organiser: whole.names.party(whole.buy.organiser_id),
            supplier: whole.names.party(whole.buy.supplier_id),
            member: whole.names.party(member),
            sent_at: whole.buy.updated_at,
            order_id: order.as_ref().map(|order| order.order.id),
            order_state: order.as_ref().map(|order| order.order.state),
            lines,
            goods,
            delivery,
            total: goods.plus(delivery).unwrap_or_default(),
            delivery_cost: whole.buy.delivery_cost,
            split: whole.buy.split,
            split_part: weights.get(&member).copied().unwrap_or(0),
            split_of: weights.values().sum(),
            owed: order.as_ref().map_or(Rupiah::ZERO, |order| order.order.owed),
            paid: order.as_ref().map_or(Rupiah::ZERO, |order| order.order.paid),
        }
    }
}

/// Shows a member's receipt of a joint buy that was sent, to all its members.
#[utoipa::path(tag = "supply", operation_id = "get_joint_receipt", params(("id" = JointBuyId, Path), ("member_id" = EnterpriseId, Path)),
    responses((status = 200, body = JointReceiptView), (status = 409, description = "It was not sent"), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/joint-buys/{id}/receipts/{member_id}")]
pub async fn show(
    actor: Actor<SignedIn>,
    path: web::Path<(JointBuyId, EnterpriseId)>,
    db: web::Data<Db>,
) -> Result<web::Json<JointReceiptView>, Problem> {
    let (now, (id, member)) = (db.clock().now(), path.into_inner());
    Ok(web::Json(db.read(move |conn| receipt(conn, actor.who, now, id, member)).await?.into()))
}
