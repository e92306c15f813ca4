//! Registering, signing in, staying signed in.

use chrono::Duration;

use super::model::{Account, Device, Guest, Opened, Registered, Rotation, Session};
use super::store;
use crate::permissions::{Action, Denied, Resource, authorize, principal};
use crate::villages::{self, NewVillage, VillageError, VillageId, VillageView};
use kit::auth::token::{Tokens, digest};
use kit::auth::{AccountId, Identity, SessionId};
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::phone::Phone;

/// A session that is not used for this long ends.
const IDLE_DAYS: i64 = 60;
/// How long a used refresh token still gives its successor again, on the same device.
const GRACE_SECONDS: i64 = 30;
/// A guest can follow her orders for this long.
const TRACKING_DAYS: i64 = 180;
/// A code to prove a number can be sent for this long.
const PROOF_HOURS: i64 = 24;
/// After so many wrong codes a new one must be asked for.
const MOST_ATTEMPTS: i32 = 5;
/// Ended sessions are kept this long for their owner to look at.
const KEPT_DAYS: i64 = 30;

/// What can happen to a person here.
#[derive(Debug)]
pub enum AccountError {
    WrongPhoneOrPassword,
    WrongPassword,
    SetUpTokenInvalid,
    Stale,
    NoSuchSession,
    NoHotline,
    CodeWrong,
    Denied(Denied),
    Village(VillageError),
}
impl Refusal for AccountError {}

impl From<Denied> for AccountError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

/// Opens an account, unless the number has one. Either way the caller learns nothing: a commit that
/// writes takes longer than one that does not, so a known number costs a write as well.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn register(tx: &mut Tx<'_>, person: &Registered) -> Result<(), DbError> {
    match store::by_phone(tx, &person.phone)? {
        None => store::insert(tx, person, false).map(drop),
        Some(_) => store::insert_nothing(tx, person),
    }
}

/// The account of a number.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn find_by_phone(conn: &mut Conn, phone: &Phone) -> Result<Option<AccountId>, DbError> {
    Ok(store::by_phone(conn, phone)?.map(|(id, _)| id))
}

/// The account of a number with its password's hash, for sign-in.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn credentials(conn: &mut Conn, phone: &Phone) -> Result<Option<(AccountId, String)>, DbError> {
    store::by_phone(conn, phone)
}

/// The account itself, for features that write down who someone was.
///
/// # Errors
/// [`DbError::NotFound`].
pub fn contact(conn: &mut Conn, id: AccountId) -> Result<Account, DbError> {
    store::get(conn, id)
}

/// Starts a session for someone whose password was right.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn open_session(tx: &mut Tx<'_>, account: AccountId, device: &Device, refresh_token: &str) -> Result<Opened, DbError> {
    let expires_at = tx.now().after(Duration::days(IDLE_DAYS));
    let session = store::open_session(tx, account, device, expires_at)?;
    store::add_refresh_token(tx, &digest(refresh_token), session)?;
    Ok(Opened { account, session, refresh_token: refresh_token.to_owned() })
}

/// Lets someone buy without an account; `tracking_token` is what she comes back with.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn open_guest(tx: &mut Tx<'_>, guest: &Guest, device: &Device, tracking_token: &str) -> Result<Identity, DbError> {
    let account = store::insert_guest(tx, guest)?;
    let expires_at = tx.now().after(Duration::days(TRACKING_DAYS));
    let session = store::open_session(tx, account, device, expires_at)?;
    store::add_tracking_token(tx, &digest(tracking_token), session)?;
    Ok(Identity { account, session, guest: true })
}

/// Who comes back with a tracking token, while it is good.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn track(conn: &mut Conn, now: Timestamp, tracking_token: &str) -> Result<Option<Identity>, DbError> {
    let found = store::tracked(conn, &digest(tracking_token), now)?;
    Ok(found.map(|(account, session)| Identity { account, session, guest: true }))
}

/// The guests who gave a proven number, for its holder to take over; their tokens end.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn take_over_guests(tx: &mut Tx<'_>, phone: &Phone) -> Result<Vec<AccountId>, DbError> {
    let guests = store::guests_of(tx, phone)?;
    store::end_sessions(tx, &guests)?;
    Ok(guests)
}

