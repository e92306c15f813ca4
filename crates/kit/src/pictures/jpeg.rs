//! The frame of a JPEG file.

use image::metadata::Orientation;

use super::entropy::{self, Component, Layout, Tables};
use super::{BadPicture, Frame, ends_as_archive, holds_markup, orientation};

/// The most bytes a progressive picture may take: its coefficients, two bytes each, are all held until the last scan, beside its
/// pixels. With colours at half the resolution, as cameras and phones have them, that is enough for all pixels a picture may have.
const MOST_PROGRESSIVE_BYTES: u64 = 300_000_000;
/// How many pixels all scans together may go over; a usual progressive picture has ten scans.
const MOST_SCANNED_PIXELS: u64 = 480_000_000;

mod marker {
    pub(super) const BASELINE: u8 = 0xC0;
    pub(super) const EXTENDED: u8 = 0xC1;
    pub(super) const PROGRESSIVE: u8 = 0xC2;
    pub(super) const HUFFMAN: u8 = 0xC4;
    pub(super) const END: u8 = 0xD9;
    pub(super) const SCAN: u8 = 0xDA;
    pub(super) const QUANTISATION: u8 = 0xDB;
    pub(super) const LINES: u8 = 0xDC;
    pub(super) const RESTART: u8 = 0xDD;
    pub(super) const JFIF: u8 = 0xE0;
    pub(super) const EXIF: u8 = 0xE1;
    pub(super) const ADOBE: u8 = 0xEE;
}

/// Walks through the segments; answers the file with only those a decoder needs.
pub(super) fn inspect(bytes: &[u8]) -> Result<(Vec<u8>, Orientation), BadPicture> {
    let mut walk = Walk::new(bytes);
    let mut turned = Orientation::NoTransforms;
    loop {
        match walk.marker()? {
            marker::END => break,
            // Nothing but a scan's data may hold these.
            0x00 | 0x01 | 0xD0..=0xD8 => return Err(BadPicture::Broken),
            kind @ (marker::BASELINE | marker::EXTENDED | marker::PROGRESSIVE) => walk.frame(kind)?,
            marker::SCAN => walk.scan()?,
            kind @ (marker::HUFFMAN | marker::QUANTISATION | marker::RESTART) => walk.table(kind)?,
            // Lossless, hierarchical and arithmetic forms; and a height told only after the picture.
            0xC3..=0xCF | marker::LINES => return Err(BadPicture::UnknownForm),
            kind => {
                let segment = walk.segment()?;
                if holds_markup(segment) {
                    return Err(BadPicture::CarriesMore);
                }
                match kind {
                    marker::JFIF if segment.starts_with(b"JFIF\0") => walk.keep(kind, segment),
                    marker::ADOBE if segment.starts_with(b"Adobe") => walk.keep(kind, segment),
                    marker::EXIF => turned = segment.strip_prefix(b"Exif\0\0").and_then(orientation).unwrap_or(turned),
                    _ => {}
                }
            }
        }
    }
    let frame = walk.frame.filter(|_| walk.scans > 0).ok_or(BadPicture::Broken)?;
    frame.check_ratio(walk.packed)?;
    if !is_phones_own(&bytes[walk.at..]) || ends_as_archive(bytes) {
        return Err(BadPicture::CarriesMore);
    }
    walk.check_blocks(frame)?;
    walk.bare.extend([0xFF, marker::END]);
    Ok((walk.bare, turned))
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    bare: Vec<u8>,
    frame: Option<Frame>,
    progressive: bool,
    scans: u64,
    packed: usize,
    components: Vec<Component>,
    tables: Tables<'a>,
    restart: u32,
    /// The scans of a picture that is not progressive: three at most, each with what was in force for it.
    sequential: Vec<Scan<'a>>,
}

