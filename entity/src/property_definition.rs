//! A property that a reseller keeps about each of its clients.

use sea_orm::entity::prelude::*;

/// One row of `property_definition`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "property_definition")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The reseller.
    pub organisation_id: Uuid,
    /// Its name for programs; never changes.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// The type of its values.
    pub kind: Kind,
    /// Its position in lists, from the smallest number.
    pub position: i32,
    /// Whether a value cannot be removed once it is set.
    pub is_required: bool,
    /// The values to choose from, as a JSON array.
    pub choices: Option<String>,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

/// The type of the values of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// One line of text.
    Text,
    /// A finite number.
    Number,
    /// A day.
    Date,
    /// True or false.
    Boolean,
    /// One of the choices.
    Choice,
    /// A URL.
    Url,
}

impl ActiveModelBehavior for ActiveModel {}
