//! Pictures become PDF: a scan is one paper with one page, and every office can read and print it.
//!
//! A JPEG stands in the PDF byte for byte. Of a PNG the pixels do, without loss; what is transparent
//! is white. Never scales, and never reads what a camera wrote about place and owner, except which
//! side is up.

use std::io::Cursor;
use std::sync::Mutex;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ExtendedColorType, ImageDecoder};
use miniz_oxide::deflate::compress_to_vec_zlib;
use mohar_protocol::refusal::Refusal;
use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref};

/// Pixels of a picture: an A4 page at 600 dpi has 35 million. A PNG of that size takes 120 MB while it
/// is turned into a PDF.
const PIXELS_MAX: u64 = 40_000_000;

/// The longer side of a page in points: that of A4.
const LONG_SIDE: f32 = 842.0;

/// Level of compression; higher ones take thrice the time for a twentieth.
const LEVEL: u8 = 6;

/// Pictures are turned one at a time: each may need the memory of [`PIXELS_MAX`].
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Samples as they stand in the PDF.
struct Samples {
    bytes: Vec<u8>,
    filter: Filter,
    gray: bool,
    width: u32,
    height: u32,
    orientation: Orientation,
}

/// A PDF of one page with a JPEG on it.
///
/// # Errors
/// [`Refusal::UploadBroken`], or [`Refusal::ContentTooLarge`] beyond [`PIXELS_MAX`].
pub fn jpeg_to_pdf(bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    let mut decoder = JpegDecoder::new(Cursor::new(&bytes)).map_err(|_| Refusal::UploadBroken)?;
    let (width, height) = within_bounds(&decoder)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    // Anything but gray and the usual colours (inverted CMYK of printing houses) is decoded here, because
    // viewers do not agree on it.
    let plain = matches!(decoder.original_color_type(), ExtendedColorType::Rgb8 | ExtendedColorType::L8);
    if !plain {
        return decoded(decoder, orientation);
    }
    let gray = decoder.color_type() == ColorType::L8;
    drop(decoder);
    Ok(pdf(&Samples { bytes, filter: Filter::DctDecode, gray, width, height, orientation }))
}

/// A PDF of one page with a PNG on it.
///
/// # Errors
/// As [`jpeg_to_pdf`].
pub fn png_to_pdf(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut decoder = PngDecoder::new(Cursor::new(bytes)).map_err(|_| Refusal::UploadBroken)?;
    within_bounds(&decoder)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    decoded(decoder, orientation)
}

fn within_bounds(decoder: &impl ImageDecoder) -> Result<(u32, u32), Refusal> {
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(Refusal::UploadBroken);
    }
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Refusal::ContentTooLarge);
    }
    Ok((width, height))
}

fn decoded(decoder: impl ImageDecoder, orientation: Orientation) -> Result<Vec<u8>, Refusal> {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| Refusal::UploadBroken)?;
    let (width, height) = (picture.width(), picture.height());
    let color = picture.color();
    let gray = !color.has_color();
    let pixels = match (gray, color.has_alpha()) {
        (true, false) => picture.into_luma8().into_raw(),
        (true, true) => picture.into_luma_alpha8().pixels().map(|p| on_white(p.0[0], p.0[1])).collect(),
        (false, false) => picture.into_rgb8().into_raw(),
        (false, true) => {
            let pixels = picture.into_rgba8();
            pixels.pixels().flat_map(|p| [0, 1, 2].map(|at| on_white(p.0[at], p.0[3]))).collect()
        }
    };
    let bytes = compress_to_vec_zlib(&pixels, LEVEL);
    Ok(pdf(&Samples { bytes, filter: Filter::FlateDecode, gray, width, height, orientation }))
}

