//! A distributor above two resellers with a client in common. The distributor's people get what both partnerships of a
//! path delegate, and the two paths add up.

use uuid::Uuid;

use super::super::articles::{BACKUP, DOMAIN, SEATS, SERVER, SITE};
use super::Character;
use super::nordhost::Nordhost;
use super::place::{GOTEBORG, TALLINN};
use super::terms::delegating;
use super::trade::Bill::{Paid, Unpaid};
use super::world::{Kind, World};
use crate::access::{BuiltinRole, DelegationPreset, Permission, PermissionSet};
use crate::partners::property::Kind as Property;

const KAI: Character = Character {
    name: "Kai Strand",
    email: "kai@skandia.example",
    story: "Owner of Skandia Distribution, above two resellers: at Fjord Foods he gets an overview through the one and \
            the billing through the other.",
};
const LEA: Character = Character {
    name: "Lea Kask",
    email: "lea@baltic.example",
    story: "Owner of the reseller Baltic Cloud: helps Fjord Foods beside another reseller, and has a client that is \
            suspended.",
};
const NORA: Character = Character {
    name: "Nora Tamm",
    email: "nora@latepayers.example",
    story: "Owner of Late Payers Ltd, which is suspended: she can read and pay, and order nothing.",
};
const MARIS: Character = Character {
    name: "Maris Ots",
    email: "maris@amberworks.example",
    story: "Owner of Amber Works, a client that lets its reseller, and those above, do all that can be delegated.",
};

pub const CAST: &[Character] = &[KAI, LEA, NORA, MARIS];

pub fn tell(world: &mut World, nordhost: &Nordhost) {
    let kai = world.person(&KAI);
    let skandia = world.organisation("Skandia Distribution", Kind::Reseller, &GOTEBORG, kai);
    world.buys(skandia, &[(SITE, 1), (DOMAIN, 1), (SEATS, 6)]);
    world.billed(skandia, &[Paid(73), Unpaid(11)]);

    let lea = world.person(&LEA);
    let baltic = world.organisation("Baltic Cloud", Kind::Reseller, &TALLINN, lea);
    world.colleague(baltic, "Juhan Saar", &[BuiltinRole::PartnerSupport]);
    world.buys(baltic, &[(SERVER, 2), (DOMAIN, 1)]);
    world.billed(baltic, &[Paid(68), Unpaid(38), Unpaid(8)]);

    let overview = DelegationPreset::Overview.set();
    let billing = DelegationPreset::Billing.set();
    // Names, clients and earnings.
    let business = overview | PermissionSet::of(&[Permission::ClientRead, Permission::CommissionRead]);
    world.partnership(skandia, nordhost.reseller, delegating(business).and_at_clients(overview));
    world.partnership(skandia, baltic, delegating(business).and_at_clients(billing));
    world.partnership(baltic, nordhost.fjord_foods, delegating(DelegationPreset::Support.set()).with_upstream());
    for reseller in [skandia, baltic] {
        world.property(reseller, "region", "Region", Property::Text, &[]);
        world.property(reseller, "yearly_value", "Worth a year, in EUR", Property::Number, &[]);
    }
    world.keeps(skandia, nordhost.reseller, &[("region", "north"), ("yearly_value", "1250000")]);
    world.keeps(skandia, baltic, &[("region", "east"), ("yearly_value", "310000.5")]);
    world.property(baltic, "invoices_by_mail", "Wants invoices by mail", Property::Boolean, &[]);
    world.keeps(
        baltic,
        nordhost.fjord_foods,
        &[("region", "north"), ("yearly_value", "4200"), ("invoices_by_mail", "false")],
    );
    amber_works(world, baltic);
    late_payers(world, baltic);
}

fn amber_works(world: &mut World, reseller: Uuid) {
    let maris = world.person(&MARIS);
    let works = world.organisation("Amber Works", Kind::Company, &TALLINN, maris);
    world.colleague(works, "Kadri Oja", &[BuiltinRole::Technical]);
    world.partnership(reseller, works, delegating(DelegationPreset::Full.set()).with_upstream());
    world.keeps(reseller, works, &[("region", "Harju"), ("invoices_by_mail", "true")]);
    world.buys(works, &[(SERVER, 1), (DOMAIN, 1), (BACKUP, 1)]);
    world.billed(works, &[Paid(65), Paid(34), Unpaid(4)]);
}

/// Suspended, because it does not pay.
fn late_payers(world: &mut World, reseller: Uuid) {
    let nora = world.person(&NORA);
    let late = world.organisation("Late Payers Ltd", Kind::Company, &TALLINN, nora);
    world.colleague(late, "Rein Laas", &[BuiltinRole::Billing]);
    world.partnership(reseller, late, delegating(DelegationPreset::Support.set()));
    world.buys(late, &[(SITE, 1), (DOMAIN, 1)]);
    world.billed(late, &[Unpaid(160), Unpaid(129), Unpaid(98), Unpaid(67)]);
    world.suspend(late, 21, "Four invoices are overdue.");
}
