//! HTTP: decode, call `app`, encode. Nothing is decided here.
//!
//! Every request passes [`frame`]: it gets an id, is counted against its address, is bounded in time, and leaves one line in
//! the log with its route's template, never with what stood in it. Whatever fails is answered by a [`refusal::Refusal`].

mod actor;
mod blob;
mod device;
mod input;
mod limit;
mod live;
mod log;
mod refusal;
mod restore;
pub(crate) mod serve;
mod session;

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{delete, get, head, post, put},
};
use plumbline_protocol::{DeviceId, Fault, blob::PART, page::MAX_MESSAGE};
use serde_json::{Value, json};
use tracing::Instrument;

use self::{
    Access::{Full, Open, Session},
    limit::Buckets,
    refusal::Refusal,
};
use crate::{app::App, config::Config, random};

/// Most bytes of a JSON body.
const JSON_LIMIT: usize = 16 * 1024;
/// Most bytes of a packed message; what compresses badly may grow a little.
const MESSAGE_LIMIT: usize = MAX_MESSAGE + 64 * 1024;
/// Most bytes of the packed message with which somebody comes in: one action.
const FIRST_LIMIT: usize = 128 * 1024;
/// Most bytes of one part of a photograph.
const PART_LIMIT: usize = PART as usize;
const REQUEST: HeaderName = HeaderName::from_static("plumbline-request");

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Web {
    app: Arc<App>,
    addresses: Arc<Buckets<IpAddr>>,
    devices: Arc<Buckets<DeviceId>>,
    /// Time between two pings of a socket.
    ping: Duration,
    /// A request that is not answered by then is given up.
    patience: Duration,
}

/// The address at the other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub IpAddr);

/// A route, as it is published.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method, in capitals.
    pub method: &'static str,
    /// The path, with what varies in braces.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

/// Who may use a route at all. What a role may do there is the policy's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone; and why nobody has to sign in for it.
    Open(&'static str),
    /// Any session, that of a revoked device too: it may hand in its unsent work.
    Session,
    /// A session of a device that is not revoked.
    Full,
}

/// Declares each route once, so that what is published is what is served.
macro_rules! routes {
    ($($method:ident $name:literal $path:literal, $access:expr, $limit:expr => $handler:path;)*) => {
        /// Every route there is.
        pub const ROUTES: &[Route] = &[$(Route { method: $name, path: $path, access: $access }),*];

        fn routes() -> Router<Web> {
            Router::new()$(.route($path, $method($handler).layer(DefaultBodyLimit::max($limit))))*
        }
    };
}

routes! {
    get "GET" "/health", Open("says only that the server answers"), JSON_LIMIT => health;
    post "POST" "/v1/session/challenge", Open("costs and tells nothing"), JSON_LIMIT => session::challenge;
    post "POST" "/v1/session", Open("asks for the device key's signature"), JSON_LIMIT => session::open;
    post "POST" "/v1/session/refresh", Open("asks for the device key's signature"), JSON_LIMIT => session::refresh;
    delete "DELETE" "/v1/session", Session, JSON_LIMIT => session::end;
    get "GET" "/v1/devices", Full, JSON_LIMIT => device::list;
    delete "DELETE" "/v1/devices/{device}/sessions", Full, JSON_LIMIT => device::end_sessions;
    head "HEAD" "/v1/blobs/{sha256}", Session, JSON_LIMIT => blob::progress;
    get "GET" "/v1/blobs/{sha256}", Full, JSON_LIMIT => blob::read;
    post "POST" "/v1/blobs/{sha256}/grant", Session, JSON_LIMIT => blob::grant;
    put "PUT" "/v1/blobs/{sha256}/parts/{part}", Session, PART_LIMIT => blob::put_part;
    post "POST" "/v1/blobs/{sha256}/complete", Session, JSON_LIMIT => blob::complete;
    post "POST" "/v1/push", Session, MESSAGE_LIMIT => log::push;
    post "POST" "/v1/pull", Full, JSON_LIMIT => log::pull;
    post "POST" "/v1/checkpoint", Full, JSON_LIMIT => restore::present;
    post "POST" "/v1/offer", Full, MESSAGE_LIMIT => restore::offer;
    post "POST" "/v1/live/ticket", Full, JSON_LIMIT => live::ticket;
    get "GET" "/v1/live", Open("asks for a ticket"), JSON_LIMIT => live::socket;
    post "POST" "/v1/setup", Open("asks for a setup link's secret"), FIRST_LIMIT => log::found;
    post "POST" "/v1/log/{organisation}/enrol", Open("asks for an invite's signature"), FIRST_LIMIT => log::enrol;
    post "POST" "/v1/log/{organisation}/restore", Open("asks for an administrator's signature"), FIRST_LIMIT
        => restore::restore;
    get "GET" "/v1/log/{organisation}/checkpoint", Open("hashes only"), JSON_LIMIT => log::checkpoint;
    get "GET" "/v1/log/{organisation}/tile/{*tile}", Open("hashes only"), JSON_LIMIT => log::tile;
}

/// The service.
pub(crate) fn router(app: Arc<App>, config: &Config) -> Router {
    let Config { rates, sockets, bounds, .. } = config;
    let (addresses, devices) = (Arc::new(Buckets::new(rates.address)), Arc::new(Buckets::new(rates.device)));
    let web = Web { app, addresses, devices, ping: sockets.ping, patience: bounds.request };
    routes()
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(from_fn_with_state(web.clone(), frame))
        .with_state(web)
}

async fn health() -> Json<Value> {
    Json(json!({ "ok": true }))
}

async fn unknown() -> Refusal {
    Fault::NotFound.into()
}

async fn frame(State(web): State<Web>, request: Request, next: Next) -> Response {
    let id = random::text::<8>().unwrap_or_default();
    let (started, method) = (Instant::now(), request.method().clone());
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", %id);
    let mut response = answer(&web, request, next).instrument(span).await;
    let (status, ms) = (response.status().as_u16(), started.elapsed().as_millis());
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST, id);
    }
    if web.app.draining() {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let bytes = headers.get(header::CONTENT_LENGTH).and_then(|n| n.to_str().ok()).unwrap_or("-");
    tracing::info!(request = %id, %method, %route, status, %ms, bytes, "answered");
    response
}

async fn answer(web: &Web, request: Request, next: Next) -> Response {
    if web.app.draining() {
        return Refusal::from(Fault::Busy { retry_after: 5 }).into_response();
    }
    let peer = request.extensions().get::<Peer>().map(|Peer(address)| limit::network(*address));
    if let Some(Err(refusal)) = peer.map(|address| web.addresses.take(address)) {
        return refusal.into_response();
    }
    match tokio::time::timeout(web.patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::from(Fault::Cancelled).into_response(),
    }
}
