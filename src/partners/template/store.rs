//! Statements about delegation templates.
#![expect(clippy::disallowed_methods, reason = "the statements about delegation templates stand here")]

use std::sync::Arc;

use entity::delegation_template::{self, ActiveModel, Column, Entity, Model};
use entity::partnership;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QueryResult, QuerySelect, Set,
};
use uuid::Uuid;

use super::drift::Drift;
use super::object::DelegationTemplate;
use crate::access::{Decision, Exists, PermissionSet};
use crate::base::error::Result;
use crate::graphql::page::{Connection, Filter, Key, List, PageArguments};
use crate::graphql::request::Request;
use crate::partners::partnership::Terms;
use crate::partners::proposal::{self, Lapse};

type Written<T> = Result<T, DbErr>;

/// The templates of a reseller, by name.
static OF_RESELLER: List<Model> = List::of_rows("delegation_template", "organisation_id", Key::Text("name"));

/// A partnership whose client does not delegate what its template wants.
#[derive(Clone, Debug)]
pub struct Drifted {
    /// The partnership.
    pub partnership: Arc<partnership::Model>,
    /// The template.
    pub template: Arc<Model>,
    /// When the client was asked last for other terms, of those times that it has not answered.
    pub asked_at: Option<DateTimeUtc>,
}

/// Those of a reseller, by the name of the client.
static DRIFTED: List<Drifted> = List {
    table: "partnership",
    placing: None,
    parent: "reseller_id",
    key: Key::Text("client_name"),
    descending: false,
    columns: "t.*, d.id AS d_id, d.organisation_id AS d_organisation_id, d.name AS d_name, d.delegated AS d_delegated, \
              d.client_delegated AS d_client_delegated, d.includes_upstream AS d_includes_upstream, \
              d.created_at AS d_created_at, \
              (SELECT MAX(q.created_at) FROM partnership_proposal q WHERE q.partnership_id = t.id \
               AND q.organisation_id = t.reseller_id AND q.state = 'PROPOSED') AS asked_at",
    joins: "JOIN delegation_template d ON d.id = t.template_id",
    read: |rows| {
        let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("no row".to_owned()))?;
        read(row)
    },
};

fn read(row: &QueryResult) -> Written<Drifted> {
    Ok(Drifted {
        partnership: Arc::new(partnership::Model::from_query_result(row, "")?),
        template: Arc::new(Model::from_query_result(row, "d_")?),
        asked_at: row.try_get("", "asked_at")?,
    })
}

/// That a partnership of this name in the statement does not let through what its template wants.
fn differs(partnership: &str) -> String {
    let columns = ["delegated", "client_delegated", "includes_upstream"];
    let differ = columns.map(|column| format!("w.{column} <> {partnership}.{column}")).join(" OR ");
    format!("EXISTS (SELECT 1 FROM delegation_template w WHERE w.id = {partnership}.template_id AND ({differ}))")
}

/// Those in force that differ from their templates.
fn differing(now: DateTimeUtc) -> Filter {
    let in_force = "t.state = 'ACTIVE' AND t.starts_at <= :now AND (t.ends_at IS NULL OR t.ends_at > :now)";
    Filter::default().and_with(in_force, [(":now", now.into())]).and(&differs("t"))
}

/// What a template wants; it says nothing about an end.
pub fn terms(row: &Model) -> Terms {
    Terms {
        delegated: PermissionSet::from_stored(row.delegated),
        client_delegated: PermissionSet::from_stored(row.client_delegated),
        includes_upstream: row.includes_upstream,
        ends_at: None,
    }
}

/// The templates of a reseller, by name.
pub async fn list(request: &Request, seen: &Decision, page: &PageArguments) -> Result<Connection<DelegationTemplate>> {
    let make = |row: &Arc<Model>| DelegationTemplate::new(row, seen);
    OF_RESELLER.connection(request, seen.row.id, page, Filter::default(), make).await
}

/// The template, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<DelegationTemplate>> {
    let Some(row) = OF_RESELLER.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let seen = request.access.look(row.organisation_id).await?;
    Ok(seen.and_then(|seen| DelegationTemplate::new(&row, &seen).if_visible()))
}

/// Whose the template is, whoever asks.
pub async fn organisation_of(request: &Request, id: Uuid) -> Result<Option<Uuid>> {
    Ok(OF_RESELLER.find(request.db(), &request.lists, id).await?.map(|row| row.organisation_id))
}

/// The clients of a reseller that do not delegate what their templates want.
pub async fn drift(
    request: &Request,
    seen: &Decision,
    page: &PageArguments,
    lapse: Lapse,
) -> Result<Connection<Drift>> {
    let (slice, total) = DRIFTED.read(request, seen.row.id, page, differing(lapse.now)).await?;
    let clients = request.access.look_all(slice.items.iter().map(|(_, row)| row.partnership.client_id)).await?;
    Ok(Connection::new(&slice, total, |row| {
        // A foreign key holds the client, so none is missing.
        Drift::new(row, clients.get(&row.partnership.client_id).unwrap_or(seen), seen, lapse)
    }))
}

