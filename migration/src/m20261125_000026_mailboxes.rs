//! One mailbox, one account: each address gets the form by which its mailbox is compared.
//!
//! The forms are computed here, because an old migration must not change when the server does. A test compares them with
//! those of the server.

use icu_casemap::CaseMapper;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, Statement, Value};
use unicode_normalization::UnicodeNormalization;

use crate::keys::{index, unique};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables with addresses.
const TABLES: [&str; 4] = ["user", "invitation", "ownership_transfer", "partnership_proposal"];
/// Addresses that are read at a time.
const SOME: u64 = 1_000;
/// The index of the makers of keys.
const MADE_BY: &str = "api_key_made_by_idx";
/// Collisions that a message lists.
const LISTED: u64 = 20;

/// Name of the index, and its table.
const OLD_INDEXES: [(&str, &str); 6] = [
    ("user_email_key", "user"),
    ("invitation_organisation_id_email_key", "invitation"),
    ("invitation_email_sent_at_idx", "invitation"),
    ("ownership_transfer_email_idx", "ownership_transfer"),
    ("partnership_proposal_organisation_id_side_email_key", "partnership_proposal"),
    ("partnership_proposal_email_idx", "partnership_proposal"),
];

/// The indexes that compare addresses by this column.
fn indexes(column: &'static str) -> [IndexCreateStatement; 6] {
    let pending = |state: &str| Expr::col("state").eq(state.to_owned());
    [
        unique("user", &[column]),
        unique("invitation", &["organisation_id", column]).and_where(pending("PENDING")).take(),
        index("invitation", &[column, "sent_at"]),
        index("ownership_transfer", &[column]),
        unique("partnership_proposal", &["organisation_id", "side", column]).and_where(pending("PROPOSED")).take(),
        index("partnership_proposal", &[column]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let last = ColumnDef::new("is_last").boolean().not_null().default(false).take();
        manager.alter_table(Table::alter().table("outgoing_mail").add_column(last).to_owned()).await?;
        // For the copy of a person's data.
        manager.create_index(index("api_key", &["created_by_id"]).name(MADE_BY).take()).await?;
        for (name, table) in OLD_INDEXES {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        for table in TABLES {
            // SQLite adds a column without NULL only with a default. No row keeps it.
            let column = if table == "partnership_proposal" {
                string_null("mailbox")
            } else {
                string("mailbox").default("").take()
            };
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
            fill(manager, table).await?;
        }
        refuse_collisions(manager).await?;
        let [users, pending_invitations, sent, transfers, open_proposals, proposals] = indexes("mailbox");
        manager.create_index(sent).await?;
        manager.create_index(proposals).await?;
        // Of several open ones to one mailbox, the newest stays.
        for (table, open, ended, same) in [
            ("invitation", "PENDING", "EXPIRED", ""),
            ("partnership_proposal", "PROPOSED", "LAPSED", "AND b.side = partnership_proposal.side"),
        ] {
            let sql = format!(
                "UPDATE {table} SET state = '{ended}' WHERE state = '{open}' AND EXISTS (SELECT 1 FROM {table} b \
                 WHERE b.mailbox = {table}.mailbox AND b.organisation_id = {table}.organisation_id {same} \
                 AND b.state = '{open}' AND (b.created_at > {table}.created_at \
                 OR (b.created_at = {table}.created_at AND b.id > {table}.id)))"
            );
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        for index in [users, pending_invitations, transfers, open_proposals] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table) in OLD_INDEXES {
            let name = name.replace("_email_", "_mailbox_");
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        for table in TABLES {
            manager.alter_table(Table::alter().table(table).drop_column("mailbox").to_owned()).await?;
        }
        for index in indexes("email") {
            manager.create_index(index).await?;
        }
        manager.drop_index(Index::drop().name(MADE_BY).table("api_key").to_owned()).await?;
        manager.alter_table(Table::alter().table("outgoing_mail").drop_column("is_last").to_owned()).await
    }
}

/// Writes the mailboxes of a table, and one spelling of each domain.
async fn fill(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let backend = manager.get_database_backend();
    connection.execute_unprepared(&format!("UPDATE \"{table}\" SET mailbox = email")).await?;
    let mut others = Vec::new();
    let mut last = String::new();
    loop {
        let sql = format!("SELECT DISTINCT email FROM \"{table}\" WHERE email > $1 ORDER BY email LIMIT {SOME}");
        let rows =
            connection.query_all_raw(Statement::from_sql_and_values(backend, sql, [last.clone().into()])).await?;
        let emails: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
        let Some(end) = emails.last() else { break };
        last.clone_from(end);
        others.extend(emails.into_iter().filter_map(|email| {
            let (text, mailbox) = forms(&email)?;
            (text != email || mailbox != email).then_some((email, text, mailbox))
        }));
    }
    for (email, text, mailbox) in others {
        let sql = format!("UPDATE \"{table}\" SET email = $1, mailbox = $2 WHERE email = $3");
        let values: [Value; 3] = [text.into(), mailbox.into(), email.into()];
        connection.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(())
}

/// Fails if several accounts have one mailbox. Then nothing is migrated.
async fn refuse_collisions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sql = format!(
        "SELECT mailbox, count(*) FROM \"user\" GROUP BY mailbox HAVING count(*) > 1 ORDER BY mailbox LIMIT {LISTED}"
    );
    let connection = manager.get_connection();
    let rows = connection.query_all_raw(Statement::from_string(manager.get_database_backend(), sql)).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut list = Vec::with_capacity(rows.len());
    for row in &rows {
        let (mailbox, count): (String, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        list.push(format!("{mailbox} ({count} accounts)"));
    }
    Err(DbErr::Custom(format!(
        "Some accounts have the same mailbox, with different spellings of its address: {}. Nothing was migrated. From \
         now on, a mailbox has one account. With the release that you ran before, keep one account of each: in the \
         others, change the address with changeAddress, or erase them with eraseUser. Then run migrate up again. At \
         most {LISTED} mailboxes are listed.",
        list.join(", ")
    )))
}

/// The form of an address that mail is sent to, and its mailbox; `None` if it is no address.
pub fn forms(typed: &str) -> Option<(String, String)> {
    let (local, domain) = typed.trim().rsplit_once('@')?;
    let local: String = local.nfc().flat_map(char::to_lowercase).nfc().collect();
    let processor = Uts46::new();
    let ascii = processor.to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify);
    let ascii = ascii.ok()?;
    let (domain, outcome) = processor.to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    outcome.ok()?;
    let decomposed: String = local.nfd().collect();
    let folded: String = CaseMapper::new().fold_string(&decomposed).nfc().collect();
    Some((format!("{local}@{domain}"), format!("{folded}@{domain}")))
}
