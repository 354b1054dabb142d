//! Templates: the permissions that a reseller asks of each class of its clients.

use crate::keys::{index, restrict, unique};
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
        let template = Table::create()
            .table("delegation_template")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(string("name"))
            .col(big_integer("delegated"))
            .col(big_integer("client_delegated"))
            .col(boolean("includes_upstream"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .to_owned();
        manager.create_table(template).await?;
        manager.create_index(unique("delegation_template", &["organisation_id", "name"])).await?;
        manager.create_index(index("delegation_template", &["organisation_id", "name", "id"])).await?;
        let column = Table::alter().table("partnership").add_column(uuid_null("template_id")).to_owned();
        manager.alter_table(column).await?;
        let mut assigned = index("partnership", &["template_id"]);
        manager.create_index(assigned.and_where(Expr::col("template_id").is_not_null()).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().table("partnership").name("partnership_template_id_idx").to_owned()).await?;
        manager.alter_table(Table::alter().table("partnership").drop_column("template_id").to_owned()).await?;
        manager.drop_table(Table::drop().table("delegation_template").to_owned()).await
    }
}
