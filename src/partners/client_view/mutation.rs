//! Saving and deleting views.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::client_view::Model;
use entity::property_definition;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};

use super::object::ClientView;
use super::store;
use crate::access::{Permission, directive, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::oversight::audit::{self, Event};
use crate::partners::property::{self, values};
use crate::partners::reseller::{ClientFilter, ClientOrder, choice};

/// Views that a reseller can have.
const MOST: usize = 100;

/// The view to save.
#[derive(InputObject)]
pub struct SaveClientViewInput {
    /// Id of the reseller, or of its organisation.
    pub reseller_id: ID,
    /// Id of the view to replace; a new one if it is left out.
    pub view_id: Option<ID>,
    /// Its name. 1 to 200 characters, not that of another view of the reseller.
    pub name: String,
    /// Which clients it shows.
    pub filter: Option<ClientFilter>,
    /// In which order; by name if nothing is given.
    pub order_by: Option<ClientOrder>,
    /// Keys of the properties that are shown, each once: 100 at most.
    #[graphql(default)]
    pub columns: Vec<String>,
}

/// The view to delete.
#[derive(InputObject)]
pub struct DeleteClientViewInput {
    /// Id of the view.
    pub view_id: ID,
}

/// The view that was saved.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SaveClientViewPayload {
    /// The view; null if it was not saved.
    pub view: Option<ClientView>,
    /// Why it was not saved.
    pub user_errors: Vec<UserError>,
}

/// What became of the view.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct DeleteClientViewPayload {
    /// Whether it is gone.
    pub deleted: bool,
    /// Why it is not.
    pub user_errors: Vec<UserError>,
}

/// Mutations of saved views.
#[derive(Default)]
pub struct ClientViewMutation;

#[guarded]
#[Object]
impl ClientViewMutation {
    /// Saves a filter, an order and columns of the client list under a name, for all who see the clients. With the id of
    /// a view it replaces that one. What it says is checked against the properties that there are.
    #[acts(CLIENT_PROPERTY_MANAGE)]
    async fn save_client_view(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The view to save.")] input: SaveClientViewInput,
    ) -> Result<Option<SaveClientViewPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(SaveClientViewPayload { view: None, user_errors: told(context, error) }));
        let reseller = values::reseller(request, &input.reseller_id).await?;
        let replaced = input.view_id.as_ref().map(|id| Type::ClientView.parse(id)).transpose()?;
        let name = match text::name("name", &input.name) {
            Ok(name) => name,
            Err(error) => return refused(error),
        };
        let random = service::<Random>(context)?;
        let id = replaced.unwrap_or_else(|| random.id(request.now()));
        let saved = request
            .write(async |tx| {
                let permission = Permission::ClientPropertyManage;
                let seen = organisation::store::lock_to_act(tx, &request.access, reseller, permission).await?;
                if let Some(error) = halted(&seen.row) {
                    return Ok(Err(error));
                }
                let definitions = property::store::all_in(tx, reseller).await?;
                if let Err(error) = check(&definitions, request.now(), &input) {
                    return Ok(Err(error));
                }
                let views = store::all_in(tx, reseller).await?;
                let old = views.iter().find(|view| view.id == id);
                if replaced.is_some() && old.is_none() {
                    return Err(Error::NotFound.into());
                }
                if old.is_none() && views.len() >= MOST {
                    let message = format!("A reseller has {MOST} views at most.");
                    return Ok(Err(UserError::general(UserErrorCode::TooMany, message)));
                }
                let folded = name.to_lowercase();
                if views.iter().any(|view| view.id != id && view.name.to_lowercase() == folded) {
                    let message = "There is a view of this name already. Give its id to replace it.";
                    return Ok(Err(UserError::at("name", UserErrorCode::Duplicate, message)));
                }
                let row = Model {
                    id,
                    organisation_id: reseller,
                    name: name.clone(),
                    filter: input.filter.as_ref().map(|filter| json!(filter).to_string()),
                    ordering: input.order_by.as_ref().map(|order| json!(order).to_string()),
                    columns: json!(input.columns).to_string(),
                    created_at: old.map_or_else(|| request.now(), |view| view.created_at),
                };
                let before = old.map_or(Json::Null, described);
                let act = Event::done("saveClientView", reseller, Some(permission)).to(Type::ClientView.id(id));
                if old.is_some() {
                    store::replace(tx, row.clone()).await?;
                } else {
                    store::create(tx, row.clone()).await?;
                }
                audit::record(&request.work(tx), act.changing(before, described(&row))).await?;
                Ok(Ok(ClientView::new(&Arc::new(row), &seen)))
            })
            .await?;
        match saved {
            Ok(view) => Ok(Some(SaveClientViewPayload { view: Some(view), user_errors: Vec::new() })),
            Err(error) => refused(error),
        }
    }

    /// Deletes a saved view.
    #[acts(CLIENT_PROPERTY_MANAGE)]
    async fn delete_client_view(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The view to delete.")] input: DeleteClientViewInput,
    ) -> Result<Option<DeleteClientViewPayload>> {
        let request = Request::of(context)?;
        let id = Type::ClientView.parse(&input.view_id)?;
        let view = store::find(request, id).await?.ok_or(Error::NotFound)?;
        view.seen.require(Permission::ClientPropertyManage)?;
        let (random, reseller) = (service::<Random>(context)?, view.reseller());
        request
            .write(async |tx| {
                let permission = Permission::ClientPropertyManage;
                organisation::store::lock_to_act(tx, &request.access, reseller, permission).await?;
                let views = store::all_in(tx, reseller).await?;
                let old = views.iter().find(|view| view.id == id).ok_or(Error::NotFound)?;
                store::delete(tx, id).await?;
                let act = Event::done("deleteClientView", reseller, Some(permission)).to(Type::ClientView.id(id));
                Ok(audit::record(&request.work(tx), act.changing(described(old), Json::Null)).await?)
            })
            .await?;
        Ok(Some(DeleteClientViewPayload { deleted: true, user_errors: Vec::new() }))
    }
}

/// What is wrong with a view, by the properties that there are.
fn check(
    definitions: &[property_definition::Model],
    now: DateTimeUtc,
    input: &SaveClientViewInput,
) -> Result<(), UserError> {
    let wrong = |field, message| UserError::at(field, UserErrorCode::InvalidInput, message);
    choice(definitions, now, input.filter.as_ref(), None).map_err(|message| wrong("filter", message))?;
    choice(definitions, now, None, input.order_by.as_ref()).map_err(|message| wrong("orderBy", message))?;
    values::check_keys(Some(&input.columns)).map_err(|error| wrong("columns", error.to_string()))?;
    for (index, key) in input.columns.iter().enumerate() {
        property::store::named(definitions, key).map_err(|message| wrong("columns", message))?;
        if input.columns[..index].contains(key) {
            return Err(wrong("columns", format!("{key} stands there twice.")));
        }
    }
    Ok(())
}

/// As the audit log keeps it.
fn described(row: &Model) -> Json {
    let read = |stored: &str| serde_json::from_str::<Json>(stored).unwrap_or_default();
    json!({
        "name": row.name,
        "filter": row.filter.as_deref().map(read),
        "orderBy": row.ordering.as_deref().map(read),
        "columns": read(&row.columns),
    })
}
