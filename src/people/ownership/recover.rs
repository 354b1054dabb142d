//! Recovering an organisation whose owner is gone, by the operator.

use async_graphql::{ID, InputObject};
use chrono::TimeDelta;
use entity::ownership_transfer::{Kind, Model, State};
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::OwnershipTransfer;
use super::offering::{make, recipient};
use super::{letters, rules};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::hash;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::mail;
use crate::organisation::Organisation;
use crate::oversight::audit;
use crate::people::user::{self as users, Address};
use crate::people::{membership, outreach, session};

/// The organisation to recover.
#[derive(InputObject)]
pub struct RecoverOwnershipInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// The address of the future owner.
    pub email: String,
    /// Why, in words for the owners and admins: 1 to 1000 characters, one paragraph.
    pub reason: String,
}

/// The new transfer.
#[payload]
pub struct RecoverOwnershipPayload {
    /// The transfer; null if it was not started.
    pub transfer: Option<OwnershipTransfer>,
}

/// For staff of the operator: makes somebody an owner of an organisation whose owner is gone, beside the present owners.
/// The person can accept after a waiting time. All owners and admins get a mail at once, and any owner can withdraw the
/// transfer. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(OWNERSHIP_TRANSFER, on = input.organisation_id)]
async fn recover_ownership(
    act: ActOn<'_, Organisation>,
    input: RecoverOwnershipInput,
) -> Result<RecoverOwnershipPayload> {
    let request = act.request;
    let asker = request.require_person()?;
    if !request.access.is_for_operator(act.organisation(), act.permission()) {
        return Err(for_staff_only().into());
    }
    session::require_confirmed(request)?;
    let decision = act.object.as_ref();
    rules::require_ownership(decision.card().kind, decision.grants)?;
    let address = Address::read("email", &input.email)?;
    if address.mailbox() == users::mailbox(&asker.email) {
        let message = [
            "This is your own address. You cannot recover an organisation for yourself.",
            "Das ist Ihre eigene Adresse. Für sich selbst können Sie keine Organisation wiederherstellen.",
            "Det är din egen adress. Du kan inte återställa en organisation åt dig själv.",
        ];
        return Err(UserError::at("email", UserErrorCode::InvalidInput, message).into());
    }
    let reason = text::reason("reason", &input.reason)?;
    let (now, token, settings) = (request.now(), request.random.secret(), &request.config.organisations);
    let opens_at = now + TimeDelta::days(settings.recovery_days);
    let row = Model {
        id: request.random.id(now),
        organisation_id: act.organisation(),
        kind: Kind::Recovery,
        state: State::Offered,
        email: address.as_str().to_owned(),
        mailbox: address.mailbox().to_owned(),
        token_hash: hash(&token),
        offered_by_id: asker.id,
        leaves: false,
        reason: Some(reason.clone()),
        accepted_user_id: None,
        opens_at,
        expires_at: opens_at + TimeDelta::days(settings.transfer_days),
        answered_at: None,
        created_at: now,
    };
    let receiver = users::store::find_by_address(request.db().reader(), address.as_str()).await?;
    act.locked(async |work, at| {
        let (tx, organisation) = (work.tx, at.row());
        rules::require_ownership(organisation.kind, at.grants)?;
        rules::may_change_hands(organisation.state, Kind::Recovery)?;
        if membership::store::find_of_user(tx, organisation.id, asker.id).await?.is_some() {
            return Err(for_staff_only().into());
        }
        make(tx, &row, receiver.as_ref()).await?;
        let event = act.event().to(Type::OwnershipTransfer.id(row.id));
        audit::record(work, event.changing(Json::Null, rules::audit_snapshot(&row))).await?;
        let staff = users::store::find(tx, asker.id).await?.ok_or(Error::NotFound)?;
        let to = recipient(&row, receiver.as_ref(), staff.locale.into());
        let url = request.config.link("ownership", &token);
        let letter = letters::recovery_offered(to.locale, &organisation.name, (row.opens_at, row.expires_at), &url);
        let admins = membership::store::list_owners_and_admins(tx, organisation.id).await?;
        let lasting = admins.iter().filter(|member| member.expires_at.is_none_or(|end| now < end));
        let to_admins = lasting.map(|member| {
            let (name, locale) = (&organisation.name, member.locale);
            let letter = letters::recovery_started(locale, name, &row.email, &reason, row.opens_at);
            (membership::recipient(member), letter)
        });
        outreach::spend(work, 1).await?;
        Ok(mail::queue(tx, work.random, now, to_admins.chain([(to, letter)])).await?)
    })
    .await?;
    let transfer = OwnershipTransfer::find(request, row.id).await?;
    Ok(RecoverOwnershipPayload { transfer, ..Default::default() })
}

fn for_staff_only() -> UserError {
    let message = [
        "Only staff of the operator can do this, and only where they are not members. Owners use offerOwnership.",
        "Das können nur Personen des Betreibers, und nur dort, wo sie nicht Mitglied sind. Inhaber nehmen \
         offerOwnership.",
        "Bara operatörens personal kan göra det här, och bara där de inte är medlemmar. Ägare använder offerOwnership.",
    ];
    UserError::at("organisationId", UserErrorCode::ForStaffOnly, message)
}
