//! Changing what a member may do, and until when.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::TimeDelta;
use macros::guarded;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;

use super::choice::{RoleChoice, chosen, current, together};
use super::letters;
use super::mutation::{described, recipient};
use super::object::Membership;
use super::rules::{gives, includes, is_owner, keeps_an_owner};
use super::store::{self, Member};
use crate::access::{BuiltinRole, Decision, Grants, HeldRole, Permission, PermissionSet, directive, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::mail;
use crate::organisation;
use crate::oversight::audit::{self, Event};
use crate::partners::custody;
use crate::partners::partnership;
use crate::people::ownership;
use crate::people::session;

/// A membership may be given for so many days at most, if it ends at all.
const LONGEST: i64 = 36_500;

/// The change of a member.
#[derive(InputObject)]
pub struct UpdateMemberInput {
    /// Id of the membership.
    pub membership_id: ID,
    /// All roles that the member has from now on, at least one and at most 20. Left out, they stay.
    pub roles: Option<Vec<RoleChoice>>,
    /// When the membership ends by itself; null: never. Left out, it stays. An OWNER has no end.
    pub expires_at: MaybeUndefined<DateTimeUtc>,
}

/// The member as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UpdateMemberPayload {
    /// The membership; null if it was not changed, and if you no longer see it.
    pub membership: Option<Membership>,
    /// Why it was not changed.
    pub user_errors: Vec<UserError>,
}

/// The mutation that changes a member.
#[derive(Default)]
pub struct MemberUpdateMutation;

#[guarded]
#[Object]
impl MemberUpdateMutation {
    /// Changes the roles of a member, and when the membership ends. It holds for the person's very next request; a mail
    /// tells the person. You have to hold all that the member holds, before and afterwards, in the same half. Where any of
    /// that is what only members can hold (as in OWNER and ADMIN), confirm first that it is you. In a suspended or closed
    /// organisation it only takes away.
    #[acts(MEMBER_UPDATE)]
    async fn update_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The change of a member.")] input: UpdateMemberInput,
    ) -> Result<Option<UpdateMemberPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(UpdateMemberPayload { membership: None, user_errors: told(context, error) }));
        let key = Type::Membership.parse(&input.membership_id)?;
        let membership = store::find(request, key).await?.ok_or(Error::NotFound)?;
        let seen = &membership.seen;
        seen.require(Permission::MemberUpdate)?;
        let (now, asker) = (request.now(), request.actor().user_id());
        if let Err(error) = check_end(input.expires_at, now) {
            return refused(error);
        }
        let roles = match &input.roles {
            None => None,
            Some(choices) => match chosen(request, seen, "roles", choices).await? {
                Ok(roles) => Some(roles),
                Err(error) => return refused(error),
            },
        };
        let random = service::<Random>(context)?;
        let wanted = &roles;
        let changed = request
            .write(async |tx| {
                let seen = organisation::store::lock_to_act(tx, &request.access, seen.row.id, Permission::MemberUpdate)
                    .await?;
                let at = &seen.row;
                let Some(old) = store::load(tx, key).await? else { return Err(Error::NotFound.into()) };
                let roles = match wanted {
                    None => old.roles.clone(),
                    Some(wanted) => match current(tx, at, wanted).await? {
                        Some(roles) => roles,
                        None => return Ok(Err(gone())),
                    },
                };
                let expires_at = input.expires_at.as_opt_ref().map_or(old.expires_at, Option::<&_>::copied);
                let mut new = Member { expires_at, roles, ..old.clone() };
                if let Some(error) = organisation::halted(at).filter(|_| gives(&old, &new)) {
                    return Ok(Err(error));
                }
                if let Err(error) = check(&old, &new, seen.grants) {
                    return Ok(Err(error));
                }
                if gives(&old, &new) && outlasts(tx, &seen, &old, &new, now).await? {
                    return Ok(Err(through_partnership()));
                }
                if together(&old.roles).union(together(&new.roles)).is_powerful()
                    && let Some(error) = session::unconfirmed(context)?
                {
                    return Ok(Err(error));
                }
                if is_owner(&new) {
                    // An owner belongs to the organisation itself, not to a partnership that may end.
                    new.partnership_id = None;
                } else if is_owner(&old) {
                    // There is no place of an owner any more that could be kept.
                    new.custody_reseller_id = None;
                    if let Err(error) = keeps_an_owner(&store::owners_and_admins(tx, at.id).await?, key, now) {
                        return Ok(Err(error));
                    }
                    ownership::store::void_of(tx, at.id, old.user_id, now).await?;
                }
                if wanted.is_some() {
                    let roles: Vec<_> = new.roles.iter().map(|held| held.role.clone()).collect();
                    store::replace_roles(tx, random, (at.id, key), &roles, now).await?;
                }
                store::set_end(tx, key, new.expires_at, new.partnership_id, new.custody_reseller_id).await?;
                custody::pass_on_at(tx, random, now, at.id).await?;
                let act = Event::done("updateMember", at.id, Some(Permission::MemberUpdate));
                let act = act.to(Type::Membership.id(key)).about(new.user_id);
                let act = act.changing(described(&old), described(&new));
                audit::record(&request.work(tx), act).await?;
                if Some(new.user_id) != asker {
                    let letter = letters::changed(new.locale, &at.name, &names(&new.roles));
                    mail::queue(tx, random, now, [(recipient(&new), letter)]).await?;
                }
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = changed {
            return refused(error);
        }
        let membership = store::find(request, key).await?;
        Ok(Some(UpdateMemberPayload { membership, user_errors: Vec::new() }))
    }
}

