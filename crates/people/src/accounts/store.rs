//! The tables of accounts, sessions, refresh tokens and set-up tokens.

use diesel::prelude::*;

use super::model::{Account, Device, Guest, Registered, Session};
use crate::villages::VillageId;
use kit::auth::{AccountId, SessionId};
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Tx};
use kit::phone::Phone;
use kit::schema::{accounts, phone_proofs, refresh_tokens, sessions, setup_tokens, tracking_tokens};

pub(super) fn by_phone(conn: &mut Conn, phone: &Phone) -> Result<Option<(AccountId, String)>, DbError> {
    let numbered = accounts::table.filter(accounts::phone.eq(phone).and(accounts::guest.eq(false)));
    let found = numbered.select((accounts::id, accounts::password_hash));
    Ok(found.first(conn).optional()?)
}

pub(super) fn get(conn: &mut Conn, id: AccountId) -> Result<Account, DbError> {
    use accounts::{created_at, email, guest, language, name, operator, phone, phone_proven_at, version};
    let columns = (accounts::id, phone, email, name, language, operator, guest, phone_proven_at, created_at, version);
    Ok(accounts::table.find(id).select(columns).first(conn)?)
}

pub(super) fn password_hash(conn: &mut Conn, id: AccountId) -> Result<String, DbError> {
    Ok(accounts::table.find(id).select(accounts::password_hash).first(conn)?)
}

pub(super) fn insert(tx: &mut Tx<'_>, person: &Registered, operator: bool) -> Result<AccountId, DbError> {
    insert_under(tx, person.phone.as_str(), person, operator)
}

