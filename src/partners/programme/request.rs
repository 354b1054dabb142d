//! Asking to become a reseller.

use async_graphql::{ID, InputObject};
use chrono::TimeDelta;
use entity::organisation::Kind;
use entity::reseller_request::{Model, State};
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::object::ResellerRequest;
use super::{letters, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::{Organisation, require_active};
use crate::oversight::audit;
use crate::people::membership::mail_admins;
use crate::people::session;

/// How many requests an organisation may make in 24 hours. The operator gets a mail for each.
const MOST_A_DAY: u64 = 5;

/// The organisation that wants to become a reseller.
#[derive(InputObject)]
pub struct RequestResellerInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// A message to the operator, for example about the clients it wants to serve. 1 to 1,000 characters.
    pub message: String,
}

/// The new request.
#[payload]
pub struct RequestResellerPayload {
    /// The request; null if it was not made, or if you lack `COMMISSION_READ` at the organisation.
    pub request: Option<ResellerRequest>,
}

/// Asks the operator to make the organisation a reseller, so that it can have clients. Nothing changes until the
/// operator approves the request. The operator's owners and admins get a mail.
#[mutation]
#[acts(ORGANISATION_UPDATE, on = input.organisation_id)]
async fn request_reseller(act: ActOn<'_, Organisation>, input: RequestResellerInput) -> Result<RequestResellerPayload> {
    let request = act.request;
    session::require_verified(request)?;
    let row = Model {
        id: request.random.id(request.now()),
        organisation_id: act.organisation(),
        state: State::Requested,
        message: text::reason("message", &input.message)?,
        answer: None,
        requested_by_id: request.actor().user_id(),
        answered_at: None,
        created_at: request.now(),
    };
    act.locked(async |work, at| {
        require_active(at.row())?;
        let wrong = |code, message: [&str; 3]| Err(UserError::at("organisationId", code, message).into());
        match at.row().kind {
            Kind::Reseller => {
                return wrong(
                    UserErrorCode::StaleState,
                    [
                        "This organisation is already a reseller.",
                        "Diese Organisation ist schon ein Reseller.",
                        "Organisationen är redan återförsäljare.",
                    ],
                );
            }
            Kind::Operator => {
                return wrong(
                    UserErrorCode::InvalidInput,
                    [
                        "The operator cannot become a reseller.",
                        "Der Betreiber kann kein Reseller werden.",
                        "Operatören kan inte bli återförsäljare.",
                    ],
                );
            }
            _ => {}
        }
        let day_ago = work.now - TimeDelta::days(1);
        if store::count_since(work.tx, row.organisation_id, day_ago).await? >= MOST_A_DAY {
            return wrong(
                UserErrorCode::TooMany,
                [
                    "This organisation has made too many requests today. Try again tomorrow.",
                    "Diese Organisation hat heute zu viele Anträge gestellt. Versuchen Sie es morgen wieder.",
                    "Organisationen har gjort för många förfrågningar i dag. Försök igen i morgon.",
                ],
            );
        }
        if !store::create(work.tx, row.clone()).await? {
            return wrong(
                UserErrorCode::Duplicate,
                [
                    "This organisation already has a pending request. Wait for the operator to answer it.",
                    "Diese Organisation hat schon einen offenen Antrag. Warten Sie auf die Antwort des Betreibers.",
                    "Organisationen har redan en förfrågan som väntar. Vänta på operatörens svar.",
                ],
            );
        }
        let event = act.event().to(Type::ResellerRequest.id(row.id));
        audit::record(work, event.changing(Json::Null, json!({ "message": row.message }))).await?;
        if let Some(operator) = store::find_operator(work.tx).await? {
            let (name, message) = (&at.row().name, &row.message);
            mail_admins(work, operator.id, |locale| letters::requested(locale, name, message)).await?;
        }
        Ok(())
    })
    .await?;
    let made = ResellerRequest::find(request, row.id).await?;
    Ok(RequestResellerPayload { request: made, ..Default::default() })
}
