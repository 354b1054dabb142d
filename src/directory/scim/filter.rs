//! Filters of lists (RFC 7644, section 3.4.2.2): comparisons by `eq`, joined by `and`. Pure functions.

use scim_v2::filter::{AttrExp, CompValue, CompareOp, Filter};

use super::attribute::{Attribute, collect, unsupported};
use super::error::{Kind, ScimError};

/// The most comparisons of one filter.
const MOST: usize = 10;

/// A comparison that must hold: an attribute, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The attribute: one of those that the list can be filtered by.
    pub attribute: Attribute,
    /// The value.
    pub value: String,
}

/// What users can be filtered by.
const OF_USERS: [Attribute; 4] = [Attribute::Id, Attribute::UserName, Attribute::ExternalId, Attribute::Emails];
/// What groups can be filtered by.
const OF_GROUPS: [Attribute; 4] = [Attribute::Id, Attribute::DisplayName, Attribute::ExternalId, Attribute::Members];

/// Reads a filter of users.
pub fn of_users(text: &str) -> Result<Vec<Condition>, ScimError> {
    read(text, &OF_USERS)
}

/// Reads a filter of groups.
pub fn of_groups(text: &str) -> Result<Vec<Condition>, ScimError> {
    read(text, &OF_GROUPS)
}

fn read(text: &str, known: &[Attribute]) -> Result<Vec<Condition>, ScimError> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let invalid =
        |_| ScimError::invalid(Kind::InvalidFilter, "This is not a filter of SCIM (RFC 7644, section 3.4.2.2).");
    let filter: Filter = text.parse().map_err(invalid)?;
    let mut conditions = Vec::new();
    conditions_of(&filter, known, &mut conditions)?;
    if conditions.len() > MOST {
        return Err(ScimError::invalid(Kind::InvalidFilter, format!("A filter has at most {MOST} comparisons.")));
    }
    Ok(conditions)
}

fn conditions_of(filter: &Filter, known: &[Attribute], conditions: &mut Vec<Condition>) -> Result<(), ScimError> {
    match filter {
        Filter::Attr(AttrExp::Comparison(path, CompareOp::Eq, CompValue::Str(value))) => {
            let is_value = path.sub_attr.as_deref().is_none_or(|part| part.eq_ignore_ascii_case("value"));
            let attribute = Attribute::at(path).filter(|attribute| is_value && known.contains(attribute));
            conditions.push(Condition { attribute: attribute.ok_or_else(unsupported)?, value: value.clone() });
            Ok(())
        }
        // emails[type eq "work" and value eq "…"]: the only address that is kept is that for work.
        Filter::ValuePath(path) => {
            let attribute = Attribute::at(&path.attr).filter(|attribute| known.contains(attribute));
            let attribute = attribute.ok_or_else(unsupported)?;
            let mut parts = Vec::new();
            collect(&path.filter, &mut parts)?;
            let mut value = None;
            for (part, wanted) in parts {
                match part.as_str() {
                    "value" if value.is_none() => value = Some(wanted),
                    "type" if attribute == Attribute::Emails && wanted.eq_ignore_ascii_case("work") => {}
                    "primary" if attribute == Attribute::Emails && wanted == "true" => {}
                    _ => return Err(unsupported()),
                }
            }
            conditions.push(Condition { attribute, value: value.ok_or_else(unsupported)? });
            Ok(())
        }
        Filter::And(all) => all.as_slice().iter().try_for_each(|one| conditions_of(one, known, conditions)),
        _ => Err(unsupported()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(attribute: Attribute, value: &str) -> Vec<Condition> {
        vec![Condition { attribute, value: value.to_owned() }]
    }

    #[test]
    fn what_entra_and_okta_ask_before_they_create_is_known() {
        let name = "Test_User_00aa00aa@testuser.com";
        assert_eq!(of_users(&format!("userName eq \"{name}\"")).unwrap(), one(Attribute::UserName, name));
        assert_eq!(of_users(&format!("USERNAME Eq \"{name}\"")).unwrap(), one(Attribute::UserName, name));
        assert_eq!(of_users("externalId eq \"jyoung\"").unwrap(), one(Attribute::ExternalId, "jyoung"));
        assert_eq!(
            of_groups("displayName eq \"Display \\\"A\\\"\"").unwrap(),
            one(Attribute::DisplayName, "Display \"A\"")
        );
        let both = of_groups("id eq \"a\" and members eq \"b\"").unwrap();
        assert_eq!(both, [one(Attribute::Id, "a"), one(Attribute::Members, "b")].concat());
    }

    #[test]
    fn addresses_and_members_are_found_by_their_values() {
        for filter in ["emails.value eq \"a\"", "emails[type eq \"work\" and value eq \"a\"]", "emails eq \"a\""] {
            assert_eq!(of_users(filter).unwrap(), one(Attribute::Emails, "a"), "{filter}");
        }
        for filter in ["members.value eq \"a\"", "members[value eq \"a\"]"] {
            assert_eq!(of_groups(filter).unwrap(), one(Attribute::Members, "a"), "{filter}");
        }
        assert_eq!(of_users("").unwrap(), []);
    }

    #[test]
    fn any_other_filter_is_refused() {
        for filter in [
            "userName",
            "userName sw \"a\"",
            "userName eq a",
            "userName eq 7",
            "userName eq \"a\" or userName eq \"b\"",
            "not (userName eq \"a\")",
            "title eq \"a\"",
            "shoeSize eq \"a\"",
            "emails[type eq \"home\" and value eq \"a\"]",
            "emails[type eq \"work\"]",
            "emails.type eq \"work\"",
            "members eq \"a\"",
            "userName eq \"a",
        ] {
            assert_eq!(of_users(filter).unwrap_err().kind, Some(Kind::InvalidFilter), "{filter}");
        }
        let deep = format!("{}userName eq \"a\"{}", "(".repeat(5_000), ")".repeat(5_000));
        assert_eq!(of_users(&deep).unwrap_err().kind, Some(Kind::InvalidFilter));
        let long = ["userName eq \"a\""; 11].join(" and ");
        assert_eq!(of_users(&long).unwrap_err().kind, Some(Kind::InvalidFilter));
    }
}
