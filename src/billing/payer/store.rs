//! Statements about agreements, and about the chains that they form.
#![expect(clippy::disallowed_methods, reason = "the statements about payers stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::organisation;
use entity::payer::{self, Model, State};
use futures_util::future::try_join;
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryResult, QuerySelect, Set, Statement,
};
use uuid::Uuid;

use super::chain::{self, Link};
use super::rules::payer_or_nobody;
use super::state::{Moment, PayerAgreementState};
use crate::access::{Card, Decision, Unchecked};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::memory::{Heap, Kept, Kind, Subjects, Table};
use crate::graphql::page::{Filter, Keep, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// The key of the advisory lock on PostgreSQL.
const LOCK: i64 = 0x0070_6179_6572;

/// The columns of a `Link`.
const LINK: &str = "p.id, p.organisation_id, p.payer_id, p.starts_on, p.ends_on";

/// The condition that an agreement is in force on a day or later.
fn in_force_from(table: &str, day: &str) -> String {
    format!("{table}.state = 'ACTIVE' AND ({table}.ends_on IS NULL OR {table}.ends_on > {day})")
}

/// The condition that an agreement is in force on a day.
fn in_force_on(table: &str, day: &str) -> String {
    format!("{} AND {table}.starts_on <= {day}", in_force_from(table, day))
}

/// The table `chain(id, payer_id, depth)` for a recursive statement: for each organisation `o` that meets the condition,
/// itself at depth 0 and the payers above it.
pub fn chain(condition: &str, day: &str) -> String {
    format!(
        "chain(id, payer_id, depth) AS ( \
           SELECT o.id, o.id, 0 FROM organisation o WHERE {condition} \
           UNION ALL SELECT chain.id, p.payer_id, chain.depth + 1 FROM chain JOIN payer p \
             ON p.organisation_id = chain.payer_id AND {} WHERE chain.depth < {} \
         )",
        in_force_on("p", day),
        chain::LONGEST
    )
}

/// Who pays for each of these organisations on a day: the ends of their chains.
pub async fn ends_of_chains(
    tx: &DatabaseTransaction,
    organisations: &[Uuid],
    day: Date,
) -> Written<HashMap<Uuid, Uuid>> {
    if organisations.is_empty() {
        return Ok(HashMap::new());
    }
    let places: Vec<String> = (2..).take(organisations.len()).map(|place| format!("${place}")).collect();
    let condition = format!("o.id IN ({})", places.join(", "));
    let sql = format!("WITH RECURSIVE {} SELECT id, payer_id FROM chain ORDER BY depth", chain(&condition, "$1"));
    let values = std::iter::once(day.into()).chain(organisations.iter().map(|id| (*id).into()));
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    // Rows are ordered by depth, so the last one of each organisation is the end.
    let rows = tx.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// Reads a card from the columns id, name and kind.
pub fn read_card(row: &QueryResult, from: usize) -> Written<Card> {
    let kind: organisation::Kind = row.try_get_by_index(from + 2)?;
    Ok(Card { id: row.try_get_by_index(from)?, name: row.try_get_by_index(from + 1)?, kind })
}

/// An agreement with the names of the people who requested and answered it.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// The agreement.
    pub row: Model,
    /// The name of the person who requested it.
    pub requested_by: Option<String>,
    /// The name of the person who answered it.
    pub answered_by: Option<String>,
}

/// The agreements of the organisation that is paid for, the newest first.
static OF_ORGANISATION: List<Agreement> = List {
    table: "payer",
    placing: None,
    parent: "organisation_id",
    key: Key::Instant("created_at"),
    descending: true,
    columns: "t.*, r.name AS requested_by, a.name AS answered_by",
    joins: "LEFT JOIN \"user\" r ON r.id = t.requested_by_id LEFT JOIN \"user\" a ON a.id = t.answered_by_id",
    read,
    keep: Some(Keep::until_changed(Table::Payer)),
};

/// The agreements of the payer, the newest first.
static OF_PAYER: List<Agreement> = List { parent: "payer_id", ..OF_ORGANISATION };

/// The organisations that a payer pays for.
static PAID_FOR: List<Card> = List {
    table: "payer",
    placing: None,
    parent: "payer_id",
    key: Key::Instant("created_at"),
    descending: false,
    columns: "o.id, o.name, o.kind",
    joins: "JOIN organisation o ON o.id = t.organisation_id",
    read: |rows| rows.first().map_or_else(|| Err(missing()), |row| read_card(row, 3)),
    keep: Some(Keep::until_changed(Table::Payer)),
};

impl Heap for Agreement {
    fn heap(&self) -> usize {
        self.row.sought_code.heap() + self.requested_by.heap() + self.answered_by.heap()
    }
}

impl Kept for Agreement {
    fn subjects(&self, subjects: &mut Subjects) {
        for user in [self.row.requested_by_id, self.row.answered_by_id].into_iter().flatten() {
            subjects.add(Table::User, user);
        }
    }
}

impl Heap for Card {
    fn heap(&self) -> usize {
        self.name.heap()
    }
}

impl Kept for Card {
    fn subjects(&self, subjects: &mut Subjects) {
        subjects.add(Table::Organisation, self.id);
    }
}

fn read(rows: &[QueryResult]) -> Written<Agreement> {
    let row = rows.first().ok_or_else(missing)?;
    Ok(Agreement {
        row: Model::from_query_result(row, "")?,
        requested_by: row.try_get("", "requested_by")?,
        answered_by: row.try_get("", "answered_by")?,
    })
}

fn missing() -> DbErr {
    DbErr::RecordNotFound("agreement".to_owned())
}

/// The condition that an agreement is in one of the states; all rows without states.
fn in_states(moment: Moment, states: Option<&[PayerAgreementState]>) -> Filter {
    use PayerAgreementState as S;
    let Some(states) = states else { return Filter::default() };
    let from_today = in_force_from("t", ":today");
    // Each state once and in a fixed order, so that equal filters make equal statements.
    let conditions: Vec<String> = [
        (S::Pending, "(t.state = 'PROPOSED' AND t.created_at > :expired)".to_owned()),
        (S::Expired, "(t.state = 'PROPOSED' AND t.created_at <= :expired)".to_owned()),
        (S::Scheduled, format!("({from_today} AND t.starts_on > :today)")),
        (S::Active, format!("({})", in_force_on("t", ":today"))),
        (S::Ended, "(t.state = 'ENDED' OR (t.state = 'ACTIVE' AND t.ends_on <= :today))".to_owned()),
        (S::Declined, "t.state = 'DECLINED'".to_owned()),
        (S::Withdrawn, "t.state = 'WITHDRAWN'".to_owned()),
    ]
    .into_iter()
    .filter_map(|(state, condition)| states.contains(&state).then_some(condition))
    .collect();
    if conditions.is_empty() {
        return Filter::default().and("1 = 0");
    }
    let condition = format!("({})", conditions.join(" OR "));
    let (expired, today) = ((":expired", moment.expired_until().into()), (":today", moment.today.into()));
    // PostgreSQL refuses parameters that are not used.
    match (condition.contains(expired.0), condition.contains(today.0)) {
        (true, true) => Filter::default().and_with(&condition, [expired, today]),
        (true, false) => Filter::default().and_with(&condition, [expired]),
        (false, true) => Filter::default().and_with(&condition, [today]),
        (false, false) => Filter::default().and(&condition),
    }
}

/// The agreements of the organisation that is paid for, the newest first.
pub async fn list_of_organisation(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    states: Option<&[PayerAgreementState]>,
) -> Result<Page<Agreement>> {
    OF_ORGANISATION.rows(request, organisation, page, in_states(Moment::of(request), states)).await
}

/// The agreements of a payer, the newest first.
pub async fn list_of_payer(
    request: &Request,
    payer: Uuid,
    page: &PageArguments,
    states: &[PayerAgreementState],
) -> Result<Page<Agreement>> {
    OF_PAYER.rows(request, payer, page, in_states(Moment::of(request), Some(states))).await
}

/// The organisations that a payer pays for today, the oldest agreement first.
pub async fn list_paid_for(request: &Request, payer: Uuid, page: &PageArguments) -> Result<Page<Card>> {
    let today = request.today();
    let in_force = Filter::default().and_with(&in_force_on("t", ":today"), [(":today", today.into())]);
    PAID_FOR.rows(request, payer, page, in_force).await
}

/// An agreement with the organisation that is paid for, and the payer if there is one.
pub type Sides = (Arc<Agreement>, Decision, Option<Decision>);

/// An agreement by its id, with both sides.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Sides>>> {
    let Some(found) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let organisation = request.access.look(found.row.organisation_id);
    let (organisation, payer) = try_join(organisation, look_up_payer(request, &found.row)).await?;
    Ok(organisation.map(|organisation| Unchecked::new((found, organisation, payer))))
}

