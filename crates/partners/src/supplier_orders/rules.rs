//! How a supplier order moves, on which day it may come, what it comes to, and what it does to both books.

use chrono::{Datelike, Days, NaiveDate};

use super::model::{Line, State};
use crate::agreements::terms::Supply;
use crate::debts::{Between, Mirrored};
use books::ledger::{Account, Entry, Movement};
use kit::clock::Timestamp;
use kit::money::{MoneyError, Rupiah};
use kit::word_enum;

word_enum! {
    /// What can happen to a supplier order.
    Move {
        /// It goes to the supplier.
        Send = "send",
        /// The supplier names the day.
        Promise = "promise",
        /// The supplier declines.
        Reject = "reject",
        /// It is on its way.
        Ship = "ship",
        /// Some of it has come.
        ReceivePart = "receive_part",
        /// All of it has come.
        ReceiveFull = "receive_full",
        /// Nothing of it has come after all.
        ReceiveNone = "receive_none",
        /// The buyer counts again what is billed.
        Recount = "recount",
        /// The supplier says what she charges, or puts it right.
        Bill = "bill",
        /// All is paid.
        Settle = "settle",
        /// It is called off.
        Cancel = "cancel",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Draft, Move::Send) => Some(State::Sent),
        (State::Sent | State::Promised, Move::Promise) => Some(State::Promised),
        (State::Sent, Move::Reject) => Some(State::Rejected),
        (State::Promised, Move::Ship) => Some(State::Shipped),
        (State::Promised | State::Shipped | State::ReceivedPart | State::ReceivedFull, Move::ReceivePart) => Some(State::ReceivedPart),
        (State::Promised | State::Shipped | State::ReceivedPart | State::ReceivedFull, Move::ReceiveFull) => Some(State::ReceivedFull),
        (State::ReceivedPart | State::ReceivedFull, Move::ReceiveNone) => Some(State::Promised),
        (State::ReceivedPart | State::ReceivedFull | State::Billed, Move::Bill) | (State::Billed, Move::Recount) => Some(State::Billed),
        (State::Billed, Move::Settle) => Some(State::Paid),
        (State::Draft | State::Sent | State::Promised | State::Shipped, Move::Cancel) => Some(State::Cancelled),
        (
            State::Draft
            | State::Sent
            | State::Promised
            | State::Shipped
            | State::ReceivedPart
            | State::ReceivedFull
            | State::Billed
            | State::Paid
            | State::Rejected
            | State::Cancelled,
            Move::Send
            | Move::Promise
            | Move::Reject
            | Move::Ship
            | Move::ReceivePart
            | Move::ReceiveFull
            | Move::ReceiveNone
            | Move::Recount
            | Move::Bill
            | Move::Settle
            | Move::Cancel,
        ) => None,
    }
}

/// Whether someone may call an order off: the buyer until it is on its way, and either side what did not come by its day.
#[must_use]
pub fn may_call_off(state: State, buyer: bool, promised_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    buyer && state != State::Shipped || is_overdue(promised_on, today)
}

/// Whether the day for which it was promised has passed.
#[must_use]
pub fn is_overdue(promised_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    promised_on.is_some_and(|day| day < today)
}

/// Whether goods of an order in `state` are still to come.
#[must_use]
pub const fn is_coming(state: State) -> bool {
    match state {
        State::Sent | State::Promised | State::Shipped | State::ReceivedPart => true,
        State::Draft | State::ReceivedFull | State::Billed | State::Paid | State::Rejected | State::Cancelled => false,
    }
}

/// The states in which something is ordered and not received.
pub const COMING: [State; 4] = [State::Sent, State::Promised, State::Shipped, State::ReceivedPart];

/// The first day for which an order sent on `today` may be wanted.
#[must_use]
pub fn earliest(terms: &Supply, today: NaiveDate) -> NaiveDate {
    let lead = u64::try_from(terms.lead_time_days.get()).unwrap_or(0);
    terms.delivery_days.next_from(today + Days::new(lead))
}

