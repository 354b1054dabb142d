//! Accepting an organisation that was offered: it changes hands in one transaction.

use async_graphql::{ID, OneofObject};
use entity::organisation::Kind as OrganisationKind;
use entity::ownership_transfer::{Kind, Model, State};
use macros::{mutation, payload};
use serde_json::json;
use uuid::Uuid;

use super::answer::{Answer, Named};
use super::{letters, rules, store};
use crate::access::{BuiltinRole, HeldRole, RoleRef, Subject};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{Act, Find};
use crate::graphql::request::{Committed, Work};
use crate::mail;
use crate::organisation::Organisation;
use crate::oversight::audit;
use crate::partners::{custody, partnership};
use crate::people::membership::rules::{is_owner, is_standing, is_working};
use crate::people::membership::store::{self as members, Member, NewMember};
use crate::people::role::rules::includes;
use crate::people::{membership, user as users};

/// The transfer to accept, named in one of two ways.
#[derive(OneofObject)]
pub enum AcceptOwnershipInput {
    /// The secret in the link of the mail. It proves the address too.
    Token(String),
    /// Id of the transfer, from `viewer.ownershipOffers`.
    TransferId(ID),
}

/// The organisation that you own now.
#[payload]
pub struct AcceptOwnershipPayload {
    /// The organisation; null if it has not changed hands.
    pub organisation: Option<Organisation>,
}

/// Makes you an OWNER of the organisation that was offered to your address. The owner who offered it stays as ADMIN or
/// leaves, at the same moment. Sign in, or sign up, with the address that the offer went to.
#[mutation]
#[authenticated]
async fn accept_ownership(act: Act<'_>, input: AcceptOwnershipInput) -> Result<AcceptOwnershipPayload> {
    let request = act.request;
    let named = match input {
        AcceptOwnershipInput::Token(token) => Named::Token(token),
        AcceptOwnershipInput::TransferId(id) => Named::Id(id),
    };
    let answer = Answer::find(request, named).await?;
    request.transaction(async |work| hand_over(work, &act, &answer).await).await?.into_result()?;
    let organisation = Organisation::find(request, answer.row.organisation_id).await?;
    Ok(AcceptOwnershipPayload { organisation, ..Default::default() })
}

/// Makes the person an OWNER, and the old owner an ADMIN or no member. A recovery ends if the member of staff who
/// started it may no longer do so. The answer is refused then, but the end is committed.
async fn hand_over(work: &Work<'_>, act: &Act<'_>, answer: &Answer<'_>) -> Result<Committed<()>> {
    let &Work { tx, request: _, random, now } = work;
    let organisation = crate::access::lock(tx, answer.row.organisation_id).await?;
    let (row, user) = answer.load(work).await?;
    rules::require_pending(&row, now)?;
    rules::require_open(&row, now)?;
    rules::may_change_hands(organisation.state, row.kind)?;
    let admins = members::list_owners_and_admins(tx, organisation.id).await?;
    if user.email_verified_at.is_none() {
        // Somebody else may have created the account, and could then use its password to own the organisation.
        let message = [
            "Verify your address first: resendVerification mails you a link.",
            "Bestätigen Sie zuerst Ihre Adresse: resendVerification schickt Ihnen einen Link.",
            "Bekräfta först din adress: resendVerification mejlar en länk till dig.",
        ];
        return Err(UserError::general(UserErrorCode::AddressNotVerified, message).into());
    }
    let event = act.event_at(organisation.id).to(Type::OwnershipTransfer.id(row.id));
    let old = match row.kind {
        Kind::Recovery if !may_still_recover(work, &row, organisation.kind).await? => {
            store::answer(tx, row.id, State::Void, None, now).await?;
            let event = event.changing(rules::audit_snapshot(&row), json!({ "state": "ENDED" }));
            audit::record(work, event).await?;
            let message = [
                "The member of staff who started this recovery may no longer do so. Ask the operator to start another.",
                "Die Person beim Betreiber, die diese Wiederherstellung begonnen hat, darf das nicht mehr. Bitten Sie \
                 den Betreiber, eine neue zu beginnen.",
                "Den anställda som startade återställningen får inte längre göra det. Be operatören starta en ny.",
            ];
            return Ok(Committed::Refused(UserError::general(UserErrorCode::StaleState, message)));
        }
        Kind::Recovery => None,
        Kind::Offer => {
            let old = admins.iter().find(|member| member.user_id == row.offered_by_id);
            let is_lasting = |old: &Member| is_owner(old) && old.partnership_id.is_none() && is_standing(old, now);
            let old = old.filter(|old| is_lasting(old) && old.user_id != user.id);
            Some(old.ok_or_else(rules::no_longer_an_owner)?)
        }
    };
    if !store::answer(tx, row.id, State::Accepted, Some(user.id), now).await? {
        let message = [
            "This transfer is no longer pending.",
            "Diese Übergabe ist nicht mehr offen.",
            "Överlåtelsen väntar inte längre på svar.",
        ];
        return Err(UserError::general(UserErrorCode::StaleState, message).into());
    }
    make_owner(work, organisation.id, user.id).await?;
    if let Some(old) = old {
        step_down(work, old, row.leaves, &event.action).await?;
    }
    custody::end_at(work, organisation.id, user.id).await?;
    let owner = json!({ "state": "ACCEPTED", "owner": Type::User.id(user.id).0, "name": user.name });
    audit::record(work, event.changing(rules::audit_snapshot(&row), owner)).await?;
    let others = admins.iter().filter(|member| {
        // An offer concerns the owners; what the operator does concerns the admins too.
        member.user_id != user.id && is_working(member, now) && (row.kind == Kind::Recovery || is_owner(member))
    });
    let letters = others.map(|member| {
        (membership::recipient(member), letters::accepted(member.locale, &organisation.name, &user.name))
    });
    mail::queue(tx, random, now, letters).await?;
    Ok(Committed::Done(()))
}

