//! A session: one log-in of one user, with its refresh tokens.

use sea_orm::entity::prelude::*;

/// One row of `session`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user.
    pub user_id: Uuid,
    /// The organisation that the session works in.
    pub active_organisation_id: Option<Uuid>,
    /// The `User-Agent` of the device.
    pub user_agent: Option<String>,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// When it last got an access token, or was last used by its cookie.
    pub last_used_at: DateTimeUtc,
    /// When it expires.
    pub expires_at: DateTimeUtc,
    /// When it was ended.
    pub revoked_at: Option<DateTimeUtc>,
    /// When the user last confirmed their identity.
    pub confirmed_at: Option<DateTimeUtc>,
    /// The IP address at log-in.
    pub client_address: Option<String>,
    /// Why it was ended. Sessions that ended before this was kept have none.
    pub ended_because: Option<EndedBecause>,
    /// The hash of the secret in the cookie of the console. Sessions with tokens have none.
    pub cookie_hash: Option<String>,
}

/// Why a session was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EndedBecause {
    /// Its user logged out.
    LoggedOut,
    /// Its user ended it in another session.
    Revoked,
    /// The account got a new password.
    PasswordChanged,
    /// Somebody proved that the address of the account is theirs.
    AddressProved,
    /// The account was moved back to its old address.
    AddressRestored,
    /// Staff disabled the account.
    AccountDisabled,
    /// A refresh token was used again after the grace.
    TokenReused,
}

impl ActiveModelBehavior for ActiveModel {}
