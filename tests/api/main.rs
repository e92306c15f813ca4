//! The API as people use it, on a real port, on the engine named by `TEST_ENGINE` (`sqlite` unless
//! said otherwise, or `postgres`). One binary, a file per feature.

#![expect(clippy::expect_used, clippy::panic, reason = "a harness that cannot go on says so")]
#![expect(clippy::unused_self, reason = "people act within an app, whether or not the act needs it")]

mod accounts;
mod agreements;
mod authorization;
mod books;
mod cash_book;
mod catalogue;
mod claims;
mod concurrency;
mod consignment;
mod consignment_costs;
mod consignment_disputes;
mod consignment_model;
mod consignment_races;
mod consignment_times;
mod consignment_visits;
mod contract;
mod desk;
mod edge;
mod enterprises;
mod guests;
mod idempotency;
mod joint_buying;
mod labels;
mod ledger;
mod ledger_model;
mod mail;
mod media;
mod migrations;
mod moderation;
mod obligations;
mod order_changes;
mod order_money;
mod order_times;
mod orders;
mod packs;
mod partner_letters;
mod payment_details;
#[path = "../pictures/mod.rs"]
mod pictures;
mod preorders;
mod recipes;
mod restock;
mod sales;
mod screens;
mod search;
mod shops;
mod stalls;
mod statements;
mod stock;
mod supplier_dealings;
mod supplier_order_model;
mod supplier_orders;
mod supply;
mod support;
mod trade_model;
mod villages;
mod whatsapp;
