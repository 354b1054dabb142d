//! The fields of `Operator` about billing.

use async_graphql::Context;
use chrono::Datelike;
use macros::guarded;
use sea_orm::prelude::Date;

use super::object::paged;
use crate::access::{Authorised, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::billing::accounting::AccountingBatch;
use crate::billing::commission::{CommissionStatement, OpenCommission};
use crate::billing::exchange::{ExchangeRate, ExchangeRateOfDay};
use crate::billing::issuer::{Issuer, store as issuers};
use crate::billing::payment::{Payment, PaymentState};
use crate::billing::run::BillingRun;
use crate::billing::series::NumberSeries;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// The fields of the operator that are about billing.
pub struct OperatorBilling(pub(super) Authorised);

impl Guarded for OperatorBilling {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// The fields of the operator that are about billing.
#[guarded]
impl OperatorBilling {
    /// What stands on invoices about the operator, and how it bills; null until it is set.
    #[requires(ACCOUNTING_READ)]
    async fn issuer(&self, context: &Context<'_>) -> Result<Option<Issuer>> {
        Ok(issuers::load(Request::of(context)?.db(), self.0.id()).await?.map(Issuer::new))
    }

    /// The series of numbers of orders, invoices and credit notes.
    #[requires(ACCOUNTING_READ)]
    async fn number_series(&self, context: &Context<'_>) -> Result<Option<Vec<NumberSeries>>> {
        NumberSeries::list(Request::of(context)?, self.0.id()).await.map(Some)
    }

    /// The rates between currencies that were recorded, by `addExchangeRates` or from the file of the European Central Bank;
    /// those of the newest day first.
    #[requires(ACCOUNTING_READ)]
    async fn exchange_rates(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only rates of this day and later ones.")] from: Option<Date>,
        #[graphql(desc = "Only rates of this day and earlier ones.")] until: Option<Date>,
    ) -> Result<Option<Connection<ExchangeRate>>> {
        ExchangeRate::list(Request::of(context)?, self.0.id(), &page, (from, until)).await.map(Some)
    }

    /// The rate between two currencies that counts on a day: the newest one that is not too old. Null if none counts.
    #[requires(ACCOUNTING_READ)]
    async fn exchange_rate(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The currency of what is converted, as ISO 4217.")] from: String,
        #[graphql(desc = "The currency into which it is converted, as ISO 4217.")] to: String,
        #[graphql(desc = "The day. Without it, today.")] on: Option<Date>,
    ) -> Result<Option<ExchangeRateOfDay>> {
        let request = Request::of(context)?;
        let day = on.unwrap_or_else(|| request.today());
        ExchangeRateOfDay::find(request, self.0.id(), (&from, &to), day).await
    }

    /// The payments that the operator received, the newest first.
    #[requires(PAYMENT_RECORD)]
    async fn payments(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only payments in this state, for example those that wait for a person.")] state: Option<
            PaymentState,
        >,
    ) -> Result<Option<Connection<Payment>>> {
        Payment::list(Request::of(context)?, &self.0, &page, state.map(Into::into)).await.map(Some)
    }

    /// The billing runs, the newest first.
    #[requires(ACCOUNTING_READ)]
    async fn billing_runs(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<BillingRun>>> {
        BillingRun::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }
    /// The files for the bookkeeping that were made, the newest first.
    #[requires(ACCOUNTING_READ)]
    async fn accounting_batches(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<AccountingBatch>>> {
        AccountingBatch::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// The statements of commission of a month, by the names of the resellers.
    #[requires(ACCOUNTING_READ)]
    async fn commission_statements(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "A day of the month. Without it, the last month.")] month: Option<Date>,
    ) -> Result<Option<Connection<CommissionStatement>>> {
        let request = Request::of(context)?;
        let first = |day: Date| day.with_day(1).unwrap_or(day);
        let last = || first(first(request.today()).pred_opt().unwrap_or_default());
        let found = CommissionStatement::of_month(request, month.map_or_else(last, first), &self.0).await?;
        paged(found.into_iter(), &page, self.0.id(), |row| row.again()).map(Some)
    }

    /// What resellers have earned since their last closed months, by their names, one item for each currency.
    #[requires(ACCOUNTING_READ)]
    async fn open_commission(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<OpenCommission>>> {
        let found = OpenCommission::of_all(Request::of(context)?, &self.0).await?;
        paged(found.into_iter(), &page, self.0.id(), |row| OpenCommission::clone(row)).map(Some)
    }
}
