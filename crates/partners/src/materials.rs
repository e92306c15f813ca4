//! The store of raw material: what an enterprise has of each, and what it cost.
//!
//! 1. Typed movements are the only way in and out: received of a supplier, bought at the market, used, spoiled, adjusted.
//! 2. Never less than nothing, by guard and by constraint; what is empty has no value.
//! 3. What leaves, leaves at the average cost of what there is; the last of it takes the last rupiah along.
//! 4. Every movement that has a value stands in the books as the same value, in the same transaction.

use actix_web::{get, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::supply::model::{MaterialName, Named};
use super::supply::{self, Base, MaterialId};
use books::ledger::service::LedgerError;
use books::ledger::{self, Account, Entry, Movement as BookMovement};
use kit::auth::{Actor, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Conn, Db, DbError, Failure, Refusal, Tx};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::money::{MoneyError, Rupiah};
use kit::schema::{material_movements, material_stocks, materials};
use kit::text::Reason;
use kit::{bounded, typed_id, word_enum};
use market::packs::model::Price;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, By, Denied, authorize, principal};

typed_id!(
    /// A movement of raw material.
    MovementId, "mmv"
);
bounded!(
    /// A quantity in grams, millilitres or pieces: 1 to 1,000,000,000.
    BaseQuantity, 1 ..= 1_000_000_000, "base_quantity_out_of_range"
);
bounded!(
    /// A counted quantity in grams, millilitres or pieces, which may be nothing.
    Counted, 0 ..= 1_000_000_000, "base_quantity_out_of_range"
);

word_enum! {
    /// Why material moved.
    Movement as "MaterialMovement" {
        /// A supplier brought it.
        Received = "received",
        /// It was bought at the market for money.
        Bought = "bought",
        /// Goods were made of it.
        Used = "used",
        /// It went bad.
        Spoiled = "spoiled",
        /// It was counted differently.
        Adjusted = "adjusted",
    }
}

word_enum! {
    /// How something was paid at the market.
    Purse as "PurchasePaidFrom" {
        /// From the cash box.
        Cash = "cash",
        /// From the bank account.
        Bank = "bank",
    }
}

/// What can happen to a person here.
#[derive(Debug)]
pub enum MaterialError {
    /// Not so much is there.
    NotEnough {
        material: MaterialId,
        name: String,
        available: i64,
    },
    TooMuch,
    Books(LedgerError),
    Denied(Denied),
}
impl Refusal for MaterialError {}

impl From<Denied> for MaterialError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<MoneyError> for MaterialError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

impl From<MaterialError> for Problem {
    fn from(error: MaterialError) -> Self {
        match error {
            MaterialError::NotEnough { material: _, name, available } => {
                Self::conflict("not_enough_material").arg("material", name).arg("available", available)
            }
            MaterialError::TooMuch => Self::conflict("sum_out_of_range"),
            MaterialError::Books(error) => error.into(),
            MaterialError::Denied(denied) => denied.into(),
        }
    }
}

type Outcome<T> = Result<T, Failure<MaterialError>>;

/// A quantity of one material with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Holding {
    pub quantity: i64,
    pub cost: Rupiah,
}

/// What `taken` of a holding cost: its part of the whole, rounded down, and all of it with the last.
#[must_use]
pub fn cost_of(holding: Holding, taken: i64) -> Option<Rupiah> {
    if taken < 0 || taken > holding.quantity {
        return None;
    }
    if taken == holding.quantity {
        return Some(holding.cost);
    }
    let part = i128::from(holding.cost.amount()) * i128::from(taken) / i128::from(holding.quantity);
    i64::try_from(part).ok().and_then(|part| Rupiah::new(part).ok())
}

/// What an enterprise has of a material; nothing where it never had any.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn holding(conn: &mut Conn, owner: EnterpriseId, material: MaterialId) -> Result<Holding, DbError> {
    let row = material_stocks::table.find((owner, material)).select((material_stocks::quantity, material_stocks::cost));
    Ok(row.first(conn).optional()?.unwrap_or(Holding { quantity: 0, cost: Rupiah::ZERO }))
}

/// Why and by whom material moves.
#[derive(Clone, Copy, Debug)]
pub struct Why<'a> {
    pub kind: Movement,
    /// The act it belongs to, in the id it goes by.
    pub reference: &'a str,
    pub by: Option<By<'a>>,
}

