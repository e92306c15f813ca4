//! What there is to read of consignments: where the goods are, and what came of them in a span of months.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::model::{Consignment, ConsignmentId, Side, Standing, Visit};
use super::sale_store::{self, Earnings};
use super::service::{ConsignmentError, Outcome, sums, visible};
use super::visit_store::{self, Named};
use super::{statement_store, store};
use crate::parties::Names;
use books::ledger::service as ledger;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::Conn;
use kit::money::Rupiah;
use market::inventory::{self, Lot, Movement, ShelfRow};
use market::packs::PackId;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, authorize, principal};

/// A consignment as it stands: what is there, and what is owed.
#[derive(Clone, Debug)]
pub struct Whereabouts {
    pub consignment: Consignment,
    pub names: Names,
    /// What is there, with its batches and the price it sells for.
    pub shelves: Vec<Standing>,
}

/// A shelf with its batches.
type Stocked = (ShelfRow, Vec<Lot>);

fn gathered(conn: &mut Conn, these: Vec<Consignment>) -> Outcome<Vec<Whereabouts>> {
    let names = Names::of(conn, these.iter().flat_map(|one| [one.maker_id, one.warung_id]))?;
    let makers: Vec<EnterpriseId> = these.iter().map(|one| one.maker_id).collect();
    let warungs: Vec<EnterpriseId> = these.iter().map(|one| one.warung_id).collect();
    let ids: Vec<ConsignmentId> = these.iter().map(|one| one.id).collect();
    let mut goods = store::goods_of(conn, &ids)?;
    let mut standing: BTreeMap<(EnterpriseId, EnterpriseId), Vec<Stocked>> = BTreeMap::new();
    for (row, lots) in inventory::consigned(conn, &makers, &warungs)? {
        standing.entry((row.owner, row.holder)).or_default().push((row, lots));
    }
    let whole = |consignment: Consignment| {
        let shelves = standing.remove(&(consignment.maker_id, consignment.warung_id)).unwrap_or_default();
        let mut with_price = |row: ShelfRow, lots| (goods.remove(&(consignment.id, row.pack)), row, lots);
        let shelves = shelves.into_iter().map(|(row, lots)| with_price(row, lots)).map(|(goods, row, lots)| (row, lots, goods)).collect();
        Whereabouts { names: names.clone(), shelves, consignment }
    };
    Ok(these.into_iter().map(whole).collect())
}

/// One consignment, for both sides and the village's office.
///
/// # Errors
/// [`ConsignmentError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: ConsignmentId) -> Outcome<Whereabouts> {
    let consignment = visible(conn, who, now, id, Action::ViewEnterprise)?;
    Ok(gathered(conn, vec![consignment])?.pop().ok_or(kit::db::DbError::NotFound)?)
}

/// What stands at the warung of batches that end soon: to be sold first, or taken back.
///
/// # Errors
/// [`kit::db::DbError`] when the database fails.
pub(super) fn pull_back(conn: &mut Conn, of: &Consignment, today: NaiveDate) -> Outcome<Vec<Standing>> {
    let shelves = gathered(conn, vec![of.clone()])?.pop().map(|there| there.shelves).unwrap_or_default();
    let ending = |(row, mut lots, goods): Standing| {
        lots.retain(|lot| lot.is_near_its_end(today));
        (!lots.is_empty()).then_some((row, lots, goods))
    };
    Ok(shelves.into_iter().filter_map(ending).collect())
}

/// Where an enterprise's goods are, or whose goods it holds, by the age of the dealings.
///
/// # Errors
/// [`ConsignmentError::Denied`].
pub fn list(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    (of, side): (EnterpriseId, Side),
    after: Option<ConsignmentId>,
    rows: i64,
) -> Outcome<Vec<Whereabouts>> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(ConsignmentError::from))?;
    let enterprise = enterprises::service::get(conn, of)?;
    authorize(&person, Action::ViewEnterprise, &enterprise.resource()).map_err(ConsignmentError::from)?;
    let page = store::page(conn, of, side, after, rows)?;
    gathered(conn, page)
}

/// What became of one pack in a span.
#[derive(Clone, Debug)]
pub struct StatementLine {
    pub pack: PackId,
    pub name: (String, String),
    pub opening: i64,
    pub delivered: i64,
    pub sold: i64,
    pub spoiled: i64,
    pub returned: i64,
    pub closing: i64,
    /// The price at the end of the span; each visit tells its own.
    pub price: Rupiah,
    pub earned: Earnings,
}

