//! Statements that create clients.
#![expect(clippy::disallowed_methods, reason = "the statements that create clients belong in this file")]

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use entity::{membership, membership_role, organisation, ownership_transfer, user};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect, Set};
use uuid::Uuid;

use super::creating::Known;
use super::recipient::Recipients;
use crate::base::error::{Error, Result};
use crate::base::insert::insert_all;
use crate::base::random::Random;
use crate::organisation::store as organisations;
use crate::people::membership::store::NewMember;

type Written<T> = Result<T, DbErr>;

/// How many times codes are drawn before this fails. There are 10^12 codes, so a second draw is hardly ever needed.
const DRAWS: usize = 8;

/// The users with these mailboxes.
pub async fn users(tx: &DatabaseTransaction, mailboxes: &[String]) -> Written<Known> {
    if mailboxes.is_empty() {
        return Ok(Known::new());
    }
    let found = user::Entity::find().filter(user::Column::Mailbox.is_in(mailboxes.iter().cloned())).all(tx).await?;
    Ok(found.into_iter().map(|user| (user.mailbox.clone(), user)).collect())
}

/// How many organisations were offered to these mailboxes within a day.
pub async fn offered_lately(
    tx: &DatabaseTransaction,
    mailboxes: &[String],
    now: DateTimeUtc,
) -> Written<HashMap<String, i64>> {
    if mailboxes.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(String, i64)> = ownership_transfer::Entity::find()
        .select_only()
        .column(ownership_transfer::Column::Mailbox)
        .column_as(ownership_transfer::Column::Id.count(), "count")
        .filter(ownership_transfer::Column::Mailbox.is_in(mailboxes.iter().cloned()))
        .filter(ownership_transfer::Column::CreatedAt.gt(now - TimeDelta::days(1)))
        .group_by(ownership_transfer::Column::Mailbox)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(found.into_iter().collect())
}

/// `count` codes that no organisation has.
pub async fn free_codes(tx: &DatabaseTransaction, random: &Random, count: usize) -> Result<Vec<String>> {
    for _ in 0..DRAWS {
        let codes: HashSet<String> = std::iter::repeat_with(|| random.code()).take(count).collect();
        let taken = organisation::Entity::find()
            .select_only()
            .column(organisation::Column::Code)
            .filter(organisation::Column::Code.is_in(codes.iter().cloned()))
            .into_tuple::<String>()
            .one(tx)
            .await?;
        if taken.is_none() && codes.len() == count {
            return Ok(codes.into_iter().collect());
        }
    }
    Err(Error::fault("no free codes for organisations"))
}

/// Inserts the organisations and their first members. A member with a reseller holds ownership in custody for it.
pub async fn create(
    tx: &DatabaseTransaction,
    random: &Random,
    now: DateTimeUtc,
    organisations: Vec<organisation::Model>,
    members: Vec<(NewMember, Option<Uuid>)>,
) -> Written<()> {
    insert_all(tx, &organisations).await?;
    let names: Vec<(Uuid, &str)> = organisations.iter().map(|row| (row.id, row.name.as_str())).collect();
    organisations::write_names(tx, &names).await?;
    let rows = members.iter().map(|(member, custody)| membership::ActiveModel {
        id: Set(member.id),
        organisation_id: Set(member.organisation_id),
        user_id: Set(member.user_id),
        partnership_id: Set(member.partnership_id),
        expires_at: Set(member.expires_at),
        created_at: Set(now),
        custody_reseller_id: Set(*custody),
    });
    membership::Entity::insert_many(rows).exec_without_returning(tx).await?;
    let roles = members.iter().flat_map(|(member, _)| member.roles.iter().map(move |role| (member, role)));
    let roles = roles.map(|(member, role)| membership_role::ActiveModel {
        id: Set(random.id(now)),
        organisation_id: Set(member.organisation_id),
        membership_id: Set(member.id),
        builtin: Set(role.builtin().map(|role| role.name().to_owned())),
        role_id: Set(role.key()),
    });
    membership_role::Entity::insert_many(roles).exec_without_returning(tx).await?;
    Ok(())
}

/// Offers new organisations to their future owners.
pub async fn offer(tx: &DatabaseTransaction, transfers: Vec<ownership_transfer::Model>) -> Written<()> {
    insert_all(tx, &transfers).await
}

/// Inserts the recipients of the invoices of new clients.
pub async fn bill(tx: &DatabaseTransaction, recipients: Recipients) -> Written<()> {
    let Recipients { contacts, details, payers } = recipients;
    insert_all(tx, &contacts).await?;
    insert_all(tx, &details).await?;
    insert_all(tx, &payers).await
}
