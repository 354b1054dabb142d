//! Which scopes a key may have, until when, and where it stands. Pure functions.

use async_graphql::Enum;
use chrono::TimeDelta;
use entity::api_key::Model;
use sea_orm::prelude::DateTimeUtc;

use crate::access::{Grants, Permission, PermissionSet};
use crate::base::error::{UserError, UserErrorCode};

/// How long a key may live at most, in days: some ten years.
const LONGEST_DAYS: i64 = 3_653;

/// How long the secret before a rotation may stay good, in minutes: a week.
pub const LONGEST_OVERLAP: i32 = 10_080;

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum ApiKeyState {
    /// Works.
    Active,
    /// Has reached the end of its time.
    Expired,
    /// Was taken back, for good.
    Revoked,
}

/// Where the key stands at the moment.
pub fn state(row: &Model, now: DateTimeUtc) -> ApiKeyState {
    match row.expires_at {
        _ if row.revoked_at.is_some() => ApiKeyState::Revoked,
        Some(end) if end <= now => ApiKeyState::Expired,
        _ => ApiKeyState::Active,
    }
}

/// The scopes of a key, closed; or what is wrong with the choice.
pub fn scopes(own: &[Permission], clients: &[Permission]) -> Result<Grants, UserError> {
    for (field, wanted) in [("permissions", own), ("clientPermissions", clients)] {
        let never: PermissionSet = wanted.iter().copied().filter(|permission| !permission.is_delegable()).collect();
        if !never.is_empty() {
            let list = never.iter().map(Permission::text).collect::<Vec<_>>().join(", ");
            let message = format!("No API key can hold what only people may do: {list}. Leave it out.");
            return Err(UserError::at(field, UserErrorCode::InvalidInput, message));
        }
    }
    let scopes = Grants { own: PermissionSet::of(own), clients: PermissionSet::of(clients) };
    if scopes.is_empty() {
        let message = "Give the key at least one permission, here or at the clients.";
        return Err(UserError::at("permissions", UserErrorCode::InvalidInput, message));
    }
    Ok(scopes)
}

/// What to answer to who lacks some of what the key holds, or is to hold.
pub fn not_held(missing: Grants) -> Option<UserError> {
    let field = if missing.own.is_empty() { "clientPermissions" } else { "permissions" };
    (!missing.is_empty()).then(|| UserError::not_held(field, missing))
}

/// What is wrong with the end of a key, if anything.
pub fn wrong_end(end: DateTimeUtc, now: DateTimeUtc) -> Option<UserError> {
    let wrong = |message: &str| Some(UserError::at("expiresAt", UserErrorCode::InvalidInput, message));
    if end <= now {
        return wrong("Give an instant in the future, or none.");
    }
    if end - now > TimeDelta::days(LONGEST_DAYS) {
        return wrong("A key lives for ten years at most; or give no end.");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_closed_and_hold_nothing_that_is_only_for_people() {
        let closed = scopes(&[Permission::ServiceManage], &[Permission::InvoicePay]).unwrap();
        assert!(closed.has(Permission::ServiceRead) && closed.clients.has(Permission::InvoiceRead));
        for permission in Permission::ALL.iter().filter(|permission| !permission.is_delegable()) {
            let error = scopes(&[*permission], &[]).unwrap_err();
            assert!(error.message.contains(&permission.text()), "{}", error.message);
            let error = scopes(&[], &[Permission::ClientRead, *permission]).unwrap_err();
            assert_eq!(error.field.unwrap()[1], "clientPermissions");
        }
        assert_eq!(scopes(&[], &[]).unwrap_err().code, UserErrorCode::InvalidInput);
    }

    #[test]
    fn an_end_is_in_the_future_and_not_beyond_ten_years() {
        let now = DateTimeUtc::UNIX_EPOCH;
        assert!(wrong_end(now, now).is_some() && wrong_end(DateTimeUtc::MAX_UTC, now).is_some());
        assert!(wrong_end(now + TimeDelta::seconds(1), now).is_none());
        assert!(wrong_end(now + TimeDelta::days(LONGEST_DAYS), now).is_none());
    }
}
