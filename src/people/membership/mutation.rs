//! Ending memberships: removing somebody, and leaving.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use macros::guarded;
use sea_orm::DatabaseTransaction;
use serde_json::{Value as Json, json};

use super::choice::together;
use super::store::{self, Member};
use super::{letters, rules};
use crate::access::{Actor, Permission, directive, told};
use crate::base::error::{Error, Result, UserError};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::mail::{self, Recipient};
use crate::organisation;
use crate::oversight::audit::{self, Event};
use crate::partners::custody;
use crate::partners::partnership;
use crate::people::ownership;
use crate::people::session;

/// The member to remove.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    /// Id of the membership.
    pub membership_id: ID,
}

/// The organisation to leave.
#[derive(InputObject)]
pub struct LeaveOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
}

/// What became of the member.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RemoveMemberPayload {
    /// Whether the membership has ended.
    pub removed: bool,
    /// Why it has not.
    pub user_errors: Vec<UserError>,
}

/// What became of your membership.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct LeaveOrganisationPayload {
    /// Whether you have left.
    pub left: bool,
    /// Why you have not.
    pub user_errors: Vec<UserError>,
}

/// Mutations that end memberships.
#[derive(Default)]
pub struct MembershipMutation;

#[guarded]
#[Object]
impl MembershipMutation {
    /// Ends somebody's membership, at once: the person's next request finds nothing there. A mail tells the person. You
    /// have to hold all that the member holds; the last owner stays. It works in a suspended organisation too. Where the
    /// member holds what only members can hold (as in OWNER and ADMIN), confirm first that it is you.
    #[acts(MEMBER_REMOVE)]
    async fn remove_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The member to remove.")] input: RemoveMemberInput,
    ) -> Result<Option<RemoveMemberPayload>> {
        let request = Request::of(context)?;
        let key = Type::Membership.parse(&input.membership_id)?;
        let membership = store::find(request, key).await?.ok_or(Error::NotFound)?;
        membership.seen.require(Permission::MemberRemove)?;
        let random = service::<Random>(context)?;
        let (now, at) = (request.now(), &membership.seen.row);
        let asker = request.actor().user_id();
        let removed = request
            .write(async |tx| {
                let seen =
                    organisation::store::lock_to_act(tx, &request.access, at.id, Permission::MemberRemove).await?;
                let Some(member) = store::load(tx, key).await? else { return Err(Error::NotFound.into()) };
                let holds = together(&member.roles);
                let missing = holds.without(seen.unmasked(now));
                if !missing.is_empty() {
                    let opening = "You cannot remove a member who holds what you do not hold";
                    return Ok(Err(UserError::lacking("membershipId", opening, missing)));
                }
                if holds.is_powerful()
                    && let Some(error) = session::unconfirmed(context)?
                {
                    return Ok(Err(error));
                }
                let act = Event::done("removeMember", at.id, Some(Permission::MemberRemove));
                if let Err(error) = end(tx, request, random, &member, act).await? {
                    return Ok(Err(error));
                }
                if Some(member.user_id) != asker {
                    let letter = letters::removed(member.locale, &at.name);
                    mail::queue(tx, random, now, [(recipient(&member), letter)]).await?;
                }
                Ok(Ok(()))
            })
            .await?;
        Ok(Some(match removed {
            Ok(()) => RemoveMemberPayload { removed: true, user_errors: Vec::new() },
            Err(error) => RemoveMemberPayload { removed: false, user_errors: told(context, error) },
        }))
    }

    /// Ends your own membership of an organisation. The last owner cannot leave.
    #[authenticated]
    async fn leave_organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation to leave.")] input: LeaveOrganisationInput,
    ) -> Result<Option<LeaveOrganisationPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(LeaveOrganisationPayload { left: false, user_errors: told(context, error) }));
        let user = match request.actor() {
            Actor::User(user) => user.id,
            Actor::ApiKey(_) => return refused(UserError::for_people_only()),
            Actor::Anonymous => return Err(Error::sign_in()),
        };
        let key = Type::Organisation.parse(&input.organisation_id)?;
        let random = service::<Random>(context)?;
        let left = request
            .write(async |tx| {
                crate::access::lock(tx, key).await?;
                let Some(member) = store::load_of(tx, key, user).await? else { return Err(Error::NotFound.into()) };
                end(tx, request, random, &member, Event::done("leaveOrganisation", key, None)).await
            })
            .await?;
        match left {
            Ok(()) => Ok(Some(LeaveOrganisationPayload { left: true, user_errors: Vec::new() })),
            Err(error) => refused(error),
        }
    }
}

/// Ends the membership, unless it is of the last OWNER. The organisation is locked.
async fn end(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    member: &Member,
    act: Event,
) -> Result<Result<(), UserError>> {
    let now = request.now();
    let leaders = store::owners_and_admins(tx, member.organisation_id).await?;
    if let Err(error) = rules::keeps_an_owner(&leaders, member.id, now) {
        return Ok(Err(error));
    }
    store::remove(tx, member.id).await?;
    ownership::store::void_of(tx, member.organisation_id, member.user_id, now).await?;
    custody::pass_on_at(tx, random, now, member.organisation_id).await?;
    partnership::given::take_back_of(tx, request, random, member.organisation_id, member.user_id, &act.action).await?;
    let act = act.to(Type::Membership.id(member.id)).about(member.user_id).changing(described(member), Json::Null);
    audit::record(&request.work(tx), act).await?;
    Ok(Ok(()))
}

/// As the audit log keeps it.
pub(super) fn described(member: &Member) -> Json {
    let roles: Vec<&str> = member.roles.iter().map(|held| held.role.name()).collect();
    json!({ "user": Type::User.id(member.user_id).0, "name": member.name, "roles": roles, "expiresAt": member.expires_at })
}

/// Where a letter to the member goes.
pub fn recipient(member: &Member) -> Recipient {
    Recipient { user: Some(member.user_id), address: member.email.clone(), locale: member.locale }
}
