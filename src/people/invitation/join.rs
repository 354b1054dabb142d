//! The only place where an invitation becomes a membership.
//!
//! The organisation is locked first. If two answers to one invitation arrive at once, the second finds it answered. The
//! lock also keeps the rights of the inviter unchanged until the transaction ends.

use entity::invitation::{ActiveModel, Model, State};
use entity::{organisation, user};
use sea_orm::Set;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::named::Named;
use super::store;
use crate::access::{HeldRole, Permission, Subject};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::request::{Committed, Work};
use crate::organisation::require_active;
use crate::oversight::audit::{self, Doer, Event};
use crate::partners::partnership;
use crate::people::api_key::{self, ApiKeyState};
use crate::people::membership::{self, store::NewMember};
use crate::people::role::rules::{grants_of, names};
use crate::people::user::proof::{self, Claim};
use crate::people::user::store::{self as users, NewUser};

/// The invitation that is accepted.
pub struct Accepted<'a> {
    /// The mutation, for the audit log.
    pub action: &'a str,
    /// How the input names it.
    pub named: Named<'a>,
    /// The organisation that it is for.
    pub organisation: Uuid,
}

/// The person who accepts it.
pub enum Party<'a> {
    /// A person who is signed in.
    SignedIn(Uuid),
    /// A new user whose input was checked.
    New(&'a NewUser<'a>),
    /// The unverified account of the address, with the hash of its new password.
    Unverified(String),
}

/// Makes the person a member. If the inviter may no longer invite, the answer is refused, but the end of the invitation
/// is committed. If the user turns out to be a member already, the answer is refused, but a claimed account stays
/// claimed.
pub async fn make_member(work: &Work<'_>, accepted: &Accepted<'_>, party: &Party<'_>) -> Result<Committed<()>> {
    let field = accepted.named.field();
    let &Work { tx, random, now, .. } = work;
    let at = crate::access::lock(tx, accepted.organisation).await?;
    let row = accepted.named.load(tx, now).await?;
    require_active(&at)?;
    if row.membership_expires_at.is_some_and(|end| end <= now) {
        let message = [
            "The membership in this invitation would already have ended. Ask for another invitation.",
            "Die Mitgliedschaft in dieser Einladung wäre schon beendet. Bitten Sie um eine andere Einladung.",
            "Medlemskapet i den här inbjudan skulle redan ha upphört. Be om en annan inbjudan.",
        ];
        return Err(UserError::at(field, UserErrorCode::TooLate, message).into());
    }
    let roles = store::list_roles(tx, row.id).await?;
    if !may_still_give(work, &at, &row, &roles).await? {
        return Ok(Committed::Refused(end(work, accepted, &row).await?));
    }
    let member = account(work, accepted, &row, party).await?;
    membership::store::remove_ended(tx, at.id, member.id, now).await?;
    let new = NewMember {
        id: random.id(now),
        organisation_id: at.id,
        user_id: member.id,
        partnership_id: row.partnership_id,
        expires_at: row.membership_expires_at,
        roles: roles.iter().map(|held| held.role.clone()).collect(),
    };
    if !membership::store::add(tx, random, &new, now).await? {
        let error = UserError::at(
            field,
            UserErrorCode::AlreadyMember,
            ["You are already a member.", "Sie sind schon Mitglied.", "Du är redan medlem."],
        );
        return Ok(Committed::Refused(error));
    }
    let change = ActiveModel {
        state: Set(State::Accepted),
        accepted_user_id: Set(Some(member.id)),
        answered_at: Set(Some(now)),
        ..Default::default()
    };
    store::update(tx, row.id, change).await?;
    let after = json!({ "state": "ACCEPTED", "membership": Type::Membership.id(new.id).0, "roles": names(&roles) });
    audit::record(work, event(accepted, &row, after).by(Doer::user(member.id, &member.name))).await?;
    Ok(Committed::Done(()))
}

/// The user who becomes the member.
struct Member {
    id: Uuid,
    name: String,
}

