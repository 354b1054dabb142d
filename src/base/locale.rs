//! The languages in which people read mail, messages and explanations.

use async_graphql::Enum;
use entity::user;

/// A language in which the server writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "user::Locale")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// Swedish.
    Sv,
}

impl Locale {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::En, Self::De, Self::Sv];

    /// The language with this tag in any case; English if there is none.
    pub fn of_tag(tag: Option<&str>) -> Self {
        let is_it = |locale: &Self| tag.is_some_and(|tag| tag.eq_ignore_ascii_case(locale.tag()));
        Self::ALL.into_iter().find(is_it).unwrap_or_default()
    }

    /// The language that a reader prefers, by a header `Accept-Language` (RFC 9110, 12.5.4); English if it names none of ours.
    pub fn preferred(header: &str) -> Self {
        let ranges = header.split(',').filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let primary = tag.trim().split('-').next()?;
            let locale = Self::ALL.into_iter().find(|locale| primary.eq_ignore_ascii_case(locale.tag()))?;
            let weight: f32 = weight.trim().strip_prefix("q=")?.trim().parse().ok()?;
            (weight > 0.0).then_some((locale, weight))
        });
        // The first of equals wins.
        let best = ranges.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(locale, _)| locale).unwrap_or_default()
    }

    /// The one in this language of texts in the order of `ALL`.
    pub fn choose<T>(self, texts: [T; Self::ALL.len()]) -> T {
        let [en, de, sv] = texts;
        match self {
            Self::En => en,
            Self::De => de,
            Self::Sv => sv,
        }
    }

    /// Its tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Sv => "sv",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_chooses_the_language() {
        for (header, locale) in [
            ("sv", Locale::Sv),
            ("sv-SE,sv;q=0.9,en-US;q=0.8,en;q=0.7", Locale::Sv),
            ("en-GB, de;q=0.9", Locale::En),
            ("fr, DE-at;q=0.5, en;q=0.4", Locale::De),
            ("de;q=0.4, sv;q=0.6", Locale::Sv),
            ("de, sv", Locale::De),
            ("de;q=0, sv;q=0.1", Locale::Sv),
            ("fr", Locale::En),
            ("*", Locale::En),
            ("", Locale::En),
            ("de;q=x, ,;", Locale::En),
            ("deu", Locale::En),
        ] {
            assert_eq!(Locale::preferred(header), locale, "{header}");
        }
    }

    #[test]
    fn texts_are_in_the_order_of_the_languages() {
        assert_eq!(Locale::ALL.map(|locale| locale.choose(Locale::ALL)), Locale::ALL);
    }
}
