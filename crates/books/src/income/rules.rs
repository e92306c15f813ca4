//! Cutting time, adding up, comparing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Days, NaiveDate};

use super::model::{Figure, Period, Season, Slice, TaxLine};
use crate::ledger::balances::service::Moved;
use crate::ledger::{Account, Channel, Class};
use kit::clock::Month;
use kit::money::{MoneyError, Rupiah};

/// Above this turnover a year, a small enterprise pays tax (PP 55/2022).
pub const TAX_LINE: i64 = 500_000_000;
/// From this share of the line on she is warned, in basis points.
const NEAR: i64 = 8_000;

/// The longest span that is cut into pieces of `period`, in months.
#[must_use]
pub const fn most_months(period: Period) -> i32 {
    match period {
        Period::Day => 3,
        Period::Week => 12,
        Period::Month | Period::Quarter => 36,
    }
}

/// The piece of time that `day` is in. A week or a quarter is whole even where the span that is asked for cuts it.
#[must_use]
pub fn slice(period: Period, day: NaiveDate) -> Slice {
    let month = Month::of(day);
    match period {
        Period::Day => Slice { name: day.to_string(), first: day, last: day },
        Period::Week => {
            let week = day.iso_week();
            let first = day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))).unwrap_or(day);
            let last = first.checked_add_days(Days::new(6)).unwrap_or(day);
            Slice { name: format!("{:04}-W{:02}", week.year(), week.week()), first, last }
        }
        Period::Month => Slice { name: month.to_string(), first: month.first_day(), last: month.last_day() },
        Period::Quarter => {
            let quarter = (month.number() - 1) / 3;
            let into = i32::try_from((month.number() - 1) % 3).unwrap_or(0);
            let first = month.later(-into);
            Slice { name: format!("{:04}-Q{}", day.year(), quarter + 1), first: first.first_day(), last: first.later(2).last_day() }
        }
    }
}

/// The accounts that income is made of.
#[must_use]
pub fn accounts() -> Vec<Account> {
    Account::ALL.iter().copied().filter(|account| matches!(account.class(), Class::Income | Class::Cost)).collect()
}

/// What was earned and what that cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Income {
    /// Everything earned.
    pub revenue: Figure,
    pub channels: BTreeMap<Channel, Figure>,
    /// Raw material, and what goods sold had cost.
    pub materials: Figure,
    /// All other costs.
    pub other_costs: Figure,
    /// What is left.
    pub net: Figure,
}

impl Income {
    /// This income and what else moved.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn and(mut self, moved: &Moved) -> Result<Self, MoneyError> {
        let (account, evidence) = (moved.place.account, moved.evidence);
        // Earnings stand on the credit side, which is negative.
        let gain = moved.amount.negated();
        match account.class() {
            Class::Income => {
                self.revenue = self.revenue.and(evidence, gain)?;
                if let Some(channel) = channel_of(account) {
                    let figure = self.channels.entry(channel).or_default();
                    *figure = figure.and(evidence, gain)?;
                }
            }
            Class::Cost if matches!(account, Account::CostMaterials | Account::CostGoods) => {
                self.materials = self.materials.and(evidence, moved.amount)?;
            }
            Class::Cost => self.other_costs = self.other_costs.and(evidence, moved.amount)?,
            Class::Asset | Class::Liability | Class::Equity => return Ok(self),
        }
        self.net = self.net.and(evidence, gain)?;
        Ok(self)
    }

    /// How much of all that was counted, earnings and costs alike, this system knows of itself; in basis points. Nothing where nothing was counted.
    #[must_use]
    pub fn evidence_share(&self) -> Option<i64> {
        let figures = [self.revenue, self.materials, self.other_costs];
        let size = |amount: Rupiah| i128::from(amount.amount().abs());
        let all: i128 = figures.iter().map(|f| size(f.system) + size(f.recorded) + size(f.estimate)).sum();
        let known: i128 = figures.iter().map(|f| size(f.system)).sum();
        (known * 10_000).checked_div(all).and_then(|share| i64::try_from(share).ok())
    }
}

/// The channel whose sales go to `account`.
#[must_use]
pub fn channel_of(account: Account) -> Option<Channel> {
    Channel::ALL.iter().copied().find(|channel| Account::sales(*channel) == account)
}

