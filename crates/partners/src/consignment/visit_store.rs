//! The tables of visits, their lines, events and links.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{ClientId, ConsignmentId, Event, Side, Visit, VisitId, VisitLine, VisitNote, VisitState};
use super::rules::{Found, Money};
use super::store::{earned, parted};
use crate::agreements::AgreementId;
use crate::debts::Method;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::money::Rupiah;
use kit::schema::{consignment_visit_events, consignment_visit_lines, consignment_visit_links, consignment_visits, packs, products};
use market::costs::Known;
use market::packs::PackId;
use people::permissions::By;

columns!(
    pub(super) Columns, COLUMNS:
    consignment_visits::id,
    consignment_visits::consignment_id,
    consignment_visits::number,
    consignment_visits::client_id,
    consignment_visits::recorded_by,
    consignment_visits::state,
    consignment_visits::agreement_id,
    consignment_visits::agreement_number,
    consignment_visits::visited_at,
    consignment_visits::owed_before,
    consignment_visits::gross,
    consignment_visits::share,
    consignment_visits::due,
    consignment_visits::paid,
    consignment_visits::due_through,
    consignment_visits::cleared,
    consignment_visits::postings,
    consignment_visits::next_visit_on,
    consignment_visits::note,
    consignment_visits::version,
    consignment_visits::created_at,
    consignment_visits::entered_on,
    consignment_visits::told,
    consignment_visits::claimed,
    consignment_visits::method,
    consignment_visits::paid_disputed,
    consignment_visits::said_paid,
);

pub(super) fn get(conn: &mut Conn, id: VisitId) -> Result<Visit, DbError> {
    Ok(consignment_visits::table.find(id).select(COLUMNS).first(conn)?)
}

/// The visit that a side's device calls so.
pub(super) fn by_client_id(conn: &mut Conn, of: ConsignmentId, by: Side, client: &ClientId) -> Result<Option<Visit>, DbError> {
    let this = consignment_visits::consignment_id.eq(of).and(consignment_visits::recorded_by.eq(by));
    let this = this.and(consignment_visits::client_id.eq(client.as_str()));
    Ok(consignment_visits::table.filter(this).select(COLUMNS).first(conn).optional()?)
}

/// The same, or the one with this id, whoever wrote it down.
pub(super) fn named(conn: &mut Conn, of: ConsignmentId, by: Side, name: &ClientId) -> Result<Option<Visit>, DbError> {
    let Ok(id) = name.as_str().parse::<VisitId>() else { return by_client_id(conn, of, by, name) };
    let this = consignment_visits::consignment_id.eq(of).and(consignment_visits::id.eq(id));
    Ok(consignment_visits::table.filter(this).select(COLUMNS).first(conn).optional()?)
}

/// The visit with this number.
pub(super) fn numbered(conn: &mut Conn, of: ConsignmentId, number: i32) -> Result<Option<Visit>, DbError> {
    let this = consignment_visits::consignment_id.eq(of).and(consignment_visits::number.eq(number));
    Ok(consignment_visits::table.filter(this).select(COLUMNS).first(conn).optional()?)
}

/// A visit on its way into the table.
#[derive(Clone, Debug)]
pub(super) struct NewRow<'a> {
    pub id: VisitId,
    pub consignment: ConsignmentId,
    pub number: i32,
    pub client_id: &'a ClientId,
    pub recorded_by: Side,
    pub under: (AgreementId, i32),
    pub visited_at: Timestamp,
    pub owed_before: Rupiah,
    pub money: Money,
    pub paid: Rupiah,
    pub claimed: Rupiah,
    pub method: Option<Method>,
    pub due_through: Rupiah,
    pub next_visit_on: Option<NaiveDate>,
    pub entered_on: Option<NaiveDate>,
    pub note: Option<&'a VisitNote>,
    pub told: &'a str,
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewRow<'_>, lines: &[VisitLine], by: By<'_>) -> Result<(), DbError> {
    let (id, now) = (new.id, tx.now());
    diesel::insert_into(consignment_visits::table)
        .values((
            (
                consignment_visits::id.eq(id),
                consignment_visits::consignment_id.eq(new.consignment),
                consignment_visits::number.eq(new.number),
                consignment_visits::client_id.eq(new.client_id.as_str()),
                consignment_visits::recorded_by.eq(new.recorded_by),
                consignment_visits::state.eq(VisitState::Submitted),
                consignment_visits::agreement_id.eq(new.under.0),
                consignment_visits::agreement_number.eq(new.under.1),
                consignment_visits::visited_at.eq(new.visited_at),
                consignment_visits::owed_before.eq(new.owed_before),
                consignment_visits::gross.eq(new.money.gross),
            ),
            (
                consignment_visits::share.eq(new.money.share),
                consignment_visits::due.eq(new.money.due),
                consignment_visits::paid.eq(new.paid),
                consignment_visits::due_through.eq(new.due_through),
                consignment_visits::cleared.eq(false),
                consignment_visits::postings.eq(1),
                consignment_visits::next_visit_on.eq(new.next_visit_on),
                consignment_visits::entered_on.eq(new.entered_on),
                consignment_visits::note.eq(new.note),
                consignment_visits::version.eq(1),
                consignment_visits::created_at.eq(now),
                consignment_visits::updated_at.eq(now),
            ),
            (consignment_visits::told.eq(new.told), consignment_visits::claimed.eq(new.claimed), consignment_visits::method.eq(new.method)),
        ))
        .execute(&mut **tx)?;
    for line in lines {
        insert_line(tx, id, line)?;
    }
    record(tx, id, VisitState::Submitted, VisitState::Submitted, Some(by))
}

