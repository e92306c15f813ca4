//! Pictures from people: looked at before they are decoded, and never kept as they came.
//!
//! 1. **Header first.** [`inspect`] reads the frame of the file: what it is, how large it would become, whether all of it is there and
//!    nothing else is with it. What fails costs no more memory than the file.
//! 2. **Only the picture is decoded.** Profiles, texts, EXIF and the rest are cut out before a decoder sees the file; of EXIF only the
//!    orientation is read.
//! 3. **What is kept is made here**: JPEGs of our own from the pixels, so that nothing of the file but its look goes on.
//! 4. It is heavy work: two at a time for the whole process, beside the threads that serve requests ([`Darkroom`]).

mod develop;
mod entropy;
mod jpeg;
mod png;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use image::metadata::Orientation;
use tokio::sync::Semaphore;

pub use develop::{Copy, develop, read_codes};

/// The largest file.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The most pixels.
pub const MOST_PIXELS: u64 = 40_000_000;
/// The most bytes the pixels may take once decoded; 16 bits a channel take twice as many as 8.
const MOST_DECODED_BYTES: u64 = 4 * MOST_PIXELS;
/// The longest side.
const LONGEST_SIDE: u32 = 16_384;
/// Below this nobody can be hurt, however small the file is: a drawing in few colours packs well.
const HARMLESS_BYTES: u64 = 16 * 1024 * 1024;
/// Above it, no photo packs to less than a two-hundredth.
const MOST_RATIO: u64 = 200;
/// How many pictures are worked on at once.
const AT_ONCE: usize = 2;
/// How many may wait.
const MOST_WAITING: usize = 32;

/// Why a file was refused. The words are codes of the message catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPicture {
    /// There is nothing in it.
    #[error("picture_empty")]
    Empty,
    /// More than [`MOST_BYTES`].
    #[error("picture_too_large")]
    TooLarge,
    /// Neither JPEG nor PNG.
    #[error("picture_of_other_kind")]
    OtherKind,
    /// Its name or declared type says something else than its content.
    #[error("picture_misnamed")]
    Misnamed,
    /// A part is missing or cannot be read.
    #[error("picture_broken")]
    Broken,
    /// More pixels than a camera needs.
    #[error("picture_too_many_pixels")]
    TooManyPixels,
    /// Moving pictures, inks for print, and other forms no photo of a phone has.
    #[error("picture_form_unknown")]
    UnknownForm,
    /// Small as a file and huge as a picture.
    #[error("picture_implausible")]
    Implausible,
    /// Something that is no picture stands in the same file.
    #[error("picture_carries_more")]
    CarriesMore,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Jpeg,
    Png,
}

impl Format {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            _ if bytes.starts_with(&png::SIGNATURE) => Some(Self::Png),
            _ => None,
        }
    }

    fn goes_by(self, name: &str) -> bool {
        match name.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" | "jpe" | "jfif" | "image/jpeg" | "image/jpg" | "image/pjpeg" => self == Self::Jpeg,
            "png" | "image/png" => self == Self::Png,
            _ => false,
        }
    }
}

/// What was said of a file beside its content.
#[derive(Clone, Copy, Debug, Default)]
pub struct Declared<'a> {
    /// As the sender's device calls it; an empty name or one without an extension says nothing.
    pub file_name: Option<&'a str>,
    /// Its media type; `application/octet-stream` says nothing.
    pub media_type: Option<&'a str>,
}

impl Declared<'_> {
    fn fits(&self, format: Format) -> bool {
        let extension = self.file_name.and_then(|name| name.trim().rsplit_once('.')).map(|(_, extension)| extension);
        let media_type = self.media_type.map(|kind| kind.split(';').next().unwrap_or("").trim());
        let media_type = media_type.filter(|kind| !kind.is_empty() && *kind != "application/octet-stream");
        [extension, media_type].into_iter().flatten().all(|said| format.goes_by(said))
    }
}

/// A file that may be decoded.
#[derive(Debug)]
pub struct Inspected {
    format: Format,
    /// The file with nothing in it but the picture.
    bare: Vec<u8>,
    orientation: Orientation,
}

/// How large the picture in a file says it is.
#[derive(Clone, Copy, Debug)]
struct Frame {
    width: u32,
    height: u32,
    /// Of one pixel, decoded; rounded up to whole bytes.
    pixel_bytes: u64,
}

impl Frame {
    const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    const fn decoded_bytes(self) -> u64 {
        self.pixels() * self.pixel_bytes
    }

    /// Whether it may be decoded at all.
    fn check(self) -> Result<(), BadPicture> {
        if self.width == 0 || self.height == 0 {
            return Err(BadPicture::Broken);
        }
        let too_long = self.width > LONGEST_SIDE || self.height > LONGEST_SIDE;
        if too_long || self.pixels() > MOST_PIXELS || self.decoded_bytes() > MOST_DECODED_BYTES {
            return Err(BadPicture::TooManyPixels);
        }
        Ok(())
    }

