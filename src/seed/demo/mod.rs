//! The demo: typical situations of a portal, each with people to log in as. All dates are relative to now.
//!
//! Each story is one file. The stories use the words of `world.rs` (organisations and people), `terms.rs`
//! (partnerships) and `trade.rs` (purchases and invoices). All rows are written at the end, in one transaction.

mod agency;
mod alone;
mod nordhost;
mod place;
mod platform;
mod properties;
mod school;
mod seats;
mod shared;
mod skandia;
mod stranger;
mod terms;
#[cfg(test)]
mod tests;
mod trade;
mod uses;
mod world;

pub use nordhost::API_KEY;
pub use platform::PROVISIONER_KEY;
pub use seats::SeatRows;

use world::World;

use super::{Person, store};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::Random;
use crate::people::user::Passwords;

/// The password of everybody in the demo.
const PASSWORD: &str = "tenantry-demo";

/// A person of a story.
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

/// Writes all stories to an empty database, and returns the people to log in as.
pub async fn demo(db: &Db, passwords: &Passwords, clock: &Clock, random: &Random) -> Result<Vec<Person>> {
    // Everybody has the same password, so one hash is enough.
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
