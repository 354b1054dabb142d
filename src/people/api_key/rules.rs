//! Which scopes a key may have, how long it lives, and what its secret looks like.

use async_graphql::Enum;
use chrono::TimeDelta;
use entity::api_key::Model;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};

use crate::access::{Grants, Permission, PermissionSet, Subject};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::random::{Random, hash};

/// What every API key begins with.
pub const KEY_PREFIX: &str = "tenantry_key_";

/// How many characters of a secret are stored to recognise it by. The rest is secret enough.
const SHOWN: usize = 6;

/// The longest life of a key, in days: about ten years.
const LONGEST_DAYS: i64 = 3_653;

/// The longest time that a replaced secret may stay valid, in minutes: a week.
pub const LONGEST_OVERLAP: i32 = 10_080;

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
    })
}

/// Refuses to change a key that was revoked.
pub fn require_not_revoked(row: &Model, now: DateTimeUtc) -> Result<(), UserError> {
    if state_at(row, now) == ApiKeyState::Revoked {
        let message = "This key was revoked. Create a new one.";
        return Err(UserError::at("apiKeyId", UserErrorCode::StaleState, message));
    }
    Ok(())
}

/// The chosen scopes of a key, with everything that they imply.
pub fn closed_scopes(own: &[Permission], clients: &[Permission]) -> Result<Grants, UserError> {
    for (field, wanted) in [("permissions", own), ("clientPermissions", clients)] {
        let never: PermissionSet = wanted.iter().copied().filter(|permission| !permission.is_delegable()).collect();
        if !never.is_empty() {
            let list = never.iter().map(Permission::graphql_name).collect::<Vec<_>>().join(", ");
            let message =
                format!("An API key cannot hold permissions that are only for people: {list}. Leave them out.");
            return Err(UserError::at(field, UserErrorCode::InvalidInput, message));
        }
    }
    let scopes = Grants { own: PermissionSet::of(own), clients: PermissionSet::of(clients) };
    if scopes.is_empty() {
        let message = "Give the key at least one permission, in permissions or clientPermissions.";
        return Err(UserError::at("permissions", UserErrorCode::InvalidInput, message));
    }
    Ok(scopes)
}

/// Refuses an actor who does not hold everything in the scopes.
pub fn require_held(scopes: Grants, held: Grants) -> Result<(), UserError> {
    let missing = scopes.without(held);
    let field = if missing.own.is_empty() { "clientPermissions" } else { "permissions" };
    if missing.is_empty() { Ok(()) } else { Err(UserError::not_held(field, missing)) }
}

/// Refuses an end that is in the past or too far ahead.
pub fn check_end(end: Option<DateTimeUtc>, now: DateTimeUtc) -> Result<(), UserError> {
    let wrong = |message: &str| Err(UserError::at("expiresAt", UserErrorCode::InvalidInput, message));
    match end {
        Some(end) if end <= now => wrong("Give a time in the future, or leave it out."),
        Some(end) if end - now > TimeDelta::days(LONGEST_DAYS) => {
            wrong("A key can last for at most ten years. Give an earlier time, or leave it out.")
        }
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
        for permission in Permission::ALL.iter().filter(|permission| !permission.is_delegable()) {
            let error = closed_scopes(&[*permission], &[]).unwrap_err();
            assert!(error.message.contains(&permission.graphql_name()), "{}", error.message);
            let error = closed_scopes(&[], &[Permission::ClientRead, *permission]).unwrap_err();
            assert_eq!(error.field.unwrap()[1], "clientPermissions");
        }
        assert_eq!(closed_scopes(&[], &[]).unwrap_err().code, UserErrorCode::InvalidInput);
    }

    #[test]
    fn an_end_is_in_the_future_and_not_beyond_ten_years() {
        let now = DateTimeUtc::UNIX_EPOCH;
        assert!(check_end(Some(now), now).is_err() && check_end(Some(DateTimeUtc::MAX_UTC), now).is_err());
        assert!(check_end(Some(now + TimeDelta::seconds(1)), now).is_ok() && check_end(None, now).is_ok());
        assert!(check_end(Some(now + TimeDelta::days(LONGEST_DAYS)), now).is_ok());
    }
}
