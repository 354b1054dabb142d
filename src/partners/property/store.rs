//! Statements about the definitions of properties.
#![expect(clippy::disallowed_methods, reason = "the statements about definitions of properties stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::property_definition::{self, Column, Entity, Model};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};
use uuid::Uuid;

use super::definition::PropertyDefinition;
use crate::access::{Decision, Exists};
use crate::base::error::Result;
use crate::graphql::page::{Connection, Filter, Key, List, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static OF_RESELLER: List<Model> = List::of_rows("property_definition", "organisation_id", Key::Number("position"));

/// The definitions of a reseller, in their order.
pub async fn list(request: &Request, seen: &Decision, page: &PageArguments) -> Result<Connection<PropertyDefinition>> {
    let make = |row: &Arc<Model>| PropertyDefinition::new(row, seen);
    OF_RESELLER.connection(request, seen.row.id, page, Filter::default(), make).await
}

/// The definition, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<PropertyDefinition>> {
    let Some(row) = OF_RESELLER.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let seen = request.access.look(row.organisation_id).await?;
    Ok(seen.and_then(|seen| PropertyDefinition::new(&row, &seen).if_visible()))
}

/// All definitions of a reseller, in their order: one statement for all resellers that are asked for together.
pub async fn all(request: &Request, reseller: Uuid) -> Result<Arc<Vec<Model>>> {
    let batch = request.lists.batch::<Arc<Vec<Model>>>("definitions of properties".to_owned());
    let load = async |resellers: Vec<Uuid>| {
        let among = Entity::find().filter(Column::OrganisationId.is_in(resellers));
        let rows = among.order_by_asc(Column::Position).order_by_asc(Column::Id).all(request.db().reader()).await?;
        let mut found: HashMap<Uuid, Vec<Model>> = HashMap::new();
        for row in rows {
            found.entry(row.organisation_id).or_default().push(row);
        }
        Ok(found.into_iter().map(|(reseller, rows)| (reseller, Arc::new(rows))).collect())
    };
    Ok(batch.load(reseller, load).await?.unwrap_or_default())
}

/// The same as the transaction sees it.
pub async fn all_in(tx: &DatabaseTransaction, reseller: Uuid) -> Written<Vec<Model>> {
    let of_it = Entity::find().filter(Column::OrganisationId.eq(reseller));
    of_it.order_by_asc(Column::Position).order_by_asc(Column::Id).all(tx).await
}

/// The definition of this key among those of a reseller, or what to answer to who asks for it.
pub fn named<'a>(definitions: &'a [Model], key: &str) -> Result<&'a Model, String> {
    definitions.iter().find(|definition| definition.key == key).ok_or_else(|| {
        let keys: Vec<&str> = definitions.iter().take(20).map(|definition| definition.key.as_str()).collect();
        let shown: String = key.chars().take(50).collect();
        if keys.is_empty() {
            format!("There is no property {shown:?}: this reseller has defined none.")
        } else {
            format!("There is no property {shown:?}. There are: {}.", keys.join(", "))
        }
    })
}

/// Writes a new definition. A trigger gives each client a row for its value.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Changes a definition; its key stays.
pub async fn change(tx: &DatabaseTransaction, row: &Model) -> Written<()> {
    let change = property_definition::ActiveModel {
        label: Set(row.label.clone()),
        kind: Set(row.kind),
        position: Set(row.position),
        is_required: Set(row.is_required),
        choices: Set(row.choices.clone()),
        ..Default::default()
    };
    Entity::update_many().set(change).filter(Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

/// Deletes a definition, and its values with it.
pub async fn delete(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}
