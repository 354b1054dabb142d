//! Closing an organisation, and reopening it while there is time.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::TimeDelta;
use entity::organisation::{Kind, State};
use entity::organisation_halt::Model as Halt;
use macros::guarded;
use sea_orm::ActiveEnum;
use sea_orm::prelude::DateTimeUtc;
use serde_json::json;

use super::object::Organisation;
use super::suspension::{operator_stays, stale};
use super::{letters, store};
use crate::access::{Actor, Permission, Seen, directive, told};
use crate::base::config::Config;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::oversight::audit::{self, Act};
use crate::people::membership::tell_leaders;
use crate::people::session;

/// So many clients are named where they keep an organisation open.
const NAMED: usize = 5;

/// The organisation to close.
#[derive(InputObject)]
pub struct CloseOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
}

/// The organisation to reopen.
#[derive(InputObject)]
pub struct ReopenOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
}

/// The organisation as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct CloseOrganisationPayload {
    /// The organisation; null if it was not closed.
    pub organisation: Option<Organisation>,
    /// Why it was not.
    pub user_errors: Vec<UserError>,
}

/// The organisation as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ReopenOrganisationPayload {
    /// The organisation; null if it stays closed.
    pub organisation: Option<Organisation>,
    /// Why it does.
    pub user_errors: Vec<UserError>,
}

/// Mutations that close an organisation and reopen it.
#[derive(Default)]
pub struct ClosingMutation;

#[guarded]
#[Object]
impl ClosingMutation {
    /// Closes an organisation: nobody works there any more, and its keys do nothing; invoices and the log can still be read.
    /// Its owners and admins are told, and whoever could close it can reopen it for some time. A reseller ends the
    /// partnerships with its clients first. Confirm first that it is you.
    #[acts(ORGANISATION_CLOSE)]
    async fn close_organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation to close.")] input: CloseOrganisationInput,
    ) -> Result<Option<CloseOrganisationPayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(CloseOrganisationPayload { organisation: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        let seen = request.access.look(key).await?.ok_or(Error::NotFound)?;
        if let Err(error) = may_close(&seen, request.now())? {
            return refused(error);
        }
        if let Some(error) = session::unconfirmed(context)? {
            return refused(error);
        }
        let Actor::User(asker) = request.actor() else { return refused(UserError::for_people_only()) };
        let until = request.now() + TimeDelta::days(service::<Arc<Config>>(context)?.organisations.reopen_days);
        let random = service::<Random>(context)?;
        let done = request
            .write(async |tx| {
                let at = store::lock(tx, key).await?;
                if let Err(error) = may_close(&request.access.look_in(tx, key).await?, request.now())? {
                    return Ok(Err(error));
                }
                if at.kind == Kind::Operator {
                    return Ok(Err(operator_stays()));
                }
                let clients = store::clients_of(tx, key, request.now(), NAMED as u64 + 1).await?;
                if !clients.is_empty() {
                    return Ok(Err(has_clients(&clients)));
                }
                let halt = Halt { closed_at: Some(request.now()), ..store::load_halt(tx, key).await? };
                store::set_state(tx, State::Closed, halt).await?;
                let act = Act::done("closeOrganisation", key, Some(Permission::OrganisationClose));
                let act = act.to(input.organisation_id.clone());
                let act = act.changing(json!({ "state": at.state.to_value() }), json!({ "state": "CLOSED" }));
                audit::record(tx, request, random, act).await?;
                tell_leaders(tx, random, request.now(), at.id, |locale| {
                    letters::closed(locale, &at.name, &asker.name, until)
                })
                .await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = done {
            return refused(error);
        }
        let organisation = store::find(&request.access, key).await?;
        Ok(Some(CloseOrganisationPayload { organisation, user_errors: Vec::new() }))
    }

    /// Reopens a closed organisation, while there is time: for whoever could close it, and for the operator. Everything is
    /// as it was; if it was suspended, it is suspended again. Confirm first that it is you.
    #[acts(ORGANISATION_CLOSE)]
    async fn reopen_organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation to reopen.")] input: ReopenOrganisationInput,
    ) -> Result<Option<ReopenOrganisationPayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(ReopenOrganisationPayload { organisation: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        let seen = request.access.look(key).await?.ok_or(Error::NotFound)?;
        may_reopen(&seen, request.now())?;
        if let Some(error) = session::unconfirmed(context)? {
            return refused(error);
        }
        let Actor::User(asker) = request.actor() else { return refused(UserError::for_people_only()) };
        let days = TimeDelta::days(service::<Arc<Config>>(context)?.organisations.reopen_days);
        let random = service::<Random>(context)?;
        let done = request
            .write(async |tx| {
                let at = store::lock(tx, key).await?;
                may_reopen(&request.access.look_in(tx, key).await?, request.now())?;
                if at.state != State::Closed {
                    return Ok(Err(stale("It is not closed.")));
                }
                let halt = store::load_halt(tx, key).await?;
                if halt.closed_at.is_none_or(|closed| request.now() >= closed + days) {
                    let message = format!("It could be reopened for {} days after it was closed.", days.num_days());
                    return Ok(Err(UserError::at("organisationId", UserErrorCode::TooLate, message)));
                }
                let state = if halt.suspended_at.is_some() { State::Suspended } else { State::Active };
                store::set_state(tx, state, Halt { closed_at: None, ..halt }).await?;
                let act = Act::done("reopenOrganisation", key, Some(Permission::OrganisationClose));
                let act = act.to(input.organisation_id.clone());
                let act = act.changing(json!({ "state": "CLOSED" }), json!({ "state": state.to_value() }));
                audit::record(tx, request, random, act).await?;
                tell_leaders(tx, random, request.now(), at.id, |locale| {
                    letters::reopened(locale, &at.name, &asker.name)
                })
                .await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = done {
            return refused(error);
        }
        let organisation = store::find(&request.access, key).await?;
        Ok(Some(ReopenOrganisationPayload { organisation, user_errors: Vec::new() }))
    }
}

/// Refuses who may not close it; who could have, is told that it is closed.
fn may_close(seen: &Seen, now: DateTimeUtc) -> Result<std::result::Result<(), UserError>> {
    if seen.row.state == State::Closed && seen.unmasked(now).has(Permission::OrganisationClose) {
        return Ok(Err(stale("It is closed already.")));
    }
    seen.require(Permission::OrganisationClose)?;
    Ok(Ok(()))
}

/// Refuses who could not have closed it: what closing has masked is what counts here.
fn may_reopen(seen: &Seen, now: DateTimeUtc) -> Result<()> {
    if seen.unmasked(now).has(Permission::OrganisationClose) {
        return Ok(());
    }
    seen.require(Permission::OrganisationClose)
}

fn has_clients(names: &[String]) -> UserError {
    let more = if names.len() > NAMED { " and others" } else { "" };
    let message =
        format!("It has clients: {}{more}. End these partnerships first.", names[..names.len().min(NAMED)].join(", "));
    UserError::at("organisationId", UserErrorCode::InUse, message)
}
