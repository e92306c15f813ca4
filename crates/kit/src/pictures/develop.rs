//! From a file that may be decoded to the pictures that are kept.

use std::io::Cursor;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, Limits, Rgb, RgbImage, RgbaImage};
use rqrr::PreparedImage;

use super::{BadPicture, Format, Inspected, LONGEST_SIDE, MOST_DECODED_BYTES};

/// Eighty-two of a hundred: food looks like food, and a photo of 1080 pixels has about 150 KB.
const QUALITY: u8 = 82;
/// A picture may be three times as high as it is wide before its height counts: the screenshot of a receipt stays readable.
const STEEPEST: u32 = 3;
/// The sizes at which a code is looked for: large ones find a code on a poster, small ones forgive noise.
const CODE_SIDES: [u32; 3] = [1600, 800, 400];

/// A JPEG made here.
#[derive(Clone, Debug)]
pub struct Copy {
    /// The width that was asked for; the picture itself may be narrower.
    pub asked: u32,
    pub width: u32,
    pub height: u32,
    pub jpeg: Vec<u8>,
}

/// Makes a JPEG of each width, upright, without anything but the picture, never larger than it came.
/// `widths` go from the largest to the smallest.
///
/// # Errors
/// [`BadPicture::Broken`] when it cannot be decoded after all.
pub fn develop(picture: Inspected, widths: &[u32]) -> Result<Vec<Copy>, BadPicture> {
    let orientation = picture.orientation;
    let largest = widths.iter().copied().max().unwrap_or(1);
    let image = shrunk(decode(picture)?, largest, largest * STEEPEST, orientation)?;
    let mut image = DynamicImage::ImageRgb8(on_white(image));
    image.apply_orientation(orientation);
    let mut copies = Vec::with_capacity(widths.len());
    for asked in widths.iter().copied() {
        image = shrunk(image, asked, asked * STEEPEST, Orientation::NoTransforms)?;
        let mut jpeg = Vec::new();
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY)).map_err(|_| BadPicture::Broken)?;
        copies.push(Copy { asked, width: image.width(), height: image.height(), jpeg });
    }
    Ok(copies)
}

/// The texts of the QR codes in a picture.
///
/// # Errors
/// [`BadPicture::Broken`] when it cannot be decoded after all.
pub fn read_codes(picture: Inspected) -> Result<Vec<String>, BadPicture> {
    let mut image = decode(picture)?;
    for side in CODE_SIDES {
        image = shrunk(image, side, side, Orientation::NoTransforms)?;
        let grey = DynamicImage::ImageRgb8(on_white(image.clone())).into_luma8();
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        let raw = grey.into_raw();
        let mut seen = PreparedImage::prepare_from_greyscale(width, height, |x, y| raw[y * width + x]);
        let texts: Vec<String> = seen.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect();
        if !texts.is_empty() {
            return Ok(texts);
        }
    }
    Ok(Vec::new())
}

fn decode(picture: Inspected) -> Result<DynamicImage, BadPicture> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    // The pixels and as much again for a decoder's own work.
    limits.max_alloc = Some(2 * MOST_DECODED_BYTES);
    let file = Cursor::new(picture.bare);
    let decoded = match picture.format {
        Format::Jpeg => JpegDecoder::new(file).and_then(|decoder| limited(decoder, limits)),
        Format::Png => PngDecoder::with_limits(file, limits.clone()).and_then(|decoder| limited(decoder, limits)),
    };
    let image = decoded.map_err(|_| BadPicture::Broken)?;
    Ok(match image {
        eight @ (DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_)) => eight,
        with_alpha if with_alpha.color().has_alpha() => DynamicImage::ImageRgba8(with_alpha.into_rgba8()),
        plain => DynamicImage::ImageRgb8(plain.into_rgb8()),
    })
}

fn limited(mut decoder: impl ImageDecoder, limits: Limits) -> image::ImageResult<DynamicImage> {
    decoder.set_limits(limits)?;
    DynamicImage::from_decoder(decoder)
}

/// `image` so small that it fits into `width` by `height` once it is `turned`; as it is when it fits already.
fn shrunk(image: DynamicImage, width: u32, height: u32, turned: Orientation) -> Result<DynamicImage, BadPicture> {
    let on_its_side =
        matches!(turned, Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH);
    let (width, height) = if on_its_side { (height, width) } else { (width, height) };
    let Some((to_width, to_height)) = fitting(image.width(), image.height(), width, height) else { return Ok(image) };
    let mut small = DynamicImage::new(to_width, to_height, image.color());
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&image, &mut small, &options).map_err(|_| BadPicture::Broken)?;
    Ok(small)
}

/// The size within the box that keeps the shape; `None` when it fits already.
fn fitting(width: u32, height: u32, most_width: u32, most_height: u32) -> Option<(u32, u32)> {
    if width <= most_width && height <= most_height {
        return None;
    }
    let (w, h, most_w, most_h) = (u64::from(width), u64::from(height), u64::from(most_width), u64::from(most_height));
    let by_width = w * most_h >= h * most_w;
    let (to_w, to_h) = if by_width { (most_w, (h * most_w + w / 2) / w) } else { ((w * most_h + h / 2) / h, most_h) };
    let side = |length: u64| u32::try_from(length.max(1)).unwrap_or(u32::MAX);
    Some((side(to_w), side(to_h)))
}

/// What can be seen through becomes white: a JPEG has no glass.
fn on_white(image: DynamicImage) -> RgbImage {
    match image {
        DynamicImage::ImageRgba8(glass) => through(&glass),
        other => other.into_rgb8(),
    }
}

fn through(glass: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(glass.width(), glass.height(), |x, y| {
        let [r, g, b, alpha] = glass.get_pixel(x, y).0;
        let over = |colour: u8| {
            let mixed = (u16::from(colour) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Rgb([over(r), over(g), over(b)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_keeps_its_shape_and_never_grows() {
        assert_eq!(fitting(320, 240, 320, 960), None);
        assert_eq!(fitting(4000, 3000, 1080, 3240), Some((1080, 810)));
        assert_eq!(fitting(1080, 607, 320, 960), Some((320, 180)), "to the nearest");
        assert_eq!(fitting(1080, 2400, 1080, 3240), None, "a screenshot stays readable");
        assert_eq!(fitting(1000, 16_000, 320, 960), Some((60, 960)));
        assert_eq!(fitting(16_000, 1, 320, 960), Some((320, 1)));
    }

    #[test]
    fn what_can_be_seen_through_becomes_white() {
        let glass = RgbaImage::from_fn(2, 1, |x, _| if x == 0 { image::Rgba([9, 9, 9, 0]) } else { image::Rgba([9, 8, 7, 255]) });
        let seen = through(&glass);
        assert_eq!((seen.get_pixel(0, 0).0, seen.get_pixel(1, 0).0), ([255, 255, 255], [9, 8, 7]));
    }
}
