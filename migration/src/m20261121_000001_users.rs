//! Users: people with one e-mail address each.

use crate::{checks::one_of, keys::unique};
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
        let user = Table::create()
            .table("user")
            .col(pk_uuid("id"))
            .col(string("email"))
            .col(string("name"))
            .col(string("password_hash"))
            .col(timestamp_with_time_zone_null("email_verified_at"))
            .col(string_len("state", 16))
            .col(timestamp_with_time_zone("created_at"))
            // The server normalises addresses. This refuses an address that was not normalised.
            .check(Expr::col("email").eq(Func::lower(Expr::col("email"))))
            .check(one_of("state", &["ACTIVE", "DISABLED"]))
            .to_owned();
        manager.create_table(user).await?;
        manager.create_index(unique("user", &["email"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("user").to_owned()).await
    }
}
