//! Rows of directories: people, groups and synchronisations.

use entity::{directory, directory_group, directory_group_member, directory_person, directory_sync};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Rows, day, db_insert, now};

/// The rows of directories.
#[derive(Clone, Default)]
pub struct DirectoryRows {
    directories: Vec<directory::Model>,
    syncs: Vec<directory_sync::Model>,
    people: Vec<directory_person::Model>,
    groups: Vec<directory_group::Model>,
    members: Vec<directory_group_member::Model>,
}

impl DirectoryRows {
    /// Writes all rows. Their organisations are there.
    pub async fn db_write(self, db: &impl ConnectionTrait) {
        db_insert(db, self.directories).await;
        db_insert(db, self.syncs).await;
        db_insert(db, self.people).await;
        db_insert(db, self.groups).await;
        db_insert(db, self.members).await;
    }
}

impl Rows {
    /// An organisation has a directory, whose log-ins are known until now.
    pub fn directory(&mut self, organisation_id: Uuid) {
        let row = directory::Model { organisation_id, version: 3, log_ins_until: Some(now()) };
        self.directory.directories.push(row);
    }

    /// A synchronisation that is complete.
    pub fn directory_sync(&mut self, organisation_id: Uuid, word: &str) -> Uuid {
        let id = self.id();
        self.directory.syncs.push(directory_sync::Model {
            id,
            organisation_id,
            sync_key: format!("{word} sync {}", self.next),
            mode: directory_sync::Mode::Patch,
            state: directory_sync::State::Done,
            created: 3,
            updated: 0,
            unchanged: 0,
            deleted: 0,
            failed: 1,
            started_at: self.made(),
            ended_at: Some(self.made()),
        });
        id
    }

    /// An active person, who has logged in.
    pub fn directory_person(&mut self, organisation_id: Uuid, word: &str, name: &str) -> Uuid {
        let id = self.id();
        let external_id = format!("{word}-{}", self.next);
        let email = format!("{}-{}@{}.example", name.to_lowercase(), self.next, word.to_lowercase().replace(' ', "-"));
        let name = format!("{word} {name}");
        self.directory.people.push(directory_person::Model {
            id,
            organisation_id,
            name_key: collation::sort_key(&name),
            search_text: collation::fold(&format!("{name} {email} {external_id}")),
            external_id,
            mailbox: Some(email.clone()),
            user_name: None,
            user_name_key: None,
            email: Some(email),
            name,
            unit_path: format!("/{word}/Sales"),
            state: directory_person::State::Active,
            joined_on: day(-40),
            reactivated_on: None,
            first_log_in_at: Some(self.made()),
            last_log_in_at: Some(now()),
            deleted_at: None,
            seen_in: None,
            created_at: self.made(),
            updated_at: self.made(),
        });
        id
    }

    /// The person who was made last.
    pub fn last_directory_person(&mut self) -> &mut directory_person::Model {
        self.directory.people.last_mut().unwrap()
    }

    /// A group without members.
    pub fn directory_group(&mut self, organisation_id: Uuid, name: &str) -> Uuid {
        let id = self.id();
        let external_id = format!("{name} {}", self.next);
        self.directory.groups.push(directory_group::Model {
            id,
            organisation_id,
            name: name.to_owned(),
            name_key: collation::sort_key(name),
            search_text: collation::fold(&format!("{name} {external_id}")),
            external_id,
            seen_in: None,
            created_at: self.made(),
            updated_at: self.made(),
        });
        id
    }

    /// A member of a group: a person or another group.
    pub fn directory_member(&mut self, organisation: Uuid, group: Uuid, (person, child): (Option<Uuid>, Option<Uuid>)) {
        let row = directory_group_member::Model {
            id: self.id(),
            organisation_id: organisation,
            group_id: group,
            person_id: person,
            child_id: child,
            added_at: self.made(),
            seen_in: None,
        };
        self.directory.members.push(row);
    }
}