/// The template of a reseller as the transaction sees it.
pub async fn load(tx: &DatabaseTransaction, reseller: Uuid, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).filter(Column::OrganisationId.eq(reseller)).one(tx).await
}

/// Those of the templates that are the reseller's.
pub async fn load_all(tx: &DatabaseTransaction, reseller: Uuid, ids: &[Uuid]) -> Written<Vec<Model>> {
    let own = Entity::find().filter(Column::OrganisationId.eq(reseller));
    own.filter(Column::Id.is_in(ids.iter().copied())).all(tx).await
}

/// Whether another template of the reseller has the name.
pub async fn is_taken(tx: &DatabaseTransaction, reseller: Uuid, name: &str, but: Option<Uuid>) -> Written<bool> {
    let named = Entity::find().filter(Column::OrganisationId.eq(reseller)).filter(Column::Name.eq(name));
    Ok(named.one(tx).await?.is_some_and(|row| Some(row.id) != but))
}

/// Writes a new template.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes what a template is from now on.
pub async fn change(tx: &DatabaseTransaction, id: Uuid, name: &str, terms: Terms) -> Written<()> {
    let change = ActiveModel {
        name: Set(name.to_owned()),
        delegated: Set(terms.delegated.to_stored()),
        client_delegated: Set(terms.client_delegated.to_stored()),
        includes_upstream: Set(terms.includes_upstream),
        ..Default::default()
    };
    Entity::update_many().set(change).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Removes a template; its clients have none then.
pub async fn remove(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    let none = partnership::ActiveModel { template_id: Set(None), ..Default::default() };
    partnership::Entity::update_many().set(none).filter(partnership::Column::TemplateId.eq(id)).exec(tx).await?;
    delegation_template::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// How many templates a reseller has.
pub async fn count(tx: &DatabaseTransaction, reseller: Uuid) -> Written<u64> {
    Entity::find().filter(Column::OrganisationId.eq(reseller)).count(tx).await
}

/// Those of the partnerships that are the reseller's and were not ended.
fn own(reseller: Uuid, partnerships: &[Uuid]) -> Condition {
    Condition::all()
        .add(partnership::Column::ResellerId.eq(reseller))
        .add(partnership::Column::State.ne(partnership::State::Ended))
        .add(partnership::Column::Id.is_in(partnerships.iter().copied()))
}

/// The same, each with its template.
pub async fn assigned(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    partnerships: &[Uuid],
) -> Written<Vec<(Uuid, Option<Uuid>)>> {
    let own = partnership::Entity::find().filter(own(reseller, partnerships)).order_by_asc(partnership::Column::Id);
    own.select_only().column(partnership::Column::Id).column(partnership::Column::TemplateId).into_tuple().all(tx).await
}

/// Says to which class the clients belong; and how many of the partnerships are the reseller's and were not ended.
pub async fn assign(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    partnerships: &[Uuid],
    template: Option<Uuid>,
) -> Written<u64> {
    let change = partnership::ActiveModel { template_id: Set(template), ..Default::default() };
    let own = partnership::Entity::update_many().set(change).filter(own(reseller, partnerships));
    Ok(own.exec(tx).await?.rows_affected)
}

/// Partnerships of a reseller with their templates: these; or so many that are in force, differ from them, and were not
/// asked for anything that they have yet to answer.
pub async fn with_templates(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    partnerships: Option<&[Uuid]>,
    lapse: Lapse,
    most: u64,
) -> Written<Vec<(partnership::Model, Option<Model>)>> {
    let mut rows = partnership::Entity::find().filter(partnership::Column::ResellerId.eq(reseller));
    if let Some(ids) = partnerships {
        rows = rows.filter(partnership::Column::Id.is_in(ids.iter().copied()));
    } else {
        let ends = partnership::Column::EndsAt;
        rows = rows
            .filter(Expr::cust(differs("partnership")))
            .filter(partnership::Column::Id.not_in_subquery(proposal::store::waiting(reseller, lapse)))
            .filter(partnership::Column::State.eq(partnership::State::Active))
            .filter(partnership::Column::StartsAt.lte(lapse.now))
            .filter(ends.is_null().or(ends.gt(lapse.now)))
            .order_by_asc(partnership::Column::ClientName)
            .order_by_asc(partnership::Column::Id)
            .limit(most);
    }
    let rows = rows.all(tx).await?;
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.template_id).collect();
    let templates = load_all(tx, reseller, &ids).await?;
    let of = |id: Option<Uuid>| templates.iter().find(|template| Some(template.id) == id).cloned();
    Ok(rows
        .into_iter()
        .map(|row| {
            let template = of(row.template_id);
            (row, template)
        })
        .collect())
}
