//! Which scopes a key may have, how long it lives, and what its secret looks like.

use std::net::IpAddr;

use async_graphql::Enum;
use chrono::TimeDelta;
use entity::api_key::Model;
use ipnet::IpNet;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};

use crate::access::{Grants, Kind, Permission, PermissionSet, Subject};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::{Message, Texts};
use crate::base::random::{Random, hash};

/// What every API key begins with.
pub const KEY_PREFIX: &str = "tenantry_key_";

/// How many characters of a secret are stored to recognise it by. The rest is secret enough.
const SHOWN: usize = 6;

/// The longest life of a key, in days: about ten years.
const LONGEST_DAYS: i64 = 3_653;

/// The longest time that a replaced secret may stay valid, in minutes: a week.
pub const LONGEST_OVERLAP: i32 = 10_080;

/// The most networks of one key.
const NETWORKS: usize = 50;

/// Whether a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum ApiKeyState {
    /// The key works.
    Active,
    /// The key has reached the end of its time.
    Expired,
    /// The key was revoked, for good.
    Revoked,
}

/// The state of the key at the moment.
pub fn state_at(row: &Model, now: DateTimeUtc) -> ApiKeyState {
    match row.expires_at {
        _ if row.revoked_at.is_some() => ApiKeyState::Revoked,
        Some(end) if end <= now => ApiKeyState::Expired,
        _ => ApiKeyState::Active,
    }
}

/// A new key.
pub struct Secret {
    /// The whole key, as its user sends it.
    pub key: String,
    /// The hash of the whole key. The database stores only this.
    pub hash: String,
    /// The first characters of its secret, to recognise it by.
    pub prefix: String,
}

impl Secret {
    /// A random key.
    pub fn new(random: &Random) -> Self {
        let secret = random.secret();
        let prefix = secret.chars().take(SHOWN).collect();
        let key = format!("{KEY_PREFIX}{secret}");
        Self { hash: hash(&key), key, prefix }
    }
}

/// The scopes of a key.
pub const fn scopes(row: &Model) -> Grants {
    Grants {
        own: PermissionSet::from_stored(row.permissions),
        clients: PermissionSet::from_stored(row.client_permissions),
    }
}

/// The subject whose grants decide what a key may do.
pub const fn subject(row: &Model) -> Subject {
    Subject::Key { id: row.id, organisation_id: row.organisation_id, scopes: scopes(row) }
}

/// A key as the audit log records it.
pub fn audit_snapshot(row: &Model) -> Json {
    let list = |set: PermissionSet| set.iter().map(Permission::graphql_name).collect::<Vec<_>>();
    let scopes = scopes(row);
    json!({
        "name": row.name,
        "prefix": row.prefix,
        "permissions": list(scopes.own),
        "clientPermissions": list(scopes.clients),
        "expiresAt": row.expires_at,
        "networks": networks_of(row),
    })
}

/// Refuses to change a key that was revoked.
pub fn require_not_revoked(row: &Model, now: DateTimeUtc) -> Result<(), UserError> {
    if state_at(row, now) == ApiKeyState::Revoked {
        let message = [
            "This key was revoked. Create a new one.",
            "Dieser Schlüssel wurde widerrufen. Legen Sie einen neuen an.",
            "Nyckeln har återkallats. Skapa en ny.",
        ];
        return Err(UserError::at("apiKeyId", UserErrorCode::StaleState, message));
    }
    Ok(())
}

