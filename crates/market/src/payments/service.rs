//! Bills, payments and refunds as orders use them. What each does to the books is theirs to say.

use super::model::{
    Bill, Event, Method, Move, Payment, PaymentId, Refund, RefundCause, RefundId, RefundMove, RefundState, RefundWay, State,
};
use super::rules;
use super::store::{self, New, RefundChange};
use crate::orders::OrderId;
use books::ledger::Holder;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::money::{MoneyError, Rupiah};
use people::enterprises::EnterpriseId;
use people::media::MediaId;
use people::permissions::By;
use people::villages::VillageId;

/// The most payments an order can have that its buyer claims.
const MOST_CLAIMED: i64 = 20;
/// The most its seller can write down beside them: a buyer's claims must not keep her from it.
const MOST: i64 = 200;
/// Why money did not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentError {
    WrongState {
        state: State,
        wanted: Move,
    },
    RefundWrongState {
        state: RefundState,
        wanted: RefundMove,
    },
    TooMany {
        most: i64,
    },
    WithSeller,
    /// Part of what is owed back came as cash that a courier or a warung still holds.
    CashNotHandedIn,
    TooMuch,
}
impl Refusal for PaymentError {}

impl From<MoneyError> for PaymentError {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

type Outcome<T> = Result<T, Failure<PaymentError>>;

/// Begins the bill of an order.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn open(tx: &mut Tx<'_>, order: OrderId, bill: &Bill) -> Result<(), DbError> {
    store::insert(tx, order, bill)
}

/// The bill of an order.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn bill(conn: &mut Conn, order: OrderId) -> Result<Bill, DbError> {
    store::bill(conn, order)
}

/// Writes the bill as it is now, and brings the refund that is due in line with it. What it grows by does not hide why it was
/// due before.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn settle(tx: &mut Tx<'_>, order: OrderId, bill: &Bill, cause: RefundCause, by: Option<By<'_>>) -> Result<(), DbError> {
    store::save(tx, order, bill)?;
    let owed = bill.owed_back;
    match store::refund_due(tx, order)? {
        None if owed.is_positive() => store::insert_refund(tx, order, owed, cause, by),
        Some(due) if due.amount != owed => {
            let to = if owed.is_positive() { RefundState::Due } else { RefundState::Withdrawn };
            let amount = if owed.is_positive() { owed } else { due.amount };
            let cause = if owed > due.amount { rules::graver(due.cause, cause) } else { due.cause };
            store::move_refund(tx, &due, &RefundChange { to, amount, cause, by_bank: due.by_bank, proof: None }, by).map(drop)
        }
        None | Some(_) => Ok(()),
    }
}

/// The bill with digits by which what is to be transferred is no other sum that `seller` waits for; without any where all of
/// them are taken.
///
/// # Errors
/// [`PaymentError::TooMuch`] when a sum leaves the range.
pub fn with_digits(conn: &mut Conn, seller: EnterpriseId, order: OrderId, bill: Bill) -> Outcome<Bill> {
    let others = store::awaited_transfers(conn, seller, order)?;
    let taken = rules::awaited_sums(&others).map_err(PaymentError::from)?;
    // Begins at a place that differs from order to order, so that the digits tell nothing of how many there are.
    let start = order.to_string().bytes().fold(7_i64, |sum, byte| (sum * 31 + i64::from(byte)) % rules::MOST_DIGITS);
    Ok(rules::told_apart(bill, &taken, start).map_err(PaymentError::from)?)
}

/// How much of a refund goes back by bank; the rest goes in cash.
///
/// # Errors
/// [`PaymentError::CashNotHandedIn`] when `way` is not said and what the seller has herself is not enough.
pub fn by_bank(conn: &mut Conn, refund: &Refund, way: Option<RefundWay>) -> Outcome<Rupiah> {
    match way {
        Some(RefundWay::Bank) => Ok(refund.amount),
        Some(RefundWay::Cash) => Ok(Rupiah::ZERO),
        None => {
            let (payments, refunds) = of_orders(conn, &[refund.order_id])?;
            let part = rules::by_bank(refund.amount, &payments, &refunds).map_err(PaymentError::from)?;
            Ok(part.ok_or(PaymentError::CashNotHandedIn)?)
        }
    }
}

/// A payment on its way in.
#[derive(Clone, Copy, Debug)]
pub struct Incoming {
    pub method: Method,
    pub amount: Rupiah,
    pub holder: Holder,
    pub proof: Option<MediaId>,
}

