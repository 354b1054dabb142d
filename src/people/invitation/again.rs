//! Sending an invitation once more.

use std::sync::Arc;

use async_graphql::Context;
use chrono::TimeDelta;
use entity::invitation::{ActiveModel, Model, State};
use sea_orm::{DatabaseTransaction, Set};
use serde_json::json;
use uuid::Uuid;

use super::inviter::Inviter;
use super::links;
use super::object::Invitation;
use super::store;
use crate::access::{Decision, HeldRole, Permission};
use crate::base::config::Config;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::{Random, hash};
use crate::graphql::request::{Request, service};
use crate::mail;
use crate::organisation::{self, halted};
use crate::oversight::audit::{self, Event};
use crate::people::membership::together;
use crate::people::session::unconfirmed;

/// An invitation that waits, what it gives, and the organisation for who asks.
pub struct Waiting {
    row: Model,
    roles: Vec<HeldRole>,
    at: Decision,
}

/// The invitation, if it waits and who asks holds all that it gives; nobody else changes that until the transaction
/// ends. What it was when it was found may be over.
pub async fn waiting(
    tx: &DatabaseTransaction,
    request: &Request,
    organisation: Uuid,
    id: Uuid,
) -> Result<Result<Waiting, UserError>> {
    let at = organisation::store::lock_to_act(tx, &request.access, organisation, Permission::MemberInvite).await?;
    let Some(row) = store::find_row(tx, id).await?.filter(|row| row.state == State::Pending) else {
        let message = "This invitation no longer waits: it was answered, taken back, or replaced.";
        return Ok(Err(UserError::at("invitationId", UserErrorCode::StaleState, message)));
    };
    let roles = store::roles(tx, id).await?;
    let missing = together(&roles).without(at.grants);
    if !missing.is_empty() {
        return Ok(Err(UserError::not_held("invitationId", missing)));
    }
    Ok(Ok(Waiting { row, roles, at }))
}

/// Sends a new link; or says why not.
pub async fn send_again(context: &Context<'_>, found: &Invitation) -> Result<Option<UserError>> {
    let (request, random) = (Request::of(context)?, service::<Random>(context)?);
    let (config, unconfirmed) = (service::<Arc<Config>>(context)?, unconfirmed(context)?);
    let (unconfirmed, now) = (&unconfirmed, request.now());
    let (id, organisation) = (found.row.row.id, found.row.row.organisation_id);
    request
        .write(async |tx| {
            let Waiting { row, roles, at } = match waiting(tx, request, organisation, id).await? {
                Ok(waiting) => waiting,
                Err(error) => return Ok(Some(error)),
            };
            if let Some(error) = halted(&at.row) {
                return Ok(Some(error));
            }
            if let Some(error) = unconfirmed
                && together(&roles).is_powerful()
            {
                return Ok(Some(error.clone()));
            }
            let known = store::known(tx, organisation, &[&row.email], now).await?.remove(&row.email);
            if known.as_ref().is_some_and(|known| known.is_member) {
                let message = "This person is a member already.";
                return Ok(Some(UserError::at("invitationId", UserErrorCode::AlreadyMember, message)));
            }
            if let Some(error) = obstacle(tx, &row, request).await? {
                return Ok(Some(error));
            }
            let inviter = Inviter::of(request.actor(), &at, config)?;
            let token = random.secret();
            let is_of_late = now - row.sent_at < TimeDelta::days(1);
            let change = ActiveModel {
                token_hash: Set(hash(&token)),
                inviter_user_id: Set(inviter.user),
                inviter_key_id: Set(inviter.key),
                partnership_id: Set(inviter.partnership_for(&roles, now)),
                times_sent: Set(row.times_sent + 1),
                sent_lately: Set(if is_of_late { row.sent_lately + 1 } else { 1 }),
                sent_at: Set(now),
                expires_at: Set(inviter.end(now)),
                ..Default::default()
            };
            store::change(tx, id, change).await?;
            let letter = inviter.letter(&row.email, row.locale.into(), known.as_ref(), &token);
            mail::queue(tx, random, now, [letter]).await?;
            let act = Event::done("resendInvitation", organisation, Some(Permission::MemberInvite))
                .to(Type::Invitation.id(id))
                .changing(json!({ "timesSent": row.times_sent }), json!({ "timesSent": row.times_sent + 1 }));
            audit::record(&request.work(tx), act).await?;
            Ok(None)
        })
        .await
}

/// Why no more links are sent, if none are.
async fn obstacle(tx: &DatabaseTransaction, row: &Model, request: &Request) -> Result<Option<UserError>> {
    if row.times_sent >= links::OF_ONE {
        let message = format!("{} links were sent for this invitation. Revoke it and invite anew.", links::OF_ONE);
        return Ok(Some(UserError::at("invitationId", UserErrorCode::TooMany, message)));
    }
    let (at, now) = (row.organisation_id, request.now());
    let sent = links::store::to_addresses(tx, at, &[&row.email], now).await?.remove(&row.email).unwrap_or_default();
    if let Some(error) = sent.enough("invitationId") {
        return Ok(Some(error));
    }
    Ok((links::store::left(tx, at, now).await? <= 0).then(links::too_many))
}
