//! Billing details, billing contacts, and the recipient of invoices.

use std::sync::Arc;

use async_graphql::{ID, Union};
use entity::{billing_contact, billing_details};
use macros::guarded;
use uuid::Uuid;

use super::buyer_invoicing::BuyerInvoicing;
use super::invoicing::Invoicing;
use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

/// The legal name and address of an organisation, and where its invoices go.
pub struct BillingDetails {
    details: Option<billing_details::Model>,
    recipient: BillingRecipient,
}

impl BillingDetails {
    /// The billing details of an organisation, for a viewer who may read them.
    pub async fn of(request: &Request, at: &Decision) -> Result<Self> {
        let billing = store::load(request, at.id()).await?;
        let recipient = match billing.payer {
            Some(payer) => BillingRecipient::Organisation(payer.into()),
            None => BillingRecipient::without_payer(billing.contact, at),
        };
        Ok(Self { details: billing.details, recipient })
    }

    /// The billing details after a mutation that may read them.
    pub(super) async fn load(request: &Request, organisation: Uuid) -> Result<Self> {
        let at = request.access.look(organisation).await?.ok_or(Error::NotFound)?;
        Self::of(request, &at).await
    }

    /// The organisation at the end of the chain of payers; `None` if the organisation pays for itself.
    pub async fn payer(request: &Request, at: &Decision) -> Result<Option<OrganisationCard>> {
        Ok(store::load(request, at.id()).await?.payer.map(OrganisationCard::from))
    }
}

/// Where invoices go: to an organisation, or to a contact of the organisation that is billed.
#[derive(Union, Clone)]
pub enum BillingRecipient {
    /// The billed organisation itself, or the organisation that pays for it.
    Organisation(OrganisationCard),
    /// A contact of the billed organisation.
    Contact(BillingContact),
}

impl BillingRecipient {
    /// Where the invoices of an organisation go while it pays for itself.
    pub async fn own(request: &Request, at: &Decision) -> Result<Self> {
        Ok(Self::without_payer(store::load(request, at.id()).await?.contact, at))
    }

    fn without_payer(contact: Option<billing_contact::Model>, at: &Decision) -> Self {
        match contact {
            Some(contact) => Self::Contact(BillingContact::new(Arc::new(contact), at)),
            None => Self::Organisation(at.card().into()),
        }
    }
}

/// The legal name and address of an organisation, and where its invoices go. The fields other than `recipient` are null
/// until they are filled in.
#[guarded]
impl BillingDetails {
    /// Legal name.
    #[public]
    fn legal_name(&self) -> Option<&str> {
        self.details.as_ref().map(|details| details.legal_name.as_str())
    }

    /// Postal address, with line breaks.
    #[public]
    fn address(&self) -> Option<&str> {
        self.details.as_ref().map(|details| details.address.as_str())
    }

    /// Country, as ISO 3166-1 alpha-2.
    #[public]
    fn country(&self) -> Option<&str> {
        self.details.as_ref().map(|details| details.country.as_str())
    }

    /// VAT number; null if it has none.
    #[public]
    fn vat_id(&self) -> Option<&str> {
        self.details.as_ref().and_then(|details| details.vat_id.as_deref())
    }

    /// The email address that invoices are sent to.
    #[public]
    fn email(&self) -> Option<&str> {
        self.details.as_ref().map(|details| details.email.as_str())
    }

    /// Currency of new invoices, as ISO 4217.
    #[public]
    fn currency(&self) -> Option<&str> {
        self.details.as_ref().map(|details| details.currency.as_str())
    }

    /// What the invoices need besides.
    #[public]
    fn invoicing(&self) -> Option<BuyerInvoicing> {
        self.details.as_ref().map(Invoicing::of_details).map(BuyerInvoicing)
    }

    /// Where the invoices go.
    #[public]
    fn recipient(&self) -> BillingRecipient {
        self.recipient.clone()
    }
}

/// A recipient of invoices that is not an organisation on the platform.
#[derive(Clone)]
pub struct BillingContact {
    row: Arc<billing_contact::Model>,
    organisation: Decision,
}

impl BillingContact {
    fn new(row: Arc<billing_contact::Model>, organisation: &Decision) -> Self {
        Self { row, organisation: organisation.clone() }
    }

    pub(super) fn row(&self) -> &billing_contact::Model {
        &self.row
    }

    /// Its name, for a viewer who sees the contact.
    pub fn display_name(&self) -> &str {
        &self.row.name
    }

    /// A page of the contacts of an organisation, by name.
    pub async fn list(request: &Request, at: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = store::list_contacts(request, at.id(), page).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }
}

impl Find for BillingContact {
    const TYPE: Type = Type::BillingContact;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up_contact(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

impl Guarded for BillingContact {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// A recipient of invoices that is not an organisation on the platform.
#[guarded(exists(BILLING_READ))]
impl BillingContact {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::BillingContact.id(self.row.id)
    }

    /// Name.
    #[public]
    pub(crate) fn name(&self) -> &str {
        &self.row.name
    }

    /// Postal address, with line breaks.
    #[public]
    fn address(&self) -> &str {
        &self.row.address
    }

    /// Country, as ISO 3166-1 alpha-2.
    #[public]
    fn country(&self) -> &str {
        &self.row.country
    }

    /// The email address that invoices are sent to.
    #[public]
    fn email(&self) -> &str {
        &self.row.email
    }

    /// What its invoices need besides.
    #[public]
    fn invoicing(&self) -> BuyerInvoicing {
        BuyerInvoicing(Invoicing::of_contact(&self.row))
    }
}
