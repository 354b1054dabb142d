//! Memberships: a user in an organisation, and the roles there.

use crate::{
    checks::exactly_one,
    keys::{composite_fk, index, of_organisation, restrict, unique},
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
        let membership = Table::create()
            .table("membership")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("user_id"))
            .col(uuid_null("partnership_id"))
            .col(timestamp_with_time_zone_null("expires_at"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut restrict("user_id", "user"))
            .foreign_key(&mut restrict("partnership_id", "partnership"))
            .to_owned();
        manager.create_table(membership).await?;
        manager.create_index(of_organisation("membership")).await?;
        manager.create_index(unique("membership", &["organisation_id", "user_id"])).await?;
        manager.create_index(index("membership", &["organisation_id", "created_at", "id"])).await?;
        manager.create_index(index("membership", &["user_id", "created_at", "id"])).await?;
        // For the memberships that end with a partnership.
        manager.create_index(index("membership", &["partnership_id"])).await?;

        let membership_role = Table::create()
            .table("membership_role")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("membership_id"))
            .col(string_null("builtin"))
            .col(uuid_null("role_id"))
            .foreign_key(&mut composite_fk("membership_id", "membership", ForeignKeyAction::Cascade))
            // The organisation is part of the key, so a role of another organisation cannot be given.
            .foreign_key(&mut composite_fk("role_id", "role", ForeignKeyAction::Restrict))
            .check(exactly_one("builtin", "role_id"))
            .to_owned();
        manager.create_table(membership_role).await?;
        manager.create_index(unique("membership_role", &["membership_id", "builtin"])).await?;
        manager.create_index(unique("membership_role", &["membership_id", "role_id"])).await?;
        // For the members with a role, which are read before it is deleted.
        manager.create_index(index("membership_role", &["role_id"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("membership_role").to_owned()).await?;
        manager.drop_table(Table::drop().table("membership").to_owned()).await
    }
}
