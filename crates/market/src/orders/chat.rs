//! The chat about an order, with the message already written: from the buyer to her seller or the village, from the
//! seller to her buyer once she has accepted.

use actix_web::get;

use super::model::{Line, OrderId, Whole};
use super::rules::seller_sees_buyer;
use super::service::{self, OrderError, Outcome};
use crate::whatsapp::{self, Contact, Link, LinkView, MessageLine, NoLink, OrderMessage, PublicUrl};
use kit::auth::{Actor, Buying, Identity};
use kit::clock::Timestamp;
use kit::db::{Conn, Db};
use kit::http::Problem;
use kit::http::responses::{Always, OnOne, SignedInOnly};
use kit::http::web;
use people::enterprises;

/// The link for an order, as whoever asks may have it.
///
/// # Errors
/// [`OrderError::Denied`] when the order is not hers to see.
pub fn link(conn: &mut Conn, who: Identity, now: Timestamp, id: OrderId, site: &PublicUrl) -> Outcome<Link> {
    let Whole { order, lines, .. } = service::show(conn, who, now, id)?;
    let voice = whatsapp::voice(conn, order.village_id)?;
    let told = |line: Line| MessageLine { quantity: line.quantity, name: format!("{} {}", line.name, line.pack_label), amount: line.total };
    let message = OrderMessage {
        tracking_url: Some(site.of(&format!("/v1/tracking/{}", order.number))),
        shop: order.seller_name,
        lines: lines.into_iter().filter(|line| line.quantity > 0).map(told).collect(),
        total: order.bill.charge().map_err(OrderError::from)?,
        number: order.number,
        from_shop: order.buyer_id != Some(who.account),
    };
    if order.buyer_id == Some(who.account) {
        let seller = enterprises::service::get(conn, order.seller_id)?;
        let contact = Contact { phone: seller.phone, public: seller.phone_public };
        return Ok(whatsapp::order_link(&voice, &contact, &message));
    }
    if seller_sees_buyer(order.state, order.bill.owed_back, order.bill.returned) {
        Ok(whatsapp::buyer_link(&voice, order.buyer_phone.as_ref(), &message))
    } else {
        Ok(Link::None(NoLink::NotAccepted))
    }
}

/// Gives the link that opens a chat about an order: the buyer one with her seller if she shows her number, else with the
/// village; the seller one with her buyer, once she has accepted.
#[utoipa::path(tag = "orders", operation_id = "get_order_chat", params(("id" = OrderId, Path)),
    responses((status = 200, body = LinkView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/orders/{id}/whatsapp")]
pub async fn order_chat(
    actor: Actor<Buying>,
    id: web::Path<OrderId>,
    site: web::Data<PublicUrl>,
    db: web::Data<Db>,
) -> Result<web::Json<LinkView>, Problem> {
    let (now, who, site) = (db.clock().now(), actor.who, PublicUrl::clone(&site));
    let link = db.read(move |conn| link(conn, who, now, *id, &site)).await?;
    Ok(web::Json(link.into()))
}
