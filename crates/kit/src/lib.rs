//! Plumbing that knows no feature: whatever two rooms of the house would otherwise write twice.

pub mod auth;
pub mod bounded;
pub mod clock;
pub mod db;
pub mod http;
pub mod i18n;
pub mod ids;
pub mod jobs;
pub mod mail;
pub mod money;
pub mod objects;
pub mod phone;
pub mod pictures;
pub mod qris;
/// Every table, for both engines.
pub mod schema;
pub mod search;
pub mod text;

rust_i18n::i18n!("src/i18n", fallback = "id");
