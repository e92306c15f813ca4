//! Stock as it is shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::counting::Taken;
use super::model::{Cause, Lot, Movement, MovementId, MovementRow, ShelfRow, Site, StocktakeId, StocktakeLine};
use crate::batches::BatchId;
use crate::packs::PackId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;

/// So many of one batch.
#[derive(Serialize, ToSchema)]
pub struct StockLotView {
    batch_id: BatchId,
    code: String,
    /// The last day on which it is good; null where it is not known.
    #[schema(value_type = Option<String>, format = Date)]
    expires_on: Option<NaiveDate>,
    quantity: i64,
}

impl From<Lot> for StockLotView {
    fn from(Lot { batch: batch_id, code, produced_on: _, expires_on, quantity }: Lot) -> Self {
        Self { batch_id, code, expires_on, quantity }
    }
}

/// What one enterprise holds of one pack for one owner.
#[derive(Serialize, ToSchema)]
pub struct StockShelfView {
    pack_id: PackId,
    product_name: String,
    pack_label: String,
    owner_id: EnterpriseId,
    holder_id: EnterpriseId,
    site: Site,
    on_hand: i64,
    /// What is promised to orders.
    reserved: i64,
    /// What of it is of a known batch; the rest is of none.
    lots: Vec<StockLotView>,
}

impl From<(ShelfRow, Vec<Lot>)> for StockShelfView {
    fn from((row, lots): (ShelfRow, Vec<Lot>)) -> Self {
        let ShelfRow { pack: pack_id, owner: owner_id, holder: holder_id, site, on_hand, reserved, product_name, pack_label } = row;
        let lots = lots.into_iter().map(StockLotView::from).collect();
        Self { pack_id, product_name, pack_label, owner_id, holder_id, site, on_hand, reserved, lots }
    }
}

/// One change of a shelf.
#[derive(Serialize, ToSchema)]
pub struct StockMovementView {
    id: MovementId,
    pack_id: PackId,
    owner_id: EnterpriseId,
    holder_id: EnterpriseId,
    /// The batch it is about; null where that is not known.
    batch_id: Option<BatchId>,
    movement: Movement,
    /// How many more there are; fewer where it is less than nothing.
    on_hand: i64,
    /// How many more are promised; fewer where it is less than nothing.
    reserved: i64,
    /// What was wrong with the figure; only of what was adjusted.
    cause: Option<Cause>,
    note: Option<String>,
    /// What it belongs to: an order, a visit, a count.
    reference: String,
    /// Null when it was the clock.
    actor_id: Option<AccountId>,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    happened_at: Timestamp,
    recorded_at: Timestamp,
}

impl From<MovementRow> for StockMovementView {
    fn from(row: MovementRow) -> Self {
        Self {
            id: row.id,
            pack_id: row.pack,
            owner_id: row.owner,
            holder_id: row.holder,
            batch_id: row.batch,
            movement: row.movement,
            on_hand: row.on_hand,
            reserved: row.reserved,
            cause: row.cause,
            note: row.note,
            reference: row.reference,
            actor_id: row.actor,
            on_behalf_of: row.on_behalf_of,
            happened_at: row.happened_at,
            recorded_at: row.recorded_at,
        }
    }
}

/// What was found of one pack.
#[derive(Serialize, ToSchema)]
pub struct StocktakeLineView {
    pack_id: PackId,
    expected: i64,
    counted: i64,
    /// How many more were found than expected; fewer where it is less than nothing.
    difference: i64,
    /// What the missing ones had cost, as far as it is known; less than nothing for what was found again.
    cost: Rupiah,
}

impl From<StocktakeLine> for StocktakeLineView {
    fn from(StocktakeLine { stocktake: _, pack: pack_id, expected, counted, cost }: StocktakeLine) -> Self {
        Self { pack_id, expected, counted, difference: counted - expected, cost }
    }
}

/// A count of what an enterprise holds of its own.
#[derive(Serialize, ToSchema)]
pub struct StocktakeView {
    id: StocktakeId,
    enterprise_id: EnterpriseId,
    note: Option<String>,
    lines: Vec<StocktakeLineView>,
    /// All of that together, as it went through the books.
    cost: Rupiah,
    counted_by: AccountId,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    counted_at: Timestamp,
}

impl From<Taken> for StocktakeView {
    fn from((taken, lines): Taken) -> Self {
        let lines = lines.into_iter().map(StocktakeLineView::from).collect();
        Self {
            id: taken.id,
            enterprise_id: taken.enterprise_id,
            note: taken.note,
            lines,
            cost: taken.cost,
            counted_by: taken.counted_by,
            on_behalf_of: taken.on_behalf_of,
            counted_at: taken.counted_at,
        }
    }
}
