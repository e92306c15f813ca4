//! A village's food trade in one binary. The modules in the order in which they may use each other:
//! a wing uses only those above it.

/// Plumbing that knows no feature.
#[macro_use]
pub mod kit;
/// What was earned and where the money is.
pub mod books;
/// What is for sale and who bought it.
pub mod market;
/// Reads everything; nothing calls it.
pub mod office;
/// Accounts, villages, enterprises, and who may do what.
pub mod people;
/// Every table, for both engines.
pub mod schema;

/// The house put together.
pub mod app;
/// The command line.
pub mod cli;
/// What the binary can be told.
pub mod config;
/// The tree of routes.
pub mod routes;

rust_i18n::i18n!("src/kit/i18n", fallback = "id");
