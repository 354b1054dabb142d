//! Where the invoices of a new client go.

use entity::{billing_contact, billing_details, payer};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::input::{ClientContactInput, ClientRecipientInput};
use crate::access::{Decision, Grants, Permission, PermissionSet};
use crate::base::error::UserError;
use crate::base::random::Random;
use crate::base::text;
use crate::billing::details::rules;

/// Where they go, checked.
#[derive(Clone, Debug)]
pub enum Recipient {
    /// To the reseller.
    Reseller,
    /// To a contact of the client.
    Contact(ClientContact),
}

/// A contact, checked.
#[derive(Clone, Debug)]
pub struct ClientContact {
    name: String,
    address: String,
    country: String,
    email: String,
    currency: String,
}

/// Checks what somebody wants who holds so much at the reseller.
pub fn read(input: Option<&ClientRecipientInput>, reseller: &Decision) -> Result<Option<Recipient>, UserError> {
    match input {
        None | Some(ClientRecipientInput::Reseller(false)) => Ok(None),
        Some(ClientRecipientInput::Reseller(true)) => {
            let needed = PermissionSet::of(&[Permission::BillingUpdate]);
            let missing = Grants { own: needed, clients: PermissionSet::EMPTY }.without(reseller.grants);
            if missing.is_empty() {
                Ok(Some(Recipient::Reseller))
            } else {
                Err(UserError::not_held("recipient", missing))
            }
        }
        Some(ClientRecipientInput::Contact(contact)) => contact_of(contact).map(Recipient::Contact).map(Some),
    }
}

fn contact_of(input: &ClientContactInput) -> Result<ClientContact, UserError> {
    Ok(ClientContact {
        name: text::name("recipient", &input.name)?,
        address: text::address("recipient", &input.address)?,
        country: rules::country("recipient", &input.country)?,
        email: rules::email("recipient", &input.email)?,
        currency: rules::currency("recipient", &input.currency)?,
    })
}

/// What is written for the recipients of new clients.
#[derive(Default)]
pub struct Recipients {
    /// Contacts.
    pub contacts: Vec<billing_contact::Model>,
    /// Billing details, each with its contact.
    pub details: Vec<billing_details::Model>,
    /// Agreements of the reseller to pay.
    pub payers: Vec<payer::Model>,
}

impl Recipients {
    /// Adds what is to be written for one client; the user consents for the reseller.
    pub fn add(
        &mut self,
        random: &Random,
        now: DateTimeUtc,
        (client, name): (Uuid, &str),
        recipient: &Recipient,
        (reseller, user): (Uuid, Option<Uuid>),
    ) {
        let id = random.id(now);
        match recipient {
            Recipient::Reseller => self.payers.push(payer::Model {
                id,
                organisation_id: client,
                payer_id: Some(reseller),
                sought_code: None,
                state: payer::State::Active,
                starts_on: now.date_naive(),
                ends_on: None,
                requested_by_id: user,
                answered_by_id: user,
                answered_at: Some(now),
                created_at: now,
            }),
            Recipient::Contact(contact) => {
                self.contacts.push(billing_contact::Model {
                    id,
                    organisation_id: client,
                    name: contact.name.clone(),
                    address: contact.address.clone(),
                    country: contact.country.clone(),
                    email: contact.email.clone(),
                    created_at: now,
                });
                self.details.push(billing_details::Model {
                    organisation_id: client,
                    legal_name: name.to_owned(),
                    address: contact.address.clone(),
                    country: contact.country.clone(),
                    vat_id: None,
                    email: contact.email.clone(),
                    currency: contact.currency.clone(),
                    contact_id: Some(id),
                });
            }
        }
    }
}
