//! To which addresses webhooks may be sent. Whoever creates a webhook chooses where this server connects to, so it must not
//! lead into networks that only the server reaches.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Texts;

/// The longest URL, in bytes.
const LONGEST: usize = 2_048;

/// Networks of IPv4 that are not public (IANA's registry of special purposes), and multicast.
const SPECIAL_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];
/// Of IPv6, only this network is public,
const PUBLIC_V6: (u16, u32) = (0x2000, 3);
/// without these: special protocols with Teredo, documentation twice, and 6to4, which contains addresses of IPv4.
const SPECIAL_V6: [([u16; 2], u32); 4] =
    [([0x2001, 0], 23), ([0x2001, 0xdb8], 32), ([0x2002, 0], 16), ([0x3fff, 0], 20)];

/// Whether everybody in the internet can reach the address.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let begins = |(network, length): &([u8; 4], u32)| {
                (address.to_bits() ^ Ipv4Addr::from(*network).to_bits()) >> (32 - length) == 0
            };
            !SPECIAL_V4.iter().any(begins)
        }
        IpAddr::V6(address) => {
            let begins = |network: [u16; 2], length: u32| {
                let network = Ipv6Addr::new(network[0], network[1], 0, 0, 0, 0, 0, 0);
                (address.to_bits() ^ network.to_bits()) >> (128 - length) == 0
            };
            begins([PUBLIC_V6.0, 0], PUBLIC_V6.1)
                && !SPECIAL_V6.iter().any(|(network, length)| begins(*network, *length))
        }
    }
}

/// Whether a webhook may go to the address: to public ones by https, and to the operator's networks in any way.
pub fn is_allowed(address: IpAddr, is_secure: bool, networks: &[IpNet]) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address)) || is_secure && is_public(address)
}

/// The address in a URL that names no host.
pub fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

/// Reads the URL of a webhook.
pub fn read(typed: &str, networks: &[IpNet]) -> Result<Url, UserError> {
    let wrong = |message: Texts| UserError::at("url", UserErrorCode::InvalidInput, message);
    let typed = typed.trim();
    if typed.len() > LONGEST {
        return Err(wrong([
            "The URL has at most 2,048 characters.",
            "Die URL hat höchstens 2.048 Zeichen.",
            "URL:en har högst 2 048 tecken.",
        ]));
    }
    let url = Url::parse(typed).map_err(|_| {
        wrong([
            "Give a URL like https://example.com/webhooks.",
            "Geben Sie eine URL wie https://example.com/webhooks an.",
            "Ange en URL som https://example.com/webhooks.",
        ])
    })?;
    let is_secure = match url.scheme() {
        "https" => true,
        "http" if !networks.is_empty() => false,
        _ => {
            return Err(wrong([
                "The URL must begin with https://.",
                "Die URL muss mit https:// beginnen.",
                "URL:en måste börja med https://.",
            ]));
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong([
            "The URL must not contain a user or a password. Check the signature of what you get instead.",
            "Die URL darf keinen Benutzer und kein Passwort enthalten. Prüfen Sie stattdessen die Signatur dessen, was \
             Sie bekommen.",
            "URL:en får inte innehålla användare eller lösenord. Kontrollera i stället signaturen på det ni får.",
        ]));
    }
    if url.fragment().is_some() {
        return Err(wrong([
            "The URL must not contain #.",
            "Die URL darf kein # enthalten.",
            "URL:en får inte innehålla #.",
        ]));
    }
    let refused = || {
        wrong([
            "Webhooks cannot be sent to this address, because it is not public.",
            "An diese Adresse lassen sich keine Webhooks senden, denn sie ist nicht öffentlich.",
            "Webhooks kan inte skickas till den här adressen, eftersom den inte är offentlig.",
        ])
    };
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let is_local = name == "localhost" || name.ends_with(".localhost");
            if is_local && !is_allowed(Ipv4Addr::LOCALHOST.into(), is_secure, networks) {
                return Err(refused());
            }
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => {
            if !literal(&url).is_some_and(|address| is_allowed(address, is_secure, networks)) {
                return Err(refused());
            }
        }
        None => {
            return Err(wrong(["The URL names no host.", "Die URL nennt keinen Host.", "URL:en anger ingen värd."]));
        }
    }
    if url.as_str().len() > LONGEST {
        return Err(wrong([
            "The URL has at most 2,048 characters.",
            "Die URL hat höchstens 2.048 Zeichen.",
            "URL:en har högst 2 048 tecken.",
        ]));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_public_addresses_are_allowed() {
        for inside in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_allowed(of(inside), true, &[]), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "::ffff:1.1.1.1",
            "2001:200::1",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "3ffe::1",
        ] {
            assert!(is_allowed(of(outside), true, &[]), "{outside}");
            assert!(!is_allowed(of(outside), false, &[]), "{outside} without TLS");
        }
        let networks = ["10.1.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()];
        for (address, is_secure) in [("10.1.2.3", false), ("::ffff:10.1.2.3", true), ("fd00::1", false)] {
            assert!(is_allowed(of(address), is_secure, &networks), "{address}");
        }
        assert!(!is_allowed(of("10.2.0.1"), true, &networks) && !is_allowed(of("1.1.1.1"), false, &networks));
    }

    #[test]
    fn urls_are_read_as_browsers_do_and_refused_with_a_reason() {
        let own: [IpNet; 1] = ["127.0.0.0/8".parse().unwrap()];
        assert_eq!(read(" https://Example.com/a?b=c ", &[]).unwrap().as_str(), "https://example.com/a?b=c");
        assert!(read("https://1.1.1.1:8443/", &[]).is_ok() && read("https://[2606:4700::1111]/", &[]).is_ok());
        let long = format!("https://example.com/{}", "a".repeat(LONGEST));
        for wrong in [
            "",
            "example.com",
            "http://example.com/",
            "ftp://example.com/",
            "https://",
            "https://u@example.com/",
            "https://:p@example.com/",
            "https://example.com/#x",
            "https://127.0.0.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://127.0.0.1./",
            "https://[::ffff:10.0.0.1]/",
            "https://[::1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://localhost/",
            "https://a.LOCALHOST./",
            "javascript:alert(1)",
            "https://exa mple.com/",
            &long,
        ] {
            assert_eq!(read(wrong, &[]).unwrap_err().field.unwrap()[1], "url", "{wrong}");
        }
        for allowed in ["http://127.0.0.1:8080/", "https://127.0.0.1/", "http://localhost:1/", "http://inner.example/"]
        {
            assert!(read(allowed, &own).is_ok(), "{allowed}");
        }
        for wrong in ["http://10.0.0.1/", "http://1.1.1.1/", "http://u:p@127.0.0.1/"] {
            assert!(read(wrong, &own).is_err(), "{wrong}");
        }
    }
}
