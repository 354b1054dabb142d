//! The attributes of each kind of service: which there are, who sets them, and what their values look like. Pure functions.
//!
//! Customers set some with the order and with `updateService`. The others are learned: the program that sets the service
//! up reports them.

use std::collections::BTreeMap;

use entity::service::Kind;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use sea_orm::prelude::Date;
use serde_json::Value as Json;
use unicode_normalization::UnicodeNormalization;

use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Message;
use crate::base::text::{is_deceptive, is_visible, listed_or};

/// The most attributes of a service.
const MOST: usize = 20;
/// The longest value, in characters.
const LONGEST: usize = 255;

/// The attributes of a service, by name. Only `check`, `learn` and the database make them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(BTreeMap<String, String>);

impl Attributes {
    /// Reads what is stored.
    pub fn read(stored: &str) -> Self {
        Self(serde_json::from_str(stored).unwrap_or_default())
    }

    /// The form that is stored.
    pub fn to_stored(&self) -> String {
        self.to_json().to_string()
    }

    /// A JSON object of them.
    pub fn to_json(&self) -> Json {
        self.0.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))).collect()
    }

    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// A host name, with or without a domain.
    Host,
    /// A domain name with a dot.
    Domain,
    /// One line of text.
    Text,
    /// An address of IPv4.
    Ipv4,
    /// An address of IPv6.
    Ipv6,
    /// A day.
    Day,
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// The customer, who must set it.
    CustomerMust,
    /// The customer, who must set it and cannot change it once the service exists.
    CustomerOnce,
    /// The customer, who may leave it out.
    CustomerMay,
    /// The program that sets the service up.
    Program,
}

type Spec = (&'static str, Format, By);

/// The attributes of a kind. The first one names the service.
const fn specs(kind: Kind) -> &'static [Spec] {
    match kind {
        Kind::VirtualServer => &[
            ("hostname", Format::Host, By::CustomerMust),
            ("image", Format::Text, By::CustomerMay),
            ("region", Format::Text, By::CustomerMay),
            ("ipv4", Format::Ipv4, By::Program),
            ("ipv6", Format::Ipv6, By::Program),
        ],
        Kind::WebHosting => &[
            ("domain", Format::Domain, By::CustomerMust),
            ("ipv4", Format::Ipv4, By::Program),
            ("ipv6", Format::Ipv6, By::Program),
        ],
        Kind::Domain => &[
            ("domain", Format::Domain, By::CustomerOnce),
            ("name_servers", Format::Text, By::CustomerMay),
            ("expires_on", Format::Day, By::Program),
        ],
        Kind::Seats => &[("domain", Format::Domain, By::CustomerOnce), ("tenant", Format::Text, By::Program)],
        Kind::Devices => &[("label", Format::Text, By::CustomerMay)],
        Kind::Other => &[("label", Format::Text, By::CustomerMust), ("reference", Format::Text, By::Program)],
    }
}

fn wrong(code: UserErrorCode, message: impl Into<Message>) -> UserError {
    UserError::at("attributes", code, message)
}

/// Checks the attributes that a customer has typed: all that the kind requires, and none that it does not have.
pub fn check(kind: Kind, typed: &[(String, String)]) -> Result<Attributes, UserError> {
    let read = read_all(kind, typed, |by| by != By::Program)?;
    let missing = specs(kind)
        .iter()
        .find(|(name, _, by)| matches!(by, By::CustomerMust | By::CustomerOnce) && !read.0.contains_key(*name));
    match missing {
        Some((name, ..)) => {
            let message = [
                format!("The attribute {name} is missing. This kind of service requires it."),
                format!("Das Attribut {name} fehlt. Diese Art von Dienst braucht es."),
                format!("Attributet {name} saknas. Den här sortens tjänst kräver det."),
            ];
            Err(wrong(UserErrorCode::InvalidInput, message))
        }
        None => Ok(read),
    }
}

