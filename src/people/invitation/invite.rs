//! Inviting, for one and for many alike: each row is judged by itself, and what is right is written together, in as many
//! statements for many as for one.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Context;
use entity::invitation::{Model, State};
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::input::InvitationInput;
use super::inviter::Inviter;
use super::links::{self, Links};
use super::rules;
use super::store::{self, Known};
use crate::access::{Decision, HeldRole, Permission, note_refusal};
use crate::base::config::Config;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::base::random::{Random, hash};
use crate::graphql::request::{Request, service};
use crate::mail;
use crate::organisation::{self, halted};
use crate::oversight::audit::{self, Event};
use crate::people::membership::{MOST_ROLES, choose, custom_among, together};
use crate::people::session::unconfirmed;
use crate::people::user::Address;

/// The key of an invitation, or none in a dry run; or what is wrong with it.
pub type Outcome = Result<Option<Uuid>, UserError>;

/// A row with which nothing is wrong by itself; or what is wrong with it.
type Judged = Result<Wanted, UserError>;

/// One who is to be invited.
struct Wanted {
    address: Address,
    roles: Vec<HeldRole>,
    membership_expires_at: Option<DateTimeUtc>,
    locale: Locale,
}

/// Judges the rows and invites whom it can. A row keeps its place. All of it is judged while nobody else changes who
/// belongs to the organisation.
pub async fn invite(
    context: &Context<'_>,
    organisation: Uuid,
    action: &str,
    rows: &[InvitationInput],
    dry_run: bool,
) -> Result<Vec<Outcome>> {
    let batch = Batch {
        request: Request::of(context)?,
        random: service::<Random>(context)?,
        config: service::<Arc<Config>>(context)?,
        unconfirmed: unconfirmed(context)?,
        organisation,
        action,
    };
    let outcomes = batch.request.write(async |tx| batch.write(tx, rows, dry_run).await).await?;
    let is_climbing = |row: &Outcome| row.as_ref().is_err_and(|error| error.code == UserErrorCode::PermissionNotHeld);
    if outcomes.iter().any(is_climbing) {
        note_refusal(context, "PERMISSION_NOT_HELD", None);
    }
    Ok(outcomes)
}

fn read(row: &InvitationInput, at: &Decision, custom: &[HeldRole], now: DateTimeUtc) -> Judged {
    let address = Address::read("email", &row.email)?;
    let roles = choose(at, "roles", &row.roles, custom)?;
    if let Some(error) = row.membership_expires_at.and_then(|end| rules::wrong_end(end, &roles, now)) {
        return Err(error);
    }
    let missing = together(&roles).without(at.grants);
    if !missing.is_empty() {
        return Err(UserError::not_held("roles", missing));
    }
    Ok(Wanted { address, roles, membership_expires_at: row.membership_expires_at, locale: row.locale })
}

/// What the rows of one mutation have in common.
struct Batch<'a> {
    request: &'a Request,
    random: &'a Random,
    config: &'a Arc<Config>,
    /// What to answer to who would give something powerful, unless it was confirmed of late who that is.
    unconfirmed: Option<UserError>,
    organisation: Uuid,
    action: &'a str,
}

