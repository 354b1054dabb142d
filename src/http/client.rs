//! The IP address of the client: the peer of the connection, or the address that our proxies report.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::base::config::Http;

/// Each proxy appends the address that connected to it.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The address of the client. Our own proxies are known by their number, or by their networks. Anybody can forge the
/// entries of the header that come before the one of the first proxy, so these are never read.
pub fn address(headers: &HeaderMap, peer: Option<Peer>, settings: &Http) -> Option<IpAddr> {
    let peer = peer.map(|Peer(address)| address.to_canonical());
    let Http { proxies, trusted_proxies, .. } = settings;
    if *proxies == 0 && trusted_proxies.is_empty() {
        return peer;
    }
    let lines = headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok());
    let forwarded: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    if trusted_proxies.is_empty() {
        return behind_number(&forwarded, *proxies).or(peer);
    }
    peer.map(|peer| behind_networks(&forwarded, peer, trusted_proxies))
}

/// The address that the first of so many proxies saw; `None` if the header has too few entries.
fn behind_number(forwarded: &[&str], proxies: usize) -> Option<IpAddr> {
    read(forwarded.get(forwarded.len().checked_sub(proxies)?)?)
}

/// Goes back from proxy to proxy, as long as the address is one of ours and says where it was called from.
fn behind_networks(forwarded: &[&str], peer: IpAddr, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer;
    for entry in forwarded.iter().rev() {
        if !trusted.iter().any(|network| network.contains(&client)) {
            break;
        }
        let Some(caller) = read(entry) else { break };
        client = caller;
    }
    client
}

/// Reads an address. Some proxies also write the port.
fn read(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address: Option<IpAddr> = bare.parse().or_else(|_| with_port()).ok();
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::base::config::Config;

    fn settings(proxies: usize, networks: &[&str]) -> Http {
        let mut http = Config::defaults().unwrap().http;
        http.proxies = proxies;
        http.trusted_proxies = networks.iter().map(|text| text.parse().unwrap()).collect();
        http
    }

    fn found(lines: &[&'static str], settings: &Http) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, HeaderValue::from_static(line));
        }
        let peer = Some(Peer("::ffff:192.0.2.9".parse().unwrap()));
        address(&headers, peer, settings).unwrap().to_string()
    }

    #[test]
    fn without_proxies_the_header_is_ignored() {
        assert_eq!(found(&["1.1.1.1"], &settings(0, &[])), "192.0.2.9");
        assert_eq!(address(&HeaderMap::new(), None, &settings(0, &[])), None);
    }

    #[test]
    fn behind_proxies_it_is_the_address_that_the_first_proxy_saw() {
        let found = |lines: &[&'static str], proxies| found(lines, &settings(proxies, &[]));
        assert_eq!(found(&["6.6.6.6, 1.1.1.1"], 1), "1.1.1.1");
        assert_eq!(found(&["6.6.6.6, 1.1.1.1", "10.0.0.1"], 2), "1.1.1.1");
        assert_eq!(found(&["1.1.1.1:4711"], 1), "1.1.1.1");
        assert_eq!(found(&["[2001:db8::1]:4711"], 1), "2001:db8::1");
        assert_eq!(found(&["[2001:db8::1]"], 1), "2001:db8::1");
    }

    #[test]
    fn a_header_that_is_too_short_or_invalid_gives_the_peer() {
        for lines in [&[][..], &[""], &["unknown"], &["1.1.1.1"]] {
            assert_eq!(found(lines, &settings(2, &[])), "192.0.2.9", "{lines:?}");
        }
        assert_eq!(found(&["1.1.1.1, somebody"], &settings(1, &[])), "192.0.2.9");
    }

    #[test]
    fn behind_trusted_networks_it_is_the_last_address_in_none_of_them() {
        let ours = settings(0, &["192.0.2.0/24", "10.0.0.0/8", "2001:db8::/32"]);
        assert_eq!(found(&["6.6.6.6, 1.1.1.1"], &ours), "1.1.1.1");
        assert_eq!(found(&["6.6.6.6, 1.1.1.1", "10.0.0.1, 2001:db8::7"], &ours), "1.1.1.1");
        assert_eq!(found(&["1.1.1.1, ::ffff:10.0.0.1"], &ours), "1.1.1.1");
        // All are ours: the first one called by itself.
        assert_eq!(found(&["10.0.0.2, 10.0.0.1"], &ours), "10.0.0.2");
        assert_eq!(found(&[], &ours), "192.0.2.9");
        // An entry that is no address comes from nobody whom we trust.
        assert_eq!(found(&["1.1.1.1, unknown, 10.0.0.1"], &ours), "10.0.0.1");
        // A client that connects directly cannot say that it is somebody else.
        assert_eq!(found(&["1.1.1.1"], &settings(0, &["10.0.0.0/8"])), "192.0.2.9");
        assert_eq!(address(&HeaderMap::new(), None, &ours), None);
    }
}
