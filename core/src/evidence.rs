//! What a photograph says about itself and what is shown of it. Nothing here changes an original.
//!
//! Invariants: what an image claims is read, bounded and checked, and never trusted as evidence; a size is judged by the
//! header before anything is decoded; hostile bytes give a [`Fault`] that names `photo`, never a panic.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};
use plumbline_protocol::Fault;

pub mod exif;
pub mod thumb;

/// Most bytes of one photograph.
pub const MAX_PHOTO: u64 = 64 * 1024 * 1024;

/// Most pixels of one photograph: above every phone's camera of 108 megapixels; decoded they take 360 MB.
pub const MAX_PIXELS: u64 = 120_000_000;

/// Kinds of photographs that are taken as originals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// HEIC or HEIF: kept and proved like the others, but shown without a thumbnail, as nothing here decodes it.
    Heic,
}

/// The kind of image that starts with `head` (16 bytes are enough), whatever its name says.
pub fn sniff(head: &[u8]) -> Option<ImageKind> {
    const HEIF_BRANDS: [&[u8; 4]; 6] = [b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"];
    if head.starts_with(b"\xff\xd8\xff") {
        return Some(ImageKind::Jpeg);
    }
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(ImageKind::Png);
    }
    let brand = head.get(4..)?.strip_prefix(b"ftyp")?.first_chunk()?;
    HEIF_BRANDS.contains(&brand).then_some(ImageKind::Heic)
}

/// Width and height in pixels as stored, by the header alone. `None` for HEIC.
///
/// # Errors
/// [`Fault::Invalid`] `photo`: `not-an-image`, or `pixels` above [`MAX_PIXELS`]; [`Fault::TooLarge`] above [`MAX_PHOTO`].
pub fn dimensions(photo: &[u8]) -> Result<Option<(u32, u32)>, Fault> {
    let Some(reader) = reader(photo)? else { return Ok(None) };
    let (width, height) = reader.into_dimensions().map_err(|_| not_an_image())?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Fault::invalid("photo", "pixels"));
    }
    Ok(Some((width, height)))
}

/// A decoder of `photo` that allocates no more than the largest allowed picture takes; none for HEIC.
fn reader(photo: &[u8]) -> Result<Option<ImageReader<Cursor<&[u8]>>>, Fault> {
    if photo.len() as u64 > MAX_PHOTO {
        return Err(Fault::TooLarge { limit: MAX_PHOTO });
    }
    let format = match sniff(photo).ok_or_else(not_an_image)? {
        ImageKind::Jpeg => ImageFormat::Jpeg,
        ImageKind::Png => ImageFormat::Png,
        ImageKind::Heic => return Ok(None),
    };
    let mut reader = ImageReader::with_format(Cursor::new(photo), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_PIXELS * 4);
    reader.limits(limits);
    Ok(Some(reader))
}

fn not_an_image() -> Fault {
    Fault::invalid("photo", "not-an-image")
}

#[cfg(test)]
mod tests;
