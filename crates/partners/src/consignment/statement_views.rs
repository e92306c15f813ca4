//! Statements as they are shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{ConsignmentId, Side, Visit, VisitId, VisitState};
use super::statement::{Statement, StatementLine};
use super::views::{VisitLineView, entered_on};
use super::visit_store::Named;
use crate::parties::PartyView;
use kit::clock::{Month, Timestamp};
use kit::http::Page;
use kit::money::Rupiah;
use market::packs::PackId;

/// What became of one pack in a span: opening + delivered − sold − spoiled − returned = closing.
#[derive(Serialize, ToSchema)]
pub struct ConsignmentStatementLineView {
    pack_id: PackId,
    product_name: String,
    pack_label: String,
    opening: i64,
    delivered: i64,
    sold: i64,
    spoiled: i64,
    returned: i64,
    closing: i64,
    /// What one sold for at the end of the span; each visit tells its own price.
    price: Rupiah,
    gross: Rupiah,
    share: Rupiah,
    due: Rupiah,
}

impl From<StatementLine> for ConsignmentStatementLineView {
    fn from(line: StatementLine) -> Self {
        let (product_name, pack_label) = line.name;
        Self {
            pack_id: line.pack,
            product_name,
            pack_label,
            opening: line.opening,
            delivered: line.delivered,
            sold: line.sold,
            spoiled: line.spoiled,
            returned: line.returned,
            closing: line.closing,
            price: line.price,
            gross: line.earned.gross,
            share: line.earned.share,
            due: line.earned.due,
        }
    }
}

/// A visit in a statement; it is confirmed, or lines of it are disputed, by its id.
#[derive(Serialize, ToSchema)]
pub struct StatementVisitView {
    id: VisitId,
    number: i32,
    state: VisitState,
    /// The side that wrote it down; the other one answers.
    recorded_by: Side,
    visited_at: Timestamp,
    /// The day it counts in both books and by which it is in this statement.
    #[schema(value_type = String, format = Date)]
    entered_on: NaiveDate,
    lines: Vec<VisitLineView>,
    due: Rupiah,
    paid: Rupiah,
    /// What the warung says that she paid, until the maker has said so too.
    claimed: Rupiah,
    /// What the other side says is wrong with the money.
    paid_disputed: Option<String>,
}

impl From<(Visit, Vec<Named>)> for StatementVisitView {
    fn from((visit, lines): (Visit, Vec<Named>)) -> Self {
        Self {
            id: visit.id,
            number: visit.number,
            state: visit.state,
            recorded_by: visit.recorded_by,
            visited_at: visit.visited_at,
            entered_on: entered_on(&visit),
            lines: lines.into_iter().map(VisitLineView::from).collect(),
            due: visit.due,
            paid: visit.paid,
            claimed: visit.claimed,
            paid_disputed: visit.paid_disputed,
        }
    }
}

/// What one maker and one warung had to do with each other in a span of months.
#[derive(Serialize, ToSchema)]
pub struct ConsignmentStatementView {
    consignment_id: ConsignmentId,
    maker: PartyView,
    warung: PartyView,
    from: Month,
    to: Month,
    lines: Vec<ConsignmentStatementLineView>,
    /// A page of the visits that count in the span, oldest first.
    visits: Vec<StatementVisitView>,
    /// Pass as `cursor` to get the next page of visits; null on the last one.
    next_cursor: Option<String>,
    /// What was owed before the first day.
    owed_before: Rupiah,
    /// What came due.
    due: Rupiah,
    paid: Rupiah,
    /// What was owed at the end of the last day.
    owed: Rupiah,
    /// Whether the books of both say the same of all that the two owe each other.
    books_agree: bool,
}

impl ConsignmentStatementView {
    pub(super) fn over(from: Month, to: Month, statement: Statement, visits: Page<(Visit, Vec<Named>)>) -> Self {
        let Page { items: visits, next_cursor } = visits.map(StatementVisitView::from);
        Self {
            consignment_id: statement.consignment.id,
            maker: statement.names.party(statement.consignment.maker_id),
            warung: statement.names.party(statement.consignment.warung_id),
            from,
            to,
            lines: statement.lines.into_iter().map(ConsignmentStatementLineView::from).collect(),
            visits,
            next_cursor,
            owed_before: statement.owed_before,
            due: statement.due,
            paid: statement.paid,
            owed: statement.owed,
            books_agree: statement.books_agree,
        }
    }
}