/// The writes of [`insert`] and nothing that stays: an account under a number that cannot be one, and away again.
pub(super) fn insert_nothing(tx: &mut Tx<'_>, person: &Registered) -> Result<(), DbError> {
    let no_number = format!("-{}", AccountId::new());
    let id = insert_under(tx, &no_number, person, false)?;
    diesel::delete(accounts::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

fn insert_under(tx: &mut Tx<'_>, phone: &str, person: &Registered, operator: bool) -> Result<AccountId, DbError> {
    let (id, now) = (AccountId::new(), tx.now());
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::phone.eq(phone),
            accounts::email.eq(person.email.as_ref().map(|email| &email.0)),
            accounts::name.eq(&person.name),
            accounts::password_hash.eq(&person.password_hash),
            accounts::language.eq(person.language),
            accounts::operator.eq(operator),
            accounts::guest.eq(false),
            accounts::created_at.eq(now),
            accounts::version.eq(1),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Someone known by a number alone; no password can be right for her.
pub(super) fn insert_guest(tx: &mut Tx<'_>, guest: &Guest) -> Result<AccountId, DbError> {
    let (id, now) = (AccountId::new(), tx.now());
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::phone.eq(&guest.phone),
            accounts::name.eq(&guest.name),
            accounts::password_hash.eq("-"),
            accounts::language.eq(guest.language),
            accounts::operator.eq(false),
            accounts::guest.eq(true),
            accounts::created_at.eq(now),
            accounts::version.eq(1),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

pub(super) fn guests_of(conn: &mut Conn, phone: &Phone) -> Result<Vec<AccountId>, DbError> {
    Ok(accounts::table.filter(accounts::phone.eq(phone).and(accounts::guest.eq(true))).select(accounts::id).load(conn)?)
}

pub(super) fn add_tracking_token(tx: &mut Tx<'_>, digest: &str, session: SessionId) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(tracking_tokens::table)
        .values((tracking_tokens::digest.eq(digest), tracking_tokens::session_id.eq(session), tracking_tokens::created_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// The live session behind a tracking token.
pub(super) fn tracked(conn: &mut Conn, digest: &str, now: Timestamp) -> Result<Option<(AccountId, SessionId)>, DbError> {
    let row = tracking_tokens::table
        .inner_join(sessions::table)
        .filter(tracking_tokens::digest.eq(digest).and(sessions::revoked_at.is_null()).and(sessions::expires_at.gt(now)))
        .select((sessions::account_id, sessions::id));
    Ok(row.first(conn).optional()?)
}

pub(super) fn end_sessions(tx: &mut Tx<'_>, of: &[AccountId]) -> Result<(), DbError> {
    let now = tx.now();
    let open = sessions::table.filter(sessions::account_id.eq_any(of).and(sessions::revoked_at.is_null()));
    diesel::update(open).set(sessions::revoked_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

/// A code that waits to be sent from the number it is about.
#[derive(Queryable)]
pub(super) struct ProofRow {
    pub account: AccountId,
    pub code: String,
    pub attempts: i32,
}

pub(super) fn replace_proof(tx: &mut Tx<'_>, account: AccountId, village: VillageId, code: &str, until: Timestamp) -> Result<(), DbError> {
    use phone_proofs as p;
    let now = tx.now();
    diesel::delete(p::table.find(account)).execute(&mut **tx)?;
    diesel::insert_into(p::table)
        .values((
            p::account_id.eq(account),
            p::village_id.eq(village),
            p::code.eq(code),
            p::attempts.eq(0),
            p::created_at.eq(now),
            p::expires_at.eq(until),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn proof(conn: &mut Conn, village: VillageId, phone: &Phone, now: Timestamp) -> Result<Option<ProofRow>, DbError> {
    use phone_proofs as p;
    let waiting = p::table.inner_join(accounts::table).filter(p::village_id.eq(village).and(p::expires_at.gt(now)));
    let row = waiting.filter(accounts::phone.eq(phone)).select((accounts::id, p::code, p::attempts));
    Ok(row.first(conn).optional()?)
}

pub(super) fn count_attempt(tx: &mut Tx<'_>, account: AccountId) -> Result<(), DbError> {
    use phone_proofs as p;
    diesel::update(p::table.find(account)).set(p::attempts.eq(p::attempts + 1)).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn prove(tx: &mut Tx<'_>, account: AccountId) -> Result<(), DbError> {
    let now = tx.now();
    diesel::delete(phone_proofs::table.find(account)).execute(&mut **tx)?;
    diesel::update(accounts::table.find(account)).set(accounts::phone_proven_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

/// Whoever had this number before is shut out: its password is the new one and its sessions end.
pub(super) fn make_operator(tx: &mut Tx<'_>, id: AccountId, person: &Registered) -> Result<(), DbError> {
    diesel::update(accounts::table.find(id))
        .set((accounts::operator.eq(true), accounts::name.eq(&person.name), accounts::version.eq(accounts::version + 1)))
        .execute(&mut **tx)?;
    set_password(tx, id, &person.password_hash, None)
}

/// Sets a new password and ends every session but `keep`.
pub(super) fn set_password(tx: &mut Tx<'_>, id: AccountId, password_hash: &str, keep: Option<SessionId>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(accounts::table.find(id)).set(accounts::password_hash.eq(password_hash)).execute(&mut **tx)?;
    let open = sessions::table.filter(sessions::account_id.eq(id).and(sessions::revoked_at.is_null()));
    match keep {
        Some(keep) => diesel::update(open.filter(sessions::id.ne(keep))).set(sessions::revoked_at.eq(now)).execute(&mut **tx)?,
        None => diesel::update(open).set(sessions::revoked_at.eq(now)).execute(&mut **tx)?,
    };
    Ok(())
}

pub(super) fn any(conn: &mut Conn) -> Result<bool, DbError> {
    Ok(diesel::select(diesel::dsl::exists(accounts::table.select(accounts::id))).get_result(conn)?)
}

pub(super) fn any_operator(conn: &mut Conn) -> Result<bool, DbError> {
    Ok(diesel::select(diesel::dsl::exists(accounts::table.filter(accounts::operator.eq(true)))).get_result(conn)?)
}

/// Writes the account as it is now, if nobody has changed it since `version`.
pub(super) fn update(tx: &mut Tx<'_>, account: &Account, version: i32) -> Result<bool, DbError> {
    let unchanged = accounts::table.filter(accounts::id.eq(account.id).and(accounts::version.eq(version)));
    let changed = diesel::update(unchanged)
        .set((
            accounts::name.eq(&account.name),
            accounts::email.eq(&account.email),
            accounts::language.eq(account.language),
            accounts::version.eq(version.saturating_add(1)),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

pub(super) fn open_session(tx: &mut Tx<'_>, account: AccountId, device: &Device, expires_at: Timestamp) -> Result<SessionId, DbError> {
    let (id, now) = (SessionId::new(), tx.now());
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::account_id.eq(account),
            sessions::device.eq(kit::auth::token::digest(device.id.expose())),
            sessions::label.eq(&device.label),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::expires_at.eq(expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

pub(super) fn live_sessions(conn: &mut Conn, account: AccountId, now: Timestamp) -> Result<Vec<Session>, DbError> {
    let rows = sessions::table
        .filter(sessions::account_id.eq(account).and(sessions::revoked_at.is_null()).and(sessions::expires_at.gt(now)))
        .order(sessions::id.desc())
        .limit(100)
        .select((sessions::id, sessions::label, sessions::created_at, sessions::last_seen_at, sessions::expires_at));
    Ok(rows.load(conn)?)
}

pub(super) fn revoke(tx: &mut Tx<'_>, account: AccountId, session: SessionId) -> Result<bool, DbError> {
    let now = tx.now();
    let live = sessions::table.filter(sessions::id.eq(session).and(sessions::account_id.eq(account)).and(sessions::revoked_at.is_null()));
    Ok(diesel::update(live).set(sessions::revoked_at.eq(now)).execute(&mut **tx)? == 1)
}

pub(super) fn touch(tx: &mut Tx<'_>, session: SessionId, expires_at: Timestamp) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(sessions::table.find(session))
        .set((sessions::last_seen_at.eq(now), sessions::expires_at.eq(expires_at)))
        .execute(&mut **tx)?;
    Ok(())
}

/// A refresh token with the session it belongs to.
#[derive(Queryable)]
pub(super) struct RefreshRow {
    pub used_at: Option<Timestamp>,
    pub session: SessionId,
    pub account: AccountId,
    pub device: String,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

pub(super) fn refresh_token(conn: &mut Conn, digest: &str) -> Result<Option<RefreshRow>, DbError> {
    let row = refresh_tokens::table.inner_join(sessions::table).filter(refresh_tokens::digest.eq(digest)).select((
        refresh_tokens::used_at,
        sessions::id,
        sessions::account_id,
        sessions::device,
        sessions::expires_at,
        sessions::revoked_at,
    ));
    Ok(row.first(conn).optional()?)
}

pub(super) fn add_refresh_token(tx: &mut Tx<'_>, digest: &str, session: SessionId) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(refresh_tokens::table)
        .values((refresh_tokens::digest.eq(digest), refresh_tokens::session_id.eq(session), refresh_tokens::issued_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn use_refresh_token(tx: &mut Tx<'_>, digest: &str) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(refresh_tokens::table.find(digest)).set(refresh_tokens::used_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

/// Forgets sessions that ended before `before`, with their tokens.
pub(super) fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize, DbError> {
    let over = sessions::table.filter(sessions::expires_at.lt(before).or(sessions::revoked_at.lt(before))).select(sessions::id);
    let ids: Vec<SessionId> = over.limit(500).load(&mut **tx)?;
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(&ids))).execute(&mut **tx)?;
    diesel::delete(tracking_tokens::table.filter(tracking_tokens::session_id.eq_any(&ids))).execute(&mut **tx)?;
    Ok(diesel::delete(sessions::table.filter(sessions::id.eq_any(&ids))).execute(&mut **tx)?)
}

pub(super) fn any_setup_token(conn: &mut Conn) -> Result<bool, DbError> {
    Ok(diesel::select(diesel::dsl::exists(setup_tokens::table.select(setup_tokens::digest))).get_result(conn)?)
}

pub(super) fn add_setup_token(tx: &mut Tx<'_>, digest: &str) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(setup_tokens::table)
        .values((setup_tokens::digest.eq(digest), setup_tokens::created_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn use_setup_token(tx: &mut Tx<'_>, digest: &str) -> Result<bool, DbError> {
    let now = tx.now();
    let unused = setup_tokens::table.filter(setup_tokens::digest.eq(digest).and(setup_tokens::used_at.is_null()));
    Ok(diesel::update(unused).set(setup_tokens::used_at.eq(now)).execute(&mut **tx)? == 1)
}
