//! Declining a proposal.

use async_graphql::{ID, InputObject};
use entity::partnership_proposal::{ActiveModel, Model, State};
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::json;

use super::asked::Asked;
use super::rules::{Expiry, require_pending};
use super::{letters, store};
use crate::access::Actor;
use crate::base::error::{Error, Result};
use crate::graphql::act::Act;
use crate::graphql::request::Work;
use crate::organisation;
use crate::oversight::audit::{self, Doer, Event};
use crate::people::membership::mail_admins;

/// The proposal to decline.
#[derive(InputObject)]
pub struct DeclinePartnershipInput {
    /// Id of the proposal.
    pub proposal_id: ID,
}

/// Whether the proposal was declined.
#[payload]
pub struct DeclinePartnershipPayload {
    /// Whether it was declined.
    pub declined: bool,
}

/// Declines a proposal, for the organisation that was asked or as the person whose address was asked. The organisation needs
/// `PARTNERSHIP_MANAGE` as the client, `CLIENT_UPDATE` as the reseller.
#[mutation]
#[authenticated]
async fn decline_partnership(act: Act<'_>, input: DeclinePartnershipInput) -> Result<DeclinePartnershipPayload> {
    let access = &act.request.access;
    let asked = Asked::find(act.request, &input.proposal_id).await?;
    let permission = asked.side().managing();
    let own = asked.row.addressee_id.filter(|_| !asked.is_personal);
    if let Some(own) = own {
        access.look(own).await?.ok_or(Error::NotFound)?.require(permission)?;
    }
    act.request
        .transaction(async |work| {
            if let Some(own) = own {
                access.authorise_in(work.tx, own, permission).await?;
            }
            let row = store::find_row(work.tx, asked.row.id).await?.ok_or(Error::NotFound)?;
            require_pending(&row, Expiry::of(act.request))?;
            let change =
                ActiveModel { state: Set(State::Declined), answered_at: Set(Some(work.now)), ..Default::default() };
            if !store::answer(work.tx, row.id, change).await? {
                return Err(Error::Conflict(
                    "Somebody else has just answered this proposal. Load it again.".to_owned(),
                ));
            }
            let event = match own {
                Some(own) => Event::done(act.action, own, Some(permission)),
                // The person does not answer for an organisation. The event goes to the log of the maker, without a
                // name.
                None => act.event_at(row.organisation_id).by(Doer::by_link(&Actor::Anonymous)),
            };
            let event = event.to(input.proposal_id.clone());
            let event = event.changing(json!({ "state": "PROPOSED" }), json!({ "state": "DECLINED" }));
            audit::record(work, event).await?;
            let to = addressed(work, &row).await?;
            Ok(mail_admins(work, row.organisation_id, |locale| letters::declined(locale, &to)).await?)
        })
        .await?;
    Ok(DeclinePartnershipPayload { declined: true, ..Default::default() })
}

/// The addressee as the organisation that made the proposal knows it: an address, a code, or a name.
async fn addressed(work: &Work<'_>, row: &Model) -> Result<String> {
    if let Some(words) = row.email.clone().or_else(|| row.code.clone()) {
        return Ok(words);
    }
    let Some(id) = row.addressee_id else { return Ok(String::new()) };
    Ok(organisation::store::find_row(work.tx, id).await?.map_or_else(String::new, |row| row.name))
}
