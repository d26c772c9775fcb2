//! The socket that says when there is something to pull.
//!
//! Invariants: the same pinned TLS as every other call; what is not a hint of this server within its bounds ends the
//! socket; a server that is silent for longer than it promised is taken for gone.

use std::time::Duration;

use futures_util::StreamExt;
use plumbline_protocol::{
    Fault,
    live::{Hint, MAX_HINT, PING_SECONDS, PROTOCOL, Ticket},
};
use reqwest::{Method, StatusCode, Upgraded, header};
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};
use zeroize::Zeroizing;

use super::{JSON, MAX_JSON, Net, malformed, media, read_json, refusal, unreachable};
use crate::error;

/// How long opening may take. A proxy that does not know sockets may not answer at all.
const OPENING: Duration = Duration::from_secs(20);
/// How long the server may be silent.
const SILENCE: Duration = Duration::from_secs(2 * PING_SECONDS as u64);
const BUFFER: usize = 1024;

/// An open socket. Dropping it closes it.
pub struct Socket(WebSocketStream<Upgraded>);

impl Net {
    /// A ticket for one socket.
    pub async fn ticket(&self, token: &str) -> Result<Ticket, Fault> {
        let request = self.ask(Method::POST, "/v1/live/ticket").bearer_auth(token);
        read_json(&Zeroizing::new(self.bytes(request, JSON, MAX_JSON).await?))
    }

    /// Opens a socket with a ticket, which is used up whether or not it opens.
    pub async fn live(&self, ticket: Ticket) -> Result<Socket, Fault> {
        let (key, ticket) = (generate_key(), Zeroizing::new(ticket.ticket));
        let offer = Zeroizing::new(format!("{PROTOCOL}, {}", *ticket));
        let mut offer = header::HeaderValue::from_str(&offer).map_err(|_| malformed())?;
        offer.set_sensitive(true);
        let request = self.sockets.get(format!("{}/v1/live", self.at));
        let request = request.header(header::CONNECTION, "Upgrade").header(header::UPGRADE, "websocket");
        let request = request.header(header::SEC_WEBSOCKET_VERSION, "13").header(header::SEC_WEBSOCKET_KEY, &key);
        let request = request.header(header::SEC_WEBSOCKET_PROTOCOL, offer).timeout(OPENING).build();
        let request = request.map_err(|cause| error::internal("request", &cause.without_url()))?;
        let response = self.sockets.execute(request).await.map_err(|cause| unreachable(&cause))?;
        let said = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let accepted = said(header::SEC_WEBSOCKET_ACCEPT) == Some(derive_accept_key(key.as_bytes()).as_str());
        match response.status() {
            StatusCode::SWITCHING_PROTOCOLS if accepted && said(header::SEC_WEBSOCKET_PROTOCOL) == Some(PROTOCOL) => {}
            status if status.is_success() || media(&response) != JSON => return Err(Fault::Offline),
            _ => return Err(refusal(response, 0).await),
        }
        let upgraded = timeout(OPENING, response.upgrade()).await.map_err(|_| Fault::Offline)?;
        let upgraded = upgraded.map_err(|cause| unreachable(&cause))?;
        let bounds = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(0)
            .max_write_buffer_size(BUFFER)
            .max_message_size(Some(MAX_HINT))
            .max_frame_size(Some(MAX_HINT));
        Ok(Socket(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(bounds)).await))
    }
}

impl Socket {
    /// What the server says next. [`Fault::Offline`] when the socket is closed or silent: a hint may be lost with it.
    pub async fn next(&mut self) -> Result<Hint, Fault> {
        loop {
            // A ping is answered while the next message is read.
            match timeout(SILENCE, self.0.next()).await.map_err(|_| Fault::Offline)? {
                Some(Ok(Message::Text(hint))) => return read_json(hint.as_bytes()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(_) | Err(_)) | None => return Err(Fault::Offline),
            }
        }
    }
}
