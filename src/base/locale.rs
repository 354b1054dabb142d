//! The languages in which mail is written.

use async_graphql::Enum;
use entity::user;

/// A language in which mail is written.
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

    /// Its tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Sv => "sv",
        }
    }
}
