//! A school whose people see only what they need for their work.

use super::super::articles::{DEVICES, DOMAIN, SEATS, SITE};
use super::Character;
use super::place::GOTEBORG;
use super::trade::Bill::{Paid, Unpaid};
use super::world::{Kind, World};
use crate::access::BuiltinRole;

const MIA: Character = Character {
    name: "Mia Sjö",
    email: "mia@lakeschool.example",
    story: "Principal and owner of Lake School: sees all of it.",
};
const NILS: Character = Character {
    name: "Nils Bok",
    email: "nils@lakeschool.example",
    story: "Bookkeeper of Lake School: sees its invoices and nothing else.",
};
const OLGA: Character = Character {
    name: "Olga Tek",
    email: "olga@lakeschool.example",
    story: "Technician of Lake School: sees and manages its domains and nothing else.",
};

pub const CAST: &[Character] = &[MIA, NILS, OLGA];

pub fn tell(world: &mut World) {
    let mia = world.person(&MIA);
    let nils = world.person(&NILS);
    let olga = world.person(&OLGA);
    let school = world.organisation("Lake School", Kind::Company, &GOTEBORG, mia);
    world.member(school, nils, &[BuiltinRole::Invoices]);
    world.member(school, olga, &[BuiltinRole::Domains]);
    world.colleague(school, "Petra Lund", &[BuiltinRole::Member]);
    world.buys(school, &[(SEATS, 40), (SITE, 1), (DOMAIN, 1), (DEVICES, 3)]);
    world.uses_loggers(school, &["Greenhouse", "Library", "Server room", "Kitchen", "Gymnasium", "Laboratory"]);
    world.seats(school, &[("/Staff", 6), ("/Pupils/7A", 12), ("/Pupils/7B", 11), ("/Pupils/8A", 11)], 40);
    // A class leaves.
    world.lowers(school, SEATS, 35);
    world.billed(school, &[Paid(100), Paid(69), Unpaid(37), Unpaid(7)]);
}
