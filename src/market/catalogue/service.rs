//! What can be done with a product.

use super::model::{Category, Change, Event, Filter, Listing, NewProduct, Product, ProductId, Sort, State};
use super::rules::{Move, next, texts_are_open, trade_is_open};
use super::store::{self, Moving, SearchText};
use crate::kit::auth::Identity;
use crate::kit::clock::Timestamp;
use crate::kit::db::{Conn, DbError, Failure, Refusal, Tx};
use crate::kit::money::Rupiah;
use crate::kit::search::{Query, normalise};
use crate::kit::text::Reason;
use crate::market::packs;
use crate::people::enterprises::{self, EnterpriseId};
use crate::people::permissions::{Action, By, Denied, Principal, Resource, authorize, principal};
use crate::people::villages::VillageId;

/// What can happen to a person here.
#[derive(Debug)]
pub enum ProductError {
    NoSuchCategory,
    NotTrading,
    WrongState { state: State, wanted: Move },
    NotNow { state: State },
    Stale,
    Denied(Denied),
}
impl Refusal for ProductError {}

impl From<Denied> for ProductError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

type Outcome<T> = Result<T, Failure<ProductError>>;

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
    let with_packs = |product: Product| Listing { packs: packs.remove(&product.id).unwrap_or_default(), product };
    Ok(products.into_iter().map(with_packs).collect())
}

/// The product with its packs.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn listing(conn: &mut Conn, id: ProductId) -> Result<Listing, DbError> {
    let product = store::get(conn, id)?;
    shelved(conn, vec![product])?.pop().ok_or(DbError::NotFound)
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
    let listing = shelved(conn, vec![product])?.pop().ok_or(DbError::NotFound)?;
    Ok(Seen { listing, whole })
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
    Ok(shelved(conn, page)?)
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
    Ok(shelved(conn, page)?)
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
    check_category(tx, new.category.as_str())?;
    let search = search_text(new.name.as_str(), new.description.as_str(), &enterprise.name);
    let id = store::insert(tx, enterprise.village_id, enterprise.id, new, &search)?;
    packs::service::open(tx, id, 1, &new.pack, By { actor: who.account, on_behalf_of: person.on_behalf_of(&resource), reason: None })?;
    Ok(listing(tx, id)?)
}

fn check_category(conn: &mut Conn, code: &str) -> Outcome<()> {
    if store::category_exists(conn, code)? { Ok(()) } else { Err(ProductError::NoSuchCategory.into()) }
}

fn search_text(name: &str, description: &str, seller: &str) -> SearchText {
    SearchText { name: normalise(name), rest: normalise(&format!("{seller} {description}")) }
}

/// Writes the search texts of an enterprise's products anew.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn refresh_search(tx: &mut Tx<'_>, enterprise: EnterpriseId) -> Result<(), DbError> {
    let name = enterprises::service::get(tx, enterprise)?.name;
    for (id, description) in store::descriptions(tx, enterprise)? {
        store::set_search_rest(tx, id, &search_text("", &description, &name).rest)?;
    }
    Ok(())
}

/// Changes a product's texts and claims, while they are not with the moderator or the public.
///
/// # Errors
/// [`ProductError::NotNow`], [`ProductError::Stale`], [`ProductError::NoSuchCategory`].
pub fn edit(tx: &mut Tx<'_>, who: Identity, id: ProductId, version: i32, change: &Change) -> Outcome<Listing> {
    let (mut product, _) = writable(tx, who, id)?;
    if !texts_are_open(product.state) {
        return Err(ProductError::NotNow { state: product.state }.into());
    }
    if let Some(category) = &change.category {
        check_category(tx, category.as_str())?;
        product.category = category.to_string();
    }
    if let Some(name) = &change.name {
        product.name = name.to_string();
    }
    if let Some(description) = &change.description {
        product.description = description.to_string();
    }
    if let Some(pirt) = &change.pirt {
        product.pirt_number = Some(pirt.as_str().to_owned());
        product.pirt_expires_year = pirt.expires_year();
    }
    if let Some(halal) = &change.halal {
        product.halal_number = Some(halal.number.as_str().to_owned());
        product.halal_scheme = Some(halal.scheme);
        product.halal_until = halal.until;
    }
    let search = search_text(&product.name, &product.description, &product.seller_name);
    (product.search_name, product.search_rest) = (search.name, search.rest);
    if !store::update(tx, &product, version)? {
        return Err(ProductError::Stale.into());
    }
    Ok(listing(tx, id)?)
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
    let wrong = || ProductError::WrongState { state: product.state, wanted: event };
    let to = next(product.state, event).ok_or_else(wrong)?;
    if matches!(to, State::Submitted | State::Published) && product.seller_state != enterprises::State::Approved {
        return Err(ProductError::NotTrading.into());
    }
    let reason = reason.map(Reason::as_str);
    let on_behalf_of = person.on_behalf_of(&resource).filter(|_| action == Action::WriteProduct);
    let moving = Moving { from: product.state, to, by: By { actor: who.account, on_behalf_of, reason } };
    if !store::move_state(tx, id, &moving)? {
        return Err(wrong().into());
    }
    Ok(listing(tx, id)?)
}
