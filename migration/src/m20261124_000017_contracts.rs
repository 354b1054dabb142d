//! Partnerships as contracts: requests to become a reseller, proposals, terms, and ends. A reseller can hold ownership
//! of a client until the invited owner accepts.

use crate::{
    checks::{is_not_negative, one_of},
    keys::{foreign_key, index, restrict, unique},
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
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        // Proposals get their own table. Until now, nothing could answer them.
        let proposed = Query::delete().from_table("partnership").and_where(Expr::col("state").eq("PROPOSED")).take();
        manager.execute(proposed).await?;
        // A reseller's own number stands for one client.
        let mut reference = unique("partnership", &["reseller_id", "reference"]);
        manager.create_index(reference.and_where(Expr::col("state").ne("ENDED")).take()).await?;
        // For the partnerships that end next.
        let mut ending = index("partnership", &["ends_at"]);
        manager.create_index(ending.and_where(Expr::col("state").eq("ACTIVE")).take()).await?;
        let mut custody = index("membership", &["custody_reseller_id"]);
        manager.create_index(custody.and_where(Expr::col("custody_reseller_id").is_not_null()).take()).await?;
        // For the list of memberships that were given through a partnership.
        manager.create_index(index("membership", &["partnership_id", "created_at", "id"])).await?;
        create_proposal(manager).await?;
        create_programme(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["reseller_programme", "reseller_request", "partnership_proposal"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for (table, name) in [
            ("membership", "membership_partnership_id_created_at_id_idx"),
            ("membership", "membership_custody_reseller_id_idx"),
            ("partnership", "partnership_ends_at_idx"),
            ("partnership", "partnership_reseller_id_reference_key"),
        ] {
            manager.drop_index(Index::drop().table(table).name(name).to_owned()).await?;
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
        // The side that ended it.
        ("partnership", string_len_null("ended_by", 16)),
        // How many days before the end the last reminder was for.
        ("partnership", integer_null("reminded_days")),
        // The reseller's own number for the client. Only the reseller sees it.
        ("partnership", string_len_null("reference", 100)),
        // The reseller whose person holds ownership until the invited owner accepts.
        ("membership", uuid_null("custody_reseller_id")),
    ]
}

async fn create_proposal(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let proposal = Table::create()
        .table("partnership_proposal")
        .col(pk_uuid("id"))
        // The organisation that proposes, and its side.
        .col(uuid("organisation_id"))
        .col(string_len("side", 16))
        // The receiver: an organisation by its id, or by a code that may be unknown; or a person.
        .col(uuid_null("addressee_id"))
        .col(string_len_null("code", 32))
        .col(string_null("email"))
        // The partnership that it changes, or that it became.
        .col(uuid_null("partnership_id"))
        .col(big_integer("delegated"))
        .col(big_integer("client_delegated"))
        .col(boolean("includes_upstream"))
        .col(timestamp_with_time_zone_null("ends_at"))
        .col(text_null("message"))
        .col(string_len("state", 16))
        .col(uuid_null("proposed_by_id"))
        .col(timestamp_with_time_zone_null("answered_at"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .foreign_key(&mut restrict("addressee_id", "organisation"))
        .foreign_key(&mut restrict("partnership_id", "partnership"))
        .foreign_key(&mut foreign_key("proposed_by_id", "user", ForeignKeyAction::SetNull))
        .check(one_of("side", &["RESELLER", "CLIENT"]))
        .check(one_of("state", &["PROPOSED", "ACCEPTED", "DECLINED", "WITHDRAWN", "LAPSED"]))
        .to_owned();
    manager.create_table(proposal).await?;
    // A receiver has at most one pending proposal of an organisation, whether or not the code or address is known.
    for way in ["code", "email", "addressee_id"] {
        let mut open = unique("partnership_proposal", &["organisation_id", "side", way]);
        open.and_where(Expr::col("state").eq("PROPOSED"));
        if way == "addressee_id" {
            open.and_where(Expr::col("code").is_null()).and_where(Expr::col("email").is_null());
        }
        manager.create_index(open.take()).await?;
    }
    manager.create_index(index("partnership_proposal", &["organisation_id", "created_at", "id"])).await?;
    manager.create_index(index("partnership_proposal", &["addressee_id", "created_at", "id"])).await?;
    manager.create_index(index("partnership_proposal", &["email"])).await?;
    manager.create_index(index("partnership_proposal", &["partnership_id"])).await
}

async fn create_programme(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let request = Table::create()
        .table("reseller_request")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(string_len("state", 16))
        .col(text("message"))
        // The operator's answer.
        .col(text_null("answer"))
        .col(uuid_null("requested_by_id"))
        .col(timestamp_with_time_zone_null("answered_at"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .foreign_key(&mut foreign_key("requested_by_id", "user", ForeignKeyAction::SetNull))
        .check(one_of("state", &["REQUESTED", "APPROVED", "DECLINED", "WITHDRAWN"]))
        .to_owned();
    manager.create_table(request).await?;
    let mut open = unique("reseller_request", &["organisation_id"]);
    manager.create_index(open.and_where(Expr::col("state").eq("REQUESTED")).take()).await?;
    manager.create_index(index("reseller_request", &["organisation_id", "created_at", "id"])).await?;
    // For the operator's list of pending requests.
    manager.create_index(index("reseller_request", &["state", "created_at", "id"])).await?;

    let programme = Table::create()
        .table("reseller_programme")
        .col(uuid("organisation_id").primary_key())
        .col(integer("commission_basis_points"))
        .col(text("terms"))
        // The kind of the organisation before it joined the programme, and after it leaves.
        .col(string_len("kind_before", 16))
        .col(timestamp_with_time_zone("approved_at"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .check(is_not_negative("commission_basis_points"))
        .to_owned();
    manager.create_table(programme).await
}
