//! The operator: its staff reach every organisation, with the permissions of their roles.

use super::Character;
use super::place::GOTEBORG;
use super::world::{Kind, World};
use crate::access::{BuiltinRole, Grants, Permission, PermissionSet};

/// The API key of the program that sets services up.
pub const PROVISIONER_KEY: &str = "tenantry_key_demo_operator_sets_services_up";

const PIA: Character = Character {
    name: "Pia Rask",
    email: "pia@operator.example",
    story: "Owner of the operator: may do everything at every organisation.",
};
const SAM: Character = Character {
    name: "Sam Ohm",
    email: "sam@operator.example",
    story: "Support agent of the operator: reads everything at every organisation and manages services, by a \
    role that the operator made itself.",
};

pub const CAST: &[Character] = &[PIA, SAM];

/// What a support agent of the operator may do at every organisation.
pub fn support() -> PermissionSet {
    PermissionSet::READS | PermissionSet::of(&[Permission::ServiceManage])
}

pub fn tell(world: &mut World) {
    let pia = world.person(&PIA);
    let sam = world.person(&SAM);
    let operator = world.organisation("Tenantry Operator", Kind::Operator, &GOTEBORG, pia);
    let own = PermissionSet::of(&[Permission::OrganisationRead]);
    let role = world.role(operator, "Support", Grants { own, clients: support() });
    let membership = world.member(operator, sam, &[BuiltinRole::Member]);
    world.give(operator, membership, role);
    let own = PermissionSet::of(&[Permission::ServiceProvision]);
    let clients = own | PermissionSet::of(&[Permission::DomainRead]);
    world.api_key(operator, "Provisioner", PROVISIONER_KEY, Grants { own, clients });
}
