//! The one way by which an invitation becomes a membership, in the transaction of who accepts it.
//!
//! The organisation is locked first, so of two that answer one invitation the second finds it answered, and what
//! decides about the inviter at the organisation stays as it is.

use entity::invitation::{ActiveModel, Model, State};
use entity::{organisation, user};
use sea_orm::{DatabaseTransaction, Set};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::rules::invalid_link;
use super::store;
use crate::access::{HeldRole, Permission, Subject};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::Request;
use crate::organisation::halted;
use crate::oversight::audit::{self, Doer, Event};
use crate::partners::partnership;
use crate::people::api_key::{self, ApiKeyState};
use crate::people::membership::{self, store::NewMember, together};
use crate::people::session;
use crate::people::user::store::{self as users, NewUser};

/// The invitation that is accepted.
pub struct Accepted<'a> {
    /// The mutation, for the audit log.
    pub action: &'a str,
    /// The field of the input that holds the secret.
    pub field: &'a str,
    /// The secret in the link.
    pub token: &'a str,
    /// The organisation, as it was found by the link.
    pub organisation: Uuid,
}

/// Who accepts it.
pub enum Party<'a> {
    /// A person who is signed in.
    SignedIn(Uuid),
    /// Somebody new, with whom nothing is wrong.
    New(&'a NewUser<'a>),
    /// Somebody with an account that nobody has proved to own, and the hash of the password that it is to have.
    Unproved(String),
}

/// Nothing; or what stands in the way. What is written either way is to be kept.
type Joined = Result<(), UserError>;
type Written<T> = Result<T>;

/// Makes who accepts a member.
pub async fn join(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    accepted: &Accepted<'_>,
    party: &Party<'_>,
) -> Written<Joined> {
    let Accepted { field, token, .. } = *accepted;
    let now = request.now();
    let at = crate::access::lock(tx, accepted.organisation).await?;
    let Some(row) = store::open_row(tx, token, now).await? else { return Ok(Err(invalid_link(field))) };
    if let Some(error) = halted(&at) {
        return Ok(Err(error));
    }
    if row.membership_expires_at.is_some_and(|end| end <= now) {
        let message = "The membership that this invitation gives has ended already. Ask for another invitation.";
        return Ok(Err(UserError::at(field, UserErrorCode::TooLate, message)));
    }
    let roles = store::roles(tx, row.id).await?;
    if !may_still_give(tx, request, &at, &row, &roles).await? {
        return void(tx, request, random, accepted, &row).await.map(Err);
    }
    let member = match account(tx, request, accepted, &row, party).await? {
        Ok(member) => member,
        Err(error) => return Ok(Err(error)),
    };
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
        return Ok(Err(UserError::at(field, UserErrorCode::AlreadyMember, "You are a member already.")));
    }
    let change = ActiveModel {
        state: Set(State::Accepted),
        accepted_user_id: Set(Some(member.id)),
        answered_at: Set(Some(now)),
        ..Default::default()
    };
    store::change(tx, row.id, change).await?;
    let names: Vec<&str> = roles.iter().map(|held| held.role.name()).collect();
    let after = json!({ "state": "ACCEPTED", "membership": Type::Membership.id(new.id).0, "roles": names });
    let act = act(accepted, &row, after).by(Doer::user(member.id, &member.name));
    audit::record(&request.work(tx), act).await?;
    Ok(Ok(()))
}

/// Who becomes the member.
struct Member {
    id: Uuid,
    name: String,
}

