//! Proposing to many clients at once what their delegation templates want.

use std::collections::HashMap;

use async_graphql::{ID, InputObject};
use macros::{mutation, payload, public_object};
use uuid::Uuid;

use super::rules::{self, MOST_AT_ONCE, require_count};
use super::store;
use crate::access::Authorised;
use crate::base::error::{Result, UserError};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::graphql::request::Work;
use crate::organisation::{Organisation, require_active};
use crate::partners::partnership::PartnershipSide;
use crate::partners::proposal::sending::Sender;
use crate::partners::proposal::{self, Expiry, PartnershipProposal, pending_already, require_below_daily_limit};
use crate::people::session;

/// The clients to ask.
#[derive(InputObject)]
pub struct ProposeTemplatesInput {
    /// Id of the reseller's organisation.
    pub organisation_id: ID,
    /// Ids of the partnerships with the clients: 1 to 500. Without them, the first 500 of `Reseller.drift` that have no
    /// pending proposal.
    pub partnership_ids: Option<Vec<ID>>,
    /// A message to the clients: up to 1,000 characters.
    pub message: Option<String>,
    /// Whether to check only: nothing is written and nothing is sent.
    #[graphql(default)]
    pub dry_run: bool,
}

/// The outcome for one client.
#[public_object]
pub struct ProposeTemplateResult {
    /// Id of the partnership.
    pub partnership_id: ID,
    /// The proposal; null if none was made, and in a dry run.
    pub proposal: Option<PartnershipProposal>,
    /// Why no proposal was made, or would not be made; empty otherwise.
    pub user_errors: Vec<UserError>,
}

/// The outcome for each client.
#[payload]
pub struct ProposeTemplatesPayload {
    /// One result for each partnership. A mistake in one does not stop the others.
    pub results: Vec<ProposeTemplateResult>,
}

/// Proposes to clients that they delegate exactly what their templates want. Each client answers on its own, with
/// `acceptPartnership`; nothing changes before that.
#[mutation]
#[acts(CLIENT_UPDATE, on = input.organisation_id)]
async fn propose_templates(
    act: ActOn<'_, Organisation>,
    input: ProposeTemplatesInput,
) -> Result<ProposeTemplatesPayload> {
    session::require_verified(act.request)?;
    let chosen = input.partnership_ids.as_ref();
    let ids = chosen.map(|ids| ids.iter().map(|id| Type::Partnership.parse(id)).collect::<Result<Vec<Uuid>>>());
    let ids = ids.transpose()?;
    if let Some(ids) = &ids {
        require_count(ids.len())?;
    }
    let message = input.message.as_deref().map(|typed| text::reason("message", typed)).transpose()?;
    let outcomes = act
        .locked(async |work, at| {
            require_active(at.row())?;
            let message = message.as_deref();
            let sender = Sender { maker: &at, side: PartnershipSide::Reseller, message, action: act.action };
            propose(work, &at, ids.as_deref(), (!input.dry_run).then_some(sender)).await
        })
        .await?;
    let made = outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().ok().copied().flatten());
    let proposals = PartnershipProposal::find_all(act.request, made).await?;
    let results = outcomes.into_iter().map(|(id, outcome)| {
        let (proposal, user_errors) = match outcome {
            Ok(made) => (made.and_then(|made| proposals.get(&made).cloned()), Vec::new()),
            Err(error) => (None, vec![error]),
        };
        ProposeTemplateResult { partnership_id: Type::Partnership.id(id), proposal, user_errors }
    });
    Ok(ProposeTemplatesPayload { results: results.collect(), ..Default::default() })
}

/// The outcome for a partnership: the new proposal, or none in a dry run; or why none is made.
type Outcome = (Uuid, Result<Option<Uuid>, UserError>);

/// Checks each partnership and sends the proposals, unless there is no sender because it is a dry run.
async fn propose(
    work: &Work<'_>,
    at: &Authorised,
    ids: Option<&[Uuid]>,
    sender: Option<Sender<'_>>,
) -> Result<Vec<Outcome>> {
    let expiry = Expiry::of(work.request);
    let rows = store::with_templates(work.tx, at.id(), ids, expiry, MOST_AT_ONCE as u64).await?;
    let keys: Vec<Uuid> = rows.iter().map(|(row, _)| row.id).collect();
    let pending = proposal::store::pending_for(work.tx, at.id(), &keys, expiry).await?;
    let rows: HashMap<Uuid, _> = rows.into_iter().map(|row| (row.0.id, row)).collect();
    let wanted: Vec<Uuid> = match ids {
        Some(ids) => ids.to_vec(),
        None => keys.into_iter().filter(|id| !pending.contains(id)).collect(),
    };
    let checked: Vec<_> =
        wanted.iter().map(|id| (*id, rules::proposal(rows.get(id), pending.contains(id), work.now))).collect();
    let good: Vec<_> = checked.iter().filter_map(|(_, row)| row.as_ref().ok().cloned()).collect();
    let Some(sender) = sender else {
        return Ok(checked.into_iter().map(|(id, row)| (id, row.map(|_| None))).collect());
    };
    require_below_daily_limit(work, at.id()).await?;
    let mut made = sender.send(work, &good).await?.into_iter();
    // Another proposal to the client, made by its id, may be pending.
    let mut sent = || made.next().flatten().map(Some).ok_or_else(pending_already);
    Ok(checked.into_iter().map(|(id, row)| (id, row.and_then(|_| sent()))).collect())
}
