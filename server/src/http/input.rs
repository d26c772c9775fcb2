//! Input from outside: bounded, checked, and refused by the name of the field that is wrong.

use std::str::FromStr;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, header},
};
use plumbline_protocol::Fault;
use serde::de::DeserializeOwned;

use super::{JSON_LIMIT, refusal::Refusal};

/// A JSON body. Unknown, missing, repeated and mistyped fields are refused by name.
pub(crate) struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        if kind.and_then(|k| k.split(';').next()).map(str::trim) != Some("application/json") {
            return Err(Fault::invalid("content-type", "type").into());
        }
        let body = bytes(Bytes::from_request(request, state).await, JSON_LIMIT as u64)?;
        let mut json = serde_json::Deserializer::from_slice(&body);
        let value: T = serde_path_to_error::deserialize(&mut json).map_err(|e| wrong(&e))?;
        json.end().map_err(|_| Fault::invalid("body", "json"))?;
        Ok(Body(value))
    }
}

/// A body's bytes, or how it failed.
pub(crate) fn bytes(body: Result<Bytes, BytesRejection>, limit: u64) -> Result<Bytes, Fault> {
    body.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(e) if e.status().as_u16() == 413 => Fault::TooLarge { limit },
        _ => Fault::invalid("body", "incomplete"),
    })
}

/// An input in text: a piece of the path or a header.
pub(crate) fn parse<T: FromStr>(name: &str, text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| Fault::invalid(name, "type"))
}

/// A header that must be there.
pub(crate) fn header<T: FromStr>(headers: &HeaderMap, name: &str) -> Result<T, Fault> {
    let value = headers.get(name).ok_or_else(|| Fault::invalid(name, "missing"))?;
    parse(name, value.to_str().map_err(|_| Fault::invalid(name, "type"))?)
}

/// Which field is wrong, and how. Serde says it in a sentence that names the field between back quotes.
fn wrong(error: &serde_path_to_error::Error<serde_json::Error>) -> Fault {
    let (path, text) = (error.path().to_string(), error.inner().to_string());
    let named = text.split('`').nth(1);
    let reason = [("missing field", "missing"), ("unknown field", "unknown"), ("duplicate field", "duplicate")]
        .into_iter()
        .find_map(|(start, reason)| text.starts_with(start).then_some(reason));
    match (reason, named) {
        (Some(reason), Some(field)) => Fault::invalid(field, reason),
        _ if error.inner().is_data() && path != "." && !path.starts_with('[') => Fault::invalid(path, "type"),
        _ if error.inner().is_data() => Fault::invalid("body", "type"),
        _ => Fault::invalid("body", "json"),
    }
}

#[cfg(test)]
mod tests {
    use plumbline_protocol::session::ChallengeRequest;

    use super::*;

    #[test]
    fn what_is_wrong_with_a_body_is_named() {
        let id = "ab".repeat(32);
        let check = |body: &str, field: &str, reason: &str| {
            let mut json = serde_json::Deserializer::from_str(body);
            let error = serde_path_to_error::deserialize::<_, ChallengeRequest>(&mut json).err().unwrap();
            assert_eq!(wrong(&error), Fault::invalid(field, reason), "{body}");
        };
        check(&format!(r#"{{"organisation":"{id}"}}"#), "device", "missing");
        check(&format!(r#"{{"organisation":"{id}","device":"{id}","x":1}}"#), "x", "unknown");
        check(&format!(r#"{{"organisation":"{id}","organisation":"{id}"}}"#), "organisation", "duplicate");
        check(&format!(r#"{{"organisation":"{id}","device":"short"}}"#), "device", "type");
        check(r#"{"organisation":7}"#, "organisation", "type");
        check("7", "body", "type");
        check("", "body", "json");
        check("{", "body", "json");
        check(&"[".repeat(100_000), "body", "type");
    }
}
