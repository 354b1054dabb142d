//! A person who is in no other story.

use super::super::articles::SITE;
use super::Character;
use super::place::GOTEBORG;
use super::trade::Bill::Unpaid;
use super::world::{Kind, World};

const QUENTIN: Character = Character {
    name: "Quentin Stray",
    email: "quentin@stray.example",
    story: "Owns Stray Cats; every other organisation does not exist for him.",
};

pub const CAST: &[Character] = &[QUENTIN];

pub fn tell(world: &mut World) {
    let quentin = world.person(&QUENTIN);
    let cats = world.organisation("Stray Cats", Kind::Project, &GOTEBORG, quentin);
    world.buys(cats, &[(SITE, 1)]);
    world.billed(cats, &[Unpaid(5)]);
}
