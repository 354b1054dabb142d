//! The outcome of a mutation that was called with an idempotency key.

use sea_orm::entity::prelude::*;

/// One row of `idempotency_key`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Whether a user or an API key called it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor_kind: ActorKind,
    /// The user or the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor_id: Uuid,
    /// The organisation that it acted on.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// Name of the mutation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mutation: String,
    /// The key that the client chose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 of the input, in hexadecimal.
    pub request_sha256: String,
    /// What the mutation needs to build its payload again, as JSON.
    pub outcome: String,
    /// When it was called.
    pub created_at: DateTimeUtc,
}

/// Who called the mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActorKind {
    /// A user.
    User,
    /// An API key.
    ApiKey,
}

impl ActiveModelBehavior for ActiveModel {}
