//! The till: what is sold at the counter, consigned goods and own ones alike, in one quick call.
//!
//! 1. Every line keeps whose goods they were. Consigned goods leave their maker's shelf and are settled with her at once; they sell
//!    at her price.
//! 2. Where a pack stands there both consigned and bought, the consigned ones are sold first, unless the line says whose.
//! 3. The same sale sent again, known by the name its device gave it, lands once.
//! 4. What was bought, or is another's, is sold only once it had come.
//! 5. Own goods sell at the price told, or at the maker's retail price.

use std::collections::BTreeMap;

use actix_web::{get, post};
use chrono::Duration;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::consignment::model::ClientId;
use super::consignment::selling::{self, AtTill};
use super::consignment::service::ConsignmentError;
use super::debts::Method;
use books::ledger::service::{self as ledger, LedgerError};
use books::ledger::{Account, Channel, Entry, Movement as LedgerMovement};
use kit::auth::{Actor, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Conn, Db, DbError, Failure, Refusal, Tx};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::money::{MoneyError, Rupiah};
use kit::schema::{packs as pack_rows, products, till_lines, till_sales};
use kit::typed_id;
use market::costs;
use market::inventory::{self, InventoryError, Movement, Shelf, ShelfRow, Site, Why};
use market::orders::model::Quantity;
use market::packs::model::{Channel as PriceChannel, Price, per_pack};
use market::packs::{self, PackId};
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, authorize, principal};

typed_id!(
    /// What was sold at the counter at once.
    TillSaleId, "til"
);

/// The most lines of one sale.
const MOST_LINES: usize = 50;
/// How late a sale may come in.
const MOST_DAYS_LATE: i64 = 30;

/// What can happen to a person here.
#[derive(Debug)]
pub enum TillError {
    /// The time is to come, or too long ago.
    SoldAt,
    /// It has no price of its own, and none was told.
    PriceNeeded {
        pack: PackId,
    },
    TooMuch,
    Stock(InventoryError),
    Books(LedgerError),
    Consigned(ConsignmentError),
    Denied(Denied),
}
impl Refusal for TillError {}

impl From<Denied> for TillError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<MoneyError> for TillError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

impl From<TillError> for Problem {
    fn from(error: TillError) -> Self {
        match error {
            TillError::SoldAt => Self::invalid_field("sold_at", "sold_at_out_of_range"),
            TillError::PriceNeeded { pack } => Self::conflict("till_price_needed").arg("pack", pack),
            TillError::TooMuch => Self::conflict("sum_out_of_range"),
            TillError::Stock(error) => error.into(),
            TillError::Books(error) => error.into(),
            TillError::Consigned(error) => error.into(),
            TillError::Denied(denied) => denied.into(),
        }
    }
}

type Outcome<T> = Result<T, Failure<TillError>>;

/// A line as it is told.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SoldLine {
    pub pack_id: PackId,
    pub quantity: Quantity,
    /// What one was sold for; of consigned goods it is their maker's price.
    pub price: Option<Price>,
    /// Whose they are, where it matters.
    pub owner_id: Option<EnterpriseId>,
}

/// A sale as it is told.
#[derive(Clone, Debug)]
pub struct NewSale {
    pub client_id: ClientId,
    pub sold_at: Option<Timestamp>,
    pub method: Method,
    pub lines: Vec<SoldLine>,
}

/// What is sold off one shelf.
#[derive(Clone, Copy, Debug)]
struct Part {
    shelf: Shelf,
    quantity: i64,
    price: Option<Price>,
}

/// Which shelves a line is sold from: consigned goods first.
fn parts(shelves: &mut [(ShelfRow, i64)], line: &SoldLine) -> Result<Vec<Part>, InventoryError> {
    let wanted = line.quantity.units();
    let mut left = wanted;
    let mut parts = Vec::new();
    for consigned in [true, false] {
        let fitting = shelves.iter_mut().filter(|(row, _)| row.pack == line.pack_id && (row.site == Site::Consigned) == consigned);
        for (row, free) in fitting.filter(|(row, _)| line.owner_id.is_none_or(|owner| owner == row.owner)) {
            let quantity = left.min(*free);
            if quantity > 0 {
                let shelf = Shelf { pack: row.pack, owner: row.owner, holder: row.holder, site: row.site };
                parts.push(Part { shelf, quantity, price: line.price });
                (left, *free) = (left - quantity, *free - quantity);
            }
        }
    }
    if left > 0 { Err(InventoryError::NotEnough { pack: line.pack_id, available: wanted - left }) } else { Ok(parts) }
}