/// The day an order sent on `today` is for: the one that is wanted, or the first.
///
/// # Errors
/// The first day there is, when the one wanted comes too early or is none of the days agreed.
pub fn day_for(terms: &Supply, today: NaiveDate, wanted: Option<NaiveDate>) -> Result<NaiveDate, NaiveDate> {
    let earliest = earliest(terms, today);
    match wanted {
        None => Ok(earliest),
        Some(day) if day >= earliest && terms.delivery_days.contain(day) => Ok(day),
        Some(_) => Err(earliest),
    }
}

/// A quarter of a year, `2026-Q4`.
#[must_use]
pub fn quarter(day: NaiveDate) -> String {
    format!("{:04}-Q{}", day.year(), day.month0() / 3 + 1)
}

/// What so many of a line come to: their part of its total, rounded down.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn amount(line: &Line, quantity: i64) -> Result<Rupiah, MoneyError> {
    let part = i128::from(line.total.amount()) * i128::from(quantity) / i128::from(line.ordered);
    i64::try_from(part).map_err(|_| MoneyError::OutOfRange).and_then(Rupiah::new)
}

/// How many of a line are owed for: what was received, or billed where that is less.
#[must_use]
pub fn payable(line: &Line) -> i64 {
    line.billed.map_or(line.received, |billed| billed.min(line.received))
}

/// What an order comes to as it stands: its lines, and the delivery once something has come.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn owed(lines: &[Line], delivery_cost: Rupiah) -> Result<Rupiah, MoneyError> {
    lines.iter().try_fold(delivery(lines, delivery_cost), |sum, line| sum.plus(amount(line, payable(line))?))
}

/// What the delivery comes to: its cost, once something has come.
#[must_use]
pub fn delivery(lines: &[Line], cost: Rupiah) -> Rupiah {
    if lines.iter().any(|line| line.received > 0) { cost } else { Rupiah::ZERO }
}

/// Whether all that was ordered is there.
#[must_use]
pub fn in_full(lines: &[Line]) -> bool {
    lines.iter().all(|line| line.received >= line.ordered)
}

/// How many of a line will come in all: what was ordered, or what the supplier took on where that is less.
#[must_use]
pub fn expected(line: &Line) -> i64 {
    line.promised.map_or(line.ordered, |promised| promised.min(line.ordered))
}

/// How many of a line are still to come.
#[must_use]
pub fn to_come(line: &Line) -> i64 {
    (expected(line) - line.received).max(0)
}

/// Whether all that the supplier took on is there.
#[must_use]
pub fn complete(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.received > 0) && lines.iter().all(|line| to_come(line) == 0)
}

/// What may still be owed for what is to come.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn may_be_owed(lines: &[Line], delivery_cost: Rupiah) -> Result<Rupiah, MoneyError> {
    let rest = delivery_cost.minus(delivery(lines, delivery_cost))?;
    lines.iter().try_fold(rest, |sum, line| sum.plus(amount(line, line.received + to_come(line))?.minus(amount(line, line.received)?)?))
}

/// What each line that came is worth with its part of the delivery, which is parted by value.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn landed(goods: &[Rupiah], delivery_cost: Rupiah) -> Result<Vec<Rupiah>, MoneyError> {
    if goods.is_empty() {
        return Ok(Vec::new());
    }
    let weights: Vec<u32> = goods.iter().map(|value| u32::try_from(value.amount()).unwrap_or(u32::MAX)).collect();
    let parts = match delivery_cost.split(&weights) {
        Err(MoneyError::NoWeights) => delivery_cost.split(&vec![1; goods.len()])?,
        other => other?,
    };
    goods.iter().zip(parts).map(|(value, part)| value.plus(part)).collect()
}

/// Goods came, with their delivery: the buyer has material and a debt, the supplier a sale and a claim.
///
/// # Errors
/// [`MoneyError`] for a negative amount.
pub fn received(between: Between, reference: &str, goods: Rupiah, delivery: Rupiah, at: Timestamp) -> Result<Mirrored, MoneyError> {
    let entry = || Entry::new(Movement::Supplied, reference.to_owned(), at);
    let (claim, debt) = between.places();
    let buyer = entry().transfer(debt, Account::Materials, goods.plus(delivery)?)?;
    let supplier = entry().transfer(Account::SalesSupply, claim, goods)?.transfer(Account::IncomeDelivery, claim, delivery)?;
    Ok((supplier, buyer))
}