/// Looks the payer up. If it was found by its code, this always takes a statement, whether it exists or not.
pub async fn look_up_payer(request: &Request, row: &Model) -> Result<Option<Decision>> {
    match (&row.sought_code, row.payer_id) {
        (None, Some(payer)) => request.access.look(payer).await,
        _ => request.access.look_anew(payer_or_nobody(row)).await,
    }
}

/// The organisation with this code, whether the viewer sees it or not.
pub async fn find_by_code(db: &Db, code: &str) -> Result<Option<Uuid>> {
    let by_code = organisation::Entity::find().select_only().column(organisation::Column::Id);
    Ok(by_code.filter(organisation::Column::Code.eq(code)).into_tuple().one(db.reader()).await?)
}

/// An agreement, as the transaction sees it.
pub async fn find_row(tx: &DatabaseTransaction, id: Uuid) -> Written<Option<Model>> {
    payer::Entity::find_by_id(id).one(tx).await
}

/// The pending request of the same organisation to the same payer, found in the same way.
pub async fn find_pending(tx: &DatabaseTransaction, row: &Model, expired_until: DateTimeUtc) -> Written<Option<Model>> {
    let same = match &row.sought_code {
        Some(code) => Condition::all().add(payer::Column::SoughtCode.eq(code)),
        None => Condition::all().add(payer::Column::SoughtCode.is_null()).add(payer::Column::PayerId.eq(row.payer_id)),
    };
    payer::Entity::find()
        .filter(payer::Column::OrganisationId.eq(row.organisation_id))
        .filter(payer::Column::State.eq(State::Proposed))
        .filter(payer::Column::CreatedAt.gt(expired_until))
        .filter(same)
        .one(tx)
        .await
}

