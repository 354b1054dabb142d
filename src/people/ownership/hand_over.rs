//! What happens in the transaction in which an organisation changes hands, or does not.

use entity::organisation::Kind as OrganisationKind;
use entity::ownership_transfer::{Kind, Model, State};
use entity::user;
use sea_orm::DatabaseTransaction;
use serde_json::json;
use uuid::Uuid;

use super::mutation::described;
use super::{letters, rules, store};
use crate::access::{BuiltinRole, HeldRole, RoleRef, Subject, UserActor};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::Request;
use crate::mail::{self, Recipient};
use crate::organisation;
use crate::oversight::audit::{self, Event};
use crate::partners::custody;
use crate::people::membership;
use crate::people::membership::rules::{includes, is_owner, is_working, is_working_owner};
use crate::people::membership::store::{self as members, Member, NewMember};
use crate::people::user as users;

type Outcome<T> = Result<Result<T, UserError>>;

/// Somebody answers a transfer that goes to their address.
#[derive(Clone, Copy)]
pub struct Answering<'a> {
    /// The transfer.
    pub id: Uuid,
    /// Its organisation.
    pub at: Uuid,
    /// Who answers.
    pub person: &'a UserActor,
    /// Whether the person has the link that went to the address.
    pub has_link: bool,
    /// Ids.
    pub random: &'a Random,
}

/// The transfer and who answers it, as the transaction sees both; the organisation is locked.
async fn load(tx: &DatabaseTransaction, answering: Answering<'_>) -> Outcome<(Model, user::Model)> {
    let row = store::load(tx, answering.id).await?.ok_or(Error::NotFound)?;
    // Nobody erases or disables the person until the transaction ends.
    let user = users::store::hold(tx, answering.person.id).await?.ok_or_else(Error::sign_in)?;
    let is_proved = answering.has_link || user.email_verified_at.is_some();
    if row.email != user.email || !is_proved {
        let message = "This was offered to another address. Sign in with the account that has it.";
        return Ok(Err(UserError::general(UserErrorCode::WrongAddress, message)));
    }
    Ok(Ok((row, user)))
}

