//! What can be done with payment details.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use super::model::{Details, Event, ForBuyer, Method, PaymentDetails};
use super::rules::{self, Incomplete};
use super::{CHANGED, store};
use crate::enterprises::{self, EnterpriseId};
use crate::permissions::{Action, By, Denied, authorize, principal};
use crate::villages;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::jobs;
use kit::money::Rupiah;

/// What can happen to a person here.
#[derive(Debug)]
pub enum DetailsError {
    Incomplete(Incomplete),
    Stale,
    Denied(Denied),
}
impl Refusal for DetailsError {}

impl From<Denied> for DetailsError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

type Outcome<T> = Result<T, Failure<DetailsError>>;

/// How an enterprise takes money, for other features. Where nothing has been said, it takes cash.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn of(conn: &mut Conn, enterprise: EnterpriseId) -> Result<PaymentDetails, DbError> {
    let unsaid = || PaymentDetails { details: Details::usual(), version: 0, updated_at: None };
    Ok(store::get(conn, enterprise)?.unwrap_or_else(unsaid))
}

/// The ways several enterprises accept, in one query; every one that is asked for has an answer.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn methods_of(conn: &mut Conn, of: &[EnterpriseId]) -> Result<HashMap<EnterpriseId, BTreeSet<Method>>, DbError> {
    let mut methods: HashMap<_, _> = of.iter().map(|id| (*id, Details::usual().methods)).collect();
    methods.extend(store::methods(conn, of)?);
    Ok(methods)
}

/// What a buyer is shown who pays `amount` to `enterprise` by `method`. Whoever calls this has made sure that it is her own order.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn for_buyer(conn: &mut Conn, enterprise: EnterpriseId, method: Method, amount: Rupiah) -> Result<ForBuyer, DbError> {
    let village = enterprises::service::get(conn, enterprise)?.village_id;
    let fills = villages::settings(conn, village)?.qris_amount_filling;
    Ok(rules::shown(&of(conn, enterprise)?.details, method, amount, fills))
}

/// The details, for those who may change them.
///
/// # Errors
/// [`DetailsError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: EnterpriseId) -> Outcome<PaymentDetails> {
    permitted(conn, who, now, id)?;
    Ok(of(conn, id)?)
}

/// Writes the details anew. When money would go elsewhere, the owners get a letter.
///
/// # Errors
/// [`DetailsError::Incomplete`]; [`DetailsError::Stale`] when they have changed since `version`.
pub fn put(tx: &mut Tx<'_>, who: Identity, id: EnterpriseId, version: i32, new: &Details) -> Outcome<PaymentDetails> {
    let now = tx.now();
    let on_behalf_of = permitted(tx, who, now, id)?;
    rules::check(new).map_err(DetailsError::Incomplete)?;
    let before = of(tx, id)?;
    if !store::put(tx, id, new, version)? {
        return Err(DetailsError::Stale.into());
    }
    store::record(tx, id, new, By { actor: who.account, on_behalf_of, reason: None })?;
    if rules::redirects(&before.details, new) {
        jobs::enqueue(tx, CHANGED, json!({ "enterprise_id": id, "actor_id": who.account, "at": now }))?;
    }
    Ok(of(tx, id)?)
}

/// The latest hundred changes, newest first.
///
/// # Errors
/// [`DetailsError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: EnterpriseId) -> Outcome<Vec<Event>> {
    permitted(conn, who, now, id)?;
    Ok(store::events(conn, id)?)
}

/// Answers for whom she acts, if it is not her own.
fn permitted(conn: &mut Conn, who: Identity, now: Timestamp, id: EnterpriseId) -> Outcome<Option<EnterpriseId>> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(DetailsError::from))?;
    let resource = enterprises::service::get(conn, id)?.resource();
    authorize(&person, Action::ManagePaymentDetails, &resource).map_err(DetailsError::from)?;
    Ok(person.on_behalf_of(&resource))
}
