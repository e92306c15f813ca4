//! Telephone numbers in E.164, from any spelling used in Indonesia.

use std::fmt;
use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use phonenumber::country::Id as Country;
use serde::{Deserialize, Serialize};

/// A valid number, `+6281234567890`. `Debug` shows only the last three digits: numbers stay out of logs.
#[derive(Clone, PartialEq, Eq, Hash, AsExpression, FromSqlRow, Serialize)]
#[diesel(sql_type = Text)]
#[serde(transparent)]
pub struct Phone(String);

/// The text is not a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("phone_invalid")]
pub struct BadPhone;

impl Phone {
    /// The number as E.164 with the plus sign.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Phone {
    type Err = BadPhone;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > 32 {
            return Err(BadPhone);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let odd = text.chars().any(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '.' | '(' | ')' | '+'));
        if odd || text.matches('+').count() > 1 || text.trim_start().find('+').is_some_and(|at| at > 0) {
            return Err(BadPhone);
        }
        // `62…` without plus and `62 0812…` are both written; the trunk zero after the country code goes.
        let international = if let Some(national) = digits.strip_prefix("620") {
            format!("+62{national}")
        } else if text.trim_start().starts_with('+') || digits.starts_with("62") {
            format!("+{digits}")
        } else {
            format!("+62{}", digits.strip_prefix('0').unwrap_or(&digits))
        };
        let number = phonenumber::parse(Some(Country::ID), international).map_err(|_| BadPhone)?;
        if !number.is_valid() {
            return Err(BadPhone);
        }
        Ok(Self(number.format().mode(phonenumber::Mode::E164).to_string()))
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…{}", self.0.get(self.0.len().saturating_sub(3)..).unwrap_or(""))
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Phone {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .max_length(Some(32))
            .description(Some("Telephone number in any Indonesian spelling; answered as E.164."))
            .examples(["0812-3456-7890", "+6281234567890"])
            .into()
    }
}
impl utoipa::ToSchema for Phone {}

impl<DB: Backend> ToSql<Text, DB> for Phone
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_str().to_sql(out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Phone
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(bytes).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_indonesian_spelling_is_one_number() {
        for spelling in [
            "081234567890",
            "0812-3456-7890",
            "0812 3456 7890",
            "6281234567890",
            "+6281234567890",
            "81234567890",
            "+62 812-3456-7890",
            "62 0812 3456 7890",
            "(0812) 34567890",
            "+62 0812 3456 7890",
        ] {
            assert_eq!(spelling.parse::<Phone>().as_ref().map(Phone::as_str), Ok("+6281234567890"), "{spelling}");
        }
        let again: Phone = "+6281234567890".parse().expect("E.164 is its own normal form");
        assert_eq!(again.as_str().parse::<Phone>(), Ok(again));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "0", "12", "08123", "abc", "0812345678901234567", "0812x4567890", "++6281234567890", "08+1234567890"] {
            assert_eq!(text.parse::<Phone>(), Err(BadPhone), "{text}");
        }
    }

    #[test]
    fn debug_hides_the_number() {
        let phone: Phone = "081234567890".parse().expect("valid");
        assert_eq!(format!("{phone:?}"), "…890");
    }
}
