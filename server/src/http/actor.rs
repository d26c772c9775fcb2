//! The signed-in device behind a request: `authorization: Bearer <access token>`.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use plumbline_protocol::Fault;

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
