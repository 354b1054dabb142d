//! A small HTTP client that reuses its connection, and a closed loop of such clients.

use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// One connection.
pub struct Client(BufReader<TcpStream>);

/// Latencies in milliseconds.
pub struct Figures {
    /// The latency of each request, sorted.
    pub latencies: Vec<f64>,
}

impl Figures {
    /// The latency of a percentile, given as a fraction.
    pub fn percentile(&self, share: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get((last as f64 * share) as usize).copied().unwrap_or(f64::NAN)
    }
}

impl Client {
    /// Connects to this machine.
    pub async fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Self(BufReader::new(stream))
    }

    /// Sends a POST with the body, or a GET without one, and reads the answer.
    pub async fn post(&mut self, path: &str, token: Option<&str>, body: &str) -> String {
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
        let mut status = String::new();
        loop {
            line.clear();
            self.0.read_line(&mut line).await.expect("a line");
            if status.is_empty() {
                status.clone_from(&line);
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
        let answer = String::from_utf8(answer).expect("text");
        assert!(status.contains(" 200 "), "{status}{answer}");
        answer
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

/// Sends the same request over many connections. Each sends the next one as soon as it has its answer.
pub async fn drive(
    port: u16,
    path: &str,
    token: Option<&str>,
    body: &str,
    connections: usize,
    length: Duration,
) -> Figures {
    let end = Instant::now() + length;
    let workers = (0..connections).map(|_| {
        let (path, token, body) = (path.to_owned(), token.map(str::to_owned), body.to_owned());
        tokio::spawn(async move {
            let mut client = Client::connect(port).await;
            let mut latencies = Vec::new();
            while Instant::now() < end {
                let start = Instant::now();
                let answer = client.post(&path, token.as_deref(), &body).await;
                latencies.push(start.elapsed().as_secs_f64() * 1000.0);
                assert!(answer.len() > 20, "{answer}");
            }
            latencies
        })
    });
    let mut latencies = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        latencies.extend(worker.await.expect("a worker"));
    }
    latencies.sort_by(f64::total_cmp);
    Figures { latencies }
}