/// How many payers the organisation or the person has requested since then.
pub async fn count_requests(tx: &DatabaseTransaction, row: &Model, since: DateTimeUtc) -> Written<u64> {
    let mut by = Condition::any().add(payer::Column::OrganisationId.eq(row.organisation_id));
    if let Some(person) = row.requested_by_id {
        by = by.add(payer::Column::RequestedById.eq(person));
    }
    payer::Entity::find().filter(by).filter(payer::Column::CreatedAt.gt(since)).count(tx).await
}

/// Inserts an agreement.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    payer::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Updates the state and the dates of an agreement.
pub async fn update(tx: &DatabaseTransaction, row: &Model) -> Written<()> {
    let columns = payer::ActiveModel {
        state: Set(row.state),
        starts_on: Set(row.starts_on),
        ends_on: Set(row.ends_on),
        answered_by_id: Set(row.answered_by_id),
        answered_at: Set(row.answered_at),
        ..Default::default()
    };
    payer::Entity::update_many().set(columns).filter(payer::Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

/// Ends an agreement on a day. One that would start on that day or later never starts.
pub async fn end(tx: &DatabaseTransaction, id: Uuid, starts_on: Date, ends_on: Date) -> Written<()> {
    let never = ends_on <= starts_on;
    let columns = payer::ActiveModel {
        state: Set(if never { State::Ended } else { State::Active }),
        ends_on: Set(Some(ends_on.max(starts_on))),
        ..Default::default()
    };
    payer::Entity::update_many().set(columns).filter(payer::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Takes one lock for all chains of payers until the transaction ends. A new agreement needs it from the check for
/// circles until it is written, so that two agreements cannot close a circle together. Take it after the locks of
/// organisations. SQLite runs one writing transaction at a time anyway.
pub async fn lock_chains(tx: &DatabaseTransaction) -> Written<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT pg_advisory_xact_lock($1)";
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [LOCK.into()])).await?;
    }
    Ok(())
}

