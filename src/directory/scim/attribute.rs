//! The attributes of users and groups, and the paths by which clients name them (RFC 7644, section 3.5.2). Pure functions.

use scim_v2::filter::{AttrExp, AttrPath, CompValue, CompareOp, PatchPath, ValFilter};

use super::error::{Kind, ScimError};
use super::{DIRECTORY, ENTERPRISE, GROUP, USER};

/// An attribute, as far as this server knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `id`: our own id.
    Id,
    /// `externalId`: the id in the source.
    ExternalId,
    /// `userName`.
    UserName,
    /// `displayName` of a user or a group.
    DisplayName,
    /// `name`, with the three that follow.
    Name,
    /// `name.formatted`.
    Formatted,
    /// `name.givenName`.
    GivenName,
    /// `name.familyName`.
    FamilyName,
    /// `active`.
    Active,
    /// `emails`, or one of their parts.
    Emails,
    /// The extension for people of a company as a whole.
    Enterprise,
    /// Its `department`.
    Department,
    /// Our own extension as a whole.
    Directory,
    /// Its `unitPath`.
    UnitPath,
    /// `members` of a group.
    Members,
    /// An attribute that only the server writes.
    ReadOnly,
    /// An attribute of the standard that this server accepts and does not keep.
    NotKept,
}

/// The attributes of users in the standard that this server does not keep (RFC 7643, sections 4.1 and 4.3).
const NOT_KEPT: [&str; 23] = [
    "nickname",
    "profileurl",
    "title",
    "usertype",
    "preferredlanguage",
    "locale",
    "timezone",
    "password",
    "phonenumbers",
    "ims",
    "photos",
    "addresses",
    "entitlements",
    "roles",
    "x509certificates",
    "employeenumber",
    "costcenter",
    "organization",
    "division",
    "manager",
    "name.middlename",
    "name.honorificprefix",
    "name.honorificsuffix",
];

impl Attribute {
    /// The attribute with this name, in any case, and in an extension if it has a schema (RFC 7643, section 2.1, and
    /// RFC 7644, section 3.10). `None` if the standard has none.
    fn named(schema: Option<&str>, name: &str, part: Option<&str>) -> Option<Self> {
        let whole = schema.map_or_else(|| name.to_owned(), |schema| format!("{schema}:{name}"));
        if whole.eq_ignore_ascii_case(ENTERPRISE) && part.is_none() {
            return Some(Self::Enterprise);
        }
        if whole.eq_ignore_ascii_case(DIRECTORY) && part.is_none() {
            return Some(Self::Directory);
        }
        let name = name.to_ascii_lowercase();
        let whole = part.map_or_else(|| name.clone(), |part| format!("{name}.{}", part.to_ascii_lowercase()));
        let is = |known: &str| schema.is_some_and(|schema| schema.eq_ignore_ascii_case(known));
        if is(DIRECTORY) {
            return (whole == "unitpath").then_some(Self::UnitPath);
        }
        if schema.is_some() && !is(USER) && !is(GROUP) && !is(ENTERPRISE) {
            return None;
        }
        let known = match whole.as_str() {
            "department" => Self::Department,
            "id" => Self::Id,
            "externalid" => Self::ExternalId,
            "username" => Self::UserName,
            "displayname" => Self::DisplayName,
            "name" => Self::Name,
            "name.formatted" => Self::Formatted,
            "name.givenname" => Self::GivenName,
            "name.familyname" => Self::FamilyName,
            "active" => Self::Active,
            "emails" | "emails.value" | "emails.type" | "emails.primary" | "emails.display" => Self::Emails,
            "members" | "members.value" => Self::Members,
            "schemas" | "groups" => Self::ReadOnly,
            _ if name == "meta" => Self::ReadOnly,
            _ if NOT_KEPT.contains(&name.as_str()) || NOT_KEPT.contains(&whole.as_str()) => Self::NotKept,
            _ => return None,
        };
        Some(known)
    }

    /// The attribute at a path of a filter.
    pub fn at(path: &AttrPath) -> Option<Self> {
        Self::named(path.uri.as_deref(), &path.name, path.sub_attr.as_deref())
    }
}

/// What an operation is about: an attribute, and which of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The attribute.
    pub attribute: Attribute,
    /// What must hold for a value: parts and their values, for example `type` and `work`. Without any, all values.
    pub conditions: Vec<(String, String)>,
    /// The part of the value, for example `value`.
    pub part: Option<String>,
}

impl Target {
    /// An attribute as a whole.
    pub const fn whole(attribute: Attribute) -> Self {
        Self { attribute, conditions: Vec::new(), part: None }
    }

