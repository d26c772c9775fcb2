//! Real photographs are read and shown upright; hostile bytes are refused by name.

use std::{fs, path::PathBuf};

use image::{DynamicImage, GenericImageView, RgbImage};

use super::{
    exif::{Gps, read_metadata},
    thumb::{EDGE, thumbnail},
    *,
};

fn photos(folder: &str) -> Vec<(String, Vec<u8>)> {
    let Some(dir) = crate::testdata::path(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.retain(|path| path.extension().is_some());
    let named = |path: PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap());
    files.into_iter().map(named).collect()
}

fn decoded(jpeg: &[u8]) -> DynamicImage {
    assert_eq!(sniff(jpeg), Some(ImageKind::Jpeg));
    image::load_from_memory(jpeg).unwrap()
}

/// Sum of the differences in brightness.
fn difference(one: &DynamicImage, other: &DynamicImage) -> u32 {
    let pairs = one.to_luma8().into_raw().into_iter().zip(other.to_luma8().into_raw());
    pairs.map(|(a, b)| u32::from(a.abs_diff(b))).sum()
}

/// A JPEG made on the spot.
fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, ImageFormat::Jpeg).unwrap();
    out.into_inner()
}

/// The JPEG with its frame header saying `width` x `height`.
fn claiming(mut jpeg: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
    let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

fn invalid(reason: &str) -> Fault {
    Fault::invalid("photo", reason)
}

/// Shows s13.
#[test]
fn photographs_of_many_cameras_are_read_and_shown() {
    for (name, photo) in photos("photos") {
        let said = read_metadata(&photo).unwrap();
        let shown = thumbnail(&photo, EDGE).unwrap();
        assert!(said.make.is_some() && said.model.is_some() && said.taken_local.is_some(), "{name}: {said:?}");
        if sniff(&photo) == Some(ImageKind::Heic) {
            assert_eq!((said.pixels, shown), (None, None), "{name}");
            continue;
        }
        let ((width, height), shown) = (said.pixels.unwrap(), decoded(&shown.unwrap()));
        assert_eq!(shown.width().max(shown.height()), EDGE.min(width.max(height)), "{name}");
    }
}

#[test]
fn a_place_is_read_in_whole_numbers_and_dropped_from_the_thumbnail() {
    let photos = photos("exif/gps");
    for (name, photo) in &photos {
        let said = read_metadata(photo).unwrap();
        let Gps { lat_e7, lon_e7, .. } = said.gps.unwrap();
        assert!((434_600_000..434_700_000).contains(&lat_e7), "{name}: {lat_e7}");
        assert!((118_700_000..118_900_000).contains(&lon_e7), "{name}: {lon_e7}");
        let shown = thumbnail(photo, EDGE).unwrap().unwrap();
        assert_eq!(read_metadata(&shown).unwrap().gps, None);
        assert!(!shown.windows(4).any(|w| w == b"Exif"));
    }
    if let Some((_, photo)) = photos.first() {
        let said = read_metadata(photo).unwrap();
        assert_eq!(said.taken_local.as_deref(), Some("2008-10-22T16:28:39"));
        assert_eq!((said.make.as_deref(), said.model.as_deref()), (Some("NIKON"), Some("COOLPIX P6000")));
        // 43 28' 2.814" N, 11 53' 6.45599999" E
        assert_eq!(said.gps.map(|g| (g.lat_e7, g.lon_e7)), Some((434_674_483, 118_851_267)));
    }
}

#[test]
fn all_eight_orientations_come_out_upright() {
    for shape in ["landscape", "portrait"] {
        let mut upright: Option<DynamicImage> = None;
        for (name, photo) in photos("exif/orientation").into_iter().filter(|(name, _)| name.starts_with(shape)) {
            let orientation = name.trim_end_matches(".jpg").chars().last().unwrap().to_digit(10).unwrap();
            assert_eq!(u32::from(read_metadata(&photo).unwrap().orientation), orientation);
            let shown = decoded(&thumbnail(&photo, 64).unwrap().unwrap());
            let first = upright.get_or_insert_with(|| shown.clone());
            assert_eq!(shown.dimensions(), first.dimensions(), "{name}");
            // The samples differ by the number painted on them, so: this way up it agrees better than any other way.
            let turned = [shown.fliph(), shown.flipv(), shown.rotate180()];
            let others = turned.iter().map(|other| difference(other, first)).min().unwrap();
            assert!(difference(&shown, first) * 2 < others, "{name}: {} {others}", difference(&shown, first));
        }
    }
}

/// Shows s13.
#[test]
fn an_image_bomb_is_refused_by_its_header() {
    assert_eq!(dimensions(&jpeg(40, 30)), Ok(Some((40, 30))));
    let bomb = claiming(jpeg(40, 30), 65535, 65535);
    assert_eq!(dimensions(&bomb), Err(invalid("pixels")));
    assert_eq!(read_metadata(&bomb), Err(invalid("pixels")));
    assert_eq!(thumbnail(&bomb, EDGE), Err(invalid("pixels")));

    let mut png = Cursor::new(Vec::new());
    RgbImage::new(2, 2).write_to(&mut png, ImageFormat::Png).unwrap();
    let mut png = png.into_inner();
    assert_eq!(dimensions(&png), Ok(Some((2, 2))));
    png[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(thumbnail(&png, EDGE), Err(invalid("pixels")));
}

/// PNG (ISO/IEC 15948) annex D, to give the bomb a header that holds.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[test]
fn what_is_no_image_is_refused_whatever_it_is_called() {
    for bytes in [&b""[..], b"\xff\xd8", b"%PDF-1.7 and so on", b"GIF89a______________", b"....ftypavif........"] {
        assert_eq!(sniff(bytes), None);
        assert_eq!(dimensions(bytes), Err(invalid("not-an-image")));
    }
    for bytes in [&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1\xff\xffExif\0\0"] {
        assert_eq!(thumbnail(bytes, EDGE), Err(invalid("not-an-image")));
    }
    assert_eq!(dimensions(&vec![0; MAX_PHOTO as usize + 1]), Err(Fault::TooLarge { limit: MAX_PHOTO }));
}

/// Shows s13.
#[test]
fn cut_and_changed_bytes_never_panic() {
    let mut samples = vec![jpeg(48, 32)];
    samples.extend(photos("exif/gps").into_iter().take(1).map(|(_, photo)| photo));
    samples.extend(photos("photos").into_iter().filter(|(n, _)| n.to_lowercase().ends_with("heic")).map(|(_, p)| p));
    for photo in samples {
        let head = photo.len().min(24_000);
        for cut in (0..head.min(700)).chain((700..head).step_by(331)) {
            if let Ok(said) = read_metadata(&photo[..cut]) {
                assert!((1..=8).contains(&said.orientation));
            }
            let mut changed = photo[..head].to_vec();
            changed[cut] ^= 0x55;
            let _ = read_metadata(&changed);
        }
    }
    let small = jpeg(48, 32);
    let scan = small.windows(2).position(|w| w == [0xff, 0xda]).unwrap();
    for cut in 0..small.len() {
        let shown = thumbnail(&small[..cut], EDGE);
        assert!(cut > scan || shown == Err(invalid("not-an-image")), "cut at {cut}: {shown:?}");
        let mut changed = small.clone();
        changed[cut] ^= 0x81;
        let _ = thumbnail(&changed, EDGE);
    }
}
