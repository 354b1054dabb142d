//! Reports of programs about tasks that they hold.

use entity::service_task::Model;
use uuid::Uuid;

use super::rules::{self, Report};
use super::store;
use crate::access::Actor;
use crate::base::error::{Error, Result};
use crate::graphql::request::Work;

/// The API key of the actor; none for a person.
pub const fn key_of(actor: &Actor) -> Option<Uuid> {
    match actor {
        Actor::ApiKey(key) => Some(key.id),
        Actor::User(_) | Actor::Anonymous => None,
    }
}

/// The task that the actor holds in this generation and by this attempt. The caller has locked the organisation.
pub async fn load_held(work: &Work<'_>, id: Uuid, (generation, attempt): (i32, i32)) -> Result<Model> {
    let row = store::find_in(work.tx, id).await?.ok_or(Error::NotFound)?;
    let key = key_of(work.request.actor());
    rules::require_holder(&row, Report { generation, attempt, key }, work.now)?;
    Ok(row)
}
