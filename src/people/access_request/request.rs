//! Asking for a permission.

use async_graphql::{ID, InputObject};
use chrono::TimeDelta;
use entity::access_request::{Model, State};
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::letters::{self, Asking};
use super::object::AccessRequest;
use super::rules::{self, DAYS, Obstacle};
use super::store;
use crate::access::{self, Permission};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::{Act, Find};
use crate::organisation::require_active;
use crate::oversight::audit;
use crate::oversight::explanation::misses_of_viewer;
use crate::people::membership::mail_admins;
use crate::people::session;

/// What you want to be able to do, and where.
#[derive(InputObject)]
pub struct RequestAccessInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// The permission that you lack there.
    pub permission: Permission,
    /// Why you need it, for those who decide. 1 to 1,000 characters.
    pub message: String,
}

/// The new request.
#[payload]
pub struct RequestAccessPayload {
    /// The request; null if it was not made.
    pub request: Option<AccessRequest>,
}

/// Asks for a permission that you lack at an organisation that you see, or of which you see the card as its partner. What
/// is missing must be one step: a role of your membership, or what the client delegates, as `explainAccess` says. The
/// owners and admins of the organisation that can change it get a mail, and grant or decline within 14 days.
#[mutation]
#[authenticated]
async fn request_access(act: Act<'_>, input: RequestAccessInput) -> Result<RequestAccessPayload> {
    let request = act.request;
    let person = request.require_person()?;
    session::require_verified(request)?;
    let target = Type::Organisation.parse(&input.organisation_id)?;
    let message = text::reason("message", &input.message)?;
    let Some(misses) = misses_of_viewer(request, target, input.permission).await? else {
        let message = [
            "You have this permission already.",
            "Sie haben diese Berechtigung schon.",
            "Du har redan den här behörigheten.",
        ];
        return Err(UserError::at("permission", UserErrorCode::StaleState, message).into());
    };
    let obstacle = Obstacle::first(&misses, target).ok_or_else(rules::not_grantable)?;
    let (membership_id, partnership_id) = match obstacle {
        Obstacle::Role { membership, .. } => (Some(membership), None),
        Obstacle::Delegation { partnership, .. } => (None, Some(partnership)),
    };
    let now = request.now();
    let row = Model {
        id: request.random.id(now),
        organisation_id: obstacle.organisation(),
        user_id: person.id,
        target_id: target,
        permission: input.permission.graphql_name(),
        membership_id,
        partnership_id,
        message,
        state: State::Pending,
        answer: None,
        created_at: now,
        expires_at: now + TimeDelta::days(DAYS),
        answered_at: None,
    };
    let decider = request.access.look(row.organisation_id).await?.ok_or(Error::NotFound)?;
    if row.membership_id.is_some() && rules::smallest_role(&row, decider.card().kind).is_none() {
        return Err(rules::not_grantable().into());
    }
    let organisation = request.access.look(target).await?.ok_or(Error::NotFound)?.card().name;
    let about = Asking { person: &person.name, permission: input.permission, organisation: &organisation };
    request
        .transaction(async |work| {
            require_active(&access::lock(work.tx, row.organisation_id).await?)?;
            let earlier = store::list_since(work.tx, person.id, work.now - TimeDelta::days(DAYS + 7)).await?;
            rules::require_few(&earlier, &row, work.now)?;
            store::create(work.tx, row.clone()).await?;
            let event = act.event_at(row.organisation_id).to(Type::AccessRequest.id(row.id));
            let after = json!({ "permission": row.permission, "organisation": organisation, "message": row.message });
            audit::record(work, event.changing(Json::Null, after)).await?;
            Ok(mail_admins(work, row.organisation_id, |locale| letters::asked(locale, about, &row.message)).await?)
        })
        .await?;
    Ok(RequestAccessPayload { request: AccessRequest::find(request, row.id).await?, ..Default::default() })
}
