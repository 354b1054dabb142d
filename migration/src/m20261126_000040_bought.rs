//! What was bought can be searched and ordered by name. A product says for how long an order locks its price. The partners
//! of record get ids, so that a later word on the same day is one more row.

use crate::changes::{log_changes, stop_logging};
use crate::fill::fill_bought;
use crate::keys::{by_bytes, composite_fk, index, restrict};
use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables, and their new columns with texts by which rows are found or ordered.
const TEXTS: [(&str, &str); 4] = [
    ("subscription", "name_key"),
    ("subscription", "search_text"),
    ("service", "name_folded"),
    ("sales_order", "search_text"),
];
const TABLE: &str = "partner_of_record";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for (table, column) in TEXTS {
            db.execute_unprepared(&format!("ALTER TABLE {table} ADD COLUMN {column} text NOT NULL DEFAULT ''")).await?;
            by_bytes(manager, table, column).await?;
        }
        fill_bought(db).await?;
        for index in orders() {
            manager.create_index(index).await?;
        }
        let lock = "ALTER TABLE product ADD COLUMN price_lock_months integer NOT NULL DEFAULT 0 \
                    CHECK (price_lock_months >= 0)";
        db.execute_unprepared(lock).await?;

        stop_logging(db, TABLE).await?;
        manager.rename_table(Table::rename().table(TABLE, "partner_of_record_old").to_owned()).await?;
        manager.drop_index(Index::drop().table("partner_of_record_old").name(of_partnership().1).to_owned()).await?;
        let with_ids = Table::create()
            .table(TABLE)
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("subscription_id"))
            .col(date("starts_on"))
            .col(uuid_null("partnership_id"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut composite_fk("subscription_id", "subscription", ForeignKeyAction::Restrict))
            .foreign_key(&mut restrict("partnership_id", "partnership"))
            .to_owned();
        manager.create_table(with_ids).await?;
        // The ids begin like that of the subscription, so that those of later rows are greater.
        let id = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "(substr(r.subscription_id::text, 1, 19) || substr(gen_random_uuid()::text, 20))::uuid"
            }
            _ => "CAST(substr(r.subscription_id, 1, 8) || randomblob(8) AS BLOB)",
        };
        let copy = format!(
            "INSERT INTO partner_of_record (id, organisation_id, subscription_id, starts_on, partnership_id, created_at) \
             SELECT {id}, r.organisation_id, r.subscription_id, r.starts_on, r.partnership_id, c.created_at \
             FROM partner_of_record_old r JOIN subscription_change c ON c.subscription_id = r.subscription_id \
             AND c.position = 1"
        );
        db.execute_unprepared(&copy).await?;
        manager.drop_table(Table::drop().table("partner_of_record_old").to_owned()).await?;
        manager.create_index(index(TABLE, &["subscription_id", "starts_on", "id"])).await?;
        manager.create_index(of_partnership().0).await?;
        log_changes(db, TABLE, 32, &["id", "subscription_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        stop_logging(db, TABLE).await?;
        manager.rename_table(Table::rename().table(TABLE, "partner_of_record_new").to_owned()).await?;
        for name in ["partner_of_record_subscription_id_starts_on_id_idx", of_partnership().1] {
            manager.drop_index(Index::drop().table("partner_of_record_new").name(name).to_owned()).await?;
        }
        let without_ids = Table::create()
            .table(TABLE)
            .col(uuid("subscription_id"))
            .col(date("starts_on"))
            .col(uuid("organisation_id"))
            .col(uuid_null("partnership_id"))
            .primary_key(Index::create().col("subscription_id").col("starts_on"))
            .foreign_key(&mut composite_fk("subscription_id", "subscription", ForeignKeyAction::Restrict))
            .foreign_key(&mut restrict("partnership_id", "partnership"))
            .to_owned();
        manager.create_table(without_ids).await?;
        // Of several rows for one day, the newest counts.
        let copy = "INSERT INTO partner_of_record (subscription_id, starts_on, organisation_id, partnership_id) \
                    SELECT r.subscription_id, r.starts_on, r.organisation_id, r.partnership_id \
                    FROM partner_of_record_new r WHERE NOT EXISTS (SELECT 1 FROM partner_of_record_new n \
                    WHERE n.subscription_id = r.subscription_id AND n.starts_on = r.starts_on AND n.id > r.id)";
        db.execute_unprepared(copy).await?;
        manager.drop_table(Table::drop().table("partner_of_record_new").to_owned()).await?;
        manager.create_index(of_partnership().0).await?;
        log_changes(db, TABLE, 32, &["subscription_id"]).await?;

        db.execute_unprepared("ALTER TABLE product DROP COLUMN price_lock_months").await?;
        for name in
            ["subscription_organisation_id_name_key_id_idx", "subscription_organisation_id_committed_until_id_idx"]
        {
            manager.drop_index(Index::drop().table("subscription").name(name).to_owned()).await?;
        }
        for (table, column) in TEXTS {
            db.execute_unprepared(&format!("ALTER TABLE {table} DROP COLUMN {column}")).await?;
        }
        Ok(())
    }
}

/// For the lists of subscriptions by name and by the day of renewal.
fn orders() -> [IndexCreateStatement; 2] {
    [
        index("subscription", &["organisation_id", "name_key", "id"]),
        index("subscription", &["organisation_id", "committed_until", "id"]),
    ]
}

/// The index by partnership, and its name.
fn of_partnership() -> (IndexCreateStatement, &'static str) {
    (index(TABLE, &["partnership_id"]), "partner_of_record_partnership_id_idx")
}
