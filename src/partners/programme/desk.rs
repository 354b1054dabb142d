//! What the operator does with requests to become a reseller, and with the terms of resellers.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::organisation::Kind;
use entity::reseller_programme;
use entity::reseller_request::State;
use macros::guarded;
use sea_orm::ActiveEnum;
use serde_json::json;

use super::mutation::answered_already;
use super::{letters, store};
use crate::access::{Permission, directive, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, Organisation, halted};
use crate::oversight::audit::{self, Event};
use crate::people::membership::mail_admins;

/// The whole of what is sold, in basis points.
const WHOLE: i32 = 10_000;

/// The request to approve, and the terms.
#[derive(InputObject)]
pub struct ApproveResellerInput {
    /// The request.
    pub reseller_request_id: ID,
    /// The reseller's share of what its clients buy, where a partnership says no other: hundredths of a percent, 0 to 10000.
    pub commission_basis_points: i32,
    /// What is agreed. 1 to 1,000 characters.
    pub terms: String,
}

/// The request to decline.
#[derive(InputObject)]
pub struct DeclineResellerInput {
    /// The request.
    pub reseller_request_id: ID,
    /// Why, for its people. 1 to 1,000 characters.
    pub reason: String,
}

/// Other terms of a reseller.
#[derive(InputObject)]
pub struct UpdateResellerProgrammeInput {
    /// The reseller's organisation.
    pub organisation_id: ID,
    /// The reseller's share of what its clients buy from now on: hundredths of a percent, 0 to 10000.
    pub commission_basis_points: i32,
    /// What is agreed. 1 to 1,000 characters.
    pub terms: String,
}

/// The organisation as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ApproveResellerPayload {
    /// The organisation, which is a reseller now; null if it was not approved.
    pub organisation: Option<Organisation>,
    /// Why it was not approved.
    pub user_errors: Vec<UserError>,
}

/// Whether it was declined.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct DeclineResellerPayload {
    /// Whether it was declined.
    pub declined: bool,
    /// Why it was not.
    pub user_errors: Vec<UserError>,
}

/// The reseller as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UpdateResellerProgrammePayload {
    /// The organisation; null if nothing was changed.
    pub organisation: Option<Organisation>,
    /// Why nothing was changed.
    pub user_errors: Vec<UserError>,
}

/// Mutations of who runs the programme.
#[derive(Default)]
pub struct ProgrammeDeskMutation;

