//! Stock over HTTP.

use actix_web::{get, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::counting::{self, StockError};
use super::model::{Counted, InventoryError, MOST_COUNTED, Movement, StockNote, StocktakeId};
use super::views::{StockMovementView, StockShelfView, StocktakeView};
use crate::orders::model::Quantity;
use crate::packs::PackId;
use crate::packs::model::Count;
use kit::auth::{Actor, SignedIn};
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::word_enum;
use people::enterprises::EnterpriseId;

impl From<InventoryError> for Problem {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::NotEnough { pack, available } => Self::conflict("out_of_stock").arg("pack", pack).arg("available", available),
            InventoryError::BelowReserved { reserved } => Self::conflict("stock_below_reserved").arg("reserved", reserved),
        }
    }
}

impl From<StockError> for Problem {
    fn from(error: StockError) -> Self {
        match error {
            StockError::NotHers { pack } => Self::conflict("no_own_stock").arg("pack", pack),
            StockError::CountedTwice => Self::invalid_field("lines", "pack_twice"),
            StockError::NotByHand { movement } => Self::conflict("movement_not_by_hand").arg("movement", movement),
            StockError::Stock(error) => error.into(),
            StockError::Books(error) => error.into(),
            StockError::Denied(denied) => denied.into(),
        }
    }
}

word_enum! {
    /// Which stock of an enterprise is asked for.
    Side as "StockSide" {
        /// What stands at hers, whoever's it is.
        Held = "held",
        /// What is hers, wherever it stands.
        Owned = "owned",
    }
}

/// Which stock is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StockQuery {
    /// What stands at hers unless said otherwise.
    side: Option<Side>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which movements are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StockMovementQuery {
    pack_id: PackId,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Which stocktakes are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StocktakeQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// What went bad, was given to taste, or came back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordStockMovement {
    pack_id: PackId,
    /// `spoiled`, `sampled` or `returned`.
    movement: Movement,
    quantity: Quantity,
    note: Option<StockNote>,
}

/// How many of one pack were found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountedPack {
    pack_id: PackId,
    counted: Count,
}

/// What was found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeStock {
    /// 1 to 100 packs; what is not named is left as it is.
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<CountedPack>,
    note: Option<StockNote>,
}

const SHELVES: &str = "stock";
const MOVEMENTS: &str = "stock_movements";
const STOCKTAKES: &str = "stocktakes";

/// Lists what stands at an enterprise, or what is its own wherever it stands, with batches.
#[utoipa::path(tag = "stock", operation_id = "list_stock", params(("id" = EnterpriseId, Path), StockQuery),
    responses((status = 200, body = Page<StockShelfView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/stock")]
pub async fn shelves(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<StockQuery>,
    db: web::Data<Db>,
) -> Result<Page<StockShelfView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let held = q.side.unwrap_or(Side::Held) == Side::Held;
    let after = page::decode(SHELVES, q.cursor.as_deref())?;
    let rows = db.read(move |conn| counting::shelves(conn, actor.who, now, *id, held, after, q.limit.fetch())).await?;
    let key = move |(row, _): &(super::model::ShelfRow, _)| (row.pack, if held { row.owner } else { row.holder });
    Ok(Page::cut(rows, q.limit, SHELVES, key).map(StockShelfView::from))
}

/// Lists what moved of a pack on the shelves that an enterprise owns or holds, newest first.
#[utoipa::path(tag = "stock", operation_id = "list_stock_movements", params(("id" = EnterpriseId, Path), StockMovementQuery),
    responses((status = 200, body = Page<StockMovementView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/stock-movements")]
pub async fn movements(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<StockMovementQuery>,
    db: web::Data<Db>,
) -> Result<Page<StockMovementView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(MOVEMENTS, q.cursor.as_deref())?;
    let rows = db.read(move |conn| counting::movements(conn, actor.who, now, *id, q.pack_id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, MOVEMENTS, |row| row.id).map(StockMovementView::from))
}

/// Writes down what went bad, was given to taste, or came back.
#[utoipa::path(tag = "stock", operation_id = "record_stock_movement", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = RecordStockMovement,
    responses((status = 200, body = StockMovementView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/stock-movements")]
pub async fn record(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<RecordStockMovement>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let RecordStockMovement { pack_id, movement, quantity, note } = posted.body;
    let (who, id) = (actor.who, id.into_inner());
    let reply = posted.once.write(&db, who, move |tx| {
        let row = counting::record(tx, who, id, (pack_id, movement, quantity.units()), note.as_ref());
        row.map(|row| Reply::ok(&StockMovementView::from(row)))
    });
    Ok(reply.await?)
}

/// Counts what an enterprise holds of its own; differences are kept and go through the books.
#[utoipa::path(tag = "stock", operation_id = "take_stock", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = TakeStock,
    responses((status = 201, body = StocktakeView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/stocktakes")]
pub async fn count(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<TakeStock>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let TakeStock { lines, note } = posted.body;
    if lines.is_empty() || lines.len() > MOST_COUNTED {
        return Err(Problem::invalid_field("lines", format!("lines_out_of_range({MOST_COUNTED})")));
    }
    let counts: Vec<Counted> = lines.iter().map(|line| Counted { pack: line.pack_id, counted: line.counted.get() }).collect();
    let (who, id) = (actor.who, id.into_inner());
    let reply = posted.once.write(&db, who, move |tx| {
        let taken = counting::count(tx, who, id, &counts, note.as_ref())?;
        let place = format!("/v1/stocktakes/{}", taken.0.id);
        Ok(Reply::created(place, &StocktakeView::from(taken)))
    });
    Ok(reply.await?)
}

/// Lists an enterprise's stocktakes, newest first.
#[utoipa::path(tag = "stock", operation_id = "list_stocktakes", params(("id" = EnterpriseId, Path), StocktakeQuery),
    responses((status = 200, body = Page<StocktakeView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/stocktakes")]
pub async fn stocktakes(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<StocktakeQuery>,
    db: web::Data<Db>,
) -> Result<Page<StocktakeView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(STOCKTAKES, q.cursor.as_deref())?;
    let rows = db.read(move |conn| counting::stocktakes(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, STOCKTAKES, |(taken, _)| taken.id).map(StocktakeView::from))
}

/// Shows a stocktake to the house it belongs to.
#[utoipa::path(tag = "stock", operation_id = "get_stocktake", params(("id" = StocktakeId, Path)),
    responses((status = 200, body = StocktakeView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/stocktakes/{id}")]
pub async fn stocktake(actor: Actor<SignedIn>, id: web::Path<StocktakeId>, db: web::Data<Db>) -> Result<web::Json<StocktakeView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| counting::stocktake(conn, actor.who, now, *id)).await?.into()))
}