/// Begins to prove the caller's number: the code is to be sent from it to the village's hotline.
///
/// # Errors
/// [`AccountError::NoHotline`] when the village has no number to send it to.
pub fn begin_proof(tx: &mut Tx<'_>, who: Identity, village: VillageId, code: &str) -> Result<(Phone, Timestamp), Failure<AccountError>> {
    let now = tx.now();
    let account = me(tx, who, now)?;
    let hotline = villages::settings::settings(tx, village)?.hotline.ok_or(AccountError::NoHotline)?;
    let until = now.after(Duration::hours(PROOF_HOURS));
    store::replace_proof(tx, account.id, village, code, until)?;
    Ok((hotline, until))
}

/// The village's office saw `code` come from `phone`. Answers whether it was the right one; a wrong
/// one counts, which a refusal would undo.
///
/// # Errors
/// [`AccountError::Denied`] unless the caller is of the village's office.
pub fn finish_proof(tx: &mut Tx<'_>, who: Identity, village: VillageId, phone: &Phone, code: &str) -> Result<bool, Failure<AccountError>> {
    let now = tx.now();
    let person = principal(tx, who, now).map_err(|failure| failure.map(AccountError::from))?;
    let resource = Resource { village: Some(village), ..Resource::default() };
    authorize(&person, Action::ReviewEnterprise, &resource).map_err(AccountError::from)?;
    let Some(waiting) = store::proof(tx, village, phone, now)?.filter(|proof| proof.attempts < MOST_ATTEMPTS) else { return Ok(false) };
    if waiting.code != code {
        store::count_attempt(tx, waiting.account)?;
        return Ok(false);
    }
    store::prove(tx, waiting.account)?;
    Ok(true)
}

/// Exchanges a refresh token for its successor.
///
/// # Errors
/// [`DbError`] when the database fails; whatever becomes of the token is an answer.
pub fn rotate(tx: &mut Tx<'_>, tokens: &Tokens, presented: &str, device: &str) -> Result<Rotation, DbError> {
    let now = tx.now();
    let this = digest(presented);
    let Some(row) = store::refresh_token(tx, &this)? else { return Ok(Rotation::Refused) };
    if row.revoked_at.is_some() || row.expires_at <= now {
        return Ok(Rotation::Refused);
    }
    let successor = tokens.successor(presented);
    let opened = Opened { account: row.account, session: row.session, refresh_token: successor.clone() };
    let same_device = row.device == digest(device);
    match row.used_at {
        // A token that turns up on another device was copied off the first.
        _ if !same_device => {}
        None => {
            store::use_refresh_token(tx, &this)?;
            store::add_refresh_token(tx, &digest(&successor), row.session)?;
            store::touch(tx, row.session, now.after(Duration::days(IDLE_DAYS)))?;
            return Ok(Rotation::Continued(opened));
        }
        Some(used_at) => {
            let unused_successor = store::refresh_token(tx, &digest(&successor))?.is_some_and(|next| next.used_at.is_none());
            if unused_successor && now.since(used_at) <= Duration::seconds(GRACE_SECONDS) {
                return Ok(Rotation::Continued(opened));
            }
        }
    }
    store::revoke(tx, row.account, row.session)?;
    Ok(Rotation::Reused)
}

/// The caller's own account.
///
/// # Errors
/// [`AccountError::Denied`] when the session has ended.
pub fn me(conn: &mut Conn, who: Identity, now: Timestamp) -> Result<Account, Failure<AccountError>> {
    principal(conn, who, now).map_err(|failure| failure.map(AccountError::from))?;
    Ok(store::get(conn, who.account)?)
}

/// Changes the caller's own account.
///
/// # Errors
/// [`AccountError::Stale`] when it has changed since `version`.
pub fn edit(tx: &mut Tx<'_>, who: Identity, version: i32, change: impl Fn(&mut Account)) -> Result<Account, Failure<AccountError>> {
    let now = tx.now();
    let mut account = me(tx, who, now)?;
    change(&mut account);
    if !store::update(tx, &account, version)? {
        return Err(AccountError::Stale.into());
    }
    account.version = version.saturating_add(1);
    Ok(account)
}

