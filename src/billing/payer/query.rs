//! The root field that explains who pays.

use async_graphql::{Context, ID};
use chrono::Datelike;
use macros::guarded;
use sea_orm::prelude::Date;

use super::explain::{PayerExplanation, explain};
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::Request;

/// Root fields about payers.
#[derive(Default)]
pub struct PayerQuery;

#[guarded]
impl PayerQuery {
    /// Explains who pays for an organisation on a day: each agreement in the chain of payers, where its invoices go, and the
    /// next change.
    #[finds(BILLING_READ)]
    async fn explain_payer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation that is paid for.")] organisation_id: ID,
        #[graphql(desc = "The business day, in the past or the future. Without it, today.")] on: Option<Date>,
    ) -> Result<Option<PayerExplanation>> {
        let request = Request::of(context)?;
        let key = Type::Organisation.parse(&organisation_id)?;
        let on = on.unwrap_or_else(|| request.today());
        if !(1..=9999).contains(&on.year()) {
            return Err(Error::InvalidInput("Give a day in the years 1 to 9999.".to_owned()));
        }
        let at = request.access.look(key).await?.filter(|at| at.grants.has(Permission::BillingRead));
        explain(request, &at.ok_or(Error::NotFound)?, on).await.map(Some)
    }
}
