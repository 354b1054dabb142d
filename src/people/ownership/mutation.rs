//! Offering an organisation, and taking the offer back.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::TimeDelta;
use entity::ownership_transfer::{Kind, Model, State};
use macros::guarded;
use sea_orm::DatabaseTransaction;
use serde_json::{Value as Json, json};

use super::object::OwnershipTransfer;
use super::{letters, rules, store};
use crate::access::{BuiltinRole, Decision, HeldRole, Permission, directive, told};
use crate::base::config::Config;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::{Random, hash};
use crate::graphql::request::{Request, service};
use crate::mail::{self, Recipient};
use crate::organisation;
use crate::oversight::audit::{self, Event};
use crate::people::membership;
use crate::people::membership::rules::{is_working, is_working_owner};
use crate::people::session;
use crate::people::user::{self as users, Address};

/// The organisation to offer.
#[derive(InputObject)]
pub struct OfferOwnershipInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// The address of who is to own it: a member or not, with an account or without.
    pub email: String,
    /// Whether you leave the organisation when it is accepted; else you stay as ADMIN.
    #[graphql(default)]
    pub leave: bool,
}

/// The transfer to withdraw.
#[derive(InputObject)]
pub struct WithdrawOwnershipInput {
    /// Id of the transfer.
    pub transfer_id: ID,
}

/// The transfer that was made.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct OfferOwnershipPayload {
    /// The transfer; null if it was not made.
    pub transfer: Option<OwnershipTransfer>,
    /// Why it was not made.
    pub user_errors: Vec<UserError>,
}

/// The transfer as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct WithdrawOwnershipPayload {
    /// The transfer; null if it was not withdrawn, and for who may not see it.
    pub transfer: Option<OwnershipTransfer>,
    /// Why it was not withdrawn.
    pub user_errors: Vec<UserError>,
}

/// Mutations of those who hand an organisation on.
#[derive(Default)]
pub struct OwnershipMutation;

