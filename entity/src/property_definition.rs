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
    /// What programs call it; never changes.
    pub key: String,
    /// What people read.
    pub label: String,
    /// What sort of values it has.
    pub kind: Kind,
    /// Its place among the others.
    pub position: i32,
    /// Whether a value that is set cannot be taken away.
    pub is_required: bool,
    /// The values that a choice can have, as a JSON array.
    pub choices: Option<String>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// What sort of values.
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
    /// An address in the web.
    Url,
}

impl ActiveModelBehavior for ActiveModel {}
