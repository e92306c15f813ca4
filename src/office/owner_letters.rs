//! Letters to the owners of an enterprise about the enterprise itself: where its money goes has changed.
//!
//! 1. Every owner with an address gets one, whoever made the change, so that nobody changes it behind another's back.
//! 2. A letter tells who and when, never an account number.
//! 3. An event becomes one job per letter, so that one address that fails holds up no other.

use diesel::prelude::*;
use serde_json::json;

use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::db::{Conn, Db, DbError, Failure, Never};
use kit::i18n::{Language, say};
use kit::jobs::{Job, enqueue};
use kit::mail::{Letter, Mailer};
use kit::schema::{accounts, enterprises, members};
use people::enterprises::{EnterpriseId, Role};

/// One letter to an owner is to be written.
pub const LETTER: &str = "owner_letter";

fn field<T: serde::de::DeserializeOwned>(job: &Job, name: &str) -> Result<T, String> {
    let value = job.payload.0.get(name).cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|_| format!("the job names no {name}"))
}

/// Makes one letter of a change for each owner.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn fan_out(db: &Db, job: &Job) -> Result<(), String> {
    let enterprise: EnterpriseId = field(job, "enterprise_id")?;
    let (event, told) = (job.kind.clone(), job.payload.0.clone());
    let written = db.write(move |tx| {
        for owner in owners(tx, enterprise)? {
            enqueue(tx, LETTER, json!({ "event": event, "account_id": owner, "about": told }))?;
        }
        Ok::<_, Failure<Never>>(())
    });
    written.await.map_err(|failure| format!("{failure:?}"))
}

fn owners(conn: &mut Conn, enterprise: EnterpriseId) -> Result<Vec<AccountId>, DbError> {
    let owners =
        members::table.inner_join(accounts::table).filter(members::enterprise_id.eq(enterprise).and(members::role.eq(Role::Owner)));
    Ok(owners.filter(accounts::email.is_not_null()).order(accounts::id).select(accounts::id).load(conn)?)
}

#[derive(serde::Deserialize)]
struct Change {
    enterprise_id: EnterpriseId,
    actor_id: AccountId,
    at: Timestamp,
}

/// Writes one letter and hands it to the mail server.
///
/// # Errors
/// In words, when it could not be done now.
pub async fn write(db: &Db, mailer: &Mailer, job: &Job) -> Result<(), String> {
    let (event, account): (String, AccountId) = (field(job, "event")?, field(job, "account_id")?);
    let about: Change = field(job, "about")?;
    let composed = db.read(move |conn| Ok::<_, Failure<Never>>(compose(conn, &event, account, &about)?)).await;
    match composed.map_err(|failure| format!("{failure:?}"))? {
        Some(letter) => mailer.send(letter).await,
        None => Ok(()),
    }
}

fn compose(conn: &mut Conn, event: &str, account: AccountId, about: &Change) -> Result<Option<Letter>, DbError> {
    let (name, email, language): (String, Option<String>, Language) =
        accounts::table.find(account).select((accounts::name, accounts::email, accounts::language)).first(conn)?;
    let Some(to) = email else { return Ok(None) };
    let enterprise: String = enterprises::table.find(about.enterprise_id).select(enterprises::name).first(conn)?;
    let actor: String = accounts::table.find(about.actor_id).select(accounts::name).first(conn)?;
    let day = about.at.business_date().format("%d-%m-%Y").to_string();
    let args = [("name", name.as_str()), ("enterprise", enterprise.as_str()), ("actor", actor.as_str()), ("day", day.as_str())];
    Ok(Some(Letter {
        to,
        subject: say(language, &format!("letter.{event}.subject"), &args),
        text: say(language, &format!("letter.{event}.text"), &args),
    }))
}
