//! A client to create, as the mutations take it.

use async_graphql::{ID, InputObject, OneofObject};
use sea_orm::prelude::DateTimeUtc;

use super::creating::{NewClient, unknown_template};
use super::recipient::{ClientContact, Recipient};
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::organisation::{NewOrganisationKind, OrganisationKind};
use crate::partners::partnership::DelegationInput;

/// Where the invoices of a new client go, if not to the client itself.
#[derive(Clone, OneofObject)]
pub enum ClientRecipientInput {
    /// True: the reseller pays, from today on. You consent for the reseller, so you need `BILLING_UPDATE` there.
    Reseller(bool),
    /// A contact that is not on the platform, for example the customer of an agency.
    Contact(ClientContactInput),
}

/// A contact that receives the invoices of a new client. It also fills in the client's billing details.
#[derive(Clone, InputObject)]
pub struct ClientContactInput {
    /// Name of the contact: 1 to 200 characters.
    pub name: String,
    /// Lines of the address: 1 to 1,000 characters.
    pub address: String,
    /// Country, as ISO 3166-1 alpha-2.
    pub country: String,
    /// The email address that receives the invoices.
    pub email: String,
    /// Currency of the invoices, as ISO 4217.
    pub currency: String,
}

/// A client to create.
#[derive(Clone, InputObject)]
pub struct NewClientInput {
    /// Its name: 1 to 200 characters.
    pub name: String,
    /// What kind of organisation it is.
    pub kind: NewOrganisationKind,
    /// What it delegates to the reseller's people from the start. Its owner can change that at any time. Give this or
    /// `delegationTemplateId`. If you give both, this counts. A client of the operator takes neither.
    pub delegation: Option<DelegationInput>,
    /// Id of the reseller's delegation template for this client. Without `delegation`, the client delegates what the
    /// template asks for.
    pub delegation_template_id: Option<ID>,
    /// When the partnership ends by itself; null for no end, or for the latest end where the operator requires one.
    pub ends_at: Option<DateTimeUtc>,
    /// The address of the future owner, who gets a mail with a link. You hold ownership until the owner accepts. You
    /// can also name the owner later, with `offerOwnership`.
    pub owner_email: Option<String>,
    /// The language of that mail, if the address has no account with a language of its own.
    #[graphql(default)]
    pub locale: Locale,
    /// Where its invoices go; null for the client itself.
    pub recipient: Option<ClientRecipientInput>,
    /// Your own reference number for the client: up to 100 characters. Two of your clients never have the same, so a
    /// list that is sent twice creates nothing twice.
    pub reference: Option<String>,
}

impl From<NewClientInput> for NewClient {
    fn from(input: NewClientInput) -> Self {
        Self {
            name: input.name,
            kind: OrganisationKind::from(input.kind).into(),
            delegation: input.delegation.map(Into::into),
            template: input
                .delegation_template_id
                .map(|id| Type::DelegationTemplate.parse(&id).map_err(|_| unknown_template())),
            ends_at: input.ends_at,
            owner_email: input.owner_email,
            locale: input.locale,
            recipient: input.recipient.and_then(recipient),
            reference: input.reference,
        }
    }
}

fn recipient(input: ClientRecipientInput) -> Option<Recipient> {
    match input {
        ClientRecipientInput::Reseller(pays) => pays.then_some(Recipient::Reseller),
        ClientRecipientInput::Contact(contact) => {
            let ClientContactInput { name, address, country, email, currency } = contact;
            Some(Recipient::Contact(ClientContact { name, address, country, email, currency }))
        }
    }
}
