//! User accounts: languages, links that are sent by mail, second factors, and failed attempts.

use crate::{
    checks::one_of,
    keys::{cascade, index, unique},
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
        // SQLite adds only one column per statement.
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }

        let second_factor = Table::create()
            .table("second_factor")
            .col(pk_uuid("user_id"))
            .col(text("sealed_secret"))
            .col(timestamp_with_time_zone_null("confirmed_at"))
            .col(big_integer("last_step"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut cascade("user_id", "user"))
            .to_owned();
        manager.create_table(second_factor).await?;

        let recovery_code = Table::create()
            .table("recovery_code")
            .col(string_len("code_hash", 64).primary_key())
            .col(uuid("user_id"))
            .col(timestamp_with_time_zone_null("used_at"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut cascade("user_id", "user"))
            .to_owned();
        manager.create_table(recovery_code).await?;
        manager.create_index(index("recovery_code", &["user_id"])).await?;

        let link = Table::create()
            .table("link")
            .col(pk_uuid("id"))
            .col(string_len("kind", 16))
            .col(uuid("user_id"))
            .col(string_len("token_hash", 64))
            .col(string_null("address"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("used_at"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut cascade("user_id", "user"))
            .check(one_of("kind", &["VERIFY", "RESET", "CHANGE", "UNDO"]))
            .to_owned();
        manager.create_table(link).await?;
        manager.create_index(unique("link", &["token_hash"])).await?;
        manager.create_index(index("link", &["user_id"])).await?;

        let throttle = Table::create()
            .table("throttle")
            .col(string_len("key", 128).primary_key())
            .col(string_len_null("account", 64))
            .col(integer("failures"))
            .col(timestamp_with_time_zone("last_at"))
            .to_owned();
        manager.create_table(throttle).await?;
        manager.create_index(index("throttle", &["last_at"])).await?;
        // For removing the counts of a user after a new password.
        manager.create_index(index("throttle", &["account"])).await?;

        // For the list of a user's sessions.
        manager.create_index(index("session", &["user_id", "created_at", "id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let listed = Index::drop().table("session").name("session_user_id_created_at_id_idx").to_owned();
        manager.drop_index(listed).await?;
        for table in ["throttle", "link", "recovery_code", "second_factor"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for (table, column) in columns() {
            let name = column.get_column_name().clone();
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, ColumnDef); 4] {
    [
        ("user", string_len("locale", 2).default("EN").to_owned()),
        ("user", timestamp_with_time_zone_null("erased_at")),
        // When the user last confirmed their identity.
        ("session", timestamp_with_time_zone_null("confirmed_at")),
        ("session", string_len_null("client_address", 64)),
    ]
}
