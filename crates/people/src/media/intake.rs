//! How a photo comes into the house.
//!
//! The pixels are worked on outside any transaction. The rows are written before the objects: while a row uses an object nobody removes it,
//! so an answer that tells an id never tells one whose photo is on its way out.

use std::path::PathBuf;

use chrono::Duration;
use serde_json::json;

use super::jobs::DISCARD;
use super::model::{Media, NewMedia, Purpose, Size, Variant};
use super::store;
use crate::permissions::{Denied, principal};
use kit::auth::Identity;
use kit::db::{Db, Failure, Refusal, Tx};
use kit::jobs;
use kit::objects::{Digest, ObjectError, Objects};
use kit::pictures::{BadPicture, Copy, Darkroom, Declared, develop, inspect};

/// How long a photo may be attached to nothing.
const UNATTACHED_HOURS: i64 = 24;

/// What it takes to take in photos; cheap to clone.
#[derive(Clone)]
pub struct Studio {
    pub darkroom: Darkroom,
    pub objects: Objects,
    /// How many photos one account may upload in a day.
    pub most_a_day: i32,
}

/// A file on its way in.
#[derive(Debug)]
pub struct Incoming {
    /// Where it lies for the moment; whoever put it there takes it away.
    pub path: PathBuf,
    /// As the sender's device calls it.
    pub file_name: Option<String>,
    pub media_type: Option<String>,
}

/// A photo that is in the house.
#[derive(Clone, Debug)]
pub struct TakenIn {
    pub media: Media,
    /// From the smallest to the largest.
    pub variants: Vec<Variant>,
    /// Whether it was not here before.
    pub new: bool,
}

/// Why a photo was not taken in.
#[derive(Debug)]
pub enum IntakeError {
    Picture(BadPicture),
    /// She has uploaded so many today already.
    TooManyToday {
        most: i32,
    },
    /// Too much waits, or one of its objects is being removed at this moment.
    Busy,
    /// The object store does not answer.
    StoreDown,
    Denied(Denied),
}
impl Refusal for IntakeError {}

impl From<Denied> for IntakeError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

/// Takes in one photo: looks at it, makes its three sizes, writes it down and stores it.
///
/// # Errors
/// [`IntakeError`].
pub async fn take_in(db: &Db, studio: &Studio, who: Identity, purpose: Purpose, file: Incoming) -> Result<TakenIn, Failure<IntakeError>> {
    let most = studio.most_a_day;
    db.write(move |tx| admit(tx, who, most)).await?;
    let made = studio.darkroom.work(move || make(&file)).await;
    let (source, copies) = made.map_err(|_| IntakeError::Busy)?.map_err(IntakeError::Picture)?;
    let (variants, contents): (Vec<Variant>, Vec<_>) = copies.into_iter().unzip();
    let objects: Vec<_> = variants.iter().map(|variant| variant.digest.clone()).zip(contents).collect();
    let new = NewMedia { owner: who.account, purpose, source, variants };
    let taken = db.write(move |tx| record(tx, &new)).await?;
    for (digest, jpeg) in objects {
        studio.objects.put(&digest, jpeg).await.map_err(refused_store)?;
    }
    Ok(taken)
}

fn admit(tx: &mut Tx<'_>, who: Identity, most: i32) -> Result<(), Failure<IntakeError>> {
    let now = tx.now();
    principal(tx, who, now).map_err(|failure| failure.map(IntakeError::from))?;
    if store::count(tx, who.account, most)? { Ok(()) } else { Err(IntakeError::TooManyToday { most }.into()) }
}

/// From the largest to the smallest, with what is to be stored of each.
type Made = (Digest, Vec<(Variant, Vec<u8>)>);

fn make(file: &Incoming) -> Result<Made, BadPicture> {
    let bytes = std::fs::read(&file.path).map_err(|_| BadPicture::Broken)?;
    let declared = Declared { file_name: file.file_name.as_deref(), media_type: file.media_type.as_deref() };
    let picture = inspect(&bytes, declared)?;
    let source = Digest::of(&bytes);
    drop(bytes);
    let copies = develop(picture, &Size::MADE.map(Size::pixels))?;
    let made = Size::MADE.into_iter().zip(copies).map(|(size, copy)| (variant(size, &copy), copy.jpeg));
    Ok((source, made.collect()))
}

fn variant(size: Size, copy: &Copy) -> Variant {
    // Sizes are those made here: a width of at most 1080 and a height of at most three times that.
    let whole = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let bytes = i64::try_from(copy.jpeg.len()).unwrap_or(i64::MAX);
    Variant { size, digest: Digest::of(&copy.jpeg), width: whole(copy.width), height: whole(copy.height), bytes }
}

fn record(tx: &mut Tx<'_>, new: &NewMedia) -> Result<TakenIn, Failure<IntakeError>> {
    if let Some(media) = store::same(tx, new.owner, new.purpose, &new.source)? {
        let variants = store::variants(tx, media.id)?;
        return Ok(TakenIn { media, variants, new: false });
    }
    let digests: Vec<Digest> = new.variants.iter().map(|variant| variant.digest.clone()).collect();
    if store::removing(tx, &digests)? {
        return Err(IntakeError::Busy.into());
    }
    let id = store::insert(tx, new)?;
    let run_at = tx.now().after(Duration::hours(UNATTACHED_HOURS));
    jobs::enqueue_at(tx, DISCARD, json!({ "media_id": id }), run_at)?;
    Ok(TakenIn { media: store::get(tx, id)?, variants: store::variants(tx, id)?, new: true })
}

fn refused_store(error: ObjectError) -> Failure<IntakeError> {
    tracing::error!(%error, "a photo could not be stored");
    IntakeError::StoreDown.into()
}
