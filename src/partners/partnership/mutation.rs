//! What both sides do with a partnership that there is: the client changes what it lets through and for how long, and either
//! ends it.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::partnership::{EndedBy, State};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::ending::{self, end};
use super::object::Partnership;
use super::parties::{Parties, PartnershipSide, record};
use super::reminder::reminded;
use super::rules::{PartnershipState, judge};
use super::terms::{self, DelegationInput, Terms};
use super::{given, letters, store};
use crate::access::{Permission, directive, told};
use crate::base::config::Config;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::oversight::audit::Event;
use crate::partners::proposal;
use crate::people::membership::mail_admins;

use std::sync::Arc;

/// The change of a partnership. What is left out stays.
#[derive(InputObject)]
pub struct UpdatePartnershipInput {
    /// The partnership.
    pub partnership_id: ID,
    /// What is let through from now on, in place of all that was.
    pub delegation: Option<DelegationInput>,
    /// When the partnership ends by itself: a later end renews it, an earlier one shortens it, null is no end.
    pub ends_at: MaybeUndefined<DateTimeUtc>,
}

/// The partnership to end.
#[derive(InputObject)]
pub struct EndPartnershipInput {
    /// The partnership.
    pub partnership_id: ID,
}

/// The partnership as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UpdatePartnershipPayload {
    /// The partnership; null if it was not changed.
    pub partnership: Option<Partnership>,
    /// Why it was not changed.
    pub user_errors: Vec<UserError>,
}

/// The partnership as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct EndPartnershipPayload {
    /// The partnership; its `givenMemberships` are those that stay. Null if it was not ended.
    pub partnership: Option<Partnership>,
    /// Why it was not ended.
    pub user_errors: Vec<UserError>,
}

/// Mutations of partnerships that there are.
#[derive(Default)]
pub struct PartnershipMutation;

