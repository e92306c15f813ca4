//! The tables of payment details.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::model::{BankAccount, Details, Event, Method, PaymentDetails};
use crate::enterprises::EnterpriseId;
use crate::permissions::By;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::types::Document;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::schema::{payment_details, payment_details_events};

columns!(
    Columns, COLUMNS:
    payment_details::cash_on_delivery,
    payment_details::cash_at_pickup,
    payment_details::bank_transfer,
    payment_details::qris,
    payment_details::bank_name,
    payment_details::account_number,
    payment_details::account_holder,
    payment_details::qris_code,
    payment_details::version,
    payment_details::updated_at,
);

type Row = (bool, bool, bool, bool, Option<String>, Option<String>, Option<String>, Option<String>, i32, Timestamp);

/// The accepted ways, told in the order of the columns.
fn ways([cash_on_delivery, cash_at_pickup, bank_transfer, qris]: [bool; 4]) -> BTreeSet<Method> {
    let ways = [
        (Method::CashOnDelivery, cash_on_delivery),
        (Method::CashAtPickup, cash_at_pickup),
        (Method::BankTransfer, bank_transfer),
        (Method::Qris, qris),
    ];
    ways.into_iter().filter_map(|(method, accepted)| accepted.then_some(method)).collect()
}

pub(super) fn get(conn: &mut Conn, enterprise: EnterpriseId) -> Result<Option<PaymentDetails>, DbError> {
    let row: Option<Row> = payment_details::table.find(enterprise).select(COLUMNS).first(conn).optional()?;
    Ok(row.map(|(delivery, pickup, transfer, qris, bank, number, holder, code, version, updated_at)| {
        // What was written was valid; what a value type no longer takes counts as absent.
        let account = bank.zip(number).zip(holder).and_then(|((bank, number), holder)| {
            Some(BankAccount { bank: bank.parse().ok()?, number: number.parse().ok()?, holder: holder.parse().ok()? })
        });
        let details =
            Details { methods: ways([delivery, pickup, transfer, qris]), bank: account, qris: code.and_then(|code| code.parse().ok()) };
        PaymentDetails { details, version, updated_at: Some(updated_at) }
    }))
}

/// The accepted ways of several enterprises; one that has said nothing is not among them.
pub(super) fn methods(conn: &mut Conn, of: &[EnterpriseId]) -> Result<Vec<(EnterpriseId, BTreeSet<Method>)>, DbError> {
    use payment_details as p;
    let rows: Vec<(EnterpriseId, bool, bool, bool, bool)> = p::table
        .filter(p::enterprise_id.eq_any(of))
        .select((p::enterprise_id, p::cash_on_delivery, p::cash_at_pickup, p::bank_transfer, p::qris))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, delivery, pickup, transfer, qris)| (id, ways([delivery, pickup, transfer, qris]))).collect())
}

/// Writes the details, if nobody has changed them since `version`.
pub(super) fn put(tx: &mut Tx<'_>, enterprise: EnterpriseId, new: &Details, version: i32) -> Result<bool, DbError> {
    use payment_details as p;
    let now = tx.now();
    let accepts = |method| new.methods.contains(&method);
    let bank = new.bank.as_ref();
    let values = (
        p::cash_on_delivery.eq(accepts(Method::CashOnDelivery)),
        p::cash_at_pickup.eq(accepts(Method::CashAtPickup)),
        p::bank_transfer.eq(accepts(Method::BankTransfer)),
        p::qris.eq(accepts(Method::Qris)),
        p::bank_name.eq(bank.map(|bank| bank.bank.as_str())),
        p::account_number.eq(bank.map(|bank| bank.number.as_str())),
        p::account_holder.eq(bank.map(|bank| bank.holder.as_str())),
        p::qris_code.eq(new.qris.as_ref().map(ToString::to_string)),
        p::version.eq(version.saturating_add(1)),
        p::updated_at.eq(now),
    );
    if version > 0 {
        let seen = payment_details::table.filter(p::enterprise_id.eq(enterprise).and(p::version.eq(version)));
        return Ok(diesel::update(seen).set(values).execute(&mut **tx)? == 1);
    }
    if get(tx, enterprise)?.is_some() {
        return Ok(false);
    }
    diesel::insert_into(payment_details::table).values((p::enterprise_id.eq(enterprise), values)).execute(&mut **tx)?;
    Ok(true)
}

pub(super) fn record(tx: &mut Tx<'_>, enterprise: EnterpriseId, new: &Details, by: By<'_>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(payment_details_events::table)
        .values((
            payment_details_events::id.eq(EventId::new()),
            payment_details_events::enterprise_id.eq(enterprise),
            payment_details_events::details.eq(Document(serde_json::json!(new))),
            payment_details_events::actor_id.eq(by.actor),
            payment_details_events::on_behalf_of.eq(by.on_behalf_of),
            payment_details_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn events(conn: &mut Conn, enterprise: EnterpriseId) -> Result<Vec<Event>, DbError> {
    use payment_details_events as e;
    let rows = e::table.filter(e::enterprise_id.eq(enterprise)).order(e::id.desc()).limit(100);
    Ok(rows.select((e::details, e::actor_id, e::on_behalf_of, e::at)).load(conn)?)
}
