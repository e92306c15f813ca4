//! Writing recipes, making packs of material, and what there is to make and to order.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Makes, Needed, Production, ProductionId, Recipe, Wanted};
use super::{rules, store};
use crate::consignment;
use crate::materials::{self, BaseQuantity, MaterialError, Movement, Why};
use crate::restock;
use crate::supplier_orders;
use crate::supply::model::Named;
use crate::supply::{self, MaterialId};
use books::ledger::service::LedgerError;
use books::ledger::{self, Account, Entry, Movement as BookMovement};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::money::{MoneyError, Rupiah};
use market::batches::{self, Batch, BatchError, NewBatch};
use market::catalogue;
use market::costs::{self, Known};
use market::packs::model::Offer;
use market::packs::{self, PackId};
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, authorize, principal};

/// What can happen to a person here.
#[derive(Debug)]
pub enum RecipeError {
    NoRecipe,
    /// A material stands in it twice.
    MaterialTwice,
    TooMuch,
    Stale,
    Material(MaterialError),
    Batch(BatchError),
    Books(LedgerError),
    Denied(Denied),
}
impl Refusal for RecipeError {}

impl From<Denied> for RecipeError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<MoneyError> for RecipeError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

type Outcome<T> = Result<T, Failure<RecipeError>>;

/// The pack with its product, if it is the caller's to make.
fn permitted(conn: &mut Conn, who: Identity, now: Timestamp, pack: PackId) -> Outcome<(Offer, By<'static>)> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(RecipeError::from))?;
    let offer = packs::service::offers(conn, &[pack])?.pop().ok_or(DbError::NotFound)?;
    let resource = catalogue::service::resource(&offer.product);
    authorize(&person, Action::WriteProduct, &resource).map_err(RecipeError::from)?;
    Ok((offer, By { actor: who.account, on_behalf_of: person.on_behalf_of(&resource), reason: None }))
}

/// The recipe of a pack.
///
/// # Errors
/// [`RecipeError::NoRecipe`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, pack: PackId) -> Outcome<Recipe> {
    permitted(conn, who, now, pack)?;
    Ok(store::recipe(conn, pack)?.ok_or(RecipeError::NoRecipe)?)
}

/// Writes the recipe of a pack; it counts for what is made from then on.
///
/// # Errors
/// [`RecipeError::MaterialTwice`], and [`RecipeError::Stale`] when it has changed since `version`; 0 is none.
pub fn set(tx: &mut Tx<'_>, who: Identity, pack: PackId, version: i32, makes: Makes, lines: &[(Named, BaseQuantity)]) -> Outcome<Recipe> {
    let now = tx.now();
    let (offer, _) = permitted(tx, who, now, pack)?;
    let mut wanted = Vec::with_capacity(lines.len());
    for (named, quantity) in lines {
        wanted.push((supply::service::material(tx, named)?, quantity.get()));
    }
    if wanted.iter().map(|(material, _)| material).collect::<BTreeSet<_>>().len() < wanted.len() {
        return Err(RecipeError::MaterialTwice.into());
    }
    if !store::set(tx, pack, offer.product.enterprise_id, makes.get(), version, &wanted)? {
        return Err(RecipeError::Stale.into());
    }
    Ok(store::recipe(tx, pack)?.ok_or(RecipeError::NoRecipe)?)
}

/// Makes packs by the recipe: material leaves, a batch is there, and its cost is known.
///
/// # Errors
/// [`RecipeError::NoRecipe`], [`RecipeError::Material`] with what there is, [`RecipeError::Batch`].
pub fn produce(tx: &mut Tx<'_>, who: Identity, pack: PackId, new: &NewBatch) -> Outcome<(Production, Batch)> {
    let now = tx.now();
    let (offer, by) = permitted(tx, who, now, pack)?;
    let of = offer.product.enterprise_id;
    let recipe = store::recipe(tx, pack)?.ok_or(RecipeError::NoRecipe)?;
    let batch = batches::record(tx, who, pack, new).map_err(|failure| failure.map(RecipeError::Batch))?;
    let id = ProductionId::new();
    let reference = format!("{id}:production");
    let why = Why { kind: Movement::Used, reference: &reference, by: Some(by) };
    let mut cost = Rupiah::ZERO;
    for line in &recipe.lines {
        let used = rules::used(line.quantity, recipe.makes, batch.quantity).ok_or(RecipeError::TooMuch)?;
        let part = materials::take_out(tx, of, line.material_id, used, why).map_err(|failure| failure.map(RecipeError::Material))?;
        cost = cost.plus(part).map_err(RecipeError::from)?;
    }
    costs::add(tx, pack, Known { quantity: batch.quantity, cost })?;
    let entry = Entry::new(BookMovement::Production, reference, now).transfer(Account::Materials, Account::Stock, cost);
    ledger::service::post(tx, of, &entry.map_err(RecipeError::from)?).map_err(|failure| failure.map(RecipeError::Books))?;
    let production = store::insert_production(tx, id, (pack, of, batch.id), batch.quantity, cost, by)?;
    Ok((production, batch))
}

