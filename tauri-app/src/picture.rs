//! `photo://localhost/thumbnail/ID` and `photo://localhost/original/ID`: pictures on their way to the page.
//!
//! Invariants: they are decrypted in memory, never in a file, and nobody on the way may keep them; only the window's page
//! is answered; a request is read as if a stranger had sent it.

//! `photo://localhost/thumbnail/ID` and `photo://localhost/original/ID`: pictures on their way to the page.
//!
//! Invariants: they are decrypted in memory, never in a file, and nobody on the way may keep them; only the window's page
//! is answered; a request is read as if a stranger had sent it.

use plumbline_core::{
    Client,
    original::{OriginalPart, OriginalRequest},
    record::RecordRequest,
};
use plumbline_protocol::{Fault, RecordId, Uuid};
use tauri::{
    Manager, UriSchemeContext, UriSchemeResponder, Wry,
    async_runtime::spawn,
    http::{Method, Request, Response, StatusCode, header, response::Builder},
};

use crate::{desk::Desk, window::MAIN};

/// The scheme.
pub const SCHEME: &str = "photo";

/// Bytes of an original that are asked for at a time.
const PART: u32 = 4 * 1024 * 1024;

/// Which picture is wanted.
#[derive(Debug, PartialEq)]
enum Which {
    Thumbnail(Uuid),
    Original(Uuid),
}

/// Which part of it.
#[derive(Debug, PartialEq)]
enum Range {
    /// From the first byte to the last one, or as far as it goes.
    From(u64, Option<u64>),
    /// So many at its end.
    Last(u64),
}

/// A picture, or a part of one.
struct Picture {
    media: String,
    bytes: Vec<u8>,
    /// Where the part begins, and of how many bytes it is one.
    part: Option<(u64, u64)>,
}

/// Answers a request of the page.
pub fn answer(context: UriSchemeContext<'_, Wry>, request: Request<Vec<u8>>, responder: UriSchemeResponder) {
    let app = context.app_handle().clone();
    let ours = context.webview_label() == MAIN && request.method() == Method::GET;
    spawn(async move {
        let range = request.headers().get(header::RANGE).and_then(|range| parse_range(range.to_str().ok()?));
        let picture = match parse(request.uri().path()).filter(|_| ours) {
            Some(which) => match app.state::<Desk>().client().await {
                Ok(client) => picture(&client, which, range).await,
                Err(fault) => Err(fault),
            },
            None => Err(Fault::invalid("address", "form")),
        };
        responder.respond(response(picture));
    });
}

async fn picture(client: &Client, which: Which, range: Option<Range>) -> Result<Picture, Fault> {
    match (which, range) {
        (Which::Thumbnail(photo), _) => {
            let bytes = client.thumbnail(RecordRequest { id: RecordId::from(photo) }).await?;
            Ok(Picture { media: "image/jpeg".to_owned(), bytes, part: None })
        }
        (Which::Original(photo), None) => whole(client, photo).await,
        (Which::Original(photo), Some(range)) => part(client, photo, range).await,
    }
}

async fn whole(client: &Client, photo: Uuid) -> Result<Picture, Fault> {
    let OriginalPart { mut bytes, total, media } =
        client.original(OriginalRequest { photo, from: 0, length: PART }).await?;
    loop {
        let from = bytes.len() as u64;
        if from >= total {
            return Ok(Picture { media, bytes, part: None });
        }
        let next = client.original(OriginalRequest { photo, from, length: PART }).await?;
        if next.bytes.is_empty() {
            return Err(Fault::corrupt("photo"));
        }
        bytes.extend(next.bytes);
    }
}

async fn part(client: &Client, photo: Uuid, range: Range) -> Result<Picture, Fault> {
    let (from, length) = match range {
        Range::From(from, last) => (from, last.map_or(u64::MAX, |last| (last - from).saturating_add(1))),
        Range::Last(length) => {
            let OriginalPart { total, .. } = client.original(OriginalRequest { photo, from: 0, length: 1 }).await?;
            (total.saturating_sub(length), length)
        }
    };
    let length = u32::try_from(length).map_or(PART, |length| length.min(PART));
    let OriginalPart { bytes, total, media } = client.original(OriginalRequest { photo, from, length }).await?;
    Ok(Picture { media, bytes, part: Some((from, total)) })
}

