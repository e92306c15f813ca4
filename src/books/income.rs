//! Income: what an enterprise earned, by month and by the way it was sold.
//!
//! The figures are sums of the ledger's sales accounts; nothing is kept beside it that could differ.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::ledger::{self, Account, Channel};
use crate::kit::auth::{Actor, SignedIn};
use crate::kit::clock::month_of;
use crate::kit::db::Db;
use crate::kit::http::Problem;
use crate::kit::http::responses::{Always, OnOne, SignedInOnly};
use crate::kit::money::Rupiah;
use crate::people::enterprises::EnterpriseId;

/// The longest span of one answer.
const MOST_MONTHS: i32 = 36;

/// The account that a channel's sales go to, the other way round.
fn channel_of(account: Account) -> Option<Channel> {
    Channel::ALL.iter().copied().find(|channel| Account::sales(*channel) == account)
}

/// A month of the calendar, `2026-11`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, pattern = r"^\d{4}-(0[1-9]|1[0-2])$", example = "2026-11")]
pub struct Month(String);

impl Month {
    /// Its first day, and the first day of the next.
    #[must_use]
    pub fn span(&self) -> Option<(chrono::NaiveDate, chrono::NaiveDate)> {
        let first: chrono::NaiveDate = format!("{}-01", self.0).parse().ok()?;
        Some((first, first.checked_add_months(chrono::Months::new(1))?))
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.bytes().enumerate().all(|(at, byte)| if at == 4 { byte == b'-' } else { byte.is_ascii_digit() });
        let real = text.len() == 7 && digits && format!("{text}-01").parse::<chrono::NaiveDate>().is_ok();
        if real { Ok(Self(text)) } else { Err(serde::de::Error::custom("month_invalid")) }
    }
}

/// Which months are asked for; this month unless said otherwise.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncomeQuery {
    /// The first month.
    from: Option<Month>,
    /// The last month.
    to: Option<Month>,
}

/// What one channel brought.
#[derive(Debug, Serialize, ToSchema, PartialEq, Eq)]
pub struct ChannelView {
    channel: Channel,
    revenue: Rupiah,
}

/// One month.
#[derive(Debug, Serialize, ToSchema, PartialEq, Eq)]
pub struct MonthView {
    #[schema(example = "2026-11")]
    month: String,
    /// All channels together.
    revenue: Rupiah,
    channels: Vec<ChannelView>,
}

/// The income of an enterprise, newest month first; months without sales are left out.
#[derive(Serialize, ToSchema)]
pub struct IncomeView {
    from: String,
    to: String,
    /// All months together.
    revenue: Rupiah,
    months: Vec<MonthView>,
}

fn summary(rows: Vec<(String, Account, Rupiah)>) -> Result<Vec<MonthView>, Problem> {
    let mut months: Vec<MonthView> = Vec::new();
    for (month, account, balance) in rows {
        let Some(channel) = channel_of(account) else { continue };
        // Sales stand on the credit side, which is negative.
        let revenue = balance.negated();
        if months.last().is_none_or(|last| last.month != month) {
            months.push(MonthView { month, revenue: Rupiah::ZERO, channels: Vec::new() });
        }
        if let Some(last) = months.last_mut() {
            last.revenue = last.revenue.plus(revenue).map_err(|_| Problem::conflict("sum_out_of_range"))?;
            last.channels.push(ChannelView { channel, revenue });
        }
    }
    Ok(months)
}

/// Counts a month of the form `2026-11` from the year nought.
fn ordinal(month: &str) -> i32 {
    let (year, month) = month.split_once('-').unwrap_or((month, "1"));
    year.parse().unwrap_or(0) * 12 + month.parse().unwrap_or(1)
}

/// Shows what an enterprise earned, by month and channel.
#[utoipa::path(tag = "books", operation_id = "get_income", params(("id" = EnterpriseId, Path), IncomeQuery),
    responses((status = 200, body = IncomeView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/income")]
pub async fn show(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<IncomeQuery>,
    db: web::Data<Db>,
) -> Result<web::Json<IncomeView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let this_month = month_of(now.business_date());
    let to = q.to.map_or_else(|| this_month.clone(), |month| month.0);
    let from = q.from.map_or_else(|| this_month.min(to.clone()), |month| month.0);
    if from > to {
        return Err(Problem::invalid_field("from", "from_after_to"));
    }
    if ordinal(&to) - ordinal(&from) >= MOST_MONTHS {
        return Err(Problem::invalid_field("from", format!("too_many_months({MOST_MONTHS})")));
    }
    let (first, last) = (from.clone(), to.clone());
    let sales: Vec<Account> = Channel::ALL.iter().map(|channel| Account::sales(*channel)).collect();
    let rows = db.report(move |conn| ledger::service::by_month(conn, actor.who, now, *id, &sales, &first, &last)).await?;
    let months = summary(rows)?;
    let revenue = Rupiah::sum(months.iter().map(|month| month.revenue)).map_err(|_| Problem::conflict("sum_out_of_range"))?;
    Ok(web::Json(IncomeView { from, to, revenue, months }))
}

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sales_are_summed_by_month_and_told_as_earnings() {
        let rp = |amount| Rupiah::new(amount).expect("in range");
        let rows =
            vec![("2026-11".to_owned(), Account::SalesOnline, rp(-37_500)), ("2026-10".to_owned(), Account::SalesOnline, rp(-12_000))];
        let months = summary(rows).expect("in range");
        assert_eq!(
            months.iter().map(|m| (m.month.as_str(), m.revenue)).collect::<Vec<_>>(),
            [("2026-11", rp(37_500)), ("2026-10", rp(12_000))]
        );
        for wrong in ["\"2026-13\"", "\"+2026-1\"", "\"2026-1 \""] {
            assert!(serde_json::from_str::<Month>(wrong).is_err(), "{wrong}");
        }
    }
}