/// What is owed less than was entered before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Less {
    /// For the goods.
    pub goods: Rupiah,
    /// For their delivery.
    pub delivery: Rupiah,
    /// By how much the material in stock is worth less.
    pub materials: Rupiah,
}

/// Fewer goods came than was counted, or they cost less: debt and claim go down, and the value of the material in stock. What
/// of it has been used by now was a cost too high, or too low.
///
/// # Errors
/// [`MoneyError`] for a negative amount.
pub fn less_owed(between: Between, reference: &str, less: Less, at: Timestamp) -> Result<Mirrored, MoneyError> {
    let entry = || Entry::new(Movement::Supplied, reference.to_owned(), at);
    let (claim, debt) = between.places();
    let owed = less.goods.plus(less.delivery)?;
    let both = owed.min(less.materials);
    let buyer = entry().transfer(Account::Materials, debt, both)?.transfer(Account::CostMaterials, debt, owed.minus(both)?)?.transfer(
        Account::Materials,
        Account::CostMaterials,
        less.materials.minus(both)?,
    )?;
    let supplier = entry().transfer(claim, Account::SalesSupply, less.goods)?.transfer(claim, Account::IncomeDelivery, less.delivery)?;
    Ok((supplier, buyer))
}

/// The bill was too low: debt and claim go up by it, and the value of the material in stock. What of it has been used by now was
/// a cost too low.
///
/// # Errors
/// [`MoneyError`] for a negative amount.
pub fn more_owed(between: Between, reference: &str, goods: Rupiah, materials: Rupiah, at: Timestamp) -> Result<Mirrored, MoneyError> {
    let entry = || Entry::new(Movement::Supplied, reference.to_owned(), at);
    let (claim, debt) = between.places();
    let buyer = entry().transfer(debt, Account::Materials, materials)?.transfer(debt, Account::CostMaterials, goods.minus(materials)?)?;
    Ok((entry().transfer(Account::SalesSupply, claim, goods)?, buyer))
}

