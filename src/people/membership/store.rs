//! Statements about memberships.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{membership, membership_role, user};
use futures_util::future::join_all;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryResult, Set, Statement,
    Value,
};
use uuid::Uuid;

use super::rules::is_working;
use crate::access::{
    self, BuiltinRole, Counting, HeldRole, Holding, Holdings, Kind, Lapsed, Permission, PermissionSet, RoleRef,
};
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::base::locale::Locale;
use crate::base::memory::{Heap, Kept, Subjects, Table};
use crate::base::random::Random;
use crate::graphql::page::{
    Filter, Keep, Key, List, OrderDirection, Page, PageArguments, Search, Slice, Total, slice_directed,
};
use crate::graphql::request::Request;

/// A membership with its user and its roles.
#[derive(Clone, Debug)]
pub struct Member {
    /// The membership.
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The user.
    pub user_id: Uuid,
    /// The user's name.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// When the user became a member.
    pub created_at: DateTimeUtc,
    /// When the membership ends by itself, if ever.
    pub expires_at: Option<DateTimeUtc>,
    /// The roles.
    pub roles: Vec<HeldRole>,
    /// Whether the account of the user is active, not disabled.
    pub is_active: bool,
    /// Whether the user has turned on a second factor.
    pub has_second_factor: bool,
    /// The language of mail to the user.
    pub locale: Locale,
    /// The partnership through which it was given, if any.
    pub partnership_id: Option<Uuid>,
    /// The reseller whose person stands in as owner until the invited owner accepts.
    pub custody_reseller_id: Option<Uuid>,
    /// The membership together with those on which it depends; empty if it depends on none. Only `select` loads them.
    pub places: Holdings,
}

const COLUMNS: &str = "t.organisation_id, t.user_id, u.name, u.email, t.created_at, t.expires_at, \
     mr.builtin, r.id, r.name, r.permissions, r.client_permissions, o.kind, u.state, u.locale, t.partnership_id, \
     t.custody_reseller_id, \
     EXISTS (SELECT 1 FROM second_factor f WHERE f.user_id = t.user_id AND f.confirmed_at IS NOT NULL)";
const JOINS: &str = "JOIN \"user\" u ON u.id = t.user_id JOIN organisation o ON o.id = t.organisation_id \
     LEFT JOIN membership_role mr ON mr.membership_id = t.id LEFT JOIN role r ON r.id = mr.role_id";

/// The members of an organisation, in the order of joining.
pub static OF_ORGANISATION: List<Member> = List {
    table: "membership",
    placing: None,
    parent: "organisation_id",
    key: Key::Instant("created_at"),
    descending: false,
    columns: COLUMNS,
    joins: JOINS,
    read,
    keep: Some(Keep::until_changed(Table::Membership)),
};

/// The same, the last to join first.
static OF_ORGANISATION_NEWEST: List<Member> = List { descending: true, ..OF_ORGANISATION };
/// The memberships of a user.
static OF_USER: List<Member> = List { parent: "user_id", ..OF_ORGANISATION };
/// The memberships that were given through a partnership.
pub static GIVEN: List<Member> = List { parent: "partnership_id", ..OF_ORGANISATION };

impl Heap for Member {
    fn heap(&self) -> usize {
        self.name.heap() + self.email.heap() + size_of_val(&*self.roles)
    }
}

impl Kept for Member {
    fn subjects(&self, subjects: &mut Subjects) {
        subjects.add(Table::User, self.user_id);
        subjects.add(Table::SecondFactor, self.user_id);
        subjects.add(Table::Organisation, self.organisation_id);
        subjects.add(Table::MembershipRole, self.id);
        for role in self.roles.iter().filter_map(|held| held.role.key()) {
            subjects.add(Table::Role, role);
        }
    }
}

/// Which members of an organisation to list, and in which order.
#[derive(Debug, Default)]
pub struct Criteria {
    /// Only those whose name or address contains the text.
    pub search: Search,
    /// Only those with this role.
    pub role: Option<WantedRole>,
    /// By name, instead of by the time of joining.
    pub by_name: bool,
    /// The direction.
    pub direction: OrderDirection,
}

