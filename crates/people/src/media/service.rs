//! What can be done with photos once they are in the house.

use serde_json::json;

use super::jobs::DISCARD;
use super::model::{Attachment, Media, MediaId, Purpose, Size};
use super::store;
use crate::enterprises;
use crate::permissions::{Denied, Resource, authorize, principal};
use kit::auth::{AccountId, Identity};
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::jobs;
use kit::objects::Digest;

/// Why a photo was not attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachError {
    /// There is none of this id that the caller uploaded.
    NoSuchPhoto,
    /// It was uploaded for something else.
    OtherPurpose,
    /// It belongs to another thing.
    InUse,
}
impl Refusal for AttachError {}

/// Attaches a photo that the caller uploaded, in the transaction of the act that names it. Attaching it where it is attached already
/// changes nothing, whoever of that side asks: an edit names the photos that stay. What the buyer uploaded proves nothing for the seller,
/// nor the other way about.
///
/// # Errors
/// [`AttachError`].
pub fn attach(tx: &mut Tx<'_>, who: AccountId, id: MediaId, purpose: Purpose, to: &Attachment<'_>) -> Result<(), Failure<AttachError>> {
    let media = found(tx, id)?;
    if media.subject.as_deref() == Some(to.subject) && media.purpose == purpose {
        let bought = |account: AccountId| to.buyer == Some(account);
        return if bought(media.owner) == bought(who) { Ok(()) } else { Err(AttachError::NoSuchPhoto.into()) };
    }
    may_attach(&media, who, purpose)?;
    if store::attach(tx, id, to)? { Ok(()) } else { Err(AttachError::InUse.into()) }
}

/// Whether [`attach`] would attach a photo to something it is not attached to yet, for acts that must know before they begin.
///
/// # Errors
/// [`AttachError`].
pub fn attachable(conn: &mut Conn, who: AccountId, id: MediaId, purpose: Purpose) -> Result<(), Failure<AttachError>> {
    let media = found(conn, id)?;
    may_attach(&media, who, purpose)?;
    if media.subject.is_none() { Ok(()) } else { Err(AttachError::InUse.into()) }
}

fn found(conn: &mut Conn, id: MediaId) -> Result<Media, Failure<AttachError>> {
    match store::get(conn, id) {
        Err(DbError::NotFound) => Err(AttachError::NoSuchPhoto.into()),
        other => Ok(other?),
    }
}

fn may_attach(media: &Media, who: AccountId, purpose: Purpose) -> Result<(), AttachError> {
    if media.owner != who {
        Err(AttachError::NoSuchPhoto)
    } else if media.purpose != purpose {
        Err(AttachError::OtherPurpose)
    } else {
        Ok(())
    }
}

/// Detaches a photo from the thing it belongs to; it is removed after this transaction.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn detach(tx: &mut Tx<'_>, id: MediaId, subject: &str) -> Result<(), DbError> {
    if store::detach(tx, id, subject)? {
        jobs::enqueue(tx, DISCARD, json!({ "media_id": id }))?;
    }
    Ok(())
}

/// Makes `after` the photos of a thing whose photos were `before`: attaches the new ones and detaches those that are not named any more.
///
/// # Errors
/// [`AttachError`].
pub fn replace(
    tx: &mut Tx<'_>,
    who: AccountId,
    before: &[MediaId],
    after: &[MediaId],
    purpose: Purpose,
    to: &Attachment<'_>,
) -> Result<(), Failure<AttachError>> {
    for id in after {
        attach(tx, who, *id, purpose, to)?;
    }
    for id in before.iter().filter(|id| !after.contains(id)) {
        detach(tx, *id, to.subject)?;
    }
    Ok(())
}

/// What can happen to a person who wants to see or remove a photo.
#[derive(Debug)]
pub enum MediaError {
    /// It belongs to something.
    InUse,
    Denied(Denied),
}
impl Refusal for MediaError {}

impl From<Denied> for MediaError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

/// Removes a photo that is attached to nothing, by who uploaded it.
///
/// # Errors
/// [`MediaError::InUse`] when it belongs to something.
pub fn discard(tx: &mut Tx<'_>, who: Identity, id: MediaId) -> Result<(), Failure<MediaError>> {
    let now = tx.now();
    let person = principal(tx, who, now).map_err(|failure| failure.map(MediaError::from))?;
    let media = store::get(tx, id)?;
    if media.owner != person.account {
        judge(tx, who, now, &media)?;
        return Err(MediaError::Denied(Denied::Forbidden).into());
    }
    if media.subject.is_some() {
        return Err(MediaError::InUse.into());
    }
    Ok(jobs::enqueue(tx, DISCARD, json!({ "media_id": id }))?)
}

/// Where a public photo lies.
///
/// # Errors
/// [`DbError::NotFound`], also for one that is not public.
pub fn public(conn: &mut Conn, id: MediaId, size: Size) -> Result<Digest, DbError> {
    let (media, digest) = store::with_variant(conn, id, size)?;
    if media.purpose.is_public() { Ok(digest) } else { Err(DbError::NotFound) }
}

/// Where a photo lies that not everyone may see, if `who` may.
///
/// # Errors
/// [`MediaError::Denied`].
pub fn private(conn: &mut Conn, who: Identity, now: Timestamp, id: MediaId, size: Size) -> Result<Digest, Failure<MediaError>> {
    let (media, digest) = store::with_variant(conn, id, size)?;
    judge(conn, who, now, &media)?;
    Ok(digest)
}

/// What guests uploaded, and what they bought that photos are about, is their account's from now on.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn adopt(tx: &mut Tx<'_>, guests: &[AccountId], account: AccountId) -> Result<(), DbError> {
    store::adopt(tx, guests, account)
}

/// Who uploaded it sees it; anyone else only what it is attached to may show her.
fn judge(conn: &mut Conn, who: Identity, now: Timestamp, media: &Media) -> Result<(), Failure<MediaError>> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(MediaError::from))?;
    if media.owner == person.account {
        return Ok(());
    }
    let (Some(action), Some(enterprise)) = (media.purpose.asks_for(), media.enterprise) else {
        return Err(MediaError::Denied(Denied::Hidden).into());
    };
    let resource = Resource { buyer: media.buyer, ..enterprises::service::get(conn, enterprise)?.resource() };
    authorize(&person, action, &resource).map_err(MediaError::from)?;
    Ok(())
}
