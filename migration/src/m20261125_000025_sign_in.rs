//! From where API keys work, what organisations ask of the log-ins of their members, and attempts to log in.

use crate::keys::{cascade, index};
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
        // Networks in CIDR notation, with spaces between. Existing keys work from everywhere.
        let networks = text_null("networks");
        manager.alter_table(Table::alter().table("api_key").add_column(networks).to_owned()).await?;

        // An organisation that asks for nothing has no row.
        let policy = Table::create()
            .table("sign_in_policy")
            .col(pk_uuid("organisation_id"))
            .col(boolean("requires_second_factor"))
            .col(boolean("logs_log_ins"))
            .foreign_key(&mut cascade("organisation_id", "organisation"))
            .to_owned();
        manager.create_table(policy).await?;

        let attempt = Table::create()
            .table("log_in_attempt")
            .col(pk_uuid("id"))
            .col(uuid("user_id"))
            .col(timestamp_with_time_zone("at"))
            .col(string_len("outcome", 32))
            .col(text_null("client_address"))
            .col(text_null("user_agent"))
            .col(boolean("is_logged"))
            .foreign_key(&mut cascade("user_id", "user"))
            .to_owned();
        manager.create_table(attempt).await?;
        // For the list of a user, for those to be logged, and for those to be forgotten.
        for columns in [&["user_id", "at", "id"][..], &["is_logged", "id"], &["at"]] {
            manager.create_index(index("log_in_attempt", columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["log_in_attempt", "sign_in_policy"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("api_key").drop_column("networks").to_owned()).await
    }
}