/// What moved, added up by piece of time, newest first; pieces in which nothing moved are left out.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn cut(period: Period, moved: &[(NaiveDate, Moved)]) -> Result<Vec<(Slice, Income)>, MoneyError> {
    let mut pieces: BTreeMap<NaiveDate, (Slice, Income)> = BTreeMap::new();
    for (day, moved) in moved {
        let slice = slice(period, *day);
        let (_, income) = pieces.entry(slice.first).or_insert_with(|| (slice, Income::default()));
        *income = std::mem::take(income).and(moved)?;
    }
    Ok(pieces.into_values().rev().collect())
}

/// What months after the baseline came to, and what that rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    pub first: Month,
    pub last: Month,
    /// What was earned in all of them.
    pub net: Figure,
    /// The same for one month of those that have figures.
    pub per_month: Option<Rupiah>,
    /// How many of them have figures.
    pub months: i64,
    /// On how many of their days that are over anything was recorded, in basis points.
    pub coverage: i64,
    /// How much more than the baseline, in basis points; nothing where there is nothing to compare.
    pub growth: Option<i64>,
    pub seasons: Vec<Season>,
}

/// Compares the months `first` to `last` with a baseline of `before` a month. `moved` may hold other days too.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn compare(before: Rupiah, first: Month, last: Month, today: NaiveDate, moved: &[(NaiveDate, Moved)]) -> Result<Compared, MoneyError> {
    let within = |day: &NaiveDate| (first.first_day()..=last.last_day()).contains(day);
    let mut income = Income::default();
    let (mut days, mut months) = (BTreeSet::new(), BTreeSet::new());
    for (day, moved) in moved.iter().filter(|(day, _)| within(day)) {
        income = income.and(moved)?;
        days.insert(*day);
        months.insert(Month::of(*day));
    }
    let over = last.last_day().min(today).signed_duration_since(first.first_day()).num_days() + 1;
    let count = |set: usize| i64::try_from(set).unwrap_or(i64::MAX);
    let coverage = (count(days.len()) * 10_000).checked_div(over.max(1)).unwrap_or(0);
    let months = count(months.len());
    let per_month = income.net.amount.amount().checked_div(months).map(Rupiah::new).transpose()?;
    let growth = per_month.filter(|_| before.is_positive()).and_then(|now| growth(before, now));
    let seasons = seasons_in(first.first_day(), last.last_day());
    Ok(Compared { first, last, net: income.net, per_month, months, coverage, growth, seasons })
}

fn growth(before: Rupiah, now: Rupiah) -> Option<i64> {
    let more = i128::from(now.amount()) - i128::from(before.amount());
    (more * 10_000).checked_div(i128::from(before.amount())).and_then(|growth| i64::try_from(growth).ok())
}

/// The seasons that a span of days touches.
#[must_use]
pub fn seasons_in(first: NaiveDate, last: NaiveDate) -> Vec<Season> {
    let touched: BTreeSet<Season> =
        calendar().filter(|(_, begins, ends)| *begins <= last && *ends >= first).map(|(season, ..)| season).collect();
    touched.into_iter().collect()
}

