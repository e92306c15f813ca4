//! Typed identifiers: a `UUIDv7` that knows what it names.
//!
//! In the API an id carries a prefix (`ord_0193…`), so that a product's id pasted where an order's
//! belongs is refused as a wrong kind and never looked up.

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("id_invalid({prefix})")]
pub struct BadId {
    /// What an id of this kind begins with.
    pub prefix: &'static str,
}

/// Declares an id type with its API prefix.
#[macro_export]
macro_rules! typed_id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = $crate::db::types::Id)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// What an id of this kind begins with in the API.
            pub const PREFIX: &'static str = $prefix;

            /// A new id; ids made later in this process sort after this one.
            #[must_use]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }

            /// The bare UUID.
            #[must_use]
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", Self::PREFIX, self.0.simple())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ids::BadId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|hex| hex.len() == 32)
                    .and_then(|hex| uuid::Uuid::try_parse(hex).ok())
                    .map(Self)
                    .ok_or($crate::ids::BadId { prefix: Self::PREFIX })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-f]{32}$")))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}

        $crate::db::types::id_sql!($name);
    };
}

typed_id!(
    /// A row of some feature's history.
    EventId, "evt"
);

#[cfg(test)]
mod tests {
    typed_id!(
        /// An id for the tests of this file.
        AppleId, "app"
    );
    typed_id!(
        /// Another one.
        PearId, "pea"
    );

    #[test]
    fn is_read_as_it_is_shown_and_only_by_its_own_kind() {
        let apple = AppleId::new();
        assert_eq!(apple.to_string().parse::<AppleId>(), Ok(apple));
        assert!(apple.to_string().parse::<PearId>().is_err());
        assert!(apple.uuid().to_string().parse::<AppleId>().is_err());
        assert!(AppleId::new() > apple, "ids sort by the time they were made");
    }
}