#[guarded]
#[Object]
impl PartnershipMutation {
    /// Changes what the client lets through, or for how long: it narrows, widens, renews or shortens the partnership as it
    /// likes, and it holds from the partner's very next request on. You have to hold what you add, and all of it where you
    /// renew it or let people of resellers above through. Less can be let through in a suspended organisation too.
    #[acts(PARTNERSHIP_MANAGE at CLIENT)]
    async fn update_partnership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The change of a partnership.")] input: UpdatePartnershipInput,
    ) -> Result<Option<UpdatePartnershipPayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(UpdatePartnershipPayload { partnership: None, user_errors: told(context, error) }));
        let key = Type::Partnership.parse(&input.partnership_id)?;
        let found = store::find(request, key).await?.ok_or(Error::NotFound)?;
        found.client.require(Permission::PartnershipManage)?;
        let settings = service::<Arc<Config>>(context)?.partnerships;
        let (random, now) = (service::<Random>(context)?, request.now());
        let done = request
            .write(async |tx| {
                let client = found.client.row.id;
                let seen = organisation::store::lock_to_act(tx, &request.access, client, Permission::PartnershipManage)
                    .await?;
                let Some(row) = store::load(tx, key).await? else { return Err(Error::NotFound.into()) };
                let old = Terms::of(&row);
                let new = match wanted(&input, old, now, settings) {
                    Ok(new) => new,
                    Err(error) => return Ok(Err(error)),
                };
                if row.state == State::Ended {
                    let message = "The partnership was ended. Propose another: proposePartnership.";
                    return Ok(Err(UserError::at("partnershipId", UserErrorCode::StaleState, message)));
                }
                if let Some(error) = halted(&seen.row).filter(|_| new.give_more_than(old)) {
                    return Ok(Err(error));
                }
                if new == old {
                    return Ok(Ok(()));
                }
                let is_expired = judge(&row, now) == PartnershipState::Expired;
                // What lets nothing through any more, or is to let other people through or last longer, is given anew.
                let given = if is_expired || new.reach_further_than(old) { Terms::default() } else { old };
                let missing = new.beyond(given).without(seen.grants);
                if !missing.is_empty() {
                    return Ok(Err(UserError::not_held("delegation", missing)));
                }
                if is_expired {
                    // What has ended with it does not come back.
                    given::take_back(tx, request, random, &row, "updatePartnership").await?;
                }
                store::set_terms(tx, key, new, reminded(new.ends_at, now)).await?;
                proposal::store::withdraw_offers(tx, key, client, now).await?;
                let parties = Parties::of(&row);
                let act = Event::done("updatePartnership", client, None).to(Type::Partnership.id(key));
                let act = act.changing(old.described(), new.described());
                record(&request.work(tx), (parties, PartnershipSide::Client, key), act).await?;
                let names = (found.reseller.row.name.as_str(), seen.row.name.as_str());
                mail_admins(&request.work(tx), parties.reseller, |locale| letters::changed(locale, names)).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = done {
            return refused(error);
        }
        let partnership = store::find(request, key).await?;
        Ok(Some(UpdatePartnershipPayload { partnership, user_errors: Vec::new() }))
    }

    /// Ends a partnership, from either side and at once: nobody comes through from the very next request on, and those of
    /// the reseller's people who are members of the client through it are so no longer. Other members who came through it
    /// stay: `Partnership.givenMemberships` lists them. It works in a suspended organisation too.
    #[acts(PARTNERSHIP_MANAGE at CLIENT, CLIENT_UPDATE at RESELLER)]
    async fn end_partnership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The partnership to end.")] input: EndPartnershipInput,
    ) -> Result<Option<EndPartnershipPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(EndPartnershipPayload { partnership: None, user_errors: told(context, error) }));
        let key = Type::Partnership.parse(&input.partnership_id)?;
        let found = store::find(request, key).await?.ok_or(Error::NotFound)?;
        // Who manages both sides ends it as the client: what it lets through is its own.
        let is_client = found.client.grants.has(Permission::PartnershipManage);
        let (side, by) = if is_client || !found.reseller.grants.has(Permission::ClientRead) {
            (PartnershipSide::Client, EndedBy::Client)
        } else {
            (PartnershipSide::Reseller, EndedBy::Reseller)
        };
        let at = found.on(side).row.id;
        found.on(side).require(side.managing())?;
        let by = if request.access.is_for_operator(at, side.managing()) { EndedBy::Operator } else { by };
        let random = service::<Random>(context)?;
        let done = request
            .write(async |tx| {
                crate::access::lock(tx, found.client.row.id).await?;
                request.access.look_in(tx, at).await?.require(side.managing())?;
                let Some(row) = store::load(tx, key).await? else { return Err(Error::NotFound.into()) };
                if !end(tx, request, random, &row, by, "endPartnership").await? {
                    let message = "The partnership was ended already.";
                    return Ok(Err(UserError::at("partnershipId", UserErrorCode::StaleState, message)));
                }
                let (before, after) = ending::described(&row);
                let act = Event::done("endPartnership", row.client_id, None).to(Type::Partnership.id(key));
                record(&request.work(tx), (Parties::of(&row), side, key), act.changing(before, after)).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = done {
            return refused(error);
        }
        let partnership = store::find(request, key).await?;
        Ok(Some(EndPartnershipPayload { partnership, user_errors: Vec::new() }))
    }
}

/// The terms that the input asks for.
fn wanted(
    input: &UpdatePartnershipInput,
    old: Terms,
    now: DateTimeUtc,
    settings: crate::base::config::Partnerships,
) -> Result<Terms, UserError> {
    let mut new = match &input.delegation {
        Some(delegation) => old.with(delegation, "delegation")?,
        None => old,
    };
    match input.ends_at {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => new.ends_at = terms::end(None, now, settings)?,
        MaybeUndefined::Value(end) => new.ends_at = terms::end(Some(end), now, settings)?,
    }
    Ok(new)
}
