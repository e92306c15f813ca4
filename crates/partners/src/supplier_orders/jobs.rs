//! What follows from a new price.

use std::collections::BTreeSet;

use super::store;
use crate::joint_buying;
use crate::notices::{Notice, tell};
use crate::supply::ItemId;
use kit::db::{Db, DbError, Failure, Never, Tx};
use kit::jobs::Job;
use people::enterprises::EnterpriseId;

/// Tells whom a new price of an item concerns.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn price_changed(db: &Db, job: &Job) -> Result<(), String> {
    let text = |field: &str| job.payload.0.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
    let item = text("item_id").and_then(|id| id.parse().ok()).ok_or("the job names no item")?;
    let supplier = text("supplier_id").and_then(|id| id.parse().ok()).ok_or("the job names no supplier")?;
    let fact = text("fact").ok_or("the job tells no price")?;
    let told = db.write(move |tx| Ok::<_, Failure<Never>>(tell_price(tx, item, supplier, &fact)?));
    told.await.map_err(|failure| format!("{failure:?}"))
}

/// Tells who waits for an item, has it in a draft, or fills a joint buy in which it is wanted, that its price changes.
fn tell_price(tx: &mut Tx<'_>, item: ItemId, supplier: EnterpriseId, fact: &str) -> Result<(), DbError> {
    let filling = joint_buying::reading::filling(tx, item)?;
    for buyer in store::waiting_for(tx, item)?.into_iter().chain(filling).collect::<BTreeSet<_>>() {
        tell(tx, Notice::SupplyPriceChanged, buyer, supplier, fact)?;
    }
    Ok(())
}
