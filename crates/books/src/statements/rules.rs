//! Adding accounts up to lines, and what may stand in a cell.

use std::collections::BTreeMap;

use super::model::{Line, Row};
use crate::ledger::balances::service::Moved;
use crate::ledger::model::Balance;
use crate::ledger::{Account, Class};
use kit::money::{MoneyError, Rupiah};

type Sums = BTreeMap<Line, Rupiah>;

fn add(sums: &mut Sums, line: Line, amount: Rupiah) -> Result<(), MoneyError> {
    let sum = sums.entry(line).or_default();
    *sum = sum.plus(amount)?;
    Ok(())
}

/// What a line shows of an account's balance: what is usual for its class is positive.
const fn shown(class: Class, amount: Rupiah) -> Rupiah {
    match class {
        Class::Asset | Class::Cost => amount,
        Class::Liability | Class::Equity | Class::Income => amount.negated(),
    }
}

/// Profit and loss of what moved. Lines of nothing are left out, totals never.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn profit_and_loss(moved: &[Moved]) -> Result<Vec<Row>, MoneyError> {
    let mut sums = Sums::from([(Line::TotalIncome, Rupiah::ZERO), (Line::GrossProfit, Rupiah::ZERO), (Line::NetIncome, Rupiah::ZERO)]);
    for Moved { place, amount, evidence: _ } in moved {
        let (account, class) = (place.account, place.account.class());
        let gain = amount.negated();
        match class {
            Class::Income => {
                add(&mut sums, Line::TotalIncome, gain)?;
                add(&mut sums, Line::GrossProfit, gain)?;
            }
            Class::Cost if matches!(account, Account::CostMaterials | Account::CostGoods) => add(&mut sums, Line::GrossProfit, gain)?,
            Class::Cost => {}
            Class::Asset | Class::Liability | Class::Equity => continue,
        }
        add(&mut sums, Line::NetIncome, gain)?;
        add(&mut sums, Line::of(account), shown(class, *amount))?;
    }
    Ok(rows(sums))
}

/// What there is, what is owed and what is hers, of balances at the end of a day. What was earned and not taken out is hers.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn balance_sheet(balances: &[Balance]) -> Result<Vec<Row>, MoneyError> {
    let totals = [Line::TotalAssets, Line::TotalLiabilities, Line::TotalEquity, Line::TotalLiabilitiesAndEquity];
    let mut sums: Sums = totals.into_iter().map(|line| (line, Rupiah::ZERO)).collect();
    for balance in balances {
        let (account, class) = (balance.place.account, balance.place.account.class());
        let amount = balance.debit.minus(balance.credit)?;
        let value = shown(class, amount);
        match class {
            Class::Asset => {
                add(&mut sums, Line::of(account), value)?;
                add(&mut sums, Line::TotalAssets, value)?;
                continue;
            }
            Class::Liability => {
                add(&mut sums, Line::of(account), value)?;
                add(&mut sums, Line::TotalLiabilities, value)?;
            }
            Class::Equity => {
                add(&mut sums, Line::of(account), value)?;
                add(&mut sums, Line::TotalEquity, value)?;
            }
            Class::Income | Class::Cost => {
                add(&mut sums, Line::RetainedEarnings, amount.negated())?;
                add(&mut sums, Line::TotalEquity, amount.negated())?;
            }
        }
        add(&mut sums, Line::TotalLiabilitiesAndEquity, amount.negated())?;
    }
    Ok(rows(sums))
}

fn rows(sums: Sums) -> Vec<Row> {
    sums.into_iter().filter(|(line, amount)| line.is_total() || *amount != Rupiah::ZERO).collect()
}

/// Text as it may stand in a cell: what a spreadsheet would take for a formula begins with an apostrophe.
#[must_use]
pub fn cell(text: &str) -> String {
    let begins = text.chars().next().unwrap_or(' ');
    if matches!(begins, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::{Evidence, Place};

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    fn figure(rows: &[Row], line: Line) -> Rupiah {
        rows.iter().find(|(of, _)| *of == line).map_or(Rupiah::ZERO, |(_, amount)| *amount)
    }

    proptest! {
        /// Whatever is moved, what there is equals what is owed and what is hers, and the month's net is what the months added to it.
        #[test]
        fn the_two_sides_agree(moves in proptest::collection::vec((0..Account::ALL.len(), 0..Account::ALL.len(), 1i64..1_000_000_000), 0..40)) {
            let mut sums: BTreeMap<Account, Rupiah> = BTreeMap::new();
            for (from, to, amount) in moves {
                for (account, amount) in [(from, -amount), (to, amount)] {
                    let sum = sums.entry(Account::ALL[account]).or_default();
                    *sum = sum.plus(rp(amount)).expect("in range");
                }
            }
            let balance = |(account, amount): (&Account, &Rupiah)| {
                let (debit, credit) = if amount.is_positive() { (*amount, Rupiah::ZERO) } else { (Rupiah::ZERO, amount.negated()) };
                Balance { place: Place::from(*account), debit, credit }
            };
            let sheet = balance_sheet(&sums.iter().map(balance).collect::<Vec<_>>()).expect("in range");
            prop_assert_eq!(figure(&sheet, Line::TotalAssets), figure(&sheet, Line::TotalLiabilitiesAndEquity));
            let owed_and_hers = figure(&sheet, Line::TotalLiabilities).plus(figure(&sheet, Line::TotalEquity));
            prop_assert_eq!(owed_and_hers, Ok(figure(&sheet, Line::TotalLiabilitiesAndEquity)));
            let moved: Vec<Moved> = sums.iter().map(|(account, amount)| Moved { place: (*account).into(), evidence: Evidence::System, amount: *amount }).collect();
            let result = profit_and_loss(&moved).expect("in range");
            prop_assert_eq!(figure(&result, Line::NetIncome), figure(&sheet, Line::RetainedEarnings));
        }
    }

    #[test]
    fn no_text_is_ever_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"] {
            assert!(cell(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(cell("Keripik = enak"), "Keripik = enak");
        assert_eq!(cell(""), "");
    }
}
