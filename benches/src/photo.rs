//! P2 to P4: a photograph from its bytes to durable, its thumbnail, and a burst of twenty.

use std::{
    env, fs,
    io::{Cursor, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use image::{ImageFormat, RgbImage, codecs::jpeg::JpegEncoder, imageops::FilterType};
use plumbline_core::{
    aead,
    evidence::thumb::{self, EDGE},
    photo::{CaptureRequest, Source},
};
use plumbline_protocol::Uuid;
use sha2::{Digest, Sha256};

use crate::{
    Failure, crew, floor,
    measure::{Plan, Row, interleaved},
    site::{Device, Site},
};

/// Photographs of a burst.
const BURST: u32 = 20;
/// Least decibels by which a thumbnail resembles the best one.
const LIKENESS: f64 = 45.0;
/// sharp's time by that of `image`'s own thumbnail, each measured beside the other (65 and 139 ms).
const SHARP: f64 = 65.0 / 139.0;

/// P2 and P4.
pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let [n, _] = plan.sizes;
    let site = Site::with(n).await?;
    let device = site.device("phone").await?;
    let file = site.folder.path().join("photo.jpg");
    fs::write(&file, photo()?)?;
    let folder = site.folder.path().join("floor");
    fs::create_dir(&folder)?;
    let plain = floor::plain(&folder.join("plain.db"))?;
    plain.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
    capture(&device, &file).await?;
    let bare = || {
        let begun = Instant::now();
        durable(&file, &folder)?;
        plain.prepare_cached("INSERT INTO row (bytes) VALUES (?1)")?.execute([[7; 480]])?;
        Ok(begun.elapsed())
    };
    let repeats = plan.many.min(31);
    let times = interleaved(repeats, async || capture(&device, &file).await, bare).await?;

    let begun = Instant::now();
    let burst: Vec<_> = (0..BURST)
        .map(|_| {
            let (client, request) = (device.client.clone(), request(&file, crew::project_id(0)));
            tokio::spawn(async move { client.capture(request).await })
        })
        .collect();
    for taken in burst {
        taken.await??;
    }
    let each = begun.elapsed() / BURST;
    Ok(vec![
        Row::beside("P2 photograph to durable", fs::metadata(&file)?.len(), times, 1.3),
        Row::within("P4 photograph of a burst", u64::from(BURST), each, 10.0),
    ])
}

/// P3.
pub async fn thumbnail(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let photo = photo()?;
    let ours = async || {
        let begun = Instant::now();
        thumb::thumbnail(&photo, EDGE)?.ok_or("no thumbnail")?;
        Ok(begun.elapsed())
    };
    let floor = || {
        let begun = Instant::now();
        let small = image::load_from_memory(&photo)?.thumbnail(EDGE, EDGE);
        small.write_to(&mut Cursor::new(Vec::new()), ImageFormat::Jpeg)?;
        Ok(begun.elapsed())
    };
    let (ours, naive) = interleaved(plan.many.min(15), ours, floor).await?;
    let bytes = photo.len() as u64;
    Ok(vec![
        Row::beside("P3 thumbnail, sharp taken as 0.47 of `image`", bytes, (ours, naive.mul_f64(SHARP)), 1.2),
        Row::at_least("P3 likeness of a thumbnail", bytes, "dB", likeness(&photo)?, LIKENESS),
    ])
}

/// By how many decibels (PSNR) the thumbnail resembles the whole picture made small by the best filter, both as pixels.
fn likeness(photo: &[u8]) -> Result<f64, Failure> {
    let ours = thumb::pixels(photo, EDGE)?.ok_or("no thumbnail")?.into_rgb8();
    let best = image::load_from_memory(photo)?;
    let best = best.resize_exact(ours.width(), ours.height(), FilterType::Lanczos3).into_rgb8();
    let squares = ours.as_raw().iter().zip(best.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    let mean = squares.sum::<f64>() / ours.as_raw().len() as f64;
    Ok(10.0 * (255.0 * 255.0 / mean).log10())
}

async fn capture(device: &Device, file: &Path) -> Result<Duration, Failure> {
    let begun = Instant::now();
    device.client.capture(request(file, crew::project_id(0))).await?;
    Ok(begun.elapsed())
}

pub fn request(file: &Path, project: Uuid) -> CaptureRequest {
    CaptureRequest {
        path: file.to_owned(),
        project,
        source: Source::Camera,
        caption: None,
        tags: Vec::new(),
        place: None,
    }
}

/// The floor: reads; hashes beside sealing, writing and making the file and its name durable.
fn durable(file: &Path, folder: &Path) -> Result<(), Failure> {
    let bytes = fs::read(file)?;
    thread::scope(|scope| {
        let hash = scope.spawn(|| Sha256::digest(&bytes));
        let mut sealed = bytes.clone();
        aead::seal(&[7; aead::KEY], &[9; aead::NONCE], &[], &mut sealed)?;
        let (temporary, name) = (folder.join("photo.tmp"), folder.join("photo"));
        let mut out = fs::File::create(&temporary)?;
        out.write_all(&sealed)?;
        out.sync_all()?;
        fs::rename(temporary, name)?;
        fs::File::open(folder)?.sync_all()?;
        hash.join().map_err(|_| "hashing stopped")?;
        Ok(())
    })
}

/// A photograph of 12 megapixels and about 4 MB: those of the test data are smaller, so one is made as sharp as they are.
pub fn photo() -> Result<Vec<u8>, Failure> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let data = env::var_os("PLUMBLINE_DATA").map_or(beside, PathBuf::from);
    let real = data.join("photos/Sony_D5403_Xperia_Z2.jpg");
    let picture = match fs::read(real) {
        Ok(bytes) => image::load_from_memory(&bytes)?.resize_exact(4032, 3024, FilterType::CatmullRom).into_rgb8(),
        Err(_) => RgbImage::from_fn(4032, 3024, |x, y| {
            let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 27;
            image::Rgb([(x / 16 + grain) as u8, (y / 12 + grain) as u8, ((x + y) / 28 + grain) as u8])
        }),
    };
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 92).encode_image(&picture)?;
    Ok(jpeg)
}
