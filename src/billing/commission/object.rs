//! Statements of commission, and what has no statement yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID};
use entity::commission_statement::{self, Model};
use macros::guarded;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::line::CommissionLine;
use super::rules::{self, carried};
use super::{download, store};
use crate::access::{Authorised, Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::money::Money;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

/// The state of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "commission_statement::State")]
pub enum CommissionStatementState {
    /// Closed: nothing of it changes any more.
    Closed,
    /// Paid out.
    Paid,
}

/// The commission of a closed month, in one currency.
pub struct CommissionStatement {
    row: Arc<Model>,
    reseller: Decision,
}

impl CommissionStatement {
    /// Its key.
    pub fn key(&self) -> Uuid {
        self.row.id
    }

    /// The statements of a reseller, the newest first.
    pub async fn list(request: &Request, reseller: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = store::list(request, reseller.id(), page).await?;
        Ok(rows.connection(|row| Self { row: Arc::clone(row), reseller: reseller.clone() }))
    }

    /// The statements of a month with the names of their resellers, for staff.
    pub async fn of_month(request: &Request, month: Date, at: &Authorised) -> Result<Vec<(String, Uuid, Arc<Self>)>> {
        let rows = store::of_month(request.db(), month).await?;
        let resellers = request.access.look_all(rows.iter().map(|row| row.reseller_id)).await?;
        let named = rows.into_iter().map(|row| {
            let reseller = resellers.get(&row.reseller_id).cloned().unwrap_or_else(|| Decision::clone(at));
            let name = collation::sort_key(&reseller.card().name);
            (name, row.id, Arc::new(Self { row: Arc::new(row), reseller }))
        });
        Ok(named.collect())
    }

    /// Another handle of the same statement.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { row: Arc::clone(&self.row), reseller: self.reseller.clone() }
    }

    /// Its month and currency.
    pub fn name(&self) -> String {
        rules::name(&self.row)
    }

    /// It as a PDF.
    pub async fn pdf(&self, request: &Request) -> Result<Vec<u8>> {
        download::pdf(request, &self.row).await
    }

    /// Its lines as JSON, one in each line.
    pub async fn ndjson(&self, request: &Request) -> Result<Vec<u8>> {
        download::ndjson(request, &self.row).await
    }

    fn path(&self, file: &str) -> String {
        format!("/commission-statements/{}/{file}", Type::CommissionStatement.id(self.row.id).as_str())
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, &self.row.currency)
    }
}

impl Find for CommissionStatement {
    const TYPE: Type = Type::CommissionStatement;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.reseller_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self { row, reseller: at }))
    }
}

impl Guarded for CommissionStatement {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.reseller.grants_at(side)
    }
}

/// The commission of a closed month, in one currency.
#[guarded(exists(COMMISSION_READ, ACCOUNTING_READ, RESELLER_MANAGE))]
impl CommissionStatement {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::CommissionStatement.id(self.row.id)
    }

    /// The reseller.
    #[public]
    fn reseller(&self) -> OrganisationCard {
        self.reseller.card().into()
    }

    /// The first day of the month.
    #[public]
    fn month(&self) -> Date {
        self.row.month
    }

    /// The currency, as ISO 4217.
    #[public]
    fn currency(&self) -> &str {
        &self.row.currency
    }

    /// Its state.
    #[public]
    fn state(&self) -> CommissionStatementState {
        self.row.state.into()
    }

    /// What was carried over from the months before.
    #[public]
    fn opening(&self) -> Money {
        self.money(self.row.opening_minor)
    }

    /// The sum of its lines. It is negative if credits took back more than was earned.
    #[public]
    fn total(&self) -> Money {
        self.money(self.row.total_minor)
    }

    /// What is paid out: all, or nothing if it is below the threshold or not above zero.
    #[public]
    fn payout(&self) -> Money {
        self.money(self.row.payout_minor)
    }

    /// What is carried over to the next month.
    #[public]
    fn carried_over(&self) -> Money {
        self.money(carried(&self.row))
    }

    /// When the month was closed.
    #[public]
    fn closed_at(&self) -> DateTimeUtc {
        self.row.closed_at
    }

    /// The day on which it was paid out; null until then.
    #[public]
    fn paid_on(&self) -> Option<Date> {
        self.row.paid_on
    }

    /// What the bank calls the payout; null until then.
    #[public]
    fn payout_reference(&self) -> Option<&str> {
        self.row.payout_reference.as_deref()
    }

    /// The path to download it from as a PDF, with the same authorisation as requests.
    #[public]
    fn pdf_path(&self) -> String {
        self.path("pdf")
    }

    /// The path to download its lines from as JSON, one in each line.
    #[public]
    fn ndjson_path(&self) -> String {
        self.path("ndjson")
    }

    /// Its lines, the oldest first.
    #[public]
    async fn lines(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<CommissionLine>>> {
        let request = Request::of(context)?;
        let rows = store::list_lines(request, self.row.id, &page).await?;
        CommissionLine::connection(request, rows, &self.reseller).await.map(Some)
    }
}

