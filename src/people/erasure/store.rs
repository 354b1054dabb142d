//! The statements that erase a user.
#![expect(clippy::disallowed_methods, reason = "the statements that erase belong in this file")]

use entity::organisation::{Kind, State};
use entity::{access_request, membership, organisation_halt, user};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult,
    QueryFilter, QuerySelect, Set, Statement,
};
use uuid::Uuid;

use crate::mail;
use crate::organisation::store as organisations;

type Written<T> = std::result::Result<T, DbErr>;

/// An organisation that is not closed and that the user is a member of.
#[derive(Debug, FromQueryResult)]
pub struct Belonging {
    /// The organisation.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The user's membership.
    pub membership_id: Uuid,
    kind: Kind,
    state: State,
    is_last_owner: bool,
    has_others: bool,
    has_clients: bool,
}

impl Belonging {
    /// Whether it would be left without an owner and cannot be closed, because it has other members or clients.
    pub fn needs_owner(&self) -> bool {
        let must_stay = self.has_others || self.has_clients || self.kind == Kind::Operator;
        self.is_last_owner && must_stay
    }

    /// Whether the user is the only member.
    pub const fn is_alone(&self) -> bool {
        !self.has_others
    }

    /// Whether it is of the kind PERSON.
    pub fn is_person(&self) -> bool {
        self.kind == Kind::Person
    }

    /// Its state, as the audit log records it.
    pub fn state(&self) -> String {
        self.state.to_value()
    }
}

fn statement(tx: &DatabaseTransaction, sql: &str, values: Vec<sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(tx.get_database_backend(), sql, values)
}

/// Finds the user, unless erased, and locks the row. The user joins nothing until the transaction ends. (On SQLite only
/// one transaction writes at a time.)
pub async fn lock(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<user::Model>> {
    let query = user::Entity::find_by_id(id).filter(user::Column::ErasedAt.is_null());
    let query = if tx.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
    query.one(tx).await
}

/// The organisations of the user that are not closed, locked: their members stay the same until the transaction ends.
pub async fn belongings(tx: &DatabaseTransaction, id: Uuid, now: DateTimeUtc) -> Written<Vec<Belonging>> {
    if tx.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT o.id FROM organisation o JOIN membership m ON m.organisation_id = o.id WHERE m.user_id = $1 \
                   ORDER BY o.id FOR NO KEY UPDATE OF o";
        tx.query_all_raw(statement(tx, sql, vec![id.into()])).await?;
    }
    let sql = "SELECT o.id, o.name, m.id AS membership_id, o.kind, o.state, \
         EXISTS (SELECT 1 FROM membership_role r WHERE r.membership_id = m.id AND r.builtin = 'OWNER') \
         AND NOT EXISTS (SELECT 1 FROM membership b JOIN membership_role r ON r.membership_id = b.id \
         JOIN \"user\" u ON u.id = b.user_id WHERE b.organisation_id = o.id AND b.user_id <> $1 \
         AND r.builtin = 'OWNER' AND u.state = 'ACTIVE' AND (b.expires_at IS NULL OR b.expires_at > $2)) \
         AS is_last_owner, \
         EXISTS (SELECT 1 FROM membership b WHERE b.organisation_id = o.id AND b.user_id <> $1) AS has_others, \
         EXISTS (SELECT 1 FROM partnership p WHERE p.reseller_id = o.id AND p.state = 'ACTIVE') AS has_clients \
         FROM membership m JOIN organisation o ON o.id = m.organisation_id \
         WHERE m.user_id = $1 AND o.state <> 'CLOSED'";
    let rows = tx.query_all_raw(statement(tx, sql, vec![id.into(), now.into()])).await?;
    let mut found: Vec<Belonging> =
        rows.iter().map(|row| Belonging::from_query_result(row, "")).collect::<Written<_>>()?;
    found.sort_by_cached_key(|one| (collation::sort_key(&one.name), one.id));
    Ok(found)
}

/// Closes an organisation and gives it this name.
pub async fn close(tx: &DatabaseTransaction, one: &Belonging, name: &str, now: DateTimeUtc) -> Written<()> {
    if name != one.name {
        organisations::update(tx, one.id, name, one.kind).await?;
    }
    let halt = organisations::load_halt(tx, one.id).await?;
    organisations::set_state(tx, State::Closed, organisation_halt::Model { closed_at: Some(now), ..halt }).await
}

/// Removes the user's memberships.
pub async fn remove_memberships(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    access_request::Entity::delete_many().filter(access_request::Column::UserId.eq(id)).exec(tx).await?;
    membership::Entity::delete_many().filter(membership::Column::UserId.eq(id)).exec(tx).await?;
    Ok(())
}

