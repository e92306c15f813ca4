//! What can be done with a product.

use chrono::NaiveDate;

use super::content::{Change, Content};
use super::label::{self, LabelHint, LabelItem, LabelState};
use super::model::{Category, Event, Filter, Listing, NewProduct, Product, ProductId, Sort, State};
use super::rules::{Editing, Move, editing, next, trade_is_open};
use super::store::{self, Moving, SearchText};
use super::{jobs, lapses, photos};
use crate::batches;
use crate::moderation;
use crate::moderation::model::State as Decision;
use crate::packs::{self, PackId};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::money::Rupiah;
use kit::phone::Phone;
use kit::search::{Query, normalise};
use kit::text::Reason;
use people::enterprises::{self, EnterpriseId};
use people::media::service::AttachError;
use people::permissions::{Action, By, Denied, Principal, Resource, authorize, principal};
use people::villages::{self, VillageId};

/// What can happen to a person here.
#[derive(Debug)]
pub enum ProductError {
    NoSuchCategory,
    NotTrading,
    WrongState {
        state: State,
        wanted: Move,
    },
    NotNow {
        state: State,
    },
    Stale,
    /// Another change of it waits for the village admin.
    ChangeWaits,
    Photo(AttachError),
    Denied(Denied),
}
impl Refusal for ProductError {}

impl From<Denied> for ProductError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

pub(super) type Outcome<T> = Result<T, Failure<ProductError>>;

fn person(conn: &mut Conn, who: Identity, now: Timestamp) -> Outcome<Principal> {
    principal(conn, who, now).map_err(|failure| failure.map(ProductError::from))
}

/// The product as permission sees it.
#[must_use]
pub fn resource(product: &Product) -> Resource {
    Resource { village: Some(product.village_id), enterprise: Some(product.enterprise_id), buyer: None, assisted: product.seller_assisted }
}

/// The products with their packs, in the order they came in.
fn shelved(conn: &mut Conn, products: Vec<Product>) -> Result<Vec<Listing>, DbError> {
    let ids: Vec<ProductId> = products.iter().map(|product| product.id).collect();
    let mut packs = packs::service::of_products(conn, &ids)?;
    let with_packs =
        |product: Product| Listing { packs: packs.remove(&product.id).unwrap_or_default(), product, lapses: Vec::new(), waiting: None };
    Ok(products.into_iter().map(with_packs).collect())
}

/// The same with what of them ends soon, for their house and their village.
fn at_home(conn: &mut Conn, products: Vec<Product>, today: NaiveDate) -> Result<Vec<Listing>, DbError> {
    let mut listings = shelved(conn, products)?;
    let ids: Vec<ProductId> = listings.iter().map(|listing| listing.product.id).collect();
    let mut lapses = lapses::of_listings(conn, &listings, today)?;
    let mut waiting = moderation::service::waiting(conn, &ids)?;
    for listing in &mut listings {
        listing.lapses = lapses.remove(&listing.product.id).unwrap_or_default();
        listing.waiting = waiting.remove(&listing.product.id);
    }
    Ok(listings)
}

/// The product as its house sees it.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn listing(tx: &mut Tx<'_>, id: ProductId) -> Result<Listing, DbError> {
    let today = tx.now().business_date();
    let product = store::get(tx, id)?;
    at_home(tx, vec![product], today)?.pop().ok_or(DbError::NotFound)
}

/// The products with these ids as their houses see them.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn listings(conn: &mut Conn, ids: &[ProductId], now: Timestamp) -> Result<Vec<Listing>, DbError> {
    let products = store::by_ids(conn, ids)?;
    at_home(conn, products, now.business_date())
}

/// The product with this id, for other features.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn get(conn: &mut Conn, id: ProductId) -> Result<Product, DbError> {
    store::get(conn, id)
}

/// The categories in their order.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn categories(conn: &mut Conn) -> Result<Vec<Category>, DbError> {
    store::categories(conn)
}

/// A page of what is for sale.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn list(
    conn: &mut Conn,
    filter: &Filter,
    sort: Sort,
    after: Option<(Rupiah, ProductId)>,
    rows: i64,
    now: Timestamp,
) -> Result<Vec<Listing>, DbError> {
    let page = store::list(conn, filter, sort, after, rows, now)?;
    shelved(conn, page)
}

