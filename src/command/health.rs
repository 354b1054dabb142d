//! `tenantry health`: asks a running server whether it can work.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use url::Url;

use super::{Failure, say};
use crate::base::config::Config;
use crate::http::ask;

/// Ask a running server whether it is ready.
///
/// The program ends with 0 if it is. Containers use this, because their image has no other program.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry health
  tenantry health --url http://127.0.0.1:8080/health/live")]
pub struct Arguments {
    /// The address to ask. The default is /health/ready of the server on this machine, at `listen`.
    #[arg(long)]
    url: Option<Url>,
    /// How long the server may take, in seconds.
    #[arg(long, default_value_t = 5, value_name = "SECONDS")]
    timeout: u64,
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let url = if let Some(url) = arguments.url {
        url
    } else {
        let text = format!("http://{}/health/ready", reachable(&config.listen));
        Url::parse(&text).map_err(|error| Failure(format!("{text} is not an address: {error}. Set --url.")))?
    };
    ask(&url, Duration::from_secs(arguments.timeout)).await?;
    say(format_args!("{url} is healthy."));
    Ok(())
}

/// The address for connecting to a server that listens on all addresses is that of this machine.
fn reachable(listen: &str) -> String {
    let Ok(mut address) = listen.parse::<SocketAddr>() else { return listen.to_owned() };
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    address.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_asked_on_this_machine() {
        for (listen, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:80", "[::1]:80"),
            ("10.0.0.7:80", "10.0.0.7:80"),
            ("localhost:8080", "localhost:8080"),
        ] {
            assert_eq!(reachable(listen), asked);
        }
    }
}
