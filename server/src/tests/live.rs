//! Sockets: who gets one, what is said on it, and what ends it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use plumbline_protocol::{
    link::SetupLink,
    live::{Hint, PROTOCOL, Ticket},
    value::Value,
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http, protocol::frame::coding::CloseCode},
};

use super::{crew::*, transport::connect, *};
use crate::{
    Sockets,
    app::{live, session::authenticate},
    db::News,
};

/// Longest wait for what has to come; no test waits for it to pass.
const SOON: Duration = Duration::from_secs(20);

type Socket = WebSocketStream<TlsStream<TcpStream>>;

async fn ticket(site: &Site, tokens: &Tokens) -> Result<Ticket, Fault> {
    let request = site.client.post(site.url("/v1/live/ticket")).bearer_auth(&tokens.access_token);
    answer(request.send().await.unwrap()).await
}

/// Asks for a socket with these headers; a refusal as status and fault.
async fn ask(site: &Site, headers: &[(&'static str, &str)]) -> Result<Socket, (u16, Fault)> {
    let mut request = format!("wss://{}/v1/live", &site.running.url["https://".len()..]).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match client_async(request, connect(site).await).await {
        Ok((socket, response)) => {
            assert_eq!(response.headers()["sec-websocket-protocol"], PROTOCOL);
            Ok(socket)
        }
        Err(Error::Http(response)) => {
            let (head, body): (http::response::Parts, _) = (*response).into_parts();
            Err((head.status.as_u16(), serde_json::from_slice(&body.unwrap()).unwrap()))
        }
        Err(other) => panic!("{other}"),
    }
}

async fn with(site: &Site, ticket: &str) -> Result<Socket, (u16, Fault)> {
    ask(site, &[("sec-websocket-protocol", &format!("{PROTOCOL}, {ticket}"))]).await
}

/// A socket, and the size that it said at once.
async fn open(site: &Site, tokens: &Tokens) -> (Socket, u64) {
    let mut socket = with(site, &ticket(site, tokens).await.unwrap().ticket).await.unwrap();
    let size = hint(&mut socket).await;
    (socket, size)
}

async fn hint(socket: &mut Socket) -> u64 {
    loop {
        match timeout(SOON, socket.next()).await.expect("a hint in time").unwrap().unwrap() {
            Message::Text(said) => {
                let Hint { generation, size } = serde_json::from_str(&said).unwrap();
                assert_eq!(generation, 0);
                return size;
            }
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Waits until the server closes it.
async fn closes(mut socket: Socket) -> Option<CloseCode> {
    loop {
        match timeout(SOON, socket.next()).await.expect("the server closes it") {
            Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}

async fn with_sockets(sockets: Sockets) -> Crew {
    let crew = Crew::new().await;
    Crew { site: crew.site.restart_with(|config| config.sockets = sockets).await, ..crew }
}

#[tokio::test]
async fn a_socket_says_how_long_the_log_is_and_when_it_has_grown() {
    let mut crew = Crew::new().await;
    let (mut socket, size) = open(&crew.site, crew.wes.tokens.as_ref().unwrap()).await;
    for n in 1..=3 {
        let note = crew.ana.note(100 + n, crew.here);
        crew.by_ana(&[note]).await;
        assert_eq!(hint(&mut socket).await, size + u64::from(n));
    }
    // Several entries of one push are one hint; and a push that adds nothing is none.
    let notes: Vec<_> = (0..5).map(|n| crew.ana.note(200 + n, crew.there)).collect();
    crew.by_ana(&notes).await;
    crew.by_ana(&notes).await;
    let last = crew.ana.note(300, crew.here);
    crew.by_ana(&[last]).await;
    let said = [hint(&mut socket).await, hint(&mut socket).await];
    assert_eq!(said, [size + 8, size + 9]);
}

#[tokio::test]
async fn another_organisations_log_is_never_heard_of() {
    let mut crew = Crew::new().await;
    let link: SetupLink = crate::setup(crew.site.dir.path(), &crew.site.clock).await.unwrap().parse().unwrap();
    let mut olga = Person::new(OTHER, 9);
    let first = olga.founding(link.server_key);
    crew.site.setup(&link.secret, &[first]).await.unwrap();
    let tokens = crew.site.sign_in(&olga.phone).await.unwrap();
    let (mut socket, size) = open(&crew.site, &tokens).await;
    assert_eq!(size, 1);
    for n in 0..10 {
        let note = crew.ana.note(100 + n, crew.here);
        crew.by_ana(&[note]).await;
    }
    let words = [("name", Value::from("Elsewhere")), ("zone", Value::from("America/New_York"))];
    let project = olga.sign("project", uuid(7), Some(uuid(7)), &words);
    crew.site.receipt("/v1/push", Some(&tokens.access_token), &[project]).await.unwrap();
    assert_eq!(hint(&mut socket).await, 2);
}

#[tokio::test]
async fn a_ticket_opens_one_socket_once_and_in_time() {
    let crew = Crew::new().await;
    let (site, tokens) = (&crew.site, crew.wes.tokens.as_ref().unwrap());
    let refused = |got: Result<Socket, (u16, Fault)>| assert_eq!(got.err().unwrap(), (401, Fault::SignedOut));

    let used = ticket(site, tokens).await.unwrap().ticket;
    let _open = with(site, &used).await.unwrap();
    refused(with(site, &used).await);

    let replaced = ticket(site, tokens).await.unwrap().ticket;
    let newest = ticket(site, tokens).await.unwrap();
    refused(with(site, &replaced).await);
    let forged = format!("{}{}", &newest.ticket[..32], "0".repeat(64));
    let other = ticket(site, crew.ana.tokens.as_ref().unwrap()).await.unwrap().ticket;
    let spliced = format!("{}{}", &newest.ticket[..32], &other[32..]);
    for bad in [&forged, &spliced, "", "x", "00", &"0".repeat(96), &tokens.access_token, &newest.ticket.to_uppercase()]
    {
        refused(with(site, bad).await);
    }
    refused(ask(site, &[]).await);
    refused(ask(site, &[("authorization", &format!("Bearer {}", tokens.access_token))]).await);
    // None of these has used it up; time does.
    site.wait(i64::from(newest.expires_in) * 1000);
    refused(with(site, &newest.ticket).await);

    // It does not outlive its session.
    let last = ticket(site, tokens).await.unwrap().ticket;
    let end = site.client.delete(site.url("/v1/session")).bearer_auth(&tokens.access_token).send().await.unwrap();
    assert_eq!(end.status(), StatusCode::NO_CONTENT);
    refused(with(site, &last).await);
}

#[tokio::test]
async fn a_page_of_a_browser_and_a_request_that_is_no_upgrade_are_refused_and_use_no_ticket_up() {
    let crew = Crew::new().await;
    let ticket = ticket(&crew.site, crew.wes.tokens.as_ref().unwrap()).await.unwrap().ticket;
    let offer = format!("{PROTOCOL}, {ticket}");
    for origin in ["https://evil.example", "null", &crew.site.running.url] {
        let got = ask(&crew.site, &[("sec-websocket-protocol", &offer), ("origin", origin)]).await;
        assert_eq!(got.err().unwrap(), (403, Fault::Denied), "{origin}");
    }
    let got = ask(&crew.site, &[("sec-websocket-protocol", &offer), ("sec-websocket-version", "12")]).await;
    assert_eq!(got.err().unwrap(), (400, Fault::invalid("upgrade", "websocket")));
    let plain = crew.site.client.get(crew.site.url("/v1/live")).header("sec-websocket-protocol", &offer);
    assert_eq!(done(plain.send().await.unwrap()).await, Err(Fault::invalid("upgrade", "websocket")));
    with(&crew.site, &ticket).await.unwrap();
}

#[tokio::test]
async fn what_ends_a_session_closes_its_socket_and_no_other() {
    let mut crew = Crew::new().await;
    let (mut anas, _) = open(&crew.site, crew.ana.tokens.as_ref().unwrap()).await;
    let old = crew.wes.tokens.clone().unwrap();

    // A refresh token that is too old: two hold the chain.
    let (socket, _) = open(&crew.site, &old).await;
    let newer = crew.site.refresh(&crew.wes.phone, &old.refresh_token).await.ok().unwrap();
    crew.site.refresh(&crew.wes.phone, &newer.refresh_token).await.ok().unwrap();
    assert!(crew.site.refresh(&crew.wes.phone, &old.refresh_token).await.is_err());
    assert_eq!(closes(socket).await, Some(CloseCode::Away));

    // Signing out.
    let tokens = crew.site.sign_in(&crew.wes.phone).await.ok().unwrap();
    let (socket, _) = open(&crew.site, &tokens).await;
    let end = crew.site.client.delete(crew.site.url("/v1/session")).bearer_auth(&tokens.access_token);
    assert_eq!(end.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(closes(socket).await, Some(CloseCode::Away));

    // An administrator ends the device's sessions.
    let tokens = crew.site.sign_in(&crew.wes.phone).await.ok().unwrap();
    let (socket, _) = open(&crew.site, &tokens).await;
    let path = format!("/v1/devices/{}/sessions", crew.wes.phone.id());
    let end = crew.site.client.delete(crew.site.url(&path)).bearer_auth(crew.ana.token()).send().await.unwrap();
    assert_eq!(end.status(), StatusCode::NO_CONTENT);
    assert_eq!(closes(socket).await, Some(CloseCode::Away));

    // A device may have four sessions; one more ends the oldest.
    let tokens = crew.site.sign_in(&crew.wes.phone).await.ok().unwrap();
    let (socket, _) = open(&crew.site, &tokens).await;
    for _ in 0..4 {
        crew.site.wait(1);
        crew.site.sign_in(&crew.wes.phone).await.ok().unwrap();
    }
    assert_eq!(closes(socket).await, Some(CloseCode::Away));

    // Revocation.
    let tokens = crew.site.sign_in(&crew.wes.phone).await.ok().unwrap();
    let (socket, _) = open(&crew.site, &tokens).await;
    let words = [("revoked", Value::Bool(true)), ("reason", Value::from("Lost"))];
    let revoke = crew.ana.sign("device", crew.wes.phone.id(), None, &words);
    crew.by_ana(&[revoke]).await;
    assert_eq!(closes(socket).await, Some(CloseCode::Away));
    let push_only = crew.site.sign_in(&crew.wes.phone).await.ok().unwrap();
    assert_eq!(ticket(&crew.site, &push_only).await.err(), Some(Fault::Denied));

    // Ana heard of the revocation's entry, and is still there for the next one.
    let size = hint(&mut anas).await;
    let note = crew.ana.note(100, crew.here);
    crew.by_ana(&[note]).await;
    assert_eq!(hint(&mut anas).await, size + 1);
    assert_eq!(crew.site.running.connected(), 1);
}

#[tokio::test]
async fn the_end_of_one_session_asks_nothing_of_the_other_seats() {
    let crew = Crew::new().await;
    let app = crew.site.running.app.clone();
    let seat = async |person: &Person| {
        let op = authenticate(&app, person.token()).await.unwrap();
        let ticket = live::ticket(&app, &op).unwrap();
        (live::join(&app, &ticket.ticket).await.unwrap(), op.family)
    };
    let ((mut anas, _), (mut wess, his)) = (seat(&crew.ana).await, seat(&crew.wes).await);
    let Some(Hint { generation, size }) = anas.next().await else { panic!("a hint") };
    // From here on a seat that looks its session up would be lost.
    app.db.close().await;
    let grown = Hint { generation, size: size + 1 };
    app.live.tell(News::Grown(crew.organisation, grown));
    app.live.tell(News::Ended(his));
    assert_eq!(wess.next().await, None);
    assert_eq!(anas.next().await, Some(grown));
    assert_eq!(app.live.seated(), 1);
}

#[tokio::test]
async fn a_session_that_ran_out_loses_its_socket_at_the_next_ping() {
    let crew = with_sockets(Sockets { ping: Duration::from_millis(50), ..Sockets::default() }).await;
    let (socket, _) = open(&crew.site, crew.wes.tokens.as_ref().unwrap()).await;
    crew.site.wait(91 * 24 * 3600 * 1000);
    assert_eq!(closes(socket).await, Some(CloseCode::Away));
}

#[tokio::test]
async fn a_newer_socket_takes_the_place_of_the_sessions_older_one() {
    let crew = with_sockets(Sockets { most: 1, ..Sockets::default() }).await;
    let wes = crew.wes.tokens.as_ref().unwrap();
    let (first, _) = open(&crew.site, wes).await;
    let (_second, _) = open(&crew.site, wes).await;
    closes(first).await;
    assert_eq!(crew.site.running.connected(), 1);
    // There is room for one.
    let ticket = ticket(&crew.site, crew.ana.tokens.as_ref().unwrap()).await.unwrap().ticket;
    assert_eq!(with(&crew.site, &ticket).await.err().unwrap(), (503, Fault::Busy { retry_after: 30 }));
}

#[tokio::test]
async fn who_says_too_much_is_closed() {
    let crew = Crew::new().await;
    let wes = crew.wes.tokens.as_ref().unwrap();
    for said in [Message::text("x"), Message::text("x".repeat(126)), Message::binary(vec![0; 1 << 20])] {
        let (mut socket, _) = open(&crew.site, wes).await;
        // The server may close before it has read the end of it.
        let _ = socket.send(said).await;
        closes(socket).await;
    }
    let (mut socket, _) = open(&crew.site, wes).await;
    for _ in 0..100 {
        if socket.send(Message::Ping(vec![0; 4].into())).await.is_err() {
            break;
        }
    }
    closes(socket).await;
    let nobody = async {
        while crew.site.running.connected() > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, nobody).await.expect("nobody is connected");
}

/// Shows s09.
#[tokio::test]
async fn a_reader_that_is_silent_is_dropped_and_the_others_go_on() {
    let mut crew = with_sockets(Sockets { ping: Duration::from_millis(100), ..Sockets::default() }).await;
    let (silent, size) = open(&crew.site, crew.wes.tokens.as_ref().unwrap()).await;
    let (mut anas, _) = open(&crew.site, crew.ana.tokens.as_ref().unwrap()).await;
    assert_eq!(crew.site.running.connected(), 2);
    // Wes reads nothing and so answers nothing; Ana reads, and each reading answers pings.
    let dropped = async {
        for n in 0.. {
            if crew.site.running.connected() == 1 {
                return n;
            }
            let note = crew.ana.note(100 + n, crew.here);
            crew.by_ana(&[note]).await;
            assert_eq!(hint(&mut anas).await, size + 1 + u64::from(n));
        }
        0
    };
    assert!(timeout(SOON, dropped).await.expect("a silent reader is dropped") > 0);
    drop(silent);
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye_and_one_that_starts_again_is_asked_again() {
    let crew = Crew::new().await;
    let (socket, size) = open(&crew.site, crew.wes.tokens.as_ref().unwrap()).await;
    let late = ticket(&crew.site, crew.ana.tokens.as_ref().unwrap()).await.unwrap().ticket;
    let (code, site) = tokio::join!(closes(socket), crew.site.restart());
    assert_eq!(code, Some(CloseCode::Away));
    assert_eq!(with(&site, &late).await.err().unwrap(), (401, Fault::SignedOut));
    assert_eq!(open(&site, crew.wes.tokens.as_ref().unwrap()).await.1, size);
}
