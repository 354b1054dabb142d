//! Changing what a member may do, and until when.

use async_graphql::{ID, InputObject, MaybeUndefined};
use chrono::TimeDelta;
use macros::{mutation, payload};
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::letters;
use super::object::Membership;
use super::rules::{self, gives, is_owner};
use super::store::{self, Member};
use crate::access::{Authorised, BuiltinRole, Decision, Grants, HeldRole, Permission, PermissionSet};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Work;
use crate::mail;
use crate::organisation::require_active;
use crate::oversight::audit::{self, Event};
use crate::partners::{custody, partnership};
use crate::people::role::rules::{grants_of, includes, names};
use crate::people::role::{self, RoleChoice};
use crate::people::{ownership, session};

/// The longest time until a membership ends, in days.
const LONGEST: i64 = 36_500;

/// The changes to a member. What is left out stays.
#[derive(InputObject)]
pub struct UpdateMemberInput {
    /// Id of the membership.
    pub membership_id: ID,
    /// All roles that the member has from now on: 1 to 20. Left out, they stay.
    pub roles: Option<Vec<RoleChoice>>,
    /// When the membership ends by itself; null for never. Left out, it stays. An OWNER has no end.
    pub expires_at: MaybeUndefined<DateTimeUtc>,
}

/// The changed member.
#[payload]
pub struct UpdateMemberPayload {
    /// The membership; null if it was not changed, or if you can no longer see it.
    pub membership: Option<Membership>,
}

/// Changes the roles of a member and when the membership ends. The change applies to the person's next request, and the
/// person gets a mail. You must hold everything that the member holds, before and after, in the same set. Needs a recent
/// `confirmIdentity` if any of that is what only members can hold, as OWNER and ADMIN do. In a suspended or closed
/// organisation you can only take rights away.
#[mutation]
#[acts(MEMBER_UPDATE, on = input.membership_id)]
async fn update_member(act: ActOn<'_, Membership>, input: UpdateMemberInput) -> Result<UpdateMemberPayload> {
    let request = act.request;
    let key = Type::Membership.parse(&input.membership_id)?;
    check_end(input.expires_at, request.now())?;
    let chosen = match &input.roles {
        Some(choices) => Some(role::find_chosen(request, act.object.decision(), "roles", choices).await?),
        None => None,
    };
    let changes = Changes { roles: chosen, expires_at: input.expires_at };
    act.locked(async |work, at| change(work, &at, act.event(), key, &changes).await).await?;
    let membership = Membership::find(request, key).await?;
    Ok(UpdateMemberPayload { membership, ..Default::default() })
}

/// What changes of a member. What is left out stays.
pub struct Changes {
    /// All roles from now on.
    pub roles: Option<Vec<HeldRole>>,
    /// When the membership ends by itself.
    pub expires_at: MaybeUndefined<DateTimeUtc>,
}

/// Changes a member. The caller has locked the organisation, where the actor may change members.
pub async fn change(work: &Work<'_>, at: &Authorised, event: Event, key: Uuid, changes: &Changes) -> Result<()> {
    let (tx, row, request) = (work.tx, at.row(), work.request);
    let old = store::find_by_id(tx, key).await?.ok_or(Error::NotFound)?;
    let roles = match &changes.roles {
        Some(chosen) => role::store::find_current(tx, row.id, row.kind, chosen)
            .await?
            .ok_or_else(|| role::rules::unknown("roles"))?,
        None => old.roles.clone(),
    };
    let expires_at = changes.expires_at.as_opt_ref().map_or(old.expires_at, Option::<&_>::copied);
    let mut new = Member { expires_at, roles, ..old.clone() };
    if gives(&old, &new) {
        require_active(row)?;
    }
    check(&old, &new, at.grants)?;
    if gives(&old, &new) && outlasts_partnership(tx, at, &old, &new, work.now).await? {
        return Err(through_partnership().into());
    }
    if grants_of(&old.roles).union(grants_of(&new.roles)).is_powerful() {
        session::require_confirmed(request)?;
    }
    if is_owner(&new) {
        // An owner belongs to the organisation itself, not to a partnership that may end.
        new.partnership_id = None;
    } else if is_owner(&old) {
        // The member no longer stands in for an owner.
        new.custody_reseller_id = None;
        rules::require_another_owner(&store::list_owners_and_admins(tx, row.id).await?, key, work.now)?;
        ownership::store::void_of(tx, row.id, old.user_id, work.now).await?;
    }
    if changes.roles.is_some() {
        let roles: Vec<_> = new.roles.iter().map(|held| held.role.clone()).collect();
        store::replace_roles(tx, work.random, (row.id, key), &roles, work.now).await?;
    }
    store::set_end(tx, key, new.expires_at, new.partnership_id, new.custody_reseller_id).await?;
    custody::pass_on_at(tx, work.random, work.now, row.id).await?;
    let event = event.to(Type::Membership.id(key)).about(new.user_id);
    audit::record(work, event.changing(rules::audit_snapshot(&old), rules::audit_snapshot(&new))).await?;
    if Some(new.user_id) != request.actor().user_id() {
        let letter = letters::changed(new.locale, &row.name, &names(&new.roles).join(", "));
        mail::queue(tx, work.random, work.now, [(letters::recipient(&new), letter)]).await?;
    }
    Ok(())
}