fn insert_line(tx: &mut Tx<'_>, id: VisitId, line: &VisitLine) -> Result<(), DbError> {
    let (share_bp, wholesale) = parted(line.earned);
    diesel::insert_into(consignment_visit_lines::table)
        .values((
            consignment_visit_lines::visit_id.eq(id),
            consignment_visit_lines::pack_id.eq(line.pack_id),
            consignment_visit_lines::opening.eq(line.opening),
            consignment_visit_lines::delivered.eq(line.delivered),
            consignment_visit_lines::counted.eq(line.counted),
            consignment_visit_lines::returned.eq(line.returned),
            consignment_visit_lines::spoiled.eq(line.spoiled),
            consignment_visit_lines::sold.eq(line.sold),
            consignment_visit_lines::at_till.eq(line.at_till),
            consignment_visit_lines::topped_up.eq(line.topped_up),
            consignment_visit_lines::price.eq(line.price),
            consignment_visit_lines::share_bp.eq(share_bp),
            consignment_visit_lines::wholesale.eq(wholesale),
            consignment_visit_lines::gross.eq(line.gross),
            consignment_visit_lines::share.eq(line.share),
            consignment_visit_lines::due.eq(line.due),
            consignment_visit_lines::spoilage_due.eq(line.spoilage_due),
            consignment_visit_lines::spoiled_costed.eq(line.spoiled_cost.quantity),
            consignment_visit_lines::spoiled_cost.eq(line.spoiled_cost.cost),
            consignment_visit_lines::sold_costed.eq(line.sold_cost.quantity),
            consignment_visit_lines::sold_cost.eq(line.sold_cost.cost),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Puts a line right: its figures and its money, as both agree now.
pub(super) fn correct_line(tx: &mut Tx<'_>, id: VisitId, line: &VisitLine) -> Result<(), DbError> {
    diesel::update(consignment_visit_lines::table.find((id, line.pack_id)))
        .set((
            consignment_visit_lines::counted.eq(line.counted),
            consignment_visit_lines::returned.eq(line.returned),
            consignment_visit_lines::spoiled.eq(line.spoiled),
            consignment_visit_lines::sold.eq(line.sold),
            consignment_visit_lines::topped_up.eq(line.topped_up),
            consignment_visit_lines::gross.eq(line.gross),
            consignment_visit_lines::share.eq(line.share),
            consignment_visit_lines::due.eq(line.due),
            consignment_visit_lines::spoilage_due.eq(line.spoilage_due),
            consignment_visit_lines::spoiled_costed.eq(line.spoiled_cost.quantity),
            consignment_visit_lines::spoiled_cost.eq(line.spoiled_cost.cost),
            consignment_visit_lines::sold_costed.eq(line.sold_cost.quantity),
            consignment_visit_lines::sold_cost.eq(line.sold_cost.cost),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What the other side says of a line, and what she says it was.
pub(super) fn dispute_line(tx: &mut Tx<'_>, id: VisitId, pack: PackId, reason: &str, said: Option<Found>) -> Result<bool, DbError> {
    Ok(diesel::update(consignment_visit_lines::table.find((id, pack)))
        .set((
            consignment_visit_lines::disputed.eq(reason),
            consignment_visit_lines::said_counted.eq(said.map(|said| said.counted)),
            consignment_visit_lines::said_returned.eq(said.map(|said| said.returned)),
            consignment_visit_lines::said_spoiled.eq(said.map(|said| said.spoiled)),
            consignment_visit_lines::said_topped_up.eq(said.map(|said| said.topped_up)),
        ))
        .execute(&mut **tx)?
        == 1)
}

/// What the other side says of the money.
pub(super) fn dispute_paid(tx: &mut Tx<'_>, id: VisitId, reason: &str, said: Option<Rupiah>) -> Result<(), DbError> {
    diesel::update(consignment_visits::table.find(id))
        .set((consignment_visits::paid_disputed.eq(reason), consignment_visits::said_paid.eq(said)))
        .execute(&mut **tx)?;
    Ok(())
}

/// What was disputed was put right in another way: she is asked anew.
pub(super) fn forget_dispute(tx: &mut Tx<'_>, id: VisitId) -> Result<(), DbError> {
    diesel::update(consignment_visit_lines::table.filter(consignment_visit_lines::visit_id.eq(id)))
        .set((
            consignment_visit_lines::disputed.eq(None::<String>),
            consignment_visit_lines::said_counted.eq(None::<i64>),
            consignment_visit_lines::said_returned.eq(None::<i64>),
            consignment_visit_lines::said_spoiled.eq(None::<i64>),
            consignment_visit_lines::said_topped_up.eq(None::<i64>),
        ))
        .execute(&mut **tx)?;
    diesel::update(consignment_visits::table.find(id))
        .set((consignment_visits::paid_disputed.eq(None::<String>), consignment_visits::said_paid.eq(None::<Rupiah>)))
        .execute(&mut **tx)?;
    Ok(())
}

/// The totals of a visit after it was put right.
pub(super) fn set_totals(tx: &mut Tx<'_>, visit: &Visit) -> Result<(), DbError> {
    diesel::update(consignment_visits::table.find(visit.id))
        .set((
            consignment_visits::gross.eq(visit.gross),
            consignment_visits::share.eq(visit.share),
            consignment_visits::due.eq(visit.due),
            consignment_visits::paid.eq(visit.paid),
            consignment_visits::claimed.eq(visit.claimed),
            consignment_visits::method.eq(visit.method),
            consignment_visits::postings.eq(visit.postings),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// From this visit on so much more, or less, has come due.
pub(super) fn shift_due_through(tx: &mut Tx<'_>, of: ConsignmentId, from: i32, more: Rupiah) -> Result<(), DbError> {
    diesel::update(consignment_visits::table.filter(consignment_visits::consignment_id.eq(of).and(consignment_visits::number.ge(from))))
        .set(consignment_visits::due_through.eq(consignment_visits::due_through + more))
        .execute(&mut **tx)?;
    Ok(())
}

/// The visits that are not paid for yet although all that had come due with them is paid: from now on they are.
pub(super) fn clear(tx: &mut Tx<'_>, of: ConsignmentId, paid: Rupiah) -> Result<Vec<VisitId>, DbError> {
    let open =
        consignment_visits::consignment_id.eq(of).and(consignment_visits::cleared.eq(false)).and(consignment_visits::due_through.le(paid));
    let these: Vec<VisitId> =
        consignment_visits::table.filter(open).order(consignment_visits::number).select(consignment_visits::id).load(&mut **tx)?;
    diesel::update(consignment_visits::table.filter(consignment_visits::id.eq_any(&these)))
        .set(consignment_visits::cleared.eq(true))
        .execute(&mut **tx)?;
    Ok(these)
}

/// The only writer of a visit's state; answers whether it still stood in `from`.
pub(super) fn move_state(tx: &mut Tx<'_>, id: VisitId, from: VisitState, to: VisitState, by: Option<By<'_>>) -> Result<bool, DbError> {
    let now = tx.now();
    let changed = diesel::update(consignment_visits::table.filter(consignment_visits::id.eq(id).and(consignment_visits::state.eq(from))))
        .set((
            consignment_visits::state.eq(to),
            consignment_visits::version.eq(consignment_visits::version + 1),
            consignment_visits::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if changed == 1 {
        record(tx, id, from, to, by)?;
    }
    Ok(changed == 1)
}

fn record(tx: &mut Tx<'_>, id: VisitId, from: VisitState, to: VisitState, by: Option<By<'_>>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(consignment_visit_events::table)
        .values((
            consignment_visit_events::id.eq(EventId::new()),
            consignment_visit_events::visit_id.eq(id),
            consignment_visit_events::from_state.eq(from),
            consignment_visit_events::to_state.eq(to),
            consignment_visit_events::actor_id.eq(by.map(|by| by.actor)),
            consignment_visit_events::on_behalf_of.eq(by.and_then(|by| by.on_behalf_of)),
            consignment_visit_events::reason.eq(by.and_then(|by| by.reason)),
            consignment_visit_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn events(conn: &mut Conn, id: VisitId) -> Result<Vec<Event<VisitState>>, DbError> {
    let events =
        consignment_visit_events::table.filter(consignment_visit_events::visit_id.eq(id)).order(consignment_visit_events::id).limit(100);
    Ok(events
        .select((
            consignment_visit_events::from_state,
            consignment_visit_events::to_state,
            consignment_visit_events::actor_id,
            consignment_visit_events::on_behalf_of,
            consignment_visit_events::reason,
            consignment_visit_events::at,
        ))
        .load(conn)?)
}

/// A page of a consignment's visits, newest first.
pub(super) fn page(conn: &mut Conn, of: ConsignmentId, before: Option<i32>, rows: i64) -> Result<Vec<Visit>, DbError> {
    let mut query = consignment_visits::table.filter(consignment_visits::consignment_id.eq(of)).into_boxed();
    if let Some(before) = before {
        query = query.filter(consignment_visits::number.lt(before));
    }
    Ok(query.order(consignment_visits::number.desc()).limit(rows).select(COLUMNS).load(conn)?)
}

type Figures = (i64, i64, i64, i64, i64, i64, i64, i64);
type Amounts = (Rupiah, Option<i32>, Option<Rupiah>, Rupiah, Rupiah, Rupiah, Rupiah);
type Costed = (i64, Rupiah, i64, Rupiah);
type Said = (Option<String>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);
type LineRow = (VisitId, PackId, Figures, Amounts, Costed, Said, String, String);
/// A line with the names of its product and pack.
pub(super) type Named = (VisitLine, String, String);

pub(super) fn lines(conn: &mut Conn, these: &[VisitId]) -> Result<BTreeMap<VisitId, Vec<Named>>, DbError> {
    let rows: Vec<LineRow> = consignment_visit_lines::table
        .inner_join(packs::table.inner_join(products::table))
        .filter(consignment_visit_lines::visit_id.eq_any(these))
        .order((consignment_visit_lines::visit_id, consignment_visit_lines::pack_id))
        .select((
            consignment_visit_lines::visit_id,
            consignment_visit_lines::pack_id,
            (
                consignment_visit_lines::opening,
                consignment_visit_lines::delivered,
                consignment_visit_lines::counted,
                consignment_visit_lines::returned,
                consignment_visit_lines::spoiled,
                consignment_visit_lines::sold,
                consignment_visit_lines::at_till,
                consignment_visit_lines::topped_up,
            ),
            (
                consignment_visit_lines::price,
                consignment_visit_lines::share_bp,
                consignment_visit_lines::wholesale,
                consignment_visit_lines::gross,
                consignment_visit_lines::share,
                consignment_visit_lines::due,
                consignment_visit_lines::spoilage_due,
            ),
            (
                consignment_visit_lines::spoiled_costed,
                consignment_visit_lines::spoiled_cost,
                consignment_visit_lines::sold_costed,
                consignment_visit_lines::sold_cost,
            ),
            (
                consignment_visit_lines::disputed,
                consignment_visit_lines::said_counted,
                consignment_visit_lines::said_returned,
                consignment_visit_lines::said_spoiled,
                consignment_visit_lines::said_topped_up,
            ),
            products::name,
            packs::label,
        ))
        .load(conn)?;
    let mut all: BTreeMap<VisitId, Vec<Named>> = BTreeMap::new();
    for (visit, pack_id, figures, amounts, (spoiled_costed, spoiled_cost, sold_costed, sold_cost), said, product, pack) in rows {
        let (opening, delivered, counted, returned, spoiled, sold, at_till, topped_up) = figures;
        let (price, share_bp, wholesale, gross, share, due, spoilage_due) = amounts;
        let line = VisitLine {
            pack_id,
            opening,
            delivered,
            counted,
            returned,
            spoiled,
            sold,
            at_till,
            topped_up,
            price,
            earned: earned(share_bp, wholesale),
            gross,
            share,
            due,
            spoilage_due,
            spoiled_cost: Known { quantity: spoiled_costed, cost: spoiled_cost },
            sold_cost: Known { quantity: sold_costed, cost: sold_cost },
            disputed: said.0,
            said: match (said.1, said.2, said.3, said.4) {
                (Some(counted), Some(returned), Some(spoiled), Some(topped_up)) => Some(Found { counted, returned, spoiled, topped_up }),
                _ => None,
            },
        };
        all.entry(visit).or_default().push((line, product, pack));
    }
    Ok(all)
}

/// One link per visit: a new one takes the place of the one before.
pub(super) fn set_link(tx: &mut Tx<'_>, id: VisitId, digest: &str, expires_at: Timestamp) -> Result<(), DbError> {
    let now = tx.now();
    diesel::delete(consignment_visit_links::table.filter(consignment_visit_links::visit_id.eq(id))).execute(&mut **tx)?;
    diesel::insert_into(consignment_visit_links::table)
        .values((
            consignment_visit_links::digest.eq(digest),
            consignment_visit_links::visit_id.eq(id),
            consignment_visit_links::created_at.eq(now),
            consignment_visit_links::expires_at.eq(expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn by_link(conn: &mut Conn, digest: &str, now: Timestamp) -> Result<Option<VisitId>, DbError> {
    let good =
        consignment_visit_links::table.filter(consignment_visit_links::digest.eq(digest).and(consignment_visit_links::expires_at.gt(now)));
    Ok(good.select(consignment_visit_links::visit_id).first(conn).optional()?)
}
