//! Names for people and organisations.

use super::dice::Dice;

const GIVEN: [&str; 24] = [
    "Anna", "Bjorn", "Cecilia", "David", "Elsa", "Fredrik", "Greta", "Henrik", "Ingrid", "Johan", "Karin", "Lars",
    "Maja", "Niklas", "Oda", "Per", "Ronja", "Sven", "Tilda", "Ulf", "Vilma", "Wilhelm", "Ylva", "Zack",
];
const FAMILY: [&str; 24] = [
    "Aas", "Berg", "Carlsen", "Dahl", "Ek", "Falk", "Gran", "Holm", "Iversen", "Juhl", "Krog", "Lund", "Moe",
    "Nygaard", "Olsen", "Palm", "Quist", "Rask", "Strand", "Tamm", "Uhr", "Vik", "Wiik", "Ost",
];
const COLOUR: [&str; 24] = [
    "Amber", "Birch", "Copper", "Dune", "Ember", "Fjord", "Granite", "Harbour", "Iron", "Juniper", "Kelp", "Lake",
    "Maple", "Northern", "Ocean", "Pine", "Quartz", "River", "Silver", "Timber", "Upland", "Valley", "Willow",
    "Yellow",
];
const TRADE: [&str; 24] = [
    "Bakery",
    "Books",
    "Cafe",
    "Clinic",
    "Dental",
    "Design",
    "Electric",
    "Farm",
    "Ferries",
    "Fitness",
    "Foods",
    "Garage",
    "Hotel",
    "Labs",
    "Law",
    "Logistics",
    "Media",
    "Optics",
    "Plumbing",
    "School",
    "Studio",
    "Tools",
    "Travel",
    "Works",
];

/// A name for a person.
pub fn person(dice: &Dice) -> String {
    format!("{} {}", dice.pick(&GIVEN), dice.pick(&FAMILY))
}

/// A name for an organisation. The number makes it unique.
pub fn organisation(dice: &Dice, number: u64) -> String {
    format!("{} {} {number}", dice.pick(&COLOUR), dice.pick(&TRADE))
}
