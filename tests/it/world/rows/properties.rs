//! Rows of properties of clients, and of saved views.

use entity::{client_view, property_definition, property_value};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use tenantry::partners::property::{Kind, Stored};
use uuid::Uuid;

use super::{Rows, db_insert, push};

impl Rows {
    /// A property of a reseller, after its existing ones.
    pub fn definition(&mut self, reseller: Uuid, key: &str, label: &str, kind: Kind) -> Uuid {
        let before = self.definitions.iter().filter(|row| row.organisation_id == reseller).count();
        let row = property_definition::Model {
            id: self.id(),
            organisation_id: reseller,
            key: key.to_owned(),
            label: label.to_owned(),
            kind,
            position: i32::try_from(before).unwrap(),
            is_required: false,
            choices: None,
            created_at: self.made(),
        };
        push(&mut self.definitions, row).id
    }

    /// The value of a property of a client.
    pub fn value(&mut self, reseller: Uuid, client: Uuid, key: &str, value: &str) {
        let is_it = |row: &&entity::partnership::Model| (row.reseller_id, row.client_id) == (reseller, client);
        let partnership = self.partnerships.iter().find(is_it).unwrap().id;
        let is_it = |row: &&property_definition::Model| (row.organisation_id, row.key.as_str()) == (reseller, key);
        let definition = self.definitions.iter().find(is_it).unwrap();
        let stored = Stored::of(definition.kind, Some(value.to_owned()));
        self.values.push(property_value::Model {
            partnership_id: partnership,
            key: key.to_owned(),
            organisation_id: reseller,
            definition_id: definition.id,
            value: stored.value,
            folded: stored.folded,
            ascending_key: stored.ascending_key,
            descending_key: stored.descending_key,
        });
    }

    /// A saved view of all clients.
    pub fn view(&mut self, reseller: Uuid, name: &str) -> Uuid {
        let row = client_view::Model {
            id: self.id(),
            organisation_id: reseller,
            name: name.to_owned(),
            filter: None,
            ordering: None,
            columns: "[]".to_owned(),
            created_at: self.made(),
        };
        push(&mut self.views, row).id
    }
}

/// Triggers have already created a row for each value.
pub async fn db_write(
    db: &impl ConnectionTrait,
    definitions: Vec<property_definition::Model>,
    values: Vec<property_value::Model>,
    views: Vec<client_view::Model>,
) {
    use property_value::Column;
    db_insert(db, definitions).await;
    let known = OnConflict::columns([Column::PartnershipId, Column::Key])
        .update_columns([Column::Value, Column::Folded, Column::AscendingKey, Column::DescendingKey])
        .to_owned();
    if !values.is_empty() {
        let rows = values.into_iter().map(IntoActiveModel::into_active_model);
        let insert = property_value::Entity::insert_many(rows).on_conflict(known);
        insert.exec_without_returning(db).await.unwrap();
    }
    db_insert(db, views).await;
}
