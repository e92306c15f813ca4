//! The three SQL types that differ between the engines.
//!
//! | here | PostgreSQL | SQLite |
//! |---|---|---|
//! | `Id` | `uuid` | text, 32 hexadecimal digits with hyphens |
//! | `Utc` | `timestamptz` | RFC 3339 text with six decimals and `Z`, so that text order is time order |
//! | `JsonDoc` | `jsonb` | text |

use bigdecimal::{BigDecimal, ToPrimitive as _};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, HasSqlType};
use diesel::sqlite::Sqlite;

use super::engine::MultiBackend;
use crate::clock::Timestamp;

/// A sum of whole numbers, which both engines give as a decimal; nothing where there was nothing to sum.
#[must_use]
pub fn whole(sum: Option<BigDecimal>) -> i64 {
    sum.and_then(|sum| sum.to_i64()).unwrap_or(0)
}

/// A UUID.
#[derive(Clone, Copy, Default, Debug, sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(sqlite_type(name = "Text"), postgres_type(name = "uuid"))]
pub struct Id;

/// An instant.
#[derive(Clone, Copy, Default, Debug, sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(sqlite_type(name = "Text"), postgres_type(oid = 1184, array_oid = 1185))]
pub struct Utc;

// Instants have an order, the same on both engines.
impl sql_types::SqlOrd for Utc {}

/// A JSON document.
#[derive(Clone, Copy, Default, Debug, sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(sqlite_type(name = "Text"), postgres_type(oid = 3802, array_oid = 3807))]
pub struct JsonDoc;

macro_rules! on_both {
    ($($sql:ident),+) => {$(
        impl HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql>(lookup)
            }
        }
    )+};
}
on_both!(Id, Utc, JsonDoc);

macro_rules! through_both {
    ($sql:ident, $rust:ty) => {
        impl ToSql<$sql, MultiBackend> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }

        impl FromSql<$sql, MultiBackend> for $rust {
            fn from_sql(bytes: <MultiBackend as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                bytes.from_sql::<Self, $sql>()
            }
        }
    };
}

/// Database plumbing of one id type; called by [`typed_id!`](crate::typed_id).
#[macro_export]
macro_rules! id_sql {
    ($name:ident) => {
        impl diesel::serialize::ToSql<$crate::db::types::Id, diesel::sqlite::Sqlite> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::sqlite::Sqlite>) -> diesel::serialize::Result {
                out.set_value(self.0.hyphenated().to_string());
                Ok(diesel::serialize::IsNull::No)
            }
        }

        impl diesel::deserialize::FromSql<$crate::db::types::Id, diesel::sqlite::Sqlite> for $name {
            fn from_sql(bytes: <diesel::sqlite::Sqlite as diesel::backend::Backend>::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::sqlite::Sqlite>>::from_sql(bytes)?;
                Ok(Self(uuid::Uuid::try_parse(&text)?))
            }
        }

        impl diesel::serialize::ToSql<$crate::db::types::Id, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                std::io::Write::write_all(out, self.0.as_bytes())?;
                Ok(diesel::serialize::IsNull::No)
            }
        }

        impl diesel::deserialize::FromSql<$crate::db::types::Id, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(Self(uuid::Uuid::from_slice(bytes.as_bytes())?))
            }
        }

        impl diesel::serialize::ToSql<$crate::db::types::Id, $crate::db::MultiBackend> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, $crate::db::MultiBackend>) -> diesel::serialize::Result {
                out.set_value(($crate::db::types::Id, self));
                Ok(diesel::serialize::IsNull::No)
            }
        }

        impl diesel::deserialize::FromSql<$crate::db::types::Id, $crate::db::MultiBackend> for $name {
            fn from_sql(bytes: <$crate::db::MultiBackend as diesel::backend::Backend>::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                bytes.from_sql::<Self, $crate::db::types::Id>()
            }
        }
    };
}
pub use id_sql;

impl ToSql<Utc, Sqlite> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<Utc, Sqlite> for Timestamp {
    fn from_sql(bytes: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<sql_types::Text, Sqlite>>::from_sql(bytes)?;
        Ok(Self::from_chrono(text.parse()?))
    }
}

impl ToSql<Utc, Pg> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Timestamptz, Pg>::to_sql(&self.chrono(), &mut out.reborrow())
    }
}

impl FromSql<Utc, Pg> for Timestamp {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> deserialize::Result<Self> {
        <chrono::DateTime<chrono::Utc> as FromSql<sql_types::Timestamptz, Pg>>::from_sql(bytes).map(Self::from_chrono)
    }
}
through_both!(Utc, Timestamp);

/// A JSON value as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = JsonDoc)]
pub struct Document(pub serde_json::Value);

impl ToSql<JsonDoc, Sqlite> for Document {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<JsonDoc, Sqlite> for Document {
    fn from_sql(bytes: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<sql_types::Text, Sqlite>>::from_sql(bytes)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}

impl ToSql<JsonDoc, Pg> for Document {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Jsonb, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl FromSql<JsonDoc, Pg> for Document {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> deserialize::Result<Self> {
        <serde_json::Value as FromSql<sql_types::Jsonb, Pg>>::from_sql(bytes).map(Self)
    }
}
through_both!(JsonDoc, Document);
