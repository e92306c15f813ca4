//! Consignments as they are shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{
    ConsignmentId, Event, Missing, NoteId, NoteLine, NoteState, Side, Standing, Visit, VisitId, VisitLine, VisitState, WholeNote,
    WholeVisit,
};
use super::rules::{Earned, Found};
use super::statement::Whereabouts;
use crate::agreements::AgreementId;
use crate::debts::Method;
use crate::parties::PartyView;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use market::batches::BatchId;
use market::inventory::Lot;
use market::packs::PackId;
use people::enterprises::EnterpriseId;

/// What the warung earns with one pack: a part of what she sold, or what is above a fixed price.
#[derive(Serialize, ToSchema)]
pub struct ConsignmentEarningView {
    /// Hundredths of a percent of the selling price.
    share_bp: Option<u16>,
    /// What the warung owes for one.
    wholesale_price: Option<Rupiah>,
}

impl From<Earned> for ConsignmentEarningView {
    fn from(earned: Earned) -> Self {
        match earned {
            Earned::Share(bp) => Self { share_bp: Some(bp), wholesale_price: None },
            Earned::Above(fixed) => Self { share_bp: None, wholesale_price: Some(fixed) },
        }
    }
}

/// A line of a note.
#[derive(Serialize, ToSchema)]
pub struct ConsignmentNoteLineView {
    pack_id: PackId,
    product_name: String,
    pack_label: String,
    /// What one sells for.
    price: Rupiah,
    offered: i64,
    /// What the warung counted.
    received: Option<i64>,
    /// How many fewer came than were offered.
    missing: Option<i64>,
    /// What of it stands there still, as what came first leaves first.
    remaining: i64,
}

impl From<NoteLine> for ConsignmentNoteLineView {
    fn from(line: NoteLine) -> Self {
        let NoteLine { note_id: _, position: _, pack_id, product_name, pack_label, price, offered, received, remaining } = line;
        let missing = received.map(|received| offered - received);
        Self { pack_id, product_name, pack_label, price, offered, received, missing, remaining }
    }
}

