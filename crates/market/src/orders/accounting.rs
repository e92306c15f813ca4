//! What an order is in its seller's books: a function of its bill, and of nothing else.
//!
//! Every act posts the difference between what the bill said before and what it says now, so the books
//! cannot drift from the orders, whatever the order of events.
//!
//! | account | what the order puts there |
//! |---|---|
//! | `sales:…`, `income:delivery`, `rounding` | once the goods have changed hands: goods less allowances, delivery, digits |
//! | `receivable:buyers` | what is earned and not paid |
//! | `advances:buyers` | what is paid and not earned |
//! | `refunds:buyers` | what is owed back |
//! | `cost:goods`, `stock` | what the goods that left had cost, as far as it is known |
//! | `cash:…`, `bank` | what came in less what went back |

use std::collections::BTreeMap;

use crate::payments::Bill;
use books::ledger::{Account, Channel, Entry, Movement};
use kit::clock::Timestamp;
use kit::money::{MoneyError, Rupiah};

/// An act on a bill, as the books will remember it.
#[derive(Clone, Debug)]
pub struct Act {
    /// Why money moved.
    pub movement: Movement,
    /// Names the business event.
    pub reference: String,
    /// Where money came in or went out, if any did; all but what `part` says.
    pub till: Account,
    /// What of it came into another till; less than nothing where it went out.
    pub part: Option<(Account, Rupiah)>,
    pub at: Timestamp,
}

/// Where a bill stands in the books, debits positive; all but the till, which stands for the rest.
fn standing(bill: &Bill, channel: Channel) -> Result<BTreeMap<Account, Rupiah>, MoneyError> {
    let mut at = BTreeMap::new();
    let net = bill.kept()?.minus(bill.owed_back)?;
    at.insert(Account::RefundsBuyers, bill.owed_back.negated());
    at.insert(Account::CostGoods, bill.cost);
    at.insert(Account::Stock, bill.cost.negated());
    if bill.earned {
        at.insert(Account::sales(channel), bill.goods.minus(bill.allowance)?.negated());
        at.insert(Account::IncomeDelivery, bill.delivery.unwrap_or_default().negated());
        at.insert(Account::Rounding, bill.digits.negated());
        at.insert(Account::ReceivableBuyers, bill.charge()?.minus(net)?);
    } else {
        at.insert(Account::AdvancesBuyers, net.negated());
    }
    Ok(at)
}

/// The entry that takes the books from `before` to `after`.
///
/// # Errors
/// [`MoneyError`] when a sum leaves the range.
pub fn entry(before: &Bill, after: &Bill, channel: Channel, act: Act) -> Result<Entry, MoneyError> {
    let mut moved = standing(after, channel)?;
    for (account, amount) in standing(before, channel)? {
        let change = moved.entry(account).or_default();
        *change = change.minus(amount)?;
    }
    let mut rest = after.kept()?.minus(before.kept()?)?;
    if let Some((other, amount)) = act.part {
        rest = rest.minus(amount)?;
        let till = moved.entry(other).or_default();
        *till = till.plus(amount)?;
    }
    let till = moved.entry(act.till).or_default();
    *till = till.plus(rest)?;
    transfers(moved, Entry::new(act.movement, act.reference, act.at))
}

