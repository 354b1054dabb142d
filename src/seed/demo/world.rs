//! The words for organisations and people. `terms.rs` has those for partnerships, and `trade.rs` for purchases.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use entity::{api_key, billing_details, membership, membership_role, organisation, organisation_halt, role, user};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

pub use entity::organisation::Kind;

use super::super::articles::Article;
use super::super::rows::Rows;
use super::Character;
use super::place::{Place, domain};
use crate::access::{BuiltinRole, Grants};
use crate::base::random::{Random, hash};
use crate::people::api_key::KEY_PREFIX;
use crate::people::user::mailbox;

/// The rows of the stories so far.
pub struct World {
    pub(super) now: DateTimeUtc,
    pub(super) random: Random,
    pub(super) rows: Rows,
    told_at: DateTimeUtc,
    password_hash: String,
    /// The features of articles, by their keys.
    features: BTreeMap<&'static str, (Uuid, DateTimeUtc)>,
}

impl World {
    /// A world whose rows begin more than a year ago.
    pub fn new(now: DateTimeUtc, random: Random, password_hash: String) -> Self {
        Self {
            now,
            random,
            rows: Rows::default(),
            told_at: now - TimeDelta::days(400),
            password_hash,
            features: BTreeMap::new(),
        }
    }

    /// A new id and its time, a little after the one before.
    pub(super) fn id(&mut self) -> (Uuid, DateTimeUtc) {
        self.told_at += TimeDelta::minutes(17);
        (self.random.id(self.told_at), self.told_at)
    }

    /// What one unit of the article entitles to.
    pub(super) fn feature(&mut self, article: &Article) -> Option<Uuid> {
        let (key, ..) = article.feature?;
        if !self.features.contains_key(key) {
            let made = self.id();
            self.features.insert(key, made);
        }
        self.features.get(key).map(|(id, _)| *id)
    }

    /// When the feature with this id came to be.
    pub(super) fn feature_made(&self, feature: Uuid) -> DateTimeUtc {
        let made = self.features.values().find(|(id, _)| *id == feature);
        made.map_or(self.told_at, |(_, made)| *made)
    }

    /// Adds a person of a story.
    pub fn person(&mut self, character: &Character) -> Uuid {
        self.user(character.name, character.email)
    }

    fn user(&mut self, name: &str, email: &str) -> Uuid {
        let (id, created_at) = self.id();
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

    /// Adds an organisation with billing details and one owner.
    pub fn organisation(&mut self, name: &str, kind: Kind, place: &Place, owner: Uuid) -> Uuid {
        let (id, created_at) = self.id();
        self.rows.organisations.push(organisation::Model {
            id,
            name: name.to_owned(),
            kind,
            state: organisation::State::Active,
            code: self.random.code(),
            created_at,
        });
        let is_registered = matches!(kind, Kind::Company | Kind::Reseller | Kind::Operator);
        let count = self.rows.organisations.len();
        self.rows.billing_details.push(billing_details::Model {
            vat_id: is_registered.then(|| format!("{}{:09}", place.country, 556_000_000 + count)),
            ..billing_details::Model::new(
                id,
                name.to_owned(),
                place.address.to_owned(),
                place.country.to_owned(),
                format!("billing@{}", domain(name)),
                place.currency.to_owned(),
            )
        });
        self.member(id, owner, &[BuiltinRole::Owner]);
        id
    }

    /// Suspends the organisation, so many days ago.
    pub fn suspend(&mut self, organisation: Uuid, days_ago: i64, reason: &str) {
        if let Some(row) = self.rows.organisations.iter_mut().find(|row| row.id == organisation) {
            row.state = organisation::State::Suspended;
        }
        self.rows.organisation_halts.push(organisation_halt::Model {
            organisation_id: organisation,
            suspended_at: Some(self.now - TimeDelta::days(days_ago)),
            suspended_because: Some(reason.to_owned()),
            closed_at: None,
        });
    }

    /// Makes the person a member with built-in roles.
    pub fn member(&mut self, organisation: Uuid, person: Uuid, roles: &[BuiltinRole]) -> Uuid {
        let (id, created_at) = self.id();
        self.rows.memberships.push(membership::Model {
            id,
            organisation_id: organisation,
            user_id: person,
            partnership_id: None,
            expires_at: None,
            created_at,
            custody_reseller_id: None,
        });
        for role in roles {
            self.hold(organisation, id, Some(*role), None);
        }
        id
    }

    /// Adds a person who is in no story as a member. The address is at the organisation's domain.
    pub fn colleague(&mut self, organisation: Uuid, name: &str, roles: &[BuiltinRole]) -> Uuid {
        let first = name.split(' ').next().unwrap_or(name).to_lowercase();
        let person = self.user(name, &format!("{first}@{}", self.domain_of(organisation)));
        self.member(organisation, person, roles)
    }

    /// Lets the membership expire.
    pub fn expire(&mut self, membership: Uuid, days_ago: i64) {
        let ended = self.now - TimeDelta::days(days_ago);
        if let Some(row) = self.rows.memberships.iter_mut().find(|row| row.id == membership) {
            row.expires_at = Some(ended);
        }
    }

    /// Adds a custom role.
    pub fn role(&mut self, organisation: Uuid, name: &str, sets: Grants) -> Uuid {
        let (id, created_at) = self.id();
        self.rows.roles.push(role::Model {
            id,
            organisation_id: organisation,
            name: name.to_owned(),
            name_key: collation::sort_key(name),
            permissions: sets.own.to_stored(),
            client_permissions: sets.clients.to_stored(),
            created_at,
        });
        id
    }

    /// Gives the member a custom role.
    pub fn give(&mut self, organisation: Uuid, membership: Uuid, role: Uuid) {
        self.hold(organisation, membership, None, Some(role));
    }

    fn hold(&mut self, organisation_id: Uuid, membership_id: Uuid, builtin: Option<BuiltinRole>, role: Option<Uuid>) {
        let (id, _) = self.id();
        let builtin = builtin.map(|role| role.name().to_owned());
        self.rows.membership_roles.push(membership_role::Model {
            id,
            organisation_id,
            membership_id,
            builtin,
            role_id: role,
        });
    }

    /// Adds an API key of the organisation with this secret.
    pub fn api_key(&mut self, organisation: Uuid, name: &str, secret: &str, scopes: Grants) {
        let (id, created_at) = self.id();
        self.rows.api_keys.push(api_key::Model {
            id,
            organisation_id: organisation,
            name: name.to_owned(),
            secret_hash: hash(secret),
            permissions: scopes.own.to_stored(),
            client_permissions: scopes.clients.to_stored(),
            expires_at: None,
            revoked_at: None,
            created_at,
            prefix: secret.chars().take(KEY_PREFIX.len() + 6).collect(),
            created_by_id: None,
            last_used_at: None,
            previous_hash: None,
            previous_until: None,
            networks: None,
        });
    }

    /// Its name.
    pub(super) fn name_of(&self, organisation: Uuid) -> String {
        let row = self.rows.organisations.iter().find(|row| row.id == organisation);
        row.map_or_else(String::new, |row| row.name.clone())
    }

    /// Its code, for proposals.
    pub(super) fn code_of(&self, organisation: Uuid) -> Option<String> {
        self.rows.organisations.iter().find(|row| row.id == organisation).map(|row| row.code.clone())
    }

    /// Its domain name.
    pub(super) fn domain_of(&self, organisation: Uuid) -> String {
        domain(&self.name_of(organisation))
    }
}
