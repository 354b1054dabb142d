//! Statements that create clients.
#![expect(clippy::disallowed_methods, reason = "the statements that create clients belong in this file")]

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use entity::{
    billing_contact, billing_details, membership, membership_role, organisation, ownership_transfer, payer, user,
};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set};
use uuid::Uuid;

use super::creating::Known;
use super::recipient::Recipients;
use crate::base::error::{Error, Result};
use crate::base::random::Random;
use crate::people::membership::store::NewMember;

type Written<T> = Result<T, DbErr>;

/// How many times codes are drawn before this fails. There are 10^12 codes, so a second draw is hardly ever needed.
const DRAWS: usize = 8;

/// The users with these addresses.
pub async fn users(tx: &DatabaseTransaction, addresses: &[String]) -> Written<Known> {
    if addresses.is_empty() {
        return Ok(Known::new());
    }
    let found = user::Entity::find().filter(user::Column::Email.is_in(addresses.iter().cloned())).all(tx).await?;
    Ok(found.into_iter().map(|user| (user.email.clone(), user)).collect())
}

/// How many organisations were offered to these addresses within a day.
pub async fn offered_lately(
    tx: &DatabaseTransaction,
    addresses: &[String],
    now: DateTimeUtc,
) -> Written<HashMap<String, i64>> {
    if addresses.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(String, i64)> = ownership_transfer::Entity::find()
        .select_only()
        .column(ownership_transfer::Column::Email)
        .column_as(ownership_transfer::Column::Id.count(), "count")
        .filter(ownership_transfer::Column::Email.is_in(addresses.iter().cloned()))
        .filter(ownership_transfer::Column::CreatedAt.gt(now - TimeDelta::days(1)))
        .group_by(ownership_transfer::Column::Email)
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
    let organisations = organisations.into_iter().map(IntoActiveModel::into_active_model);
    organisation::Entity::insert_many(organisations).exec_without_returning(tx).await?;
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
    if !transfers.is_empty() {
        let transfers = transfers.into_iter().map(IntoActiveModel::into_active_model);
        ownership_transfer::Entity::insert_many(transfers).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Inserts the recipients of the invoices of new clients.
pub async fn bill(tx: &DatabaseTransaction, recipients: Recipients) -> Written<()> {
    let Recipients { contacts, details, payers } = recipients;
    if !contacts.is_empty() {
        let contacts = contacts.into_iter().map(IntoActiveModel::into_active_model);
        billing_contact::Entity::insert_many(contacts).exec_without_returning(tx).await?;
        let details = details.into_iter().map(IntoActiveModel::into_active_model);
        billing_details::Entity::insert_many(details).exec_without_returning(tx).await?;
    }
    if !payers.is_empty() {
        let payers = payers.into_iter().map(IntoActiveModel::into_active_model);
        payer::Entity::insert_many(payers).exec_without_returning(tx).await?;
    }
    Ok(())
}
