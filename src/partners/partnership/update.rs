//! Changing what a partnership delegates, or for how long.

use async_graphql::{ID, InputObject, MaybeUndefined};
use entity::partnership::State;
use macros::{mutation, payload};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::input::DelegationInput;
use super::object::Partnership;
use super::parties::{Parties, PartnershipSide, record};
use super::reminder::reminded;
use super::rules::{PartnershipState, state_at};
use super::terms::{self, Delegation, Terms};
use super::{letters, memberships, store};
use crate::access::Authorised;
use crate::base::config;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Work;
use crate::organisation::require_active;
use crate::oversight::audit::Event;
use crate::partners::proposal;
use crate::people::membership::mail_admins;

/// The changes to a partnership. What is left out stays.
#[derive(InputObject)]
pub struct UpdatePartnershipInput {
    /// Id of the partnership.
    pub partnership_id: ID,
    /// What the client delegates from now on, in place of everything it delegated before.
    pub delegation: Option<DelegationInput>,
    /// When the partnership ends by itself: a later end renews it, an earlier one shortens it, null means no end.
    pub ends_at: MaybeUndefined<DateTimeUtc>,
}

/// The changed partnership.
#[payload]
pub struct UpdatePartnershipPayload {
    /// The partnership; null if it was not changed.
    pub partnership: Option<Partnership>,
}

/// Changes what the client delegates, or for how long. The client can narrow, widen, renew or shorten the partnership
/// as it likes; the change counts from the reseller's next request on. You must hold everything that you add. To renew
/// it, or to let people of resellers above through, you must hold all of it. A suspended organisation can still
/// delegate less.
#[mutation]
#[acts(PARTNERSHIP_MANAGE at CLIENT, on = input.partnership_id)]
async fn update_partnership(
    act: ActOn<'_, Partnership>,
    input: UpdatePartnershipInput,
) -> Result<UpdatePartnershipPayload> {
    let key = act.object.key();
    let delegation = input.delegation.map(Delegation::from);
    act.locked(async |work, at| change(work, &at, act.event(), key, delegation.as_ref(), input.ends_at).await).await?;
    let partnership = Partnership::find(act.request, key).await?;
    Ok(UpdatePartnershipPayload { partnership, ..Default::default() })
}

/// Changes what the client delegates, and when the partnership ends. The caller has locked the client, where the actor
/// manages partnerships.
pub async fn change(
    work: &Work<'_>,
    at: &Authorised,
    event: Event,
    key: Uuid,
    delegation: Option<&Delegation>,
    ends_at: MaybeUndefined<DateTimeUtc>,
) -> Result<()> {
    let row = store::find_row(work.tx, key).await?.ok_or(Error::NotFound)?;
    let old = Terms::of(&row);
    let new = wanted(delegation, ends_at, old, (work.now, work.request.config.partnerships))?;
    if row.state == State::Ended {
        let message = [
            "The partnership was ended. Propose a new one with proposePartnership.",
            "Die Partnerschaft wurde beendet. Schlagen Sie mit proposePartnership eine neue vor.",
            "Partnerskapet har avslutats. Föreslå ett nytt med proposePartnership.",
        ];
        return Err(UserError::at("partnershipId", UserErrorCode::StaleState, message).into());
    }
    if new.give_more_than(old) {
        require_active(at.row())?;
    }
    if new == old {
        return Ok(());
    }
    let is_expired = state_at(&row, work.now) == PartnershipState::Expired;
    // The change gives everything anew if the partnership is expired or reaches further, so all of it must be held.
    let given = if is_expired || new.reach_further_than(old) { Terms::default() } else { old };
    let missing = new.beyond(given).without(at.grants);
    if !missing.is_empty() {
        return Err(UserError::not_held("delegation", missing).into());
    }
    if is_expired {
        // Memberships that ended with it do not come back.
        memberships::end_all(work, &row, &event.action).await?;
    }
    store::set_terms(work.tx, key, new, reminded(new.ends_at, work.now)).await?;
    proposal::store::withdraw_offers(work.tx, key, row.client_id, work.now).await?;
    let parties = Parties::of(&row);
    let event = event.to(Type::Partnership.id(key)).changing(old.audit_snapshot(), new.audit_snapshot());
    record(work, (parties, PartnershipSide::Client, key), event).await?;
    let reseller = work.request.access.look(parties.reseller).await?.ok_or(Error::NotFound)?.card().name;
    let names = (reseller.as_str(), at.row().name.as_str());
    Ok(mail_admins(work, parties.reseller, |locale| letters::changed(locale, names)).await?)
}

/// The terms that the input asks for.
fn wanted(
    delegation: Option<&Delegation>,
    ends_at: MaybeUndefined<DateTimeUtc>,
    old: Terms,
    (now, settings): (DateTimeUtc, config::Partnerships),
) -> Result<Terms, UserError> {
    let mut new = match delegation {
        Some(delegation) => old.with(delegation, "delegation")?,
        None => old,
    };
    match ends_at {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => new.ends_at = terms::end(None, now, settings)?,
        MaybeUndefined::Value(end) => new.ends_at = terms::end(Some(end), now, settings)?,
    }
    Ok(new)
}