/// What a reseller has earned since the last closed month, in one currency.
#[derive(Clone)]
pub struct OpenCommission {
    reseller: Decision,
    currency: String,
    opening_minor: i64,
    total_minor: i64,
}

impl OpenCommission {
    /// What a reseller has earned since the last closed month, by currency.
    pub async fn of(request: &Request, reseller: &Decision) -> Result<Vec<Self>> {
        let (sums, last) = (store::sums(request, reseller.id()).await?, store::last(request, reseller.id()).await?);
        let open = open_amounts(&sums, &last).into_iter();
        Ok(open.map(|((_, currency), amounts)| Self::new(reseller.clone(), currency, amounts)).collect())
    }

    /// What all resellers have earned since their last closed months, with their names, for staff.
    pub async fn of_all(request: &Request, at: &Authorised) -> Result<Vec<(String, Uuid, Arc<Self>)>> {
        let (sums, last) = store::all_open(request.db()).await?;
        let open = open_amounts(&sums, &last);
        let resellers = request.access.look_all(open.keys().map(|(reseller, _)| *reseller)).await?;
        let named = open.into_iter().map(|((id, currency), amounts)| {
            let reseller = resellers.get(&id).cloned().unwrap_or_else(|| Decision::clone(at));
            let name = format!("{} {currency}", collation::sort_key(&reseller.card().name));
            (name, id, Arc::new(Self::new(reseller, currency, amounts)))
        });
        Ok(named.collect())
    }

    fn new(reseller: Decision, currency: String, (opening_minor, total_minor): (i64, i64)) -> Self {
        Self { reseller, currency, opening_minor, total_minor }
    }
}

/// What was carried over and what was earned since, by reseller and currency.
fn open_amounts(sums: &[store::OpenSum], last: &[Model]) -> BTreeMap<(Uuid, String), (i64, i64)> {
    let mut found = BTreeMap::new();
    for row in last.iter().filter(|row| carried(row) != 0) {
        found.insert((row.reseller_id, row.currency.clone()), (carried(row), 0));
    }
    for sum in sums {
        found.entry((sum.reseller, sum.currency.clone())).or_insert((0, 0)).1 = sum.minor;
    }
    found
}

/// What a reseller has earned since the last closed month, in one currency.
#[guarded]
impl OpenCommission {
    /// The reseller.
    #[public]
    fn reseller(&self) -> OrganisationCard {
        self.reseller.card().into()
    }

    /// The currency, as ISO 4217.
    #[public]
    fn currency(&self) -> &str {
        &self.currency
    }

    /// What is carried over from the months before.
    #[public]
    fn opening(&self) -> Money {
        Money::new(self.opening_minor, &self.currency)
    }

    /// The sum of the lines so far.
    #[public]
    fn total(&self) -> Money {
        Money::new(self.total_minor, &self.currency)
    }

    /// The lines so far, the oldest first.
    #[public]
    async fn lines(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<CommissionLine>>> {
        let request = Request::of(context)?;
        let rows = store::list_open_lines(request, self.reseller.id(), &self.currency, &page).await?;
        CommissionLine::connection(request, rows, &self.reseller).await.map(Some)
    }
}
