//! Recipes over HTTP.

use actix_web::{HttpResponse, get, post, put};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{MOST_LINES, Makes, Needed, Production, ProductionId, Recipe, Wanted};
use super::service::{self, RecipeError};
use crate::materials::BaseQuantity;
use crate::supply::model::{MaterialName, Named};
use crate::supply::{Base, MaterialId};
use kit::auth::{Actor, SignedIn};
use kit::clock::Timestamp;
use kit::db::Db;
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey, WithVersion};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, Valid, page};
use kit::money::Rupiah;
use market::batches::{Batch, BatchCode, BatchId, Made, NewBatch};
use market::packs::PackId;
use people::enterprises::EnterpriseId;

impl From<RecipeError> for Problem {
    fn from(error: RecipeError) -> Self {
        match error {
            RecipeError::NoRecipe => Self::conflict("no_recipe"),
            RecipeError::MaterialTwice => Self::invalid_field("lines", "material_twice"),
            RecipeError::TooMuch => Self::conflict("sum_out_of_range"),
            RecipeError::Stale => stale(),
            RecipeError::Material(error) => error.into(),
            RecipeError::Batch(error) => error.into(),
            RecipeError::Books(error) => error.into(),
            RecipeError::Denied(denied) => denied.into(),
        }
    }
}

/// A material of a recipe.
#[derive(Serialize, ToSchema)]
pub struct RecipeLineView {
    material_id: MaterialId,
    material: String,
    base: Base,
    /// In base units, for as many packs as the recipe makes.
    quantity: i64,
}

/// What a pack is made of.
#[derive(Serialize, ToSchema)]
pub struct RecipeView {
    pack_id: PackId,
    /// How many packs the quantities make.
    makes: i64,
    lines: Vec<RecipeLineView>,
}

fn shown(recipe: Recipe) -> HttpResponse {
    let line = |line: super::model::Line| RecipeLineView {
        material_id: line.material_id,
        material: line.name,
        base: line.base,
        quantity: line.quantity,
    };
    let lines = recipe.lines.into_iter().map(line).collect();
    tagged(recipe.version, &RecipeView { pack_id: recipe.pack, makes: recipe.makes, lines })
}

/// A material of a recipe as it is written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRecipeLine {
    material: MaterialName,
    base: Base,
    quantity: BaseQuantity,
}

/// A recipe as it is written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRecipe {
    /// How many packs the quantities make.
    makes: Makes,
    #[schema(min_items = 1, max_items = 40)]
    lines: Vec<SetRecipeLine>,
}

/// Shows what a pack is made of, to its maker.
#[utoipa::path(tag = "supply", operation_id = "get_recipe", params(("id" = PackId, Path)),
    responses((status = 200, body = RecipeView), (status = 409, description = "It has none"), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/packs/{id}/recipe")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<PackId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    Ok(shown(db.read(move |conn| service::show(conn, actor.who, now, *id)).await?))
}

