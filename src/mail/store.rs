//! The outbox in the database.

use chrono::TimeDelta;
use entity::document;
use entity::outgoing_mail::{ActiveModel, Column, Entity};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryResult, Set, Statement,
};
use uuid::Uuid;

use super::letter::{Attached, Letter};
use super::{Attachment, Mail};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::locale::Locale;
use crate::base::random::Random;

/// Rows that one statement removes at most.
const REMOVED: u64 = 1000;

/// How long a mail waits for the document that it carries, which the server writes soon after the issue.
const WRITING: TimeDelta = TimeDelta::seconds(10);

/// The recipient of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The user, if the recipient is one.
    pub user: Option<Uuid>,
    /// The address.
    pub address: String,
    /// The language.
    pub locale: Locale,
}

/// A mail that only this process may send until its lease ends.
pub struct Claimed {
    /// The mail.
    pub mail: Mail,
    /// What it carries, which is not in the mail yet.
    pub attached: Option<Attached>,
    /// Number of attempts, including this one.
    pub attempts: i32,
}

/// Writes letters to the outbox, in the transaction of the act that they are about. One statement, or none.
pub async fn queue(
    tx: &DatabaseTransaction,
    random: &Random,
    now: DateTimeUtc,
    letters: impl IntoIterator<Item = (Recipient, Letter)>,
) -> Result<(), DbErr> {
    let rows: Vec<ActiveModel> = letters.into_iter().map(|(to, letter)| new_row(random, now, to, letter)).collect();
    if !rows.is_empty() {
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Writes the last letter to a person who is erased. Its row is removed once it is sent or given up.
pub async fn queue_last(
    tx: &DatabaseTransaction,
    random: &Random,
    now: DateTimeUtc,
    to: Recipient,
    letter: Letter,
) -> Result<(), DbErr> {
    let row = ActiveModel { is_last: Set(true), ..new_row(random, now, to, letter) };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

fn new_row(random: &Random, now: DateTimeUtc, to: Recipient, letter: Letter) -> ActiveModel {
    let (invoice, credit_note, wait) = match letter.attached {
        Some(Attached::Invoice(id)) => (Some(id), None, WRITING),
        Some(Attached::CreditNote(id)) => (None, Some(id), WRITING),
        None => (None, None, TimeDelta::zero()),
    };
    ActiveModel {
        id: Set(random.id(now)),
        user_id: Set(to.user),
        recipient: Set(to.address),
        body_text: Set(letter.text()),
        body_html: Set(letter.html(to.locale)),
        subject: Set(letter.subject),
        invoice_id: Set(invoice),
        credit_note_id: Set(credit_note),
        attempts: Set(0),
        next_attempt_at: Set(now + wait),
        sent_at: Set(None),
        failed_at: Set(None),
        last_error: Set(None),
        created_at: Set(now),
        is_last: Set(false),
    }
}

/// The waiting mails. The condition is the one of the index.
const WAITING: &str = "FROM outgoing_mail WHERE sent_at IS NULL AND failed_at IS NULL";

/// Whether a mail is due. It reads only the index.
pub async fn is_any_due(db: &Db, now: DateTimeUtc) -> Result<bool> {
    let sql = format!("SELECT 1 {WAITING} AND next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT 1");
    Ok(!db.rows(sql, vec![now.into()]).await?.is_empty())
}

/// Number of waiting mails.
pub async fn count_waiting(db: &Db) -> Result<i64> {
    Ok(db.rows(format!("SELECT count(*) {WAITING}"), Vec::new()).await?[0].try_get_by_index(0)?)
}

/// Claims up to `most` due mails for the caller, until `until`.
pub async fn claim(db: &Db, now: DateTimeUtc, until: DateTimeUtc, most: u32) -> Result<Vec<Claimed>> {
    let lock = if db.backend() == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "WITH due AS MATERIALIZED \
         (SELECT id {WAITING} AND next_attempt_at <= $1 ORDER BY next_attempt_at, id LIMIT $3 {lock}) \
         UPDATE outgoing_mail SET next_attempt_at = $2, attempts = attempts + 1 WHERE id IN (SELECT id FROM due) \
         RETURNING id, created_at, recipient, subject, body_text, body_html, attempts, invoice_id, credit_note_id"
    );
    let values = vec![now.into(), until.into(), i64::from(most).into()];
    let statement = Statement::from_sql_and_values(db.backend(), sql, values);
    let rows = db.write(async |tx| Ok(tx.query_all_raw(statement).await?)).await?;
    rows.iter().map(|row| Ok(claimed(row)?)).collect()
}

fn claimed(row: &QueryResult) -> Result<Claimed, DbErr> {
    let mail = Mail {
        id: row.try_get_by_index(0)?,
        at: row.try_get_by_index(1)?,
        to: row.try_get_by_index(2)?,
        subject: row.try_get_by_index(3)?,
        text: row.try_get_by_index(4)?,
        html: row.try_get_by_index(5)?,
        attachment: None,
    };
    let (invoice, credit_note): (Option<Uuid>, Option<Uuid>) = (row.try_get_by_index(7)?, row.try_get_by_index(8)?);
    let attached = invoice.map(Attached::Invoice).or_else(|| credit_note.map(Attached::CreditNote));
    Ok(Claimed { mail, attached, attempts: row.try_get_by_index(6)? })
}

/// The PDF of a document, once it is written.
pub async fn attachment(db: &Db, of: Attached) -> Result<Option<Attachment>> {
    let (table, of_it, id) = match of {
        Attached::Invoice(id) => ("invoice", "invoice_id", id),
        Attached::CreditNote(id) => ("credit_note", "credit_note_id", id),
    };
    let sql = format!(
        "SELECT o.number, d.bytes FROM document d JOIN {table} o ON o.id = d.{of_it} WHERE d.{of_it} = $1 AND d.kind = $2"
    );
    let rows = db.rows(sql, vec![id.into(), document::Kind::Pdf.to_value().into()]).await?;
    let file = |row: &QueryResult| -> Result<Attachment, DbErr> {
        let number: String = row.try_get_by_index(0)?;
        Ok(Attachment { name: format!("{}.pdf", number.replace('/', "-")), bytes: row.try_get_by_index(1)? })
    };
    Ok(rows.first().map(file).transpose()?)
}

/// The outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The mail was sent.
    Sent,
    /// The attempt failed, and there will be another.
    Delayed {
        /// When the next attempt is due.
        next: DateTimeUtc,
        /// Why the attempt failed.
        reason: String,
    },
    /// The attempt failed, and it was the last.
    GivenUp {
        /// Why the attempt failed.
        reason: String,
    },
}

/// Records the outcome of an attempt, in one statement. If the attempt outlived its lease, only a success is recorded.
pub async fn settle(db: &Db, id: Uuid, attempts: i32, now: DateTimeUtc, outcome: &Outcome) -> Result<()> {
    let done = ActiveModel { body_text: Set(String::new()), body_html: Set(String::new()), ..Default::default() };
    let change = match outcome.clone() {
        Outcome::Sent => ActiveModel { sent_at: Set(Some(now)), failed_at: Set(None), last_error: Set(None), ..done },
        Outcome::Delayed { next, reason } => {
            ActiveModel { next_attempt_at: Set(next), last_error: Set(Some(reason)), ..Default::default() }
        }
        Outcome::GivenUp { reason } => ActiveModel { failed_at: Set(Some(now)), last_error: Set(Some(reason)), ..done },
    };
    db.write(async |tx| {
        let mut update = Entity::update_many().set(change).filter(Column::Id.eq(id)).filter(Column::SentAt.is_null());
        if *outcome != Outcome::Sent {
            update = update.filter(Column::Attempts.eq(attempts));
        }
        update.exec(tx).await?;
        if !matches!(outcome, Outcome::Delayed { .. }) {
            let ended = Column::SentAt.is_not_null().or(Column::FailedAt.is_not_null());
            let last = Column::IsLast.eq(true).and(ended);
            Entity::delete_many().filter(Column::Id.eq(id)).filter(last).exec(tx).await?;
        }
        Ok(())
    })
    .await
}

/// Removes mails that were sent or given up before this time; false if there may be more.
pub async fn remove(db: &Db, before: DateTimeUtc) -> Result<bool> {
    // Keys are ordered by time, and no mail is sent before it is created. So this reads only the start of the table.
    let millis = u64::try_from(before.timestamp_millis()).unwrap_or_default();
    let last = uuid::Builder::from_unix_timestamp_millis(millis, &[0xff; 10]).into_uuid();
    let sql = format!(
        "DELETE FROM outgoing_mail WHERE id IN (SELECT id FROM outgoing_mail WHERE id <= $1 \
         AND (sent_at < $2 OR failed_at < $2) ORDER BY id LIMIT {REMOVED})"
    );
    let statement = Statement::from_sql_and_values(db.backend(), sql, vec![last.into(), before.into()]);
    let removed = db.write(async |tx| Ok(tx.execute_raw(statement).await?.rows_affected())).await?;
    Ok(removed < REMOVED)
}
