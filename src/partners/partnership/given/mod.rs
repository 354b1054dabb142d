//! Memberships that were given through a partnership: when it is over, those of the reseller's own people end with it, and
//! when one of them leaves the reseller, those of that person. The others stay, and the client sees which they are.

pub mod store;

use crate::base::error::Result;
use entity::partnership::Model;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::letters;
use super::rules::{PartnershipState, judge};
use crate::access::Permission;
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::Request;
use crate::mail;
use crate::organisation;
use crate::oversight::audit::{self, Event};
use crate::people::membership::store::Member;
use crate::people::membership::{self, recipient};

/// Whether the partnership is in force at the moment.
pub fn is_in_force(row: &Model, now: DateTimeUtc) -> bool {
    judge(row, now) == PartnershipState::Active
}

/// Ends the memberships of the reseller's own people that were given through the partnership, which is over, with an
/// event for each; and says how many. Whoever belongs to the client is locked.
pub async fn take_back(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    row: &Model,
    action: &str,
) -> Result<usize> {
    let members = remove(tx, random, request.now(), row).await?;
    for member in &members {
        // Who manages the client's side has a way there of their own; all others are there by the partnership.
        let act = match request.access.way(row.client_id, Permission::PartnershipManage) {
            Some(_) => Event { permission: Some(Permission::PartnershipManage), ..ended(member, action) },
            None => ended(member, action).through(row.id),
        };
        audit::record(&request.work(tx), act).await?;
    }
    Ok(members.len())
}

/// Ends the memberships that a user has through partnerships of the reseller, to which the user belongs no longer, with
/// an event at each client.
pub async fn take_back_of(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    reseller: Uuid,
    user: Uuid,
    action: &str,
) -> Result<()> {
    for member in store::of_user(tx, reseller, user).await? {
        let client = crate::access::lock(tx, member.organisation_id).await?;
        membership::store::remove(tx, member.id).await?;
        let Some(partnership) = member.partnership_id else { continue };
        audit::record(&request.work(tx), ended(&member, action).through(partnership)).await?;
        let letter = letters::membership_ended(member.locale, &client.name);
        mail::queue(tx, random, request.now(), [(recipient(&member), letter)]).await?;
    }
    Ok(())
}

/// The same by the server itself, for a partnership that has reached its end.
pub async fn take_back_by_system(
    tx: &DatabaseTransaction,
    random: &Random,
    now: DateTimeUtc,
    row: &Model,
) -> Result<usize> {
    let members = remove(tx, random, now, row).await?;
    for member in &members {
        audit::record_by_system(tx, random, now, ended(member, "partnershipExpired")).await?;
    }
    Ok(members.len())
}

async fn remove(tx: &DatabaseTransaction, random: &Random, now: DateTimeUtc, row: &Model) -> Result<Vec<Member>> {
    let members = store::of_own_people(tx, row).await?;
    for member in &members {
        membership::store::remove(tx, member.id).await?;
    }
    let told =
        members.iter().map(|member| (recipient(member), letters::membership_ended(member.locale, &row.client_name)));
    mail::queue(tx, random, now, told).await?;
    Ok(members)
}

fn ended(member: &Member, action: &str) -> Event {
    let roles: Vec<&str> = member.roles.iter().map(|held| held.role.name()).collect();
    Event::done(action, member.organisation_id, None)
        .to(Type::Membership.id(member.id))
        .about(member.user_id)
        .changing(json!({ "name": member.name, "roles": roles }), Json::Null)
}
