//! Sending an invitation again, with a new link.

use async_graphql::{ID, InputObject};
use chrono::TimeDelta;
use entity::invitation::{ActiveModel, Model};
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::json;

use super::inviter::Inviter;
use super::inviting::load_pending;
use super::object::Invitation;
use super::{links, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::hash;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Work;
use crate::mail;
use crate::organisation::require_active;
use crate::oversight::audit;
use crate::people::role::rules::grants_of;
use crate::people::{outreach, session};

/// The invitation to send again.
#[derive(InputObject)]
pub struct ResendInvitationInput {
    /// Id of the invitation.
    pub invitation_id: ID,
}

/// The invitation as it is now.
#[payload]
pub struct ResendInvitationPayload {
    /// The invitation; null if nothing was sent.
    pub invitation: Option<Invitation>,
}

/// Sends a new link, valid for as long as the first was; the old link stops working. You become the inviter, so you must
/// hold everything that the invitation gives.
#[mutation]
#[acts(MEMBER_INVITE, on = input.invitation_id)]
async fn resend_invitation(
    act: ActOn<'_, Invitation>,
    input: ResendInvitationInput,
) -> Result<ResendInvitationPayload> {
    let request = act.request;
    session::require_verified(request)?;
    let id = Type::Invitation.parse(&input.invitation_id)?;
    act.locked(async |work, at| {
        let &Work { tx, random, now, .. } = work;
        let (row, roles) = load_pending(work, &at, id).await?;
        require_active(at.row())?;
        if grants_of(&roles).is_powerful() {
            session::require_confirmed(request)?;
        }
        let known = store::list_known(tx, row.organisation_id, &[&row.mailbox], now).await?.remove(&row.mailbox);
        if known.as_ref().is_some_and(|known| known.is_member) {
            let message = [
                "This person is already a member.",
                "Diese Person ist schon Mitglied.",
                "Den här personen är redan medlem.",
            ];
            return Err(UserError::at("invitationId", UserErrorCode::AlreadyMember, message).into());
        }
        check_limits(work, &row).await?;
        let inviter = Inviter::of(request.actor(), &at, &request.config)?;
        let token = random.secret();
        let is_recent = now - row.sent_at < TimeDelta::days(1);
        let change = ActiveModel {
            token_hash: Set(hash(&token)),
            inviter_user_id: Set(inviter.user),
            inviter_key_id: Set(inviter.key),
            partnership_id: Set(inviter.partnership_for(&roles, now)),
            times_sent: Set(row.times_sent + 1),
            sent_lately: Set(if is_recent { row.sent_lately + 1 } else { 1 }),
            sent_at: Set(now),
            expires_at: Set(inviter.end(now)),
            ..Default::default()
        };
        store::update(tx, id, change).await?;
        let letter = inviter.letter(&row.email, row.locale.into(), known.as_ref(), &token);
        outreach::spend(work, 1).await?;
        mail::queue(tx, random, now, [letter]).await?;
        let event = act.event().to(Type::Invitation.id(id));
        let event = event.changing(json!({ "timesSent": row.times_sent }), json!({ "timesSent": row.times_sent + 1 }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let invitation = Invitation::find(request, id).await?;
    Ok(ResendInvitationPayload { invitation, ..Default::default() })
}

/// Refuses if no more links may be sent: for this invitation, to its address, or for the organisation.
async fn check_limits(work: &Work<'_>, row: &Model) -> Result<()> {
    if row.times_sent >= links::OF_ONE {
        let sent = links::OF_ONE;
        let message = [
            format!("{sent} links were sent for this invitation. Withdraw it and invite again."),
            format!(
                "Für diese Einladung wurden {sent} Links verschickt. Ziehen Sie sie zurück, und laden Sie neu ein."
            ),
            format!("{sent} länkar har skickats för den här inbjudan. Dra tillbaka den och bjud in på nytt."),
        ];
        return Err(UserError::at("invitationId", UserErrorCode::TooMany, message).into());
    }
    let (at, now) = (row.organisation_id, work.now);
    let sent = store::lock_and_count_links(work.tx, at, &[&row.mailbox], now).await?;
    sent.get(&row.mailbox).copied().unwrap_or_default().require_room("invitationId")?;
    Ok(links::require_left(store::count_links_left(work.tx, at, now).await?)?)
}
