//! Terms, delivery zones and the values they are made of.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::Week;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::{bounded, plain_text, typed_id};
use people::enterprises::EnterpriseId;

typed_id!(
    /// A place to which a seller delivers.
    ZoneId, "zon"
);
plain_text!(
    /// Where a zone is, in words the neighbours use.
    ZoneName, max 60
);
plain_text!(
    /// What a seller says about her holiday.
    HolidayNote, max 200, lines true
);
bounded!(
    /// How long a seller may take to answer an order, in hours.
    AnswerHours, 1 ..= 72, "answer_hours_out_of_range"
);
bounded!(
    /// How long it takes a seller from acceptance to hand-over, in days.
    HandOverDays, 1 ..= 30, "hand_over_days_out_of_range"
);

/// The most delivery zones of one seller.
pub const MOST_ZONES: i64 = 50;

/// A fee or a minimum: nothing, or up to a milliard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, minimum = 0, maximum = 1_000_000_000, description = "Whole rupiah.")]
pub struct Charge(Rupiah);

impl Charge {
    const HIGHEST: i64 = 1_000_000_000;
    /// Nothing.
    pub const NONE: Self = Self(Rupiah::ZERO);

    /// The bare amount.
    #[must_use]
    pub const fn amount(self) -> Rupiah {
        self.0
    }
}

impl<'de> Deserialize<'de> for Charge {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let amount = Rupiah::deserialize(deserializer)?;
        let right = (0..=Self::HIGHEST).contains(&amount.amount());
        if right { Ok(Self(amount)) } else { Err(serde::de::Error::custom("charge_out_of_range")) }
    }
}

/// What is wrong with the days of a holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHoliday {
    /// It ends before it begins.
    #[error("from_after_until")]
    Order,
    /// Longer than a year.
    #[error("holiday_too_long")]
    TooLong,
    /// Outside of the years that this program is for.
    #[error("day_out_of_range")]
    Day,
}

/// The days on which a seller is away, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub note: Option<String>,
}

impl Holiday {
    const MOST_DAYS: i64 = 366;

    /// A holiday from the first to the last day.
    ///
    /// # Errors
    /// [`BadHoliday`] says which rule the days break.
    pub fn new(from: NaiveDate, until: NaiveDate, note: Option<&HolidayNote>) -> Result<Self, BadHoliday> {
        if ![from, until].iter().all(|day| (2000..2100).contains(&day.year())) {
            return Err(BadHoliday::Day);
        }
        match (until - from).num_days() {
            ..0 => Err(BadHoliday::Order),
            Self::MOST_DAYS.. => Err(BadHoliday::TooLong),
            _ => Ok(Self { from, until, note: note.map(ToString::to_string) }),
        }
    }
}

/// The terms on which an enterprise sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What the goods of one order come to at least; delivery does not count.
    pub minimum_order: Rupiah,
    pub answer_hours: i64,
    pub hand_over_days: i64,
    /// When she is open; without them, always.
    pub opening: Option<Week>,
    pub holiday: Option<Holiday>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { minimum_order: Rupiah::ZERO, answer_hours: 48, hand_over_days: 7, opening: None, holiday: None }
    }
}

/// The terms of one enterprise with their version: 0 and no time as long as she has said nothing.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    pub terms: Terms,
    pub version: i32,
    pub updated_at: Option<Timestamp>,
}

/// A place to which a seller delivers, for a fee.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Zone {
    pub id: ZoneId,
    pub enterprise_id: EnterpriseId,
    pub name: String,
    pub fee: Rupiah,
    /// What the goods come to at least to be brought here; 0 where the shop's own minimum is enough.
    pub minimum_order: Rupiah,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A zone as it is entered.
#[derive(Clone, Debug)]
pub struct NewZone {
    pub name: ZoneName,
    pub fee: Charge,
    pub minimum_order: Charge,
}

/// A change of a zone; what is `None` stays.
#[derive(Clone, Debug)]
pub struct ZoneChange {
    pub name: Option<ZoneName>,
    pub fee: Option<Charge>,
    pub minimum_order: Option<Charge>,
}
