//! Statements about the people of directories.
#![expect(clippy::disallowed_methods, reason = "the statements about people of directories stand here")]

use std::collections::HashSet;
use std::sync::Arc;

use entity::directory_person::{ActiveModel, Column, Entity, Model, State};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::db::{is_among, is_one_of};
use crate::base::error::Result;
use crate::base::insert::insert_or;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments, Search};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// Whether a person is not deleted. Some indexes have this very condition, so it is no parameter.
const IN_USE: &str = "state <> 'DELETED'";

static BY_NAME: List<Model> = List::of_kept_rows(Table::DirectoryPerson, "organisation_id", Key::Text("name_key"));
static BY_NAME_DESCENDING: List<Model> =
    List { descending: true, ..List::of_kept_rows(Table::DirectoryPerson, "organisation_id", Key::Text("name_key")) };

impl Heap for Model {
    fn heap(&self) -> usize {
        let texts = [&self.external_id, &self.name, &self.name_key, &self.search_text, &self.unit_path];
        let others = [&self.email, &self.mailbox, &self.user_name, &self.user_name_key];
        texts.iter().map(|text| text.heap()).sum::<usize>() + others.iter().map(|text| text.heap()).sum::<usize>()
    }
}

impl Kept for Model {}

/// Which people to list, and in which direction.
#[derive(Default)]
pub struct Criteria {
    /// Only those in this state. Without one, all but the deleted.
    pub state: Option<State>,
    /// Only those of this unit and the units below it.
    pub unit_path: Option<String>,
    /// Only members of this group.
    pub group: Option<Uuid>,
    /// Only those with this text in name, address or external id.
    pub search: Search,
    /// Whether the order is reversed.
    pub descending: bool,
}

/// A page of the people of an organisation, by name.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    wanted: Criteria,
) -> Result<Page<Model>> {
    let mut filter = match wanted.state {
        Some(state) => Filter::default().in_state(Some(state)),
        None => Filter::default().and("t.state <> 'DELETED'"),
    };
    if let Some(path) = wanted.unit_path.filter(|path| !path.is_empty()) {
        // `0` is the letter behind `/`, and the column is ordered by its bytes.
        let (from, until) = (format!("{path}/"), format!("{path}0"));
        let condition = "(t.unit_path = :path OR (t.unit_path >= :from AND t.unit_path < :until))";
        filter = filter.and_with(condition, [(":path", path.into()), (":from", from.into()), (":until", until.into())]);
    }
    if let Some(group) = wanted.group {
        let members = "t.id IN (SELECT m.person_id FROM directory_group_member m WHERE m.group_id = :group)";
        filter = filter.and_with(members, [(":group", group.into())]);
    }
    let filter = wanted.search.narrow(filter, "t.search_text LIKE :search ESCAPE '!'");
    let list = if wanted.descending { &BY_NAME_DESCENDING } else { &BY_NAME };
    list.rows(request, organisation, page, filter).await
}

/// A person by the id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    BY_NAME.look_up(request, id).await
}

/// The people of an organisation with these external ids or these mailboxes, as the transaction sees them. Deleted people
/// are found by the external id alone.
pub async fn known(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    external_ids: &[&str],
    mailboxes: &[&str],
) -> Written<Vec<Model>> {
    let by_id = is_one_of(Column::ExternalId, external_ids, tx);
    let by_mailbox = Condition::all().add(Expr::cust(IN_USE));
    let by_mailbox = by_mailbox.add(is_one_of(Column::Mailbox, mailboxes, tx));
    let people = Entity::find().filter(Column::OrganisationId.eq(organisation));
    let mut found = people.clone().filter(by_id).all(tx).await?;
    if !mailboxes.is_empty() {
        let others = people.filter(by_mailbox).all(tx).await?;
        let named: HashSet<&str> = external_ids.iter().copied().collect();
        found.extend(others.into_iter().filter(|row| !named.contains(row.external_id.as_str())));
    }
    Ok(found)
}

/// The people of an organisation with these ids, as the transaction sees them.
pub async fn load_in(tx: &DatabaseTransaction, organisation: Uuid, ids: &[Uuid]) -> Written<Vec<Model>> {
    let people = Entity::find().filter(Column::OrganisationId.eq(organisation));
    people.filter(is_among(Column::Id, ids, tx)).all(tx).await
}

/// People with these ids, of any organisation.
pub async fn load(db: &impl ConnectionTrait, ids: &[Uuid]) -> Written<Vec<Model>> {
    Entity::find().filter(is_among(Column::Id, ids, db)).all(db).await
}

