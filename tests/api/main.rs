//! The API as people use it, on a real port, on the engine named by `TEST_ENGINE` (`sqlite` unless
//! said otherwise, or `postgres`). One binary, a file per feature.

mod accounts;
mod authorization;
mod books;
mod catalogue;
mod concurrency;
mod contract;
mod edge;
mod enterprises;
mod idempotency;
mod mail;
mod migrations;
mod orders;
mod search;
mod support;
