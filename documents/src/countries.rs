//! Names of countries for the last line of an address.

use super::model::Language;

/// Code, then the name in English, Swedish and German. Those that our sellers write to most.
const NAMES: [(&str, &str, &str, &str); 40] = [
    ("AT", "Austria", "Österrike", "Österreich"),
    ("AU", "Australia", "Australien", "Australien"),
    ("BE", "Belgium", "Belgien", "Belgien"),
    ("BG", "Bulgaria", "Bulgarien", "Bulgarien"),
    ("CA", "Canada", "Kanada", "Kanada"),
    ("CH", "Switzerland", "Schweiz", "Schweiz"),
    ("CY", "Cyprus", "Cypern", "Zypern"),
    ("CZ", "Czechia", "Tjeckien", "Tschechien"),
    ("DE", "Germany", "Tyskland", "Deutschland"),
    ("DK", "Denmark", "Danmark", "Dänemark"),
    ("EE", "Estonia", "Estland", "Estland"),
    ("ES", "Spain", "Spanien", "Spanien"),
    ("FI", "Finland", "Finland", "Finnland"),
    ("FR", "France", "Frankrike", "Frankreich"),
    ("GB", "United Kingdom", "Storbritannien", "Vereinigtes Königreich"),
    ("GR", "Greece", "Grekland", "Griechenland"),
    ("HR", "Croatia", "Kroatien", "Kroatien"),
    ("HU", "Hungary", "Ungern", "Ungarn"),
    ("IE", "Ireland", "Irland", "Irland"),
    ("IN", "India", "Indien", "Indien"),
    ("IS", "Iceland", "Island", "Island"),
    ("IT", "Italy", "Italien", "Italien"),
    ("JP", "Japan", "Japan", "Japan"),
    ("LI", "Liechtenstein", "Liechtenstein", "Liechtenstein"),
    ("LT", "Lithuania", "Litauen", "Litauen"),
    ("LU", "Luxembourg", "Luxemburg", "Luxemburg"),
    ("LV", "Latvia", "Lettland", "Lettland"),
    ("MT", "Malta", "Malta", "Malta"),
    ("NL", "Netherlands", "Nederländerna", "Niederlande"),
    ("NO", "Norway", "Norge", "Norwegen"),
    ("NZ", "New Zealand", "Nya Zeeland", "Neuseeland"),
    ("PL", "Poland", "Polen", "Polen"),
    ("PT", "Portugal", "Portugal", "Portugal"),
    ("RO", "Romania", "Rumänien", "Rumänien"),
    ("SE", "Sweden", "Sverige", "Schweden"),
    ("SG", "Singapore", "Singapore", "Singapur"),
    ("SI", "Slovenia", "Slovenien", "Slowenien"),
    ("SK", "Slovakia", "Slovakien", "Slowakei"),
    ("UA", "Ukraine", "Ukraina", "Ukraine"),
    ("US", "United States", "USA", "USA"),
];

/// The name of a country. The code itself if we have no name for it, which the post understands as well.
pub fn country(code: &str, language: Language) -> &str {
    NAMES.iter().find(|(known, ..)| *known == code).map_or(code, |(_, en, sv, de)| match language {
        Language::En => en,
        Language::Sv => sv,
        Language::De => de,
    })
}

/// Whether the post code stands before the city. It does in most of Europe.
pub fn post_code_comes_first(code: &str) -> bool {
    !matches!(code, "AU" | "CA" | "GB" | "IE" | "IN" | "NZ" | "SG" | "US")
}
