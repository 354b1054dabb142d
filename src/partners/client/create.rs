//! Creating one client.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::creating::{NewClient, Outcome, create_all};
use super::input::NewClientInput;
use crate::base::error::{Result, UserError};
use crate::graphql::act::{ActOn, Find};
use crate::organisation::Organisation;
use crate::partners::partnership::{Partnership, store as partnerships};
use crate::people::session;

/// The client to create, and the reseller.
#[derive(InputObject)]
pub struct CreateClientInput {
    /// Id of the reseller's organisation.
    pub organisation_id: ID,
    /// The client.
    pub client: NewClientInput,
}

/// The new client.
#[payload]
pub struct CreateClientPayload {
    /// The client; null if it was not created.
    pub client: Option<Organisation>,
    /// The partnership with the client; null if it was not created.
    pub partnership: Option<Partnership>,
}

/// Creates an organisation that is a client of the reseller from the start. The partnership is in force at once; its
/// owner can change what it delegates. You hold ownership until the owner that you name by address accepts. If you can
/// no longer create clients for the reseller, its longest-standing owner holds ownership instead.
#[mutation]
#[acts(CLIENT_CREATE, on = input.organisation_id)]
async fn create_client(act: ActOn<'_, Organisation>, input: CreateClientInput) -> Result<CreateClientPayload> {
    session::require_verified(act.request)?;
    let outcome = create(&act, &[input.client.into()], false).await?.pop();
    let Some(made) = outcome.transpose().map_err(in_client)?.flatten() else {
        return Ok(CreateClientPayload::default());
    };
    Ok(CreateClientPayload {
        client: Organisation::find(act.request, made.client).await?,
        partnership: Partnership::find(act.request, made.partnership).await?,
        ..Default::default()
    })
}

/// Checks the rows and creates the valid ones, in one transaction. Outcomes are in the order of the rows.
pub(super) async fn create(act: &ActOn<'_, Organisation>, rows: &[NewClient], dry_run: bool) -> Result<Vec<Outcome>> {
    act.request
        .transaction(async |work| {
            partnerships::lock_graph(work.tx).await?;
            let at = act.authorise_in(work).await?;
            create_all(work, &at, act.action, rows, dry_run).await
        })
        .await
}

/// Adds `client` to the field of the error, because the input of one client is nested one level deeper.
pub fn in_client(mut error: UserError) -> UserError {
    if let Some(field) = error.field.as_mut().filter(|field| field.len() > 1) {
        field.insert(1, "client".to_owned());
    }
    error
}