/// The attributes after a customer has typed new ones. Those that were learned stay. Once the service exists, some can no
/// longer change.
pub fn change(kind: Kind, old: &Attributes, new: Attributes, exists: bool) -> Result<Attributes, UserError> {
    let fixed = |(name, _, by): &&Spec| *by == By::CustomerOnce && old.get(name).is_some_and(|_| exists);
    if let Some((name, ..)) = specs(kind).iter().filter(fixed).find(|(name, ..)| old.get(name) != new.get(name)) {
        let message = [
            format!("The attribute {name} cannot change once the service exists. Order another service."),
            format!(
                "Das Attribut {name} lässt sich nicht mehr ändern, wenn es den Dienst gibt. Bestellen Sie einen \
                 anderen Dienst."
            ),
            format!("Attributet {name} kan inte ändras när tjänsten finns. Beställ en annan tjänst."),
        ];
        return Err(wrong(UserErrorCode::InvalidInput, message));
    }
    let mut changed = new;
    for (name, ..) in specs(kind).iter().filter(|(_, _, by)| *by == By::Program) {
        if let Some(value) = old.0.get(*name) {
            changed.0.insert((*name).to_owned(), value.clone());
        }
    }
    Ok(changed)
}

/// The attributes with those that a program has learned.
pub fn learn(kind: Kind, old: &Attributes, learned: &[(String, String)]) -> Result<Attributes, UserError> {
    let mut all = old.clone();
    all.0.extend(read_all(kind, learned, |by| by == By::Program)?.0);
    Ok(all)
}

/// The name of a service: its domain, its host name or its label.
pub fn name_of(kind: Kind, attributes: &Attributes) -> String {
    let named = specs(kind).first().and_then(|(name, format, _)| Some((attributes.get(name)?, *format)));
    match named {
        Some((value, Format::Domain | Format::Host)) => idna::domain_to_unicode(value).0,
        Some((value, _)) => value.to_owned(),
        None => "Devices".to_owned(),
    }
}

fn read_all(kind: Kind, typed: &[(String, String)], may: fn(By) -> bool) -> Result<Attributes, UserError> {
    if typed.len() > MOST {
        return Err(wrong(
            UserErrorCode::TooMany,
            [
                format!("A service has at most {MOST} attributes."),
                format!("Ein Dienst hat höchstens {MOST} Attribute."),
                format!("En tjänst har högst {MOST} attribut."),
            ],
        ));
    }
    let mut read = BTreeMap::new();
    for (name, value) in typed {
        let Some((known, format, _)) = specs(kind).iter().find(|(known, _, by)| known == name && may(*by)) else {
            let names: Vec<&str> = specs(kind).iter().filter(|(.., by)| may(*by)).map(|(known, ..)| *known).collect();
            let [en, de, sv] = ["none", "keine", "inga"].map(|none| listed_or(&names, none));
            let shown: String = name.chars().take(40).collect();
            let message = [
                format!("There is no attribute {shown:?} to set for this kind of service. There are: {en}."),
                format!("Für diese Art von Dienst lässt sich kein Attribut {shown:?} setzen. Es gibt: {de}."),
                format!("Det finns inget attribut {shown:?} att ange för den här sortens tjänst. De som finns: {sv}."),
            ];
            return Err(wrong(UserErrorCode::Unknown, message));
        };
        let value = read_value(known, *format, value)?;
        if read.insert((*known).to_owned(), value).is_some() {
            let message = [
                format!("The attribute {known} is in the list twice. Give each attribute once."),
                format!("Das Attribut {known} steht zweimal in der Liste. Geben Sie jedes Attribut einmal an."),
                format!("Attributet {known} finns två gånger i listan. Ange varje attribut en gång."),
            ];
            return Err(wrong(UserErrorCode::Duplicate, message));
        }
    }
    Ok(Attributes(read))
}