/// A sample with its opacity, in front of a white sheet.
fn on_white(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u32::from(sample), u32::from(alpha));
    u8::try_from((sample * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
}

fn pdf(samples: &Samples) -> Vec<u8> {
    let [catalog, tree, page_id, image_id, content_id] = [1, 2, 3, 4, 5].map(Ref::new);
    let name = Name(b"P");
    let long = samples.width.max(samples.height) as f32;
    let side = |pixels: u32| (pixels as f32 * LONG_SIDE / long).max(1.0);
    let (width, height) = (side(samples.width), side(samples.height));

    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids([page_id]).count(1);
    let mut page = pdf.page(page_id);
    page.media_box(Rect::new(0.0, 0.0, width, height)).parent(tree).contents(content_id);
    page.rotate(degrees(samples.orientation));
    page.resources().x_objects().pair(name, image_id);
    page.finish();

    let mut image = pdf.image_xobject(image_id, &samples.bytes);
    image.filter(samples.filter);
    image.width(i32::try_from(samples.width).unwrap_or(i32::MAX));
    image.height(i32::try_from(samples.height).unwrap_or(i32::MAX));
    if samples.gray {
        image.color_space().device_gray();
    } else {
        image.color_space().device_rgb();
    }
    image.bits_per_component(8);
    image.finish();

    let mut content = Content::new();
    content.save_state().transform([width, 0.0, 0.0, height, 0.0, 0.0]).x_object(name).restore_state();
    pdf.stream(content_id, &content.finish());
    pdf.finish()
}

/// How far a page is turned clockwise so that the right side is up. Cameras turn; mirror images, which
/// no scanner makes, are left as they are.
const fn degrees(orientation: Orientation) -> i32 {
    match orientation {
        Orientation::Rotate90 => 90,
        Orientation::Rotate180 => 180,
        Orientation::Rotate270 => 270,
        _ => 0,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
    use mohar_protocol::refusal::Refusal;

    use super::{jpeg_to_pdf, on_white, png_to_pdf};
    use crate::app::attach::PaperKind;

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn has(haystack: &[u8], needle: &[u8]) -> bool {
        haystack.windows(needle.len()).any(|window| window == needle)
    }

    #[test]
    fn a_jpeg_stands_in_the_pdf_byte_for_byte() {
        let jpeg = encoded(&DynamicImage::ImageRgb8(RgbImage::new(40, 20)), ImageFormat::Jpeg);
        let pdf = jpeg_to_pdf(jpeg.clone()).unwrap();
        assert_eq!(PaperKind::of(&pdf), Ok(PaperKind::Pdf));
        assert!(has(&pdf, &jpeg) && has(&pdf, b"/DCTDecode") && has(&pdf, b"[0 0 842 421]"));
    }

    #[test]
    fn a_png_becomes_a_page_and_the_same_picture_the_same_bytes() {
        let picture = DynamicImage::ImageRgba8(RgbaImage::new(3, 5));
        let png = encoded(&picture, ImageFormat::Png);
        let pdf = png_to_pdf(&png).unwrap();
        assert!(has(&pdf, b"/FlateDecode") && has(&pdf, b"/Count 1"));
        assert_eq!(png_to_pdf(&png).unwrap(), pdf);
        assert_eq!((on_white(0, 0), on_white(7, 255)), (255, 7));
    }

    #[test]
    fn what_is_no_picture_or_too_large_a_one_is_refused() {
        assert_eq!(jpeg_to_pdf(vec![0xff, 0xd8, 0xff, 0xe0, 1, 0xff, 0xd9]), Err(Refusal::UploadBroken));
        let mut png = encoded(&DynamicImage::ImageRgb8(RgbImage::new(2, 2)), ImageFormat::Png);
        assert_eq!(png_to_pdf(&png[..40]), Err(Refusal::UploadBroken));
        // Width and height of the header, with their checksum: 100,000 by 100,000 pixels.
        png[16..24].copy_from_slice(&[0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
        let sum = crc32fast::hash(&png[12..29]).to_be_bytes();
        png[29..33].copy_from_slice(&sum);
        assert_eq!(png_to_pdf(&png), Err(Refusal::ContentTooLarge));
    }
}
