//! Products as they are shown.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::badges::{Halal, HalalNumber, HalalScheme, PirtNumber, pirt_counts};
use super::content::{Allergen, Content, Ingredients, ShelfLifeDays, Storage};
use super::label::{LabelHint, LabelItem, LabelState, score};
use super::lapses::{Lapse, LapseKind};
use super::model::{Category, CategoryCode, Description, Listing, ProductId, ProductName, State};
use super::service::{Label, Seen};
use crate::moderation::views::ModerationView;
use crate::packs::model::Pack;
use crate::packs::views::PackView;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::http::etag::tagged;
use kit::i18n::{Language, say};
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;
use people::media::Purpose;
use people::media::http::PhotoView;
use people::moves_view;
use people::villages::VillageId;

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
    number: HalalNumber,
    scheme: HalalScheme,
    #[schema(value_type = Option<String>, format = Date)]
    until: Option<NaiveDate>,
    /// Whether it has not ended.
    valid: bool,
}

/// A P-IRT permit as it stands.
#[derive(Serialize, ToSchema)]
pub struct PirtView {
    number: PirtNumber,
    /// The year in which it ends; older numbers do not tell it.
    expires_year: Option<i32>,
    /// Whether it has not ended.
    valid: bool,
}

/// A product.
#[derive(Serialize, ToSchema)]
pub struct ProductView {
    id: ProductId,
    name: ProductName,
    description: Description,
    category: CategoryCode,
    /// What it is made of, the most first.
    ingredients: Option<Ingredients>,
    allergens: BTreeSet<Allergen>,
    storage: Option<Storage>,
    shelf_life_days: Option<ShelfLifeDays>,
    /// The lowest price of a pack.
    price_from: Rupiah,
    /// How many packs can be ordered now, all sizes together.
    available: i64,
    /// What can be ordered; the seller sees those withdrawn too.
    packs: Vec<PackView>,
    /// Its photos in their order.
    photos: Vec<PhotoView>,
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
    /// What of it ends within 90 days, or has; for the seller alone.
    notices: Vec<NoticeView>,
    /// What of it waits for the village admin; for the seller alone.
    waiting: Option<ModerationView>,
}

/// Something that ends, with its last day.
#[derive(Serialize, ToSchema)]
pub struct NoticeView {
    kind: LapseKind,
    /// The permit's or certificate's number, the batch's code.
    subject: String,
    #[schema(value_type = String, format = Date)]
    lapses_on: NaiveDate,
    /// Less than nothing once it has ended.
    days_left: i64,
}

impl NoticeView {
    fn on(today: NaiveDate, Lapse { kind, subject, lapses_on }: Lapse) -> Self {
        Self { kind, subject, lapses_on, days_left: (lapses_on - today).num_days() }
    }
}

impl ProductView {
    /// With what is for its house and its village alone.
    #[must_use]
    pub fn own(today: NaiveDate, listing: Listing) -> Self {
        let packs = listing.packs.iter().cloned().map(PackView::own).collect();
        let notices = listing.lapses.iter().cloned().map(|lapse| NoticeView::on(today, lapse)).collect();
        let waiting = listing.waiting.clone().map(ModerationView::from);
        Self { packs, notices, waiting, ..Self::public(today, listing) }
    }

    /// As this viewer may see it.
    #[must_use]
    pub fn seen(today: NaiveDate, Seen { listing, whole }: Seen) -> Self {
        if whole { Self::own(today, listing) } else { Self::public(today, listing) }
    }

    /// As everyone sees it.
    #[must_use]
    pub fn public(today: NaiveDate, Listing { product: p, packs, lapses: _, waiting: _ }: Listing) -> Self {
        let available = packs.iter().map(Pack::available).sum();
        let packs = packs.into_iter().filter(|pack| pack.row.active).map(PackView::public).collect();
        let Content { category, name, description, ingredients, allergens, storage, shelf_life_days, pirt, halal, photos } = p.content;
        let pirt =
            pirt.map(|number| PirtView { expires_year: number.expires_year(), valid: pirt_counts(number.expires_year(), today), number });
        let halal = halal.map(|Halal { number, scheme, until }| {
            let valid = until.is_none_or(|until| today <= until);
            HalalView { number, scheme, until, valid }
        });
        Self {
            id: p.id,
            name,
            description,
            category,
            ingredients,
            allergens,
            storage,
            shelf_life_days,
            price_from: p.price_from,
            available,
            packs,
            photos: photos.ids().iter().map(|id| PhotoView::of(*id, Purpose::ProductPhoto)).collect(),
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
            notices: Vec::new(),
            waiting: None,
        }
    }
}

/// One thing that belongs on a label.
#[derive(Serialize, ToSchema)]
pub struct LabelItemView {
    item: LabelItem,
    state: LabelState,
    /// What to do about it, in the reader's language; null unless it is missing.
    advice: Option<String>,
}

/// Something to look at; it forbids nothing.
#[derive(Serialize, ToSchema)]
pub struct LabelHintView {
    hint: LabelHint,
    /// In the reader's language.
    advice: String,
}

/// How complete a product's label is, and what to do about what is missing.
#[derive(Serialize, ToSchema)]
pub struct LabelView {
    product_id: ProductId,
    /// How many of the things that are needed are there.
    present: usize,
    /// How many are needed.
    needed: usize,
    items: Vec<LabelItemView>,
    hints: Vec<LabelHintView>,
    notices: Vec<NoticeView>,
    /// How to get help, in the reader's language.
    help: String,
}

impl LabelView {
    /// In the words of a reader.
    #[must_use]
    pub fn told(language: Language, today: NaiveDate, label: Label) -> Self {
        let (present, needed) = score(&label.items);
        let item = |(item, state): (LabelItem, LabelState)| {
            let advice = (state == LabelState::Missing).then(|| say(language, &format!("label.{item}"), &[]));
            LabelItemView { item, state, advice }
        };
        let hint = |hint: LabelHint| LabelHintView { hint, advice: say(language, &format!("hint.{hint}"), &[]) };
        let help = match &label.hotline {
            Some(number) => say(language, "help.with_number", &[("number", &number.to_string())]),
            None => say(language, "help.office", &[]),
        };
        Self {
            product_id: label.listing.product.id,
            present,
            needed,
            items: label.items.into_iter().map(item).collect(),
            hints: label.hints.into_iter().map(hint).collect(),
            notices: label.listing.lapses.into_iter().map(|lapse| NoticeView::on(today, lapse)).collect(),
            help,
        }
    }
}

moves_view!(
    /// One move of a product's state.
    ProductEventView { State, AccountId }
    /// The latest hundred moves, newest first.
    ProductHistoryView
);

/// A product as its house sees it, with its version.
#[must_use]
pub fn own_tagged(now: Timestamp, listing: Listing) -> HttpResponse {
    tagged(listing.product.version, &ProductView::own(now.business_date(), listing))
}
