//! The invoice, and which invoices a list shows.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};
use entity::invoice;
use macros::guarded;
use sea_orm::prelude::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::line::{InvoiceLine, InvoiceVat};
use super::reference;
use super::rules::{InvoiceState, open_minor, state_on};
use super::store::{self, By, Criteria, Order};
use crate::access::{Decision, Exists, GrantsAt, Guarded, Side};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::money::Money;
use crate::billing::credit_note::CreditNote;
use crate::billing::document::{Document, MissingDetail};
use crate::billing::payment::{Allocation, store as payments};
use crate::billing::reminder::Reminder;
use crate::billing::vat::VatExplanation;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, OrderDirection, PageArguments, Search};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

/// A filter for invoices. An invoice matches if it meets all conditions. All days are inclusive.
#[derive(InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvoiceFilter {
    /// Only invoices in one of these states. An empty list matches none.
    pub state: Option<Vec<InvoiceState>>,
    /// Only invoices whose number contains this text of at most 200 characters. Case does not matter.
    pub number: Option<String>,
    /// Only invoices that the organisation with this id is to pay.
    pub payer_id: Option<ID>,
    /// Only invoices for the organisation with this id.
    pub organisation_id: Option<ID>,
    /// Only invoices issued on this day or later.
    pub issued_from: Option<Date>,
    /// Only invoices issued on this day or earlier.
    pub issued_until: Option<Date>,
    /// Only invoices due on this day or later.
    pub due_from: Option<Date>,
    /// Only invoices due on this day or earlier.
    pub due_until: Option<Date>,
    /// Only invoices that were issued, paid or changed since this `changeToken`.
    pub changed_since: Option<String>,
}

impl InvoiceFilter {
    /// What the filter asks of the store.
    pub fn criteria(filter: Option<Self>) -> Result<Criteria> {
        let Some(filter) = filter else { return Ok(Criteria::default()) };
        let Self {
            state,
            number,
            payer_id,
            organisation_id,
            issued_from,
            issued_until,
            due_from,
            due_until,
            changed_since,
        } = filter;
        let side = |id: Option<ID>| id.map(|id| Type::Organisation.parse(&id)).transpose();
        let number = Search::parse(number.as_deref())
            .map_err(|wrong| Error::InvalidInput(format!("The filter by number: {wrong}")))?;
        Ok(Criteria {
            states: state,
            number,
            payer: side(payer_id)?,
            organisation: side(organisation_id)?,
            issued: (issued_from, issued_until),
            due: (due_from, due_until),
            changed_since,
            ..Criteria::default()
        })
    }
}

/// What invoices can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InvoiceOrderField {
    /// When the invoice was made.
    CreatedAt,
    /// The date of issue. A draft counts as later than all others.
    IssuedOn,
    /// The due date. A draft counts as later than all others.
    DueOn,
    /// The number, compared character by character. A draft counts as behind all others.
    Number,
}

/// The order of invoices.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct InvoiceOrder {
    /// What orders them.
    pub field: InvoiceOrderField,
    /// The direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub direction: OrderDirection,
}

impl InvoiceOrder {
    fn read(order: Option<Self>) -> Order {
        let Some(Self { field, direction }) = order else { return Order::default() };
        let by = match field {
            InvoiceOrderField::CreatedAt => By::Created,
            InvoiceOrderField::IssuedOn => By::Issued,
            InvoiceOrderField::DueOn => By::Due,
            InvoiceOrderField::Number => By::Number,
        };
        Order { by, descending: direction == OrderDirection::Desc }
    }
}

/// An invoice, with its recipient as it was at the time of issue.
#[derive(Clone)]
pub struct Invoice {
    row: Arc<invoice::Model>,
    state: InvoiceState,
    organisation: Decision,
    payer: Decision,
}

impl Invoice {
    /// The organisation that it is for.
    pub fn organisation_key(&self) -> Uuid {
        self.organisation.id()
    }

    /// The organisation that is to pay it.
    pub fn payer_key(&self) -> Uuid {
        self.payer.id()
    }

    /// Its number, or that it is a draft.
    pub fn number_or_draft(&self) -> &str {
        self.row.number.as_deref().unwrap_or("draft")
    }

    /// Its key.
    pub fn key(&self) -> Uuid {
        self.row.id
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, &self.row.currency)
    }
}

