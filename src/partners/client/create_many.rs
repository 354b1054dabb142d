//! Creating many clients at once.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload, public_object};

use super::create::in_graph;
use super::creating::{MOST_AT_ONCE, NewClient, Outcome, create_all};
use super::input::NewClientInput;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::graphql::act::ActOn;
use crate::organisation::Organisation;
use crate::oversight::idempotency::once_if;
use crate::partners::partnership::Partnership;
use crate::people::session;

/// The clients to create, and the reseller.
#[derive(InputObject)]
pub struct CreateClientsInput {
    /// Id of the reseller's organisation, or of the operator.
    pub organisation_id: ID,
    /// The clients: 1 to 500. Send a longer list in parts.
    pub clients: Vec<NewClientInput>,
    /// Whether to check only: nothing is created and nothing is sent.
    #[graphql(default)]
    pub dry_run: bool,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input creates nothing, and gets the answer of the first. If no client was created, and in a dry
    /// run, the key is not kept.
    pub idempotency_key: Option<String>,
}

/// The outcome for one client of the list.
#[public_object]
pub struct CreateClientResult {
    /// Its position in the input, counted from 0.
    pub index: i32,
    /// The name from the input.
    pub name: String,
    /// The client; null if it was not created, and in a dry run.
    pub client: Option<Organisation>,
    /// The partnership with the client; null if it was not created, in a dry run, and for clients of the
    /// operator.
    pub partnership: Option<Partnership>,
    /// Why it was not created, or would not be; empty otherwise.
    pub user_errors: Vec<UserError>,
}

/// The outcome for each client.
#[payload]
pub struct CreateClientsPayload {
    /// One result for each client of the input, in the same order. A mistake in one does not stop the others.
    pub results: Vec<CreateClientResult>,
}

/// Creates up to 500 clients, like `createClient`. Each row is checked on its own, and all correct rows are created
/// together. Send a longer list in parts. With a `reference` for each client, a part can be sent again without harm.
#[mutation]
#[acts(CLIENT_CREATE, on = input.organisation_id)]
async fn create_clients(act: ActOn<'_, Organisation>, input: CreateClientsInput) -> Result<CreateClientsPayload> {
    session::require_verified(act.request)?;
    if input.clients.is_empty() || input.clients.len() > MOST_AT_ONCE {
        let message = [
            format!("You gave {} clients. Give 1 to {MOST_AT_ONCE}.", input.clients.len()),
            format!("Sie haben {} Kunden angegeben. Geben Sie 1 bis {MOST_AT_ONCE} an.", input.clients.len()),
            format!("Du angav {} kunder. Ange 1 till {MOST_AT_ONCE}.", input.clients.len()),
        ];
        return Err(UserError::at("clients", UserErrorCode::TooMany, message).into());
    }
    let rows: Vec<NewClient> = input.clients.into_iter().map(NewClient::from).collect();
    let call = if input.dry_run { None } else { act.call(input.idempotency_key.as_deref())? };
    let outcomes: Vec<Outcome> = in_graph(&act, async |work, at| {
        let has_made = |outcomes: &Vec<Outcome>| outcomes.iter().any(Result::is_ok);
        let create = async || create_all(work, &at, act.action, &rows, input.dry_run).await;
        once_if(work, call.as_ref(), at.id(), has_made, create).await
    })
    .await?;
    let made: Vec<_> = outcomes.iter().flatten().flatten().copied().collect();
    let decisions = act.request.access.look_all(made.iter().map(|made| made.client)).await?;
    let partnerships = Partnership::find_all(act.request, made.iter().filter_map(|made| made.partnership)).await?;
    let results = outcomes.into_iter().zip(rows).enumerate().map(|(index, (outcome, row))| {
        let (made, user_errors) = match outcome {
            Ok(made) => (made, Vec::new()),
            Err(error) => (None, vec![error.in_row("clients", index)]),
        };
        CreateClientResult {
            index: i32::try_from(index).unwrap_or(i32::MAX),
            name: row.name,
            client: made.and_then(|made| Organisation::of(decisions.get(&made.client)?)),
            partnership: made.and_then(|made| partnerships.get(&made.partnership?).cloned()),
            user_errors,
        }
    });
    Ok(CreateClientsPayload { results: results.collect(), ..Default::default() })
}