/// What answers a search, best first: `skip` passed over, at most `rows`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn search(conn: &mut Conn, text: &str, filter: &Filter, skip: usize, rows: usize, now: Timestamp) -> Result<Vec<Listing>, DbError> {
    let Some(query) = Query::new(text) else { return Ok(Vec::new()) };
    let found = super::search::find(conn, &query, filter, now)?;
    shelved(conn, found.into_iter().skip(skip).take(rows).collect())
}

/// A product as someone sees it.
#[derive(Debug)]
pub struct Seen {
    pub listing: Listing,
    /// Whether she belongs to it or administers its village, and so sees all of it.
    pub whole: bool,
}

/// A product that is for sale; for those who belong to it, also one that is not.
///
/// # Errors
/// [`ProductError::Denied`] when there is nothing to see.
pub fn show(conn: &mut Conn, who: Option<Identity>, now: Timestamp, id: ProductId) -> Outcome<Seen> {
    let product = store::get(conn, id)?;
    let denied = match who {
        None => Err(ProductError::Denied(Denied::Hidden).into()),
        Some(who) => person(conn, who, now)
            .and_then(|person| Ok(authorize(&person, Action::ViewEnterprise, &resource(&product)).map_err(ProductError::from)?)),
    };
    let whole = match denied {
        Ok(()) => true,
        Err(Failure::Refused(_)) if product.is_public() => false,
        Err(failure) => return Err(failure),
    };
    let products = vec![product];
    let mut listings = if whole { at_home(conn, products, now.business_date())? } else { shelved(conn, products)? };
    Ok(Seen { listing: listings.pop().ok_or(DbError::NotFound)?, whole })
}

/// The products with these ids, for an order.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn by_ids(conn: &mut Conn, ids: &[ProductId]) -> Result<Vec<Product>, DbError> {
    store::by_ids(conn, ids)
}

/// An enterprise's own products, newest first.
///
/// # Errors
/// [`ProductError::Denied`].
pub fn own(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    enterprise: EnterpriseId,
    before: Option<ProductId>,
    rows: i64,
) -> Outcome<Vec<Listing>> {
    let person = person(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, enterprise)?;
    authorize(&person, Action::ViewEnterprise, &enterprise.resource()).map_err(ProductError::from)?;
    let page = store::of_enterprise(conn, enterprise.id, before, rows)?;
    Ok(at_home(conn, page, now.business_date())?)
}

/// The village admin's queue, oldest first.
///
/// # Errors
/// [`ProductError::Denied`].
pub fn queue(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    village: VillageId,
    state: State,
    after: Option<ProductId>,
    rows: i64,
) -> Outcome<Vec<Listing>> {
    let person = person(conn, who, now)?;
    let village_only = Resource { village: Some(village), ..Resource::default() };
    authorize(&person, Action::ModerateProduct, &village_only).map_err(ProductError::from)?;
    let page = store::in_village(conn, village, state, after, rows)?;
    Ok(at_home(conn, page, now.business_date())?)
}

/// Writes a product, as a draft.
///
/// # Errors
/// [`ProductError::NotTrading`] unless the enterprise is approved; [`ProductError::NoSuchCategory`].
pub fn create(tx: &mut Tx<'_>, who: Identity, enterprise: EnterpriseId, new: &NewProduct) -> Outcome<Listing> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let enterprise = enterprises::service::get(tx, enterprise)?;
    let resource = enterprise.resource();
    authorize(&person, Action::WriteProduct, &resource).map_err(ProductError::from)?;
    if enterprise.state != enterprises::State::Approved || !enterprise.sells() {
        return Err(ProductError::NotTrading.into());
    }
    check_category(tx, new.content.category.as_str())?;
    let search = search_text(&new.content, &enterprise.name);
    let id = store::insert(tx, enterprise.village_id, enterprise.id, new, &search)?;
    photos::hold(tx, who.account, id, enterprise.id, &new.content.photos)?;
    let by = By { actor: who.account, on_behalf_of: person.on_behalf_of(&resource), reason: None };
    packs::service::open(tx, (id, enterprise.id), 1, &new.pack, by)?;
    Ok(listing(tx, id)?)
}

fn check_category(conn: &mut Conn, code: &str) -> Outcome<()> {
    if store::category_exists(conn, code)? { Ok(()) } else { Err(ProductError::NoSuchCategory.into()) }
}

fn search_text(content: &Content, seller: &str) -> SearchText {
    SearchText { name: normalise(content.name.as_str()), rest: search_rest(content.description.as_str(), seller) }
}

