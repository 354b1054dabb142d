//! The operator stops an organisation, and lets it go on.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::organisation::{Kind, State};
use entity::organisation_halt::Model as Halt;
use macros::guarded;
use serde_json::json;

use super::object::Organisation;
use super::{letters, store};
use crate::access::{Permission, directive, told};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::oversight::audit::{self, Act};
use crate::people::membership::tell_leaders;

/// The organisation to suspend.
#[derive(InputObject)]
pub struct SuspendOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Why. Its people read it. 1 to 1000 characters, one paragraph.
    pub reason: String,
}

/// The organisation to let go on.
#[derive(InputObject)]
pub struct ResumeOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
}

/// The organisation as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SuspendOrganisationPayload {
    /// The organisation; null if it was not suspended.
    pub organisation: Option<Organisation>,
    /// Why it was not.
    pub user_errors: Vec<UserError>,
}

/// The organisation as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ResumeOrganisationPayload {
    /// The organisation; null if it goes on as before.
    pub organisation: Option<Organisation>,
    /// Why it does.
    pub user_errors: Vec<UserError>,
}

/// Mutations of the operator that stop an organisation and let it go on.
#[derive(Default)]
pub struct SuspensionMutation;

#[guarded]
#[Object]
impl SuspensionMutation {
    /// Suspends an organisation: its people and its partners read, pay and take away, and nothing else, from their very
    /// next requests. Its owners and admins are told. Keys and sessions stay.
    #[acts(ORGANISATION_SUSPEND)]
    async fn suspend_organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation to suspend.")] input: SuspendOrganisationInput,
    ) -> Result<Option<SuspendOrganisationPayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(SuspendOrganisationPayload { organisation: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::OrganisationSuspend).await?;
        let reason = match text::reason("reason", &input.reason) {
            Ok(reason) => reason,
            Err(error) => return refused(error),
        };
        let random = service::<Random>(context)?;
        let done = request
            .write(async |tx| {
                let at = store::lock_to_act(tx, &request.access, key, Permission::OrganisationSuspend).await?.row;
                match at.state {
                    _ if at.kind == Kind::Operator => return Ok(Err(operator_stays())),
                    State::Closed => return Ok(Err(is_closed())),
                    State::Suspended => return Ok(Err(stale("It is suspended already."))),
                    State::Active => {}
                }
                let halt = Halt {
                    suspended_at: Some(request.now()),
                    suspended_because: Some(reason.clone()),
                    ..store::load_halt(tx, key).await?
                };
                store::set_state(tx, State::Suspended, halt).await?;
                let act = Act::done("suspendOrganisation", key, Some(Permission::OrganisationSuspend));
                let act = act.to(input.organisation_id.clone());
                let act = act.changing(json!({ "state": "ACTIVE" }), json!({ "state": "SUSPENDED", "reason": reason }));
                audit::record(tx, request, random, act).await?;
                tell_leaders(tx, random, request.now(), at.id, |locale| letters::suspended(locale, &at.name, &reason))
                    .await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = done {
            return refused(error);
        }
        let organisation = store::find(&request.access, key).await?;
        Ok(Some(SuspendOrganisationPayload { organisation, user_errors: Vec::new() }))
    }

    /// Lets a suspended organisation go on. Everybody can do there again what they could before.
    #[acts(ORGANISATION_SUSPEND)]
    async fn resume_organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation to let go on.")] input: ResumeOrganisationInput,
    ) -> Result<Option<ResumeOrganisationPayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(ResumeOrganisationPayload { organisation: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::OrganisationSuspend).await?;
        let random = service::<Random>(context)?;
        let done = request
            .write(async |tx| {
                let at = store::lock_to_act(tx, &request.access, key, Permission::OrganisationSuspend).await?.row;
                match at.state {
                    State::Closed => return Ok(Err(is_closed())),
                    State::Active => return Ok(Err(stale("It is not suspended."))),
                    State::Suspended => {}
                }
                let before = store::load_halt(tx, key).await?;
                let reason = before.suspended_because.clone();
                let halt = Halt { suspended_at: None, suspended_because: None, ..before };
                store::set_state(tx, State::Active, halt).await?;
                let act = Act::done("resumeOrganisation", key, Some(Permission::OrganisationSuspend));
                let act = act.to(input.organisation_id.clone());
                let act = act.changing(json!({ "state": "SUSPENDED", "reason": reason }), json!({ "state": "ACTIVE" }));
                audit::record(tx, request, random, act).await?;
                tell_leaders(tx, random, request.now(), at.id, |locale| letters::resumed(locale, &at.name)).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = done {
            return refused(error);
        }
        let organisation = store::find(&request.access, key).await?;
        Ok(Some(ResumeOrganisationPayload { organisation, user_errors: Vec::new() }))
    }
}

/// For who would stop the operator.
pub(super) fn operator_stays() -> UserError {
    let message = "The operator runs the platform. It can be neither suspended nor closed.";
    UserError::at("organisationId", UserErrorCode::InvalidInput, message)
}

fn is_closed() -> UserError {
    UserError::at("organisationId", UserErrorCode::OrganisationClosed, "The organisation is closed.")
}

/// For what has been done in the meantime.
pub(super) fn stale(message: &str) -> UserError {
    UserError::at("organisationId", UserErrorCode::StaleState, message)
}
