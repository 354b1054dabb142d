//! Giving custody to somebody, passing it on, and ending it.

use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::store::{Custodian, Custody, heir};
use super::{letters, store};
use crate::access::{Actor, Permission};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::Work;
use crate::mail::{self, Recipient};
use crate::oversight::audit::{self, Event};
use crate::people::membership::{self, rules::is_working};
use crate::people::role::rules::grants_of;

/// The person who gets custody of the clients that the actor creates for the reseller. It is the actor, if they are a
/// member who may create clients there. Otherwise it is the reseller's longest-standing OWNER who can act, if any.
pub async fn custodian(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    actor: &Actor,
    now: DateTimeUtc,
) -> Result<Option<Custodian>> {
    if let Some(user) = actor.user_id()
        && let Some(member) = membership::store::find_of_user(tx, reseller, user).await?
        && is_working(&member, now)
        && grants_of(&member.roles).has(Permission::ClientCreate)
    {
        return Ok(Some(member.into()));
    }
    Ok(heir(tx, reseller, None, now).await?)
}

/// Passes on all custodies of a user whose account is about to end.
pub async fn pass_on_of(tx: &DatabaseTransaction, random: &Random, now: DateTimeUtc, user: Uuid) -> Result<()> {
    for custody in store::of_user(tx, user).await? {
        pass_on(tx, random, now, custody).await?;
    }
    Ok(())
}

/// Passes on the custodies of people who can no longer create clients for the reseller.
pub async fn pass_on_at(tx: &DatabaseTransaction, random: &Random, now: DateTimeUtc, reseller: Uuid) -> Result<()> {
    for custody in store::lost_at(tx, reseller, now).await? {
        pass_on(tx, random, now, custody).await?;
    }
    Ok(())
}

/// Passes on the lost custodies at all resellers, each in a transaction of its own. Returns how many passed to
/// somebody.
pub async fn pass_on_lost(db: &Db, random: &Random, now: DateTimeUtc) -> Result<usize> {
    let mut count = 0;
    for reseller in store::resellers_with_lost(db, now).await? {
        for custody in db.write(async |tx| Ok(store::lost_at(tx, reseller, now).await?)).await? {
            let passed = db.write(async |tx| pass_on(tx, random, now, custody).await).await?;
            count += usize::from(passed);
        }
    }
    Ok(count)
}

/// Ends the custody of a client that now has an owner of its own. Its holder leaves the client, and an event is
/// recorded. If the holder is the new owner, the membership stays.
pub async fn end_at(work: &Work<'_>, client: Uuid, owner: Uuid) -> Result<()> {
    for member in store::end(work.tx, client, owner).await? {
        let event = ended(client, member.id, member.user_id);
        audit::record(work, Event { permission: Some(Permission::OwnershipTransfer), ..event }).await?;
    }
    Ok(())
}

/// Passes a custody to the reseller's longest-standing OWNER. Returns false if nobody can take it, or if it has ended.
async fn pass_on(tx: &DatabaseTransaction, random: &Random, now: DateTimeUtc, custody: Custody) -> Result<bool> {
    let client = crate::access::lock(tx, custody.client).await?;
    if !store::is_in_custody(tx, custody, now).await? {
        membership::store::remove(tx, custody.membership).await?;
        let event = ended(custody.client, custody.membership, custody.user);
        audit::record_by_system(tx, random, now, event).await?;
        return Ok(false);
    }
    let Some(heir) = heir(tx, custody.reseller, Some(custody.user), now).await? else { return Ok(false) };
    if !store::pass(tx, random, custody, heir.user, now).await? {
        return Ok(false);
    }
    let event = Event::done("passCustody", custody.client, None)
        .to(Type::Membership.id(custody.membership))
        .about(custody.user)
        .changing(json!({ "user": Type::User.id(custody.user).0 }), json!({ "user": Type::User.id(heir.user).0 }));
    audit::record_by_system(tx, random, now, event).await?;
    let to = Recipient { user: Some(heir.user), address: heir.email, locale: heir.locale };
    let letter = letters::passed_on(heir.locale, &client.name);
    mail::queue(tx, random, now, [(to, letter)]).await?;
    Ok(true)
}

fn ended(client: Uuid, membership: Uuid, user: Uuid) -> Event {
    Event::done("endCustody", client, None)
        .to(Type::Membership.id(membership))
        .about(user)
        .changing(json!({ "user": Type::User.id(user).0 }), Json::Null)
}
