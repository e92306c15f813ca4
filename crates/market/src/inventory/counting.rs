//! What a house does with its own stock by hand: counting it, and writing down what went bad, was given to taste, or came back.

use super::model::{
    Counted, InventoryError, Movement, MovementId, MovementRow, ShelfRow, StockNote, Stocktake, StocktakeId, StocktakeLine, Why,
};
use super::{Shelf, Site, service, store};
use crate::costs;
use crate::packs::PackId;
use books::ledger::service::{self as ledger, LedgerError};
use books::ledger::{Account, Entry, Movement as LedgerMovement};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::money::Rupiah;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, authorize, principal};

/// What can happen to a person here.
#[derive(Debug)]
pub enum StockError {
    /// She has none of this pack that is her own.
    NotHers {
        pack: PackId,
    },
    /// A pack was counted twice.
    CountedTwice,
    /// By hand only what went bad, was given to taste, or came back is written down.
    NotByHand {
        movement: Movement,
    },
    Stock(InventoryError),
    Books(LedgerError),
    Denied(Denied),
}
impl Refusal for StockError {}

impl From<Denied> for StockError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

pub(super) type Outcome<T> = Result<T, Failure<StockError>>;

fn stock<T>(outcome: Result<T, Failure<InventoryError>>) -> Outcome<T> {
    outcome.map_err(|failure| failure.map(StockError::Stock))
}

fn allowed<'a>(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: EnterpriseId,
    action: Action,
    note: Option<&'a StockNote>,
) -> Outcome<By<'a>> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(StockError::from))?;
    let enterprise = enterprises::service::get(conn, of)?;
    authorize(&person, action, &enterprise.resource()).map_err(StockError::from)?;
    Ok(By { actor: who.account, on_behalf_of: person.on_behalf_of(&enterprise.resource()), reason: note.map(StockNote::as_str) })
}

/// Her own shelf of a pack, at hers.
fn own(held: &[ShelfRow], of: EnterpriseId, pack: PackId) -> Result<Shelf, StockError> {
    let row = held.iter().find(|row| row.pack == pack && row.owner == of).ok_or(StockError::NotHers { pack })?;
    Ok(Shelf { pack, owner: row.owner, holder: row.holder, site: row.site })
}

/// Counts what an enterprise holds of its own. What orders hold stays theirs; what had been expected is kept beside what was found.
///
/// # Errors
/// [`StockError::NotHers`], [`StockError::CountedTwice`], [`InventoryError::BelowReserved`] inside.
pub fn count(
    tx: &mut Tx<'_>,
    who: Identity,
    of: EnterpriseId,
    counts: &[Counted],
    note: Option<&StockNote>,
) -> Outcome<(Stocktake, Vec<StocktakeLine>)> {
    let now = tx.now();
    let by = allowed(tx, who, now, of, Action::WriteProduct, note)?;
    let packs: std::collections::BTreeSet<PackId> = counts.iter().map(|line| line.pack).collect();
    if packs.len() < counts.len() {
        return Err(StockError::CountedTwice.into());
    }
    let held = service::held_of(tx, of, &packs.into_iter().collect::<Vec<_>>())?;
    let id = store::insert_stocktake(tx, of, note, by)?;
    let why = Why::now(tx, id, Some(by));
    let mut cost = Rupiah::ZERO;
    for (position, line) in (1..).zip(counts) {
        let shelf = own(&held, of, line.pack)?;
        let expected = stock(service::adjust(tx, shelf, line.counted, &why))?;
        let lost = lost(tx, shelf, expected - line.counted)?;
        cost = cost.plus(lost).map_err(|_| StockError::Books(LedgerError::TooMuch))?;
        let line = StocktakeLine { stocktake: id, pack: line.pack, expected, counted: line.counted, cost: lost };
        store::insert_stocktake_line(tx, position, &line)?;
    }
    store::set_stocktake_cost(tx, id, cost)?;
    post(tx, of, LedgerMovement::StockCounted, &id.to_string(), Account::CostSpoilage, cost)?;
    Ok((store::stocktake(tx, id)?, store::stocktake_lines(tx, &[id])?))
}

/// What goods that are gone from a home had cost, as far as it is known; less than nothing for goods that were found again.
fn lost(tx: &mut Tx<'_>, shelf: Shelf, gone: i64) -> Result<Rupiah, DbError> {
    match shelf.site {
        Site::Home if gone < 0 => Ok(costs::find_again(tx, shelf.pack, -gone)?.negated()),
        Site::Home => costs::take(tx, shelf.pack, gone),
        Site::Consigned | Site::Bought => Ok(Rupiah::ZERO),
    }
}

