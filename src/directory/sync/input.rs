//! People and groups as clients of the API send them.

use async_graphql::InputObject;
use entity::directory_person::State;
use entity::directory_sync::Mode;
use sea_orm::prelude::Date;

use super::apply::{Part, Scope};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::text;
use crate::directory::group::rules::{Member, Wanted as WantedGroup};
use crate::directory::person::rules::{Wanted, unit_path};
use crate::people::user::Address;

/// A person as a source describes them.
#[derive(Clone, Debug, InputObject)]
pub struct DirectoryPersonInput {
    /// The id in the source: 1 to 100 characters. It never changes, whatever else does.
    pub external_id: String,
    /// The address. Two people of a directory have different ones.
    pub email: Option<String>,
    /// The name: 1 to 200 characters.
    pub name: String,
    /// The organisational unit, for example `/Sales/North`; empty for the top. At most 20 units deep.
    #[graphql(default)]
    pub unit_path: String,
    /// Whether the person works there now; false for somebody who is blocked.
    #[graphql(default = true)]
    pub is_active: bool,
    /// Whether the person is gone.
    #[graphql(default)]
    pub is_deleted: bool,
    /// The day of joining. Without it, that of the first synchronisation.
    pub joined_on: Option<Date>,
}

/// A group as a source describes it.
#[derive(Clone, Debug, InputObject)]
pub struct DirectoryGroupInput {
    /// The id in the source: 1 to 100 characters. It never changes.
    pub external_id: String,
    /// The name: 1 to 200 characters. Only a new group needs one.
    pub name: Option<String>,
    /// Whether the group is gone.
    #[graphql(default)]
    pub is_deleted: bool,
    /// People and groups in it. A full synchronisation names all of them, if necessary in several parts: those who are not
    /// named leave the group. Otherwise, those who are not named stay as they are.
    #[graphql(default)]
    pub members: Vec<DirectoryMemberInput>,
}

/// A member of a group: a person or another group.
#[derive(Clone, Debug, InputObject)]
pub struct DirectoryMemberInput {
    /// External id of the person. Give this or `groupExternalId`.
    pub person_external_id: Option<String>,
    /// External id of the group. Give this or `personExternalId`.
    pub group_external_id: Option<String>,
    /// Whether the member leaves the group.
    #[graphql(default)]
    pub is_removed: bool,
}

impl Part {
    /// The people and groups of a part, which is not the last.
    pub fn new(sync_key: String, mode: Mode, people: &[DirectoryPersonInput], groups: &[DirectoryGroupInput]) -> Self {
        Self {
            sync_key,
            mode,
            people: people.iter().map(DirectoryPersonInput::read).collect(),
            named: people.iter().map(|person| named(&person.external_id)).collect(),
            groups: groups.iter().map(DirectoryGroupInput::read).collect(),
            named_groups: groups.iter().map(|group| named(&group.external_id)).collect(),
            is_last: false,
            scope: Scope::All,
            confirmed: None,
        }
    }
}

impl DirectoryPersonInput {
    /// The person, if it is well-formed.
    pub fn read(&self) -> Result<Wanted, UserError> {
        let email = self.email.as_deref().filter(|email| !email.trim().is_empty());
        Ok(Wanted {
            external_id: external_id("externalId", &self.external_id)?,
            email: email.map(|email| Address::read("email", email)).transpose()?,
            name: text::name("name", &self.name)?,
            unit_path: unit_path("unitPath", &self.unit_path)?,
            state: match (self.is_deleted, self.is_active) {
                (true, _) => State::Deleted,
                (false, true) => State::Active,
                (false, false) => State::Suspended,
            },
            joined_on: self.joined_on,
        })
    }
}

impl DirectoryGroupInput {
    /// The group, if it is well-formed.
    pub fn read(&self) -> Result<WantedGroup, UserError> {
        let members = self.members.iter().enumerate().map(|(index, member)| {
            let read = match (&member.person_external_id, &member.group_external_id) {
                (Some(person), None) => external_id("personExternalId", person).map(Member::Person),
                (None, Some(group)) => external_id("groupExternalId", group).map(Member::Group),
                _ => {
                    let message = [
                        "Give either personExternalId or groupExternalId.",
                        "Geben Sie entweder personExternalId oder groupExternalId an.",
                        "Ange antingen personExternalId eller groupExternalId.",
                    ];
                    Err(UserError::at("personExternalId", UserErrorCode::InvalidInput, message))
                }
            };
            let read = read.map_err(|error| error.in_row("members", index))?;
            Ok((read, !member.is_removed))
        });
        Ok(WantedGroup {
            external_id: external_id("externalId", &self.external_id)?,
            name: self.name.as_deref().map(|name| text::name("name", name)).transpose()?,
            is_deleted: self.is_deleted,
            members: members.collect::<Result<_, UserError>>()?,
        })
    }
}

/// How an external id that may be unreadable is looked for.
pub fn named(typed: &str) -> String {
    external_id("externalId", typed).unwrap_or_else(|_| typed.trim().to_owned())
}

/// An external id in one form.
pub fn external_id(field: &str, typed: &str) -> Result<String, UserError> {
    text::reference(field, typed).map_err(|_| {
        let message = [
            "An external id has 1 to 100 characters, without line breaks or characters that hide or reverse text.",
            "Eine externe Kennung hat 1 bis 100 Zeichen, ohne Zeilenumbrüche und ohne Zeichen, die Text verbergen oder \
             umkehren.",
            "Ett externt id har 1 till 100 tecken, utan radbrytningar och utan tecken som döljer eller vänder text.",
        ];
        UserError::at(field, UserErrorCode::InvalidInput, message)
    })
}
