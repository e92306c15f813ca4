//! What the tables of supplier orders tell of who came on time.

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::State;
use kit::db::{Conn, DbError};
use kit::schema::supplier_orders;
use people::enterprises::EnterpriseId;

/// Orders of a supplier by quarter of their first promise, how late and whether in full: how many.
pub(super) type Tally = (Option<String>, Option<i32>, Option<bool>, i64);

/// What became of the orders of a supplier promised for `today` or before, from `first` quarter on.
pub(super) fn tallies(conn: &mut Conn, supplier: EnterpriseId, first: &str, today: NaiveDate) -> Result<Vec<Tally>, DbError> {
    use supplier_orders as o;
    let due = o::supplier_id.eq(supplier).and(o::quarter.ge(first)).and(o::first_promised_on.le(today)).and(o::judged.eq(true));
    // What the buyer called off says nothing about the supplier, as long as it was called off before its day.
    let counted = due.and(o::state.ne_all([State::Cancelled, State::Rejected]).or(o::in_full.is_not_null()));
    let grouped = o::table.filter(counted).group_by((o::quarter, o::delay_days, o::in_full));
    Ok(grouped.order(o::quarter).select((o::quarter, o::delay_days, o::in_full, count_star())).load(conn)?)
}

/// For which days a supplier was asked, from `first` until before `today`, and gave no answer: how many orders each.
pub(super) fn unanswered(
    conn: &mut Conn,
    supplier: EnterpriseId,
    first: NaiveDate,
    today: NaiveDate,
) -> Result<Vec<(Option<NaiveDate>, i64)>, DbError> {
    use supplier_orders as o;
    let wanted = o::supplier_id.eq(supplier).and(o::wanted_on.ge(first)).and(o::wanted_on.lt(today));
    let called_off = o::state.eq(State::Cancelled).and(o::in_full.eq(false)).and(o::promised_on.is_null());
    let waits = o::state.eq(State::Sent).and(o::proposed_on.is_null());
    let silent = o::table.filter(wanted).filter(waits.or(called_off)).group_by(o::wanted_on);
    Ok(silent.order(o::wanted_on).select((o::wanted_on, count_star())).load(conn)?)
}
