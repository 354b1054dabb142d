//! What those do who invite.

use async_graphql::{Context, Object};
use chrono::TimeDelta;
use entity::invitation::{ActiveModel, State};
use futures_util::future::join_all;
use macros::guarded;
use sea_orm::Set;
use serde_json::json;
use uuid::Uuid;

use super::input::{
    InvitationInput, InvitationResult, InviteMemberInput, InviteMemberPayload, InviteMembersInput,
    InviteMembersPayload, ResendInvitationInput, ResendInvitationPayload, RevokeInvitationInput,
    RevokeInvitationPayload,
};
use super::invite::{Inviter, invite, too_many_links};
use super::object::Invitation;
use super::rules::{self, AN_HOUR, AT_ONCE, InvitationState, LINKS};
use super::store;
use crate::access::{Permission, note_refusal};
use crate::audit::{self, Act};
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::id::Type;
use crate::mail;
use crate::membership::together;
use crate::organisation::{self, halted};
use crate::random::{Random, hash};
use crate::request::{Request, service};
use crate::session::unconfirmed;

/// Mutations of those who invite.
#[derive(Default)]
pub struct InvitationMutation;

#[guarded]
#[Object]
impl InvitationMutation {
    /// Asks somebody by mail to join the organisation. Who is asked joins by the link in the mail, which is good for
    /// some days and for one use.
    #[acts(MEMBER_INVITE)]
    async fn invite_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is invited.")] input: InviteMemberInput,
    ) -> Result<Option<InviteMemberPayload>> {
        let request = Request::of(context)?;
        let organisation = Type::Organisation.parse(&input.organisation_id)?;
        let seen = request.access.act(organisation, Permission::MemberInvite).await?;
        let InviteMemberInput { email, roles, membership_expires_at, locale, .. } = input;
        let row = InvitationInput { email, roles, membership_expires_at, locale };
        let outcome = invite(context, &seen, "inviteMember", &[row], false).await?.into_iter().next();
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
        if let Some(error) = halted(&seen.row) {
            return refused(error);
        }
        let outcomes = invite(context, &seen, "inviteMembers", rows, input.dry_run).await?;
        let results = outcomes.into_iter().zip(rows).enumerate().map(async |(index, (outcome, row))| {
            let (id, error) = match outcome {
                Ok(id) => (id, None),
                Err(error) => (None, Some(rules::in_row(index, error))),
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
        let refused = |error| Ok(Some(ResendInvitationPayload { invitation: None, user_errors: vec![error] }));
        if let Some(error) = not_held(context, &found) {
            return refused(error);
        }
        if together(&found.row.roles).is_powerful()
            && let Some(error) = unconfirmed(context)?
        {
            return refused(error);
        }
        let (random, now) = (service::<Random>(context)?, request.now());
        let inviter = &Inviter::of(context, &found.seen)?;
        let (id, organisation) = (found.row.row.id, found.row.row.organisation_id);
        let sent = request
            .write(async |tx| {
                if let Some(error) = halted(&organisation::store::lock(tx, organisation).await?) {
                    return Ok(Some(error));
                }
                // What it was when it was found may be over: the lock holds off whoever else would change it.
                let Some(row) = store::find_row(tx, id).await?.filter(|row| row.state == State::Pending) else {
                    return Ok(Some(answered()));
                };
                let known = store::known(tx, organisation, &[&row.email], now).await?.remove(&row.email);
                if known.as_ref().is_some_and(|known| known.is_member) {
                    let message = "This person is a member already.";
                    return Ok(Some(UserError::at("invitationId", UserErrorCode::AlreadyMember, message)));
                }
                if row.times_sent >= LINKS {
                    let message = format!("{LINKS} links were sent for this invitation. Revoke it and invite anew.");
                    return Ok(Some(UserError::at("invitationId", UserErrorCode::TooMany, message)));
                }
                if store::links_since(tx, organisation, now - TimeDelta::hours(1)).await? >= AN_HOUR {
                    return Ok(Some(too_many_links()));
                }
                let token = random.secret();
                let change = ActiveModel {
                    token_hash: Set(hash(&token)),
                    inviter_user_id: Set(inviter.user),
                    inviter_key_id: Set(inviter.key),
                    partnership_id: Set(inviter.partnership),
                    times_sent: Set(row.times_sent + 1),
                    sent_at: Set(now),
                    expires_at: Set(inviter.end(now)),
                    ..Default::default()
                };
                store::change(tx, id, change).await?;
                let letter = inviter.letter(&row.email, row.locale.into(), known.as_ref(), &token);
                mail::queue(tx, random, now, [letter]).await?;
                let act = Act::done("resendInvitation", organisation, Some(Permission::MemberInvite))
                    .to(Type::Invitation.id(id))
                    .changing(json!({ "timesSent": row.times_sent }), json!({ "timesSent": row.times_sent + 1 }));
                audit::record(tx, request, random, act).await?;
                Ok(None)
            })
            .await?;
        if let Some(error) = sent {
            return refused(error);
        }
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
        let refused = |error| Ok(Some(RevokeInvitationPayload { invitation: None, user_errors: vec![error] }));
        if let Some(error) = not_held(context, &found) {
            return refused(error);
        }
        let (random, now) = (service::<Random>(context)?, request.now());
        let (id, organisation) = (found.row.row.id, found.row.row.organisation_id);
        let act = Act::done("revokeInvitation", organisation, Some(Permission::MemberInvite))
            .to(Type::Invitation.id(id))
            .changing(json!({ "state": "PENDING" }), json!({ "state": "REVOKED" }));
        let is_done = request
            .write(async |tx| {
                organisation::store::lock(tx, organisation).await?;
                let change =
                    ActiveModel { state: Set(State::Revoked), answered_at: Set(Some(now)), ..Default::default() };
                let is_done = store::change(tx, id, change).await?;
                if is_done {
                    audit::record(tx, request, random, act).await?;
                }
                Ok(is_done)
            })
            .await?;
        if !is_done {
            return refused(answered());
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

/// What the asker lacks of what the invitation gives, where it is still to be given.
fn not_held(context: &Context<'_>, found: &Invitation) -> Option<UserError> {
    let missing = together(&found.row.roles).without(found.seen.grants);
    let is_open = matches!(found.judged(), InvitationState::Pending | InvitationState::Expired);
    if missing.is_empty() || !is_open {
        return None;
    }
    note_refusal(context, "PERMISSION_NOT_HELD", None);
    Some(UserError::not_held("invitationId", missing))
}

fn answered() -> UserError {
    let message = "This invitation no longer waits: it was answered, taken back, or replaced.";
    UserError::at("invitationId", UserErrorCode::StaleState, message)
}
