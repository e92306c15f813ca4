//! Visits as they are looked at.

use super::model::{Consignment, ConsignmentId, Event, Visit, VisitId, VisitState, WholeVisit};
use super::service::{Outcome, visible};
use super::{statement, store, visit_store};
use crate::parties::Names;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError};
use people::permissions::Action;

pub(super) fn whole(conn: &mut Conn, now: Timestamp, id: VisitId) -> Outcome<WholeVisit> {
    let visit = visit_store::get(conn, id)?;
    let consignment = store::get(conn, visit.consignment_id)?;
    Ok(gathered(conn, now, &consignment, vec![visit])?.pop().ok_or(DbError::NotFound)?)
}

/// Visits of one consignment with what belongs to them; what is to be pulled back is the same for all of them: it is what stands
/// there now.
fn gathered(conn: &mut Conn, now: Timestamp, consignment: &Consignment, visits: Vec<Visit>) -> Outcome<Vec<WholeVisit>> {
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    let names = Names::of(conn, [consignment.maker_id, consignment.warung_id])?;
    let (mut lines, today) = (visit_store::lines(conn, &ids)?, now.business_date());
    let pull_back = statement::pull_back(conn, consignment, today)?;
    let whole = |visit: Visit| WholeVisit {
        lines: lines.remove(&visit.id).unwrap_or_default(),
        consignment: consignment.clone(),
        names: names.clone(),
        pull_back: pull_back.clone(),
        today,
        visit,
    };
    Ok(visits.into_iter().map(whole).collect())
}

/// A visit, for both sides and the village's office.
///
/// # Errors
/// [`ConsignmentError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, id: VisitId) -> Outcome<WholeVisit> {
    let visit = visit_store::get(conn, id)?;
    visible(conn, who, now, visit.consignment_id, Action::ViewEnterprise)?;
    whole(conn, now, id)
}

/// The visits of a consignment, newest first.
///
/// # Errors
/// [`ConsignmentError::Denied`].
pub fn list(conn: &mut Conn, who: Identity, now: Timestamp, of: ConsignmentId, before: Option<i32>, rows: i64) -> Outcome<Vec<WholeVisit>> {
    let consignment = visible(conn, who, now, of, Action::ViewEnterprise)?;
    let visits = visit_store::page(conn, of, before, rows)?;
    gathered(conn, now, &consignment, visits)
}

/// The moves of a visit, oldest first.
///
/// # Errors
/// [`ConsignmentError::Denied`].
pub fn history(conn: &mut Conn, who: Identity, now: Timestamp, id: VisitId) -> Outcome<Vec<Event<VisitState>>> {
    let visit = visit_store::get(conn, id)?;
    visible(conn, who, now, visit.consignment_id, Action::ViewEnterprise)?;
    Ok(visit_store::events(conn, id)?)
}
