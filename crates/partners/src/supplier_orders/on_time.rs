//! On time in full: what share of a supplier's orders came by the day first promised and with all that was ordered, by quarter.
//! Every share stands with the number it was made of.

use std::collections::BTreeMap;

use actix_web::get;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::on_time_store::{self, Tally};
use super::rules::quarter;
use super::service::{self, SupplierOrderError};
use crate::joint_buying;
use kit::auth::{Actor, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Conn, Db, Failure};
use kit::http::Problem;
use kit::http::responses::{Always, OnOne, SignedInOnly};
use kit::http::web;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, authorize};

/// How far back it is told.
const QUARTERS: u32 = 8;

/// A supplier's orders of one quarter, by the day first promised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct OnTimeQuarterView {
    #[schema(example = "2026-Q4")]
    quarter: String,
    /// How many were promised for a day that has come.
    n: i64,
    /// How many came by that day.
    on_time: i64,
    /// How many came with all that was ordered.
    in_full: i64,
    /// How many came by that day with all that was ordered.
    on_time_in_full: i64,
    /// Their share of all, in hundredths of a percent; null without any.
    on_time_in_full_bp: Option<i64>,
    /// How many have not come yet, or not all of what was promised, or never came.
    outstanding: i64,
    /// The mean of the days late among those that came, early ones counting as none, in tenths of a day; null without any.
    mean_delay_tenths: Option<i64>,
    /// How many orders, besides, had no answer when the day came for which they were wanted.
    unanswered: i64,
}

/// How a supplier kept her promises, newest quarter first.
#[derive(Serialize, ToSchema)]
pub struct OnTimeView {
    supplier_id: EnterpriseId,
    quarters: Vec<OnTimeQuarterView>,
}

/// Rounds half up.
const fn rounded(part: i64, whole: i64, scale: i64) -> Option<i64> {
    if whole == 0 { None } else { Some((part * scale * 2 + whole) / (whole * 2)) }
}

fn summed(tallies: Vec<Tally>, unanswered: Vec<(Option<NaiveDate>, i64)>) -> Vec<OnTimeQuarterView> {
    let mut quarters: BTreeMap<String, (OnTimeQuarterView, i64)> = BTreeMap::new();
    for (wanted, count) in unanswered {
        let Some(quarter) = wanted.map(quarter) else { continue };
        let (view, _) = quarters.entry(quarter.clone()).or_default();
        view.quarter = quarter;
        view.unanswered += count;
    }
    for (quarter, delay, in_full, count) in tallies {
        let Some(quarter) = quarter else { continue };
        let (view, late_days) = quarters.entry(quarter.clone()).or_default();
        view.quarter = quarter;
        view.n += count;
        let (punctual, full) = (delay.is_some_and(|days| days <= 0), in_full == Some(true));
        view.on_time += if punctual { count } else { 0 };
        view.in_full += if full { count } else { 0 };
        view.on_time_in_full += if punctual && full { count } else { 0 };
        view.outstanding += if delay.is_none() { count } else { 0 };
        *late_days += i64::from(delay.unwrap_or(0).max(0)) * count;
    }
    let finished = |(mut view, late_days): (OnTimeQuarterView, i64)| {
        view.on_time_in_full_bp = rounded(view.on_time_in_full, view.n, 10_000);
        view.mean_delay_tenths = rounded(late_days, view.n - view.outstanding, 10);
        view
    };
    quarters.into_values().rev().map(finished).collect()
}

fn kept(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    supplier: EnterpriseId,
) -> Result<Vec<OnTimeQuarterView>, Failure<SupplierOrderError>> {
    let person = service::person(conn, who, now)?;
    let enterprise = enterprises::service::get(conn, supplier)?;
    if let Err(denied) = authorize(&person, Action::ViewEnterprise, &enterprise.resource())
        && !joint_buying::reading::deals_with(conn, &person, supplier, now)?
    {
        return Err(SupplierOrderError::Denied(denied).into());
    }
    let today = now.business_date();
    let from = today - Days::new(u64::from(today.day0())) - Months::new(today.month0() % 3 + 3 * (QUARTERS - 1));
    let unanswered = on_time_store::unanswered(conn, supplier, from, today)?;
    Ok(summed(on_time_store::tallies(conn, supplier, &quarter(from), today)?, unanswered))
}

/// Shows how a supplier kept her promises, to those who deal with her and to her village's office.
#[utoipa::path(tag = "supply", operation_id = "get_on_time", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = OnTimeView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/on-time")]
pub async fn show(actor: Actor<SignedIn>, id: web::Path<EnterpriseId>, db: web::Data<Db>) -> Result<web::Json<OnTimeView>, Problem> {
    let (now, supplier_id) = (db.clock().now(), id.into_inner());
    let quarters = db.report(move |conn| kept(conn, actor.who, now, supplier_id)).await?;
    Ok(web::Json(OnTimeView { supplier_id, quarters }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_stands_with_what_it_was_made_of() {
        let q4 = || Some("2026-Q4".to_owned());
        let tallies = vec![
            (q4(), Some(0), Some(true), 5),
            (q4(), Some(-1), Some(false), 1),
            (q4(), Some(3), Some(true), 1),
            (q4(), None, None, 1),
            (Some("2026-Q3".to_owned()), None, None, 2),
        ];
        let (october, june) = (NaiveDate::from_ymd_opt(2026, 10, 1), NaiveDate::from_ymd_opt(2026, 6, 30));
        let quarters = summed(tallies, vec![(june, 2), (october, 3)]);
        let q4 = &quarters[0];
        assert_eq!((q4.n, q4.on_time, q4.in_full, q4.on_time_in_full, q4.outstanding), (8, 6, 6, 5, 1));
        assert_eq!((q4.on_time_in_full_bp, q4.mean_delay_tenths), (Some(6_250), Some(4)));
        assert_eq!((q4.unanswered, quarters[1].unanswered, quarters[2].unanswered), (3, 0, 2));
        assert_eq!((quarters[2].n, quarters[2].on_time_in_full_bp), (0, None));
        assert_eq!((quarters[1].on_time_in_full_bp, quarters[1].mean_delay_tenths), (Some(0), None));
    }
}
