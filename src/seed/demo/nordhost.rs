//! A reseller with five clients. Three delegate different permissions, one has not answered yet, and one has stopped.

use serde_json::json;
use uuid::Uuid;

use super::super::articles::{BACKUP, DEVICES, DOMAIN, SEATS, SERVER, SITE};
use super::Character;
use super::place::{BERGEN, GOTEBORG};
use super::terms::delegating;
use super::trade::Bill::{HalfPaid, Paid, Unpaid, Void};
use super::world::{Kind, World};
use crate::access::{BuiltinRole, DelegationPreset, Grants, Permission, PermissionSet};
use crate::partners::property::Kind as Property;

/// The API key of the demo.
pub const API_KEY: &str = "tenantry_key_demo_nordhost_reads_its_clients";

const GRY: Character = Character {
    name: "Gry Moe",
    email: "gry@nordhost.example",
    story: "Support agent of the reseller Nordhost Partner: sees what each client lets through.",
};
const HANS: Character = Character {
    name: "Hans Lie",
    email: "hans@nordhost.example",
    story: "Partner manager of Nordhost Partner: manages its clients, within what each lets through.",
};
const FINN: Character = Character {
    name: "Finn Dahl",
    email: "finn@nordhost.example",
    story: "Owner of the reseller Nordhost Partner: five clients, of which one has not answered yet and one has \
    moved on.",
};
const OLAV: Character = Character {
    name: "Olav Vik",
    email: "olav@fjordfoods.example",
    story: "Owner of Fjord Foods, a client of two resellers, each with a delegation of its own.",
};
const UNNI: Character = Character {
    name: "Unni Berge",
    email: "unni@fjordfoods.example",
    story: "Holds the role Only invoices, which Fjord Foods made itself.",
};
const ZARA: Character = Character {
    name: "Zara Haug",
    email: "zara@harbourclinic.example",
    story: "Owner of Harbour Clinic: its reseller gets an overview, and cannot see an invoice.",
};
const INGA: Character = Character {
    name: "Inga Rev",
    email: "inga@revision.example",
    story: "Auditor whose membership of Harbour Clinic has run out.",
};
const VERA: Character = Character {
    name: "Vera Lund",
    email: "vera@gamlabageriet.example",
    story: "Owner of Gamla Bageriet: her reseller may do all that can be delegated, and nobody above the reseller \
            anything.",
};
const ERIK: Character = Character {
    name: "Erik Skog",
    email: "erik@islandferries.example",
    story: "Owner of Island Ferries: Nordhost Partner has proposed a partnership, and waits for an answer.",
};
const GINA: Character = Character {
    name: "Gina Lauv",
    email: "gina@juniperbooks.example",
    story: "Owner of Juniper Books: the partnership with Nordhost Partner has run out, and its people see nothing.",
};

pub const CAST: &[Character] = &[GRY, HANS, FINN, OLAV, UNNI, VERA, ZARA, INGA, ERIK, GINA];

/// The organisations that other stories use.
pub struct Nordhost {
    pub reseller: Uuid,
    pub fjord_foods: Uuid,
}

pub fn tell(world: &mut World) -> Nordhost {
    let finn = world.person(&FINN);
    let reseller = world.organisation("Nordhost Partner", Kind::Reseller, &BERGEN, finn);
    world.gets_partner_prices(reseller);
    let gry = world.person(&GRY);
    world.member(reseller, gry, &[BuiltinRole::PartnerSupport]);
    let hans = world.person(&HANS);
    world.member(reseller, hans, &[BuiltinRole::PartnerManager]);
    world.buys(reseller, &[(SERVER, 4), (DOMAIN, 1), (SEATS, 3)]);
    world.billed(reseller, &[Paid(71), Paid(40), Unpaid(9)]);
    let clients = DelegationPreset::Overview.set() | PermissionSet::of(&[Permission::ServiceRead]);
    let own = PermissionSet::of(&[Permission::ClientRead]);
    world.api_key(reseller, "Client report", API_KEY, Grants { own, clients });

    world.property(reseller, "region", "Region", Property::Choice, &["north", "west", "south"]);
    world.property(reseller, "yearly_value", "Worth a year, in NOK", Property::Number, &[]);
    world.property(reseller, "contract_until", "Contract until", Property::Date, &[]);
    let north = json!({ "property": { "key": "region", "eq": "north" } });
    let by_value = json!({ "property": "yearly_value", "direction": "DESC" });
    world.view(reseller, "North, by value", &north, &by_value, &["yearly_value", "contract_until"]);
    let fjord_foods = fjord_foods(world, reseller);
    gamla_bageriet(world, reseller);
    harbour_clinic(world, reseller);
    island_ferries(world, reseller);
    juniper_books(world, reseller);
    Nordhost { reseller, fjord_foods }
}

