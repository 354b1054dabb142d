//! What the mutations of API keys take and give.

use async_graphql::{ID, InputObject, MaybeUndefined, SimpleObject};
use sea_orm::prelude::DateTimeUtc;

use super::object::ApiKey;
use crate::access::{Permission, directive};
use crate::base::error::UserError;

/// The key to make.
#[derive(InputObject)]
pub struct CreateApiKeyInput {
    /// The organisation that it is to act for.
    pub organisation_id: ID,
    /// What it is for. 1 to 200 characters.
    pub name: String,
    /// What it may do at the organisation; what these imply comes along. You have to hold it yourself.
    pub permissions: Vec<Permission>,
    /// What it may do at the clients of the organisation, as far as they let it in. You have to hold it yourself.
    #[graphql(default)]
    pub client_permissions: Vec<Permission>,
    /// When it ends by itself: in the future, ten years ahead at most. Without it, never.
    pub expires_at: Option<DateTimeUtc>,
}

/// What to change of a key; what is left out stays.
#[derive(InputObject)]
pub struct UpdateApiKeyInput {
    /// The key.
    pub api_key_id: ID,
    /// What it is for. 1 to 200 characters.
    pub name: Option<String>,
    /// What it may do at its organisation, in place of what it may do now.
    pub permissions: Option<Vec<Permission>>,
    /// What it may do at the clients, in place of what it may do now.
    pub client_permissions: Option<Vec<Permission>>,
    /// When it ends by itself; null: never.
    pub expires_at: MaybeUndefined<DateTimeUtc>,
}

/// The key that is to have a new secret.
#[derive(InputObject)]
pub struct RotateApiKeyInput {
    /// The key.
    pub api_key_id: ID,
    /// For so many minutes the secret of now stays good beside the new one, so that nothing stands still while you
    /// replace it: 0 to 10080, which is a week. With 0 the very next request with it is refused.
    #[graphql(default = 0)]
    pub keep_old_for_minutes: i32,
}

/// The key to take back.
#[derive(InputObject)]
pub struct RevokeApiKeyInput {
    /// The key.
    pub api_key_id: ID,
}

/// The key that was made.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct CreateApiKeyPayload {
    /// The key; null if it was not made.
    pub api_key: Option<ApiKey>,
    /// The whole key, for the header `Authorization: Bearer …`. It is shown this once and never again.
    pub secret: Option<String>,
    /// Why it was not made.
    pub user_errors: Vec<UserError>,
}

/// The key with its new secret.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RotateApiKeyPayload {
    /// The key; null if it was not rotated.
    pub api_key: Option<ApiKey>,
    /// The whole new key, for the header `Authorization: Bearer …`. It is shown this once and never again.
    pub secret: Option<String>,
    /// Why it was not rotated.
    pub user_errors: Vec<UserError>,
}

/// The key as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UpdateApiKeyPayload {
    /// The key; null if nothing was changed.
    pub api_key: Option<ApiKey>,
    /// Why nothing was changed.
    pub user_errors: Vec<UserError>,
}

/// The key that was taken back.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RevokeApiKeyPayload {
    /// The key; null if it was not taken back.
    pub api_key: Option<ApiKey>,
    /// Why it was not taken back.
    pub user_errors: Vec<UserError>,
}
