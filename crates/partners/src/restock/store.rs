//! The tables of restocks, par levels and standing reorders.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{
    Basis, Event, KeptLine, Line, NewRestock, NotMade, Payment, Restock, RestockId, RestockPaymentId, Run, State, Template, TemplateId,
    Whole,
};
use super::rules;
use crate::agreements::AgreementId;
use crate::debts::Method;
use crate::parties::Names;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::types::Document;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::money::Rupiah;
use kit::schema::{
    packs, par_levels, products, restock_events, restock_lines, restock_payments, restock_runs, restock_templates, restocks,
};
use market::packs::PackId;
use market::packs::model::per_pack;
use people::enterprises::EnterpriseId;
use people::permissions::By;
use people::villages::VillageId;

columns!(
    Columns, COLUMNS:
    restocks::id,
    restocks::village_id,
    restocks::maker_id,
    restocks::warung_id,
    restocks::basis,
    restocks::asked_as,
    restocks::state,
    restocks::agreement_id,
    restocks::agreement_number,
    restocks::payment,
    restocks::wanted_on,
    restocks::total,
    restocks::note,
    restocks::version,
    restocks::created_at,
    restocks::owed,
    restocks::paid,
    restocks::due_on,
);
columns!(
    LineColumns, LINE:
    restock_lines::restock_id,
    restock_lines::pack_id,
    products::name,
    packs::label,
    restock_lines::price,
    restock_lines::asked,
    restock_lines::accepted,
    restock_lines::received,
);

pub(super) fn get(conn: &mut Conn, id: RestockId) -> Result<Restock, DbError> {
    Ok(restocks::table.find(id).select(COLUMNS).first(conn)?)
}

pub(super) fn lines(conn: &mut Conn, these: &[RestockId]) -> Result<Vec<Line>, DbError> {
    let lines = restock_lines::table.inner_join(packs::table.inner_join(products::table));
    let theirs = lines.filter(restock_lines::restock_id.eq_any(these));
    Ok(theirs.order((restock_lines::restock_id, restock_lines::position)).select(LINE).load(conn)?)
}

pub(super) fn gathered(conn: &mut Conn, these: Vec<Restock>) -> Result<Vec<Whole>, DbError> {
    let ids: Vec<RestockId> = these.iter().map(|one| one.id).collect();
    let names = Names::of(conn, these.iter().flat_map(|one| [one.maker_id, one.warung_id]))?;
    let mut by_restock: BTreeMap<RestockId, Vec<Line>> = BTreeMap::new();
    for line in lines(conn, &ids)? {
        by_restock.entry(line.restock_id).or_default().push(line);
    }
    let whole = |restock: Restock| Whole { lines: by_restock.remove(&restock.id).unwrap_or_default(), names: names.clone(), restock };
    Ok(these.into_iter().map(whole).collect())
}

pub(super) fn whole(conn: &mut Conn, id: RestockId) -> Result<Whole, DbError> {
    let restock = get(conn, id)?;
    gathered(conn, vec![restock])?.pop().ok_or(DbError::NotFound)
}

/// A page of an enterprise's restocks, newest first: what it asks for, or what it is asked for.
pub(super) fn page(conn: &mut Conn, of: EnterpriseId, asked: bool, before: Option<RestockId>, rows: i64) -> Result<Vec<Whole>, DbError> {
    let mut query = if asked {
        restocks::table.filter(restocks::maker_id.eq(of)).into_boxed()
    } else {
        restocks::table.filter(restocks::warung_id.eq(of)).into_boxed()
    };
    if let Some(before) = before {
        query = query.filter(restocks::id.lt(before));
    }
    let page = query.order(restocks::id.desc()).limit(rows).select(COLUMNS).load(conn)?;
    gathered(conn, page)
}

