//! One act in the audit log. It never changes, and holds the hash of the event before it.

use sea_orm::entity::prelude::*;

/// One row of `audit_event`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that the log belongs to.
    pub organisation_id: Uuid,
    /// Its number in that log, from 1.
    pub sequence: i64,
    /// When it happened.
    pub at: DateTimeUtc,
    /// The kind of actor.
    pub actor_kind: ActorKind,
    /// The user or key.
    pub actor_id: Option<Uuid>,
    /// The organisation that the actor worked in.
    pub acting_organisation_id: Option<Uuid>,
    /// What allowed the actor to do it.
    pub way: Way,
    /// The partnership that allowed it, if any.
    pub partnership_id: Option<Uuid>,
    /// The mutation.
    pub action: String,
    /// Public id of the object that was changed.
    pub object_id: Option<String>,
    /// Whether it was done.
    pub outcome: Outcome,
    /// The object before and after, as JSON without secrets; null once it was forgotten.
    pub details: Option<String>,
    /// SHA-256 of the details, hex. It stays when they are forgotten, so that the chain stays valid.
    pub details_hash: String,
    /// The id of the request, as in the server's log.
    pub request_id: String,
    /// Hash of the event before it, hex.
    pub previous_hash: String,
    /// SHA-256 of all columns above except the details, hex.
    pub hash: String,
    /// The user, other than the actor, whom the details name. Erasing the user finds the event by it. Not in the hash.
    pub person_id: Option<Uuid>,
}

/// The kind of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActorKind {
    /// A person.
    User,
    /// A key of an organisation.
    ApiKey,
    /// The server itself, or its command line.
    System,
}

/// What allowed an actor to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Way {
    /// An act on oneself, which needs no permission.
    Own,
    /// A role of a membership.
    Membership,
    /// A partnership.
    Partnership,
    /// The operator's implicit partnership.
    Operator,
    /// The scopes of a key.
    ApiKey,
}

/// Whether an act was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// Done.
    Done,
    /// Refused: nothing changed.
    Refused,
}

impl ActiveModelBehavior for ActiveModel {}
