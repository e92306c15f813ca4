//! What a statement reads of visits.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::min;
use diesel::prelude::*;

use super::model::{ConsignmentId, Visit};
use super::visit_store::COLUMNS;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError};
use kit::money::Rupiah;
use kit::schema::{consignment_visit_lines, consignment_visits};
use market::packs::PackId;

/// A page of the visits that count in a span of days, oldest first.
pub(super) fn counting_in(
    conn: &mut Conn,
    of: ConsignmentId,
    (first, last): (NaiveDate, NaiveDate),
    after: Option<i32>,
    rows: i64,
) -> Result<Vec<Visit>, DbError> {
    use consignment_visits as v;
    let held = v::visited_at.ge(Timestamp::in_village(first, 0)).and(v::visited_at.lt(Timestamp::in_village(last, 24 * 60)));
    let counts =
        v::entered_on.is_null().and(held).or(v::entered_on.is_not_null().and(v::entered_on.assume_not_null().between(first, last)));
    let page = v::table.filter(v::consignment_id.eq(of).and(v::number.gt(after.unwrap_or(0)))).filter(counts);
    Ok(page.order(v::number).limit(rows).select(COLUMNS).load(conn)?)
}

/// What packs sold for at the end of a day, by the visits that have settled it since: from visit to visit the price stands.
pub(super) fn prices_at(conn: &mut Conn, of: ConsignmentId, day: NaiveDate) -> Result<BTreeMap<PackId, Rupiah>, DbError> {
    use consignment_visit_lines as l;
    use consignment_visits as v;
    let since = v::consignment_id.eq(of).and(v::visited_at.ge(Timestamp::in_village(day, 24 * 60)));
    let first: Vec<(PackId, Option<i32>)> = l::table
        .inner_join(v::table)
        .filter(since)
        .group_by(l::pack_id)
        .order(l::pack_id)
        .select((l::pack_id, min(v::number)))
        .load(conn)?;
    let first: BTreeMap<PackId, i32> = first.into_iter().filter_map(|(pack, number)| Some((pack, number?))).collect();
    let these = v::consignment_id.eq(of).and(v::number.eq_any(first.values().copied().collect::<Vec<_>>()));
    let rows: Vec<(PackId, i32, Rupiah)> =
        l::table.inner_join(v::table).filter(these).order((v::number, l::pack_id)).select((l::pack_id, v::number, l::price)).load(conn)?;
    Ok(rows.into_iter().filter(|(pack, number, _)| first.get(pack) == Some(number)).map(|(pack, _, price)| (pack, price)).collect())
}
