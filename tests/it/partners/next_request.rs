//! The next request sees every revocation, narrowing, end and expiry. After each random act through the API, a
//! partner's person may do exactly what a naive rule says.

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use tenantry::access::{BuiltinRole, DelegationPreset, PermissionSet};

use super::*;

#[derive(Clone, Copy, Debug)]
enum Act {
    Delegate(DelegationPreset),
    EndIn(Option<i64>),
    Wait(i64),
    Role(BuiltinRole),
    End,
    Agree(DelegationPreset),
}

fn any_act() -> impl Strategy<Value = Act> {
    use DelegationPreset as P;
    let preset = || prop::sample::select(vec![P::Overview, P::Support, P::Billing, P::Full, P::None]);
    let role =
        prop::sample::select(vec![BuiltinRole::PartnerSupport, BuiltinRole::PartnerManager, BuiltinRole::Viewer]);
    prop_oneof![
        3 => preset().prop_map(Act::Delegate),
        2 => prop::sample::select(vec![None, Some(1), Some(5)]).prop_map(Act::EndIn),
        2 => (1_i64..4).prop_map(Act::Wait),
        2 => role.prop_map(Act::Role),
        1 => Just(Act::End),
        2 => preset().prop_map(Act::Agree),
    ]
}

/// The state that the test expects. It is kept apart from the server.
struct Model {
    delegated: Option<PermissionSet>,
    ends_in: Option<i64>,
    role: BuiltinRole,
    id: String,
}

impl Model {
    fn may(&self) -> PermissionSet {
        let is_over = self.ends_in.is_some_and(|days| days <= 0);
        match self.delegated {
            Some(delegated) if !is_over => delegated & self.role.sets(false).clients,
            _ => PermissionSet::EMPTY,
        }
    }
}

fn name(preset: DelegationPreset) -> String {
    format!("{preset:?}").to_uppercase()
}

async fn perform(world: &World, model: &mut Model, act: Act) {
    let (stig, frida) = (world.as_(SOLE_PERSON), world.as_(OWNER_OF_FJORD));
    match act {
        Act::Delegate(preset) if model.delegated.is_some() => {
            let input = json!({ "partnershipId": model.id, "delegation": { "preset": name(preset) } });
            stig.act("updatePartnership", input, "partnership { id }").await;
            model.delegated = Some(preset.set());
        }
        Act::EndIn(days) if model.delegated.is_some() => {
            let ends_at = days.map(|days| world.app.clock.now() + TimeDelta::days(days));
            let input = json!({ "partnershipId": model.id, "endsAt": ends_at });
            stig.act("updatePartnership", input, "partnership { id }").await;
            model.ends_in = days;
        }
        Act::Wait(days) => {
            world.wait(TimeDelta::days(days));
            model.ends_in = model.ends_in.map(|left| left - days);
        }
        Act::Role(role) => {
            let member = world.membership(FJORD, SUPPORT_OF_FJORD).await;
            let input = json!({ "membershipId": member, "roles": [{ "builtIn": role.name() }] });
            frida.act("updateMember", input, "membership { id }").await;
            model.role = role;
        }
        Act::End if model.delegated.is_some() => {
            stig.act("endPartnership", json!({ "partnershipId": model.id }), "partnership { id }").await;
            model.delegated = None;
        }
        Act::Agree(preset) if model.delegated.is_none() => {
            model.id = agreed(world, &name(preset)).await;
            (model.delegated, model.ends_in) = (Some(preset.set()), None);
        }
        _ => {}
    }
}

#[test]
fn the_next_request_sees_every_change_of_a_partnership() {
    with_database(async |world| {
        let mut model = Model { delegated: None, ends_in: None, role: BuiltinRole::PartnerSupport, id: String::new() };
        let mut runner = TestRunner::deterministic();
        let acts = prop::collection::vec(any_act(), 60).new_tree(&mut runner).unwrap().current();
        let mut seen_open = 0;
        for (step, act) in acts.iter().enumerate() {
            perform(&world, &mut model, *act).await;
            let held = world.as_(SUPPORT_OF_FJORD).may_at(SOLO).await;
            let expected: Vec<String> = model.may().iter().map(tenantry::access::Permission::graphql_name).collect();
            assert_eq!(held, expected, "step {step}: {act:?}, after {:?}", &acts[..step]);
            seen_open += usize::from(!held.is_empty());
        }
        assert!(seen_open > 10 && seen_open < 55, "{seen_open} of 60 steps had something open");
    });
}
