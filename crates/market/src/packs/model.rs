//! Packs, prices and the values they are made of.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::{PriceList, label};
use crate::catalogue::ProductId;
use crate::catalogue::model::Product;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::{bounded, typed_id, word_enum};
use people::enterprises::EnterpriseId;

typed_id!(
    /// One size of a product, as it is sold.
    PackId, "pck"
);
typed_id!(
    /// A price that holds or has held.
    PriceId, "prc"
);

word_enum! {
    /// What one of it is.
    Unit {
        /// A pack.
        Pack = "pack",
        /// A kilogram.
        Kg = "kg",
        /// A litre.
        Litre = "litre",
        /// A piece.
        Piece = "piece",
        /// A bottle.
        Bottle = "bottle",
        /// A box.
        Box = "box",
        /// A tray.
        Tray = "tray",
    }
}

word_enum! {
    /// What the content of a pack is counted in.
    NetUnit {
        /// Grams.
        Gram = "g",
        /// Millilitres.
        Millilitre = "ml",
        /// Pieces.
        Piece = "piece",
    }
}

word_enum! {
    /// For whom a price is.
    Channel as "PriceChannel" {
        /// Whoever buys.
        Retail = "retail",
        /// A warung that sells on.
        Warung = "warung",
        /// Whoever takes many at once.
        Wholesale = "wholesale",
    }
}

bounded!(
    /// How many grams, millilitres or pieces are in a pack: 1 to 1,000,000.
    NetQuantity, 1..=1_000_000, "net_quantity_out_of_range"
);
bounded!(
    /// A number of packs, 0 to 1,000,000.
    Count, 0..=1_000_000, "count_out_of_range"
);
bounded!(
    /// From how many on a wholesale price holds: 2 to 10,000.
    MinQuantity, 2..=10_000, "min_quantity_out_of_range"
);
bounded!(
    /// Where a pack stands among those of its product: 1 to 100.
    Position, 1..=100, "position_out_of_range"
);

/// A price per pack: more than nothing, at most a milliard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, minimum = 1, maximum = 1_000_000_000, description = "Whole rupiah per pack.")]
pub struct Price(Rupiah);

impl Price {
    const HIGHEST: i64 = 1_000_000_000;

    /// The amount for one pack.
    #[must_use]
    pub const fn amount(self) -> Rupiah {
        self.0
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let amount = Rupiah::deserialize(deserializer)?;
        let right = (1..=Self::HIGHEST).contains(&amount.amount());
        if right { Ok(Self(amount)) } else { Err(serde::de::Error::custom("price_out_of_range")) }
    }
}

/// What is in a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Net {
    pub quantity: NetQuantity,
    pub unit: NetUnit,
}

/// A price from a number of packs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// From how many packs on.
    pub min_quantity: MinQuantity,
    pub price: Price,
}

/// A pack as it is offered for the first time.
#[derive(Clone, Debug)]
pub struct NewPack {
    pub unit: Unit,
    pub net: Option<Net>,
    pub prices: PriceList,
    pub on_hand: Count,
}

impl NewPack {
    /// What buyers read beside the product's name.
    #[must_use]
    pub fn label(&self) -> String {
        label(self.unit, self.net.map(|net| (net.quantity.get(), net.unit)))
    }
}

/// A change of a pack; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change {
    pub active: Option<bool>,
    pub position: Option<Position>,
}

/// A price in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct InForce {
    pub id: PriceId,
    pub channel: Channel,
    pub min_quantity: i64,
    pub amount: Rupiah,
}

/// A pack as it stands in its table, with its stock.
#[derive(Clone, Debug, Queryable)]
pub struct Row {
    pub id: PackId,
    pub product_id: ProductId,
    pub position: i32,
    pub label: String,
    pub unit: Unit,
    pub net_quantity: Option<i64>,
    pub net_unit: Option<NetUnit>,
    pub active: bool,
    pub on_hand: i64,
    pub reserved: i64,
}

/// A pack with its stock and its prices in force.
#[derive(Clone, Debug)]
pub struct Pack {
    pub row: Row,
    pub prices: Vec<InForce>,
}

impl Pack {
    /// What can still be ordered: nothing of a pack that was withdrawn.
    #[must_use]
    pub const fn available(&self) -> i64 {
        if self.row.active { self.row.on_hand - self.row.reserved } else { 0 }
    }
}

/// A pack with its product, for whoever wants to order it.
#[derive(Clone, Debug)]
pub struct Offer {
    pub product: Product,
    pub pack: Pack,
}

impl Offer {
    /// Whether everyone may order it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.pack.row.active && self.product.is_public()
    }
}

/// A price with the time in which it held and who set it.
#[derive(Clone, Debug, Queryable)]
pub struct Held {
    pub channel: Channel,
    pub min_quantity: i64,
    pub amount: Rupiah,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
    pub actor: Option<AccountId>,
    pub on_behalf_of: Option<EnterpriseId>,
}

/// Adds quantities up by pack.
#[must_use]
pub fn per_pack(rows: impl IntoIterator<Item = (PackId, i64)>) -> BTreeMap<PackId, i64> {
    let mut all = BTreeMap::new();
    for (pack, quantity) in rows {
        *all.entry(pack).or_default() += quantity;
    }
    all
}
