//! Statements about groups and their members.
#![expect(clippy::disallowed_methods, reason = "the statements about groups stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::directory_group::{Column, Entity, Model};
use entity::{directory_group_member as member, directory_person};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{LikeExpr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, QueryTrait, Set,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::db::{Db, are_among, is_among, is_one_of};
use crate::base::error::Result;
use crate::base::insert::{insert_all, insert_or};
use crate::base::memory::{Heap, Kept, Table};
use crate::directory::group::rules::Member;
use crate::graphql::page::{Filter, Key, List, Page, PageArguments, Placing, Search};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

static BY_NAME: List<Model> = List::of_kept_rows(Table::DirectoryGroup, "organisation_id", Key::Text("name_key"));

/// The groups of a person.
static OF_PERSON: List<Model> = List {
    placing: Some(Placing {
        table: "directory_group_member",
        item: "group_id",
        find: "JOIN directory_group_member o ON o.person_id = page.parent_id AND o.group_id = t.id",
    }),
    parent: "person_id",
    key: Key::Instant("added_at"),
    ..List::of_kept_rows(Table::DirectoryGroup, "organisation_id", Key::Text("name_key"))
};
/// The groups in a group.
static CHILDREN: List<Model> = List {
    placing: Some(Placing {
        table: "directory_group_member",
        item: "child_id",
        find: "JOIN directory_group_member o ON o.group_id = page.parent_id AND o.child_id = t.id",
    }),
    parent: "group_id",
    ..OF_PERSON
};
/// The people in a group.
static PEOPLE: List<directory_person::Model> = List {
    placing: Some(Placing {
        table: "directory_group_member",
        item: "person_id",
        find: "JOIN directory_group_member o ON o.group_id = page.parent_id AND o.person_id = t.id",
    }),
    parent: "group_id",
    key: Key::Instant("added_at"),
    ..List::of_kept_rows(Table::DirectoryPerson, "organisation_id", Key::Text("name_key"))
};

impl Heap for Model {
    fn heap(&self) -> usize {
        [&self.external_id, &self.name, &self.name_key, &self.search_text].iter().map(|text| text.heap()).sum()
    }
}

impl Kept for Model {}

/// A page of the groups of an organisation, by name.
pub async fn list(request: &Request, organisation: Uuid, page: &PageArguments, search: &Search) -> Result<Page<Model>> {
    let filter = search.narrow(Filter::default(), "t.search_text LIKE :search ESCAPE '!'");
    BY_NAME.rows(request, organisation, page, filter).await
}

/// A group by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    BY_NAME.look_up(request, id).await
}

/// A page of the groups of a person, in the order of joining. Those that contain them are left out.
pub async fn list_of_person(request: &Request, person: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_PERSON.rows(request, person, page, Filter::default()).await
}

/// A page of the groups in a group, in the order of joining.
pub async fn list_children(request: &Request, group: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    CHILDREN.rows(request, group, page, Filter::default()).await
}

/// A page of the people in a group, in the order of joining.
pub async fn list_people(
    request: &Request,
    group: Uuid,
    page: &PageArguments,
) -> Result<Page<directory_person::Model>> {
    PEOPLE.rows(request, group, page, Filter::default().and("t.state <> 'DELETED'")).await
}

/// The groups of an organisation with these external ids, as the transaction sees them.
pub async fn known(tx: &DatabaseTransaction, organisation: Uuid, external_ids: &[&str]) -> Written<Vec<Model>> {
    let groups = Entity::find().filter(Column::OrganisationId.eq(organisation));
    groups.filter(is_one_of(Column::ExternalId, external_ids, tx)).all(tx).await
}

