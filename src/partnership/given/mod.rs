//! Memberships that were given through a partnership: when it is over, those of the reseller's own people end with it. The
//! others stay, and the client sees which they are.

pub mod store;

use entity::partnership::Model;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};

use super::letters;
use super::rules::{PartnershipState, judge};
use crate::access::Permission;
use crate::audit::{self, Act};
use crate::db::WriteError;
use crate::id::Type;
use crate::mail;
use crate::membership::store::Member;
use crate::membership::{self, recipient};
use crate::random::Random;
use crate::request::Request;

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
) -> Result<usize, WriteError> {
    let members = remove(tx, random, request.now(), row).await?;
    for member in &members {
        let act = ended(row, member, action);
        audit::record(tx, request, random, Act { permission: Some(Permission::PartnershipManage), ..act }).await?;
    }
    Ok(members.len())
}

/// The same by the server itself, for a partnership that has reached its end.
pub async fn take_back_by_system(
    tx: &DatabaseTransaction,
    random: &Random,
    now: DateTimeUtc,
    row: &Model,
) -> Result<usize, WriteError> {
    let members = remove(tx, random, now, row).await?;
    for member in &members {
        audit::record_by_system(tx, random, now, ended(row, member, "partnershipExpired")).await?;
    }
    Ok(members.len())
}

async fn remove(
    tx: &DatabaseTransaction,
    random: &Random,
    now: DateTimeUtc,
    row: &Model,
) -> Result<Vec<Member>, WriteError> {
    let members = store::of_own_people(tx, row).await?;
    for member in &members {
        membership::store::remove(tx, member.id).await?;
    }
    let told =
        members.iter().map(|member| (recipient(member), letters::membership_ended(member.locale, &row.client_name)));
    mail::queue(tx, random, now, told).await?;
    Ok(members)
}

fn ended(row: &Model, member: &Member, action: &str) -> Act {
    let roles: Vec<&str> = member.roles.iter().map(|held| held.role.name()).collect();
    Act::done(action, row.client_id, None)
        .to(Type::Membership.id(member.id))
        .about(member.user_id)
        .changing(json!({ "name": member.name, "roles": roles }), Json::Null)
}