/// Removes the mail to the user from the outbox, also what went to other spellings of the address, and overwrites the
/// address in waiting mail to others.
pub async fn forget_mail(tx: &DatabaseTransaction, user: &user::Model) -> Written<()> {
    let sql = "DELETE FROM outgoing_mail WHERE user_id = $1 OR recipient IN ($2, $3) OR recipient IN \
         (SELECT email FROM invitation WHERE mailbox = $3 UNION SELECT email FROM ownership_transfer WHERE mailbox = $3 \
         UNION SELECT email FROM partnership_proposal WHERE mailbox = $3)";
    let values = vec![user.id.into(), user.email.clone().into(), user.mailbox.clone().into()];
    tx.execute_raw(statement(tx, sql, values)).await?;
    // Mail that was sent or given up has no text any more.
    let sql = "UPDATE outgoing_mail SET subject = replace(subject, $1, $3), body_text = replace(body_text, $1, $3), \
         body_html = replace(body_html, $2, $3) WHERE sent_at IS NULL AND failed_at IS NULL";
    let values = vec![user.email.clone().into(), mail::escaped(&user.email).into(), placeholder(user.id).into()];
    tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

/// Removes the billing details of a person, and overwrites the address in those of other organisations that close with
/// the user. Forgets the details of their events that hold it. Invoices have copies of their own.
pub async fn forget_billing(tx: &DatabaseTransaction, user: &user::Model, closed: &[&Belonging]) -> Written<()> {
    let position = if tx.get_database_backend() == DbBackend::Postgres { "strpos" } else { "instr" };
    for one in closed {
        if one.is_person() {
            let sql = "DELETE FROM billing_details WHERE organisation_id = $1";
            tx.execute_raw(statement(tx, sql, vec![one.id.into()])).await?;
        }
        for table in ["billing_details", "billing_contact"] {
            let sql = format!("UPDATE {table} SET email = $1 WHERE organisation_id = $2 AND email IN ($3, $4)");
            let (email, mailbox) = (user.email.clone(), user.mailbox.clone());
            let values = vec![placeholder(user.id).into(), one.id.into(), email.into(), mailbox.into()];
            tx.execute_raw(statement(tx, &sql, values)).await?;
        }
        let sql = format!(
            "UPDATE audit_event SET details = NULL WHERE organisation_id = $1 AND details IS NOT NULL \
             AND {position}(details, $2) > 0"
        );
        tx.execute_raw(statement(tx, &sql, vec![one.id.into(), user.email.clone().into()])).await?;
    }
    Ok(())
}

/// What stands in place of the address of an erased user.
fn placeholder(id: Uuid) -> String {
    format!("erased-{id}@erased.invalid")
}

/// Overwrites the user's name and address, also in invitations, transfers and proposals of others. Those that are open
/// end. Links to the address are removed.
pub async fn forget_name(tx: &DatabaseTransaction, user: &user::Model, name: &str, now: DateTimeUtc) -> Written<()> {
    let (id, email) = (user.id, placeholder(user.id));
    for (table, open, ended, and_accepted) in [
        ("invitation", "PENDING", "VOID", "OR accepted_user_id = $4"),
        ("ownership_transfer", "OFFERED", "VOID", "OR accepted_user_id = $4"),
        ("partnership_proposal", "PROPOSED", "LAPSED", ""),
    ] {
        let sql = format!(
            "UPDATE {table} SET email = $1, mailbox = $1, \
             answered_at = CASE WHEN state = '{open}' THEN $2 ELSE answered_at END, \
             state = CASE WHEN state = '{open}' THEN '{ended}' ELSE state END WHERE mailbox = $3 {and_accepted}"
        );
        let mut values: Vec<sea_orm::Value> = vec![email.clone().into(), now.into(), user.mailbox.clone().into()];
        if !and_accepted.is_empty() {
            values.push(id.into());
        }
        tx.execute_raw(statement(tx, &sql, values)).await?;
    }
    let links = "DELETE FROM link WHERE user_id = $1 OR address IN ($2, $3)";
    let values = vec![id.into(), user.email.clone().into(), user.mailbox.clone().into()];
    tx.execute_raw(statement(tx, links, values)).await?;
    let offers = "UPDATE ownership_transfer SET state = 'VOID', answered_at = $1 \
         WHERE offered_by_id = $2 AND state = 'OFFERED'";
    tx.execute_raw(statement(tx, offers, vec![now.into(), id.into()])).await?;
    let row = user::ActiveModel {
        mailbox: Set(email.clone()),
        email: Set(email),
        name: Set(name.to_owned()),
        name_folded: Set(collation::fold(name)),
        password_hash: Set(String::new()),
        email_verified_at: Set(None),
        state: Set(user::State::Disabled),
        locale: Set(user::Locale::default()),
        erased_at: Set(Some(now)),
        ..Default::default()
    };
    user::Entity::update_many().set(row).filter(user::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}
