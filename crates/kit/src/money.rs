//! Whole rupiah with checked arithmetic, and rates in basis points.
//!
//! There is no smaller unit in use and no float anywhere: a sum that would leave the range is an
//! error the caller must look at, never a wrap.

use std::fmt;
use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount in whole Indonesian rupiah (ISO 4217 IDR, used with exponent 0). May be negative in
/// the books; prices and totals have types of their own that are not.
///
/// The range is ±(2⁵³ − 1), so that every JSON reader, JavaScript included, sees the exact figure.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, ToSchema)]
#[diesel(sql_type = BigInt)]
#[serde(transparent)]
#[schema(value_type = i64, minimum = -9_007_199_254_740_991_i64, maximum = 9_007_199_254_740_991_i64, description = "Whole rupiah (IDR, exponent 0).")]
pub struct Rupiah(i64);

/// The amount left the range of [`Rupiah`], or the text was not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result would not fit.
    #[error("amount_out_of_range")]
    OutOfRange,
    /// The text is not an amount of rupiah.
    #[error("amount_invalid")]
    NotAnAmount,
    /// A split needs at least one positive weight.
    #[error("nothing to split by")]
    NoWeights,
}

impl Rupiah {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount: 2⁵³ − 1.
    pub const MAX: i64 = 9_007_199_254_740_991;

    /// `amount` whole rupiah.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] beyond ±[`Rupiah::MAX`].
    pub const fn new(amount: i64) -> Result<Self, MoneyError> {
        if amount > Self::MAX || amount < -Self::MAX { Err(MoneyError::OutOfRange) } else { Ok(Self(amount)) }
    }

    /// The bare number of rupiah, for the edge of the process.
    #[must_use]
    pub const fn amount(self) -> i64 {
        self.0
    }

    /// More than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The same amount the other way round.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }

    /// # Errors
    /// [`MoneyError::OutOfRange`] when the sum does not fit.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_add(other.0).ok_or(MoneyError::OutOfRange).and_then(Self::new)
    }

    /// # Errors
    /// [`MoneyError::OutOfRange`] when the difference does not fit.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.plus(other.negated())
    }

    /// This amount for each of `quantity` units.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] when the product does not fit.
    pub fn times(self, quantity: i64) -> Result<Self, MoneyError> {
        self.0.checked_mul(quantity).ok_or(MoneyError::OutOfRange).and_then(Self::new)
    }

    /// # Errors
    /// [`MoneyError::OutOfRange`] when the sum does not fit.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }

    /// The part of a non-negative amount that `rate` takes, rounded down; what is left over stays
    /// with the giver, so the two always make the whole.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] for a negative amount.
    pub fn share(self, rate: BasisPoints) -> Result<Self, MoneyError> {
        if self.0 < 0 {
            return Err(MoneyError::OutOfRange);
        }
        let part = i128::from(self.0) * i128::from(rate.0) / i128::from(BasisPoints::WHOLE);
        i64::try_from(part).map_err(|_| MoneyError::OutOfRange).and_then(Self::new)
    }

    /// Splits a non-negative amount by weights with the largest-remainder rule: the parts always
    /// sum to the whole, and equal remainders go to the earlier part.
    ///
    /// # Errors
    /// [`MoneyError::NoWeights`] when all weights are zero, [`MoneyError::OutOfRange`] for a
    /// negative amount.
    pub fn split(self, weights: &[u32]) -> Result<Vec<Self>, MoneyError> {
        let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if whole == 0 {
            return Err(MoneyError::NoWeights);
        }
        if self.0 < 0 {
            return Err(MoneyError::OutOfRange);
        }
        let mut parts = Vec::with_capacity(weights.len());
        let mut remainders = Vec::with_capacity(weights.len());
        let mut given = 0_i64;
        for (index, weight) in weights.iter().enumerate() {
            let exact = i128::from(self.0) * i128::from(*weight);
            let part = i64::try_from(exact / whole).map_err(|_| MoneyError::OutOfRange)?;
            given += part;
            parts.push(Self(part));
            remainders.push((exact % whole, index));
        }
        remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let left_over = usize::try_from(self.0 - given).map_err(|_| MoneyError::OutOfRange)?;
        for (_, index) in remainders.into_iter().take(left_over) {
            parts[index].0 += 1;
        }
        Ok(parts)
    }
}