/// The most of a line that can have come: twice what was ordered.
#[must_use]
pub const fn most_received(line: &Line) -> i64 {
    line.ordered.saturating_mul(2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::model::SupplierOrderId;
    use super::*;
    use crate::supply::{ItemId, MaterialId};
    use books::ledger::rules::mirrors;
    use people::enterprises::EnterpriseId;

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    fn line(ordered: i64, total: i64, billed: Option<i64>, received: i64) -> Line {
        let (order_id, item_id, material_id) = (SupplierOrderId::new(), ItemId::new(), MaterialId::new());
        Line {
            order_id,
            position: 1,
            item_id,
            material_id,
            label: String::new(),
            content: 1,
            ordered,
            total: rp(total),
            promised: None,
            billed,
            received,
        }
    }

    #[test]
    fn what_is_owed_is_received_and_not_more_than_billed() {
        let cassava = |billed, received| line(50, 150_000, billed, received);
        assert_eq!(owed(&[cassava(None, 45)], rp(20_000)), Ok(rp(155_000)));
        assert_eq!(owed(&[cassava(Some(45), 45)], Rupiah::ZERO), Ok(rp(135_000)));
        assert_eq!(owed(&[cassava(Some(50), 45)], Rupiah::ZERO), Ok(rp(135_000)), "billed and not brought");
        assert_eq!(owed(&[cassava(Some(40), 45)], Rupiah::ZERO), Ok(rp(120_000)), "brought and not billed");
        assert_eq!(owed(&[cassava(None, 0)], rp(20_000)), Ok(Rupiah::ZERO));
        assert_eq!(owed(&[cassava(None, 55)], Rupiah::ZERO), Ok(rp(165_000)), "more than was ordered");
    }

    #[test]
    fn all_that_was_taken_on_is_complete_and_all_that_was_ordered_is_full() {
        let promised = |promised, received| Line { promised, ..line(50, 150_000, None, received) };
        assert!(complete(&[promised(None, 50)]) && in_full(&[promised(None, 50)]));
        assert!(!complete(&[promised(Some(50), 1)]) && !in_full(&[promised(Some(50), 1)]));
        assert!(complete(&[promised(Some(40), 40)]) && !in_full(&[promised(Some(40), 40)]), "she took on less");
        assert!(!complete(&[promised(Some(60), 49)]), "no more is expected than was ordered, and no less");
        assert!(!complete(&[promised(Some(0), 0)]), "nothing is not all");
        assert_eq!(may_be_owed(&[promised(Some(40), 30)], rp(20_000)), Ok(rp(30_000)));
        assert_eq!(may_be_owed(&[promised(None, 0)], rp(20_000)), Ok(rp(170_000)), "with its delivery");
        assert_eq!(may_be_owed(&[promised(None, 60)], rp(20_000)), Ok(Rupiah::ZERO));
    }

    #[test]
    fn the_buyer_calls_off_what_is_not_on_its_way_and_either_side_what_is_overdue() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let (friday, saturday) = (Some(day("2026-11-27")), day("2026-11-28"));
        for (state, buyer, on, today, may) in [
            (State::Sent, true, None, saturday, true),
            (State::Sent, false, None, saturday, false),
            (State::Promised, true, friday, day("2026-11-27"), true),
            (State::Promised, false, friday, day("2026-11-27"), false),
            (State::Promised, false, friday, saturday, true),
            (State::Shipped, true, friday, day("2026-11-27"), false),
            (State::Shipped, true, friday, saturday, true),
            (State::Shipped, false, friday, saturday, true),
        ] {
            assert_eq!(may_call_off(state, buyer, on, today), may, "{state:?}, {buyer}, {today}");
        }
    }

    #[test]
    fn an_order_is_for_a_day_that_was_agreed() {
        let terms =
            r#"{"lead_time_days":2,"delivery_days":["tuesday","friday"],"minimum":0,"credit_limit":0,"payment_days":0,"prices":[]}"#;
        let terms: Supply = serde_json::from_str(terms).expect("terms");
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        assert_eq!(day_for(&terms, day("2026-11-24"), None), Ok(day("2026-11-27")));
        assert_eq!(day_for(&terms, day("2026-11-24"), Some(day("2026-12-01"))), Ok(day("2026-12-01")));
        assert_eq!(day_for(&terms, day("2026-11-24"), Some(day("2026-11-28"))), Err(day("2026-11-27")), "a Saturday");
        assert_eq!(day_for(&terms, day("2026-11-24"), Some(day("2026-11-25"))), Err(day("2026-11-27")), "too early");
        assert_eq!(quarter(day("2026-12-31")), "2026-Q4");
    }

    proptest! {
        #[test]
        fn both_books_say_the_same_of_whatever_comes_and_is_paid(goods in proptest::collection::vec(0i64..1_000_000_000, 1..10), delivery in 0i64..1_000_000, less in 1i64..1_000, worth in 0i64..2_000) {
            let between = Between { seller: EnterpriseId::new(), buyer: EnterpriseId::new() };
            let at = Timestamp::from_chrono("2026-11-24T00:00:00Z".parse().expect("an instant"));
            let goods: Vec<Rupiah> = goods.into_iter().map(rp).collect();
            let sum = Rupiah::sum(goods.iter().copied()).expect("in range");
            let landed = landed(&goods, rp(delivery)).expect("in range");
            prop_assert_eq!(Rupiah::sum(landed.iter().copied()), sum.plus(rp(delivery)));
            prop_assert!(landed.iter().zip(&goods).all(|(whole, value)| whole >= value));
            for (supplier, buyer) in [
                received(between, "r", sum, rp(delivery), at).expect("positive"),
                less_owed(between, "b", Less { goods: rp(less), delivery: rp(delivery), materials: rp(worth) }, at).expect("positive"),
                more_owed(between, "m", rp(less), rp(worth.min(less)), at).expect("positive"),
            ] {
                prop_assert_eq!(mirrors(between.buyer, &buyer, between.seller, &supplier), Ok(true));
            }
        }
    }
}
