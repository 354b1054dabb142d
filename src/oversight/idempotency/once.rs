//! Running the steps of a mutation once for each key.

use entity::idempotency_key::{ActorKind, Model};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use uuid::Uuid;

use super::{rules, store};
use crate::access::Actor;
use crate::base::error::{Error, Result};
use crate::graphql::request::Work;

/// A call of a mutation with an idempotency key.
#[derive(Clone, Debug)]
pub struct Call {
    actor: (ActorKind, Uuid),
    mutation: &'static str,
    key: String,
    request_sha256: String,
}

impl Call {
    /// A call with these arguments.
    pub fn new(actor: &Actor, mutation: &'static str, key: &str, arguments: Json) -> Result<Self> {
        let actor = match actor {
            Actor::User(user) => (ActorKind::User, user.id),
            Actor::ApiKey(key) => (ActorKind::ApiKey, key.id),
            Actor::Anonymous => return Err(Error::sign_in()),
        };
        rules::check_key(key)?;
        Ok(Self { actor, mutation, key: key.to_owned(), request_sha256: rules::digest(arguments) })
    }
}

/// Runs the steps, or returns what they returned when they ran for the same call before. The caller has checked that the
/// actor may act at the organisation now, and has taken the locks that the steps need.
pub async fn once<R, W>(work: &Work<'_>, call: Option<&Call>, organisation: Uuid, steps: W) -> Result<R>
where
    R: Serialize + DeserializeOwned,
    W: AsyncFnOnce() -> Result<R>,
{
    once_if(work, call, organisation, |_| true, steps).await
}

/// The same for steps that may succeed without a change, for example because each row of a list was refused. The outcome
/// is kept only if `is_done` says so.
pub async fn once_if<R, W>(
    work: &Work<'_>,
    call: Option<&Call>,
    organisation: Uuid,
    is_done: impl FnOnce(&R) -> bool,
    steps: W,
) -> Result<R>
where
    R: Serialize + DeserializeOwned,
    W: AsyncFnOnce() -> Result<R>,
{
    let Some(call) = call else { return steps().await };
    let mut row = Model {
        actor_kind: call.actor.0,
        actor_id: call.actor.1,
        organisation_id: organisation,
        mutation: call.mutation.to_owned(),
        key: call.key.clone(),
        request_sha256: call.request_sha256.clone(),
        outcome: String::new(),
        created_at: work.now,
    };
    // A concurrent call with the key waits here until this transaction ends.
    if !store::claim(work.tx, &row, rules::kept_since(work.now)).await? {
        let known = store::find(work.tx, &row).await?.ok_or_else(|| Error::fault("a claimed key without a row"))?;
        if known.request_sha256 != call.request_sha256 {
            return Err(rules::another_request());
        }
        return serde_json::from_str(&known.outcome).map_err(Error::fault);
    }
    let outcome = steps().await?;
    if is_done(&outcome) {
        row.outcome = serde_json::to_string(&outcome).map_err(Error::fault)?;
        store::keep(work.tx, row).await?;
    } else {
        store::release(work.tx, row).await?;
    }
    Ok(outcome)
}
