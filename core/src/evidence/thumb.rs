//! A small upright picture of a photograph, made anew from its pixels: no metadata, so no place, comes along.
//!
//! A JPEG is decoded at the smallest eighth, quarter or half that still has the pixels wanted, which skips most of the work
//! (docs/adr/0010-thumbnails.md); whatever that decoder does not take is decoded whole.

use std::io::Cursor;

use fast_image_resize::{
    ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::U8x3,
};
use image::{DynamicImage, RgbImage, codecs::jpeg::JpegEncoder, metadata::Orientation};
use jpeg_decoder::{Decoder, PixelFormat};
use plumbline_protocol::Fault;

use super::{ImageKind, MAX_PIXELS, dimensions, exif::read_metadata, not_an_image, reader, sniff};
use crate::error;

/// Longest edge in pixels of the thumbnails in lists.
pub const EDGE: u32 = 512;

const QUALITY: u8 = 80;

/// A JPEG of `photo` within `max_edge` pixels, upright as its EXIF orientation says, never larger than the original.
/// `None` for HEIC, which nothing here decodes. A JPEG cut off within its picture still shows the part that came.
///
/// # Errors
/// Those of [`dimensions`]; [`Fault::Invalid`] `photo`, `not-an-image` also for bytes that do not decode.
pub fn thumbnail(photo: &[u8], max_edge: u32) -> Result<Option<Vec<u8>>, Fault> {
    let Some(mut small) = pixels(photo, max_edge)? else { return Ok(None) };
    if let Some(orientation) = Orientation::from_exif(read_metadata(photo)?.orientation) {
        small.apply_orientation(orientation);
    }
    let mut jpeg = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(small.into_rgb8())
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))
        .map_err(|cause| error::internal("encode thumbnail", &cause))?;
    Ok(Some(jpeg.into_inner()))
}

/// The pixels of a thumbnail, as they are stored: not turned upright.
///
/// # Errors
/// Those of [`thumbnail`].
pub fn pixels(photo: &[u8], max_edge: u32) -> Result<Option<DynamicImage>, Fault> {
    let Some((width, height)) = dimensions(photo)? else { return Ok(None) };
    let large = width.max(height) > max_edge;
    if large
        && sniff(photo) == Some(ImageKind::Jpeg)
        && let Some(small) = scaled(photo, fit(width, height, max_edge))
    {
        return Ok(Some(DynamicImage::ImageRgb8(small)));
    }
    let Some(reader) = reader(photo)? else { return Ok(None) };
    let image = reader.decode().map_err(|_| not_an_image())?;
    Ok(Some(if large { image.thumbnail(max_edge, max_edge) } else { image }))
}

/// Width and height in the same proportion, the longer one `max_edge`.
fn fit(width: u32, height: u32, max_edge: u32) -> (u32, u32) {
    let longest = u64::from(width.max(height)).max(1);
    let scale = |edge: u32| ((u64::from(edge) * u64::from(max_edge) + longest / 2) / longest).max(1) as u32;
    (scale(width), scale(height))
}

/// A JPEG in colour at exactly this size, decoded at no less than half as large again, for the filter to work on; none for any other and for a damaged one.
fn scaled(photo: &[u8], (width, height): (u32, u32)) -> Option<RgbImage> {
    let mut decoder = Decoder::new(photo);
    decoder.set_max_decoding_buffer_size(usize::try_from(MAX_PIXELS * 4).ok()?);
    let (least_width, least_height) = (width.saturating_mul(3) / 2, height.saturating_mul(3) / 2);
    decoder.scale(u16::try_from(least_width).ok()?, u16::try_from(least_height).ok()?).ok()?;
    let pixels = decoder.decode().ok()?;
    let info = decoder.info().filter(|info| info.pixel_format == PixelFormat::RGB24)?;
    let mut small = RgbImage::new(width, height);
    // By type: a call that finds out by itself links the filters of thirteen others, two megabytes of a phone's library.
    let from = TypedImageRef::<U8x3>::from_buffer(info.width.into(), info.height.into(), &pixels).ok()?;
    let mut to = TypedImage::<U8x3>::from_buffer(width, height, &mut small).ok()?;
    let filter = ResizeAlg::Convolution(fast_image_resize::FilterType::Lanczos3);
    let options = ResizeOptions::new().resize_alg(filter).use_alpha(false);
    Resizer::new().resize_typed(&from, &mut to, &options).ok()?;
    Some(small)
}
