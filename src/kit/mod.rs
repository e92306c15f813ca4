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
pub mod search;
pub mod text;
