//! Creating one client.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::creating::create_all;
use super::input::NewClientInput;
use super::rows::Made;
use crate::access::Authorised;
use crate::base::error::{Error, Result, UserError};
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Work;
use crate::organisation::Organisation;
use crate::oversight::idempotency::once;
use crate::partners::partnership::{Partnership, store as partnerships};
use crate::people::session;

/// The client to create, and the reseller.
#[derive(InputObject)]
pub struct CreateClientInput {
    /// Id of the reseller's organisation, or of the operator.
    pub organisation_id: ID,
    /// The client.
    pub client: NewClientInput,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The new client.
#[payload]
pub struct CreateClientPayload {
    /// The client; null if it was not created.
    pub client: Option<Organisation>,
    /// The partnership with the client; null if it was not created, and for clients of the operator.
    pub partnership: Option<Partnership>,
}

/// Creates an organisation that is a client of the reseller from the start. The partnership is in force at once; its
/// owner can change what it delegates. You hold ownership until the owner that you name by address accepts. If you can
/// no longer create clients for the reseller, its longest-standing owner holds ownership instead.
///
/// Staff of the operator create the customers that it sells to directly in the same way. There is no partnership with
/// these, so `delegation`, `delegationTemplateId`, `endsAt` and `reference` are left out.
#[mutation]
#[acts(CLIENT_CREATE, on = input.organisation_id)]
async fn create_client(act: ActOn<'_, Organisation>, input: CreateClientInput) -> Result<CreateClientPayload> {
    session::require_verified(act.request)?;
    let (rows, call) = ([input.client.into()], act.call(input.idempotency_key.as_deref())?);
    let made: Made = in_graph(&act, async |work, at| {
        once(work, call.as_ref(), at.id(), async || {
            let outcome =
                create_all(work, &at, act.action, &rows, false).await?.pop().transpose().map_err(in_client)?;
            outcome.flatten().ok_or_else(|| Error::fault("a client without an outcome"))
        })
        .await
    })
    .await?;
    let partnership = match made.partnership {
        Some(id) => Partnership::find(act.request, id).await?,
        None => None,
    };
    Ok(CreateClientPayload {
        client: Organisation::find(act.request, made.client).await?,
        partnership,
        ..Default::default()
    })
}

/// Locks the graph of partnerships and the reseller, checks the permission again, and runs the steps in the same
/// transaction.
pub async fn in_graph<R, W>(act: &ActOn<'_, Organisation>, steps: W) -> Result<R>
where
    W: AsyncFnOnce(&Work<'_>, Authorised) -> Result<R> + Clone,
{
    act.request
        .transaction(async |work| {
            partnerships::lock_graph(work.tx).await?;
            let at = act.authorise_in(work).await?;
            steps(work, at).await
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
