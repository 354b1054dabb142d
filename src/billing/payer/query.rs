//! The root field that explains who pays.

use async_graphql::{Context, ID, Object};
use chrono::Datelike;
use macros::guarded;
use sea_orm::prelude::Date;

use super::explain::{PayerExplanation, explain};
use super::rules::Moment;
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::Request;

/// Root fields about who pays.
#[derive(Default)]
pub struct PayerQuery;

#[guarded]
#[Object]
impl PayerQuery {
    /// Who pays for an organisation on a day, step by step, where its invoices go then, and what is agreed for later.
    #[finds(BILLING_READ)]
    async fn explain_payer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation that is paid for.")] organisation_id: ID,
        #[graphql(desc = "The day (UTC), past or to come; today if not given.")] on: Option<Date>,
    ) -> Result<Option<PayerExplanation>> {
        let request = Request::of(context)?;
        let key = Type::Organisation.parse(&organisation_id)?;
        let moment = Moment::of(context)?;
        let on = on.unwrap_or_else(|| moment.today());
        if !(1..=9999).contains(&on.year()) {
            return Err(Error::InvalidInput("Give a day of a year with four digits.".to_owned()));
        }
        let seen = request.access.look(key).await?.ok_or(Error::NotFound)?;
        if !seen.grants.has(Permission::BillingRead) {
            return Err(Error::NotFound);
        }
        explain(request, &seen, on, moment).await.map(Some)
    }
}
