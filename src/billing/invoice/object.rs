//! An invoice.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use entity::invoice;
use macros::guarded;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::line::InvoiceLine;
use super::{rules, store};
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id;
use crate::base::money::Money;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

/// Where an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "invoice::State")]
pub enum InvoiceState {
    /// Not issued yet.
    Draft,
    /// Issued, not wholly paid.
    Open,
    /// Wholly paid.
    Paid,
    /// Cancelled.
    Void,
}

/// An invoice, with its recipient as it was when issued.
#[derive(Clone)]
pub struct Invoice {
    row: Arc<invoice::Model>,
    organisation: Decision,
    payer: Decision,
}

impl Invoice {
    /// An invoice with the organisation that it is for and the one that pays it.
    pub fn new(row: &Arc<invoice::Model>, organisation: &Decision, payer: &Decision) -> Self {
        Self { row: Arc::clone(row), organisation: organisation.clone(), payer: payer.clone() }
    }

    /// The organisation that it is for.
    pub fn organisation_key(&self) -> Uuid {
        self.organisation.row.id
    }

    /// The organisation that is to pay it.
    pub fn payer_key(&self) -> Uuid {
        self.payer.row.id
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, &self.row.currency)
    }
}

impl crate::graphql::act::Find for Invoice {
    const TYPE: crate::base::id::Type = crate::base::id::Type::Invoice;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for Invoice {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let end = match side {
            Side::Organisation => &self.organisation,
            Side::Payer => &self.payer,
            Side::Client | Side::Reseller => return None,
        };
        Some(GrantsAt { organisation: end.row.id, grants: end.grants })
    }
}

/// An invoice, with its recipient as it was when issued.
#[guarded(exists(INVOICE_READ at ORGANISATION, INVOICE_READ at PAYER))]
#[Object]
impl Invoice {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Invoice.id(self.row.id)
    }

    /// Its number, without gaps per issuer; a draft has none.
    #[public]
    fn number(&self) -> Option<&str> {
        self.row.number.as_deref()
    }

    /// Where it stands.
    #[public]
    fn state(&self) -> InvoiceState {
        self.row.state.into()
    }

    /// Whether it is open and its last day to pay is over (UTC).
    #[public]
    async fn is_overdue(&self, context: &Context<'_>) -> Result<Option<bool>> {
        Ok(Some(rules::is_overdue(&self.row, Request::of(context)?.now().date_naive())))
    }

    /// The organisation that it is for.
    #[public]
    fn organisation(&self) -> OrganisationCard {
        OrganisationCard::from(&*self.organisation.row)
    }

    /// The organisation that is to pay it: the one that it is for, or its payer.
    #[public]
    fn payer(&self) -> OrganisationCard {
        OrganisationCard::from(&*self.payer.row)
    }

    /// Sum of the lines before VAT.
    #[public]
    fn net(&self) -> Money {
        self.money(self.row.net_minor)
    }

    /// VAT.
    #[public]
    fn vat(&self) -> Money {
        self.money(self.row.vat_minor)
    }

    /// What is to be paid in all.
    #[public]
    fn total(&self) -> Money {
        self.money(self.row.total_minor)
    }

    /// What has been paid.
    #[public]
    fn paid(&self) -> Money {
        self.money(self.row.paid_minor)
    }

    /// Whose name stands on it.
    #[public]
    fn recipient_name(&self) -> &str {
        &self.row.recipient_name
    }

    /// The address that stands on it.
    #[public]
    fn recipient_address(&self) -> &str {
        &self.row.recipient_address
    }

    /// Day of issue.
    #[public]
    fn issued_on(&self) -> Date {
        self.row.issued_on
    }

    /// Last day to pay.
    #[public]
    fn due_on(&self) -> Date {
        self.row.due_on
    }

    /// What it is for, line by line.
    #[public]
    async fn lines(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<InvoiceLine>>> {
        store::lines(Request::of(context)?, self.row.id, self.row.currency.as_str().into(), &page).await.map(Some)
    }
}