/// The chosen scopes of a key, with everything that they imply.
pub fn closed_scopes(own: &[Permission], clients: &[Permission]) -> Result<Grants, UserError> {
    for (field, wanted) in [("permissions", own), ("clientPermissions", clients)] {
        let never: PermissionSet = wanted.iter().copied().filter(|permission| !permission.is_for_keys()).collect();
        if !never.is_empty() {
            let list = never.iter().map(Permission::graphql_name).collect::<Vec<_>>().join(", ");
            let message = [
                format!("An API key cannot hold permissions that are only for people: {list}. Leave them out."),
                format!(
                    "Ein API-Schlüssel kann keine Berechtigungen haben, die nur für Personen sind: {list}. Lassen Sie \
                     sie weg."
                ),
                format!("En API-nyckel kan inte ha behörigheter som bara är för personer: {list}. Utelämna dem."),
            ];
            return Err(UserError::at(field, UserErrorCode::InvalidInput, message));
        }
    }
    let scopes = Grants { own: PermissionSet::of(own), clients: PermissionSet::of(clients) };
    if scopes.is_empty() {
        let message = [
            "Give the key at least one permission, in permissions or clientPermissions.",
            "Geben Sie dem Schlüssel mindestens eine Berechtigung, in permissions oder clientPermissions.",
            "Ge nyckeln minst en behörighet, i permissions eller clientPermissions.",
        ];
        return Err(UserError::at("permissions", UserErrorCode::InvalidInput, message));
    }
    Ok(scopes)
}

/// What is odd about the scopes of a key of an organisation of the kind: they are allowed, and open less than they seem to.
/// Each with the field of the input.
pub fn warnings(scopes: Grants, kind: Kind) -> Vec<(&'static str, Message)> {
    let mut found = Vec::new();
    let has_clients = matches!(kind, Kind::Reseller | Kind::Operator);
    if !has_clients && !scopes.clients.is_empty() {
        let message = [
            "Only resellers have clients, so what is in clientPermissions opens nothing. Put what the key should do in \
             this organisation into permissions.",
            "Nur Reseller haben Kunden, daher öffnet nichts, was in clientPermissions steht. Schreiben Sie in \
             permissions, was der Schlüssel in dieser Organisation tun soll.",
            "Bara återförsäljare har kunder, så det som står i clientPermissions öppnar inget. Skriv i permissions vad \
             nyckeln ska göra i den här organisationen.",
        ];
        found.push(("clientPermissions", message.into()));
    }
    // They are tested at the reseller, so at a client they count only if it is a reseller itself.
    let is_at_resellers = |permission: &Permission| matches!(permission.area().as_str(), "client" | "commission");
    let misplaced: Vec<String> =
        scopes.clients.without(scopes.own).iter().filter(is_at_resellers).map(Permission::text).collect();
    if has_clients && !misplaced.is_empty() {
        let list = misplaced.join(", ");
        let message = [
            format!(
                "{list} in clientPermissions counts only at clients that are resellers themselves. To work with your \
                 own clients, put it into permissions."
            ),
            format!(
                "{list} in clientPermissions gilt nur bei Kunden, die selbst Reseller sind. Um mit Ihren eigenen \
                 Kunden zu arbeiten, schreiben Sie es in permissions."
            ),
            format!(
                "{list} i clientPermissions gäller bara hos kunder som själva är återförsäljare. Skriv det i \
                 permissions för att arbeta med era egna kunder."
            ),
        ];
        found.push(("clientPermissions", message.into()));
    }
    if has_clients && scopes.clients.is_empty() {
        let message = [
            "The key opens nothing at the clients. Put what it should do there into clientPermissions, as far as the \
             clients delegate it.",
            "Der Schlüssel öffnet nichts bei den Kunden. Schreiben Sie in clientPermissions, was er dort tun soll, \
             soweit die Kunden es übertragen.",
            "Nyckeln öppnar inget hos kunderna. Skriv i clientPermissions vad den ska göra där, så långt kunderna \
             delegerar det.",
        ];
        found.push(("permissions", message.into()));
    }
    found
}

/// Refuses an actor who does not hold everything in the scopes.
pub fn require_held(scopes: Grants, held: Grants) -> Result<(), UserError> {
    let missing = scopes.without(held);
    let field = if missing.own.is_empty() { "clientPermissions" } else { "permissions" };
    if missing.is_empty() { Ok(()) } else { Err(UserError::not_held(field, missing)) }
}