/// The account of who accepts, which is theirs from now on; or why it is not.
async fn account(
    tx: &DatabaseTransaction,
    request: &Request,
    accepted: &Accepted<'_>,
    row: &Model,
    party: &Party<'_>,
) -> Written<Result<Member, UserError>> {
    let wrong = |code, message: &str| Ok(Err(UserError::at(accepted.field, code, message)));
    let now = request.now();
    let user = match party {
        Party::New(new) => {
            if new.address.as_str() != row.email {
                return Ok(Err(wrong_address(accepted.field)));
            }
            if !users::create(tx, new, now).await? {
                return Ok(Err(has_account(accepted.field)));
            }
            return Ok(Ok(Member { id: new.id, name: new.name.to_owned() }));
        }
        // Who is erased or disabled at the same moment is so before, or stays as it is until this is done.
        Party::SignedIn(id) => users::hold(tx, *id).await?,
        Party::Unproved(_) => match users::find_by_address(tx, &row.email).await? {
            Some(user) => users::lock(tx, user.id).await?,
            None => None,
        },
    };
    let Some(user) = user else {
        return wrong(UserErrorCode::StaleState, "This account is disabled. Ask the operator of the platform why.");
    };
    if user.email != row.email {
        return Ok(Err(wrong_address(accepted.field)));
    }
    match party {
        Party::Unproved(password_hash) => {
            // Whoever made it may know its password, be signed in, or have a second factor in it.
            if !users::claim(tx, user.id, password_hash, now).await? {
                return Err(sign_in().into());
            }
            session::store::end_all(tx, user.id, None, now).await?;
        }
        _ if user.email_verified_at.is_none() => {
            let message = "Nobody has proved yet that this account belongs to the address. Send this without being \
                           signed in, with newPassword: that proves it, and ends all sessions from before.";
            return wrong(UserErrorCode::AddressNotVerified, message);
        }
        _ => {}
    }
    Ok(Ok(Member { id: user.id, name: user.name }))
}

/// For who has an account that is proved to be somebody's, but is not signed in.
pub fn sign_in() -> Error {
    let message = "The address of this invitation has an account. Sign in to it with logIn, then accept.";
    Error::Unauthenticated(message.to_owned())
}

/// For who signs up for the second time.
fn has_account(field: &str) -> UserError {
    let message = "The address of this invitation has an account already: accept with acceptInvitation.";
    UserError::at(field, UserErrorCode::Duplicate, message)
}

/// For who is somebody else.
pub fn wrong_address(field: &str) -> UserError {
    let message = "This invitation is for another address. Sign in with that one, or ask for an invitation to yours.";
    UserError::at(field, UserErrorCode::WrongAddress, message)
}

/// Whether who invited may still invite, and holds everything that the invitation gives as its roles are by now.
async fn may_still_give(
    tx: &DatabaseTransaction,
    request: &Request,
    at: &organisation::Model,
    row: &Model,
    roles: &[HeldRole],
) -> Written<bool> {
    let now = request.now();
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
            let key = api_key::store::find_row(tx, id).await?;
            key.filter(|key| api_key::state(key, now) == ApiKeyState::Active).map(|key| api_key::store::subject(&key))
        }
        (None, None) => None,
    };
    let Some(subject) = subject else { return Ok(false) };
    let held = request.access.grants_in(tx, subject, at.id).await?;
    Ok(held.has(Permission::MemberInvite) && together(roles).without(held).is_empty())
}

/// The invitation opens nothing any more.
async fn void(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    accepted: &Accepted<'_>,
    row: &Model,
) -> Written<UserError> {
    let change = ActiveModel { state: Set(State::Void), answered_at: Set(Some(request.now())), ..Default::default() };
    store::change(tx, row.id, change).await?;
    let act = act(accepted, row, json!({ "state": "VOID" })).by(Doer::by_link(request.actor()));
    audit::record(&request.work(tx), act).await?;
    let message = "Who invited you may no longer give what this invitation gives, so it is void. Ask somebody else \
                   there for another.";
    Ok(UserError::at(accepted.field, UserErrorCode::StaleState, message))
}

fn act(accepted: &Accepted<'_>, row: &Model, after: Json) -> Event {
    Event::done(accepted.action, accepted.organisation, None)
        .to(Type::Invitation.id(row.id))
        .changing(json!({ "state": "PENDING" }), after)
}