/// Sells at the counter of an enterprise.
///
/// # Errors
/// [`TillError::Stock`] with what is free, [`TillError::PriceNeeded`], [`TillError::SoldAt`], and what consigned goods refuse.
pub fn sell(tx: &mut Tx<'_>, who: Identity, at: EnterpriseId, new: &NewSale) -> Outcome<TillSaleView> {
    let now = tx.now();
    let by = acting(tx, who, now, at, Action::WriteProduct)?;
    let known = till_sales::enterprise_id.eq(at).and(till_sales::client_id.eq(new.client_id.as_str()));
    if let Some(known) = till_sales::table.filter(known).select(till_sales::id).first::<TillSaleId>(&mut **tx).optional()? {
        return one(tx, known);
    }
    let sold_at = new.sold_at.unwrap_or(now).min(now);
    if new.sold_at.is_some_and(|told| told > now.after(Duration::minutes(10))) || sold_at < now.after(-Duration::days(MOST_DAYS_LATE)) {
        return Err(TillError::SoldAt.into());
    }
    let packs: Vec<PackId> = new.lines.iter().map(|line| line.pack_id).collect();
    let held = inventory::held_of(tx, at, &packs)?;
    let mut free: Vec<(ShelfRow, i64)> = held.into_iter().map(|row| (row.clone(), row.on_hand - row.reserved)).collect();
    let mut all = Vec::new();
    for line in &new.lines {
        all.extend(parts(&mut free, line).map_err(TillError::Stock)?);
    }
    let id = insert(tx, at, new, sold_at, by)?;
    let offers = packs::service::offers(tx, &packs)?;
    let retail: BTreeMap<PackId, Rupiah> = offers
        .iter()
        .filter_map(|offer| Some((offer.pack.row.id, packs::rules::price_for(&offer.pack.prices, PriceChannel::Retail, 1)?.amount)))
        .collect();
    let (mut total, mut own, mut cost) = (Rupiah::ZERO, Rupiah::ZERO, Rupiah::ZERO);
    for (position, part) in (1..).zip(&all) {
        let reference = format!("{id}:{position}");
        let price = match part.shelf.site {
            Site::Consigned => {
                let sale = AtTill {
                    maker: part.shelf.owner,
                    warung: at,
                    pack: part.shelf.pack,
                    quantity: part.quantity,
                    price: part.price.map(Price::amount),
                    method: new.method,
                    reference: &reference,
                    sold_at: new.sold_at.map(|_| sold_at),
                };
                selling::sell(tx, sale, by).map_err(|failure| failure.map(TillError::Consigned))?
            }
            Site::Home | Site::Bought => {
                let pack = part.shelf.pack;
                let told = part.price.map(Price::amount).or_else(|| retail.get(&pack).copied());
                let price = told.ok_or(TillError::PriceNeeded { pack })?;
                let why = Why::at(&reference, Some(by), sold_at);
                if part.shelf.site == Site::Bought {
                    stood_there(tx, part, sold_at)?;
                }
                let taken = inventory::take_out(tx, part.shelf, Movement::HandedOver, part.quantity, &why);
                taken.map_err(|failure| failure.map(TillError::Stock))?;
                if part.shelf.site == Site::Home {
                    cost = cost.plus(costs::take(tx, pack, part.quantity)?).map_err(TillError::from)?;
                }
                own = own.plus(price.times(part.quantity).map_err(TillError::from)?).map_err(TillError::from)?;
                price
            }
        };
        let worth = price.times(part.quantity).map_err(TillError::from)?;
        total = total.plus(worth).map_err(TillError::from)?;
        insert_line(tx, id, position, part, price, worth)?;
    }
    diesel::update(till_sales::table.find(id)).set(till_sales::total.eq(total)).execute(&mut **tx)?;
    enter(tx, at, id, (own, cost), new.method, sold_at)?;
    one(tx, id)
}

/// Refuses what is said to be sold before it had come.
fn stood_there(conn: &mut Conn, part: &Part, at: Timestamp) -> Outcome<()> {
    let there = inventory::stood_at(conn, part.shelf, at)?;
    if there < part.quantity {
        let refused = ConsignmentError::NotThereThen { pack: part.shelf.pack, at, there, sold: part.quantity };
        return Err(TillError::Consigned(refused).into());
    }
    Ok(())
}

