//! What those do who invite.

use async_graphql::{Context, Object};
use entity::invitation::{ActiveModel, State};
use futures_util::future::join_all;
use macros::guarded;
use sea_orm::Set;
use serde_json::json;
use uuid::Uuid;

use super::again::{send_again, waiting};
use super::input::{
    InvitationInput, InvitationResult, InviteMemberInput, InviteMemberPayload, InviteMembersInput,
    InviteMembersPayload, ResendInvitationInput, ResendInvitationPayload, RevokeInvitationInput,
    RevokeInvitationPayload,
};
use super::invite::invite;
use super::object::Invitation;
use super::rules::AT_ONCE;
use super::store;
use crate::access::{Permission, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation::halted;
use crate::oversight::audit::{self, Event};
use crate::people::session::unproved;

/// Mutations of those who invite.
#[derive(Default)]
pub struct InvitationMutation;

#[guarded]
#[Object]
impl InvitationMutation {
    /// Asks somebody by mail to join the organisation. Who is asked joins by the link in the mail, which is good for
    /// some days and for one use. You have to have proved your own address before, and one address is sent only so many
    /// links a day.
    #[acts(MEMBER_INVITE)]
    async fn invite_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is invited.")] input: InviteMemberInput,
    ) -> Result<Option<InviteMemberPayload>> {
        let request = Request::of(context)?;
        let organisation = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(organisation, Permission::MemberInvite).await?;
        if let Some(error) = unproved(request) {
            return Ok(Some(InviteMemberPayload { invitation: None, user_errors: vec![error] }));
        }
        let InviteMemberInput { email, roles, membership_expires_at, locale, .. } = input;
        let row = InvitationInput { email, roles, membership_expires_at, locale };
        let outcome = invite(context, organisation, "inviteMember", &[row], false).await?.into_iter().next();
        Ok(Some(match outcome {
            Some(Ok(Some(id))) => {
                InviteMemberPayload { invitation: store::find(request, id).await?, user_errors: Vec::new() }
            }
            Some(Err(error)) => InviteMemberPayload { invitation: None, user_errors: vec![error] },
            _ => InviteMemberPayload::default(),
        }))
    }

    /// The same for up to 500 people at once, for example from a table. Each is judged by itself: what is wrong with one
    /// does not stop the others.
    #[acts(MEMBER_INVITE)]
    async fn invite_members(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is invited.")] input: InviteMembersInput,
    ) -> Result<Option<InviteMembersPayload>> {
        let request = Request::of(context)?;
        let organisation = Type::Organisation.parse(&input.organisation_id)?;
        let seen = request.access.act(organisation, Permission::MemberInvite).await?;
        let rows = &input.invitations;
        let refused = |error| Ok(Some(InviteMembersPayload { results: Vec::new(), user_errors: vec![error] }));
        if rows.is_empty() {
            let message = "Invite at least one person.";
            return refused(UserError::at("invitations", UserErrorCode::InvalidInput, message));
        }
        if rows.len() > AT_ONCE {
            let message = format!("These are {}; invite {AT_ONCE} at once at most.", rows.len());
            return refused(UserError::at("invitations", UserErrorCode::TooMany, message));
        }
        if let Some(error) = unproved(request).or_else(|| halted(&seen.row)) {
            return refused(error);
        }
        let outcomes = invite(context, organisation, "inviteMembers", rows, input.dry_run).await?;
        let results = outcomes.into_iter().zip(rows).enumerate().map(async |(index, (outcome, row))| {
            let (id, error) = match outcome {
                Ok(id) => (id, None),
                Err(error) => (None, Some(error.in_row("invitations", index))),
            };
            let invitation = match id {
                Some(id) => store::find(request, id).await?,
                None => None,
            };
            let index = i32::try_from(index).unwrap_or(i32::MAX);
            Ok(InvitationResult {
                index,
                email: row.email.clone(),
                invitation,
                user_errors: error.into_iter().collect(),
            })
        });
        let results = join_all(results).await.into_iter().collect::<Result<_>>()?;
        Ok(Some(InviteMembersPayload { results, user_errors: Vec::new() }))
    }

    /// Sends a new link, good for as long as the first was; the old one opens nothing any more. The invitation is then
    /// yours: you have to hold everything that it gives.
    #[acts(MEMBER_INVITE)]
    async fn resend_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which invitation.")] input: ResendInvitationInput,
    ) -> Result<Option<ResendInvitationPayload>> {
        let request = Request::of(context)?;
        let found = found(request, Type::Invitation.parse(&input.invitation_id)?).await?;
        let refused = |error| Ok(Some(ResendInvitationPayload { invitation: None, user_errors: told(context, error) }));
        if let Some(error) = unproved(request) {
            return refused(error);
        }
        if let Some(error) = send_again(context, &found).await? {
            return refused(error);
        }
        let id = found.row.row.id;
        Ok(Some(ResendInvitationPayload { invitation: store::find(request, id).await?, user_errors: Vec::new() }))
    }

    /// Takes an invitation back: its link opens nothing any more. You have to hold everything that it gives.
    #[acts(MEMBER_INVITE)]
    async fn revoke_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which invitation.")] input: RevokeInvitationInput,
    ) -> Result<Option<RevokeInvitationPayload>> {
        let request = Request::of(context)?;
        let found = found(request, Type::Invitation.parse(&input.invitation_id)?).await?;
        let refused = |error| Ok(Some(RevokeInvitationPayload { invitation: None, user_errors: told(context, error) }));
        let (random, now) = (service::<Random>(context)?, request.now());
        let (id, organisation) = (found.row.row.id, found.row.row.organisation_id);
        let act = Event::done("revokeInvitation", organisation, Some(Permission::MemberInvite))
            .to(Type::Invitation.id(id))
            .changing(json!({ "state": "PENDING" }), json!({ "state": "REVOKED" }));
        let obstacle = request
            .write(async |tx| {
                if let Err(error) = waiting(tx, request, organisation, id).await? {
                    return Ok(Some(error));
                }
                let change =
                    ActiveModel { state: Set(State::Revoked), answered_at: Set(Some(now)), ..Default::default() };
                store::change(tx, id, change).await?;
                audit::record(&request.work(tx), act).await?;
                Ok(None)
            })
            .await?;
        if let Some(error) = obstacle {
            return refused(error);
        }
        Ok(Some(RevokeInvitationPayload { invitation: store::find(request, id).await?, user_errors: Vec::new() }))
    }
}

/// The invitation, for who may invite.
async fn found(request: &Request, id: Uuid) -> Result<Invitation> {
    let invitation = store::find(request, id).await?.ok_or(Error::NotFound)?;
    invitation.seen.require(Permission::MemberInvite)?;
    Ok(invitation)
}