    /// Reads a path (RFC 7644, section 3.5.2).
    pub fn read(path: &str) -> Result<Self, ScimError> {
        let invalid = |detail: String| ScimError::invalid(Kind::InvalidPath, detail);
        let unknown = || invalid(format!("There is no attribute {}.", shown(path)));
        match path.trim().parse::<PatchPath>() {
            Err(_) => Err(invalid(format!("{} is not a path of SCIM.", shown(path)))),
            Ok(PatchPath::Attr(at)) => {
                let attribute = Attribute::at(&at).ok_or_else(unknown)?;
                Ok(Self { part: at.sub_attr.map(|part| part.to_ascii_lowercase()), ..Self::whole(attribute) })
            }
            Ok(PatchPath::Value(at)) => {
                let attribute = Attribute::at(&at.attr).ok_or_else(unknown)?;
                let mut conditions = Vec::new();
                // Of an attribute that is not kept, it does not matter which values are meant.
                if attribute != Attribute::NotKept {
                    collect(&at.filter, &mut conditions)?;
                }
                Ok(Self { attribute, conditions, part: at.sub_attr.map(|part| part.to_ascii_lowercase()) })
            }
        }
    }
}

/// The conditions of a filter of values, if it compares by `eq` and joins by `and`.
pub fn collect(filter: &ValFilter, conditions: &mut Vec<(String, String)>) -> Result<(), ScimError> {
    match filter {
        ValFilter::Attr(AttrExp::Comparison(path, CompareOp::Eq, value)) => {
            let value = match value {
                CompValue::Str(text) => text.clone(),
                CompValue::True => "true".to_owned(),
                CompValue::False => "false".to_owned(),
                _ => return Err(unsupported()),
            };
            conditions.push((path.name.to_ascii_lowercase(), value));
            Ok(())
        }
        ValFilter::And(all) => all.as_slice().iter().try_for_each(|one| collect(one, conditions)),
        _ => Err(unsupported()),
    }
}

/// The refusal of a filter that this server does not know.
pub fn unsupported() -> ScimError {
    let detail = "This server compares by eq, and joins comparisons by and. See /ServiceProviderConfig and the README.";
    ScimError::invalid(Kind::InvalidFilter, detail)
}

/// What a client wrote, in an error: not too long.
pub fn shown(text: &str) -> String {
    let some: String = text.chars().take(100).collect();
    if some.len() < text.len() { format!("“{some}…”") } else { format!("“{some}”") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(path: &str) -> Attribute {
        Target::read(path).unwrap().attribute
    }

    #[test]
    fn names_are_known_in_any_case_and_with_their_schema() {
        for path in ["userName", "USERNAME", "urn:ietf:params:scim:schemas:core:2.0:User:userName"] {
            assert_eq!(attribute(path), Attribute::UserName, "{path}");
        }
        assert_eq!(attribute(&format!("{ENTERPRISE}:department")), Attribute::Department);
        assert_eq!(attribute(&ENTERPRISE.to_lowercase()), Attribute::Enterprise);
        assert_eq!(attribute(&format!("{DIRECTORY}:unitPath")), Attribute::UnitPath);
        assert_eq!(attribute(DIRECTORY), Attribute::Directory);
        assert_eq!(attribute("name.familyName"), Attribute::FamilyName);
        assert_eq!(attribute("meta.version"), Attribute::ReadOnly);
    }

    #[test]
    fn what_entra_sends_by_default_and_this_server_does_not_keep_is_known() {
        for path in [
            "title",
            "addresses[type eq \"work\"].formatted",
            "phoneNumbers[type eq \"mobile\"].value",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
            "preferredLanguage",
        ] {
            assert_eq!(attribute(path), Attribute::NotKept, "{path}");
        }
    }

    #[test]
    fn values_are_chosen_by_conditions() {
        let target = Target::read("emails[type eq \"work\" and primary eq true].value").unwrap();
        let expected = [("type", "work"), ("primary", "true")].map(|(part, value)| (part.into(), value.into()));
        assert_eq!((target.attribute, target.conditions), (Attribute::Emails, expected.to_vec()));
        assert_eq!(target.part.as_deref(), Some("value"));
    }

    #[test]
    fn a_path_that_names_nothing_is_refused() {
        for path in ["", "shoeSize", "a b", "/name", "emails[", "name.givenName.first", "urn:other:1.0:User:userName"] {
            assert_eq!(Target::read(path).unwrap_err().kind, Some(Kind::InvalidPath), "{path}");
        }
        for path in
            ["members[value co \"a\"]", "members[not (value eq \"a\")]", "emails[type eq \"a\" or type eq \"b\"]"]
        {
            assert_eq!(Target::read(path).unwrap_err().kind, Some(Kind::InvalidFilter), "{path}");
        }
    }
}
