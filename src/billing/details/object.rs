//! Billing details, contacts, and the recipient of invoices.

use async_graphql::{ID, Object, Union};
use entity::{billing_contact, billing_details};
use macros::guarded;

use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::id;
use crate::organisation::OrganisationCard;

/// Who an organisation is on paper, and where its invoices go.
pub struct BillingDetails {
    details: Option<billing_details::Model>,
    recipient: BillingRecipient,
}

impl BillingDetails {
    /// Of an organisation that the viewer may read the billing details of.
    pub fn new(details: Option<billing_details::Model>, recipient: BillingRecipient) -> Self {
        Self { details, recipient }
    }
}

/// Where invoices go: to an organisation on the platform, or to a contact of it.
#[derive(Union, Clone)]
pub enum BillingRecipient {
    /// An organisation: itself, or the one that pays for it.
    Organisation(OrganisationCard),
    /// A contact of the organisation.
    Contact(BillingContact),
}

/// Who an organisation is on paper, and where its invoices go. Its fields are null until they are filled in.
#[guarded]
#[Object]
impl BillingDetails {
    /// Name in the register.
    #[public]
    fn legal_name(&self) -> Option<&str> {
        self.details.as_ref().map(|details| details.legal_name.as_str())
    }

    /// Lines of the address.
    #[public]
    fn address(&self) -> Option<&str> {
        self.details.as_ref().map(|details| details.address.as_str())
    }

    /// Country, as ISO 3166-1 alpha-2.
    #[public]
    fn country(&self) -> Option<&str> {
        self.details.as_ref().map(|details| details.country.as_str())
    }

    /// VAT number.
    #[public]
    fn vat_id(&self) -> Option<&str> {
        self.details.as_ref().and_then(|details| details.vat_id.as_deref())
    }

    /// Where invoices are sent.
    #[public]
    fn email(&self) -> Option<&str> {
        self.details.as_ref().map(|details| details.email.as_str())
    }

    /// Currency of the invoices, as ISO 4217.
    #[public]
    fn currency(&self) -> Option<&str> {
        self.details.as_ref().map(|details| details.currency.as_str())
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
    row: billing_contact::Model,
    seen: Decision,
}

impl BillingContact {
    /// A contact of an organisation.
    pub fn new(row: billing_contact::Model, seen: &Decision) -> Self {
        Self { row, seen: seen.clone() }
    }

    /// Its row.
    pub fn model(&self) -> &billing_contact::Model {
        &self.row
    }
}

impl crate::graphql::act::Find for BillingContact {
    const TYPE: crate::base::id::Type = crate::base::id::Type::BillingContact;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find_contact(request, key).await
    }
}

impl Guarded for BillingContact {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

/// A recipient of invoices that is not an organisation on the platform.
#[guarded(exists(BILLING_READ))]
#[Object]
impl BillingContact {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::BillingContact.id(self.row.id)
    }

    /// Who receives.
    #[public]
    fn name(&self) -> &str {
        &self.row.name
    }

    /// Lines of the address.
    #[public]
    fn address(&self) -> &str {
        &self.row.address
    }

    /// Country, as ISO 3166-1 alpha-2.
    #[public]
    fn country(&self) -> &str {
        &self.row.country
    }

    /// Where invoices are sent.
    #[public]
    fn email(&self) -> &str {
        &self.row.email
    }
}
