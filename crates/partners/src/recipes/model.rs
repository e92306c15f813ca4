//! Recipes, productions, and what there is to make.

use diesel::prelude::*;

use crate::supply::{Base, MaterialId};
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::{bounded, typed_id};
use market::batches::BatchId;
use market::packs::PackId;
use people::enterprises::EnterpriseId;

typed_id!(
    /// Something that was made by a recipe.
    ProductionId, "mde"
);
bounded!(
    /// How many packs a recipe makes: 1 to 10,000.
    Makes, 1 ..= 10_000, "makes_out_of_range"
);

/// The most materials of a recipe.
pub const MOST_LINES: usize = 40;
/// The most packs one plan looks at.
pub const MOST_PACKS: i64 = 200;

/// A material of a recipe.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Line {
    pub pack_id: PackId,
    pub material_id: MaterialId,
    pub name: String,
    pub base: Base,
    /// For as many packs as the recipe makes.
    pub quantity: i64,
}

/// A recipe.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub pack: PackId,
    pub makes: i64,
    pub version: i32,
    pub lines: Vec<Line>,
}

/// Something that was made.
#[derive(Clone, Debug, Queryable)]
pub struct Production {
    pub id: ProductionId,
    pub pack_id: PackId,
    pub enterprise_id: EnterpriseId,
    pub batch_id: BatchId,
    pub quantity: i64,
    pub cost: Rupiah,
    pub actor: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub at: Timestamp,
}

/// A pack with what is wanted of it and what there is.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub pack: PackId,
    pub name: String,
    pub ordered: i64,
    /// Asked for by warungs or offered to them, and not there yet.
    pub for_warungs: i64,
    pub on_hand: i64,
    pub to_make: i64,
    /// As if nothing else were made.
    pub can_make: i64,
}

/// A material with what is needed of it and what there is, in base units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    pub material: MaterialId,
    pub name: String,
    pub base: Base,
    pub needed: i64,
    pub have: i64,
    /// What suppliers are still to bring.
    pub coming: i64,
    pub to_order: i64,
}
