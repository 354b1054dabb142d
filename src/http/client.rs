//! From where a request comes: who connects, or who a proxy of ours says has connected to it.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};

/// To each proxy the header grows by the address that connected to it.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who has connected.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The address of the client. With proxies of ours in front, the one that the first of them has seen: anybody can write
/// what stands to its left. A request that has not come through all of them is from who connects.
pub fn address(headers: &HeaderMap, peer: Option<Peer>, proxies: usize) -> Option<IpAddr> {
    let forwarded = || {
        let lines = headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok());
        let all: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        read(all.get(all.len().checked_sub(proxies)?)?)
    };
    let told = if proxies == 0 { None } else { forwarded() };
    told.or(peer.map(|Peer(address)| address)).map(|address| address.to_canonical())
}

/// Some proxies write the port as well.
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
    fn without_proxies_nobody_can_say_to_be_another() {
        assert_eq!(found(&["1.1.1.1"], 0), "192.0.2.9");
        assert_eq!(address(&HeaderMap::new(), None, 0), None);
    }

    #[test]
    fn with_proxies_it_is_the_address_that_the_first_of_them_has_seen() {
        assert_eq!(found(&["6.6.6.6, 1.1.1.1"], 1), "1.1.1.1");
        assert_eq!(found(&["6.6.6.6, 1.1.1.1", "10.0.0.1"], 2), "1.1.1.1");
        assert_eq!(found(&["1.1.1.1:4711"], 1), "1.1.1.1");
        assert_eq!(found(&["[2001:db8::1]:4711"], 1), "2001:db8::1");
        assert_eq!(found(&["[2001:db8::1]"], 1), "2001:db8::1");
    }

    #[test]
    fn what_says_nothing_is_from_who_connects() {
        for lines in [&[][..], &[""], &["unknown"], &["1.1.1.1"]] {
            assert_eq!(found(lines, 2), "192.0.2.9", "{lines:?}");
        }
        assert_eq!(found(&["1.1.1.1, somebody"], 1), "192.0.2.9");
    }
}