/// What was made of a pack, newest first.
///
/// # Errors
/// [`RecipeError::Denied`].
pub fn productions(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    pack: PackId,
    before: Option<ProductionId>,
    rows: i64,
) -> Outcome<Vec<Production>> {
    permitted(conn, who, now, pack)?;
    Ok(store::productions(conn, pack, before, rows)?)
}

/// What an enterprise is to make and to order: from orders and restocks in hand, and perhaps some more of one pack.
///
/// # Errors
/// [`RecipeError::Denied`].
pub fn plan(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: EnterpriseId,
    more: Option<(PackId, i64)>,
) -> Outcome<(Vec<Wanted>, Vec<Needed>)> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(RecipeError::from))?;
    let enterprise = enterprises::service::get(conn, of)?;
    authorize(&person, Action::WriteProduct, &enterprise.resource()).map_err(RecipeError::from)?;
    let recipes = store::of_enterprise(conn, of)?;
    let (ordered, asked, offered) = (store::ordered(conn, of)?, restock::in_hand(conn, of)?, consignment::notes::on_the_way(conn, of)?);
    let ids: Vec<PackId> = recipes.iter().map(|recipe| recipe.pack).collect();
    let offers = packs::service::offers(conn, &ids)?;
    let materials: BTreeSet<MaterialId> = recipes.iter().flat_map(|recipe| &recipe.lines).map(|line| line.material_id).collect();
    let materials: Vec<MaterialId> = materials.into_iter().collect();
    let have: BTreeMap<MaterialId, i64> =
        materials::holdings(conn, of, &materials)?.into_iter().map(|(material, holding)| (material, holding.quantity)).collect();

    let (mut packs, mut needs): (Vec<Wanted>, BTreeMap<MaterialId, Needed>) = (Vec::new(), BTreeMap::new());
    for recipe in &recipes {
        let Some(offer) = offers.iter().find(|offer| offer.pack.row.id == recipe.pack) else { continue };
        let [ordered, asked, offered] = [&ordered, &asked, &offered].map(|these| these.get(&recipe.pack).copied().unwrap_or(0));
        let for_warungs = asked + offered;
        let extra = more.filter(|(pack, _)| *pack == recipe.pack).map_or(0, |(_, quantity)| quantity);
        let to_make = (ordered + for_warungs - offer.pack.row.on_hand).max(0) + extra;
        let can_make = rules::can_make(&recipe.lines, recipe.makes, |line| have.get(&line.material_id).copied().unwrap_or(0));
        let name = format!("{}, {}", offer.product.content.name, offer.pack.row.label);
        packs.push(Wanted { pack: recipe.pack, name, ordered, for_warungs, on_hand: offer.pack.row.on_hand, to_make, can_make });
        for line in &recipe.lines {
            let used = rules::used(line.quantity, recipe.makes, to_make).ok_or(RecipeError::TooMuch)?;
            let need = needs.entry(line.material_id).or_insert_with(|| Needed {
                material: line.material_id,
                name: line.name.clone(),
                base: line.base,
                needed: 0,
                have: have.get(&line.material_id).copied().unwrap_or(0),
                coming: 0,
                to_order: 0,
            });
            need.needed = need.needed.checked_add(used).ok_or(RecipeError::TooMuch)?;
        }
    }
    for line in supplier_orders::reading::coming(conn, of)? {
        if let Some(need) = needs.get_mut(&line.material_id) {
            need.coming = need.coming.saturating_add(supplier_orders::rules::to_come(&line).saturating_mul(line.content));
        }
    }
    for need in needs.values_mut() {
        need.to_order = (need.needed - need.have - need.coming).max(0);
    }
    Ok((packs, needs.into_values().collect()))
}
