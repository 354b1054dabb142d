//! The tasks by which programs of the operator create, change and end services.

use crate::changes::{log_changes, stop_logging};
use crate::checks::{is_not_negative, is_positive, one_of};
use crate::keys::{composite_fk, index, restrict};
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
        let task = Table::create()
            .table("service_task")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("service_id"))
            .col(integer("generation"))
            .col(string_len("kind", 16))
            .col(string_len_null("action", 40))
            .col(text("wanted"))
            .col(string_len("state", 16))
            .col(integer("attempts"))
            .col(timestamp_with_time_zone_null("lease_until"))
            .col(uuid_null("claimed_by_key_id"))
            .col(timestamp_with_time_zone("not_before"))
            .col(text_null("error"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("finished_at"))
            .foreign_key(&mut composite_fk("service_id", "service", ForeignKeyAction::Restrict))
            .foreign_key(&mut restrict("claimed_by_key_id", "api_key"))
            .check(one_of("kind", &["CREATE", "CHANGE", "SUSPEND", "RESUME", "END", "ACTION"]))
            .check(one_of("state", &["WAITING", "CLAIMED", "DONE", "FAILED"]))
            .check(is_positive("generation"))
            .check(is_not_negative("attempts"))
            .to_owned();
        manager.create_table(task).await?;
        manager.create_index(index("service_task", &["service_id", "created_at", "id"])).await?;
        // For claiming: the oldest that is ready.
        manager.create_index(index("service_task", &["state", "not_before", "id"])).await?;
        // A service has at most one open task.
        let sql = "CREATE UNIQUE INDEX service_task_open_key ON service_task (service_id) \
                   WHERE state IN ('WAITING', 'CLAIMED')";
        manager.get_connection().execute_unprepared(sql).await?;
        log_changes(manager.get_connection(), "service_task", 33, &["id", "service_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        stop_logging(manager.get_connection(), "service_task").await?;
        manager.drop_table(Table::drop().table("service_task").to_owned()).await
    }
}
