//! Consignments, their notes and visits, and what was earned with them.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::{Earned, Found};
use crate::agreements::AgreementId;
use crate::debts::Method;
use crate::parties::Names;
use kit::auth::AccountId;
use kit::auth::token::digest;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::{plain_text, typed_id, word_enum};
use market::costs::Known;
use market::inventory::{Lot, ShelfRow};
use market::packs::PackId;
use market::packs::model::{Count, Price};
use people::enterprises::EnterpriseId;
use people::moves::Moved;
use people::villages::VillageId;

typed_id!(
    /// The goods of one maker at one warung.
    ConsignmentId, "csg"
);
typed_id!(
    /// Goods that a maker leaves at a warung.
    NoteId, "csn"
);
typed_id!(
    /// One visit of a maker at a warung.
    VisitId, "vst"
);
typed_id!(
    /// What was earned with consigned goods.
    ConsignedSaleId, "csl"
);
typed_id!(
    /// Money of a warung for consigned goods.
    ConsignmentPaymentId, "cpy"
);
plain_text!(
    /// What a device calls an act that it sends later, perhaps more than once.
    ClientId, max 64
);
plain_text!(
    /// What there is to say of a visit.
    VisitNote, max 300
);

/// The most packs of one note or visit.
pub const MOST_LINES: usize = 100;

word_enum! {
    /// One of the two sides.
    Side as "ConsignmentSide" {
        /// Whose goods they are.
        Maker = "maker",
        /// Where they stand.
        Warung = "warung",
    }
}

word_enum! {
    /// How far a note has come.
    NoteState as "ConsignmentNoteState" {
        /// The goods are on their way.
        Offered = "offered",
        /// They were counted, and fewer came.
        Received = "received",
        /// They stand at the warung.
        Active = "active",
        /// Nothing of them is left there.
        Closed = "closed",
        /// The maker called it off.
        Withdrawn = "withdrawn",
    }
}

word_enum! {
    /// What became of goods that did not come.
    Missing as "ConsignmentMissing" {
        /// The maker has them still.
        Kept = "kept",
        /// They are gone.
        Lost = "lost",
    }
}

word_enum! {
    /// How far a visit has come.
    VisitState as "ConsignmentVisitState" {
        /// The other side has not answered.
        Submitted = "submitted",
        /// It is right.
        Confirmed = "confirmed",
        /// A line of it is wrong.
        Disputed = "disputed",
        /// Both agree again.
        Settled = "settled",
    }
}

word_enum! {
    /// How something was earned.
    SaleKind as "ConsignedSaleKind" {
        /// Found by counting at a visit.
        Visit = "visit",
        /// Told by the warung's till.
        Till = "till",
        /// A visit was put right.
        Correction = "correction",
        /// Goods went bad that the warung bears.
        Spoilage = "spoilage",
    }
}

/// The goods of one maker at one warung, and what is owed for them.
#[derive(Clone, Debug, Queryable)]
pub struct Consignment {
    pub id: ConsignmentId,
    pub village_id: VillageId,
    pub maker_id: EnterpriseId,
    pub warung_id: EnterpriseId,
    /// The terms it goes by, which are those of the last note or visit.
    pub agreement_id: AgreementId,
    pub agreement_number: i32,
    /// How many visits there were.
    pub visits: i32,
    pub last_visit_id: Option<VisitId>,
    pub last_visited_at: Option<Timestamp>,
    pub next_visit_on: Option<NaiveDate>,
    /// All that has ever come due.
    pub due: Rupiah,
    /// All that has ever been paid.
    pub paid: Rupiah,
    pub created_at: Timestamp,
}

impl Consignment {
    /// The side across.
    #[must_use]
    pub const fn enterprise(&self, side: Side) -> EnterpriseId {
        match side {
            Side::Maker => self.maker_id,
            Side::Warung => self.warung_id,
        }
    }
}

/// What one pack sells for at a warung, and what of it has a known cost.
#[derive(Clone, Copy, Debug)]
pub struct Goods {
    pub pack: PackId,
    pub price: Rupiah,
    pub earned: Earned,
    pub cost: Known,
}

/// A note.
#[derive(Clone, Debug, Queryable)]
pub struct Note {
    pub id: NoteId,
    pub consignment_id: ConsignmentId,
    pub agreement_id: AgreementId,
    pub agreement_number: i32,
    /// What it came by: the note itself, a visit or a restock.
    pub origin: String,
    pub state: NoteState,
    pub missing: Option<Missing>,
    pub received_at: Option<Timestamp>,
    pub version: i32,
    pub created_at: Timestamp,
}

/// A line of a note.
#[derive(Clone, Debug, Queryable)]
pub struct NoteLine {
    pub note_id: NoteId,
    pub position: i32,
    pub pack_id: PackId,
    pub product_name: String,
    pub pack_label: String,
    pub price: Rupiah,
    pub offered: i64,
    pub received: Option<i64>,
    /// What of it stands there still, as what came first leaves first.
    pub remaining: i64,
}

/// A note with all that belongs to it.
#[derive(Clone, Debug)]
pub struct WholeNote {
    pub note: Note,
    pub consignment: Consignment,
    pub lines: Vec<NoteLine>,
    pub names: Names,
}

/// So many of one pack.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackCount {
    pub pack_id: PackId,
    pub quantity: Count,
}

