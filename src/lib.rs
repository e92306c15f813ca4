//! A village's food trade in one binary. The modules in the order in which they may use each other:
//! a wing uses only those above it.

/// Every table, for both engines.
pub mod schema;

/// Plumbing that knows no feature.
#[macro_use]
pub mod kit;

/// Accounts, villages, enterprises, and who may do what.
pub mod people;

/// What was earned and where the money is.
pub mod books;

/// What is for sale, who bought it, and how it was paid.
pub mod market;

/// What enterprises agree on, and the supplies that follow from it.
pub mod partners;

/// Reads everything; nothing calls it.
pub mod office;

/// The tree of routes.
pub mod routes;

/// What the binary can be told.
pub mod config;

/// The house put together.
pub mod app;

/// The command line.
pub mod cli;

rust_i18n::i18n!("src/kit/i18n", fallback = "id");
