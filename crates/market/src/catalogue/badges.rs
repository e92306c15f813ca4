//! P-IRT and halal: numbers that are parsed, not just stored.
//!
//! A P-IRT number (home-made food permit, BPOM regulation 22/2018) has 15 digits `#############-YY`:
//! 1 packaging, 2–3 kind of food, 4–7 province and regency (Garut 3205), 8–9 the n-th product,
//! 10–13 the maker, 14–15 the year in which it ends. Numbers of 12 digits are older and tell no year.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kit::word_enum;

/// A P-IRT number, digits only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "2063205010001-29")]
pub struct PirtNumber(String);

/// What is not a permit number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadBadge {
    #[error("pirt_invalid")]
    Pirt,
    #[error("pirt_packaging_invalid")]
    Packaging,
    #[error("pirt_region_invalid")]
    Region,
    #[error("halal_invalid")]
    Halal,
    #[error("day_out_of_range")]
    Day,
}

impl PirtNumber {
    /// The year in which the permit ends; older numbers do not tell it.
    #[must_use]
    pub fn expires_year(&self) -> Option<i32> {
        let two = self.0.split_once('-')?.1.parse::<i32>().ok()?;
        Some(2000 + two)
    }

    /// Province and regency, 3205 for Garut.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.0[3..7]
    }

    /// As it is printed on the label.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PirtNumber {
    type Err = BadBadge;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let text = text.strip_prefix("P-IRT").map_or(text, |rest| rest.trim_start_matches([' ', '.', ':', 'N', 'n', 'o']));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let only_digits = text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.'));
        if !only_digits || !matches!(digits.len(), 12 | 15) {
            return Err(BadBadge::Pirt);
        }
        if !matches!(digits.as_bytes()[0], b'1'..=b'9') {
            return Err(BadBadge::Packaging);
        }
        // Province codes run from 11 (Aceh) to 97 (Papua); regencies from 01.
        let province: u8 = digits[3..5].parse().unwrap_or(0);
        if !(11..=97).contains(&province) || &digits[5..7] == "00" {
            return Err(BadBadge::Region);
        }
        Ok(Self(if digits.len() == 15 { format!("{}-{}", &digits[..13], &digits[13..]) } else { digits }))
    }
}

impl fmt::Display for PirtNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PirtNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

word_enum! {
    /// How a halal certificate came about.
    HalalScheme {
        /// Audited by an inspection body.
        Regular = "regular",
        /// The maker's own declaration, for small enterprises.
        SelfDeclare = "self_declare",
    }
}

/// A halal certificate's number, `ID` and digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, pattern = r"^ID\d+$", example = "ID32110000123456789")]
pub struct HalalNumber(String);

impl HalalNumber {
    /// As it is printed on the label.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for HalalNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix("ID").unwrap_or("");
        let right = (1..=30).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if right { Ok(Self(text)) } else { Err(serde::de::Error::custom(BadBadge::Halal)) }
    }
}

/// A halal certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Halal {
    pub number: HalalNumber,
    pub scheme: HalalScheme,
    /// The last day; certificates under the present law do not end.
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(default, deserialize_with = "a_day_of_this_century")]
    pub until: Option<NaiveDate>,
}

fn a_day_of_this_century<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let day = Option::<NaiveDate>::deserialize(deserializer)?;
    let right = day.is_none_or(|day| (2000..2100).contains(&day.year()));
    if right { Ok(day) } else { Err(serde::de::Error::custom(BadBadge::Day)) }
}

/// Whether a permit that ends in `year` still counts on `today`. It counts to the end of that year:
/// the number tells no day.
#[must_use]
pub fn pirt_counts(year: Option<i32>, today: NaiveDate) -> bool {
    year.is_none_or(|year| today.year() <= year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pirt_number_tells_its_parts() {
        let number: PirtNumber = "P-IRT No. 2063205010001-29".parse().expect("a number");
        assert_eq!(number.as_str(), "2063205010001-29");
        assert_eq!(number.region(), "3205");
        assert_eq!(number.expires_year(), Some(2029));
        let older: PirtNumber = "206320501001".parse().expect("an older number");
        assert_eq!(older.expires_year(), None);
        let again: PirtNumber = number.to_string().parse().expect("round trip");
        assert_eq!(again, number);
    }

    #[test]
    fn what_is_no_pirt_number_is_told_why() {
        assert_eq!("20632050100".parse::<PirtNumber>(), Err(BadBadge::Pirt));
        assert_eq!("2063205010001-2x".parse::<PirtNumber>(), Err(BadBadge::Pirt));
        assert_eq!("0063205010001-29".parse::<PirtNumber>(), Err(BadBadge::Packaging));
        assert_eq!("2060005010001-29".parse::<PirtNumber>(), Err(BadBadge::Region));
        assert_eq!("２063205010001-29".parse::<PirtNumber>(), Err(BadBadge::Pirt), "only ASCII digits");
    }

    #[test]
    fn a_permit_counts_to_the_end_of_its_year() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        assert!(pirt_counts(Some(2026), day("2026-12-31")));
        assert!(!pirt_counts(Some(2026), day("2027-01-01")));
        assert!(pirt_counts(None, day("2030-01-01")));
    }

    #[test]
    fn a_halal_number_is_id_and_digits() {
        assert!(serde_json::from_str::<HalalNumber>("\"ID32110000123456789\"").is_ok());
        for wrong in ["\"32110000123\"", "\"ID\"", "\"IDabc\"", "\"id123\""] {
            assert!(serde_json::from_str::<HalalNumber>(wrong).is_err(), "{wrong}");
        }
    }
}