/// The last restock of a pair on this basis that came to something.
pub(super) fn last_of_pair(conn: &mut Conn, maker: EnterpriseId, warung: EnterpriseId, basis: Basis) -> Result<Option<RestockId>, DbError> {
    let pair = restocks::maker_id.eq(maker).and(restocks::warung_id.eq(warung)).and(restocks::basis.eq(basis));
    let good = pair.and(restocks::state.ne_all([State::Declined, State::Withdrawn]));
    Ok(restocks::table.filter(good).order(restocks::id.desc()).select(restocks::id).first(conn).optional()?)
}

/// Where a restock belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub village: VillageId,
    pub warung: EnterpriseId,
    pub under: Option<(AgreementId, i32)>,
    pub total: Rupiah,
    pub due_on: Option<NaiveDate>,
}

pub(super) fn insert(tx: &mut Tx<'_>, place: &Place, new: &NewRestock, lines: &[(PackId, Rupiah, i64)]) -> Result<RestockId, DbError> {
    let (id, now) = (RestockId::new(), tx.now());
    diesel::insert_into(restocks::table)
        .values((
            restocks::id.eq(id),
            restocks::village_id.eq(place.village),
            restocks::maker_id.eq(new.maker),
            restocks::warung_id.eq(place.warung),
            restocks::basis.eq(new.basis),
            restocks::asked_as.eq(new.asked_as),
            restocks::state.eq(State::Requested),
            restocks::agreement_id.eq(place.under.map(|under| under.0)),
            restocks::agreement_number.eq(place.under.map(|under| under.1)),
            restocks::payment.eq(new.payment),
            restocks::wanted_on.eq(new.wanted_on),
            restocks::total.eq(place.total),
            restocks::note.eq(&new.note),
            restocks::version.eq(1),
            restocks::created_at.eq(now),
            restocks::updated_at.eq(now),
            restocks::owed.eq(Rupiah::ZERO),
            restocks::paid.eq(Rupiah::ZERO),
            restocks::due_on.eq(place.due_on),
        ))
        .execute(&mut **tx)?;
    for (position, (pack, price, asked)) in (1..).zip(lines) {
        diesel::insert_into(restock_lines::table)
            .values((
                restock_lines::restock_id.eq(id),
                restock_lines::position.eq(position),
                restock_lines::pack_id.eq(pack),
                restock_lines::price.eq(price),
                restock_lines::asked.eq(asked),
            ))
            .execute(&mut **tx)?;
    }
    Ok(id)
}

pub(super) fn set_due_on(tx: &mut Tx<'_>, id: RestockId, day: NaiveDate) -> Result<(), DbError> {
    diesel::update(restocks::table.find(id)).set(restocks::due_on.eq(day)).execute(&mut **tx)?;
    Ok(())
}

/// When the maker said that she brings it.
pub(super) fn accepted_at(conn: &mut Conn, id: RestockId) -> Result<Timestamp, DbError> {
    let accepted = restock_events::restock_id.eq(id).and(restock_events::to_state.eq_any([State::Accepted, State::Partly]));
    Ok(restock_events::table.filter(accepted).order(restock_events::id).select(restock_events::at).first(conn)?)
}

