//! One question to a running server, for health checks.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::HOST;
use axum::http::{Request, StatusCode};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// The longest answer that is read, in bytes.
const LONGEST: usize = 4_096;

/// Asks the address, without TLS. The error says why the answer is not 200.
pub async fn ask(url: &Url, patience: Duration) -> Result<(), String> {
    if url.scheme() != "http" {
        return Err(format!("{url} must begin with http://: health is asked where the server listens."));
    }
    match timeout(patience, answer(url)).await {
        Ok(Ok((StatusCode::OK, _))) => Ok(()),
        Ok(Ok((status, text))) => Err(format!("{url} answers {status}: {text}")),
        Ok(Err(error)) => Err(format!("{url} cannot be asked: {error}.")),
        Err(_) => Err(format!("{url} did not answer within {} s.", patience.as_secs())),
    }
}

async fn answer(url: &Url) -> Result<(StatusCode, String), Box<dyn std::error::Error + Send + Sync>> {
    let addresses = url.socket_addrs(|| None)?;
    let stream = TcpStream::connect(addresses.as_slice()).await?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::get(url.path()).header(HOST, url.authority()).body(String::new())?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let bytes = to_bytes(Body::new(answer.into_body()), LONGEST).await?;
    connection.abort();
    Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
}
