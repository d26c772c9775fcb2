//! Connections: accept, TLS, HTTP, and the end of all that.
//!
//! Bounded in every direction ([`Bounds`]): number of connections, of all and of one address, time for the handshake, for
//! the head, for a request, and for a connection on which a request does not move: bytes that belong to none (a head
//! without end, pings, settings) keep no connection open, and neither does one request another. A request moves when it
//! begins, when it is answered and when the peer has taken a piece of its answer ([`PIECE`]). A connection that has become
//! a socket is no longer among these: `http/live.rs` has it, and `app/live.rs` counts it. A drain stops reading new requests
//! on open connections, answers new connections with `Busy`, and gives requests under way a bounded time to finish.

use std::{
    collections::{HashMap, hash_map::Entry},
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Router, body::Body, response::Response};
use bytes::Bytes;
use hyper::{
    Request,
    body::{Frame, Incoming, SizeHint},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::{Peer, limit::network};
use crate::config::Bounds;

/// How long requests under way have to finish when the server is asked to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// Most bytes that go out at once; what takes one in [`Bounds::stall`] is slow and may be a phone, what takes longer is no
/// reader.
const PIECE: usize = 64 * 1024;

/// What every connection needs.
#[derive(Clone)]
pub(crate) struct Front {
    pub tls: TlsAcceptor,
    pub router: Router,
    pub bounds: Bounds,
}

/// Connections, of all and of each address.
struct Crowd {
    bounds: Bounds,
    connections: JoinSet<()>,
    of_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A place in the crowd, given back when it is dropped.
struct Place {
    address: IpAddr,
    of_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// Serves until `stop`, then drains. `stop` comes after the application was told that it is draining.
pub(crate) async fn serve(listener: TcpListener, front: Front, stop: oneshot::Receiver<()>) {
    let (mut crowd, graceful) = (Crowd::new(front.bounds), GracefulShutdown::new());
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            _ = &mut stop => break,
            accepted = crowd.accept(&listener) => {
                crowd.connections.spawn(front.clone().connection(accepted, Some(graceful.watcher())));
            }
        }
    }
    let mut drained = std::pin::pin!(timeout(DRAIN, graceful.shutdown()));
    loop {
        tokio::select! {
            finished = &mut drained => {
                if finished.is_err() {
                    tracing::warn!("requests were cut off by the end of the drain");
                }
                break;
            }
            accepted = crowd.accept(&listener) => {
                crowd.connections.spawn(front.clone().connection(accepted, None));
            }
        }
    }
    crowd.connections.shutdown().await;
}

impl Crowd {
    fn new(bounds: Bounds) -> Crowd {
        Crowd { bounds, connections: JoinSet::new(), of_address: Arc::default() }
    }

    /// The next connection, when there is room for one. One too many of its address is closed unheard.
    async fn accept(&mut self, listener: &TcpListener) -> (TcpStream, SocketAddr, Place) {
        loop {
            while self.connections.try_join_next().is_some() {}
            if self.connections.len() >= self.bounds.connections {
                self.connections.join_next().await;
                continue;
            }
            match listener.accept().await {
                Ok((stream, peer)) => {
                    if let Some(place) = self.place(network(peer.ip())) {
                        return (stream, peer, place);
                    }
                }
                Err(error) => {
                    // Out of descriptors, or a peer that left before we looked: neither ends the server.
                    tracing::warn!(error = %error.kind(), "accept");
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn place(&self, address: IpAddr) -> Option<Place> {
        let mut of_address = lock(&self.of_address);
        let taken = of_address.entry(address).or_default();
        if *taken >= self.bounds.connections_of_address {
            return None;
        }
        *taken += 1;
        Some(Place { address, of_address: self.of_address.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut of_address = lock(&self.of_address);
        if let Entry::Occupied(mut taken) = of_address.entry(self.address) {
            *taken.get_mut() -= 1;
            if *taken.get() == 0 {
                taken.remove();
            }
        }
    }
}

impl Front {
    async fn connection(self, (stream, peer, _place): (TcpStream, SocketAddr, Place), watcher: Option<Watcher>) {
        let bounds = self.bounds;
        // Answers are small and awaited: waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let Ok(Ok(stream)) = timeout(bounds.handshake, self.tls.accept(stream)).await else { return };
        let moved = Arc::new(Mutex::new(Moved::new()));
        let watched = moved.clone();
        let service = service_fn(move |request| answer(self.router.clone(), peer, UnderWay::new(&watched), request));
        let io = TokioIo::new(stream);
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(bounds.head).max_buf_size(PIECE);
        let mut http2 = builder.http2();
        http2.timer(TokioTimer::new()).max_concurrent_streams(64).max_header_list_size(16 * 1024);
        http2.max_send_buf_size(PIECE);
        let connection = builder.serve_connection_with_upgrades(io, service).into_owned();
        let served = async {
            // A connection that fails is the peer's affair; requests have been logged by themselves.
            let _ = match watcher {
                Some(watcher) => watcher.watch(connection).await,
                None => connection.await,
            };
        };
        tokio::select! {
            () = served => {}
            () = stalled(&moved, bounds.stall) => {}
        }
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    under_way: UnderWay,
    mut request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    request.extensions_mut().insert(Peer(peer.ip()));
    let response = router.oneshot(request).await?;
    under_way.moves();
    Ok(response.map(|body| Answer { body, piece: Bytes::new(), under_way }))
}

/// When each request that is under way last moved.
struct Moved {
    under_way: HashMap<u64, Instant>,
    next: u64,
    /// When the last one ended, or the connection began.
    idle: Instant,
}

impl Moved {
    fn new() -> Moved {
        Moved { under_way: HashMap::new(), next: 0, idle: Instant::now() }
    }

    /// Since when one of them has not moved, or there has been none.
    fn since(&self) -> Instant {
        self.under_way.values().min().copied().unwrap_or(self.idle)
    }
}

/// Returns when a request has not moved for so long, or there has been none.
async fn stalled(moved: &Mutex<Moved>, stall: Duration) {
    loop {
        let since = lock(moved).since();
        match stall.checked_sub(since.elapsed()) {
            Some(rest) if !rest.is_zero() => sleep(rest).await,
            _ => return,
        }
    }
}

/// A request from its head to the end of its answer.
struct UnderWay {
    number: u64,
    moved: Arc<Mutex<Moved>>,
}

impl UnderWay {
    fn new(moved: &Arc<Mutex<Moved>>) -> UnderWay {
        let number = {
            let mut moved = lock(moved);
            moved.next += 1;
            moved.next
        };
        let under_way = UnderWay { number, moved: moved.clone() };
        under_way.moves();
        under_way
    }

    fn moves(&self) {
        lock(&self.moved).under_way.insert(self.number, Instant::now());
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut moved = lock(&self.moved);
        moved.under_way.remove(&self.number);
        moved.idle = Instant::now();
    }
}

/// An answer's body in pieces; the request is under way until it is out.
struct Answer {
    body: Body,
    /// What is left of the frame that the body gave last.
    piece: Bytes,
    under_way: UnderWay,
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.piece.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)).map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.piece = data,
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        // Asked for when there is room: the peer has taken what came before.
        self.under_way.moves();
        let some = self.piece.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.piece.split_to(some)))))
    }

    fn is_end_stream(&self) -> bool {
        self.piece.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (body, piece) = (self.body.size_hint(), self.piece.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower() + piece);
        if let Some(upper) = body.upper() {
            hint.set_upper(upper + piece);
        }
        hint
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use hyper::body::Body as _;

    use super::*;

    #[tokio::test]
    async fn a_large_answer_goes_out_in_pieces_and_whole() {
        let moved = Arc::new(Mutex::new(Moved::new()));
        let bytes: Vec<u8> = (0..3 * PIECE + 5).map(|n| (n % 251) as u8).collect();
        let under_way = UnderWay::new(&moved);
        let mut answer = Answer { body: Body::from(bytes.clone()), piece: Bytes::new(), under_way };
        let mut out = Vec::new();
        while !answer.is_end_stream() {
            assert_eq!(answer.size_hint().exact(), Some((bytes.len() - out.len()) as u64));
            let frame = poll_fn(|cx| Pin::new(&mut answer).poll_frame(cx)).await;
            let piece = frame.unwrap().unwrap().into_data().unwrap();
            assert!((1..=PIECE).contains(&piece.len()));
            out.extend_from_slice(&piece);
        }
        assert!(poll_fn(|cx| Pin::new(&mut answer).poll_frame(cx)).await.is_none());
        assert_eq!(out, bytes);
    }

    #[test]
    fn a_request_that_does_not_move_is_not_kept_by_others() {
        let moved = Arc::new(Mutex::new(Moved::new()));
        let still = UnderWay::new(&moved);
        let began = lock(&moved).since();
        while Instant::now() == began {}
        let other = UnderWay::new(&moved);
        other.moves();
        drop(other);
        drop(UnderWay::new(&moved));
        assert_eq!(lock(&moved).since(), began);
        still.moves();
        assert!(lock(&moved).since() > began);
        drop(still);
        let moved = lock(&moved);
        assert_eq!(moved.since(), moved.idle);
    }
}
