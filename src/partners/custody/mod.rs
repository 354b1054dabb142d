//! Custody: whoever creates a client organisation for a reseller keeps the place of its OWNER until the one comes who was
//! named by address.
//!
//! It hangs on creating clients for the reseller: who can do so no longer has lost it at once (`access/loss.rs`), and it
//! passes to the longest-standing OWNER of the reseller. It ends when the one who was named accepts the ownership, and with
//! it where the client has another owner of its own.

mod letters;
mod store;

use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::access::{Actor, Permission};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::Request;
use crate::mail::{self, Recipient};
use crate::organisation;
use crate::oversight::audit::{self, Event};
use crate::people::membership::{self, rules::is_working, together};

pub use store::Keeper;

use self::store::{Custody, heir};

/// Who keeps the places of the owners of clients that the actor creates for the reseller: the actor, or where that is not a
/// person who creates clients there as a member, the reseller's longest-standing OWNER. None where there is none.
pub async fn keeper(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    actor: &Actor,
    now: DateTimeUtc,
) -> Result<Option<Keeper>> {
    if let Some(user) = actor.user_id()
        && let Some(member) = membership::store::load_of(tx, reseller, user).await?
        && is_working(&member, now)
        && together(&member.roles).has(Permission::ClientCreate)
    {
        return Ok(Some(member.into()));
    }
    Ok(heir(tx, reseller, None, now).await?)
}

/// Passes on what a user keeps who is going away: all of it.
pub async fn pass_on_of(tx: &DatabaseTransaction, random: &Random, now: DateTimeUtc, user: Uuid) -> Result<()> {
    for custody in store::of_user(tx, user).await? {
        pass_on(tx, random, now, custody).await?;
    }
    Ok(())
}

/// Passes on what people kept for a reseller who can create clients for it no longer.
pub async fn pass_on_at(tx: &DatabaseTransaction, random: &Random, now: DateTimeUtc, reseller: Uuid) -> Result<()> {
    for custody in store::lost_at(tx, reseller, now).await? {
        pass_on(tx, random, now, custody).await?;
    }
    Ok(())
}

/// The same for all resellers, each place in a transaction of its own; says how many somebody else keeps now.
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

/// The client has an owner of its own: nobody keeps the place any more, and who did leaves, with an event for each. The
/// owner may have kept it.
pub async fn end(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    client: Uuid,
    owner: Uuid,
) -> Result<()> {
    for member in store::end(tx, client, owner).await? {
        let act = ended(client, member.id, member.user_id);
        audit::record(&request.work(tx), Event { permission: Some(Permission::OwnershipTransfer), ..act }).await?;
    }
    Ok(())
}

/// The reseller's longest-standing OWNER keeps the place from now on, if there is one to keep; false if nobody does.
async fn pass_on(tx: &DatabaseTransaction, random: &Random, now: DateTimeUtc, custody: Custody) -> Result<bool> {
    let client = crate::access::lock(tx, custody.client).await?;
    if !store::is_kept(tx, custody, now).await? {
        membership::store::remove(tx, custody.membership).await?;
        let act = ended(custody.client, custody.membership, custody.user);
        audit::record_by_system(tx, random, now, act).await?;
        return Ok(false);
    }
    let Some(heir) = heir(tx, custody.reseller, Some(custody.user), now).await? else { return Ok(false) };
    if !store::pass(tx, random, custody, heir.user, now).await? {
        return Ok(false);
    }
    let act = Event::done("passCustody", custody.client, None)
        .to(Type::Membership.id(custody.membership))
        .about(custody.user)
        .changing(json!({ "user": Type::User.id(custody.user).0 }), json!({ "user": Type::User.id(heir.user).0 }));
    audit::record_by_system(tx, random, now, act).await?;
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