/// What a group can be found by.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// The key.
    Id(Uuid),
    /// The id in the source.
    ExternalId(&'a str),
    /// The start of the text that a search looks through: the folded name.
    Name(&'a str),
    /// Somebody who is a member itself.
    Member(Member<Uuid>),
}

/// The groups of an organisation that have this, by id.
pub async fn find(db: &impl ConnectionTrait, organisation: Uuid, by: Lookup<'_>) -> Written<Vec<Model>> {
    let groups = Entity::find().filter(Column::OrganisationId.eq(organisation)).order_by_asc(Column::Id);
    let found = match by {
        Lookup::Id(id) => groups.filter(Column::Id.eq(id)),
        Lookup::ExternalId(id) => groups.filter(Column::ExternalId.eq(id)),
        Lookup::Name(folded) => {
            let start: String = folded.chars().flat_map(escaped).collect();
            groups.filter(Column::SearchText.like(LikeExpr::new(format!("{start} %")).escape('!')))
        }
        Lookup::Member(member) => {
            let (column, key) = match member {
                Member::Person(key) => (member::Column::PersonId, key),
                Member::Group(key) => (member::Column::ChildId, key),
            };
            let of = member::Entity::find().select_only().column(member::Column::GroupId).filter(column.eq(key));
            groups.filter(Column::Id.in_subquery(of.into_query()))
        }
    };
    found.all(db).await
}

/// A letter as a pattern of LIKE takes it.
fn escaped(letter: char) -> impl Iterator<Item = char> {
    let is_special = matches!(letter, '%' | '_' | '!');
    is_special.then_some('!').into_iter().chain([letter])
}

/// The groups of an organisation, by id: so many from a position on.
pub async fn page_at(db: &impl ConnectionTrait, organisation: Uuid, offset: u64, most: u64) -> Written<Vec<Model>> {
    let groups = Entity::find().filter(Column::OrganisationId.eq(organisation)).order_by_asc(Column::Id);
    groups.offset(offset).limit(most).all(db).await
}

/// How many groups an organisation has.
pub async fn count(db: &impl ConnectionTrait, organisation: Uuid) -> Written<u64> {
    Entity::find().filter(Column::OrganisationId.eq(organisation)).count(db).await
}

/// How many members each group has itself.
pub async fn count_members(db: &Db, groups: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let among = db.among("group_id", 1);
    let sql = format!("SELECT group_id, COUNT(*) FROM directory_group_member WHERE {among} GROUP BY group_id");
    let rows = db.rows(sql, vec![db.keys(groups)]).await?;
    Ok(rows.iter().map(QueryResult::try_get_many_by_index).collect::<Written<_>>()?)
}

/// The members of groups, in the order of joining. People who are deleted are left out.
pub async fn members_in_use(db: &Db, groups: &[Uuid]) -> Result<HashMap<Uuid, Vec<Member<Uuid>>>> {
    let sql = format!(
        "SELECT m.group_id, m.person_id, m.child_id FROM directory_group_member m \
         LEFT JOIN directory_person p ON p.id = m.person_id \
         WHERE {} AND (m.person_id IS NULL OR p.state <> 'DELETED') ORDER BY m.group_id, m.added_at, m.id",
        db.among("m.group_id", 1)
    );
    let mut members: HashMap<Uuid, Vec<Member<Uuid>>> = HashMap::new();
    for row in db.rows(sql, vec![db.keys(groups)]).await? {
        let (group, person, child): (Uuid, Option<Uuid>, Option<Uuid>) = row.try_get_many_by_index()?;
        members.entry(group).or_default().extend(person.map(Member::Person).or(child.map(Member::Group)));
    }
    Ok(members)
}

/// The groups of an organisation with these ids, as the transaction sees them.
pub async fn load_in(tx: &DatabaseTransaction, organisation: Uuid, ids: &[Uuid]) -> Written<Vec<Model>> {
    let groups = Entity::find().filter(Column::OrganisationId.eq(organisation));
    groups.filter(is_among(Column::Id, ids, tx)).all(tx).await
}

/// The ids and names of all groups of an organisation.
pub async fn names(db: &impl ConnectionTrait, organisation: Uuid) -> Written<HashMap<Uuid, String>> {
    let groups = Entity::find().filter(Column::OrganisationId.eq(organisation)).select_only();
    let found: Vec<(Uuid, String)> = groups.column(Column::Id).column(Column::Name).into_tuple().all(db).await?;
    Ok(found.into_iter().collect())
}

/// All memberships of an organisation.
pub async fn members(db: &impl ConnectionTrait, organisation: Uuid) -> Written<Vec<member::Model>> {
    let members = member::Entity::find().filter(member::Column::OrganisationId.eq(organisation));
    members.order_by_asc(member::Column::Id).all(db).await
}

/// The memberships of one group, as the transaction sees them.
pub async fn members_of(tx: &DatabaseTransaction, group: Uuid) -> Written<Vec<member::Model>> {
    member::Entity::find().filter(member::Column::GroupId.eq(group)).all(tx).await
}

/// Writes new groups and changed ones.
pub async fn save(tx: &DatabaseTransaction, rows: &[Model]) -> Written<()> {
    let mut known = OnConflict::column(Column::Id);
    known.update_columns([
        Column::ExternalId,
        Column::Name,
        Column::NameKey,
        Column::SearchText,
        Column::SeenIn,
        Column::UpdatedAt,
    ]);
    insert_or(tx, rows, &known).await
}

/// Notes that a full synchronisation has named these groups.
pub async fn mark_seen(tx: &DatabaseTransaction, ids: &[Uuid], sync: Uuid) -> Written<()> {
    if !ids.is_empty() {
        let row = entity::directory_group::ActiveModel { seen_in: Set(Some(sync)), ..Default::default() };
        Entity::update_many().set(row).filter(is_among(Column::Id, ids, tx)).exec(tx).await?;
    }
    Ok(())
}

/// Notes that a full synchronisation keeps all members of these groups, because their rows were refused.
pub async fn mark_members_seen(tx: &DatabaseTransaction, groups: &[Uuid], sync: Uuid) -> Written<()> {
    if !groups.is_empty() {
        let row = member::ActiveModel { seen_in: Set(Some(sync)), ..Default::default() };
        let of_groups = member::Entity::update_many().set(row);
        of_groups.filter(is_among(member::Column::GroupId, groups, tx)).exec(tx).await?;
    }
    Ok(())
}

/// The memberships that exist of these pairs of a group and a person or a group.
pub async fn find_members(tx: &DatabaseTransaction, pairs: &[(Uuid, Uuid)]) -> Written<Vec<member::Model>> {
    let mut found = Vec::new();
    if pairs.is_empty() {
        return Ok(found);
    }
    for column in [member::Column::PersonId, member::Column::ChildId] {
        let some = member::Entity::find().filter(are_among((member::Column::GroupId, column), pairs, tx));
        found.extend(some.all(tx).await?);
    }
    Ok(found)
}

/// Notes that a full synchronisation has named these memberships.
pub async fn mark_kept(tx: &DatabaseTransaction, ids: &[Uuid], sync: Uuid) -> Written<()> {
    if !ids.is_empty() {
        let row = member::ActiveModel { seen_in: Set(Some(sync)), ..Default::default() };
        member::Entity::update_many().set(row).filter(is_among(member::Column::Id, ids, tx)).exec(tx).await?;
    }
    Ok(())
}

/// Notes that the members of the groups of a person are others than before, because the person was deleted or came back.
pub async fn note_person(tx: &DatabaseTransaction, person: Uuid, now: DateTimeUtc) -> Written<()> {
    let of = member::Entity::find().select_only().column(member::Column::GroupId);
    let of = of.filter(member::Column::PersonId.eq(person)).into_query();
    let row = entity::directory_group::ActiveModel { updated_at: Set(now), ..Default::default() };
    Entity::update_many().set(row).filter(Column::Id.in_subquery(of)).exec(tx).await?;
    Ok(())
}

/// Adds members.
pub async fn add_members(tx: &DatabaseTransaction, rows: &[member::Model]) -> Written<()> {
    insert_all(tx, rows).await
}

/// Removes memberships.
pub async fn remove_members(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<()> {
    if !ids.is_empty() {
        member::Entity::delete_many().filter(is_among(member::Column::Id, ids, tx)).exec(tx).await?;
    }
    Ok(())
}

/// Removes groups with their memberships.
pub async fn remove(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<()> {
    if !ids.is_empty() {
        Entity::delete_many().filter(is_among(Column::Id, ids, tx)).exec(tx).await?;
    }
    Ok(())
}

/// How many groups a full synchronisation has not named.
pub async fn count_missing(tx: &DatabaseTransaction, organisation: Uuid, sync: Uuid) -> Written<u64> {
    Entity::find().filter(missing(organisation, sync)).count(tx).await
}

fn missing(organisation: Uuid, sync: Uuid) -> Condition {
    let unseen = Condition::any().add(Column::SeenIn.is_null()).add(Column::SeenIn.ne(sync));
    Condition::all().add(Column::OrganisationId.eq(organisation)).add(unseen)
}

/// Removes the groups that a full synchronisation has not named, and the members that it has not named in the others.
/// Returns how many groups.
pub async fn remove_missing(tx: &DatabaseTransaction, organisation: Uuid, sync: Uuid) -> Written<u64> {
    let removed = Entity::delete_many().filter(missing(organisation, sync)).exec(tx).await?.rows_affected;
    let unseen = Condition::any().add(member::Column::SeenIn.is_null()).add(member::Column::SeenIn.ne(sync));
    let members = member::Entity::delete_many().filter(member::Column::OrganisationId.eq(organisation));
    members.filter(unseen).exec(tx).await?;
    Ok(removed)
}
