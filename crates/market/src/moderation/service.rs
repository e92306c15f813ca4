//! Asking for a look, and deciding.

use std::collections::BTreeMap;

use chrono::Duration;
use serde_json::json;

use super::model::{Moderation, ModerationId, ServiceLevel, State, Subject};
use super::rules::{Move, median_minutes, next};
use super::store;
use crate::catalogue::content::{Change, Difference};
use crate::catalogue::model::Product;
use crate::catalogue::service::{self as catalogue, ProductError};
use crate::catalogue::{Listing, ProductId, photos, rules::Move as ProductMove};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::jobs::enqueue;
use people::permissions::{Action, By, Denied, Resource, authorize, principal};
use people::villages::{self, VillageId};

/// A seller is to be told what was decided.
pub const DECIDED: &str = "product_change_decided";
/// Over how many days the service level looks back.
const LOOK_BACK_DAYS: i64 = 30;

/// What can happen to a person here.
#[derive(Debug)]
pub enum ModerationError {
    /// It has been decided.
    WrongState {
        state: State,
        wanted: Move,
    },
    Product(ProductError),
    Denied(Denied),
}
impl Refusal for ModerationError {}

impl From<Denied> for ModerationError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

type Outcome<T> = Result<T, Failure<ModerationError>>;

fn of_product<T>(outcome: Result<T, Failure<ProductError>>) -> Outcome<T> {
    outcome.map_err(|failure| failure.map(ModerationError::Product))
}

/// What waits of these products.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn waiting(conn: &mut Conn, products: &[ProductId]) -> Result<BTreeMap<ProductId, Moderation>, DbError> {
    Ok(store::waiting(conn, products)?.into_iter().map(|one| (one.product_id, one)).collect())
}

/// Puts a new product into the queue.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn ask(tx: &mut Tx<'_>, product: &Product, by: By<'_>) -> Result<(), DbError> {
    store::insert(tx, product, Subject::Product, &[], State::Waiting, by)
}

/// Puts a change into the queue, or writes down that nobody need look at it. Answers `false` where one waits already.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn propose(tx: &mut Tx<'_>, product: &Product, differences: &[Difference], by: By<'_>) -> Result<bool, DbError> {
    if !store::waiting(tx, &[product.id])?.is_empty() {
        return Ok(false);
    }
    let state = if product.seller_trusted { State::Confirmed } else { State::Waiting };
    store::insert(tx, product, Subject::Change, differences, state, by)?;
    Ok(true)
}

/// Takes a new product out of the queue, since its own state has moved.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn settle(tx: &mut Tx<'_>, product: ProductId, to: State, by: By<'_>) -> Result<(), DbError> {
    for one in store::waiting(tx, &[product])?.into_iter().filter(|one| one.subject == Subject::Product) {
        store::decide(tx, one.id, to, by)?;
    }
    Ok(())
}

/// Decides on what waits: a product is published, returned or rejected; a change is made or not. Its seller is told.
///
/// # Errors
/// [`ModerationError::WrongState`] when it has been decided.
pub fn decide(tx: &mut Tx<'_>, who: Identity, id: ModerationId, event: Move, reason: Option<&str>) -> Outcome<(Moderation, Listing)> {
    let now = tx.now();
    let person = principal(tx, who, now).map_err(|failure| failure.map(ModerationError::from))?;
    let this = store::get(tx, id)?;
    let product = catalogue::get(tx, this.product_id)?;
    let resource = catalogue::resource(&product);
    let action = if event == Move::Withdraw { Action::WriteProduct } else { Action::ModerateProduct };
    authorize(&person, action, &resource).map_err(ModerationError::from)?;
    let wrong = || ModerationError::WrongState { state: this.state, wanted: event };
    let to = next(this.state, event).ok_or_else(wrong)?;
    let on_behalf_of = person.on_behalf_of(&resource).filter(|_| event == Move::Withdraw);
    let by = By { actor: who.account, on_behalf_of, reason };
    match (this.subject, event) {
        (Subject::Product, Move::Confirm) => move_product(tx, &product, ProductMove::Publish, by)?,
        (Subject::Product, Move::Return) => move_product(tx, &product, ProductMove::Return, by)?,
        (Subject::Product, Move::Reject) => move_product(tx, &product, ProductMove::Reject, by)?,
        // A new product has no way back but by the admin; a change has.
        (Subject::Product, Move::Withdraw) => return Err(wrong().into()),
        (Subject::Change, _) => {
            if !store::decide(tx, id, to, by)? {
                return Err(wrong().into());
            }
            conclude(tx, product, &this.differences.0, event)?;
        }
    }
    if event != Move::Withdraw {
        enqueue(tx, DECIDED, json!({ "product_id": this.product_id, "outcome": to, "reason": reason }))?;
    }
    Ok((store::get(tx, id)?, catalogue::listing(tx, this.product_id)?))
}