/// Writes what a pack is made of; a pack without a recipe has version 0.
#[utoipa::path(tag = "supply", operation_id = "set_recipe", params(("id" = PackId, Path), ("If-Match" = String, Header)), request_body = SetRecipe,
    responses((status = 200, body = RecipeView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[put("/packs/{id}/recipe")]
pub async fn set(
    actor: Actor<SignedIn>,
    id: web::Path<PackId>,
    version: IfMatch,
    body: Valid<SetRecipe>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let SetRecipe { makes, lines } = body.0;
    if lines.is_empty() || lines.len() > MOST_LINES {
        return Err(Problem::invalid_field("lines", format!("recipe_lines_out_of_range({MOST_LINES})")));
    }
    let lines: Vec<(Named, BaseQuantity)> =
        lines.into_iter().map(|line| (Named { name: line.material, base: line.base }, line.quantity)).collect();
    Ok(shown(db.write(move |tx| service::set(tx, actor.who, *id, version.0, makes, &lines)).await?))
}

/// What was made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Produce {
    quantity: Made,
    /// What is printed on the label; the day of production unless said otherwise.
    code: Option<BatchCode>,
    #[schema(value_type = Option<String>, format = Date)]
    produced_on: Option<NaiveDate>,
    #[schema(value_type = Option<String>, format = Date)]
    expires_on: Option<NaiveDate>,
}

/// Something that was made by a recipe.
#[derive(Serialize, ToSchema)]
pub struct ProductionView {
    id: ProductionId,
    pack_id: PackId,
    batch_id: BatchId,
    quantity: i64,
    /// What the material had cost.
    cost: Rupiah,
    /// What one pack cost, rounded down.
    cost_per_pack: Rupiah,
    /// The enterprise for which the village's office wrote it down.
    on_behalf_of: Option<EnterpriseId>,
    at: Timestamp,
}

impl From<Production> for ProductionView {
    fn from(made: Production) -> Self {
        // A part of an amount that is in range.
        let cost_per_pack = Rupiah::new(made.cost.amount() / made.quantity.max(1)).unwrap_or_default();
        let Production { id, pack_id, enterprise_id: _, batch_id, quantity, cost, actor: _, on_behalf_of, at } = made;
        Self { id, pack_id, batch_id, quantity, cost, cost_per_pack, on_behalf_of, at }
    }
}

/// Makes packs by the recipe: material leaves the store, a batch is there with its cost.
#[utoipa::path(tag = "supply", operation_id = "produce", params(("id" = PackId, Path), ("Idempotency-Key" = String, Header)), request_body = Produce,
    responses((status = 201, body = ProductionView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/packs/{id}/productions")]
pub async fn produce(actor: Actor<SignedIn>, id: web::Path<PackId>, posted: Posted<Produce>, db: web::Data<Db>) -> Result<Reply, Problem> {
    let Produce { quantity, code, produced_on, expires_on } = posted.body;
    let (who, id, new) = (actor.who, id.into_inner(), NewBatch { code, produced_on, expires_on, quantity });
    let reply = posted.once.write(&db, who, move |tx| {
        let (made, _): (Production, Batch) = service::produce(tx, who, id, &new)?;
        Ok(Reply::created(format!("/v1/packs/{id}/productions"), &ProductionView::from(made)))
    });
    Ok(reply.await?)
}

/// Which page of a pack's productions is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProductionQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "productions";

/// Lists what was made of a pack, newest first.
#[utoipa::path(tag = "supply", operation_id = "list_productions", params(("id" = PackId, Path), ProductionQuery),
    responses((status = 200, body = Page<ProductionView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/packs/{id}/productions")]
pub async fn productions(
    actor: Actor<SignedIn>,
    id: web::Path<PackId>,
    query: web::Query<ProductionQuery>,
    db: web::Data<Db>,
) -> Result<Page<ProductionView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| service::productions(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |made| made.id).map(ProductionView::from))
}

/// What shall be made beside what is ordered.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlanQuery {
    /// Some more of this pack.
    pack_id: Option<PackId>,
    /// So many more of it.
    quantity: Option<Made>,
}

/// A pack with what is to be made of it.
#[derive(Serialize, ToSchema)]
pub struct PackPlanView {
    pack_id: PackId,
    name: String,
    /// In orders that were not handed over.
    ordered: i64,
    /// What warungs have asked for or were offered, and is not there yet.
    for_warungs: i64,
    on_hand: i64,
    to_make: i64,
    /// How many can be made of the material there is, as if nothing else were made.
    can_make: i64,
}

/// A material with what is to be ordered of it, in base units.
#[derive(Serialize, ToSchema)]
pub struct MaterialPlanView {
    material_id: MaterialId,
    material: String,
    base: Base,
    needed: i64,
    have: i64,
    /// What suppliers are still to bring.
    coming: i64,
    to_order: i64,
}

/// What can be made and what must be ordered.
#[derive(Serialize, ToSchema)]
pub struct ProductionPlanView {
    packs: Vec<PackPlanView>,
    materials: Vec<MaterialPlanView>,
}

impl From<(Vec<Wanted>, Vec<Needed>)> for ProductionPlanView {
    fn from((packs, materials): (Vec<Wanted>, Vec<Needed>)) -> Self {
        let pack = |Wanted { pack: pack_id, name, ordered, for_warungs, on_hand, to_make, can_make }| PackPlanView {
            pack_id,
            name,
            ordered,
            for_warungs,
            on_hand,
            to_make,
            can_make,
        };
        let material = |Needed { material: material_id, name: material, base, needed, have, coming, to_order }| MaterialPlanView {
            material_id,
            material,
            base,
            needed,
            have,
            coming,
            to_order,
        };
        Self { packs: packs.into_iter().map(pack).collect(), materials: materials.into_iter().map(material).collect() }
    }
}

/// Tells what can be made of what there is, and what must be ordered, from orders and restocks in hand and perhaps some more.
#[utoipa::path(tag = "supply", operation_id = "get_production_plan", params(("id" = EnterpriseId, Path), PlanQuery),
    responses((status = 200, body = ProductionPlanView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/production-plan")]
pub async fn plan(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<PlanQuery>,
    db: web::Data<Db>,
) -> Result<web::Json<ProductionPlanView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let more = q.pack_id.zip(q.quantity.map(Made::get));
    Ok(web::Json(db.read(move |conn| service::plan(conn, actor.who, now, *id, more)).await?.into()))
}