/// The only writer of the stock.
fn write(tx: &mut Tx<'_>, owner: EnterpriseId, material: MaterialId, before: Holding, change: Holding, why: Why<'_>) -> Outcome<()> {
    let now = tx.now();
    let quantity = before.quantity.checked_add(change.quantity).ok_or(MaterialError::TooMuch)?;
    let cost = before.cost.plus(change.cost).map_err(MaterialError::from)?;
    let standing = material_stocks::table.filter(material_stocks::owner_id.eq(owner).and(material_stocks::material_id.eq(material)));
    let changed = diesel::update(standing)
        .set((material_stocks::quantity.eq(quantity), material_stocks::cost.eq(cost), material_stocks::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if changed == 0 {
        diesel::insert_into(material_stocks::table)
            .values((
                material_stocks::owner_id.eq(owner),
                material_stocks::material_id.eq(material),
                material_stocks::quantity.eq(quantity),
                material_stocks::cost.eq(cost),
                material_stocks::updated_at.eq(now),
            ))
            .execute(&mut **tx)?;
    }
    diesel::insert_into(material_movements::table)
        .values((
            material_movements::id.eq(MovementId::new()),
            material_movements::owner_id.eq(owner),
            material_movements::material_id.eq(material),
            material_movements::kind.eq(why.kind),
            material_movements::quantity.eq(change.quantity),
            material_movements::cost.eq(change.cost),
            material_movements::reference.eq(why.reference),
            material_movements::actor_id.eq(why.by.map(|by| by.actor)),
            material_movements::on_behalf_of.eq(why.by.and_then(|by| by.on_behalf_of)),
            material_movements::reason.eq(why.by.and_then(|by| by.reason)),
            material_movements::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Puts material in, at what it cost. The books are the caller's.
///
/// # Errors
/// [`MaterialError::TooMuch`].
pub fn put_in(tx: &mut Tx<'_>, owner: EnterpriseId, material: MaterialId, what: Holding, why: Why<'_>) -> Outcome<()> {
    if what.quantity == 0 {
        return Ok(());
    }
    let before = holding(tx, owner, material)?;
    write(tx, owner, material, before, what, why)
}

/// Takes material out; answers what it had cost. The books are the caller's.
///
/// # Errors
/// [`MaterialError::NotEnough`] with what there is.
pub fn take_out(tx: &mut Tx<'_>, owner: EnterpriseId, material: MaterialId, quantity: i64, why: Why<'_>) -> Outcome<Rupiah> {
    if quantity == 0 {
        return Ok(Rupiah::ZERO);
    }
    let before = holding(tx, owner, material)?;
    let Some(cost) = cost_of(before, quantity) else {
        let name = materials::table.find(material).select(materials::name).first(&mut **tx)?;
        return Err(MaterialError::NotEnough { material, name, available: before.quantity }.into());
    };
    write(tx, owner, material, before, Holding { quantity: -quantity, cost: cost.negated() }, why)?;
    Ok(cost)
}

/// What came turns out to have cost less, or more: what of it is still there is worth so much less or more. Answers by how much.
/// The books are the caller's.
///
/// # Errors
/// [`MaterialError::TooMuch`].
pub fn revalue(tx: &mut Tx<'_>, owner: EnterpriseId, material: MaterialId, came: Holding, why: Why<'_>) -> Outcome<Rupiah> {
    if came.cost == Rupiah::ZERO {
        return Ok(Rupiah::ZERO);
    }
    let before = holding(tx, owner, material)?;
    let there = Holding { quantity: came.quantity.max(1), cost: came.cost };
    let change = cost_of(there, before.quantity.min(came.quantity)).unwrap_or_default().max(before.cost.negated());
    if change != Rupiah::ZERO {
        write(tx, owner, material, before, Holding { quantity: 0, cost: change }, why)?;
    }
    Ok(change)
}

fn permitted(tx: &mut Tx<'_>, who: Identity, owner: EnterpriseId) -> Outcome<By<'static>> {
    let now = tx.now();
    let person = principal(tx, who, now).map_err(|failure| failure.map(MaterialError::from))?;
    let enterprise = enterprises::service::get(tx, owner)?;
    authorize(&person, Action::WriteProduct, &enterprise.resource()).map_err(MaterialError::from)?;
    Ok(By { actor: who.account, on_behalf_of: person.on_behalf_of(&enterprise.resource()), reason: None })
}

fn account(tx: &mut Tx<'_>, owner: EnterpriseId, entry: &Entry) -> Outcome<()> {
    ledger::service::post(tx, owner, entry).map_err(|failure| failure.map(MaterialError::Books))?;
    Ok(())
}

/// Buys material at the market for money.
///
/// # Errors
/// [`MaterialError::TooMuch`], [`MaterialError::Books`].
pub fn buy(
    tx: &mut Tx<'_>,
    who: Identity,
    owner: EnterpriseId,
    what: &Named,
    quantity: BaseQuantity,
    cost: Rupiah,
    from: Purse,
) -> Outcome<Stocked> {
    let (now, by) = (tx.now(), permitted(tx, who, owner)?);
    let material = supply::service::material(tx, what)?;
    let reference = format!("{}:purchase", MovementId::new());
    let purse = match from {
        Purse::Cash => Account::CashSeller,
        Purse::Bank => Account::Bank,
    };
    let bought = Holding { quantity: quantity.get(), cost };
    put_in(tx, owner, material, bought, Why { kind: Movement::Bought, reference: &reference, by: Some(by) })?;
    let entry =
        Entry::new(BookMovement::Purchase, reference, now).transfer(purse, Account::Materials, cost).map_err(MaterialError::from)?;
    account(tx, owner, &entry)?;
    Ok(one(tx, owner, material)?)
}

/// Writes down what was counted. What is missing is a cost; what is too much is worth what the rest is worth.
///
/// # Errors
/// [`MaterialError::Books`].
pub fn count(
    tx: &mut Tx<'_>,
    who: Identity,
    owner: EnterpriseId,
    what: &Named,
    counted: Counted,
    kind: Movement,
    reason: &str,
) -> Outcome<Stocked> {
    let (now, by) = (tx.now(), permitted(tx, who, owner)?);
    let by = By { reason: Some(reason), ..by };
    let material = supply::service::material(tx, what)?;
    let before = holding(tx, owner, material)?;
    let reference = format!("{}:counted", MovementId::new());
    let why = Why { kind, reference: &reference, by: Some(by) };
    let more = counted.get() - before.quantity;
    let entry = Entry::new(BookMovement::StockCounted, reference.clone(), now);
    let entry = if more < 0 {
        let cost = take_out(tx, owner, material, -more, why)?;
        let loss = if kind == Movement::Spoiled { Account::CostSpoilage } else { Account::CostMaterials };
        entry.transfer(Account::Materials, loss, cost).map_err(MaterialError::from)?
    } else {
        let worth = i128::from(before.cost.amount()) * i128::from(more) / i128::from(before.quantity.max(1));
        let worth = i64::try_from(worth).map_err(|_| MaterialError::TooMuch).map(Rupiah::new)?.map_err(MaterialError::from)?;
        put_in(tx, owner, material, Holding { quantity: more, cost: worth }, why)?;
        entry.transfer(Account::CostMaterials, Account::Materials, worth).map_err(MaterialError::from)?
    };
    account(tx, owner, &entry)?;
    Ok(one(tx, owner, material)?)
}

/// A material in stock.
#[derive(Clone, Debug, Queryable, Serialize, ToSchema)]
#[schema(as = MaterialStockView)]
pub struct Stocked {
    pub material_id: MaterialId,
    pub name: String,
    pub base: Base,
    /// In grams, millilitres or pieces.
    pub quantity: i64,
    /// What it cost.
    pub cost: Rupiah,
    pub updated_at: Timestamp,
}

type Row = (
    material_stocks::material_id,
    materials::name,
    materials::base,
    material_stocks::quantity,
    material_stocks::cost,
    material_stocks::updated_at,
);
const ROW: Row = (
    material_stocks::material_id,
    materials::name,
    materials::base,
    material_stocks::quantity,
    material_stocks::cost,
    material_stocks::updated_at,
);

fn one(conn: &mut Conn, owner: EnterpriseId, material: MaterialId) -> Result<Stocked, DbError> {
    let this = material_stocks::owner_id.eq(owner).and(material_stocks::material_id.eq(material));
    if let Some(stocked) = material_stocks::table.inner_join(materials::table).filter(this).select(ROW).first(conn).optional()? {
        return Ok(stocked);
    }
    let (name, base, updated_at) =
        materials::table.find(material).select((materials::name, materials::base, materials::created_at)).first(conn)?;
    Ok(Stocked { material_id: material, name, base, quantity: 0, cost: Rupiah::ZERO, updated_at })
}

/// What an enterprise has of these materials; what it never had is left out.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn holdings(conn: &mut Conn, owner: EnterpriseId, these: &[MaterialId]) -> Result<Vec<(MaterialId, Holding)>, DbError> {
    let theirs = material_stocks::table.filter(material_stocks::owner_id.eq(owner).and(material_stocks::material_id.eq_any(these)));
    Ok(theirs.select((material_stocks::material_id, (material_stocks::quantity, material_stocks::cost))).load(conn)?)
}

/// Which page of an enterprise's materials is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MaterialQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

const OLDEST: &str = "materials";

/// Lists the raw material an enterprise has.
#[utoipa::path(tag = "supply", operation_id = "list_materials", params(("id" = EnterpriseId, Path), MaterialQuery),
    responses((status = 200, body = Page<Stocked>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/materials")]
pub async fn list(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<MaterialQuery>,
    db: web::Data<Db>,
) -> Result<Page<Stocked>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let after: Option<MaterialId> = page::decode(OLDEST, q.cursor.as_deref())?;
    let rows = db.read(move |conn| {
        let person = principal(conn, actor.who, now).map_err(|failure| failure.map(MaterialError::from))?;
        let enterprise = enterprises::service::get(conn, *id)?;
        authorize(&person, Action::WriteProduct, &enterprise.resource()).map_err(MaterialError::from)?;
        let theirs = material_stocks::table.inner_join(materials::table).filter(material_stocks::owner_id.eq(*id));
        let mut query = theirs.order(material_stocks::material_id).limit(q.limit.fetch()).select(ROW).into_boxed();
        if let Some(after) = after {
            query = query.filter(material_stocks::material_id.gt(after));
        }
        Ok::<Vec<Stocked>, Failure<MaterialError>>(query.load(conn)?)
    });
    Ok(Page::cut(rows.await?, q.limit, OLDEST, |row| row.material_id))
}

/// What was bought at the market.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuyMaterial {
    material: MaterialName,
    base: Base,
    quantity: BaseQuantity,
    /// What all of it cost.
    cost: Price,
    paid_from: Purse,
}

/// Records material bought at the market for money.
#[utoipa::path(tag = "supply", operation_id = "buy_material", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = BuyMaterial,
    responses((status = 200, body = Stocked), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/materials/purchases")]
pub async fn purchase(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<BuyMaterial>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let BuyMaterial { material, base, quantity, cost, paid_from } = posted.body;
    let (who, id, what) = (actor.who, id.into_inner(), Named { name: material, base });
    let reply =
        posted.once.write(&db, who, move |tx| buy(tx, who, id, &what, quantity, cost.amount(), paid_from).map(|row| Reply::ok(&row)));
    Ok(reply.await?)
}

/// What was counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountMaterial {
    material: MaterialName,
    base: Base,
    counted: Counted,
    /// Whether what is missing went bad.
    spoiled: bool,
    reason: Reason,
}

/// Writes down what was counted; the difference goes into the books.
#[utoipa::path(tag = "supply", operation_id = "count_material", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = CountMaterial,
    responses((status = 200, body = Stocked), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/materials/counts")]
pub async fn take_stock(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<CountMaterial>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let CountMaterial { material, base, counted, spoiled, reason } = posted.body;
    let (who, id, what) = (actor.who, id.into_inner(), Named { name: material, base });
    let kind = if spoiled { Movement::Spoiled } else { Movement::Adjusted };
    let reply = posted.once.write(&db, who, move |tx| count(tx, who, id, &what, counted, kind, reason.as_str()).map(|row| Reply::ok(&row)));
    Ok(reply.await?)
}

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(purchase).service(take_stock);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However material leaves, its parts cost what the whole cost, and none costs less than nothing.
        #[test]
        fn what_leaves_in_parts_costs_what_the_whole_cost(quantity in 1i64..1_000_000, cost in 0i64..1_000_000_000, parts in proptest::collection::vec(1i64..10_000, 0..20)) {
            let mut left = Holding { quantity, cost: Rupiah::new(cost).expect("in range") };
            let mut spent = 0;
            for part in parts.into_iter().chain([i64::MAX]) {
                let part = part.min(left.quantity);
                let out = cost_of(left, part).expect("there is so much");
                prop_assert!(out >= Rupiah::ZERO && out <= left.cost);
                spent += out.amount();
                left = Holding { quantity: left.quantity - part, cost: left.cost.minus(out).expect("in range") };
            }
            prop_assert_eq!((left.quantity, left.cost, spent), (0, Rupiah::ZERO, cost));
            prop_assert_eq!(cost_of(left, 1), None);
        }
    }
}
