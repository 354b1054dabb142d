//! An agency with one organisation for each of its customers. Their invoices go to the agency.

use super::super::articles::{DOMAIN, SEATS, SERVER, SITE};
use super::Character;
use super::place::GOTEBORG;
use super::trade::Bill::{Paid, Unpaid};
use super::world::{Kind, World};
use crate::access::BuiltinRole;

const EVA: Character = Character {
    name: "Eva Holm",
    email: "eva@pixel.example",
    story: "Runs Pixel Agency and owns an account for each of her customers; their invoices go to accounts payable of \
    the agency.",
};

pub const CAST: &[Character] = &[EVA];

pub fn tell(world: &mut World) {
    let eva = world.person(&EVA);
    let agency = world.organisation("Pixel Agency", Kind::Company, &GOTEBORG, eva);
    world.colleague(agency, "Ivar Falk", &[BuiltinRole::Technical]);
    world.buys(agency, &[(SERVER, 1), (DOMAIN, 1), (SEATS, 4)]);
    world.billed(agency, &[Paid(70), Paid(39), Unpaid(8)]);
    for account in ["Bakery Account", "Florist Account"] {
        let account = world.organisation(account, Kind::Project, &GOTEBORG, eva);
        world.contact(account, "Pixel Agency, accounts payable", "payable@pixel.example", &GOTEBORG);
        world.buys(account, &[(SITE, 1), (DOMAIN, 1)]);
        world.billed(account, &[Paid(39), Unpaid(8)]);
    }
}
