//! Database rows with defaults for what a test does not care about, and with ids that are the same in every run.
//! Purchases and billing are in `business.rs`, the audit log in `audit.rs`, spare keys and invitations in `invited.rs`.

mod access_requests;
mod accounts;
mod audit;
mod billing;
mod business;
mod catalogue;
mod directory;
mod invited;
mod licences;
mod orders;
mod ownership;
mod partners;
mod properties;
mod seats;
mod webhooks;

use chrono::TimeDelta;
use entity::{
    access_request, api_key, audit_chain, audit_event, billing_contact, billing_details, client_view,
    delegation_template, event, invitation, invitation_role, invoice, invoice_line, log_in_attempt, membership,
    membership_role, organisation, organisation_halt, ownership_transfer, partnership, partnership_proposal, payer,
    product, property_definition, property_value, reseller_programme, reseller_request, role, service, service_task,
    session, subscription, subscription_change, user,
};
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use tenantry::access::PermissionSet;
use tenantry::seed::rows as seed;
pub use tenantry::seed::rows::Held;
use uuid::Uuid;

use crate::world::people::Person;

/// The time of the stopped clock.
pub fn now() -> DateTimeUtc {
    DateTimeUtc::UNIX_EPOCH + TimeDelta::days(20_527) + TimeDelta::hours(12)
}

/// The day this many days after `now`.
pub fn day(offset: i64) -> Date {
    (now() + TimeDelta::days(offset)).date_naive()
}

/// A UUIDv7 whose bits show to which tree of tenants it belongs.
pub const fn key(tree: u8, number: u32) -> Uuid {
    Uuid::from_u128(0x019b_76da_8000_7000_8000_0000_0000_0000 | ((tree as u128) << 40) | number as u128)
}

/// Whether the id was made for the tree.
pub fn is_of(id: Uuid, tree: u8) -> bool {
    id.as_u128() ^ key(tree, 0).as_u128() <= u128::from(u32::MAX)
}

/// Rows of all tables, in the order in which they can be inserted.
#[derive(Clone, Default)]
pub struct Rows {
    tree: u8,
    next: u32,
    users: Vec<user::Model>,
    organisations: Vec<organisation::Model>,
    roles: Vec<role::Model>,
    partnerships: Vec<partnership::Model>,
    memberships: Vec<membership::Model>,
    membership_roles: Vec<membership_role::Model>,
    contacts: Vec<billing_contact::Model>,
    details: Vec<billing_details::Model>,
    payers: Vec<payer::Model>,
    products: Vec<product::Model>,
    catalogue: catalogue::Catalogue,
    subscriptions: Vec<subscription::Model>,
    changes: Vec<subscription_change::Model>,
    sold: orders::OrderRows,
    services: Vec<service::Model>,
    tasks: Vec<service_task::Model>,
    licences: licences::LicenceRows,
    invoices: Vec<invoice::Model>,
    lines: Vec<invoice_line::Model>,
    billed: billing::BillingRows,
    directory: directory::DirectoryRows,
    seats: seats::SeatRows,
    sessions: Vec<session::Model>,
    log_ins: Vec<log_in_attempt::Model>,
    keys: Vec<api_key::Model>,
    invitations: Vec<invitation::Model>,
    invitation_roles: Vec<invitation_role::Model>,
    chains: Vec<audit_chain::Model>,
    events: Vec<audit_event::Model>,
    happened: Vec<event::Model>,
    halts: Vec<organisation_halt::Model>,
    transfers: Vec<ownership_transfer::Model>,
    access_requests: Vec<access_request::Model>,
    proposals: Vec<partnership_proposal::Model>,
    requests: Vec<reseller_request::Model>,
    programmes: Vec<reseller_programme::Model>,
    templates: Vec<delegation_template::Model>,
    definitions: Vec<property_definition::Model>,
    values: Vec<property_value::Model>,
    views: Vec<client_view::Model>,
    webhooked: webhooks::WebhookRows,
}

impl Rows {
    /// Rows for one tree of tenants. Numbers below 1,000 are reserved for constants of the tests.
    pub fn new(tree: u8) -> Self {
        Self::starting_at(tree, 1_000)
    }

    /// More rows for a tree. Rows without a given id are numbered from here.
    pub fn starting_at(tree: u8, next: u32) -> Self {
        Self { tree, next, ..Self::default() }
    }

    fn id(&mut self) -> Uuid {
        self.next += 1;
        key(self.tree, self.next)
    }

    /// Each row is created a second after the one before.
    fn made(&self) -> DateTimeUtc {
        now() - TimeDelta::days(50) + TimeDelta::seconds(i64::from(self.next))
    }

    pub fn organisation(&mut self, id: Uuid, name: &str, kind: organisation::Kind) -> &mut organisation::Model {
        self.next += 1;
        let code = format!("{:04}-{:06}", self.tree, self.next);
        let row = seed::organisation(id, name, kind, code, self.made());
        push(&mut self.organisations, row)
    }