/// What two sides had to do with each other in a span.
#[derive(Clone, Debug)]
pub struct Statement {
    pub consignment: Consignment,
    pub names: Names,
    pub lines: Vec<StatementLine>,
    pub owed_before: Rupiah,
    pub due: Rupiah,
    pub paid: Rupiah,
    pub owed: Rupiah,
    /// A page of the visits that count in the span, with their lines.
    pub visits: Vec<(Visit, Vec<Named>)>,
    /// Whether both books say the same of what the two owe each other, from whatever dealing.
    pub books_agree: bool,
}

/// What came in, was sold, went bad and went back of one maker's goods at one warung, and what that came to.
///
/// # Errors
/// [`ConsignmentError::Denied`] unless the books of a side are the caller's.
pub fn statement(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    id: ConsignmentId,
    (first, last): (NaiveDate, NaiveDate),
    (after, rows): (Option<i32>, i64),
) -> Outcome<Statement> {
    let consignment = visible(conn, who, now, id, Action::ViewBooks)?;
    let eve = first.pred_opt().unwrap_or(first);
    let before = inventory::flows(conn, consignment.maker_id, consignment.warung_id, None, eve)?;
    let during = inventory::flows(conn, consignment.maker_id, consignment.warung_id, Some(first), last)?;
    let earnings = sale_store::earnings(conn, id, (first, last))?;
    let (goods, prices) = (store::goods(conn, id)?, statement_store::prices_at(conn, id, last)?);
    let packs: Vec<PackId> = goods.keys().copied().collect();
    let mut called = store::pack_names(conn, &packs)?;
    let mut lines = Vec::new();
    for goods in goods.values() {
        let moved = |movement: Movement| during.get(&goods.pack).and_then(|flow| flow.get(&movement)).copied().unwrap_or(0);
        let sum = |flow: Option<&BTreeMap<Movement, i64>>| flow.map_or(0, |flow| flow.values().sum::<i64>());
        let opening = sum(before.get(&goods.pack));
        let earned = earnings.get(&goods.pack).copied().unwrap_or_default();
        let line = StatementLine {
            pack: goods.pack,
            name: called.remove(&goods.pack).unwrap_or_default(),
            opening,
            delivered: moved(Movement::Moved),
            sold: -moved(Movement::HandedOver),
            spoiled: -moved(Movement::Spoiled),
            returned: -moved(Movement::Returned),
            closing: opening + sum(during.get(&goods.pack)),
            price: prices.get(&goods.pack).copied().unwrap_or(goods.price),
            earned,
        };
        let anything = [line.opening, line.delivered, line.sold, line.spoiled, line.returned, line.closing].iter().any(|n| *n != 0);
        if anything || earned != Earnings::default() {
            lines.push(line);
        }
    }
    let (due_before, paid_before) = sale_store::until(conn, id, eve)?;
    let (due, paid) = sale_store::until(conn, id, last)?;
    let theirs = ledger::owed(conn, consignment.maker_id, consignment.warung_id, last)?;
    let ours = ledger::owed(conn, consignment.warung_id, consignment.maker_id, last)?;
    let visits = statement_store::counting_in(conn, id, (first, last), after, rows)?;
    let mut of_visits = visit_store::lines(conn, &visits.iter().map(|visit| visit.id).collect::<Vec<_>>())?;
    let visits =
        visits.into_iter().map(|visit| (of_visits.remove(&visit.id).unwrap_or_default(), visit)).map(|(lines, visit)| (visit, lines));
    Ok(Statement {
        names: Names::of(conn, [consignment.maker_id, consignment.warung_id])?,
        consignment,
        lines,
        owed_before: sums(due_before.minus(paid_before))?,
        due: sums(due.minus(due_before))?,
        paid: sums(paid.minus(paid_before))?,
        owed: sums(due.minus(paid))?,
        visits: visits.collect(),
        books_agree: theirs == ours.negated(),
    })
}

/// How many of each pack a warung sold of a maker's consigned goods from a day on.
///
/// # Errors
/// [`kit::db::DbError`] when the database fails.
pub fn sold_since(
    conn: &mut Conn,
    maker: EnterpriseId,
    warung: EnterpriseId,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<(Option<Consignment>, BTreeMap<PackId, i64>), kit::db::DbError> {
    let Some(consignment) = store::of_pair(conn, maker, warung)? else { return Ok((None, BTreeMap::new())) };
    let earned = sale_store::earnings(conn, consignment.id, (first, last))?;
    Ok((Some(consignment), earned.into_iter().map(|(pack, earned)| (pack, earned.quantity)).collect()))
}
