//! Opening hours: the times of a week at which a shop is open, as its seller writes them.

use std::fmt;
use std::str::FromStr;

use chrono::Weekday;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is wrong with opening hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHours {
    /// Not `HH:MM`.
    #[error("time_invalid")]
    Time,
    /// More than two stretches on one day.
    #[error("too_many_hours")]
    TooMany,
    /// A stretch ends before it begins, or begins before the one before it has ended.
    #[error("hours_out_of_order")]
    Order,
    /// Closed all week.
    #[error("never_open")]
    Never,
}

/// A time of day in the village, to the minute; `24:00` is the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, pattern = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", example = "07:30")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// The beginning of a day.
    pub const MIDNIGHT: Self = Self(0);
    /// The end of a day.
    pub const END: Self = Self(24 * 60);

    /// Minutes since the day began.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl FromStr for TimeOfDay {
    type Err = BadHours;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (hours, minutes) = text.split_once(':').ok_or(BadHours::Time)?;
        let two_digits = |part: &str| {
            let right = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            if right { part.parse::<u16>().map_err(|_| BadHours::Time) } else { Err(BadHours::Time) }
        };
        let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
        let time = Self(hours * 60 + minutes);
        if minutes < 60 && time <= Self::END { Ok(time) } else { Err(BadHours::Time) }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A stretch of one day: open from the first time until just before the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenStretch {
    pub from: TimeOfDay,
    pub until: TimeOfDay,
}

impl OpenStretch {
    /// From midnight to midnight.
    pub const WHOLE_DAY: Self = Self { from: TimeOfDay::MIDNIGHT, until: TimeOfDay::END };
}

/// The stretches of one weekday, none, one or two, in their order; none is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Vec<OpenStretch>")]
#[schema(max_items = 2)]
pub struct DayHours(Vec<OpenStretch>);

impl DayHours {
    const MOST: usize = 2;
}

impl TryFrom<Vec<OpenStretch>> for DayHours {
    type Error = BadHours;

    fn try_from(stretches: Vec<OpenStretch>) -> Result<Self, BadHours> {
        if stretches.len() > Self::MOST {
            return Err(BadHours::TooMany);
        }
        let forward = stretches.iter().all(|stretch| stretch.from < stretch.until);
        let apart = stretches.windows(2).all(|pair| pair[0].until <= pair[1].from);
        if forward && apart { Ok(Self(stretches)) } else { Err(BadHours::Order) }
    }
}

/// A week as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningHours {
    monday: DayHours,
    tuesday: DayHours,
    wednesday: DayHours,
    thursday: DayHours,
    friday: DayHours,
    saturday: DayHours,
    sunday: DayHours,
}

/// A week that is open at least once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OpeningHours", into = "OpeningHours")]
pub struct Week(OpeningHours);

impl Week {
    /// The stretches of a weekday.
    #[must_use]
    pub fn on(&self, weekday: Weekday) -> &[OpenStretch] {
        let day = match weekday {
            Weekday::Mon => &self.0.monday,
            Weekday::Tue => &self.0.tuesday,
            Weekday::Wed => &self.0.wednesday,
            Weekday::Thu => &self.0.thursday,
            Weekday::Fri => &self.0.friday,
            Weekday::Sat => &self.0.saturday,
            Weekday::Sun => &self.0.sunday,
        };
        &day.0
    }
}

impl TryFrom<OpeningHours> for Week {
    type Error = BadHours;

    fn try_from(hours: OpeningHours) -> Result<Self, BadHours> {
        let OpeningHours { monday, tuesday, wednesday, thursday, friday, saturday, sunday } = &hours;
        let open = [monday, tuesday, wednesday, thursday, friday, saturday, sunday].into_iter().any(|day| !day.0.is_empty());
        if open { Ok(Self(hours)) } else { Err(BadHours::Never) }
    }
}

impl From<Week> for OpeningHours {
    fn from(week: Week) -> Self {
        week.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_of_day_is_read_as_it_is_shown() {
        for text in ["00:00", "07:30", "23:59", "24:00"] {
            assert_eq!(text.parse::<TimeOfDay>().map(|time| time.to_string()), Ok(text.to_owned()));
        }
        for wrong in ["7:30", "07.30", "24:01", "23:60", "99:99", "", "07:3", "+7:30", "07:30:00"] {
            assert_eq!(wrong.parse::<TimeOfDay>(), Err(BadHours::Time), "{wrong}");
        }
    }

    fn day(stretches: &[(&str, &str)]) -> Result<DayHours, String> {
        let stretches: Vec<_> = stretches.iter().map(|(from, until)| json!({ "from": from, "until": until })).collect();
        serde_json::from_value(json!(stretches)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_day_has_at_most_two_stretches_in_their_order() {
        assert!(day(&[]).is_ok() && day(&[("07:00", "12:00")]).is_ok());
        assert!(day(&[("07:00", "12:00"), ("12:00", "24:00")]).is_ok());
        let refused = |stretches, code: BadHours| assert_eq!(day(stretches), Err(code.to_string()));
        refused(&[("12:00", "12:00")], BadHours::Order);
        refused(&[("17:00", "07:00")], BadHours::Order);
        refused(&[("13:00", "17:00"), ("07:00", "12:00")], BadHours::Order);
        refused(&[("07:00", "13:00"), ("12:00", "17:00")], BadHours::Order);
        refused(&[("07:00", "08:00"), ("09:00", "10:00"), ("11:00", "12:00")], BadHours::TooMany);
    }

    #[test]
    fn a_week_is_open_at_least_once() {
        let week = |sunday: serde_json::Value| {
            let closed = json!([]);
            serde_json::from_value::<Week>(json!({
                "monday": closed, "tuesday": closed, "wednesday": closed, "thursday": closed, "friday": closed, "saturday": closed,
                "sunday": sunday,
            }))
        };
        assert_eq!(week(json!([])).map_err(|error| error.to_string()), Err("never_open".to_owned()));
        let open = week(json!([{ "from": "07:00", "until": "12:00" }])).expect("a week");
        assert_eq!((open.on(Weekday::Sun).len(), open.on(Weekday::Mon).len()), (1, 0));
        let again: Week = serde_json::from_value(serde_json::to_value(&open).expect("JSON")).expect("round trip");
        assert_eq!(again, open);
    }
}
