//! Where the invoices of a new client go.

use entity::{billing_contact, billing_details, payer};
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use crate::access::{Authorised, Grants, Permission, PermissionSet};
use crate::base::error::UserError;
use crate::base::random::Random;
use crate::base::text;
use crate::billing::details::rules;

/// Where the invoices of a client go, if not to itself.
#[derive(Clone, Debug)]
pub enum Recipient {
    /// To the reseller.
    Reseller,
    /// To a contact of the client.
    Contact(ClientContact),
}

/// A contact.
#[derive(Clone, Debug)]
pub struct ClientContact {
    /// Its name.
    pub name: String,
    /// Lines of its address.
    pub address: String,
    /// Its country.
    pub country: String,
    /// Its email address.
    pub email: String,
    /// The currency of its invoices.
    pub currency: String,
}

impl Recipient {
    /// The recipient in the form that is stored. An actor who lets the reseller pay needs BILLING_UPDATE there.
    pub fn check(&self, reseller: &Authorised) -> Result<Self, UserError> {
        match self {
            Self::Reseller => {
                let needed = PermissionSet::of(&[Permission::BillingUpdate]);
                let missing = Grants { own: needed, clients: PermissionSet::EMPTY }.without(reseller.grants);
                if missing.is_empty() { Ok(Self::Reseller) } else { Err(UserError::not_held("recipient", missing)) }
            }
            Self::Contact(contact) => {
                let checked = contact.check();
                checked.map(Self::Contact).map_err(|error| error.inside("contact").inside("recipient"))
            }
        }
    }
}

impl ClientContact {
    fn check(&self) -> Result<Self, UserError> {
        Ok(Self {
            name: text::name("name", &self.name)?,
            address: text::address("address", &self.address)?,
            country: rules::country("country", &self.country)?,
            email: rules::email("email", &self.email)?,
            currency: rules::currency("currency", &self.currency)?,
        })
    }
}

/// The rows for the recipients of new clients.
#[derive(Default)]
pub struct Recipients {
    /// Contacts.
    pub contacts: Vec<billing_contact::Model>,
    /// Billing details of the clients, each with its contact.
    pub details: Vec<billing_details::Model>,
    /// Agreements of the reseller to pay.
    pub payers: Vec<payer::Model>,
}

impl Recipients {
    /// Adds the rows of one client. The user consents for the reseller.
    pub fn add(
        &mut self,
        random: &Random,
        (now, today): (DateTimeUtc, Date),
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
                starts_on: today,
                ends_on: None,
                requested_by_id: user,
                answered_by_id: user,
                answered_at: Some(now),
                created_at: now,
            }),
            Recipient::Contact(contact) => {
                self.contacts.push(billing_contact::Model::new(
                    (id, client),
                    (contact.name.clone(), collation::sort_key(&contact.name)),
                    contact.address.clone(),
                    contact.country.clone(),
                    contact.email.clone(),
                    now,
                ));
                self.details.push(billing_details::Model {
                    contact_id: Some(id),
                    ..billing_details::Model::new(
                        client,
                        name.to_owned(),
                        contact.address.clone(),
                        contact.country.clone(),
                        contact.email.clone(),
                        contact.currency.clone(),
                    )
                });
            }
        }
    }
}