#[guarded]
#[Object]
impl ProgrammeDeskMutation {
    /// Makes the organisation a reseller, on these terms. Its owners and admins are told.
    #[acts(RESELLER_MANAGE)]
    async fn approve_reseller(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The request to approve, and the terms.")] input: ApproveResellerInput,
    ) -> Result<Option<ApproveResellerPayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(ApproveResellerPayload { organisation: None, user_errors: told(context, error) }));
        let id = Type::ResellerRequest.parse(&input.reseller_request_id)?;
        let key = at_the_desk(request, id).await?;
        let terms = match terms(input.commission_basis_points, &input.terms) {
            Ok(terms) => terms,
            Err(error) => return refused(error),
        };
        let (random, now) = (service::<Random>(context)?, request.now());
        let done = request
            .write(async |tx| {
                let at =
                    organisation::store::lock_to_act(tx, &request.access, key, Permission::ResellerManage).await?.row;
                if let Some(error) = halted(&at) {
                    return Ok(Err(error));
                }
                if matches!(at.kind, Kind::Reseller | Kind::Operator) {
                    let message = "The organisation is a reseller already.";
                    return Ok(Err(UserError::at("resellerRequestId", UserErrorCode::StaleState, message)));
                }
                if !store::answer(tx, id, State::Approved, Some(terms.clone()), now).await? {
                    return Ok(Err(answered_already()));
                }
                let row = reseller_programme::Model {
                    organisation_id: key,
                    commission_basis_points: input.commission_basis_points,
                    terms: terms.clone(),
                    kind_before: at.kind,
                    approved_at: now,
                };
                let after =
                    json!({ "kind": "RESELLER", "commissionBasisPoints": row.commission_basis_points, "terms": terms });
                store::set_programme(tx, row).await?;
                store::set_kind(tx, key, Kind::Reseller).await?;
                let act = Event::done("approveReseller", key, Some(Permission::ResellerManage));
                let act = act.to(Type::Organisation.id(key)).changing(json!({ "kind": at.kind.to_value() }), after);
                audit::record(&request.work(tx), act).await?;
                mail_admins(&request.work(tx), key, |locale| letters::approved(locale, &at.name, &terms)).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = done {
            return refused(error);
        }
        let organisation = organisation::store::find(&request.access, key).await?;
        Ok(Some(ApproveResellerPayload { organisation, user_errors: Vec::new() }))
    }

    /// Declines a request to become a reseller. The owners and admins of the organisation are told why.
    #[acts(RESELLER_MANAGE)]
    async fn decline_reseller(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The request to decline.")] input: DeclineResellerInput,
    ) -> Result<Option<DeclineResellerPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(DeclineResellerPayload { declined: false, user_errors: told(context, error) }));
        let id = Type::ResellerRequest.parse(&input.reseller_request_id)?;
        let key = at_the_desk(request, id).await?;
        let reason = match text::reason("reason", &input.reason) {
            Ok(reason) => reason,
            Err(error) => return refused(error),
        };
        let (random, now) = (service::<Random>(context)?, request.now());
        let done = request
            .write(async |tx| {
                let at =
                    organisation::store::lock_to_act(tx, &request.access, key, Permission::ResellerManage).await?.row;
                if !store::answer(tx, id, State::Declined, Some(reason.clone()), now).await? {
                    return Ok(Err(answered_already()));
                }
                let act = Event::done("declineReseller", key, Some(Permission::ResellerManage));
                let act = act.to(input.reseller_request_id.clone());
                let after = json!({ "state": "DECLINED", "reason": reason });
                audit::record(&request.work(tx), act.changing(json!({ "state": "REQUESTED" }), after)).await?;
                mail_admins(&request.work(tx), key, |locale| letters::declined(locale, &at.name, &reason)).await?;
                Ok(Ok(()))
            })
            .await?;
        match done {
            Ok(()) => Ok(Some(DeclineResellerPayload { declined: true, user_errors: Vec::new() })),
            Err(error) => refused(error),
        }
    }

    /// Gives a reseller another rate of commission and other terms. They hold for what is sold from now on.
    #[acts(RESELLER_MANAGE)]
    async fn update_reseller_programme(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Other terms of a reseller.")] input: UpdateResellerProgrammeInput,
    ) -> Result<Option<UpdateResellerProgrammePayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(UpdateResellerProgrammePayload { organisation: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::ResellerManage).await?;
        let terms = match terms(input.commission_basis_points, &input.terms) {
            Ok(terms) => terms,
            Err(error) => return refused(error),
        };
        let (random, now) = (service::<Random>(context)?, request.now());
        let done = request
            .write(async |tx| {
                let at =
                    organisation::store::lock_to_act(tx, &request.access, key, Permission::ResellerManage).await?.row;
                if at.kind != Kind::Reseller {
                    return Ok(Err(no_reseller()));
                }
                let old = store::load_programme(tx, key).await?;
                let before = old
                    .as_ref()
                    .map(|row| json!({ "commissionBasisPoints": row.commission_basis_points, "terms": row.terms }));
                let row = reseller_programme::Model {
                    organisation_id: key,
                    commission_basis_points: input.commission_basis_points,
                    terms: terms.clone(),
                    kind_before: Kind::Company,
                    approved_at: now,
                };
                store::set_programme(tx, row).await?;
                let after = json!({ "commissionBasisPoints": input.commission_basis_points, "terms": terms });
                let act = Event::done("updateResellerProgramme", key, Some(Permission::ResellerManage));
                let act = act.to(input.organisation_id.clone()).changing(before.unwrap_or_default(), after);
                audit::record(&request.work(tx), act).await?;
                mail_admins(&request.work(tx), key, |locale| letters::changed(locale, &at.name, &terms)).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = done {
            return refused(error);
        }
        let organisation = organisation::store::find(&request.access, key).await?;
        Ok(Some(UpdateResellerProgrammePayload { organisation, user_errors: Vec::new() }))
    }
}

/// The organisation that has made the request, for who runs the programme.
async fn at_the_desk(request: &Request, id: uuid::Uuid) -> Result<uuid::Uuid> {
    let (row, _) = store::find_any(request, id).await?.ok_or(Error::NotFound)?;
    request.access.act(row.organisation_id, Permission::ResellerManage).await?;
    Ok(row.organisation_id)
}

/// Terms that can be agreed on; or what is wrong with them.
fn terms(commission: i32, typed: &str) -> Result<String, UserError> {
    if !(0..=WHOLE).contains(&commission) {
        let message = format!("The commission is 0 to {WHOLE} basis points; 1250 is 12.5 %.");
        return Err(UserError::at("commissionBasisPoints", UserErrorCode::InvalidInput, message));
    }
    text::reason("terms", typed)
}

/// For what has no place in the programme.
pub(super) fn no_reseller() -> UserError {
    UserError::at("organisationId", UserErrorCode::NotAReseller, "The organisation is no reseller.")
}