/// What was found of one pack at a visit.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitCount {
    pub pack_id: PackId,
    /// How many stand there, before what is topped up.
    pub counted: Count,
    /// How many go back to their maker.
    #[serde(default)]
    pub returned: Option<Count>,
    /// How many went bad or broke.
    #[serde(default)]
    pub spoiled: Option<Count>,
    /// How many the maker adds.
    #[serde(default)]
    pub topped_up: Option<Count>,
}

impl VisitCount {
    /// The bare figures; what is not told is nothing.
    #[must_use]
    pub fn found(&self) -> Found {
        let number = |count: Option<Count>| count.map_or(0, Count::get);
        Found {
            counted: self.counted.get(),
            returned: number(self.returned),
            spoiled: number(self.spoiled),
            topped_up: number(self.topped_up),
        }
    }
}

/// Money at a visit.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Paying {
    pub amount: Price,
    pub method: Method,
}

/// A visit as it is told.
#[derive(Clone, Debug)]
pub struct NewVisit {
    pub client_id: ClientId,
    /// The visit before, by its id or as the device calls it; none before the first.
    pub follows: Option<ClientId>,
    pub visited_at: Option<Timestamp>,
    pub lines: Vec<VisitCount>,
    pub paid: Option<Paying>,
    pub note: Option<VisitNote>,
}

impl NewVisit {
    /// What it says, in short: the same again is the same visit sent again. How it calls the one before says nothing of it.
    #[must_use]
    pub fn told(&self) -> String {
        let mut lines: Vec<(PackId, Found)> = self.lines.iter().map(|line| (line.pack_id, line.found())).collect();
        lines.sort_unstable_by_key(|(pack, _)| *pack);
        digest(&serde_json::json!([self.visited_at, lines, self.paid, self.note]).to_string())
    }
}

/// A visit.
#[derive(Clone, Debug, Queryable)]
pub struct Visit {
    pub id: VisitId,
    pub consignment_id: ConsignmentId,
    pub number: i32,
    pub client_id: String,
    pub recorded_by: Side,
    pub state: VisitState,
    pub agreement_id: AgreementId,
    pub agreement_number: i32,
    pub visited_at: Timestamp,
    pub owed_before: Rupiah,
    pub gross: Rupiah,
    pub share: Rupiah,
    /// What came due by it, with what the warung bears of what went bad.
    pub due: Rupiah,
    /// What is in both books as paid.
    pub paid: Rupiah,
    /// All that had come due with this visit since the consignment began.
    pub due_through: Rupiah,
    /// Whether all of that is paid.
    pub cleared: bool,
    /// How often it has been entered into the books.
    pub postings: i32,
    pub next_visit_on: Option<NaiveDate>,
    pub note: Option<String>,
    pub version: i32,
    pub created_at: Timestamp,
    /// The day it counts in both books, where that is not its own because a month was closed.
    pub entered_on: Option<NaiveDate>,
    /// What it said when it came in, in short.
    pub told: Option<String>,
    /// What the warung says that she paid and the maker has not said that she got.
    pub claimed: Rupiah,
    /// How money went over.
    pub method: Option<Method>,
    /// What the other side says is wrong with what was paid, and what it says was paid.
    pub paid_disputed: Option<String>,
    pub said_paid: Option<Rupiah>,
}

impl Visit {
    /// What went over at it by the word of who wrote it down.
    #[must_use]
    pub fn handed_over(&self) -> Rupiah {
        self.paid.max(self.claimed)
    }
}

/// A line of a visit, with the price and the terms it was settled by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitLine {
    pub pack_id: PackId,
    pub opening: i64,
    pub delivered: i64,
    pub counted: i64,
    pub returned: i64,
    pub spoiled: i64,
    /// All that left by being sold since the visit before.
    pub sold: i64,
    /// What of it the warung's till had told already.
    pub at_till: i64,
    pub topped_up: i64,
    pub price: Rupiah,
    pub earned: Earned,
    /// Money for what the till had not told.
    pub gross: Rupiah,
    pub share: Rupiah,
    pub due: Rupiah,
    pub spoilage_due: Rupiah,
    /// What the goods that went bad had cost, and those that were sold and not told by the till, as far as it is known.
    pub spoiled_cost: Known,
    pub sold_cost: Known,
    /// What the other side says is wrong, and what it says was there.
    pub disputed: Option<String>,
    pub said: Option<Found>,
}

impl VisitLine {
    /// The figures that were told.
    #[must_use]
    pub const fn found(&self) -> Found {
        Found { counted: self.counted, returned: self.returned, spoiled: self.spoiled, topped_up: self.topped_up }
    }
}

/// Goods on a shelf at a warung, with their batches and what they sell for.
pub type Standing = (ShelfRow, Vec<Lot>, Option<Goods>);

/// A visit with all that belongs to it.
#[derive(Clone, Debug)]
pub struct WholeVisit {
    pub visit: Visit,
    pub consignment: Consignment,
    /// Lines with the names of their products and packs.
    pub lines: Vec<(VisitLine, String, String)>,
    pub names: Names,
    /// What stands there of batches that end soon, as of today.
    pub pull_back: Vec<Standing>,
    pub today: NaiveDate,
}

/// A sale of consigned goods on its way into the table.
#[derive(Clone, Copy, Debug)]
pub struct NewSale {
    pub pack: PackId,
    pub kind: SaleKind,
    pub quantity: i64,
    pub gross: Rupiah,
    pub share: Rupiah,
    pub due: Rupiah,
    pub happened_at: Timestamp,
    /// When it counts in both books.
    pub counts_at: Timestamp,
}

/// One move of a note or visit; without an actor it was by a link or by the clock.
pub type Event<S> = Moved<S, Option<AccountId>>;
