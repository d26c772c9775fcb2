//! `/v1/devices`: see [`crate::app::device`].

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::{Web, input::parse, refusal::Refusal};
use crate::{app::device, op::Op};

/// `{"devices":[...]}`.
pub(super) async fn list(State(web): State<Web>, op: Op) -> Result<Json<Value>, Refusal> {
    Ok(Json(json!({ "devices": device::list(&web.app, &op).await? })))
}

pub(super) async fn end_sessions(
    State(web): State<Web>,
    op: Op,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    device::end_sessions(&web.app, &op, parse("device", &id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
