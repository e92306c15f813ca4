//! The frame of a PNG file.

use std::io::Read;

use flate2::read::ZlibDecoder;
use image::metadata::Orientation;

use super::{BadPicture, Frame, holds_markup, orientation};

pub(super) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// Length, type and check sum of a chunk.
const AROUND: usize = 12;

/// What `IHDR` says.
#[derive(Clone, Copy)]
struct Header {
    width: u32,
    height: u32,
    depth: u8,
    channels: u8,
    interlaced: bool,
}

impl Header {
    fn read(data: &[u8]) -> Result<Self, BadPicture> {
        let &[w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, 0, 0, interlace] = data else { return Err(BadPicture::Broken) };
        let channels = match colour {
            0 | 3 => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => return Err(BadPicture::Broken),
        };
        let depth_fits = match colour {
            0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
            3 => matches!(depth, 1 | 2 | 4 | 8),
            _ => matches!(depth, 8 | 16),
        };
        if !depth_fits || interlace > 1 {
            return Err(BadPicture::Broken);
        }
        let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
        Ok(Self { width, height, depth, channels, interlaced: interlace == 1 })
    }

    fn frame(self) -> Frame {
        // What a decoder makes of it: a palette becomes colours with transparency, fewer bits become eight.
        let channels = if self.channels == 1 { 4 } else { u64::from(self.channels) };
        Frame { width: self.width, height: self.height, pixel_bytes: channels * u64::from(self.depth.max(8) / 8) }
    }

    /// How many bytes the packed rows must unpack to: each has one byte for its filter.
    fn rows_bytes(self) -> u64 {
        let bits = u64::from(self.depth) * u64::from(self.channels);
        let pass = |columns: u32, rows: u32| if columns == 0 { 0 } else { u64::from(rows) * (1 + (u64::from(columns) * bits).div_ceil(8)) };
        if !self.interlaced {
            return pass(self.width, self.height);
        }
        // Adam7: where each pass begins and how far apart its pixels are, across and down.
        let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        let count = |all: u32, first: u32, step: u32| all.saturating_sub(first).div_ceil(step);
        passes.iter().map(|(x, y, across, down)| pass(count(self.width, *x, *across), count(self.height, *y, *down))).sum()
    }
}

/// Walks through the chunks; answers the file with only those a decoder needs.
pub(super) fn inspect(bytes: &[u8]) -> Result<(Vec<u8>, Orientation), BadPicture> {
    let mut rest = &bytes[SIGNATURE.len()..];
    let (mut bare, mut packed) = (SIGNATURE.to_vec(), Vec::new());
    let (mut header, mut turned) = (None, Orientation::NoTransforms);
    loop {
        let (kind, data, whole) = chunk(rest)?;
        rest = &rest[whole.len()..];
        match (&kind, header) {
            (b"IHDR", None) => {
                let read = Header::read(data)?;
                read.frame().check()?;
                header = Some(read);
                bare.extend_from_slice(whole);
            }
            (_, None) | (b"IHDR", Some(_)) => return Err(BadPicture::Broken),
            (b"IDAT", Some(_)) => {
                packed.extend_from_slice(data);
                bare.extend_from_slice(whole);
            }
            (b"PLTE" | b"tRNS", Some(_)) => bare.extend_from_slice(whole),
            (b"acTL" | b"fcTL" | b"fdAT", Some(_)) => return Err(BadPicture::UnknownForm),
            (b"IEND", Some(header)) => {
                bare.extend_from_slice(whole);
                if !rest.is_empty() {
                    return Err(BadPicture::CarriesMore);
                }
                header.frame().check_ratio(packed.len())?;
                unpacks_to(&packed, header.rows_bytes())?;
                return Ok((bare, turned));
            }
            (b"eXIf", Some(_)) => turned = orientation(data).unwrap_or(turned),
            // An upper-case first letter: no decoder may do without it, and ours does not know it.
            _ if kind[0].is_ascii_uppercase() => return Err(BadPicture::Broken),
            _ if holds_markup(data) => return Err(BadPicture::CarriesMore),
            _ => {}
        }
    }
}

/// The type, the data and the whole of a chunk.
type Chunk<'a> = ([u8; 4], &'a [u8], &'a [u8]);

/// The first chunk.
fn chunk(bytes: &[u8]) -> Result<Chunk<'_>, BadPicture> {
    let &[l0, l1, l2, l3, k0, k1, k2, k3, ..] = bytes else { return Err(BadPicture::Broken) };
    let kind = [k0, k1, k2, k3];
    let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
    let whole =
        bytes.get(..length.saturating_add(AROUND)).filter(|_| kind.iter().all(u8::is_ascii_alphabetic)).ok_or(BadPicture::Broken)?;
    Ok((kind, &whole[8..8 + length], whole))
}

/// Unpacks without keeping: before any room is made for the picture it is certain that its rows are all there and no more.
fn unpacks_to(packed: &[u8], expected: u64) -> Result<(), BadPicture> {
    let mut reader = ZlibDecoder::new(packed).take(expected + 1);
    let unpacked = std::io::copy(&mut reader, &mut std::io::sink()).map_err(|_| BadPicture::Broken)?;
    match unpacked.cmp(&expected) {
        std::cmp::Ordering::Less => Err(BadPicture::Broken),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(BadPicture::Implausible),
    }
}
