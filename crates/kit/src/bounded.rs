//! Whole numbers that are within their bounds by type.

/// Declares a whole number with its least and greatest value; another one is refused with the code.
#[macro_export]
macro_rules! bounded {
    ($(#[$meta:meta])* $name:ident, $least:literal ..= $most:literal, $code:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The bare number.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = i64::deserialize(deserializer)?;
                if ($least..=$most).contains(&number) { Ok(Self(number)) } else { Err(serde::de::Error::custom($code)) }
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::Integer)
                    .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Int64)))
                    .minimum(Some($least))
                    .maximum(Some($most))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}

#[cfg(test)]
mod tests {
    bounded!(
        /// A number for the test of this file.
        Dozen, 1..=12, "no_dozen"
    );

    #[test]
    fn a_number_outside_its_bounds_is_refused() {
        assert_eq!(serde_json::from_str::<Dozen>("12").map(Dozen::get).ok(), Some(12));
        for wrong in ["0", "13", "-1", "1.5", "\"3\""] {
            assert!(serde_json::from_str::<Dozen>(wrong).is_err(), "{wrong}");
        }
    }
}
