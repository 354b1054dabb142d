//! What the mutations that create clients take and give.

use async_graphql::{ID, InputObject, OneofObject, SimpleObject};
use sea_orm::prelude::DateTimeUtc;

use crate::access::directive;
use crate::base::error::UserError;
use crate::base::locale::Locale;
use crate::organisation::{NewOrganisationKind, Organisation};
use crate::partners::partnership::{DelegationInput, Partnership};

/// Where the invoices of a new client go, if not to itself.
#[derive(Clone, OneofObject)]
pub enum ClientRecipientInput {
    /// True: the reseller pays, from today on. You consent for it, so you need `billing:update` there.
    Reseller(bool),
    /// A contact of the client that is not on the platform, for example in the name of an agency's customer.
    Contact(ClientContactInput),
}

/// A contact that receives the invoices of a new client, whose billing details are filled in from it.
#[derive(Clone, InputObject)]
pub struct ClientContactInput {
    /// Who receives. 1 to 200 characters.
    pub name: String,
    /// Lines of the address. 1 to 1,000 characters.
    pub address: String,
    /// Country, as ISO 3166-1 alpha-2.
    pub country: String,
    /// Where invoices are sent.
    pub email: String,
    /// Currency of the invoices, as ISO 4217.
    pub currency: String,
}

/// A client to create.
#[derive(Clone, InputObject)]
pub struct NewClientInput {
    /// Its name. 1 to 200 characters.
    pub name: String,
    /// What sort of organisation it is.
    pub kind: NewOrganisationKind,
    /// What it lets through to the reseller's people from the start. Its owner can change that at any time. Without it, what
    /// its template wants.
    pub delegation: Option<DelegationInput>,
    /// The class of clients that it belongs to: one of the reseller's templates.
    pub delegation_template_id: Option<ID>,
    /// When the partnership ends by itself, if ever.
    pub ends_at: Option<DateTimeUtc>,
    /// The address of who is to own it, who gets a mail with a link. Until that one accepts, you keep the place. It can be
    /// named later too: `offerOwnership`.
    pub owner_email: Option<String>,
    /// The language of that mail, where the address has no account that says another.
    #[graphql(default)]
    pub locale: Locale,
    /// Where its invoices go; to itself if it is left out.
    pub recipient: Option<ClientRecipientInput>,
    /// Your own number of the client, up to 100 characters. No two of your clients have the same, so a list that is sent
    /// twice creates nothing twice.
    pub reference: Option<String>,
}

/// The client to create, and for whom.
#[derive(InputObject)]
pub struct CreateClientInput {
    /// The reseller's organisation.
    pub organisation_id: ID,
    /// The client.
    pub client: NewClientInput,
}

/// The clients to create, and for whom.
#[derive(InputObject)]
pub struct CreateClientsInput {
    /// The reseller's organisation.
    pub organisation_id: ID,
    /// The clients: 1 to 500. Send a longer list in parts.
    pub clients: Vec<NewClientInput>,
    /// Only says what would be done: nothing is written, nothing is sent.
    #[graphql(default)]
    pub dry_run: bool,
}

/// The client that was created.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct CreateClientPayload {
    /// The client; null if it was not created.
    pub client: Option<Organisation>,
    /// The partnership with it.
    pub partnership: Option<Partnership>,
    /// Why it was not created.
    pub user_errors: Vec<UserError>,
}

/// What became of one of many.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct CreateClientResult {
    /// Its place in the input, from 0 on.
    pub index: i32,
    /// The name as it was given.
    pub name: String,
    /// The client; null if it was not created, and in a dry run.
    pub client: Option<Organisation>,
    /// The partnership with it.
    pub partnership: Option<Partnership>,
    /// Why it was not created, or would not be.
    pub user_errors: Vec<UserError>,
}

/// What became of each.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct CreateClientsPayload {
    /// One for each in the input, in its order. What is wrong with one does not stop the others.
    pub results: Vec<CreateClientResult>,
    /// Why none at all was looked at.
    pub user_errors: Vec<UserError>,
}
