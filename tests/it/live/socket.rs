//! The protocol `graphql-transport-ws`, clause by clause, over a real connection.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tenantry::http;
use tenantry::live::event::number;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::*;

/// A server on a port of its own. It ends when `stop` is sent.
struct Listening {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    _served: Background,
}

async fn listen(world: &World) -> Listening {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (app, (stop, stopped)) = (world.app.clone(), oneshot::channel::<()>());
    let served = tokio::spawn(async move {
        let router = http::router(app.clone(), http::Options::default());
        let stopped = async {
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        http::serve(listener, router, &app.hub, stopped).await;
    });
    Listening { address, stop: Some(stop), _served: Background(served) }
}

struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens a socket with these headers.
    async fn try_open(server: &Listening, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = format!("ws://{}/graphql", server.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(server.address).await.unwrap();
        client_async(request, stream).await.map(|(socket, _)| Self(socket))
    }

    async fn open(server: &Listening) -> Self {
        Self::try_open(server, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.unwrap()
    }

    /// A socket that has begun as this caller.
    async fn begun(server: &Listening, world: &World, caller: Caller) -> Self {
        let mut socket = Self::open(server).await;
        let payload = match world.as_(caller).credential().await {
            Some(credential) => json!({ "Authorization": format!("Bearer {credential}") }),
            None => json!({}),
        };
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
        socket
    }

    async fn send(&mut self, message: Value) {
        self.text(&message.to_string()).await;
    }

    async fn text(&mut self, text: &str) {
        self.0.send(Message::Text(text.into())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    async fn message(&mut self) -> Message {
        loop {
            match timeout(SOON, self.0.next()).await.unwrap().unwrap().unwrap() {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    async fn receive(&mut self) -> Value {
        match self.message().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// The code and the reason with which the server closes.
    async fn closed(&mut self) -> (u16, String) {
        match self.message().await {
            Message::Close(Some(frame)) => (u16::from(frame.code), frame.reason.to_string()),
            other => panic!("{other:?}"),
        }
    }

    async fn silent(&mut self) {
        if let Ok(came) = timeout(NEVER, self.0.next()).await {
            panic!("{came:?}");
        }
    }
}

#[test]
fn the_protocol_is_negotiated() {
    with_database(async |world| {
        let server = listen(&world).await;
        for offered in ["graphql-transport-ws", "something, graphql-transport-ws"] {
            Socket::try_open(&server, &[("sec-websocket-protocol", offered)]).await.unwrap();
        }
        for headers in
            [&[][..], &[("sec-websocket-protocol", "something")], &[("sec-websocket-protocol", "graphql-ws")]]
        {
            match Socket::try_open(&server, headers).await {
                Err(Error::Http(response)) => assert_eq!(response.status(), 400),
                _ => panic!("accepted {headers:?}"),
            }
        }
    });
}

#[test]
fn what_the_protocol_does_not_have_closes_the_socket() {
    with_database(async |world| {
        let server = listen(&world).await;
        let query = json!({ "id": "1", "type": "subscribe", "payload": { "query": "{ __typename }" } }).to_string();
        let init = json!({ "type": "connection_init" }).to_string();
        for (messages, code) in [
            (vec!["{"], 4400),
            (vec!["[]"], 4400),
            (vec![r#"{"type":"start","id":"1"}"#], 4400),
            (vec![&init, r#"{"type":"subscribe","id":"1","payload":{}}"#], 4400),
            (vec![&query], 4401),
            (vec![&init, &init], 4429),
            (vec![r#"{"type":"connection_init","payload":{"authorization":"Bearer nobody"}}"#], 4403),
            (vec![r#"{"type":"connection_init","payload":{"authorization":7}}"#], 4403),
            (vec![r#"{"type":"connection_init","payload":{"x-organisation":"acme"}}"#], 4403),
        ] {
            let mut socket = Socket::open(&server).await;
            for message in &messages {
                socket.text(message).await;
            }
            let closed = loop {
                match socket.message().await {
                    Message::Close(Some(frame)) => break u16::from(frame.code),
                    Message::Text(text) => assert_eq!(text.as_str(), r#"{"type":"connection_ack"}"#),
                    other => panic!("{other:?}"),
                }
            };
            assert_eq!(closed, code, "{messages:?}");
        }
        let mut socket = Socket::open(&server).await;
        socket.0.send(Message::Binary(vec![0, 1].into())).await.unwrap();
        assert_eq!(socket.closed().await.0, 4400);
    });
}

#[test]
fn a_client_that_does_not_begin_and_one_that_says_too_much_are_closed() {
    with_database(async |world| {
        let world = world.with_settings(|config| config.limits.body_bytes = 2_000).await;
        let server = listen(&world).await;
        let mut large = Socket::begun(&server, &world, NOBODY).await;
        large.text(&format!("{{\"type\":\"ping\",\"payload\":{{\"a\":\"{}\"}}}}", "a".repeat(5_000))).await;
        assert_eq!(large.closed().await.0, 1009);
        let mut idle = Socket::open(&server).await;
        let (code, reason) = idle.closed().await;
        assert_eq!((code, reason.as_str()), (4408, "Connection initialisation timeout"));
    });
}

#[test]
fn operations_give_results_errors_and_an_end() {
    with_database(async |world| {
        let server = listen(&world).await;
        let mut socket = Socket::begun(&server, &world, OWNER_OF_ACME).await;
        socket.send(json!({ "type": "ping" })).await;
        assert_eq!(socket.receive().await, json!({ "type": "pong" }));
        socket.send(json!({ "type": "pong" })).await;
        socket.send(json!({ "type": "complete", "id": "unknown" })).await;
        socket.subscribe("1", "{ viewer { name } }", json!({})).await;
        let next = socket.receive().await;
        assert_eq!(next["payload"]["data"]["viewer"]["name"], OWNER_OF_ACME.name());
        assert_eq!((&next["id"], &next["type"]), (&json!("1"), &json!("next")));
        assert_eq!(socket.receive().await, json!({ "id": "1", "type": "complete" }));
        // The id is free again.
        socket.subscribe("1", "{ nothing }", json!({})).await;
        let error = socket.receive().await;
        assert_eq!((&error["id"], &error["type"]), (&json!("1"), &json!("error")));
        assert_eq!(error["payload"][0]["extensions"]["code"], "INVALID_INPUT");
        let mutation = "mutation($input: UpdateOrganisationInput!) { updateOrganisation(input: $input) { organisation { name } } }";
        let input = json!({ "input": { "organisationId": id_of(ACME), "name": "Acme One" } });
        socket.subscribe("2", mutation, input).await;
        let next = socket.receive().await;
        assert_eq!(next["payload"]["data"]["updateOrganisation"]["organisation"]["name"], "Acme One");
        assert_eq!(socket.receive().await["type"], "complete");
        // A null of a field is a result with errors.
        socket.subscribe("3", "query($id: ID!) { organisation(id: $id) { id } }", json!({ "id": id_of(SOLO) })).await;
        let next = socket.receive().await;
        assert_eq!((&next["type"], &next["payload"]["data"]["organisation"]), (&json!("next"), &Value::Null));
    });
}

#[test]
fn streams_share_a_socket_and_end_one_by_one() {
    with_database(async |world| {
        let _live = world.live();
        let mut server = listen(&world).await;
        let mut socket = Socket::begun(&server, &world, OWNER_OF_ACME).await;
        let of_acme = json!({ "id": id_of(ACME) });
        socket.subscribe("a", EVENTS, of_acme.clone()).await;
        socket.subscribe("b", EVENTS, json!({ "id": id_of(ACME), "types": ["ROLE_CREATED"] })).await;
        socket.subscribe("c", EVENTS, json!({ "id": id_of(SOLO) })).await;
        let refused = socket.receive().await;
        assert_eq!((&refused["id"], &refused["type"]), (&json!("c"), &json!("error")));
        assert_eq!(refused["payload"][0]["extensions"]["code"], "NOT_FOUND");
        rename(&world, OWNER_OF_ACME, ACME, "Acme One").await;
        let next = socket.receive().await;
        assert_eq!(
            (&next["id"], &next["payload"]["data"]["events"]["type"]),
            (&json!("a"), &json!("ORGANISATION_CHANGED"))
        );
        socket.send(json!({ "type": "complete", "id": "a" })).await;
        socket.send(json!({ "type": "ping" })).await;
        assert_eq!(socket.receive().await["type"], "pong");
        rename(&world, OWNER_OF_ACME, ACME, "Acme Two").await;
        socket.silent().await;
        // The id of a stream that runs is taken, and that of one that has ended is free.
        socket.subscribe("a", EVENTS, of_acme.clone()).await;
        socket.send(json!({ "type": "ping" })).await;
        assert_eq!(socket.receive().await["type"], "pong");
        socket.subscribe("b", EVENTS, of_acme).await;
        assert_eq!(socket.closed().await, (4409, "Subscriber for b already exists".to_owned()));
        // A server that ends says that it goes away.
        let mut socket = Socket::begun(&server, &world, OWNER_OF_ACME).await;
        let mut idle = Socket::begun(&server, &world, NOBODY).await;
        socket.subscribe("a", EVENTS, json!({ "id": id_of(ACME) })).await;
        socket.silent().await;
        server.stop.take().unwrap().send(()).unwrap();
        assert_eq!(socket.closed().await.0, u16::from(CloseCode::Away));
        assert_eq!(idle.closed().await.0, u16::from(CloseCode::Away));
    });
}

#[test]
fn a_stream_without_its_right_ends_and_the_socket_stays() {
    with_database(async |world| {
        let server = listen(&world).await;
        let mut socket = Socket::begun(&server, &world, MEMBER_OF_ACME).await;
        // The session that has begun with it is no news any more.
        number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
        let _live = world.live();
        socket.subscribe("a", EVENTS, json!({ "id": id_of(ACME) })).await;
        socket.subscribe("b", VIEWER_EVENTS, json!({ "types": ["SESSION_STARTED"] })).await;
        let gone = json!({ "membershipId": world.membership(ACME, MEMBER_OF_ACME).await });
        world.as_(OWNER_OF_ACME).act("removeMember", gone, "removed").await;
        let error = socket.receive().await;
        assert_eq!((&error["id"], &error["type"]), (&json!("a"), &json!("error")), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], "CONTEXT_LOST");
        accounts::begin_session(&world, MEMBER_OF_ACME.person().email).await;
        assert_eq!(socket.receive().await["id"], "b");
    });
}

#[test]
fn one_socket_runs_a_limited_number_of_operations() {
    with_database(async |world| {
        let world = world.with_settings(|config| config.live.streams_per_connection = 3).await;
        let server = listen(&world).await;
        let mut socket = Socket::begun(&server, &world, OWNER_OF_ACME).await;
        for id in 0..4 {
            socket.subscribe(&id.to_string(), EVENTS, json!({ "id": id_of(ACME) })).await;
        }
        let error = socket.receive().await;
        assert_eq!((&error["id"], &error["payload"][0]["extensions"]["code"]), (&json!("3"), &json!("LIMITED")));
        socket.send(json!({ "type": "complete", "id": "0" })).await;
        socket.subscribe("3", "{ __typename }", json!({})).await;
        assert_eq!(socket.receive().await["type"], "next");
    });
}
