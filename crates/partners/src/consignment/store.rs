//! The tables of consignments, their goods, notes, sales and payments.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{
    Consignment, ConsignmentId, ConsignmentPaymentId, Event, Goods, Missing, Note, NoteId, NoteLine, NoteState, Side, VisitId, WholeNote,
};
use super::rules::Earned;
use crate::agreements::AgreementId;
use crate::debts::Method;
use crate::parties::Names;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::money::Rupiah;
use kit::schema::{
    consigned_goods, consignment_note_events, consignment_note_lines, consignment_notes, consignment_payments, consignments, packs,
    products,
};
use market::costs::Known;
use market::packs::PackId;
use market::packs::model::per_pack;
use people::enterprises::EnterpriseId;
use people::permissions::By;
use people::villages::VillageId;

columns!(
    Columns, COLUMNS:
    consignments::id,
    consignments::village_id,
    consignments::maker_id,
    consignments::warung_id,
    consignments::agreement_id,
    consignments::agreement_number,
    consignments::visits,
    consignments::last_visit_id,
    consignments::last_visited_at,
    consignments::next_visit_on,
    consignments::due,
    consignments::paid,
    consignments::created_at,
);
columns!(
    NoteColumns, NOTE:
    consignment_notes::id,
    consignment_notes::consignment_id,
    consignment_notes::agreement_id,
    consignment_notes::agreement_number,
    consignment_notes::origin,
    consignment_notes::state,
    consignment_notes::missing,
    consignment_notes::received_at,
    consignment_notes::version,
    consignment_notes::created_at,
);
columns!(
    LineColumns, LINE:
    consignment_note_lines::note_id,
    consignment_note_lines::position,
    consignment_note_lines::pack_id,
    products::name,
    packs::label,
    consignment_note_lines::price,
    consignment_note_lines::offered,
    consignment_note_lines::received,
    consignment_note_lines::remaining,
);

pub(super) fn get(conn: &mut Conn, id: ConsignmentId) -> Result<Consignment, DbError> {
    Ok(consignments::table.find(id).select(COLUMNS).first(conn)?)
}

pub(super) fn of_pair(conn: &mut Conn, maker: EnterpriseId, warung: EnterpriseId) -> Result<Option<Consignment>, DbError> {
    let pair = consignments::maker_id.eq(maker).and(consignments::warung_id.eq(warung));
    Ok(consignments::table.filter(pair).select(COLUMNS).first(conn).optional()?)
}

/// A page of an enterprise's consignments, by their age.
pub(super) fn page(
    conn: &mut Conn,
    of: EnterpriseId,
    side: Side,
    after: Option<ConsignmentId>,
    rows: i64,
) -> Result<Vec<Consignment>, DbError> {
    let mut query = match side {
        Side::Maker => consignments::table.filter(consignments::maker_id.eq(of)).into_boxed(),
        Side::Warung => consignments::table.filter(consignments::warung_id.eq(of)).into_boxed(),
    };
    if let Some(after) = after {
        query = query.filter(consignments::id.gt(after));
    }
    Ok(query.order(consignments::id).limit(rows).select(COLUMNS).load(conn)?)
}

