//! The steps of inviting one person or many. Each row is checked separately, and the valid ones are written together.
//! The number of statements does not depend on the number of rows.

use std::collections::HashMap;

use entity::invitation::{Model, State};
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::inviter::Inviter;
use super::links::{self, Links};
use super::rules;
use super::store::{self, Known};
use crate::access::{Authorised, HeldRole};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::base::random::hash;
use crate::graphql::request::Work;
use crate::mail;
use crate::organisation::require_active;
use crate::oversight::audit::{self, Event};
use crate::people::outreach::Allowance;
use crate::people::role;
use crate::people::role::rules::{ChosenRole, MOST_ROLES, choose, custom_keys, grants_of, names};
use crate::people::session;
use crate::people::user::Address;

/// The key of the new invitation, which is `None` in a dry run; or what is wrong with the row.
pub type Outcome = Result<Option<Uuid>, UserError>;

/// One person to invite, as the actor typed it.
#[derive(Clone)]
pub struct Wish {
    email: String,
    roles: Vec<ChosenRole>,
    membership_expires_at: Option<DateTimeUtc>,
    locale: Locale,
}

impl Wish {
    /// A person to invite at this address, with these roles.
    pub fn new<C>(email: &str, roles: &[C], membership_expires_at: Option<DateTimeUtc>, locale: Locale) -> Self
    where
        ChosenRole: for<'a> From<&'a C>,
    {
        Self {
            email: email.to_owned(),
            roles: roles.iter().map(ChosenRole::from).collect(),
            membership_expires_at,
            locale,
        }
    }

    /// Checks the row on its own, without looking at the other rows.
    fn check(&self, at: &Authorised, custom: &[HeldRole], now: DateTimeUtc) -> Result<Checked, UserError> {
        let address = Address::read("email", &self.email)?;
        let roles = choose(at.row().kind, "roles", &self.roles, custom)?;
        rules::check_end(self.membership_expires_at, &roles, now)?;
        let missing = grants_of(&roles).without(at.grants);
        if !missing.is_empty() {
            return Err(UserError::not_held("roles", missing));
        }
        let membership_expires_at = self.membership_expires_at;
        Ok(Checked { address, roles, membership_expires_at, locale: self.locale })
    }
}

/// A row that is valid on its own.
struct Checked {
    address: Address,
    roles: Vec<HeldRole>,
    membership_expires_at: Option<DateTimeUtc>,
    locale: Locale,
}

/// Checks the rows and invites the people in the valid ones. Outcomes are in the order of the rows. The caller has
/// locked the organisation. `event` is the audit event for each invitation, without its object.
pub async fn invite(
    work: &Work<'_>,
    at: &Authorised,
    event: &Event,
    wishes: &[Wish],
    dry_run: bool,
) -> Result<Vec<Outcome>> {
    let &Work { tx, request, random, now } = work;
    let organisation = at.id();
    if let Err(error) = require_active(at.row()) {
        return Ok(wishes.iter().map(|_| Err(error.clone())).collect());
    }
    let inviter = Inviter::of(request.actor(), at, &request.config)?;
    let checked = check_all(work, at, wishes).await?;
    let mailboxes: Vec<&str> = checked.iter().flatten().map(|row| row.address.mailbox()).collect();
    let known = store::list_known(tx, organisation, &mailboxes, now).await?;
    let pending = store::list_pending(tx, organisation, &mailboxes).await?;
    let sent = store::lock_and_count_links(tx, organisation, &mailboxes, now).await?;
    let mut left = store::count_links_left(tx, organisation, now).await?;
    let allowance = Allowance::load(work).await?;
    let (mut outcomes, mut new, mut expired) = (Vec::with_capacity(checked.len()), Vec::new(), Vec::new());
    let (mut letters, mut events) = (Vec::new(), Vec::new());
    for row in &checked {
        let wanted = match row {
            Ok(wanted) => wanted,
            Err(error) => {
                outcomes.push(Err(error.clone()));
                continue;
            }
        };
        let mailbox = wanted.address.mailbox();
        let (known, pending) = (known.get(mailbox), pending.get(mailbox));
        let sent = sent.get(mailbox).copied().unwrap_or_default();
        let checked = check_address(known, pending, sent, left, now);
        if let Err(error) = checked.and_then(|()| allowance.require(new.len() + 1)) {
            outcomes.push(Err(error));
            continue;
        }
        left -= 1;
        expired.extend(pending.map(|row| row.id));
        let token = random.secret();
        let row = new_row(work, organisation, &inviter, wanted, &token);
        letters.push(inviter.letter(&row.email, wanted.locale, known, &token));
        events.push(event_of(event, &row, wanted));
        outcomes.push(Ok((!dry_run).then_some(row.id)));
        new.push((row, wanted.roles.as_slice()));
    }
    if !dry_run && !new.is_empty() {
        store::expire(tx, &expired).await?;
        store::create(tx, random, new).await?;
        allowance.spend(work, letters.len()).await?;
        mail::queue(tx, random, now, letters).await?;
        audit::record_all(work, events).await?;
    }
    Ok(outcomes)
}