/// The caller's sessions that are still open, newest first.
///
/// # Errors
/// [`AccountError::Denied`] when her own has ended.
pub fn sessions(conn: &mut Conn, who: Identity, now: Timestamp) -> Result<Vec<Session>, Failure<AccountError>> {
    principal(conn, who, now).map_err(|failure| failure.map(AccountError::from))?;
    Ok(store::live_sessions(conn, who.account, now)?)
}

/// Ends one of the caller's sessions.
///
/// # Errors
/// [`AccountError::NoSuchSession`] when it is not hers or has already ended.
pub fn revoke(tx: &mut Tx<'_>, who: Identity, session: SessionId) -> Result<(), Failure<AccountError>> {
    let now = tx.now();
    principal(tx, who, now).map_err(|failure| failure.map(AccountError::from))?;
    if store::revoke(tx, who.account, session)? { Ok(()) } else { Err(AccountError::NoSuchSession.into()) }
}

/// The hash of the caller's own password, to be verified before it is changed.
///
/// # Errors
/// [`AccountError::Denied`] when her session has ended.
pub fn password_hash(conn: &mut Conn, who: Identity, now: Timestamp) -> Result<String, Failure<AccountError>> {
    principal(conn, who, now).map_err(|failure| failure.map(AccountError::from))?;
    Ok(store::password_hash(conn, who.account)?)
}

/// Sets a new password for the caller and ends all her sessions but this one: whoever else knew the
/// old one is out.
///
/// # Errors
/// [`AccountError::Denied`] when her session has ended.
pub fn change_password(tx: &mut Tx<'_>, who: Identity, password_hash: &str) -> Result<(), Failure<AccountError>> {
    let now = tx.now();
    principal(tx, who, now).map_err(|failure| failure.map(AccountError::from))?;
    Ok(store::set_password(tx, who.account, password_hash, Some(who.session))?)
}

/// Sets a new password for the account of a number and ends all its sessions; for who sits at the
/// server, when someone has forgotten hers. Answers whether the number has an account.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn reset_password(tx: &mut Tx<'_>, phone: &Phone, password_hash: &str) -> Result<bool, DbError> {
    let Some((id, _)) = store::by_phone(tx, phone)? else { return Ok(false) };
    store::set_password(tx, id, password_hash, None)?;
    Ok(true)
}

/// Opens the account that runs the installation. If the number has an account, that one becomes it with
/// the new password, and its open sessions end: somebody else may have registered the number before.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn create_operator(tx: &mut Tx<'_>, person: &Registered) -> Result<AccountId, DbError> {
    if let Some((id, _)) = store::by_phone(tx, &person.phone)? {
        store::make_operator(tx, id, person)?;
        return Ok(id);
    }
    store::insert(tx, person, true)
}

/// Whether anybody has ever registered here.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn any(conn: &mut Conn) -> Result<bool, DbError> {
    store::any(conn)
}

/// Uses the set-up token: the first operator, the first village, and she its admin.
///
/// # Errors
/// [`AccountError::SetUpTokenInvalid`] when the token is unknown or used.
pub fn set_up(tx: &mut Tx<'_>, token: &str, person: &Registered, village: &NewVillage) -> Result<VillageView, Failure<AccountError>> {
    if !store::use_setup_token(tx, &digest(token))? {
        return Err(AccountError::SetUpTokenInvalid.into());
    }
    let account = create_operator(tx, person)?;
    found_village(tx, account, village)
}

/// Enters a village and makes `account` its first admin.
///
/// # Errors
/// [`AccountError::Village`] when the code is already in the house.
pub fn found_village(tx: &mut Tx<'_>, account: AccountId, village: &NewVillage) -> Result<VillageView, Failure<AccountError>> {
    let village = villages::create(tx, village).map_err(|failure| failure.map(AccountError::Village))?;
    crate::enterprises::service::join_office(tx, village.id, account)?;
    Ok(village)
}

/// Keeps `token` as the way in, if nobody runs this installation yet and none was given out before.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn offer_set_up(tx: &mut Tx<'_>, token: &str) -> Result<bool, DbError> {
    if store::any_operator(tx)? || store::any_setup_token(tx)? {
        return Ok(false);
    }
    store::add_setup_token(tx, &digest(token))?;
    Ok(true)
}

/// Forgets sessions that ended a month ago.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize, DbError> {
    let before = tx.now().after(Duration::days(-KEPT_DAYS));
    store::sweep(tx, before)
}
