//! Materials, the units they are sold in, and their prices.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::{bounded, plain_text, typed_id, word_enum};
use market::packs::model::Price;
use people::enterprises::EnterpriseId;

typed_id!(
    /// A raw material, as a word the whole house shares.
    MaterialId, "mat"
);
typed_id!(
    /// A unit of a material that a supplier sells.
    ItemId, "itm"
);
typed_id!(
    /// A price of an item.
    SupplyPriceId, "spr"
);
plain_text!(
    /// What a material is called.
    MaterialName, max 60
);
bounded!(
    /// How many grams, millilitres or pieces a unit holds: 1 to 10,000,000.
    Content, 1 ..= 10_000_000, "content_out_of_range"
);

/// The most items of one supplier.
pub const MOST_ITEMS: i64 = 500;

word_enum! {
    /// What a material is counted in.
    Base as "MaterialBase" {
        /// Grams.
        Gram = "g",
        /// Millilitres.
        Millilitre = "ml",
        /// Pieces.
        Piece = "piece",
    }
}

word_enum! {
    /// What one of an item is.
    Unit as "SupplyUnit" {
        /// A kilogram.
        Kg = "kg",
        /// A litre.
        Litre = "litre",
        /// A piece.
        Piece = "piece",
        /// A sack.
        Sack = "sack",
        /// A jerrycan.
        Jerrycan = "jerrycan",
        /// A box.
        Box = "box",
        /// A bottle.
        Bottle = "bottle",
        /// A pack.
        Pack = "pack",
        /// A bunch.
        Bunch = "bunch",
    }
}

/// What a material is called and counted in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub name: MaterialName,
    pub base: Base,
}

/// A price with the days on which it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    pub price: Price,
    pub valid_from: NaiveDate,
    pub valid_until: Option<NaiveDate>,
}

/// An item as it is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    pub material: Named,
    pub unit: Unit,
    pub content: i64,
    pub quote: Quote,
}

/// An item with its material.
#[derive(Clone, Debug, Queryable)]
pub struct ItemRow {
    pub id: ItemId,
    pub supplier_id: EnterpriseId,
    pub material_id: MaterialId,
    pub unit: Unit,
    /// Base units in one.
    pub content: i64,
    pub active: bool,
    pub version: i32,
    pub name: String,
    pub base: Base,
}

/// A price that nothing has replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Standing {
    pub id: SupplyPriceId,
    pub item_id: ItemId,
    pub amount: Rupiah,
    pub valid_from: NaiveDate,
    pub valid_until: Option<NaiveDate>,
}

/// An item with its prices of today and of days to come.
#[derive(Clone, Debug)]
pub struct Item {
    pub row: ItemRow,
    pub prices: Vec<Standing>,
}

/// A price with who wrote it.
#[derive(Clone, Debug, Queryable)]
pub struct Written {
    pub amount: Rupiah,
    pub valid_from: NaiveDate,
    pub valid_until: Option<NaiveDate>,
    pub actor: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub at: Timestamp,
}

/// A row of a list as it was written; names of columns are the English ones or the Indonesian.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRow {
    #[serde(alias = "bahan")]
    pub material: String,
    #[serde(alias = "satuan")]
    pub unit: String,
    #[serde(default, alias = "isi")]
    pub content: String,
    #[serde(alias = "dasar")]
    pub base: String,
    #[serde(alias = "harga")]
    pub price: String,
    #[serde(default, alias = "berlaku_mulai")]
    pub valid_from: String,
    #[serde(default, alias = "berlaku_sampai")]
    pub valid_until: String,
}
