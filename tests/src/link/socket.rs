//! The part of a link that passes sockets on: byte for byte, until an end closes, the link is cut, or the test says so.

use std::sync::Arc;

use bytes::Bytes;
use hyper::{Request, Response, StatusCode, body::Incoming, header, upgrade};
use hyper_util::rt::TokioIo;
use tokio::{io::copy_bidirectional, sync::watch};

use super::{Broken, Carried, Fate, Link, Server, Way};

/// Sockets of one link.
pub(super) struct Sockets {
    /// How many are open.
    open: watch::Sender<usize>,
    /// Counts up when all that are open break off.
    broken: watch::Sender<u64>,
    /// What is answered instead of a socket: that of a proxy that knows none.
    refused: watch::Sender<Option<(StatusCode, &'static str)>>,
}

impl Default for Sockets {
    fn default() -> Self {
        let (open, broken, refused) = (watch::Sender::new(0), watch::Sender::new(0), watch::Sender::new(None));
        Sockets { open, broken, refused }
    }
}

impl Link {
    /// Breaks off every socket that is open; new ones may come.
    pub fn break_sockets(&self) {
        self.way.sockets.broken.send_modify(|times| *times += 1);
    }

    /// From now on whoever asks for a socket gets this page instead; `None`: a socket.
    pub fn refuse_sockets(&self, page: Option<(StatusCode, &'static str)>) {
        self.way.sockets.refused.send_replace(page);
    }

    /// Waits until exactly so many sockets are open.
    pub async fn has_sockets(&self, number: usize) {
        self.way.sockets.open.subscribe().wait_for(|open| *open == number).await.unwrap();
    }
}

impl Way {
    pub(super) async fn carry_socket(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Carried>, Broken> {
        if !matches!(self.state.lock().unwrap().fate(request.uri().path()), Fate::Passes | Fate::Twice | Fate::Waits(_))
        {
            return Err(Broken);
        }
        if let Some((status, page)) = *self.sockets.refused.borrow() {
            let mut response = Response::new(Carried::new(&Bytes::from_static(page.as_bytes()), page.len()));
            *response.status_mut() = status;
            response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html"));
            return Ok(response);
        }
        let Server { http, url } = self.server.lock().unwrap().clone();
        let path = request.uri().path_and_query().map_or("/", |p| p.as_str());
        let mut headers = request.headers().clone();
        headers.remove(header::HOST);
        let asked = http.request(request.method().clone(), format!("{url}{path}")).headers(headers);
        let told = asked.send().await.map_err(|_| Broken)?;
        let (status, headers) = (told.status(), told.headers().clone());
        if status != StatusCode::SWITCHING_PROTOCOLS {
            let body = told.bytes().await.map_err(|_| Broken)?;
            let mut response = Response::new(Carried::new(&body, body.len()));
            (*response.status_mut(), *response.headers_mut()) = (status, super::about_the_message(&headers));
            return Ok(response);
        }
        tokio::spawn(async move {
            let mut broken = self.sockets.broken.subscribe();
            let (Ok(ours), Ok(mut theirs)) = tokio::join!(upgrade::on(request), told.upgrade()) else { return };
            let mut ours = TokioIo::new(ours);
            self.sockets.open.send_modify(|open| *open += 1);
            tokio::select! {
                _ = copy_bidirectional(&mut ours, &mut theirs) => {}
                _ = broken.changed() => {}
            }
            self.sockets.open.send_modify(|open| *open -= 1);
        });
        let mut response = Response::new(Carried::new(&Bytes::new(), 0));
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        Ok(response)
    }
}
