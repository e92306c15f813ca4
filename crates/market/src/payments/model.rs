//! Bills, payments and refunds.

use diesel::prelude::*;

use crate::orders::OrderId;
use books::ledger::{Account, Holder};
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::{MoneyError, Rupiah};
use kit::{typed_id, word_enum};
use people::enterprises::EnterpriseId;
use people::media::MediaId;
pub use people::payment_details::Method;

typed_id!(
    /// Money that came in for an order, or is said to have.
    PaymentId, "pay"
);
typed_id!(
    /// Money that goes back to a buyer.
    RefundId, "rfd"
);

/// Where the money is when it has come this way; cash is with `holder`.
#[must_use]
pub const fn till(method: Method, holder: Holder) -> Account {
    match method {
        Method::BankTransfer | Method::Qris => Account::Bank,
        Method::CashOnDelivery | Method::CashAtPickup => Account::cash(holder),
    }
}

word_enum! {
    /// How far a payment has come.
    State as "PaymentState" {
        /// The buyer says she has paid.
        Claimed = "claimed",
        /// Whoever received the money says so.
        Confirmed = "confirmed",
        /// The seller does not see the money that was claimed.
        Refused = "refused",
        /// It was confirmed by mistake, or the bank took it back.
        Reversed = "reversed",
    }
}

word_enum! {
    /// What can happen to a payment.
    Move as "PaymentMove" {
        /// The money is there.
        Confirm = "confirm",
        /// The seller does not see the money.
        Refuse = "refuse",
        /// It was not there after all.
        Reverse = "reverse",
    }
}

word_enum! {
    /// How far a refund has come.
    RefundState {
        /// The seller owes it.
        Due = "due",
        /// The seller has sent it.
        Sent = "sent",
        /// The buyer has it.
        Acknowledged = "acknowledged",
        /// The buyer does not see it.
        Disputed = "disputed",
        /// It is not owed any more, or owed in another, because it was not sent.
        Withdrawn = "withdrawn",
    }
}

word_enum! {
    /// What can happen to a refund.
    RefundMove {
        /// The seller sends it, or shows again that she has.
        Send = "send",
        /// The buyer has it.
        Acknowledge = "acknowledge",
        /// The buyer does not see it.
        Dispute = "dispute",
        /// It is not owed any more.
        Withdraw = "withdraw",
        /// The village finds that it was not sent.
        FindUnsent = "find_unsent",
    }
}

word_enum! {
    /// Why money is owed back.
    RefundCause {
        /// The order was called off.
        CalledOff = "called_off",
        /// More was paid than asked.
        Overpaid = "overpaid",
        /// The order grew smaller with the buyer's consent.
        Changed = "changed",
        /// A claim about the goods was settled.
        Claim = "claim",
    }
}

word_enum! {
    /// How a bill stands; derived from its figures.
    Status as "PaymentStatus" {
        /// The delivery fee is not agreed yet: nobody is to pay.
        NotDue = "not_due",
        /// Nothing has been said of it.
        Awaiting = "awaiting",
        /// The buyer says she has paid; the seller has not said so.
        Claimed = "claimed",
        /// Some of it is there.
        PartPaid = "part_paid",
        /// All of it is there.
        Paid = "paid",
        /// The order was called off: nothing is to be paid.
        Void = "void",
    }
}

word_enum! {
    /// How money goes back.
    RefundWay {
        /// From hand to hand.
        Cash = "cash",
        /// By transfer.
        Bank = "bank",
    }
}

/// What an order costs and what became of it. All amounts are whole rupiah and none is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Bill {
    pub method: Method,
    /// The lines together.
    pub goods: Rupiah,
    /// Null until it is agreed.
    pub delivery: Option<Rupiah>,
    /// Up to three digits on top, by which a transfer is recognised.
    pub digits: Rupiah,
    /// What settled claims take off.
    pub allowance: Rupiah,
    /// Confirmed payments together, less those reversed.
    pub received: Rupiah,
    /// Open claims of having paid, together.
    pub claimed: Rupiah,
    /// Refunds sent, together.
    pub returned: Rupiah,
    /// The refund that is due.
    pub owed_back: Rupiah,
    /// What the goods that left had cost to make, as far as that is known; the seller's own business.
    pub cost: Rupiah,
    /// Whether the goods have changed hands.
    pub earned: bool,
    /// Whether the order was called off.
    pub void: bool,
}

impl Bill {
    /// A bill on which nothing has happened.
    #[must_use]
    pub const fn new(method: Method, goods: Rupiah, delivery: Option<Rupiah>) -> Self {
        let zero = Rupiah::ZERO;
        Self {
            method,
            goods,
            delivery,
            digits: zero,
            allowance: zero,
            received: zero,
            claimed: zero,
            returned: zero,
            owed_back: zero,
            cost: zero,
            earned: false,
            void: false,
        }
    }

    /// What the order costs now: nothing once it is called off.
    ///
    /// # Errors
    /// [`MoneyError`] when the sum leaves the range.
    pub fn charge(&self) -> Result<Rupiah, MoneyError> {
        if self.void {
            return Ok(Rupiah::ZERO);
        }
        self.goods.plus(self.delivery.unwrap_or_default())?.plus(self.digits)?.minus(self.allowance)
    }

    /// What the seller has of it.
    ///
    /// # Errors
    /// [`MoneyError`] when the difference leaves the range.
    pub fn kept(&self) -> Result<Rupiah, MoneyError> {
        self.received.minus(self.returned)
    }

    /// What is still to be paid.
    ///
    /// # Errors
    /// [`MoneyError`] when a sum leaves the range.
    pub fn outstanding(&self) -> Result<Rupiah, MoneyError> {
        Ok(self.charge()?.minus(self.kept()?)?.max(Rupiah::ZERO))
    }

    /// What is there beyond what it costs.
    ///
    /// # Errors
    /// [`MoneyError`] when a sum leaves the range.
    pub fn surplus(&self) -> Result<Rupiah, MoneyError> {
        Ok(self.kept()?.minus(self.charge()?)?.max(Rupiah::ZERO))
    }
}

/// Money that came in for an order, or is said to have.
#[derive(Clone, Debug, Queryable)]
pub struct Payment {
    pub id: PaymentId,
    pub order_id: OrderId,
    pub method: Method,
    pub amount: Rupiah,
    pub state: State,
    /// Who has the cash.
    pub holder: Holder,
    /// A picture of the transfer.
    pub proof: Option<MediaId>,
    pub reason: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Payment {
    /// Whether the seller has the money herself: in her bank or in her hand.
    #[must_use]
    pub fn is_with_seller(&self) -> bool {
        self.method.is_prepaid() || self.holder == Holder::Seller
    }
}

/// Money that goes back to a buyer.
#[derive(Clone, Debug, Queryable)]
pub struct Refund {
    pub id: RefundId,
    pub order_id: OrderId,
    pub amount: Rupiah,
    pub cause: RefundCause,
    pub state: RefundState,
    /// A picture of the transfer.
    pub proof: Option<MediaId>,
    pub reason: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// How much of it was sent by bank; the rest was given in cash.
    pub by_bank: Rupiah,
}

/// One move of a payment or a refund; without an actor it followed from something else.
#[derive(Clone, Debug, Queryable)]
pub struct Event {
    pub order_id: OrderId,
    pub payment: Option<PaymentId>,
    pub refund: Option<RefundId>,
    pub from: String,
    pub to: String,
    pub amount: Rupiah,
    pub actor: Option<AccountId>,
    pub on_behalf_of: Option<EnterpriseId>,
    pub reason: Option<String>,
    pub at: Timestamp,
}
