//! Restocks, their lines, and what makes them by itself.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::agreements::AgreementId;
use crate::agreements::terms::Days;
use crate::consignment::model::PackCount;
use crate::parties::Names;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::{typed_id, word_enum};
use market::orders::model::Note;
use market::packs::PackId;
use people::enterprises::EnterpriseId;
use people::moves::Moved;
use people::villages::VillageId;

typed_id!(
    /// What a warung asks a maker for.
    RestockId, "rst"
);
typed_id!(
    /// Money of a warung for outright goods.
    RestockPaymentId, "rpy"
);
typed_id!(
    /// A reorder that is made by itself on days of the week.
    TemplateId, "rtp"
);

/// The most lines of a restock.
pub const MOST_LINES: usize = 50;

word_enum! {
    /// How far a restock has come.
    State as "RestockState" {
        /// Waiting for the maker's word.
        Requested = "requested",
        /// She brings all of it.
        Accepted = "accepted",
        /// She brings some of it.
        Partly = "partly",
        /// She brings none.
        Declined = "declined",
        /// The warung called it off.
        Withdrawn = "withdrawn",
        /// It is there, or on its way.
        Delivered = "delivered",
        /// The warung has counted it.
        Confirmed = "confirmed",
    }
}

word_enum! {
    /// On what basis goods come.
    Basis as "RestockBasis" {
        /// The warung buys them.
        Outright = "outright",
        /// They stay their maker's.
        Consignment = "consignment",
    }
}

word_enum! {
    /// How outright goods are paid.
    Payment as "RestockPayment" {
        /// In cash when they come.
        Cash = "cash",
        /// From bank to bank when they come.
        Transfer = "transfer",
        /// Later, within the limit of the agreement.
        Credit = "credit",
    }
}

word_enum! {
    /// What was asked for.
    AskedAs as "RestockAskedAs" {
        /// A list.
        List = "list",
        /// The same as the last time.
        SameAsLastTime = "same_as_last_time",
        /// What is missing to what should stand there.
        ParLevels = "par_levels",
        /// What a standing reorder says.
        Standing = "standing",
    }
}

word_enum! {
    /// Why a standing reorder was not made.
    NotMade as "RestockNotMade" {
        /// Nothing is agreed between the two any more.
        NoAgreement = "no_agreement",
        /// A pack is not for sale any more.
        NotForSale = "not_for_sale",
        /// More would be owed than was agreed.
        OverCredit = "over_credit",
        /// Less than was agreed for one order.
        BelowMinimum = "below_minimum",
        /// The way to pay does not fit how the goods come.
        PaymentDoesNotFit = "payment_does_not_fit",
        /// The day had passed when its turn came.
        DayPassed = "day_passed",
        /// It could not be put together.
        NotPossible = "not_possible",
    }
}

/// A restock as it is asked for.
#[derive(Clone, Debug)]
pub struct NewRestock {
    pub maker: EnterpriseId,
    pub basis: Basis,
    pub payment: Option<Payment>,
    pub asked_as: AskedAs,
    pub lines: Vec<PackCount>,
    pub wanted_on: Option<NaiveDate>,
    pub note: Option<Note>,
}

/// A restock.
#[derive(Clone, Debug, Queryable)]
pub struct Restock {
    pub id: RestockId,
    pub village_id: VillageId,
    pub maker_id: EnterpriseId,
    pub warung_id: EnterpriseId,
    pub basis: Basis,
    pub asked_as: AskedAs,
    pub state: State,
    pub agreement_id: Option<AgreementId>,
    pub agreement_number: Option<i32>,
    pub payment: Option<Payment>,
    pub wanted_on: Option<NaiveDate>,
    /// What all that was asked for costs, or sells for where it is consigned.
    pub total: Rupiah,
    pub note: Option<String>,
    pub version: i32,
    pub created_at: Timestamp,
    /// What is owed for outright goods that came.
    pub owed: Rupiah,
    pub paid: Rupiah,
    /// The agreed day by which it is to be brought.
    pub due_on: Option<NaiveDate>,
}

impl Restock {
    /// What the warung says that she paid when the goods came, and the maker has not said that she got.
    #[must_use]
    pub fn claimed(&self) -> Rupiah {
        match self.payment {
            Some(Payment::Cash | Payment::Transfer) => self.owed.minus(self.paid).unwrap_or_default(),
            Some(Payment::Credit) | None => Rupiah::ZERO,
        }
    }

    /// The version of the agreement it goes by.
    #[must_use]
    pub fn under(&self) -> Option<(AgreementId, i32)> {
        self.agreement_id.zip(self.agreement_number)
    }
}

/// A line with its three quantities.
#[derive(Clone, Debug, Queryable)]
pub struct Line {
    pub restock_id: RestockId,
    pub pack_id: PackId,
    pub product_name: String,
    pub pack_label: String,
    pub price: Rupiah,
    pub asked: i64,
    pub accepted: Option<i64>,
    pub received: Option<i64>,
}

/// A restock with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Whole {
    pub restock: Restock,
    pub lines: Vec<Line>,
    pub names: Names,
}

/// One move of a restock; without an actor it was the clock.
pub type Event = Moved<State, Option<AccountId>>;

/// So many of a pack, as they are kept in a template.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct KeptLine {
    pub pack_id: PackId,
    pub quantity: i64,
}

/// A standing reorder.
#[derive(Clone, Debug)]
pub struct Template {
    pub id: TemplateId,
    pub maker_id: EnterpriseId,
    pub warung_id: EnterpriseId,
    pub basis: Basis,
    pub payment: Option<Payment>,
    pub days: Days,
    pub lines: Vec<KeptLine>,
    pub active: bool,
    pub actor: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub created_at: Timestamp,
}

/// What became of a template on one of its days.
#[derive(Clone, Debug, Queryable)]
pub struct Run {
    pub day: NaiveDate,
    pub restock: Option<RestockId>,
    pub reason: Option<NotMade>,
    pub ran_at: Timestamp,
}