/// Seasons with their first and last days. Years that the ministry has not decided on yet are reckoned.
fn calendar() -> impl Iterator<Item = (Season, NaiveDate, NaiveDate)> {
    include_str!("seasons.csv").lines().skip(1).filter_map(|line| {
        let mut fields = line.split(',');
        let season = fields.next()?;
        let season = Season::ALL.iter().copied().find(|known| known.word() == season)?;
        Some((season, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    })
}

/// How near a year's turnover is to the line, and its share of it in basis points.
#[must_use]
pub fn tax_line(turnover: Rupiah) -> (TaxLine, i64) {
    let share = i64::try_from(i128::from(turnover.amount()) * 10_000 / i128::from(TAX_LINE)).unwrap_or(i64::MAX);
    let near = match share {
        10_000.. => TaxLine::Over,
        NEAR..10_000 => TaxLine::Near,
        ..NEAR => TaxLine::Below,
    };
    (near, share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Evidence;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    fn moved(account: Account, evidence: Evidence, amount: i64) -> Moved {
        Moved { place: account.into(), evidence, amount: rp(amount) }
    }

    #[test]
    fn a_day_is_in_one_piece_of_each_kind() {
        let name = |period, of: &str| slice(period, day(of)).name;
        assert_eq!(name(Period::Day, "2026-11-24"), "2026-11-24");
        assert_eq!(name(Period::Week, "2026-11-24"), "2026-W48");
        assert_eq!(name(Period::Week, "2027-01-01"), "2026-W53", "a week belongs to the year of its Thursday");
        assert_eq!(name(Period::Quarter, "2026-11-24"), "2026-Q4");
        for period in Period::ALL {
            for of in ["2026-01-01", "2026-02-28", "2026-11-24", "2026-12-31"] {
                let piece = slice(*period, day(of));
                assert!(piece.first <= day(of) && day(of) <= piece.last);
                assert_eq!((slice(*period, piece.first), slice(*period, piece.last)), (piece.clone(), piece));
            }
        }
    }

    #[test]
    fn income_is_told_with_how_it_is_known() {
        let all = [
            (day("2026-11-01"), moved(Account::SalesOnline, Evidence::System, -60_000)),
            (day("2026-11-02"), moved(Account::SalesInPerson, Evidence::Recorded, -30_000)),
            (day("2026-11-02"), moved(Account::CostMaterials, Evidence::Recorded, 20_000)),
            (day("2026-11-30"), moved(Account::CostOther, Evidence::Estimate, 10_000)),
            (day("2026-11-30"), moved(Account::Draws, Evidence::Recorded, 50_000)),
        ];
        let pieces = cut(Period::Month, &all).expect("in range");
        let [(piece, income)] = pieces.as_slice() else { panic!("one month") };
        assert_eq!((piece.name.as_str(), income.revenue.amount, income.net.amount), ("2026-11", rp(90_000), rp(60_000)));
        assert_eq!((income.net.system, income.net.recorded, income.net.estimate), (rp(60_000), rp(10_000), rp(-10_000)));
        assert_eq!((income.materials.amount, income.other_costs.amount), (rp(20_000), rp(10_000)));
        assert_eq!(income.evidence_share(), Some(5_000));
        assert_eq!(cut(Period::Day, &all).expect("in range").len(), 3);
        assert_eq!(Income::default().evidence_share(), None);
    }

    #[test]
    fn growth_says_what_it_rests_on_or_nothing() {
        let november: Month = "2026-11".parse().expect("a month");
        let all = [
            (day("2026-10-05"), moved(Account::SalesOnline, Evidence::System, -900_000)),
            (day("2026-11-05"), moved(Account::SalesOnline, Evidence::System, -1_500_000)),
        ];
        let today = day("2026-11-20");
        let month = compare(rp(1_200_000), november, november, today, &all).expect("in range");
        assert_eq!((month.months, month.coverage, month.growth), (1, 500, Some(2_500)));
        let three = compare(rp(1_200_000), november.later(-2), november, today, &all).expect("in range");
        assert_eq!((three.months, three.per_month, three.growth), (2, Some(rp(1_200_000)), Some(0)));
        let none = compare(rp(1_200_000), november.later(1), november.later(1), today, &all).expect("in range");
        assert_eq!((none.months, none.per_month, none.growth), (0, None, None));
        assert_eq!(compare(Rupiah::ZERO, november, november, today, &all).expect("in range").growth, None);
    }

    #[test]
    fn a_season_is_named_where_it_falls() {
        assert_eq!(calendar().count(), include_str!("seasons.csv").lines().count() - 1, "every line of the calendar is understood");
        assert_eq!(seasons_in(day("2026-03-01"), day("2026-03-31")), [Season::Ramadan, Season::Lebaran]);
        assert_eq!(seasons_in(day("2026-11-01"), day("2026-11-30")), []);
    }

    #[test]
    fn the_tax_line_warns_before_it_is_reached() {
        assert_eq!(tax_line(rp(399_999_999)), (TaxLine::Below, 7_999));
        assert_eq!(tax_line(rp(400_000_000)), (TaxLine::Near, 8_000));
        assert_eq!(tax_line(rp(500_000_000)), (TaxLine::Over, 10_000));
    }
}