/// Checks each row on its own, and against the rows before it.
async fn check_all(work: &Work<'_>, at: &Authorised, wishes: &[Wish]) -> Result<Vec<Result<Checked, UserError>>> {
    let unconfirmed = match session::require_confirmed(work.request) {
        Ok(()) => None,
        Err(error) => Some(error.into_user_error()?),
    };
    // A row with more roles is refused anyway, so the rest need not be looked up.
    let keys = custom_keys(wishes.iter().flat_map(|row| row.roles.iter().take(MOST_ROLES)));
    let custom = role::store::list_visible(work.tx, at, &keys).await?;
    let mut first_index: HashMap<String, usize> = HashMap::new();
    let mut checked = Vec::with_capacity(wishes.len());
    for (index, row) in wishes.iter().enumerate() {
        checked.push(row.check(at, &custom, work.now).and_then(|wanted| {
            if let Some(first) = first_index.get(wanted.address.mailbox()) {
                let message = [
                    format!("This address is already in the list, at index {first}."),
                    format!("Diese Adresse steht schon in der Liste, an Stelle {first}."),
                    format!("Den här adressen finns redan i listan, på plats {first}."),
                ];
                return Err(UserError::at("email", UserErrorCode::Duplicate, message));
            }
            first_index.insert(wanted.address.mailbox().to_owned(), index);
            match &unconfirmed {
                Some(error) if grants_of(&wanted.roles).is_powerful() => Err(error.clone()),
                _ => Ok(wanted),
            }
        }));
    }
    Ok(checked)
}

/// Refuses an address that cannot be invited now.
fn check_address(
    known: Option<&Known>,
    pending: Option<&Model>,
    sent: Links,
    left: i64,
    now: DateTimeUtc,
) -> Result<(), UserError> {
    if known.is_some_and(|known| known.is_member) {
        return Err(UserError::at(
            "email",
            UserErrorCode::AlreadyMember,
            [
                "This person is already a member.",
                "Diese Person ist schon Mitglied.",
                "Den här personen är redan medlem.",
            ],
        ));
    }
    if pending.is_some_and(|row| now < row.expires_at) {
        let message = [
            "This address has already been invited. Use resendInvitation to send the link again.",
            "Diese Adresse ist schon eingeladen. resendInvitation schickt den Link noch einmal.",
            "Den här adressen har redan bjudits in. resendInvitation skickar länken igen.",
        ];
        return Err(UserError::at("email", UserErrorCode::Duplicate, message));
    }
    sent.require_room("email")?;
    links::require_left(left)
}

fn new_row(work: &Work<'_>, organisation: Uuid, inviter: &Inviter<'_>, wanted: &Checked, token: &str) -> Model {
    let now = work.now;
    Model {
        id: work.random.id(now),
        organisation_id: organisation,
        email: wanted.address.as_str().to_owned(),
        mailbox: wanted.address.mailbox().to_owned(),
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

/// The invitation holds the address. The log does not, because it is kept for ever.
fn event_of(event: &Event, row: &Model, wanted: &Checked) -> Event {
    let after = json!({ "roles": names(&wanted.roles), "membershipExpiresAt": wanted.membership_expires_at });
    event.clone().to(Type::Invitation.id(row.id)).changing(Json::Null, after)
}

/// Loads a pending invitation and its roles. Refuses an actor who does not hold everything that it gives. The caller
/// has locked the organisation.
pub async fn load_pending(work: &Work<'_>, at: &Authorised, id: Uuid) -> Result<(Model, Vec<HeldRole>)> {
    let row = store::find_by_id(work.tx, id).await?.filter(|row| row.state == State::Pending);
    let row = row.ok_or_else(|| {
        let message = [
            "This invitation is no longer pending: it was answered, withdrawn, or replaced.",
            "Diese Einladung ist nicht mehr offen: Sie wurde beantwortet, zurückgezogen oder ersetzt.",
            "Inbjudan är inte längre öppen: den har besvarats, dragits tillbaka eller ersatts.",
        ];
        UserError::at("invitationId", UserErrorCode::StaleState, message)
    })?;
    let roles = store::list_roles(work.tx, id).await?;
    let missing = grants_of(&roles).without(at.grants);
    if !missing.is_empty() {
        return Err(UserError::not_held("invitationId", missing).into());
    }
    Ok((row, roles))
}
