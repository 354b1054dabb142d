//! Subscriptions, and the services that they pay for.

use crate::{
    checks::{has_length, is_not_negative, is_positive, one_of},
    keys::{composite_fk, index, of_organisation, restrict},
};
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let subscription = Table::create()
            .table("subscription")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(string("product_code"))
            .col(string("product_name"))
            .col(integer("quantity"))
            .col(string_len("term", 16))
            .col(big_integer("unit_price_minor"))
            .col(string_len("currency", 3))
            .col(string_len("state", 16))
            .col(date("starts_on"))
            .col(date_null("renews_on"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .check(is_positive("quantity"))
            .check(one_of("term", &["MONTHLY", "ANNUAL"]))
            .check(is_not_negative("unit_price_minor"))
            .check(has_length("currency", 3))
            .check(one_of("state", &["ACTIVE", "CANCELLED", "ENDED"]))
            .to_owned();
        manager.create_table(subscription).await?;
        manager.create_index(of_organisation("subscription")).await?;
        manager.create_index(index("subscription", &["organisation_id", "starts_on", "id"])).await?;

        let service = Table::create()
            .table("service")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid_null("subscription_id"))
            .col(string_len("kind", 16))
            .col(string("name"))
            .col(string_len("state", 16))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut composite_fk("subscription_id", "subscription", ForeignKeyAction::Restrict))
            .check(one_of("kind", &["VIRTUAL_SERVER", "WEB_HOSTING", "DOMAIN", "SEATS", "DEVICES", "OTHER"]))
            .check(one_of("state", &["PENDING", "ACTIVE", "SUSPENDED", "ENDED"]))
            .to_owned();
        manager.create_table(service).await?;
        manager.create_index(index("service", &["organisation_id", "name", "id"])).await?;
        // For the services that a subscription pays for.
        manager.create_index(index("service", &["subscription_id"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("service").to_owned()).await?;
        manager.drop_table(Table::drop().table("subscription").to_owned()).await
    }
}