/// Goods that a maker leaves at a warung.
#[derive(Serialize, ToSchema)]
pub struct ConsignmentNoteView {
    id: NoteId,
    consignment_id: ConsignmentId,
    maker: PartyView,
    warung: PartyView,
    /// The agreement it goes by, and the version.
    agreement_id: AgreementId,
    agreement_version: i32,
    /// What it came by: its own id, a visit's or a restock's.
    origin: String,
    state: NoteState,
    lines: Vec<ConsignmentNoteLineView>,
    /// What became of what did not come.
    missing: Option<Missing>,
    received_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl From<WholeNote> for ConsignmentNoteView {
    fn from(WholeNote { note, consignment, lines, names }: WholeNote) -> Self {
        Self {
            id: note.id,
            consignment_id: consignment.id,
            maker: names.party(consignment.maker_id),
            warung: names.party(consignment.warung_id),
            agreement_id: note.agreement_id,
            agreement_version: note.agreement_number,
            origin: note.origin,
            state: note.state,
            lines: lines.into_iter().map(ConsignmentNoteLineView::from).collect(),
            missing: note.missing,
            received_at: note.received_at,
            created_at: note.created_at,
        }
    }
}

/// A line of a visit: opening + delivered − counted − returned − spoiled = sold.
#[derive(Serialize, ToSchema)]
pub struct VisitLineView {
    pack_id: PackId,
    product_name: String,
    pack_label: String,
    /// What stood there after the visit before.
    opening: i64,
    /// What came since then.
    delivered: i64,
    counted: i64,
    returned: i64,
    spoiled: i64,
    sold: i64,
    /// What of it the warung's till had told, and settled, already.
    at_till: i64,
    /// What the maker added after counting.
    topped_up: i64,
    /// What one sold for.
    price: Rupiah,
    earning: ConsignmentEarningView,
    /// What was sold and not told by the till: all of it, the warung's part, and the maker's.
    gross: Rupiah,
    share: Rupiah,
    due: Rupiah,
    /// What the warung owes for what went bad, where she bears it.
    spoilage_due: Rupiah,
    /// What the other side says is wrong, and what she says was there.
    disputed: Option<String>,
    said: Option<SaidView>,
}

/// What the other side says was there of a pack.
#[derive(Serialize, ToSchema)]
#[schema(as = VisitLineSaidView)]
pub struct SaidView {
    counted: i64,
    returned: i64,
    spoiled: i64,
    topped_up: i64,
}

impl From<Found> for SaidView {
    fn from(Found { counted, returned, spoiled, topped_up }: Found) -> Self {
        Self { counted, returned, spoiled, topped_up }
    }
}

impl From<(VisitLine, String, String)> for VisitLineView {
    fn from((line, product_name, pack_label): (VisitLine, String, String)) -> Self {
        Self {
            pack_id: line.pack_id,
            product_name,
            pack_label,
            opening: line.opening,
            delivered: line.delivered,
            counted: line.counted,
            returned: line.returned,
            spoiled: line.spoiled,
            sold: line.sold,
            at_till: line.at_till,
            topped_up: line.topped_up,
            price: line.price,
            earning: line.earned.into(),
            gross: line.gross,
            share: line.share,
            due: line.due,
            spoilage_due: line.spoilage_due,
            disputed: line.disputed,
            said: line.said.map(SaidView::from),
        }
    }
}

/// One visit of a maker at a warung.
#[derive(Serialize, ToSchema)]
pub struct ConsignmentVisitView {
    id: VisitId,
    consignment_id: ConsignmentId,
    maker: PartyView,
    warung: PartyView,
    /// The how-manieth it is.
    number: i32,
    /// What the device called it.
    client_id: String,
    /// The side that wrote it down; the other one answers.
    recorded_by: Side,
    state: VisitState,
    agreement_id: AgreementId,
    agreement_version: i32,
    visited_at: Timestamp,
    lines: Vec<VisitLineView>,
    /// What was owed before it.
    owed_before: Rupiah,
    gross: Rupiah,
    share: Rupiah,
    /// What came due by it.
    due: Rupiah,
    paid: Rupiah,
    /// What the warung says that she paid, until the maker has said so too; it is owed until then.
    claimed: Rupiah,
    method: Option<Method>,
    /// What the other side says is wrong with the money, and how much she says it was.
    paid_disputed: Option<String>,
    said_paid: Option<Rupiah>,
    /// What was left owed after it, on credit.
    credit: Rupiah,
    #[schema(value_type = Option<String>, format = Date)]
    next_visit_on: Option<NaiveDate>,
    /// The day it counts in both books: its own, or the day it came in where one of them had closed that month.
    #[schema(value_type = String, format = Date)]
    entered_on: NaiveDate,
    /// What stands there now of batches that end soon: to be sold first, or taken back.
    pull_back: Vec<ConsignedGoodsView>,
    note: Option<String>,
    created_at: Timestamp,
}

/// What was left owed after a visit. What was summed when it was held can be summed again.
fn credit(visit: &Visit) -> Rupiah {
    visit.owed_before.plus(visit.due).and_then(|owed| owed.minus(visit.paid)).unwrap_or_default()
}

/// The day a visit counts in both books.
pub(super) fn entered_on(visit: &Visit) -> NaiveDate {
    visit.entered_on.unwrap_or_else(|| visit.visited_at.business_date())
}

impl From<WholeVisit> for ConsignmentVisitView {
    fn from(WholeVisit { visit, consignment, lines, names, pull_back, today }: WholeVisit) -> Self {
        Self {
            credit: credit(&visit),
            entered_on: entered_on(&visit),
            pull_back: pull_back.into_iter().map(|standing| ConsignedGoodsView::on(today, standing)).collect(),
            id: visit.id,
            consignment_id: consignment.id,
            maker: names.party(consignment.maker_id),
            warung: names.party(consignment.warung_id),
            number: visit.number,
            client_id: visit.client_id,
            recorded_by: visit.recorded_by,
            state: visit.state,
            agreement_id: visit.agreement_id,
            agreement_version: visit.agreement_number,
            visited_at: visit.visited_at,
            lines: lines.into_iter().map(VisitLineView::from).collect(),
            owed_before: visit.owed_before,
            gross: visit.gross,
            share: visit.share,
            due: visit.due,
            paid: visit.paid,
            claimed: visit.claimed,
            method: visit.method,
            paid_disputed: visit.paid_disputed,
            said_paid: visit.said_paid,
            next_visit_on: visit.next_visit_on,
            note: visit.note,
            created_at: visit.created_at,
        }
    }
}

/// One move of a note or a visit.
#[derive(Serialize, ToSchema)]
pub struct ConsignmentEventView {
    from: String,
    to: String,
    /// Null when it was by a link or followed from another act.
    actor_id: Option<AccountId>,
    /// The enterprise for which the village's office acted.
    on_behalf_of: Option<EnterpriseId>,
    reason: Option<String>,
    at: Timestamp,
}

/// The moves of a note or a visit, oldest first.
#[derive(Serialize, ToSchema)]
pub struct ConsignmentHistoryView {
    items: Vec<ConsignmentEventView>,
}

impl<S: std::fmt::Display> From<Vec<Event<S>>> for ConsignmentHistoryView {
    fn from(events: Vec<Event<S>>) -> Self {
        let view = |Event { from, to, actor: actor_id, on_behalf_of, reason, at }: Event<S>| ConsignmentEventView {
            from: from.to_string(),
            to: to.to_string(),
            actor_id,
            on_behalf_of,
            reason,
            at,
        };
        Self { items: events.into_iter().map(view).collect() }
    }
}

/// So many of one batch at a warung.
#[derive(Serialize, ToSchema)]
pub struct ConsignedLotView {
    batch_id: BatchId,
    code: String,
    #[schema(value_type = Option<String>, format = Date)]
    expires_on: Option<NaiveDate>,
    quantity: i64,
    /// Whether it ends soon and is to be taken back.
    pull_back: bool,
}

/// What stands at a warung of one pack.
#[derive(Serialize, ToSchema)]
pub struct ConsignedGoodsView {
    pack_id: PackId,
    product_name: String,
    pack_label: String,
    on_hand: i64,
    /// What one sells for, until the next visit.
    price: Option<Rupiah>,
    earning: Option<ConsignmentEarningView>,
    lots: Vec<ConsignedLotView>,
}

impl ConsignedGoodsView {
    fn on(today: NaiveDate, (row, lots, goods): Standing) -> Self {
        let lot = |lot: Lot| ConsignedLotView {
            pull_back: lot.is_near_its_end(today),
            batch_id: lot.batch,
            code: lot.code,
            expires_on: lot.expires_on,
            quantity: lot.quantity,
        };
        Self {
            pack_id: row.pack,
            product_name: row.product_name,
            pack_label: row.pack_label,
            on_hand: row.on_hand,
            price: goods.map(|goods| goods.price),
            earning: goods.map(|goods| goods.earned.into()),
            lots: lots.into_iter().map(lot).collect(),
        }
    }
}

/// The goods of one maker at one warung, and what is owed for them.
#[derive(Serialize, ToSchema)]
pub struct ConsignmentView {
    id: ConsignmentId,
    maker: PartyView,
    warung: PartyView,
    agreement_id: AgreementId,
    agreement_version: i32,
    goods: Vec<ConsignedGoodsView>,
    /// What the warung owes; less than nothing where it is owed.
    owed: Rupiah,
    /// How many visits there were.
    visits: i32,
    last_visit_id: Option<VisitId>,
    last_visited_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = Date)]
    next_visit_on: Option<NaiveDate>,
}

