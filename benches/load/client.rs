//! A small HTTP client that reuses its connection, and a closed loop of such clients.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::renaming::{ACCEPTED, Renaming};

/// One connection.
pub struct Client(BufReader<TcpStream>);

/// What clients send again and again.
#[derive(Clone)]
pub struct Load {
    /// The path of the requests.
    pub path: String,
    /// The access token of the person who asks.
    pub token: Option<String>,
    /// The body of a request. Without one, it is a GET.
    pub body: String,
    /// The writes among the requests, if any.
    pub writes: Option<Arc<Renaming>>,
}

impl Load {
    /// A GraphQL request.
    pub fn graphql(token: &str, body: &serde_json::Value) -> Self {
        Self { path: "/graphql".to_owned(), token: Some(token.to_owned()), body: body.to_string(), writes: None }
    }

    /// A GET without a token.
    pub fn get(path: String) -> Self {
        Self { path, token: None, body: String::new(), writes: None }
    }

    /// The same with writes among the requests.
    pub fn with(&self, writes: Renaming) -> Self {
        Self { writes: Some(Arc::new(writes)), ..self.clone() }
    }
}

/// What the clients saw.
#[derive(Default)]
pub struct Figures {
    /// The latency of each read in milliseconds, sorted.
    pub reads: Vec<f64>,
    /// The latency of each write in milliseconds, sorted.
    pub writes: Vec<f64>,
}

impl Figures {
    /// The latency of a percentile of the reads, given as a fraction. Without reads, it is that of the writes.
    pub fn percentile(&self, share: f64) -> f64 {
        let sorted = if self.reads.is_empty() { &self.writes } else { &self.reads };
        let last = sorted.len().saturating_sub(1);
        sorted.get((last as f64 * share) as usize).copied().unwrap_or(f64::NAN)
    }
}

impl Client {
    /// Connects to this machine.
    pub async fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Self(BufReader::new(stream))
    }

    /// Sends a POST with the body, or a GET without one, and reads the answer, which must be 200.
    pub async fn post(&mut self, path: &str, token: Option<&str>, body: &str) -> String {
        let (status, answer) = self.send(path, token, body).await;
        assert!(status == 200, "{status} {answer}");
        answer
    }

    /// The same with any status.
    pub async fn send(&mut self, path: &str, token: Option<&str>, body: &str) -> (u16, String) {
        let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let method = if body.is_empty() { "GET" } else { "POST" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
             {authorization}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0.get_mut().write_all(request.as_bytes()).await.expect("sent");
        let mut length = 0;
        let mut line = String::new();
        let mut status = 0;
        loop {
            line.clear();
            self.0.read_line(&mut line).await.expect("a line");
            if status == 0 {
                status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
            }
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut answer = vec![0; length];
        self.0.read_exact(&mut answer).await.expect("a body");
        (status, String::from_utf8(answer).expect("text"))
    }
}

impl Client {
    /// Reads a long answer to its end, and counts its lines and bytes.
    pub async fn count_lines(mut self, path: &str, token: &str) -> (u64, u64) {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
        self.0.get_mut().write_all(request.as_bytes()).await.expect("sent");
        let (mut lines, mut bytes, mut last) = (0, 0, [0; 5]);
        let mut before = 0;
        let mut some = vec![0; 1 << 18];
        loop {
            let count = self.0.read(&mut some).await.expect("an answer");
            if count == 0 {
                break;
            }
            bytes += count as u64;
            for byte in &some[..count] {
                // The lines of the chunked encoding end with another character.
                lines += u64::from(*byte == b'\n' && before != b'\r');
                before = *byte;
            }
            let end = count.min(5);
            last.rotate_left(end);
            last[5 - end..].copy_from_slice(&some[count - end..count]);
        }
        assert_eq!(&last, b"0\r\n\r\n", "the answer is incomplete");
        (lines, bytes)
    }
}

/// Sends the load over many connections. Each sends the next request as soon as it has its answer.
pub async fn drive(port: u16, load: &Load, connections: usize, length: Duration) -> Figures {
    let end = Instant::now() + length;
    let workers = (0..connections).map(|_| {
        let load = load.clone();
        tokio::spawn(async move {
            let mut client = Client::connect(port).await;
            let mut figures = Figures::default();
            for turn in 1.. {
                let start = Instant::now();
                if start >= end {
                    break;
                }
                let write = load.writes.as_ref().and_then(|writes| writes.body(turn));
                let body = write.as_ref().unwrap_or(&load.body);
                let answer = client.post(&load.path, load.token.as_deref(), body).await;
                let latency = start.elapsed().as_secs_f64() * 1000.0;
                if write.is_some() {
                    assert!(answer.contains(ACCEPTED), "{answer}");
                    figures.writes.push(latency);
                } else {
                    assert!(answer.len() > 20, "{answer}");
                    figures.reads.push(latency);
                }
            }
            figures
        })
    });
    let mut all = Figures::default();
    for worker in workers.collect::<Vec<_>>() {
        let figures = worker.await.expect("a worker");
        all.reads.extend(figures.reads);
        all.writes.extend(figures.writes);
    }
    all.reads.sort_by(f64::total_cmp);
    all.writes.sort_by(f64::total_cmp);
    all
}
