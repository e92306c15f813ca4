//! Notices: what one enterprise is to be told about its dealings with another.
//!
//! 1. A notice is a row and a job of the act's own transaction: the row is read in the app, the job becomes letters to those who
//!    have an address, which is the office's affair.
//! 2. It names enterprises by their id and carries no person's name or number.
//! 3. Every kind of notice has its letter in the message catalogue, under its word.

use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use kit::db::{DbError, Tx};
use kit::jobs::{Job, enqueue};
use kit::{typed_id, word_enum};
use people::enterprises::EnterpriseId;

pub mod inbox;
mod store;

typed_id!(
    /// Something an enterprise is told.
    NoticeId, "ntc"
);

/// An enterprise is to be told something.
pub const NOTICE: &str = "partner_notice";

/// How long a notice can be read.
const KEPT_DAYS: i64 = 180;

word_enum! {
    /// What there is to tell.
    Notice as "PartnerNotice" {
        /// Terms wait for an answer.
        AgreementProposed = "agreement_proposed",
        /// Terms were accepted.
        AgreementAccepted = "agreement_accepted",
        /// Terms were turned down or taken back.
        AgreementDeclined = "agreement_declined",
        /// An agreement will end.
        AgreementEnding = "agreement_ending",
        /// A breach was noted, answered or settled.
        BreachMoved = "breach_moved",
        /// An order waits for the supplier's word.
        SupplierOrderSent = "supplier_order_sent",
        /// The supplier has answered, or the buyer agreed to her day.
        SupplierOrderAnswered = "supplier_order_answered",
        /// It is on its way.
        SupplierOrderShipped = "supplier_order_shipped",
        /// The buyer called it off.
        SupplierOrderCancelled = "supplier_order_cancelled",
        /// The buyer has counted what came.
        SupplierOrderReceived = "supplier_order_received",
        /// What is charged was said.
        SupplierOrderBilled = "supplier_order_billed",
        /// The buyer says that she paid.
        SupplierPaymentClaimed = "supplier_payment_claimed",
        /// The supplier has the money.
        SupplierPaymentConfirmed = "supplier_payment_confirmed",
        /// The supplier does not see the money.
        SupplierPaymentRefused = "supplier_payment_refused",
        /// Something that is ordered has another price.
        SupplyPriceChanged = "supply_price_changed",
        /// Goods were offered on consignment.
        ConsignmentOffered = "consignment_offered",
        /// They will not come.
        ConsignmentWithdrawn = "consignment_withdrawn",
        /// The warung has counted what came.
        ConsignmentReceived = "consignment_received",
        /// Money for consigned goods was written down.
        ConsignmentPaid = "consignment_paid",
        /// A visit was written down.
        VisitHeld = "visit_held",
        /// A visit was confirmed, disputed or settled.
        VisitAnswered = "visit_answered",
        /// A warung asks for goods.
        RestockAsked = "restock_asked",
        /// The maker has answered.
        RestockAnswered = "restock_answered",
        /// The warung called it off.
        RestockWithdrawn = "restock_withdrawn",
        /// The goods are there, or on their way.
        RestockDelivered = "restock_delivered",
        /// The warung has counted what came.
        RestockConfirmed = "restock_confirmed",
        /// Money for outright goods was written down.
        RestockPaid = "restock_paid",
        /// A standing reorder was not made.
        RestockNotMade = "restock_not_made",
        /// Who joins a stall told what she took.
        StallDayTold = "stall_day_told",
        /// Who holds a stall told what the other took; it waits for her word.
        StallDayProposed = "stall_day_proposed",
        /// It was so.
        StallDayConfirmed = "stall_day_confirmed",
        /// It was not so.
        StallDayRefused = "stall_day_refused",
        /// Who joins a stall says that she paid for a day.
        StallPaymentClaimed = "stall_payment_claimed",
        /// Who holds the stall has the money.
        StallDayPaid = "stall_day_paid",
        /// Who holds the stall does not see the money.
        StallPaymentRefused = "stall_payment_refused",
        /// A day was told wrong and taken back.
        StallDayWithdrawn = "stall_day_withdrawn",
        /// Members may say what they want.
        JointBuyOpened = "joint_buy_opened",
        /// It went to the supplier.
        JointBuySent = "joint_buy_sent",
        /// It got more time.
        JointBuyExtended = "joint_buy_extended",
        /// It went to the supplier without a share for her who is told.
        JointBuyNoShare = "joint_buy_no_share",
        /// It was not enough.
        JointBuyDropped = "joint_buy_dropped",
        /// At its end there was no agreement, or one of the two was stopped by the village.
        JointBuyHindered = "joint_buy_hindered",
        /// Its organiser called it off.
        JointBuyCalledOff = "joint_buy_called_off",
    }
}

/// A notice on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    pub notice: Notice,
    pub to: EnterpriseId,
    /// The other side.
    pub from: EnterpriseId,
    /// A figure, a number or a day that belongs into the letter.
    pub fact: String,
}

/// Tells `to` something about its dealings with `from`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn tell(tx: &mut Tx<'_>, notice: Notice, to: EnterpriseId, from: EnterpriseId, fact: impl ToString) -> Result<(), DbError> {
    let message = Message { notice, to, from, fact: fact.to_string() };
    store::insert(tx, &message)?;
    enqueue(tx, NOTICE, serde_json::to_value(message).unwrap_or_default())
}

/// Removes notices that are older than [`KEPT_DAYS`]; answers how many.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize, DbError> {
    let before = tx.now().after(-chrono::Duration::days(KEPT_DAYS));
    store::sweep(tx, before)
}

/// The message of a job.
#[must_use]
pub fn message_of(job: &Job) -> Option<Message> {
    serde_json::from_value(job.payload.0.clone()).ok()
}

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(inbox::list).service(inbox::read);
}
