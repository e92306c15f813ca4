//! Pictures made by the tests themselves: good ones, and files that mean harm.

#![allow(dead_code, clippy::allow_attributes, reason = "two test programs use it, each a part of it")]

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};

/// A photo of sorts: no two neighbours alike, left half red, right half blue.
pub fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let grain = u8::try_from((x * 7 + y * 13) % 64).expect("small");
        if x < width / 2 { Rgb([192 + grain, grain, 16]) } else { Rgb([16, grain, 192 + grain]) }
    })
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    jpeg_at(80, width, height)
}

pub fn jpeg_at(quality: u8, width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    photo(width, height).write_with_encoder(JpegEncoder::new_with_quality(&mut file, quality)).expect("a JPEG");
    file
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let picture = photo(width, height);
    PngEncoder::new(&mut file).write_image(&picture, width, height, ExtendedColorType::Rgb8).expect("a PNG");
    file
}

/// Puts a segment right behind the start of a JPEG.
pub fn with_segment(file: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    [&file[..2], &segment(marker, content), &file[2..]].concat()
}

pub fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("a short segment");
    [&[0xFF, marker][..], &length.to_be_bytes(), content].concat()
}

/// EXIF that says how the camera was held, and where.
pub fn exif(orientation: u16) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    let short = |value: u16| [value.to_be_bytes()[0], value.to_be_bytes()[1], 0, 0];
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    tiff.extend(2_u16.to_be_bytes());
    tiff.extend(entry(0x0112, 3, 1, short(orientation)));
    tiff.extend(entry(0x8825, 4, 1, 38_u32.to_be_bytes()));
    tiff.extend([0; 4]);
    // The folder of the position: south of the equator.
    tiff.extend(1_u16.to_be_bytes());
    tiff.extend(entry(0x0001, 2, 2, *b"S\0\0\0"));
    tiff.extend([0; 4]);
    tiff.extend(b"GPS-7.3456,107.7890");
    [b"Exif\0\0".to_vec(), tiff].concat()
}

pub fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    let length = u32::try_from(data.len()).expect("a short chunk");
    [&length.to_be_bytes()[..], &kind, data, &sum.sum().to_be_bytes()].concat()
}

/// Puts a chunk right behind the header of a PNG.
pub fn with_chunk(file: &[u8], kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let header = 8 + 25;
    [&file[..header], &chunk(kind, data), &file[header..]].concat()
}

pub fn header(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, 0]].concat()
}

/// A PNG with whatever header and data.
pub fn png_of(header: &[u8], data: &[u8]) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(*b"IHDR", header), chunk(*b"IDAT", data), chunk(*b"IEND", b"")].concat()
}

/// Zeros, packed as tight as they go.
pub fn packed_zeros(bytes: usize) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 16];
    let mut left = bytes;
    while left > 0 {
        let now = left.min(zeros.len());
        packer.write_all(&zeros[..now]).expect("packed");
        left -= now;
    }
    packer.finish().expect("packed")
}

/// A JPEG of one component written by hand: `frame` is its kind (C0 baseline, C2 progressive), `scan` the data of each of its scans.
pub fn jpeg_of(frame: u8, width: u16, height: u16, components: u8, scan: &[u8], scans: usize) -> Vec<u8> {
    let mut head = vec![8];
    head.extend(height.to_be_bytes());
    head.extend(width.to_be_bytes());
    head.push(components);
    for component in 1..=components {
        head.extend([component, 0x11, 0]);
    }
    // One code each: for "no difference", and for "nothing more in this block".
    let code = |class: u8| [&[class][..], &[1], &[0; 15], &[0]].concat();
    let mut file = vec![0xFF, 0xD8];
    file.extend(segment(0xDB, &[&[0][..], &[1; 64]].concat()));
    file.extend(segment(frame, &head));
    file.extend(segment(0xC4, &code(0x00)));
    file.extend(segment(0xC4, &code(0x10)));
    let last = if frame == 0xC2 { 0 } else { 63 };
    for _ in 0..scans {
        let mut about = vec![components];
        for component in 1..=components {
            about.extend([component, 0]);
        }
        about.extend([0, last, 0]);
        file.extend(segment(0xDA, &about));
        file.extend_from_slice(scan);
    }
    file.extend([0xFF, 0xD9]);
    file
}