    /// Whether `packed` bytes may be all there is of it.
    fn check_ratio(self, packed: usize) -> Result<(), BadPicture> {
        let implausible = self.decoded_bytes() > HARMLESS_BYTES && self.decoded_bytes() / MOST_RATIO > packed as u64;
        if implausible { Err(BadPicture::Implausible) } else { Ok(()) }
    }
}

/// Looks at a file without decoding it.
///
/// # Errors
/// [`BadPicture`] says why it is refused.
pub fn inspect(bytes: &[u8], declared: Declared<'_>) -> Result<Inspected, BadPicture> {
    if bytes.is_empty() {
        return Err(BadPicture::Empty);
    }
    if bytes.len() > MOST_BYTES {
        return Err(BadPicture::TooLarge);
    }
    let format = Format::of(bytes).ok_or(BadPicture::OtherKind)?;
    if !declared.fits(format) {
        return Err(BadPicture::Misnamed);
    }
    let (bare, orientation) = match format {
        Format::Jpeg => jpeg::inspect(bytes)?,
        Format::Png => png::inspect(bytes)?,
    };
    Ok(Inspected { format, bare, orientation })
}

fn orientation(exif: &[u8]) -> Option<Orientation> {
    Orientation::from_exif_chunk(exif)
}

/// Whether bytes that should describe a picture hold a page or a program instead.
fn holds_markup(bytes: &[u8]) -> bool {
    const SIGNS: [&[u8]; 6] = [b"<?php", b"<?=", b"<script", b"<html", b"<!doctype", b"<svg"];
    let at = |place: usize| SIGNS.iter().any(|sign| bytes[place..].get(..sign.len()).is_some_and(|piece| piece.eq_ignore_ascii_case(sign)));
    (0..bytes.len()).any(|place| bytes[place] == b'<' && at(place))
}

/// Whether a ZIP archive ends where the file ends; such a file is a picture to one program and an archive to another.
fn ends_as_archive(bytes: &[u8]) -> bool {
    const RECORD: usize = 22;
    let Some(last) = bytes.len().checked_sub(RECORD) else { return false };
    let first = last.saturating_sub(usize::from(u16::MAX));
    (first..=last).any(|at| {
        let comment = usize::from(u16::from_le_bytes([bytes[at + 20], bytes[at + 21]]));
        bytes[at..].starts_with(b"PK\x05\x06") && at + RECORD + comment == bytes.len()
    })
}

/// Where pictures are worked on: two at a time, off the threads that serve requests.
#[derive(Clone)]
pub struct Darkroom {
    seats: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

/// Too many wait already.
#[derive(Clone, Copy, Debug)]
pub struct Full;

impl Default for Darkroom {
    fn default() -> Self {
        Self { seats: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::default() }
    }
}

/// Counts itself out, also when whoever waited has gone.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Darkroom {
    /// Does `work` on a thread of its own, when a seat is free. A panic in a decoder counts as a broken picture.
    ///
    /// # Errors
    /// [`Full`] when too many wait; inside, what `work` answers.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, BadPicture> + Send + 'static,
    ) -> Result<Result<T, BadPicture>, Full> {
        let before = self.waiting.fetch_add(1, Ordering::SeqCst);
        let waiting = Waiting(&self.waiting);
        if before >= MOST_WAITING {
            return Err(Full);
        }
        let seat = Arc::clone(&self.seats).acquire_owned().await.map_err(|_| Full)?;
        drop(waiting);
        // The seat goes with the work: it stays taken until the work is done, whether or not anybody still waits for it.
        let done = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            work()
        });
        Ok(done.await.unwrap_or(Err(BadPicture::Broken)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_says_nothing_contradicts_nothing() {
        let said = |file_name, media_type| Declared { file_name, media_type };
        for declared in [
            said(None, None),
            said(Some("IMG_0001"), Some("application/octet-stream")),
            said(Some("opak.final.JPG"), Some("image/jpeg; x=1")),
            said(Some("foto.jpeg"), None),
        ] {
            assert!(declared.fits(Format::Jpeg), "{declared:?}");
        }
        for declared in [said(Some("foto.png"), None), said(Some("foto.jpg.php"), None), said(Some("a.jpg"), Some("image/png"))] {
            assert!(!declared.fits(Format::Jpeg), "{declared:?}");
        }
    }

    #[test]
    fn pages_and_archives_are_told_from_descriptions() {
        assert!(holds_markup(b"xx<ScRiPt src="));
        assert!(!holds_markup(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF>"));
        let mut archive = b"anything PK\x05\x06".to_vec();
        archive.extend([0; 18]);
        assert!(ends_as_archive(&archive));
        archive.push(0);
        assert!(!ends_as_archive(&archive));
    }
}
