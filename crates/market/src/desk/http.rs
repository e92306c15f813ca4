//! The seller's desk over HTTP.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, get};
use chrono::{Datelike as _, Days};
use serde::Deserialize;
use utoipa::IntoParams;

use super::service::{self, MOST_IN_TABLE};
use super::table;
use super::views::{DeskView, OwedView, PackingListView};
use kit::auth::{Actor, SignedIn};
use kit::clock::Month;
use kit::db::Db;
use kit::http::Problem;
use kit::http::responses::{Always, OnOne, SignedInOnly};
use kit::http::web;
use kit::word_enum;
use people::enterprises::EnterpriseId;

word_enum! {
    /// What stands between the cells of a table.
    Separator as "TableSeparator" {
        /// `,`
        Comma = "comma",
        /// `;`, as spreadsheets in Indonesian expect it.
        Semicolon = "semicolon",
    }
}

/// Which orders the table is to hold.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderTableQuery {
    /// Placed in this month.
    month: Month,
    /// Placed on this day of it; all of its days unless said otherwise.
    #[param(minimum = 1, maximum = 31)]
    day: Option<u32>,
    /// `comma` unless said otherwise.
    sep: Option<Separator>,
}

/// Shows what a seller is to do: orders with their deadlines, claims, changes, refunds, and what is nearly sold out.
#[utoipa::path(tag = "desk", operation_id = "get_desk", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = DeskView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/desk")]
pub async fn desk(actor: Actor<SignedIn>, id: web::Path<EnterpriseId>, db: web::Data<Db>) -> Result<web::Json<DeskView>, Problem> {
    let now = db.clock().now();
    let desk = db.read(move |conn| service::desk(conn, actor.who, now, *id)).await?;
    Ok(web::Json(desk.try_into().map_err(|_| Problem::conflict("sum_out_of_range"))?))
}

/// Lists how many of each pack are to be packed for the orders she has taken on, and by when.
#[utoipa::path(tag = "desk", operation_id = "get_packing_list", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = PackingListView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/desk/packing-list")]
pub async fn packing_list(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    db: web::Data<Db>,
) -> Result<web::Json<PackingListView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::packing_list(conn, actor.who, now, *id)).await?.into()))
}

/// Shows what buyers owe, what is owed back to them, and what cash others hold.
#[utoipa::path(tag = "desk", operation_id = "get_owed", params(("id" = EnterpriseId, Path)),
    responses((status = 200, body = OwedView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/desk/owed")]
pub async fn owed(actor: Actor<SignedIn>, id: web::Path<EnterpriseId>, db: web::Data<Db>) -> Result<web::Json<OwedView>, Problem> {
    let now = db.clock().now();
    Ok(web::Json(db.read(move |conn| service::owed(conn, actor.who, now, *id)).await?.into()))
}

/// Gives the orders of one month, or of one day, as a table for spreadsheets: 10,000 at most. Who buys is told only where the order
/// itself tells it.
#[utoipa::path(tag = "desk", operation_id = "export_orders", params(("id" = EnterpriseId, Path), OrderTableQuery),
    responses((status = 200, content_type = "text/csv", description = "UTF-8 with a byte order mark"), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/orders.csv")]
pub async fn orders_csv(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    query: web::Query<OrderTableQuery>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let (now, OrderTableQuery { month, day, sep }) = (db.clock().now(), query.into_inner());
    let span = match day.map(|day| month.first_day().with_day(day)) {
        None => (month.first_day(), month.later(1).first_day()),
        Some(Some(day)) => (day, day + Days::new(1)),
        Some(None) => return Err(Problem::invalid_field("day", "no_such_day")),
    };
    let orders = db.report(move |conn| service::month(conn, actor.who, now, *id, span)).await?;
    if i64::try_from(orders.len()).is_ok_and(|orders| orders > MOST_IN_TABLE) {
        return Err(Problem::conflict("table_too_long").arg("most", MOST_IN_TABLE));
    }
    let separator = match sep.unwrap_or(Separator::Comma) {
        Separator::Comma => b',',
        Separator::Semicolon => b';',
    };
    let table = table::of_orders(&orders, separator)?;
    let day = day.map(|day| format!("-{day:02}")).unwrap_or_default();
    let name = format!("attachment; filename=\"pesanan-{month}{day}.csv\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .content_type("text/csv; charset=utf-8")
        .body(table))
}