/// A role that members are looked for by.
#[derive(Clone, Copy, Debug)]
pub enum WantedRole {
    /// A built-in role.
    BuiltIn(BuiltinRole),
    /// A custom role, by its key.
    Custom(Uuid),
}

/// The members of an organisation that meet the criteria.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    criteria: &Criteria,
) -> Result<Page<Member>> {
    let mut filter = found_by(&criteria.search);
    if let Some(role) = criteria.role {
        let has = |condition: &str| {
            format!("EXISTS (SELECT 1 FROM membership_role x WHERE x.membership_id = t.id AND {condition})")
        };
        filter = match role {
            WantedRole::BuiltIn(role) => filter.and_with(&has("x.builtin = :role"), [(":role", role.name().into())]),
            WantedRole::Custom(key) => filter.and_with(&has("x.role_id = :role"), [(":role", key.into())]),
        };
    }
    match (criteria.by_name, criteria.direction) {
        (true, direction) => list_by_name(request, organisation, page, filter, direction).await,
        (false, OrderDirection::Asc) => OF_ORGANISATION.rows(request, organisation, page, filter).await,
        (false, OrderDirection::Desc) => OF_ORGANISATION_NEWEST.rows(request, organisation, page, filter).await,
    }
}

/// The members by name. Names belong to users and not to memberships, so no index has their order: the names of all members
/// that match are read and sorted, in one statement for all organisations of a level.
async fn list_by_name(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    filter: Filter,
    direction: OrderDirection,
) -> Result<Page<Member>> {
    let batch = request.lists.batch::<Arc<Vec<(String, Uuid)>>>(format!("names of members {filter:?}"));
    let load = async |organisations: Vec<Uuid>| {
        let db = request.db();
        let sql = format!(
            "SELECT t.organisation_id, t.id, u.name FROM membership t JOIN \"user\" u ON u.id = t.user_id \
             WHERE {} {}",
            db.among("t.organisation_id", 1),
            filter.behind(1)
        );
        let mut values = vec![db.keys(&organisations)];
        values.extend(filter.values().iter().cloned());
        let mut found: HashMap<Uuid, Vec<(String, Uuid)>> = HashMap::new();
        for row in db.rows(sql, values).await? {
            let (organisation, id, name): (Uuid, Uuid, String) = row.try_get_many_by_index()?;
            found.entry(organisation).or_default().push((collation::sort_key(&name), id));
        }
        Ok(found
            .into_iter()
            .map(|(organisation, mut names)| {
                names.sort_unstable();
                (organisation, Arc::new(names))
            })
            .collect())
    };
    let names = batch.load(organisation, load).await?.unwrap_or_default();
    let items = names.iter().map(|(key, id)| (key.clone(), *id, Arc::new(*id)));
    let Slice { items, has_next, has_previous } = slice_directed(items, page, organisation, direction)?;
    let members = items.into_iter().map(async |(cursor, id)| {
        let member = OF_ORGANISATION.find(request.db(), &request.lists, *id).await?;
        Ok::<_, Error>(member.map(|member| (cursor, member)))
    });
    let members = join_all(members).await.into_iter().filter_map(Result::transpose).collect::<Result<_>>()?;
    let slice = Arc::new(Slice { items: members, has_next, has_previous });
    Ok(Page { slice, total: Total::known(names.len()) })
}

/// The condition that the name or the address of the member contains the text.
fn found_by(search: &Search) -> Filter {
    let condition = "(SELECT u.name_folded LIKE :search ESCAPE '!' OR u.email LIKE :search ESCAPE '!' \
                     FROM \"user\" u WHERE u.id = t.user_id)";
    search.narrow(Filter::default(), condition)
}