fn read_value(name: &str, format: Format, typed: &str) -> Result<String, UserError> {
    let text: String = typed.trim().nfc().collect();
    let is_text = text.chars().any(is_visible) && !text.chars().any(is_deceptive);
    if !is_text || text.chars().count() > LONGEST {
        let message = [
            format!(
                "The value of {name} has 1 to {LONGEST} characters, at least one of them visible, without line breaks \
                 or characters that hide or reverse text."
            ),
            format!(
                "Der Wert von {name} hat 1 bis {LONGEST} Zeichen, davon mindestens ein sichtbares, ohne Zeilenumbrüche \
                 und ohne Zeichen, die Text verbergen oder umkehren."
            ),
            format!(
                "Värdet på {name} har 1 till {LONGEST} tecken, varav minst ett synligt, utan radbrytningar och utan \
                 tecken som döljer eller vänder text."
            ),
        ];
        return Err(wrong(UserErrorCode::InvalidInput, message));
    }
    let (read, like) = match format {
        Format::Text => (Some(text), [""; 3]),
        Format::Host => (
            host(&text),
            [
                "a host name like web-1 or web-1.example.org",
                "ein Hostname wie web-1 oder web-1.example.org",
                "ett värdnamn som web-1 eller web-1.example.org",
            ],
        ),
        Format::Domain => (
            host(&text).filter(|name| is_domain(name)),
            ["a domain like example.org", "eine Domain wie example.org", "en domän som example.org"],
        ),
        Format::Ipv4 => (
            text.parse().ok().map(|ip: std::net::Ipv4Addr| ip.to_string()),
            ["an address like 192.0.2.7", "eine Adresse wie 192.0.2.7", "en adress som 192.0.2.7"],
        ),
        Format::Ipv6 => (
            text.parse().ok().map(|ip: std::net::Ipv6Addr| ip.to_string()),
            ["an address like 2001:db8::7", "eine Adresse wie 2001:db8::7", "en adress som 2001:db8::7"],
        ),
        Format::Day => (
            text.parse().ok().map(|day: Date| day.to_string()),
            ["a day like 2026-02-28", "ein Tag wie 2026-02-28", "en dag som 2026-02-28"],
        ),
    };
    read.ok_or_else(|| {
        let [en, de, sv] = like;
        let message = [
            format!("The value of {name} must be {en}."),
            format!("Der Wert von {name} muss {de} sein."),
            format!("Värdet på {name} måste vara {sv}."),
        ];
        wrong(UserErrorCode::InvalidInput, message)
    })
}

