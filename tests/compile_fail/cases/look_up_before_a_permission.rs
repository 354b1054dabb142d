use tenantry::access::{Authorised, Decision, Permission};
use tenantry::base::error::Result;

// As it is meant: the row is there once the permission was asked for.
fn name_after_the_check(decision: &Decision) -> Result<String> {
    Ok(decision.authorise(Permission::BillingRead)?.row().name.clone())
}

fn name_without_a_check(decision: &Decision) -> String {
    decision.row.name.clone()
}

fn authorised_without_a_check(decision: Decision) -> Authorised {
    Authorised(decision)
}

fn main() {}
