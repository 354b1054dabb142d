//! Saving a view of the client list, or replacing one.

use std::sync::Arc;

use async_graphql::{ID, InputObject};
use entity::client_view::Model;
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::object::ClientView;
use super::rules::{self, MOST};
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::base::message::Message;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::organisation::require_active;
use crate::oversight::audit;
use crate::partners::overview::Figure;
use crate::partners::property::{self, ClientTable};
use crate::partners::reseller::{ClientFilter, ClientOrder, Setting, choice};

/// The view to save.
#[derive(InputObject)]
pub struct SaveClientViewInput {
    /// Id of the reseller, or of its organisation.
    pub reseller_id: ID,
    /// Id of the view to replace. Without it, a new view is saved.
    pub view_id: Option<ID>,
    /// The name of the view: 1 to 200 characters, unique for the reseller.
    pub name: String,
    /// Which clients the view shows. Without it, all.
    pub filter: Option<ClientFilter>,
    /// The order of the clients. Without it, by name.
    pub order_by: Option<ClientOrder>,
    /// The columns that the view shows, each once, at most 100: keys of properties, and names of figures as in
    /// `ClientFigure`, for example `OVERDUE_AMOUNT`.
    #[graphql(default)]
    pub columns: Vec<String>,
}

/// The saved view.
#[payload]
pub struct SaveClientViewPayload {
    /// The view; null if it was not saved.
    pub view: Option<ClientView>,
}

/// Saves a filter, an order and columns of the client list under a name, for everybody who may see the clients. With
/// `viewId` it replaces that view. All properties that the view uses must exist.
#[mutation]
#[acts(CLIENT_PROPERTY_MANAGE, on = input.reseller_id)]
async fn save_client_view(act: ActOn<'_, ClientTable>, input: SaveClientViewInput) -> Result<SaveClientViewPayload> {
    let request = act.request;
    let replaced = input.view_id.as_ref().map(|id| Type::ClientView.parse(id)).transpose()?;
    let name = text::name("name", &input.name)?;
    let id = replaced.unwrap_or_else(|| request.random.id(request.now()));
    let view = act
        .locked(async |work, at| {
            require_active(at.row())?;
            let definitions = property::store::all_in(work.tx, at.id()).await?;
            let (now, today) = (work.now, work.today());
            check(&Setting { definitions: &definitions, reseller: &at, now, today, since: None }, &input)?;
            let views = store::all_in(work.tx, at.id()).await?;
            let old = views.iter().find(|view| view.id == id);
            if replaced.is_some() && old.is_none() {
                return Err(Error::NotFound);
            }
            if old.is_none() && views.len() >= MOST {
                let message = [
                    format!("A reseller can have at most {MOST} views."),
                    format!("Ein Reseller kann höchstens {MOST} Ansichten haben."),
                    format!("En återförsäljare kan ha högst {MOST} vyer."),
                ];
                return Err(UserError::general(UserErrorCode::TooMany, message).into());
            }
            let folded = collation::fold(&name);
            if views.iter().any(|view| view.id != id && collation::fold(&view.name) == folded) {
                let message = [
                    "There is already a view with this name. Choose another name, or give viewId to replace that view.",
                    "Eine Ansicht mit diesem Namen gibt es schon. Wählen Sie einen anderen Namen, oder ersetzen Sie \
                     jene Ansicht mit viewId.",
                    "Det finns redan en vy med det här namnet. Välj ett annat namn, eller ersätt den vyn med viewId.",
                ];
                return Err(UserError::at("name", UserErrorCode::Duplicate, message).into());
            }
            let row = Model {
                id,
                organisation_id: at.id(),
                name: name.clone(),
                name_key: collation::sort_key(&name),
                filter: input.filter.as_ref().map(|filter| json!(filter).to_string()),
                ordering: input.order_by.as_ref().map(|order| json!(order).to_string()),
                columns: json!(input.columns).to_string(),
                created_at: old.map_or(work.now, |view| view.created_at),
            };
            if old.is_some() {
                store::replace(work.tx, row.clone()).await?;
            } else {
                store::create(work.tx, row.clone()).await?;
            }
            let before = old.map_or(Json::Null, rules::audit_snapshot);
            let event = act.event().to(Type::ClientView.id(id)).changing(before, rules::audit_snapshot(&row));
            audit::record(work, event).await?;
            Ok(ClientView::new(&Arc::new(row), &at))
        })
        .await?;
    Ok(SaveClientViewPayload { view: Some(view), ..Default::default() })
}

/// Checks a view against the properties of the reseller.
fn check(setting: &Setting<'_>, input: &SaveClientViewInput) -> Result<(), UserError> {
    let wrong = |field, message: Message| UserError::at(field, UserErrorCode::InvalidInput, message);
    choice(setting, input.filter.as_ref(), None).map_err(|message| wrong("filter", message))?;
    choice(setting, None, input.order_by.as_ref()).map_err(|message| wrong("orderBy", message))?;
    property::check_keys(Some(&input.columns)).map_err(|message| wrong("columns", message))?;
    for (index, key) in input.columns.iter().enumerate() {
        if Figure::named(key).is_none() {
            let figures = Figure::ALL.map(Figure::name).join(", ");
            let with_figures = |locale, message| match locale {
                Locale::En => format!("{message} The figures are: {figures}."),
                Locale::De => format!("{message} Die Kennzahlen sind: {figures}."),
                Locale::Sv => format!("{message} Nyckeltalen är: {figures}."),
            };
            let unknown = |message: Message| wrong("columns", message.map(with_figures));
            property::named(setting.definitions, key).map_err(unknown)?;
        }
        if input.columns[..index].contains(key) {
            return Err(wrong(
                "columns",
                [
                    format!("{key} is in the list twice. Give each key once."),
                    format!("{key} steht zweimal in der Liste. Geben Sie jeden Schlüssel einmal an."),
                    format!("{key} finns två gånger i listan. Ange varje nyckel en gång."),
                ]
                .into(),
            ));
        }
    }
    Ok(())
}
