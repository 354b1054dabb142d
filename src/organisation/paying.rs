//! Who an organisation is on paper, and who pays for whom: a part of `Organisation`.

use async_graphql::{Context, Object};
use macros::guarded;

use super::card::OrganisationCard;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::billing::details::{self, BillingContact, BillingDetails};
use crate::billing::payer::{self, Moment, PayerAgreement, PayerAgreementState};
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// The fields of an organisation that are about paying.
pub struct OrganisationPaying(pub(super) Decision);

impl Guarded for OrganisationPaying {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// The fields of an organisation that are about paying.
#[guarded]
#[Object]
impl OrganisationPaying {
    /// Who it is on paper, and where its invoices go.
    #[requires(BILLING_READ)]
    async fn billing(&self, context: &Context<'_>) -> Result<Option<BillingDetails>> {
        details::store::details(Request::of(context)?, &self.0).await.map(Some)
    }

    /// Its contacts that can receive invoices in its place, by name.
    #[requires(BILLING_READ)]
    async fn billing_contacts(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<BillingContact>>> {
        details::store::contacts(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// The organisation that pays for it, at the end of the chain of payers; null if it pays for itself. `explainPayer`
    /// tells why.
    #[requires(BILLING_READ)]
    async fn payer(&self, context: &Context<'_>) -> Result<Option<OrganisationCard>> {
        details::store::payer(Request::of(context)?, self.0.row.id).await
    }

    /// Who pays for it directly, has paid, will pay, or was asked to, the newest request first.
    #[requires(BILLING_READ)]
    async fn payer_requests(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only those in one of these states. Without it, all.")] states: Option<
            Vec<PayerAgreementState>,
        >,
    ) -> Result<Option<Connection<PayerAgreement>>> {
        let moment = Moment::of(context)?;
        payer::store::of_organisation(Request::of(context)?, &self.0, &page, moment, states.as_deref()).await.map(Some)
    }

    /// What it is asked to pay for, the newest request first: `acceptPayer` and `declinePayer` answer.
    #[requires(BILLING_READ)]
    async fn requests_to_pay(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Those in one of these states. Without it, those that wait.")] states: Option<
            Vec<PayerAgreementState>,
        >,
    ) -> Result<Option<Connection<PayerAgreement>>> {
        let moment = Moment::of(context)?;
        payer::store::of_payer(Request::of(context)?, &self.0, &page, moment, states.as_deref()).await.map(Some)
    }

    /// The organisations that it pays for directly.
    #[requires(INVOICE_READ)]
    async fn pays_for(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<OrganisationCard>>> {
        details::store::pays_for(Request::of(context)?, self.0.row.id, &page).await.map(Some)
    }
}
