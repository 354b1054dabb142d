//! A service: a server, a web site, a domain.

use sea_orm::entity::prelude::*;

/// One row of `service`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The subscription that pays for it.
    pub subscription_id: Option<Uuid>,
    /// The kind of service.
    pub kind: Kind,
    /// Host name, domain name or label.
    pub name: String,
    /// The sort key of the name.
    pub name_key: String,
    /// The name, folded, for searches.
    pub name_folded: String,
    /// Its state.
    pub state: State,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// Its attributes, as a JSON object. The kind says which there are.
    pub attributes: String,
    /// The id that the provisioning program knows it by; unique for the kind.
    pub external_id: Option<String>,
    /// The state that it should have.
    pub desired_state: DesiredState,
    /// Goes up with each change of what the service should be like.
    pub generation: i32,
    /// Why it is not as it should be, for the customer to read.
    pub problem: Option<String>,
}

/// The kind of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// A virtual server.
    VirtualServer,
    /// A web site.
    WebHosting,
    /// A domain name; read with DOMAIN_READ.
    Domain,
    /// Seats for people.
    Seats,
    /// A quota of devices.
    Devices,
    /// Anything else.
    Other,
}

/// The state that a service should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DesiredState {
    /// Running.
    Active,
    /// Stopped, but kept.
    Suspended,
    /// Deleted.
    Ended,
}

/// The state of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Being set up.
    Pending,
    /// Running.
    Active,
    /// Stopped, but kept.
    Suspended,
    /// Deleted.
    Ended,
}

impl ActiveModelBehavior for ActiveModel {}
