//! Who is effectively in which group, and what a list of groups from a source changes. Pure functions.

use std::collections::{HashMap, HashSet};

use entity::directory_group;
use entity::directory_group_member::Model;
use uuid::Uuid;

use crate::base::error::{UserError, UserErrorCode};
use crate::directory::person::rules::{Context, Outcome};

/// Who is effectively in which group: through any number of groups.
#[derive(Debug, Default)]
pub struct Memberships {
    of_person: HashMap<Uuid, HashSet<Uuid>>,
}

impl Memberships {
    /// All memberships of an organisation. Groups may contain each other in circles.
    pub fn of(members: &[Model]) -> Self {
        let mut parents: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        let mut direct: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for member in members {
            match (member.person_id, member.child_id) {
                (Some(person), _) => direct.entry(person).or_default().push(member.group_id),
                (None, Some(child)) => parents.entry(child).or_default().push(member.group_id),
                (None, None) => {}
            }
        }
        // Each group leads to the same groups for all of its people.
        let mut above: HashMap<Uuid, HashSet<Uuid>> = HashMap::new();
        let of_person = direct.into_iter().map(|(person, groups)| {
            let mut all = HashSet::new();
            for group in groups {
                all.extend(above.entry(group).or_insert_with(|| closure(group, &parents)).iter().copied());
            }
            (person, all)
        });
        Self { of_person: of_person.collect() }
    }

    /// Whether a person is effectively in a group.
    pub fn has(&self, person: Uuid, group: Uuid) -> bool {
        self.of_person.get(&person).is_some_and(|groups| groups.contains(&group))
    }
}

/// A group and all groups that contain it.
fn closure(group: Uuid, parents: &HashMap<Uuid, Vec<Uuid>>) -> HashSet<Uuid> {
    let (mut found, mut queue) = (HashSet::from([group]), vec![group]);
    while let Some(next) = queue.pop() {
        for parent in parents.get(&next).into_iter().flatten() {
            if found.insert(*parent) {
                queue.push(*parent);
            }
        }
    }
    found
}

/// Somebody who is in a group: a person, or another group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Member<T> {
    /// A person.
    Person(T),
    /// A group.
    Group(T),
}

impl Member<Uuid> {
    /// The key of the person or the group.
    pub const fn key(self) -> Uuid {
        match self {
            Self::Person(key) | Self::Group(key) => key,
        }
    }

    /// Who a membership is of.
    pub fn of(row: &Model) -> Option<Self> {
        row.person_id.map(Self::Person).or(row.child_id.map(Self::Group))
    }

    /// The membership in a group, from now on.
    pub fn joining(self, group: Uuid, context: &Context<'_>) -> Model {
        let (person_id, child_id) = match self {
            Self::Person(key) => (Some(key), None),
            Self::Group(key) => (None, Some(key)),
        };
        Model {
            id: context.random.id(context.now),
            organisation_id: context.organisation,
            group_id: group,
            person_id,
            child_id,
            added_at: context.now,
            seen_in: context.seen_in,
        }
    }
}

/// A group as a source describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The id in the source.
    pub external_id: String,
    /// The name; without it, that which it has.
    pub name: Option<String>,
    /// Whether the group is gone.
    pub is_deleted: bool,
    /// External ids of members, and whether each is in the group from now on.
    pub members: Vec<(Member<String>, bool)>,
}

/// A group of a list, with the ids of its members.
#[derive(Debug)]
pub struct Resolved {
    /// The group after the change.
    pub row: directory_group::Model,
    /// What happens to the group itself.
    pub outcome: Outcome,
    /// Members, and whether each is in the group from now on.
    pub members: Vec<(Member<Uuid>, bool)>,
}

/// What a list changes of the members of its groups.
#[derive(Debug, Default)]
pub struct MemberPlan {
    /// New members.
    pub added: Vec<Model>,
    /// Memberships that end.
    pub removed: Vec<Uuid>,
    /// Memberships that the list names and that exist already.
    pub kept: Vec<Uuid>,
}