/// The agreements of an organisation that are in force on a day or later.
pub async fn own_links(tx: &DatabaseTransaction, organisation: Uuid, from: Date) -> Written<Vec<Link>> {
    let sql = format!(
        "SELECT {LINK} FROM payer p WHERE p.organisation_id = $1 AND {} ORDER BY p.starts_on",
        in_force_from("p", "$2")
    );
    let values = [organisation.into(), from.into()];
    let rows = tx.query_all_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    rows.iter().map(link).collect()
}

/// The agreements above a payer and below an organisation that are in force on a day or later. A new agreement between
/// the two is checked against them.
pub async fn links_around(tx: &DatabaseTransaction, organisation: Uuid, payer: Uuid, from: Date) -> Written<Vec<Link>> {
    let in_force = in_force_from("p", "$3");
    let sql = format!(
        "WITH RECURSIVE up(id) AS ( \
           SELECT o.id FROM organisation o WHERE o.id = $2 \
           UNION SELECT p.payer_id FROM up JOIN payer p ON p.organisation_id = up.id AND {in_force} \
         ), down(id) AS ( \
           SELECT o.id FROM organisation o WHERE o.id = $1 \
           UNION SELECT p.organisation_id FROM down JOIN payer p ON p.payer_id = down.id AND {in_force} \
         ) SELECT {LINK} FROM up JOIN payer p ON p.organisation_id = up.id AND {in_force} \
         UNION SELECT {LINK} FROM down JOIN payer p ON p.payer_id = down.id AND {in_force}"
    );
    let values = [organisation.into(), payer.into(), from.into()];
    let rows = tx.query_all_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    rows.iter().map(link).collect()
}

/// Agreements above an organisation.
struct OfLinks;

impl Kind<Vec<Link>> for OfLinks {
    fn subjects(&self, id: Uuid, links: Option<&Vec<Link>>, subjects: &mut Subjects) {
        subjects.add(Table::Payer, id);
        for link in links.into_iter().flatten() {
            subjects.add(Table::Payer, link.payer);
        }
    }

    fn heap(&self, links: &Vec<Link>) -> usize {
        size_of_val(&**links)
    }

    fn text(&self, links: &Vec<Link>) -> String {
        let mut links: Vec<String> = links.iter().map(|link| format!("{link:?}")).collect();
        links.sort();
        format!("{links:?}")
    }
}

/// The agreements above an organisation that are in force on a day or later. Concurrent calls share one statement.
pub async fn links_above(request: &Request, organisation: Uuid, from: Date) -> Result<Vec<Link>> {
    let load = async |ids: Vec<Uuid>| all_links_above(request, &ids, from).await;
    let found = request.lists.kept(format!("payers above {from}"), organisation, &OfLinks, load).await?;
    Ok(found.unwrap_or_default())
}

async fn all_links_above(request: &Request, ids: &[Uuid], from: Date) -> Result<HashMap<Uuid, Vec<Link>>> {
    let db = request.db();
    let in_force = in_force_from("p", "$2");
    let sql = format!(
        "WITH RECURSIVE up(bottom, id) AS ( \
           SELECT o.id, o.id FROM organisation o WHERE {} \
           UNION SELECT up.bottom, p.payer_id FROM up JOIN payer p ON p.organisation_id = up.id AND {in_force} \
         ) SELECT {LINK}, up.bottom FROM up JOIN payer p ON p.organisation_id = up.id AND {in_force}",
        db.among("o.id", 1)
    );
    let mut found: HashMap<Uuid, Vec<Link>> = HashMap::new();
    for row in db.rows(sql, vec![db.keys(ids), from.into()]).await? {
        found.entry(row.try_get_by_index(5)?).or_default().push(link(&row)?);
    }
    Ok(found)
}

fn link(row: &QueryResult) -> Written<Link> {
    Ok(Link {
        id: row.try_get_by_index(0)?,
        organisation: row.try_get_by_index(1)?,
        payer: row.try_get_by_index(2)?,
        from: row.try_get_by_index(3)?,
        until: row.try_get_by_index(4)?,
    })
}
