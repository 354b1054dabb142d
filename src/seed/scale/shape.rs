//! How many organisations of each kind there are.

use crate::base::error::{Error, Result};

/// Clients of the bench reseller, which is measured.
pub const BENCH_CLIENTS: u64 = 100;
/// Organisations of the person whose dashboard is measured.
pub const DASHBOARD: u64 = 50;
/// Resellers below the deep reseller, which is measured. Each has as many clients.
pub const DEEP: u64 = 20;
/// One in this many of the additional clients is a reseller.
pub const RESELLERS: u64 = 200;
/// Clients of each of these resellers, on average.
pub const EACH: u64 = 20;
/// The fewest organisations for a complete market.
const FEWEST: u64 = 700;

/// How many organisations of each kind there are, besides the operator and the organisations that are measured.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Organisations above the resellers.
    pub distributors: u64,
    /// Resellers with some clients each.
    pub resellers: u64,
    /// Clients of the giant: a tenth of all organisations, or the additional clients.
    pub giant_clients: u64,
    /// Clients of another reseller, a tenth of the additional clients. Without them, there is no such reseller.
    pub tenth_clients: u64,
    /// All other organisations. Most are clients of a reseller.
    pub others: u64,
}

impl Shape {
    /// The shape of a market of this many organisations. `clients` are added to them, for the giant and the other
    /// reseller. One in `RESELLERS` of them is a reseller with `EACH` clients on average.
    pub fn of(organisations: u64, clients: Option<u64>) -> Result<Self> {
        if organisations < FEWEST {
            return Err(Error::InvalidInput(format!("Ask for {FEWEST} organisations or more.")));
        }
        let distributors = (organisations / 1_000).max(1);
        let resellers = (organisations / 100).max(4);
        let giant_clients = if clients.is_some() { 0 } else { organisations / 10 };
        // The operator, the bench reseller, the deep reseller and the giant.
        let named = 4;
        let taken = named + distributors + resellers + giant_clients + BENCH_CLIENTS + DASHBOARD + DEEP * (DEEP + 1);
        let others = organisations - taken;
        let tenth_clients = clients.unwrap_or_default() / 10;
        let giant_clients = clients.unwrap_or(giant_clients);
        Ok(Self { distributors, resellers, giant_clients, tenth_clients, others })
    }
}