/// Delegates everything, also to the resellers above.
fn fjord_foods(world: &mut World, reseller: Uuid) -> Uuid {
    let olav = world.person(&OLAV);
    let foods = world.organisation("Fjord Foods", Kind::Company, &BERGEN, olav);
    world.colleague(foods, "Ragna Foss", &[BuiltinRole::Admin]);
    world.colleague(foods, "Tor Eide", &[BuiltinRole::Technical, BuiltinRole::Domains]);
    let invoices = PermissionSet::of(&[Permission::InvoiceRead]);
    let role = world.role(foods, "Only invoices", Grants { own: invoices, clients: PermissionSet::EMPTY });
    let unni = world.person(&UNNI);
    let membership = world.member(foods, unni, &[]);
    world.give(foods, membership, role);
    world.partnership(reseller, foods, delegating(DelegationPreset::Full.set()).with_upstream());
    world.keeps(reseller, foods, &[("region", "west"), ("yearly_value", "184000"), ("contract_until", "2027-06-30")]);
    world.buys(foods, &[(SERVER, 2), (SITE, 1), (DOMAIN, 1), (SEATS, 12)]);
    world.billed(foods, &[Paid(130), Void(99), Paid(98), Paid(67), Unpaid(36), Unpaid(6)]);
    foods
}

/// Delegates everything, but not to the resellers above.
fn gamla_bageriet(world: &mut World, reseller: Uuid) {
    let vera = world.person(&VERA);
    let bakery = world.organisation("Gamla Bageriet", Kind::Company, &GOTEBORG, vera);
    world.colleague(bakery, "Axel Norr", &[BuiltinRole::Billing]);
    world.colleague(bakery, "Ylva Ros", &[BuiltinRole::Viewer]);
    world.partnership(reseller, bakery, delegating(DelegationPreset::Full.set()));
    world.keeps(reseller, bakery, &[("region", "south"), ("yearly_value", "26500")]);
    world.buys(bakery, &[(SITE, 1), (DOMAIN, 1), (SEATS, 5)]);
    world.billed(bakery, &[Paid(95), Unpaid(64), HalfPaid(33), Unpaid(3)]);
    world.waits_for(bakery, SERVER);
}

/// Delegates an overview, but not its invoices and services.
fn harbour_clinic(world: &mut World, reseller: Uuid) {
    let zara = world.person(&ZARA);
    let clinic = world.organisation("Harbour Clinic", Kind::Company, &BERGEN, zara);
    world.colleague(clinic, "Bente Moen", &[BuiltinRole::Technical]);
    world.colleague(clinic, "Carl Ruud", &[BuiltinRole::Billing]);
    world.colleague(clinic, "Dina Sol", &[BuiltinRole::Member]);
    let inga = world.person(&INGA);
    let membership = world.member(clinic, inga, &[BuiltinRole::Viewer]);
    world.expire(membership, 10);
    world.partnership(reseller, clinic, delegating(DelegationPreset::Overview.set()));
    world.keeps(reseller, clinic, &[("region", "north"), ("yearly_value", "240000"), ("contract_until", "2028-01-31")]);
    world.buys(clinic, &[(SERVER, 1), (SITE, 1), (DOMAIN, 1), (SEATS, 20), (BACKUP, 1)]);
    world.billed(clinic, &[Paid(92), Paid(61), Unpaid(32), Unpaid(2)]);
}

/// Has not answered the proposal.
fn island_ferries(world: &mut World, reseller: Uuid) {
    let erik = world.person(&ERIK);
    let ferries = world.organisation("Island Ferries", Kind::Company, &BERGEN, erik);
    world.colleague(ferries, "Frida Vang", &[BuiltinRole::Invoices]);
    let terms = delegating(DelegationPreset::Support.set());
    world.proposal(reseller, ferries, terms, "We already run your booking site; let us look after the servers too.");
    world.buys(ferries, &[(SITE, 1), (DOMAIN, 1), (DEVICES, 1)]);
    world.billed(ferries, &[Paid(62), Unpaid(34), Unpaid(4)]);
}

/// Delegated everything until the partnership expired.
fn juniper_books(world: &mut World, reseller: Uuid) {
    let gina = world.person(&GINA);
    let books = world.organisation("Juniper Books", Kind::Company, &BERGEN, gina);
    world.colleague(books, "Helge Dal", &[BuiltinRole::Technical]);
    world.partnership(reseller, books, delegating(DelegationPreset::Full.set()).ending_in(-20));
    world.keeps(reseller, books, &[("region", "north"), ("yearly_value", "9800")]);
    world.buys(books, &[(SITE, 1), (DOMAIN, 1)]);
    world.billed(books, &[Paid(66), Unpaid(35), Unpaid(5)]);
}
