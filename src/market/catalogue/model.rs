//! Products and the values they are made of.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::badges::{Halal, HalalScheme, PirtNumber};
use crate::kit::auth::AccountId;
use crate::kit::clock::Timestamp;
use crate::kit::db::types::Document;
use crate::kit::money::Rupiah;
use crate::people::enterprises::{self, EnterpriseId};
use crate::people::villages::VillageId;
use crate::{plain_text, typed_id, word_enum};

typed_id!(
    /// A product.
    ProductId, "prd"
);
plain_text!(
    /// What the product is called, with its size.
    ProductName, max 100
);
plain_text!(
    /// What the product is, in its maker's words.
    Description, max 2000, lines true
);
plain_text!(
    /// The code of a category.
    CategoryCode, max 40
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
    /// How far a product has come.
    State as "ProductState" {
        /// Being written.
        Draft = "draft",
        /// The village admin is to look at it.
        Submitted = "submitted",
        /// For sale.
        Published = "published",
        /// Sent back with a reason, to be changed.
        Returned = "returned",
        /// Turned down.
        Rejected = "rejected",
        /// Not for sale for now, by its seller.
        Paused = "paused",
        /// Not for sale, by the village admin.
        Suspended = "suspended",
    }
}

/// A price per unit: more than nothing, at most a milliard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, minimum = 1, maximum = 1_000_000_000, description = "Whole rupiah per unit.")]
pub struct Price(Rupiah);

impl Price {
    const HIGHEST: i64 = 1_000_000_000;

    /// The amount for one unit.
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

/// A product as it is written.
#[derive(Clone, Debug)]
pub struct NewProduct {
    pub category: CategoryCode,
    pub name: ProductName,
    pub description: Description,
    pub unit: Unit,
    pub price: Price,
    pub pirt: Option<PirtNumber>,
    pub halal: Option<Halal>,
}

/// A change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub category: Option<CategoryCode>,
    pub name: Option<ProductName>,
    pub description: Option<Description>,
    pub unit: Option<Unit>,
    pub price: Option<Price>,
    pub pirt: Option<PirtNumber>,
    pub halal: Option<Halal>,
}

impl Change {
    /// Whether it touches anything a moderator has looked at.
    #[must_use]
    pub const fn touches_text_or_claims(&self) -> bool {
        self.category.is_some()
            || self.name.is_some()
            || self.description.is_some()
            || self.unit.is_some()
            || self.pirt.is_some()
            || self.halal.is_some()
    }
}

/// A product with what a list of products shows beside it.
#[derive(Clone, Debug, Queryable)]
pub struct Product {
    pub id: ProductId,
    pub village_id: VillageId,
    pub enterprise_id: EnterpriseId,
    pub category: String,
    pub name: String,
    pub description: String,
    pub unit: Unit,
    pub price: Rupiah,
    pub photos: Document,
    pub pirt_number: Option<String>,
    pub pirt_expires_year: Option<i32>,
    pub halal_number: Option<String>,
    pub halal_scheme: Option<HalalScheme>,
    pub halal_until: Option<NaiveDate>,
    pub state: State,
    pub search_name: String,
    pub search_rest: String,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub published_at: Option<Timestamp>,
    pub seller_name: String,
    pub seller_state: enterprises::State,
    pub seller_assisted: bool,
    pub village_name: String,
    pub on_hand: i64,
    pub reserved: i64,
}

impl Product {
    /// Whether everyone may see it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.state == State::Published && self.seller_state == enterprises::State::Approved
    }

    /// What can still be ordered.
    #[must_use]
    pub const fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }
}

/// A category with its names.
#[derive(Clone, Debug, Queryable)]
pub struct Category {
    pub code: String,
    pub name_id: String,
    pub name_su: String,
    pub name_en: String,
    pub position: i32,
}

/// One move of a product's state.
#[derive(Clone, Debug, Queryable)]
pub struct Event {
    pub from: State,
    pub to: State,
    pub actor: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub reason: Option<String>,
    pub at: Timestamp,
}

word_enum! {
    /// What a buyer may insist on.
    Badge {
        /// A P-IRT permit that has not ended.
        Pirt = "pirt",
        /// A halal certificate that has not ended.
        Halal = "halal",
    }
}

word_enum! {
    /// The order of a list of products.
    Sort as "ProductSort" {
        /// Latest first.
        Newest = "newest",
        /// Cheapest first.
        PriceUp = "price_asc",
        /// Dearest first.
        PriceDown = "price_desc",
    }
}

/// What the public is looking for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub category: Option<CategoryCode>,
    pub seller: Option<EnterpriseId>,
    pub village: Option<VillageId>,
    pub price_min: Option<Rupiah>,
    pub price_max: Option<Rupiah>,
    pub badge: Option<Badge>,
    pub in_stock: bool,
}