/// The groups of a list after the change, without a look at who is in them. `known` are groups of the organisation, and
/// `people` ids of its people, by external ids. A group can contain one that the same list creates.
pub fn resolve(
    known: &[directory_group::Model],
    people: impl IntoIterator<Item = (String, Uuid)>,
    wanted: &[Result<Wanted, UserError>],
    context: &Context<'_>,
) -> Vec<Result<Resolved, UserError>> {
    let people: HashMap<String, Uuid> = people.into_iter().collect();
    let before: HashMap<&str, &directory_group::Model> =
        known.iter().map(|row| (row.external_id.as_str(), row)).collect();
    let mut rows: Vec<Result<(directory_group::Model, Outcome), UserError>> = Vec::with_capacity(wanted.len());
    let mut named = HashSet::new();
    for one in wanted {
        rows.push(one.as_ref().map_err(Clone::clone).and_then(|one| {
            if !named.insert(one.external_id.as_str()) {
                let message = [
                    "This group is in the list twice. Give each once, with all of its members.",
                    "Diese Gruppe steht zweimal in der Liste. Geben Sie jede einmal an, mit allen ihren Mitgliedern.",
                    "Gruppen finns två gånger i listan. Ange varje grupp en gång, med alla dess medlemmar.",
                ];
                return Err(UserError::at("externalId", UserErrorCode::Duplicate, message));
            }
            changed(before.get(one.external_id.as_str()).copied(), one, context)
        }));
    }
    // Whoever contains a new group that is refused is refused too, so this goes on until no further row is refused.
    loop {
        let mut refused = false;
        let members = members(wanted, &standing(known, &rows), &people);
        for (row, members) in rows.iter_mut().zip(&members) {
            if let (Ok(_), Err(error)) = (&*row, members) {
                *row = Err(error.clone());
                refused = true;
            }
        }
        if !refused {
            let resolved = rows.into_iter().zip(members).map(|(row, members)| {
                let (row, outcome) = row?;
                Ok(Resolved { row, outcome, members: members? })
            });
            return resolved.collect();
        }
    }
}

/// The groups that there are after the change, by their external ids.
fn standing<'a>(
    known: &'a [directory_group::Model],
    rows: &'a [Result<(directory_group::Model, Outcome), UserError>],
) -> HashMap<&'a str, Uuid> {
    let mut groups: HashMap<&str, Uuid> = known.iter().map(|row| (row.external_id.as_str(), row.id)).collect();
    for (row, outcome) in rows.iter().flatten() {
        match outcome {
            Outcome::Deleted(_) => groups.remove(row.external_id.as_str()),
            _ => groups.insert(row.external_id.as_str(), row.id),
        };
    }
    groups
}

fn unknown_person(key: &str) -> [String; 3] {
    [
        format!("There is no person {key} in this directory. Send the members before the group."),
        format!("In diesem Verzeichnis gibt es keine Person {key}. Senden Sie die Mitglieder vor der Gruppe."),
        format!("Det finns ingen person {key} i personkatalogen. Skicka medlemmarna före gruppen."),
    ]
}

fn unknown_group(key: &str) -> [String; 3] {
    [
        format!("There is no group {key} in this directory. Send the members before the group."),
        format!("In diesem Verzeichnis gibt es keine Gruppe {key}. Senden Sie die Mitglieder vor der Gruppe."),
        format!("Det finns ingen grupp {key} i personkatalogen. Skicka medlemmarna före gruppen."),
    ]
}

/// Members of a group, and whether each is in the group from now on.
type Members = Vec<(Member<Uuid>, bool)>;

/// The ids of the members of each group of a list.
fn members(
    wanted: &[Result<Wanted, UserError>],
    groups: &HashMap<&str, Uuid>,
    people: &HashMap<String, Uuid>,
) -> Vec<Result<Members, UserError>> {
    let members = wanted.iter().map(|one| {
        let given = one.as_ref().map(|one| one.members.as_slice()).unwrap_or_default().iter().enumerate();
        let found = given.map(|(index, (member, is_in))| {
            let (id, unknown) = match member {
                Member::Person(key) => (people.get(key).map(|id| Member::Person(*id)), unknown_person(key)),
                Member::Group(key) => (groups.get(key.as_str()).map(|id| Member::Group(*id)), unknown_group(key)),
            };
            match id {
                Some(id) => Ok(Some((id, *is_in))),
                // Somebody who is not there is in no group.
                None if !is_in => Ok(None),
                None => Err(UserError::at("externalId", UserErrorCode::Unknown, unknown).in_row("members", index)),
            }
        });
        found.filter_map(Result::transpose).collect()
    });
    members.collect()
}

