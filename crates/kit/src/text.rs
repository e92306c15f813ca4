//! Texts from people, bounded and plain, and enums that are stored as their word.

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing but white space.
    #[error("text_empty")]
    Empty,
    /// Longer than the place for it.
    #[error("text_too_long({0})")]
    TooLong(usize),
    /// Contains a character that no plain text needs.
    #[error("text_control")]
    Control,
}

/// Trims `raw` and checks that it is plain text of 1 to `max` characters.
/// Line breaks are kept only where `lines` allows them.
///
/// # Errors
/// [`BadText`] says which rule it broke.
pub fn plain(raw: &str, max: usize, lines: bool) -> Result<String, BadText> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(BadText::Empty);
    }
    if text.chars().count() > max {
        return Err(BadText::TooLong(max));
    }
    let unwanted = |c: char| {
        // Besides control characters: what cannot be seen, or turns the direction of the text around, and so can make
        // a name read as another.
        (c.is_control() && !(lines && c == '\n'))
            || matches!(c, '\u{00AD}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
    };
    if text.chars().any(unwanted) { Err(BadText::Control) } else { Ok(text.to_owned()) }
}

/// Declares a plain-text type with its longest length in characters.
#[macro_export]
macro_rules! plain_text {
    ($(#[$meta:meta])* $name:ident, max $max:literal $(, lines $lines:literal)?) => {
        $(#[$meta])*
        #[derive(
            Clone, Debug, PartialEq, Eq, serde::Serialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text::BadText;

            fn from_str(raw: &str) -> Result<Self, Self::Err> {
                $crate::text::plain(raw, $max, false $(|| $lines)?).map(Self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = String::deserialize(deserializer)?;
                raw.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .min_length(Some(1))
                    .max_length(Some($max))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                self.0.as_str().to_sql(out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                String::from_sql(bytes).map(Self)
            }
        }
    };
}

/// Declares an enum that is one word in the API and in the database. Where features share a name, the
/// API document calls it what stands after `as`.
#[macro_export]
macro_rules! word_enum {
    ($(#[$meta:meta])* $name:ident $(as $shown:literal)? { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($word),+]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed([stringify!($name) $(, $shown)?].last().copied().unwrap_or_default())
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                self.word().to_sql(out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let word = String::from_sql(bytes)?;
                Self::ALL.iter().copied().find(|value| value.word() == word)
                    .ok_or_else(|| format!("unknown {} `{word}`", stringify!($name)).into())
            }
        }
    };
}

plain_text!(
    /// Why someone was turned down or something called off, for the other side to read.
    Reason, max 500, lines true
);

/// Writes a state machine as a table of states × events, for the snapshot that is its diagram.
#[must_use]
pub fn state_table<S: Copy, E: Copy>(
    states: &[S],
    events: &[E],
    state_word: impl Fn(S) -> &'static str,
    event_word: impl Fn(E) -> &'static str,
    next: impl Fn(S, E) -> Option<S>,
) -> String {
    let mut table = String::new();
    for state in states {
        for event in events {
            if let Some(to) = next(*state, *event) {
                table.push_str(&format!("{:<18} {:<14} -> {}\n", state_word(*state), event_word(*event), state_word(to)));
            }
        }
        if events.iter().all(|event| next(*state, *event).is_none()) {
            table.push_str(&format!("{:<18} (final)\n", state_word(*state)));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_trimmed_bounded_and_free_of_tricks() {
        assert_eq!(plain("  Keripik  ", 10, false), Ok("Keripik".to_owned()));
        assert_eq!(plain(" \t ", 10, false), Err(BadText::Empty));
        assert_eq!(plain("singkong", 7, false), Err(BadText::TooLong(7)));
        assert_eq!(plain("é".repeat(7).as_str(), 7, false), Ok("é".repeat(7)), "counts characters, not bytes");
        assert_eq!(plain("a\nb", 7, false), Err(BadText::Control));
        assert_eq!(plain("a\nb", 7, true), Ok("a\nb".to_owned()));
        assert_eq!(plain("a\u{202E}b", 7, true), Err(BadText::Control));
        assert_eq!(plain("\u{3164}", 7, true), Err(BadText::Control), "a name that cannot be seen");
        assert_eq!(plain("a\u{200B}b", 7, true), Err(BadText::Control));
    }
}
