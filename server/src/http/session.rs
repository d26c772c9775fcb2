//! `/v1/session`: see [`crate::app::session`].

use axum::{Json, extract::State, http::StatusCode};
use plumbline_protocol::session::{Challenge, ChallengeRequest, RefreshRequest, SessionRequest, Tokens};

use super::{Web, input::Body, refusal::Refusal};
use crate::{app::session, op::Op};

pub(super) async fn challenge(
    State(web): State<Web>,
    Body(request): Body<ChallengeRequest>,
) -> Result<Json<Challenge>, Refusal> {
    Ok(Json(session::challenge(&web.app, &request)?))
}

pub(super) async fn open(State(web): State<Web>, Body(request): Body<SessionRequest>) -> Result<Json<Tokens>, Refusal> {
    Ok(Json(session::open(&web.app, request).await?))
}

pub(super) async fn refresh(
    State(web): State<Web>,
    Body(request): Body<RefreshRequest>,
) -> Result<Json<Tokens>, Refusal> {
    Ok(Json(session::refresh(&web.app, request).await?))
}

pub(super) async fn end(State(web): State<Web>, op: Op) -> Result<StatusCode, Refusal> {
    session::end(&web.app, &op).await?;
    Ok(StatusCode::NO_CONTENT)
}
