//! Offering an organisation to somebody.

use async_graphql::{ID, InputObject};
use chrono::TimeDelta;
use entity::ownership_transfer::{Kind, Model, State};
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::OwnershipTransfer;
use super::offering::{make, recipient};
use super::{letters, rules};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::hash;
use crate::graphql::act::{ActOn, Find};
use crate::mail;
use crate::organisation::Organisation;
use crate::oversight::audit;
use crate::people::user::{self as users, Address};
use crate::people::{membership, outreach, session};

/// The organisation to offer.
#[derive(InputObject)]
pub struct OfferOwnershipInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// The address of the future owner, who need not be a member or have an account.
    pub email: String,
    /// Whether you leave the organisation when the offer is accepted; otherwise you stay as ADMIN.
    #[graphql(default)]
    pub leave: bool,
}

/// The new transfer.
#[payload]
pub struct OfferOwnershipPayload {
    /// The transfer; null if it was not made.
    pub transfer: Option<OwnershipTransfer>,
}

/// Offers the organisation to somebody, who gets a mail with a link. You must be an OWNER yourself. Nothing changes until
/// the offer is accepted; then you stay as ADMIN, or leave. An organisation has one pending transfer at a time. Needs a
/// recent `confirmIdentity`.
#[mutation]
#[acts(OWNERSHIP_TRANSFER, on = input.organisation_id)]
async fn offer_ownership(act: ActOn<'_, Organisation>, input: OfferOwnershipInput) -> Result<OfferOwnershipPayload> {
    let request = act.request;
    let asker = request.require_person()?.id;
    session::require_confirmed(request)?;
    session::require_verified(request)?;
    let decision = act.object.as_ref();
    rules::require_ownership(decision.card().kind, decision.grants)?;
    let address = Address::read("email", &input.email)?;
    let (now, token) = (request.now(), request.random.secret());
    let row = Model {
        id: request.random.id(now),
        organisation_id: act.organisation(),
        kind: Kind::Offer,
        state: State::Offered,
        email: address.as_str().to_owned(),
        mailbox: address.mailbox().to_owned(),
        token_hash: hash(&token),
        offered_by_id: asker,
        leaves: input.leave,
        reason: None,
        accepted_user_id: None,
        opens_at: now,
        expires_at: now + TimeDelta::days(request.config.organisations.transfer_days),
        answered_at: None,
        created_at: now,
    };
    let receiver = users::store::find_by_address(request.db().reader(), address.as_str()).await?;
    act.locked(async |work, at| {
        let organisation = at.row();
        rules::require_ownership(organisation.kind, at.grants)?;
        rules::may_change_hands(organisation.state, Kind::Offer)?;
        let own = membership::store::find_of_user(work.tx, organisation.id, asker).await?;
        let own = own.filter(|own| membership::rules::is_working_owner(own, now)).ok_or_else(not_an_owner)?;
        make(work.tx, &row, receiver.as_ref()).await?;
        let event = act.event().to(Type::OwnershipTransfer.id(row.id));
        audit::record(work, event.changing(Json::Null, rules::audit_snapshot(&row))).await?;
        let to = recipient(&row, receiver.as_ref(), own.locale);
        let url = request.config.link("ownership", &token);
        let letter = letters::offered(to.locale, &own.name, &organisation.name, row.expires_at, &url);
        outreach::spend(work, 1).await?;
        Ok(mail::queue(work.tx, work.random, now, [(to, letter)]).await?)
    })
    .await?;
    let transfer = OwnershipTransfer::find(request, row.id).await?;
    Ok(OfferOwnershipPayload { transfer, ..Default::default() })
}

fn not_an_owner() -> UserError {
    let message = [
        "Only an OWNER of the organisation can offer it.",
        "Nur ein OWNER der Organisation kann sie anbieten.",
        "Bara en OWNER i organisationen kan erbjuda den.",
    ];
    UserError::at("organisationId", UserErrorCode::NotAnOwner, message)
}