/// Begins the business of a pair.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    village: VillageId,
    (maker, warung): (EnterpriseId, EnterpriseId),
    under: (AgreementId, i32),
) -> Result<ConsignmentId, DbError> {
    let (id, now) = (ConsignmentId::new(), tx.now());
    diesel::insert_into(consignments::table)
        .values((
            consignments::id.eq(id),
            consignments::village_id.eq(village),
            consignments::maker_id.eq(maker),
            consignments::warung_id.eq(warung),
            consignments::agreement_id.eq(under.0),
            consignments::agreement_number.eq(under.1),
            consignments::visits.eq(0),
            consignments::due.eq(Rupiah::ZERO),
            consignments::paid.eq(Rupiah::ZERO),
            consignments::created_at.eq(now),
            consignments::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

pub(super) fn set_terms(tx: &mut Tx<'_>, id: ConsignmentId, under: (AgreementId, i32), next: Option<NaiveDate>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(consignments::table.find(id))
        .set((
            consignments::agreement_id.eq(under.0),
            consignments::agreement_number.eq(under.1),
            consignments::next_visit_on.eq(next),
            consignments::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// A visit was held, if the one before is still the last.
pub(super) fn set_visited(tx: &mut Tx<'_>, before: &Consignment, visit: VisitId, at: Timestamp) -> Result<bool, DbError> {
    let now = tx.now();
    let last = consignments::table.filter(consignments::id.eq(before.id).and(consignments::visits.eq(before.visits)));
    let changed = diesel::update(last)
        .set((
            consignments::visits.eq(before.visits + 1),
            consignments::last_visit_id.eq(visit),
            consignments::last_visited_at.eq(at),
            consignments::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// More has come due, less where something was put right.
pub(super) fn add_due(tx: &mut Tx<'_>, id: ConsignmentId, due: Rupiah) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(consignments::table.find(id))
        .set((consignments::due.eq(consignments::due + due), consignments::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// More was paid.
pub(super) fn pay(
    tx: &mut Tx<'_>,
    id: ConsignmentId,
    visit: Option<VisitId>,
    (amount, method, at): (Rupiah, Method, Timestamp),
    by: By<'_>,
) -> Result<ConsignmentPaymentId, DbError> {
    let (payment, now) = (ConsignmentPaymentId::new(), tx.now());
    diesel::insert_into(consignment_payments::table)
        .values((
            consignment_payments::id.eq(payment),
            consignment_payments::consignment_id.eq(id),
            consignment_payments::visit_id.eq(visit),
            consignment_payments::amount.eq(amount),
            consignment_payments::method.eq(method),
            consignment_payments::business_date.eq(at.business_date()),
            consignment_payments::actor_id.eq(by.actor),
            consignment_payments::on_behalf_of.eq(by.on_behalf_of),
            consignment_payments::paid_at.eq(at),
        ))
        .execute(&mut **tx)?;
    diesel::update(consignments::table.find(id))
        .set((consignments::paid.eq(consignments::paid + amount), consignments::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(payment)
}

type GoodsRow = (PackId, Rupiah, Option<i32>, Option<Rupiah>, i64, Rupiah);

pub(super) fn earned(share_bp: Option<i32>, wholesale: Option<Rupiah>) -> Earned {
    match wholesale {
        Some(fixed) => Earned::Above(fixed),
        None => Earned::Share(share_bp.and_then(|bp| u16::try_from(bp).ok()).unwrap_or(0)),
    }
}

pub(super) fn parted(earned: Earned) -> (Option<i32>, Option<Rupiah>) {
    match earned {
        Earned::Share(bp) => (Some(i32::from(bp)), None),
        Earned::Above(fixed) => (None, Some(fixed)),
    }
}

/// What has ever been at the warung, with its price and terms.
pub(super) fn goods(conn: &mut Conn, id: ConsignmentId) -> Result<BTreeMap<PackId, Goods>, DbError> {
    use consigned_goods as g;
    let rows: Vec<GoodsRow> = g::table
        .filter(g::consignment_id.eq(id))
        .order(g::pack_id)
        .select((g::pack_id, g::price, g::share_bp, g::wholesale, g::cost_quantity, g::cost))
        .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.0, read(row))).collect())
}

/// The same for a page of consignments.
pub(super) fn goods_of(conn: &mut Conn, these: &[ConsignmentId]) -> Result<BTreeMap<(ConsignmentId, PackId), Goods>, DbError> {
    use consigned_goods as g;
    let rows: Vec<(ConsignmentId, GoodsRow)> = g::table
        .filter(g::consignment_id.eq_any(these))
        .order((g::consignment_id, g::pack_id))
        .select((g::consignment_id, (g::pack_id, g::price, g::share_bp, g::wholesale, g::cost_quantity, g::cost)))
        .load(conn)?;
    Ok(rows.into_iter().map(|(of, row)| ((of, row.0), read(row))).collect())
}

fn read((pack, price, share_bp, wholesale, quantity, cost): GoodsRow) -> Goods {
    Goods { pack, price, earned: earned(share_bp, wholesale), cost: Known { quantity, cost } }
}

/// What packs are called: their product's name and their label.
pub(super) fn pack_names(conn: &mut Conn, these: &[PackId]) -> Result<BTreeMap<PackId, (String, String)>, DbError> {
    let named = packs::table.inner_join(products::table).filter(packs::id.eq_any(these));
    let rows: Vec<(PackId, (String, String))> = named.select((packs::id, (products::name, packs::label))).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Keeps what a pack sells for, and what of it has a known cost.
pub(super) fn keep_goods(tx: &mut Tx<'_>, id: ConsignmentId, goods: &Goods) -> Result<(), DbError> {
    let (share_bp, wholesale) = parted(goods.earned);
    let changed = diesel::update(consigned_goods::table.find((id, goods.pack)))
        .set((
            consigned_goods::price.eq(goods.price),
            consigned_goods::share_bp.eq(share_bp),
            consigned_goods::wholesale.eq(wholesale),
            consigned_goods::cost_quantity.eq(goods.cost.quantity),
            consigned_goods::cost.eq(goods.cost.cost),
        ))
        .execute(&mut **tx)?;
    if changed == 0 {
        diesel::insert_into(consigned_goods::table)
            .values((
                consigned_goods::consignment_id.eq(id),
                consigned_goods::pack_id.eq(goods.pack),
                consigned_goods::price.eq(goods.price),
                consigned_goods::share_bp.eq(share_bp),
                consigned_goods::wholesale.eq(wholesale),
                consigned_goods::cost_quantity.eq(goods.cost.quantity),
                consigned_goods::cost.eq(goods.cost.cost),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// A note on its way into the table.
#[derive(Clone, Debug)]
pub(super) struct NewNote<'a> {
    pub consignment: ConsignmentId,
    pub under: (AgreementId, i32),
    /// Where it comes from, when not by itself.
    pub origin: Option<&'a str>,
    /// Packs, their prices and how many.
    pub lines: &'a [(PackId, Rupiah, i64)],
}

pub(super) fn insert_note(tx: &mut Tx<'_>, new: &NewNote<'_>) -> Result<NoteId, DbError> {
    let (id, now) = (NoteId::new(), tx.now());
    diesel::insert_into(consignment_notes::table)
        .values((
            consignment_notes::id.eq(id),
            consignment_notes::consignment_id.eq(new.consignment),
            consignment_notes::agreement_id.eq(new.under.0),
            consignment_notes::agreement_number.eq(new.under.1),
            consignment_notes::origin.eq(new.origin.map_or_else(|| id.to_string(), str::to_owned)),
            consignment_notes::state.eq(NoteState::Offered),
            consignment_notes::version.eq(1),
            consignment_notes::created_at.eq(now),
            consignment_notes::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    for (position, (pack, price, offered)) in (1..).zip(new.lines) {
        diesel::insert_into(consignment_note_lines::table)
            .values((
                consignment_note_lines::note_id.eq(id),
                consignment_note_lines::position.eq(position),
                consignment_note_lines::pack_id.eq(pack),
                consignment_note_lines::price.eq(price),
                consignment_note_lines::offered.eq(offered),
                consignment_note_lines::remaining.eq(0),
            ))
            .execute(&mut **tx)?;
    }
    Ok(id)
}

pub(super) fn note(conn: &mut Conn, id: NoteId) -> Result<Note, DbError> {
    Ok(consignment_notes::table.find(id).select(NOTE).first(conn)?)
}

pub(super) fn note_lines(conn: &mut Conn, these: &[NoteId]) -> Result<Vec<NoteLine>, DbError> {
    let lines = consignment_note_lines::table.inner_join(packs::table.inner_join(products::table));
    let theirs = lines.filter(consignment_note_lines::note_id.eq_any(these));
    Ok(theirs.order((consignment_note_lines::note_id, consignment_note_lines::position)).select(LINE).load(conn)?)
}

/// A page of a consignment's notes, newest first.
pub(super) fn notes(conn: &mut Conn, of: ConsignmentId, before: Option<NoteId>, rows: i64) -> Result<Vec<Note>, DbError> {
    let mut query = consignment_notes::table.filter(consignment_notes::consignment_id.eq(of)).into_boxed();
    if let Some(before) = before {
        query = query.filter(consignment_notes::id.lt(before));
    }
    Ok(query.order(consignment_notes::id.desc()).limit(rows).select(NOTE).load(conn)?)
}

pub(super) fn whole_notes(conn: &mut Conn, consignment: &Consignment, notes: Vec<Note>) -> Result<Vec<WholeNote>, DbError> {
    let ids: Vec<NoteId> = notes.iter().map(|note| note.id).collect();
    let names = Names::of(conn, [consignment.maker_id, consignment.warung_id])?;
    let mut lines: BTreeMap<NoteId, Vec<NoteLine>> = BTreeMap::new();
    for line in note_lines(conn, &ids)? {
        lines.entry(line.note_id).or_default().push(line);
    }
    let whole = |note: Note| WholeNote {
        lines: lines.remove(&note.id).unwrap_or_default(),
        consignment: consignment.clone(),
        names: names.clone(),
        note,
    };
    Ok(notes.into_iter().map(whole).collect())
}

/// The only writer of a note's state; answers whether it still stood in `from`.
pub(super) fn move_note(tx: &mut Tx<'_>, id: NoteId, from: NoteState, to: NoteState, by: Option<By<'_>>) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = consignment_notes::table.filter(consignment_notes::id.eq(id).and(consignment_notes::state.eq(from)));
    let changed = diesel::update(standing)
        .set((
            consignment_notes::state.eq(to),
            consignment_notes::version.eq(consignment_notes::version + 1),
            consignment_notes::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if changed == 1 {
        record_note(tx, id, from, to, by)?;
    }
    Ok(changed == 1)
}

pub(super) fn record_note(tx: &mut Tx<'_>, id: NoteId, from: NoteState, to: NoteState, by: Option<By<'_>>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(consignment_note_events::table)
        .values((
            consignment_note_events::id.eq(EventId::new()),
            consignment_note_events::note_id.eq(id),
            consignment_note_events::from_state.eq(from),
            consignment_note_events::to_state.eq(to),
            consignment_note_events::actor_id.eq(by.map(|by| by.actor)),
            consignment_note_events::on_behalf_of.eq(by.and_then(|by| by.on_behalf_of)),
            consignment_note_events::reason.eq(by.and_then(|by| by.reason)),
            consignment_note_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn note_events(conn: &mut Conn, id: NoteId) -> Result<Vec<Event<NoteState>>, DbError> {
    let events =
        consignment_note_events::table.filter(consignment_note_events::note_id.eq(id)).order(consignment_note_events::id).limit(100);
    Ok(events
        .select((
            consignment_note_events::from_state,
            consignment_note_events::to_state,
            consignment_note_events::actor_id,
            consignment_note_events::on_behalf_of,
            consignment_note_events::reason,
            consignment_note_events::at,
        ))
        .load(conn)?)
}

/// What came of a line; it stands at the warung from `at` on.
pub(super) fn set_received(tx: &mut Tx<'_>, id: NoteId, pack: PackId, received: i64) -> Result<(), DbError> {
    let line = consignment_note_lines::note_id.eq(id).and(consignment_note_lines::pack_id.eq(pack));
    diesel::update(consignment_note_lines::table.filter(line))
        .set((consignment_note_lines::received.eq(received), consignment_note_lines::remaining.eq(received)))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn set_received_at(tx: &mut Tx<'_>, id: NoteId, at: Timestamp) -> Result<(), DbError> {
    diesel::update(consignment_notes::table.find(id)).set(consignment_notes::received_at.eq(at)).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn set_missing(tx: &mut Tx<'_>, id: NoteId, missing: Missing) -> Result<(), DbError> {
    diesel::update(consignment_notes::table.find(id)).set(consignment_notes::missing.eq(missing)).execute(&mut **tx)?;
    Ok(())
}

/// What is left of one pack on the notes of a consignment, oldest first.
pub(super) fn remaining(conn: &mut Conn, of: ConsignmentId, pack: PackId) -> Result<Vec<(NoteId, i64)>, DbError> {
    let lines = consignment_note_lines::table.inner_join(consignment_notes::table);
    let theirs = consignment_notes::consignment_id.eq(of).and(consignment_note_lines::pack_id.eq(pack));
    let left = lines.filter(theirs.and(consignment_note_lines::remaining.gt(0)));
    Ok(left.order(consignment_notes::id).select((consignment_notes::id, consignment_note_lines::remaining)).load(conn)?)
}

/// Less is left of a line; answers whether anything of its note is.
pub(super) fn take_remaining(tx: &mut Tx<'_>, id: NoteId, pack: PackId, quantity: i64) -> Result<bool, DbError> {
    let line = consignment_note_lines::note_id.eq(id).and(consignment_note_lines::pack_id.eq(pack));
    diesel::update(consignment_note_lines::table.filter(line))
        .set(consignment_note_lines::remaining.eq(consignment_note_lines::remaining - quantity))
        .execute(&mut **tx)?;
    let left = consignment_note_lines::table.filter(consignment_note_lines::note_id.eq(id).and(consignment_note_lines::remaining.gt(0)));
    let any: bool = diesel::select(diesel::dsl::exists(left.select(consignment_note_lines::note_id))).get_result(&mut **tx)?;
    Ok(any)
}

/// How many of each of a maker's packs are offered and have not come: on notes that nobody counted, or missing from those that were.
pub(super) fn on_the_way(conn: &mut Conn, maker: EnterpriseId) -> Result<BTreeMap<PackId, i64>, DbError> {
    let lines = consignment_note_lines::table.inner_join(consignment_notes::table.inner_join(consignments::table));
    let open = consignment_notes::state.eq_any([NoteState::Offered, NoteState::Received]);
    let rows: Vec<(PackId, i64, Option<i64>)> = lines
        .filter(consignments::maker_id.eq(maker).and(open))
        .select((consignment_note_lines::pack_id, consignment_note_lines::offered, consignment_note_lines::received))
        .load(conn)?;
    Ok(per_pack(rows.into_iter().map(|(pack, offered, received)| (pack, offered - received.unwrap_or(0)))))
}

/// How many of each of a maker's packs are offered to one warung on notes that it has not counted.
pub(super) fn offered_to(conn: &mut Conn, maker: EnterpriseId, warung: EnterpriseId) -> Result<BTreeMap<PackId, i64>, DbError> {
    let lines = consignment_note_lines::table.inner_join(consignment_notes::table.inner_join(consignments::table));
    let pair = consignments::maker_id.eq(maker).and(consignments::warung_id.eq(warung));
    let rows: Vec<(PackId, i64)> = lines
        .filter(pair.and(consignment_notes::state.eq(NoteState::Offered)))
        .select((consignment_note_lines::pack_id, consignment_note_lines::offered))
        .load(conn)?;
    Ok(per_pack(rows))
}

/// What came to the warung after `after` and until `until`, by pack; what a visit topped up belongs to that visit.
pub(super) fn delivered(
    conn: &mut Conn,
    of: ConsignmentId,
    after: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<BTreeMap<PackId, i64>, DbError> {
    let mut lines = consignment_note_lines::table
        .inner_join(consignment_notes::table)
        .filter(consignment_notes::consignment_id.eq(of).and(consignment_notes::origin.not_like("vst_%")))
        .filter(consignment_notes::received_at.is_not_null())
        .select((consignment_note_lines::pack_id, consignment_note_lines::received))
        .into_boxed();
    if let Some(after) = after {
        lines = lines.filter(consignment_notes::received_at.gt(after));
    }
    if let Some(until) = until {
        lines = lines.filter(consignment_notes::received_at.le(until));
    }
    let rows: Vec<(PackId, Option<i64>)> = lines.load(conn)?;
    Ok(per_pack(rows.into_iter().map(|(pack, received)| (pack, received.unwrap_or(0)))))
}
