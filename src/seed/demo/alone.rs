//! People without partners: a company of one person, and a person with three organisations. One of the three pays for
//! another.

use super::super::articles::{BACKUP, DOMAIN, SEATS, SITE};
use super::Character;
use super::place::GOTEBORG;
use super::trade::Bill::{Paid, Unpaid};
use super::world::{Kind, World};

const ADA: Character = Character {
    name: "Ada Nilsson",
    email: "ada@nilsson.example",
    story: "A firm of one person: owns Nilsson Design, and sees nothing else.",
};
const BO: Character = Character {
    name: "Bo Lind",
    email: "bo@lind.example",
    story: "Owns three organisations; Lind Holding pays the invoices of Lind Café.",
};

pub const CAST: &[Character] = &[ADA, BO];

pub fn tell(world: &mut World) {
    let ada = world.person(&ADA);
    let design = world.organisation("Nilsson Design", Kind::Person, &GOTEBORG, ada);
    world.buys(design, &[(SITE, 1), (DOMAIN, 1)]);
    world.billed(design, &[Paid(72), Paid(41), Unpaid(10)]);

    let bo = world.person(&BO);
    let holding = world.organisation("Lind Holding", Kind::Company, &GOTEBORG, bo);
    let cafe = world.organisation("Lind Café", Kind::Company, &GOTEBORG, bo);
    let sailing = world.organisation("Lind Sailing", Kind::Project, &GOTEBORG, bo);
    world.buys(holding, &[(SEATS, 3)]);
    world.buys(cafe, &[(SITE, 1), (DOMAIN, 1), (SEATS, 2)]);
    world.buys(sailing, &[(SITE, 1), (BACKUP, 1)]);
    world.pays(holding, cafe, 90);
    // The first invoice was issued before the holding paid.
    world.billed(cafe, &[Paid(110), Paid(74), Unpaid(44), Unpaid(13)]);
    world.billed(holding, &[Paid(42), Unpaid(12)]);
    world.billed(sailing, &[Paid(40)]);
}
