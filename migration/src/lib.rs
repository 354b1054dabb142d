//! The migrations of the database, for SQLite and PostgreSQL.
//!
//! Each migration is one transaction and can be undone. This crate never imports `entity`, because an old migration
//! must not change when an entity does. `keys` and `checks` have the words for keys and constraints. Read
//! `m20261121_000002` first; it uses both.
#![allow(clippy::wildcard_imports, reason = "the words for columns read like a language of their own")]

pub use fill::fill;
use sea_orm_migration::prelude::*;
/// Provides `Migrator::up` and the like.
pub use sea_orm_migration::{Migration, MigrationStatus, MigratorTrait};

/// The forms of an address, as the migration of mailboxes wrote them.
pub use m20261125_000026_mailboxes::forms as address_forms;

mod changes;
mod checks;
mod fill;
mod keys;
mod m20261121_000001_users;
mod m20261121_000002_organisations;
mod m20261121_000003_partnerships;
mod m20261121_000004_memberships;
mod m20261121_000005_sessions;
mod m20261121_000006_billing;
mod m20261121_000007_subscriptions;
mod m20261121_000008_invoices;
mod m20261121_000009_api_keys;
mod m20261121_000010_audit;
mod m20261122_000011_accounts;
mod m20261122_000012_mail;
mod m20261122_000013_invitations;
mod m20261122_000014_ownership;
mod m20261122_000015_keys_and_logs;
mod m20261122_000016_search;
mod m20261124_000017_contracts;
mod m20261124_000018_properties;
mod m20261124_000019_payers;
mod m20261124_000020_templates;
mod m20261124_000021_trees;
mod m20261125_000024_sessions;
mod m20261125_000025_sign_in;
mod m20261125_000026_mailboxes;
mod m20261125_000028_sorting;
mod m20261126_000029_change_log;
mod m20261126_000030_catalogue;
mod m20261126_000031_orders;
mod m20261126_000032_provisioning;
mod m20261126_000033_idempotency;
mod m20261126_000034_issuer;
mod m20261126_000035_invoices;
mod m20261126_000036_payments;
mod m20261126_000037_commission;
mod m20261126_000040_bought;
mod m20261126_000041_licence_pools;
mod m20261126_000042_directory;
mod m20261126_000043_licences;
mod m20261126_000044_usage;
mod m20261127_000045_cookies;
mod m20261127_000046_invoice_orders;
mod m20261127_000047_access_requests;
mod m20261127_000048_events;
mod m20261127_000049_webhooks;
mod m20261127_000050_exchange_rates;

/// All migrations, the oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_users::Migration),
            Box::new(m20261121_000002_organisations::Migration),
            Box::new(m20261121_000003_partnerships::Migration),
            Box::new(m20261121_000004_memberships::Migration),
            Box::new(m20261121_000005_sessions::Migration),
            Box::new(m20261121_000006_billing::Migration),
            Box::new(m20261121_000007_subscriptions::Migration),
            Box::new(m20261121_000008_invoices::Migration),
            Box::new(m20261121_000009_api_keys::Migration),
            Box::new(m20261121_000010_audit::Migration),
            Box::new(m20261122_000011_accounts::Migration),
            Box::new(m20261122_000012_mail::Migration),
            Box::new(m20261122_000013_invitations::Migration),
            Box::new(m20261122_000014_ownership::Migration),
            Box::new(m20261122_000015_keys_and_logs::Migration),
            Box::new(m20261122_000016_search::Migration),
            Box::new(m20261124_000017_contracts::Migration),
            Box::new(m20261124_000018_properties::Migration),
            Box::new(m20261124_000019_payers::Migration),
            Box::new(m20261124_000020_templates::Migration),
            Box::new(m20261124_000021_trees::Migration),
            Box::new(m20261125_000024_sessions::Migration),
            Box::new(m20261125_000025_sign_in::Migration),
            Box::new(m20261125_000026_mailboxes::Migration),
            Box::new(m20261125_000028_sorting::Migration),
            Box::new(m20261126_000029_change_log::Migration),
            Box::new(m20261126_000030_catalogue::Migration),
            Box::new(m20261126_000031_orders::Migration),
            Box::new(m20261126_000032_provisioning::Migration),
            Box::new(m20261126_000033_idempotency::Migration),
            Box::new(m20261126_000034_issuer::Migration),
            Box::new(m20261126_000035_invoices::Migration),
            Box::new(m20261126_000036_payments::Migration),
            Box::new(m20261126_000037_commission::Migration),
            Box::new(m20261126_000040_bought::Migration),
            Box::new(m20261126_000041_licence_pools::Migration),
            Box::new(m20261126_000042_directory::Migration),
            Box::new(m20261126_000043_licences::Migration),
            Box::new(m20261126_000044_usage::Migration),
            Box::new(m20261127_000045_cookies::Migration),
            Box::new(m20261127_000046_invoice_orders::Migration),
            Box::new(m20261127_000047_access_requests::Migration),
            Box::new(m20261127_000048_events::Migration),
            Box::new(m20261127_000049_webhooks::Migration),
            Box::new(m20261127_000050_exchange_rates::Migration),
        ]
    }
}
