//! What a request says about a group. Pure functions.

use std::collections::HashMap;

use serde_json::Value as Json;
use uuid::Uuid;

use super::attribute::Attribute;
use super::error::{Kind, ScimError};
use super::step::{Action, Step, text};
use super::user::Change;
use crate::base::error::UserError;
use crate::base::id::{self, PublicId, Type};
use crate::base::text;
use crate::directory::group::rules::Member;

/// The most members that one request may name.
const MOST: usize = 20_000;

/// What a request says about a group.
#[derive(Clone, Debug, Default)]
pub struct GroupChange {
    name: Option<String>,
    external_id: Change,
    /// Who is in the group and who is not.
    pub members: MemberChange,
}

/// Who is in a group and who is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberChange {
    /// Whether all others leave the group.
    pub is_whole: bool,
    /// Members, and whether each is in the group from now on.
    named: HashMap<Member<Uuid>, bool>,
}

impl MemberChange {
    /// Whether nothing is said about members.
    pub fn is_empty(&self) -> bool {
        !self.is_whole && self.named.is_empty()
    }

    /// Whether a member is in the group afterwards; `None` if it stays as it is.
    pub fn keeps(&self, member: Member<Uuid>) -> Option<bool> {
        self.named.get(&member).copied().or(self.is_whole.then_some(false))
    }

    /// All who are named, in the order of their ids.
    pub fn named(&self) -> Vec<(Member<Uuid>, bool)> {
        let mut named: Vec<_> = self.named.iter().map(|(member, is_in)| (*member, *is_in)).collect();
        named.sort_unstable_by_key(|(member, _)| member.key());
        named
    }

    fn clear(&mut self) {
        self.is_whole = true;
        self.named.clear();
    }

    fn name(&mut self, value: &str, is_in: bool) -> Result<(), ScimError> {
        let read = id::parse(&PublicId::from(value)).ok();
        let member = match read {
            Some((Type::DirectoryPerson, key)) => Member::Person(key),
            Some((Type::DirectoryGroup, key)) => Member::Group(key),
            // Somebody who cannot be there has left already.
            _ if !is_in => return Ok(()),
            _ => {
                let detail = "The value of a member is the id of a user or a group.";
                return Err(ScimError::invalid(Kind::InvalidValue, detail));
            }
        };
        self.named.insert(member, is_in);
        if self.named.len() > MOST {
            let detail = format!("A request names at most {MOST} members. Send the others in another PATCH.");
            return Err(ScimError { status: 413, kind: Some(Kind::TooMany), detail });
        }
        Ok(())
    }

    /// Applies a step about members. Entra ID removes members by a filter in the path, or by a list in the value.
    fn apply(&mut self, step: &Step) -> Result<(), ScimError> {
        let conditions = &step.target.conditions;
        match step.action {
            Action::Remove if !conditions.is_empty() => match conditions.as_slice() {
                [(part, value)] if part == "value" => self.name(value, false),
                _ => {
                    let detail = "Members are removed by their value: members[value eq \"…\"].";
                    Err(ScimError::invalid(Kind::InvalidFilter, detail))
                }
            },
            _ if !conditions.is_empty() => {
                let detail = "Add and replace members as a list, with the path members.";
                Err(ScimError::invalid(Kind::InvalidPath, detail))
            }
            Action::Remove if step.value.is_null() => {
                self.clear();
                Ok(())
            }
            action => {
                if action == Action::Replace {
                    self.clear();
                }
                let values = match &step.value {
                    Json::Array(values) => values.as_slice(),
                    Json::Null => &[],
                    one => std::slice::from_ref(one),
                };
                for value in values {
                    let value = text("members", value)?.unwrap_or_default();
                    self.name(&value, action != Action::Remove)?;
                }
                Ok(())
            }
        }
    }
}

impl GroupChange {
    /// Collects steps, in their order.
    pub fn read(steps: &[Step]) -> Result<Self, ScimError> {
        let mut change = Self::default();
        for step in steps {
            match step.target.attribute {
                Attribute::DisplayName => {
                    let Change::Set(name) = Change::read("displayName", step)? else {
                        let is_removed = step.action == Action::Remove;
                        let kind = if is_removed { Kind::Mutability } else { Kind::InvalidValue };
                        return Err(ScimError::invalid(kind, "displayName is required."));
                    };
                    change.name = Some(name);
                }
                Attribute::ExternalId => change.external_id = Change::read("externalId", step)?,
                Attribute::Members => change.members.apply(step)?,
                _ => {}
            }
        }
        Ok(change)
    }

    /// The same, for PUT: it needs a name, and members that are not named leave the group.
    pub fn replacing(mut self) -> Result<Self, ScimError> {
        if self.name.is_none() {
            return Err(ScimError::invalid(Kind::InvalidValue, "A group needs a displayName."));
        }
        self.members.is_whole = true;
        Ok(self)
    }

    /// The name, if the request gives one.
    pub fn name(&self) -> Result<Option<String>, UserError> {
        self.name.as_deref().map(|name| text::name("displayName", name)).transpose()
    }

    /// The external id. A group without one gets its own id: two groups may have the same name.
    pub fn external_id(&self, own: Uuid, before: Option<&str>) -> Result<String, UserError> {
        match (&self.external_id, before) {
            (Change::Set(id), _) => text::reference("externalId", id),
            (Change::Left, Some(before)) => Ok(before.to_owned()),
            _ => Ok(Type::DirectoryGroup.id(own).to_string()),
        }
    }
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
