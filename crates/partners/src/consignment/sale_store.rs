//! The table of what was earned with consigned goods.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel::dsl::sum;
use diesel::prelude::*;

use super::model::{ConsignedSaleId, ConsignmentId, NewSale, SaleKind};
use kit::clock::Timestamp;
use kit::db::types::whole;
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::{consigned_sales, consignment_payments};
use market::packs::PackId;
use market::packs::model::per_pack;

pub(super) fn insert_sale(tx: &mut Tx<'_>, of: ConsignmentId, sale: &NewSale) -> Result<(), DbError> {
    diesel::insert_into(consigned_sales::table)
        .values((
            consigned_sales::id.eq(ConsignedSaleId::new()),
            consigned_sales::consignment_id.eq(of),
            consigned_sales::pack_id.eq(sale.pack),
            consigned_sales::kind.eq(sale.kind),
            consigned_sales::quantity.eq(sale.quantity),
            consigned_sales::gross.eq(sale.gross),
            consigned_sales::share.eq(sale.share),
            consigned_sales::due.eq(sale.due),
            consigned_sales::happened_at.eq(sale.happened_at),
            consigned_sales::business_date.eq(sale.counts_at.business_date()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What the till sold after `after` and until `until`, by pack.
pub(super) fn at_till(
    conn: &mut Conn,
    of: ConsignmentId,
    after: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<BTreeMap<PackId, i64>, DbError> {
    use consigned_sales as s;
    let mut sales =
        s::table.filter(s::consignment_id.eq(of).and(s::kind.eq(SaleKind::Till))).select((s::pack_id, s::quantity)).into_boxed();
    if let Some(after) = after {
        sales = sales.filter(s::happened_at.gt(after));
    }
    if let Some(until) = until {
        sales = sales.filter(s::happened_at.le(until));
    }
    let rows: Vec<(PackId, i64)> = sales.load(conn)?;
    Ok(per_pack(rows))
}

/// What was earned with one pack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earnings {
    pub quantity: i64,
    pub gross: Rupiah,
    pub share: Rupiah,
    pub due: Rupiah,
}

type Sum = Option<BigDecimal>;

fn rupiah(sum: Sum) -> Rupiah {
    Rupiah::new(whole(sum)).unwrap_or_default()
}

/// What was earned from `first` until `last`, by pack.
pub(super) fn earnings(
    conn: &mut Conn,
    of: ConsignmentId,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<BTreeMap<PackId, Earnings>, DbError> {
    use consigned_sales as s;
    let span = s::consignment_id.eq(of).and(s::business_date.between(first, last));
    let rows: Vec<(PackId, Sum, Sum, Sum, Sum)> = s::table
        .filter(span)
        .group_by(s::pack_id)
        .order(s::pack_id)
        .select((s::pack_id, sum(s::quantity), sum(s::gross), sum(s::share), sum(s::due)))
        .load(conn)?;
    let earned = rows.into_iter().map(|(pack, quantity, gross, share, due)| {
        (pack, Earnings { quantity: whole(quantity), gross: rupiah(gross), share: rupiah(share), due: rupiah(due) })
    });
    Ok(earned.collect())
}

/// What had come due, and what had been paid, until the end of `day`.
pub(super) fn until(conn: &mut Conn, of: ConsignmentId, day: NaiveDate) -> Result<(Rupiah, Rupiah), DbError> {
    use consigned_sales as s;
    use consignment_payments as p;
    let due: Sum = s::table.filter(s::consignment_id.eq(of).and(s::business_date.le(day))).select(sum(s::due)).first(conn)?;
    let paid: Sum = p::table.filter(p::consignment_id.eq(of).and(p::business_date.le(day))).select(sum(p::amount)).first(conn)?;
    Ok((rupiah(due), rupiah(paid)))
}