/// The organisation gets its new OWNER, and the old one becomes ADMIN or leaves: at once, or nothing happens.
pub async fn accept(tx: &DatabaseTransaction, request: &Request, answering: Answering<'_>) -> Outcome<()> {
    let Answering { id, at, random, .. } = answering;
    let now = request.now();
    let organisation = crate::access::lock(tx, at).await?;
    let (row, user) = match load(tx, answering).await? {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let judged = rules::waits(&row, now)
        .and_then(|()| rules::is_open(&row, now))
        .and_then(|()| rules::may_change_hands(organisation.state, row.kind));
    if let Err(error) = judged {
        return Ok(Err(error));
    }
    let leaders = members::owners_and_admins(tx, at).await?;
    if user.email_verified_at.is_none() {
        // Who made the account may be somebody else, who would own the organisation by its password.
        let message = "Prove first that the address of your account is yours: resendVerification mails you a link.";
        return Ok(Err(UserError::general(UserErrorCode::AddressNotVerified, message)));
    }
    let old = match row.kind {
        Kind::Recovery if !still_may(tx, request, &row, organisation.kind).await? => {
            store::answer(tx, id, State::Void, None, now).await?;
            let act = Event::done("acceptOwnership", at, None).to(Type::OwnershipTransfer.id(id));
            audit::record(&request.work(tx), act.changing(described(&row), json!({ "state": "VOID" }))).await?;
            let message = "Who started this recovery may no longer do so. Ask the operator to start another.";
            return Ok(Err(UserError::general(UserErrorCode::StaleState, message)));
        }
        Kind::Recovery => None,
        Kind::Offer => {
            let old = leaders.iter().find(|member| member.user_id == row.offered_by_id);
            let Some(old) = old.filter(|old| is_working_owner(old, now) && old.user_id != user.id) else {
                let message = "Who offered it is no longer an owner.";
                return Ok(Err(UserError::general(UserErrorCode::StaleState, message)));
            };
            Some(old)
        }
    };
    if !store::answer(tx, id, State::Accepted, Some(user.id), now).await? {
        return Ok(Err(UserError::general(UserErrorCode::StaleState, "It does not wait for an answer any more.")));
    }
    make_owner(tx, random, request, (at, user.id)).await?;
    if let Some(old) = old {
        step_down(tx, random, request, old, row.leaves).await?;
    }
    custody::end(tx, request, random, at, user.id).await?;
    let owner = json!({ "state": "ACCEPTED", "owner": Type::User.id(user.id).0, "name": user.name });
    let act = Event::done("acceptOwnership", at, None).to(Type::OwnershipTransfer.id(id));
    audit::record(&request.work(tx), act.changing(described(&row), owner)).await?;
    let others = leaders.iter().filter(|member| {
        // An offer is the owners' business; what the operator does is everybody's who leads.
        member.user_id != user.id && is_working(member, now) && (row.kind == Kind::Recovery || is_owner(member))
    });
    let told = others.map(|member| {
        (membership::recipient(member), letters::accepted(member.locale, &organisation.name, &user.name))
    });
    mail::queue(tx, random, now, told).await?;
    Ok(Ok(()))
}

/// Whether the member of the operator's staff who started a recovery is still there, and holds what it gives.
async fn still_may(tx: &DatabaseTransaction, request: &Request, row: &Model, kind: OrganisationKind) -> Result<bool> {
    if users::store::hold(tx, row.offered_by_id).await?.is_none() {
        return Ok(false);
    }
    let held = request.access.grants_in(tx, Subject::User(row.offered_by_id), row.organisation_id).await?;
    Ok(HeldRole::builtin(BuiltinRole::Owner, kind).sets.without(held).is_empty())
}

/// Nothing changes but the transfer.
pub async fn decline(tx: &DatabaseTransaction, request: &Request, answering: Answering<'_>) -> Outcome<()> {
    let Answering { id, at, random, .. } = answering;
    let now = request.now();
    let organisation = crate::access::lock(tx, at).await?;
    let (row, _) = match load(tx, answering).await? {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    if let Err(error) = rules::waits(&row, now) {
        return Ok(Err(error));
    }
    store::answer(tx, id, State::Declined, None, now).await?;
    let act = Event::done("declineOwnership", at, None).to(Type::OwnershipTransfer.id(id));
    audit::record(&request.work(tx), act.changing(described(&row), json!({ "state": "DECLINED" }))).await?;
    if let Some(by) = users::store::find(tx, row.offered_by_id).await? {
        let letter = letters::declined(by.locale.into(), &organisation.name, &row.email);
        let to = Recipient { user: Some(by.id), address: by.email, locale: by.locale.into() };
        mail::queue(tx, random, now, [(to, letter)]).await?;
    }
    Ok(Ok(()))
}

/// Makes the user an OWNER who lasts: a new member, or a member with one more role.
async fn make_owner(
    tx: &DatabaseTransaction,
    random: &Random,
    request: &Request,
    (at, user): (Uuid, Uuid),
) -> Result<()> {
    let (now, owner) = (request.now(), vec![RoleRef::Builtin(BuiltinRole::Owner)]);
    if let Some(member) = members::load_of(tx, at, user).await? {
        if !is_owner(&member) {
            members::add_roles(tx, random, (at, member.id), &owner, now).await?;
        }
        members::set_end(tx, member.id, None, None, None).await?;
        return Ok(());
    }
    let id = random.id(now);
    let new =
        NewMember { id, organisation_id: at, user_id: user, partnership_id: None, expires_at: None, roles: owner };
    members::add(tx, random, &new, now).await?;
    Ok(())
}

/// The old owner leaves, or stays as ADMIN.
async fn step_down(
    tx: &DatabaseTransaction,
    random: &Random,
    request: &Request,
    old: &Member,
    leaves: bool,
) -> Result<()> {
    // Who only kept the place has none once its owner has come.
    if leaves || old.custody_reseller_id.is_some() {
        members::remove(tx, old.id).await?;
        return custody::pass_on_at(tx, random, request.now(), old.organisation_id).await;
    }
    let kept = old.roles.iter().map(|held| held.role.clone());
    let mut roles: Vec<RoleRef> = kept.filter(|role| role.builtin() != Some(BuiltinRole::Owner)).collect();
    if !includes(&old.roles, BuiltinRole::Admin) {
        roles.push(RoleRef::Builtin(BuiltinRole::Admin));
    }
    members::replace_roles(tx, random, (old.organisation_id, old.id), &roles, request.now()).await?;
    Ok(())
}
