//! A thing that a quota counts, for example a data logger.

use sea_orm::entity::prelude::*;

/// One row of `asset`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "asset")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The pool that counts it.
    pub licence_pool_id: Uuid,
    /// The feature of the pool.
    pub feature_id: Uuid,
    /// Its name.
    pub name: String,
    /// The sort key of the name.
    pub name_key: String,
    /// Name, kind and external id, folded for searching.
    pub search_text: String,
    /// What kind of thing it is, in the customer's words.
    pub kind: String,
    /// Its id in another system, unique in the organisation among the assets that are not deleted.
    pub external_id: Option<String>,
    /// Its state.
    pub state: State,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// When it was deleted.
    pub deleted_at: Option<DateTimeUtc>,
}

/// The state of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// It counts.
    Active,
    /// It no longer counts.
    Deleted,
}

impl ActiveModelBehavior for ActiveModel {}
