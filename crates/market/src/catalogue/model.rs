//! Products and the values they are made of.

use diesel::prelude::*;

use super::content::{self, Content};
use super::lapses::Lapse;
use crate::moderation::model::Moderation;
use crate::packs::model::{NewPack, Pack};
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::{plain_text, typed_id, word_enum};
use people::enterprises::{self, EnterpriseId};
use people::moves::Moved;
use people::villages::VillageId;

typed_id!(
    /// A product.
    ProductId, "prd"
);
plain_text!(
    /// What the product is called.
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

/// A product as it is written.
#[derive(Clone, Debug)]
pub struct NewProduct {
    pub content: Content,
    /// What of it is sold.
    pub pack: NewPack,
}

/// A product with what a list of products shows beside it.
#[derive(Clone, Debug, Queryable)]
pub struct Product {
    pub id: ProductId,
    pub village_id: VillageId,
    pub enterprise_id: EnterpriseId,
    pub price_from: Rupiah,
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
    pub seller_trusted: bool,
    pub village_name: String,
    pub village_code: String,
    #[diesel(deserialize_as = content::Row)]
    pub content: Content,
}

impl Product {
    /// Whether its seller may write down that she sold it: unless the village has refused or suspended it, what
    /// she sold herself is income, whoever has looked at the product.
    #[must_use]
    pub const fn may_be_sold(&self) -> bool {
        match self.state {
            State::Draft | State::Submitted | State::Returned | State::Published | State::Paused => true,
            State::Rejected | State::Suspended => false,
        }
    }

    /// Whether everyone may see it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.state == State::Published && self.seller_state == enterprises::State::Approved
    }
}

/// A product with the packs it is sold in.
#[derive(Clone, Debug)]
pub struct Listing {
    pub product: Product,
    pub packs: Vec<Pack>,
    /// What of it ends soon; read for its house alone.
    pub lapses: Vec<Lapse>,
    /// What of it waits for the village admin; read for its house alone.
    pub waiting: Option<Moderation>,
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

/// One move of a product.
pub type Event = Moved<State, AccountId>;

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
