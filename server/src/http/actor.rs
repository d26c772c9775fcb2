//! The signed-in device behind a request: `authorization: Bearer <access token>`, or `plumbline-grant` where a grant is enough.

use axum::{
    extract::{FromRequestParts, Path},
    http::{header, request::Parts},
};
use plumbline_protocol::{Fault, session::GRANT};

use super::{Web, refusal::Refusal};
use crate::{app::session, op::Op};

impl FromRequestParts<Web> for Op {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Refusal> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let token = value.and_then(|v| v.strip_prefix("Bearer ")).ok_or(Fault::SignedOut)?;
        let op = session::authenticate(&web.app, token).await?;
        web.devices.take(op.device)?;
        Ok(op)
    }
}

/// Who sends a part: a session, or whoever has its grant for this blob.
pub(super) struct Sender(pub Op);

impl FromRequestParts<Web> for Sender {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Refusal> {
        let Some(grant) = parts.headers.get(GRANT).cloned() else {
            return Op::from_request_parts(parts, web).await.map(Sender);
        };
        let of = Path::<(String, String)>::from_request_parts(parts, web).await;
        let Path((sha256, _)) = of.map_err(|_| Fault::NotFound)?;
        let grant = grant.to_str().map_err(|_| Fault::SignedOut)?;
        let op = session::granted(&web.app, grant, &sha256).await?;
        web.devices.take(op.device)?;
        Ok(Sender(op))
    }
}