#[guarded]
#[Object]
impl OwnershipMutation {
    /// Offers the organisation to somebody, who gets a mail with a link. You have to be an OWNER yourself. Nothing changes
    /// until it is accepted; then you stay as ADMIN, or leave. There is one open transfer at a time. Confirm first that it
    /// is you.
    #[acts(OWNERSHIP_TRANSFER)]
    async fn offer_ownership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation to offer.")] input: OfferOwnershipInput,
    ) -> Result<Option<OfferOwnershipPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(OfferOwnershipPayload { transfer: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        let seen = request.access.act(key, Permission::OwnershipTransfer).await?;
        let Some(asker) = request.actor().user_id() else { return refused(UserError::for_people_only()) };
        if let Some(error) = session::unconfirmed(context)? {
            return refused(error);
        }
        if let Some(error) = session::unproved(request).or_else(|| lacks_ownership(&seen)) {
            return refused(error);
        }
        let address = match Address::read("email", &input.email) {
            Ok(address) => address,
            Err(error) => return refused(error),
        };
        let config = service::<Arc<Config>>(context)?;
        let random = service::<Random>(context)?;
        let (now, token) = (request.now(), random.secret());
        let row = Model {
            id: random.id(now),
            organisation_id: key,
            kind: Kind::Offer,
            state: State::Offered,
            email: address.as_str().to_owned(),
            token_hash: hash(&token),
            offered_by_id: asker,
            leaves: input.leave,
            reason: None,
            accepted_user_id: None,
            opens_at: now,
            expires_at: now + TimeDelta::days(config.organisations.transfer_days),
            answered_at: None,
            created_at: now,
        };
        let receiver = users::store::find_by_address(request.db().reader(), address.as_str()).await?;
        let made = request
            .write(async |tx| {
                let seen =
                    organisation::store::lock_to_act(tx, &request.access, key, Permission::OwnershipTransfer).await?;
                let at = &seen.row;
                if let Some(error) = lacks_ownership(&seen) {
                    return Ok(Err(error));
                }
                if let Err(error) = rules::may_change_hands(at.state, Kind::Offer) {
                    return Ok(Err(error));
                }
                let own = membership::store::load_of(tx, key, asker).await?;
                let Some(own) = own.filter(|own| is_working_owner(own, now)) else { return Ok(Err(not_an_owner())) };
                if let Err(error) = make(tx, &row, receiver.as_ref()).await? {
                    return Ok(Err(error));
                }
                let act = Event::done("offerOwnership", key, Some(Permission::OwnershipTransfer));
                let act = act.to(Type::OwnershipTransfer.id(row.id)).changing(Json::Null, described(&row));
                audit::record(&request.work(tx), act).await?;
                let to = recipient(&row, receiver.as_ref(), own.locale);
                let url = config.link("ownership", &token);
                let letter = letters::offered(to.locale, &own.name, &at.name, row.expires_at, &url);
                mail::queue(tx, random, now, [(to, letter)]).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = made {
            return refused(error);
        }
        let transfer = store::find(request, row.id).await?;
        Ok(Some(OfferOwnershipPayload { transfer, user_errors: Vec::new() }))
    }

    /// Takes a transfer back that waits for an answer, one that the operator has started as well. Its link dies at once.
    /// Owners can do it in a suspended organisation too.
    #[acts(OWNERSHIP_TRANSFER)]
    async fn withdraw_ownership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The transfer to withdraw.")] input: WithdrawOwnershipInput,
    ) -> Result<Option<WithdrawOwnershipPayload>> {
        let request = Request::of(context)?;
        let key = Type::OwnershipTransfer.parse(&input.transfer_id)?;
        let row = store::find_by_id(request.db(), key).await?.ok_or(Error::NotFound)?;
        let seen = request.access.look(row.organisation_id).await?.ok_or(Error::NotFound)?;
        let may = |permission| seen.unmasked(request.now()).has(permission);
        if !may(Permission::OwnershipTransfer) {
            // Who cannot see transfers cannot tell this one from none.
            let error = seen.require(Permission::OwnershipTransfer).err().unwrap_or(Error::NotFound);
            return Err(if seen.grants.has(Permission::MemberRead) { error } else { Error::NotFound });
        }
        let random = service::<Random>(context)?;
        let now = request.now();
        let withdrawn = request
            .write(async |tx| {
                crate::access::lock(tx, row.organisation_id).await?;
                let seen = request.access.look_in(tx, row.organisation_id).await?;
                if !seen.unmasked(now).has(Permission::OwnershipTransfer) {
                    seen.require(Permission::OwnershipTransfer)?;
                }
                let Some(row) = store::load(tx, key).await? else { return Err(Error::NotFound.into()) };
                if let Err(error) = rules::waits(&row, now) {
                    return Ok(Err(error));
                }
                store::answer(tx, key, State::Withdrawn, None, now).await?;
                let act = Event::done("withdrawOwnership", row.organisation_id, Some(Permission::OwnershipTransfer));
                let act = act.to(input.transfer_id.clone()).changing(described(&row), json!({ "state": "WITHDRAWN" }));
                audit::record(&request.work(tx), act).await?;
                Ok(Ok(()))
            })
            .await?;
        Ok(Some(match withdrawn {
            Ok(()) => {
                let transfer = store::find(request, key).await?;
                WithdrawOwnershipPayload { transfer, user_errors: Vec::new() }
            }
            Err(error) => WithdrawOwnershipPayload { transfer: None, user_errors: told(context, error) },
        }))
    }
}

/// Writes a transfer, unless it would be one too many or go to somebody who is an owner already. The organisation is
/// locked.
pub(super) async fn make(
    tx: &DatabaseTransaction,
    row: &Model,
    receiver: Option<&entity::user::Model>,
) -> Result<Result<(), UserError>> {
    if let Some(receiver) = receiver
        && let Some(member) = membership::store::load_of(tx, row.organisation_id, receiver.id).await?
        && membership::rules::is_owner(&member)
        && is_working(&member, row.created_at)
    {
        let message = "This is the address of an owner already.";
        return Ok(Err(UserError::at("email", UserErrorCode::AlreadyMember, message)));
    }
    if store::made_since(tx, row.offered_by_id, row.created_at - TimeDelta::days(1)).await? >= rules::A_DAY {
        let message = format!("You have made {} transfers in a day. Wait before you make another.", rules::A_DAY);
        return Ok(Err(UserError::general(UserErrorCode::TooMany, message)));
    }
    if !store::make(tx, row.clone()).await? {
        let message = "There is an open transfer already. Withdraw it first.";
        return Ok(Err(UserError::at("organisationId", UserErrorCode::Duplicate, message)));
    }
    Ok(Ok(()))
}

/// Where the letter with the link goes: in the language of the receiver, if that one has an account.
pub(super) fn recipient(
    row: &Model,
    receiver: Option<&entity::user::Model>,
    otherwise: crate::base::locale::Locale,
) -> Recipient {
    let locale = receiver.map_or(otherwise, |user| user.locale.into());
    Recipient { user: receiver.map(|user| user.id), address: row.email.clone(), locale }
}

/// Why somebody cannot hand on what an OWNER holds: they do not hold all of it.
pub(super) fn lacks_ownership(seen: &Decision) -> Option<UserError> {
    let missing = HeldRole::builtin(BuiltinRole::Owner, seen.row.kind).sets.without(seen.grants);
    (!missing.is_empty()).then(|| UserError::not_held("organisationId", missing))
}

/// As the audit log keeps it.
pub(super) fn described(row: &Model) -> Json {
    json!({ "leaves": row.leaves, "reason": row.reason, "state": "OFFERED" })
}

fn not_an_owner() -> UserError {
    let message = "Only an OWNER of the organisation can offer it.";
    UserError::at("organisationId", UserErrorCode::NotAnOwner, message)
}
