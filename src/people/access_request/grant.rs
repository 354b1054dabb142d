//! Granting what somebody asked for.

use async_graphql::{ID, InputObject, MaybeUndefined};
use entity::access_request::State;
use macros::{mutation, payload};
use serde_json::json;
use uuid::Uuid;

use super::letters::{self, tell};
use super::object::AccessRequest;
use super::{rules, store};
use crate::access::{Authorised, HeldRole, Permission};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Work;
use crate::oversight::audit;
use crate::partners::partnership::{self, Delegation};
use crate::people::membership::{self, Changes};
use crate::people::role::{RoleChoice, find_chosen};

/// The request to grant.
#[derive(InputObject)]
pub struct GrantAccessInput {
    /// Id of the request.
    pub access_request_id: ID,
    /// The role to give, which must have the permission. Without it, the member gets `AccessRequest.role`. Where the client
    /// would delegate more instead, leave it out.
    pub role: Option<RoleChoice>,
}

/// The granted request.
#[payload]
pub struct GrantAccessPayload {
    /// The request; null if it was not granted, or if you can no longer see it.
    pub request: Option<AccessRequest>,
}

/// Grants what somebody asked for: the member gets one more role, as by `updateMember`, or the client delegates the
/// permission to its partner, as by `updatePartnership`. The same rules hold as for these, and the person gets a mail.
#[mutation]
#[acts(MEMBER_UPDATE, PARTNERSHIP_MANAGE, on = input.access_request_id)]
async fn grant_access(act: ActOn<'_, AccessRequest>, input: GrantAccessInput) -> Result<GrantAccessPayload> {
    let row = act.object.row().clone();
    let permission = rules::permission_of(&row).ok_or_else(no_longer)?;
    let chosen = match (&input.role, row.membership_id) {
        (Some(_), None) => {
            let message = [
                "No role is given here: the client delegates the permission. Leave the role out.",
                "Hier wird keine Rolle vergeben: Der Kunde überträgt die Berechtigung. Lassen Sie role weg.",
                "Ingen roll ges här: kunden delegerar behörigheten. Utelämna role.",
            ];
            return Err(UserError::at("role", UserErrorCode::InvalidInput, message).into());
        }
        (Some(choice), Some(_)) => {
            let at = act.request.access.look(row.organisation_id).await?.ok_or(Error::NotFound)?;
            let choices = std::slice::from_ref(choice);
            find_chosen(act.request, &at, "role", choices).await?.pop()
        }
        (None, _) => None,
    };
    if chosen.as_ref().is_some_and(|role| !rules::gives(role, &row, permission)) {
        let message = [
            format!("This role does not give {}. Choose another.", permission.graphql_name()),
            format!("Diese Rolle gibt {} nicht. Wählen Sie eine andere.", permission.graphql_name()),
            format!("Den här rollen ger inte {}. Välj en annan.", permission.graphql_name()),
        ];
        return Err(UserError::at("role", UserErrorCode::InvalidInput, message).into());
    }
    act.locked(async |work, at| {
        rules::require_open(&row, work.now)?;
        if !store::answer(work.tx, row.id, State::Granted, None, work.now).await? {
            return Err(rules::is_answered().into());
        }
        match (row.membership_id, row.partnership_id) {
            (Some(membership), _) => {
                at.require(Permission::MemberUpdate)?;
                let role =
                    chosen.clone().or_else(|| rules::smallest_role(&row, at.card().kind)).ok_or_else(no_longer)?;
                give_role(work, &at, &act, membership, role).await?;
            }
            (None, Some(partnership)) => {
                at.require(Permission::PartnershipManage)?;
                delegate(work, &at, &act, partnership, permission).await?;
            }
            (None, None) => return Err(no_longer().into()),
        }
        let event = act.event().to(input.access_request_id).about(row.user_id);
        let event = event.changing(json!({ "state": "PENDING" }), json!({ "state": "GRANTED" }));
        audit::record(work, event).await?;
        tell(work, &row, permission, letters::granted).await
    })
    .await?;
    let request = AccessRequest::find(act.request, row.id).await?;
    Ok(GrantAccessPayload { request, ..Default::default() })
}

/// Gives a member one more role.
async fn give_role(
    work: &Work<'_>,
    at: &Authorised,
    act: &ActOn<'_, AccessRequest>,
    membership: Uuid,
    role: HeldRole,
) -> Result<()> {
    let member = membership::store::find_by_id(work.tx, membership).await?.ok_or_else(no_longer)?;
    let mut roles = member.roles;
    if !roles.iter().any(|held| held.role == role.role) {
        roles.push(role);
    }
    let changes = Changes { roles: Some(roles), expires_at: MaybeUndefined::Undefined };
    membership::change(work, at, act.event(), membership, &changes).await.map_err(|error| of_field(error, "role"))
}

/// Adds a permission to what the client delegates.
async fn delegate(
    work: &Work<'_>,
    at: &Authorised,
    act: &ActOn<'_, AccessRequest>,
    partnership: Uuid,
    permission: Permission,
) -> Result<()> {
    let row = partnership::store::find_row(work.tx, partnership).await?.ok_or_else(no_longer)?;
    let delegation = Delegation::adding(&row, permission);
    let changed = partnership::change(work, at, act.event(), partnership, Some(&delegation), MaybeUndefined::Undefined);
    changed.await.map_err(|error| of_field(error, "accessRequestId"))
}

/// A mistake of the change as one of this input.
fn of_field(error: Error, field: &str) -> Error {
    match error {
        Error::User(mut error) => {
            error.field = Some(vec!["input".to_owned(), field.to_owned()]);
            Error::User(error)
        }
        other => other,
    }
}

fn no_longer() -> UserError {
    let message = [
        "What was asked for is no longer there: the member, the partnership or the permission.",
        "Worum gebeten wurde, gibt es nicht mehr: das Mitglied, die Partnerschaft oder die Berechtigung.",
        "Det som begärdes finns inte längre: medlemmen, partnerskapet eller behörigheten.",
    ];
    UserError::at("accessRequestId", UserErrorCode::StaleState, message)
}
