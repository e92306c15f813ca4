//! Payments: one per order, from awaited to confirmed, and back to the buyer where an order is called off.
//!
//! 1. Only whoever's account received the money confirms it. A buyer's claim is never payment.
//! 2. A claim on an order that is called off stays open: her money may be on its way.
//! 3. Money confirmed for an order that is called off is owed back until it is sent.
//!
//! | from | event | to |
//! |---|---|---|
//! | `awaiting` | claim, confirm, void | `claimed`, `confirmed`, `void` |
//! | `claimed` | confirm, refuse | `confirmed`, `refused` |
//! | `refused` | claim, confirm, void | `claimed`, `confirmed`, `void` |
//!
//! A refund goes `none` → `due` → `sent`.

use diesel::prelude::*;

use crate::columns;
use crate::kit::auth::AccountId;
use crate::kit::clock::Timestamp;
use crate::kit::db::{Conn, DbError, Tx};
use crate::kit::ids::EventId;
use crate::kit::money::Rupiah;
use crate::market::orders::OrderId;
use crate::people::enterprises::EnterpriseId;
use crate::people::permissions::By;
use crate::schema::{payment_events, payments};
use crate::word_enum;

word_enum! {
    /// How an order is paid.
    Method as "PaymentMethod" {
        /// In cash when the goods change hands.
        CashOnDelivery = "cash_on_delivery",
        /// To the seller's bank account.
        BankTransfer = "bank_transfer",
    }
}

word_enum! {
    /// How far a payment has come.
    State as "PaymentState" {
        /// Nothing has been said of it.
        Awaiting = "awaiting",
        /// The buyer says she has paid.
        Claimed = "claimed",
        /// The seller has the money.
        Confirmed = "confirmed",
        /// The seller does not see the money that was claimed.
        Refused = "refused",
        /// The order was called off before anything was paid.
        Void = "void",
    }
}

word_enum! {
    /// What can happen to a payment.
    Move {
        /// The buyer says she has paid.
        Claim = "claim",
        /// The seller has the money.
        Confirm = "confirm",
        /// The seller does not see the money.
        Refuse = "refuse",
        /// The order was called off.
        Void = "void",
    }
}

word_enum! {
    /// What is owed back.
    Refund {
        /// Nothing.
        None = "none",
        /// All of it.
        Due = "due",
        /// It has been sent.
        Sent = "sent",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Awaiting | State::Refused, Move::Claim) => Some(State::Claimed),
        (State::Awaiting | State::Claimed | State::Refused, Move::Confirm) => Some(State::Confirmed),
        (State::Claimed, Move::Refuse) => Some(State::Refused),
        (State::Awaiting | State::Refused, Move::Void) => Some(State::Void),
        (
            State::Awaiting | State::Claimed | State::Confirmed | State::Refused | State::Void,
            Move::Claim | Move::Confirm | Move::Refuse | Move::Void,
        ) => None,
    }
}

/// The payment of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Payment {
    pub method: Method,
    pub amount: Rupiah,
    pub state: State,
    pub refund: Refund,
}

columns!(
    pub Columns, COLUMNS:
    payments::method,
    payments::amount,
    payments::state,
    payments::refund,
);

/// Begins the payment of an order.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn open(tx: &mut Tx<'_>, order: OrderId, method: Method, amount: Rupiah) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(payments::table)
        .values((
            payments::order_id.eq(order),
            payments::method.eq(method),
            payments::amount.eq(amount),
            payments::state.eq(State::Awaiting),
            payments::refund.eq(Refund::None),
            payments::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The payment of an order.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn get(conn: &mut Conn, order: OrderId) -> Result<Payment, DbError> {
    Ok(payments::table.find(order).select(COLUMNS).first(conn)?)
}

/// Moves a payment; the only writer of its state. Answers whether it still stood in `from`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn move_state(tx: &mut Tx<'_>, order: OrderId, from: State, to: State, by: Option<By<'_>>) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = payments::table.filter(payments::order_id.eq(order).and(payments::state.eq(from)));
    let moved = diesel::update(standing).set((payments::state.eq(to), payments::updated_at.eq(now))).execute(&mut **tx)?;
    if moved == 0 {
        return Ok(false);
    }
    diesel::insert_into(payment_events::table)
        .values((
            payment_events::id.eq(EventId::new()),
            payment_events::order_id.eq(order),
            payment_events::from_state.eq(from),
            payment_events::to_state.eq(to),
            payment_events::actor_id.eq(by.map(|by| by.actor)),
            payment_events::on_behalf_of.eq(by.and_then(|by| by.on_behalf_of)),
            payment_events::reason.eq(by.and_then(|by| by.reason)),
            payment_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(true)
}

/// One move of a payment; without an actor it was the clock.
#[derive(Clone, Debug, Queryable)]
pub struct Event {
    pub from: State,
    pub to: State,
    pub actor: Option<AccountId>,
    pub on_behalf_of: Option<EnterpriseId>,
    pub reason: Option<String>,
    pub at: Timestamp,
}

/// The moves of an order's payment, oldest first.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn events(conn: &mut Conn, order: OrderId) -> Result<Vec<Event>, DbError> {
    use payment_events as e;
    let rows = e::table.filter(e::order_id.eq(order)).order(e::id).limit(100);
    Ok(rows.select((e::from_state, e::to_state, e::actor_id, e::on_behalf_of, e::reason, e::at)).load(conn)?)
}

/// Moves what is owed back; answers whether it still stood in `from`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn move_refund(tx: &mut Tx<'_>, order: OrderId, from: Refund, to: Refund) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = payments::table.filter(payments::order_id.eq(order).and(payments::refund.eq(from)));
    Ok(diesel::update(standing).set((payments::refund.eq(to), payments::updated_at.eq(now))).execute(&mut **tx)? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(crate::kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }
}
