//! The table of money for supplier orders.

use diesel::prelude::*;

use super::model::{Money, PaymentState, SupplierOrderId, SupplierPaymentId};
use crate::debts::Method;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::money::Rupiah;
use kit::schema::supplier_payments;
use people::permissions::By;

columns!(
    Columns, COLUMNS:
    supplier_payments::id,
    supplier_payments::order_id,
    supplier_payments::method,
    supplier_payments::amount,
    supplier_payments::state,
    supplier_payments::created_at,
    supplier_payments::settled_at,
    supplier_payments::settled_by,
    supplier_payments::settled_for,
    supplier_payments::reason,
);

/// All money told for these orders, that of one together and in its order.
pub(super) fn of(conn: &mut Conn, orders: &[SupplierOrderId]) -> Result<Vec<Money>, DbError> {
    let theirs = supplier_payments::table.filter(supplier_payments::order_id.eq_any(orders));
    Ok(theirs.order(supplier_payments::id).select(COLUMNS).load(conn)?)
}

pub(super) fn get(conn: &mut Conn, id: SupplierPaymentId) -> Result<Money, DbError> {
    Ok(supplier_payments::table.find(id).select(COLUMNS).first(conn)?)
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    id: SupplierOrderId,
    (method, amount): (Method, Rupiah),
    by: By<'_>,
) -> Result<SupplierPaymentId, DbError> {
    let (payment, now) = (SupplierPaymentId::new(), tx.now());
    diesel::insert_into(supplier_payments::table)
        .values((
            supplier_payments::id.eq(payment),
            supplier_payments::order_id.eq(id),
            supplier_payments::method.eq(method),
            supplier_payments::amount.eq(amount),
            supplier_payments::state.eq(PaymentState::Claimed),
            supplier_payments::actor_id.eq(by.actor),
            supplier_payments::on_behalf_of.eq(by.on_behalf_of),
            supplier_payments::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(payment)
}

/// Ends a claim; answers whether it still stood.
pub(super) fn settle(tx: &mut Tx<'_>, id: SupplierPaymentId, to: PaymentState, by: By<'_>) -> Result<bool, DbError> {
    let now = tx.now();
    let claimed = supplier_payments::table.filter(supplier_payments::id.eq(id).and(supplier_payments::state.eq(PaymentState::Claimed)));
    let settled = (
        supplier_payments::state.eq(to),
        supplier_payments::settled_at.eq(now),
        supplier_payments::settled_by.eq(by.actor),
        supplier_payments::settled_for.eq(by.on_behalf_of),
        supplier_payments::reason.eq(by.reason),
    );
    Ok(diesel::update(claimed).set(settled).execute(&mut **tx)? == 1)
}
