//! One act, as the audit log keeps it: never changed, linked to the one before by its hash.

use sea_orm::entity::prelude::*;

/// One row of `audit_event`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation in whose log it stands.
    pub organisation_id: Uuid,
    /// Its place in that log, from 1.
    pub sequence: i64,
    /// When it happened.
    pub at: DateTimeUtc,
    /// What sort of actor.
    pub actor_kind: ActorKind,
    /// The user or key.
    pub actor_id: Option<Uuid>,
    /// The organisation that the actor worked in.
    pub acting_organisation_id: Option<Uuid>,
    /// By which way the actor was allowed.
    pub way: Way,
    /// The partnership by which it was allowed, if one.
    pub partnership_id: Option<Uuid>,
    /// The mutation.
    pub action: String,
    /// Public id of what it was done to.
    pub object_id: Option<String>,
    /// Whether it was done.
    pub outcome: Outcome,
    /// What was before and after, as JSON without secrets; null once it was forgotten.
    pub details: Option<String>,
    /// SHA-256 of the details, hex: stays when they are forgotten, so that the chain stays valid.
    pub details_hash: String,
    /// The request, as the server's log names it.
    pub request_id: String,
    /// Hash of the event before, hex.
    pub previous_hash: String,
    /// SHA-256 of all of the above but the details, hex.
    pub hash: String,
    /// The user of whom the details tell, besides the actor: found by it when they are to be forgotten. Not in the hash.
    pub person_id: Option<Uuid>,
}

/// What sort of actor it was.
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

/// By which way an actor was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Way {
    /// About itself, for which no permission is needed.
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
    /// Refused, and nothing was done.
    Refused,
}

impl ActiveModelBehavior for ActiveModel {}