/// What a person who is not deleted can be found by.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// The key.
    Id(Uuid),
    /// The id in the source.
    ExternalId(&'a str),
    /// The mailbox of the address.
    Mailbox(&'a str),
    /// The folded name to log in with.
    UserName(&'a str),
}

/// The person of an organisation, if somebody who is not deleted has this.
pub async fn find(db: &impl ConnectionTrait, organisation: Uuid, by: Lookup<'_>) -> Written<Option<Model>> {
    let is_meant = match by {
        Lookup::Id(id) => Column::Id.eq(id),
        Lookup::ExternalId(id) => Column::ExternalId.eq(id),
        Lookup::Mailbox(mailbox) => Column::Mailbox.eq(mailbox),
        Lookup::UserName(name) => Column::UserNameKey.eq(name),
    };
    let people = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(is_meant);
    people.filter(Expr::cust(IN_USE)).one(db).await
}

/// The people of an organisation who are not deleted, by id: so many from a position on. An index counts up to the
/// position, and rows are read of the page alone.
pub async fn page_at(db: &impl ConnectionTrait, organisation: Uuid, offset: u64, most: u64) -> Written<Vec<Model>> {
    let in_use = Entity::find().select_only().column(Column::Id).filter(Column::OrganisationId.eq(organisation));
    let page = in_use.filter(Expr::cust(IN_USE)).order_by_asc(Column::Id).offset(offset).limit(most);
    let ids: Vec<Uuid> = page.into_tuple().all(db).await?;
    Entity::find().filter(is_among(Column::Id, &ids, db)).order_by_asc(Column::Id).all(db).await
}

/// All people of an organisation who are not deleted, by id: so many after the last.
pub async fn all(db: &impl ConnectionTrait, organisation: Uuid, after: Uuid, most: u64) -> Written<Vec<Model>> {
    let people = Entity::find().filter(Column::OrganisationId.eq(organisation)).filter(Column::Id.gt(after));
    people.filter(Column::State.ne(State::Deleted)).order_by_asc(Column::Id).limit(most).all(db).await
}

/// Writes new people and changed ones.
pub async fn save(tx: &DatabaseTransaction, rows: &[Model]) -> Written<()> {
    let mut known = OnConflict::column(Column::Id);
    known.update_columns([
        Column::ExternalId,
        Column::Email,
        Column::Mailbox,
        Column::UserName,
        Column::UserNameKey,
        Column::Name,
        Column::NameKey,
        Column::SearchText,
        Column::UnitPath,
        Column::State,
        Column::JoinedOn,
        Column::ReactivatedOn,
        Column::FirstLogInAt,
        Column::LastLogInAt,
        Column::DeletedAt,
        Column::SeenIn,
        Column::UpdatedAt,
    ]);
    insert_or(tx, rows, &known).await
}

/// Takes the addresses from people who get another one in the same transaction, so that others can have them.
pub async fn free_addresses(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<()> {
    if !ids.is_empty() {
        let row = ActiveModel { mailbox: Set(None), ..Default::default() };
        Entity::update_many().set(row).filter(is_among(Column::Id, ids, tx)).exec(tx).await?;
    }
    Ok(())
}

/// Notes that a full synchronisation has named these people.
pub async fn mark_seen(tx: &DatabaseTransaction, ids: &[Uuid], sync: Uuid) -> Written<()> {
    if !ids.is_empty() {
        let row = ActiveModel { seen_in: Set(Some(sync)), ..Default::default() };
        Entity::update_many().set(row).filter(is_among(Column::Id, ids, tx)).exec(tx).await?;
    }
    Ok(())
}

/// How many people of an organisation are not deleted.
pub async fn count(db: &impl ConnectionTrait, organisation: Uuid) -> Written<u64> {
    let people = Entity::find().filter(Column::OrganisationId.eq(organisation));
    people.filter(Expr::cust(IN_USE)).count(db).await
}

/// How many people who are not deleted a full synchronisation has not named.
pub async fn count_missing(tx: &DatabaseTransaction, organisation: Uuid, sync: Uuid) -> Written<u64> {
    Entity::find().filter(missing(organisation, sync)).count(tx).await
}

/// Deletes the people whom a full synchronisation has not named.
pub async fn delete_missing(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    sync: Uuid,
    now: DateTimeUtc,
) -> Written<u64> {
    let row = ActiveModel {
        state: Set(State::Deleted),
        deleted_at: Set(Some(now)),
        updated_at: Set(now),
        ..Default::default()
    };
    let done = Entity::update_many().set(row).filter(missing(organisation, sync)).exec(tx).await?;
    Ok(done.rows_affected)
}

fn missing(organisation: Uuid, sync: Uuid) -> Condition {
    let is_unseen = Condition::any().add(Column::SeenIn.is_null()).add(Column::SeenIn.ne(sync));
    let in_use = Condition::all().add(Column::OrganisationId.eq(organisation));
    in_use.add(Column::State.ne(State::Deleted)).add(is_unseen)
}

/// People who were deleted before a moment and have no licence any more, at most so many.
pub async fn deleted_before(db: &impl ConnectionTrait, before: DateTimeUtc, most: u64) -> Written<Vec<Model>> {
    let deleted = Entity::find().filter(Column::State.eq(State::Deleted)).filter(Column::DeletedAt.lt(before));
    deleted.filter(has_no_licence()).order_by_asc(Column::DeletedAt).limit(most).all(db).await
}

/// Who has a licence still counts in its pool.
fn has_no_licence() -> Expr {
    let held = "NOT EXISTS (SELECT 1 FROM licence_assignment a WHERE a.person_id = directory_person.id \
                AND a.state <> 'ENDED')";
    Expr::cust(held)
}

/// Removes the rows of people who are still deleted.
pub async fn remove(tx: &DatabaseTransaction, ids: &[Uuid]) -> Written<u64> {
    let gone = Entity::delete_many().filter(is_among(Column::Id, ids, tx)).filter(has_no_licence());
    Ok(gone.filter(Column::State.eq(State::Deleted)).exec(tx).await?.rows_affected)
}