/// Reads `/thumbnail/ID` and `/original/ID`.
fn parse(path: &str) -> Option<Which> {
    let (which, id) = path.strip_prefix('/')?.split_once('/')?;
    let id = id.parse().ok()?;
    match which {
        "thumbnail" => Some(Which::Thumbnail(id)),
        "original" => Some(Which::Original(id)),
        _ => None,
    }
}

/// Reads `bytes=FIRST-LAST`, `bytes=FIRST-` and `bytes=-LENGTH`. Any other range is ignored, as HTTP allows.
fn parse_range(range: &str) -> Option<Range> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    match (first, last) {
        ("", last) => last.parse().ok().filter(|length| *length > 0).map(Range::Last),
        (first, "") => first.parse().ok().map(|first| Range::From(first, None)),
        (first, last) => {
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then_some(Range::From(first, Some(last)))
        }
    }
}

fn response(picture: Result<Picture, Fault>) -> Response<Vec<u8>> {
    let builder = Response::builder()
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::ACCEPT_RANGES, "bytes");
    let built = match picture {
        Ok(Picture { media, bytes, part }) => {
            ranged(builder, part, bytes.len() as u64).header(header::CONTENT_TYPE, media).body(bytes)
        }
        Err(fault) => builder.status(status(&fault)).body(Vec::new()),
    };
    built.unwrap_or_default()
}

fn ranged(builder: Builder, part: Option<(u64, u64)>, length: u64) -> Builder {
    match part {
        None => builder.status(StatusCode::OK),
        Some((from, total)) => {
            let last = from.saturating_add(length).saturating_sub(1);
            let range = format!("bytes {from}-{last}/{total}");
            builder.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, range)
        }
    }
}

fn status(fault: &Fault) -> StatusCode {
    match fault {
        Fault::NotFound => StatusCode::NOT_FOUND,
        Fault::Invalid { field, .. } if field == "from" => StatusCode::RANGE_NOT_SATISFIABLE,
        Fault::Invalid { .. } => StatusCode::BAD_REQUEST,
        Fault::Denied | Fault::SignedOut => StatusCode::FORBIDDEN,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    #[test]
    fn an_address_names_a_picture_or_nothing() {
        let id: Uuid = ID.parse().unwrap();
        assert_eq!(parse(&format!("/thumbnail/{ID}")), Some(Which::Thumbnail(id)));
        assert_eq!(parse(&format!("/original/{ID}")), Some(Which::Original(id)));
        for wrong in ["", "/", "/thumbnail/", "/thumbnail/../x", "/other/01890a5d-ac96-774b-bcce-b302099a8057"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(parse(&format!("/thumbnail/{ID}/more")), None);
        assert_eq!(parse(&format!("thumbnail/{ID}")), None);
    }

    #[test]
    fn a_range_is_read_as_http_says_it() {
        assert_eq!(parse_range("bytes=0-99"), Some(Range::From(0, Some(99))));
        assert_eq!(parse_range("bytes=100-"), Some(Range::From(100, None)));
        assert_eq!(parse_range("bytes=-20"), Some(Range::Last(20)));
        for ignored in ["bytes=9-1", "bytes=-", "bytes=-0", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "bytes=-1-2"] {
            assert_eq!(parse_range(ignored), None, "{ignored}");
        }
    }

    #[test]
    fn a_part_says_which_it_is_and_nobody_keeps_it() {
        let picture = Picture { media: "image/png".to_owned(), bytes: vec![7; 10], part: Some((5, 100)) };
        let response = response(Ok(picture));
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(response.headers()[header::CONTENT_RANGE], "bytes 5-14/100");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "image/png");
    }

    #[test]
    fn what_stands_in_the_way_is_a_status_without_words() {
        let said = |fault| {
            let response = response(Err(fault));
            assert!(response.body().is_empty());
            response.status().as_u16()
        };
        assert_eq!(said(Fault::NotFound), 404);
        assert_eq!(said(Fault::invalid("from", "range")), 416);
        assert_eq!(said(Fault::invalid("address", "form")), 400);
        assert_eq!(said(Fault::Offline), 503);
    }
}
