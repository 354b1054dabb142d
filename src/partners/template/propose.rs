//! Asking many clients at once to delegate what their templates want.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{delegation_template, partnership};
use macros::guarded;
use uuid::Uuid;

use super::mutation::{AT_ONCE, too_many};
use super::store;
use crate::access::{Permission, directive, told};
use crate::base::config::Config;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::partners::partnership::{PartnershipSide, Terms, given};
use crate::partners::proposal::send::{Addressee, Asking};
use crate::partners::proposal::{self, PartnershipProposal, waits_already};
use crate::people::session;

/// Which clients to ask.
#[derive(InputObject)]
pub struct ProposeTemplatesInput {
    /// The reseller's organisation.
    pub organisation_id: ID,
    /// The partnerships with the clients, up to 500. Left out, the first 500 of the drift report that were not asked yet.
    pub partnership_ids: Option<Vec<ID>>,
    /// A word to the clients, up to 1,000 characters.
    pub message: Option<String>,
    /// Only says who would be asked: nothing is written, nothing is sent.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What became of one of many.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ProposeTemplateResult {
    /// The partnership.
    pub partnership_id: ID,
    /// The proposal; null if none was made, and in a dry run.
    pub proposal: Option<PartnershipProposal>,
    /// Why none was made, or would be.
    pub user_errors: Vec<UserError>,
}

/// What became of each.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ProposeTemplatesPayload {
    /// One for each partnership. What is wrong with one does not stop the others.
    pub results: Vec<ProposeTemplateResult>,
    /// Why none at all was looked at.
    pub user_errors: Vec<UserError>,
}

/// The mutation that asks for what templates want.
#[derive(Default)]
pub struct TemplateProposalMutation;

#[guarded]
#[Object]
impl TemplateProposalMutation {
    /// Proposes to clients that they delegate what their templates want, no more and no less. Each answers for itself, with
    /// `acceptPartnership`; until then nothing changes.
    #[acts(CLIENT_UPDATE)]
    async fn propose_templates(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which clients to ask.")] input: ProposeTemplatesInput,
    ) -> Result<Option<ProposeTemplatesPayload>> {
        let request = Request::of(context)?;
        let refused = |error| {
            let user_errors = told(context, error);
            Ok(Some(ProposeTemplatesPayload { results: Vec::new(), user_errors }))
        };
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::ClientUpdate).await?;
        if let Some(error) = session::unproved(request) {
            return refused(error);
        }
        let chosen = input.partnership_ids.as_ref();
        let ids = chosen.map(|ids| ids.iter().map(|id| Type::Partnership.parse(id)).collect::<Result<Vec<Uuid>>>());
        let ids = ids.transpose()?;
        if let Some(ids) = ids.as_ref().filter(|ids| ids.is_empty() || ids.len() > AT_ONCE) {
            return refused(too_many(ids.len()));
        }
        let message = match input.message.as_deref().map(|typed| text::reason("message", typed)).transpose() {
            Ok(message) => message,
            Err(error) => return refused(error),
        };
        let (config, random) = (service::<Arc<Config>>(context)?, service::<Random>(context)?);
        let lapse = proposal::lapse(context)?;
        let (ids, message) = (ids.as_deref(), message.as_deref());
        let done = request
            .write(async |tx| {
                let seen = organisation::store::lock_to_act(tx, &request.access, key, Permission::ClientUpdate).await?;
                if let Some(error) = halted(&seen.row) {
                    return Ok(Err(error));
                }
                let rows = store::with_templates(tx, key, ids, lapse, AT_ONCE as u64).await?;
                let keys: Vec<Uuid> = rows.iter().map(|(row, _)| row.id).collect();
                let asked = proposal::store::waiting_for(tx, key, &keys, lapse).await?;
                let rows: HashMap<Uuid, _> = rows.into_iter().map(|row| (row.0.id, row)).collect();
                let wanted: Vec<Uuid> = match ids {
                    Some(ids) => ids.to_vec(),
                    None => keys.into_iter().filter(|id| !asked.contains(id)).collect(),
                };
                let judged: Vec<_> =
                    wanted.iter().map(|id| (*id, judge(rows.get(id), asked.contains(id), request))).collect();
                let good: Vec<_> = judged.iter().filter_map(|(_, row)| row.as_ref().ok().cloned()).collect();
                let mut made = Vec::new();
                if !input.dry_run {
                    if let Some(error) = proposal::enough(tx, request, key).await? {
                        return Ok(Err(error));
                    }
                    let (side, action) = (PartnershipSide::Reseller, "proposeTemplates");
                    let asking = Asking { request, random, config, maker: &seen, side, message, action };
                    made = asking.send(tx, &good).await?;
                }
                let mut made = made.into_iter();
                let mut outcome = |row: Result<_, UserError>| match row {
                    Err(error) => Err(error),
                    Ok(_) if input.dry_run => Ok(None),
                    // Something else was asked of the client, by its id.
                    Ok(_) => made.next().flatten().map(Some).ok_or_else(waits_already),
                };
                Ok(Ok(judged.into_iter().map(|(id, row)| (id, outcome(row))).collect::<Vec<_>>()))
            })
            .await?;
        let outcomes = match done {
            Ok(outcomes) => outcomes,
            Err(error) => return refused(error),
        };
        let made = outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().ok().copied().flatten());
        let proposals = proposal::store::find_all(request, made, lapse).await?;
        let results = outcomes.into_iter().map(|(id, outcome)| {
            let (proposal, user_errors) = match outcome {
                Ok(made) => (made.and_then(|made| proposals.get(&made).cloned()), Vec::new()),
                Err(error) => (None, vec![error]),
            };
            ProposeTemplateResult { partnership_id: Type::Partnership.id(id), proposal, user_errors }
        });
        Ok(Some(ProposeTemplatesPayload { results: results.collect(), user_errors: Vec::new() }))
    }
}

type Row = (partnership::Model, Option<delegation_template::Model>);

/// What the client is asked for; or why it is not.
fn judge(row: Option<&Row>, is_asked: bool, request: &Request) -> Result<(Addressee, Terms), UserError> {
    let wrong = |code, message: &str| Err(UserError::at("partnershipIds", code, message));
    let Some((row, template)) = row.filter(|(row, _)| given::is_in_force(row, request.now())) else {
        return wrong(UserErrorCode::Unknown, "The reseller has no such partnership that is in force.");
    };
    let Some(template) = template else {
        return wrong(
            UserErrorCode::Unknown,
            "The client belongs to no class: assignDelegationTemplate says to which.",
        );
    };
    let terms = Terms { ends_at: row.ends_at, ..store::terms(template) };
    if terms == Terms::of(row) {
        return wrong(UserErrorCode::StaleState, "The client delegates what its template wants.");
    }
    if is_asked {
        return wrong(UserErrorCode::Duplicate, "The client was asked already and has not answered yet.");
    }
    let to = Addressee { organisation: Some(row.client_id), partnership: Some(row.id), ..Addressee::default() };
    Ok((to, terms))
}
