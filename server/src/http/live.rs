//! `/v1/live`: see [`crate::app::live`].
//!
//! The ticket travels in `sec-websocket-protocol`, behind the protocol's name: so whoever has none is refused like any
//! other request, before there is a socket that costs something, and it stands in no URL that a proxy writes down. Bounded:
//! what the peer may say (control frames, and few of them), how long it may be silent, how long it may not read.

use std::time::Duration;

use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use plumbline_protocol::{
    Fault,
    live::{PROTOCOL, Ticket},
};
use tokio::time::{Instant, interval_at, timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::server::create_response_with_body,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{Web, refusal::Refusal};
use crate::{
    app::live::{self, Seat},
    op::Op,
};

/// What a control frame may hold (RFC 6455 section 5.5); a device sends no other.
const MOST_BYTES: usize = 125;
/// Enough for a hint; a socket keeps its buffer for as long as it is open.
const BUFFER: usize = 512;
/// Most frames of a peer between two pings.
const MOST_FRAMES: u32 = 16;
/// A peer that takes a message no faster is dropped.
const SEND: Duration = Duration::from_secs(10);

pub(super) async fn ticket(State(web): State<Web>, op: Op) -> Result<Json<Ticket>, Refusal> {
    Ok(Json(live::ticket(&web.app, &op)?))
}

pub(super) async fn socket(State(web): State<Web>, mut request: Request) -> Result<Response, Refusal> {
    // A browser names the page's origin, and there is no page of ours: the list of those that may is empty.
    if request.headers().contains_key(header::ORIGIN) {
        return Err(Fault::Denied.into());
    }
    let ticket = offered(request.headers()).ok_or(Fault::SignedOut)?;
    let mut response =
        create_response_with_body(&request, Body::empty).map_err(|_| Fault::invalid("upgrade", "websocket"))?;
    let seat = live::join(&web.app, &ticket).await?;
    response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    web.app.live.tasks.spawn(hold(hyper::upgrade::on(&mut request), seat, web.ping));
    Ok(response)
}

/// The ticket of `plumbline.live.1, <ticket>`.
fn offered(headers: &HeaderMap) -> Option<String> {
    let words = headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    let (protocol, ticket) = words.split_once(',')?;
    (protocol.trim() == PROTOCOL).then(|| ticket.trim().to_owned())
}

async fn hold(upgrade: OnUpgrade, seat: Seat, every: Duration) {
    let Ok(Ok(upgraded)) = timeout(SEND, upgrade).await else { return };
    let bounds = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * BUFFER)
        .max_message_size(Some(MOST_BYTES))
        .max_frame_size(Some(MOST_BYTES));
    let mut socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(bounds)).await;
    let code = talk(&mut socket, seat, every).await;
    let goodbye = CloseFrame { code, reason: "".into() };
    // Whether it hears that or not: the connection ends here.
    let _ = timeout(SEND, socket.close(Some(goodbye))).await;
}

/// Says what there is to say until one of the two has enough; why it ended.
async fn talk(socket: &mut WebSocketStream<TokioIo<Upgraded>>, mut seat: Seat, every: Duration) -> CloseCode {
    let mut ping = interval_at(Instant::now() + every, every);
    let (mut answered, mut frames) = (true, 0);
    loop {
        let message = tokio::select! {
            hint = seat.next() => match hint.map(|hint| serde_json::to_string(&hint)) {
                Some(Ok(hint)) => Message::text(hint),
                Some(Err(_)) => return CloseCode::Error,
                None => return CloseCode::Away,
            },
            said = socket.next() => match said {
                Some(Ok(Message::Pong(_) | Message::Ping(_))) if frames < MOST_FRAMES => {
                    (answered, frames) = (true, frames + 1);
                    continue;
                }
                Some(Ok(_)) => return CloseCode::Policy,
                Some(Err(_)) | None => return CloseCode::Protocol,
            },
            _ = ping.tick() => {
                // The last line of defence: whatever ended the session, its socket does not outlive the next ping.
                if !answered || !seat.holds().await {
                    return CloseCode::Away;
                }
                (answered, frames) = (false, 0);
                Message::Ping(Default::default())
            }
        };
        if !matches!(timeout(SEND, socket.send(message)).await, Ok(Ok(()))) {
            return CloseCode::Away;
        }
    }
}
