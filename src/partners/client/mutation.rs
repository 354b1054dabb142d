//! Creating clients.

use async_graphql::{Context, Object};
use macros::guarded;

use super::create::{AT_ONCE, create};
use super::input::{
    CreateClientInput, CreateClientPayload, CreateClientResult, CreateClientsInput, CreateClientsPayload,
};
use crate::access::{Permission, told};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::organisation;
use crate::partners::partnership;
use crate::people::session;

/// Mutations that create clients.
#[derive(Default)]
pub struct ClientMutation;

#[guarded]
#[Object]
impl ClientMutation {
    /// Creates an organisation that is a client of the reseller from the start. You keep the place of its owner until the
    /// one accepts whom you name by address: if you can create clients for the reseller no longer, its longest-standing
    /// owner keeps it. The partnership is in force at once; what it lets through is the owner's to change.
    #[acts(CLIENT_CREATE)]
    async fn create_client(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The client to create, and for whom.")] input: CreateClientInput,
    ) -> Result<Option<CreateClientPayload>> {
        let request = Request::of(context)?;
        let refused = |error| {
            let user_errors = told(context, error);
            Ok(Some(CreateClientPayload { user_errors, ..CreateClientPayload::default() }))
        };
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::ClientCreate).await?;
        if let Some(error) = session::unproved(request) {
            return refused(error);
        }
        let rows = [input.client];
        let outcome = create(context, key, "createClient", &rows, false).await?.into_iter().next();
        match outcome {
            Some(Ok(Some(made))) => Ok(Some(CreateClientPayload {
                client: organisation::store::find(&request.access, made.client).await?,
                partnership: partnership::store::find(request, made.partnership).await?,
                user_errors: Vec::new(),
            })),
            Some(Err(mut error)) => {
                if let Some(field) = error.field.as_mut().filter(|field| field.len() > 1) {
                    field.insert(1, "client".to_owned());
                }
                refused(error)
            }
            Some(Ok(None)) | None => Ok(Some(CreateClientPayload::default())),
        }
    }

    /// The same for many at once, 500 at most: each is judged by itself, and those with which nothing is wrong are created
    /// together. Send a longer list in parts; with a `reference` for each client a part can be sent again without harm.
    #[acts(CLIENT_CREATE)]
    async fn create_clients(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The clients to create, and for whom.")] input: CreateClientsInput,
    ) -> Result<Option<CreateClientsPayload>> {
        let request = Request::of(context)?;
        let refused = |error| {
            let user_errors = told(context, error);
            Ok(Some(CreateClientsPayload { results: Vec::new(), user_errors }))
        };
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::ClientCreate).await?;
        if let Some(error) = session::unproved(request) {
            return refused(error);
        }
        if input.clients.is_empty() || input.clients.len() > AT_ONCE {
            let message = format!("Give 1 to {AT_ONCE} clients; these are {}.", input.clients.len());
            return refused(UserError::at("clients", UserErrorCode::TooMany, message));
        }
        let outcomes = create(context, key, "createClients", &input.clients, input.dry_run).await?;
        let made: Vec<_> = outcomes.iter().flatten().flatten().copied().collect();
        let seen = request.access.look_all(made.iter().map(|made| made.client)).await?;
        let partnerships = partnership::store::find_all(request, made.iter().map(|made| made.partnership)).await?;
        let results = outcomes.into_iter().zip(input.clients).enumerate().map(|(index, (outcome, row))| {
            let (made, errors) = match outcome {
                Ok(made) => (made, Vec::new()),
                Err(error) => (None, vec![error.in_row("clients", index)]),
            };
            CreateClientResult {
                index: i32::try_from(index).unwrap_or(i32::MAX),
                name: row.name,
                client: made.and_then(|made| organisation::Organisation::of(seen.get(&made.client)?)),
                partnership: made.and_then(|made| partnerships.get(&made.partnership).cloned()),
                user_errors: errors,
            }
        });
        Ok(Some(CreateClientsPayload { results: results.collect(), user_errors: Vec::new() }))
    }
}
