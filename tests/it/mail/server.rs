//! A mail server that receives over TCP: STARTTLS, AUTH, and whatever answers a test wants it to give.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tempfile::TempDir;
use tenantry::base::config::SmtpTls;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// How the server behaves.
#[derive(Clone)]
pub struct Manners {
    /// The abilities of the server.
    pub tls: SmtpTls,
    /// Whether it takes addresses that are not ASCII.
    pub takes_utf8: bool,
    /// User and password, without which it takes nothing.
    pub login: Option<(&'static str, &'static str)>,
    /// Whether it leaves QUIT without an answer.
    pub is_silent_at_the_end: bool,
}

/// What arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub from: String,
    pub to: String,
    pub raw: Vec<u8>,
    pub was_encrypted: bool,
}

impl Arrived {
    pub fn parsed(&self) -> mailparse::ParsedMail<'_> {
        mailparse::parse_mail(&self.raw).unwrap()
    }

    pub fn header(&self, name: &str) -> String {
        let parsed = self.parsed();
        let header = parsed.headers.iter().find(|header| header.get_key_ref().eq_ignore_ascii_case(name));
        header.unwrap_or_else(|| panic!("no {name}")).get_value()
    }

    /// Text and HTML.
    pub fn bodies(&self) -> (String, String) {
        let parsed = self.parsed();
        assert_eq!(parsed.ctype.mimetype, "multipart/alternative");
        let [text, html] = &parsed.subparts[..] else { panic!("{} parts", parsed.subparts.len()) };
        assert_eq!((text.ctype.mimetype.as_str(), html.ctype.mimetype.as_str()), ("text/plain", "text/html"));
        (text.get_body().unwrap().replace("\r\n", "\n"), html.get_body().unwrap())
    }
}

#[derive(Default)]
struct State {
    arrived: Mutex<Vec<Arrived>>,
    /// Answers to the next recipients and the next texts, in place of `250`.
    to_recipients: Mutex<VecDeque<String>>,
    to_texts: Mutex<VecDeque<String>>,
    has_arrived: Notify,
    /// If set, answers to message texts wait for it.
    gate: Mutex<Option<Arc<Semaphore>>>,
}

/// A running mail server, which ends with the test.
pub struct Server {
    pub port: u16,
    folder: TempDir,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    pub async fn start(manners: Manners) -> Self {
        Self::on(0, manners).await
    }

    /// Starts on this port, for a server that was down.
    pub async fn on(port: u16, manners: Manners) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(folder.path().join("root.pem"), own.cert.pem()).unwrap();
        let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
        let tls = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let (shared, manners) = (Arc::clone(&state), Arc::new(manners));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let session = Session { manners: Arc::clone(&manners), state: Arc::clone(&shared) };
                tokio::spawn(session.serve(stream, acceptor.clone()));
            }
        });
        Self { port, folder, state, task }
    }

    /// The file with the certificate by which this server is known.
    pub fn root_certificate(&self) -> std::path::PathBuf {
        self.folder.path().join("root.pem")
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        lock(&self.state.arrived).clone()
    }

    /// The next recipient gets this answer.
    pub fn answer_recipient(&self, answer: &str) {
        lock(&self.state.to_recipients).push_back(answer.to_owned());
    }

    /// The next text gets this answer.
    pub fn answer_text(&self, answer: &str) {
        lock(&self.state.to_texts).push_back(answer.to_owned());
    }

    /// From now on a text is answered when the gate has a permit.
    pub fn close_gate(&self) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        *lock(&self.state.gate) = Some(Arc::clone(&gate));
        gate
    }

    /// Done when the next text is there.
    pub async fn next_arrival(&self) {
        self.state.has_arrived.notified().await;
    }
}

struct Session {
    manners: Arc<Manners>,
    state: Arc<State>,
}

impl Session {
    async fn serve(self, stream: TcpStream, acceptor: TlsAcceptor) {
        if self.manners.tls == SmtpTls::Implicit {
            if let Ok(stream) = acceptor.accept(stream).await {
                self.converse(&mut BufStream::new(stream), true, true).await;
            }
            return;
        }
        let mut stream = BufStream::new(stream);
        if self.converse(&mut stream, false, true).await == Some(())
            && let Ok(stream) = acceptor.accept(stream.into_inner()).await
        {
            self.converse(&mut BufStream::new(stream), true, false).await;
        }
    }

    /// Something if the client wants to go on encrypted.
    async fn converse<S>(&self, stream: &mut BufStream<S>, is_encrypted: bool, greets: bool) -> Option<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let manners = &self.manners;
        if greets {
            say(stream, "220 localhost ready").await?;
        }
        let (mut is_known, mut from, mut to) = (manners.login.is_none(), String::new(), String::new());
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end();
            let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
            let answer = match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    let mut lines = vec!["250-localhost"];
                    lines.extend(manners.login.map(|_| "250-AUTH PLAIN LOGIN"));
                    lines.extend((manners.tls == SmtpTls::Starttls && !is_encrypted).then_some("250-STARTTLS"));
                    lines.extend(manners.takes_utf8.then_some("250-SMTPUTF8"));
                    lines.push("250 8BITMIME");
                    lines.join("\r\n")
                }
                "STARTTLS" => {
                    say(stream, "220 go on").await?;
                    return Some(());
                }
                "AUTH" => {
                    let given = rest.split_whitespace().nth(1).and_then(|text| BASE64_STANDARD.decode(text).ok());
                    let wanted = manners.login.map(|(user, password)| format!("\0{user}\0{password}").into_bytes());
                    is_known = given.is_some() && given == wanted;
                    if is_known { "235 2.7.0 welcome" } else { "535 5.7.8 who are you" }.to_owned()
                }
                "MAIL" if !is_known => "530 5.7.0 sign in first".to_owned(),
                "MAIL" => {
                    rest.clone_into(&mut from);
                    "250 ok".to_owned()
                }
                "RCPT" => {
                    rest.clone_into(&mut to);
                    lock(&self.state.to_recipients).pop_front().unwrap_or_else(|| "250 ok".to_owned())
                }
                "DATA" => {
                    say(stream, "354 go on").await?;
                    let raw = read_text(stream).await?;
                    let mail = Arrived { from: from.clone(), to: to.clone(), raw, was_encrypted: is_encrypted };
                    self.take(mail).await
                }
                "QUIT" if manners.is_silent_at_the_end => continue,
                "QUIT" => "221 bye".to_owned(),
                _ => "500 what".to_owned(),
            };
            say(stream, &answer).await?;
        }
    }

    async fn take(&self, mail: Arrived) -> String {
        let refusal = lock(&self.state.to_texts).pop_front();
        if refusal.is_none() {
            lock(&self.state.arrived).push(mail);
        }
        self.state.has_arrived.notify_one();
        let gate = lock(&self.state.gate).clone();
        if let Some(gate) = gate {
            gate.acquire().await.unwrap().forget();
        }
        refusal.unwrap_or_else(|| "250 2.0.0 taken".to_owned())
    }
}

async fn say<S: AsyncWrite + Unpin + AsyncRead>(stream: &mut BufStream<S>, line: &str) -> Option<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
    stream.flush().await.ok()
}

/// Up to the line with nothing but a dot; of other lines that begin with one, the first is not theirs.
async fn read_text<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufStream<S>) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        if line == b".\r\n" {
            return Some(text);
        }
        text.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