impl Invoice {
    fn new(request: &Request, row: &Arc<invoice::Model>, organisation: &Decision, payer: &Decision) -> Self {
        let state = state_on(row, request.today());
        Self { row: Arc::clone(row), state, organisation: organisation.clone(), payer: payer.clone() }
    }

    /// The invoices for an organisation; without an order, the newest first.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        filter: Option<InvoiceFilter>,
        order: Option<InvoiceOrder>,
    ) -> Result<Connection<Self>> {
        let criteria = Criteria { order: InvoiceOrder::read(order), ..InvoiceFilter::criteria(filter)? };
        let rows = store::list(request, at.id(), page, criteria).await?;
        let payers = request.access.look_all(rows.rows().map(|row| row.payer_id)).await?;
        // A foreign key ensures that the payer exists.
        Ok(rows.connection(|row| Self::new(request, row, at, payers.get(&row.payer_id).unwrap_or(at))))
    }

    /// The invoices of the clients of a reseller, as far as they let the viewer read them, the newest first.
    pub async fn list_of_clients(
        request: &Request,
        reseller: &Decision,
        page: &PageArguments,
        filter: Option<InvoiceFilter>,
    ) -> Result<Connection<Self>> {
        let rows = store::list_of_clients(request, reseller, page, InvoiceFilter::criteria(filter)?).await?;
        let sides = rows.rows().flat_map(|row| [row.organisation_id, row.payer_id]);
        let sides = request.access.look_all(sides).await?;
        let of = |id: Uuid| sides.get(&id).unwrap_or(reseller);
        // A foreign key ensures that both exist.
        Ok(rows.connection(|row| Self::new(request, row, of(row.organisation_id), of(row.payer_id))))
    }

    /// The invoices that an organisation is to pay, its own and those of others; without an order, the newest first.
    pub async fn list_to_pay(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        filter: Option<InvoiceFilter>,
        order: Option<InvoiceOrder>,
    ) -> Result<Connection<Self>> {
        let criteria = Criteria { order: InvoiceOrder::read(order), ..InvoiceFilter::criteria(filter)? };
        let rows = store::list_to_pay(request, at.id(), page, criteria).await?;
        let billed = request.access.look_all(rows.rows().map(|row| row.organisation_id)).await?;
        Ok(rows.connection(|row| Self::new(request, row, billed.get(&row.organisation_id).unwrap_or(at), at)))
    }
}

impl Find for Invoice {
    const TYPE: Type = Type::Invoice;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::find_row(request, key).await? else { return Ok(None) };
        let sides = request.access.look_all([row.organisation_id, row.payer_id]).await?;
        let (Some(organisation), Some(payer)) = (sides.get(&row.organisation_id), sides.get(&row.payer_id)) else {
            return Ok(None);
        };
        Ok(Self::new(request, &row, organisation, payer).if_visible())
    }
}

impl Guarded for Invoice {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let end = match side {
            Side::Organisation => &self.organisation,
            Side::Payer => &self.payer,
            Side::Client | Side::Reseller => return None,
        };
        end.grants_at(Side::Organisation)
    }
}

