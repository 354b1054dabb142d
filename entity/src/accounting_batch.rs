//! A batch of vouchers that was exported to the bookkeeping.

use sea_orm::entity::prelude::*;

/// One row of `accounting_batch`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounting_batch")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation whose bookkeeping it is.
    pub issuer_id: Uuid,
    /// The format of the file.
    pub format: Format,
    /// The first day of its vouchers.
    pub from_on: Date,
    /// The last day of its vouchers.
    pub until_on: Date,
    /// How many vouchers it holds.
    pub vouchers: i32,
    /// The SHA-256 of the bytes, in hexadecimal digits.
    pub sha256: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

/// The format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Format {
    /// SIE 4I.
    Sie,
    /// DATEV EXTF, Buchungsstapel.
    Datev,
    /// A JSON object for each posting.
    Ndjson,
}

impl ActiveModelBehavior for ActiveModel {}