    pub fn person(&mut self, person: Person) -> &mut user::Model {
        self.user(person.id, person.name, person.email)
    }

    /// A user who never sends a request.
    pub fn somebody(&mut self, name: &str) -> Uuid {
        let id = self.id();
        let email = format!("{}@somebody.example", id.simple());
        self.user(id, name, &email).id
    }

    fn user(&mut self, id: Uuid, name: &str, email: &str) -> &mut user::Model {
        self.next += 1;
        let row = seed::user(id, name, email, self.made());
        push(&mut self.users, row)
    }

    pub fn role(&mut self, organisation: Uuid, name: &str, own: PermissionSet, clients: PermissionSet) -> Uuid {
        let id = self.id();
        self.role_with_id(id, organisation, name, own, clients)
    }

    pub fn role_with_id(
        &mut self,
        id: Uuid,
        organisation: Uuid,
        name: &str,
        own: PermissionSet,
        clients: PermissionSet,
    ) -> Uuid {
        let row = role::Model {
            id,
            organisation_id: organisation,
            name: name.to_owned(),
            name_key: collation::sort_key(name),
            permissions: own.to_stored(),
            client_permissions: clients.to_stored(),
            created_at: self.made(),
        };
        push(&mut self.roles, row).id
    }

    pub fn member(&mut self, organisation: Uuid, user: Uuid, roles: &[Held]) -> &mut membership::Model {
        let id = self.id();
        for role in roles {
            let row = seed::membership_role(self.id(), organisation, id, *role);
            self.membership_roles.push(row);
        }
        let row = seed::membership(id, organisation, user, self.made());
        push(&mut self.memberships, row)
    }

    pub fn partnership(&mut self, reseller: Uuid, client: Uuid, delegated: PermissionSet) -> &mut partnership::Model {
        let named = self.organisations.iter().find(|row| row.id == client);
        let client_name = named.map_or_else(String::new, |row| row.name.clone());
        let row = seed::partnership(self.id(), (reseller, client), &client_name, delegated, self.made());
        push(&mut self.partnerships, row)
    }

    /// The first partnership of a client.
    pub fn first_partnership(&self, client: Uuid) -> Uuid {
        self.partnerships.iter().find(|row| row.client_id == client).unwrap().id
    }

    /// Lets everybody log in.
    pub fn give_passwords(&mut self, hash: &str) {
        for user in &mut self.users {
            hash.clone_into(&mut user.password_hash);
        }
    }

    /// Writes all rows.
    pub async fn db_write(self, db: &impl ConnectionTrait) {
        db_insert(db, self.users).await;
        db_insert(db, self.organisations).await;
        db_insert(db, self.roles).await;
        db_insert(db, self.partnerships).await;
        db_insert(db, self.memberships).await;
        db_insert(db, self.membership_roles).await;
        db_insert(db, self.contacts).await;
        db_insert(db, self.details).await;
        db_insert(db, self.payers).await;
        db_insert(db, self.products).await;
        self.catalogue.db_write(db).await;
        db_insert(db, self.subscriptions).await;
        db_insert(db, self.changes).await;
        self.sold.db_write(db).await;
        db_insert(db, self.services).await;
        db_insert(db, self.tasks).await;
        self.licences.db_write(db).await;
        db_insert(db, self.invoices).await;
        db_insert(db, self.lines).await;
        self.billed.db_write(db).await;
        self.directory.db_write(db).await;
        self.seats.db_write(db).await;
        db_insert(db, self.sessions).await;
        db_insert(db, self.log_ins).await;
        db_insert(db, self.keys).await;
        db_insert(db, self.invitations).await;
        db_insert(db, self.invitation_roles).await;
        db_insert(db, self.chains).await;
        db_insert(db, self.events).await;
        db_insert(db, self.happened).await;
        db_insert(db, self.halts).await;
        self.webhooked.db_write(db).await;
        db_insert(db, self.transfers).await;
        db_insert(db, self.access_requests).await;
        db_insert(db, self.proposals).await;
        db_insert(db, self.requests).await;
        db_insert(db, self.programmes).await;
        db_insert(db, self.templates).await;
        properties::db_write(db, self.definitions, self.values, self.views).await;
        migration::fill(db).await.unwrap();
    }
}

fn push<T>(rows: &mut Vec<T>, row: T) -> &mut T {
    rows.push(row);
    rows.last_mut().unwrap()
}

/// Inserts many rows of one table at once.
pub async fn db_insert<M, A>(db: &impl ConnectionTrait, rows: Vec<M>)
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait,
{
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        let some: Vec<A> = rows.by_ref().take(500).collect();
        A::Entity::insert_many(some).exec_without_returning(db).await.unwrap();
    }
}
