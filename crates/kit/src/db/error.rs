//! What can go wrong below the features, and how a use case tells that apart from a refusal.

use diesel::result::{DatabaseErrorKind, Error};

/// A failure of the database or of the way to it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The URL names no engine this program speaks.
    #[error("the database URL must begin with `sqlite:` or `postgres://`")]
    BadUrl,
    /// The linked SQLite has a known way of losing committed data.
    #[error("SQLite {0} can lose committed data when a WAL file is reset; 3.51.3 or newer is required")]
    OldSqlite(String),
    /// The engine cannot be reached.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// More work is waiting than the queue may hold, or retries are used up. Try again later.
    #[error("the database is busy")]
    Busy,
    /// Two transactions could not be put in an order; the whole act may be run again.
    #[error("the transaction collided with another")]
    Collision,
    /// A named constraint said no. On SQLite a unique constraint is told by its columns, so both
    /// engines answer `uq_<table>_<columns>`.
    #[error("the constraint {0} was violated")]
    Violation(String),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migration(String),
    /// The row looked for is not there.
    #[error("no such row")]
    NotFound,
    /// Anything else: a defect of this program or a broken database.
    #[error(transparent)]
    Broken(Error),
    /// The closure panicked; its transaction was rolled back.
    #[error("the database task panicked")]
    Panicked,
}

impl DbError {
    /// Whether the constraint `name` said no.
    #[must_use]
    pub fn violates(&self, name: &str) -> bool {
        matches!(self, Self::Violation(violated) if violated == name)
    }
}

impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound,
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Collision,
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => Self::Unavailable(info.message().to_owned()),
            Error::DatabaseError(kind, info) => match kind {
                DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::CheckViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::NotNullViolation => {
                    Self::Violation(info.constraint_name().map_or_else(|| sqlite_constraint(info.message()), str::to_owned))
                }
                _ if info.message().contains("deadlock detected") => Self::Collision,
                _ if info.message().contains("database is locked") => Self::Busy,
                _ => Self::Broken(Error::DatabaseError(kind, info)),
            },
            other => Self::Broken(other),
        }
    }
}

/// `UNIQUE constraint failed: members.enterprise_id, members.account_id` is
/// `uq_members_enterprise_id_account_id`; a CHECK already tells its name.
fn sqlite_constraint(message: &str) -> String {
    let Some((kind, what)) = message.split_once(" constraint failed: ") else {
        return message.to_owned();
    };
    if kind != "UNIQUE" {
        return what.to_owned();
    }
    let mut name = String::from("uq");
    for (index, column) in what.split(", ").enumerate() {
        let (table, column) = column.split_once('.').unwrap_or(("", column));
        if index == 0 {
            name.push('_');
            name.push_str(table);
        }
        name.push('_');
        name.push_str(column);
    }
    name
}

/// Marks a feature's enum of what can happen to a person.
pub trait Refusal: std::fmt::Debug + Send + 'static {}

/// Never happens: for acts that have nothing to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {}
impl Refusal for Never {}

/// Why a use case did not come to its end: a person was refused, or the database failed.
#[derive(Debug)]
pub enum Failure<E> {
    /// The rules say no; the transaction is rolled back.
    Refused(E),
    /// Nothing was decided.
    Db(DbError),
}

impl<E> Failure<E> {
    /// Speaks of a refusal in another feature's words.
    pub fn map<F>(self, words: impl FnOnce(E) -> F) -> Failure<F> {
        match self {
            Self::Refused(refusal) => Failure::Refused(words(refusal)),
            Self::Db(error) => Failure::Db(error),
        }
    }

    pub(super) const fn is_collision(&self) -> bool {
        matches!(self, Self::Db(DbError::Collision))
    }
}

impl Failure<Never> {
    /// An act that cannot be refused, inside one that can.
    pub fn widen<F>(self) -> Failure<F> {
        match self {
            Self::Refused(never) => match never {},
            Self::Db(error) => Failure::Db(error),
        }
    }
}

impl<E: Refusal> From<E> for Failure<E> {
    fn from(refusal: E) -> Self {
        Self::Refused(refusal)
    }
}

impl<E> From<DbError> for Failure<E> {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl<E> From<Error> for Failure<E> {
    fn from(error: Error) -> Self {
        Self::Db(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::sqlite_constraint;

    #[test]
    fn sqlite_tells_a_constraint_by_the_name_postgres_gives_it() {
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: accounts.phone"), "uq_accounts_phone");
        assert_eq!(
            sqlite_constraint("UNIQUE constraint failed: members.enterprise_id, members.account_id"),
            "uq_members_enterprise_id_account_id"
        );
        assert_eq!(sqlite_constraint("CHECK constraint failed: ck_stock_items_reserved"), "ck_stock_items_reserved");
    }
}