fn read(rows: &[QueryResult]) -> Result<Member, DbErr> {
    let Some(row) = rows.first() else { return Err(DbErr::RecordNotFound("membership".to_owned())) };
    let kind: Kind = row.try_get_by_index(14)?;
    let mut roles = Vec::with_capacity(rows.len());
    for row in rows {
        let builtin: Option<String> = row.try_get_by_index(9)?;
        if let Some(role) = builtin.as_deref().and_then(BuiltinRole::from_name) {
            roles.push(HeldRole::builtin(role, kind));
        } else if let Some(id) = row.try_get_by_index::<Option<Uuid>>(10)? {
            let own = PermissionSet::from_stored(row.try_get_by_index(12)?);
            let clients = PermissionSet::from_stored(row.try_get_by_index(13)?);
            roles.push(HeldRole::custom(id, row.try_get_by_index(11)?, own, clients, kind));
        }
    }
    roles.sort_by_cached_key(|held| collation::sort_key(held.role.name()));
    Ok(Member {
        id: row.try_get_by_index(1)?,
        organisation_id: row.try_get_by_index(3)?,
        user_id: row.try_get_by_index(4)?,
        name: row.try_get_by_index(5)?,
        email: row.try_get_by_index(6)?,
        created_at: row.try_get_by_index(7)?,
        expires_at: row.try_get_by_index(8)?,
        roles,
        is_active: row.try_get_by_index::<user::State>(15)? == user::State::Active,
        locale: row.try_get_by_index::<user::Locale>(16)?.into(),
        partnership_id: row.try_get_by_index(17)?,
        custody_reseller_id: row.try_get_by_index(18)?,
        has_second_factor: row.try_get_by_index(19)?,
        places: Holdings::default(),
    })
}

/// A membership to write.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// Key of the new membership.
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The user.
    pub user_id: Uuid,
    /// The partnership through which it is given, if any.
    pub partnership_id: Option<Uuid>,
    /// When it ends by itself, if ever.
    pub expires_at: Option<DateTimeUtc>,
    /// The roles, at least one.
    pub roles: Vec<RoleRef>,
}

/// Makes a user a member; false if they are one already. The caller has checked that the roles may be given.
pub async fn add(tx: &DatabaseTransaction, random: &Random, new: &NewMember, now: DateTimeUtc) -> Result<bool, DbErr> {
    let row = membership::ActiveModel {
        id: Set(new.id),
        organisation_id: Set(new.organisation_id),
        user_id: Set(new.user_id),
        partnership_id: Set(new.partnership_id),
        expires_at: Set(new.expires_at),
        created_at: Set(now),
        custody_reseller_id: Set(None),
    };
    let unique = [membership::Column::OrganisationId, membership::Column::UserId];
    let insert = membership::Entity::insert(row).on_conflict(OnConflict::columns(unique).do_nothing().to_owned());
    if insert.exec_without_returning(tx).await? == 0 {
        return Ok(false);
    }
    add_roles(tx, random, (new.organisation_id, new.id), &new.roles, now).await?;
    Ok(true)
}

