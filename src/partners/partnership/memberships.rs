//! Memberships that were given through a partnership. Those of the reseller's own people end when the partnership ends,
//! or when the person leaves the reseller. All other memberships stay.

use entity::partnership::Model;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{letters, store};
use crate::access::Permission;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::Work;
use crate::mail;
use crate::oversight::audit::{self, Event};
use crate::people::membership::store::Member;
use crate::people::membership::{self, recipient};

/// Ends the memberships of the reseller's own people that were given through an ended partnership. Records an event for
/// each. The caller has locked the client.
pub async fn end_all(work: &Work<'_>, row: &Model, action: &str) -> Result<()> {
    for member in remove(work.tx, work.random, work.now, row).await? {
        // An actor who manages the client's side has their own access there; all others act through the partnership.
        let event = match work.request.access.way(row.client_id, Permission::PartnershipManage) {
            Some(_) => Event { permission: Some(Permission::PartnershipManage), ..ended(&member, action) },
            None => ended(&member, action).through(row.id),
        };
        audit::record(work, event).await?;
    }
    Ok(())
}

/// Ends the memberships that a user has through partnerships of a reseller, because the user has left it. Records an
/// event at each client.
pub async fn end_of_user(work: &Work<'_>, reseller: Uuid, user: Uuid, action: &str) -> Result<()> {
    for member in store::memberships_of_user(work.tx, reseller, user).await? {
        let client = crate::access::lock(work.tx, member.organisation_id).await?;
        membership::store::remove(work.tx, member.id).await?;
        let Some(partnership) = member.partnership_id else { continue };
        audit::record(work, ended(&member, action).through(partnership)).await?;
        let letter = letters::membership_ended(member.locale, &client.name);
        mail::queue(work.tx, work.random, work.now, [(recipient(&member), letter)]).await?;
    }
    Ok(())
}

/// Ends the memberships of a partnership that has reached its end date, as an act of the server. Returns how many.
pub async fn end_all_by_system(
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
    let members = store::memberships_of_own_people(tx, row).await?;
    for member in &members {
        membership::store::remove(tx, member.id).await?;
    }
    let mails =
        members.iter().map(|member| (recipient(member), letters::membership_ended(member.locale, &row.client_name)));
    mail::queue(tx, random, now, mails).await?;
    Ok(members)
}

fn ended(member: &Member, action: &str) -> Event {
    let roles: Vec<&str> = member.roles.iter().map(|held| held.role.name()).collect();
    Event::done(action, member.organisation_id, None)
        .to(Type::Membership.id(member.id))
        .about(member.user_id)
        .changing(json!({ "name": member.name, "roles": roles }), Json::Null)
}
