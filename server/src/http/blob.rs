//! `/v1/blobs/{sha256}`: see [`crate::app::blob`].

use std::io::SeekFrom;

use axum::{
    Json,
    body::Body,
    extract::{FromRequest, Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use plumbline_protocol::{Fault, Hash, session::Grant};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::{
    Web,
    actor::Sender,
    input::{bytes, header, parse},
    refusal::Refusal,
};
use crate::{app::blob, error::Error, op::Op};

/// `plumbline-state` and `plumbline-missing` in the headers.
pub(super) async fn progress(State(web): State<Web>, op: Op, Path(id): Path<String>) -> Result<Response, Refusal> {
    let blob::Progress { state, missing } = blob::progress(&web.app, &op, parse("sha256", &id)?).await?;
    Ok([("plumbline-state", state.as_str().to_owned()), ("plumbline-missing", missing)].into_response())
}

/// The part's bytes with their exact `content-length`, and their SHA-256 in `plumbline-sha256`.
pub(super) async fn put_part(
    State(web): State<Web>,
    Sender(op): Sender,
    Path((id, part)): Path<(String, String)>,
    request: Request,
) -> Result<StatusCode, Refusal> {
    let (id, part) = (parse("sha256", &id)?, parse("part", &part)?);
    let part_sha256: Hash = header(request.headers(), "plumbline-sha256")?;
    let declared: u64 = header(request.headers(), "content-length")?;
    let length = blob::length(&web.app, &op, id, part).await?;
    if declared != length {
        return Err(Fault::invalid("content-length", "length").into());
    }
    let body = bytes(Bytes::from_request(request, &web).await, length)?;
    blob::put_part(&web.app, &op, id, part, part_sha256, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets somebody else send its parts for this session: `{"grant","expires_in"}`.
pub(super) async fn grant(State(web): State<Web>, op: Op, Path(id): Path<String>) -> Result<Json<Grant>, Refusal> {
    Ok(Json(blob::grant(&web.app, &op, parse("sha256", &id)?).await?))
}

/// `{"state":"received"}`.
pub(super) async fn complete(State(web): State<Web>, op: Op, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let state = blob::complete(&web.app, &op, parse("sha256", &id)?).await?;
    Ok(Json(json!({ "state": state })))
}

/// The bytes, or one `range` of them. Never a page that a browser would show.
pub(super) async fn read(
    State(web): State<Web>,
    op: Op,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let id = parse("sha256", &id)?;
    let (file, length) = blob::read(&web.app, &op, id).await?;
    let range = match headers.get(header::RANGE) {
        Some(range) => Some(asked(range, length).ok_or_else(|| Fault::invalid("range", "range"))?),
        None => None,
    };
    let (start, end) = range.unwrap_or((0, length));
    if start == 0 {
        blob::check(&web.app, &op, id, length).await?;
    }
    let mut file = tokio::fs::File::from_std(file);
    file.seek(SeekFrom::Start(start)).await.map_err(Error::from)?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(end - start), 64 * 1024));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(end - start));
    if range.is_some() {
        let said = HeaderValue::from_str(&format!("bytes {start}-{}/{length}", end.saturating_sub(1)));
        headers.insert(header::CONTENT_RANGE, said.map_err(|_| Error::internal("content-range"))?);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// The half-open range of `bytes=a-b`, `bytes=a-` or `bytes=-n` within `length`; `None` when it is none or lies outside.
fn asked(range: &HeaderValue, length: u64) -> Option<(u64, u64)> {
    let (from, to) = range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (from, to) {
        ("", last) => (length.saturating_sub(last.parse().ok()?), length),
        (from, "") => (from.parse().ok()?, length),
        (from, to) => (from.parse().ok()?, to.parse::<u64>().ok()?.checked_add(1)?.min(length)),
    };
    (start < end).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_lies_within_the_bytes_or_is_refused() {
        let of = |text: &'static str| asked(&HeaderValue::from_static(text), 10);
        assert_eq!(of("bytes=0-3"), Some((0, 4)));
        assert_eq!(of("bytes=4-"), Some((4, 10)));
        assert_eq!(of("bytes=-3"), Some((7, 10)));
        assert_eq!(of("bytes=8-99"), Some((8, 10)));
        for bad in ["bytes=10-", "bytes=3-2", "bytes=-0", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "bytes=1"] {
            assert_eq!(of(bad), None, "{bad}");
        }
        assert_eq!(asked(&HeaderValue::from_static("bytes=0-18446744073709551615"), 10), None);
    }
}
