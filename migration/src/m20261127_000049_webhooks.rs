//! Webhooks: addresses to which events are sent, and what is sent to them.

use crate::checks::one_of;
use crate::keys::{cascade, index, unique};
use sea_orm_migration::sea_orm::DbBackend;
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
        let webhook = Table::create()
            .table("webhook")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(text("name"))
            .col(text("url"))
            .col(text("search_text"))
            // Types of events with spaces between; all if null.
            .col(text_null("types"))
            .col(big_integer("permissions"))
            .col(big_integer("client_permissions"))
            .col(boolean("includes_clients"))
            .col(boolean("is_ordered"))
            .col(text("sealed_secret"))
            .col(text_null("previous_secret"))
            .col(timestamp_with_time_zone_null("previous_until"))
            .col(timestamp_with_time_zone_null("failing_since"))
            .col(timestamp_with_time_zone_null("disabled_at"))
            .col(string_len_null("disabled_reason", 16))
            // Which server sends the deliveries of an ordered webhook, until when.
            .col(timestamp_with_time_zone_null("leased_until"))
            // Events behind the first position and up to the second are still to be delivered again.
            .col(big_integer_null("replay_after"))
            .col(big_integer_null("replay_until"))
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid_null("created_by_id"))
            .foreign_key(&mut cascade("organisation_id", "organisation"))
            .check(one_of("disabled_reason", &["FAILING", "GONE"]))
            .to_owned();
        manager.create_table(webhook).await?;
        manager.create_index(index("webhook", &["organisation_id", "created_at", "id"])).await?;

        // What the receiver gets, and what came of it. An event goes to a webhook once, however often it is tried.
        let delivery = Table::create()
            .table("webhook_delivery")
            .col(pk_uuid("id"))
            .col(uuid("webhook_id"))
            .col(uuid("event_id"))
            .col(big_integer("position"))
            .col(string_len("kind", 40))
            .col(uuid("organisation_id"))
            .col(boolean("is_own"))
            .col(text_null("object_id"))
            .col(timestamp_with_time_zone("at"))
            .col(string_len("state", 16))
            .col(timestamp_with_time_zone("waits_since"))
            .col(timestamp_with_time_zone_null("next_attempt_at"))
            .col(integer("claims"))
            .col(text("attempts"))
            .col(timestamp_with_time_zone_null("attempted_at"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut cascade("webhook_id", "webhook"))
            .check(one_of("state", &["PENDING", "DELIVERED", "FAILED"]))
            .to_owned();
        manager.create_table(delivery).await?;
        manager.create_index(unique("webhook_delivery", &["webhook_id", "event_id"])).await?;
        for columns in [&["webhook_id", "created_at", "id"][..], &["at"]] {
            manager.create_index(index("webhook_delivery", columns)).await?;
        }
        // Only those that wait are in these indexes.
        let database = manager.get_connection();
        for (name, columns) in [
            ("webhook_delivery_due_idx", "next_attempt_at"),
            ("webhook_delivery_due_of_webhook_idx", "webhook_id, next_attempt_at, position"),
            ("webhook_delivery_order_idx", "webhook_id, position, id"),
        ] {
            let sql = format!("CREATE INDEX {name} ON webhook_delivery ({columns}) WHERE next_attempt_at IS NOT NULL");
            database.execute_unprepared(&sql).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            // Its rows change a few times in a short life.
            let sql = "ALTER TABLE webhook_delivery SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)";
            database.execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["webhook_delivery", "webhook"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
