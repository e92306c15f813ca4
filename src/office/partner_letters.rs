//! Letters about dealings between partners: a notice becomes a letter to each member who has an address.
//!
//! 1. A letter goes in the account's own language, and names the other side as it is called when the letter is written.
//! 2. A notice becomes one job per letter, so that one address that fails holds up no other.
//! 3. What an enterprise without any address is told stands in the app alone.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use kit::auth::AccountId;
use kit::db::{Conn, Db, DbError, Failure, Never};
use kit::i18n::{Language, find, say};
use kit::jobs::{Job, enqueue};
use kit::mail::{Letter, Mailer};
use kit::schema::{accounts, enterprises, members};
use partners::notices::{Message, message_of};

/// One letter is to be written.
pub const LETTER: &str = "partner_letter";

/// A letter on its way to one account.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Addressed {
    account: AccountId,
    message: Message,
}

/// Makes one letter of a notice for each of its readers.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn fan_out(db: &Db, job: &Job) -> Result<(), String> {
    let message = message_of(job).ok_or("the job holds no notice")?;
    let written = db.write(move |tx| {
        let theirs = members::table.inner_join(accounts::table).filter(members::enterprise_id.eq(message.to));
        let readers: Vec<AccountId> =
            theirs.filter(accounts::email.is_not_null()).order(accounts::id).select(accounts::id).load(&mut **tx)?;
        for account in readers {
            let letter = Addressed { account, message: message.clone() };
            enqueue(tx, LETTER, serde_json::to_value(letter).unwrap_or_default())?;
        }
        Ok::<_, Failure<Never>>(())
    });
    written.await.map_err(|failure| format!("{failure:?}"))
}

/// Writes one letter and hands it to the mail server.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn write(db: &Db, mailer: &Mailer, job: &Job) -> Result<(), String> {
    let Addressed { account, message } = serde_json::from_value(job.payload.0.clone()).map_err(|error| error.to_string())?;
    let letter = db.read(move |conn| Ok::<_, Failure<Never>>(compose(conn, account, &message)?)).await;
    match letter.map_err(|failure| format!("{failure:?}"))? {
        Some(letter) => mailer.send(letter).await,
        None => Ok(()),
    }
}

fn compose(conn: &mut Conn, account: AccountId, message: &Message) -> Result<Option<Letter>, DbError> {
    let (name, email, language): (String, Option<String>, Language) =
        accounts::table.find(account).select((accounts::name, accounts::email, accounts::language)).first(conn)?;
    let Some(to) = email else { return Ok(None) };
    let called = |conn: &mut Conn, id| enterprises::table.find(id).select(enterprises::name).first::<String>(conn);
    let (own, partner) = (called(conn, message.to)?, called(conn, message.from)?);
    // A state is told in the reader's words.
    let fact = find(language, &format!("word.{}", message.fact), &[]).unwrap_or_else(|| message.fact.clone());
    let args = [("name", name.as_str()), ("own", own.as_str()), ("partner", partner.as_str()), ("fact", fact.as_str())];
    Ok(Some(Letter {
        to,
        subject: say(language, &format!("letter.{}.subject", message.notice), &args),
        text: say(language, &format!("letter.{}.text", message.notice), &args),
    }))
}