fn post(tx: &mut Tx<'_>, of: EnterpriseId, movement: LedgerMovement, reference: &str, to: Account, cost: Rupiah) -> Outcome<()> {
    let entry = Entry::new(movement, format!("{reference}:cost"), tx.now());
    let entry =
        if cost < Rupiah::ZERO { entry.transfer(to, Account::Stock, cost.negated()) } else { entry.transfer(Account::Stock, to, cost) };
    let entry = entry.map_err(|error| StockError::Books(error.into()))?;
    ledger::post(tx, of, &entry).map_err(|failure| failure.map(StockError::Books))?;
    Ok(())
}

/// Writes down by hand what went bad, was given to taste, or came back.
///
/// # Errors
/// [`StockError::NotByHand`], [`StockError::NotHers`], [`InventoryError::NotEnough`] inside.
pub fn record(
    tx: &mut Tx<'_>,
    who: Identity,
    of: EnterpriseId,
    (pack, movement, quantity): (PackId, Movement, i64),
    note: Option<&StockNote>,
) -> Outcome<MovementRow> {
    let now = tx.now();
    let by = allowed(tx, who, now, of, Action::WriteProduct, note)?;
    let shelf = own(&service::held_of(tx, of, &[pack])?, of, pack)?;
    // The row names itself: nothing else stands behind it.
    let why = Why::now(tx, MovementId::new(), Some(by));
    match movement {
        Movement::Returned => service::put_in(tx, shelf, movement, quantity, &why)?,
        Movement::Spoiled | Movement::Sampled => {
            stock(service::take_out(tx, shelf, movement, quantity, &why))?;
            let cost = lost(tx, shelf, quantity)?;
            let (entered, to) = if movement == Movement::Spoiled {
                (LedgerMovement::Spoilage, Account::CostSpoilage)
            } else {
                (LedgerMovement::Expense, Account::CostOther)
            };
            post(tx, of, entered, &why.reference, to, cost)?;
        }
        Movement::Produced
        | Movement::Received
        | Movement::Reserved
        | Movement::Released
        | Movement::HandedOver
        | Movement::Moved
        | Movement::Adjusted => return Err(StockError::NotByHand { movement }.into()),
    }
    Ok(store::movements(tx, of, pack, None, 1)?.pop().ok_or(DbError::NotFound)?)
}

/// What an enterprise holds, or what is its own wherever it stands.
///
/// # Errors
/// [`StockError::Denied`].
pub fn shelves(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: EnterpriseId,
    held: bool,
    after: Option<(PackId, EnterpriseId)>,
    rows: i64,
) -> Outcome<Vec<(ShelfRow, Vec<super::model::Lot>)>> {
    allowed(conn, who, now, of, Action::ViewEnterprise, None)?;
    let shelves = store::shelves(conn, of, held, after, rows)?;
    let packs: Vec<PackId> = shelves.iter().map(|row| row.pack).collect();
    let mut lots = store::lots_of(conn, &packs)?;
    Ok(shelves
        .into_iter()
        .map(|row| (lots.remove(&(row.pack, row.owner, row.holder)).unwrap_or_default(), row))
        .map(|(lots, row)| (row, lots))
        .collect())
}

/// The movements of a pack on the shelves that an enterprise owns or holds, newest first.
///
/// # Errors
/// [`StockError::Denied`].
pub fn movements(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: EnterpriseId,
    pack: PackId,
    before: Option<MovementId>,
    rows: i64,
) -> Outcome<Vec<MovementRow>> {
    allowed(conn, who, now, of, Action::ViewEnterprise, None)?;
    Ok(store::movements(conn, of, pack, before, rows)?)
}

/// A stocktake with its lines.
pub type Taken = (Stocktake, Vec<StocktakeLine>);

/// The stocktakes of an enterprise, newest first.
///
/// # Errors
/// [`StockError::Denied`].
pub fn stocktakes(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: EnterpriseId,
    before: Option<StocktakeId>,
    rows: i64,
) -> Outcome<Vec<Taken>> {
    allowed(conn, who, now, of, Action::ViewEnterprise, None)?;
    let taken = store::stocktakes(conn, of, before, rows)?;
    let ids: Vec<StocktakeId> = taken.iter().map(|taken| taken.id).collect();
    let lines = store::stocktake_lines(conn, &ids)?;
    let of = |id: StocktakeId| lines.iter().filter(|line| line.stocktake == id).cloned().collect();
    Ok(taken.into_iter().map(|taken| (of(taken.id), taken)).map(|(lines, taken)| (taken, lines)).collect())
}

/// One stocktake.
///
/// # Errors
/// [`StockError::Denied`].
pub fn stocktake(conn: &mut Conn, who: Identity, now: Timestamp, id: StocktakeId) -> Outcome<Taken> {
    let taken = store::stocktake(conn, id)?;
    allowed(conn, who, now, taken.enterprise_id, Action::ViewEnterprise, None)?;
    let lines = store::stocktake_lines(conn, &[id])?;
    Ok((taken, lines))
}
