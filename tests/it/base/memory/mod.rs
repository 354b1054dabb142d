//! The memory of a node: what the log of changes says, and that no answer from memory is older than its request.

mod faults;
mod histories;
mod logged;
mod warm;

use std::sync::atomic::{AtomicU64, Ordering};

use crate::world::World;

/// The numbers of the nodes. The world itself is the first.
static NUMBERS: AtomicU64 = AtomicU64::new(2);

/// A node at the database of the world, with so much memory. It answers from memory without comparing.
async fn node(world: &World, megabytes: u64) -> World {
    let mut config = (*world.app.config).clone();
    config.cache.megabytes = Some(megabytes);
    config.cache.verify = false;
    World::open_node(config, NUMBERS.fetch_add(1, Ordering::Relaxed)).await
}