pub(super) fn set_accepted(tx: &mut Tx<'_>, id: RestockId, pack: PackId, accepted: i64) -> Result<(), DbError> {
    let line = restock_lines::restock_id.eq(id).and(restock_lines::pack_id.eq(pack));
    diesel::update(restock_lines::table.filter(line)).set(restock_lines::accepted.eq(accepted)).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn set_received(tx: &mut Tx<'_>, id: RestockId, pack: PackId, received: i64) -> Result<(), DbError> {
    let line = restock_lines::restock_id.eq(id).and(restock_lines::pack_id.eq(pack));
    diesel::update(restock_lines::table.filter(line)).set(restock_lines::received.eq(received)).execute(&mut **tx)?;
    Ok(())
}

/// What came is owed for.
pub(super) fn owe(tx: &mut Tx<'_>, id: RestockId, owed: Rupiah) -> Result<(), DbError> {
    diesel::update(restocks::table.find(id)).set(restocks::owed.eq(owed)).execute(&mut **tx)?;
    Ok(())
}

/// More was paid; more than is owed breaks the constraint.
pub(super) fn pay(tx: &mut Tx<'_>, id: RestockId, (amount, method): (Rupiah, Method), by: By<'_>) -> Result<RestockPaymentId, DbError> {
    let (payment, now) = (RestockPaymentId::new(), tx.now());
    diesel::insert_into(restock_payments::table)
        .values((
            restock_payments::id.eq(payment),
            restock_payments::restock_id.eq(id),
            restock_payments::amount.eq(amount),
            restock_payments::method.eq(method),
            restock_payments::actor_id.eq(by.actor),
            restock_payments::on_behalf_of.eq(by.on_behalf_of),
            restock_payments::paid_at.eq(now),
        ))
        .execute(&mut **tx)?;
    diesel::update(restocks::table.find(id)).set(restocks::paid.eq(restocks::paid + amount)).execute(&mut **tx)?;
    Ok(payment)
}

/// What is owed and what is paid for goods that came and are not all paid.
pub(super) fn unpaid(conn: &mut Conn, maker: EnterpriseId, warung: EnterpriseId) -> Result<Vec<(Rupiah, Rupiah)>, DbError> {
    let pair = restocks::maker_id.eq(maker).and(restocks::warung_id.eq(warung));
    let open = restocks::table.filter(pair.and(restocks::paid.lt(restocks::owed)));
    Ok(open.select((restocks::owed, restocks::paid)).load(conn)?)
}

fn still_to_come() -> Vec<State> {
    State::ALL.iter().copied().filter(|state| rules::may_come(*state)).collect()
}

/// Prices and numbers of what may still come on credit: what was accepted, or asked for where there is no answer.
pub(super) fn coming_on_credit(conn: &mut Conn, maker: EnterpriseId, warung: EnterpriseId) -> Result<Vec<(Rupiah, i64)>, DbError> {
    let pair = restocks::maker_id.eq(maker).and(restocks::warung_id.eq(warung)).and(restocks::payment.eq(Payment::Credit));
    let rows: Vec<(Rupiah, i64, Option<i64>)> = restock_lines::table
        .inner_join(restocks::table)
        .filter(pair.and(restocks::state.eq_any(still_to_come())))
        .select((restock_lines::price, restock_lines::asked, restock_lines::accepted))
        .load(conn)?;
    Ok(rows.into_iter().map(|(price, asked, accepted)| (price, accepted.unwrap_or(asked))).collect())
}

/// How many of each of a maker's packs one warung has asked for and not counted.
pub(super) fn coming(conn: &mut Conn, maker: EnterpriseId, warung: EnterpriseId) -> Result<BTreeMap<PackId, i64>, DbError> {
    let pair = restocks::maker_id.eq(maker).and(restocks::warung_id.eq(warung));
    let rows: Vec<(PackId, i64, Option<i64>)> = restock_lines::table
        .inner_join(restocks::table)
        .filter(pair.and(restocks::state.eq_any(still_to_come())))
        .select((restock_lines::pack_id, restock_lines::asked, restock_lines::accepted))
        .load(conn)?;
    Ok(per_pack(rows.into_iter().map(|(pack, asked, accepted)| (pack, accepted.unwrap_or(asked)))))
}

/// How many of each of a maker's packs warungs have asked for and not counted: what was accepted, or asked for where there is no
/// answer.
pub(super) fn in_hand(conn: &mut Conn, maker: EnterpriseId) -> Result<BTreeMap<PackId, i64>, DbError> {
    let rows: Vec<(PackId, i64, Option<i64>)> = restock_lines::table
        .inner_join(restocks::table)
        .filter(restocks::maker_id.eq(maker).and(restocks::state.eq_any(still_to_come())))
        .select((restock_lines::pack_id, restock_lines::asked, restock_lines::accepted))
        .load(conn)?;
    Ok(per_pack(rows.into_iter().map(|(pack, asked, accepted)| (pack, accepted.unwrap_or(asked)))))
}

/// The only writer of the state; answers whether it still stood in `from`.
pub(super) fn move_state(tx: &mut Tx<'_>, id: RestockId, from: State, to: State, by: Option<By<'_>>) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = restocks::table.filter(restocks::id.eq(id).and(restocks::state.eq(from)));
    let changed = diesel::update(standing)
        .set((restocks::state.eq(to), restocks::version.eq(restocks::version + 1), restocks::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if changed == 1 {
        record(tx, id, from, to, by)?;
    }
    Ok(changed == 1)
}

pub(super) fn record(tx: &mut Tx<'_>, id: RestockId, from: State, to: State, by: Option<By<'_>>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(restock_events::table)
        .values((
            restock_events::id.eq(EventId::new()),
            restock_events::restock_id.eq(id),
            restock_events::from_state.eq(from),
            restock_events::to_state.eq(to),
            restock_events::actor_id.eq(by.map(|by| by.actor)),
            restock_events::on_behalf_of.eq(by.and_then(|by| by.on_behalf_of)),
            restock_events::reason.eq(by.and_then(|by| by.reason)),
            restock_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn events(conn: &mut Conn, id: RestockId) -> Result<Vec<Event>, DbError> {
    let events = restock_events::table.filter(restock_events::restock_id.eq(id)).order(restock_events::id).limit(100);
    Ok(events
        .select((
            restock_events::from_state,
            restock_events::to_state,
            restock_events::actor_id,
            restock_events::on_behalf_of,
            restock_events::reason,
            restock_events::at,
        ))
        .load(conn)?)
}

/// What should always stand at a warung.
pub(super) fn par_levels(conn: &mut Conn, warung: EnterpriseId) -> Result<Vec<(PackId, i64)>, DbError> {
    let theirs = par_levels::table.filter(par_levels::warung_id.eq(warung)).order(par_levels::pack_id).limit(500);
    Ok(theirs.select((par_levels::pack_id, par_levels::quantity)).load(conn)?)
}

pub(super) fn set_par_level(tx: &mut Tx<'_>, warung: EnterpriseId, pack: PackId, quantity: i64) -> Result<(), DbError> {
    let now = tx.now();
    diesel::delete(par_levels::table.find((warung, pack))).execute(&mut **tx)?;
    if quantity > 0 {
        diesel::insert_into(par_levels::table)
            .values((
                par_levels::warung_id.eq(warung),
                par_levels::pack_id.eq(pack),
                par_levels::quantity.eq(quantity),
                par_levels::updated_at.eq(now),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

type TemplateRow =
    (TemplateId, EnterpriseId, EnterpriseId, Basis, Option<Payment>, Document, Document, bool, AccountId, Option<EnterpriseId>, Timestamp);
type TemplateColumns = (
    restock_templates::id,
    restock_templates::maker_id,
    restock_templates::warung_id,
    restock_templates::basis,
    restock_templates::payment,
    restock_templates::days,
    restock_templates::lines,
    restock_templates::active,
    restock_templates::actor_id,
    restock_templates::on_behalf_of,
    restock_templates::created_at,
);
const TEMPLATE: TemplateColumns = (
    restock_templates::id,
    restock_templates::maker_id,
    restock_templates::warung_id,
    restock_templates::basis,
    restock_templates::payment,
    restock_templates::days,
    restock_templates::lines,
    restock_templates::active,
    restock_templates::actor_id,
    restock_templates::on_behalf_of,
    restock_templates::created_at,
);

fn read(row: TemplateRow) -> Result<Template, DbError> {
    let (id, maker_id, warung_id, basis, payment, days, lines, active, actor, on_behalf_of, created_at) = row;
    let unreadable = |_| DbError::Violation("a standing reorder that cannot be read".to_owned());
    let days = serde_json::from_value(days.0).map_err(unreadable)?;
    let lines = serde_json::from_value(lines.0).map_err(unreadable)?;
    Ok(Template { id, maker_id, warung_id, basis, payment, days, lines, active, actor, on_behalf_of, created_at })
}

pub(super) fn template(conn: &mut Conn, id: TemplateId) -> Result<Template, DbError> {
    read(restock_templates::table.find(id).select(TEMPLATE).first(conn)?)
}

/// A page of the standing reorders an enterprise has a part in, newest first.
pub(super) fn templates(conn: &mut Conn, of: EnterpriseId, before: Option<TemplateId>, rows: i64) -> Result<Vec<Template>, DbError> {
    let theirs = restock_templates::warung_id.eq(of).or(restock_templates::maker_id.eq(of));
    let mut query = restock_templates::table.filter(theirs).into_boxed();
    if let Some(before) = before {
        query = query.filter(restock_templates::id.lt(before));
    }
    let rows: Vec<TemplateRow> = query.order(restock_templates::id.desc()).limit(rows).select(TEMPLATE).load(conn)?;
    rows.into_iter().map(read).collect()
}

pub(super) fn insert_template(
    tx: &mut Tx<'_>,
    warung: EnterpriseId,
    new: &NewRestock,
    days: &crate::agreements::terms::Days,
    by: By<'_>,
) -> Result<TemplateId, DbError> {
    let (id, now) = (TemplateId::new(), tx.now());
    let lines: Vec<KeptLine> = new.lines.iter().map(|line| KeptLine { pack_id: line.pack_id, quantity: line.quantity.get() }).collect();
    let document = |value: Result<serde_json::Value, serde_json::Error>| Document(value.unwrap_or_default());
    diesel::insert_into(restock_templates::table)
        .values((
            restock_templates::id.eq(id),
            restock_templates::maker_id.eq(new.maker),
            restock_templates::warung_id.eq(warung),
            restock_templates::basis.eq(new.basis),
            restock_templates::payment.eq(new.payment),
            restock_templates::days.eq(document(serde_json::to_value(days))),
            restock_templates::lines.eq(document(serde_json::to_value(lines))),
            restock_templates::active.eq(true),
            restock_templates::actor_id.eq(by.actor),
            restock_templates::on_behalf_of.eq(by.on_behalf_of),
            restock_templates::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

pub(super) fn stop_template(tx: &mut Tx<'_>, id: TemplateId) -> Result<(), DbError> {
    diesel::update(restock_templates::table.find(id)).set(restock_templates::active.eq(false)).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn has_run(conn: &mut Conn, id: TemplateId, day: NaiveDate) -> Result<bool, DbError> {
    let this = restock_runs::table.find((id, day)).select(restock_runs::day);
    Ok(diesel::select(diesel::dsl::exists(this)).get_result(conn)?)
}

pub(super) fn insert_run(tx: &mut Tx<'_>, id: TemplateId, day: NaiveDate, outcome: Result<RestockId, NotMade>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(restock_runs::table)
        .values((
            restock_runs::template_id.eq(id),
            restock_runs::day.eq(day),
            restock_runs::restock_id.eq(outcome.ok()),
            restock_runs::reason.eq(outcome.err()),
            restock_runs::ran_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What became of a template on its days, the latest first.
pub(super) fn runs(conn: &mut Conn, id: TemplateId, before: Option<NaiveDate>, rows: i64) -> Result<Vec<Run>, DbError> {
    use restock_runs as r;
    let mut query = r::table.filter(r::template_id.eq(id)).into_boxed();
    if let Some(before) = before {
        query = query.filter(r::day.lt(before));
    }
    Ok(query.order(r::day.desc()).limit(rows).select((r::day, r::restock_id, r::reason, r::ran_at)).load(conn)?)
}
