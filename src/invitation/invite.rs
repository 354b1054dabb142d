//! Inviting, for one and for many alike: each row is judged by itself, and what is right is written together, in as many
//! statements for many as for one.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Context;
use chrono::TimeDelta;
use entity::invitation::{Model, State};
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::input::InvitationInput;
use super::letters::{self, Facts};
use super::rules::{self, AN_HOUR};
use super::store::{self, Known};
use crate::access::{Actor, HeldRole, Permission, Seen, Step, note_refusal};
use crate::audit::{self, Act};
use crate::config::Config;
use crate::db::WriteError;
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::id::Type;
use crate::locale::Locale;
use crate::mail::{self, Letter, Recipient};
use crate::membership::{choose, custom_among, together};
use crate::organisation::{self, halted};
use crate::random::{Random, hash};
use crate::request::{Request, service};
use crate::session::unconfirmed;
use crate::user::Address;

/// The key of an invitation, or none in a dry run; or what is wrong with it.
pub type Outcome = std::result::Result<Option<Uuid>, UserError>;

/// A row with which nothing is wrong by itself.
struct Wanted {
    address: Address,
    roles: Vec<HeldRole>,
    membership_expires_at: Option<DateTimeUtc>,
    locale: Locale,
}

/// Who invites, through which partnership if one, and what the letters need.
pub struct Inviter {
    /// The user, if it is one.
    pub user: Option<Uuid>,
    /// The key, if it is one.
    pub key: Option<Uuid>,
    /// The partnership by which it may.
    pub partnership: Option<Uuid>,
    /// Name of the user.
    name: Option<String>,
    organisation: String,
    config: Arc<Config>,
}

impl Inviter {
    /// Who asks, at the organisation.
    pub fn of(context: &Context<'_>, at: &Seen) -> Result<Self> {
        let request = Request::of(context)?;
        let (user, key, name) = match request.actor() {
            Actor::User(user) => (Some(user.id), None, Some(user.name.clone())),
            Actor::ApiKey(key) => (None, Some(key.id), None),
            Actor::Anonymous => return Err(Error::sign_in()),
        };
        let partnership = match request.access.way(at.row.id, Permission::MemberInvite).as_deref() {
            Some([.., Step::Partnership { partnership, .. }]) => Some(*partnership),
            _ => None,
        };
        let config = Arc::clone(service::<Arc<Config>>(context)?);
        Ok(Self { user, key, partnership, name, organisation: at.row.name.clone(), config })
    }

    /// Until when a link that is sent now is good.
    pub fn end(&self, now: DateTimeUtc) -> DateTimeUtc {
        now + TimeDelta::days(self.config.invitations.days)
    }

    /// The mail with the link, to who may have an account with a language of its own.
    pub fn letter(&self, email: &str, locale: Locale, known: Option<&Known>, token: &str) -> (Recipient, Letter) {
        let locale = known.map_or(locale, |known| known.locale);
        let recipient = Recipient { user: known.map(|known| known.user), address: email.to_owned(), locale };
        let facts = Facts {
            organisation: &self.organisation,
            inviter: self.name.as_deref(),
            days: self.config.invitations.days,
            url: &self.config.link("invitation", token),
        };
        (recipient, letters::invitation(locale, &facts))
    }
}

/// Judges the rows and invites whom it can. A row keeps its place.
pub async fn invite(
    context: &Context<'_>,
    at: &Seen,
    action: &str,
    rows: &[InvitationInput],
    dry_run: bool,
) -> Result<Vec<Outcome>> {
    let request = Request::of(context)?;
    let custom = custom_among(request, at, rows.iter().flat_map(|row| &row.roles)).await?;
    let mut seen_before = HashMap::new();
    let mut judged = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let wanted = read(row, at, &custom, request.now());
        judged.push(wanted.and_then(|wanted| match seen_before.insert(wanted.address.as_str().to_owned(), index) {
            Some(first) => {
                seen_before.insert(wanted.address.as_str().to_owned(), first);
                let message = format!("The address is in the list already, at index {first}.");
                Err(UserError::at("email", UserErrorCode::Duplicate, message))
            }
            None => Ok(wanted),
        }));
    }
    let is_climbing = |row: &std::result::Result<Wanted, UserError>| {
        row.as_ref().is_err_and(|error| error.code == UserErrorCode::PermissionNotHeld)
    };
    if judged.iter().any(is_climbing) {
        note_refusal(context, "PERMISSION_NOT_HELD", None);
    }
    let is_powerful = |wanted: &Wanted| together(&wanted.roles).is_powerful();
    if judged.iter().flatten().any(is_powerful)
        && let Some(error) = unconfirmed(context)?
    {
        for row in judged.iter_mut().filter(|row| row.as_ref().is_ok_and(is_powerful)) {
            *row = Err(error.clone());
        }
    }
    let batch = Batch {
        request,
        random: service::<Random>(context)?,
        inviter: Inviter::of(context, at)?,
        organisation: at.row.id,
        action,
    };
    request.write(async |tx| batch.write(tx, &judged, dry_run).await).await
}

