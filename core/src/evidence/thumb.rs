//! A small upright picture of a photograph, made anew from its pixels: no metadata, so no place, comes along.

use std::io::Cursor;

use image::{DynamicImage, codecs::jpeg::JpegEncoder, metadata::Orientation};
use plumbline_protocol::Fault;

use super::{dimensions, exif::read_metadata, not_an_image, reader};
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
    let Some((width, height)) = dimensions(photo)? else { return Ok(None) };
    let Some(reader) = reader(photo)? else { return Ok(None) };
    let image = reader.decode().map_err(|_| not_an_image())?;
    let mut small = if width.max(height) > max_edge { image.thumbnail(max_edge, max_edge) } else { image };
    if let Some(orientation) = Orientation::from_exif(read_metadata(photo)?.orientation) {
        small.apply_orientation(orientation);
    }
    let mut jpeg = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(small.into_rgb8())
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))
        .map_err(|cause| error::internal("encode thumbnail", &cause))?;
    Ok(Some(jpeg.into_inner()))
}