/// Reads networks in CIDR notation, or single addresses. `None` if the list is empty: the key works from everywhere.
pub fn read_networks(typed: &[String]) -> Result<Option<String>, UserError> {
    let wrong = |message: [String; 3]| UserError::at("networks", UserErrorCode::InvalidInput, message);
    if typed.len() > NETWORKS {
        return Err(wrong([
            format!("A key has {NETWORKS} networks at most."),
            format!("Ein Schlüssel hat höchstens {NETWORKS} Netze."),
            format!("En nyckel har högst {NETWORKS} nät."),
        ]));
    }
    let mut networks = Vec::with_capacity(typed.len());
    for text in typed.iter().map(|text| text.trim()) {
        let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let no_network = |_| {
            wrong([
                format!(
                    "This is not a network: {text:?}. Write networks like 192.0.2.0/24 or 2001:db8::/32, or single \
                     addresses."
                ),
                format!(
                    "Das ist kein Netz: {text:?}. Schreiben Sie Netze wie 192.0.2.0/24 oder 2001:db8::/32, oder \
                     einzelne Adressen."
                ),
                format!(
                    "Det är inget nät: {text:?}. Skriv nät som 192.0.2.0/24 eller 2001:db8::/32, eller enskilda \
                     adresser."
                ),
            ])
        };
        let network: IpNet = network.map_err(no_network)?;
        if network.addr() != network.network() {
            let whole = network.trunc();
            return Err(wrong([
                format!("{network} is an address in a network. Write {whole} for the whole network."),
                format!("{network} ist eine Adresse in einem Netz. Schreiben Sie {whole} für das ganze Netz."),
                format!("{network} är en adress i ett nät. Skriv {whole} för hela nätet."),
            ]));
        }
        if network.addr().to_canonical() != network.addr() {
            return Err(wrong([
                format!("Write {network} as a network of IPv4."),
                format!("Schreiben Sie {network} als Netz von IPv4."),
                format!("Skriv {network} som ett nät i IPv4."),
            ]));
        }
        networks.push(network.to_string());
    }
    networks.sort_unstable();
    networks.dedup();
    Ok((!networks.is_empty()).then(|| networks.join(" ")))
}

/// The networks from which the key works; empty for everywhere.
pub fn networks_of(row: &Model) -> Vec<&str> {
    row.networks.as_deref().into_iter().flat_map(str::split_whitespace).collect()
}

/// Whether the key works from the address. A key with networks does not work from an unknown address.
pub fn works_from(row: &Model, address: Option<IpAddr>) -> bool {
    let Some(networks) = &row.networks else { return true };
    let contains = |address: &IpAddr| {
        networks.split_whitespace().filter_map(|text| text.parse::<IpNet>().ok()).any(|one| one.contains(address))
    };
    address.is_some_and(|address| contains(&address.to_canonical()))
}