/// Refuses an end that is in the past or too far ahead.
fn check_end(given: MaybeUndefined<DateTimeUtc>, now: DateTimeUtc) -> Result<(), UserError> {
    let wrong = |message: [&str; 3]| Err(UserError::at("expiresAt", UserErrorCode::InvalidInput, message));
    match given {
        MaybeUndefined::Value(end) if end <= now => wrong([
            "Give a time in the future, or remove the member.",
            "Geben Sie einen Zeitpunkt in der Zukunft an, oder entfernen Sie das Mitglied.",
            "Ange en tidpunkt i framtiden, eller ta bort medlemmen.",
        ]),
        MaybeUndefined::Value(end) if end > now + TimeDelta::days(LONGEST) => wrong([
            "Give a time in the next hundred years, or null for no end.",
            "Geben Sie einen Zeitpunkt in den nächsten hundert Jahren an, oder null für kein Ende.",
            "Ange en tidpunkt inom hundra år, eller null för inget slut.",
        ]),
        _ => Ok(()),
    }
}

/// Refuses a change by an actor who holds too little, and an end for an OWNER.
fn check(old: &Member, new: &Member, held: Grants) -> Result<(), UserError> {
    let beyond = grants_of(&old.roles).without(held);
    if !beyond.is_empty() {
        let opening = [
            "You cannot change a member who holds permissions that you do not hold",
            "Sie können kein Mitglied ändern, das mehr darf als Sie",
            "Du kan inte ändra en medlem som får mer än du",
        ];
        return Err(UserError::lacking("membershipId", opening, beyond));
    }
    let missing = grants_of(&new.roles).without(held);
    if !missing.is_empty() {
        return Err(UserError::not_held("roles", missing));
    }
    if includes(&new.roles, BuiltinRole::Owner) && new.expires_at.is_some() {
        let message = [
            "The membership of an OWNER cannot have an end. Set expiresAt to null, or give other roles.",
            "Die Mitgliedschaft eines OWNER kann kein Ende haben. Setzen Sie expiresAt auf null, oder geben Sie andere Rollen.",
            "En OWNERs medlemskap kan inte ha något slut. Sätt expiresAt till null, eller ge andra roller.",
        ];
        return Err(UserError::at("expiresAt", UserErrorCode::InvalidInput, message));
    }
    Ok(())
}

/// Whether the change would outlast a partnership. That is so if the actor can make it only through one, and the member
/// is one of the reseller's own people whose membership would not end with it.
async fn outlasts_partnership(
    tx: &DatabaseTransaction,
    at: &Decision,
    old: &Member,
    new: &Member,
    now: DateTimeUtc,
) -> Result<bool> {
    let updating = Grants { own: PermissionSet::of(&[Permission::MemberUpdate]), clients: PermissionSet::EMPTY };
    let through = at.partnership_for(grants_of(&new.roles).union(updating), now);
    let Some(partnership) = through.filter(|id| old.partnership_id != Some(*id)) else { return Ok(false) };
    let Some(row) = partnership::store::find_row(tx, partnership).await? else { return Ok(false) };
    Ok(store::find_of_user(tx, row.reseller_id, old.user_id).await?.is_some())
}

fn through_partnership() -> UserError {
    let message = [
        "You can give this only through the partnership, but this member of the reseller would keep it after the partnership ends. Ask a member of the organisation itself to give it.",
        "Sie können das nur durch die Partnerschaft vergeben, aber dieses Mitglied des Resellers behielte es nach ihrem Ende. Bitten Sie ein Mitglied der Organisation selbst, es zu vergeben.",
        "Du kan ge det här bara genom partnerskapet, men återförsäljarens medlem skulle ha det kvar när partnerskapet har upphört. Be en medlem i själva organisationen att ge det.",
    ];
    UserError::at("roles", UserErrorCode::PermissionNotHeld, message)
}
