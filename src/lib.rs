//! A village's food trade in one binary: the program around the wings. What the village does stands in the crates under `crates/`;
//! here they are put together, served and told what to do.

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
