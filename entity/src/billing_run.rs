//! A run that bills what is due until a day.

use sea_orm::entity::prelude::*;

/// One row of `billing_run`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_run")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that issues the invoices.
    pub issuer_id: Uuid,
    /// The last day whose intervals it bills, before the lead.
    pub until_on: Date,
    /// Its state.
    pub state: State,
    /// What becomes of the invoices.
    pub mode: Mode,
    /// How many invoices it made.
    pub invoices: i32,
    /// How many credit notes it issued.
    pub credit_notes: i32,
    /// How many organisations it left out.
    pub left_out: i32,
    /// What it invoiced before VAT by currency, as a JSON object of minor units.
    #[sea_orm(column_type = "Text")]
    pub sums: String,
    /// Why it left organisations out, as a JSON array; the first hundred.
    #[sea_orm(column_type = "Text")]
    pub problems: String,
    /// Whether a person has looked at it, so that it does not stop again.
    pub is_confirmed: bool,
    /// The last organisation that is done. A run that was interrupted goes on after it.
    pub reached_id: Option<Uuid>,
    /// Until when the server that works on it may do so. Then another may go on.
    pub lease_until: DateTimeUtc,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
    /// When it was finished.
    pub finished_at: Option<DateTimeUtc>,
}

/// What becomes of the invoices of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// They are counted and thrown away.
    Try,
    /// They are drafts, for a person to look at.
    Draft,
    /// They are issued.
    Issue,
}

/// The state of a billing run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// It is at work, or was interrupted.
    Running,
    /// It is finished.
    Done,
    /// It stopped for a person to look.
    Stopped,
}

impl ActiveModelBehavior for ActiveModel {}
