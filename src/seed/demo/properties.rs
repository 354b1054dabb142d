//! The words for properties of clients.

use entity::{client_view, property_definition, property_value};
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::World;
use crate::partners::property::{Kind, Stored};

impl World {
    /// Adds a property to the reseller's clients, after the existing ones. `choices` is only for a choice.
    pub fn property(&mut self, reseller: Uuid, key: &str, label: &str, kind: Kind, choices: &[&str]) {
        let (id, created_at) = self.id();
        let before = self.rows.property_definitions.iter().filter(|row| row.organisation_id == reseller).count();
        self.rows.property_definitions.push(property_definition::Model {
            id,
            organisation_id: reseller,
            key: key.to_owned(),
            label: label.to_owned(),
            kind,
            position: i32::try_from(before).unwrap_or_default(),
            is_required: false,
            choices: (!choices.is_empty()).then(|| json!(choices).to_string()),
            created_at,
        });
    }

    /// Sets the reseller's values about a client. The client must have only one partnership with the reseller.
    pub fn keeps(&mut self, reseller: Uuid, client: Uuid, values: &[(&str, &str)]) {
        let is_it = |(a, b)| a == reseller && b == client;
        let partnership = self.rows.partnerships.iter().find(|row| is_it((row.reseller_id, row.client_id)));
        for (key, value) in values {
            let mut definitions = self.rows.property_definitions.iter();
            let definition = definitions.find(|row| row.organisation_id == reseller && row.key == *key);
            let Some((partnership, definition)) = partnership.zip(definition) else { continue };
            let stored = Stored::of(definition.kind, Some((*value).to_owned()));
            self.rows.property_values.push(property_value::Model {
                partnership_id: partnership.id,
                key: definition.key.clone(),
                organisation_id: reseller,
                definition_id: definition.id,
                value: stored.value,
                folded: stored.folded,
                ascending_key: stored.ascending_key,
                descending_key: stored.descending_key,
            });
        }
    }

    /// Adds a saved view of the reseller's clients.
    pub fn view(&mut self, reseller: Uuid, name: &str, filter: &Value, order: &Value, columns: &[&str]) {
        let (id, created_at) = self.id();
        self.rows.client_views.push(client_view::Model {
            id,
            organisation_id: reseller,
            name: name.to_owned(),
            name_key: collation::sort_key(name),
            filter: Some(filter.to_string()),
            ordering: Some(order.to_string()),
            columns: json!(columns).to_string(),
            created_at,
        });
    }
}
