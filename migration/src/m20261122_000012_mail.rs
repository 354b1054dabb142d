//! The outbox: mail that is written in the transaction of an act and sent afterwards.

use crate::keys::{foreign_key, index};
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
        let mail = Table::create()
            .table("outgoing_mail")
            .col(pk_uuid("id"))
            .col(uuid_null("user_id"))
            .col(string("recipient"))
            .col(string("subject"))
            // Emptied when the mail is sent, because they may contain secret links.
            .col(text("body_text"))
            .col(text("body_html"))
            .col(integer("attempts"))
            .col(timestamp_with_time_zone("next_attempt_at"))
            .col(timestamp_with_time_zone_null("sent_at"))
            .col(timestamp_with_time_zone_null("failed_at"))
            .col(text_null("last_error"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut foreign_key("user_id", "user", ForeignKeyAction::SetNull))
            .to_owned();
        manager.create_table(mail).await?;
        // For the waiting mails, by due time.
        let due = index("outgoing_mail", &["next_attempt_at", "id"])
            .and_where(Expr::col("sent_at").is_null().and(Expr::col("failed_at").is_null()))
            .take();
        manager.create_index(due).await?;
        manager.create_index(index("outgoing_mail", &["user_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("outgoing_mail").to_owned()).await
    }
}
