//! Instants in UTC, business days in West Indonesian Time, and a clock that tests can move.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveTime, SubsecRound};
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use serde::{Deserialize, Serialize};

/// An instant in UTC with microseconds, the finest both engines keep.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = crate::db::types::Utc)]
pub struct Timestamp(DateTime<chrono::Utc>);

/// Asia/Jakarta is UTC+7 the whole year and has been since 1988; a fixed offset needs no zone data.
const JAKARTA_SECONDS_EAST: i32 = 7 * 3600;

impl Timestamp {
    /// Cuts `instant` to microseconds.
    #[must_use]
    pub fn from_chrono(instant: DateTime<chrono::Utc>) -> Self {
        Self(instant.trunc_subsecs(6))
    }

    /// For libraries that speak chrono.
    #[must_use]
    pub const fn chrono(self) -> DateTime<chrono::Utc> {
        self.0
    }

    /// Whole seconds since 1970, as JSON Web Tokens count.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// The day in the village on which this instant falls (Asia/Jakarta); reports group by it.
    #[must_use]
    pub fn business_date(self) -> NaiveDate {
        let jakarta = FixedOffset::east_opt(JAKARTA_SECONDS_EAST).map(|zone| self.0.with_timezone(&zone).date_naive());
        jakarta.unwrap_or_else(|| self.0.date_naive())
    }

    /// The instant at which `minutes` of the village's `day` have passed (Asia/Jakarta).
    #[must_use]
    pub fn in_village(day: NaiveDate, minutes: u16) -> Self {
        let midnight_utc = day.and_time(NaiveTime::MIN).and_utc();
        Self(midnight_utc).after(Duration::seconds(i64::from(minutes) * 60 - i64::from(JAKARTA_SECONDS_EAST)))
    }

    /// `self` moved by `by`; stays where it is if that leaves the calendar.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        self.0.checked_add_signed(by).map_or(self, Self)
    }

    /// How much later `self` is than `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0 - earlier.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Fixed width, so that the text sorts as the instant does.
        write!(f, "{}", self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ"))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let instant = text.parse::<DateTime<chrono::Utc>>().map_err(|_| serde::de::Error::custom("instant_invalid"))?;
        Ok(Self::from_chrono(instant))
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .into()
    }
}
impl utoipa::ToSchema for Timestamp {}

/// The calendar month of a business day, written `2026-11`.
#[must_use]
pub fn month_of(day: NaiveDate) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// A month of the calendar, `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(value_type = String, pattern = r"^\d{4}-(0[1-9]|1[0-2])$", example = "2026-11")]
pub struct Month(NaiveDate);

impl Month {
    /// The month that `day` is in.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Its first day.
    #[must_use]
    pub const fn first_day(self) -> NaiveDate {
        self.0
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.later(1).0.pred_opt().unwrap_or(self.0)
    }

    /// The month `months` after this one; before it where that is negative.
    #[must_use]
    pub fn later(self, months: i32) -> Self {
        let by = chrono::Months::new(months.unsigned_abs());
        let moved = if months < 0 { self.0.checked_sub_months(by) } else { self.0.checked_add_months(by) };
        moved.map_or(self, Self)
    }

    /// Its number within the year: 1 to 12.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0.month()
    }

    /// How many months from `earlier` to this one.
    #[must_use]
    pub fn since(self, earlier: Self) -> i32 {
        let ordinal = |month: Self| month.0.year() * 12 + i32::try_from(month.0.month0()).unwrap_or(0);
        ordinal(self) - ordinal(earlier)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&month_of(self.0))
    }
}

impl std::str::FromStr for Month {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.bytes().enumerate().all(|(at, byte)| if at == 4 { byte == b'-' } else { byte.is_ascii_digit() });
        let day = (text.len() == 7 && digits).then(|| format!("{text}-01").parse().ok()).flatten();
        day.map(Self).ok_or("month_invalid")
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where the time comes from. The system's, or one that a test moves by hand.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Microseconds since 1970, moved by whoever holds the other end.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place where the time comes from")]
            Self::System => Timestamp::from_chrono(chrono::Utc::now()),
            Self::Manual(micros) => Timestamp(DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default()),
        }
    }

    /// A clock that stands still at `start` until moved.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.0.timestamp_micros())))
    }

    /// Moves a manual clock forward; the system's clock cannot be moved.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_chrono(text.parse().expect("an instant"))
    }

    #[test]
    fn the_village_day_begins_at_17_utc() {
        assert_eq!(at("2026-11-23T16:59:59Z").business_date().to_string(), "2026-11-23");
        assert_eq!(at("2026-11-23T17:00:00Z").business_date().to_string(), "2026-11-24");
        assert_eq!(month_of(at("2026-12-31T17:00:00Z").business_date()), "2027-01");
    }

    #[test]
    fn a_minute_of_the_village_day_is_an_instant() {
        let day = "2026-11-24".parse().expect("a day");
        assert_eq!(Timestamp::in_village(day, 0), at("2026-11-23T17:00:00Z"));
        assert_eq!(Timestamp::in_village(day, 9 * 60), at("2026-11-24T02:00:00Z"));
        assert_eq!(Timestamp::in_village(day, 24 * 60), at("2026-11-24T17:00:00Z"));
    }

    #[test]
    fn a_month_knows_its_days_and_its_neighbours() {
        let month: Month = "2027-02".parse().expect("a month");
        assert_eq!((month.first_day().to_string(), month.last_day().to_string()), ("2027-02-01".to_owned(), "2027-02-28".to_owned()));
        assert_eq!((month.later(-3).to_string(), month.later(11).to_string()), ("2026-11".to_owned(), "2028-01".to_owned()));
        assert_eq!(month.since(month.later(-14)), 14);
        for wrong in ["2026-13", "+2026-1", "2026-1 ", "2026"] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn is_written_with_fixed_width() {
        assert_eq!(at("2026-11-24T01:02:03Z").to_string(), "2026-11-24T01:02:03.000000Z");
        assert_eq!(at("2026-11-24T01:02:03.123456789Z").to_string(), "2026-11-24T01:02:03.123456Z");
    }
}
