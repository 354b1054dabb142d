//! The statements that erase a user.
#![expect(clippy::disallowed_methods, reason = "the statements that erase belong in this file")]

use entity::organisation::{Kind, State};
use entity::{membership, organisation_halt, outgoing_mail, user};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult,
    QueryFilter, QuerySelect, Set, Statement,
};
use uuid::Uuid;

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
         WHERE m.user_id = $1 AND o.state <> 'CLOSED' ORDER BY o.name, o.id";
    let rows = tx.query_all_raw(statement(tx, sql, vec![id.into(), now.into()])).await?;
    rows.iter().map(|row| Belonging::from_query_result(row, "")).collect()
}

/// Closes an organisation and gives it this name.
pub async fn close(tx: &DatabaseTransaction, one: &Belonging, name: &str, now: DateTimeUtc) -> Written<()> {
    if name != one.name {
        organisations::update(tx, one.id, name, one.kind).await?;
    }
    let halt = organisations::load_halt(tx, one.id).await?;
    organisations::set_state(tx, State::Closed, organisation_halt::Model { closed_at: Some(now), ..halt }).await
}

/// Removes the user's memberships, and the mail to the user in the outbox.
pub async fn remove_memberships_and_mail(tx: &DatabaseTransaction, id: Uuid, address: &str) -> Written<()> {
    membership::Entity::delete_many().filter(membership::Column::UserId.eq(id)).exec(tx).await?;
    let theirs = outgoing_mail::Column::UserId.eq(id).or(outgoing_mail::Column::Recipient.eq(address));
    outgoing_mail::Entity::delete_many().filter(theirs).exec(tx).await?;
    Ok(())
}

/// Overwrites the user's name and address, also in invitations, transfers and proposals.
pub async fn forget_name(tx: &DatabaseTransaction, id: Uuid, name: &str, now: DateTimeUtc) -> Written<()> {
    let email = format!("erased-{id}@erased.invalid");
    for table in ["invitation", "ownership_transfer"] {
        let sql = format!("UPDATE {table} SET email = $1 WHERE accepted_user_id = $2");
        tx.execute_raw(statement(tx, &sql, vec![email.clone().into(), id.into()])).await?;
    }
    let proposals = "UPDATE partnership_proposal SET email = $1 \
         WHERE email = (SELECT email FROM \"user\" WHERE id = $2) AND state <> 'PROPOSED'";
    tx.execute_raw(statement(tx, proposals, vec![email.clone().into(), id.into()])).await?;
    let offers = "UPDATE ownership_transfer SET state = 'VOID', answered_at = $1 \
         WHERE offered_by_id = $2 AND state = 'OFFERED'";
    tx.execute_raw(statement(tx, offers, vec![now.into(), id.into()])).await?;
    let row = user::ActiveModel {
        email: Set(email),
        name: Set(name.to_owned()),
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
