//! A program that receives webhooks, and answers as the test wants.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What the receiver got.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HashMap<String, String>,
    pub text: String,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn kind(&self) -> String {
        self.body()["type"].as_str().unwrap().to_owned()
    }
}

/// What it answers.
#[derive(Clone, Debug)]
pub enum Reply {
    Status(u16),
    /// A status and another header.
    With(u16, &'static str),
    /// Nothing, ever.
    Silence,
    /// More and more.
    Flood,
}

type Answers = Box<dyn Fn(&Received) -> Reply + Send>;

/// A receiver on a port of this machine.
#[derive(Clone)]
pub struct Receiver {
    pub port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<Answers>>,
}

impl Receiver {
    /// Answers everything with 204.
    pub async fn start() -> Self {
        Self::listening(None).await
    }

    /// The same over TLS.
    pub async fn start_secure(acceptor: TlsAcceptor) -> Self {
        Self::listening(Some(acceptor)).await
    }

    async fn listening(acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers: Answers = Box::new(|_| Reply::Status(204));
        let receiver = Self { port, received: Arc::default(), answers: Arc::new(Mutex::new(answers)) };
        let listening = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (listening, acceptor) = (listening.clone(), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        None => listening.serve(stream).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                listening.serve(stream).await;
                            }
                        }
                    }
                });
            }
        });
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// From now on, answers so.
    pub fn answer(&self, answers: impl Fn(&Received) -> Reply + Send + 'static) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(answers);
    }

    /// What it has got so far, in order.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn count(&self) -> usize {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The types that it has got, in order.
    pub fn kinds(&self) -> Vec<String> {
        self.received().iter().map(Received::kind).collect()
    }

    pub fn forget(&self) {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut stream = BufReader::new(stream);
        while let Some(received) = read(&mut stream).await {
            let reply = (self.answers.lock().unwrap_or_else(PoisonError::into_inner))(&received);
            self.received.lock().unwrap_or_else(PoisonError::into_inner).push(received);
            let head = match reply {
                Reply::Status(204) => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
                Reply::Status(status) => format!("HTTP/1.1 {status} Answer\r\ncontent-length: 4\r\n\r\nText"),
                Reply::With(status, header) => {
                    format!("HTTP/1.1 {status} Answer\r\n{header}\r\ncontent-length: 0\r\n\r\n")
                }
                Reply::Silence => std::future::pending().await,
                Reply::Flood => "HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n".to_owned(),
            };
            if stream.write_all(head.as_bytes()).await.is_err() {
                return;
            }
            if matches!(reply, Reply::Flood) {
                while stream.write_all(&[b'x'; 8_192]).await.is_ok() {}
                return;
            }
        }
    }
}

async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> Option<Received> {
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) => {
                headers.insert(name.to_lowercase(), value.to_owned());
            }
            None if line.trim_end().is_empty() => break,
            None => {
                headers.insert(String::new(), line.trim_end().to_owned());
            }
        }
    }
    let mut text = vec![0; headers.get("content-length")?.parse().ok()?];
    stream.read_exact(&mut text).await.ok()?;
    Some(Received { headers, text: String::from_utf8(text).ok()? })
}
