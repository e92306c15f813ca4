//! Products as they are shown.

use actix_web::HttpResponse;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::badges::{HalalScheme, pirt_counts};
use super::model::{Category, Event, Listing, ProductId, State};
use super::service::Seen;
use crate::kit::auth::AccountId;
use crate::kit::clock::Timestamp;
use crate::kit::http::etag::tagged;
use crate::kit::money::Rupiah;
use crate::market::packs::model::Pack;
use crate::market::packs::views::PackView;
use crate::people::enterprises::EnterpriseId;
use crate::people::villages::VillageId;

/// A category.
#[derive(Serialize, ToSchema)]
pub struct CategoryView {
    code: String,
    name_id: String,
    name_su: String,
    name_en: String,
}

/// All categories in their order.
#[derive(Serialize, ToSchema)]
pub struct CategoriesView {
    items: Vec<CategoryView>,
}

impl From<Vec<Category>> for CategoriesView {
    fn from(categories: Vec<Category>) -> Self {
        let view = |c: Category| CategoryView { code: c.code, name_id: c.name_id, name_su: c.name_su, name_en: c.name_en };
        Self { items: categories.into_iter().map(view).collect() }
    }
}

/// A halal certificate as it stands.
#[derive(Serialize, ToSchema)]
pub struct HalalView {
    number: String,
    scheme: HalalScheme,
    #[schema(value_type = Option<String>, format = Date)]
    until: Option<NaiveDate>,
    /// Whether it has not ended.
    valid: bool,
}

/// A P-IRT permit as it stands.
#[derive(Serialize, ToSchema)]
pub struct PirtView {
    number: String,
    /// The year in which it ends; older numbers do not tell it.
    expires_year: Option<i32>,
    /// Whether it has not ended.
    valid: bool,
}

/// A product.
#[derive(Serialize, ToSchema)]
pub struct ProductView {
    id: ProductId,
    name: String,
    description: String,
    category: String,
    /// The lowest price of a pack.
    price_from: Rupiah,
    /// How many packs can be ordered now, all sizes together.
    available: i64,
    /// What can be ordered; the seller sees those withdrawn too.
    packs: Vec<PackView>,
    /// Where its photos can be fetched.
    photos: Vec<String>,
    pirt: Option<PirtView>,
    halal: Option<HalalView>,
    state: State,
    seller_id: EnterpriseId,
    seller_name: String,
    village_id: VillageId,
    village_name: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    published_at: Option<Timestamp>,
}

impl ProductView {
    /// With what is for its house and its village alone.
    #[must_use]
    pub fn own(today: NaiveDate, listing: Listing) -> Self {
        let packs = listing.packs.iter().cloned().map(PackView::own).collect();
        Self { packs, ..Self::public(today, listing) }
    }

    /// As this viewer may see it.
    #[must_use]
    pub fn seen(today: NaiveDate, Seen { listing, whole }: Seen) -> Self {
        if whole { Self::own(today, listing) } else { Self::public(today, listing) }
    }

    /// As everyone sees it.
    #[must_use]
    pub fn public(today: NaiveDate, Listing { product: p, packs }: Listing) -> Self {
        let available = packs.iter().map(Pack::available).sum();
        let packs = packs.into_iter().filter(|pack| pack.row.active).map(PackView::public).collect();
        let pirt = p.pirt_number.map(|number| PirtView {
            number,
            expires_year: p.pirt_expires_year,
            valid: pirt_counts(p.pirt_expires_year, today),
        });
        let halal = p.halal_number.zip(p.halal_scheme).map(|(number, scheme)| {
            let valid = p.halal_until.is_none_or(|until| today <= until);
            HalalView { number, scheme, until: p.halal_until, valid }
        });
        let photos = serde_json::from_value(p.photos.0).unwrap_or_default();
        Self {
            id: p.id,
            name: p.name,
            description: p.description,
            category: p.category,
            price_from: p.price_from,
            available,
            packs,
            photos,
            pirt,
            halal,
            state: p.state,
            seller_id: p.enterprise_id,
            seller_name: p.seller_name,
            village_id: p.village_id,
            village_name: p.village_name,
            created_at: p.created_at,
            updated_at: p.updated_at,
            published_at: p.published_at,
        }
    }
}

/// One move of a product's state.
#[derive(Serialize, ToSchema)]
pub struct ProductEventView {
    from: State,
    to: State,
    actor_id: AccountId,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
    reason: Option<String>,
    at: Timestamp,
}

/// The latest hundred moves, newest first.
#[derive(Serialize, ToSchema)]
pub struct ProductHistoryView {
    items: Vec<ProductEventView>,
}

impl From<Vec<Event>> for ProductHistoryView {
    fn from(events: Vec<Event>) -> Self {
        let view = |e: Event| ProductEventView {
            from: e.from,
            to: e.to,
            actor_id: e.actor,
            on_behalf_of: e.on_behalf_of,
            reason: e.reason,
            at: e.at,
        };
        Self { items: events.into_iter().map(view).collect() }
    }
}

/// A product as its house sees it, with its version.
#[must_use]
pub fn own_tagged(now: Timestamp, listing: Listing) -> HttpResponse {
    tagged(listing.product.version, &ProductView::own(now.business_date(), listing))
}
