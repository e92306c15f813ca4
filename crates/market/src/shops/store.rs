//! The tables of shop terms and delivery zones.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{Holiday, NewZone, Shop, Terms, Zone, ZoneId};
use kit::clock::Timestamp;
use kit::columns;
use kit::db::types::Document;
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::{delivery_zones, shop_terms};
use people::enterprises::EnterpriseId;

#[derive(Queryable)]
struct Row {
    enterprise: EnterpriseId,
    minimum_order: Rupiah,
    answer_hours: i64,
    hand_over_days: i64,
    opening: Option<Document>,
    holiday_from: Option<chrono::NaiveDate>,
    holiday_until: Option<chrono::NaiveDate>,
    holiday_note: Option<String>,
    version: i32,
    updated_at: Timestamp,
}

impl Row {
    fn shop(self) -> Result<(EnterpriseId, Shop), DbError> {
        let broken = |error: serde_json::Error| DbError::from(diesel::result::Error::DeserializationError(Box::new(error)));
        let opening = self.opening.map(|hours| serde_json::from_value(hours.0)).transpose().map_err(broken)?;
        let days = self.holiday_from.zip(self.holiday_until);
        let terms = Terms {
            minimum_order: self.minimum_order,
            answer_hours: self.answer_hours,
            hand_over_days: self.hand_over_days,
            opening,
            holiday: days.map(|(from, until)| Holiday { from, until, note: self.holiday_note }),
        };
        Ok((self.enterprise, Shop { terms, version: self.version, updated_at: Some(self.updated_at) }))
    }
}

/// Those of these enterprises that have said something about their terms.
pub(super) fn shops(conn: &mut Conn, of: &[EnterpriseId]) -> Result<Vec<(EnterpriseId, Shop)>, DbError> {
    let rows: Vec<Row> = shop_terms::table
        .filter(shop_terms::enterprise_id.eq_any(of))
        .select((
            shop_terms::enterprise_id,
            shop_terms::minimum_order,
            shop_terms::answer_hours,
            shop_terms::hand_over_days,
            shop_terms::opening,
            shop_terms::holiday_from,
            shop_terms::holiday_until,
            shop_terms::holiday_note,
            shop_terms::version,
            shop_terms::updated_at,
        ))
        .load(conn)?;
    rows.into_iter().map(Row::shop).collect()
}

/// Writes the terms of an enterprise, if they are still at `version`; at 0 there are none yet.
pub(super) fn set_terms(tx: &mut Tx<'_>, id: EnterpriseId, version: i32, terms: &Terms) -> Result<bool, DbError> {
    let now = tx.now();
    // `Week` is made of strings and lists, which always have a JSON form.
    let opening = terms.opening.as_ref().and_then(|week| serde_json::to_value(week).ok()).map(Document);
    let holiday = terms.holiday.as_ref();
    let values = (
        shop_terms::minimum_order.eq(terms.minimum_order),
        shop_terms::answer_hours.eq(terms.answer_hours),
        shop_terms::hand_over_days.eq(terms.hand_over_days),
        shop_terms::opening.eq(opening),
        shop_terms::holiday_from.eq(holiday.map(|holiday| holiday.from)),
        shop_terms::holiday_until.eq(holiday.map(|holiday| holiday.until)),
        shop_terms::holiday_note.eq(holiday.and_then(|holiday| holiday.note.clone())),
        shop_terms::version.eq(version.saturating_add(1)),
        shop_terms::updated_at.eq(now),
    );
    let written = if version == 0 {
        let row = (shop_terms::enterprise_id.eq(id), values);
        diesel::insert_into(shop_terms::table).values(row).execute(&mut **tx)?
    } else {
        let standing = shop_terms::table.filter(shop_terms::enterprise_id.eq(id).and(shop_terms::version.eq(version)));
        diesel::update(standing).set(values).execute(&mut **tx)?
    };
    Ok(written == 1)
}

columns!(
    Columns, COLUMNS:
    delivery_zones::id,
    delivery_zones::enterprise_id,
    delivery_zones::name,
    delivery_zones::fee,
    delivery_zones::minimum_order,
    delivery_zones::version,
    delivery_zones::created_at,
    delivery_zones::updated_at,
);

/// The zone with this id, unless it was taken away.
pub(super) fn zone(conn: &mut Conn, id: ZoneId) -> Result<Zone, DbError> {
    let here = delivery_zones::table.filter(delivery_zones::id.eq(id).and(delivery_zones::active));
    Ok(here.select(COLUMNS).first(conn)?)
}

pub(super) fn zones(conn: &mut Conn, of: EnterpriseId, most: i64) -> Result<Vec<Zone>, DbError> {
    let theirs = delivery_zones::table.filter(delivery_zones::enterprise_id.eq(of).and(delivery_zones::active));
    Ok(theirs.order(delivery_zones::id).limit(most).select(COLUMNS).load(conn)?)
}

pub(super) fn zones_by_ids(conn: &mut Conn, ids: &[ZoneId]) -> Result<Vec<Zone>, DbError> {
    let these = delivery_zones::table.filter(delivery_zones::id.eq_any(ids).and(delivery_zones::active));
    Ok(these.order(delivery_zones::id).select(COLUMNS).load(conn)?)
}

pub(super) fn count_zones(conn: &mut Conn, of: EnterpriseId) -> Result<i64, DbError> {
    let theirs = delivery_zones::table.filter(delivery_zones::enterprise_id.eq(of).and(delivery_zones::active));
    Ok(theirs.select(count_star()).first(conn)?)
}

pub(super) fn insert_zone(tx: &mut Tx<'_>, of: EnterpriseId, new: &NewZone) -> Result<ZoneId, DbError> {
    let (id, now) = (ZoneId::new(), tx.now());
    diesel::insert_into(delivery_zones::table)
        .values((
            delivery_zones::id.eq(id),
            delivery_zones::enterprise_id.eq(of),
            delivery_zones::name.eq(&new.name),
            delivery_zones::fee.eq(new.fee.amount()),
            delivery_zones::minimum_order.eq(new.minimum_order.amount()),
            delivery_zones::active.eq(true),
            delivery_zones::version.eq(1),
            delivery_zones::created_at.eq(now),
            delivery_zones::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Writes the zone as it is now, if nobody has changed it since `version`.
pub(super) fn update_zone(tx: &mut Tx<'_>, zone: &Zone, version: i32) -> Result<bool, DbError> {
    let now = tx.now();
    let standing = delivery_zones::table.filter(delivery_zones::id.eq(zone.id).and(delivery_zones::version.eq(version)));
    let changed = diesel::update(standing.filter(delivery_zones::active))
        .set((
            delivery_zones::name.eq(&zone.name),
            delivery_zones::fee.eq(zone.fee),
            delivery_zones::minimum_order.eq(zone.minimum_order),
            delivery_zones::version.eq(version.saturating_add(1)),
            delivery_zones::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

pub(super) fn deactivate_zone(tx: &mut Tx<'_>, id: ZoneId) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(delivery_zones::table.find(id))
        .set((
            delivery_zones::active.eq(false),
            delivery_zones::version.eq(delivery_zones::version + 1),
            delivery_zones::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
