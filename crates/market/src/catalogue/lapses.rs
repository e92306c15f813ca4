//! What comes to its end: permits, halal certificates and batches, told 90, 30 and 7 days before, once each.
//!
//! The seller reads it on her product's page too, since not everyone has mail.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use serde_json::json;

use super::model::{Listing, Product, ProductId, State};
use crate::batches;
use crate::packs::PackId;
use kit::db::{Conn, DbError, Tx};
use kit::jobs::enqueue;
use kit::schema::{batches as made, lapse_warnings, packs, products};
use kit::word_enum;

/// A seller is to be told that something of hers ends.
pub const LAPSES: &str = "product_lapses";

/// The days before an end on which it is told, with the first day of each span: whoever enters a permit late is told once.
const SPANS: [(u64, u64); 3] = [(0, 7), (8, 30), (31, 90)];
/// The most that is looked at in one go; what is left is looked at next time.
const MOST: i64 = 500;

word_enum! {
    /// What ends.
    LapseKind {
        /// A P-IRT permit.
        Pirt = "pirt",
        /// A halal certificate.
        Halal = "halal",
        /// A production batch.
        Batch = "batch",
    }
}

/// Something with its last day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapse {
    pub kind: LapseKind,
    /// The permit's or certificate's number, the batch's code.
    pub subject: String,
    pub lapses_on: NaiveDate,
}

/// The last day of a permit that ends in `year`: the number tells no day.
fn last_day(year: i32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, 12, 31)
}

/// The permit and the certificate of a product, where they have an end.
fn of_papers(product: &Product) -> impl Iterator<Item = Lapse> {
    let pirt = product.content.pirt.as_ref().and_then(|number| {
        let lapses_on = last_day(number.expires_year()?)?;
        Some(Lapse { kind: LapseKind::Pirt, subject: number.to_string(), lapses_on })
    });
    let halal = product
        .content
        .halal
        .as_ref()
        .and_then(|halal| Some(Lapse { kind: LapseKind::Halal, subject: halal.number.as_str().to_owned(), lapses_on: halal.until? }));
    pirt.into_iter().chain(halal)
}

/// What of these products ends within 90 days or has ended, and the batches near their end.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn of_listings(conn: &mut Conn, listings: &[Listing], today: NaiveDate) -> Result<BTreeMap<ProductId, Vec<Lapse>>, DbError> {
    let packs: BTreeMap<PackId, ProductId> =
        listings.iter().flat_map(|listing| listing.packs.iter().map(|pack| (pack.row.id, pack.row.product_id))).collect();
    let ids: Vec<PackId> = packs.keys().copied().collect();
    let soon = today + Days::new(90);
    let mut all: BTreeMap<ProductId, Vec<Lapse>> = BTreeMap::new();
    for listing in listings {
        let due = of_papers(&listing.product).filter(|lapse| lapse.lapses_on <= soon).collect();
        all.insert(listing.product.id, due);
    }
    for batch in batches::good(conn, &ids, today)? {
        if let (true, Some(lapses_on), Some(product)) = (batch.is_near_its_end(today), batch.expires_on, packs.get(&batch.pack_id)) {
            all.entry(*product).or_default().push(Lapse { kind: LapseKind::Batch, subject: batch.code, lapses_on });
        }
    }
    Ok(all)
}

/// Looks for what ends soon, and has each seller told once for each span. Answers how many warnings that made.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn watch(tx: &mut Tx<'_>) -> Result<usize, DbError> {
    let today = tx.now().business_date();
    let mut warned = 0;
    for (first, last) in SPANS {
        let (from, until) = (today + Days::new(first), today + Days::new(last));
        let days = i32::try_from(last).unwrap_or(i32::MAX);
        // Packs of one product that were made under one code are one warning.
        let mut seen = BTreeSet::new();
        for (product, lapse, told) in ending(tx, from, until, days)? {
            if !seen.insert((product, lapse.kind, lapse.subject.clone(), lapse.lapses_on)) {
                continue;
            }
            mark(tx, product, &lapse, days)?;
            if told {
                let Lapse { kind, subject, lapses_on } = lapse;
                enqueue(tx, LAPSES, json!({ "product_id": product, "kind": kind, "subject": subject, "lapses_on": lapses_on }))?;
                warned += 1;
            }
        }
    }
    Ok(warned)
}

