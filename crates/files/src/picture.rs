//! What the bytes of a file are. Only what was decoded is a picture: browsers show it in place, and everything else is only
//! downloaded.

use std::io::{BufRead, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{ImageFormat, ImageReader, Limits};
use sederunt_core::file_kind::FileKind;

/// Longer files are no pictures here: a decoder may hold the whole of one.
pub const PICTURE_MAX_BYTES: u64 = 32 << 20;
/// Pixels of a picture: more than most cameras make. Two bytes of a file can stand for millions of them.
pub const PICTURE_MAX_PIXELS: u64 = 64_000_000;
/// Pixels of a side: what browsers show.
pub const PICTURE_MAX_SIDE: u32 = 16_384;
/// Bytes that a decoder may take: a picture of the most pixels in colour.
const DECODE_MAX_BYTES: u64 = 256 << 20;
/// Pixels of a JPEG, 24.4 million. One that comes in several scans, as progressive ones do, is decoded only behind the last of them:
/// until then there are two bytes of each of at most four components a pixel, beside the three that it becomes. The decoder
/// counts the three alone.
pub const JPEG_MAX_PIXELS: u64 = DECODE_MAX_BYTES / (3 + 2 * 4);

/// What is shown.
const SHOWN: [(ImageFormat, FileKind); 4] = [
    (ImageFormat::Png, FileKind::Png),
    (ImageFormat::Jpeg, FileKind::Jpeg),
    (ImageFormat::Gif, FileKind::Gif),
    (ImageFormat::WebP, FileKind::WebP),
];

/// What the bytes are. Pictures are decoded, at most one at a time by the caller; whatever cannot be, is too large, or is of
/// another kind is [`FileKind::Other`].
pub fn kind_of(bytes: &mut (impl BufRead + Seek), len: u64) -> FileKind {
    if len > PICTURE_MAX_BYTES || bytes.rewind().is_err() {
        return FileKind::Other;
    }
    let Ok(reader) = ImageReader::new(&mut *bytes).with_guessed_format() else { return FileKind::Other };
    let format = reader.format();
    let Some((_, kind)) = SHOWN.into_iter().find(|(shown, _)| Some(*shown) == format) else {
        return FileKind::Other;
    };
    let is_small = dimensions(bytes, format).is_some_and(|(width, height)| {
        width <= PICTURE_MAX_SIDE
            && height <= PICTURE_MAX_SIDE
            && u64::from(width) * u64::from(height) <= pixels_max(kind)
    });
    if is_small && decodes(bytes, format) { kind } else { FileKind::Other }
}

/// How many pixels a picture of a kind may have.
const fn pixels_max(kind: FileKind) -> u64 {
    match kind {
        FileKind::Jpeg => JPEG_MAX_PIXELS,
        FileKind::Png | FileKind::Gif | FileKind::WebP | FileKind::Other => PICTURE_MAX_PIXELS,
    }
}

fn reader<R: BufRead + Seek>(bytes: &mut R, format: Option<ImageFormat>) -> Option<ImageReader<&mut R>> {
    bytes.rewind().ok()?;
    let mut reader = ImageReader::with_format(bytes, format?);
    let mut limits = Limits::default();
    limits.max_image_width = Some(PICTURE_MAX_SIDE);
    limits.max_image_height = Some(PICTURE_MAX_SIDE);
    limits.max_alloc = Some(DECODE_MAX_BYTES);
    reader.limits(limits);
    Some(reader)
}

/// Width and height as the head of the file says, before anything is decoded.
fn dimensions(bytes: &mut (impl BufRead + Seek), format: Option<ImageFormat>) -> Option<(u32, u32)> {
    reader(bytes, format)?.into_dimensions().ok()
}

/// A decoder that panics has decoded nothing: its fault is no reason to refuse a file.
fn decodes(bytes: &mut (impl BufRead + Seek), format: Option<ImageFormat>) -> bool {
    let decode = || reader(bytes, format).is_some_and(|reader| reader.decode().is_ok());
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, RgbImage};
    use sederunt_dice::Dice;

    use super::*;

    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(RgbImage::from_fn(37, 21, |x, y| image::Rgb([x as u8, y as u8, 7])))
            .write_to(&mut out, format)
            .unwrap();
        out.into_inner()
    }

    fn kind(bytes: &[u8]) -> FileKind {
        kind_of(&mut Cursor::new(bytes), bytes.len() as u64)
    }

    #[test]
    fn pictures_are_what_decodes() {
        for (format, wanted) in [
            (ImageFormat::Png, FileKind::Png),
            (ImageFormat::Jpeg, FileKind::Jpeg),
            (ImageFormat::Gif, FileKind::Gif),
            (ImageFormat::WebP, FileKind::WebP),
        ] {
            let whole = picture(format);
            assert_eq!(kind(&whole), wanted);
            assert_eq!(kind(&whole[..20]), FileKind::Other, "{wanted:?}, but for its head cut off");
        }
    }

    #[test]
    fn what_only_looks_like_a_picture_is_none() {
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let html = b"<!doctype html><script>alert(1)</script>";
        let mut headed = b"\x89PNG\r\n\x1a\n".to_vec();
        headed.extend(html);
        let gif = b"GIF89a<script>alert(1)</script>";
        for bytes in
            [svg.as_slice(), html, &headed, gif, b"", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8 ", b"BM"]
        {
            assert_eq!(kind(bytes), FileKind::Other, "{bytes:?}");
        }
    }

    /// A PNG whose head promises so many pixels; its data is one short row of zeros.
    fn bomb(width: u32, height: u32) -> Vec<u8> {
        let mut png = picture(ImageFormat::Png);
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        png
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |mut crc, byte| {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
            }
            crc
        })
    }

    #[test]
    fn too_many_pixels_are_not_decoded() {
        assert_eq!(kind(&bomb(37, 21)), FileKind::Png, "the head is written rightly");
        for (width, height) in
            [(60_000, 60_000), (16_384, 16_384), (16_385, 1), (1, 16_385), (u32::MAX, u32::MAX)]
        {
            assert_eq!(kind(&bomb(width, height)), FileKind::Other, "{width} x {height}");
        }
        // A real one: nine thousand by nine thousand pixels of one colour.
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageLuma8(image::GrayImage::new(9_000, 9_000))
            .write_to(&mut out, ImageFormat::Png)
            .unwrap();
        let small = out.into_inner();
        assert!(small.len() < 500_000, "{}", small.len());
        assert_eq!(kind(&small), FileKind::Other);
    }

    /// A JPEG whose head promises so many pixels; its scan is that of a small one.
    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut jpeg = picture(ImageFormat::Jpeg);
        let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
        jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
        jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
        jpeg
    }

    #[test]
    fn a_jpeg_has_fewer_pixels_than_others() {
        assert_eq!(kind(&jpeg(5_000, 4_880)), FileKind::Jpeg);
        assert_eq!(kind(&jpeg(5_000, 4_881)), FileKind::Other);
    }

    #[test]
    fn no_bytes_make_it_fail() {
        let mut dice = Dice::new(20_261_130);
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let whole = picture(format);
            for _ in 0..150 {
                let mut bytes = whole.clone();
                for _ in 0..=dice.below(6) {
                    let at = usize::try_from(dice.below(bytes.len() as u64)).unwrap();
                    bytes[at] = u8::try_from(dice.below(256)).unwrap();
                }
                bytes.truncate(usize::try_from(dice.below(bytes.len() as u64)).unwrap() + 1);
                kind(&bytes);
            }
        }
    }
}
