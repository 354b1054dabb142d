//! The IP address of the client: the peer of the connection, or the address that our proxy reports.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};

/// Each proxy appends the address that connected to it.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The address of the client. Behind our own proxies, it is the address that the first proxy saw. Anybody can forge the
/// entries to the left of it. If the header has too few entries, it is the address of the peer.
pub fn address(headers: &HeaderMap, peer: Option<Peer>, proxies: usize) -> Option<IpAddr> {
    let forwarded = || {
        let lines = headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok());
        let all: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        read(all.get(all.len().checked_sub(proxies)?)?)
    };
    let reported = if proxies == 0 { None } else { forwarded() };
    reported.or(peer.map(|Peer(address)| address)).map(|address| address.to_canonical())
}

/// Reads an address. Some proxies also write the port.
fn read(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn found(lines: &[&'static str], proxies: usize) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, HeaderValue::from_static(line));
        }
        let peer = Some(Peer("::ffff:192.0.2.9".parse().unwrap()));
        address(&headers, peer, proxies).unwrap().to_string()
    }

    #[test]
    fn without_proxies_the_header_is_ignored() {
        assert_eq!(found(&["1.1.1.1"], 0), "192.0.2.9");
        assert_eq!(address(&HeaderMap::new(), None, 0), None);
    }

    #[test]
    fn behind_proxies_it_is_the_address_that_the_first_proxy_saw() {
        assert_eq!(found(&["6.6.6.6, 1.1.1.1"], 1), "1.1.1.1");
        assert_eq!(found(&["6.6.6.6, 1.1.1.1", "10.0.0.1"], 2), "1.1.1.1");
        assert_eq!(found(&["1.1.1.1:4711"], 1), "1.1.1.1");
        assert_eq!(found(&["[2001:db8::1]:4711"], 1), "2001:db8::1");
        assert_eq!(found(&["[2001:db8::1]"], 1), "2001:db8::1");
    }

    #[test]
    fn a_header_that_is_too_short_or_invalid_gives_the_peer() {
        for lines in [&[][..], &[""], &["unknown"], &["1.1.1.1"]] {
            assert_eq!(found(lines, 2), "192.0.2.9", "{lines:?}");
        }
        assert_eq!(found(&["1.1.1.1, somebody"], 1), "192.0.2.9");
    }
}