/// Refuses an end that is in the past or too far ahead.
pub fn check_end(end: Option<DateTimeUtc>, now: DateTimeUtc) -> Result<(), UserError> {
    let wrong = |message: Texts| Err(UserError::at("expiresAt", UserErrorCode::InvalidInput, message));
    match end {
        Some(end) if end <= now => wrong([
            "Give a time in the future, or leave it out.",
            "Geben Sie einen Zeitpunkt in der Zukunft an, oder lassen Sie ihn weg.",
            "Ange en tidpunkt i framtiden, eller utelämna den.",
        ]),
        Some(end) if end - now > TimeDelta::days(LONGEST_DAYS) => wrong([
            "A key can last for at most ten years. Give an earlier time, or leave it out.",
            "Ein Schlüssel gilt höchstens zehn Jahre. Geben Sie einen früheren Zeitpunkt an, oder lassen Sie ihn weg.",
            "En nyckel kan gälla i högst tio år. Ange en tidigare tidpunkt, eller utelämna den.",
        ]),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_closed_and_hold_nothing_that_is_only_for_people() {
        let closed = closed_scopes(&[Permission::ServiceManage], &[Permission::InvoicePay]).unwrap();
        assert!(closed.has(Permission::ServiceRead) && closed.clients.has(Permission::InvoiceRead));
        for permission in Permission::ALL.iter().filter(|permission| !permission.is_for_keys()) {
            let error = closed_scopes(&[*permission], &[]).unwrap_err();
            assert!(error.message.to_string().contains(&permission.graphql_name()), "{}", error.message);
            let error = closed_scopes(&[], &[Permission::ClientRead, *permission]).unwrap_err();
            assert_eq!(error.field.unwrap()[1], "clientPermissions");
        }
        assert!(closed_scopes(&[Permission::ServiceProvision], &[]).unwrap().has(Permission::ServiceRead));
        assert_eq!(closed_scopes(&[], &[]).unwrap_err().code, UserErrorCode::InvalidInput);
    }

    fn key(networks: &[&str]) -> Model {
        let typed: Vec<String> = networks.iter().map(|text| (*text).to_owned()).collect();
        Model {
            id: uuid::Uuid::nil(),
            organisation_id: uuid::Uuid::nil(),
            name: String::new(),
            secret_hash: String::new(),
            permissions: 0,
            client_permissions: 0,
            expires_at: None,
            revoked_at: None,
            created_at: DateTimeUtc::UNIX_EPOCH,
            prefix: String::new(),
            created_by_id: None,
            last_used_at: None,
            previous_hash: None,
            previous_until: None,
            networks: read_networks(&typed).unwrap(),
        }
    }

    #[test]
    fn a_key_works_only_from_its_networks() {
        let works = |networks: &[&str], from: &str| works_from(&key(networks), from.parse().ok());
        assert!(works(&[], "192.0.2.1") && works(&[], "nowhere"));
        let networks = ["192.0.2.0/24", " 2001:db8::/32", "198.51.100.7"];
        for inside in ["192.0.2.255", "::ffff:192.0.2.1", "2001:db8:1::1", "198.51.100.7"] {
            assert!(works(&networks, inside), "{inside}");
        }
        for outside in ["192.0.3.0", "2001:db9::1", "198.51.100.8", "::ffff:198.51.100.8", "nowhere"] {
            assert!(!works(&networks, outside), "{outside}");
        }
        assert_eq!(networks_of(&key(&networks)), ["192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32"]);
        // What cannot be read lets nobody in.
        let broken = Model { networks: Some("everywhere".to_owned()), ..key(&[]) };
        assert!(!works_from(&broken, "192.0.2.1".parse().ok()));
    }

    #[test]
    fn networks_that_cannot_be_meant_are_refused() {
        for wrong in ["", "example.org", "192.0.2.0/33", "192.0.2", "192.0.2.7/24", "::ffff:192.0.2.0/120", "*"] {
            let error = read_networks(&[wrong.to_owned()]).unwrap_err();
            assert_eq!(error.code, UserErrorCode::InvalidInput, "{wrong}");
        }
        assert!(read_networks(&["192.0.2.7/24".to_owned()]).unwrap_err().message.to_string().contains("192.0.2.0/24"));
        let many = vec!["192.0.2.7".to_owned(); NETWORKS + 1];
        assert!(read_networks(&many).is_err() && read_networks(&many[1..]).is_ok());
    }

    #[test]
    fn scopes_in_the_wrong_half_get_a_warning() {
        let fields = |own: &[Permission], clients: &[Permission], kind| {
            let found = warnings(closed_scopes(own, clients).unwrap(), kind);
            found.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        let (invoices, clients) = (&[Permission::InvoiceRead][..], &[Permission::ClientRead][..]);
        assert_eq!(fields(invoices, &[], Kind::Company), [""; 0]);
        assert_eq!(fields(&[], invoices, Kind::Company), ["clientPermissions"]);
        assert_eq!(fields(clients, invoices, Kind::Reseller), [""; 0]);
        assert_eq!(fields(&[], clients, Kind::Reseller), ["clientPermissions"]);
        assert_eq!(fields(clients, &[], Kind::Reseller), ["permissions"]);
    }

    #[test]
    fn an_end_is_in_the_future_and_not_beyond_ten_years() {
        let now = DateTimeUtc::UNIX_EPOCH;
        assert!(check_end(Some(now), now).is_err() && check_end(Some(DateTimeUtc::MAX_UTC), now).is_err());
        assert!(check_end(Some(now + TimeDelta::seconds(1)), now).is_ok() && check_end(None, now).is_ok());
        assert!(check_end(Some(now + TimeDelta::days(LONGEST_DAYS)), now).is_ok());
    }
}
