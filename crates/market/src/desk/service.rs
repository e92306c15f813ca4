//! What a seller asks her desk. Whoever may fulfil her orders may ask.

use chrono::NaiveDate;

use super::model::{Desk, Owed};
use super::rules::{self, LOW_STOCK, Packing, Task};
use super::store;
use crate::orders;
use crate::orders::model::{Line, Order};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, Failure};
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, Denied, authorize, principal};

type Outcome<T> = Result<T, Failure<Denied>>;

/// The most orders of one table.
pub const MOST_IN_TABLE: i64 = 10_000;

fn permitted(conn: &mut Conn, who: Identity, now: Timestamp, seller: EnterpriseId) -> Outcome<()> {
    let person = principal(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, seller)?;
    Ok(authorize(&person, Action::FulfilOrder, &enterprise.resource())?)
}

/// What is to be done.
///
/// # Errors
/// [`Denied`].
pub fn desk(conn: &mut Conn, who: Identity, now: Timestamp, seller: EnterpriseId) -> Outcome<Desk> {
    permitted(conn, who, now, seller)?;
    Ok(Desk {
        counts: store::counts(conn, seller)?,
        to_answer: store::to_do(conn, seller, Task::Answer)?,
        to_prepare: store::to_do(conn, seller, Task::Prepare)?,
        to_hand_over: store::to_do(conn, seller, Task::HandOver)?,
        to_collect: store::to_do(conn, seller, Task::Collect)?,
        to_check: store::to_check(conn, seller)?,
        claims: store::open_claims(conn, seller)?,
        changes: store::waiting_changes(conn, seller)?,
        refunds: store::due_refunds(conn, seller)?,
        low_stock: store::low_stock(conn, seller, LOW_STOCK)?,
    })
}

/// What is to be packed for the orders she has taken on.
///
/// # Errors
/// [`Denied`].
pub fn packing_list(conn: &mut Conn, who: Identity, now: Timestamp, seller: EnterpriseId) -> Outcome<Vec<Packing>> {
    permitted(conn, who, now, seller)?;
    Ok(rules::packing(store::to_pack(conn, seller)?))
}

/// Who owes whom.
///
/// # Errors
/// [`Denied`].
pub fn owed(conn: &mut Conn, who: Identity, now: Timestamp, seller: EnterpriseId) -> Outcome<Owed> {
    permitted(conn, who, now, seller)?;
    Ok(store::owed(conn, seller)?)
}

/// The orders placed from one day until before another, with their lines, oldest first; one more than [`MOST_IN_TABLE`] at most,
/// by which it is known that there are too many.
///
/// # Errors
/// [`Denied`].
pub fn month(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    seller: EnterpriseId,
    (from, to): (NaiveDate, NaiveDate),
) -> Outcome<Vec<(Order, Vec<Line>)>> {
    permitted(conn, who, now, seller)?;
    let span = (Timestamp::in_village(from, 0), Timestamp::in_village(to, 0));
    Ok(orders::service::placed_between(conn, seller, span, MOST_IN_TABLE + 1)?)
}