/// Writes down that a payment is claimed, or is there.
///
/// # Errors
/// [`PaymentError::TooMany`].
pub fn take_in(tx: &mut Tx<'_>, order: OrderId, incoming: Incoming, state: State, by: Option<By<'_>>) -> Outcome<PaymentId> {
    let Incoming { method, amount, holder, proof } = incoming;
    let most = if state == State::Claimed { MOST_CLAIMED } else { MOST };
    if store::count_payments(tx, order)? >= most {
        return Err(PaymentError::TooMany { most }.into());
    }
    Ok(store::insert_payment(tx, &New { order, method, amount, state, holder, proof, by })?)
}

/// One payment.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn payment(conn: &mut Conn, id: PaymentId) -> Result<Payment, DbError> {
    store::payment(conn, id)
}

/// One refund.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn refund(conn: &mut Conn, id: RefundId) -> Result<Refund, DbError> {
    store::refund(conn, id)
}

/// The refund of an order that is due.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn refund_due(conn: &mut Conn, order: OrderId) -> Result<Option<Refund>, DbError> {
    store::refund_due(conn, order)
}

/// The payments and refunds of orders, oldest first; each order has few.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn of_orders(conn: &mut Conn, orders: &[OrderId]) -> Result<(Vec<Payment>, Vec<Refund>), DbError> {
    Ok((store::payments_of(conn, orders)?, store::refunds_of(conn, orders)?))
}

/// Moves a payment; `amount` is what really came in, or went, and `holder` who has it.
///
/// # Errors
/// [`PaymentError::WrongState`].
pub fn advance(tx: &mut Tx<'_>, was: &Payment, event: Move, amount: Rupiah, holder: Holder, by: Option<By<'_>>) -> Outcome<()> {
    let wrong = || PaymentError::WrongState { state: was.state, wanted: event };
    let to = rules::next(was.state, event).ok_or_else(wrong)?;
    if store::move_payment(tx, was, to, amount, holder, by)? { Ok(()) } else { Err(wrong().into()) }
}

/// The cash of a payment is handed in to `to`.
///
/// # Errors
/// [`PaymentError::WithSeller`] when nobody else holds it, [`PaymentError::WrongState`] when it is not there.
pub fn hand_in(tx: &mut Tx<'_>, was: &Payment, to: Holder, by: Option<By<'_>>) -> Outcome<()> {
    if was.holder == to {
        Err(PaymentError::WithSeller.into())
    } else if store::move_cash(tx, was, to, by)? {
        Ok(())
    } else {
        Err(PaymentError::WrongState { state: was.state, wanted: Move::Confirm }.into())
    }
}

/// Moves a refund.
///
/// # Errors
/// [`PaymentError::RefundWrongState`].
pub fn advance_refund(tx: &mut Tx<'_>, was: &Refund, event: RefundMove, proof: Option<MediaId>, by: Option<By<'_>>) -> Outcome<()> {
    let wrong = || PaymentError::RefundWrongState { state: was.state, wanted: event };
    let to = rules::next_refund(was.state, event).ok_or_else(wrong)?;
    let change = RefundChange { to, amount: was.amount, cause: was.cause, by_bank: was.by_bank, proof: proof.or(was.proof) };
    if store::move_refund(tx, was, &change, by)? { Ok(()) } else { Err(wrong().into()) }
}

/// A village's refunds that their buyers do not see, oldest first.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn disputed_of(conn: &mut Conn, village: VillageId, after: Option<RefundId>, rows: i64) -> Result<Vec<Refund>, DbError> {
    store::disputed_of(conn, village, after, rows)
}

/// Moves a refund by the word of the village, which is asked only where the two sides do not agree.
///
/// # Errors
/// [`PaymentError::RefundWrongState`] unless it is disputed.
pub fn mediate_refund(tx: &mut Tx<'_>, was: &Refund, event: RefundMove, by: By<'_>) -> Outcome<()> {
    if was.state != RefundState::Disputed {
        return Err(PaymentError::RefundWrongState { state: was.state, wanted: event }.into());
    }
    advance_refund(tx, was, event, None, Some(by))
}

/// The moves of an order's payments and refunds, oldest first.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn events(conn: &mut Conn, order: OrderId) -> Result<Vec<Event>, DbError> {
    store::events(conn, order)
}
