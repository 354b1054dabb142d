//! How many licences were granted, assigned and used on each day.

use crate::changes::{log_changes, stop_logging};
use crate::checks::is_not_negative;
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
        let day = Table::create()
            .table("usage_day")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("feature_id"))
            .col(date("day"))
            .col(big_integer("granted"))
            .col(big_integer("assigned"))
            .col(big_integer("active_7"))
            .col(big_integer("active_30"))
            .col(big_integer("never"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut restrict("feature_id", "feature"))
            .check(is_not_negative("granted"))
            .check(is_not_negative("assigned"))
            .to_owned();
        manager.create_table(day).await?;
        manager.create_index(unique("usage_day", &["organisation_id", "feature_id", "day"])).await?;
        manager.create_index(index("usage_day", &["organisation_id", "day"])).await?;
        log_changes(manager.get_connection(), "usage_day", 60, &["id", "organisation_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        stop_logging(manager.get_connection(), "usage_day").await?;
        manager.drop_table(Table::drop().table("usage_day").to_owned()).await
    }
}