fn move_product(tx: &mut Tx<'_>, product: &Product, event: ProductMove, by: By<'_>) -> Outcome<()> {
    of_product(catalogue::go(tx, product, event, by))
}

/// What becomes of the product once its change is decided.
fn conclude(tx: &mut Tx<'_>, product: Product, differences: &[Difference], event: Move) -> Outcome<()> {
    let change = Change::of(differences).unwrap_or_default();
    let content = product.content.after(&change);
    let (old, new) = (&product.content.photos, &content.photos);
    match event {
        Move::Confirm => {
            of_product(photos::let_go(tx, product.id, old, new))?;
            of_product(catalogue::rewrite(tx, product, content))
        }
        Move::Return | Move::Reject | Move::Withdraw => {
            of_product(photos::let_go(tx, product.id, new, old))?;
            of_product(catalogue::touch(tx, product.id, product.version))
        }
    }
}

/// The changes of a product, newest first, for those it belongs to and their village.
///
/// # Errors
/// [`ProductError::Denied`] inside.
pub fn changes(conn: &mut Conn, who: Identity, now: Timestamp, product: ProductId) -> Outcome<Vec<Moderation>> {
    of_product(catalogue::visible_to_its_house(conn, who, now, product))?;
    Ok(store::changes(conn, product)?)
}

fn admin_of(conn: &mut Conn, who: Identity, now: Timestamp, village: VillageId) -> Outcome<()> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(ModerationError::from))?;
    let resource = Resource { village: Some(village), ..Resource::default() };
    Ok(authorize(&person, Action::ModerateProduct, &resource).map_err(ModerationError::from)?)
}

/// What waits in a village with its products, the longest first, and the village's hours.
///
/// # Errors
/// [`ModerationError::Denied`].
pub fn queue(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    village: VillageId,
    after: Option<(Timestamp, ModerationId)>,
    rows: i64,
) -> Outcome<(i32, Vec<(Moderation, Listing)>)> {
    admin_of(conn, who, now, village)?;
    let hours = villages::settings::settings(conn, village)?.moderation_hours.count();
    let page = store::queue(conn, village, after, rows)?;
    let ids: Vec<ProductId> = page.iter().map(|one| one.product_id).collect();
    let mut listings: BTreeMap<ProductId, Listing> =
        catalogue::listings(conn, &ids, now)?.into_iter().map(|listing| (listing.product.id, listing)).collect();
    // One thing waits per product, so each listing is wanted once.
    Ok((hours, page.into_iter().filter_map(|one| listings.remove(&one.product_id).map(|listing| (one, listing))).collect()))
}

/// How well a village keeps to its hours.
///
/// # Errors
/// [`ModerationError::Denied`].
pub fn service_level(conn: &mut Conn, who: Identity, now: Timestamp, village: VillageId) -> Outcome<ServiceLevel> {
    admin_of(conn, who, now, village)?;
    let hours = villages::settings::settings(conn, village)?.moderation_hours.count();
    let waiting = store::count(conn, village, now)?;
    let late = store::count(conn, village, now.after(Duration::hours(-i64::from(hours))))?;
    let oldest = store::queue(conn, village, None, 1)?.first().map(|one| one.asked_at);
    let waits = store::decided(conn, village, now.after(Duration::days(-LOOK_BACK_DAYS)))?;
    Ok(ServiceLevel { hours, waiting, late, oldest, decided: waits.len(), median_minutes: median_minutes(&waits) })
}