/// An archive with one empty name in it, as far as its end record tells.
pub fn archive() -> Vec<u8> {
    let mut zip = b"PK\x03\x04some file in an archive".to_vec();
    zip.extend(b"PK\x05\x06");
    zip.extend([0; 18]);
    zip
}

/// A progressive JPEG of 40 megapixels as a camera makes it, with colours at half the resolution.
pub fn largest_progressive() -> Vec<u8> {
    // One bit for each block, six blocks for each square of sixteen pixels.
    let mut file = jpeg_of(0xC2, 8000, 5000, 3, &vec![0; 500 * 313 * 6 / 8], 6);
    let frame = file.windows(2).position(|pair| pair == [0xFF, 0xC2]).expect("a progressive frame");
    file[frame + 11] = 0x22;
    file
}

/// 6000 × 6000 pixels by its frame, of which the scan holds the first tenth: it ends as if all were there.
pub fn cut_short() -> Vec<u8> {
    let mut file = jpeg_at(80, 6000, 600);
    let frame = file.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a baseline frame");
    file[frame + 5..frame + 7].copy_from_slice(&6000_u16.to_be_bytes());
    file
}

/// A file that means harm, with the name and type it comes under and the code of its refusal.
pub struct Hostile {
    pub what: &'static str,
    pub name: &'static str,
    pub kind: &'static str,
    pub bytes: Vec<u8>,
    pub refusal: &'static str,
}