/// Whether a membership may end then.
fn check_end(given: MaybeUndefined<DateTimeUtc>, now: DateTimeUtc) -> Result<(), UserError> {
    let wrong = |message: &str| Err(UserError::at("expiresAt", UserErrorCode::InvalidInput, message));
    match given {
        MaybeUndefined::Value(end) if end <= now => wrong("Give a moment in the future, or remove the member."),
        MaybeUndefined::Value(end) if end > now + TimeDelta::days(LONGEST) => {
            wrong("Give a moment in the next hundred years, or null for no end.")
        }
        _ => Ok(()),
    }
}

/// Whether somebody who holds so much may make this of the member.
fn check(old: &Member, new: &Member, held: Grants) -> Result<(), UserError> {
    let beyond = together(&old.roles).without(held);
    if !beyond.is_empty() {
        let opening = "You cannot change a member who holds what you do not hold";
        return Err(UserError::lacking("membershipId", opening, beyond));
    }
    let missing = together(&new.roles).without(held);
    if !missing.is_empty() {
        return Err(UserError::not_held("roles", missing));
    }
    if includes(&new.roles, BuiltinRole::Owner) && new.expires_at.is_some() {
        let message = "An OWNER has no end: give expiresAt as null, or other roles.";
        return Err(UserError::at("expiresAt", UserErrorCode::InvalidInput, message));
    }
    Ok(())
}

/// Whether somebody gives more to one of the reseller's own people than they could without the partnership, and it would
/// not end with that.
async fn outlasts(
    tx: &DatabaseTransaction,
    seen: &Decision,
    old: &Member,
    new: &Member,
    now: DateTimeUtc,
) -> Result<bool> {
    let updating = Grants { own: PermissionSet::of(&[Permission::MemberUpdate]), clients: PermissionSet::EMPTY };
    let through = seen.partnership_for(together(&new.roles).union(updating), now);
    let Some(partnership) = through.filter(|id| old.partnership_id != Some(*id)) else { return Ok(false) };
    let Some(row) = partnership::store::load(tx, partnership).await? else { return Ok(false) };
    Ok(store::load_of(tx, row.reseller_id, old.user_id).await?.is_some())
}

fn through_partnership() -> UserError {
    let message = "You can give this through the partnership alone, and the member, who is of the reseller, would keep it \
                   when that is over. Somebody of the organisation itself can give it.";
    UserError::at("roles", UserErrorCode::PermissionNotHeld, message)
}

fn gone() -> UserError {
    UserError::at("roles", UserErrorCode::Unknown, "The organisation has no such role.")
}

fn names(roles: &[HeldRole]) -> String {
    roles.iter().map(|held| held.role.name()).collect::<Vec<_>>().join(", ")
}
