//! Joint buys, their members and what they want.

use diesel::prelude::*;

use crate::parties::Names;
use crate::supply::model::{Item, ItemRow};
use crate::supply::{self, ItemId};
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::{bounded, typed_id, word_enum};
use market::orders::model::Note;
use market::shops::model::Charge;
use people::enterprises::EnterpriseId;
use people::permissions::By;
use people::villages::VillageId;

typed_id!(
    /// Something that home industries buy together.
    JointBuyId, "jnt"
);
typed_id!(
    /// What one member wants of one item; made when she first wants it and anew when she wants more, it is her place in the line.
    WantId, "jwt"
);
bounded!(
    /// How much is wanted, in grams, millilitres or pieces; nothing takes it back.
    Wanted, 0 ..= 100_000_000, "wanted_out_of_range"
);
bounded!(
    /// By how many days a cut-off moves.
    ExtendDays, 1 ..= 14, "extend_days_out_of_range"
);
bounded!(
    /// How often a cut-off moves before it is dropped.
    Extensions, 0 ..= 3, "extensions_out_of_range"
);

/// The most members of a joint buy.
pub const MOST_MEMBERS: usize = 50;

word_enum! {
    /// How far it has come.
    State as "JointBuyState" {
        /// Members say what they want.
        Open = "open",
        /// It went to the supplier.
        Sent = "sent",
        /// It was not enough.
        Dropped = "dropped",
        /// Its organiser called it off.
        CalledOff = "called_off",
    }
}

word_enum! {
    /// How the delivery is parted.
    Split as "JointBuySplit" {
        /// By grams and millilitres.
        ByWeight = "by_weight",
        /// By what the goods cost.
        ByValue = "by_value",
        /// The same for each.
        Evenly = "evenly",
    }
}

word_enum! {
    /// What stands in the way of sending a joint buy.
    Hindrance as "JointBuyHindrance" {
        /// It does not come to the minimum.
        NotEnough = "not_enough",
        /// The organiser has no agreement with the supplier any more.
        NoAgreement = "no_agreement",
        /// The village has stopped the supplier or the organiser.
        NotTrading = "not_trading",
    }
}

/// A joint buy as it is opened.
#[derive(Clone, Debug)]
pub struct NewJointBuy {
    pub supplier: EnterpriseId,
    pub members: Vec<EnterpriseId>,
    pub cut_off: Timestamp,
    pub minimum: Charge,
    pub delivery_cost: Charge,
    pub split: Split,
    pub extend_days: ExtendDays,
    pub extensions: Extensions,
    pub note: Option<Note>,
}

/// A joint buy.
#[derive(Clone, Debug, Queryable)]
pub struct JointBuy {
    pub id: JointBuyId,
    pub village_id: VillageId,
    pub organiser_id: EnterpriseId,
    pub supplier_id: EnterpriseId,
    pub state: State,
    pub cut_off: Timestamp,
    pub minimum: Rupiah,
    pub delivery_cost: Rupiah,
    pub split: Split,
    pub extend_days: i64,
    pub extensions_left: i64,
    pub note: Option<String>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What one member wants of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Want {
    pub id: WantId,
    pub member: EnterpriseId,
    pub item: ItemId,
    pub wanted: i64,
    pub tolerance: i64,
}

/// Who moves a joint buy: a person, or the clock with what stands in the way of sending it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mover<'a> {
    Person(By<'a>),
    Clock(Option<Hindrance>),
}

/// One move of a joint buy; without an actor it was the clock.
#[derive(Clone, Debug, Queryable)]
pub struct Event {
    pub from: State,
    pub to: State,
    pub actor: Option<AccountId>,
    pub on_behalf_of: Option<EnterpriseId>,
    pub reason: Option<String>,
    /// Why the clock gave it more time or dropped it.
    pub hindrance: Option<Hindrance>,
    pub at: Timestamp,
}

/// A joint buy with what has come together so far.
#[derive(Clone, Debug)]
pub struct Whole {
    pub buy: JointBuy,
    pub members: Vec<EnterpriseId>,
    pub wants: Vec<Want>,
    pub items: Vec<Item>,
    pub names: Names,
    pub plan: super::rules::Plan,
    /// What it must come to, while it may still be sent.
    pub needed: Option<Rupiah>,
    /// The move that ended it, where it was dropped or called off.
    pub ended: Option<Event>,
}

/// What the supplier offers in a joint buy, and what one costs in it today.
#[derive(Clone, Debug)]
pub struct Offered {
    pub row: ItemRow,
    pub price: Option<Rupiah>,
}

impl Whole {
    /// What an item is called.
    #[must_use]
    pub fn label(&self, item: ItemId) -> String {
        let row = self.items.iter().find(|found| found.row.id == item).map(|found| &found.row);
        row.map(|row| supply::rules::label(&row.name, row.unit, row.content, row.base)).unwrap_or_default()
    }
}
