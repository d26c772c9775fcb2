//! As `fuzz.rs`, for photographs: they are read by the client engine, which takes long to build for fuzzing.

use plumbline_core::evidence::{dimensions, exif::read_metadata, thumb::thumbnail};

/// Most pixels of a picture that a run decodes: more would only be slower.
const PIXELS: u32 = 64 * 1024;

/// Photographs: their EXIF block, and the picture where it is small.
pub fn exif(bytes: &[u8]) {
    if let Ok(said) = read_metadata(bytes) {
        assert!((1..=8).contains(&said.orientation));
        assert!(said.make.is_none_or(|make| make.chars().count() <= 64));
    }
    if let Ok(Some((width, height))) = dimensions(bytes)
        && width.saturating_mul(height) <= PIXELS
    {
        let _ = thumbnail(bytes, 16);
    }
}
