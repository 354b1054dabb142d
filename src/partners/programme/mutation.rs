//! What an organisation does to become a reseller.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::TimeDelta;
use entity::organisation::Kind;
use entity::reseller_request::{Model, State};
use macros::guarded;
use serde_json::{Value as Json, json};

use super::object::ResellerRequest;
use super::{letters, store};
use crate::access::{Permission, directive, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::oversight::audit::{self, Event};
use crate::people::membership::mail_admins;
use crate::people::session;

/// So often an organisation asks in a day at most: each time the operator gets a mail.
const A_DAY: u64 = 5;

/// The organisation that wants to become a reseller.
#[derive(InputObject)]
pub struct RequestResellerInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// What it says to the operator: whom it wants to serve. 1 to 1,000 characters.
    pub message: String,
}

/// The request to take back.
#[derive(InputObject)]
pub struct WithdrawResellerRequestInput {
    /// The request.
    pub reseller_request_id: ID,
}

/// The request that was made.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RequestResellerPayload {
    /// The request; null if it was not made, and for who may not see it.
    pub request: Option<ResellerRequest>,
    /// Why it was not made.
    pub user_errors: Vec<UserError>,
}

/// The request as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct WithdrawResellerRequestPayload {
    /// The request; null if it was not taken back, and for who may not see it.
    pub request: Option<ResellerRequest>,
    /// Why it was not taken back.
    pub user_errors: Vec<UserError>,
}

/// Mutations of organisations that want to be resellers.
#[derive(Default)]
pub struct ProgrammeMutation;

#[guarded]
#[Object]
impl ProgrammeMutation {
    /// Asks the operator to make the organisation a reseller, which can have clients. Nothing changes until the operator
    /// has approved it; its owners and admins are told.
    #[acts(ORGANISATION_UPDATE)]
    async fn request_reseller(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation that wants to become a reseller.")] input: RequestResellerInput,
    ) -> Result<Option<RequestResellerPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(RequestResellerPayload { request: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::OrganisationUpdate).await?;
        if let Some(error) = session::unproved(request) {
            return refused(error);
        }
        let message = match text::reason("message", &input.message) {
            Ok(message) => message,
            Err(error) => return refused(error),
        };
        let (random, now) = (service::<Random>(context)?, request.now());
        let row = Model {
            id: random.id(now),
            organisation_id: key,
            state: State::Requested,
            message,
            answer: None,
            requested_by_id: request.actor().user_id(),
            answered_at: None,
            created_at: now,
        };
        let made = request
            .write(async |tx| {
                let seen =
                    organisation::store::lock_to_act(tx, &request.access, key, Permission::OrganisationUpdate).await?;
                let wrong = |code, message: &str| Ok(Err(UserError::at("organisationId", code, message)));
                if let Some(error) = halted(&seen.row) {
                    return Ok(Err(error));
                }
                match seen.row.kind {
                    Kind::Reseller => return wrong(UserErrorCode::StaleState, "It is a reseller already."),
                    Kind::Operator => {
                        return wrong(UserErrorCode::InvalidInput, "The operator sells to everybody itself.");
                    }
                    _ => {}
                }
                if store::made_since(tx, key, now - TimeDelta::days(1)).await? >= A_DAY {
                    return wrong(UserErrorCode::TooMany, "It has asked often enough for a day. Try again tomorrow.");
                }
                if !store::create(tx, row.clone()).await? {
                    return wrong(
                        UserErrorCode::Duplicate,
                        "It has asked already, and the operator has not answered yet.",
                    );
                }
                let act = Event::done("requestReseller", key, Some(Permission::OrganisationUpdate));
                let act =
                    act.to(Type::ResellerRequest.id(row.id)).changing(Json::Null, json!({ "message": row.message }));
                audit::record(&request.work(tx), act).await?;
                if let Some(operator) = store::operator(tx).await? {
                    let (name, message) = (&seen.row.name, &row.message);
                    mail_admins(&request.work(tx), operator.id, |locale| letters::requested(locale, name, message))
                        .await?;
                }
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = made {
            return refused(error);
        }
        let made = store::find(request, row.id).await?;
        Ok(Some(RequestResellerPayload { request: made, user_errors: Vec::new() }))
    }

    /// Takes a request back that the operator has not answered yet.
    #[acts(ORGANISATION_UPDATE)]
    async fn withdraw_reseller_request(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The request to take back.")] input: WithdrawResellerRequestInput,
    ) -> Result<Option<WithdrawResellerRequestPayload>> {
        let request = Request::of(context)?;
        let id = Type::ResellerRequest.parse(&input.reseller_request_id)?;
        let (row, _) = store::find_any(request, id).await?.ok_or(Error::NotFound)?;
        let key = row.organisation_id;
        request.access.act(key, Permission::OrganisationUpdate).await?;
        let random = service::<Random>(context)?;
        let done = request
            .write(async |tx| {
                organisation::store::lock_to_act(tx, &request.access, key, Permission::OrganisationUpdate).await?;
                if !store::answer(tx, id, State::Withdrawn, None, request.now()).await? {
                    return Ok(Err(answered_already()));
                }
                let act = Event::done("withdrawResellerRequest", key, Some(Permission::OrganisationUpdate));
                let act = act.to(input.reseller_request_id.clone());
                let act = act.changing(json!({ "state": "REQUESTED" }), json!({ "state": "WITHDRAWN" }));
                Ok(Ok(audit::record(&request.work(tx), act).await?))
            })
            .await?;
        Ok(Some(match done {
            Ok(()) => {
                let request = store::find(request, id).await?;
                WithdrawResellerRequestPayload { request, user_errors: Vec::new() }
            }
            Err(error) => WithdrawResellerRequestPayload { request: None, user_errors: told(context, error) },
        }))
    }
}

/// For what waits for no answer any more.
pub(super) fn answered_already() -> UserError {
    let message = "The request was answered or taken back already.";
    UserError::at("resellerRequestId", UserErrorCode::StaleState, message)
}
