//! The directory of an organisation: its people, their groups, and what synchronised them.

use crate::changes::{log_changes, stop_logging};
use crate::checks::{exactly_one, is_not_negative, one_of};
use crate::keys::{by_bytes, cascade, composite_fk, index, of_organisation, restrict, unique};
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables, their numbers in the log of changes, and their columns with keys. A table comes after those that it names.
const TABLES: [(&str, i16, &[&str]); 5] = [
    ("directory", 51, &["organisation_id"]),
    ("directory_sync", 52, &["id", "organisation_id"]),
    ("directory_person", 53, &["id", "organisation_id"]),
    ("directory_group", 54, &["id", "organisation_id"]),
    ("directory_group_member", 55, &["id", "group_id", "person_id", "child_id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let directory = Table::create()
            .table("directory")
            .col(pk_uuid("organisation_id"))
            .col(big_integer("version"))
            .col(timestamp_with_time_zone_null("log_ins_until"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .to_owned();
        manager.create_table(directory).await?;

        let sync = Table::create()
            .table("directory_sync")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(text("sync_key"))
            .col(string_len("mode", 16))
            .col(string_len("state", 16))
            .col(integer("created"))
            .col(integer("updated"))
            .col(integer("unchanged"))
            .col(integer("deleted"))
            .col(integer("failed"))
            .col(timestamp_with_time_zone("started_at"))
            .col(timestamp_with_time_zone_null("ended_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .check(one_of("mode", &["FULL", "PATCH"]))
            .check(one_of("state", &["OPEN", "DONE", "ABANDONED"]))
            .check(is_not_negative("failed"))
            .to_owned();
        manager.create_table(sync).await?;
        manager.create_index(unique("directory_sync", &["organisation_id", "sync_key"])).await?;
        manager.create_index(index("directory_sync", &["organisation_id", "started_at", "id"])).await?;

        let person = Table::create()
            .table("directory_person")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(text("external_id"))
            .col(text_null("email"))
            .col(text_null("mailbox"))
            .col(text_null("user_name"))
            .col(text_null("user_name_key"))
            .col(text("name"))
            .col(text("name_key"))
            .col(text("search_text"))
            .col(text("unit_path"))
            .col(string_len("state", 16))
            .col(date("joined_on"))
            .col(date_null("reactivated_on"))
            .col(timestamp_with_time_zone_null("first_log_in_at"))
            .col(timestamp_with_time_zone_null("last_log_in_at"))
            .col(timestamp_with_time_zone_null("deleted_at"))
            .col(uuid_null("seen_in"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .index(&mut of_organisation("directory_person"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .check(one_of("state", &["ACTIVE", "SUSPENDED", "DELETED"]))
            .to_owned();
        manager.create_table(person).await?;
        for column in ["external_id", "name_key", "unit_path"] {
            by_bytes(manager, "directory_person", column).await?;
        }
        manager.create_index(unique("directory_person", &["organisation_id", "external_id"])).await?;
        manager.create_index(index("directory_person", &["organisation_id", "name_key", "id"])).await?;
        manager.create_index(index("directory_person", &["organisation_id", "unit_path"])).await?;
        // For those that are forgotten some time after they were deleted.
        manager.create_index(index("directory_person", &["state", "deleted_at"])).await?;
        // Two people of one directory have different addresses.
        let sql = "CREATE UNIQUE INDEX directory_person_mailbox_key ON directory_person (organisation_id, mailbox) \
                   WHERE state <> 'DELETED'";
        db.execute_unprepared(sql).await?;
        // Neither do they log in with one name.
        let sql = "CREATE UNIQUE INDEX directory_person_user_name_key ON directory_person (organisation_id, \
                   user_name_key) WHERE state <> 'DELETED'";
        db.execute_unprepared(sql).await?;
        // For pages that begin at a position: the index alone counts up to it.
        let sql = "CREATE INDEX directory_person_position_idx ON directory_person (organisation_id, id) \
                   WHERE state <> 'DELETED'";
        db.execute_unprepared(sql).await?;

        let group = Table::create()
            .table("directory_group")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(text("external_id"))
            .col(text("name"))
            .col(text("name_key"))
            .col(text("search_text"))
            .col(uuid_null("seen_in"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .index(&mut of_organisation("directory_group"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .to_owned();
        manager.create_table(group).await?;
        for column in ["external_id", "name_key"] {
            by_bytes(manager, "directory_group", column).await?;
        }
        manager.create_index(unique("directory_group", &["organisation_id", "external_id"])).await?;
        manager.create_index(index("directory_group", &["organisation_id", "name_key", "id"])).await?;
        manager.create_index(index("directory_group", &["organisation_id", "id"])).await?;

        let member = Table::create()
            .table("directory_group_member")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("group_id"))
            .col(uuid_null("person_id"))
            .col(uuid_null("child_id"))
            .col(timestamp_with_time_zone("added_at"))
            .col(uuid_null("seen_in"))
            .foreign_key(&mut composite_fk("group_id", "directory_group", ForeignKeyAction::Cascade))
            .foreign_key(&mut composite_fk("person_id", "directory_person", ForeignKeyAction::Cascade))
            .foreign_key(&mut cascade("child_id", "directory_group"))
            .check(exactly_one("person_id", "child_id"))
            .to_owned();
        manager.create_table(member).await?;
        manager.create_index(unique("directory_group_member", &["group_id", "person_id"])).await?;
        manager.create_index(unique("directory_group_member", &["group_id", "child_id"])).await?;
        manager.create_index(index("directory_group_member", &["organisation_id"])).await?;
        // For the lists of a group, and of the groups of a person.
        manager.create_index(index("directory_group_member", &["group_id", "added_at", "person_id"])).await?;
        manager.create_index(index("directory_group_member", &["group_id", "added_at", "child_id"])).await?;
        manager.create_index(index("directory_group_member", &["person_id", "added_at", "group_id"])).await?;
        // For the deletion of a group that others contain.
        manager.create_index(index("directory_group_member", &["child_id"])).await?;
        for (table, number, keys) in TABLES {
            log_changes(db, table, number, keys).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, ..) in TABLES.iter().rev() {
            stop_logging(manager.get_connection(), table).await?;
            manager.drop_table(Table::drop().table(*table).to_owned()).await?;
        }
        Ok(())
    }
}