/// Finds or creates the account of the person. A claimed account belongs to them from now on.
async fn account(work: &Work<'_>, accepted: &Accepted<'_>, row: &Model, party: &Party<'_>) -> Result<Member> {
    let &Work { tx, now, .. } = work;
    let user = match party {
        Party::New(new) => {
            if new.address.mailbox() != row.mailbox {
                return Err(wrong_address(accepted.named.field()).into());
            }
            if !users::create(tx, new, now).await? {
                return Err(has_account(accepted.named.field()).into());
            }
            return Ok(Member { id: new.id, name: new.name.to_owned() });
        }
        // The lock keeps the user from being erased or disabled until the end of the transaction.
        Party::SignedIn(id) => users::hold(tx, *id).await?,
        Party::Unverified(_) => match users::find_by_address(tx, &row.email).await? {
            Some(user) => users::lock(tx, user.id).await?,
            None => None,
        },
    };
    let user = user.ok_or_else(|| {
        let message = [
            "This account is disabled. Ask the operator of the platform why.",
            "Dieses Konto ist gesperrt. Fragen Sie den Betreiber der Plattform nach dem Grund.",
            "Det här kontot är avstängt. Fråga plattformens operatör varför.",
        ];
        UserError::at(accepted.named.field(), UserErrorCode::StaleState, message)
    })?;
    if user.mailbox != row.mailbox {
        return Err(wrong_address(accepted.named.field()).into());
    }
    match party {
        Party::Unverified(password_hash) => {
            // The person who created it may know its password, be signed in, or have set up a second factor.
            let claim = Claim { password_hash: Some(password_hash), kept: None };
            if !proof::prove(work, accepted.action, user.id, claim).await? {
                return Err(sign_in());
            }
            // The link proves the spelling of the address that it was sent to.
            if user.email != row.email {
                users::set_address(tx, user.id, &row.email, now).await?;
            }
        }
        _ if user.email_verified_at.is_none() => {
            let message = [
                "The address of this account is not verified. Send this without being signed in, with newPassword: that verifies the address and ends all earlier sessions.",
                "Die Adresse dieses Kontos ist nicht bestätigt. Senden Sie dies, ohne angemeldet zu sein, mit newPassword: Das bestätigt die Adresse und beendet alle früheren Sitzungen.",
                "Kontots adress är inte bekräftad. Skicka det här utan att vara inloggad, med newPassword: det bekräftar adressen och avslutar alla tidigare sessioner.",
            ];
            return Err(UserError::at(accepted.named.field(), UserErrorCode::AddressNotVerified, message).into());
        }
        _ => {}
    }
    Ok(Member { id: user.id, name: user.name })
}

/// The error if the address has a verified account and nobody is signed in.
pub fn sign_in() -> Error {
    let message = "The address of this invitation has an account. Sign in to it with logIn, then accept.";
    Error::Unauthenticated(message.to_owned())
}

/// The error for somebody who signs up with an address that has an account.
fn has_account(field: &str) -> UserError {
    let message = [
        "The address of this invitation already has an account. Accept with acceptInvitation.",
        "Zur Adresse dieser Einladung gibt es schon ein Konto. Nehmen Sie mit acceptInvitation an.",
        "Inbjudans adress har redan ett konto. Acceptera med acceptInvitation.",
    ];
    UserError::at(field, UserErrorCode::Duplicate, message)
}

/// The error for a person whose account has another address.
pub fn wrong_address(field: &str) -> UserError {
    let message = [
        "This invitation is for another address. Sign in with that one, or ask for an invitation to yours.",
        "Diese Einladung ist für eine andere Adresse. Melden Sie sich mit jener an, oder bitten Sie um eine Einladung an Ihre.",
        "Inbjudan gäller en annan adress. Logga in med den, eller be om en inbjudan till din.",
    ];
    UserError::at(field, UserErrorCode::WrongAddress, message)
}

/// Whether the inviter may still invite, and holds everything that the roles of the invitation hold today.
async fn may_still_give(work: &Work<'_>, at: &organisation::Model, row: &Model, roles: &[HeldRole]) -> Result<bool> {
    let &Work { tx, now, .. } = work;
    if let Some(partnership) = row.partnership_id
        && !partnership::store::is_in_force(tx, partnership, now).await?
    {
        return Ok(false);
    }
    let subject = match (row.inviter_user_id, row.inviter_key_id) {
        (Some(id), _) => {
            let inviter = users::find(tx, id).await?;
            inviter.filter(|user| user.state == user::State::Active).map(|user| Subject::User(user.id))
        }
        (None, Some(id)) => {
            let key = api_key::store::find_by_id(tx, id).await?;
            key.filter(|key| api_key::state_at(key, now) == ApiKeyState::Active).map(|key| api_key::subject(&key))
        }
        (None, None) => None,
    };
    let Some(subject) = subject else { return Ok(false) };
    let held = work.request.access.grants_in(tx, subject, at.id).await?;
    Ok(held.has(Permission::MemberInvite) && grants_of(roles).without(held).is_empty())
}

/// Ends the invitation, and returns the error.
async fn end(work: &Work<'_>, accepted: &Accepted<'_>, row: &Model) -> Result<UserError> {
    let change = ActiveModel { state: Set(State::Void), answered_at: Set(Some(work.now)), ..Default::default() };
    store::update(work.tx, row.id, change).await?;
    let event = event(accepted, row, json!({ "state": "ENDED" })).by(Doer::by_link(work.request.actor()));
    audit::record(work, event).await?;
    let message = [
        "This invitation is no longer valid, because its sender may no longer give these roles. Ask another member of the organisation to invite you.",
        "Diese Einladung gilt nicht mehr, weil ihr Absender diese Rollen nicht mehr vergeben darf. Bitten Sie ein anderes Mitglied der Organisation um eine Einladung.",
        "Inbjudan gäller inte längre, eftersom avsändaren inte längre får ge de här rollerna. Be en annan medlem i organisationen att bjuda in dig.",
    ];
    Ok(UserError::at(accepted.named.field(), UserErrorCode::StaleState, message))
}

fn event(accepted: &Accepted<'_>, row: &Model, after: Json) -> Event {
    Event::done(accepted.action, accepted.organisation, None)
        .to(Type::Invitation.id(row.id))
        .changing(json!({ "state": "PENDING" }), after)
}