/// Own goods sold are the enterprise's own sale.
fn enter(
    tx: &mut Tx<'_>,
    at: EnterpriseId,
    id: TillSaleId,
    (own, cost): (Rupiah, Rupiah),
    method: Method,
    sold_at: Timestamp,
) -> Outcome<()> {
    let now = tx.now();
    let counts = ledger::counts_at(tx, &[at], sold_at, now)?;
    let sale = Entry::new(LedgerMovement::Sale, format!("{id}:sale"), counts);
    let sale = sale.transfer(Account::sales(Channel::InPerson), method.purse(), own).map_err(TillError::from)?;
    let goods = Entry::new(LedgerMovement::CostOfGoods, format!("{id}:cost"), counts);
    let goods = goods.transfer(Account::Stock, Account::CostGoods, cost).map_err(TillError::from)?;
    for entry in [sale, goods] {
        ledger::post(tx, at, &entry).map_err(|failure| failure.map(TillError::Books))?;
    }
    Ok(())
}

fn acting(conn: &mut Conn, who: Identity, now: Timestamp, at: EnterpriseId, action: Action) -> Outcome<By<'static>> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(TillError::from))?;
    let enterprise = enterprises::service::get(conn, at)?;
    authorize(&person, action, &enterprise.resource()).map_err(TillError::from)?;
    Ok(By { actor: who.account, on_behalf_of: person.on_behalf_of(&enterprise.resource()), reason: None })
}