fn read(
    row: &InvitationInput,
    at: &Seen,
    custom: &[HeldRole],
    now: DateTimeUtc,
) -> std::result::Result<Wanted, UserError> {
    let address = Address::parse(&row.email).ok_or_else(|| {
        let message = "This is not an e-mail address. Give one like ada@example.org.";
        UserError::at("email", UserErrorCode::InvalidInput, message)
    })?;
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
    inviter: Inviter,
    organisation: Uuid,
    action: &'a str,
}

impl Batch<'_> {
    async fn write(
        &self,
        tx: &DatabaseTransaction,
        judged: &[std::result::Result<Wanted, UserError>],
        dry_run: bool,
    ) -> std::result::Result<Vec<Outcome>, WriteError> {
        let now = self.request.now();
        if let Some(error) = halted(&organisation::store::lock(tx, self.organisation).await?) {
            return Ok(judged.iter().map(|_| Err(error.clone())).collect());
        }
        let addresses: Vec<&str> = judged.iter().flatten().map(|wanted| wanted.address.as_str()).collect();
        let known = store::known(tx, self.organisation, &addresses, now).await?;
        let waiting = store::waiting(tx, self.organisation, &addresses).await?;
        let mut left = AN_HOUR - store::links_since(tx, self.organisation, now - TimeDelta::hours(1)).await?;
        let (mut outcomes, mut new, mut late) = (Vec::with_capacity(judged.len()), Vec::new(), Vec::new());
        let (mut letters, mut acts) = (Vec::new(), Vec::new());
        for row in judged {
            let wanted = match row {
                Ok(wanted) => wanted,
                Err(error) => {
                    outcomes.push(Err(error.clone()));
                    continue;
                }
            };
            let (known, waiting) = (known.get(wanted.address.as_str()), waiting.get(wanted.address.as_str()));
            if let Some(error) = obstacle(known, waiting, left, now) {
                outcomes.push(Err(error));
                continue;
            }
            left -= 1;
            late.extend(waiting.map(|row| row.id));
            let token = self.random.secret();
            let row = self.row(wanted, &token, now);
            letters.push(self.inviter.letter(&row.email, wanted.locale, known, &token));
            acts.push(self.act(&row, wanted));
            outcomes.push(Ok((!dry_run).then_some(row.id)));
            new.push((row, wanted.roles.as_slice()));
        }
        if !dry_run && !new.is_empty() {
            store::expire(tx, &late).await?;
            store::create(tx, self.random, new).await?;
            mail::queue(tx, self.random, now, letters).await?;
            audit::record_all(tx, self.request, self.random, acts).await?;
        }
        Ok(outcomes)
    }

    fn row(&self, wanted: &Wanted, token: &str, now: DateTimeUtc) -> Model {
        Model {
            id: self.random.id(now),
            organisation_id: self.organisation,
            email: wanted.address.as_str().to_owned(),
            locale: wanted.locale.into(),
            state: State::Pending,
            token_hash: hash(token),
            inviter_user_id: self.inviter.user,
            inviter_key_id: self.inviter.key,
            partnership_id: self.inviter.partnership,
            membership_expires_at: wanted.membership_expires_at,
            accepted_user_id: None,
            times_sent: 1,
            sent_at: now,
            expires_at: self.inviter.end(now),
            answered_at: None,
            created_at: now,
        }
    }

    /// The address stands in the invitation, not in the log, which is kept for ever.
    fn act(&self, row: &Model, wanted: &Wanted) -> Act {
        let roles: Vec<&str> = wanted.roles.iter().map(|held| held.role.name()).collect();
        let after = json!({ "roles": roles, "membershipExpiresAt": wanted.membership_expires_at });
        Act::done(self.action, self.organisation, Some(Permission::MemberInvite))
            .to(Type::Invitation.id(row.id))
            .changing(Json::Null, after)
    }
}

/// Why the address cannot be invited now, if it cannot.
fn obstacle(known: Option<&Known>, waiting: Option<&Model>, left: i64, now: DateTimeUtc) -> Option<UserError> {
    if known.is_some_and(|known| known.is_member) {
        return Some(UserError::at("email", UserErrorCode::AlreadyMember, "This person is a member already."));
    }
    if waiting.is_some_and(|row| now < row.expires_at) {
        let message = "This address is invited already. Send the link once more with resendInvitation.";
        return Some(UserError::at("email", UserErrorCode::Duplicate, message));
    }
    (left <= 0).then(too_many_links)
}

/// For who has sent as much as can be sent.
pub fn too_many_links() -> UserError {
    let message = format!("{AN_HOUR} links were sent for this organisation within an hour. Wait before you send more.");
    UserError::general(UserErrorCode::TooMany, message)
}
