//! Inviting many people at once.

use async_graphql::{ID, InputObject};
use futures_util::future::join_all;
use macros::{mutation, payload, public_object};
use sea_orm::prelude::DateTimeUtc;

use super::inviting::{Outcome, Wish, invite};
use super::object::Invitation;
use super::rules::AT_ONCE;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::locale::Locale;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::guard::note_refusal;
use crate::organisation::{Organisation, require_active};
use crate::oversight::idempotency::once_if;
use crate::people::role::RoleChoice;
use crate::people::session;

/// One of many people to invite.
#[derive(InputObject)]
pub struct InvitationInput {
    /// The address that the link is sent to.
    pub email: String,
    /// The roles that the member gets: 1 to 20. You must hold everything in them.
    pub roles: Vec<RoleChoice>,
    /// When the membership ends by itself; null for never. An OWNER has no end.
    pub membership_expires_at: Option<DateTimeUtc>,
    /// The language of the mail, unless the address has an account with another one.
    #[graphql(default)]
    pub locale: Locale,
}

/// The people to invite.
#[derive(InputObject)]
pub struct InviteMembersInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// The people to invite: 1 to 500.
    pub invitations: Vec<InvitationInput>,
    /// Only checks what would be done: nothing is written and nothing is sent.
    #[graphql(default)]
    pub dry_run: bool,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input invites nobody, and gets the answer of the first. If nobody was invited, and in a dry run,
    /// the key is not kept.
    pub idempotency_key: Option<String>,
}

/// The result for one of many people.
#[public_object]
pub struct InvitationResult {
    /// Its position in the input, from 0.
    pub index: i32,
    /// The address as it was given.
    pub email: String,
    /// The invitation; null if none was sent, and in a dry run.
    pub invitation: Option<Invitation>,
    /// Why no invitation was sent, or would not be sent; empty otherwise.
    pub user_errors: Vec<UserError>,
}

/// The results for all people.
#[payload]
pub struct InviteMembersPayload {
    /// One for each person in the input, in its order; empty if `userErrors` refuse the whole request. An error with one
    /// person does not stop the others.
    pub results: Vec<InvitationResult>,
}

/// Invites up to 500 people at once, for example from a table. Each is checked separately: an error with one does not
/// stop the others.
#[mutation]
#[acts(MEMBER_INVITE, on = input.organisation_id)]
async fn invite_members(act: ActOn<'_, Organisation>, input: InviteMembersInput) -> Result<InviteMembersPayload> {
    let request = act.request;
    let rows = &input.invitations;
    if rows.is_empty() {
        return Err(UserError::at(
            "invitations",
            UserErrorCode::InvalidInput,
            ["Invite at least one person.", "Laden Sie mindestens eine Person ein.", "Bjud in minst en person."],
        )
        .into());
    }
    if rows.len() > AT_ONCE {
        let people = rows.len();
        let message = [
            format!("The list has {people} people. Invite at most {AT_ONCE} at once."),
            format!("Die Liste hat {people} Personen. Laden Sie höchstens {AT_ONCE} auf einmal ein."),
            format!("Listan har {people} personer. Bjud in högst {AT_ONCE} åt gången."),
        ];
        return Err(UserError::at("invitations", UserErrorCode::TooMany, message).into());
    }
    session::require_verified(request)?;
    require_active(act.object.row())?;
    let wish = |row: &InvitationInput| Wish::new(&row.email, &row.roles, row.membership_expires_at, row.locale);
    let wishes: Vec<Wish> = rows.iter().map(wish).collect();
    let event = act.event();
    let call = if input.dry_run { None } else { act.call(input.idempotency_key.as_deref())? };
    let outcomes: Vec<Outcome> = act
        .locked(async |work, at| {
            let has_invited = |outcomes: &Vec<Outcome>| outcomes.iter().any(Result::is_ok);
            let invite = async || invite(work, &at, &event, &wishes, input.dry_run).await;
            once_if(work, call.as_ref(), at.id(), has_invited, invite).await
        })
        .await?;
    note_refusals(&act, &outcomes);
    let results = outcomes.into_iter().zip(rows).enumerate().map(async |(index, (outcome, row))| {
        let (id, error) = match outcome {
            Ok(id) => (id, None),
            Err(error) => (None, Some(error.in_row("invitations", index))),
        };
        let invitation = match id {
            Some(id) => Invitation::find(request, id).await?,
            None => None,
        };
        let index = i32::try_from(index).unwrap_or(i32::MAX);
        Ok(InvitationResult { index, email: row.email.clone(), invitation, user_errors: error.into_iter().collect() })
    });
    let results = join_all(results).await.into_iter().collect::<Result<_>>()?;
    Ok(InviteMembersPayload { results, ..Default::default() })
}

/// Logs refusals that concern rights, each kind once. These errors are in the rows, and only errors of the whole
/// payload are logged automatically.
fn note_refusals(act: &ActOn<'_, Organisation>, outcomes: &[Outcome]) {
    let noted = [
        (UserErrorCode::PermissionNotHeld, "PERMISSION_NOT_HELD"),
        (UserErrorCode::ConfirmationRequired, "CONFIRMATION_REQUIRED"),
    ];
    for (code, name) in noted {
        if outcomes.iter().any(|outcome| outcome.as_ref().is_err_and(|error| error.code == code)) {
            note_refusal(act.context, name, None);
        }
    }
}
