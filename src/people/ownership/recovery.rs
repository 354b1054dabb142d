//! The operator hands on an organisation whose owner is gone.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::TimeDelta;
use entity::ownership_transfer::{Kind, Model, State};
use macros::guarded;
use serde_json::Value as Json;

use super::mutation::{described, lacks_ownership, make, recipient};
use super::object::OwnershipTransfer;
use super::{letters, rules, store};
use crate::access::{Actor, Permission, directive, told};
use crate::base::config::Config;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::{Random, hash};
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::mail;
use crate::organisation;
use crate::oversight::audit::{self, Event};
use crate::people::membership;
use crate::people::session;
use crate::people::user::{self as users, Address};

/// The organisation to hand on.
#[derive(InputObject)]
pub struct RecoverOwnershipInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// The address of who is to become an owner.
    pub email: String,
    /// Why. The owners and admins read it. 1 to 1000 characters, one paragraph.
    pub reason: String,
}

/// The transfer that was started.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RecoverOwnershipPayload {
    /// The transfer; null if it was not started.
    pub transfer: Option<OwnershipTransfer>,
    /// Why it was not started.
    pub user_errors: Vec<UserError>,
}

/// The mutation of the operator that hands an organisation on.
#[derive(Default)]
pub struct OwnershipRecoveryMutation;

#[guarded]
#[Object]
impl OwnershipRecoveryMutation {
    /// For staff of the operator: lets somebody become an owner of an organisation whose owner is gone, beside those who
    /// are there. It can be accepted after a waiting time; all owners and admins are told at once, and any owner can
    /// withdraw it. Confirm first that it is you.
    #[acts(OWNERSHIP_TRANSFER)]
    async fn recover_ownership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation to hand on.")] input: RecoverOwnershipInput,
    ) -> Result<Option<RecoverOwnershipPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(RecoverOwnershipPayload { transfer: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        let seen = request.access.act(key, Permission::OwnershipTransfer).await?;
        let Actor::User(asker) = request.actor() else { return refused(UserError::for_people_only()) };
        if !request.access.is_for_operator(key, Permission::OwnershipTransfer) {
            return refused(for_staff_only());
        }
        if let Some(error) = session::unconfirmed(context)? {
            return refused(error);
        }
        if let Some(error) = lacks_ownership(&seen) {
            return refused(error);
        }
        let address = match Address::read("email", &input.email) {
            Ok(address) if address.as_str() == asker.email => {
                let message = "This is your own address. Nobody recovers an organisation for themselves.";
                return refused(UserError::at("email", UserErrorCode::InvalidInput, message));
            }
            Ok(address) => address,
            Err(error) => return refused(error),
        };
        let reason = match text::reason("reason", &input.reason) {
            Ok(reason) => reason,
            Err(error) => return refused(error),
        };
        let config = service::<Arc<Config>>(context)?;
        let random = service::<Random>(context)?;
        let (now, token) = (request.now(), random.secret());
        let opens_at = now + TimeDelta::days(config.organisations.recovery_days);
        let row = Model {
            id: random.id(now),
            organisation_id: key,
            kind: Kind::Recovery,
            state: State::Offered,
            email: address.as_str().to_owned(),
            token_hash: hash(&token),
            offered_by_id: asker.id,
            leaves: false,
            reason: Some(reason.clone()),
            accepted_user_id: None,
            opens_at,
            expires_at: opens_at + TimeDelta::days(config.organisations.transfer_days),
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
                if let Err(error) = rules::may_change_hands(at.state, Kind::Recovery) {
                    return Ok(Err(error));
                }
                if membership::store::load_of(tx, key, asker.id).await?.is_some() {
                    return Ok(Err(for_staff_only()));
                }
                if let Err(error) = make(tx, &row, receiver.as_ref()).await? {
                    return Ok(Err(error));
                }
                let act = Event::done("recoverOwnership", key, Some(Permission::OwnershipTransfer));
                let act = act.to(Type::OwnershipTransfer.id(row.id)).changing(Json::Null, described(&row));
                audit::record(&request.work(tx), act).await?;
                let staff = users::store::find(tx, asker.id).await?.ok_or(Error::NotFound)?;
                let to = recipient(&row, receiver.as_ref(), staff.locale.into());
                let url = config.link("ownership", &token);
                let days = (row.opens_at, row.expires_at);
                let letter = letters::recovery_offered(to.locale, &at.name, days, &url);
                let leaders = membership::store::owners_and_admins(tx, key).await?;
                let told =
                    leaders.iter().filter(|member| member.expires_at.is_none_or(|end| now < end)).map(|member| {
                        let to = membership::recipient(member);
                        let letter = letters::recovery_started(to.locale, &at.name, &row.email, &reason, row.opens_at);
                        (to, letter)
                    });
                mail::queue(tx, random, now, told.chain([(to, letter)])).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = made {
            return refused(error);
        }
        let transfer = store::find(request, row.id).await?;
        Ok(Some(RecoverOwnershipPayload { transfer, user_errors: Vec::new() }))
    }
}

fn for_staff_only() -> UserError {
    let message =
        "Only staff of the operator can do this, where they are no members themselves. Owners use offerOwnership.";
    UserError::at("organisationId", UserErrorCode::ForStaffOnly, message)
}
