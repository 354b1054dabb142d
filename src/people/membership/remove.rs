//! Removing a member.

use async_graphql::{ID, InputObject};
use futures_util::future::join_all;
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::Membership;
use super::store::{self, Member};
use super::{letters, rules};
use crate::base::error::{Error, Result, UserError};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Work;
use crate::mail;
use crate::oversight::audit::{self, Event};
use crate::partners::{custody, partnership};
use crate::people::api_key::{self, ApiKey};
use crate::people::role::rules::grants_of;
use crate::people::{ownership, session};

/// The member to remove.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    /// Id of the membership.
    pub membership_id: ID,
}

/// Whether the member was removed.
#[payload]
pub struct RemoveMemberPayload {
    /// Whether the membership has ended.
    pub removed: bool,
    /// The API keys of the organisation that the person created and that still work: the first 100, the newest first.
    /// Whoever knows their secrets can go on using them; `revokeApiKey` ends them. Empty for viewers without
    /// `API_KEY_READ`.
    pub api_keys: Vec<ApiKey>,
}

/// Ends a membership at once: from the next request on, the person has no access through it. API keys that the
/// person created go on working, and the payload names them. The person gets a mail. You
/// must hold everything that the member holds, and the last owner stays. It also works in a suspended organisation.
/// Needs a recent `confirmIdentity` if the member holds what only members can hold, as OWNER and ADMIN do.
#[mutation]
#[acts(MEMBER_REMOVE, on = input.membership_id)]
async fn remove_member(act: ActOn<'_, Membership>, input: RemoveMemberInput) -> Result<RemoveMemberPayload> {
    let request = act.request;
    let key = Type::Membership.parse(&input.membership_id)?;
    let keys = act.locked(async |work, at| {
        let member = store::find_by_id(work.tx, key).await?.ok_or(Error::NotFound)?;
        let holds = grants_of(&member.roles);
        let missing = holds.without(at.unmasked(work.now));
        if !missing.is_empty() {
            let opening = [
                "You cannot remove a member who holds permissions that you do not hold",
                "Sie können kein Mitglied entfernen, das mehr darf als Sie",
                "Du kan inte ta bort en medlem som får mer än du",
            ];
            return Err(UserError::lacking("membershipId", opening, missing).into());
        }
        if holds.is_powerful() {
            session::require_confirmed(request)?;
        }
        end(work, &member, act.event()).await?;
        if Some(member.user_id) != request.actor().user_id() {
            let letter = letters::removed(member.locale, &at.row().name);
            mail::queue(work.tx, work.random, work.now, [(letters::recipient(&member), letter)]).await?;
        }
        Ok(api_key::store::list_working_of(work.tx, at.id(), member.user_id, work.now).await?)
    });
    let keys = keys.await?;
    let found = join_all(keys.into_iter().map(async |key| ApiKey::find(request, key).await)).await;
    let api_keys = found.into_iter().filter_map(Result::transpose).collect::<Result<_>>()?;
    Ok(RemoveMemberPayload { removed: true, api_keys, ..Default::default() })
}

/// Ends a membership and everything that depends on it. Refuses to end that of the last OWNER. The caller has locked
/// the organisation.
pub(super) async fn end(work: &Work<'_>, member: &Member, event: Event) -> Result<()> {
    let &Work { tx, random, now, .. } = work;
    let organisation = member.organisation_id;
    rules::require_another_owner(&store::list_owners_and_admins(tx, organisation).await?, member.id, now)?;
    store::remove(tx, member.id).await?;
    ownership::store::void_of(tx, organisation, member.user_id, now).await?;
    custody::pass_on_at(tx, random, now, organisation).await?;
    partnership::memberships::end_of_user(work, organisation, member.user_id, &event.action).await?;
    let event = event.to(Type::Membership.id(member.id)).about(member.user_id);
    audit::record(work, event.changing(rules::audit_snapshot(member), Json::Null)).await?;
    Ok(())
}
