//! Income: what an enterprise earned, when, by which way, and how much more that is than before.
//!
//! 1. The figures are sums of the ledger; nothing is kept beside it that could differ.
//! 2. Every figure carries how it is known: an order made it (`system`), the owner wrote it down (`recorded`), or
//!    somebody guessed it (`estimate`).
//! 3. Growth is told against a baseline survey, and only with the number of months it rests on and the share of their days
//!    on which anything was recorded. Where nothing can be compared it is null, not nought.
//! 4. A month that a season fell into says so: Ramadan and Lebaran move through the calendar (`seasons.csv`).
//! 5. What the owner took out or put in, what was given and what was borrowed is not income.
//!
//! The questions of the baseline are those of Regsosek 2022: permits (424), monthly turnover (425), use of the
//! internet (426).

pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(http::show).service(http::growth).service(http::turnover).service(http::survey).service(http::baselines);
}