impl fmt::Display for Rupiah {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        f.write_str(if self.0 < 0 { "-Rp" } else { "Rp" })?;
        for (index, digit) in digits.char_indices() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                f.write_str(".")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Rupiah {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<u32> for Rupiah {
    fn from(amount: u32) -> Self {
        Self(i64::from(amount))
    }
}

impl FromStr for Rupiah {
    type Err = MoneyError;

    /// Reads what [`Display`](fmt::Display) writes, with or without `Rp` and dots.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let rest = rest.strip_prefix("Rp").unwrap_or(rest);
        let groups: Vec<&str> = rest.split('.').collect();
        let grouped_right = groups.len() == 1 || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3));
        let all_digits = groups.iter().all(|g| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit()));
        if !grouped_right || !all_digits {
            return Err(MoneyError::NotAnAmount);
        }
        let amount: i64 = groups.concat().parse().map_err(|_| MoneyError::OutOfRange)?;
        Self::new(if negative { -amount } else { amount })
    }
}

impl<'de> Deserialize<'de> for Rupiah {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for Rupiah
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Rupiah
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::new(i64::from_sql(bytes)?)?)
    }
}

/// A rate in hundredths of a percent: 2000 is 20 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BasisPoints(u16);

impl BasisPoints {
    /// 100 %.
    pub const WHOLE: u16 = 10_000;

    /// # Errors
    /// [`MoneyError::OutOfRange`] above 100 %.
    pub const fn new(points: u16) -> Result<Self, MoneyError> {
        if points > Self::WHOLE { Err(MoneyError::OutOfRange) } else { Ok(Self(points)) }
    }
}

/// An amount that someone writes down: Rp1 to Rp1.000.000.000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, minimum = 1, maximum = 1_000_000_000)]
pub struct Amount(Rupiah);

impl Amount {
    /// The amount.
    #[must_use]
    pub const fn rupiah(self) -> Rupiah {
        self.0
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let amount = u32::try_from(i64::deserialize(deserializer)?).ok().filter(|amount| (1..=1_000_000_000).contains(amount));
        amount.map(|amount| Self(amount.into())).ok_or_else(|| serde::de::Error::custom("amount_out_of_bounds"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    #[test]
    fn is_shown_the_way_people_write_it() {
        assert_eq!(rp(1_072_800).to_string(), "Rp1.072.800");
        assert_eq!(rp(0).to_string(), "Rp0");
        assert_eq!(rp(-500).to_string(), "-Rp500");
        assert_eq!("Rp1.07.800".parse::<Rupiah>(), Err(MoneyError::NotAnAmount));
        assert_eq!("".parse::<Rupiah>(), Err(MoneyError::NotAnAmount));
    }

    #[test]
    fn the_largest_remainder_gets_the_odd_rupiah() {
        assert_eq!(rp(100).split(&[1, 1, 1]).expect("weights"), vec![rp(34), rp(33), rp(33)]);
        assert_eq!(rp(20_000).split(&[0, 0]), Err(MoneyError::NoWeights));
    }

    proptest! {
        #[test]
        fn splits_sum_to_the_whole(amount in 0..=Rupiah::MAX, weights in proptest::collection::vec(0u32.., 1..20)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let parts = rp(amount).split(&weights).expect("splittable");
            prop_assert_eq!(Rupiah::sum(parts.iter().copied()).expect("the whole fits"), rp(amount));
            prop_assert!(parts.iter().zip(&weights).all(|(part, weight)| *weight > 0 || part.amount() == 0));
        }

        #[test]
        fn share_and_rest_make_the_whole(amount in 0..=Rupiah::MAX, points in 0u16..=10_000) {
            let share = rp(amount).share(BasisPoints::new(points).expect("a rate")).expect("in range");
            prop_assert!((0..=amount).contains(&share.amount()));
        }

        #[test]
        fn shown_and_read_again_is_the_same(amount in -Rupiah::MAX..=Rupiah::MAX) {
            prop_assert_eq!(rp(amount).to_string().parse::<Rupiah>(), Ok(rp(amount)));
            prop_assert_eq!(amount.to_string().parse::<Rupiah>(), Ok(rp(amount)));
        }

        #[test]
        fn arithmetic_is_exact_or_refused(a in any::<i64>(), b in any::<i64>()) {
            if let (Ok(left), Ok(right)) = (Rupiah::new(a), Rupiah::new(b)) {
                let in_range = |value: i128| value.abs() <= i128::from(Rupiah::MAX);
                let (wide_a, wide_b) = (i128::from(a), i128::from(b));
                prop_assert_eq!(left.plus(right).ok().map(|sum| i128::from(sum.amount())), Some(wide_a + wide_b).filter(|v| in_range(*v)));
                prop_assert_eq!(left.minus(right).ok().map(|d| i128::from(d.amount())), Some(wide_a - wide_b).filter(|v| in_range(*v)));
                prop_assert_eq!(left.times(b).ok().map(|p| i128::from(p.amount())), wide_a.checked_mul(wide_b).filter(|v| in_range(*v)));
            }
        }
    }
}
