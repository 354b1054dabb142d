//! A billing run, for staff.

use std::sync::Arc;

use async_graphql::{Enum, ID};
use entity::billing_run::{self, Model};
use macros::guarded;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::bill::Problem;
use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::money::Money;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// What becomes of the invoices of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "billing_run::Mode")]
pub enum BillingRunMode {
    /// They are counted and thrown away.
    Try,
    /// They are drafts, for a person to look at.
    Draft,
    /// They are issued and mailed.
    Issue,
}

/// The state of a billing run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "billing_run::State")]
pub enum BillingRunState {
    /// It is at work, or was interrupted and goes on by itself.
    Running,
    /// It is finished.
    Done,
    /// It stopped for a person to look, because it would invoice much more than the last run.
    Stopped,
}

/// A run that bills what is due until a day.
pub struct BillingRun {
    row: Arc<Model>,
    issuer: Decision,
}

impl BillingRun {
    /// The runs of an issuer, the newest first.
    pub async fn list(request: &Request, issuer: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = store::list(request, issuer.id(), page).await?;
        Ok(rows.connection(|row| Self { row: Arc::clone(row), issuer: issuer.clone() }))
    }
}

impl Find for BillingRun {
    const TYPE: Type = Type::BillingRun;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.issuer_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self { row, issuer: at }))
    }
}

impl Guarded for BillingRun {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.issuer.grants_at(side)
    }
}

/// A run that bills what is due until a day.
#[guarded(exists(ACCOUNTING_READ))]
impl BillingRun {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::BillingRun.id(self.row.id)
    }

    /// The last day whose intervals it bills, besides the days that the issuer bills ahead.
    #[public]
    fn until(&self) -> Date {
        self.row.until_on
    }

    /// What becomes of its invoices.
    #[public]
    fn mode(&self) -> BillingRunMode {
        self.row.mode.into()
    }

    /// Its state.
    #[public]
    fn state(&self) -> BillingRunState {
        self.row.state.into()
    }

    /// How many invoices it has made so far.
    #[public]
    fn invoice_count(&self) -> i32 {
        self.row.invoices
    }

    /// How many credit notes it has issued so far.
    #[public]
    fn credit_note_count(&self) -> i32 {
        self.row.credit_notes
    }

    /// How many organisations it has left out so far.
    #[public]
    fn left_out_count(&self) -> i32 {
        self.row.left_out
    }

    /// What it has invoiced so far before VAT, in each currency.
    #[public]
    fn net(&self) -> Vec<Money> {
        let sums: std::collections::BTreeMap<String, i64> = serde_json::from_str(&self.row.sums).unwrap_or_default();
        sums.into_iter().map(|(currency, minor)| Money::new(minor, &currency)).collect()
    }

    /// Which organisations it left out and why: the first hundred.
    #[public]
    fn problems(&self) -> Vec<BillingProblem> {
        let problems: Vec<Problem> = serde_json::from_str(&self.row.problems).unwrap_or_default();
        problems.into_iter().map(BillingProblem).collect()
    }

    /// When it began.
    #[public]
    fn started_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When it was finished; null while it is at work.
    #[public]
    fn finished_at(&self) -> Option<DateTimeUtc> {
        self.row.finished_at
    }
}

/// Why a billing run left an organisation out.
pub struct BillingProblem(Problem);

/// Why a billing run left an organisation out.
#[guarded]
impl BillingProblem {
    /// Id of the organisation.
    #[public]
    fn organisation_id(&self) -> ID {
        Type::Organisation.id(self.0.organisation)
    }

    /// What is wrong, and what to do.
    #[public]
    fn message(&self) -> &str {
        &self.0.message
    }
}
