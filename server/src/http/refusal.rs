//! A fault as an answer: its JSON as the body, and the one table of statuses.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use plumbline_protocol::Fault;

use crate::error::Error;

/// An answer that refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    fault: Fault,
}

impl Refusal {
    /// Too many requests: come back in `retry_after` seconds. The same fault as a busy server, by another status.
    pub fn too_many(retry_after: u32) -> Self {
        Refusal { status: StatusCode::TOO_MANY_REQUESTS, fault: Fault::Busy { retry_after } }
    }
}

fn status(fault: &Fault) -> StatusCode {
    match fault {
        Fault::Invalid { .. } => StatusCode::BAD_REQUEST,
        Fault::SignedOut => StatusCode::UNAUTHORIZED,
        Fault::Denied => StatusCode::FORBIDDEN,
        Fault::NotFound => StatusCode::NOT_FOUND,
        Fault::Cancelled => StatusCode::REQUEST_TIMEOUT,
        Fault::Reenrol => StatusCode::CONFLICT,
        Fault::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Fault::Corrupt { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Fault::Outdated => StatusCode::UPGRADE_REQUIRED,
        Fault::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Fault::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        // The first two are a client's own and never come from here.
        Fault::Offline | Fault::Locked { .. } | Fault::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal { status: status(&fault), fault }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::from(error.into_fault())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let wait = match &self.fault {
            Fault::Busy { retry_after } => Some(HeaderValue::from(*retry_after)),
            _ => None,
        };
        let mut response = (self.status, Json(self.fault)).into_response();
        if let Some(wait) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }
}
