//! Organisations, and their custom roles.

use crate::{
    checks::one_of,
    keys::{index, of_organisation, restrict, unique},
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
        let organisation = Table::create()
            .table("organisation")
            .col(pk_uuid("id"))
            .col(string("name"))
            .col(string_len("kind", 16))
            .col(string_len("state", 16))
            .col(string("code"))
            .col(timestamp_with_time_zone("created_at"))
            .check(one_of("kind", &["PERSON", "COMPANY", "PROJECT", "RESELLER", "OPERATOR"]))
            .check(one_of("state", &["ACTIVE", "SUSPENDED", "CLOSED"]))
            .to_owned();
        manager.create_table(organisation).await?;
        manager.create_index(unique("organisation", &["code"])).await?;
        // All rows of this index have the same kind, so there can be only one.
        let operator = unique("organisation", &["kind"]).and_where(Expr::col("kind").eq("OPERATOR")).take();
        manager.create_index(operator).await?;
        manager.create_index(index("organisation", &["name", "id"])).await?;

        let role = Table::create()
            .table("role")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(string("name"))
            .col(big_integer("permissions"))
            .col(big_integer("client_permissions"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .to_owned();
        manager.create_table(role).await?;
        manager.create_index(of_organisation("role")).await?;
        manager.create_index(unique("role", &["organisation_id", "name"])).await?;
        manager.create_index(index("role", &["organisation_id", "name", "id"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("role").to_owned()).await?;
        manager.drop_table(Table::drop().table("organisation").to_owned()).await
    }
}