impl ConsignmentView {
    pub(super) fn on(today: NaiveDate, Whereabouts { consignment, names, shelves }: Whereabouts) -> Self {
        Self {
            id: consignment.id,
            maker: names.party(consignment.maker_id),
            warung: names.party(consignment.warung_id),
            agreement_id: consignment.agreement_id,
            agreement_version: consignment.agreement_number,
            goods: shelves.into_iter().map(|standing| ConsignedGoodsView::on(today, standing)).collect(),
            owed: consignment.due.minus(consignment.paid).unwrap_or_default(),
            visits: consignment.visits,
            last_visit_id: consignment.last_visit_id,
            last_visited_at: consignment.last_visited_at,
            next_visit_on: consignment.next_visit_on,
        }
    }
}

/// A visit as whoever holds its link sees it.
#[derive(Serialize, ToSchema)]
pub struct LinkedVisitView {
    maker: String,
    warung: String,
    /// The side the link speaks for.
    side: Side,
    state: VisitState,
    visited_at: Timestamp,
    lines: Vec<VisitLineView>,
    owed_before: Rupiah,
    gross: Rupiah,
    share: Rupiah,
    due: Rupiah,
    paid: Rupiah,
    credit: Rupiah,
}

impl From<WholeVisit> for LinkedVisitView {
    fn from(WholeVisit { visit, consignment, lines, names, pull_back: _, today: _ }: WholeVisit) -> Self {
        Self {
            maker: names.party(consignment.maker_id).name,
            warung: names.party(consignment.warung_id).name,
            side: super::answers::speaks_for(&visit),
            state: visit.state,
            visited_at: visit.visited_at,
            lines: lines.into_iter().map(VisitLineView::from).collect(),
            owed_before: visit.owed_before,
            gross: visit.gross,
            share: visit.share,
            due: visit.due,
            paid: visit.paid,
            credit: credit(&visit),
        }
    }
}
