//! The versions of resources, as entity tags (RFC 7644, section 3.14, and RFC 9110, section 13.1). Pure functions.

use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;

use crate::base::error::{UserError, UserErrorCode};

/// The weak tag of a resource: the moment of its last change.
pub fn of(updated_at: DateTimeUtc) -> String {
    format!("W/\"{:x}\"", updated_at.timestamp_micros())
}

/// The moment of a change: now, and in any case later than the last one, so that its tag is another.
pub fn moment(now: DateTimeUtc, before: Option<DateTimeUtc>) -> DateTimeUtc {
    before.map_or(now, |before| now.max(before + TimeDelta::microseconds(1)))
}

/// The conditions of a request.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// `If-Match`.
    pub if_match: Option<String>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
}

impl Conditions {
    /// Refuses a change of another version than the client has seen.
    pub fn require(&self, updated_at: DateTimeUtc) -> Result<(), UserError> {
        let tag = of(updated_at);
        let is_other = self.if_match.as_deref().is_some_and(|tags| !names(tags, &tag));
        if is_other || self.is_known(updated_at) {
            let message = [
                "It has changed in the meantime. Read it again.",
                "Es hat sich inzwischen geändert. Lesen Sie es noch einmal.",
                "Det har ändrats under tiden. Läs det igen.",
            ];
            return Err(UserError::at("version", UserErrorCode::StaleState, message));
        }
        Ok(())
    }

    /// Whether the client has this version already.
    pub fn is_known(&self, updated_at: DateTimeUtc) -> bool {
        self.if_none_match.as_deref().is_some_and(|tags| names(tags, &of(updated_at)))
    }
}

/// Whether a list of tags names one. A tag may be given without `W/`: only the text in quotes counts (weak comparison,
/// RFC 9110, section 8.8.3.2).
fn names(tags: &str, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    tags.split(',').any(|one| one.trim() == "*" || bare(one) == bare(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_another_tag_even_in_the_same_moment() {
        let now: DateTimeUtc = "2026-03-01T10:00:00Z".parse().unwrap();
        let after = moment(now, Some(now));
        assert_ne!(of(now), of(after));
        assert_eq!(moment(now + TimeDelta::days(1), Some(now)), now + TimeDelta::days(1));
    }

    #[test]
    fn conditions_compare_tags_weakly() {
        let now: DateTimeUtc = "2026-03-01T10:00:00Z".parse().unwrap();
        let tag = of(now);
        let bare = tag.trim_start_matches("W/").to_owned();
        for seen in [tag.clone(), bare, "*".to_owned(), format!("\"x\", {tag}")] {
            let conditions = Conditions { if_match: Some(seen.clone()), if_none_match: None };
            assert!(conditions.require(now).is_ok(), "{seen}");
            let conditions = Conditions { if_match: None, if_none_match: Some(seen.clone()) };
            assert!(conditions.is_known(now) && conditions.require(now).is_err(), "{seen}");
        }
        let conditions = Conditions { if_match: Some("W/\"1\"".to_owned()), if_none_match: None };
        assert_eq!(conditions.require(now).unwrap_err().code, UserErrorCode::StaleState);
        assert!(Conditions::default().require(now).is_ok() && !Conditions::default().is_known(now));
    }
}
