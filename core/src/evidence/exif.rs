//! What a photograph's EXIF block says of time, place and camera.
//!
//! Invariant: claims, not evidence. Each is bounded and plausible by itself or left out; a picture with a broken block is
//! still a picture.

use std::io::Cursor;

use exif::{Exif, Field, In, Rational, Reader, Tag, Value};
use jiff::civil;
use plumbline_protocol::Fault;

use super::dimensions;

const MAX_TEXT: usize = 64;

/// What a photograph claims.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Width and height in pixels as stored, before orientation; `None` for HEIC.
    pub pixels: Option<(u32, u32)>,
    /// EXIF orientation, 1 to 8; 1 where none is given.
    pub orientation: u8,
    /// Local time of capture, `YYYY-MM-DDTHH:MM:SS`.
    pub taken_local: Option<String>,
    /// Offset of that time from UTC in minutes.
    pub offset_minutes: Option<i16>,
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// Place of capture.
    pub gps: Option<Gps>,
}

/// A place as a photograph claims it (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gps {
    /// Latitude in 10^-7 degrees, north positive.
    pub lat_e7: i64,
    /// Longitude in 10^-7 degrees, east positive.
    pub lon_e7: i64,
    /// Altitude in centimetres, above sea level positive.
    pub alt_cm: Option<i64>,
    /// Horizontal accuracy in centimetres.
    pub accuracy_cm: Option<i64>,
}

/// Reads the header and the EXIF block of `photo`.
///
/// # Errors
/// Those of [`dimensions`]: [`Fault::Invalid`] `photo` with `not-an-image` or `pixels`, [`Fault::TooLarge`].
pub fn read_metadata(photo: &[u8]) -> Result<Metadata, Fault> {
    let plain = Metadata { pixels: dimensions(photo)?, orientation: 1, ..Metadata::default() };
    let read = Reader::new().continue_on_error(true).read_from_container(&mut Cursor::new(photo));
    let Ok(exif) = read.or_else(|error| error.distill_partial_result(|_| ())) else { return Ok(plain) };
    let field = |tag| exif.get_field(tag, In::PRIMARY);
    let orientation = field(Tag::Orientation).and_then(|f| f.value.get_uint(0));
    let taken = field(Tag::DateTimeOriginal).or_else(|| field(Tag::DateTimeDigitized));
    Ok(Metadata {
        orientation: orientation.filter(|o| (1..=8).contains(o)).and_then(|o| u8::try_from(o).ok()).unwrap_or(1),
        taken_local: taken.and_then(local_time),
        offset_minutes: field(Tag::OffsetTimeOriginal).and_then(offset_minutes),
        make: field(Tag::Make).and_then(text),
        model: field(Tag::Model).and_then(text),
        gps: gps(&exif),
        ..plain
    })
}

fn ascii(field: &Field) -> Option<&[u8]> {
    match &field.value {
        Value::Ascii(lines) => lines.first().map(Vec::as_slice),
        _ => None,
    }
}

fn text(field: &Field) -> Option<String> {
    let text = str::from_utf8(ascii(field)?).ok()?;
    let clean: String = text.trim().chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect();
    (!clean.is_empty()).then_some(clean)
}

fn local_time(field: &Field) -> Option<String> {
    let said = exif::DateTime::from_ascii(ascii(field)?).ok()?;
    let part = |n: u8| i8::try_from(n).ok();
    let year = i16::try_from(said.year).ok().filter(|year| *year > 0)?;
    let date = civil::Date::new(year, part(said.month)?, part(said.day)?).ok()?;
    let time = civil::Time::new(part(said.hour)?, part(said.minute)?, part(said.second)?, 0).ok()?;
    Some(date.to_datetime(time).to_string())
}

/// `+HH:MM` or `-HH:MM` within the 14 hours that zones of this world use.
fn offset_minutes(field: &Field) -> Option<i16> {
    let text = str::from_utf8(ascii(field)?).ok()?.trim();
    let (sign, rest) = text.strip_prefix('+').map(|r| (1, r)).or_else(|| text.strip_prefix('-').map(|r| (-1, r)))?;
    let (hours, minutes) = rest.split_once(':')?;
    let number = |digits: &str| digits.parse::<u8>().ok().filter(|_| digits.len() == 2).map(i16::from);
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 14 * 60).then_some(sign * total)
}

fn gps(exif: &Exif) -> Option<Gps> {
    let field = |tag| exif.get_field(tag, In::PRIMARY);
    let degrees = |value, reference, negative: u8, limit: i64| {
        let sign = if ascii(field(reference)?)?.first()?.eq_ignore_ascii_case(&negative) { -1 } else { 1 };
        let Value::Rational(parts) = &field(value)?.value else { return None };
        angle_e7(parts).filter(|angle| *angle <= limit * 10_000_000).map(|angle| sign * angle)
    };
    let lat_e7 = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S', 90)?;
    let lon_e7 = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W', 180)?;
    let centimetres = |tag| match &field(tag)?.value {
        Value::Rational(parts) => scaled(parts.first()?, 100).and_then(|cm| i64::try_from(cm).ok()),
        _ => None,
    };
    let below = field(Tag::GPSAltitudeRef).and_then(|f| f.value.get_uint(0)) == Some(1);
    let alt_cm = centimetres(Tag::GPSAltitude).map(|cm| if below { -cm } else { cm });
    Some(Gps { lat_e7, lon_e7, alt_cm, accuracy_cm: centimetres(Tag::GPSHPositioningError) })
}

/// Degrees, minutes and seconds as 10^-7 degrees.
fn angle_e7(parts: &[Rational]) -> Option<i64> {
    let [degrees, minutes, seconds] = parts.first_chunk()?;
    // 10^-7 degrees times 3600: the seconds lose less than one unit before the sum is rounded.
    const UNIT: u128 = 36_000_000_000;
    let sum = scaled(degrees, UNIT)? + scaled(minutes, UNIT / 60)? + scaled(seconds, UNIT / 3600)?;
    i64::try_from((sum + 1800) / 3600).ok()
}

fn scaled(value: &Rational, by: u128) -> Option<u128> {
    (u128::from(value.num) * by).checked_div(u128::from(value.denom))
}
