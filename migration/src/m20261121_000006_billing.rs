//! Billing: legal names and addresses, recipients of invoices, and payers.

use crate::{
    checks::{differ, has_length, one_of},
    keys::{composite_fk, index, of_organisation, restrict, unique},
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
        let billing_contact = Table::create()
            .table("billing_contact")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(string("name"))
            .col(text("address"))
            .col(string_len("country", 2))
            .col(string("email"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .check(has_length("country", 2))
            .to_owned();
        manager.create_table(billing_contact).await?;
        manager.create_index(of_organisation("billing_contact")).await?;
        manager.create_index(index("billing_contact", &["organisation_id", "name", "id"])).await?;

        let billing_details = Table::create()
            .table("billing_details")
            .col(uuid("organisation_id").primary_key())
            .col(string("legal_name"))
            .col(text("address"))
            .col(string_len("country", 2))
            .col(string_null("vat_id"))
            .col(string("email"))
            .col(string_len("currency", 3))
            .col(uuid_null("contact_id"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut composite_fk("contact_id", "billing_contact", ForeignKeyAction::Restrict))
            .check(has_length("country", 2))
            .check(has_length("currency", 3))
            .to_owned();
        manager.create_table(billing_details).await?;

        let payer = Table::create()
            .table("payer")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("payer_id"))
            .col(string_len("state", 16))
            .col(date("starts_on"))
            .col(date_null("ends_on"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut restrict("payer_id", "organisation"))
            .check(differ("organisation_id", "payer_id"))
            .check(one_of("state", &["PROPOSED", "ACTIVE", "ENDED"]))
            .to_owned();
        manager.create_table(payer).await?;
        // At most one payer has no end: a change sets the last day of the payer before.
        let current = unique("payer", &["organisation_id"])
            .and_where(Expr::col("state").eq("ACTIVE"))
            .and_where(Expr::col("ends_on").is_null())
            .take();
        manager.create_index(current).await?;
        manager.create_index(index("payer", &["payer_id", "created_at", "id"])).await?;
        manager.create_index(index("payer", &["organisation_id", "state"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("payer").to_owned()).await?;
        manager.drop_table(Table::drop().table("billing_details").to_owned()).await?;
        manager.drop_table(Table::drop().table("billing_contact").to_owned()).await
    }
}
