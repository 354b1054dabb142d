//! Two people who share two organisations, each the owner of one and an administrator of the other.

use super::super::articles::{DEVICES, DOMAIN, SEATS, SITE};
use super::Character;
use super::place::GOTEBORG;
use super::trade::Bill::{HalfPaid, Paid, Unpaid};
use super::world::{Kind, World};
use crate::access::BuiltinRole;

const CLEO: Character = Character {
    name: "Cleo Berg",
    email: "cleo@twin.example",
    story: "Owns Twin Studio and administers Twin Labs, which she cannot close or hand on.",
};
const DAN: Character = Character {
    name: "Dan Ek",
    email: "dan@twin.example",
    story: "Owns Twin Labs and administers Twin Studio, which he cannot close or hand on.",
};

pub const CAST: &[Character] = &[CLEO, DAN];

pub fn tell(world: &mut World) {
    let cleo = world.person(&CLEO);
    let dan = world.person(&DAN);
    let studio = world.organisation("Twin Studio", Kind::Company, &GOTEBORG, cleo);
    let labs = world.organisation("Twin Labs", Kind::Company, &GOTEBORG, dan);
    world.member(studio, dan, &[BuiltinRole::Admin]);
    world.member(labs, cleo, &[BuiltinRole::Admin]);
    world.buys(studio, &[(SITE, 1), (DOMAIN, 1), (SEATS, 2)]);
    world.buys(labs, &[(DEVICES, 2), (DOMAIN, 1)]);
    world.billed(studio, &[Paid(45), Unpaid(14)]);
    world.billed(labs, &[Paid(75), HalfPaid(46), Unpaid(15)]);
}
