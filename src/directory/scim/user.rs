//! What a request says about a user, and the person of the directory that follows from it. Pure functions.
//!
//! A person has one name, one address and one unit. `userName` is the address if it is one, and is kept beside the address
//! otherwise. The name is `displayName`, or else `name.formatted`, or else the given and the family name, or else `userName`.

use entity::directory_person::{Model, State};
use serde_json::Value as Json;

use super::attribute::{Attribute, Target};
use super::error::{Kind, ScimError};
use super::step::{Action, Step, member, text, truth};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::text;
use crate::directory::person::rules::{Wanted, unit_path};
use crate::people::user::Address;

/// How a request means what it leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// POST: a new user.
    Create,
    /// PUT: what is left out is cleared, except the state and the external id.
    Replace,
    /// PATCH: what is left out stays.
    Patch,
}

/// What happens to a single value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// The request says nothing about it.
    #[default]
    Left,
    /// It is cleared.
    Cleared,
    /// It becomes this.
    Set(String),
}

impl Change {
    /// Reads a step about a single text.
    pub fn read(name: &str, step: &Step) -> Result<Self, ScimError> {
        if step.action == Action::Remove {
            return Ok(Self::Cleared);
        }
        Ok(text(name, &step.value)?.map_or(Self::Cleared, Self::Set))
    }

    fn set(&self) -> Option<&str> {
        if let Self::Set(text) = self { Some(text) } else { None }
    }
}

/// An address of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Email {
    value: String,
    kind: String,
    is_primary: bool,
}

/// What a request says about a user.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    user_name: Option<String>,
    external_id: Change,
    display_name: Change,
    formatted: Change,
    given_name: Change,
    family_name: Change,
    active: Option<bool>,
    department: Change,
    unit_path: Change,
    emails: Vec<Step>,
}

/// A person as a request wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedUser {
    /// What the directory keeps of everybody.
    pub person: Wanted,
    /// `userName`, if it is no address.
    pub user_name: Option<String>,
    /// Whether the external id was made from `userName`, because the client gave none.
    pub is_unnamed: bool,
}

/// `userName` of a person: the name at the source, or else the address, or else the external id.
pub fn user_name(row: &Model) -> &str {
    row.user_name.as_deref().or(row.email.as_deref()).unwrap_or(&row.external_id)
}

impl UserChange {
    /// Collects steps. A later step about the same attribute replaces an earlier one.
    pub fn read(steps: Vec<Step>) -> Result<Self, ScimError> {
        let required = |name: &str, step: &Step| {
            let is_removed = step.action == Action::Remove;
            let kind = if is_removed { Kind::Mutability } else { Kind::InvalidValue };
            Err(ScimError::invalid(kind, format!("{name} is required.")))
        };
        let mut change = Self::default();
        for step in steps {
            match step.target.attribute {
                Attribute::UserName => match Change::read("userName", &step)? {
                    Change::Set(name) => change.user_name = Some(name),
                    _ => return required("userName", &step),
                },
                Attribute::Active if step.action == Action::Remove => return required("active", &step),
                Attribute::Active => change.active = truth("active", &step.value)?.or(change.active),
                Attribute::ExternalId => change.external_id = Change::read("externalId", &step)?,
                Attribute::DisplayName => change.display_name = Change::read("displayName", &step)?,
                Attribute::Formatted => change.formatted = Change::read("name.formatted", &step)?,
                Attribute::GivenName => change.given_name = Change::read("name.givenName", &step)?,
                Attribute::FamilyName => change.family_name = Change::read("name.familyName", &step)?,
                Attribute::Department => change.department = Change::read("department", &step)?,
                Attribute::UnitPath => change.unit_path = Change::read("unitPath", &step)?,
                Attribute::Emails => {
                    // The values are read here, so that a malformed one is refused before anything is done.
                    emails_of(&step)?;
                    change.emails.push(step);
                }
                // Of a user, these are nothing, or only the server's.
                Attribute::Members
                | Attribute::Id
                | Attribute::Name
                | Attribute::Enterprise
                | Attribute::Directory
                | Attribute::ReadOnly
                | Attribute::NotKept => {}
            }
        }
        Ok(change)
    }

    /// The person that follows. `before` is the person as it is, also one who comes back.
    pub fn wanted(&self, manner: Manner, before: Option<&Model>) -> Result<WantedUser, UserError> {
        let known = before.filter(|_| manner != Manner::Create);
        let name_before = known.map(user_name);
        let user_name = self.user_name.as_deref().or(name_before.filter(|_| manner == Manner::Patch));
        let user_name = user_name.ok_or_else(|| {
            UserError::at(
                "userName",
                UserErrorCode::InvalidInput,
                [
                    "A user needs a userName.",
                    "Ein Benutzer braucht einen userName.",
                    "En användare behöver ett userName.",
                ],
            )
        })?;
        let user_name = text::name("userName", user_name)?;
        let (email, kept, user_name) = match Address::parse(&user_name) {
            Some(address) => {
                let text = address.as_str().to_owned();
                (Some(address), None, text)
            }
            None => (self.email(manner, known)?, Some(user_name.clone()), user_name),
        };
        let (external_id, is_unnamed) = self.external_id(known, &user_name)?;
        Ok(WantedUser {
            person: Wanted {
                external_id,
                email,
                name: self.name(manner, known, &user_name)?,
                unit_path: self.unit(manner, known)?,
                state: match (self.active, known.map(|row| row.state)) {
                    (Some(false), _) | (None, Some(State::Suspended)) => State::Suspended,
                    _ => State::Active,
                },
                joined_on: None,
            },
            user_name: kept,
            is_unnamed,
        })
    }

