//! The fields of `Organisation` about billing details and payers.

use async_graphql::Context;
use macros::guarded;

use super::card::OrganisationCard;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::billing::details::{BillingContact, BillingDetails};
use crate::billing::payer::{PayerAgreement, PayerAgreementState};
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
impl OrganisationPaying {
    /// Its billing details, and where its invoices are sent.
    #[requires(BILLING_READ)]
    async fn billing(&self, context: &Context<'_>) -> Result<Option<BillingDetails>> {
        BillingDetails::of(Request::of(context)?, &self.0).await.map(Some)
    }

    /// Its billing contacts, ordered by name. A billing contact can receive invoices in place of the organisation.
    #[requires(BILLING_READ)]
    async fn billing_contacts(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<BillingContact>>> {
        BillingContact::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// The organisation that pays its invoices, at the end of the chain of payers; null if it pays for itself.
    /// `explainPayer` says why.
    #[requires(BILLING_READ)]
    async fn payer(&self, context: &Context<'_>) -> Result<Option<OrganisationCard>> {
        BillingDetails::payer(Request::of(context)?, &self.0).await
    }

    /// Agreements and requests about its direct payer: past, present, future and unanswered. The newest request is first.
    #[requires(BILLING_READ)]
    async fn payer_requests(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only agreements in one of these states. Without it, all.")] states: Option<
            Vec<PayerAgreementState>,
        >,
    ) -> Result<Option<Connection<PayerAgreement>>> {
        let request = Request::of(context)?;
        PayerAgreement::list_of_organisation(request, &self.0, &page, states.as_deref()).await.map(Some)
    }

    /// Requests to this organisation to pay for others, the newest first. Answer with `acceptPayer` or `declinePayer`.
    #[requires(BILLING_READ)]
    async fn requests_to_pay(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only requests in one of these states. Without it, the pending ones.")] states: Option<
            Vec<PayerAgreementState>,
        >,
    ) -> Result<Option<Connection<PayerAgreement>>> {
        PayerAgreement::list_of_payer(Request::of(context)?, &self.0, &page, states.as_deref()).await.map(Some)
    }

    /// The organisations that it pays for directly.
    #[requires(INVOICE_READ)]
    async fn pays_for(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<OrganisationCard>>> {
        PayerAgreement::list_paid_for(Request::of(context)?, &self.0, &page).await.map(Some)
    }
}
