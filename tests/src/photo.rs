//! Photographs to work with: real ones of the test data, or pictures made on the spot, with EXIF and GPS.

use std::{
    fs,
    path::{Path, PathBuf},
};

use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};

use crate::{dice::Dice, testdata};

/// Three photographs as files: those of `PLUMBLINE_DATA` where it is, otherwise made and written into `folder`. True: real.
pub fn three(folder: &Path, dice: &mut Dice) -> (Vec<PathBuf>, bool) {
    let listed =
        testdata::path("photos").map(fs::read_dir).into_iter().flatten().flatten().flatten().map(|file| file.path());
    let mut real: Vec<PathBuf> = listed.filter(|path| path.extension().is_some_and(|e| e == "jpg")).collect();
    real.sort();
    if real.len() >= 3 {
        let first = dice.below(real.len() as u64) as usize;
        real.rotate_left(first);
        real.truncate(3);
        return (real, true);
    }
    let made = (0..3).map(|n| {
        let path = folder.join(format!("IMG_{n:04}.jpg"));
        fs::write(&path, jpeg(dice)).unwrap();
        path
    });
    (made.collect(), false)
}

/// A JPEG of a site that never was, with camera, time of capture and GPS in its EXIF block.
pub fn jpeg(dice: &mut Dice) -> Vec<u8> {
    let (width, height) = (320u32, 240u32);
    let (sky, ground, wall) = (dice.next(), dice.next(), 60 + dice.below(200) as u32);
    let shade = |base: u64, n: u32| (base as u8).wrapping_add((n / 4) as u8);
    let pixels: Vec<u8> = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .flat_map(|(x, y)| match y {
            _ if x.abs_diff(wall) < 30 && y > 80 => [150, shade(ground, x), 90],
            ..140 => [shade(sky, y), 170, 220],
            _ => [120, shade(ground, y), 60],
        })
        .collect();
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, 85).write_image(&pixels, width, height, ExtendedColorType::Rgb8).unwrap();
    let origin = Origin {
        camera: ["Plumbline", "Made for a test"],
        taken: "2026:10:05 10:15:00".to_owned(),
        offset: "-04:00".to_owned(),
        lat_e7: 407_128_000,
        lon_e7: -740_060_000,
    };
    with_exif(&plain, &origin)
}

/// What a camera says of a picture.
pub struct Origin {
    /// Make and model.
    pub camera: [&'static str; 2],
    /// Local time, `2026:10:05 10:15:00`.
    pub taken: String,
    /// Its offset, `-04:00`.
    pub offset: String,
    /// Degrees north, times 10^7.
    pub lat_e7: i64,
    /// Degrees east, times 10^7.
    pub lon_e7: i64,
}

/// A JPEG with what its camera says of it.
pub fn with_exif(plain: &[u8], origin: &Origin) -> Vec<u8> {
    let exif = exif(origin);
    // After the start of image stands the EXIF block as segment APP1, with its own length counted.
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat()
}

/// What a tag holds (TIFF 6.0, section 2).
enum Tag {
    Text(u16, String),
    Rationals(u16, Vec<(u32, u32)>),
    Folder(u16, Vec<Tag>),
}

/// Degrees, minutes and hundredths of seconds.
fn sexagesimal(e7: i64) -> Vec<(u32, u32)> {
    let part = |n: u64| u32::try_from(n).unwrap();
    let hundredths = e7.unsigned_abs() * 36 / 1000;
    let (degrees, rest) = (hundredths / 360_000, hundredths % 360_000);
    vec![(part(degrees), 1), (part(rest / 6000), 1), (part(rest % 6000), 100)]
}

/// An EXIF block: little-endian TIFF with camera, time and place.
fn exif(origin: &Origin) -> Vec<u8> {
    let text = |tag, text: &str| Tag::Text(tag, text.to_owned());
    let gps = vec![
        text(1, if origin.lat_e7 < 0 { "S" } else { "N" }),
        Tag::Rationals(2, sexagesimal(origin.lat_e7)),
        text(3, if origin.lon_e7 < 0 { "W" } else { "E" }),
        Tag::Rationals(4, sexagesimal(origin.lon_e7)),
        Tag::Rationals(31, vec![(5, 1)]),
    ];
    let camera = vec![text(0x9003, &origin.taken), text(0x9011, &origin.offset)];
    let root = vec![
        text(0x010f, origin.camera[0]),
        text(0x0110, origin.camera[1]),
        Tag::Folder(0x8769, camera),
        Tag::Folder(0x8825, gps),
    ];
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    folder(&mut tiff, &root);
    [b"Exif\0\0".as_slice(), &tiff].concat()
}

/// Writes a folder of tags at the end of `tiff`, what does not fit into four bytes behind it.
fn folder(tiff: &mut Vec<u8>, tags: &[Tag]) {
    let start = tiff.len();
    tiff.extend(u16::try_from(tags.len()).unwrap().to_le_bytes());
    tiff.resize(start + 2 + tags.len() * 12 + 4, 0);
    for (n, tag) in tags.iter().enumerate() {
        let end = tiff.len();
        let (id, kind, count, value) = match tag {
            Tag::Text(id, text) => (*id, 2u16, text.len() + 1, [text.as_bytes(), b"\0"].concat()),
            Tag::Rationals(id, all) => {
                let bytes = all.iter().flat_map(|(n, d)| [n.to_le_bytes(), d.to_le_bytes()]).flatten();
                (*id, 5, all.len(), bytes.collect())
            }
            Tag::Folder(id, inner) => {
                folder(tiff, inner);
                (*id, 4, 1, u32::try_from(end).unwrap().to_le_bytes().to_vec())
            }
        };
        let value = match value.len() {
            ..=4 => value,
            _ => {
                let at = u32::try_from(tiff.len()).unwrap().to_le_bytes();
                tiff.extend(value);
                at.to_vec()
            }
        };
        let at = start + 2 + n * 12;
        tiff[at..at + 2].copy_from_slice(&id.to_le_bytes());
        tiff[at + 2..at + 4].copy_from_slice(&kind.to_le_bytes());
        tiff[at + 4..at + 8].copy_from_slice(&u32::try_from(count).unwrap().to_le_bytes());
        tiff[at + 8..at + 8 + value.len()].copy_from_slice(&value);
    }
}

#[cfg(test)]
mod tests {
    use plumbline_core::evidence::exif::read_metadata;

    use super::*;

    #[test]
    fn a_made_picture_says_when_and_where_it_was_taken() {
        let said = read_metadata(&jpeg(&mut Dice::of(1, "photo"))).unwrap();
        assert_eq!(said.pixels, Some((320, 240)));
        assert_eq!(said.taken_local.as_deref(), Some("2026-10-05T10:15:00"));
        assert_eq!(said.offset_minutes, Some(-240));
        assert_eq!(said.make.as_deref(), Some("Plumbline"));
        let gps = said.gps.unwrap();
        assert_eq!((gps.lat_e7, gps.lon_e7, gps.accuracy_cm), (407_128_000, -740_060_000, Some(500)));
    }
}