struct Scan<'a> {
    tables: Tables<'a>,
    restart: u32,
    head: &'a [u8],
    data: &'a [u8],
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 2,
            bare: vec![0xFF, 0xD8],
            frame: None,
            progressive: false,
            scans: 0,
            packed: 0,
            components: Vec::new(),
            tables: Tables::default(),
            restart: 0,
            sequential: Vec::new(),
        }
    }

    /// What a decoder needs beside the scans.
    fn table(&mut self, kind: u8) -> Result<(), BadPicture> {
        let segment = self.segment()?;
        match (kind, segment) {
            (marker::HUFFMAN, codes) => self.tables.define(codes)?,
            (marker::RESTART, &[high, low]) => self.restart = u16::from_be_bytes([high, low]).into(),
            (_, _) => {}
        }
        self.keep(kind, segment);
        Ok(())
    }

    /// All of the picture is there. Of a progressive one that is told only by decoding it.
    fn check_blocks(&self, frame: Frame) -> Result<(), BadPicture> {
        for Scan { tables, restart, head, data } in &self.sequential {
            let layout = Layout { width: frame.width, height: frame.height, components: &self.components, restart: *restart };
            entropy::check(&layout, tables, head, data)?;
        }
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, BadPicture> {
        let byte = *self.bytes.get(self.at).ok_or(BadPicture::Broken)?;
        self.at += 1;
        Ok(byte)
    }

    /// The next marker; any number of FF may stand before it.
    fn marker(&mut self) -> Result<u8, BadPicture> {
        if self.byte()? != 0xFF {
            return Err(BadPicture::Broken);
        }
        loop {
            match self.byte()? {
                0xFF => {}
                kind => return Ok(kind),
            }
        }
    }

    /// What stands in the segment at hand.
    fn segment(&mut self) -> Result<&'a [u8], BadPicture> {
        let length = usize::from(u16::from_be_bytes([self.byte()?, self.byte()?]));
        let end = self.at + length.checked_sub(2).ok_or(BadPicture::Broken)?;
        let segment = self.bytes.get(self.at..end).ok_or(BadPicture::Broken)?;
        self.at = end;
        Ok(segment)
    }

    fn keep(&mut self, kind: u8, segment: &[u8]) {
        // A segment's length fits into sixteen bits: it was read from there.
        let length = u16::try_from(segment.len() + 2).unwrap_or(u16::MAX);
        self.bare.extend([0xFF, kind]);
        self.bare.extend(length.to_be_bytes());
        self.bare.extend_from_slice(segment);
    }

    fn frame(&mut self, kind: u8) -> Result<(), BadPicture> {
        let segment = self.segment()?;
        let &[bits, h0, h1, w0, w1, components, ref list @ ..] = segment else { return Err(BadPicture::Broken) };
        if self.frame.is_some() || list.len() != usize::from(components) * 3 {
            return Err(BadPicture::Broken);
        }
        // Four components are inks for print; twelve bits are an X-ray.
        if bits != 8 || !matches!(components, 1 | 3) {
            return Err(BadPicture::UnknownForm);
        }
        let (width, height) = (u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]));
        let frame = Frame { width: width.into(), height: height.into(), pixel_bytes: components.into() };
        frame.check()?;
        self.progressive = kind == marker::PROGRESSIVE;
        for component in list.chunks_exact(3) {
            let (across, down) = (u32::from(component[1] >> 4), u32::from(component[1] & 15));
            if !(1..=4).contains(&across) || !(1..=4).contains(&down) {
                return Err(BadPicture::Broken);
            }
            self.components.push(Component { id: component[0], across, down });
        }
        let most =
            self.components.iter().map(|one| one.across).max().unwrap_or(1) * self.components.iter().map(|one| one.down).max().unwrap_or(1);
        let parts: u32 = self.components.iter().map(|one| one.across * one.down).sum();
        let coefficients = frame.pixels() * u64::from(parts) / u64::from(most);
        if self.progressive && 2 * coefficients + frame.decoded_bytes() > MOST_PROGRESSIVE_BYTES {
            return Err(BadPicture::TooManyPixels);
        }
        self.frame = Some(frame);
        self.keep(kind, segment);
        Ok(())
    }

    /// A scan with its data, up to the marker that ends it.
    fn scan(&mut self) -> Result<(), BadPicture> {
        let frame = self.frame.ok_or(BadPicture::Broken)?;
        self.scans += 1;
        if self.scans * frame.pixels() > MOST_SCANNED_PIXELS || (!self.progressive && self.scans > 3) {
            return Err(BadPicture::Implausible);
        }
        let segment = self.segment()?;
        self.keep(marker::SCAN, segment);
        let begin = self.at;
        loop {
            let ff = self.bytes[self.at..].iter().position(|byte| *byte == 0xFF).ok_or(BadPicture::Broken)?;
            self.at += ff;
            match self.bytes.get(self.at + 1) {
                None => return Err(BadPicture::Broken),
                // A stuffed FF, and the marks a decoder may begin anew at.
                Some(0x00 | 0xD0..=0xD7) => self.at += 2,
                Some(0xFF) => self.at += 1,
                Some(_) => break,
            }
        }
        let data = &self.bytes[begin..self.at];
        if !self.progressive {
            self.sequential.push(Scan { tables: self.tables, restart: self.restart, head: segment, data });
        }
        self.packed += data.len();
        self.bare.extend_from_slice(data);
        Ok(())
    }
}

/// Whether what follows the picture is nothing, padding, or what phones put there: further pictures (a preview, a map of brightness), a
/// second of film, or Samsung's notes. It is not kept; anything else there makes the file two things at once.
fn is_phones_own(after: &[u8]) -> bool {
    let padding = after.iter().all(|byte| matches!(byte, 0x00 | 0xFF));
    let film = after.get(4..8) == Some(b"ftyp");
    padding || (film || after.starts_with(&[0xFF, 0xD8, 0xFF]) || after.ends_with(b"SEFT")) && !holds_markup(after)
}