fn search_rest(description: &str, seller: &str) -> String {
    normalise(&format!("{seller} {description}"))
}

/// Writes the search texts of an enterprise's products anew.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn refresh_search(tx: &mut Tx<'_>, enterprise: EnterpriseId) -> Result<(), DbError> {
    let name = enterprises::service::get(tx, enterprise)?.name;
    for (id, description) in store::descriptions(tx, enterprise)? {
        store::set_search_rest(tx, id, &search_rest(&description, &name))?;
    }
    Ok(())
}

/// Changes a product's texts, photos and claims: at once while the public does not know it, and where the village trusts its
/// seller; otherwise the change waits for the village admin.
///
/// # Errors
/// [`ProductError::NotNow`], [`ProductError::Stale`], [`ProductError::NoSuchCategory`], and [`ProductError::ChangeWaits`]
/// where another change does.
pub fn edit(tx: &mut Tx<'_>, who: Identity, id: ProductId, version: i32, change: &Change) -> Outcome<Listing> {
    let (product, by) = writable(tx, who, id)?;
    let editing = editing(product.state).ok_or(ProductError::NotNow { state: product.state })?;
    if product.version != version {
        return Err(ProductError::Stale.into());
    }
    let content = product.content.after(change);
    if content.category != product.content.category {
        check_category(tx, content.category.as_str())?;
    }
    let differences = product.content.differences(&content);
    if differences.is_empty() {
        return Ok(listing(tx, id)?);
    }
    photos::hold(tx, who.account, id, product.enterprise_id, &content.photos)?;
    if editing == Editing::AfterALook {
        if !moderation::service::propose(tx, &product, &differences, by)? {
            return Err(ProductError::ChangeWaits.into());
        }
        if !product.seller_trusted {
            touch(tx, id, version)?;
            return Ok(listing(tx, id)?);
        }
    }
    photos::let_go(tx, id, &product.content.photos, &content.photos)?;
    rewrite(tx, product, content)?;
    Ok(listing(tx, id)?)
}

/// Writes a product's new content, and what it is found by.
///
/// # Errors
/// [`ProductError::Stale`].
pub fn rewrite(tx: &mut Tx<'_>, mut product: Product, content: Content) -> Outcome<()> {
    let search = search_text(&content, &product.seller_name);
    (product.content, product.search_name, product.search_rest) = (content, search.name, search.rest);
    let version = product.version;
    if store::update(tx, &product, version)? { Ok(()) } else { Err(ProductError::Stale.into()) }
}

/// Counts a product's version up, since what its house sees of it has changed.
///
/// # Errors
/// [`ProductError::Stale`].
pub fn touch(tx: &mut Tx<'_>, id: ProductId, version: i32) -> Outcome<()> {
    if store::touch(tx, id, version)? { Ok(()) } else { Err(ProductError::Stale.into()) }
}

/// The product, if `who` may write it, and by whose hand that would be.
///
/// # Errors
/// [`ProductError::Denied`].
pub fn writable(tx: &mut Tx<'_>, who: Identity, id: ProductId) -> Outcome<(Product, By<'static>)> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let product = store::get(tx, id)?;
    let resource = resource(&product);
    authorize(&person, Action::WriteProduct, &resource).map_err(ProductError::from)?;
    Ok((product, By { actor: who.account, on_behalf_of: person.on_behalf_of(&resource), reason: None }))
}

/// Like [`writable`], for what it is sold in and for.
///
/// # Errors
/// [`ProductError::Denied`], [`ProductError::NotNow`].
pub fn tradable(tx: &mut Tx<'_>, who: Identity, id: ProductId) -> Outcome<(Product, By<'static>)> {
    let (product, by) = writable(tx, who, id)?;
    if trade_is_open(product.state) { Ok((product, by)) } else { Err(ProductError::NotNow { state: product.state }.into()) }
}

/// Keeps the lowest retail price with a product whose packs or prices have changed.
///
/// # Errors
/// [`ProductError::Stale`] when it has changed since `version`.
pub fn priced(tx: &mut Tx<'_>, id: ProductId, version: i32, lowest: Rupiah) -> Outcome<Listing> {
    if store::reprice(tx, id, version, lowest)? { Ok(listing(tx, id)?) } else { Err(ProductError::Stale.into()) }
}

