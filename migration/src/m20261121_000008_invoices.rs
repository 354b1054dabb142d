//! Invoices and their lines.

use crate::{
    checks::{has_length, is_not_before, is_not_negative, is_positive, one_of},
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
        let invoice = Table::create()
            .table("invoice")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("issuer_id"))
            .col(uuid("payer_id"))
            .col(string_null("number"))
            .col(string_len("state", 16))
            .col(string_len("currency", 3))
            .col(big_integer("net_minor"))
            .col(big_integer("vat_minor"))
            .col(big_integer("total_minor"))
            .col(big_integer("paid_minor"))
            .col(string("recipient_name"))
            .col(text("recipient_address"))
            .col(date("issued_on"))
            .col(date("due_on"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut restrict("issuer_id", "organisation"))
            .foreign_key(&mut restrict("payer_id", "organisation"))
            .check(one_of("state", &["DRAFT", "OPEN", "PAID", "VOID"]))
            .check(has_length("currency", 3))
            .check(is_not_negative("net_minor"))
            .check(is_not_negative("vat_minor"))
            .check(is_not_negative("total_minor"))
            .check(is_not_negative("paid_minor"))
            .check(is_not_before("due_on", "issued_on"))
            .to_owned();
        manager.create_table(invoice).await?;
        manager.create_index(of_organisation("invoice")).await?;
        manager.create_index(unique("invoice", &["issuer_id", "number"])).await?;
        manager.create_index(index("invoice", &["organisation_id", "issued_on", "id"])).await?;
        manager.create_index(index("invoice", &["payer_id", "issued_on", "id"])).await?;
        // For open and overdue invoices.
        manager.create_index(index("invoice", &["organisation_id", "state", "due_on"])).await?;

        let invoice_line = Table::create()
            .table("invoice_line")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("invoice_id"))
            .col(integer("position"))
            .col(text("description"))
            .col(integer("quantity"))
            .col(big_integer("unit_minor"))
            .col(big_integer("net_minor"))
            .col(integer("vat_basis_points"))
            .col(date_null("period_starts_on"))
            .col(date_null("period_ends_on"))
            .foreign_key(&mut composite_fk("invoice_id", "invoice", ForeignKeyAction::Cascade))
            // A line may be a discount, so its price has no lower bound.
            .check(is_positive("position"))
            .check(is_positive("quantity"))
            .check(is_not_negative("vat_basis_points"))
            .check(is_not_before("period_ends_on", "period_starts_on"))
            .to_owned();
        manager.create_table(invoice_line).await?;
        manager.create_index(unique("invoice_line", &["invoice_id", "position"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("invoice_line").to_owned()).await?;
        manager.drop_table(Table::drop().table("invoice").to_owned()).await
    }
}
