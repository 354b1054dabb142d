//! How many organisations there are of what.

use crate::base::error::{Error, Result};

/// Clients of the reseller that measurements look at.
pub const BENCH_CLIENTS: u64 = 100;
/// Organisations of the person whose dashboard measurements look at.
pub const DASHBOARD: u64 = 50;
/// Of the clients that were asked for, one in so many is a reseller.
pub const RESELLERS: u64 = 200;
/// Clients of each of these, on average.
pub const EACH: u64 = 20;
/// The fewest that hold all of it.
const FEWEST: u64 = 250;

/// How many there are of each. Together with the operator, the bench reseller and the giant they are what was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Above the resellers.
    pub distributors: u64,
    /// Each with some clients.
    pub resellers: u64,
    /// Clients of the one that has a tenth of everything, or as many as were asked for.
    pub giant_clients: u64,
    /// Clients of another reseller, a tenth of what was asked for; else there is no such reseller.
    pub tenth_clients: u64,
    /// All others: most are clients of some reseller.
    pub others: u64,
}

impl Shape {
    /// For so many organisations in all. Where the giant is to have so many clients, they come on top, with those
    /// of the other; one in `RESELLERS` of them is a reseller with `EACH` clients of its own, on average.
    pub fn of(organisations: u64, clients: Option<u64>) -> Result<Self> {
        if organisations < FEWEST {
            return Err(Error::InvalidInput(format!("Ask for {FEWEST} organisations or more.")));
        }
        let distributors = (organisations / 1_000).max(1);
        let resellers = (organisations / 100).max(4);
        let giant_clients = if clients.is_some() { 0 } else { organisations / 10 };
        // The operator, the bench reseller and the giant are one each.
        let taken = 3 + distributors + resellers + giant_clients + BENCH_CLIENTS + DASHBOARD;
        let others = organisations - taken;
        let tenth_clients = clients.unwrap_or_default() / 10;
        let giant_clients = clients.unwrap_or(giant_clients);
        Ok(Self { distributors, resellers, giant_clients, tenth_clients, others })
    }
}
