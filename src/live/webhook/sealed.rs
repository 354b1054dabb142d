//! The secrets of webhooks as they are stored: sealed, each for its webhook.

use entity::webhook::Model;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::random::Random;
use crate::people::user::SecretKeys;

/// Seals a secret.
pub fn seal(keys: &SecretKeys, random: &Random, webhook: Uuid, secret: &str) -> Result<String> {
    keys.seal(random, webhook, secret.as_bytes())
}

/// The secrets that sign now, the newest first; `None` if the newest cannot be opened.
pub fn open_all(keys: &SecretKeys, webhook: &Model, now: DateTimeUtc) -> Option<Vec<String>> {
    let open = |sealed: &str| String::from_utf8(keys.open(webhook.id, sealed)?).ok();
    let mut secrets = vec![open(&webhook.sealed_secret)?];
    if webhook.previous_until.is_some_and(|until| now < until) {
        secrets.extend(webhook.previous_secret.as_deref().and_then(open));
    }
    Some(secrets)
}
