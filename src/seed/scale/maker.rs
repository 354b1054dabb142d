//! Makes the rows of one organisation, person or partnership. Purchases and payers are in `trade.rs`.

use entity::{billing_details, membership, membership_role, organisation, partnership, product, user};
use uuid::Uuid;

use super::super::articles::ALL;
use super::super::pricing;
use super::super::rows::{self, Rows};
use super::dice::Dice;
use super::names;
use crate::access::{BuiltinRole, PermissionSet};
use crate::people::user::mailbox;

/// The roles of members who are not owners.
const ROLES: [BuiltinRole; 6] = [
    BuiltinRole::Admin,
    BuiltinRole::Billing,
    BuiltinRole::Technical,
    BuiltinRole::Viewer,
    BuiltinRole::Invoices,
    BuiltinRole::Member,
];

/// Makes rows, and collects them in `rows`.
pub struct Maker {
    /// The random numbers.
    pub dice: Dice,
    /// The rows since the last batch.
    pub rows: Rows,
    /// Organisations made so far.
    pub organisations: u64,
    /// Invoices made so far.
    pub invoices: u64,
    /// Orders made so far.
    pub orders: u64,
    /// The organisation that issues the invoices.
    pub operator: Uuid,
    /// What the operator sells.
    pub products: Vec<product::Model>,
    users: Vec<Uuid>,
    password_hash: String,
}

/// The permissions that a partnership delegates.
#[derive(Clone, Copy)]
pub struct Delegation {
    /// At the client.
    pub delegated: PermissionSet,
    /// At the client's own clients.
    pub client_delegated: PermissionSet,
    /// Whether people of the resellers above get them too.
    pub includes_upstream: bool,
}

impl Maker {
    /// A maker for about this many organisations.
    pub fn new(seed: u64, organisations: u64, password_hash: String) -> Self {
        Self {
            dice: Dice::new(seed, organisations),
            rows: Rows::default(),
            organisations: 0,
            invoices: 0,
            orders: 0,
            operator: Uuid::nil(),
            products: Vec::new(),
            users: Vec::new(),
            password_hash,
        }
    }

    /// Adds the operator's products and their prices. They must be there before anything is bought.
    pub fn catalogue(&mut self) {
        for article in ALL {
            let (id, created_at) = self.dice.id();
            self.products.push(article.product(id, self.operator, created_at));
        }
        self.rows.products.clone_from(&self.products);
        let (id, created_at) = self.dice.id();
        let plan = pricing::plan(id, self.operator, pricing::LIST, created_at);
        self.rows.prices = pricing::prices(&plan, &self.products, || self.dice.id());
        self.rows.price_plans.push(plan);
    }

    /// A person with a known address. Chance never makes this person a member anywhere.
    pub fn named_person(&mut self, name: &str, email: &str) -> Uuid {
        let (id, created_at) = self.dice.id();
        self.rows.users.push(user::Model {
            id,
            email: email.to_owned(),
            mailbox: mailbox(email),
            name: name.to_owned(),
            name_folded: collation::fold(name),
            password_hash: self.password_hash.clone(),
            email_verified_at: Some(created_at),
            state: user::State::Active,
            created_at,
            locale: user::Locale::En,
            erased_at: None,
        });
        id
    }

    /// A new person.
    pub fn person(&mut self) -> Uuid {
        let name = names::person(&self.dice);
        let id = self.named_person(&name, &format!("user{}@scale.example", self.users.len() + 1));
        self.users.push(id);
        id
    }

    /// A new person, or one who is already a member elsewhere.
    fn somebody(&mut self) -> Uuid {
        if self.users.is_empty() || self.dice.percent(60) { self.person() } else { self.dice.pick(&self.users) }
    }

    /// An organisation with billing details and a unique name.
    pub fn organisation(&mut self, kind: organisation::Kind) -> Uuid {
        let name = names::organisation(&self.dice, self.organisations + 1);
        self.named_organisation(name, kind)
    }

    /// An organisation with billing details and this name.
    pub fn named_organisation(&mut self, name: String, kind: organisation::Kind) -> Uuid {
        self.organisations += 1;
        let (id, created_at) = self.dice.id();
        let number = self.organisations;
        self.rows.billing_details.push(billing_details::Model {
            vat_id: (kind != organisation::Kind::Project).then(|| format!("SE{number:010}01")),
            ..billing_details::Model::new(
                id,
                name.clone(),
                format!("Storgatan {}\n{} Göteborg", number % 90 + 1, 41_000 + number % 1_000),
                "SE".to_owned(),
                format!("billing{number}@scale.example"),
                "SEK".to_owned(),
            )
        });
        let code = self.dice.code();
        let state = organisation::State::Active;
        self.rows.organisations.push(organisation::Model { id, name, kind, state, code, created_at });
        id
    }

    /// Makes the user a member.
    pub fn member(&mut self, organisation: Uuid, user: Uuid, role: BuiltinRole) {
        let (id, created_at) = self.dice.id();
        self.rows.memberships.push(membership::Model {
            id,
            organisation_id: organisation,
            user_id: user,
            partnership_id: None,
            expires_at: None,
            created_at,
            custody_reseller_id: None,
        });
        let (held, _) = self.dice.id();
        self.rows.membership_roles.push(membership_role::Model {
            id: held,
            organisation_id: organisation,
            membership_id: id,
            builtin: Some(role.name().to_owned()),
            role_id: None,
        });
    }

    /// Adds an owner and this many other members, all different.
    pub fn people(&mut self, organisation: Uuid, others: usize) {
        let mut members = vec![self.somebody()];
        self.member(organisation, members[0], BuiltinRole::Owner);
        for _ in 0..others {
            let mut somebody = self.somebody();
            if members.contains(&somebody) {
                somebody = self.person();
            }
            members.push(somebody);
            let role = self.dice.pick(&ROLES);
            self.member(organisation, somebody, role);
        }
    }

    /// Adds a partnership.
    pub fn partnership(&mut self, reseller: Uuid, client: Uuid, delegation: Delegation) {
        let (id, created_at) = self.dice.id();
        let row = self.rows.organisations.iter().rev().find(|row| row.id == client);
        let name = row.map_or_else(String::new, |row| row.name.clone());
        self.rows.partnerships.push(partnership::Model {
            client_delegated: delegation.client_delegated.to_stored(),
            includes_upstream: delegation.includes_upstream,
            ..rows::partnership(id, (reseller, client), &name, delegation.delegated, created_at)
        });
    }
}
