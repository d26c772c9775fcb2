//! `/v1/push`, `/v1/pull`, `/v1/setup` and `/v1/log/{organisation}`: see [`crate::app::log`].
//!
//! Messages are CBOR under zstd. What stands under `/v1/log` is hashes, for anyone who knows the organisation's id.

use axum::{
    body::Bytes,
    extract::{FromRequest, Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use plumbline_protocol::{Fault, Hash, page};
use sha2::{Digest, Sha256};

use super::{
    FIRST_LIMIT, JSON_LIMIT, MESSAGE_LIMIT, Web,
    input::{bytes, parse},
    refusal::Refusal,
};
use crate::{
    app::{log, setup},
    error::Error,
    op::Op,
};

/// A mirror may keep a tile, but asks each time whether it still is the same: a restore goes on with other entries.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// A packed message of at most `LIMIT` bytes, which the route enforces.
pub(super) struct Message<const LIMIT: usize>(pub(super) Vec<u8>);

impl<S: Send + Sync, const LIMIT: usize> FromRequest<S> for Message<LIMIT> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        if request.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind != page::MEDIA) {
            return Err(Fault::invalid("content-type", "type").into());
        }
        Ok(Message(Vec::from(bytes(Bytes::from_request(request, state).await, LIMIT as u64)?)))
    }
}

pub(super) async fn push(
    State(web): State<Web>,
    op: Op,
    Message(body): Message<MESSAGE_LIMIT>,
) -> Result<Response, Refusal> {
    Ok(message(log::push(&web.app, &op, body).await?))
}

pub(super) async fn pull(
    State(web): State<Web>,
    op: Op,
    Message(body): Message<JSON_LIMIT>,
) -> Result<Response, Refusal> {
    Ok(message(log::pull(&web.app, &op, body).await?))
}

pub(super) async fn enrol(
    State(web): State<Web>,
    Path(organisation): Path<String>,
    Message(body): Message<FIRST_LIMIT>,
) -> Result<Response, Refusal> {
    Ok(message(log::enrol(&web.app, parse("organisation", &organisation)?, body).await?))
}

/// The link's secret in hex as `authorization: Bearer`.
pub(super) async fn found(
    State(web): State<Web>,
    headers: HeaderMap,
    Message(body): Message<FIRST_LIMIT>,
) -> Result<Response, Refusal> {
    let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let secret = value.and_then(|v| v.strip_prefix("Bearer ")).ok_or_else(|| Fault::invalid("secret", "missing"))?;
    let secret: Hash = parse("secret", secret)?;
    Ok(message(setup::found(&web.app, secret.0, body).await?))
}

/// The key that follows, in hex, as `plumbline-next-key`: who restores names it.
pub(super) async fn checkpoint(State(web): State<Web>, Path(organisation): Path<String>) -> Result<Response, Refusal> {
    let (text, next_key) = log::checkpoint(&web.app, parse("organisation", &organisation)?).await?;
    Ok(([("plumbline-next-key", next_key.to_string())], text).into_response())
}

/// 304 where `if-none-match` has the tile's `etag`, which is made of what stands in it.
pub(super) async fn tile(
    State(web): State<Web>,
    Path((organisation, tile)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let hashes = log::tile(&web.app, parse("organisation", &organisation)?, parse("tile", &tile)?).await?;
    let tag = format!("\"{}\"", Hash(Sha256::digest(&hashes).into()));
    let kept = headers.get(header::IF_NONE_MATCH).and_then(|kept| kept.to_str().ok()).unwrap_or_default();
    let same = kept.split(',').any(|kept| kept.trim().trim_start_matches("W/") == tag);
    let head = [
        (header::CACHE_CONTROL, ASK_AGAIN),
        (header::ETAG, HeaderValue::from_str(&tag).map_err(|_| Error::internal("etag"))?),
    ];
    Ok(match same {
        true => (StatusCode::NOT_MODIFIED, head).into_response(),
        false => (head, [(header::CONTENT_TYPE, "application/octet-stream")], hashes).into_response(),
    })
}

pub(super) fn message(packed: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, page::MEDIA)], packed).into_response()
}