impl Batch<'_> {
    /// The rows with which nothing is wrong by itself.
    async fn judge(&self, tx: &DatabaseTransaction, at: &Decision, rows: &[InvitationInput]) -> Result<Vec<Judged>> {
        // More are refused before they are looked up.
        let choices = rows.iter().flat_map(|row| row.roles.iter().take(MOST_ROLES));
        let custom = custom_among(tx, at, choices).await?;
        let mut seen_before: HashMap<String, usize> = HashMap::new();
        let mut judged = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            judged.push(read(row, at, &custom, self.request.now()).and_then(|wanted| {
                if let Some(first) = seen_before.get(wanted.address.as_str()) {
                    let message = format!("The address is in the list already, at index {first}.");
                    return Err(UserError::at("email", UserErrorCode::Duplicate, message));
                }
                seen_before.insert(wanted.address.as_str().to_owned(), index);
                match &self.unconfirmed {
                    Some(error) if together(&wanted.roles).is_powerful() => Err(error.clone()),
                    _ => Ok(wanted),
                }
            }));
        }
        Ok(judged)
    }

    async fn write(&self, tx: &DatabaseTransaction, rows: &[InvitationInput], dry_run: bool) -> Result<Vec<Outcome>> {
        let now = self.request.now();
        let access = &self.request.access;
        let at = &organisation::store::lock_to_act(tx, access, self.organisation, Permission::MemberInvite).await?;
        if let Some(error) = halted(&at.row) {
            return Ok(rows.iter().map(|_| Err(error.clone())).collect());
        }
        let inviter = Inviter::of(self.request.actor(), at, self.config)?;
        let judged = self.judge(tx, at, rows).await?;
        let addresses: Vec<&str> = judged.iter().flatten().map(|wanted| wanted.address.as_str()).collect();
        let known = store::known(tx, self.organisation, &addresses, now).await?;
        let waiting = store::waiting(tx, self.organisation, &addresses).await?;
        let sent = links::store::to_addresses(tx, self.organisation, &addresses, now).await?;
        let mut left = links::store::left(tx, self.organisation, now).await?;
        let (mut outcomes, mut new, mut late) = (Vec::with_capacity(judged.len()), Vec::new(), Vec::new());
        let (mut letters, mut acts) = (Vec::new(), Vec::new());
        for row in &judged {
            let wanted = match row {
                Ok(wanted) => wanted,
                Err(error) => {
                    outcomes.push(Err(error.clone()));
                    continue;
                }
            };
            let address = wanted.address.as_str();
            let (known, waiting) = (known.get(address), waiting.get(address));
            let sent = sent.get(address).copied().unwrap_or_default();
            if let Some(error) = obstacle(known, waiting, sent, left, now) {
                outcomes.push(Err(error));
                continue;
            }
            left -= 1;
            late.extend(waiting.map(|row| row.id));
            let token = self.random.secret();
            let row = self.row(&inviter, wanted, &token);
            letters.push(inviter.letter(&row.email, wanted.locale, known, &token));
            acts.push(self.act(&row, wanted));
            outcomes.push(Ok((!dry_run).then_some(row.id)));
            new.push((row, wanted.roles.as_slice()));
        }
        if !dry_run && !new.is_empty() {
            store::expire(tx, &late).await?;
            store::create(tx, self.random, new).await?;
            mail::queue(tx, self.random, now, letters).await?;
            audit::record_all(&self.request.work(tx), acts).await?;
        }
        Ok(outcomes)
    }

    fn row(&self, inviter: &Inviter<'_>, wanted: &Wanted, token: &str) -> Model {
        let now = self.request.now();
        Model {
            id: self.random.id(now),
            organisation_id: self.organisation,
            email: wanted.address.as_str().to_owned(),
            locale: wanted.locale.into(),
            state: State::Pending,
            token_hash: hash(token),
            inviter_user_id: inviter.user,
            inviter_key_id: inviter.key,
            partnership_id: inviter.partnership_for(&wanted.roles, now),
            membership_expires_at: wanted.membership_expires_at,
            accepted_user_id: None,
            times_sent: 1,
            sent_lately: 1,
            sent_at: now,
            expires_at: inviter.end(now),
            answered_at: None,
            created_at: now,
        }
    }

    /// The address stands in the invitation, not in the log, which is kept for ever.
    fn act(&self, row: &Model, wanted: &Wanted) -> Event {
        let roles: Vec<&str> = wanted.roles.iter().map(|held| held.role.name()).collect();
        let after = json!({ "roles": roles, "membershipExpiresAt": wanted.membership_expires_at });
        Event::done(self.action, self.organisation, Some(Permission::MemberInvite))
            .to(Type::Invitation.id(row.id))
            .changing(Json::Null, after)
    }
}

/// Why the address cannot be invited now, if it cannot.
fn obstacle(
    known: Option<&Known>,
    waiting: Option<&Model>,
    sent: Links,
    left: i64,
    now: DateTimeUtc,
) -> Option<UserError> {
    if known.is_some_and(|known| known.is_member) {
        return Some(UserError::at("email", UserErrorCode::AlreadyMember, "This person is a member already."));
    }
    if waiting.is_some_and(|row| now < row.expires_at) {
        let message = "This address is invited already. Send the link once more with resendInvitation.";
        return Some(UserError::at("email", UserErrorCode::Duplicate, message));
    }
    sent.enough("email").or_else(|| (left <= 0).then(links::too_many))
}