fn mark(tx: &mut Tx<'_>, product: ProductId, lapse: &Lapse, days: i32) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(lapse_warnings::table)
        .values((
            lapse_warnings::product_id.eq(product),
            lapse_warnings::kind.eq(lapse.kind),
            lapse_warnings::subject.eq(&lapse.subject),
            lapse_warnings::lapses_on.eq(lapse.lapses_on),
            lapse_warnings::days.eq(days),
            lapse_warnings::warned_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What ends between these days and has no mark for `days` yet, with whether its seller is to be told: a batch that
/// never had so many days is only marked.
fn ending(conn: &mut Conn, from: NaiveDate, until: NaiveDate, days: i32) -> Result<Vec<(ProductId, Lapse, bool)>, DbError> {
    use lapse_warnings as w;
    let on_sale = || products::state.eq_any([State::Published, State::Paused]);
    let marked =
        |kind: LapseKind| w::table.filter(w::product_id.eq(products::id).and(w::kind.eq(kind)).and(w::days.eq(days))).select(w::product_id);

    let certificates = products::table
        .filter(products::halal_until.between(from, until))
        .filter(on_sale())
        .filter(not(exists(
            marked(LapseKind::Halal)
                .filter(products::halal_number.eq(w::subject.nullable()).and(products::halal_until.eq(w::lapses_on.nullable()))),
        )))
        .select((products::id, products::halal_number.assume_not_null(), products::halal_until.assume_not_null()));
    let certificates: Vec<(ProductId, String, NaiveDate)> = certificates.order(products::id).limit(MOST).load(conn)?;
    let halal =
        certificates.into_iter().map(|(product, subject, lapses_on)| (product, Lapse { kind: LapseKind::Halal, subject, lapses_on }, true));

    let mut all: Vec<_> = halal.collect();
    // No span is as long as a year, so at most one year ends in it; the span may reach into the next.
    if let Some(lapses_on) = last_day(from.year()).filter(|day| *day <= until) {
        let permits = products::table
            .filter(products::pirt_expires_year.eq(lapses_on.year()))
            .filter(on_sale())
            .filter(not(exists(
                marked(LapseKind::Pirt).filter(products::pirt_number.eq(w::subject.nullable()).and(w::lapses_on.eq(lapses_on))),
            )))
            .select((products::id, products::pirt_number.assume_not_null()));
        let permits: Vec<(ProductId, String)> = permits.order(products::id).limit(MOST).load(conn)?;
        all.extend(permits.into_iter().map(|(product, subject)| (product, Lapse { kind: LapseKind::Pirt, subject, lapses_on }, true)));
    }

    let batches = made::table
        .inner_join(packs::table.inner_join(products::table))
        .filter(made::expires_on.between(from, until))
        .filter(on_sale().and(packs::active.eq(true)))
        .filter(not(exists(marked(LapseKind::Batch).filter(w::subject.eq(made::code).and(made::expires_on.eq(w::lapses_on.nullable()))))))
        .select((products::id, made::code, made::produced_on, made::expires_on.assume_not_null()));
    let batches: Vec<(ProductId, String, NaiveDate, NaiveDate)> = batches.order(made::id).limit(MOST).load(conn)?;
    all.extend(batches.into_iter().map(|(product, subject, produced_on, lapses_on)| {
        let lived_longer = (lapses_on - produced_on).num_days() > i64::from(days);
        (product, Lapse { kind: LapseKind::Batch, subject, lapses_on }, lived_longer)
    }));
    Ok(all)
}
