//! Invitations to join an organisation, and the roles that they give.

use crate::{
    checks::{exactly_one, one_of},
    keys::{composite_fk, foreign_key, index, of_organisation, restrict, unique},
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
        let invitation = Table::create()
            .table("invitation")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(string("email"))
            .col(string_len("locale", 2))
            .col(string_len("state", 16))
            .col(string_len("token_hash", 64))
            // The inviter is a user or a key. On acceptance, it must still hold what the invitation gives.
            .col(uuid_null("inviter_user_id"))
            .col(uuid_null("inviter_key_id"))
            .col(uuid_null("partnership_id"))
            .col(timestamp_with_time_zone_null("membership_expires_at"))
            .col(uuid_null("accepted_user_id"))
            .col(integer("times_sent"))
            .col(integer("sent_lately").default(1))
            .col(timestamp_with_time_zone("sent_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("answered_at"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut restrict("inviter_user_id", "user"))
            .foreign_key(&mut restrict("inviter_key_id", "api_key"))
            .foreign_key(&mut restrict("partnership_id", "partnership"))
            .foreign_key(&mut foreign_key("accepted_user_id", "user", ForeignKeyAction::SetNull))
            .check(one_of("state", &["PENDING", "ACCEPTED", "DECLINED", "REVOKED", "VOID", "EXPIRED"]))
            .check(exactly_one("inviter_user_id", "inviter_key_id"))
            .to_owned();
        manager.create_table(invitation).await?;
        manager.create_index(of_organisation("invitation")).await?;
        manager.create_index(unique("invitation", &["token_hash"])).await?;
        // An address has at most one pending invitation of an organisation.
        let mut pending = unique("invitation", &["organisation_id", "email"]);
        manager.create_index(pending.and_where(Expr::col("state").eq("PENDING")).take()).await?;
        manager.create_index(index("invitation", &["organisation_id", "created_at", "id"])).await?;
        // For counting recent mails of an organisation, and to an address.
        manager.create_index(index("invitation", &["organisation_id", "sent_at"])).await?;
        manager.create_index(index("invitation", &["email", "sent_at"])).await?;

        let invitation_role = Table::create()
            .table("invitation_role")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("invitation_id"))
            .col(string_null("builtin"))
            .col(uuid_null("role_id"))
            .foreign_key(&mut composite_fk("invitation_id", "invitation", ForeignKeyAction::Cascade))
            .foreign_key(&mut composite_fk("role_id", "role", ForeignKeyAction::Restrict))
            .check(exactly_one("builtin", "role_id"))
            .to_owned();
        manager.create_table(invitation_role).await?;
        manager.create_index(unique("invitation_role", &["invitation_id", "builtin"])).await?;
        manager.create_index(unique("invitation_role", &["invitation_id", "role_id"])).await?;
        manager.create_index(index("invitation_role", &["role_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("invitation_role").to_owned()).await?;
        manager.drop_table(Table::drop().table("invitation").to_owned()).await
    }
}