/// Everything that shall be refused.
pub fn hostile() -> Vec<Hostile> {
    let (photo, drawing) = (jpeg(64, 48), png(64, 48));
    let after = |file: &[u8], tail: &[u8]| [file, tail].concat();
    let half = |file: &[u8]| file[..file.len() / 2].to_vec();
    let jpg = |what, bytes, refusal| Hostile { what, name: "foto.jpg", kind: "image/jpeg", bytes, refusal };
    let png_file = |what, bytes, refusal| Hostile { what, name: "gambar.png", kind: "image/png", bytes, refusal };
    let noise: Vec<u8> = (0..600_000_u32).map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 25).expect("seven bits")).collect();
    vec![
        jpg("nothing", Vec::new(), "picture_empty"),
        jpg("more than 8 MB", [&[0xFF, 0xD8, 0xFF][..], &vec![0; 8 * 1024 * 1024]].concat(), "picture_too_large"),
        jpg("a GIF", b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF!".to_vec(), "picture_of_other_kind"),
        jpg("a WebP", b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), "picture_of_other_kind"),
        jpg("an SVG", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(), "picture_of_other_kind"),
        jpg("a page", b"<!doctype html><script>alert(1)</script>".to_vec(), "picture_of_other_kind"),
        jpg("an archive", archive(), "picture_of_other_kind"),
        jpg("a PNG under a JPEG's name", drawing.clone(), "picture_misnamed"),
        Hostile { what: "a JPEG as PNG", name: "foto.jpg", kind: "image/png", bytes: photo.clone(), refusal: "picture_misnamed" },
        Hostile { what: "a program's name", name: "foto.jpg.php", kind: "image/jpeg", bytes: photo.clone(), refusal: "picture_misnamed" },
        jpg("only a JPEG's beginning", photo[..20].to_vec(), "picture_broken"),
        jpg("half a JPEG", half(&photo), "picture_broken"),
        jpg("a JPEG without its end", photo[..photo.len() - 2].to_vec(), "picture_broken"),
        jpg("a JPEG of 36 megapixels whose scan is cut short", cut_short(), "picture_broken"),
        png_file("only a PNG's signature", drawing[..8].to_vec(), "picture_broken"),
        png_file("only a PNG's header", drawing[..33].to_vec(), "picture_broken"),
        png_file("half a PNG", half(&drawing), "picture_broken"),
        png_file("a PNG without rows", png_of(&header(64, 48, 8, 2), &packed_zeros(0)), "picture_broken"),
        png_file("a PNG of noise", png_of(&header(64, 48, 8, 2), &noise[..900]), "picture_broken"),
        png_file("a PNG of much noise", png_of(&header(6000, 6000, 8, 2), &noise), "picture_broken"),
        jpg("a JPEG and an archive", after(&photo, &archive()), "picture_carries_more"),
        jpg("two JPEGs and an archive", [&photo[..], &photo, &archive()].concat(), "picture_carries_more"),
        jpg("a JPEG and a page", after(&photo, b"<html><script>alert(1)</script>"), "picture_carries_more"),
        jpg("a JPEG with a program in its comment", with_segment(&photo, 0xFE, b"<?php system($_GET['c']); ?>"), "picture_carries_more"),
        jpg("a JPEG with a page in its EXIF", with_segment(&photo, 0xE1, b"Exif\0\0MM<ScRipt>alert(1)"), "picture_carries_more"),
        png_file("a PNG and an archive", after(&drawing, &archive()), "picture_carries_more"),
        png_file("a PNG with a program in its text", with_chunk(&drawing, *b"tEXt", b"Comment\0<?php phpinfo();"), "picture_carries_more"),
        png_file("2,500 megapixels in 100 bytes", png_of(&header(50_000, 50_000, 8, 2), &packed_zeros(1000)), "picture_too_many_pixels"),
        png_file("64 megapixels", png_of(&header(8000, 8000, 1, 0), &packed_zeros(1000)), "picture_too_many_pixels"),
        png_file("30 megapixels of 16 bits", png_of(&header(6000, 5000, 16, 6), &packed_zeros(1000)), "picture_too_many_pixels"),
        png_file("one line of two milliard", png_of(&header(2_000_000_000, 1, 1, 0), &packed_zeros(1000)), "picture_too_many_pixels"),
        png_file("36 megapixels in 100 KB", png_of(&header(6000, 6000, 8, 2), &packed_zeros(6000 * 18_001)), "picture_implausible"),
        png_file("more rows than it says", png_of(&header(64, 48, 8, 2), &packed_zeros(100_000_000)), "picture_implausible"),
        png_file("no pixels", png_of(&header(0, 48, 8, 2), &packed_zeros(48)), "picture_broken"),
        png_file("moving pictures", with_chunk(&drawing, *b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]), "picture_form_unknown"),
        jpg("4,290 megapixels", jpeg_of(0xC0, 65_500, 65_500, 3, &[0x3F], 1), "picture_too_many_pixels"),
        jpg("35 megapixels in one byte", jpeg_of(0xC0, 7000, 5000, 3, &[0x3F], 1), "picture_implausible"),
        jpg("a thousand scans", jpeg_of(0xC2, 4000, 4000, 1, &[0x7F], 1000), "picture_implausible"),
        jpg("40 megapixels, progressive", jpeg_of(0xC2, 8000, 5000, 3, &[0x7F], 1), "picture_too_many_pixels"),
        jpg("inks for print", jpeg_of(0xC0, 8, 8, 4, &[0x00], 1), "picture_form_unknown"),
        jpg("a lossless JPEG", jpeg_of(0xC3, 8, 8, 1, &[0x3F], 1), "picture_form_unknown"),
        jpg("an arithmetic JPEG", jpeg_of(0xC9, 8, 8, 1, &[0x3F], 1), "picture_form_unknown"),
        jpg("no height", jpeg_of(0xC0, 8, 0, 1, &[0x3F], 1), "picture_broken"),
    ]
}

/// Files that try something and get nowhere: what they carry is cut out unread, and the picture is kept.
pub fn harmless() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let (photo, drawing) = (jpeg(64, 48), png(64, 48));
    let bomb = packed_zeros(100_000_000);
    let profile = [b"icc\0\0".to_vec(), bomb.clone()].concat();
    let text = [b"Comment\0\0".to_vec(), bomb].concat();
    vec![
        ("a profile that would unpack to 100 MB", "a.png", with_chunk(&drawing, *b"iCCP", &profile)),
        ("a text that would unpack to 100 MB", "b.png", with_chunk(&drawing, *b"zTXt", &text)),
        ("7 MB of text", "c.png", with_chunk(&drawing, *b"tEXt", &[b"Comment\0".to_vec(), vec![b'x'; 7_000_000]].concat())),
        ("a place and a posture", "d.jpg", with_segment(&photo, 0xE1, &exif(6))),
        ("a second of film behind it", "e.jpg", [&photo[..], b"\0\0\0\x18ftypmp42", &[7; 500]].concat()),
        ("a preview behind it", "f.jpg", [&photo[..], &photo].concat()),
        ("a progressive one", "g.jpg", jpeg_of(0xC2, 8, 8, 1, &[0x7F], 1)),
    ]
}