/// The product for those who belong to it or administer its village.
///
/// # Errors
/// [`ProductError::Denied`].
pub fn visible_to_its_house(conn: &mut Conn, who: Identity, now: Timestamp, id: ProductId) -> Outcome<Product> {
    let person = person(conn, who, now)?;
    let product = store::get(conn, id)?;
    authorize(&person, Action::ViewEnterprise, &resource(&product)).map_err(ProductError::from)?;
    Ok(product)
}

/// What is on a product's label and what is missing, for those who belong to it or administer its village.
#[derive(Debug)]
pub struct Label {
    pub listing: Listing,
    pub items: Vec<(LabelItem, LabelState)>,
    pub hints: Vec<LabelHint>,
    /// Whom to ask for help.
    pub hotline: Option<Phone>,
}

/// Looks a product's label over.
///
/// # Errors
/// [`ProductError::Denied`].
pub fn label(conn: &mut Conn, who: Identity, now: Timestamp, id: ProductId) -> Outcome<Label> {
    let today = now.business_date();
    let product = visible_to_its_house(conn, who, now, id)?;
    let hotline = villages::settings::settings(conn, product.village_id)?.hotline;
    let listing = at_home(conn, vec![product], today)?.pop().ok_or(DbError::NotFound)?;
    let packs: Vec<PackId> = listing.packs.iter().map(|pack| pack.row.id).collect();
    let batched = !batches::good(conn, &packs, today)?.is_empty();
    let items = label::completeness(&listing.product.content, &listing.packs, batched, today);
    let hints = label::hints(&listing.product.content, &listing.product.village_code, today);
    Ok(Label { listing, items, hints, hotline })
}

/// The latest hundred moves of a product, newest first.
///
/// # Errors
/// [`ProductError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: ProductId) -> Outcome<Vec<Event>> {
    visible_to_its_house(conn, who, now, id)?;
    Ok(store::events(conn, id)?)
}

/// Moves a product; the reason is kept for its seller to read.
///
/// # Errors
/// [`ProductError::WrongState`] when `event` cannot happen now.
pub fn advance(tx: &mut Tx<'_>, who: Identity, id: ProductId, event: Move, action: Action, reason: Option<&Reason>) -> Outcome<Listing> {
    let now = tx.now();
    let person = person(tx, who, now)?;
    let product = store::get(tx, id)?;
    let resource = resource(&product);
    authorize(&person, action, &resource).map_err(ProductError::from)?;
    let on_behalf_of = person.on_behalf_of(&resource).filter(|_| action == Action::WriteProduct);
    go(tx, &product, event, By { actor: who.account, on_behalf_of, reason: reason.map(Reason::as_str) })?;
    Ok(listing(tx, id)?)
}

/// Takes a product off sale; where its food is not safe, the orders that hold it are called off too.
///
/// # Errors
/// [`ProductError::WrongState`] when it is not on sale.
pub fn suspend(tx: &mut Tx<'_>, who: Identity, id: ProductId, reason: &Reason, unsafe_food: bool) -> Outcome<Listing> {
    let suspended = advance(tx, who, id, Move::Suspend, Action::ModerateProduct, Some(reason))?;
    if unsafe_food {
        jobs::recall(tx, &suspended, reason)?;
    }
    Ok(suspended)
}

/// Moves a product, and its place in the queue of the village admin with it.
///
/// # Errors
/// [`ProductError::WrongState`] when `event` cannot happen now, [`ProductError::NotTrading`].
pub fn go(tx: &mut Tx<'_>, product: &Product, event: Move, by: By<'_>) -> Outcome<()> {
    let wrong = || ProductError::WrongState { state: product.state, wanted: event };
    let to = next(product.state, event).ok_or_else(wrong)?;
    if matches!(to, State::Submitted | State::Published) && product.seller_state != enterprises::State::Approved {
        return Err(ProductError::NotTrading.into());
    }
    if !store::move_state(tx, product.id, &Moving { from: product.state, to, by })? {
        return Err(wrong().into());
    }
    match event {
        Move::Submit => moderation::service::ask(tx, product, by)?,
        Move::Publish => moderation::service::settle(tx, product.id, Decision::Confirmed, by)?,
        Move::Return => moderation::service::settle(tx, product.id, Decision::Returned, by)?,
        Move::Reject => moderation::service::settle(tx, product.id, Decision::Rejected, by)?,
        Move::Pause | Move::Resume | Move::Suspend | Move::Reinstate => {}
    }
    Ok(())
}
