//! Letters: an order placed is told to its seller, an order accepted to its buyer.
//!
//! 1. A letter goes to an account that has an address, in the account's language.
//! 2. An event becomes one job per letter, so that one address that fails holds up no other.
//! 3. A job names people by their id; names and addresses are read when the letter is written.

use diesel::prelude::*;
use serde_json::json;

use kit::auth::AccountId;
use kit::db::{Conn, Db, DbError, Failure, Never};
use kit::i18n::{Language, say};
use kit::jobs::{Job, enqueue};
use kit::mail::{Letter, Mailer};
use kit::schema::{accounts, enterprises, members, orders};
use market::orders::{OrderId, jobs};
use market::{claims, payments};

/// One letter is to be written.
pub const LETTER: &str = "letter";

/// Makes one letter of an order's event for each of its readers.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn fan_out(db: &Db, job: &Job) -> Result<(), String> {
    let order = jobs::order_of(job).ok_or("the job names no order")?;
    let event = job.kind.clone();
    let written = db.write(move |tx| {
        for reader in readers(tx, &event, order)? {
            enqueue(tx, LETTER, json!({ "event": event, "order_id": order, "account_id": reader }))?;
        }
        Ok::<_, Failure<Never>>(())
    });
    written.await.map_err(|failure| format!("{failure:?}"))
}

fn readers(conn: &mut Conn, event: &str, order: OrderId) -> Result<Vec<AccountId>, DbError> {
    if matches!(event, jobs::PLACED | jobs::CHANGE_DECIDED | claims::jobs::OPENED) {
        let members = orders::table.inner_join(members::table.on(members::enterprise_id.eq(orders::seller_id)).inner_join(accounts::table));
        let with_address = members.filter(orders::id.eq(order).and(accounts::email.is_not_null()));
        return Ok(with_address.order(accounts::id).select(accounts::id).load(conn)?);
    }
    let buyer = orders::table.inner_join(accounts::table.on(orders::buyer_id.eq(accounts::id.nullable())));
    Ok(buyer.filter(orders::id.eq(order).and(accounts::email.is_not_null())).select(accounts::id).load(conn)?)
}

/// Writes one letter and hands it to the mail server.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn write(db: &Db, mailer: &Mailer, job: &Job) -> Result<(), String> {
    let text = |field: &str| job.payload.0.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
    let event = text("event").ok_or("the job names no event")?;
    let account: AccountId = text("account_id").and_then(|id| id.parse().ok()).ok_or("the job names no account")?;
    let order = jobs::order_of(job).ok_or("the job names no order")?;
    let letter = db
        .read(move |conn| Ok::<_, Failure<Never>>(compose(conn, &event, account, order)?))
        .await
        .map_err(|failure| format!("{failure:?}"))?;
    match letter {
        Some(letter) => mailer.send(letter).await,
        None => Ok(()),
    }
}

fn compose(conn: &mut Conn, event: &str, account: AccountId, order: OrderId) -> Result<Option<Letter>, DbError> {
    let (name, email, language): (String, Option<String>, Language) =
        accounts::table.find(account).select((accounts::name, accounts::email, accounts::language)).first(conn)?;
    let Some(to) = email else { return Ok(None) };
    let (number, seller): (String, String) = orders::table
        .inner_join(enterprises::table)
        .filter(orders::id.eq(order))
        .select((orders::number, enterprises::name))
        .first(conn)?;
    // What cannot be summed was never ordered.
    let total = payments::service::bill(conn, order)?.charge().unwrap_or_default().to_string();
    let args = [("name", name.as_str()), ("number", number.as_str()), ("seller", seller.as_str()), ("total", total.as_str())];
    Ok(Some(Letter {
        to,
        subject: say(language, &format!("letter.{event}.subject"), &args),
        text: say(language, &format!("letter.{event}.text"), &args),
    }))
}