/// Pairs what lost with what gained, in the order of the accounts.
fn transfers(moved: BTreeMap<Account, Rupiah>, mut entry: Entry) -> Result<Entry, MoneyError> {
    let mut gained: Vec<(Account, Rupiah)> = moved.iter().filter(|(_, amount)| amount.is_positive()).map(|(a, m)| (*a, *m)).collect();
    for (from, lost) in moved.into_iter().filter(|(_, amount)| *amount < Rupiah::ZERO) {
        let mut left = lost.negated();
        while let Some((to, most)) = gained.pop() {
            let amount = left.min(most);
            entry = entry.transfer(from, to, amount)?;
            left = left.minus(amount)?;
            if most > amount {
                gained.push((to, most.minus(amount)?));
            }
            if left == Rupiah::ZERO {
                break;
            }
        }
        if left != Rupiah::ZERO {
            return Err(MoneyError::OutOfRange);
        }
    }
    if gained.is_empty() { Ok(entry) } else { Err(MoneyError::OutOfRange) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::payments::Method;

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    fn at() -> Timestamp {
        Timestamp::from_chrono("2026-11-24T00:00:00Z".parse().expect("an instant"))
    }

    /// What can become of a bill.
    #[derive(Clone, Copy, Debug)]
    enum Event {
        Pay(i64),
        Reverse,
        HandOver(i64),
        CallOff,
        Reduce(i64),
        Allow(i64),
        Send,
        Quote(i64),
        Replace(i64),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let one = prop_oneof![
            (1i64..200_000).prop_map(Event::Pay),
            Just(Event::Reverse),
            (0i64..50_000).prop_map(Event::HandOver),
            (0i64..50_000).prop_map(Event::Replace),
            Just(Event::CallOff),
            (0i64..100_000).prop_map(Event::Reduce),
            (1i64..100_000).prop_map(Event::Allow),
            Just(Event::Send),
            (0i64..20_000).prop_map(Event::Quote),
        ];
        proptest::collection::vec(one, 0..30)
    }

    fn after(bill: Bill, event: Event, last_paid: Rupiah) -> Bill {
        let changed = match event {
            Event::Pay(amount) => Bill { received: bill.received.plus(rp(amount)).expect("in range"), ..bill },
            Event::Reverse if bill.received.minus(last_paid).expect("in range") >= bill.returned => {
                Bill { received: bill.received.minus(last_paid).expect("in range"), ..bill }
            }
            Event::HandOver(cost) if !bill.void && !bill.earned => Bill { earned: true, cost: rp(cost), ..bill },
            Event::Replace(cost) if bill.earned => Bill { cost: bill.cost.plus(rp(cost)).expect("in range"), ..bill },
            Event::CallOff if !bill.earned => Bill { void: true, ..bill },
            Event::Reduce(goods) if !bill.earned && !bill.void => Bill { goods: rp(goods).min(bill.goods), ..bill },
            Event::Allow(amount) if bill.earned => {
                let most = bill.charge().expect("in range");
                Bill { allowance: bill.allowance.plus(rp(amount).min(most)).expect("in range"), ..bill }
            }
            Event::Send => Bill { returned: bill.returned.plus(bill.owed_back).expect("in range"), owed_back: Rupiah::ZERO, ..bill },
            Event::Quote(fee) if !bill.earned => Bill { delivery: Some(rp(fee)), ..bill },
            Event::Reverse
            | Event::HandOver(_)
            | Event::Replace(_)
            | Event::CallOff
            | Event::Reduce(_)
            | Event::Allow(_)
            | Event::Quote(_) => bill,
        };
        Bill { owed_back: changed.surplus().expect("in range"), ..changed }
    }

    proptest! {
        /// Whatever happens to an order, no rupiah appears or vanishes: every entry balances, the till holds what
        /// came in less what went back, income is what was earned, and what is owed either way is what the bill says.
        #[test]
        fn the_books_say_what_the_bill_says(goods in 1i64..500_000, digits in 0i64..1000, events in events()) {
            let mut bill = Bill { digits: rp(digits), ..Bill::new(Method::BankTransfer, rp(goods), None) };
            let mut books: BTreeMap<Account, i64> = BTreeMap::new();
            let mut paid = Vec::new();
            for event in events {
                let last = paid.last().copied().unwrap_or(Rupiah::ZERO);
                let next = after(bill, event, last);
                match event {
                    Event::Pay(amount) => paid.push(rp(amount)),
                    Event::Reverse if next.received != bill.received => { paid.pop(); }
                    _ => {}
                }
                let act = Act { movement: Movement::Sale, reference: "test".to_owned(), till: Account::Bank, part: None, at: at() };
                let entry = entry(&bill, &next, Channel::Online, act).expect("balances");
                prop_assert_eq!(entry.postings().iter().map(|(_, amount)| amount.amount()).sum::<i64>(), 0);
                for (place, amount) in entry.postings() {
                    *books.entry(place.account).or_default() += amount.amount();
                }
                bill = next;
            }
            let stands = |account| books.get(&account).copied().unwrap_or(0);
            let kept = bill.kept().expect("in range").amount();
            prop_assert_eq!(stands(Account::Bank), kept);
            prop_assert_eq!((stands(Account::CostGoods), stands(Account::Stock)), (bill.cost.amount(), -bill.cost.amount()));
            prop_assert_eq!(stands(Account::RefundsBuyers), -bill.owed_back.amount());
            let income = -(stands(Account::SalesOnline) + stands(Account::IncomeDelivery) + stands(Account::Rounding));
            let charge = bill.charge().expect("in range").amount();
            prop_assert_eq!(income, if bill.earned { charge } else { 0 });
            prop_assert_eq!(stands(Account::ReceivableBuyers), if bill.earned { bill.outstanding().expect("in range").amount() } else { 0 });
            prop_assert_eq!(stands(Account::AdvancesBuyers), if bill.earned { 0 } else { bill.owed_back.amount() - kept });
        }
    }
}
