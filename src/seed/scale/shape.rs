//! How many organisations there are of what.

use crate::error::{Error, Result};

/// Clients of the reseller that measurements look at.
pub const BENCH_CLIENTS: u64 = 100;
/// Organisations of the person whose dashboard measurements look at.
pub const DASHBOARD: u64 = 50;
/// The fewest that hold all of it.
const FEWEST: u64 = 250;

/// How many there are of each. Together with the operator, the bench reseller and the giant they are what was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Above the resellers.
    pub distributors: u64,
    /// Each with some clients.
    pub resellers: u64,
    /// Clients of the one that has a tenth of everything.
    pub giant_clients: u64,
    /// All others: most are clients of some reseller.
    pub others: u64,
}

impl Shape {
    /// For so many organisations in all.
    pub fn of(organisations: u64) -> Result<Self> {
        if organisations < FEWEST {
            return Err(Error::InvalidInput(format!("Ask for {FEWEST} organisations or more.")));
        }
        let distributors = (organisations / 1_000).max(1);
        let resellers = (organisations / 100).max(4);
        let giant_clients = organisations / 10;
        // The operator, the bench reseller and the giant are one each.
        let taken = 3 + distributors + resellers + giant_clients + BENCH_CLIENTS + DASHBOARD;
        Ok(Self { distributors, resellers, giant_clients, others: organisations - taken })
    }
}