/// Removes a membership that has ended by itself, so that its user can become a member again.
pub async fn remove_ended(
    tx: &DatabaseTransaction,
    organisation_id: Uuid,
    user_id: Uuid,
    now: DateTimeUtc,
) -> Result<(), DbErr> {
    membership::Entity::delete_many()
        .filter(membership::Column::OrganisationId.eq(organisation_id))
        .filter(membership::Column::UserId.eq(user_id))
        .filter(membership::Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}

/// Gives more roles to a membership. The pair holds the keys of the organisation and of the membership.
pub async fn add_roles(
    tx: &DatabaseTransaction,
    random: &Random,
    (organisation_id, membership_id): (Uuid, Uuid),
    roles: &[RoleRef],
    now: DateTimeUtc,
) -> Result<(), DbErr> {
    let rows = roles.iter().map(|role| membership_role::ActiveModel {
        id: Set(random.id(now)),
        organisation_id: Set(organisation_id),
        membership_id: Set(membership_id),
        builtin: Set(role.builtin().map(|role| role.name().to_owned())),
        role_id: Set(role.key()),
    });
    membership_role::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// The membership as the transaction sees it.
pub async fn find_by_id(tx: &DatabaseTransaction, id: Uuid) -> Result<Option<Member>, DbErr> {
    Ok(select(tx, "t.id = $1", [id.into()]).await?.pop())
}

/// The membership of a user in an organisation as the transaction sees it.
pub async fn find_of_user(
    tx: &DatabaseTransaction,
    organisation_id: Uuid,
    user_id: Uuid,
) -> Result<Option<Member>, DbErr> {
    let condition = "t.organisation_id = $1 AND t.user_id = $2";
    Ok(select(tx, condition, [organisation_id.into(), user_id.into()]).await?.pop())
}

/// The owners and admins of an organisation, also those whose membership has expired and those who are disabled.
pub async fn list_owners_and_admins(tx: &DatabaseTransaction, organisation_id: Uuid) -> Result<Vec<Member>, DbErr> {
    let condition = "t.organisation_id = $1 AND EXISTS (SELECT 1 FROM membership_role x \
                     WHERE x.membership_id = t.id AND x.builtin IN ('OWNER', 'ADMIN'))";
    select(tx, condition, [organisation_id.into()]).await
}

/// The members of an organisation who can act and hold the permission there by a role of their own. They get the
/// letters about the things that the permission covers.
pub async fn list_holders(
    tx: &DatabaseTransaction,
    organisation_id: Uuid,
    permission: Permission,
    now: DateTimeUtc,
) -> Result<Vec<Member>, DbErr> {
    let holds = |role: &BuiltinRole| HeldRole::builtin(*role, Kind::Company).sets.own.has(permission);
    let names: Vec<String> =
        BuiltinRole::ALL.into_iter().filter(holds).map(|role| format!("'{}'", role.name())).collect();
    let condition = format!(
        "t.organisation_id = $1 AND EXISTS (SELECT 1 FROM membership_role x LEFT JOIN role y ON y.id = x.role_id \
         WHERE x.membership_id = t.id AND (x.builtin IN ({}) OR (y.permissions & {}) <> 0))",
        names.join(", "),
        permission.bit()
    );
    let mut members = select(tx, &condition, [organisation_id.into()]).await?;
    members.retain(|member| is_working(member, now));
    Ok(members)
}

/// The memberships that meet the condition, with their roles; `t` is the membership.
pub async fn select<const N: usize>(
    tx: &DatabaseTransaction,
    condition: &str,
    values: [Value; N],
) -> Result<Vec<Member>, DbErr> {
    let sql = format!(
        "SELECT t.organisation_id, t.id, t.created_at, {COLUMNS} FROM membership t {JOINS} WHERE {condition} ORDER BY t.id"
    );
    let rows = tx.query_all_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    let mut members: Vec<Vec<QueryResult>> = Vec::new();
    let mut last = None;
    for row in rows {
        let id: Uuid = row.try_get_by_index(1)?;
        match members.last_mut() {
            Some(same) if last == Some(id) => same.push(row),
            _ => members.push(vec![row]),
        }
        last = Some(id);
    }
    let mut members = members.iter().map(|rows| read(rows)).collect::<Result<Vec<Member>, DbErr>>()?;
    // Few depend on anything, and only those need another statement.
    for member in &mut members {
        if member.partnership_id.is_some() || member.custody_reseller_id.is_some() {
            let mut places = access::places(tx, "m.id = $1", vec![member.id.into()]).await?;
            member.places = places.remove(&member.user_id).unwrap_or_default();
        }
    }
    Ok(members)
}

/// Why memberships of these have lapsed before their own end, by their keys: for those that depend on something.
pub async fn lapsed(db: &Db, ids: &[Uuid], now: DateTimeUtc) -> Result<HashMap<Uuid, Lapsed>> {
    let places = access::places(db.reader(), &db.among("m.id", 1), vec![db.keys(ids)]).await?;
    let mut found = HashMap::new();
    for held in places.values() {
        let counting = Counting::new(held, now);
        for (organisation, holding) in held {
            if let (Holding::Membership { id, .. }, Some(why)) = (holding, counting.lapsed_at(*organisation)) {
                found.insert(*id, why);
            }
        }
    }
    Ok(found)
}

/// Replaces the roles of a membership.
pub async fn replace_roles(
    tx: &DatabaseTransaction,
    random: &Random,
    (organisation_id, membership_id): (Uuid, Uuid),
    roles: &[RoleRef],
    now: DateTimeUtc,
) -> Result<(), DbErr> {
    let old = membership_role::Entity::delete_many().filter(membership_role::Column::MembershipId.eq(membership_id));
    old.exec(tx).await?;
    add_roles(tx, random, (organisation_id, membership_id), roles, now).await
}

/// Sets when a membership ends, and what it depends on: a partnership, or custody for a reseller.
pub async fn set_end(
    tx: &DatabaseTransaction,
    id: Uuid,
    expires_at: Option<DateTimeUtc>,
    partnership_id: Option<Uuid>,
    custody_reseller_id: Option<Uuid>,
) -> Result<(), DbErr> {
    let ends = membership::ActiveModel {
        expires_at: Set(expires_at),
        partnership_id: Set(partnership_id),
        custody_reseller_id: Set(custody_reseller_id),
        ..Default::default()
    };
    membership::Entity::update_many().set(ends).filter(membership::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Ends a membership, with its roles.
pub async fn remove(tx: &DatabaseTransaction, id: Uuid) -> Result<(), DbErr> {
    membership::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// The memberships of a user whose organisation's name contains the text, the longest-standing first: only those in custody,
/// or only the others, if `custody` says so.
pub async fn list_of_user(
    request: &Request,
    user: Uuid,
    page: &PageArguments,
    search: &Search,
    custody: Option<bool>,
) -> Result<Page<Member>> {
    let filter = match custody {
        None => Filter::default(),
        Some(true) => Filter::default().and("t.custody_reseller_id IS NOT NULL"),
        Some(false) => Filter::default().and("t.custody_reseller_id IS NULL"),
    };
    let condition = "(SELECT n.folded LIKE :search ESCAPE '!' FROM organisation_name n \
                     WHERE n.organisation_id = t.organisation_id)";
    OF_USER.rows(request, user, page, search.narrow(filter, condition)).await
}

/// A membership as its user sees it.
#[derive(Debug)]
pub struct OwnMembership {
    /// The membership.
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// Its name.
    pub organisation: String,
    /// Names of the roles.
    pub roles: Vec<String>,
    /// When the user joined.
    pub created_at: DateTimeUtc,
    /// When it ends, if ever.
    pub expires_at: Option<DateTimeUtc>,
}

/// All memberships of a user, in the order of joining: one statement.
pub async fn list_all_of(db: &Db, user: Uuid) -> Result<Vec<OwnMembership>> {
    let sql = "SELECT t.id, t.organisation_id, o.name, t.created_at, t.expires_at, COALESCE(r.name, mr.builtin) \
               FROM membership t JOIN organisation o ON o.id = t.organisation_id \
               LEFT JOIN membership_role mr ON mr.membership_id = t.id LEFT JOIN role r ON r.id = mr.role_id \
               WHERE t.user_id = $1 ORDER BY t.created_at, t.id, 6";
    let mut memberships: Vec<OwnMembership> = Vec::new();
    for row in db.rows(sql, vec![user.into()]).await? {
        let (id, role): (Uuid, Option<String>) = (row.try_get_by_index(0)?, row.try_get_by_index(5)?);
        if memberships.last().is_none_or(|last| last.id != id) {
            memberships.push(OwnMembership {
                id,
                organisation_id: row.try_get_by_index(1)?,
                organisation: row.try_get_by_index(2)?,
                roles: Vec::new(),
                created_at: row.try_get_by_index(3)?,
                expires_at: row.try_get_by_index(4)?,
            });
        }
        if let Some(last) = memberships.last_mut() {
            last.roles.extend(role);
        }
    }
    Ok(memberships)
}