fn insert(tx: &mut Tx<'_>, at: EnterpriseId, new: &NewSale, sold_at: Timestamp, by: By<'_>) -> Result<TillSaleId, DbError> {
    let (id, now) = (TillSaleId::new(), tx.now());
    diesel::insert_into(till_sales::table)
        .values((
            till_sales::id.eq(id),
            till_sales::enterprise_id.eq(at),
            till_sales::client_id.eq(new.client_id.as_str()),
            till_sales::total.eq(Rupiah::ZERO),
            till_sales::method.eq(new.method),
            till_sales::actor_id.eq(by.actor),
            till_sales::on_behalf_of.eq(by.on_behalf_of),
            till_sales::sold_at.eq(sold_at),
            till_sales::recorded_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

fn insert_line(tx: &mut Tx<'_>, id: TillSaleId, position: i32, part: &Part, price: Rupiah, total: Rupiah) -> Result<(), DbError> {
    diesel::insert_into(till_lines::table)
        .values((
            till_lines::sale_id.eq(id),
            till_lines::position.eq(position),
            till_lines::pack_id.eq(part.shelf.pack),
            till_lines::owner_id.eq(part.shelf.owner),
            till_lines::quantity.eq(part.quantity),
            till_lines::price.eq(price),
            till_lines::total.eq(total),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// How many of each pack were sold at the till of what was the seller's own, from an instant on.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn own_sold_since(conn: &mut Conn, at: EnterpriseId, since: Timestamp) -> Result<BTreeMap<PackId, i64>, DbError> {
    let own = till_sales::enterprise_id.eq(at).and(till_lines::owner_id.eq(at)).and(till_sales::sold_at.ge(since));
    let rows: Vec<(PackId, i64)> =
        till_lines::table.inner_join(till_sales::table).filter(own).select((till_lines::pack_id, till_lines::quantity)).load(conn)?;
    Ok(per_pack(rows))
}

/// A line of a sale, and whose goods they were.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TillLineView {
    pack_id: PackId,
    product_name: String,
    pack_label: String,
    owner_id: EnterpriseId,
    quantity: i64,
    price: Rupiah,
    total: Rupiah,
}

/// What was sold at the counter at once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TillSaleView {
    id: TillSaleId,
    enterprise_id: EnterpriseId,
    client_id: String,
    lines: Vec<TillLineView>,
    total: Rupiah,
    method: Method,
    sold_at: Timestamp,
}

type SaleRow = (TillSaleId, EnterpriseId, String, Rupiah, Method, Timestamp);
type LineRow = (TillSaleId, PackId, String, String, EnterpriseId, i64, Rupiah, Rupiah);

fn gathered(conn: &mut Conn, sales: Vec<SaleRow>) -> Result<Vec<TillSaleView>, DbError> {
    let ids: Vec<TillSaleId> = sales.iter().map(|sale| sale.0).collect();
    let rows: Vec<LineRow> = till_lines::table
        .inner_join(pack_rows::table.inner_join(products::table))
        .filter(till_lines::sale_id.eq_any(&ids))
        .order((till_lines::sale_id, till_lines::position))
        .select((
            till_lines::sale_id,
            till_lines::pack_id,
            products::name,
            pack_rows::label,
            till_lines::owner_id,
            till_lines::quantity,
            till_lines::price,
            till_lines::total,
        ))
        .load(conn)?;
    let mut lines: BTreeMap<TillSaleId, Vec<TillLineView>> = BTreeMap::new();
    for (sale, pack_id, product_name, pack_label, owner_id, quantity, price, total) in rows {
        lines.entry(sale).or_default().push(TillLineView { pack_id, product_name, pack_label, owner_id, quantity, price, total });
    }
    let whole = |(id, enterprise_id, client_id, total, method, sold_at): SaleRow| TillSaleView {
        lines: lines.remove(&id).unwrap_or_default(),
        id,
        enterprise_id,
        client_id,
        total,
        method,
        sold_at,
    };
    Ok(sales.into_iter().map(whole).collect())
}

const SALE: (till_sales::id, till_sales::enterprise_id, till_sales::client_id, till_sales::total, till_sales::method, till_sales::sold_at) =
    (till_sales::id, till_sales::enterprise_id, till_sales::client_id, till_sales::total, till_sales::method, till_sales::sold_at);

fn one(conn: &mut Conn, id: TillSaleId) -> Outcome<TillSaleView> {
    let sale = till_sales::table.find(id).select(SALE).first(conn)?;
    Ok(gathered(conn, vec![sale])?.pop().ok_or(DbError::NotFound)?)
}

/// What was sold at the counter of an enterprise, newest first.
///
/// # Errors
/// [`TillError::Denied`].
pub fn list(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    at: EnterpriseId,
    before: Option<TillSaleId>,
    rows: i64,
) -> Outcome<Vec<TillSaleView>> {
    acting(conn, who, now, at, Action::ViewEnterprise)?;
    let mut query = till_sales::table.filter(till_sales::enterprise_id.eq(at)).into_boxed();
    if let Some(before) = before {
        query = query.filter(till_sales::id.lt(before));
    }
    let sales = query.order(till_sales::id.desc()).limit(rows).select(SALE).load(conn)?;
    Ok(gathered(conn, sales)?)
}

/// What was sold at the counter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SellAtTill {
    /// What the device calls this sale. The same one again changes nothing.
    client_id: ClientId,
    /// Now unless said otherwise; at most 30 days ago.
    sold_at: Option<Timestamp>,
    method: Method,
    /// 1 to 50 lines.
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<SoldLine>,
}

/// Which sales are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TillQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const NEWEST: &str = "till_sales";

/// Sells at the counter, consigned goods and own ones alike; whose they were is kept.
#[utoipa::path(tag = "consignment", operation_id = "sell_at_till", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = SellAtTill,
    responses((status = 201, body = TillSaleView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/till-sales")]
pub async fn record(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<SellAtTill>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let SellAtTill { client_id, sold_at, method, lines } = posted.body;
    if lines.is_empty() || lines.len() > MOST_LINES {
        return Err(Problem::invalid_field("lines", format!("lines_out_of_range({MOST_LINES})")));
    }
    let (who, id, new) = (actor.who, id.into_inner(), NewSale { client_id, sold_at, method, lines });
    let reply = posted.once.write(&db, who, move |tx| {
        let sale = sell(tx, who, id, &new)?;
        Ok(Reply::created(format!("/v1/enterprises/{id}/till-sales"), &sale))
    });
    Ok(reply.await?)
}

/// Lists what was sold at the counter, newest first.
#[utoipa::path(tag = "consignment", operation_id = "list_till_sales", params(("id" = EnterpriseId, Path), TillQuery),
    responses((status = 200, body = Page<TillSaleView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/till-sales")]
pub async fn show(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<TillQuery>,
    db: web::Data<Db>,
) -> Result<Page<TillSaleView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| list(conn, actor.who, now, *id, before, q.limit.fetch())).await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |sale| sale.id))
}

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(record).service(show);
}
