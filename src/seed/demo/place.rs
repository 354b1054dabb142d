//! The addresses of the organisations in the stories.

/// The place of an organisation, as on its invoices.
pub struct Place {
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// ISO 4217.
    pub currency: &'static str,
    /// Street and town.
    pub address: &'static str,
}

/// In Sweden.
pub const GOTEBORG: Place = Place { country: "SE", currency: "SEK", address: "Storgatan 12\n411 38 Göteborg" };
/// In Norway.
pub const BERGEN: Place = Place { country: "NO", currency: "NOK", address: "Strandgaten 7\n5013 Bergen" };
/// In Estonia.
pub const TALLINN: Place = Place { country: "EE", currency: "EUR", address: "Pikk 21\n10123 Tallinn" };

/// A domain name that nobody can register: `Fjord Foods` has fjordfoods.example.
pub fn domain(name: &str) -> String {
    let letters = name.to_lowercase().replace(['å', 'ä'], "a").replace(['é', 'è'], "e").replace(['ö', 'ø'], "o");
    let letters: String = letters.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{letters}.example")
}