/// Whether the member of the operator's staff who started a recovery still works there and still holds what the
/// recovery gives.
async fn may_still_recover(work: &Work<'_>, row: &Model, kind: OrganisationKind) -> Result<bool> {
    if users::store::hold(work.tx, row.offered_by_id).await?.is_none() {
        return Ok(false);
    }
    let subject = Subject::User(row.offered_by_id);
    let held = work.request.access.grants_in(work.tx, subject, row.organisation_id).await?;
    Ok(HeldRole::builtin(BuiltinRole::Owner, kind).sets.without(held).is_empty())
}

/// Makes the user an OWNER without an end: a new member, or a member with one more role.
async fn make_owner(work: &Work<'_>, organisation_id: Uuid, user_id: Uuid) -> Result<()> {
    let &Work { tx, random, now, .. } = work;
    let roles = vec![RoleRef::Builtin(BuiltinRole::Owner)];
    if let Some(member) = members::find_of_user(tx, organisation_id, user_id).await? {
        if !is_owner(&member) {
            members::add_roles(tx, random, (organisation_id, member.id), &roles, now).await?;
        }
        return Ok(members::set_end(tx, member.id, None, None, None).await?);
    }
    let id = random.id(now);
    let new = NewMember { id, organisation_id, user_id, partnership_id: None, expires_at: None, roles };
    members::add(tx, random, &new, now).await?;
    Ok(())
}

/// Makes the old owner leave or stay as ADMIN.
async fn step_down(work: &Work<'_>, old: &Member, leaves: bool, action: &str) -> Result<()> {
    let &Work { tx, random, now, .. } = work;
    // A member who only held ownership in custody always leaves.
    if leaves || old.custody_reseller_id.is_some() {
        members::remove(tx, old.id).await?;
        partnership::memberships::end_of_user(work, old.organisation_id, old.user_id, action).await?;
        return custody::pass_on_at(tx, random, now, old.organisation_id).await;
    }
    let kept = old.roles.iter().map(|held| held.role.clone());
    let mut roles: Vec<RoleRef> = kept.filter(|role| role.builtin() != Some(BuiltinRole::Owner)).collect();
    if !includes(&old.roles, BuiltinRole::Admin) {
        roles.push(RoleRef::Builtin(BuiltinRole::Admin));
    }
    members::replace_roles(tx, random, (old.organisation_id, old.id), &roles, now).await?;
    Ok(())
}
