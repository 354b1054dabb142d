//! The fields of `Organisation` about what it is billed.

use async_graphql::Context;
use macros::guarded;

use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::money::Money;
use crate::billing::charge::{Charge, ChargeState};
use crate::billing::credit_note::CreditNote;
use crate::billing::payment::{Balance, Payment};
use crate::billing::vat::VatExplanation;
use crate::catalogue::product::TaxClass;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// The fields of an organisation that are about what it is billed.
pub struct OrganisationBilled(pub(super) Decision);

impl Guarded for OrganisationBilled {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// The fields of an organisation that are about what it is billed.
#[guarded]
impl OrganisationBilled {
    /// The credit notes for this organisation, the newest first.
    #[requires(INVOICE_READ)]
    async fn credit_notes(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<CreditNote>>> {
        CreditNote::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// The payments that this organisation made, the newest first.
    #[requires(INVOICE_READ)]
    async fn payments(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Payment>>> {
        Payment::list_of_payer(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// What it has with the operator in each currency: payments and credit notes that no invoice has used up. `applyBalance`
    /// settles an invoice from it. Below zero if it owes what was paid back of a payment that its bank took back later.
    #[requires(INVOICE_READ)]
    async fn balance(&self, context: &Context<'_>) -> Result<Option<Vec<Money>>> {
        Balance::of(Request::of(context)?, self.0.id()).await.map(Some)
    }

    /// The charges by hand, the newest first: hours, fees and discounts that its next invoice takes, or that it has.
    #[requires(INVOICE_READ)]
    async fn charges(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only charges in this state.")] state: Option<ChargeState>,
    ) -> Result<Option<Connection<Charge>>> {
        Charge::list(Request::of(context)?, &self.0, &page, state.map(Into::into)).await.map(Some)
    }

    /// How an invoice of today would be taxed, and why; null while the issuer or the payer lacks its billing details, or a
    /// rate is missing.
    #[requires(INVOICE_READ)]
    async fn explain_vat(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The class of products.", default_with = "TaxClass::Standard")] tax_class: TaxClass,
    ) -> Result<Option<VatExplanation>> {
        VatExplanation::of_today(Request::of(context)?, self.0.id(), tax_class.into()).await
    }
}
