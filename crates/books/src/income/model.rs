//! Periods, figures with their evidence, and the baseline.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ledger::Evidence;
use kit::auth::AccountId;
use kit::clock::{Month, Timestamp};
use kit::money::{MoneyError, Rupiah};
use kit::{typed_id, word_enum};
use people::enterprises::EnterpriseId;

typed_id!(
    /// A baseline survey.
    BaselineId, "bas"
);

word_enum! {
    /// How income is cut.
    Period as "IncomePeriod" {
        /// By business day.
        Day = "day",
        /// By week, from Monday.
        Week = "week",
        /// By month of the calendar.
        Month = "month",
        /// By quarter of the year.
        Quarter = "quarter",
    }
}

word_enum! {
    /// A time of the year that moves sales.
    Season {
        /// The month of fasting.
        Ramadan = "ramadan",
        /// The feast after it, and its week.
        Lebaran = "lebaran",
    }
}

word_enum! {
    /// A permit an enterprise has (Regsosek 2022, question 424).
    Permit {
        /// Business number.
        Nib = "nib",
        /// Home food industry.
        Pirt = "pirt",
        /// Halal certificate.
        Halal = "halal",
        /// Something else.
        Other = "other",
    }
}

word_enum! {
    /// How near the year's turnover is to the line above which a small enterprise pays tax.
    TaxLine {
        /// Under four fifths of it.
        Below = "below",
        /// From four fifths of it.
        Near = "near",
        /// At it or above.
        Over = "over",
    }
}

/// Monthly turnover by the answers of Regsosek 2022, question 425: 1 under Rp5 juta, 2 from 5 to under 15, 3 from 15 to under 25,
/// 4 from 25 to under 167, 5 from 167 to under 1,250, 6 from 1,250.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i32, minimum = 1, maximum = 6)]
pub struct TurnoverBand(pub i32);

impl<'de> Deserialize<'de> for TurnoverBand {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = i32::deserialize(deserializer)?;
        if (1..=6).contains(&code) { Ok(Self(code)) } else { Err(serde::de::Error::custom("turnover_band_invalid")) }
    }
}

/// What the internet is used for, by the answers of Regsosek 2022, question 426, added up: 1 communication, 2 information,
/// 4 marketing, 8 sales, 16 buying, 32 other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i32, minimum = 0, maximum = 63)]
pub struct InternetUses(pub i32);

impl<'de> Deserialize<'de> for InternetUses {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sum = i32::deserialize(deserializer)?;
        if (0..=63).contains(&sum) { Ok(Self(sum)) } else { Err(serde::de::Error::custom("internet_uses_invalid")) }
    }
}

/// A baseline on its way in.
#[derive(Clone, Debug)]
pub struct NewBaseline {
    pub month: Month,
    pub net: Rupiah,
    pub turnover_band: TurnoverBand,
    pub permits: Vec<Permit>,
    pub internet_uses: InternetUses,
    pub evidence: Evidence,
}

/// What a family earned before, in a month that can be compared with later ones.
#[derive(Clone, Debug)]
pub struct Baseline {
    pub id: BaselineId,
    pub month: Month,
    pub net: Rupiah,
    pub turnover_band: TurnoverBand,
    pub permits: Vec<Permit>,
    pub internet_uses: InternetUses,
    pub evidence: Evidence,
    pub surveyed_by: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub surveyed_at: Timestamp,
}

/// An amount, and how much of it is known how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = IncomeFigureView)]
pub struct Figure {
    pub amount: Rupiah,
    /// Known because an act in this system made it.
    pub system: Rupiah,
    /// Written down by the owner.
    pub recorded: Rupiah,
    /// Guessed afterwards.
    pub estimate: Rupiah,
}

impl Figure {
    /// This figure and `amount` that is known by `evidence`.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn and(self, evidence: Evidence, amount: Rupiah) -> Result<Self, MoneyError> {
        let mut sum = Self { amount: self.amount.plus(amount)?, ..self };
        let part = match evidence {
            Evidence::System => &mut sum.system,
            Evidence::Recorded => &mut sum.recorded,
            Evidence::Estimate => &mut sum.estimate,
        };
        *part = part.plus(amount)?;
        Ok(sum)
    }
}

/// One piece of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// `2026-11-24`, `2026-W48`, `2026-11` or `2026-Q4`.
    pub name: String,
    pub first: NaiveDate,
    pub last: NaiveDate,
}
