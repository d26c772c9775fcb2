//! `/v1/checkpoint`, `/v1/offer` and `/v1/log/{organisation}/restore`: see [`crate::app::restore`].

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};

use super::{
    FIRST_LIMIT, MESSAGE_LIMIT, Web,
    input::{Body, parse},
    log::{Message, message},
    refusal::Refusal,
};
use crate::{
    app::restore::{self, Standing},
    op::Op,
};

/// A checkpoint that this server has signed.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Presented {
    checkpoint: String,
}

pub(super) async fn present(
    State(web): State<Web>,
    op: Op,
    Body(presented): Body<Presented>,
) -> Result<Json<Standing>, Refusal> {
    Ok(Json(restore::present(&web.app, &op, &presented.checkpoint).await?))
}

pub(super) async fn restore(
    State(web): State<Web>,
    Path(organisation): Path<String>,
    Message(body): Message<FIRST_LIMIT>,
) -> Result<Response, Refusal> {
    Ok(message(restore::restore(&web.app, parse("organisation", &organisation)?, body).await?))
}

pub(super) async fn offer(
    State(web): State<Web>,
    op: Op,
    Message(body): Message<MESSAGE_LIMIT>,
) -> Result<Response, Refusal> {
    Ok(message(restore::offer(&web.app, &op, body).await?))
}