    /// The address, if `userName` is none: the primary one, or else the first.
    fn email(&self, manner: Manner, known: Option<&Model>) -> Result<Option<Address>, UserError> {
        let mut emails: Vec<Email> = Vec::new();
        if manner == Manner::Patch
            && let Some(value) = known.and_then(|row| row.email.clone())
        {
            emails.push(Email { value, kind: "work".to_owned(), is_primary: true });
        }
        for step in &self.emails {
            apply(&mut emails, step);
        }
        let chosen = emails.iter().find(|email| email.is_primary).or(emails.first());
        chosen.map(|email| Address::read("emails", &email.value)).transpose()
    }

    fn name(&self, manner: Manner, known: Option<&Model>, user_name: &str) -> Result<String, UserError> {
        let parts = [self.given_name.set(), self.family_name.set()];
        // The parts of a known name are not kept, so one of them alone says nothing about the whole.
        let is_enough = manner != Manner::Patch || parts.iter().all(Option::is_some);
        let joined: Vec<&str> = parts.into_iter().flatten().collect();
        let joined = (is_enough && !joined.is_empty()).then(|| joined.join(" "));
        let given = self.display_name.set().or(self.formatted.set()).map(str::to_owned).or(joined);
        let before = known.filter(|row| manner == Manner::Patch && row.name != self::user_name(row));
        let before = before.filter(|_| self.display_name != Change::Cleared).map(|row| row.name.clone());
        text::name("displayName", &given.or(before).unwrap_or_else(|| user_name.to_owned()))
    }

    fn unit(&self, manner: Manner, known: Option<&Model>) -> Result<String, UserError> {
        let before = known.filter(|_| manner == Manner::Patch).map(|row| row.unit_path.clone());
        match (&self.unit_path, &self.department) {
            (Change::Set(path), _) => unit_path("unitPath", path),
            (_, Change::Set(department)) => unit_path("department", department),
            (Change::Left, Change::Left) => Ok(before.unwrap_or_default()),
            _ => Ok(String::new()),
        }
    }

    /// The external id, and whether it was made from `userName`. One that was made from an earlier `userName` follows it.
    fn external_id(&self, known: Option<&Model>, user_name: &str) -> Result<(String, bool), UserError> {
        if let Change::Set(id) = &self.external_id {
            return Ok((text::reference("externalId", id)?, false));
        }
        let is_kept = |row: &&Model| self.external_id == Change::Left && row.external_id != self::user_name(row);
        if let Some(row) = known.filter(is_kept) {
            return Ok((row.external_id.clone(), false));
        }
        Ok((user_name.to_owned(), true))
    }
}

/// The addresses that a step names. A text alone is an address for work.
fn emails_of(step: &Step) -> Result<Vec<Email>, ScimError> {
    if step.action == Action::Remove {
        return Ok(Vec::new());
    }
    let values = match &step.value {
        Json::Array(values) => values.as_slice(),
        Json::Null => &[],
        one => std::slice::from_ref(one),
    };
    let read = values.iter().map(|value| {
        let part = |name: &str| value.as_object().and_then(|object| member(object, name));
        let kind = part("type").and_then(Json::as_str).unwrap_or("work").to_ascii_lowercase();
        let is_primary = part("primary").map(|value| truth("primary", value)).transpose()?.flatten().unwrap_or(false);
        Ok(text("emails", value)?.map(|value| Email { value, kind, is_primary }))
    });
    read.filter_map(Result::transpose).collect()
}

/// Applies a step to the addresses.
fn apply(emails: &mut Vec<Email>, step: &Step) {
    let Target { conditions, part, .. } = &step.target;
    let fits = |email: &Email| {
        conditions.iter().all(|(part, wanted)| match part.as_str() {
            "type" => email.kind.eq_ignore_ascii_case(wanted),
            "primary" => email.is_primary == (wanted == "true"),
            "value" => email.value.eq_ignore_ascii_case(wanted),
            _ => true,
        })
    };
    let is_value = part.as_deref().is_none_or(|part| part == "value");
    if !is_value {
        return;
    }
    let new = emails_of(step).unwrap_or_default();
    match step.action {
        Action::Remove => emails.retain(|email| !fits(email)),
        Action::Replace if conditions.is_empty() => *emails = new,
        Action::Add | Action::Replace if !conditions.is_empty() => {
            let Some(new) = new.into_iter().next() else {
                emails.retain(|email| !fits(email));
                return;
            };
            if let Some(email) = emails.iter_mut().find(|email| fits(email)) {
                email.value = new.value;
                return;
            }
            let of = |name: &str| conditions.iter().find(|(part, _)| part == name).map(|(_, value)| value.clone());
            let kind = of("type").unwrap_or(new.kind);
            emails.push(Email {
                value: new.value,
                kind,
                is_primary: of("primary").is_some_and(|value| value == "true"),
            });
        }
        Action::Add | Action::Replace => {
            if new.iter().any(|email| email.is_primary) {
                for email in emails.iter_mut() {
                    email.is_primary = false;
                }
            }
            emails.extend(new);
        }
    }
}

#[cfg(test)]
#[path = "user_tests.rs"]
mod tests;
