//! Declining an invitation.

use async_graphql::InputObject;
use entity::invitation::{ActiveModel, State};
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::json;

use super::rules::invalid_link;
use super::store;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Act;
use crate::oversight::audit::{self, Doer};

/// The invitation to decline.
#[derive(InputObject)]
pub struct DeclineInvitationInput {
    /// The secret in the link.
    pub token: String,
}

/// Whether the invitation was declined.
#[payload]
pub struct DeclineInvitationPayload {
    /// Whether the invitation was declined.
    pub declined: bool,
}

/// Declines an invitation: its link stops working. You need not be signed in.
#[mutation]
#[public]
async fn decline_invitation(act: Act<'_>, input: DeclineInvitationInput) -> Result<DeclineInvitationPayload> {
    let request = act.request;
    let invited = store::find_open(request, &input.token).await?.ok_or_else(|| invalid_link("token"))?;
    let organisation = invited.row.organisation_id;
    request
        .transaction(async |work| {
            crate::access::lock(work.tx, organisation).await?;
            let row = store::find_open_row(work.tx, &input.token, work.now).await?;
            let row = row.ok_or_else(|| invalid_link("token"))?;
            let change =
                ActiveModel { state: Set(State::Declined), answered_at: Set(Some(work.now)), ..Default::default() };
            store::update(work.tx, row.id, change).await?;
            let event = act.event_at(organisation).by(Doer::by_link(request.actor())).to(Type::Invitation.id(row.id));
            let event = event.changing(json!({ "state": "PENDING" }), json!({ "state": "DECLINED" }));
            Ok(audit::record(work, event).await?)
        })
        .await?;
    Ok(DeclineInvitationPayload { declined: true, ..Default::default() })
}