/// An invoice, with its recipient as it was at the time of issue.
#[guarded(exists(INVOICE_READ at ORGANISATION, INVOICE_READ at PAYER))]
impl Invoice {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Invoice.id(self.row.id)
    }

    /// Its number; null for a draft. The numbers of one issuer have no gaps.
    #[public]
    fn number(&self) -> Option<&str> {
        self.row.number.as_deref()
    }

    /// Its state on this business day.
    #[public]
    fn state(&self) -> InvoiceState {
        self.state
    }

    /// The organisation that it is for.
    #[public]
    fn organisation(&self) -> OrganisationCard {
        self.organisation.card().into()
    }

    /// The organisation that is to pay it: the one that it is for, or its payer.
    #[public]
    fn payer(&self) -> OrganisationCard {
        self.payer.card().into()
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

    /// The amount to pay, with VAT.
    #[public]
    fn total(&self) -> Money {
        self.money(self.row.total_minor)
    }

    /// The amount that has been paid.
    #[public]
    fn paid(&self) -> Money {
        self.money(self.row.paid_minor)
    }

    /// The sum of its credit notes, with VAT.
    #[public]
    fn credited(&self) -> Money {
        self.money(self.row.credited_minor)
    }

    /// What is left to pay: the total without payments, and without credit notes that were allocated to it. Nothing for a
    /// draft.
    #[public]
    fn balance(&self) -> Money {
        self.money(open_minor(&self.row))
    }

    /// VAT by category and rate.
    #[public]
    async fn vat_lines(&self, context: &Context<'_>) -> Result<Option<Vec<InvoiceVat>>> {
        let rows = store::vat(Request::of(context)?, self.row.id).await?;
        Ok(Some(rows.iter().map(|row| InvoiceVat::new(row, &self.row.currency)).collect()))
    }

    /// Why VAT is charged, or is not; null for an invoice from before this was kept.
    #[public]
    fn vat_explanation(&self) -> Option<VatExplanation> {
        VatExplanation::read(&self.row.vat_rule, self.row.exchange.as_deref())
    }

    /// The VAT in the currency of the issuer's accounting; null if that is the one of the invoice, or there is no VAT.
    #[public]
    fn accounting_vat(&self) -> Option<Money> {
        Some(Money::new(self.row.accounting_vat_minor?, self.row.accounting_currency.as_ref()?))
    }

    /// The reference to name when paying; null for a draft.
    #[public]
    fn payment_reference(&self) -> Option<String> {
        self.row.payment_reference.as_deref().map(reference::shown)
    }

    /// The customer's own number for what it ordered.
    #[public]
    fn purchase_order(&self) -> Option<&str> {
        self.row.purchase_order.as_deref()
    }

    /// What was put to it of payments and credit notes, the oldest first.
    #[public]
    async fn allocations(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Allocation>>> {
        let currency: Arc<str> = self.row.currency.as_str().into();
        let rows = payments::list_of_invoice(Request::of(context)?, self.row.id, &page).await?;
        Ok(Some(rows.connection(|row| Allocation::new(row, &currency))))
    }

    /// Its documents, to be downloaded. They are written soon after the issue; a draft has none.
    #[public]
    async fn documents(&self, context: &Context<'_>) -> Result<Option<Vec<Document>>> {
        Document::list(Request::of(context)?, self.row.id).await.map(Some)
    }

    /// What is missing for its electronic invoices. Mend it before a draft is issued: without it, there is only the PDF.
    #[public]
    async fn missing_details(&self, context: &Context<'_>) -> Result<Option<Vec<MissingDetail>>> {
        let vat = store::vat(Request::of(context)?, self.row.id).await?;
        Ok(Some(MissingDetail::list(&self.row, &vat)))
    }

    /// Its credit notes, the newest first.
    #[public]
    async fn credit_notes(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<CreditNote>>> {
        let request = Request::of(context)?;
        let sides = (&self.organisation, &self.payer);
        CreditNote::list_of_invoice(request, self.row.id, sides, &page).await.map(Some)
    }

    /// The name of the recipient on the invoice.
    #[public]
    fn recipient_name(&self) -> &str {
        &self.row.recipient_name
    }

    /// The address of the recipient on the invoice.
    #[public]
    fn recipient_address(&self) -> &str {
        &self.row.recipient_address
    }

    /// Date of issue; null for a draft.
    #[public]
    fn issued_on(&self) -> Option<Date> {
        self.row.issued_on
    }

    /// Due date: the last day to pay; null for a draft.
    #[public]
    fn due_on(&self) -> Option<Date> {
        self.row.due_on
    }

    /// What was done because it was overdue, in order.
    #[public]
    async fn reminders(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Reminder>>> {
        let currency: Arc<str> = self.row.currency.as_str().into();
        Reminder::list(Request::of(context)?, self.row.id, &currency, &page).await.map(Some)
    }

    /// The first day on which reminders go on; null if they are not paused.
    #[public]
    fn reminders_paused_until(&self) -> Option<Date> {
        self.row.reminders_paused_until
    }

    /// Its lines, in order.
    #[public]
    async fn lines(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<InvoiceLine>>> {
        let currency: Arc<str> = self.row.currency.as_str().into();
        let rows = store::list_lines(Request::of(context)?, self.row.id, &page).await?;
        Ok(Some(rows.connection(|row| InvoiceLine::new(row, &currency))))
    }
}
