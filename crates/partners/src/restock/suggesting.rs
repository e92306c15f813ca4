//! What a warung will need until the maker comes: what was sold per day, times the days to the next visit.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::levels::coming;
use super::rules;
use super::service::{Outcome, seen_by};
use crate::agreements;
use crate::consignment::service::on_sale;
use crate::consignment::statement::sold_since;
use crate::till;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::Conn;
use market::inventory;
use market::packs::PackId;
use people::enterprises::EnterpriseId;
use people::permissions::Action;

/// So many days of sales are looked at.
const LOOKED_AT_DAYS: u64 = 28;
/// Where no visit is agreed the maker is expected in so many days.
const USUAL_DAYS: u64 = 7;

/// What is suggested of one pack.
#[derive(Clone, Debug)]
pub struct Suggested {
    pub pack: PackId,
    pub product_name: String,
    pub pack_label: String,
    pub sold: i64,
    pub on_hand: i64,
    pub needed: i64,
    /// What may still come.
    pub coming: i64,
}

/// What is suggested, and what it is based on.
#[derive(Clone, Debug)]
pub struct Suggestion {
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub days: i64,
    pub visits: i32,
    pub next_visit_on: NaiveDate,
    pub days_to_go: i64,
    pub lines: Vec<Suggested>,
}

/// What `warung` will need of a maker's goods until she comes.
///
/// # Errors
/// [`super::service::RestockError::Denied`].
pub fn suggest(conn: &mut Conn, who: Identity, now: Timestamp, warung: EnterpriseId, maker: EnterpriseId) -> Outcome<Suggestion> {
    seen_by(conn, who, now, &[warung], Action::ViewEnterprise)?;
    let last = now.business_date();
    let earliest = last - Days::new(LOOKED_AT_DAYS - 1);
    let (consignment, consigned) = sold_since(conn, maker, warung, (earliest, last))?;
    let begun = consignment.as_ref().map_or(earliest, |one| one.created_at.business_date());
    let first = earliest.max(begun);
    let own = till::own_sold_since(conn, warung, Timestamp::in_village(first, 0))?;
    let next_visit_on = match consignment.as_ref().and_then(|one| one.next_visit_on) {
        Some(day) if day > last => day,
        Some(_) | None => match agreements::consignment_in_force(conn, maker, warung, now)? {
            Some(in_force) => in_force.terms.visit_days.next_from(last + Days::new(1)),
            None => last + Days::new(USUAL_DAYS),
        },
    };
    let (days, days_to_go) = ((last - first).num_days() + 1, (next_visit_on - last).num_days());
    let packs: BTreeSet<PackId> = consigned.keys().chain(own.keys()).copied().collect();
    let packs: Vec<PackId> = packs.into_iter().collect();
    let coming = coming(conn, maker, warung)?;
    let held = inventory::held_of(conn, warung, &packs)?;
    let count = |these: &BTreeMap<PackId, i64>, pack: PackId| these.get(&pack).copied().unwrap_or(0);
    let line = |(pack, offer): (PackId, market::packs::model::Offer)| {
        let sold = count(&consigned, pack) + count(&own, pack);
        let on_hand = held.iter().filter(|row| row.pack == pack).map(|row| row.on_hand).sum();
        Suggested {
            pack,
            product_name: offer.product.content.name.to_string(),
            pack_label: offer.pack.row.label,
            sold,
            on_hand,
            needed: rules::needed(sold, days, days_to_go),
            coming: count(&coming, pack),
        }
    };
    let lines = on_sale(conn, maker, &packs)?.into_iter().map(line).collect();
    let visits = consignment.map_or(0, |one| one.visits);
    Ok(Suggestion { first, last, days, visits, next_visit_on, days_to_go, lines })
}