/// A host name in ASCII and lower case, by UTS 46 without the transitional rules, as IDNA 2008 asks.
fn host(typed: &str) -> Option<String> {
    let typed = typed.strip_suffix('.').unwrap_or(typed);
    let ascii = Uts46::new()
        .to_ascii(typed.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .ok()?;
    // What is all digits and dots would be an address.
    let has_letter = ascii.bytes().any(|byte| byte.is_ascii_alphabetic());
    has_letter.then(|| ascii.into_owned())
}

/// Whether a host name has a dot, and a top level that can exist.
fn is_domain(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, top)| top.len() > 1 && top.bytes().any(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn checked(kind: Kind, pairs: &[(&str, &str)]) -> Result<Attributes, UserError> {
        check(kind, &typed(pairs))
    }

    #[test]
    fn values_get_one_form_and_name_the_service() {
        for (kind, pairs, stored, name) in [
            (
                Kind::Domain,
                &[("domain", " Bücher.Example. ")][..],
                r#"{"domain":"xn--bcher-kva.example"}"#,
                "bücher.example",
            ),
            (
                Kind::VirtualServer,
                &[("hostname", "Web-1"), ("image", " debian-13 ")],
                r#"{"hostname":"web-1","image":"debian-13"}"#,
                "web-1",
            ),
            (Kind::Seats, &[("domain", "example.org")], r#"{"domain":"example.org"}"#, "example.org"),
            (Kind::Devices, &[], "{}", "Devices"),
            (Kind::Devices, &[("label", "Shop")], r#"{"label":"Shop"}"#, "Shop"),
            (Kind::Other, &[("label", "Zoe\u{308}")], r#"{"label":"Zoë"}"#, "Zoë"),
        ] {
            let read = checked(kind, pairs).unwrap();
            assert_eq!((read.to_stored().as_str(), name_of(kind, &read).as_str()), (stored, name));
            assert_eq!(Attributes::read(stored), read);
        }
    }

    #[test]
    fn what_is_no_host_name_is_refused() {
        let long = format!("{}.org", "a".repeat(64));
        for bad in [
            "",
            " ",
            "a b.org",
            "-a.org",
            "a-.org",
            "a..org",
            ".org",
            "a_b.org",
            "example",
            "192.0.2.7",
            "a.b.7",
            &long,
            "a.org/x",
        ] {
            let error = checked(Kind::Domain, &[("domain", bad)]).unwrap_err();
            assert_eq!(
                (error.code, error.field.unwrap()[1].as_str()),
                (UserErrorCode::InvalidInput, "attributes"),
                "{bad}"
            );
        }
        assert!(checked(Kind::VirtualServer, &[("hostname", "example")]).is_ok());
        assert!(checked(Kind::VirtualServer, &[("hostname", "exa mple")]).is_err());
    }

    #[test]
    fn attributes_are_known_given_once_and_complete() {
        let code = |kind, pairs: &[(&str, &str)]| checked(kind, pairs).unwrap_err().code;
        assert_eq!(code(Kind::VirtualServer, &[]), UserErrorCode::InvalidInput);
        assert_eq!(code(Kind::Other, &[("label", "a"), ("color", "red")]), UserErrorCode::Unknown);
        assert_eq!(code(Kind::Other, &[("label", "a"), ("label", "b")]), UserErrorCode::Duplicate);
        assert_eq!(code(Kind::Other, &[("label", &"a".repeat(256))]), UserErrorCode::InvalidInput);
        assert_eq!(code(Kind::Other, &[("label", "a\nb")]), UserErrorCode::InvalidInput);
        assert_eq!(code(Kind::Other, &[("label", "a"); MOST + 1]), UserErrorCode::TooMany);
        assert!(checked(Kind::Other, &[("label", &"ä".repeat(255))]).is_ok());
        // What programs learn cannot be typed.
        assert_eq!(code(Kind::VirtualServer, &[("hostname", "a"), ("ipv4", "192.0.2.7")]), UserErrorCode::Unknown);
    }

    #[test]
    fn what_was_learned_stays_and_programs_set_nothing_else() {
        let old = checked(Kind::VirtualServer, &[("hostname", "web-1"), ("image", "debian-13")]).unwrap();
        let known = learn(Kind::VirtualServer, &old, &typed(&[("ipv4", "192.0.2.7")])).unwrap();
        assert_eq!(known.get("ipv4"), Some("192.0.2.7"));
        for bad in [("ipv4", "192.0.2"), ("hostname", "web-2"), ("secret", "x")] {
            assert!(learn(Kind::VirtualServer, &old, &typed(&[bad])).is_err(), "{bad:?}");
        }
        let new = checked(Kind::VirtualServer, &[("hostname", "web-2")]).unwrap();
        let changed = change(Kind::VirtualServer, &known, new, true).unwrap();
        assert_eq!(changed.to_stored(), r#"{"hostname":"web-2","ipv4":"192.0.2.7"}"#);
    }

    #[test]
    fn a_domain_cannot_become_another_once_it_exists() {
        let old = checked(Kind::Domain, &[("domain", "example.org")]).unwrap();
        let new = || checked(Kind::Domain, &[("domain", "example.net")]).unwrap();
        assert!(change(Kind::Domain, &old, new(), true).is_err());
        assert_eq!(change(Kind::Domain, &old, new(), false).unwrap(), new());
        assert_eq!(change(Kind::Domain, &old, old.clone(), true).unwrap(), old);
        assert_eq!(change(Kind::Domain, &Attributes::default(), new(), true).unwrap(), new());
    }
}
