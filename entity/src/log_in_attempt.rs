//! An attempt to log in to an account.

use sea_orm::entity::prelude::*;

/// One row of `log_in_attempt`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log_in_attempt")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user.
    pub user_id: Uuid,
    /// When it was made.
    pub at: DateTimeUtc,
    /// What came of it.
    pub outcome: Outcome,
    /// The IP address that it came from.
    pub client_address: Option<String>,
    /// The `User-Agent` of the device.
    pub user_agent: Option<String>,
    /// Whether it was written to the logs of the organisations that ask for it.
    pub is_logged: bool,
}

/// What came of an attempt to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// A session began.
    LoggedIn,
    /// The password was wrong.
    WrongPassword,
    /// The password was right, and the code of the second factor was missing.
    CodeRequired,
    /// The password was right, and the code of the second factor was wrong.
    WrongCode,
    /// The account is disabled.
    Disabled,
}

impl ActiveModelBehavior for ActiveModel {}
