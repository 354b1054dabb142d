//! Who has which licence, and why: rules, pins and assignments.

use crate::changes::{log_changes, stop_logging};
use crate::checks::{is_not_negative, is_positive, one_of};
use crate::keys::{composite_fk, index, of_organisation, restrict, unique};
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables, their numbers in the log of changes, and their columns with keys. A table comes after those that it names.
const TABLES: [(&str, i16, &[&str]); 4] = [
    ("licence_rule_set", 56, &["id", "organisation_id"]),
    ("licence_rule", 57, &["id", "set_id"]),
    ("licence_pin", 58, &["id", "organisation_id", "person_id"]),
    ("licence_assignment", 59, &["id", "organisation_id", "person_id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let set = Table::create()
            .table("licence_rule_set")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(text("family"))
            .col(integer("version"))
            .col(integer("grace_days"))
            .col(integer("guard_basis_points"))
            .col(string_len("schedule", 16))
            .col(timestamp_with_time_zone("updated_at"))
            .col(timestamp_with_time_zone_null("applied_at"))
            .col(date_null("tried_on"))
            .index(&mut of_organisation("licence_rule_set"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .check(is_positive("version"))
            .check(is_not_negative("grace_days"))
            .check(is_not_negative("guard_basis_points"))
            .check(one_of("schedule", &["MANUAL", "DAILY"]))
            .to_owned();
        manager.create_table(set).await?;
        manager.create_index(unique("licence_rule_set", &["organisation_id", "family"])).await?;
        // For those that are applied every day.
        manager.create_index(index("licence_rule_set", &["schedule", "tried_on", "id"])).await?;

        let rule = Table::create()
            .table("licence_rule")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("set_id"))
            .col(integer("position"))
            .col(text("name"))
            .col(text("conditions"))
            .col(uuid_null("feature_id"))
            .col(integer_null("ceiling"))
            .foreign_key(&mut composite_fk("set_id", "licence_rule_set", ForeignKeyAction::Cascade))
            .foreign_key(&mut restrict("feature_id", "feature"))
            .check(is_not_negative("ceiling"))
            .to_owned();
        manager.create_table(rule).await?;
        manager.create_index(index("licence_rule", &["set_id", "position", "id"])).await?;

        let pin = Table::create()
            .table("licence_pin")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("person_id"))
            .col(text("family"))
            .col(uuid_null("feature_id"))
            .col(text("note"))
            .col(date_null("until"))
            .col(uuid_null("user_id"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut composite_fk("person_id", "directory_person", ForeignKeyAction::Cascade))
            .foreign_key(&mut restrict("feature_id", "feature"))
            .to_owned();
        manager.create_table(pin).await?;
        manager.create_index(unique("licence_pin", &["person_id", "family"])).await?;
        manager.create_index(index("licence_pin", &["organisation_id", "created_at", "id"])).await?;

        let assignment = Table::create()
            .table("licence_assignment")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("person_id"))
            .col(uuid("feature_id"))
            .col(text("family"))
            .col(string_len("state", 16))
            .col(string_len("source", 16))
            .col(text("reason"))
            .col(timestamp_with_time_zone("assigned_at"))
            .col(date_null("by_hand_on"))
            .col(date_null("ends_on"))
            .col(timestamp_with_time_zone_null("ended_at"))
            .col(string_len("confirmation", 16))
            .col(text_null("error"))
            .foreign_key(&mut composite_fk("person_id", "directory_person", ForeignKeyAction::Cascade))
            .foreign_key(&mut restrict("feature_id", "feature"))
            .check(one_of("state", &["ACTIVE", "ENDING", "ENDED"]))
            .check(one_of("source", &["RULE", "PIN", "MANUAL"]))
            .check(one_of("confirmation", &["NONE", "DONE", "FAILED"]))
            .to_owned();
        manager.create_table(assignment).await?;
        manager.create_index(index("licence_assignment", &["organisation_id", "assigned_at", "id"])).await?;
        manager.create_index(index("licence_assignment", &["person_id", "assigned_at", "id"])).await?;
        manager.create_index(index("licence_assignment", &["organisation_id", "family", "state"])).await?;
        // For those whose last day is over.
        manager.create_index(index("licence_assignment", &["state", "ends_on", "id"])).await?;
        // For what an outside system has to do.
        manager.create_index(index("licence_assignment", &["confirmation", "id"])).await?;
        // A person has one licence of a family.
        let sql = "CREATE UNIQUE INDEX licence_assignment_held_key ON licence_assignment (person_id, family) \
                   WHERE state <> 'ENDED'";
        db.execute_unprepared(sql).await?;
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
