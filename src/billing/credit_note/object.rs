//! A credit note and its lines.

use std::sync::Arc;

use async_graphql::{Context, ID};
use entity::credit_note::Model;
use entity::credit_note_line;
use macros::guarded;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::store;
use crate::access::{Decision, Exists, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::money::Money;
use crate::billing::document::Document;
use crate::billing::invoice::Invoice;
use crate::billing::vat::VatCategory;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

/// A credit note: what is taken back of an invoice.
#[derive(Clone)]
pub struct CreditNote {
    row: Arc<Model>,
    organisation: Decision,
    payer: Decision,
}

impl CreditNote {
    fn new(row: &Arc<Model>, organisation: &Decision, payer: &Decision) -> Self {
        Self { row: Arc::clone(row), organisation: organisation.clone(), payer: payer.clone() }
    }

    /// Its number.
    pub fn number_text(&self) -> &str {
        &self.row.number
    }

    /// The credit notes for an organisation, the newest first.
    pub async fn list(request: &Request, at: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = store::list(request, at.id(), page).await?;
        let payers = request.access.look_all(rows.rows().map(|row| row.payer_id)).await?;
        Ok(rows.connection(|row| Self::new(row, at, payers.get(&row.payer_id).unwrap_or(at))))
    }

    /// The credit notes of an invoice, the newest first.
    pub async fn list_of_invoice(
        request: &Request,
        invoice: Uuid,
        (organisation, payer): (&Decision, &Decision),
        page: &PageArguments,
    ) -> Result<Connection<Self>> {
        let rows = store::list_of_invoice(request, invoice, page).await?;
        Ok(rows.connection(|row| Self::new(row, organisation, payer)))
    }
}

impl Find for CreditNote {
    const TYPE: Type = Type::CreditNote;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::find_row(request, key).await? else { return Ok(None) };
        let sides = request.access.look_all([row.organisation_id, row.payer_id]).await?;
        let (Some(organisation), Some(payer)) = (sides.get(&row.organisation_id), sides.get(&row.payer_id)) else {
            return Ok(None);
        };
        Ok(Self::new(&row, organisation, payer).if_visible())
    }
}

impl Guarded for CreditNote {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let end = match side {
            Side::Organisation => &self.organisation,
            Side::Payer => &self.payer,
            Side::Client | Side::Reseller => return None,
        };
        end.grants_at(Side::Organisation)
    }
}

/// A credit note: what is taken back of an invoice.
#[guarded(exists(INVOICE_READ at ORGANISATION, INVOICE_READ at PAYER))]
impl CreditNote {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::CreditNote.id(self.row.id)
    }

    /// Its number. The numbers of one issuer have no gaps.
    #[public]
    fn number(&self) -> &str {
        &self.row.number
    }

    /// The organisation that the invoice is for.
    #[public]
    fn organisation(&self) -> OrganisationCard {
        self.organisation.card().into()
    }

    /// The organisation that was to pay the invoice.
    #[public]
    fn payer(&self) -> OrganisationCard {
        self.payer.card().into()
    }

    /// The invoice.
    #[public]
    async fn invoice(&self, context: &Context<'_>) -> Result<Option<Invoice>> {
        Invoice::find(Request::of(context)?, self.row.invoice_id).await
    }

    /// Why it was issued.
    #[public]
    fn reason(&self) -> &str {
        &self.row.reason
    }

    /// Sum of the lines before VAT.
    #[public]
    fn net(&self) -> Money {
        Money::new(self.row.net_minor, &self.row.currency)
    }

    /// VAT.
    #[public]
    fn vat(&self) -> Money {
        Money::new(self.row.vat_minor, &self.row.currency)
    }

    /// The VAT in the currency of the issuer's accounting, at the rate of the invoice; null if that is the currency of both,
    /// or there is no VAT.
    #[public]
    fn accounting_vat(&self) -> Option<Money> {
        Some(Money::new(self.row.accounting_vat_minor?, self.row.accounting_currency.as_ref()?))
    }

    /// The amount with VAT.
    #[public]
    fn total(&self) -> Money {
        Money::new(self.row.total_minor, &self.row.currency)
    }

    /// What is left of it as the payer's balance: neither allocated to an invoice nor paid back.
    #[public]
    fn balance(&self) -> Money {
        Money::new(self.row.total_minor - self.row.allocated_minor, &self.row.currency)
    }

    /// Date of issue.
    #[public]
    fn issued_on(&self) -> Date {
        self.row.issued_on
    }

    /// Its documents, to be downloaded. They are written soon after the issue.
    #[public]
    async fn documents(&self, context: &Context<'_>) -> Result<Option<Vec<Document>>> {
        Document::list(Request::of(context)?, self.row.id).await.map(Some)
    }

    /// Its lines, in order.
    #[public]
    async fn lines(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<CreditNoteLine>>> {
        let currency: Arc<str> = self.row.currency.as_str().into();
        let rows = store::list_lines(Request::of(context)?, self.row.id, &page).await?;
        let line = |row: &Arc<_>| CreditNoteLine { row: Arc::clone(row), currency: Arc::clone(&currency) };
        Ok(Some(rows.connection(line)))
    }
}

/// One line of a credit note.
pub struct CreditNoteLine {
    row: Arc<credit_note_line::Model>,
    currency: Arc<str>,
}

/// One line of a credit note.
#[guarded]
impl CreditNoteLine {
    /// What it is for.
    #[public]
    fn description(&self) -> &str {
        &self.row.description
    }

    /// What is taken back before VAT. The credit of a discount is negative.
    #[public]
    fn net(&self) -> Money {
        Money::new(self.row.net_minor, &self.currency)
    }

    /// How it is taxed, as on the invoice.
    #[public]
    fn vat_category(&self) -> VatCategory {
        self.row.vat_category.into()
    }

    /// VAT rate in hundredths of a percent, as on the invoice: 2500 is 25 %.
    #[public]
    fn vat_basis_points(&self) -> i32 {
        self.row.vat_basis_points
    }
}
