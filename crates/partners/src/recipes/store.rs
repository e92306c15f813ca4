//! The tables of recipes and productions; orders and stock are read beside them.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::model::{Line, MOST_PACKS, Production, ProductionId, Recipe};
use crate::supply::MaterialId;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::{materials, order_lines, orders, productions, recipe_lines, recipes};
use market::batches::BatchId;
use market::orders::model::State as OrderState;
use market::packs::PackId;
use market::packs::model::per_pack;
use people::enterprises::EnterpriseId;
use people::permissions::By;

columns!(
    Columns, COLUMNS:
    productions::id,
    productions::pack_id,
    productions::enterprise_id,
    productions::batch_id,
    productions::quantity,
    productions::cost,
    productions::actor_id,
    productions::on_behalf_of,
    productions::at,
);

fn lines(conn: &mut Conn, packs: &[PackId]) -> Result<BTreeMap<PackId, Vec<Line>>, DbError> {
    let rows: Vec<Line> = recipe_lines::table
        .inner_join(materials::table)
        .filter(recipe_lines::pack_id.eq_any(packs))
        .order((recipe_lines::pack_id, materials::name, recipe_lines::material_id))
        .select((recipe_lines::pack_id, recipe_lines::material_id, materials::name, materials::base, recipe_lines::quantity))
        .load(conn)?;
    let mut all: BTreeMap<PackId, Vec<Line>> = BTreeMap::new();
    for line in rows {
        all.entry(line.pack_id).or_default().push(line);
    }
    Ok(all)
}

pub(super) fn recipe(conn: &mut Conn, pack: PackId) -> Result<Option<Recipe>, DbError> {
    let found: Option<(i64, i32)> = recipes::table.find(pack).select((recipes::makes, recipes::version)).first(conn).optional()?;
    let Some((makes, version)) = found else { return Ok(None) };
    let lines = lines(conn, &[pack])?.remove(&pack).unwrap_or_default();
    Ok(Some(Recipe { pack, makes, version, lines }))
}

pub(super) fn of_enterprise(conn: &mut Conn, of: EnterpriseId) -> Result<Vec<Recipe>, DbError> {
    let theirs = recipes::table.filter(recipes::enterprise_id.eq(of)).order(recipes::pack_id).limit(MOST_PACKS);
    let rows: Vec<(PackId, i64, i32)> = theirs.select((recipes::pack_id, recipes::makes, recipes::version)).load(conn)?;
    let packs: Vec<PackId> = rows.iter().map(|(pack, ..)| *pack).collect();
    let mut lines = lines(conn, &packs)?;
    let whole = |(pack, makes, version)| Recipe { pack, makes, version, lines: lines.remove(&pack).unwrap_or_default() };
    Ok(rows.into_iter().map(whole).collect())
}

/// Writes a recipe, if nobody has since `version`; 0 is none.
pub(super) fn set(
    tx: &mut Tx<'_>,
    pack: PackId,
    of: EnterpriseId,
    makes: i64,
    version: i32,
    wanted: &[(MaterialId, i64)],
) -> Result<bool, DbError> {
    let now = tx.now();
    if version == 0 {
        if recipe(tx, pack)?.is_some() {
            return Ok(false);
        }
        diesel::insert_into(recipes::table)
            .values((
                recipes::pack_id.eq(pack),
                recipes::enterprise_id.eq(of),
                recipes::makes.eq(makes),
                recipes::version.eq(1),
                recipes::updated_at.eq(now),
            ))
            .execute(&mut **tx)?;
    } else {
        let seen = recipes::table.filter(recipes::pack_id.eq(pack).and(recipes::version.eq(version)));
        let changed = diesel::update(seen)
            .set((recipes::makes.eq(makes), recipes::version.eq(version.saturating_add(1)), recipes::updated_at.eq(now)))
            .execute(&mut **tx)?;
        if changed == 0 {
            return Ok(false);
        }
    }
    diesel::delete(recipe_lines::table.filter(recipe_lines::pack_id.eq(pack))).execute(&mut **tx)?;
    for (material, quantity) in wanted {
        diesel::insert_into(recipe_lines::table)
            .values((recipe_lines::pack_id.eq(pack), recipe_lines::material_id.eq(*material), recipe_lines::quantity.eq(*quantity)))
            .execute(&mut **tx)?;
    }
    Ok(true)
}

pub(super) fn insert_production(
    tx: &mut Tx<'_>,
    id: ProductionId,
    (pack, of, batch): (PackId, EnterpriseId, BatchId),
    quantity: i64,
    cost: Rupiah,
    by: By<'_>,
) -> Result<Production, DbError> {
    let now = tx.now();
    diesel::insert_into(productions::table)
        .values((
            productions::id.eq(id),
            productions::pack_id.eq(pack),
            productions::enterprise_id.eq(of),
            productions::batch_id.eq(batch),
            productions::quantity.eq(quantity),
            productions::cost.eq(cost),
            productions::actor_id.eq(by.actor),
            productions::on_behalf_of.eq(by.on_behalf_of),
            productions::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(productions::table.find(id).select(COLUMNS).first(&mut **tx)?)
}

pub(super) fn productions(conn: &mut Conn, pack: PackId, before: Option<ProductionId>, rows: i64) -> Result<Vec<Production>, DbError> {
    let theirs = productions::table.filter(productions::pack_id.eq(pack));
    let mut query = theirs.order(productions::id.desc()).limit(rows).select(COLUMNS).into_boxed();
    if let Some(before) = before {
        query = query.filter(productions::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// How many of each pack are in orders that were not handed over.
pub(super) fn ordered(conn: &mut Conn, of: EnterpriseId) -> Result<BTreeMap<PackId, i64>, DbError> {
    let open = [OrderState::Placed, OrderState::Accepted, OrderState::Preparing, OrderState::Ready];
    let rows: Vec<(PackId, i64)> = order_lines::table
        .inner_join(orders::table)
        .filter(orders::seller_id.eq(of).and(orders::state.eq_any(open)))
        .select((order_lines::pack_id, order_lines::quantity))
        .load(conn)?;
    Ok(per_pack(rows))
}
