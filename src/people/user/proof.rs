//! What happens when somebody proves that the address of an account is theirs.
//!
//! Anybody can sign up with the address of somebody else. So nothing from before the proof counts: the password,
//! sessions, second factor, links and API keys could all be a stranger's. The person who opens the link chooses the
//! password, or is signed in to the account in the browser that opens it.

use uuid::Uuid;

use super::store;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::request::Work;
use crate::oversight::audit::{self, Doer, Event};
use crate::people::api_key;
use crate::people::session;
use crate::people::session::store::EndedBecause;

/// What the person brings along; one of the two at least.
#[derive(Clone, Copy)]
pub struct Claim<'a> {
    /// The hash of the password that counts from now on. Without it, the account keeps its password.
    pub password_hash: Option<&'a str>,
    /// The session of the account in which the person opens the link. It goes on.
    pub kept: Option<Uuid>,
}

/// Gives the account, which the transaction has locked, to the person who has proved that its address is theirs. Ends
/// everything from before. False if the address was proved before: then nothing changes.
pub async fn prove(work: &Work<'_>, action: &str, user: Uuid, claim: Claim<'_>) -> Result<bool> {
    let Work { tx, now, .. } = *work;
    let Claim { password_hash, kept } = claim;
    if !store::claim(tx, user, password_hash, now).await? {
        return Ok(false);
    }
    session::store::end_all(tx, user, kept, EndedBecause::AddressProved, now).await?;
    for key in api_key::store::revoke_all_by(tx, user, now).await? {
        let event = Event::done(action, key.organisation_id, None)
            .by(Doer::by_link(work.request.actor()))
            .to(Type::ApiKey.id(key.id))
            .changing(serde_json::Value::Null, serde_json::json!({ "revokedAt": now }));
        audit::record(work, event).await?;
    }
    Ok(true)
}
