//! Connections: accept, TLS, HTTP, and the end of all that.
//!
//! Bounded in every direction ([`Bounds`]): number of connections, of all and of one address, time for the handshake, for
//! the head, for a request, and for a connection on which no request moves: bytes that belong to none (a head without end,
//! pings, settings) keep no connection open. A connection that has become a socket is no longer among these:
//! `http/live.rs` has it, and `app/live.rs` counts it. A drain stops reading new requests on open connections, answers new
//! connections with `Busy`, and gives requests under way a bounded time to finish.

use std::{
    collections::{HashMap, hash_map::Entry},
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
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
    io::{AsyncRead, AsyncWrite, ReadBuf},
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
        let mut of_address = self.of_address.lock().unwrap_or_else(PoisonError::into_inner);
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
        let mut of_address = self.of_address.lock().unwrap_or_else(PoisonError::into_inner);
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
        let moved =
            Arc::new(Moved { start: Instant::now(), last_ms: AtomicU64::new(0), under_way: AtomicUsize::new(0) });
        let io = TokioIo::new(Watched { stream, moved: moved.clone() });
        let watched = moved.clone();
        let service = service_fn(move |request| answer(self.router.clone(), peer, UnderWay::new(&watched), request));
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(bounds.head).max_buf_size(64 * 1024);
        builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64).max_header_list_size(16 * 1024);
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
            () = moved.stalled(bounds.stall) => {}
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
    Ok(router.oneshot(request).await?.map(|body| Answer { body, _under_way: under_way }))
}

/// When a request last moved: began, ended, or had bytes coming or going.
struct Moved {
    start: Instant,
    last_ms: AtomicU64,
    under_way: AtomicUsize,
}

/// A request from its head to the end of its answer.
struct UnderWay(Arc<Moved>);

impl UnderWay {
    fn new(moved: &Arc<Moved>) -> UnderWay {
        moved.under_way.fetch_add(1, Ordering::Relaxed);
        moved.note();
        UnderWay(moved.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.note();
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An answer's body; the request is under way until it is out.
struct Answer {
    body: Body,
    _under_way: UnderWay,
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Moved {
    fn note(&self) {
        self.last_ms.store(self.now(), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Returns when nothing has moved for so long.
    async fn stalled(&self, stall: Duration) {
        loop {
            let idle = Duration::from_millis(self.now().saturating_sub(self.last_ms.load(Ordering::Relaxed)));
            match stall.checked_sub(idle) {
                Some(rest) if !rest.is_zero() => sleep(rest).await,
                _ => return,
            }
        }
    }
}

/// A stream that notes when a byte of a request moves.
struct Watched<S> {
    stream: S,
    moved: Arc<Moved>,
}

impl<S> Watched<S> {
    fn note(&self, moved: bool) {
        if moved && self.moved.under_way.load(Ordering::Relaxed) > 0 {
            self.moved.note();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.note(buf.filled().len() > before);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.note(matches!(polled, Poll::Ready(Ok(n)) if n > 0));
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