/// The group after the change, and what happens to it.
fn changed(
    before: Option<&directory_group::Model>,
    wanted: &Wanted,
    context: &Context<'_>,
) -> Result<(directory_group::Model, Outcome), UserError> {
    let name = wanted.name.clone().or_else(|| before.map(|row| row.name.clone()));
    let Some(name) = name.filter(|_| before.is_some() || !wanted.is_deleted) else {
        let (field, code, message) = if wanted.is_deleted {
            (
                "externalId",
                UserErrorCode::Unknown,
                [
                    "There is no group with this external id.",
                    "Eine Gruppe mit dieser externen Kennung gibt es nicht.",
                    "Det finns ingen grupp med det här externa id:t.",
                ],
            )
        } else {
            (
                "name",
                UserErrorCode::InvalidInput,
                ["A new group needs a name.", "Eine neue Gruppe braucht einen Namen.", "En ny grupp behöver ett namn."],
            )
        };
        return Err(UserError::at(field, code, message));
    };
    let id = before.map_or_else(|| context.random.id(context.now), |row| row.id);
    let row = row(before, (id, name, wanted.external_id.clone()), context);
    let outcome = match before {
        _ if wanted.is_deleted => Outcome::Deleted(row.id),
        None => Outcome::Created(row.id),
        Some(before) if before.name == row.name => Outcome::Unchanged(row.id),
        Some(_) => Outcome::Updated(row.id),
    };
    Ok((row, outcome))
}

/// A group with this id, name and external id, new or in place of the one before.
pub fn row(
    before: Option<&directory_group::Model>,
    (id, name, external_id): (Uuid, String, String),
    context: &Context<'_>,
) -> directory_group::Model {
    directory_group::Model {
        id,
        organisation_id: context.organisation,
        name_key: collation::sort_key(&name),
        search_text: collation::fold(&format!("{name} {external_id}")),
        external_id,
        name,
        seen_in: context.seen_in.or_else(|| before.and_then(|row| row.seen_in)),
        created_at: before.map_or(context.now, |row| row.created_at),
        updated_at: context.now,
    }
}

/// The pairs of group and member that the groups name.
pub fn pairs(groups: &[Result<Resolved, UserError>]) -> Vec<(Uuid, Uuid)> {
    let of = |group: &Resolved| {
        let id = group.row.id;
        group.members.iter().map(move |(member, _)| (id, member.key())).collect::<Vec<_>>()
    };
    groups.iter().flatten().flat_map(of).collect()
}

/// What changes of the members. `existing` are the memberships that the groups name and that exist. The outcome of a group
/// with other members is no longer `Unchanged`.
pub fn plan_members(
    groups: &mut [Result<Resolved, UserError>],
    existing: &[Model],
    context: &Context<'_>,
) -> MemberPlan {
    let existing: HashMap<_, Uuid> =
        existing.iter().filter_map(|row| Some(((row.group_id, Member::of(row)?), row.id))).collect();
    let mut plan = MemberPlan::default();
    for group in groups.iter_mut().flatten().filter(|group| !matches!(group.outcome, Outcome::Deleted(_))) {
        let mut is_other = false;
        let mut named = HashSet::new();
        for (member, is_in) in &group.members {
            if !named.insert(*member) {
                continue;
            }
            match (existing.get(&(group.row.id, *member)), is_in) {
                (Some(id), true) => plan.kept.push(*id),
                (Some(id), false) => {
                    plan.removed.push(*id);
                    is_other = true;
                }
                (None, true) => {
                    plan.added.push(member.joining(group.row.id, context));
                    is_other = true;
                }
                (None, false) => {}
            }
        }
        if is_other && matches!(group.outcome, Outcome::Unchanged(_)) {
            group.outcome = Outcome::Updated(group.row.id);
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(group: u128, person: Option<u128>, child: Option<u128>) -> Model {
        Model {
            id: Uuid::nil(),
            organisation_id: Uuid::nil(),
            group_id: Uuid::from_u128(group),
            person_id: person.map(Uuid::from_u128),
            child_id: child.map(Uuid::from_u128),
            added_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            seen_in: None,
        }
    }

    #[test]
    fn a_person_is_in_the_groups_that_contain_theirs_and_circles_end() {
        // 1 contains 2, 2 contains 3 and 3 contains 1; 4 contains nobody of them.
        let members = [
            member(1, None, Some(2)),
            member(2, None, Some(3)),
            member(3, None, Some(1)),
            member(3, Some(100), None),
            member(4, Some(101), None),
        ];
        let memberships = Memberships::of(&members);
        let is_in = |person: u128, group: u128| memberships.has(Uuid::from_u128(person), Uuid::from_u128(group));
        assert!(is_in(100, 1) && is_in(100, 2) && is_in(100, 3) && !is_in(100, 4));
        assert!(is_in(101, 4) && !is_in(101, 1) && !is_in(102, 4));
    }
}
