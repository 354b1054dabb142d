//! The situations for which such portals exist, each with people to log in as. All dates are relative to now.
//!
//! Each story is one file. `world.rs`, `terms.rs` and `trade.rs` have the words that they are told with: organisations
//! and people, partnerships, what is bought and billed. Nothing is written before all is told; then all of it is, or nothing.

mod agency;
mod alone;
mod nordhost;
mod place;
mod platform;
mod properties;
mod school;
mod shared;
mod skandia;
mod stranger;
mod terms;
#[cfg(test)]
mod tests;
mod trade;
mod world;

pub use nordhost::API_KEY;

use world::World;

use super::{Person, store};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::Random;
use crate::people::user::Passwords;

/// Everybody's password. It opens samples only.
const PASSWORD: &str = "tenantry-demo";

/// Somebody whom a story is about.
struct Character {
    name: &'static str,
    email: &'static str,
    story: &'static str,
}

const CAST: [&[Character]; 8] = [
    nordhost::CAST,
    skandia::CAST,
    platform::CAST,
    alone::CAST,
    shared::CAST,
    agency::CAST,
    school::CAST,
    stranger::CAST,
];

/// The people to log in as.
pub fn people() -> Vec<Person> {
    CAST.into_iter()
        .flatten()
        .map(|character| Person {
            name: character.name.to_owned(),
            email: character.email.to_owned(),
            password: PASSWORD.to_owned(),
            story: character.story.to_owned(),
        })
        .collect()
}

/// Writes all stories into an empty database, and gives the people to log in as.
pub async fn demo(db: &Db, passwords: &Passwords, clock: &Clock, random: &Random) -> Result<Vec<Person>> {
    // One hash serves all: they have one password.
    let password_hash = passwords.hash(PASSWORD.to_owned()).await?;
    let mut world = World::new(clock.now(), random.clone(), password_hash);
    platform::tell(&mut world);
    alone::tell(&mut world);
    shared::tell(&mut world);
    agency::tell(&mut world);
    let nordhost = nordhost::tell(&mut world);
    skandia::tell(&mut world, &nordhost);
    school::tell(&mut world);
    stranger::tell(&mut world);
    let rows = world.finish();
    db.write(async |transaction| {
        store::require_empty(transaction).await?;
        Ok(rows.write(transaction).await?)
    })
    .await?;
    Ok(people())
}
