//! Letters to sellers about their products: something ends, a change was decided.
//!
//! 1. A letter goes to each member of the enterprise who has an address, in her own language.
//! 2. An event becomes one job per letter, so that one address that fails holds up no other.
//! 3. A job names people and things by their ids; names are read when the letter is written.

use diesel::prelude::*;
use serde_json::Value;

use kit::auth::AccountId;
use kit::db::{Conn, Db, DbError, Failure, Never};
use kit::i18n::{Language, say};
use kit::jobs::{Job, enqueue};
use kit::mail::{Letter, Mailer};
use kit::schema::{accounts, enterprises, members, products};
use market::catalogue::ProductId;

/// One letter about a product is to be written.
pub const LETTER: &str = "product_letter";

fn text<'a>(payload: &'a Value, field: &str) -> Option<&'a str> {
    payload.get(field)?.as_str()
}

fn product_of(payload: &Value) -> Result<ProductId, String> {
    text(payload, "product_id").and_then(|id| id.parse().ok()).ok_or_else(|| "the job names no product".to_owned())
}

/// Makes one letter of an event for each member of the seller who has an address.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn fan_out(db: &Db, job: &Job) -> Result<(), String> {
    let product = product_of(&job.payload.0)?;
    let (event, payload) = (job.kind.clone(), job.payload.0.clone());
    let written = db.write(move |tx| {
        for reader in readers(tx, product)? {
            let mut letter = payload.clone();
            letter["event"] = Value::from(event.as_str());
            letter["account_id"] = Value::from(reader.to_string());
            enqueue(tx, LETTER, letter)?;
        }
        Ok::<_, Failure<Never>>(())
    });
    written.await.map_err(|failure| format!("{failure:?}"))
}

fn readers(conn: &mut Conn, product: ProductId) -> Result<Vec<AccountId>, DbError> {
    let of_seller = members::enterprise_id.eq(products::enterprise_id);
    let people = products::table.inner_join(members::table.on(of_seller).inner_join(accounts::table));
    let with_address = people.filter(products::id.eq(product).and(accounts::email.is_not_null()));
    Ok(with_address.order(accounts::id).select(accounts::id).load(conn)?)
}

/// Writes one letter and hands it to the mail server.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn write(db: &Db, mailer: &Mailer, job: &Job) -> Result<(), String> {
    let payload = job.payload.0.clone();
    let account: AccountId = text(&payload, "account_id").and_then(|id| id.parse().ok()).ok_or("the job names no account")?;
    let product = product_of(&payload)?;
    let letter = db
        .read(move |conn| Ok::<_, Failure<Never>>(compose(conn, &payload, account, product)?))
        .await
        .map_err(|failure| format!("{failure:?}"))?;
    match letter {
        Some(letter) => mailer.send(letter).await,
        None => Ok(()),
    }
}

fn compose(conn: &mut Conn, payload: &Value, account: AccountId, product: ProductId) -> Result<Option<Letter>, DbError> {
    let (name, email, language): (String, Option<String>, Language) =
        accounts::table.find(account).select((accounts::name, accounts::email, accounts::language)).first(conn)?;
    let Some(to) = email else { return Ok(None) };
    let (product, seller): (String, String) = products::table
        .inner_join(enterprises::table)
        .filter(products::id.eq(product))
        .select((products::name, enterprises::name))
        .first(conn)?;
    let event = text(payload, "event").unwrap_or_default();
    // What ends or was decided is a word of the catalogue.
    let word =
        |section: &str, field: &str| text(payload, field).map(|word| say(language, &format!("{section}.{word}"), &[])).unwrap_or_default();
    let (kind, outcome) = (word("lapse", "kind"), word("word", "outcome"));
    let given = |field: &str| text(payload, field).unwrap_or_default();
    let args = [
        ("name", name.as_str()),
        ("product", product.as_str()),
        ("seller", seller.as_str()),
        ("kind", kind.as_str()),
        ("outcome", outcome.as_str()),
        ("subject", given("subject")),
        ("day", given("lapses_on")),
        ("reason", given("reason")),
    ];
    Ok(Some(Letter {
        to,
        subject: say(language, &format!("letter.{event}.subject"), &args),
        text: say(language, &format!("letter.{event}.text"), &args),
    }))
}
